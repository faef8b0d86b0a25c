/* sim/cpu_loops.h: the innermost loops of the cpu backend around the interpreter: each one
 * plain loop over a block of cells that the compiler vectorises, compiled for AVX2 and
 * AVX-512. All pointers are 64-byte aligned and valid to a multiple of 16. Sees: base,
 * kernels/shared. */
#ifndef SIM_CPU_LOOPS_H
#define SIM_CPU_LOOPS_H

#include "base/precision.h"

#include <stdbool.h>
#include <stdint.h>

/* Words of Philox4x32-10 for cells first_cell + k: counter (cell, low, high, retry), key k0,
 * k1; words: 4 rows of `stride`. */
void cpu_loop_philox(uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry,
                     uint32_t k0, uint32_t k1, uint32_t n, uint32_t stride, uint32_t *words);
/* mask |= spike << step; spike is 0 or 1. */
void cpu_loop_spikes(const uint32_t *spike, uint32_t *mask, uint32_t n, uint32_t step);

/* The loops over numbers and sums: float with int32_t, double with int64_t. */
struct cpu_loops {
    /* out = sums * scale, then the sums are 0 again. */
    void (*arrivals)(void *sums, void *out, uint32_t n, double scale);
    /* out[k]: how many of the ascending thresholds words[k] reaches. */
    void (*events)(const uint32_t *words, uint32_t n, const uint32_t *thresholds,
                   uint32_t n_thresholds, void *out);
    /* The least k whose x is not finite; n where there is none. */
    uint32_t (*first_not_finite)(const void *x, uint32_t n);
    /* How many of x are below limit; *first: the least such k. */
    uint32_t (*count_below)(const void *x, uint32_t n, double limit, uint32_t *first);
    /* out[k] = first + k */
    void (*index)(uint32_t first, uint32_t n, void *out);
    /* row[lane] += weight */
    void (*add_given)(void *row, uint32_t lane, double weight);
    /* rand_poisson (shared/random.h) for cells first_cell + k */
    void (*poisson)(const void *mean, uint32_t first_cell, uint64_t j, uint32_t retry,
                    uint64_t key, uint32_t n, void *out);
    /* ring[at + target[k]] += weight, or weights[from + k]. */
    void (*add_same)(void *ring, uint64_t at, const uint32_t *target, uint64_t n,
                     int64_t weight);
    void (*add)(void *ring, uint64_t at, const uint32_t *target, const void *weights,
                uint64_t from, uint64_t n);
};
extern const struct cpu_loops cpu_loops_single, cpu_loops_double;

static inline const struct cpu_loops *cpu_loops_of(enum precision p)
{
    return p == PRECISION_DOUBLE ? &cpu_loops_double : &cpu_loops_single;
}

#endif
