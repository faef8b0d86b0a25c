#include "sim/traces.h"

/* Blocks of population p that a trace wants. */
static enum err_code traces_sampling(struct sim_sampling *s, const struct network *n,
                                     uint32_t p, struct err *e)
{
    const uint32_t n_blocks = n->populations[p].n_padded / CELL_BLOCK;
    ERR_TRY(mem_alloc(&s->slot_of, n_blocks, sizeof *s->slot_of, e));
    for (uint32_t k = 0; k < n->n_traces; k++) {
        const struct net_trace *const trace = &n->traces[k];
        for (uint32_t c = 0; trace->population == p && c < trace->n_cells; c++) {
            s->slot_of[trace->cells[c] / CELL_BLOCK] = 1;
        }
    }
    for (uint32_t b = 0; b < n_blocks; b++) {
        s->n_blocks += s->slot_of[b];
    }
    ERR_TRY(mem_alloc(&s->blocks, s->n_blocks, sizeof *s->blocks, e));
    uint32_t slot = 0;
    for (uint32_t b = 0; b < n_blocks; b++) {
        if (s->slot_of[b] != 0) {
            s->blocks[slot] = b;
            s->slot_of[b] = slot++;
        } else {
            s->slot_of[b] = UINT32_MAX;
        }
    }
    return ERR_OK;
}

static enum err_code traces_fill(struct traces *t, const struct network *n, struct err *e)
{
    ERR_TRY(mem_alloc(&t->sampling, n->n_populations, sizeof *t->sampling, e));
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(traces_sampling(&t->sampling[p], n, p, e));
    }
    ERR_TRY(mem_alloc(&t->lanes, n->n_traces, sizeof *t->lanes, e));
    for (uint32_t k = 0; k < n->n_traces; k++) {
        const struct net_trace *const trace = &n->traces[k];
        ERR_TRY(mem_alloc(&t->lanes[k], trace->n_cells, sizeof **t->lanes, e));
        for (uint32_t c = 0; c < trace->n_cells; c++) {
            const uint32_t cell = trace->cells[c];
            t->lanes[k][c] =
                t->sampling[trace->population].slot_of[cell / CELL_BLOCK] * CELL_BLOCK +
                cell % CELL_BLOCK;
        }
    }
    return ERR_OK;
}

enum err_code traces_init(struct traces *t, const struct network *n, struct err *e)
{
    *t = (struct traces){.network = n};
    const enum err_code code = traces_fill(t, n, e);
    if (code != ERR_OK) {
        traces_fini(t);
    }
    return code;
}

void traces_fini(struct traces *t)
{
    for (uint32_t p = 0; t->sampling != NULL && p < t->network->n_populations; p++) {
        mem_free(t->sampling[p].blocks);
        mem_free(t->sampling[p].slot_of);
    }
    for (uint32_t k = 0; t->lanes != NULL && k < t->network->n_traces; k++) {
        mem_free(t->lanes[k]);
    }
    mem_free(t->sampling);
    mem_free(t->lanes);
    mem_free(t->rows);
    *t = (struct traces){0};
}

static int64_t traces_end(const struct traces *t, const struct net_trace *trace)
{
    return trace->until < t->network->n_steps ? trace->until : t->network->n_steps;
}

/* The first step from `step` on in which the trace is due (it may lie at or after its end). */
static int64_t traces_next(const struct net_trace *trace, int64_t step)
{
    if (step <= trace->from) {
        return trace->from;
    }
    const int64_t past = (step - trace->from) % trace->every;
    return past == 0 ? step : step + trace->every - past;
}

void traces_due(const struct traces *t, int64_t first, uint32_t n_steps, uint32_t *due)
{
    for (uint32_t p = 0; p < t->network->n_populations; p++) {
        due[p] = 0;
    }
    for (uint32_t k = 0; k < t->network->n_traces; k++) {
        const struct net_trace *const trace = &t->network->traces[k];
        const int64_t slice_end = first + n_steps, trace_end = traces_end(t, trace);
        const int64_t end = slice_end < trace_end ? slice_end : trace_end;
        for (int64_t step = traces_next(trace, first); step < end; step += trace->every) {
            due[trace->population] |= step >= 0 ? 1u << (step - first) : 0;
        }
    }
}

/* Values in display units: the product is taken in the network's precision. */
static void traces_display(enum precision precision, const void *samples, size_t row,
                           const uint32_t *lane, uint32_t n, double display, double *out)
{
    if (precision == PRECISION_DOUBLE) {
        const double *const in = (const double *)samples + row;
        for (uint32_t c = 0; c < n; c++) {
            out[c] = in[lane[c]] * display;
        }
    } else {
        const float *const in = (const float *)samples + row;
        for (uint32_t c = 0; c < n; c++) {
            out[c] = (double)(in[lane[c]] * (float)display);
        }
    }
}

enum err_code traces_pick(struct traces *t, const struct sim_drained *drained, uint32_t n_steps,
                          const struct sim_sink *sink, struct err *e)
{
    for (uint32_t k = 0; sink->rows != NULL && k < t->network->n_traces; k++) {
        const struct net_trace *const trace = &t->network->traces[k];
        const struct net_population *const population =
            &t->network->populations[trace->population];
        const int64_t slice_end = drained->first + n_steps, trace_end = traces_end(t, trace);
        const int64_t end = slice_end < trace_end ? slice_end : trace_end;
        const int64_t start = traces_next(trace, drained->first < 0 ? 0 : drained->first);
        if (start >= end || trace->n_cells == 0) {
            continue;
        }
        const size_t n_rows = (size_t)((end - start + trace->every - 1) / trace->every);
        ERR_TRY(
            mem_grow(&t->rows, &t->rows_capacity, n_rows * trace->n_cells, sizeof *t->rows, e));
        const size_t lanes = (size_t)t->sampling[trace->population].n_blocks * CELL_BLOCK;
        const uint32_t *const lane = t->lanes[k];
        double *out = t->rows;
        for (int64_t step = start; step < end; step += trace->every) {
            const size_t row =
                (size_t)(step - drained->first) * population->step.n_samples + trace->sample;
            traces_display(t->network->precision, drained->samples[trace->population],
                           row * lanes, lane, trace->n_cells,
                           population->step.samples[trace->sample].display, out);
            out += trace->n_cells;
        }
        ERR_TRY(sink->rows(sink->context, k, (start - trace->from) / trace->every,
                           (uint32_t)n_rows, t->rows, e));
    }
    return ERR_OK;
}
