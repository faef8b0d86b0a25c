/* build/csr_delays.h: delays that are not constant: evaluated per edge, counted per row and
 * delay, and the rows sorted by them (counting, so that targets stay ascending within a delay).
 */
#ifndef BUILD_CSR_DELAYS_H
#define BUILD_CSR_DELAYS_H

#include "build/csr.h"

/* csr_delay: global (n_pre*n_parts, 1, 1)   local any   local memory 0
 * in ids[edges], row_ptr[n_pre + 1], from, to: places; out delays[edges] u32 steps, found
 * One work-item = one part of one row, WIDTH edges at a time. */
__kernel void csr_delay(__global const f32 *restrict from, __global const f32 *restrict to,
                        __global const u64 *restrict row_ptr, __global const u32 *restrict ids,
                        __global u32 *restrict delays, __global u32 *restrict found,
                        const struct csr_group g)
{
    const u64 item = get_global_id(0);
    if (item >= (u64)g.n_pre * g.n_parts) {
        return;
    }
    const u32 i = (u32)(item / g.n_parts);
    const struct csr_range range = csr_part(row_ptr, 1, i, (u32)(item % g.n_parts), g.n_parts);
    const struct csr_keys keys = csr_keys_of(g);
    u32 least = 0xffffffffu, most = 0u;
    bool is_bad = false;
    for (u64 at = range.from; at < range.to; at += WIDTH) {
        const struct csr_pair pair =
            csr_pairs_of(g, i, g.edge_begin + at, g.edge_begin + range.to, ids, from, to);
        i32v gave_up = F32V(0.0f) != F32V(0.0f);
        const f32v steps = csr_steps(g.which, pair, keys, &gave_up);
        const i32v is_good = (steps >= F32V(0.0f)) & (steps <= F32V((f32)DELAY_MAX)) & !gave_up;
        u32 lanes[WIDTH];
        STORE_U32V(AS_U32V(TO_I32V(is_good ? steps : F32V(0.0f))), lanes, 0);
        is_bad = is_bad || MASK_ANY(!is_good);
        for (u32 lane = 0; lane < WIDTH && at + lane < range.to; lane++) {
            delays[at + lane] = lanes[lane];
            least = min(least, lanes[lane]);
            most = max(most, lanes[lane]);
        }
    }
    csr_found_bad(found, is_bad, i);
    if (range.from < range.to) {
        (void)atomic_min(found + FOUND_DELAY_MIN, least);
        (void)atomic_max(found + FOUND_DELAY_MAX, most);
    }
}

/* csr_delay_count: global (n_pre, 1, 1)   local any   local memory 0
 * in row_ptr[n_pre + 1], delays; out counts[n_pre][n_delays] u32 (starts at 0)
 * One work-item = one row. Writes only its row. */
__kernel void csr_delay_count(__global const u64 *restrict row_ptr,
                              __global const u32 *restrict delays,
                              __global u32 *restrict counts, const struct csr_group g)
{
    const u64 i = get_global_id(0);
    if (i >= g.n_pre) {
        return;
    }
    __global u32 *const row = counts + i * g.n_delays;
    for (u64 at = row_ptr[i]; at < row_ptr[i + 1]; at++) {
        row[delays[at] - g.delay_min]++;
    }
}

/* csr_delay_sort: global (n_pre, 1, 1)   local any   local memory 0
 * in row_ptr[n_pre + 1], delay_ptr[n_pre*n_delays + 1], delays, ids; out sorted; scratch counts
 * (used up: ends at 0) One work-item = one row. Backwards, each count is the place behind the
 * last edge not yet placed. */
__kernel void csr_delay_sort(__global const u64 *restrict row_ptr,
                             __global const u64 *restrict delay_ptr,
                             __global const u32 *restrict delays,
                             __global const u32 *restrict ids, __global u32 *restrict counts,
                             __global u32 *restrict sorted, const struct csr_group g)
{
    const u64 i = get_global_id(0);
    if (i >= g.n_pre) {
        return;
    }
    __global u32 *const row = counts + i * g.n_delays;
    __global const u64 *const places = delay_ptr + i * g.n_delays;
    for (u64 at = row_ptr[i + 1]; at > row_ptr[i]; at--) {
        const u32 d = delays[at - 1] - g.delay_min;
        row[d]--;
        sorted[g.edge_begin + places[d] + row[d]] = ids[at - 1];
    }
}

#endif
