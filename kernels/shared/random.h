/* shared/random.h: random numbers from Philox words: uniforms, Poisson numbers, and (on the
 * host) the integer thresholds by which events are drawn. The same bits on host and device.
 * Sees: vector, philox, math_f32; math_f64 on the host. */
#ifndef SHARED_RANDOM_H
#define SHARED_RANDOM_H

#include "shared/vector.h"
#include "shared/philox.h"
#include "shared/math_f32.h"

/* Uniform in (0, 1): 2^23 equally spaced values, 2^-24 the least and 1 - 2^-24 the largest.
 * Exact. */
SHARED_FN f32v f32_u01(u32v word)
{
    return TO_F32V(AS_I32V(2u * (word >> 9) + 1u)) * 0x1p-24f;
}

#ifdef USE_F64
/* The same values in double precision. Exact. */
SHARED_FN f64v f64_u01(u32v word)
{
    return F64V_OF_F32V(f32_u01(word));
}
#endif

/* The functions below are scalar; those of math_f32.h have WIDTH lanes. */
SHARED_FN f32 random_log(f32 x)
{
    return FIRST_LANE(f32_log(F32V(x)));
}

SHARED_FN f32 random_sqrt(f32 x)
{
    return FIRST_LANE(f32_sqrt(F32V(x)));
}

SHARED_FN f32 random_div(f32 a, f32 b)
{
    return FIRST_LANE(f32_div(F32V(a), F32V(b)));
}

SHARED_FN f32 random_floor(f32 x)
{
    return FIRST_LANE(f32_floor(F32V(x)));
}

/* e^-mean in units of 2^-63, mean < 16 given in units of 2^-59: whole ln2 off, then the Taylor
 * series of e^-r, r < ln2, whose remainder r^20/20! is below 2^-71. Error a few units. */
SHARED_FN u64 random_exp_negative(u64 mean)
{
    u32 halvings = 0;
    while (mean >= 0x58b90bfbe8e7bcdul) {
        mean -= 0x58b90bfbe8e7bcdul;
        ++halvings;
    }
    const u64 r = mean << 5;
    u64 e = 0x4cul; /* 2^63/19! */
    e = 0x5a1ul - MUL_HI_U64(r, e);
    e = 0x654bul - MUL_HI_U64(r, e);
    e = 0x6b9fdul - MUL_HI_U64(r, e);
    e = 0x6b9fd0ul - MUL_HI_U64(r, e);
    e = 0x64e5d2aul - MUL_HI_U64(r, e);
    e = 0x5849184ful - MUL_HI_U64(r, e);
    e = 0x47bb63bfeul - MUL_HI_U64(r, e);
    e = 0x35cc8acfebul - MUL_HI_U64(r, e);
    e = 0x24fc9f6ef14ul - MUL_HI_U64(r, e);
    e = 0x171de3a556c7ul - MUL_HI_U64(r, e);
    e = 0xd00d00d00d01ul - MUL_HI_U64(r, e);
    e = 0x6806806806807ul - MUL_HI_U64(r, e);
    e = 0x2d82d82d82d82eul - MUL_HI_U64(r, e);
    e = 0x111111111111111ul - MUL_HI_U64(r, e);
    e = 0x555555555555555ul - MUL_HI_U64(r, e);
    e = 0x1555555555555555ul - MUL_HI_U64(r, e);
    e = 0x4000000000000000ul - MUL_HI_U64(r, e);
    e = 0x8000000000000000ul - MUL_HI_U64(r, e);
    e = 0x8000000000000000ul - MUL_HI_U64(r, e);
    return e >> halvings;
}

/* Poisson number for mean < 10 by inversion in integers: uniform has 63 bits, and so have the
 * terms of the distribution. Each probability is off by less than 1e-14. */
SHARED_FN u32 random_poisson_inversion(f32 mean, u64 uniform)
{
    const u32 bits = FIRST_LANE(AS_U32V(F32V(mean)));
    const u64 m = (bits & 0x7fffffu) | 0x800000u;
    const i32 shift = (i32)(bits >> 23) - 91; /* mean = m*2^(shift - 59) */
    const u64 fixed = shift >= 0 ? m << shift : (shift > -24 ? m >> -shift : 0u);
    u64 term = random_exp_negative(fixed);
    u64 below = term;
    u32 k = 0;
    while (uniform >= below && term != 0u) {
        ++k;
        term = (MUL_HI_U64(term, fixed) << 5) / k;
        below += term;
    }
    return k;
}

/* log(k!) - log(sqrt(2 pi k) (k/e)^k), the error of Stirling's formula; k >= 1. Series of 1/k
 * from 10 on (its next term, 1/(1680 k^7), is below 1e-10), before that values of the function
 * itself. */
SHARED_FN f32 random_stirling_rest(f32 k)
{
    const f32 r = random_div(1.0f, k), rr = r * r;
    const f32 series = r * (0x1.555556p-4f - rr * (0x1.6c16c2p-9f - rr * 0x1.a01a02p-11f));
    f32 y = series;
    y = k < 9.5f ? 0.00925546218f : y;
    y = k < 8.5f ? 0.01041126526f : y;
    y = k < 7.5f ? 0.01189670995f : y;
    y = k < 6.5f ? 0.01387612882f : y;
    y = k < 5.5f ? 0.01664469119f : y;
    y = k < 4.5f ? 0.02079067210f : y;
    y = k < 3.5f ? 0.02767792569f : y;
    y = k < 2.5f ? 0.04134069596f : y;
    y = k < 1.5f ? 0.08106146680f : y;
    return y;
}

/* k*log(k/mean) + mean - k for k >= 1, without the cancellation near k = mean: with v = (k -
 * mean)/(k + mean) it is (k - mean)*v + 2*k*(v^3/3 + v^5/5 + …) (Loader 2000, "Fast and
 * accurate computation of binomial probabilities"). */
SHARED_FN f32 random_deviance(f32 k, f32 mean)
{
    const f32 d = k - mean; /* exact between mean/2 and 2*mean */
    const f32 v = random_div(d, k + mean), z = v * v;
    if (z < 0.01f) {
        return d * v + 2.0f * k * v * z *
                           (0x1.555556p-2f +
                            z * (0x1.99999ap-3f + z * (0x1.24924ap-3f + z * 0x1.c71c72p-4f)));
    }
    return k * random_log(random_div(k, mean)) - d;
}

/* Poisson number for mean >= 10: transformed rejection with squeeze, algorithm PTRS of Hormann,
 * "The transformed rejection method for generating Poisson random variables", Insurance:
 * Mathematics and Economics 12 (1993) 39-45. The acceptance test is written with the deviance
 * and Stirling's rest, which single precision can hold. The candidate's distance from the
 * integer part of the mean is formed before it is added, so that a large mean costs no bits.
 * try: two words. Returns a negative number if rejected. */
SHARED_FN f32 random_poisson_try(f32 mean, u32 word_u, u32 word_v)
{
    const f32 b = 0.931f + 2.53f * random_sqrt(mean);
    const f32 a = -0.059f + 0.02483f * b;
    const f32 mean_floor = random_floor(mean);
    /* U = |u| with its sign; us = 1/2 - |u| exactly, in units of 2^-33 */
    const u32 side = word_u >> 31;
    const u32 magnitude = side != 0u ? ~word_u : word_u;
    const f32 us =
        FIRST_LANE(U32_TO_F32V(U32V(2u * (0x7fffffffu - magnitude) + 1u))) * 0x1p-33f;
    const f32 size = FIRST_LANE(U32_TO_F32V(U32V(2u * magnitude + 1u))) * 0x1p-33f;
    const f32 u = side != 0u ? -size : size;
    const f32 v = (FIRST_LANE(U32_TO_F32V(U32V(word_v))) + 0.5f) * 0x1p-32f;
    const f32 distance = (random_div(2.0f * a, us) + b) * u + ((mean - mean_floor) + 0.43f);
    const f32 k = mean_floor + random_floor(distance);
    if (us >= 0.07f && v <= 0.9277f - random_div(3.6224f, b - 2.0f)) {
        return k;
    }
    if (!(k >= 0.0f) || (us < 0.013f && v > us)) {
        return -1.0f;
    }
    const f32 inverse_alpha = 1.1239f + random_div(1.1328f, b - 3.4f);
    const f32 hat = random_div(v * inverse_alpha, random_div(a, us * us) + b);
    const f32 log_p = k < 0.5f ? -mean : -random_deviance(k, mean) - random_stirling_rest(k);
    const f32 root = k < 0.5f ? 1.0f : random_sqrt(0x1.921fb6p+2f * k);
    return random_log(hat * root) <= log_p ? k : -1.0f;
}

/* A Poisson number. Counter (cell, j_low, j_high, 0x80000000 + 4096*retry + attempt), key (k0,
 * k1). 0 for a mean that is not above 0 or NaN; from 2^60 on the mean itself, whose unit in the
 * last place is then above the standard deviation. The result is an integer and exact below
 * 2^24. retry < 2^18. */
SHARED_FN f32 rand_poisson(f32 mean, u32 cell, u32 j_low, u32 j_high, u32 retry, u32 k0, u32 k1)
{
    if (!(mean > 0x1p-60f)) {
        return 0.0f;
    }
    if (mean >= 0x1p60f) {
        return mean;
    }
    const u32 base = 0x80000000u + 4096u * retry;
    for (u32 attempt = 0; attempt < 4096u; ++attempt) {
        const struct philox_words w =
            philox4x32(U32V(cell), U32V(j_low), U32V(j_high), U32V(base + attempt), k0, k1);
        const u32 w0 = FIRST_LANE(w.w0), w1 = FIRST_LANE(w.w1), w2 = FIRST_LANE(w.w2),
                  w3 = FIRST_LANE(w.w3);
        if (mean < 10.0f) {
            const u32 k = random_poisson_inversion(mean, (((u64)w0 << 32) | w1) >> 1);
            return FIRST_LANE(U32_TO_F32V(U32V(k)));
        }
        const f32 first = random_poisson_try(mean, w0, w1);
        if (first >= 0.0f) {
            return first;
        }
        const f32 second = random_poisson_try(mean, w2, w3);
        if (second >= 0.0f) {
            return second;
        }
    }
    return random_floor(
        mean); /* 8192 rejections in a row: does not happen, each has a chance below 0.2 */
}

#ifndef __OPENCL_C_VERSION__
#include "shared/math_f64.h"

/* Thresholds of a number of events per step: with r a 32-bit word, the number of events is the
 * number of entries T with r >= T. Entries ascend; T_k = P(at most k events)*2^32 rounded to
 * nearest, and entries of 2^32 or more are left out. Fills table[0 … most) and returns how many
 * entries the table has; *is_complete (0 or 1) says whether all of them fitted. table may be
 * NULL where most is 0. No entries for a mean that is not above 0. */
SHARED_FN u32 random_poisson_thresholds(f64 mean, u32 *table, u32 most, int *is_complete)
{
    *is_complete = 1;
    if (!(mean > 0.0)) {
        return 0;
    }
    /* terms p of the distribution times e^pending; the factor is taken off in portions before
     * anything overflows */
    f64 pending = mean, p = 1.0, sum = 1.0;
    u32 n = 0;
    for (u32 k = 0;; ++k) {
        if (pending > 0.0 && (p > 0x1p800 || pending < 600.0)) {
            const f64 portion = f64_min(pending, 500.0);
            const f64 factor = f64_exp(-portion);
            p = p * factor;
            sum = sum * factor;
            pending = pending - portion;
        }
        if (pending == 0.0) {
            const f64 t = f64_floor(sum * 0x1p32 + 0.5);
            /* the second: a sum of very many terms may end a little below 1 */
            if (t >= 0x1p32 || ((f64)k > mean && p < 0x1p-80)) {
                return n;
            }
            if (n == most) {
                *is_complete = 0;
                return n;
            }
            table[n] = (u32)t;
        } else {
            if (n == most) {
                *is_complete = 0;
                return n;
            }
            table[n] = 0; /* e^-100 or less */
        }
        ++n;
        p = p * (mean / ((f64)k + 1.0));
        sum = sum + p;
    }
}

/* The same for at most one event, with probability p: one entry (1 - p)*2^32, or none. */
SHARED_FN u32 random_bernoulli_thresholds(f64 p, u32 *table, u32 most, int *is_complete)
{
    *is_complete = 1;
    if (!(p > 0.0)) {
        return 0;
    }
    const f64 t = f64_floor((1.0 - f64_min(p, 1.0)) * 0x1p32 + 0.5);
    if (t >= 0x1p32) {
        return 0;
    }
    if (most == 0) {
        *is_complete = 0;
        return 0;
    }
    table[0] = (u32)t;
    return 1;
}
#endif

#endif
