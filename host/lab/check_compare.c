/* What came out of a check against what its model file expects. */
#include "lab/check_run.h"
#include "lab/spike_train.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static void complain(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void complain(struct text *t, const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_print(t, "%s%s", t->length > 0 ? "; " : "", line);
}

/* A number of spikes that is told exactly may be off by one in single precision, but none stays
 * none. */
static void check_spikes(const struct selfcheck_expect *x, const struct lab_record *r,
                         struct text *t)
{
    const double n = (double)r->populations[0].n_spikes;
    const double loose =
        x->is_range || r->precision == PRECISION_DOUBLE || x->low == 0.0 ? 0.0 : 1.0;
    if (!(n >= x->low - loose && n <= x->high + loose)) {
        complain(t,
                 x->is_range ? "spikes: %.0f, expected from %.0f to %.0f"
                             : "spikes: %.0f, expected %.0f",
                 n, x->low, x->high);
    }
}

static void check_first(const struct selfcheck_expect *x, const struct model_selfcheck *c,
                        const struct lab_record *r, struct text *t)
{
    const double step = ir_time_ms(1, r->dt_fs),
                 first = spike_train_first_ms(&r->populations[0], 0, r->dt_fs);
    double loose = r->precision == PRECISION_DOUBLE ? 0.5 * step : 1.5 * step;
    for (uint32_t k = 0; k < c->n_expect && r->precision == PRECISION_SINGLE; k++) {
        if (c->expect[k].kind == SELFCHECK_FIRST_WITHIN) {
            loose = fmax(loose, c->expect[k].high + 0.5 * step);
        }
    }
    if (first < 0.0) {
        complain(t, "first spike: none, expected at %.10g ms", x->low);
    } else if (!(first >= x->low - loose && first <= x->high + loose)) {
        complain(t, "first spike: at %.10g ms, expected at %.10g ms", first, x->low);
    }
}

/* Value in the units of the check's bounds. */
static double value_at(const struct lab_trace *trace, size_t row, uint32_t cell)
{
    return trace->values[row * trace->n_cells + cell] / trace->display;
}

static double final_value(const struct lab_trace *trace)
{
    return value_at(trace, trace->n_rows - 1, 0);
}

static double extreme_value(const struct lab_trace *trace, double sign)
{
    double most = -(double)INFINITY;
    for (size_t row = 0; row < trace->n_rows; row++) {
        const double y = sign * value_at(trace, row, 0);
        most = y > most || isnan(y) ? y : most;
    }
    return sign * most;
}

/* Mean or standard deviation over all cells and the rows of the last half. */
static double moment(const struct lab_trace *trace, bool is_sd)
{
    const size_t first = trace->n_rows / 2, n = (trace->n_rows - first) * trace->n_cells;
    double mean = 0.0, squares = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0.0;
        for (size_t row = first; row < trace->n_rows; row++) {
            for (uint32_t cell = 0; cell < trace->n_cells; cell++) {
                const double y = value_at(trace, row, cell);
                sum += pass == 0 ? y : (y - mean) * (y - mean);
            }
        }
        mean = pass == 0 ? sum / (double)n : mean;
        squares = sum;
    }
    return is_sd ? sqrt(squares / (double)n) : mean;
}

static void check_value(const struct selfcheck_expect *x, const struct model *m,
                        const struct lab_record *r, const char *what,
                        double (*measure)(const struct lab_trace *), struct text *t)
{
    const struct lab_trace *const trace = lab_trace_of(r, 0, x->variable);
    if (trace == NULL || trace->n_rows == 0 || trace->n_cells == 0) {
        complain(t, "%s %s: nothing was recorded", what, x->variable);
        return;
    }
    const double value = measure(trace);
    const double shown = m->no_units || x->unit.to_house == 0.0 ? 1.0 : 1.0 / x->unit.to_house;
    if (!(value >= x->low && value <= x->high)) {
        complain(t, "%s %s: %.9g, expected from %.9g to %.9g", what, x->variable, value * shown,
                 x->low * shown, x->high * shown);
    }
}

static double most_value(const struct lab_trace *trace)
{
    return extreme_value(trace, 1.0);
}

static double least_value(const struct lab_trace *trace)
{
    return extreme_value(trace, -1.0);
}

static double mean_value(const struct lab_trace *trace)
{
    return moment(trace, false);
}

static double sd_value(const struct lab_trace *trace)
{
    return moment(trace, true);
}

bool lab_check_compare(const struct model *m, const struct model_selfcheck *c,
                       const struct lab_record *r, struct text *complaint)
{
    for (uint32_t k = 0; k < c->n_expect; k++) {
        const struct selfcheck_expect *const x = &c->expect[k];
        switch (x->kind) {
        case SELFCHECK_SPIKES:
            check_spikes(x, r, complaint);
            break;
        case SELFCHECK_FIRST:
            check_first(x, c, r, complaint);
            break;
        case SELFCHECK_FIRST_WITHIN:
            break; /* loosens the one above */
        case SELFCHECK_FINAL:
            check_value(x, m, r, "final", final_value, complaint);
            break;
        case SELFCHECK_MOST:
            check_value(x, m, r, "most", most_value, complaint);
            break;
        case SELFCHECK_LEAST:
            check_value(x, m, r, "least", least_value, complaint);
            break;
        case SELFCHECK_MEAN:
            check_value(x, m, r, "mean", mean_value, complaint);
            break;
        case SELFCHECK_SD:
            check_value(x, m, r, "sd", sd_value, complaint);
            break;
        }
    }
    return complaint->length == 0;
}
