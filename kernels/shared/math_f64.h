/* shared/math_f64.h: the model's functions in double precision, for networks in double and for
 * what the host computes (constants, courses of t, integer thresholds, scales): the same bits
 * from every compiler and on every device. Never libm, whose bits depend on the processor: + -
 * * / sqrt (correctly rounded by IEEE 754) and integer operations in one fixed order, no fma,
 * selects in place of branches, so that OpenCL vectors work and gcc vectorises a loop over
 * them. Subnormals are kept. NaN in, NaN out. The bounds are the worst errors found over ten
 * million arguments each, in units of the last place;
 * tests/kernels/shared/test_math_f64_sweep.c asserts them against MPFR. Polynomials as in
 * math_f32.h. Sees: basic_f64, trig_f64. */
#ifndef SHARED_MATH_F64_H
#define SHARED_MATH_F64_H

#include "shared/basic_f64.h"
#include "shared/trig_f64.h"

#ifdef USE_F64

/* 1.5*2^52: adding it leaves the nearest integer in the low bits, for |x| < 2^51. */
#define F64_ROUNDER      0x1.8p52
#define F64_ROUNDER_BITS 0x4338000000000000ul
#define F64_LOG2E        0x1.71547652b82fep+0
/* ln 2 in three parts, the first of 32 bits, so that its product with an integer of 12 bits is
 * exact. */
#define F64_LN2_HI         0x1.62e42fee00000p-1
#define F64_LN2_LO         0x1.a39ef35793c76p-33
#define F64_LN2_LOWEST     0x1.cc01f97b57a08p-87
#define F64_SQRT_HALF_BITS 0x3fe6a09e667f3bcdul

/* x*2^n, one rounding, for n in [-1200, 1100] and x in [0.5, 2]: the first of the two factors
 * leaves everything in range. */
SHARED_FN f64v f64_scale(f64v x, u64v n)
{
    const u64v half_n = ((n + 2048ul) >> 1) - 1024ul;
    return x * f64_power_of_two(half_n) * f64_power_of_two(n - half_n);
}

/* (e^r - 1 - r)/r^2 for |r| <= 0.35; error 2^-70 of e^r. */
SHARED_FN f64v f64_exp_polynomial(f64v r)
{
    f64v p = F64V(0x1.607969453a129p-33);
    p = p * r + 0x1.1f96985a72d0dp-29;
    p = p * r + 0x1.ae6529d1075c1p-26;
    p = p * r + 0x1.27e4c454e2d62p-22;
    p = p * r + 0x1.71de3a1022c80p-19;
    p = p * r + 0x1.a01a01b1b2cc6p-16;
    p = p * r + 0x1.a01a01a02de13p-13;
    p = p * r + 0x1.6c16c16c13f10p-10;
    p = p * r + 0x1.11111111110e8p-7;
    p = p * r + 0x1.555555555555cp-5;
    p = p * r + 0x1.5555555555555p-3;
    return p * r + 0.5;
}

/* x = n*ln2 + r + c. */
struct f64_exp_argument {
    f64v r, c;
    u64v n; /* modulo 2^64 */
};

SHARED_FN struct f64_exp_argument f64_exp_reduce(f64v x, f64v x_lo)
{
    struct f64_exp_argument a;
    const f64v t = x * F64_LOG2E + F64_ROUNDER;
    const f64v n = t - F64_ROUNDER;
    const f64v hi = x - n * F64_LN2_HI; /* exact */
    const f64v lo = n * F64_LN2_LO - x_lo;
    a.n = AS_U64V(t) - F64_ROUNDER_BITS;
    a.r = hi - lo;
    a.c = (hi - a.r) - lo;
    return a;
}

/* e^(x + x_lo); infinite above 710, 0 below -750. */
SHARED_FN f64v f64_exp_pair(f64v x, f64v x_lo)
{
    const f64v low = x < -750.0 ? F64V(-750.0) : x;
    const struct f64_exp_argument a = f64_exp_reduce(low > 711.0 ? F64V(711.0) : low, x_lo);
    const f64v e = 1.0 + (a.r + (a.c + a.r * a.r * f64_exp_polynomial(a.r)));
    const f64v y = f64_scale(e, a.n);
    return x != x ? x : y;
}

/* e^x. Worst 0.86 ULP. */
SHARED_FN f64v f64_exp(f64v x)
{
    return f64_exp_pair(x, F64V(0.0));
}

/* 2^-64 * (e^x - 1) for x in [-50, 720], to about 2^-58 of itself. */
SHARED_FN struct f64_pair f64_expm1_pair(f64v x)
{
    const struct f64_exp_argument a = f64_exp_reduce(x, F64V(0.0));
    const f64v tail = a.c + a.r * a.r * f64_exp_polynomial(a.r);
    const f64v scale = f64_power_of_two(a.n - 64ul);
    const struct f64_pair base = f64_two_sum(scale, F64V(-0x1p-64));
    const struct f64_pair head = f64_two_sum(base.hi, scale * a.r);
    /* for n = 0, scale*r and scale*tail are all there is: base is 0, and head its first part */
    return f64_pair_of(head.hi, head.lo + (base.lo + scale * tail));
}

/* e^x - 1; keeps the sign of a zero. Worst 0.97 ULP. */
SHARED_FN f64v f64_expm1(f64v x)
{
    const f64v low = x < -50.0 ? F64V(-50.0) : x;
    const f64v y = f64_expm1_pair(low > 711.0 ? F64V(711.0) : low).hi * 0x1p64;
    const f64v tiny = f64_abs(x) < 0x1p-60 ? x : y;
    return x != x ? x : tiny;
}

/* x = 2^k * (1 + f), 1 + f in [sqrt(1/2), sqrt(2)): for positive finite x. */
struct f64_log_argument {
    f64v k, f;
};

SHARED_FN struct f64_log_argument f64_log_reduce(f64v x)
{
    const i64v is_subnormal = x < 0x1p-1022;
    const u64v i = AS_U64V(is_subnormal ? x * 0x1p54 : x) - F64_SQRT_HALF_BITS;
    /* k + 1023, positive, in the low bits of 2^52 */
    const u64v biased = (i + 0x3ff0000000000000ul) >> 52;
    const f64v shifted = AS_F64V(biased | 0x4330000000000000ul);
    struct f64_log_argument a;
    a.k = shifted - (is_subnormal ? F64V(0x1p52 + 1077.0) : F64V(0x1p52 + 1023.0));
    a.f = AS_F64V((i & 0xffffffffffffful) + F64_SQRT_HALF_BITS) - 1.0;
    return a;
}

/* (atanh(s) - s)/s^3 for z = s^2 < 0.0295, error 2^-66. */
SHARED_FN f64v f64_log_polynomial(f64v z)
{
    f64v p = F64V(0x1.0f70b33f6cb91p-4);
    p = p * z + 0x1.0f5b4f52a39d3p-4;
    p = p * z + 0x1.3b20bc0466a62p-4;
    p = p * z + 0x1.745cddd72e320p-4;
    p = p * z + 0x1.c71c725a24f8bp-4;
    p = p * z + 0x1.249249242a4cep-3;
    p = p * z + 0x1.9999999999e0bp-3;
    return p * z + 0x1.5555555555555p-2;
}

/* k*ln2 + log(1 + f) + rest, |rest| far below the sum: log(1 + f) = 2*atanh(s) = f - f^2/2 +
 * s*(f^2/2 + 2*z*p). */
SHARED_FN f64v f64_log_sum(f64v k, f64v f, f64v rest)
{
    const f64v s = f64_div(f, 2.0 + f), z = s * s;
    const f64v half_square = 0.5 * f * f;
    const f64v tail =
        s * (half_square + 2.0 * z * f64_log_polynomial(z)) + (k * F64_LN2_LO + rest);
    return k * F64_LN2_HI + (f - (half_square - tail));
}

/* Natural logarithm; -inf at 0, NaN below. Worst 0.80 ULP. */
SHARED_FN f64v f64_log(f64v x)
{
    const struct f64_log_argument a = f64_log_reduce(x);
    const f64v y = f64_log_sum(a.k, a.f, F64V(0.0));
    const u64v u = AS_U64V(x);
    const f64v zero = (u & F64_MAGNITUDE) == 0ul ? -F64_INF : F64_NAN;
    return u - 1ul < 0x7feffffffffffffful ? y : (u == 0x7ff0000000000000ul ? x : zero);
}

/* log(1 + x); -inf at -1, NaN below, keeps the sign of a zero. As f64_log of u = 1 + x rounded,
 * with what the rounding took, c, put back as c/u; where u needs no power of two, f is x
 * itself. Worst 0.82 ULP. */
SHARED_FN f64v f64_log1p(f64v x)
{
    const struct f64_pair u = f64_two_sum(F64V(1.0), x);
    const struct f64_log_argument a = f64_log_reduce(u.hi);
    const f64v f = a.k == 0.0 ? x : a.f;
    const f64v rest = a.k == 0.0 ? F64V(0.0) : f64_div(u.lo, u.hi);
    const f64v y = f64_copysign(f64_log_sum(a.k, f, rest), x);
    const u64v bits = AS_U64V(x);
    const f64v edge = bits == 0x7ff0000000000000ul ? x : (x == -1.0 ? -F64_INF : F64_NAN);
    const f64v above = bits < 0xbff0000000000000ul ? y : edge;
    return (bits & F64_MAGNITUDE) < 0x7ff0000000000000ul ? above : edge;
}

/* log(x) for positive finite x to about 2^-68 of itself. */
SHARED_FN struct f64_pair f64_log_pair(f64v x)
{
    const struct f64_log_argument a = f64_log_reduce(x);
    const struct f64_pair u = f64_two_sum(F64V(2.0), a.f);
    const f64v s_hi = f64_div(a.f, u.hi);
    const struct f64_pair back = f64_two_product(s_hi, u.hi);
    const f64v s_lo = f64_div(((a.f - back.hi) - back.lo) - s_hi * u.lo, u.hi);
    const struct f64_pair s = f64_pair_of(s_hi, s_lo), z = f64_pair_multiply(s, s);
    /* (atanh(s) - s)/s^3 = 1/3 + z/5 + …, by its Taylor series; z < 0.0295, remainder z^14/31 <
     * 2^-75 */
    f64v t = F64V(0x1.1a7b9611a7b96p-5);
    t = t * z.hi + 0x1.2f684bda12f68p-5;
    t = t * z.hi + 0x1.47ae147ae147bp-5;
    t = t * z.hi + 0x1.642c8590b2164p-5;
    t = t * z.hi + 0x1.8618618618618p-5;
    t = t * z.hi + 0x1.af286bca1af28p-5;
    t = t * z.hi + 0x1.e1e1e1e1e1e1ep-5;
    t = t * z.hi + 0x1.1111111111111p-4;
    t = t * z.hi + 0x1.3b13b13b13b14p-4;
    t = t * z.hi + 0x1.745d1745d1746p-4;
    struct f64_pair p =
        f64_pair_of(F64V(0x1.c71c71c71c71cp-4), 0x1.c71c71c71c71cp-58 + t * z.hi);
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_constant(0x1.2492492492492p-3, 0x1.2492492492492p-57));
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_constant(0x1.999999999999ap-3, -0x1.999999999999ap-57));
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_constant(0x1.5555555555555p-2, 0x1.5555555555555p-56));
    p = f64_pair_add(f64_pair_multiply(f64_pair_multiply(p, z), s), s);
    p.hi = 2.0 * p.hi;
    p.lo = 2.0 * p.lo;
    const struct f64_pair k_lo = f64_two_product(a.k, F64V(F64_LN2_LO));
    p = f64_pair_add(f64_pair_of(k_lo.hi, k_lo.lo + a.k * F64_LN2_LOWEST), p);
    return f64_pair_add(f64_pair_of(a.k * F64_LN2_HI, F64V(0.0)), p);
}

/* x to the power y, with the special cases of f32_pow. Worst 0.87 ULP. */
SHARED_FN f64v f64_pow(f64v x, f64v y)
{
    const u64v u_x = AS_U64V(x) & F64_MAGNITUDE, u_y = AS_U64V(y) & F64_MAGNITUDE;
    const u64v u_base = u_x - 1ul < 0x7feffffffffffffful ? u_x : U64V(0x3ff0000000000000ul);
    const struct f64_pair l = f64_log_pair(AS_F64V(u_base));
    /* |log(x)| is 2^-53 at least where it is not 0, so beyond 2^64 the power is 0 or infinite
     */
    const f64v bounded = f64_abs(y) > 0x1p64 ? f64_copysign(F64V(0x1p64), y) : y;
    const struct f64_pair v = f64_two_product(l.hi, bounded);
    const f64v v_lo = v.lo + l.lo * bounded;
    const f64v magnitude = f64_exp_pair(v.hi, f64_abs(v.hi) > 760.0 ? F64V(0.0) : v_lo);
    const f64v at_zero = y < 0.0 ? F64_INF : F64V(0.0);
    const f64v at_inf = y < 0.0 ? F64V(0.0) : F64_INF;
    const f64v size = u_x == 0ul ? at_zero : (u_x >= 0x7ff0000000000000ul ? at_inf : magnitude);
    /* the sign of a power with an odd integer */
    const f64v halved = 0.5 * y;
    const u64v odd_sign = f64_floor(halved) != halved ? AS_U64V(x) & F64_SIGN : U64V(0ul);
    const i64v is_fraction = f64_floor(y) != y;
    const u64v sign = is_fraction ? U64V(0ul) : odd_sign;
    const f64v power = AS_F64V(AS_U64V(size) | sign);
    const f64v below_zero = is_fraction ? F64_NAN : power;
    const f64v finite =
        AS_U64V(x) - 0x8000000000000001ul < 0x7feffffffffffffful ? below_zero : power;
    const f64v defined = y == 0.0 ? F64V(1.0) : finite;
    return (u_x > u_y ? u_x : u_y) > 0x7ff0000000000000ul ? F64_NAN : defined;
}

/* Hyperbolic tangent: t/(t + 2) with t = e^(2x) - 1, in pairs. Worst 0.80 ULP. */
SHARED_FN f64v f64_tanh(f64v x)
{
    const f64v a = f64_abs(x);
    const struct f64_pair t = f64_expm1_pair(2.0 * (a > 22.0 ? F64V(22.0) : a));
    const struct f64_pair below = f64_pair_add(t, f64_pair_constant(0x1p-63, 0.0));
    const f64v y = f64_copysign(f64_pair_divide(t, below), x);
    const f64v tiny = a < 0x1p-30 ? x : y;
    return x != x ? x : tiny;
}

/* (e^x - 1)/x, 1 at 0. The scale of 2^-64 keeps what overflows too early in range until the
 * division. Worst 0.85 ULP. */
SHARED_FN f64v f64_exprel(f64v x)
{
    const f64v low = x < -50.0 ? F64V(-50.0) : x;
    const f64v a = low > 720.0 ? F64V(720.0) : low;
    struct f64_pair below;
    below.hi = a;
    below.lo = F64V(0.0);
    const f64v ratio = f64_pair_divide(f64_expm1_pair(a), below) * 0x1p64;
    const f64v near_zero = f64_abs(x) < 0x1p-30 ? 1.0 + 0.5 * x : ratio;
    const f64v y = x < -50.0 ? f64_div(F64V(-1.0), x) : near_zero;
    return x != x ? x : y;
}

#endif

#endif
