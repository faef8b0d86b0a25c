/* shared/division.h: correctly rounded single-precision quotient and square root on devices
 * that do not promise them. DIV_MODE says which way f32_div and f32_sqrt take: 0  the device's
 * own `/` and sqrt are correctly rounded (CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT, or C on a host)
 *   1  through double: rounding a 53-bit quotient or root to 24 bits is innocuous because 53 >=
 * 2*24 + 2 (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995) 2
 * without double: an approximation, then an exact integer remainder that corrects it (below)
 * All three give the same bits. A subnormal operand counts as a zero of its sign, a subnormal
 * result is a zero. Sees: vector. */
#ifndef SHARED_DIVISION_H
#define SHARED_DIVISION_H

#include "shared/vector.h"

#ifndef DIV_MODE
#define DIV_MODE 0
#endif

#define F32_INF AS_F32V(U32V(0x7f800000u))
#define F32_NAN AS_F32V(U32V(0x7fc00000u))

/* A subnormal becomes a zero of its sign. */
SHARED_FN f32v f32_flush(f32v x)
{
    const u32v u = AS_U32V(x);
    return AS_F32V((u & 0x7f800000u) == 0u ? u & 0x80000000u : u);
}

/* One correction step of the integer quotient: takes `step` off the remainder, in units of the
 * divisor, if it is there. */
#define DIVISION_STEP(step)                                                                    \
    do {                                                                                       \
        const u32v t_ = m_b * (step);                                                          \
        const i32v take_ = rest >= t_;                                                         \
        rest = take_ ? rest - t_ : rest;                                                       \
        q = take_ ? q + (step) : q;                                                            \
    } while (0)

/* a/b by integers. Both significands as integers: m_a, m_b in [2^23, 2^24), m_a doubled where
 * it is the smaller, so that m_a/m_b is in [1, 2) and Q = floor(2^24*m_a/m_b) has 25 bits: 24
 * and a rounding bit. An approximation comes from y = 1/b: the line 24/17 - 8/17*b is within
 * 1/17 of it for b in [1, 2), and three Newton steps square that error to 1.5e-10, below the
 * rounding errors, at most 2^-24 in each of: b*y, 2 - b*y, their product, and a*y. So the
 * quotient is off by at most 2^-22 of itself, which is 8 units of Q. Hence q = approximation -
 * 16 is at most Q and more than Q - 32, the remainder 2^24*m_a - q*m_b is in [0, 2^29), so
 * 32-bit arithmetic modulo 2^32 gives it exactly, and steps of 16, 8, 4, 2, 1 reach Q. A tie
 * cannot occur: Q odd with no remainder means 2^24*m_a = Q*m_b, so 2^24 divides m_b, which is
 * smaller. */
SHARED_FN f32v f32_div_integer(f32v a, f32v b)
{
    const u32v u_a = AS_U32V(a), u_b = AS_U32V(b);
    const u32v sign = (u_a ^ u_b) & 0x80000000u;
    const u32v e_a = (u_a >> 23) & 255u, e_b = (u_b >> 23) & 255u;
    const u32v m_b = (u_b & 0x7fffffu) | 0x800000u;
    u32v m_a = (u_a & 0x7fffffu) | 0x800000u;
    const f32v f_b = AS_F32V((u_b & 0x7fffffu) | 0x3f800000u);
    f32v f_a = AS_F32V((u_a & 0x7fffffu) | 0x3f800000u);
    const i32v smaller = m_a < m_b;
    m_a = smaller ? m_a << 1 : m_a;
    f_a = smaller ? f_a * 2.0f : f_a;

    f32v y = 0x1.696968p+0f - 0x1.e1e1e2p-2f * f_b;
    y = y * (2.0f - f_b * y);
    y = y * (2.0f - f_b * y);
    y = y * (2.0f - f_b * y);
    u32v q = AS_U32V(TO_I32V(f_a * y * 0x1p24f)) - 16u;
    u32v rest = (m_a << 24) - q * m_b;
    DIVISION_STEP(16u);
    DIVISION_STEP(8u);
    DIVISION_STEP(4u);
    DIVISION_STEP(2u);
    DIVISION_STEP(1u);

    const i32v e = AS_I32V(e_a - e_b) + (smaller ? I32V(126) : I32V(127));
    u32v u = (AS_U32V(e) << 23) + (((q + 1u) >> 1) - 0x800000u);
    u = e >= 255 ? U32V(0x7f800000u) : u;
    u = e <= 0 ? U32V(0u) : u;
    u = ((e_a == 0u) | (e_b == 255u)) ? U32V(0u) : u;
    u = ((e_a == 255u) | (e_b == 0u)) ? U32V(0x7f800000u) : u;
    const i32v undefined = ((e_a == 0u) & (e_b == 0u)) | ((e_a == 255u) & (e_b == 255u));
    const i32v nan = ((u_a & 0x7fffffffu) > 0x7f800000u) | ((u_b & 0x7fffffffu) > 0x7f800000u);
    return AS_F32V((undefined | nan) ? U32V(0x7fc00000u) : u | sign);
}

#define SQRT_STEP(step)                                                                        \
    do {                                                                                       \
        const u32v t_ = 2u * (step)*r + (step) * (step);                                       \
        const i32v take_ = rest >= t_;                                                         \
        rest = take_ ? rest - t_ : rest;                                                       \
        r = take_ ? r + (step) : r;                                                            \
    } while (0)

/* The square root by integers. With significand m in [2^23, 2^24), M = m*2^25 for an odd biased
 * exponent and m*2^26 for an even one is in [2^48, 2^50), and R = floor(sqrt(M)) has 25 bits:
 * 24 and a rounding bit. The approximation: 1/sqrt by the well-known integer guess (within 3.5
 * %) and three Newton steps, error 3e-11 and below 4*2^-24 with roundings, 8 units of R as
 * above. With r = approximation - 16 the remainder M - r^2 is in [0, 2*2^25*32) = [0, 2^31):
 * exact modulo 2^32. A tie cannot occur: R odd with no remainder means that M is odd. */
SHARED_FN f32v f32_sqrt_integer(f32v x)
{
    const u32v u = AS_U32V(x);
    const u32v e = (u >> 23) & 255u, odd = e & 1u;
    const u32v m = (u & 0x7fffffu) | 0x800000u;
    const f32v f =
        AS_F32V((u & 0x7fffffu) | (odd == 1u ? U32V(0x3f800000u) : U32V(0x40000000u)));
    f32v y = AS_F32V(0x5f3759dfu - (AS_U32V(f) >> 1));
    y = y * (1.5f - 0.5f * f * y * y);
    y = y * (1.5f - 0.5f * f * y * y);
    y = y * (1.5f - 0.5f * f * y * y);
    u32v r = AS_U32V(TO_I32V(f * y * 0x1p24f)) - 16u;
    u32v rest = (odd == 1u ? m << 25 : m << 26) - r * r;
    SQRT_STEP(16u);
    SQRT_STEP(8u);
    SQRT_STEP(4u);
    SQRT_STEP(2u);
    SQRT_STEP(1u);

    u32v root = (((e >> 1) + 63u + odd) << 23) + (((r + 1u) >> 1) - 0x800000u);
    root = e == 0u ? u & 0x80000000u : root;
    root = u == 0x7f800000u ? u : root;
    const i32v nan = ((u & 0x7fffffffu) > 0x7f800000u) | ((u > 0x80000000u) & (e != 0u));
    return AS_F32V(nan ? U32V(0x7fc00000u) : root);
}

/* Mode 0. gcc's and clang's builtin is one instruction, never a call, for it is told that errno
 * is not wanted. */
SHARED_FN f32v f32_div_plain(f32v a, f32v b)
{
    return a / b;
}

SHARED_FN f32v f32_sqrt_plain(f32v x)
{
#ifdef __OPENCL_C_VERSION__
    return sqrt(x);
#else
    return __builtin_sqrtf(x);
#endif
}

/* Mode 1. */
#if !defined(__OPENCL_C_VERSION__)
SHARED_FN f32v f32_div_double(f32v a, f32v b)
{
    return f32_flush((f32)((f64)f32_flush(a) / (f64)f32_flush(b)));
}

SHARED_FN f32v f32_sqrt_double(f32v x)
{
    return (f32)__builtin_sqrt((f64)f32_flush(x));
}
#elif DIV_MODE == 1
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
SHARED_FN f32v f32_div_double(f32v a, f32v b)
{
    const VECTOR_NAME(double) q =
        VECTOR_NAME(convert_double)(f32_flush(a)) / VECTOR_NAME(convert_double)(f32_flush(b));
    return f32_flush(VECTOR_NAME(convert_float)(q));
}

SHARED_FN f32v f32_sqrt_double(f32v x)
{
    return VECTOR_NAME(convert_float)(sqrt(VECTOR_NAME(convert_double)(f32_flush(x))));
}
#endif

/* a/b, correctly rounded. */
SHARED_FN f32v f32_div(f32v a, f32v b)
{
#if DIV_MODE == 0
    return f32_div_plain(a, b);
#elif DIV_MODE == 1
    return f32_div_double(a, b);
#else
    return f32_div_integer(a, b);
#endif
}

/* Square root, correctly rounded; NaN below 0, -0 at -0. */
SHARED_FN f32v f32_sqrt(f32v x)
{
#if DIV_MODE == 0
    return f32_sqrt_plain(x);
#elif DIV_MODE == 1
    return f32_sqrt_double(x);
#else
    return f32_sqrt_integer(x);
#endif
}

#endif
