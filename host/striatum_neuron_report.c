/* striatum_neuron_report.c: numbers of one cell's run: spikes, rate, latency, levels of a
 * clamp. */
#include "striatum_neuron.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Numbers of the cell's spikes. */
struct neuron_measures {
    size_t n_spikes, n_during;
    double first_ms, latency_ms, rate_hz, cv;
};

static struct neuron_measures measure(const struct neuron *n)
{
    struct neuron_measures m = {.first_ms = -1.0, .latency_ms = -1.0, .cv = (double)NAN};
    const struct lab_population *const p = &n->record.populations[0];
    const double from = n->has_step ? n->step.before_ms : 0.0;
    const double until =
        n->has_step ? fmin(from + n->step.during_ms, n->duration_ms) : n->duration_ms;
    double sum = 0.0, squares = 0.0;
    m.n_spikes = p->n_spikes;
    for (size_t k = 0; k < p->n_spikes; k++) {
        const double t = ir_time_ms(p->spikes[k].step + 1, n->record.dt_fs);
        m.first_ms = k == 0 ? t : m.first_ms;
        m.latency_ms = m.latency_ms < 0.0 && t > from ? t - from : m.latency_ms;
        m.n_during += t > from && t <= until ? 1 : 0;
        if (k > 0) {
            const double interval =
                ir_time_ms(p->spikes[k].step - p->spikes[k - 1].step, n->record.dt_fs);
            sum += interval;
            squares += interval * interval;
        }
    }
    m.rate_hz = until > from ? (double)m.n_during / (until - from) * 1e3 : 0.0;
    if (p->n_spikes > 2) {
        const double intervals = (double)(p->n_spikes - 1), mean = sum / intervals;
        m.cv = sqrt(fmax(squares / intervals - mean * mean, 0.0)) / mean;
    }
    return m;
}

static size_t last_row_of_level(const struct neuron *n, const struct lab_trace *t,
                                uint32_t level)
{
    const double end_ms = (level + 1) * n->duration_ms / n->n_clamp;
    const int64_t steps = (int64_t)llround(end_ms * 1e12 / (double)n->record.dt_fs);
    const size_t row = (size_t)(steps / t->every);
    return row == 0 ? 0 : row - 1 < t->n_rows ? row - 1 : t->n_rows - 1;
}

/* A row per quantity, a column per level. */
static void clamp_table(const struct neuron *n, struct text *t)
{
    text_print(t, "  at the end of each level (%.6g ms)\n", n->duration_ms / n->n_clamp);
    for (uint32_t k = 0; k < n->record.n_traces; k++) {
        const struct lab_trace *const trace = &n->record.traces[k];
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s%s%s", trace->variable,
                       trace->unit[0] != '\0' ? " (" : "", trace->unit,
                       trace->unit[0] != '\0' ? ")" : "");
        text_print(t, "  %-22s", name);
        for (uint32_t level = 0; level < n->n_clamp; level++) {
            text_print(t, " %12.7g",
                       trace->n_rows == 0 ? 0.0
                                          : trace->values[last_row_of_level(n, trace, level)]);
        }
        text_add(t, "\n");
    }
}

void striatum_neuron_table(const struct neuron *n, struct text *t)
{
    const struct lab_population *const p = &n->record.populations[0];
    const struct neuron_measures m = measure(n);
    text_print(t, "%s: %s\n", n->model->stem,
               n->model->name != NULL ? n->model->name : n->model->stem);
    if (n->has_step) {
        text_print(t, "  %s = %s from %.6g to %.6g ms", n->model->current, n->step.amplitude,
                   n->step.before_ms, n->step.before_ms + n->step.during_ms);
    } else {
        text_print(t, "  %s", n->n_clamp > 0 ? "voltage clamp" : "no injected current");
    }
    text_print(t, ", %.6g ms in steps of %.6g ms, %s precision\n", n->duration_ms, n->step_ms,
               precision_name(n->record.precision));
    text_print(t, "  spikes   %zu", m.n_spikes);
    if (m.n_spikes > 0) {
        text_print(t, ", first at %.6g ms\n  rate     %.4g Hz%s\n", m.first_ms, m.rate_hz,
                   n->has_step ? " during the current" : "");
        if (m.latency_ms >= 0.0) {
            text_print(t, "  latency  %.6g ms\n", m.latency_ms);
        }
        if (!isnan(m.cv)) {
            text_print(t, "  interval CV %.3g\n", m.cv);
        }
        text_add(t, "  times (ms)");
        for (size_t k = 0; k < p->n_spikes && k < 200; k++) {
            text_print(t, "%s%.6g", k % 12 == 0 && k > 0 ? "\n             " : " ",
                       ir_time_ms(p->spikes[k].step + 1, n->record.dt_fs));
        }
        text_print(t, p->n_spikes > 200 ? " … and %zu more" : "", p->n_spikes - 200);
    }
    text_add(t, "\n");
    if (n->n_clamp > 0) {
        clamp_table(n, t);
    }
    if (n->record.euler != NULL) {
        text_print(t,
                   "  warning: forward Euler of %s was unstable (dt*J below -2): take "
                   "--integrator exponential_euler or a smaller --step\n",
                   n->record.euler);
    }
}

void striatum_neuron_json(const struct neuron *n, struct text *out)
{
    const struct lab_population *const p = &n->record.populations[0];
    const struct neuron_measures m = measure(n);
    json_t *const times = json_array(), *const levels = json_array();
    for (size_t k = 0; k < p->n_spikes; k++) {
        (void)json_array_append_new(
            times, json_real(ir_time_ms(p->spikes[k].step + 1, n->record.dt_fs)));
    }
    for (uint32_t level = 0; level < n->n_clamp; level++) {
        json_t *const item = json_object();
        for (uint32_t k = 0; k < n->record.n_traces; k++) {
            const struct lab_trace *const trace = &n->record.traces[k];
            (void)json_object_set_new(
                item, trace->variable,
                json_real(trace->n_rows == 0
                              ? 0.0
                              : trace->values[last_row_of_level(n, trace, level)]));
        }
        (void)json_array_append_new(levels, item);
    }
    json_t *const all =
        json_pack("{s:s, s:s, s:f, s:f, s:I, s:f, s:o, s:o}", "model", n->model->stem,
                  "precision", precision_name(n->record.precision), "duration_ms",
                  n->duration_ms, "step_ms", n->step_ms, "spikes", (json_int_t)m.n_spikes,
                  "rate_hz", m.rate_hz, "spike_times_ms", times, "clamp", levels);
    (void)json_object_set_new(all, "first_ms",
                              m.first_ms < 0.0 ? json_null() : json_real(m.first_ms));
    (void)json_object_set_new(all, "latency_ms",
                              m.latency_ms < 0.0 ? json_null() : json_real(m.latency_ms));
    (void)json_object_set_new(all, "interval_cv", isnan(m.cv) ? json_null() : json_real(m.cv));
    if (n->has_step) {
        (void)json_object_set_new(all, "current",
                                  json_pack("{s:s, s:s, s:f, s:f}", "parameter",
                                            n->model->current, "amplitude", n->step.amplitude,
                                            "from_ms", n->step.before_ms, "until_ms",
                                            n->step.before_ms + n->step.during_ms));
    }
    char *const dump = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    text_add(out, dump == NULL ? "null" : dump);
    text_add(out, "\n");
    free(dump);
    json_decref(all);
}
