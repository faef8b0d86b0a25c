/* desc/selfcheck.h: what a model file says beside its equations: the protocol that shows the
 * model off, and its checks: small experiments with known answers, run by `striatum selftest`
 * and the tests. A check's conditions stay YAML nodes: whoever runs it writes them into a
 * network of one population (desc_load_network_text). Sees: base, lang, desc/yaml.h. Memory:
 * the arena of the load. */
#ifndef DESC_SELFCHECK_H
#define DESC_SELFCHECK_H

#include "desc/yaml.h"
#include "lang/model.h"

/* Before, during and after a step of the model's `current:`. */
struct model_protocol {
    double times_ms[3]; /* 100, 500, 100 where none are given */
    bool has_times;
    struct ast *amplitude;  /* checked, of the unit of the current, or NULL */
    double amplitude_value; /* in house units; in the declared unit where the model opts out of
                               units */
    bool has_amplitude;
    double step_ms; /* 0: not given */
};

enum selfcheck_kind {
    SELFCHECK_SPIKES,       /* number of spikes of all cells */
    SELFCHECK_FIRST,        /* ms: first spike of cell 0 */
    SELFCHECK_FIRST_WITHIN, /* ms: how far off it may be in single precision */
    SELFCHECK_FINAL,        /* cell 0's value in the last row */
    SELFCHECK_MOST,         /* largest and smallest value of cell 0 */
    SELFCHECK_LEAST,
    SELFCHECK_MEAN, /* over all cells and the rows of the last half of the run */
    SELFCHECK_SD
};
struct selfcheck_expect {
    enum selfcheck_kind kind;
    const char *variable; /* a state, parameter or intermediate; NULL for spikes and times */
    double low, high; /* house units; declared units where the model opts out. Equal where one
                         number is given */
    bool is_range;
    struct unit unit; /* declared, to show the value; no unit for spikes, ms for times */
    struct pos at;
};
struct model_selfcheck {
    const char *name, *doc; /* doc may be NULL */
    struct pos at;
    /* As written, shape and names checked; NULL where absent. */
    const struct yaml *preset, *set, *initial, *integrator, *count, *seed, *step, *duration,
        *settle, *current, *courses, *spikes;
    struct selfcheck_expect *expect;
    uint32_t n_expect;
};
struct model_selfcheck_list {
    struct model_selfcheck *items;
    uint32_t n;
};

/* Never NULL; of a model that no file holds they are empty. */
const struct model_selfcheck_list *desc_model_selfchecks(const struct model *m);
/* preset: name, or NULL: the model's own. What a preset does not change is the model's. */
const struct model_protocol *desc_model_protocol(const struct model *m, const char *preset);

#endif
