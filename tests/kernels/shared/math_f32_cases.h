/* tests/kernels/shared/math_f32_cases.h: the functions of math_f32.h as one table, and
 * arguments that try them hard. Row: name, number of operands. To add a function: a row. */
#ifndef KERNELS_SHARED_MATH_F32_CASES_H
#define KERNELS_SHARED_MATH_F32_CASES_H

#include "shared/random.h"

#define MATH_F32_TABLE(ONE, TWO)                                                               \
    ONE(f32_abs)                                                                               \
    ONE(f32_sign)                                                                              \
    ONE(f32_round)                                                                             \
    ONE(f32_floor)                                                                             \
    ONE(f32_sqrt)                                                                              \
    ONE(f32_exp)                                                                               \
    ONE(f32_log)                                                                               \
    ONE(f32_sin)                                                                               \
    ONE(f32_cos)                                                                               \
    ONE(f32_tanh)                                                                              \
    ONE(f32_exprel)                                                                            \
    ONE(f32_log1p)                                                                             \
    ONE(f32_expm1)                                                                             \
    TWO(f32_div)                                                                               \
    TWO(f32_min)                                                                               \
    TWO(f32_max)                                                                               \
    TWO(f32_mod)                                                                               \
    TWO(f32_pow)

#define CASES_SPECIAL 48

static const u32 cases_special[CASES_SPECIAL] = {
    0x00000000u, 0x80000000u, 0x7f800000u, 0xff800000u,
    0x7fc00000u, 0xffc00001u, 0x7f800001u, 0x00000001u, /* 0 inf NaN */
    0x80000001u, 0x007fffffu, 0x807fffffu, 0x00800000u,
    0x80800000u, 0x00800001u, 0x7f7fffffu, 0xff7fffffu, /* borders */
    0x3f800000u, 0xbf800000u, 0x3f7fffffu, 0x3f800001u,
    0xbf7fffffu, 0xbf800001u, 0x3f000000u, 0xbf000000u, /* 1, 1/2 */
    0x3fc00000u, 0x40200000u, 0xbfc00000u, 0xc0200000u,
    0x40000000u, 0x40400000u, 0xc0400000u, 0x4b000001u, /* 1.5 2.5 2 3 */
    0x4b800000u, 0x4affffffu, 0xcaffffffu, 0x4f000000u,
    0xcf000000u, 0x42b17217u, 0x42b17218u, 0xc2aeac4fu, /* 2^24, ±88 */
    0xc2aeac50u, 0x3eb17218u, 0x3f3504f3u, 0x3f3504f4u,
    0x3f490fdbu, 0x3fc90fdbu, 0x5dcb5c79u, 0x3f200000u, /* ln2/2, pi/4 */
};

/* Argument k of n: all special values (for two operands, all pairs), then numbers of any bits,
 * then numbers of common size. */
static inline f32 cases_argument(u32 k, u32 operand)
{
    const u32 n_pairs = CASES_SPECIAL * CASES_SPECIAL;
    if (k < n_pairs) {
        return AS_F32V(cases_special[operand == 0 ? k % CASES_SPECIAL : k / CASES_SPECIAL]);
    }
    const struct philox_words w = philox4x32(k, operand, 0, 0, 0x6d617468u, 1);
    switch (k % 4) {
    case 0:
        return AS_F32V(w.w0);
    case 1:
        return (f32)((i32)(w.w0 % 2001u) - 1000) * (w.w1 % 2u == 0 ? 1.0f : 0.125f);
    case 2:
        return (f32_u01(w.w0) - 0.5f) * 4.0f;
    default:
        return (f32_u01(w.w0) - 0.5f) * 250.0f;
    }
}

#endif
