/* desc/model_inside.h: the parts of a model file's reader. Inside of this room only.
 * model_file.c: the keys; model_parts.c: parameters, states, receptors, presets;
 * model_equations.c: statements; model_protocol.c, model_selfcheck.c: what shows and tests it.
 * Sees: base, lang, desc. */
#ifndef DESC_MODEL_INSIDE_H
#define DESC_MODEL_INSIDE_H

#include "desc/field.h"
#include "desc/selfcheck.h"

/* What desc keeps of a model's file: see selfcheck.h. */
struct desc_model_extra {
    struct model_selfcheck_list checks;
    struct model_protocol protocol;
    struct preset_extra {
        struct model_protocol protocol;
        enum model_integrator integrator; /* INTEGRATOR_N: the model's */
        struct pos integrator_at;
    } * presets;             /* [n_presets] */
    struct scope *functions; /* the model's own; t, dt, pi and i are above it */
    struct yaml *tree;       /* extends resolved */
};

struct model_reader {
    struct load *l;
    struct model *m;
    struct yaml *tree;
    struct desc_model_extra *extra;
    struct scope
        names; /* parameters and states: a unit that has the name of one is that name */
};

void model_read_parameters(struct model_reader *r);
void model_read_states(struct model_reader *r);
void model_read_receptors(struct model_reader *r);
void model_read_presets(struct model_reader *r);
/* Fills names from the trees' keys before any expression is parsed. */
void model_collect_names(struct model_reader *r);

/* `protocol:` of the model or of a preset, over what `out` holds already. After parameters and
 * `current`. */
void model_read_protocol(struct model_reader *r, struct yaml *node, const char *what,
                         struct model_protocol *out);
/* `selfcheck:`; after model_check, which gives names their units. */
void model_read_selfchecks(struct model_reader *r);

/* `equations:`, joined over what the model extends; `reset:`, one text. */
void model_read_equations(struct model_reader *r);
void model_read_reset(struct model_reader *r);

#endif
