/* build/fixed.h: drawn weights as integers, by integer operations on the float's bits alone:
 * exact, and the same on every device. Weights are not negative, finite, and a subnormal counts
 * as 0. Compiled by the host too. Sees: shared/types.h. */
#ifndef BUILD_FIXED_H
#define BUILD_FIXED_H

#include "shared/types.h"

/* weight = mantissa * 2^exponent, mantissa below 2^24. */
SHARED_FN u32 fixed_mantissa(u32 bits)
{
    return (bits >> 23) == 0u ? 0u : (bits & 0x7fffffu) | 0x800000u;
}

SHARED_FN i32 fixed_exponent(u32 bits)
{
    return (i32)(bits >> 23) - 150;
}

/* weight * 2^(30 - e), rounded up; weight <= 2^e, so at most 2^30. */
SHARED_FN u32 fixed_sum_term(u32 bits, i32 e)
{
    const u32 m = fixed_mantissa(bits);
    const i32 shift = fixed_exponent(bits) + 30 - e;
    if (shift >= 0) {
        return m << (u32)(shift > 7 ? 7 : shift);
    }
    return shift < -24 ? (m != 0u ? 1u : 0u) : (m + (1u << (u32)-shift) - 1u) >> (u32)-shift;
}

/* weight * 2^scale to the nearest integer, ties up; below 2^31 by the choice of the scale. */
SHARED_FN u32 fixed_weight(u32 bits, i32 scale)
{
    const u32 m = fixed_mantissa(bits);
    const i32 shift = fixed_exponent(bits) + scale;
    if (shift >= 0) {
        return m << (u32)(shift > 7 ? 7 : shift);
    }
    return shift < -24 ? 0u : (m + (1u << (u32)(-shift - 1))) >> (u32)-shift;
}

/* 1 where that integer is off by more than 1e-3 of the weight. */
SHARED_FN u32 fixed_is_coarse(u32 bits, i32 scale)
{
    const u32 m = fixed_mantissa(bits);
    const i32 shift = fixed_exponent(bits) + scale;
    if (shift >= 0) {
        return 0u;
    }
    if (shift < -24) {
        return m != 0u ? 1u : 0u;
    }
    const u32 back = fixed_weight(bits, scale) << (u32)-shift; /* at most 2^25 */
    const u32 off = back > m ? back - m : m - back;
    return (u64)off * 1000u > (u64)m ? 1u : 0u;
}

#endif
