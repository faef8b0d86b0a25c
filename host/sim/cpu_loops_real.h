/* sim/cpu_loops_real.h: struct cpu_loops for one precision. Included once by cpu_loops_single.c
 * and once by cpu_loops_double.c, which define REAL (the type of numbers), SUM (of sums of
 * weights) and REAL_LOOPS (the table's name). Sees: kernels/shared. */
#include "sim/cpu_loops.h"

#include "base/levels.h"

#include "shared/random.h"

LEVEL_BODY void arrivals_body(SUM *restrict sums, REAL *restrict out, uint32_t n, REAL scale)
{
    for (uint32_t k = 0; k < n; k++) {
        out[k] = (REAL)sums[k] * scale;
    }
    for (uint32_t k = 0; k < n; k++) {
        sums[k] = 0;
    }
}
LEVELS(static, void, , cpu_loop_arrivals, arrivals,
       (SUM *restrict sums, REAL *restrict out, uint32_t n, REAL scale), (sums, out, n, scale))

static void loops_arrivals(void *sums, void *out, uint32_t n, double scale)
{
    cpu_loop_arrivals(sums, out, n, (REAL)scale);
}

LEVEL_BODY void events_body(const uint32_t *restrict words, uint32_t n,
                            const uint32_t *restrict thresholds, uint32_t n_thresholds,
                            REAL *restrict out)
{
    for (uint32_t k = 0; k < n; k++) {
        out[k] = 0;
    }
    for (uint32_t t = 0; t < n_thresholds; t++) {
        const uint32_t threshold = thresholds[t];
        uint32_t reached = 0;
        for (uint32_t k = 0; k < n; k++) {
            const uint32_t is_reached = words[k] >= threshold ? 1u : 0u;
            out[k] += (REAL)(int32_t)is_reached;
            reached |= is_reached;
        }
        if (reached == 0) {
            return; /* they ascend: no word of this block reaches a later one */
        }
    }
}
LEVELS(static, void, , cpu_loop_events, events,
       (const uint32_t *restrict words, uint32_t n, const uint32_t *restrict thresholds,
        uint32_t n_thresholds, REAL *restrict out),
       (words, n, thresholds, n_thresholds, out))

static void loops_events(const uint32_t *words, uint32_t n, const uint32_t *thresholds,
                         uint32_t n_thresholds, void *out)
{
    cpu_loop_events(words, n, thresholds, n_thresholds, out);
}

LEVEL_BODY bool any_not_finite_body(const REAL *x, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n; k++) {
        found |= x[k] - x[k] == 0 ? 0u : 1u; /* NaN for infinity too */
    }
    return found != 0;
}
LEVELS(static, bool, return, cpu_loop_any_not_finite, any_not_finite,
       (const REAL *x, uint32_t n), (x, n))

static uint32_t loops_first_not_finite(const void *numbers, uint32_t n)
{
    const REAL *const x = numbers;
    if (!cpu_loop_any_not_finite(x, n)) {
        return n;
    }
    uint32_t k = 0;
    while (k < n && x[k] - x[k] == 0) {
        k++;
    }
    return k;
}

static uint32_t loops_count_below(const void *numbers, uint32_t n, double limit,
                                  uint32_t *first)
{
    const REAL *const x = numbers;
    const REAL least = (REAL)limit;
    uint32_t count = 0;
    for (uint32_t k = n; k-- > 0;) {
        if (x[k] < least) {
            count++;
            *first = k;
        }
    }
    return count;
}

static void loops_index(uint32_t first, uint32_t n, void *numbers)
{
    REAL *const out = numbers;
    for (uint32_t k = 0; k < n; k++) {
        out[k] = (REAL)(first + k);
    }
}

static void loops_add_given(void *row, uint32_t lane, double weight)
{
    ((REAL *)row)[lane] += (REAL)weight;
}

/* The mean is rounded to single in both precisions: the same words give the same numbers. */
static void loops_poisson(const void *mean, uint32_t first_cell, uint64_t j, uint32_t retry,
                          uint64_t key, uint32_t n, void *out)
{
    for (uint32_t k = 0; k < n; k++) {
        ((REAL *)out)[k] = (REAL)rand_poisson((float)((const REAL *)mean)[k], first_cell + k,
                                              (uint32_t)j, (uint32_t)(j >> 32), retry,
                                              (uint32_t)key, (uint32_t)(key >> 32));
    }
}

static void loops_add_same(void *sums, uint64_t at, const uint32_t *restrict target, uint64_t n,
                           int64_t weight)
{
    SUM *restrict const ring = (SUM *)sums + at;
    const SUM w = (SUM)weight;
    for (uint64_t k = 0; k < n; k++) {
        ring[target[k]] += w;
    }
}

static void loops_add(void *sums, uint64_t at, const uint32_t *restrict target,
                      const void *weights, uint64_t from, uint64_t n)
{
    SUM *restrict const ring = (SUM *)sums + at;
    const SUM *restrict const w = (const SUM *)weights + from;
    for (uint64_t k = 0; k < n; k++) {
        ring[target[k]] += w[k];
    }
}

const struct cpu_loops REAL_LOOPS = {.arrivals = loops_arrivals,
                                     .events = loops_events,
                                     .first_not_finite = loops_first_not_finite,
                                     .count_below = loops_count_below,
                                     .index = loops_index,
                                     .add_given = loops_add_given,
                                     .poisson = loops_poisson,
                                     .add_same = loops_add_same,
                                     .add = loops_add};
