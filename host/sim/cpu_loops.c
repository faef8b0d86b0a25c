#include "sim/cpu_loops.h"

#include "shared/philox.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CPU_CLONES __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define CPU_CLONES
#endif

CPU_CLONES void cpu_loop_arrivals(int32_t *restrict sums, float *restrict out, uint32_t n,
                                  float scale)
{
    for (uint32_t k = 0; k < n; k++) {
        out[k] = (float)sums[k] * scale;
    }
    for (uint32_t k = 0; k < n; k++) {
        sums[k] = 0;
    }
}

CPU_CLONES void cpu_loop_philox(uint32_t first_cell, uint32_t low, uint32_t high,
                                uint32_t retry, uint32_t k0, uint32_t k1, uint32_t n,
                                uint32_t stride, uint32_t *words)
{
    uint32_t *restrict const w0 = words, *restrict const w1 = words + stride;
    uint32_t *restrict const w2 = words + 2 * stride, *restrict const w3 = words + 3 * stride;
    for (uint32_t k = 0; k < n; k++) {
        const struct philox_words w = philox4x32(first_cell + k, low, high, retry, k0, k1);
        w0[k] = w.w0;
        w1[k] = w.w1;
        w2[k] = w.w2;
        w3[k] = w.w3;
    }
}

CPU_CLONES void cpu_loop_events(const uint32_t *restrict words, uint32_t n,
                                const uint32_t *restrict thresholds, uint32_t n_thresholds,
                                float *restrict out)
{
    for (uint32_t k = 0; k < n; k++) {
        out[k] = 0.0f;
    }
    for (uint32_t t = 0; t < n_thresholds; t++) {
        const uint32_t threshold = thresholds[t];
        uint32_t reached = 0;
        for (uint32_t k = 0; k < n; k++) {
            const uint32_t is_reached = words[k] >= threshold ? 1u : 0u;
            out[k] += (float)(int32_t)is_reached;
            reached |= is_reached;
        }
        if (reached == 0) {
            return; /* they ascend: no word of this block reaches a later one */
        }
    }
}

CPU_CLONES void cpu_loop_spikes(const uint32_t *restrict spike, uint32_t *restrict mask,
                                uint32_t n, uint32_t step)
{
    for (uint32_t k = 0; k < n; k++) {
        mask[k] |= spike[k] << step;
    }
}

CPU_CLONES bool cpu_loop_any_not_finite(const float *x, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n; k++) {
        found |= x[k] - x[k] == 0.0f ? 0u : 1u; /* NaN for infinity too */
    }
    return found != 0;
}

void cpu_loop_add_same(int32_t *restrict ring, const uint32_t *restrict target, uint64_t n,
                       int32_t weight)
{
    for (uint64_t k = 0; k < n; k++) {
        ring[target[k]] += weight;
    }
}

void cpu_loop_add(int32_t *restrict ring, const uint32_t *restrict target,
                  const int32_t *restrict weights, uint64_t n)
{
    for (uint64_t k = 0; k < n; k++) {
        ring[target[k]] += weights[k];
    }
}
