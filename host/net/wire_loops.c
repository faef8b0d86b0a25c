/* net/wire_loops.c: plain loops without calls, so that the compiler vectorises them, each at
 * every level of base/levels.h. */
#include "net/wire_loops.h"

#include "base/levels.h"
#include "build/fixed.h"
#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define WIRE_LEVELS(name, parameters, arguments)                                               \
    LEVELS(, u32, return, wire_##name, name, parameters, arguments)

LEVEL_BODY u32 words_body(u64 key, u32 i, u32 first_block, u32 n_blocks, u32 *restrict out)
{
    for (u32 b = 0; b < n_blocks; b++) {
        u32 *const to = out + (size_t)64 * b;
        const u32 c0 = (first_block + b) * 16u;
        LEVEL_NO_DEPENDENCE
        for (u32 l = 0; l < 16; l++) {
            const struct philox_words w =
                philox4x32(c0 + l, i, 0, 0, (u32)key, (u32)(key >> 32));
            to[l] = w.w0;
            to[16 + l] = w.w1;
            to[32 + l] = w.w2;
            to[48 + l] = w.w3;
        }
    }
    return 0;
}
WIRE_LEVELS(words, (u64 key, u32 i, u32 first_block, u32 n_blocks, u32 *out),
            (key, i, first_block, n_blocks, out))

LEVEL_BODY u32 hits_p_body(const u32 *restrict words, const float *restrict p, u32 n,
                           uint8_t *restrict hit, float *restrict largest)
{
    u32 bad = 0;
    float most = *largest;
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        hit[k] = f32_u01(words[k]) < p[k] ? 1 : 0;
    }
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        bad |= p[k] >= 0.0f ? 0u : 1u;
        most = p[k] > most ? p[k] : most;
    }
    *largest = most;
    return bad;
}
WIRE_LEVELS(hits_p, (const u32 *words, const float *p, u32 n, uint8_t *hit, float *largest),
            (words, p, n, hit, largest))

LEVEL_BODY u32 hits_threshold_body(const u32 *restrict words, u32 most, u32 n,
                                   uint8_t *restrict hit)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        hit[k] = words[k] <= most ? 1 : 0;
    }
    return 0;
}
WIRE_LEVELS(hits_threshold, (const u32 *words, u32 most, u32 n, uint8_t *hit),
            (words, most, n, hit))

u32 wire_collect(uint8_t *hit, u32 n, u32 first, u32 *out)
{
    u32 found = 0;
    const u32 room = (n + 7u) / 8u * 8u;
    memset(hit + n, 0, room - n);
    for (u32 k = 0; k < room; k += 8) {
        u64 eight;
        memcpy(&eight, hit + k, sizeof eight);
        if (eight == 0) {
            continue;
        }
        for (u32 q = 0; q < 8;
             q++) { /* by bytes: the order of bytes in a word does not matter */
            out[found] = first + k + q;
            found += hit[k + q];
        }
    }
    return found;
}

/* (dx*dx + dy*dy) + dz*dz, in this order (and the devices' kernels likewise). */
static inline __attribute__((always_inline)) float distance_of(float dx, float dy, float dz)
{
    return f32_sqrt((dx * dx + dy * dy) + dz * dz);
}

LEVEL_BODY u32 distance_row_body(struct wire_place from, const float *restrict x,
                                 const float *restrict y, const float *restrict z, u32 n,
                                 float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = distance_of(x[k] - from.x, y[k] - from.y, z[k] - from.z);
    }
    return 0;
}
WIRE_LEVELS(distance_row,
            (struct wire_place from, const float *x, const float *y, const float *z, u32 n,
             float *out),
            (from, x, y, z, n, out))

LEVEL_BODY u32 difference_row_body(float from, const float *restrict to, u32 n,
                                   float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = to[k] - from;
    }
    return 0;
}
WIRE_LEVELS(difference_row, (float from, const float *to, u32 n, float *out),
            (from, to, n, out))

LEVEL_BODY u32 index_row_body(u32 first, u32 step, u32 n, float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = (float)(first + step * k);
    }
    return 0;
}
WIRE_LEVELS(index_row, (u32 first, u32 step, u32 n, float *out), (first, step, n, out))

LEVEL_BODY u32 distance_edges_body(const float *restrict px, const float *restrict py,
                                   const float *restrict pz, const float *restrict qx,
                                   const float *restrict qy, const float *restrict qz,
                                   const u32 *restrict pre, const u32 *restrict post, u32 n,
                                   float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        const u32 i = pre[k], j = post[k];
        out[k] = distance_of(qx[j] - px[i], qy[j] - py[i], qz[j] - pz[i]);
    }
    return 0;
}
WIRE_LEVELS(distance_edges,
            (const float *px, const float *py, const float *pz, const float *qx,
             const float *qy, const float *qz, const u32 *pre, const u32 *post, u32 n,
             float *out),
            (px, py, pz, qx, qy, qz, pre, post, n, out))

LEVEL_BODY u32 difference_edges_body(const float *restrict from, const float *restrict to,
                                     const u32 *restrict pre, const u32 *restrict post, u32 n,
                                     float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = to[post[k]] - from[pre[k]];
    }
    return 0;
}
WIRE_LEVELS(difference_edges,
            (const float *from, const float *to, const u32 *pre, const u32 *post, u32 n,
             float *out),
            (from, to, pre, post, n, out))

LEVEL_BODY u32 index_edges_body(const u32 *restrict index, u32 n, float *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = (float)index[k];
    }
    return 0;
}
WIRE_LEVELS(index_edges, (const u32 *index, u32 n, float *out), (index, n, out))

/* The word that is wanted, without a branch in the loop. */
static inline __attribute__((always_inline)) u32 pick(struct philox_words w, u32 which)
{
    return which == 0 ? w.w0 : which == 1 ? w.w1 : which == 2 ? w.w2 : w.w3;
}

LEVEL_BODY u32 pair_words_body(u64 key, const u32 *restrict c0, const u32 *restrict c1, u32 c2,
                               u32 c3, u32 which, u32 n, u32 *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = pick(philox4x32(c0[k], c1[k], c2, c3, (u32)key, (u32)(key >> 32)), which);
    }
    return 0;
}
WIRE_LEVELS(pair_words,
            (u64 key, const u32 *c0, const u32 *c1, u32 c2, u32 c3, u32 which, u32 n, u32 *out),
            (key, c0, c1, c2, c3, which, n, out))

LEVEL_BODY u32 cell_words_body(u64 key, u32 first, u32 c1, u32 c3, u32 which, u32 n,
                               u32 *restrict out)
{
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        out[k] = pick(philox4x32(first + k, c1, 0, c3, (u32)key, (u32)(key >> 32)), which);
    }
    return 0;
}
WIRE_LEVELS(cell_words, (u64 key, u32 first, u32 c1, u32 c3, u32 which, u32 n, u32 *out),
            (key, first, c1, c3, which, n, out))

LEVEL_BODY u32 weight_check_body(const float *restrict weights, float least, u32 n,
                                 float *restrict largest)
{
    u32 bad = 0;
    float most = *largest;
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        const float size = fabsf(weights[k]);
        bad |= ((weights[k] >= least) & (size <= FLT_MAX)) != 0 ? 0u : 1u;
        most = size > most ? size : most;
    }
    *largest = most;
    return bad;
}
WIRE_LEVELS(weight_check, (const float *weights, float least, u32 n, float *largest),
            (weights, least, n, largest))

LEVEL_BODY u32 quantise_body(i32 *restrict weights, int scale, u32 n, u32 *restrict n_zero)
{
    u32 coarse = 0, zero = 0;
    for (u32 k = 0; k < n; k++) {
        const u32 bits = (u32)weights[k];
        const i32 w = fixed_weight(bits, scale);
        coarse += fixed_is_coarse(bits, scale);
        zero += ((w == 0) & (fixed_mantissa(bits) != 0)) != 0 ? 1u : 0u;
        weights[k] = w;
    }
    *n_zero = zero;
    return coarse;
}
WIRE_LEVELS(quantise, (i32 * weights, int scale, u32 n, u32 *n_zero),
            (weights, scale, n, n_zero))

LEVEL_BODY u32 weight_check_double_body(const double *restrict weights, double least, u32 n,
                                        double *restrict largest)
{
    u64 bad = 0;
    double most = *largest;
    LEVEL_NO_DEPENDENCE
    for (u32 k = 0; k < n; k++) {
        const double size = fabs(weights[k]);
        bad |= ((weights[k] >= least) & (size <= DBL_MAX)) != 0 ? 0u : 1u;
        most = size > most ? size : most;
    }
    *largest = most;
    return (u32)bad;
}
WIRE_LEVELS(weight_check_double, (const double *weights, double least, u32 n, double *largest),
            (weights, least, n, largest))

LEVEL_BODY u32 quantise_double_body(i64 *restrict weights, int scale, u32 n,
                                    u32 *restrict n_zero)
{
    u32 coarse = 0, zero = 0;
    for (u32 k = 0; k < n; k++) {
        const u64 bits = (u64)weights[k];
        const i64 w = fixed64_weight(bits, scale);
        coarse += fixed64_is_coarse(bits, scale);
        zero += ((w == 0) & (fixed64_mantissa(bits) != 0)) != 0 ? 1u : 0u;
        weights[k] = w;
    }
    *n_zero = zero;
    return coarse;
}
WIRE_LEVELS(quantise_double, (i64 * weights, int scale, u32 n, u32 *n_zero),
            (weights, scale, n, n_zero))
