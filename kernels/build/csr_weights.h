/* build/csr_weights.h: drawn weights, the sums that give the scale of a receptor, and weights
 * as integers. */
#ifndef BUILD_CSR_WEIGHTS_H
#define BUILD_CSR_WEIGHTS_H

#include "build/csr.h"

/* csr_weight_draw: global (n_pre*n_parts, 1, 1)   local any   local memory 0
 * in ids[edges], row_ptr (from row_begin on, n_delays per row), from, to: places; out weights:
 * bits of floats; found One work-item = one part of one row, WIDTH edges at a time. */
__kernel void csr_weight_draw(__global const f32 *restrict from,
                              __global const f32 *restrict to,
                              __global const u64 *restrict row_ptr,
                              __global const u32 *restrict ids, __global u32 *restrict weights,
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
    f32v largest = F32V(0.0f);
    bool is_bad = false;
    for (u64 at = range.from; at < range.to; at += WIDTH) {
        const struct csr_pair pair =
            csr_pairs_of(g, i, g.edge_begin + at, g.edge_begin + range.to, ids, from, to);
        i32v gave_up = F32V(0.0f) != F32V(0.0f);
        const f32v w = csr_weight(g.which, pair, keys, &gave_up);
        const i32v is_good = (w >= F32V(0.0f)) & (w < F32_INF) & !gave_up;
        is_bad = is_bad || MASK_ANY(!is_good);
        largest = (is_good & (w > largest)) ? w : largest;
        u32 lanes[WIDTH];
        STORE_U32V(AS_U32V(w), lanes, 0);
        for (u32 lane = 0; lane < WIDTH && at + lane < range.to; lane++) {
            weights[g.weight_begin + at + lane] = lanes[lane];
        }
    }
    csr_found_bad(found, is_bad, i);
    csr_found_largest(found, largest);
}

/* csr_sum_weights: global (any, 1, 1): items stride over edges   local any   local memory 0
 * in targets, weights (bits of floats); out sums[2][n_post] u32: low and high words (start at
 * 0) Integer atomics, the carry taken from the returned low word: exact, whatever the order. */
__kernel void csr_sum_weights(__global const u32 *restrict targets,
                              __global const u32 *restrict weights, __global u32 *restrict sums,
                              const i32 exponent, const struct csr_group g)
{
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        const u32 j = targets[g.edge_begin + k];
        const u32 term = fixed_sum_term(weights[g.weight_begin + k], exponent);
        const u32 old = atomic_add(sums + j, term);
        if (old + term < old) {
            (void)atomic_inc(sums + (u64)g.n_post + j);
        }
    }
}

/* csr_quantise: global (any, 1, 1): items stride over edges   local any   local memory 0
 * in-out weights: bits of floats become integers weight*2^scale; a weight that would become 0
 * stays as it is, for the message. out found */
__kernel void csr_quantise(__global u32 *restrict weights, __global u32 *restrict found,
                           const i32 scale, const struct csr_group g)
{
    u32 coarse = 0;
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        const u32 bits = weights[g.weight_begin + k];
        const u32 w = fixed_weight(bits, scale);
        if (w == 0u && fixed_mantissa(bits) != 0u) {
            (void)atomic_min(found + FOUND_ZERO_EDGE, (u32)k);
            continue;
        }
        coarse += fixed_is_coarse(bits, scale);
        weights[g.weight_begin + k] = w;
    }
    if (coarse != 0u) {
        (void)atomic_add(found + FOUND_COARSE, coarse);
    }
}

#endif
