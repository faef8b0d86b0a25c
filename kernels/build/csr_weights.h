/* build/csr_weights.h: drawn weights, the sums that give the scale of a receptor, and weights
 * as integers; in the network's precision (a network in double compiles this file into a
 * program of its own, because p and delays stay in single). */
#ifndef BUILD_CSR_WEIGHTS_H
#define BUILD_CSR_WEIGHTS_H

#include "build/csr.h"
#include "shared/real.h"

#if REAL_IS_DOUBLE
#define REAL_BITS(x)          as_ulong(x)
#define FIXED_MANTISSA(b)     fixed64_mantissa(b)
#define FIXED_SUM_TERM(b, e)  fixed64_sum_term((b), (e))
#define FIXED_WEIGHT(b, s)    fixed64_weight((b), (s))
#define FIXED_IS_COARSE(b, s) fixed64_is_coarse((b), (s))
#else
#define REAL_BITS(x)          as_uint(x)
#define FIXED_MANTISSA(b)     fixed_mantissa(b)
#define FIXED_SUM_TERM(b, e)  fixed_sum_term((b), (e))
#define FIXED_WEIGHT(b, s)    fixed_weight((b), (s))
#define FIXED_IS_COARSE(b, s) fixed_is_coarse((b), (s))
#endif

/* Largest |weight| of the lanes. A double leaves the upper half of its bits, rounded up: the
 * least power of two that bounds it stays the same. */
static inline void csr_found_weight(__global u32 *found, realv most)
{
    real lanes[WIDTH];
    STORE_REALV(most, lanes, 0);
    real largest = lanes[0];
    for (u32 lane = 1; lane < WIDTH; lane++) {
        largest = lanes[lane] > largest ? lanes[lane] : largest;
    }
#if REAL_IS_DOUBLE
    (void)atomic_max(found + FOUND_LARGEST, (u32)((as_ulong(largest) + 0xfffffffful) >> 32));
#else
    (void)atomic_max(found + FOUND_LARGEST, as_uint(largest));
#endif
}

/* csr_weight_draw: global (n_pre*n_parts, 1, 1)   local any   local memory 0
 * in ids[edges], row_ptr (from row_begin on, n_delays per row), from, to: places; out weights:
 * bits of reals; found One work-item = one part of one row, WIDTH edges at a time. */
__kernel void csr_weight_draw(__global const f32 *restrict from,
                              __global const f32 *restrict to,
                              __global const u64 *restrict row_ptr,
                              __global const u32 *restrict ids,
                              __global real_bits *restrict weights,
                              __global u32 *restrict found, const struct csr_group g)
{
    const u64 item = get_global_id(0);
    if (item >= (u64)g.n_pre * g.n_parts) {
        return;
    }
    const u32 i = (u32)(item / g.n_parts);
    const struct csr_range range =
        csr_part(row_ptr + g.row_begin, g.n_delays, i, (u32)(item % g.n_parts), g.n_parts);
    const struct csr_keys keys = csr_keys_of(g);
    const realv least = REALV(g.is_signed != 0u ? -REAL_INF : (real)0);
    realv largest = REALV(0);
    bool is_bad = false;
    for (u64 at = range.from; at < range.to; at += WIDTH) {
        const struct csr_pair pair =
            csr_pairs_of(g, i, g.edge_begin + at, g.edge_begin + range.to, ids, from, to);
        maskv gave_up = REALV(0) != REALV(0);
        const realv w = csr_weight(g.which, pair, keys, &gave_up), size = REAL_FN(abs)(w);
        const maskv is_good = (w >= least) & (size < REAL_INF) & !gave_up;
        is_bad = is_bad || MASK_ANY(!is_good);
        largest = (is_good & (size > largest)) ? size : largest;
        real lanes[WIDTH];
        STORE_REALV(w, lanes, 0);
        for (u32 lane = 0; lane < WIDTH && at + lane < range.to; lane++) {
            weights[g.weight_begin + at + lane] = REAL_BITS(lanes[lane]);
        }
    }
    csr_found_bad(found, is_bad, i);
    csr_found_weight(found, largest);
}

/* csr_sum_weights: global (any, 1, 1): items stride over edges   local any   local memory 0
 * in targets, weights (bits of reals); out sums[2][n_post] u32: low and high words (start at
 * 0) Integer atomics, the carry taken from the returned low word: exact, whatever the order. */
__kernel void csr_sum_weights(__global const u32 *restrict targets,
                              __global const real_bits *restrict weights,
                              __global u32 *restrict sums, const i32 exponent,
                              const struct csr_group g)
{
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        const u32 j = targets[g.edge_begin + k];
        const u32 term = FIXED_SUM_TERM(weights[g.weight_begin + k], exponent);
        const u32 old = atomic_add(sums + j, term);
        if (old + term < old) {
            (void)atomic_inc(sums + (u64)g.n_post + j);
        }
    }
}

/* csr_quantise: global (any, 1, 1): items stride over edges   local any   local memory 0
 * in-out weights: bits of reals become integers weight*2^scale; a weight that would become 0
 * stays as it is, for the message. out found */
__kernel void csr_quantise(__global real_bits *restrict weights, __global u32 *restrict found,
                           const i32 scale, const struct csr_group g)
{
    u32 coarse = 0;
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        const real_bits bits = weights[g.weight_begin + k];
        const real_bits w = (real_bits)FIXED_WEIGHT(bits, scale);
        if (w == 0u && FIXED_MANTISSA(bits) != 0u) {
            (void)atomic_min(found + FOUND_ZERO_EDGE, (u32)k);
            continue;
        }
        coarse += FIXED_IS_COARSE(bits, scale);
        weights[g.weight_begin + k] = w;
    }
    if (coarse != 0u) {
        (void)atomic_add(found + FOUND_COARSE, coarse);
    }
}

#endif
