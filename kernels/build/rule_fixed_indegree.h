/* build/rule_fixed_indegree.h: every target draws its sources. Three kernels: draw, place each
 * draw into its source's row in any order, sort each row. An id is target*indegree + draw, so
 * that a sorted row stands by target, then draw. */
#ifndef BUILD_RULE_FIXED_INDEGREE_H
#define BUILD_RULE_FIXED_INDEGREE_H

#include "build/csr.h"

static inline u32 csr_source(const struct csr_group g, u32 j, u32 k, u32 retry)
{
    const struct philox_words w =
        philox4x32(U32V(j), U32V(k / 4u), U32V(1u), U32V(retry), g.wiring_k0, g.wiring_k1);
    return (u32)(((u64)FIRST_LANE(philox_select(w, k % 4u)) * g.n_pre) >> 32);
}

/* Enters a source (as source + 1) into an open hash table; false where it is there already. */
static inline bool csr_enter(__global u32 *table, u32 size, u32 source)
{
    u32 at = (source * 0x9e3779b1u) & (size - 1u);
    while (table[at] != 0u) {
        if (table[at] == source + 1u) {
            return false;
        }
        at = (at + 1u) & (size - 1u);
    }
    table[at] = source + 1u;
    return true;
}

/* csr_indegree: global (any, 1, 1): items stride over targets   local any   local memory 0
 * out sources[n_post*indegree] u32, counts[n_pre] u32 (starts at 0); scratch
 * tables[items][table_size] u32 One work-item = one target at a time. Counting by atomics: a
 * sum has no order. */
__kernel void csr_indegree(__global u32 *restrict sources, __global u32 *restrict counts,
                           __global u32 *restrict tables, const struct csr_group g)
{
    __global u32 *const table = tables + (u64)get_global_id(0) * g.table_size;
    for (u64 target = get_global_id(0); target < g.n_post; target += get_global_size(0)) {
        const u32 j = (u32)target;
        for (u32 k = 0; k < g.table_size; k++) {
            table[k] = 0u;
        }
        for (u32 k = 0; k < g.indegree; k++) {
            u32 i = csr_source(g, j, k, 0u);
            for (u32 retry = 1u; (g.no_autapses != 0u && i == j) ||
                                 (g.table_size != 0u && !csr_enter(table, g.table_size, i));
                 retry++) {
                i = csr_source(g, j, k, retry);
            }
            sources[(u64)j * g.indegree + k] = i;
            (void)atomic_inc(counts + i);
        }
    }
}

/* csr_scatter: global (edges, 1, 1)   local any   local memory 0
 * in sources, row_ptr[n_pre + 1]; out ids; scratch cursor[n_pre] u32 (starts at 0)
 * One work-item = one draw. The order within a row is that of the device: csr_sort follows. */
__kernel void csr_scatter(__global const u32 *restrict sources,
                          __global const u64 *restrict row_ptr, __global u32 *restrict cursor,
                          __global u32 *restrict ids, const struct csr_group g)
{
    const u64 id = get_global_id(0);
    if (id >= g.n_edges) {
        return;
    }
    const u32 i = sources[id];
    ids[g.edge_begin + row_ptr[i] + atomic_inc(cursor + i)] = (u32)id;
}

static inline void csr_sift(__global u32 *x, u32 root, u32 n)
{
    const u32 value = x[root];
    u32 at = root;
    for (u32 child = 2u * at + 1u; child < n; child = 2u * at + 1u) {
        if (child + 1u < n && x[child + 1u] > x[child]) {
            child++;
        }
        if (x[child] <= value) {
            break;
        }
        x[at] = x[child];
        at = child;
    }
    x[at] = value;
}

/* csr_sort: global (n_pre, 1, 1)   local any   local memory 0   in row_ptr; in-out ids
 * One work-item = one row: heapsort (Williams 1964, Comm. ACM 7, algorithm 232), in place. */
__kernel void csr_sort(__global const u64 *restrict row_ptr, __global u32 *restrict ids,
                       const struct csr_group g)
{
    const u64 i = get_global_id(0);
    if (i >= g.n_pre) {
        return;
    }
    __global u32 *const x = ids + g.edge_begin + row_ptr[i];
    const u32 n = (u32)(row_ptr[i + 1] - row_ptr[i]);
    for (u32 root = n / 2u; root > 0u; root--) {
        csr_sift(x, root - 1u, n);
    }
    for (u32 end = n; end > 1u; end--) {
        const u32 top = x[0];
        x[0] = x[end - 1u];
        x[end - 1u] = top;
        csr_sift(x, 0u, end - 1u);
    }
}

/* csr_targets: global (any, 1, 1): items stride over edges   local any   local memory 0
 * in-out ids: draws become targets. */
__kernel void csr_targets(__global u32 *restrict ids, const struct csr_group g)
{
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        ids[g.edge_begin + k] = ids[g.edge_begin + k] / g.indegree;
    }
}

#endif
