/* sim/sim_report.h: what a run tells about itself: warnings, and the state that left the range
 * of numbers. Sees: net. */
#ifndef SIM_SIM_REPORT_H
#define SIM_SIM_REPORT_H

#include "base/hash.h"
#include "sim/backend.h"

/* The first state of a slice that is not finite: least step, then population, then cell. */
struct sim_bad {
    uint32_t offset; /* step after the slice's first */
    uint32_t population, cell;
};

enum err_code sim_report_init(struct sim_report *r, const struct network *n,
                              struct err *e) ERR_CHECKED;
/* Adds what the slice's look at Euler's limit found, if there was one in its first n_steps. */
void sim_report_watches(struct sim_report *r, const struct network *n,
                        const struct sim_drained *drained, uint32_t n_steps);
/* false: all states stayed finite. */
bool sim_report_bad(const struct network *n, const struct sim_drained *drained,
                    struct sim_bad *bad);
/* ERR_NUMERIC with the message; values: the cell's states now. */
enum err_code sim_report_not_finite(const struct network *n, const struct sim_bad *bad,
                                    int64_t step, const double *values, struct err *e);

#endif
