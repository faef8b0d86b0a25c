/* shared/real.h: the precision of a network, spelled once: generated and hand-written kernels
 * say realv and mean f32v or f64v. REAL_IS_DOUBLE is 1 for a network in double precision (a
 * device with cl_khr_fp64), else 0, also where nobody defines it; it is set before the first
 * header. Weights are summed in integers as wide as a real: sum is i32 or i64. Masks of reals
 * are maskv; masks of i32v (from comparisons of integers and random words) pass through
 * MASK_OF_I32V. Sees: vector, math_f32, math_f64, random. */
#ifndef SHARED_REAL_H
#define SHARED_REAL_H

#ifndef REAL_IS_DOUBLE
#define REAL_IS_DOUBLE 0
#endif

#include "shared/vector.h"
#include "shared/math_f32.h"
#include "shared/math_f64.h"
#include "shared/random.h"

#if REAL_IS_DOUBLE
typedef f64 real;
typedef f64v realv;
typedef i64v maskv;
typedef i64 sum;
typedef i64v sumv;
typedef u64 real_bits; /* as many bits as a real has */
typedef u64v real_bitsv;
/* The function of that name in the network's precision: REAL_FN(exp)(x). */
#define REAL_FN(name)            f64_##name
#define REALV(x)                 F64V(x)
#define SUMV(x)                  I64V(x)
#define MASKV(x)                 I64V(x)
#define LOAD_REALV(p, block)     LOAD_F64V(p, block)
#define STORE_REALV(x, p, block) STORE_F64V(x, p, block)
#define LOAD_SUMV(p, block)      LOAD_I64V(p, block)
#define STORE_SUMV(x, p, block)  STORE_I64V(x, p, block)
#define MASK_OF_I32V(m)          MASK64_OF_MASK32(m)
#define I32V_OF_MASK(m)          MASK32_OF_MASK64(m)
#define REAL_OF_F32V(f)          F64V_OF_F32V(f)
#define REAL_OF_I32V(i)          F64V_OF_I32V(i)
#define REAL_OF_U32V(u)          F64V_OF_U32V(u)
/* Exact: a sum stays below 2^53. */
#define REAL_OF_SUMV(s)  F64V_OF_I64V(s)
#define F32V_OF_REALV(x) F32V_OF_F64V(x)
#define AS_REALV(u)      AS_F64V(u)
#define AS_REAL_BITSV(x) AS_U64V(x)
#define REAL_U01(word)   f64_u01(word)
#define REAL_INF         F64_INF
#define REAL_NAN         F64_NAN
/* Bits of a real's exponent: all set means infinite or NaN. */
#define REAL_EXPONENT 0x7ff0000000000000ul
#else
typedef f32 real;
typedef f32v realv;
typedef i32v maskv;
typedef i32 sum;
typedef i32v sumv;
typedef u32 real_bits;
typedef u32v real_bitsv;
#define REAL_FN(name)            f32_##name
#define REALV(x)                 F32V(x)
#define SUMV(x)                  I32V(x)
#define MASKV(x)                 I32V(x)
#define LOAD_REALV(p, block)     LOAD_F32V(p, block)
#define STORE_REALV(x, p, block) STORE_F32V(x, p, block)
#define LOAD_SUMV(p, block)      LOAD_I32V(p, block)
#define STORE_SUMV(x, p, block)  STORE_I32V(x, p, block)
#define MASK_OF_I32V(m)          (m)
#define I32V_OF_MASK(m)          (m)
#define REAL_OF_F32V(f)          (f)
#define REAL_OF_I32V(i)          TO_F32V(i)
#define REAL_OF_U32V(u)          U32_TO_F32V(u)
#define REAL_OF_SUMV(s)          TO_F32V(s)
#define F32V_OF_REALV(x)         (x)
#define AS_REALV(u)              AS_F32V(u)
#define AS_REAL_BITSV(x)         AS_U32V(x)
#define REAL_U01(word)           f32_u01(word)
#define REAL_INF                 F32_INF
#define REAL_NAN                 F32_NAN
#define REAL_EXPONENT            0x7f800000u
#endif

#endif
