/* build/rule_all_to_all.h: every source reaches every target.
 * csr_all: global (n_pre*n_parts, 1, 1)   local any   local memory 0
 * out ids[edges]: row i holds all targets, or all but i
 * One work-item = one part of one row. Writes 4 B per synapse. */
#ifndef BUILD_RULE_ALL_TO_ALL_H
#define BUILD_RULE_ALL_TO_ALL_H

#include "build/csr.h"

__kernel void csr_all(__global u32 *restrict ids, const struct csr_group g)
{
    const u64 item = get_global_id(0);
    if (item >= (u64)g.n_pre * g.n_parts) {
        return;
    }
    const u32 i = (u32)(item / g.n_parts), part = (u32)(item % g.n_parts);
    const u32 from = (u32)((u64)g.n_post * part / g.n_parts),
              to = (u32)((u64)g.n_post * (part + 1u) / g.n_parts);
    const u64 row = g.edge_begin + (u64)i * (g.n_post - (g.no_autapses != 0u ? 1u : 0u));
    for (u32 j = from; j < to; j++) {
        if (g.no_autapses == 0u) {
            ids[row + j] = j;
        } else if (j != i) {
            ids[row + j - (j > i ? 1u : 0u)] = j;
        }
    }
}

#endif
