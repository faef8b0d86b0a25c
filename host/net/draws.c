/* net/draws.c */
#include "net/draws.h"
#include "net/wire_loops.h"

#include "shared/philox.h"
#include "shared/random.h"

void net_cell_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                   uint32_t *words)
{
    const struct cell_draws *const c = context;
    wire_cell_words(c->keys[stream], c->first, draw / 4, retry, draw % 4, n, words);
}

void net_cell_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                      const void *mean, void *out)
{
    const struct cell_draws *const c = context;
    const uint64_t key = c->keys[stream];
    const float *const means = mean;
    float *const numbers = out;
    for (uint32_t k = 0; k < n; k++) {
        numbers[k] =
            rand_poisson(means[k], c->first + k, draw, 0, retry, (u32)key, (u32)(key >> 32));
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
    const float *const means = mean;
    float *const numbers = out;
    for (uint32_t k = 0; k < n; k++) {
        numbers[k] =
            rand_poisson(means[k], p->post[k], p->number[k], (p->flag | PAIR_POISSON) + draw,
                         retry, (u32)key, (u32)(key >> 32));
    }
}
