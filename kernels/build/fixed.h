/* build/fixed.h: drawn weights as integers, by integer operations on the bits of a float or
 * double alone: exact, and the same on every device. Weights are finite and of any sign: sizes
 * are worked with, and only the integer takes the sign back. A subnormal counts as 0 in single
 * precision, as itself in double. Compiled by the host too. Sees: shared/types.h. */
#ifndef BUILD_FIXED_H
#define BUILD_FIXED_H

#include "shared/types.h"

/* |weight| = mantissa * 2^exponent, mantissa below 2^24. */
SHARED_FN u32 fixed_mantissa(u32 bits)
{
    return (bits >> 23 & 0xffu) == 0u ? 0u : (bits & 0x7fffffu) | 0x800000u;
}

SHARED_FN i32 fixed_exponent(u32 bits)
{
    return (i32)(bits >> 23 & 0xffu) - 150;
}

/* |weight| * 2^(30 - e), rounded up; |weight| <= 2^e, so at most 2^30. */
SHARED_FN u32 fixed_sum_term(u32 bits, i32 e)
{
    const u32 m = fixed_mantissa(bits);
    const i32 shift = fixed_exponent(bits) + 30 - e;
    if (shift >= 0) {
        return m << (u32)(shift > 7 ? 7 : shift);
    }
    return shift < -24 ? (m != 0u ? 1u : 0u) : (m + (1u << (u32)-shift) - 1u) >> (u32)-shift;
}

/* |weight| * 2^scale to the nearest integer, ties up; below 2^31 by the choice of the scale. */
SHARED_FN u32 fixed_size(u32 bits, i32 scale)
{
    const u32 m = fixed_mantissa(bits);
    const i32 shift = fixed_exponent(bits) + scale;
    if (shift >= 0) {
        return m << (u32)(shift > 7 ? 7 : shift);
    }
    return shift < -24 ? 0u : (m + (1u << (u32)(-shift - 1))) >> (u32)-shift;
}

/* That with the weight's sign. */
SHARED_FN i32 fixed_weight(u32 bits, i32 scale)
{
    const i32 size = (i32)fixed_size(bits, scale);
    return (bits >> 31) != 0u ? -size : size;
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
    const u32 back = fixed_size(bits, scale) << (u32)-shift; /* at most 2^25 */
    const u32 off = back > m ? back - m : m - back;
    return (u64)off * 1000u > (u64)m ? 1u : 0u;
}

/* The same of doubles: mantissa below 2^53. */
SHARED_FN u64 fixed64_mantissa(u64 bits)
{
    const u64 fraction = bits & 0xffffffffffffful;
    return (bits >> 52 & 0x7fful) == 0ul ? fraction : fraction | 0x10000000000000ul;
}

SHARED_FN i32 fixed64_exponent(u64 bits)
{
    const i32 e = (i32)(bits >> 52 & 0x7fful);
    return (e == 0 ? 1 : e) - 1075;
}

/* |weight| * 2^(30 - e), rounded up; at most 2^30. */
SHARED_FN u32 fixed64_sum_term(u64 bits, i32 e)
{
    const u64 m = fixed64_mantissa(bits);
    const i32 shift = fixed64_exponent(bits) + 30 - e;
    if (shift >= 0) {
        return (u32)(m << (u32)(shift > 30 ? 30 : shift));
    }
    return shift < -53 ? (m != 0ul ? 1u : 0u)
                       : (u32)((m + (1ul << (u32)-shift) - 1ul) >> (u32)-shift);
}

/* |weight| * 2^scale to the nearest integer, ties up; at most 2^52 by the choice of the scale.
 */
SHARED_FN u64 fixed64_size(u64 bits, i32 scale)
{
    const u64 m = fixed64_mantissa(bits);
    const i32 shift = fixed64_exponent(bits) + scale;
    if (shift >= 0) {
        return m << (u32)(shift > 10 ? 10 : shift);
    }
    return shift < -53 ? 0ul : (m + (1ul << (u32)(-shift - 1))) >> (u32)-shift;
}

SHARED_FN i64 fixed64_weight(u64 bits, i32 scale)
{
    const i64 size = (i64)fixed64_size(bits, scale);
    return (bits >> 63) != 0ul ? -size : size;
}

SHARED_FN u32 fixed64_is_coarse(u64 bits, i32 scale)
{
    const u64 m = fixed64_mantissa(bits);
    const i32 shift = fixed64_exponent(bits) + scale;
    if (shift >= 0) {
        return 0u;
    }
    if (shift < -53) {
        return m != 0ul ? 1u : 0u;
    }
    const u64 back = fixed64_size(bits, scale) << (u32)-shift; /* at most 2^54 */
    const u64 off = back > m ? back - m : m - back;            /* at most 2^53 */
    return off * 1000ul > m ? 1u : 0u;
}

#endif
