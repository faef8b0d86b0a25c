/* shared/vector.h: one spelling for explicit vectors. f32v, i32v and u32v have WIDTH lanes in
 * OpenCL C (1, 4, 8 or 16) and one lane in C, where the compiler vectorises the loop around. A
 * comparison gives a mask of type i32v: 1 or 0 in scalar code, -1 or 0 in a vector. So a mask
 * only meets && || ! & | and ?:, never arithmetic. `mask ? a : b` selects lane by lane; a and b
 * must both have the vector type: write F32V(1.0f). Prefer & and | between masks: && of C is a
 * branch that a compiler may fail to turn into a select. Sees: types. */
#ifndef SHARED_VECTOR_H
#define SHARED_VECTOR_H

#include "shared/types.h"

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

/* Upper half of a 64-bit product (scalar). */
#define MUL_HI_U64(a, b) mul_hi((u64)(a), (u64)(b))

#else /* C */

#undef WIDTH
#define WIDTH 1

typedef f32 f32v;
typedef i32 i32v;
typedef u32 u32v;

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

#endif

/* A scalar in every lane. */
#define F32V(x) ((f32v)(x))
#define I32V(x) ((i32v)(x))
#define U32V(x) ((u32v)(x))

#endif
