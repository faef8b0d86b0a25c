/* Given events: a block's events of a slice are found once by bisection, then taken in order.
 */
#include "sim/cpu_backend.h"

#include <string.h>

/* First event in [from, to) that does not lie before `step`; events are sorted by step. */
static uint64_t cpu_train_find(const int64_t *steps, uint64_t from, uint64_t to, int64_t step)
{
    while (from < to) {
        const uint64_t middle = from + (to - from) / 2;
        if (steps[middle] < step) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static int64_t cpu_train_next(const struct cpu_train *t, const int64_t *steps)
{
    int64_t next = INT64_MAX;
    for (uint32_t b = 0; b < CPU_TRAIN_BLOCKS; b++) {
        if (t->at[b] < t->end[b] && steps[t->at[b]] < next) {
            next = steps[t->at[b]];
        }
    }
    return next;
}

void cpu_trains_begin(struct cpu_worker *w, uint32_t n, int64_t first)
{
    const struct net_population *const net = w->population->net;
    const struct net_trains *const given = &net->trains;
    const uint32_t first_block = w->first_cell / CELL_BLOCK,
                   n_blocks = (n + CELL_BLOCK - 1) / CELL_BLOCK;
    for (uint32_t k = 0; k < net->step.n_trains; k++) {
        struct cpu_train *const t = &w->train_at[k];
        memset((char *)w->trains + k * w->row, 0, w->row);
        *t = (struct cpu_train){0};
        for (uint32_t b = 0; given->n_events != 0 && b < n_blocks; b++) {
            const uint64_t *const ptr =
                given->ptr + (uint64_t)k * (given->n_blocks + 1) + first_block + b;
            t->end[b] = ptr[1];
            t->at[b] = cpu_train_find(given->step, ptr[0], ptr[1], first);
        }
        t->next = cpu_train_next(t, given->step);
    }
}

void cpu_trains_step(struct cpu_worker *w)
{
    const struct net_population *const net = w->population->net;
    const struct net_trains *const given = &net->trains;
    for (uint32_t k = 0; k < net->step.n_trains; k++) {
        struct cpu_train *const t = &w->train_at[k];
        void *const row = (char *)w->trains + k * w->row;
        if (t->is_dirty) {
            memset(row, 0, w->row);
            t->is_dirty = false;
        }
        if (t->next != w->step) {
            continue;
        }
        for (uint32_t b = 0; b < CPU_TRAIN_BLOCKS; b++) {
            for (; t->at[b] < t->end[b] && given->step[t->at[b]] == w->step; t->at[b]++) {
                w->loops->add_given(row, b * CELL_BLOCK + given->lane[t->at[b]],
                                    given->weight[t->at[b]]);
            }
        }
        t->is_dirty = true;
        t->next = cpu_train_next(t, given->step);
    }
}
