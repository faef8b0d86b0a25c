/* build/rule_one_to_one.h: source k reaches target k.
 * csr_one: global (n_pre, 1, 1)   local any   local memory 0   out ids[n_pre]
 * One work-item = one row of one synapse. */
#ifndef BUILD_RULE_ONE_TO_ONE_H
#define BUILD_RULE_ONE_TO_ONE_H

#include "build/csr.h"

__kernel void csr_one(__global u32 *restrict ids, const struct csr_group g)
{
    const u64 i = get_global_id(0);
    if (i < g.n_pre) {
        ids[g.edge_begin + i] = (u32)i;
    }
}

#endif
