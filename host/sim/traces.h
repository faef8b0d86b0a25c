/* sim/traces.h: recorded quantities: which blocks of cells a backend samples, in which steps,
 * and the picking of the recorded lanes. Sees: net. Memory: traces_fini frees. */
#ifndef SIM_TRACES_H
#define SIM_TRACES_H

#include "sim/backend.h"

struct traces {
    const struct network *network; /* borrowed */
    struct sim_sampling *sampling; /* [n_populations] */
    uint32_t **lanes; /* [n_traces][n_cells]: where a recorded cell is in a row of its sample */
    double *rows;     /* of one trace and slice */
    size_t rows_capacity;
};

enum err_code traces_init(struct traces *t, const struct network *n, struct err *e) ERR_CHECKED;
void traces_fini(struct traces *t);
/* due[p], bit s: a trace of population p samples step first + s. Nothing is due before t = 0.
 */
void traces_due(const struct traces *t, int64_t first, uint32_t n_steps, uint32_t *due);
/* Hands the rows of steps first … first + n_steps - 1 to the sink, in display units. */
enum err_code traces_pick(struct traces *t, const struct sim_drained *drained, uint32_t n_steps,
                          const struct sim_sink *sink, struct err *e) ERR_CHECKED;

#endif
