/* shared/math_f64.h: the model's functions in double precision, for what the host computes:
 * constants, courses of t, integer thresholds, scales. Never libm, whose bits depend on the
 * processor: + - * / sqrt (correctly rounded by IEEE 754) and integer operations in one fixed
 * order, no fma. Scalar, with branches. Subnormals are kept. NaN in, NaN out. The bounds are
 * the worst errors found over millions of arguments, in units of the last place;
 * tests/kernels/shared/test_math_f64.c asserts them against MPFR. Polynomials as in math_f32.h.
 * Sees: vector. */
#ifndef SHARED_MATH_F64_H
#define SHARED_MATH_F64_H

#include "shared/vector.h"

#ifndef __OPENCL_C_VERSION__

#define F64_ROUNDER      0x1.8p52
#define F64_ROUNDER_BITS UINT64_C(0x4338000000000000)
#define F64_LOG2E        0x1.71547652b82fep+0
/* ln 2 in three parts, the first of 32 bits, so that its product with an integer of 12 bits is
 * exact. */
#define F64_LN2_HI         0x1.62e42fee00000p-1
#define F64_LN2_LO         0x1.a39ef35793c76p-33
#define F64_LN2_LOWEST     0x1.cc01f97b57a08p-87
#define F64_SQRT_HALF_BITS UINT64_C(0x3fe6a09e667f3bcd)
#define F64_INF            f64_of_bits(UINT64_C(0x7ff0000000000000))
#define F64_NAN            f64_of_bits(UINT64_C(0x7ff8000000000000))

SHARED_FN f64 f64_of_bits(u64 u)
{
    f64 x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}

SHARED_FN u64 f64_bits(f64 x)
{
    u64 u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}

SHARED_FN f64 f64_div(f64 a, f64 b)
{
    return a / b;
}

SHARED_FN f64 f64_sqrt(f64 x)
{
    return __builtin_sqrt(x);
}

SHARED_FN f64 f64_abs(f64 x)
{
    return f64_of_bits(f64_bits(x) & UINT64_C(0x7fffffffffffffff));
}

SHARED_FN f64 f64_copysign(f64 x, f64 s)
{
    const u64 sign = UINT64_C(0x8000000000000000);
    return f64_of_bits((f64_bits(x) & ~sign) | (f64_bits(s) & sign));
}

/* As f32_min and f32_max: -0 below +0, NaN if either is. */
SHARED_FN f64 f64_min(f64 a, f64 b)
{
    if (a != a || b != b) {
        return F64_NAN;
    }
    return a < b ? a : (b < a ? b : f64_of_bits(f64_bits(a) | f64_bits(b)));
}

SHARED_FN f64 f64_max(f64 a, f64 b)
{
    if (a != a || b != b) {
        return F64_NAN;
    }
    return a > b ? a : (b > a ? b : f64_of_bits(f64_bits(a) & f64_bits(b)));
}

SHARED_FN f64 f64_sign(f64 x)
{
    return x != x ? x : (x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : 0.0));
}

/* Nearest integer, ties to even; keeps the sign of a zero. */
SHARED_FN f64 f64_round(f64 x)
{
    const f64 a = f64_abs(x);
    return a < 0x1p52 ? f64_copysign((a + 0x1p52) - 0x1p52, x) : x;
}

SHARED_FN f64 f64_floor(f64 x)
{
    const f64 r = f64_round(x);
    return r > x ? r - 1.0 : r;
}

/* x - y*floor(x/y), each operation rounded. */
SHARED_FN f64 f64_mod(f64 x, f64 y)
{
    return x - y * f64_floor(x / y);
}

/* An unevaluated sum, |lo| at most half a unit of hi's last place (Dekker 1971,
 * doi 10.1007/BF01397083). */
struct f64_pair {
    f64 hi, lo;
};

SHARED_FN struct f64_pair f64_pair_of(f64 hi, f64 lo)
{
    struct f64_pair p;
    p.hi = hi + lo;
    p.lo = (hi - p.hi) + lo; /* exact for |hi| >= |lo| */
    return p;
}

/* a + b exactly (Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B). */
SHARED_FN struct f64_pair f64_two_sum(f64 a, f64 b)
{
    struct f64_pair p;
    p.hi = a + b;
    const f64 b_part = p.hi - a;
    p.lo = (a - (p.hi - b_part)) + (b - b_part);
    return p;
}

/* a*b, to 2^-106 of itself: split into upper 26 bits and rest. */
SHARED_FN struct f64_pair f64_two_product(f64 a, f64 b)
{
    const u64 upper = UINT64_C(0xfffffffff8000000);
    const f64 a_hi = f64_of_bits(f64_bits(a) & upper), a_lo = a - a_hi;
    const f64 b_hi = f64_of_bits(f64_bits(b) & upper), b_lo = b - b_hi;
    struct f64_pair p;
    p.hi = a * b;
    p.lo = (((a_hi * b_hi - p.hi) + a_hi * b_lo) + a_lo * b_hi) + a_lo * b_lo;
    return p;
}

SHARED_FN struct f64_pair f64_pair_add(struct f64_pair a, struct f64_pair b)
{
    const struct f64_pair s = f64_two_sum(a.hi, b.hi);
    return f64_pair_of(s.hi, s.lo + (a.lo + b.lo));
}

SHARED_FN struct f64_pair f64_pair_multiply(struct f64_pair a, struct f64_pair b)
{
    const struct f64_pair p = f64_two_product(a.hi, b.hi);
    return f64_pair_of(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* x*2^n, one rounding, for n in [-1200, 1100] and x in [0.5, 2]. */
SHARED_FN f64 f64_scale(f64 x, i64 n)
{
    if (n > 1023) {
        return x * 0x1p1023 * f64_of_bits((u64)(n - 1023 + 1023) << 52);
    }
    if (n < -1000) {
        return x * f64_of_bits((u64)(n + 200 + 1023) << 52) * 0x1p-200;
    }
    return x * f64_of_bits((u64)(n + 1023) << 52);
}

/* (e^r - 1 - r)/r^2 for |r| <= 0.35; error 2^-70 of e^r. */
SHARED_FN f64 f64_exp_polynomial(f64 r)
{
    f64 p = 0x1.607969453a129p-33;
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
    f64 r, c, n;
};

SHARED_FN struct f64_exp_argument f64_exp_reduce(f64 x, f64 x_lo)
{
    struct f64_exp_argument a;
    a.n = (x * F64_LOG2E + F64_ROUNDER) - F64_ROUNDER;
    const f64 hi = x - a.n * F64_LN2_HI; /* exact */
    const f64 lo = a.n * F64_LN2_LO - x_lo;
    a.r = hi - lo;
    a.c = (hi - a.r) - lo;
    return a;
}

/* e^(x + x_lo). */
SHARED_FN f64 f64_exp_pair(f64 x, f64 x_lo)
{
    if (x != x) {
        return x;
    }
    if (x > 710.0) {
        return F64_INF;
    }
    if (x < -750.0) {
        return 0.0;
    }
    const struct f64_exp_argument a = f64_exp_reduce(x, x_lo);
    return f64_scale(1.0 + (a.r + (a.c + a.r * a.r * f64_exp_polynomial(a.r))), (i64)a.n);
}

/* e^x. Worst 0.84 ULP. */
SHARED_FN f64 f64_exp(f64 x)
{
    return f64_exp_pair(x, 0.0);
}

/* 2^-64 * (e^x - 1) for x in [-50, 720], to about 2^-58 of itself. */
SHARED_FN struct f64_pair f64_expm1_pair(f64 x)
{
    const struct f64_exp_argument a = f64_exp_reduce(x, 0.0);
    const f64 tail = a.c + a.r * a.r * f64_exp_polynomial(a.r);
    if (a.n == 0.0) {
        return f64_pair_of(a.r * 0x1p-64, tail * 0x1p-64);
    }
    const f64 scale = f64_of_bits((u64)((i64)a.n + 1023 - 64) << 52);
    const struct f64_pair base = f64_two_sum(scale, -0x1p-64);
    const struct f64_pair head = f64_two_sum(base.hi, scale * a.r);
    return f64_pair_of(head.hi, head.lo + (base.lo + scale * tail));
}

/* a/b, to about 2^-100 of itself beyond the errors of the operands. */
SHARED_FN f64 f64_pair_divide(struct f64_pair a, struct f64_pair b)
{
    const f64 q = a.hi / b.hi;
    const struct f64_pair back = f64_two_product(q, b.hi);
    return q + (((a.hi - back.hi) - back.lo) + (a.lo - q * b.lo)) / b.hi;
}

/* e^x - 1. Worst 0.87 ULP. */
SHARED_FN f64 f64_expm1(f64 x)
{
    if (x != x || x > 710.0) {
        return x != x ? x : F64_INF;
    }
    if (x < -50.0) {
        return -1.0;
    }
    return f64_abs(x) < 0x1p-60 ? x : f64_expm1_pair(x).hi * 0x1p64;
}

/* x = 2^k * (1 + f), 1 + f in [sqrt(1/2), sqrt(2)): for positive finite x. */
struct f64_log_argument {
    f64 k, f;
};

SHARED_FN struct f64_log_argument f64_log_reduce(f64 x)
{
    const i64 lift = x < 0x1p-1022 ? 54 : 0; /* subnormal */
    const u64 i = f64_bits(lift != 0 ? x * 0x1p54 : x) - F64_SQRT_HALF_BITS;
    struct f64_log_argument a;
    a.k = (f64)(((i64)i >> 52) - lift);
    a.f = f64_of_bits((i & UINT64_C(0xfffffffffffff)) + F64_SQRT_HALF_BITS) - 1.0;
    return a;
}

/* (atanh(s) - s)/s^3 for z = s^2 < 0.0295, error 2^-66. */
SHARED_FN f64 f64_log_polynomial(f64 z)
{
    f64 p = 0x1.0f70b33f6cb91p-4;
    p = p * z + 0x1.0f5b4f52a39d3p-4;
    p = p * z + 0x1.3b20bc0466a62p-4;
    p = p * z + 0x1.745cddd72e320p-4;
    p = p * z + 0x1.c71c725a24f8bp-4;
    p = p * z + 0x1.249249242a4cep-3;
    p = p * z + 0x1.9999999999e0bp-3;
    return p * z + 0x1.5555555555555p-2;
}

/* Natural logarithm; -inf at 0, NaN below. Worst 0.85 ULP. */
SHARED_FN f64 f64_log(f64 x)
{
    if (!(x > 0.0) || x == F64_INF) {
        return x == 0.0 ? -F64_INF : (x > 0.0 ? x : F64_NAN);
    }
    const struct f64_log_argument a = f64_log_reduce(x);
    const f64 s = a.f / (2.0 + a.f), z = s * s;
    const f64 p = f64_log_polynomial(z);
    /* log(1 + f) = 2*atanh(s) = f - f^2/2 + s*(f^2/2 + 2*z*p) */
    const f64 half_square = 0.5 * a.f * a.f;
    const f64 rest = s * (half_square + 2.0 * z * p) + a.k * F64_LN2_LO;
    return a.k * F64_LN2_HI + (a.f - (half_square - rest));
}

/* log(1 + x); -inf at -1, NaN below. As f64_log of u = 1 + x rounded, with what the rounding
 * took, c, put back as c/u; where u needs no power of two, f is x itself. */
SHARED_FN f64 f64_log1p(f64 x)
{
    if (!(x > -1.0) || x == F64_INF) {
        return x == -1.0 ? -F64_INF : (x > 0.0 ? x : F64_NAN);
    }
    const f64 u = 1.0 + x, x_part = u - 1.0;
    const f64 c = (1.0 - (u - x_part)) + (x - x_part);
    const struct f64_log_argument a = f64_log_reduce(u);
    const f64 f = a.k == 0.0 ? x : a.f, rest = a.k == 0.0 ? 0.0 : c / u;
    const f64 half_square = 0.5 * f * f, s = f / (2.0 + f);
    const f64 tail = s * (half_square + 2.0 * (s * s) * f64_log_polynomial(s * s)) +
                     (a.k * F64_LN2_LO + rest);
    return f64_copysign(a.k * F64_LN2_HI + (f - (half_square - tail)), x);
}

/* log(x) for positive finite x to about 2^-68 of itself. */
SHARED_FN struct f64_pair f64_log_pair(f64 x)
{
    const struct f64_log_argument a = f64_log_reduce(x);
    const struct f64_pair u = f64_two_sum(2.0, a.f);
    const f64 s_hi = a.f / u.hi;
    const struct f64_pair back = f64_two_product(s_hi, u.hi);
    const f64 s_lo = (((a.f - back.hi) - back.lo) - s_hi * u.lo) / u.hi;
    const struct f64_pair s = f64_pair_of(s_hi, s_lo), z = f64_pair_multiply(s, s);
    /* (atanh(s) - s)/s^3 = 1/3 + z/5 + …, by its Taylor series; z < 0.0295, remainder z^14/31 <
     * 2^-75 */
    f64 t = 0x1.1a7b9611a7b96p-5;
    t = t * z.hi + 0x1.2f684bda12f68p-5;
    t = t * z.hi + 0x1.47ae147ae147bp-5;
    t = t * z.hi + 0x1.642c8590b2164p-5;
    t = t * z.hi + 0x1.8618618618618p-5;
    t = t * z.hi + 0x1.af286bca1af28p-5;
    t = t * z.hi + 0x1.e1e1e1e1e1e1ep-5;
    t = t * z.hi + 0x1.1111111111111p-4;
    t = t * z.hi + 0x1.3b13b13b13b14p-4;
    t = t * z.hi + 0x1.745d1745d1746p-4;
    struct f64_pair p = f64_pair_of(0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58 + t * z.hi);
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_of(0x1.2492492492492p-3, 0x1.2492492492492p-57));
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_of(0x1.999999999999ap-3, -0x1.999999999999ap-57));
    p = f64_pair_add(f64_pair_multiply(p, z),
                     f64_pair_of(0x1.5555555555555p-2, 0x1.5555555555555p-56));
    p = f64_pair_add(f64_pair_multiply(f64_pair_multiply(p, z), s), s);
    p.hi = 2.0 * p.hi;
    p.lo = 2.0 * p.lo;
    const struct f64_pair k_lo = f64_two_product(a.k, F64_LN2_LO);
    p = f64_pair_add(f64_pair_of(k_lo.hi, k_lo.lo + a.k * F64_LN2_LOWEST), p);
    return f64_pair_add(f64_pair_of(a.k * F64_LN2_HI, 0.0), p);
}

/* As f32_pow. Worst 0.85 ULP. */
SHARED_FN f64 f64_pow(f64 x, f64 y)
{
    if (x != x || y != y) {
        return F64_NAN;
    }
    if (y == 0.0) {
        return 1.0;
    }
    const f64 a = f64_abs(x), b = f64_abs(y);
    const int is_integer = f64_floor(y) == y;
    const int is_odd = is_integer && b < 0x1p53 && f64_floor(0.5 * y) != 0.5 * y;
    const f64 sign = (f64_bits(x) >> 63) != 0 && is_odd ? -1.0 : 1.0;
    if (a == 0.0 || a == F64_INF) {
        return sign * ((a == 0.0) == (y < 0.0) ? F64_INF : 0.0);
    }
    if (x < 0.0 && !is_integer) {
        return F64_NAN;
    }
    if (a == 1.0) {
        return sign;
    }
    /* |log(x)| is 2^-53 at least, so beyond 2^64 the power is 0 or infinite */
    const f64 bounded = b > 0x1p64 ? f64_copysign(0x1p64, y) : y;
    const struct f64_pair l = f64_log_pair(a);
    const struct f64_pair v = f64_two_product(l.hi, bounded);
    const f64 v_lo = v.lo + l.lo * bounded;
    const f64 magnitude =
        v.hi > 720.0 ? F64_INF : (v.hi < -760.0 ? 0.0 : f64_exp_pair(v.hi, v_lo));
    return sign * magnitude;
}

/* x = quadrant*pi/2 + hi + lo, for finite x >= 0. */
struct f64_angle {
    f64 hi, lo;
    u32 quadrant;
};

/* Bits of 1/(2 pi) after 53 zero bits; w in 0 … 19. */
SHARED_FN u64 f64_turn_word(u64 w)
{
    static const u64 words[20] = {UINT64_C(0x0000000000000145), UINT64_C(0xf306dc9c882a53f8),
                                  UINT64_C(0x4eafa3ea69bb81b6), UINT64_C(0xc52b3278872083fc),
                                  UINT64_C(0xa2c757bd778ac36e), UINT64_C(0x48dc74849ba5c00c),
                                  UINT64_C(0x925dd413a32439fc), UINT64_C(0x3bd63962534e7dd1),
                                  UINT64_C(0x046bea5d768909d3), UINT64_C(0x38e04d68befc8273),
                                  UINT64_C(0x23ac7306a673e939), UINT64_C(0x08bf177bf250763f),
                                  UINT64_C(0xf12fffbc0b301fde), UINT64_C(0x5e2316b414da3eda),
                                  UINT64_C(0x6cfd9e4f96136e9e), UINT64_C(0x8c7ecd3cbfd45aea),
                                  UINT64_C(0x4f758fd7cbe2f67a), UINT64_C(0x0e73ef14a525d4d7),
                                  UINT64_C(0xf6bf623f1aba10ac), UINT64_C(0x06608df8f6d757e1)};
    return words[w];
}

/* Payne and Hanek's reduction as in f32_reduce: x/(2 pi) modulo 1 to 128 bits, from a window of
 * 192 bits of 1/(2 pi). */
SHARED_FN struct f64_angle f64_reduce(f64 x)
{
    struct f64_angle out;
    out.hi = x;
    out.lo = 0.0;
    out.quadrant = 0;
    if (x < 0x1.921fb54442d18p-1) {
        return out;
    }
    const u64 u = f64_bits(x);
    const u64 offset = (u >> 52) - 1022u, first = offset >> 6, shift = offset & 63u,
              back = 63u - shift;
    const u64 t0 = f64_turn_word(first), t1 = f64_turn_word(first + 1u);
    const u64 t2 = f64_turn_word(first + 2u), t3 = f64_turn_word(first + 3u);
    const u64 w0 = (t0 << shift) | ((t1 >> 1) >> back);
    const u64 w1 = (t1 << shift) | ((t2 >> 1) >> back);
    const u64 w2 = (t2 << shift) | ((t3 >> 1) >> back);
    const u64 m = (u & UINT64_C(0xfffffffffffff)) | UINT64_C(0x10000000000000);
    const u64 low_a = m * w1, low = low_a + vector_mul_hi_u64(m, w2);
    const u64 high = m * w0 + vector_mul_hi_u64(m, w1) + (low < low_a ? 1u : 0u);
    const u64 quadrant = (high + UINT64_C(0x2000000000000000)) >> 62;
    const i64 h = (i64)(high - (quadrant << 62));
    const f64 f = (f64)h;
    const f64 g = (f64)(h - (i64)f) + (f64)(low >> 11) * 0x1p-53;
    const struct f64_pair turn = f64_pair_of(0x1.921fb54442d18p-62, 0x1.1a62633145c07p-116);
    const struct f64_pair r = f64_pair_multiply(f64_pair_of(f, g), turn);
    out.hi = r.hi;
    out.lo = r.lo;
    out.quadrant = (u32)quadrant;
    return out;
}

SHARED_FN f64 f64_sin_quadrant(struct f64_angle angle, u32 quadrant)
{
    const f64 r = angle.hi, z = r * r;
    f64 y;
    if ((quadrant & 1u) == 0u) {
        /* (sin(r) - r)/r^3, error 2^-79 */
        f64 p = 0x1.91e906ce352cfp-49;
        p = p * z - 0x1.ae7b7ebac3762p-41;
        p = p * z + 0x1.61245ee926f21p-33;
        p = p * z - 0x1.ae64567daa59dp-26;
        p = p * z + 0x1.71de3a556bc0ep-19;
        p = p * z - 0x1.a01a01a01a015p-13;
        p = p * z + 0x1.1111111111111p-7;
        p = p * z - 0x1.5555555555555p-3;
        y = r + (angle.lo + r * z * p);
    } else {
        /* (cos(r) - 1 + r^2/2)/r^4, error 2^-75 */
        f64 q = 0x1.aabc229f3194cp-45;
        q = q * z - 0x1.939321feaae84p-37;
        q = q * z + 0x1.1eed8c8eec3e7p-29;
        q = q * z - 0x1.27e4fb75e9e32p-22;
        q = q * z + 0x1.a01a01a018cb2p-16;
        q = q * z - 0x1.6c16c16c16c0fp-10;
        q = q * z + 0x1.5555555555555p-5;
        const f64 half = 0.5 * z, one = 1.0 - half;
        y = one + (((1.0 - one) - half) + (z * z * q - r * angle.lo));
    }
    return (quadrant & 2u) == 0u ? y : -y;
}

/* Sine, for every finite x; NaN at infinity. Worst 0.82 ULP. */
SHARED_FN f64 f64_sin(f64 x)
{
    if (!(f64_abs(x) < F64_INF)) {
        return F64_NAN;
    }
    const struct f64_angle angle = f64_reduce(f64_abs(x));
    const f64 y = f64_sin_quadrant(angle, angle.quadrant);
    return (f64_bits(x) >> 63) == 0 ? y : -y;
}

/* Cosine, for every finite x; NaN at infinity. Worst 0.86 ULP. */
SHARED_FN f64 f64_cos(f64 x)
{
    if (!(f64_abs(x) < F64_INF)) {
        return F64_NAN;
    }
    const struct f64_angle angle = f64_reduce(f64_abs(x));
    return f64_sin_quadrant(angle, angle.quadrant + 1u);
}

/* Hyperbolic tangent: t/(t + 2) with t = e^(2x) - 1, in pairs. Worst 0.73 ULP. */
SHARED_FN f64 f64_tanh(f64 x)
{
    const f64 a = f64_abs(x);
    if (x != x || a < 0x1p-30) {
        return x;
    }
    if (a > 22.0) {
        return f64_copysign(1.0, x);
    }
    const struct f64_pair t = f64_expm1_pair(2.0 * a);
    const struct f64_pair below = f64_pair_add(t, f64_pair_of(0x1p-63, 0.0));
    return f64_copysign(f64_pair_divide(t, below), x);
}

/* (e^x - 1)/x, 1 at 0. The scale of 2^-64 keeps what overflows too early in range until the
 * division. Worst 0.72 ULP. */
SHARED_FN f64 f64_exprel(f64 x)
{
    if (x != x || x > 720.0) {
        return x != x ? x : F64_INF;
    }
    if (x < -50.0) {
        return -1.0 / x;
    }
    if (f64_abs(x) < 0x1p-30) {
        return 1.0 + 0.5 * x;
    }
    return f64_pair_divide(f64_expm1_pair(x), f64_pair_of(x, 0.0)) * 0x1p64;
}

#endif

#endif
