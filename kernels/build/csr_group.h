/* build/csr_group.h: what the kernels that connect two populations are told; by value. Compiled
 * by the host too. Sees: shared/types.h. */
#ifndef BUILD_CSR_GROUP_H
#define BUILD_CSR_GROUP_H

#include "shared/types.h"

/* Words of the buffer of findings, which the host sets before a stage and reads after it. */
#define FOUND_BAD_ROW                                                                          \
    0u /* least source row with a value that cannot be used (starts at 0xffffffff) */
#define FOUND_LARGEST                                                                          \
    1u /* bits of the largest p or |weight| (starts at 0); of a double: csr_weights.h */
#define FOUND_DELAY_MIN 2u /* steps (starts at 0xffffffff) */
#define FOUND_DELAY_MAX 3u
#define FOUND_ZERO_EDGE 4u /* least edge whose weight rounds to 0 (starts at 0xffffffff) */
#define FOUND_COARSE    5u /* number of weights off by more than 1e-3 of themselves */
#define FOUND_WORDS     8u

/* A group is one projection from one population to another. Rows are its source cells. */
struct csr_group {
    u64 edge_begin;   /* first of its edges in the buffer of ids or targets */
    u64 row_begin;    /* first of its row pointers in their buffer */
    u64 weight_begin; /* first weight of the receptor in hand */
    u64 n_edges;
    u32 n_pre, n_post;
    u32 pre_stride, post_stride; /* padded cells: from x to y to z in the buffers of places */
    u32 wiring_k0, wiring_k1, weight_k0, weight_k1, delay_k0, delay_k1;
    u32 row_first, n_rows;        /* rows of this launch */
    u32 n_parts;                  /* work-items per row */
    u32 part_blocks;              /* blocks of 64 targets per part */
    u32 which;                    /* generated expression in hand */
    u32 has_threshold, threshold; /* constant p: connected where word <= threshold */
    u32 no_autapses;
    u32 indegree;    /* fixed_indegree: id = target*indegree + draw */
    u32 is_numbered; /* ids are draws, not targets */
    u32 table_size;  /* of the hash table of a target's sources; 0: multapses are allowed */
    u32 delay_min, n_delays;
    u32 is_signed; /* the receptor in hand takes weights below 0 */
};

#ifndef __OPENCL_C_VERSION__
_Static_assert(sizeof(struct csr_group) == 128, "same layout on host and device");
#endif

#endif
