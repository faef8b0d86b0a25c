/* desc/description.h: a network as its file says it, checked: every name resolved, every
 * expression parsed, every unit right. Numbers are in house units. Sees: base, lang. Memory:
 * the arena of the load (struct desc_load). */
#ifndef DESC_DESCRIPTION_H
#define DESC_DESCRIPTION_H

#include "lang/model.h"
#include "lang/step.h"

struct desc_setting { /* one entry of set: or initial: */
    const char *name;
    struct pos at;
    uint32_t index;        /* of the model's parameter or state */
    struct ast *value;     /* checked: constant, of t (signals), or of i, x, y, z and draws */
    bool on_time, on_cell; /* what it depends on; draws count as on_cell */
};

struct desc_population {
    const char *name;
    struct pos at;
    struct model *model;
    uint32_t n;
    const char *
        preset; /* or NULL; its entries are already in set and initial, before the file's own */
    struct desc_setting *set, *initial;
    uint32_t n_set, n_initial;
};

struct desc_weight {
    const char *receptor;
    struct pos at;
    struct ast *value; /* checked, of the receptor variable's unit */
};

enum desc_input_kind { DESC_POISSON, DESC_BERNOULLI, DESC_STIMULUS };
struct desc_input {
    const char *name;
    struct pos at;
    uint32_t *to; /* populations */
    uint32_t n_to;
    enum desc_input_kind kind;
    bool is_off; /* `enabled: false` */
    /* events */
    struct ast *rate; /* NULL where rate_table is given */
    struct ir_table rate_table;
    struct desc_weight *weights;
    uint32_t n_weights;
    /* stimulus */
    const char *variable;
    uint32_t *parameter; /* index of the variable in each target's model */
    enum step_mode mode;
    struct ast *value; /* NULL where table is given */
    struct ir_table table;
};

enum desc_rule {
#define RULE_ROW(id, name, doc) id,
#include "desc/rules.def"
#undef RULE_ROW
    DESC_RULE_N
};

struct desc_projection {
    const char *name;
    struct pos at;
    uint32_t *from, *to; /* populations */
    uint32_t n_from, n_to;
    enum desc_rule rule;
    struct ast *p;     /* pairwise_bernoulli */
    uint32_t indegree; /* fixed_indegree */
    bool allow_autapses, allow_multapses;
    struct desc_weight *weights; /* one per receptor hit */
    uint32_t n_weights;
    double scale;
    struct ast *delay; /* ms */
    struct pos p_at, delay_at;
};

struct desc_cells { /* which cells: one of */
    bool is_all;
    uint32_t *cells; /* sorted, without repeats */
    uint32_t n_cells;
    uint32_t n_random; /* random: N of them, drawn by the seed */
};

struct desc_variable {
    const char *name;
    struct ast *value; /* {name, expr, unit}: an expression over the model; NULL: a quantity of
                          the model */
    struct unit unit;  /* display of an expression */
    const char *unit_text;
    struct pos at;
};

struct desc_trace {
    uint32_t *of; /* populations */
    uint32_t n_of;
    struct desc_cells cells;
    struct desc_variable *variables;
    uint32_t n_variables;
    int64_t every;       /* steps */
    int64_t from, until; /* steps from t = 0; until is exclusive */
    struct pos at;
};

struct desc_network {
    const char *file, *stem, *name;
    int64_t dt_fs;             /* step in femtoseconds */
    int64_t n_settle, n_steps; /* settling and recorded steps */
    uint64_t seed;
    double side[3]; /* of the box, um; 0 where there is no space */
    bool has_space;
    struct scope scope; /* constants, functions, signals; parent: t, dt, pi */
    struct desc_population *populations;
    struct desc_input *inputs;           /* sorted by name */
    struct desc_projection *projections; /* in the file's order */
    struct desc_trace *traces;
    bool records_spikes;      /* else none are written; counts, rates and hash stay */
    bool *records_population; /* [n_populations] */
    uint32_t n_populations, n_inputs, n_projections, n_traces;
    uint64_t content_hash; /* of every file read, in order, and the overrides */
    struct yaml *tree;     /* flattened, for yaml_write */
};

struct desc_options {
    const char *const *overrides; /* "path=value", in order */
    uint32_t n_overrides;
    const char *duration;  /* --duration, or NULL */
    const char *seed;      /* --seed, or NULL */
    const char *model_dir; /* where bare model names are found when not embedded; may be NULL */
};

/* Loads and checks a network. Diagnostics go to d; *out is NULL where any is an error.
 * Returns ERR_OK, ERR_FILE (d says why) or ERR_USAGE (an override, duration or seed; e says
 * why). */
enum err_code desc_load_network(struct desc_network **out, const char *path,
                                const struct desc_options *options, struct diag_list *d,
                                struct err *e) ERR_CHECKED;
/* Loads and checks a model: a path, or the bare name of a shipped one. preset, found entries:
 * see desc_population. */
enum err_code desc_load_model(struct model **out, const char *path, struct pos at,
                              struct diag_list *d, struct err *e) ERR_CHECKED;
/* true where the file is a network (it has `populations`), false where it is a model; used by
 * `striatum check`. */
bool desc_is_network(const struct yaml *tree);
/* The same for a path or bare name, looking through `extends`. A file that cannot be read
 * counts as a network: loading it says why. */
bool desc_names_network(const char *path);

/* Shipped files, embedded in the program. */
struct desc_shipped {
    const char *name; /* "spn_humphries_2009" (models) or "microcircuit" (networks) */
    const char *file; /* "networks/models/spn_humphries_2009.yaml" */
    const char *bytes;
    size_t n;
};
extern const struct desc_shipped desc_shipped_models[], desc_shipped_networks[];
extern const uint32_t desc_n_shipped_models, desc_n_shipped_networks;

#endif
