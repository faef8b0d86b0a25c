#include "lab/spike_train.h"

#include <math.h>

double spike_train_first_ms(const struct lab_population *p, uint32_t cell, int64_t dt_fs)
{
    for (size_t k = 0; k < p->n_spikes; k++) {
        if (p->spikes[k].cell == cell) {
            return ir_time_ms(p->spikes[k].step + 1, dt_fs);
        }
    }
    return -1.0;
}

size_t spike_train_count(const struct lab_population *p, uint32_t cell)
{
    size_t n = 0;
    for (size_t k = 0; k < p->n_spikes; k++) {
        n += p->spikes[k].cell == cell ? 1 : 0;
    }
    return n;
}

/* One cell's spikes in the window: sums over its intervals. */
struct cell_sums {
    uint32_t n;
    double last_ms, sum, sum_of_squares;
};

static void add_spike(struct cell_sums *s, double t_ms)
{
    if (s->n > 0) {
        const double interval = t_ms - s->last_ms;
        s->sum += interval;
        s->sum_of_squares += interval * interval;
    }
    s->last_ms = t_ms;
    s->n++;
}

static double interval_cv(const struct cell_sums *s)
{
    const double n = (double)(s->n - 1), mean = s->sum / n;
    const double variance = s->sum_of_squares / n - mean * mean;
    return mean > 0.0 ? sqrt(variance > 0.0 ? variance : 0.0) / mean : 0.0;
}

static double sample_sd(double sum, double sum_of_squares, double n)
{
    const double variance = n > 1.0 ? (sum_of_squares - sum * sum / n) / (n - 1.0) : 0.0;
    return sqrt(variance > 0.0 ? variance : 0.0);
}

enum err_code spike_train_statistics(const struct lab_population *p, int64_t dt_fs,
                                     double from_ms, double until_ms, uint32_t least_spikes,
                                     struct spike_train_statistics *out, struct err *e)
{
    struct cell_sums *cells;
    *out = (struct spike_train_statistics){0};
    ERR_TRY(mem_alloc(&cells, p->n, sizeof *cells, e));
    for (size_t k = 0; k < p->n_spikes; k++) {
        const double t = ir_time_ms(p->spikes[k].step, dt_fs);
        if (t >= from_ms && t < until_ms) {
            add_spike(&cells[p->spikes[k].cell], t);
        }
    }
    const double n = (double)p->n, seconds = (until_ms - from_ms) * 1e-3;
    double sum = 0.0, squares = 0.0, cv = 0.0, cv_squares = 0.0;
    for (uint32_t k = 0; k < p->n; k++) {
        const double count = (double)cells[k].n;
        sum += count;
        squares += count * count;
        if (cells[k].n >= least_spikes && cells[k].n >= 3) {
            const double x = interval_cv(&cells[k]);
            cv += x;
            cv_squares += x * x;
            out->n_cv++;
        }
    }
    const double sd = sample_sd(sum, squares, n);
    out->rate_mean_hz = n > 0.0 ? sum / n / seconds : 0.0;
    out->rate_sd_hz = sd / seconds;
    out->fano = sum > 0.0 ? sd * sd / (sum / n) : (double)NAN;
    out->cv_mean = out->n_cv > 0 ? cv / (double)out->n_cv : (double)NAN;
    out->cv_sd = sample_sd(cv, cv_squares, (double)out->n_cv);
    mem_free(cells);
    return ERR_OK;
}
