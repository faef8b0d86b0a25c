/* sim/cpu_loops.h: the innermost loops of the cpu backend around the interpreter: each one
 * plain loop over a block of cells that the compiler vectorises, compiled for AVX2 and
 * AVX-512. All pointers are 64-byte aligned and valid to a multiple of 16. Sees:
 * kernels/shared. */
#ifndef SIM_CPU_LOOPS_H
#define SIM_CPU_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

/* out = sums * scale, then the sums are 0 again. */
void cpu_loop_arrivals(int32_t *sums, float *out, uint32_t n, float scale);
/* Words of Philox4x32-10 for cells first_cell + k: counter (cell, low, high, retry), key k0,
 * k1; words: 4 rows of `stride`. */
void cpu_loop_philox(uint32_t first_cell, uint32_t low, uint32_t high, uint32_t retry,
                     uint32_t k0, uint32_t k1, uint32_t n, uint32_t stride, uint32_t *words);
/* out[k]: how many of the ascending thresholds words[k] reaches. */
void cpu_loop_events(const uint32_t *words, uint32_t n, const uint32_t *thresholds,
                     uint32_t n_thresholds, float *out);
/* mask |= spike << step; spike is 0 or 1. */
void cpu_loop_spikes(const uint32_t *spike, uint32_t *mask, uint32_t n, uint32_t step);
/* Is any of x not finite? */
bool cpu_loop_any_not_finite(const float *x, uint32_t n);
/* ring[target[k]] += weight, or weights[k]. */
void cpu_loop_add_same(int32_t *ring, const uint32_t *target, uint64_t n, int32_t weight);
void cpu_loop_add(int32_t *ring, const uint32_t *target, const int32_t *weights, uint64_t n);

#endif
