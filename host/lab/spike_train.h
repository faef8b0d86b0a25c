/* lab/spike_train.h: numbers of spike trains. Sees: lab/record.h. */
#ifndef LAB_SPIKE_TRAIN_H
#define LAB_SPIKE_TRAIN_H

#include "lab/record.h"

/* Of the spikes of one population with times in [from_ms, until_ms); the time of a spike of
 * step n is (n + 1)*dt, but windows count it by the step's start, n*dt, as binned rates of the
 * field's simulators do. */
struct spike_train_statistics {
    double rate_mean_hz, rate_sd_hz; /* over cells; sd with n - 1 */
    double fano; /* variance (n - 1) over mean of the cells' counts; NaN for no spikes */
    double
        cv_mean; /* coefficient of variation of the intervals (sd with n), mean over cells … */
    double cv_sd;  /* … its sd over cells (n - 1) … */
    uint32_t n_cv; /* … of those with at least least_spikes spikes in the window */
};
enum err_code spike_train_statistics(const struct lab_population *p, int64_t dt_fs,
                                     double from_ms, double until_ms, uint32_t least_spikes,
                                     struct spike_train_statistics *out,
                                     struct err *e) ERR_CHECKED;
/* Time of the first spike of a cell in ms, -1 for none. */
double spike_train_first_ms(const struct lab_population *p, uint32_t cell, int64_t dt_fs);
size_t spike_train_count(const struct lab_population *p, uint32_t cell);

#endif
