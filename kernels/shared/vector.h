/* shared/vector.h: one spelling for explicit vectors. f32v, i32v and u32v have WIDTH lanes in
 * OpenCL C (1, 4, 8 or 16) and one lane in C, where the compiler vectorises the loop around. A
 * comparison gives a mask of type i32v: 1 or 0 in scalar code, -1 or 0 in a vector. So a mask
 * only meets && || ! & | and ?:, never arithmetic. `mask ? a : b` selects lane by lane; a and b
 * must both have the vector type: write F32V(1.0f). Prefer & and | between masks: && of C is a
 * branch that a compiler may fail to turn into a select. Double precision has f64v, i64v and
 * u64v alike, its masks are of type i64v; in OpenCL C f64v exists where the prelude defines
 * USE_F64 (a device with cl_khr_fp64) or REAL_IS_DOUBLE as 1, i64v and u64v always. Sees:
 * types.
 */
#ifndef SHARED_VECTOR_H
#define SHARED_VECTOR_H

#include "shared/types.h"

#if !defined(USE_F64) && defined(REAL_IS_DOUBLE)
#if REAL_IS_DOUBLE
#define USE_F64 1
#endif
#endif

#ifdef __OPENCL_C_VERSION__

/* OpenCL C fuses a*b + c by default, which changes bits from device to device. */
#pragma OPENCL FP_CONTRACT OFF

#ifndef WIDTH
#define WIDTH 1
#endif

#define VECTOR_JOIN_(a, b) a##b
#define VECTOR_JOIN(a, b)  VECTOR_JOIN_(a, b)
#if WIDTH == 1
#define VECTOR_NAME(name) name
#elif WIDTH == 4 || WIDTH == 8 || WIDTH == 16
#define VECTOR_NAME(name) VECTOR_JOIN(name, WIDTH)
#else
#error "WIDTH must be 1, 4, 8 or 16"
#endif

typedef VECTOR_NAME(float) f32v;
typedef VECTOR_NAME(int) i32v;
typedef VECTOR_NAME(uint) u32v;
typedef VECTOR_NAME(long) i64v;
typedef VECTOR_NAME(ulong) u64v;

/* The same bits under another type. */
#define AS_F32V(x) VECTOR_NAME(as_float)(x)
#define AS_I32V(x) VECTOR_NAME(as_int)(x)
#define AS_U32V(x) VECTOR_NAME(as_uint)(x)
/* Integer to nearest float, ties to even. */
#define TO_F32V(x)     VECTOR_NAME(convert_float)(x)
#define U32_TO_F32V(x) VECTOR_NAME(convert_float)(x)
/* Towards zero; only for |x| < 2^31 (a NaN gives different integers on different devices). */
#define TO_I32V(x) VECTOR_NAME(convert_int)(x)
/* The upper 32 bits of the product of two u32v. */
#define MUL_HI_U32V(a, b) mul_hi((a), (b))

#if WIDTH == 1
#define LOAD_F32V(p, block)     ((p)[block])
#define LOAD_I32V(p, block)     ((p)[block])
#define LOAD_U32V(p, block)     ((p)[block])
#define STORE_F32V(x, p, block) ((p)[block] = (x))
#define STORE_I32V(x, p, block) ((p)[block] = (x))
#define STORE_U32V(x, p, block) ((p)[block] = (x))
#define MASK_ANY(mask)          ((mask) != 0)
#define LANE_INDEX              (0u)
#define FIRST_LANE(x)           (x)
#else
#define LOAD_F32V(p, block)     VECTOR_NAME(vload)((block), (p))
#define LOAD_I32V(p, block)     VECTOR_NAME(vload)((block), (p))
#define LOAD_U32V(p, block)     VECTOR_NAME(vload)((block), (p))
#define STORE_F32V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#define STORE_I32V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#define STORE_U32V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#define MASK_ANY(mask)          any(mask)
#define FIRST_LANE(x)           ((x).s0)
#if WIDTH == 4
#define LANE_INDEX ((u32v)(0u, 1u, 2u, 3u))
#elif WIDTH == 8
#define LANE_INDEX ((u32v)(0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u))
#else
#define LANE_INDEX                                                                             \
    ((u32v)(0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u))
#endif
#endif

/* Upper half of a 64-bit product (scalar; of two u64v). */
#define MUL_HI_U64(a, b)  mul_hi((u64)(a), (u64)(b))
#define MUL_HI_U64V(a, b) mul_hi((a), (b))

#define AS_I64V(x)      VECTOR_NAME(as_long)(x)
#define AS_U64V(x)      VECTOR_NAME(as_ulong)(x)
#define I64V_OF_I32V(x) VECTOR_NAME(convert_long)(x)
#define U64V_OF_U32V(x) VECTOR_NAME(convert_ulong)(x)
/* The low 32 bits. */
#define U32V_OF_U64V(x) VECTOR_NAME(convert_uint)(x)
/* Masks from one size to the other. */
#define MASK64_OF_MASK32(m) VECTOR_NAME(convert_long)(m)
#define MASK32_OF_MASK64(m) VECTOR_NAME(convert_int)(m)

#ifdef USE_F64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double f64;
typedef VECTOR_NAME(double) f64v;
#define AS_F64V(x) VECTOR_NAME(as_double)(x)
/* Exact. */
#define F64V_OF_F32V(x) VECTOR_NAME(convert_double)(x)
#define F64V_OF_I32V(x) VECTOR_NAME(convert_double)(x)
#define F64V_OF_U32V(x) VECTOR_NAME(convert_double)(x)
/* To nearest, ties to even. */
#define F32V_OF_F64V(x) VECTOR_NAME(convert_float)(x)
#endif

#if WIDTH == 1
#define LOAD_F64V(p, block)     ((p)[block])
#define LOAD_I64V(p, block)     ((p)[block])
#define LOAD_U64V(p, block)     ((p)[block])
#define STORE_F64V(x, p, block) ((p)[block] = (x))
#define STORE_I64V(x, p, block) ((p)[block] = (x))
#define STORE_U64V(x, p, block) ((p)[block] = (x))
#else
#define LOAD_F64V(p, block)     VECTOR_NAME(vload)((block), (p))
#define LOAD_I64V(p, block)     VECTOR_NAME(vload)((block), (p))
#define LOAD_U64V(p, block)     VECTOR_NAME(vload)((block), (p))
#define STORE_F64V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#define STORE_I64V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#define STORE_U64V(x, p, block) VECTOR_NAME(vstore)((x), (block), (p))
#endif

#else /* C */

#undef WIDTH
#define WIDTH 1

typedef f32 f32v;
typedef i32 i32v;
typedef u32 u32v;
typedef f64 f64v;
typedef i64 i64v;
typedef u64 u64v;

#ifndef USE_F64
#define USE_F64 1
#endif

SHARED_FN f32 vector_f32_of_u32(u32 x)
{
    f32 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN f32 vector_f32_of_i32(i32 x)
{
    f32 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN f32 vector_f32_of_f32(f32 x)
{
    return x;
}

SHARED_FN u32 vector_u32_of_f32(f32 x)
{
    u32 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN u32 vector_u32_of_i32(i32 x)
{
    return (u32)x;
}

SHARED_FN u32 vector_u32_of_u32(u32 x)
{
    return x;
}

SHARED_FN f64 vector_f64_of_u64(u64 x)
{
    f64 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN f64 vector_f64_of_i64(i64 x)
{
    f64 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN f64 vector_f64_of_f64(f64 x)
{
    return x;
}

SHARED_FN u64 vector_u64_of_f64(f64 x)
{
    u64 y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

SHARED_FN u64 vector_u64_of_i64(i64 x)
{
    return (u64)x;
}

SHARED_FN u64 vector_u64_of_u64(u64 x)
{
    return x;
}

SHARED_FN u64 vector_mul_hi_u64(u64 a, u64 b)
{
    const u64 al = a & 0xffffffffu, ah = a >> 32, bl = b & 0xffffffffu, bh = b >> 32;
    const u64 mid = ah * bl + ((al * bl) >> 32);
    const u64 low = al * bh + (mid & 0xffffffffu);
    return ah * bh + (mid >> 32) + (low >> 32);
}

#define AS_F32V(x)                                                                             \
    _Generic((x), u32 : vector_f32_of_u32, i32 : vector_f32_of_i32, f32 : vector_f32_of_f32)(x)
#define AS_U32V(x)                                                                             \
    _Generic((x), u32 : vector_u32_of_u32, i32 : vector_u32_of_i32, f32 : vector_u32_of_f32)(x)
#define AS_I32V(x)              ((i32)AS_U32V(x))
#define TO_F32V(x)              ((f32)(i32)(x))
#define U32_TO_F32V(x)          ((f32)(u32)(x))
#define TO_I32V(x)              ((i32)(x))
#define MUL_HI_U32V(a, b)       ((u32)(((u64)(a) * (u64)(b)) >> 32))
#define MUL_HI_U64(a, b)        vector_mul_hi_u64((a), (b))
#define LOAD_F32V(p, block)     ((p)[block])
#define LOAD_I32V(p, block)     ((p)[block])
#define LOAD_U32V(p, block)     ((p)[block])
#define STORE_F32V(x, p, block) ((p)[block] = (x))
#define STORE_I32V(x, p, block) ((p)[block] = (x))
#define STORE_U32V(x, p, block) ((p)[block] = (x))
#define MASK_ANY(mask)          ((mask) != 0)
#define LANE_INDEX              ((u32)0)
#define FIRST_LANE(x)           (x)

#define AS_F64V(x)                                                                             \
    _Generic((x), u64 : vector_f64_of_u64, i64 : vector_f64_of_i64, f64 : vector_f64_of_f64)(x)
#define AS_U64V(x)                                                                             \
    _Generic((x), u64 : vector_u64_of_u64, i64 : vector_u64_of_i64, f64 : vector_u64_of_f64)(x)
#define AS_I64V(x)              ((i64)AS_U64V(x))
#define MUL_HI_U64V(a, b)       vector_mul_hi_u64((a), (b))
#define I64V_OF_I32V(x)         ((i64)(i32)(x))
#define U64V_OF_U32V(x)         ((u64)(u32)(x))
#define U32V_OF_U64V(x)         ((u32)(u64)(x))
#define MASK64_OF_MASK32(m)     ((i64)(m))
#define MASK32_OF_MASK64(m)     ((i32)(m))
#define F64V_OF_F32V(x)         ((f64)(f32)(x))
#define F64V_OF_I32V(x)         ((f64)(i32)(x))
#define F64V_OF_U32V(x)         ((f64)(u32)(x))
#define F32V_OF_F64V(x)         ((f32)(f64)(x))
#define LOAD_F64V(p, block)     ((p)[block])
#define LOAD_I64V(p, block)     ((p)[block])
#define LOAD_U64V(p, block)     ((p)[block])
#define STORE_F64V(x, p, block) ((p)[block] = (x))
#define STORE_I64V(x, p, block) ((p)[block] = (x))
#define STORE_U64V(x, p, block) ((p)[block] = (x))

#endif

/* A scalar in every lane. */
#define F32V(x) ((f32v)(x))
#define I32V(x) ((i32v)(x))
#define U32V(x) ((u32v)(x))
#define F64V(x) ((f64v)(x))
#define I64V(x) ((i64v)(x))
#define U64V(x) ((u64v)(x))

#ifdef USE_F64
/* An integer to the nearest double, ties to even (exact up to 2^53). The two halves stand in
 * the significands of 2^52 and 2^84 + 2^63, so that few instructions do it where the processor
 * has no conversion of 64 bits; only the last sum rounds. */
SHARED_FN f64v vector_f64_of_integer(i64v x)
{
    const u64v u = AS_U64V(x);
    const f64v low = AS_F64V((u & 0xfffffffful) | 0x4330000000000000ul);
    const f64v high = AS_F64V((u >> 32) ^ 0x4530000080000000ul);
    return (high - 0x1.00000801p84) + low;
}
#define F64V_OF_I64V(x) vector_f64_of_integer(x)
#endif

#endif
