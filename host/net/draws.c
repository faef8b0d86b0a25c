/* net/draws.c */
#include "net/draws.h"
#include "net/wire_loops.h"
#include "lang/flush.h"

#include "shared/philox.h"
#include "shared/random.h"

void net_cell_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                   uint32_t *words)
{
    const struct cell_draws *const c = context;
    wire_cell_words(c->keys[stream], c->first, draw / 4, retry, draw % 4, n, words);
}

/* A mean is rounded to single in both precisions, so that both draw the same numbers. */
static float mean_of(enum precision precision, const void *means, uint32_t k)
{
    return precision == PRECISION_DOUBLE ? flush_to_f32(((const double *)means)[k])
                                         : ((const float *)means)[k];
}

static void put_count(enum precision precision, void *out, uint32_t k, float count)
{
    if (precision == PRECISION_DOUBLE) {
        ((double *)out)[k] = (double)count;
    } else {
        ((float *)out)[k] = count;
    }
}

void net_cell_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                      const void *mean, void *out)
{
    const struct cell_draws *const c = context;
    const uint64_t key = c->keys[stream];
    for (uint32_t k = 0; k < n; k++) {
        const float count = rand_poisson(mean_of(c->precision, mean, k), c->first + k, draw, 0,
                                         retry, (u32)key, (u32)(key >> 32));
        put_count(c->precision, out, k, count);
    }
}

void net_pair_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                   uint32_t *words)
{
    const struct pair_draws *const p = context;
    wire_pair_words(p->keys[stream], p->post, p->number, p->flag + draw / 4, retry, draw % 4, n,
                    words);
}

void net_pair_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                      const void *mean, void *out)
{
    const struct pair_draws *const p = context;
    const uint64_t key = p->keys[stream];
    for (uint32_t k = 0; k < n; k++) {
        const float count =
            rand_poisson(mean_of(p->precision, mean, k), p->post[k], p->number[k],
                         (p->flag | PAIR_POISSON) + draw, retry, (u32)key, (u32)(key >> 32));
        put_count(p->precision, out, k, count);
    }
}
