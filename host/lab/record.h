/* lab/record.h: a run whose spikes and recorded quantities stay in memory. Sees: base, lang,
 * desc, device, net, sim. Memory: lab_record_fini. */
#ifndef LAB_RECORD_H
#define LAB_RECORD_H

#include "sim/sim.h"

struct lab_population {
    const char *name; /* in the description's arena */
    uint32_t n;
    struct sim_spike *spikes; /* [n_spikes] sorted by step, then cell */
    size_t n_spikes, capacity;
};

/* One recorded variable of one population. */
struct lab_trace {
    uint32_t population;
    const char *variable;
    char unit[32]; /* text of the display unit, "" for none */
    uint32_t n_cells;
    uint32_t *cells;
    int64_t from, every; /* steps: row r is at step from + r*every */
    double *values;      /* [n_rows][n_cells] in display units */
    double display; /* values = house units (declared ones where a model opts out) * display */
    size_t n_rows, capacity;
};

struct lab_record {
    struct lab_population *populations;
    struct lab_trace *traces;
    uint32_t n_populations, n_traces;
    int64_t dt_fs, n_steps; /* steps from t = 0 that were run */
    enum precision precision;
    uint64_t hash;        /* of the spikes, as every run prints it */
    uint64_t fingerprint; /* of the spikes and of every bit that was recorded */
    bool has_stopped;     /* by stop_when */
    const char
        *euler; /* variable whose forward Euler step was unstable (dt*J below -2), or NULL */
};

struct lab_options {
    struct sim_options sim;
    bool (*progress)(void *context, double fraction); /* false: stop; may be NULL */
    void *context;
};

/* Runs a loaded network on a device (NULL: plain C). Errors as network_create and sim_run; what
 * is wrong in the file goes to d. The record borrows names from the description. */
enum err_code lab_run(struct lab_record *out, const struct desc_network *desc,
                      struct device *device, const struct lab_options *o, struct diag_list *d,
                      struct err *e) ERR_CHECKED;
void lab_record_fini(struct lab_record *r);
/* The trace of a variable, NULL where it was not recorded. */
const struct lab_trace *lab_trace_of(const struct lab_record *r, uint32_t population,
                                     const char *variable);

#endif
