/* build/csr_sums.h: synapses of each target, for the scale of a receptor. */
#ifndef BUILD_CSR_SUMS_H
#define BUILD_CSR_SUMS_H

#include "build/csr.h"

/* csr_sum_edges: as csr_sum_weights for weights that are one number: counts[n_post] u32 (start
 * at 0). */
__kernel void csr_sum_edges(__global const u32 *restrict targets, __global u32 *restrict counts,
                            const struct csr_group g)
{
    for (u64 k = get_global_id(0); k < g.n_edges; k += get_global_size(0)) {
        (void)atomic_inc(counts + targets[g.edge_begin + k]);
    }
}

#endif
