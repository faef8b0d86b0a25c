#include "sim/cpu_loops.h"

#include "shared/philox.h"

#include <stddef.h>

/* Each body is compiled for the base instruction set, AVX2 and AVX-512 and chosen at run time.
 * Not by the target_clones attribute: clang 14 lacks it, its arch= form asks for one exact
 * processor, and its resolvers run before a sanitizer is ready. Nothing is contracted into an
 * fma, so all give the same bits. */
#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#define TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), flatten))
#else
#define TARGET_AVX512                                                                          \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"),       \
                   flatten))
#endif
#define TARGET_AVX2 __attribute__((target("avx2"), flatten))
/* RETURN: `return`, or nothing for a loop without a result. */
#define LEVELS(result, RETURN, name, parameters, arguments)                                    \
    TARGET_AVX2 static result name##_avx2 parameters                                           \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    TARGET_AVX512 static result name##_avx512 parameters                                       \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    result cpu_loop_##name parameters                                                          \
    {                                                                                          \
        const bool has_avx512 =                                                                \
            __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&         \
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");          \
        RETURN has_avx512                ? name##_avx512 arguments                             \
        : __builtin_cpu_supports("avx2") ? name##_avx2 arguments                               \
                                         : name##_body arguments;                              \
    }
#else
#define LEVELS(result, RETURN, name, parameters, arguments)                                    \
    result cpu_loop_##name parameters                                                          \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }
#endif
#define BODY static inline __attribute__((always_inline))
#define NOTHING

BODY void arrivals_body(int32_t *restrict sums, float *restrict out, uint32_t n, float scale)
{
    for (uint32_t k = 0; k < n; k++) {
        out[k] = (float)sums[k] * scale;
    }
    for (uint32_t k = 0; k < n; k++) {
        sums[k] = 0;
    }
}
LEVELS(void, NOTHING, arrivals,
       (int32_t *restrict sums, float *restrict out, uint32_t n, float scale),
       (sums, out, n, scale))

BODY void philox_body(uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry,
                      uint32_t k0, uint32_t k1, uint32_t n, uint32_t stride, uint32_t *words)
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
LEVELS(void, NOTHING, philox,
       (uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry, uint32_t k0,
        uint32_t k1, uint32_t n, uint32_t stride, uint32_t *words),
       (first_cell, low, high, retry, k0, k1, n, stride, words))

BODY void events_body(const uint32_t *restrict words, uint32_t n,
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
LEVELS(void, NOTHING, events,
       (const uint32_t *restrict words, uint32_t n, const uint32_t *restrict thresholds,
        uint32_t n_thresholds, float *restrict out),
       (words, n, thresholds, n_thresholds, out))

BODY void spikes_body(const uint32_t *restrict spike, uint32_t *restrict mask, uint32_t n,
                      uint32_t step)
{
    for (uint32_t k = 0; k < n; k++) {
        mask[k] |= spike[k] << step;
    }
}
LEVELS(void, NOTHING, spikes,
       (const uint32_t *restrict spike, uint32_t *restrict mask, uint32_t n, uint32_t step),
       (spike, mask, n, step))

BODY bool any_not_finite_body(const float *x, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n; k++) {
        found |= x[k] - x[k] == 0.0f ? 0u : 1u; /* NaN for infinity too */
    }
    return found != 0;
}
LEVELS(bool, return, any_not_finite, (const float *x, uint32_t n), (x, n))

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
