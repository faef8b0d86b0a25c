/* net/trains.c: given events of a population, sorted for the backends: by block of cells, then
 * step, then lane, ties in the file's order. A counting sort brings events to their blocks; a
 * block is merge sorted only where the file does not already stand by time. */
#include "net/inside.h"
#include "lang/flush.h"

#include <math.h>
#include <string.h>

struct train_event {
    double weight;
    int64_t step;
    uint32_t lane;
};

struct train_build {
    struct network *n;
    struct net_population *p;
    const struct desc_input *const *inputs; /* of each event of the step request */
    struct train_event *events, *spare;     /* [n_events] */
    struct diag_list *d;
};

/* true: what arrives is the input's spike for this receptor. weights: which of the input's
 * weights mean it. */
static void mark_weights(const struct train_build *b, const struct desc_input *in,
                         uint32_t receptor, bool *is_meant)
{
    for (uint32_t w = 0; w < in->n_weights; w++) {
        is_meant[w] =
            model_find_receptor(b->p->model, in->weights[w].receptor) == (int)receptor;
    }
}

static bool is_before(const struct train_event *a, const struct train_event *b)
{
    return a->step != b->step ? a->step < b->step : a->lane < b->lane;
}

/* Merge sort from the bottom up (von Neumann 1945; Knuth, TAOCP 3, 5.2.4): stable. */
static void sort_block(struct train_event *x, struct train_event *spare, uint64_t n)
{
    bool is_sorted = true;
    for (uint64_t k = 1; k < n && is_sorted; k++) {
        is_sorted = !is_before(&x[k], &x[k - 1]);
    }
    for (uint64_t width = 1; !is_sorted && width < n; width *= 2) {
        for (uint64_t lo = 0; lo < n; lo += 2 * width) {
            const uint64_t mid = lo + width < n ? lo + width : n,
                           hi = lo + 2 * width < n ? lo + 2 * width : n;
            uint64_t a = lo, b = mid;
            for (uint64_t k = lo; k < hi; k++) {
                const bool takes_b = a >= mid || (b < hi && is_before(&x[b], &x[a]));
                spare[k] = takes_b ? x[b++] : x[a++];
            }
        }
        memcpy(x, spare, n * sizeof *x);
    }
}

/* Numbers of events per block into ptr[1 …], which become pointers that count on from `begin`.
 */
static void count_train(const struct train_build *b, const struct desc_input *in,
                        const bool *is_meant, uint64_t begin, uint64_t *ptr)
{
    const uint32_t n_blocks = b->p->trains.n_blocks;
    for (uint64_t k = 0; k < in->n_spikes; k++) {
        const struct desc_spike *const s = &in->spikes[k];
        ptr[s->neuron / CELL_BLOCK + 1] += is_meant[s->receptor] ? 1 : 0;
    }
    ptr[0] = begin;
    for (uint32_t block = 0; block < n_blocks; block++) {
        ptr[block + 1] += ptr[block];
    }
}

/* false: a weight is not a number in the network's precision, which was reported. */
static bool place_train(const struct train_build *b, const struct desc_input *in,
                        const bool *is_meant, const uint64_t *ptr, uint64_t *next)
{
    memcpy(next, ptr, b->p->trains.n_blocks * sizeof *next);
    for (uint64_t k = 0; k < in->n_spikes; k++) {
        const struct desc_spike *const s = &in->spikes[k];
        if (!is_meant[s->receptor]) {
            continue;
        }
        const double weight =
            b->n->precision == PRECISION_SINGLE ? (double)flush_to_f32(s->weight) : s->weight;
        if (!isfinite(weight)) {
            diag_error(b->d, in->at, 0, NULL,
                       "weight %g of input '%s' is too large for single precision", s->weight,
                       in->name);
            return false;
        }
        b->events[next[s->neuron / CELL_BLOCK]++] = (struct train_event){
            .weight = weight, .step = s->step, .lane = s->neuron % CELL_BLOCK};
    }
    for (uint32_t block = 0; block < b->p->trains.n_blocks; block++) {
        sort_block(b->events + ptr[block], b->spare, ptr[block + 1] - ptr[block]);
    }
    return true;
}

/* Counts all trains, so that their events get one array of exact size. */
static enum err_code count_trains(struct train_build *b, bool *const *is_meant, struct err *e)
{
    struct net_trains *const t = &b->p->trains;
    const size_t row = (size_t)t->n_blocks + 1;
    ERR_TRY(mem_alloc(&t->ptr, b->p->step.n_trains * row, sizeof *t->ptr, e));
    for (uint32_t k = 0; k < b->p->step.n_trains; k++) {
        const struct desc_input *const in = b->inputs[b->p->step.trains[k].event];
        for (uint64_t s = 0; s < in->n_spikes; s++) {
            const uint32_t neuron = in->spikes[s].neuron;
            ERR_IF(in->spikes[s].receptor >= in->n_weights || neuron >= b->p->n, e, ERR_FILE,
                   "input '%s': event %llu names neuron %u, but '%s' has %u cells", in->name,
                   (unsigned long long)s + 1, neuron, b->p->name, b->p->n);
        }
        mark_weights(b, in, b->p->step.trains[k].receptor, is_meant[k]);
        count_train(b, in, is_meant[k], t->n_events, t->ptr + k * row);
        t->n_events = t->ptr[k * row + t->n_blocks];
    }
    return ERR_OK;
}

static enum err_code fill_trains(struct train_build *b, bool *const *is_meant, struct err *e)
{
    struct net_trains *const t = &b->p->trains;
    const size_t row = (size_t)t->n_blocks + 1;
    uint64_t *next = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&b->events, t->n_events, sizeof *b->events, e));
    ERR_GOTO(mem_alloc(&b->spare, t->n_events, sizeof *b->spare, e));
    ERR_GOTO(mem_alloc(&next, row, sizeof *next, e));
    ERR_GOTO(mem_alloc(&t->step, t->n_events, sizeof *t->step, e));
    ERR_GOTO(mem_alloc(&t->lane, t->n_events, sizeof *t->lane, e));
    ERR_GOTO(mem_alloc(&t->weight, t->n_events, sizeof *t->weight, e));
    for (uint32_t k = 0; k < b->p->step.n_trains; k++) {
        if (!place_train(b, b->inputs[b->p->step.trains[k].event], is_meant[k],
                         t->ptr + k * row, next)) {
            goto out;
        }
    }
    for (uint64_t k = 0; k < t->n_events; k++) {
        t->step[k] = b->events[k].step;
        t->lane[k] = b->events[k].lane;
        t->weight[k] = b->events[k].weight;
    }
out:
    mem_free(b->events);
    mem_free(b->spare);
    mem_free(next);
    return code;
}

enum err_code net_trains_create(struct network *n, struct net_population *p,
                                const struct desc_input *const *inputs, struct diag_list *d,
                                struct err *e)
{
    struct train_build b = {.n = n, .p = p, .inputs = inputs, .d = d};
    p->trains = (struct net_trains){.n_blocks = p->n_padded / CELL_BLOCK};
    if (p->step.n_trains == 0) {
        return ERR_OK;
    }
    bool **const is_meant = arena_alloc(n->arena, p->step.n_trains, sizeof *is_meant);
    ERR_IF(is_meant == NULL, e, ERR_NOMEM, "no memory for the events of '%s'", p->name);
    for (uint32_t k = 0; k < p->step.n_trains; k++) {
        is_meant[k] = arena_alloc(n->arena, inputs[p->step.trains[k].event]->n_weights,
                                  sizeof **is_meant);
    }
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for the events of '%s'", p->name);
    ERR_TRY(count_trains(&b, is_meant, e));
    return fill_trains(&b, is_meant, e);
}

void net_trains_fini(struct net_trains *t)
{
    mem_free(t->ptr);
    mem_free(t->step);
    mem_free(t->lane);
    mem_free(t->weight);
}
