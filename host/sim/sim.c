/* The time loop. It never waits for the slice just handed out: it keeps some slices in flight
 * and drains the oldest, in order. */
#include "sim/backends.h"

#include "base/clock.h"
#include "sim/sim_report.h"
#include "sim/spike_order.h"
#include "sim/stop.h"
#include "sim/traces.h"

/* Slices in flight are about this much work, so that a stop is quick and the queue of a device
 * never runs dry. */
static const double sim_flight_s = 0.05;

struct sim_loop {
    struct network *network;
    const struct sim_sink *sink;
    struct sim_report *report;
    const struct sim_backend_class *class;
    struct sim_backend *backend;
    struct net_wiring wiring;
    struct traces traces;
    struct spike_order order;
    struct stop stop;
    uint32_t *due;
    uint32_t slice; /* steps of a slice at most */
    uint32_t in_flight;
    double begun_s;   /* of sim_run */
    double drained_s; /* when the last slice was drained */
    double slice_s;   /* seconds of a slice, smoothed; 0: not measured yet */
    bool stops;       /* progress said so */
};

/* Steps of the slice that begins at `first`: none crosses t = 0 or the end. */
static uint32_t sim_slice_steps(const struct sim_loop *l, int64_t first)
{
    const int64_t end = first < 0 ? 0 : l->network->n_steps;
    return end - first < (int64_t)l->slice ? (uint32_t)(end - first) : l->slice;
}

/* Spikes of a drained slice from t = 0 on: hash and count always, the sink where the
 * population's spikes are recorded. */
static enum err_code sim_take_spikes(struct sim_loop *l, const struct sim_drained *d,
                                     uint32_t n_steps, struct err *e)
{
    const struct network *const n = l->network;
    for (uint32_t p = 0; d->first >= 0 && p < n->n_populations; p++) {
        spike_order_hash(d->entries[p], d->n_entries[p], d->first, n_steps,
                         &l->report->population_hash[p], &l->report->population_spikes[p]);
        if (d->n_entries[p] == 0 || l->sink->spikes == NULL ||
            !n->populations[p].records_spikes) {
            continue;
        }
        const struct sim_spike *spikes;
        uint64_t n_spikes;
        ERR_TRY(spike_order_sort(&l->order, d->entries[p], d->n_entries[p], d->first, n_steps,
                                 &spikes, &n_spikes, e));
        if (n_spikes != 0) {
            ERR_TRY(
                l->sink->spikes(l->sink->context, p, d->first, n_steps, spikes, n_spikes, e));
        }
    }
    return ERR_OK;
}

static enum err_code sim_fail_not_finite(struct sim_loop *l, const struct sim_bad *bad,
                                         int64_t step, struct err *e)
{
    double *values;
    ERR_TRY(mem_alloc(&values, l->network->populations[bad->population].step.n_states,
                      sizeof *values, e));
    enum err_code code = l->class->read_cell(l->backend, bad->population, bad->cell, values, e);
    if (code == ERR_OK) {
        code = sim_report_not_finite(l->network, bad, step, values, e);
    }
    mem_free(values);
    return code;
}

/* How far the slice counts: up to and including the first step after which stop_when holds, or
 * that left the range of numbers; in one and the same step the fault is told. */
static uint32_t sim_slice_end(struct sim_loop *l, const struct sim_drained *d,
                              struct sim_bad *bad, bool *is_bad, bool *has_stopped)
{
    *is_bad = sim_report_bad(l->network, d, bad);
    const uint32_t n_steps = *is_bad ? bad->offset + 1 : d->n_steps;
    const uint32_t stop = stop_find(&l->stop, d, n_steps);
    *has_stopped = stop != UINT32_MAX && !(*is_bad && bad->offset == stop);
    *is_bad = *is_bad && !*has_stopped;
    return *has_stopped ? stop + 1 : n_steps;
}

/* Drains one slice and hands out what it holds, as far as it counts. */
static enum err_code sim_take_slice(struct sim_loop *l, struct err *e)
{
    struct sim_drained d;
    ERR_TRY(l->class->drain(l->backend, &d, e));
    l->in_flight--;
    const double now = clock_now_s();
    const double took = now - l->drained_s;
    l->slice_s = l->slice_s == 0.0 ? took : 0.75 * l->slice_s + 0.25 * took;
    l->drained_s = now;
    if (l->report->first_step_s == 0.0) {
        l->report->first_step_s = now - l->begun_s;
    }
    struct sim_bad bad;
    bool is_bad, has_stopped;
    const uint32_t n_steps = sim_slice_end(l, &d, &bad, &is_bad, &has_stopped);
    ERR_TRY(sim_take_spikes(l, &d, n_steps, e));
    ERR_TRY(traces_pick(&l->traces, &d, n_steps, l->sink, e));
    sim_report_watches(l->report, l->network, &d, n_steps);
    l->report->n_done = d.first + n_steps;
    l->report->n_spikes = 0;
    for (uint32_t p = 0; p < l->network->n_populations; p++) {
        l->report->n_spikes += l->report->population_spikes[p];
    }
    if (is_bad) {
        return sim_fail_not_finite(l, &bad, d.first + bad.offset, e);
    }
    if (has_stopped) {
        ERR_TRY(stop_list_cells(&l->stop, &d, n_steps - 1, l->report, e));
        l->report->has_stopped = true;
    }
    if (l->sink->progress != NULL &&
        !l->sink->progress(l->sink->context, l->report->n_done, l->report->n_spikes)) {
        l->stops = true;
    }
    return ERR_OK;
}

static uint32_t sim_flight_most(const struct sim_loop *l)
{
    const uint32_t most = l->class->max_in_flight(l->backend);
    const double wanted = l->slice_s > 0.0 ? sim_flight_s / l->slice_s : 2.0;
    const uint32_t n = wanted > 1e6 ? 1000000u : (uint32_t)wanted;
    const uint32_t least = most < 2 ? most : 2;
    return n < least ? least : n > most ? most : n;
}

/* Starts the slice from *next on. A rate that is no number in a later step must not take away
 * the steps before it, nor fail a run that stops before it: the slices in flight are taken
 * first, and then it is approached one step at a time. */
static enum err_code sim_advance(struct sim_loop *l, int64_t *next, struct err *e)
{
    uint32_t n_steps = sim_slice_steps(l, *next);
    for (;;) {
        traces_due(&l->traces, *next, n_steps, l->due);
        const enum err_code code = l->class->advance(l->backend, *next, n_steps, l->due, e);
        if (code == ERR_OK) {
            *next += n_steps;
            l->in_flight++;
            return ERR_OK;
        }
        if (code != ERR_NUMERIC || (n_steps == 1 && l->in_flight == 0)) {
            return code;
        }
        err_clear(e);
        while (l->in_flight != 0 && !l->report->has_stopped) {
            ERR_TRY(sim_take_slice(l, e));
        }
        if (l->stops || l->report->has_stopped) {
            return ERR_OK;
        }
        n_steps = 1;
    }
}

static enum err_code sim_steps(struct sim_loop *l, struct err *e)
{
    const struct network *const n = l->network;
    int64_t next = -n->n_settle;
    l->drained_s = clock_now_s();
    while (((next < n->n_steps && !l->stops) || l->in_flight != 0) && !l->report->has_stopped) {
        while (next < n->n_steps && !l->stops && !l->report->has_stopped &&
               l->in_flight < sim_flight_most(l)) {
            ERR_TRY(sim_advance(l, &next, e));
        }
        if (l->in_flight != 0 && !l->report->has_stopped) {
            ERR_TRY(sim_take_slice(l, e));
        }
    }
    if (l->report->has_stopped) {
        struct sim_drained dropped;
        for (; l->in_flight != 0; l->in_flight--) {
            ERR_TRY(l->class->drain(l->backend, &dropped, e));
        }
        return ERR_OK;
    }
    if (l->stops && l->report->n_done < n->n_steps) {
        l->report->is_interrupted = true;
        return err_set(e, ERR_INTERRUPTED, 0, "interrupted at t = %.10g ms",
                       ir_time_ms(l->report->n_done, n->dt_fs));
    }
    return ERR_OK;
}

static enum err_code sim_finish_report(struct sim_loop *l, struct err *e)
{
    const struct network *const n = l->network;
    const char **names;
    ERR_TRY(mem_alloc(&names, n->n_populations, sizeof *names, e));
    for (uint32_t p = 0; p < n->n_populations; p++) {
        names[p] = n->populations[p].name;
    }
    l->report->hash = spike_order_run_hash(names, l->report->population_spikes,
                                           l->report->population_hash, n->n_populations);
    mem_free(names);
    return ERR_OK;
}

static enum err_code sim_run_loop(struct sim_loop *l, struct device *device,
                                  const struct sim_options *o,
                                  const struct net_build_options *build, struct diag_list *d,
                                  struct err *e)
{
    struct network *const n = l->network;
    ERR_TRY(sim_report_init(l->report, n, e));
    l->report->n_done = -n->n_settle;
    l->class = sim_backend_for(device);
    ERR_IF(l->class == NULL, e, ERR_NO_DEVICE, "no backend for this device is built in");
    ERR_TRY(traces_init(&l->traces, n, e));
    ERR_TRY(stop_init(&l->stop, n, e));
    ERR_TRY(mem_alloc(&l->due, n->n_populations, sizeof *l->due, e));
    double since = clock_now_s();
    ERR_TRY(l->class->create(&l->backend, n, device, o, l->traces.sampling, e));
    l->report->compile_s = clock_now_s() - since;
    since = clock_now_s();
    ERR_TRY(network_build(n, &l->wiring, device, build, d, e));
    l->report->build_s = clock_now_s() - since;
    ASSERT(n->slice >= 1 && n->slice <= SLICE_MAX);
    l->slice = o->slice != 0 && o->slice < n->slice ? o->slice : n->slice;
    since = clock_now_s();
    ERR_TRY(l->class->start(l->backend, &l->wiring, e));
    l->report->compile_s += clock_now_s() - since;
    l->class->describe(l->backend, l->report->note, sizeof l->report->note);
    since = clock_now_s();
    enum err_code code = sim_steps(l, e);
    l->report->simulate_s = clock_now_s() - since;
    if (device != NULL) {
        l->report->device_bytes = device_allocated_peak(device);
    }
    struct err second;
    const enum err_code finish = sim_finish_report(l, code == ERR_OK ? e : &second);
    return code == ERR_OK ? finish : code;
}

enum err_code sim_run(struct network *n, struct device *device,
                      const struct sim_options *options, const struct net_build_options *build,
                      const struct sim_sink *sink, struct sim_report *report,
                      struct diag_list *d, struct err *e)
{
    const struct sim_sink nowhere = {0};
    struct sim_loop l = {.network = n,
                         .sink = sink == NULL ? &nowhere : sink,
                         .report = report,
                         .begun_s = clock_now_s()};
    const enum err_code code = sim_run_loop(&l, device, options, build, d, e);
    if (l.backend != NULL) {
        l.class->destroy(l.backend);
    }
    net_wiring_fini(&l.wiring);
    traces_fini(&l.traces);
    spike_order_fini(&l.order);
    stop_fini(&l.stop);
    mem_free(l.due);
    return code;
}
