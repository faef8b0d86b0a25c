/* lang/model_walk.h: the parts of model_check. Private to it. Sees: base, lang. */
#ifndef LANG_MODEL_WALK_H
#define LANG_MODEL_WALK_H

#include "lang/check_walk.h"
#include "lang/model.h"

/* Each adds its diagnostics and goes on. In the order of model_check: */
/* Names of parameters and states into m->scope; units of defaults and initial values. order: as
 * of model_order. */
void model_declare(struct model *m, uint32_t *order, uint32_t *n_order, struct diag_list *d);
/* order: [n_parameters], so that a value comes after those it depends on, under a preset (or
 * NULL); *n_order is less where there are cycles, which are diagnostics. */
void model_order(const struct model *m, const struct model_preset *preset, uint32_t *order,
                 uint32_t *n_order, struct diag_list *d);
/* The preset's value of a parameter or, where it has none, the default, and its place. */
const struct ast *model_value(const struct model *m, const struct model_preset *preset,
                              uint32_t parameter, struct pos *at);
/* Statements, threshold, reset, refractory time (model_statements.c). */
void model_check_statements(struct model *m, struct diag_list *d);
/* Receptors, presets, held variables, current (model.c). */
/* Values of defaults and presets (model_values.c). */
void model_check_values(const struct model *m, const uint32_t *order, uint32_t n_order,
                        struct diag_list *d);

/* An expression over the parameters alone, or over what else `c` allows; sets rules for it. */
struct model_rules {
    struct check_rules rules;
    struct checker checker;
};
/* A checker for constants of the model: no t, i, x, y, z, signals, states or draws. */
void model_rules_constant(struct model_rules *r, const struct model *m, const char *what,
                          struct diag_list *d);
/* A checker for initial values: draws, i, x, y, z and the first n_states states as well. */
void model_rules_initial(struct model_rules *r, const struct model *m, uint32_t n_states,
                         const char *what, struct diag_list *d);
/* Sets *unit from the dimension where it is known. */
bool model_take_unit(struct dimension dimension, struct unit *unit);

#endif
