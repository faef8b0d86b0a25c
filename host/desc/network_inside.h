/* desc/network_inside.h: the parts of a network file's reader. Inside of this room only.
 * network_file.c: load, overrides, usage errors; network_names.c: constants, functions,
 * signals; time_file.c: time, seed, space; population_file.c, input_file.c, projection_file.c,
 * record_file.c: one section each; course.c, course_file.c: time courses; weight_file.c:
 * weights. Sees: base, lang, desc. */
#ifndef DESC_NETWORK_INSIDE_H
#define DESC_NETWORK_INSIDE_H

#include "desc/depends.h"
#include "desc/field.h"

struct network_reader {
    struct load *l;
    struct desc_network *net;
    struct yaml *tree, *defaults;
    struct scope cell_scope;  /* i, x, y, z over the network's own names */
    struct scope index_scope; /* i alone: inputs */
    struct scope pair_scope;  /* distance, dx, dy, dz, i_pre, i_post */
    const char **population_names;
};

/* A value over time: an expression, or a table of steps. Exactly one of the two. */
struct course {
    struct ast *value;
    struct ir_table table;
    bool has_outside; /* a file says what holds outside of its times */
    bool
        must_cover; /* … and that nothing does: the steps looked at must lie in [first, last] */
    int64_t first, last;
};
/* What a course is for. */
struct course_place {
    const struct unit *unit; /* NULL: any */
    bool no_units;           /* of a model that opts out */
    bool is_state;           /* each value acts once, so equal ones count too */
    const char *what;        /* "value of input 'pulse'" */
};

void network_read_precision(struct network_reader *r);
void network_read_time(struct network_reader *r);
void network_read_space(struct network_reader *r);
void network_read_names(struct network_reader *r);
void network_read_populations(struct network_reader *r);
void network_read_inputs(struct network_reader *r);
void network_read_projections(struct network_reader *r);
struct weight_column;
/* Connections given one by one: the file, its columns (edges_file.c). columns: of the weights.
 * delay: {column: …} or NULL. */
void network_read_edges(struct network_reader *r, struct yaml *entry, const char *what,
                        const struct weight_column *columns, struct yaml *delay,
                        struct desc_projection *p);
void network_read_stop(struct network_reader *r);
void network_read_record(struct network_reader *r);

/* An entry of a named section over the section's `defaults:`. NULL after a diagnostic (no map).
 */
struct yaml *network_entry(struct network_reader *r, struct yaml *section, uint32_t k,
                           const char *section_name, const char *what);
/* Populations by name: one or a list. false after a diagnostic; what is found is in *out all
 * the same. */
bool network_find_populations(struct network_reader *r, const struct yaml *node,
                              const char *what, uint32_t **out, uint32_t *n);
/* The model's own functions over the names of a place, for expressions that see both; needed
 * while they are checked. */
void network_over_functions(const struct model *m, const struct scope *above,
                            struct scope *out);
/* Reports distances or positions in an expression where the network has no space. */
bool network_check_space(struct network_reader *r, const struct ast *e, const char *what);
/* A constant time on the step grid, in steps; 0 or more. False after a diagnostic that names
 * the nearest times. */
bool network_read_steps(struct network_reader *r, const struct yaml *node, const char *what,
                        int64_t *out);
/* The same for a value that is known already. */
bool network_to_steps(struct network_reader *r, const struct yaml *node, double t_ms,
                      const char *what, int64_t *out);

/* What a column of one value per cell is for. */
struct column_place {
    const struct unit *unit; /* NULL: any */
    bool no_units;
    uint32_t n_cells;
    const struct model *model;
    int parameter;    /* each value must suit it; -1: a state */
    const char *what; /* "'vr' of population 'A'" */
};
/* [n_cells] in house units. NULL after a diagnostic. */
const double *column_read(struct network_reader *r, struct yaml *map,
                          const struct column_place *place);

/* A weight that is a column of the projection's file: {column: weight_nS, unit: nS}. */
struct weight_column {
    const struct yaml *column, *unit; /* nodes; column NULL: the weight is an expression */
    const struct yaml *node;
    const struct unit *wanted; /* declared unit of the receptor's variable, or NULL */
    bool no_units;
    bool is_signed; /* weights may be below 0 */
};
/* Is this weight in house units one that the receptor can have? */
static inline bool network_weight_is_right(double weight, bool is_signed)
{
    return weight <= 1e30 && weight >= (is_signed ? -1e30 : 0.0);
}
/* What is said of one that is not, and of a negative one of a conductance. */
#define NETWORK_WEIGHT_RULE(is_signed)                                                         \
    ((is_signed) ? "it must be finite" : "it must be 0 or more, and finite")
#define NETWORK_WEIGHT_HINT                                                                    \
    "a weight is the receptor's jump, so it is positive for inhibition too; its reversal "     \
    "potential or its sign in the model inhibits"
/* Weights by receptor, for inputs and projections. false after a diagnostic. */
struct weight_place {
    struct yaml *entry;
    const uint32_t *to;
    uint32_t n_to;
    const struct scope *scope;
    unsigned allowed;               /* bits of desc/depends.h */
    const char *what;               /* "projection 'FSI_SPN'" */
    struct weight_column **columns; /* out: [n], where columns are possible; else NULL */
};
bool network_read_weights(struct network_reader *r, const struct weight_place *place,
                          struct desc_weight **out, uint32_t *n);

/* node: a number, an expression of t and i, {steps: [[t, v], …]}, or {file: …} (course_file.c).
 */
bool course_read(struct network_reader *r, struct yaml *node, const struct course_place *place,
                 struct course *out);
/* [[t, v], …]: t ascends strictly, each value holds until the next. */
bool course_read_steps(struct network_reader *r, const struct yaml *node,
                       const struct course_place *place, struct ir_table *out);
/* {file: rates.csv, time: t_ms, column: rate, unit: Hz, interpolate: step, outside: hold}. */
bool course_read_file(struct network_reader *r, struct yaml *map,
                      const struct course_place *place, struct course *out);
/* Is this map a course, where a map may also be a column of one value per cell? */
bool course_is_meant(const struct yaml *map);
/* Outside of [from, until) the course is `outside`. INT64_MIN, INT64_MAX: no bound. NaN:
 * nothing holds there (a course on a state). false after a diagnostic at node. */
bool course_cut(struct network_reader *r, struct course *c, const struct yaml *node,
                int64_t from, int64_t until, double outside);
/* The table as a name of the network, and an expression that is this name. NULL when memory is
 * out. */
struct ast *course_name(struct network_reader *r, const struct ir_table *table,
                        struct unit unit, const char *name, struct pos at);
/* The nearest step, half up: a time of a file need not lie on the grid. */
int64_t network_nearest_step(const struct network_reader *r, double t_ms);

#endif
