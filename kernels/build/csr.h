/* build/csr.h: what the kernels that draw synapses share: pairs of cells, their random words,
 * masks as bits, findings. The generated text (host/net/build_text.c) follows this file and
 * defines csr_p, csr_steps and csr_weight; without it build/csr_default.h does, so that each
 * file compiles alone. */
#ifndef BUILD_CSR_H
#define BUILD_CSR_H

#include "build/csr_group.h"
#include "build/fixed.h"
#include "shared/real.h"
#include "shared/philox.h"

/* The streams of a pair's draws and what marks a number that is a draw's; the same as
 * host/net/draws.h. */
#define PAIR_WEIGHT_STREAM 0u
#define PAIR_NUMBERED      0x80000000u
#define PAIR_POISSON       0x40000000u

/* WIDTH pairs. */
struct csr_pair {
    f32v dx, dy, dz; /* place of the target minus place of the source, um */
    u32v pre, post;  /* indices */
    u32v number;     /* the draw that made the synapse, else the source */
};

struct csr_keys {
    u32 weight_k0, weight_k1, delay_k0, delay_k1;
    u32 flag;
};

static inline struct csr_keys csr_keys_of(const struct csr_group g)
{
    struct csr_keys k;
    k.weight_k0 = g.weight_k0;
    k.weight_k1 = g.weight_k1;
    k.delay_k0 = g.delay_k0;
    k.delay_k1 = g.delay_k1;
    k.flag = g.is_numbered != 0u ? PAIR_NUMBERED : 0u;
    return k;
}

/* In this order, as on the host (wire_loops.c). */
static inline f32v csr_distance(const struct csr_pair p)
{
    return f32_sqrt((p.dx * p.dx + p.dy * p.dy) + p.dz * p.dz);
}

/* Word of draw d of a pair. */
static inline u32v csr_draw(const struct csr_pair p, const struct csr_keys k, u32 stream, u32 d,
                            u32 retry)
{
    const bool is_weight = stream == PAIR_WEIGHT_STREAM;
    return philox_select(philox4x32(p.post, p.number, U32V(k.flag + d / 4u), U32V(retry),
                                    is_weight ? k.weight_k0 : k.delay_k0,
                                    is_weight ? k.weight_k1 : k.delay_k1),
                         d % 4u);
}

static inline realv csr_poisson(const struct csr_pair p, const struct csr_keys k, u32 stream,
                                u32 d, u32 retry, realv mean)
{
    const bool is_weight = stream == PAIR_WEIGHT_STREAM;
    f32 means[WIDTH], values[WIDTH];
    u32 posts[WIDTH], numbers[WIDTH];
    STORE_F32V(F32V_OF_REALV(mean), means, 0);
    STORE_U32V(p.post, posts, 0);
    STORE_U32V(p.number, numbers, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        values[lane] = rand_poisson(
            means[lane], posts[lane], numbers[lane], (k.flag | PAIR_POISSON) + d, retry,
            is_weight ? k.weight_k0 : k.delay_k0, is_weight ? k.weight_k1 : k.delay_k1);
    }
    return REAL_OF_F32V(LOAD_F32V(values, 0));
}

#define DRAW(s, d, r)          csr_draw(pair, keys, (s), (d), (r))
#define POISSON(s, d, r, mean) csr_poisson(pair, keys, (s), (d), (r), (mean))
#define TRUNC_FAILED(mask)     *gave_up = *gave_up | (mask)

/* Bit l: lane l of the mask holds. */
static inline u32 csr_mask_bits(i32v mask)
{
#if WIDTH == 1
    return mask != 0 ? 1u : 0u;
#else
    const u32v bits = AS_U32V(mask) & (U32V(1u) << LANE_INDEX);
#if WIDTH == 16
    const uint8 eight = bits.lo | bits.hi;
    const uint4 four = eight.lo | eight.hi;
#elif WIDTH == 8
    const uint4 four = bits.lo | bits.hi;
#else
    const uint4 four = bits;
#endif
    const uint2 two = four.lo | four.hi;
    return two.x | two.y;
#endif
}

/* Largest lane; no lane is NaN. */
static inline f32 csr_largest(f32v x)
{
    f32 lanes[WIDTH];
    STORE_F32V(x, lanes, 0);
    f32 most = lanes[0];
    for (u32 lane = 1; lane < WIDTH; lane++) {
        most = lanes[lane] > most ? lanes[lane] : most;
    }
    return most;
}

static inline void csr_found_bad(__global u32 *found, bool is_bad, u32 row)
{
    if (is_bad) {
        (void)atomic_min(found + FOUND_BAD_ROW, row);
    }
}

/* Bits of floats that are not negative order like the floats. */
static inline void csr_found_largest(__global u32 *found, f32v most)
{
    (void)atomic_max(found + FOUND_LARGEST, as_uint(csr_largest(most)));
}

/* The edges [at, at + WIDTH) of source i as pairs; those from `end` on repeat the last. */
static inline struct csr_pair csr_pairs_of(const struct csr_group g, u32 i, u64 at, u64 end,
                                           __global const u32 *ids, __global const f32 *from,
                                           __global const f32 *to)
{
    u32 posts[WIDTH], numbers[WIDTH];
    f32 xs[WIDTH], ys[WIDTH], zs[WIDTH];
    for (u32 lane = 0; lane < WIDTH; lane++) {
        const u32 id = ids[at + lane < end ? at + lane : end - 1];
        posts[lane] = g.is_numbered != 0u ? id / g.indegree : id;
        numbers[lane] = g.is_numbered != 0u ? id % g.indegree : i;
#if CSR_HAS_PLACES
        xs[lane] = to[posts[lane]];
        ys[lane] = to[(u64)g.post_stride + posts[lane]];
        zs[lane] = to[2 * (u64)g.post_stride + posts[lane]];
#else
        xs[lane] = ys[lane] = zs[lane] = 0.0f;
#endif
    }
    struct csr_pair p;
    p.pre = U32V(i);
    p.post = LOAD_U32V(posts, 0);
    p.number = LOAD_U32V(numbers, 0);
#if CSR_HAS_PLACES
    p.dx = LOAD_F32V(xs, 0) - from[i];
    p.dy = LOAD_F32V(ys, 0) - from[(u64)g.pre_stride + i];
    p.dz = LOAD_F32V(zs, 0) - from[2 * (u64)g.pre_stride + i];
#else
    (void)from;
    (void)to;
    p.dx = LOAD_F32V(xs, 0);
    p.dy = LOAD_F32V(ys, 0);
    p.dz = LOAD_F32V(zs, 0);
#endif
    return p;
}

/* Edges of a row that fall to one of its work-items, counted from the group's first edge. */
struct csr_range {
    u64 from, to;
};

static inline struct csr_range csr_part(__global const u64 *row_ptr, u64 n_delays, u32 row,
                                        u32 part, u32 n_parts)
{
    const u64 begin = row_ptr[row * n_delays], n = row_ptr[(row + 1) * n_delays] - begin;
    struct csr_range r;
    r.from = begin + n * part / n_parts;
    r.to = begin + n * (part + 1) / n_parts;
    return r;
}

#endif
