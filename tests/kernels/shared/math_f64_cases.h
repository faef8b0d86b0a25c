/* tests/kernels/shared/math_f64_cases.h: the functions of math_f64.h as one table, and
 * arguments that try them hard, as math_f32_cases.h. To add a function: a row. */
#ifndef KERNELS_SHARED_MATH_F64_CASES_H
#define KERNELS_SHARED_MATH_F64_CASES_H

#include "shared/math_f64.h"
#include "shared/philox.h"

#define MATH_F64_TABLE(ONE, TWO)                                                               \
    ONE(f64_abs)                                                                               \
    ONE(f64_sign)                                                                              \
    ONE(f64_round)                                                                             \
    ONE(f64_floor)                                                                             \
    ONE(f64_sqrt)                                                                              \
    ONE(f64_exp)                                                                               \
    ONE(f64_log)                                                                               \
    ONE(f64_sin)                                                                               \
    ONE(f64_cos)                                                                               \
    ONE(f64_tanh)                                                                              \
    ONE(f64_exprel)                                                                            \
    ONE(f64_log1p)                                                                             \
    ONE(f64_expm1)                                                                             \
    TWO(f64_div)                                                                               \
    TWO(f64_min)                                                                               \
    TWO(f64_max)                                                                               \
    TWO(f64_mod)                                                                               \
    TWO(f64_pow)

#define CASES_F64_SPECIAL 60

static const u64 cases_f64_special[CASES_F64_SPECIAL] = {
    /* 0, infinity, NaN */
    0x0000000000000000ul, 0x8000000000000000ul, 0x7ff0000000000000ul, 0xfff0000000000000ul,
    0x7ff8000000000000ul, 0xfff8000000000001ul, 0x7ff0000000000001ul,
    /* subnormals and the borders of the range */
    0x0000000000000001ul, 0x8000000000000001ul, 0x000ffffffffffffful, 0x800ffffffffffffful,
    0x0010000000000000ul, 0x8010000000000000ul, 0x0010000000000001ul, 0x7feffffffffffffful,
    0xffeffffffffffffful,
    /* 1 and 1/2 */
    0x3ff0000000000000ul, 0xbff0000000000000ul, 0x3feffffffffffffful, 0x3ff0000000000001ul,
    0xbfeffffffffffffful, 0xbff0000000000001ul, 0x3fe0000000000000ul, 0xbfe0000000000000ul,
    /* 1.5, -1.5, 2.5, -2.5, 2, 3, -3 */
    0x3ff8000000000000ul, 0xbff8000000000000ul, 0x4004000000000000ul, 0xc004000000000000ul,
    0x4000000000000000ul, 0x4008000000000000ul, 0xc008000000000000ul,
    /* 2^52 + 1, 2^53, 2^52 - 1/2, -(2^52 - 1/2), 2^63, -2^63, 2^64, 2^65 */
    0x4330000000000001ul, 0x4340000000000000ul, 0x432ffffffffffffful, 0xc32ffffffffffffful,
    0x43e0000000000000ul, 0xc3e0000000000000ul, 0x43f0000000000000ul, 0x4400000000000000ul,
    /* where exp leaves the range: 709.78, 709.79, 711, -708.4, -745.13, -745.2, 720, -750 */
    0x40862e3d70a3d70aul, 0x40862e51eb851eb8ul, 0x4086380000000000ul, 0xc086233333333333ul,
    0xc087490a3d70a3d7ul, 0xc08749999999999aul, 0x4086800000000000ul, 0xc087700000000000ul,
    /* ln2/2, sqrt(1/2) and its neighbour, pi/4, pi/2, the double nearest to a multiple of pi/2
     */
    0x3fd62e42fefa39eful, 0x3fe6a09e667f3bcdul, 0x3fe6a09e667f3bcaul, 0x3fe921fb54442d18ul,
    0x3ff921fb54442d18ul, 0x7506ac5b262ca1fful,
    /* 2^-30, 2^-31, 2^-60, 2^-61, -50, -51, 22 */
    0x3e10000000000000ul, 0x3e00000000000000ul, 0x3c30000000000000ul, 0x3c20000000000000ul,
    0xc049000000000000ul, 0xc049800000000000ul, 0x4036000000000000ul};

/* In (0, 1), with 53 bits. */
static inline f64 cases_f64_u01(u32 high, u32 low)
{
    return ((f64)((((u64)high << 32) | low) >> 12) + 0.5) * 0x1p-52;
}

/* Argument k: all special values (for two operands, all pairs), then numbers of any bits, then
 * numbers of common size, whole and not. */
static inline f64 cases_f64_argument(u32 k, u32 operand)
{
    const u32 n_pairs = CASES_F64_SPECIAL * CASES_F64_SPECIAL;
    if (k < n_pairs) {
        return AS_F64V(
            cases_f64_special[operand == 0 ? k % CASES_F64_SPECIAL : k / CASES_F64_SPECIAL]);
    }
    const struct philox_words w = philox4x32(k, operand, 0, 0, 0x6d617468u, 64);
    const f64 u = cases_f64_u01(w.w0, w.w1);
    switch (k % 5) {
    case 0:
        return AS_F64V(((u64)w.w0 << 32) | w.w1);
    case 1:
        return (f64)((i32)(w.w0 % 2001u) - 1000) * (w.w1 % 2u == 0 ? 1.0 : 0.125);
    case 2:
        return (u - 0.5) * 4.0;
    case 3:
        return (u - 0.5) * 1500.0;
    default: /* 2^-64 … 2^64 */
        return AS_F64V((AS_U64V(1.0 + u) & ~((u64)0x7ff << 52)) |
                       ((u64)(959u + w.w2 % 128u) << 52) | ((u64)(w.w3 & 1u) << 63));
    }
}

#endif
