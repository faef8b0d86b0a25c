#include "sim/cpu_loops.h"

#include "base/levels.h"

#include "shared/philox.h"

#include <stddef.h>

LEVEL_BODY void philox_body(uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry,
                            uint32_t k0, uint32_t k1, uint32_t n, uint32_t stride,
                            uint32_t *words)
{
    uint32_t *restrict const w0 = words, *restrict const w1 = words + stride;
    uint32_t *restrict const w2 = words + (size_t)2 * stride;
    uint32_t *restrict const w3 = words + (size_t)3 * stride;
    for (uint32_t k = 0; k < n; k++) {
        const struct philox_words w = philox4x32(first_cell + k, low, high, retry, k0, k1);
        w0[k] = w.w0;
        w1[k] = w.w1;
        w2[k] = w.w2;
        w3[k] = w.w3;
    }
}
LEVELS(, void, , cpu_loop_philox, philox,
       (uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry, uint32_t k0,
        uint32_t k1, uint32_t n, uint32_t stride, uint32_t *words),
       (first_cell, low, high, retry, k0, k1, n, stride, words))

LEVEL_BODY void spikes_body(const uint32_t *restrict spike, uint32_t *restrict mask, uint32_t n,
                            uint32_t step)
{
    for (uint32_t k = 0; k < n; k++) {
        mask[k] |= spike[k] << step;
    }
}
LEVELS(, void, , cpu_loop_spikes, spikes,
       (const uint32_t *restrict spike, uint32_t *restrict mask, uint32_t n, uint32_t step),
       (spike, mask, n, step))
