/* build/rule_pairwise_bernoulli.h: every ordered pair on its own. Two kernels: the first draws
 * all pairs of a row's part and leaves one bit per pair and the number of bits set, the second
 * (once the numbers are added up) lists the targets. The words of a block of 64 targets are
 * those of 16 counters, word q of counter lane l belongs to target 16*q + l. */
#ifndef BUILD_RULE_PAIRWISE_BERNOULLI_H
#define BUILD_RULE_PAIRWISE_BERNOULLI_H

#include "build/csr.h"

struct csr_pairs_seen {
    f32v largest;
    i32v bad;
};

/* Targets first … first + WIDTH - 1 of source i: bit l for lane l. */
static inline u32 csr_pairs_lanes(const struct csr_group g, u32 i, u32 first, u32v words, f32 x,
                                  f32 y, f32 z, __global const f32 *to,
                                  struct csr_pairs_seen *seen)
{
    const u32v target = U32V(first) + LANE_INDEX;
    const i32v is_real = target < U32V(g.n_post);
    const i32v is_other = target != U32V(i);
    const i32v may = g.no_autapses != 0u ? is_real & is_other : is_real;
    if (g.has_threshold != 0u) {
        return csr_mask_bits((words <= U32V(g.threshold)) & may);
    }
    struct csr_pair pair;
    pair.pre = U32V(i);
    pair.post = target;
    pair.number = U32V(i);
#if CSR_HAS_PLACES
    const u32 block = first / WIDTH;
    pair.dx = LOAD_F32V(to, block) - x;
    pair.dy = LOAD_F32V(to + g.post_stride, block) - y;
    pair.dz = LOAD_F32V(to + 2 * (u64)g.post_stride, block) - z;
#else
    (void)to;
    pair.dx = F32V(x);
    pair.dy = F32V(y);
    pair.dz = F32V(z);
#endif
    const f32v drawn = csr_p(g.which, pair);
    const f32v p = may ? drawn : F32V(0.0f);
    seen->largest = p > seen->largest ? p : seen->largest;
    seen->bad = seen->bad | !(p >= F32V(0.0f));
    const i32v hit = f32_u01(words) < p;
    return MASK_ANY(hit) ? csr_mask_bits(hit) : 0u;
}

/* csr_pairs: global (n_rows*n_parts, 1, 1)   local any   local memory 0
 * in from, to: places of both populations, three rows of x, y, z; g
 * out bits[n_rows][blocks of 64 targets] u64, counts[n_rows][n_parts] u32, found
 * One work-item = one part of one row: WIDTH targets at a time. Writes 8 B per 64 pairs;
 * atomics once per item. */
__kernel void csr_pairs(__global const f32 *restrict from, __global const f32 *restrict to,
                        __global u64 *restrict bits, __global u32 *restrict counts,
                        __global u32 *restrict found, const struct csr_group g)
{
    const u64 item = get_global_id(0);
    if (item >= (u64)g.n_rows * g.n_parts) {
        return;
    }
    const u32 row = (u32)(item / g.n_parts), part = (u32)(item % g.n_parts);
    const u32 i = g.row_first + row;
    const u32 n_blocks = (g.n_post + 63u) / 64u;
    const u32 block_from = part * g.part_blocks;
    const u32 block_to =
        n_blocks - block_from < g.part_blocks ? n_blocks : block_from + g.part_blocks;
#if CSR_HAS_PLACES
    const f32 x = from[i], y = from[(u64)g.pre_stride + i], z = from[2 * (u64)g.pre_stride + i];
#else
    const f32 x = 0.0f, y = 0.0f, z = 0.0f;
    (void)from;
#endif
    struct csr_pairs_seen seen;
    seen.largest = F32V(0.0f);
    seen.bad = F32V(0.0f) != F32V(0.0f);
    u32 count = 0;
    for (u32 b = block_from; b < block_to; b++) {
        u64 block_bits = 0;
        for (u32 l = 0; l < 16u; l += WIDTH) {
            const struct philox_words w =
                philox4x32(U32V(b * 16u + l) + LANE_INDEX, U32V(i), U32V(0u), U32V(0u),
                           g.wiring_k0, g.wiring_k1);
            const u32 first = b * 64u + l;
            for (u32 q = 0; q < 4u && first + 16u * q < g.n_post; q++) {
                const u64 lanes = csr_pairs_lanes(g, i, first + 16u * q, philox_select(w, q), x,
                                                  y, z, to, &seen);
                block_bits |= lanes << (16u * q + l);
            }
        }
        bits[(u64)row * n_blocks + b] = block_bits;
        count += (u32)popcount(block_bits);
    }
    counts[item] = count;
    if (g.has_threshold == 0u) {
        csr_found_bad(found, MASK_ANY(seen.bad), i);
        csr_found_largest(found, seen.largest);
    }
}

/* csr_expand: global (n_rows*n_parts, 1, 1)   local any   local memory 0
 * in bits, offsets[n_rows][n_parts] u64: first edge of each part, counted from the group's
 * first; out ids[edges] One work-item = one part of one row. Reads 8 B per 64 pairs, writes 4 B
 * per synapse: ascending, no atomics. */
__kernel void csr_expand(__global const u64 *restrict bits,
                         __global const u64 *restrict offsets, __global u32 *restrict ids,
                         const struct csr_group g)
{
    const u64 item = get_global_id(0);
    if (item >= (u64)g.n_rows * g.n_parts) {
        return;
    }
    const u32 row = (u32)(item / g.n_parts), part = (u32)(item % g.n_parts);
    const u32 n_blocks = (g.n_post + 63u) / 64u;
    const u32 block_from = part * g.part_blocks;
    const u32 block_to =
        n_blocks - block_from < g.part_blocks ? n_blocks : block_from + g.part_blocks;
    u64 at = g.edge_begin + offsets[item];
    for (u32 b = block_from; b < block_to; b++) {
        u64 left = bits[(u64)row * n_blocks + b];
        while (left != 0) {
            ids[at++] = b * 64u + 63u - (u32)clz(left & (~left + 1));
            left &= left - 1;
        }
    }
}

#endif
