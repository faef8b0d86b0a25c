/* tests/kernels/shared/shared_functions_f64.cl: as shared_functions.cl, for the functions of
 * double precision and the type real. Never run: test_math_f64_devices.c and test_vector.c run
 * them. global (number of blocks of WIDTH, 1, 1)   local any   in a, b, u, s; out out (22
 * values of WIDTH per item) */
#define REAL_IS_DOUBLE 1
#include "shared/real.h"

__kernel void shared_functions_f64(__global const double *a, __global const double *b,
                                   __global const uint *u, __global const long *s,
                                   __global double *out)
{
    const u32 k = (u32)get_global_id(0);
    const realv x = LOAD_REALV(a, k), y = LOAD_REALV(b, k);
    const u32v w = LOAD_U32V(u, k);
    const maskv is_less = (x < y) & MASK_OF_I32V(w < U32V(9u));
    __global double *o = out + 22u * WIDTH * k;
    STORE_REALV(f64_abs(x), o, 0);
    STORE_REALV(f64_sign(x), o, 1);
    STORE_REALV(f64_round(x), o, 2);
    STORE_REALV(f64_floor(x), o, 3);
    STORE_REALV(f64_sqrt(x), o, 4);
    STORE_REALV(f64_exp(x), o, 5);
    STORE_REALV(f64_log(x), o, 6);
    STORE_REALV(f64_sin(x), o, 7);
    STORE_REALV(f64_cos(x), o, 8);
    STORE_REALV(f64_tanh(x), o, 9);
    STORE_REALV(f64_exprel(x), o, 10);
    STORE_REALV(f64_log1p(x), o, 11);
    STORE_REALV(f64_expm1(x), o, 12);
    STORE_REALV(f64_div(x, y), o, 13);
    STORE_REALV(f64_min(x, y), o, 14);
    STORE_REALV(f64_max(x, y), o, 15);
    STORE_REALV(f64_mod(x, y), o, 16);
    STORE_REALV(f64_pow(x, y), o, 17);
    STORE_REALV(REAL_U01(w), o, 18);
    STORE_REALV(is_less ? REAL_OF_SUMV(LOAD_SUMV(s, k)) : REAL_OF_U32V(w), o, 19);
    STORE_REALV(REAL_OF_U32V(I32V_OF_MASK(is_less) ? w : w + 1u), o, 20);
    STORE_REALV(AS_REALV(AS_REAL_BITSV(x) ^ 1ul) + REAL_OF_F32V(F32V_OF_REALV(y)), o, 21);
}
