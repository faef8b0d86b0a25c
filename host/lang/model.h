/* lang/model.h: a checked neuron model. desc/ fills the texts and trees from YAML; model_check
 * proves it sound. Sees: base, ast, check. Memory: the arena of the loaded network. */
#ifndef LANG_MODEL_H
#define LANG_MODEL_H

#include "lang/check.h"

enum model_integrator {
#define INTEGRATOR_ROW(id, name, doc) id,
#include "lang/integrators.def"
#undef INTEGRATOR_ROW
    INTEGRATOR_N
};

struct model_parameter {
    const char *name, *doc;
    struct pos at;
    struct ast *value; /* default: constant, or an expression of other parameters */
    struct unit unit;  /* as declared (to_house 0: not declared, model_check takes it from the
                        * value);  display = house / unit.to_house. Values of a model that opts
                        * out of units  stay in the declared unit: then to_house is kept but
                        * numbers are not converted */
    bool has_range, has_slider;
    double low,
        high; /* range of validity, house units (declared units where the model opts out) */
    double slider_low, slider_high;
};

struct model_receptor {
    const char *name;     /* matched without regard to case */
    const char *variable; /* the state it adds to */
    struct pos at;
    uint32_t state; /* index, after the check */
};

struct model_state {
    const char *name;
    struct pos at;
    struct ast *initial; /* of parameters, draws, i, x, y, z and earlier states */
    struct unit
        unit; /* from the initial value or a declaration; display unit as for parameters */
    bool has_unit;
};

struct model_preset {
    const char *name, *doc;
    struct pos at;
    const char **names; /* parameter or state (initial value) */
    struct ast **values;
    struct pos *places;
    uint32_t n;
};

struct desc_model_extra;
struct model {
    const char *file; /* as found */
    const char *stem; /* file name without folder and suffix */
    const char *name, *doc, *source;
    bool no_units; /* `units: none`: opts out of the dimension check */
    enum model_integrator integrator;
    struct model_parameter *parameters;
    struct model_receptor *receptors;
    struct model_state *states;
    struct model_preset *presets;
    struct stmt *statements;
    struct stmt *reset;            /* assignments only; sees the state after the statements */
    struct ast *threshold;         /* NULL: never spikes */
    struct ast *refractory;        /* duration, or NULL */
    const char **held;             /* variables held while refractory */
    uint32_t *held_states;         /* their indices, after the check */
    const char *current;           /* parameter that injected current adds to, or NULL */
    struct symbol **intermediates; /* in order of first assignment, after the check */
    uint32_t n_parameters, n_receptors, n_states, n_presets, n_statements, n_reset, n_held,
        n_intermediates;
    struct pos at, threshold_at, integrator_at;
    const struct desc_model_extra *extra; /* protocol and checks (desc/selfcheck.h), or NULL */
    struct scope scope; /* all of its names, after the check; parent: functions, t, dt, pi, i */
};

/* Checks everything: names, use before assignment, arity, truth values, dimensions as far as
 * declared, cycles among parameter defaults, a differential equation of something that is no
 * state, a receptor on no state, reset assigning parameters, values outside their ranges. true:
 * sound. */
bool model_check(struct model *m, struct diag_list *d);
/* May this parameter have this value (house units; declared units where the model opts out)?
 * Range, NaN and infinity, and a time constant or a factor of dx/dt that is not above 0. false
 * after a diagnostic. */
bool model_check_parameter(const struct model *m, uint32_t parameter, double value,
                           struct pos at, struct diag_list *d);
/* Do the equations of a segment, not of a run, advance together under this integrator
 * (midpoint, rk4, exact)? */
bool model_has_segments(enum model_integrator integrator);
/* Does a checked statement part two segments: an assignment to a state, or one that draws? */
bool model_parts_segments(const struct stmt *s);
/* Index by name or -1. Receptors compare without regard to case. */
int model_find_parameter(const struct model *m, const char *name);
int model_find_state(const struct model *m, const char *name);
int model_find_receptor(const struct model *m, const char *name);
/* May weights of this receptor be negative? Not where it adds to a conductance; a model without
 * units does not say what its variables are. After the check. */
bool model_receptor_is_signed(const struct model *m, uint32_t receptor);
int model_find_intermediate(const struct model *m, const char *name);

#endif
