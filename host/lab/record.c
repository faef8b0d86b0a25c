#include "lab/record.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

struct recorder {
    struct lab_record *record;
    const struct network *network;
    const struct lab_options *options;
};

static enum err_code take_spikes(void *context, uint32_t population, int64_t first,
                                 uint32_t n_steps, const struct sim_spike *spikes, uint64_t n,
                                 struct err *e)
{
    struct recorder *const r = context;
    struct lab_population *const p = &r->record->populations[population];
    (void)first, (void)n_steps;
    ERR_TRY(mem_grow(&p->spikes, &p->capacity, p->n_spikes + n, sizeof *p->spikes, e));
    memcpy(p->spikes + p->n_spikes, spikes, n * sizeof *spikes);
    p->n_spikes += n;
    return ERR_OK;
}

static enum err_code take_rows(void *context, uint32_t trace, int64_t first_row,
                               uint32_t n_rows, const double *values, struct err *e)
{
    struct recorder *const r = context;
    struct lab_trace *const t = &r->record->traces[trace];
    const size_t n = (size_t)n_rows * t->n_cells, at = t->n_rows * t->n_cells;
    ASSERT(first_row == (int64_t)t->n_rows);
    ERR_TRY(mem_grow(&t->values, &t->capacity, at + n, sizeof *t->values, e));
    memcpy(t->values + at, values, n * sizeof *values);
    t->n_rows += n_rows;
    return ERR_OK;
}

static bool take_progress(void *context, int64_t step, uint64_t n_spikes)
{
    const struct recorder *const r = context;
    const double all = (double)(r->network->n_settle + r->network->n_steps);
    (void)n_spikes;
    return r->options->progress == NULL ||
           r->options->progress(r->options->context,
                                all > 0.0 ? (double)(step + r->network->n_settle) / all : 1.0);
}

static enum err_code prepare(struct lab_record *r, const struct network *n, struct err *e)
{
    ERR_TRY(mem_alloc(&r->populations, n->n_populations, sizeof *r->populations, e));
    r->n_populations = n->n_populations;
    for (uint32_t p = 0; p < n->n_populations; p++) {
        r->populations[p].name = n->populations[p].name;
        r->populations[p].n = n->populations[p].n;
    }
    ERR_TRY(mem_alloc(&r->traces, n->n_traces, sizeof *r->traces, e));
    r->n_traces = n->n_traces;
    for (uint32_t k = 0; k < n->n_traces; k++) {
        const struct net_trace *const from = &n->traces[k];
        struct lab_trace *const t = &r->traces[k];
        *t = (struct lab_trace){
            .population = from->population,
            .variable = from->variable,
            .n_cells = from->n_cells,
            .from = from->from,
            .every = from->every,
            .display = n->populations[from->population].step.samples[from->sample].display};
        (void)snprintf(t->unit, sizeof t->unit, "%s", from->unit);
        ERR_TRY(mem_alloc(&t->cells, t->n_cells, sizeof *t->cells, e));
        if (t->n_cells > 0) {
            memcpy(t->cells, from->cells, t->n_cells * sizeof *t->cells);
        }
    }
    r->dt_fs = n->dt_fs;
    r->precision = n->precision;
    return ERR_OK;
}

/* FNV-1a over the run's hash and the bits of all rows: two runs with equal fingerprints agree
 * in what was recorded. */
static uint64_t fingerprint(const struct lab_record *r)
{
    uint64_t h = hash_fnv1a(HASH_FNV_START, &r->hash, sizeof r->hash);
    for (uint32_t k = 0; k < r->n_traces; k++) {
        const struct lab_trace *const t = &r->traces[k];
        h = hash_fnv1a(h, t->values, t->n_rows * t->n_cells * sizeof *t->values);
    }
    return h;
}

static void take_report(struct lab_record *r, const struct network *n,
                        const struct sim_report *report)
{
    (void)n;
    r->hash = report->hash;
    r->n_steps = report->n_done > 0 ? report->n_done : 0;
    r->has_stopped = report->has_stopped;
    r->euler = report->n_warnings > 0 ? report->warnings[0].variable : NULL;
    r->fingerprint = fingerprint(r);
}

enum err_code lab_run(struct lab_record *out, const struct desc_network *desc,
                      struct device *device, const struct lab_options *o, struct diag_list *d,
                      struct err *e)
{
    struct network *n = NULL;
    struct sim_report report = {0};
    enum err_code code;
    *out = (struct lab_record){0};
    ERR_GOTO(network_create(&n, desc, d, e));
    ERR_GOTO(prepare(out, n, e));
    struct recorder r = {.record = out, .network = n, .options = o};
    const struct sim_sink sink = {
        .context = &r, .spikes = take_spikes, .rows = take_rows, .progress = take_progress};
    const struct net_build_options build = {
        .threads = o->sim.threads, .width = o->sim.width, .group = o->sim.group};
    code = sim_run(n, device, &o->sim, &build, &sink, &report, d, e);
    if (code == ERR_OK) {
        take_report(out, n, &report);
    }
out:
    sim_report_fini(&report);
    network_destroy(n);
    return code;
}

void lab_record_fini(struct lab_record *r)
{
    for (uint32_t p = 0; p < r->n_populations; p++) {
        mem_free(r->populations[p].spikes);
    }
    for (uint32_t k = 0; k < r->n_traces; k++) {
        mem_free(r->traces[k].cells);
        mem_free(r->traces[k].values);
    }
    mem_free(r->populations);
    mem_free(r->traces);
    *r = (struct lab_record){0};
}

const struct lab_trace *lab_trace_of(const struct lab_record *r, uint32_t population,
                                     const char *variable)
{
    for (uint32_t k = 0; k < r->n_traces; k++) {
        if (r->traces[k].population == population &&
            strcmp(r->traces[k].variable, variable) == 0) {
            return &r->traces[k];
        }
    }
    return NULL;
}
