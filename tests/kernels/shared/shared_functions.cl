/* tests/kernels/shared/shared_functions.cl: uses every shared function once, so that the kernel
 * lint sees the headers compiled for each target. Never run: test_math_f32_devices.c and
 * test_random.c run them. global (number of blocks of WIDTH, 1, 1)   local any   in a, b, u;
 * out out (23 values of WIDTH per item) */
#include "shared/random.h"

__kernel void shared_functions(__global const float *a, __global const float *b,
                               __global const uint *u, __global float *out)
{
    const u32 k = (u32)get_global_id(0);
    const f32v x = LOAD_F32V(a, k), y = LOAD_F32V(b, k);
    const u32v w = LOAD_U32V(u, k);
    const struct philox_words words = philox4x32(w, w + LANE_INDEX, w, w, 1u, 2u);
    __global float *o = out + 23u * WIDTH * k;
    STORE_F32V(f32_abs(x), o, 0);
    STORE_F32V(f32_sign(x), o, 1);
    STORE_F32V(f32_round(x), o, 2);
    STORE_F32V(f32_floor(x), o, 3);
    STORE_F32V(f32_sqrt(x), o, 4);
    STORE_F32V(f32_exp(x), o, 5);
    STORE_F32V(f32_log(x), o, 6);
    STORE_F32V(f32_sin(x), o, 7);
    STORE_F32V(f32_cos(x), o, 8);
    STORE_F32V(f32_tanh(x), o, 9);
    STORE_F32V(f32_exprel(x), o, 10);
    STORE_F32V(f32_div(x, y), o, 11);
    STORE_F32V(f32_min(x, y), o, 12);
    STORE_F32V(f32_max(x, y), o, 13);
    STORE_F32V(f32_mod(x, y), o, 14);
    STORE_F32V(f32_pow(x, y), o, 15);
    STORE_F32V(f32_u01(philox_select(words, k & 3u)), o, 16);
    STORE_F32V(f32_div_integer(x, y), o, 17);
    STORE_F32V(f32_sqrt_integer(x), o, 18);
    STORE_F32V(F32V(rand_poisson(FIRST_LANE(x), k, 0u, 0u, 0u, 1u, 2u)), o, 19);
    STORE_F32V(MASK_ANY(x < y) ? TO_F32V(TO_I32V(f32_flush(F32V(1.5f)))) : U32_TO_F32V(w), o,
               20);
    STORE_F32V(f32_log1p(x), o, 21);
    STORE_F32V(f32_expm1(x), o, 22);
}
