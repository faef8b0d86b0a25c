/* striatum_neuron.h: what one call of striatum_neuron works with; for the striatum_neuron*.c
 * files only. */
#ifndef STRIATUM_NEURON_H
#define STRIATUM_NEURON_H

#include "striatum_handle.h"

#include "lab/protocol.h"
#include "lab/record.h"

/* What a call works with. */
struct neuron {
    struct striatum *s;
    const struct striatum_neuron_options *o;
    struct model *model;
    struct lab_protocol protocol;
    struct lab_step_current step;
    bool has_step;
    double duration_ms, step_ms;
    const char *clamped;       /* variable, or NULL */
    const char **clamp_values; /* [n_clamp] */
    uint32_t n_clamp;
    struct lab_record record;
};

/* striatum_neuron_report.c: what came out, for people and as JSON. */
void striatum_neuron_table(const struct neuron *n, struct text *t);
void striatum_neuron_json(const struct neuron *n, struct text *out);

#endif
