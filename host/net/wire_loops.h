/* net/wire_loops.h: the inner loops of wiring on the host, each compiled for several
 * instruction sets with the same bits. n is a multiple of 16 unless said otherwise. Sees:
 * kernels/shared. Threads: any. */
#ifndef NET_WIRE_LOOPS_H
#define NET_WIRE_LOOPS_H

#include "shared/types.h"

#include <stddef.h>

struct wire_place {
    float x, y, z;
};

/* Words of source i over blocks of 64 targets: word of target 64*b + 16*q + l is word q of
 * counter (16*b + l, i, 0, 0). out: [64*n_blocks]. */
u32 wire_words(u64 key, u32 i, u32 first_block, u32 n_blocks, u32 *out);
/* hit[k] = u01(word) < p; largest: running maximum of p. Returns 1 where any p is negative or
 * NaN. n: any. */
u32 wire_hits_p(const u32 *words, const float *p, u32 n, uint8_t *hit, float *largest);
/* hit[k] = word <= most. n: any. */
u32 wire_hits_threshold(const u32 *words, u32 most, u32 n, uint8_t *hit);
/* Appends first + k where hit[k], k < n <= 256. hit is readable (and zeroed here) up to a
 * multiple of 8. Returns how many. */
u32 wire_collect(uint8_t *hit, u32 n, u32 first, u32 *out);

/* Distance, a coordinate's difference and an index (first + step*k) from one source to
 * consecutive targets … */
u32 wire_distance_row(struct wire_place from, const float *x, const float *y, const float *z,
                      u32 n, float *out);
u32 wire_difference_row(float from, const float *to, u32 n, float *out);
u32 wire_index_row(u32 first, u32 step, u32 n, float *out);
/* … and of listed pairs. */
u32 wire_distance_edges(const float *px, const float *py, const float *pz, const float *qx,
                        const float *qy, const float *qz, const u32 *pre, const u32 *post,
                        u32 n, float *out);
u32 wire_difference_edges(const float *from, const float *to, const u32 *pre, const u32 *post,
                          u32 n, float *out);
u32 wire_index_edges(const u32 *index, u32 n, float *out);

/* Word `which` of counter (c0[k], c1[k], c2, c3), and of counter (first + k, c1, 0, c3). n:
 * any. */
u32 wire_pair_words(u64 key, const u32 *c0, const u32 *c1, u32 c2, u32 c3, u32 which, u32 n,
                    u32 *out);
u32 wire_cell_words(u64 key, u32 first, u32 c1, u32 c3, u32 which, u32 n, u32 *out);

/* Largest size |w| of n weights into *largest. Returns 1 where any is below `least` (finite),
 * infinite or NaN. n: any. */
u32 wire_weight_check(const float *weights, float least, u32 n, float *largest);
/* Weights (bits of floats) become integers weight*2^scale, in place; returns the number of
 * coarse ones (off by more than 1e-3 of themselves); *n_zero: those not 0 that became 0. n:
 * any. */
u32 wire_quantise(i32 *weights, int scale, u32 n, u32 *n_zero);
/* Both of doubles. */
u32 wire_weight_check_double(const double *weights, double least, u32 n, double *largest);
u32 wire_quantise_double(i64 *weights, int scale, u32 n, u32 *n_zero);

#endif
