/* desc/description.h: a network as its file says it, checked: every name resolved, every
 * expression parsed, every unit right. Numbers are in house units. Sees: base, lang. Memory:
 * the arena of the load (struct desc_load). */
#ifndef DESC_DESCRIPTION_H
#define DESC_DESCRIPTION_H

#include "base/precision.h"
#include "lang/model.h"
#include "lang/step.h"

struct desc_setting { /* one entry of set: or initial: */
    const char *name;
    struct pos at;
    uint32_t index;       /* of the model's parameter or state */
    struct ast *value;    /* checked: constant, of t (signals), or of i, x, y, z and draws; NULL
                             with a column */
    const double *column; /* {file, column}: [population's n] values in house units, or NULL;
                             on_cell then */
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

/* One given event of a spike train. */
struct desc_spike {
    int64_t step; /* it takes part in the step that begins at its time */
    uint32_t neuron;
    uint32_t receptor; /* index in desc_input.weights: their names; values are NULL for given
                          events */
    double weight;     /* house units of the receptor's variable */
};

enum desc_input_kind { DESC_POISSON, DESC_BERNOULLI, DESC_STIMULUS, DESC_TRAIN };
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
    /* given events, in the file's order: every target population gets them */
    struct desc_spike *spikes;
    uint64_t n_spikes;
    /* stimulus */
    const char *variable;
    bool is_state;       /* the variable is a state: see lang/step.h */
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

/* Connections given one by one (rule: edges), in the file's order: between one source and one
 * target population. */
struct desc_edges {
    uint64_t n;
    uint32_t *source, *target; /* [n] indices in their populations */
    double **weight; /* [projection's n_weights] [n] house units (scale not applied), or NULL
                        where the weight is an expression */
    uint32_t *delay; /* [n] steps, or NULL where the delay is an expression */
};

struct desc_projection {
    const char *name;
    struct pos at;
    uint32_t *from, *to; /* populations */
    uint32_t n_from, n_to;
    enum desc_rule rule;
    struct ast *p;            /* pairwise_bernoulli */
    uint32_t indegree;        /* fixed_indegree */
    struct desc_edges *edges; /* edges */
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

/* stop_when: a formula over any(…) and all(…) of populations; the run ends after the first step
 * (from t = 0 on) at which it holds. */
struct desc_stop_term {
    uint32_t population;
    bool is_all;
    struct ast *condition; /* checked, over the population's model */
};
enum desc_stop_op { DESC_STOP_TERM, DESC_STOP_AND, DESC_STOP_OR, DESC_STOP_NOT };
struct desc_stop_node { /* operands come first; the last node is the formula */
    enum desc_stop_op op;
    uint32_t a, b; /* nodes; DESC_STOP_TERM: a is a term */
};
struct desc_stop {
    const char *text;
    struct pos at;
    struct desc_stop_term *terms;
    struct desc_stop_node *nodes;
    uint32_t n_terms, n_nodes;
};

struct desc_network {
    const char *file, *stem, *name;
    enum precision precision;
    struct desc_stop *stop;    /* or NULL */
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
    const char *precision; /* --precision, or NULL */
    const char *model_dir; /* where bare model names are found when not embedded; may be NULL */
};

/* Loads and checks a network. Diagnostics go to d; *out is NULL where any is an error.
 * Returns ERR_OK, ERR_FILE (d says why) or ERR_USAGE (an override, duration or seed; e says
 * why). */
enum err_code desc_load_network(struct desc_network **out, const char *path,
                                const struct desc_options *options, struct diag_list *d,
                                struct err *e) ERR_CHECKED;
/* The same for a network given as a text. name: for messages, and paths that are not found from
 * the working folder are looked for beside it. Models by path or bare name. */
enum err_code desc_load_network_text(struct desc_network **out, const char *name,
                                     const char *text, const struct desc_options *options,
                                     struct diag_list *d, struct err *e) ERR_CHECKED;
/* Loads and checks a model: a path, or the bare name of a shipped one. preset, found entries:
 * see desc_population. */
enum err_code desc_load_model(struct model **out, const char *path, struct pos at,
                              struct diag_list *d, struct err *e) ERR_CHECKED;
/* A model (path or bare name) as one file that loads to the same model: `extends` resolved,
 * comments lost. */
enum err_code desc_show_model(const char *path, struct text *out, struct diag_list *d,
                              struct err *e) ERR_CHECKED;
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
