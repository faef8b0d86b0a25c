#include "sim/cpu_deliver.h"

enum { AHEAD_ROW = 8, AHEAD_EDGES = 4 };

/* First of the ascending targets in [from, to) that is not below `least`. */
static uint64_t cpu_first_target(const uint32_t *target, uint64_t from, uint64_t to,
                                 uint32_t least)
{
    while (from < to) {
        const uint64_t middle = from + (to - from) / 2;
        if (target[middle] < least) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

struct cpu_span {
    uint32_t low, high; /* targets of this partition */
    bool is_whole;
};

/* One spiking cell through one connection. */
static void cpu_deliver_cell(const struct cpu_delivery *d, const struct conn_layout *c,
                             struct cpu_span span, struct spike_entry spike)
{
    const uint64_t *const rows =
        d->wiring->row_ptr + c->row_begin + (uint64_t)spike.cell * c->n_delays;
    const uint32_t *const target = d->wiring->target + c->edge_begin;
    for (uint32_t delay = 0; delay < c->n_delays; delay++) {
        uint64_t from = rows[delay], to = rows[delay + 1];
        if (from == to) {
            continue;
        }
        if (!span.is_whole) {
            from = cpu_first_target(target, from, to, span.low);
            to = cpu_first_target(target, from, to, span.high);
        }
        for (uint32_t steps = spike.steps; steps != 0; steps &= steps - 1) {
            const int64_t arrives = d->first + __builtin_ctz(steps) + 1 + c->delay_min + delay;
            const uint64_t at =
                c->ring_begin +
                (uint64_t)cpu_ring_slot(arrives, c->ring_slots) * c->ring_stride;
            if (c->has_weights != 0) {
                d->loops->add(d->ring, at, target + from, d->wiring->weight,
                              c->weight_begin + from, to - from);
            } else {
                d->loops->add_same(d->ring, at, target + from, to - from, c->weight);
            }
        }
    }
}

/* Rows lie far apart in memory: what the next spikes need is asked for while this one is
 * delivered. */
static void cpu_prefetch(const struct cpu_delivery *d, const struct conn_layout *c,
                         const struct spike_entry *entries, uint32_t k, uint32_t n)
{
    const uint64_t *const rows = d->wiring->row_ptr + c->row_begin;
    if (k + AHEAD_ROW < n) {
        __builtin_prefetch(rows + (uint64_t)entries[k + AHEAD_ROW].cell * c->n_delays);
    }
    if (k + AHEAD_EDGES < n) {
        const uint64_t edge = rows[(uint64_t)entries[k + AHEAD_EDGES].cell * c->n_delays];
        __builtin_prefetch(d->wiring->target + c->edge_begin + edge);
        if (c->has_weights != 0) {
            __builtin_prefetch((const char *)d->wiring->weight +
                               (c->weight_begin + edge) * precision_bytes(d->precision));
        }
    }
}

void cpu_deliver(const struct cpu_delivery *d, uint32_t k)
{
    for (uint32_t conn = 0; conn < d->n_conns; conn++) {
        const struct conn_layout *const c = &d->conns[conn].layout;
        const uint32_t n = d->n_entries[c->pre];
        const uint64_t blocks = (c->n_post + CELL_BLOCK - 1) / CELL_BLOCK;
        const struct cpu_span span = {
            .low = (uint32_t)(blocks * k / d->n_partitions) * CELL_BLOCK,
            .high = (uint32_t)(blocks * (k + 1) / d->n_partitions) * CELL_BLOCK,
            .is_whole = d->n_partitions == 1};
        if (span.low == span.high) {
            continue;
        }
        for (uint32_t j = 0; j < n; j++) {
            cpu_prefetch(d, c, d->entries[c->pre], j, n);
            cpu_deliver_cell(d, c, span, d->entries[c->pre][j]);
        }
    }
}
