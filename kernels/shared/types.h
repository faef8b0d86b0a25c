/* shared/types.h: scalars, limits and structs that host and device share; each exists here and
 * nowhere else. Compiled by the host's C compiler (C11) and by OpenCL C 1.2 alike. */
#ifndef SHARED_TYPES_H
#define SHARED_TYPES_H

#ifdef __OPENCL_C_VERSION__
typedef uint u32;
typedef int i32;
typedef ulong u64;
typedef long i64;
typedef float f32;
#define SHARED_FN       static inline __attribute__((unused))
#define SHARED_GLOBAL   __global
#define SHARED_CONSTANT __constant
#else
#include <stdint.h>
typedef uint32_t u32;
typedef int32_t i32;
typedef uint64_t u64;
typedef int64_t i64;
typedef float f32;
typedef double f64;
#define SHARED_FN static inline __attribute__((always_inline, unused))
#define SHARED_GLOBAL
#define SHARED_CONSTANT
#endif

/* Cells of a population are u32 (nid), synapses u64 (eid), steps i64 (negative while settling).
 */
#define NID_MAX 0xfffffff0u
/* Cells are padded to a multiple of this, so that every width divides a population. */
#define CELL_BLOCK 16u
/* A slice is at most this many steps: one u32 holds a cell's spikes of a slice, bit s for step
 * first + s. */
#define SLICE_MAX 32u
/* Longest delay in steps. */
#define DELAY_MAX 4095u

/* One (projection, source population, target population, receptor): how a spike reaches its
 * targets. Edges of source i and delay delay_min + d are edge_begin + [ptr[row_begin +
 * i*n_delays + d], ptr[… + 1]). */
struct conn_layout {
    u64 row_begin;    /* first row pointer, in elements of the row pointer buffer */
    u64 edge_begin;   /* first edge, in elements of the target buffer */
    u64 weight_begin; /* first weight in elements of the weight buffer; used where has_weights
                       */
    u64 ring_begin;   /* the target channel's ring, in elements of the ring buffer */
    i64 weight;       /* in the channel's scale, where !has_weights */
    u32 n_pre, n_post;
    u32 pre, post; /* population numbers */
    u32 delay_min; /* steps */
    u32 n_delays;
    u32 ring_slots;  /* slots of the target channel's ring */
    u32 ring_stride; /* elements from one slot to the next: padded cells of the target
                        population */
    u32 has_weights;
    u32 reserved; /* 0 */
};
#ifndef __OPENCL_C_VERSION__
_Static_assert(sizeof(struct conn_layout) == 80, "same layout on host and device");
#endif

/* A spiking cell of one slice. */
struct spike_entry {
    u32 cell;  /* in its population */
    u32 steps; /* bit s: it spiked in step first + s */
};

#endif
