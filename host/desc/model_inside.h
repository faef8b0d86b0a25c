/* desc/model_inside.h: the parts of a model file's reader. Inside of this room only.
 * model_file.c: the keys; model_parts.c: parameters, states, receptors, presets;
 * model_equations.c: statements. Sees: base, lang, desc. */
#ifndef DESC_MODEL_INSIDE_H
#define DESC_MODEL_INSIDE_H

#include "desc/field.h"

struct model_reader {
    struct load *l;
    struct model *m;
    struct yaml *tree;
    struct scope
        names; /* parameters and states: a unit that has the name of one is that name */
};

void model_read_parameters(struct model_reader *r);
void model_read_states(struct model_reader *r);
void model_read_receptors(struct model_reader *r);
void model_read_presets(struct model_reader *r);
/* Fills names from the trees' keys before any expression is parsed. */
void model_collect_names(struct model_reader *r);

/* `equations:`, joined over what the model extends; `reset:`, one text. */
void model_read_equations(struct model_reader *r);
void model_read_reset(struct model_reader *r);

#endif
