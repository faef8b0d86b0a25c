/* desc/network_inside.h: the parts of a network file's reader. Inside of this room only.
 * network_file.c: load, overrides, usage errors; network_names.c: constants, functions,
 * signals; time_file.c: time, seed, space; population_file.c, input_file.c, projection_file.c,
 * record_file.c: one section each; course.c: time courses. Sees: base, lang, desc. */
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
};

void network_read_precision(struct network_reader *r);
void network_read_time(struct network_reader *r);
void network_read_space(struct network_reader *r);
void network_read_names(struct network_reader *r);
void network_read_populations(struct network_reader *r);
void network_read_inputs(struct network_reader *r);
void network_read_projections(struct network_reader *r);
void network_read_record(struct network_reader *r);

/* An entry of a named section over the section's `defaults:`. NULL after a diagnostic (no map).
 */
struct yaml *network_entry(struct network_reader *r, struct yaml *section, uint32_t k,
                           const char *section_name, const char *what);
/* Populations by name: one or a list. false after a diagnostic; what is found is in *out all
 * the same. */
bool network_find_populations(struct network_reader *r, const struct yaml *node,
                              const char *what, uint32_t **out, uint32_t *n);
/* Reports distances or positions in an expression where the network has no space. */
bool network_check_space(struct network_reader *r, const struct ast *e, const char *what);
/* A constant time on the step grid, in steps; 0 or more. False after a diagnostic that names
 * the nearest times. */
bool network_read_steps(struct network_reader *r, const struct yaml *node, const char *what,
                        int64_t *out);
/* The same for a value that is known already. */
bool network_to_steps(struct network_reader *r, const struct yaml *node, double t_ms,
                      const char *what, int64_t *out);

/* Weights by receptor, for inputs and projections. false after a diagnostic. */
struct weight_place {
    struct yaml *entry;
    const uint32_t *to;
    uint32_t n_to;
    const struct scope *scope;
    unsigned allowed; /* bits of desc/depends.h */
    const char *what; /* "projection 'FSI_SPN'" */
};
bool network_read_weights(struct network_reader *r, const struct weight_place *place,
                          struct desc_weight **out, uint32_t *n);

/* node: a number, an expression of t and i, or {steps: [[t, v], …]}. units: the dimensions it
 * must have (one per target; at least one); no_units: one of the targets opts out. */
bool course_read(struct network_reader *r, struct yaml *node, const struct unit *unit,
                 bool no_units, const char *what, struct course *out);
/* [[t, v], …]: t ascends strictly, each value holds until the next. */
bool course_read_steps(struct network_reader *r, const struct yaml *node,
                       const struct unit *unit, bool no_units, const char *what,
                       struct ir_table *out);
/* Outside of [from, until) the course is `outside`. INT64_MIN, INT64_MAX: no bound. */
bool course_cut(struct network_reader *r, struct course *c, int64_t from, int64_t until,
                double outside);
/* The same course as an expression of t. */
struct ast *course_expression(struct network_reader *r, const struct ir_table *table,
                              struct unit unit, struct pos at);

#endif
