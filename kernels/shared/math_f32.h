/* shared/math_f32.h: the model's functions in single precision: the same bits from every
 * compiler and on every device. Only + - *, integer operations and selects, in one fixed order,
 * without branches: OpenCL vectors work, and gcc vectorises a loop over them. No fma, no
 * function of the platform. NaN in, NaN out (which NaN is left open). Subnormals count as 0,
 * and a result below 2^-126 is 0. The bounds are the worst errors over all 2^32 arguments
 * (f32_pow: over 10^9 pairs), in units of the last place of the exact value;
 * tests/kernels/shared assert them. Polynomials: minimax for the weight that makes the error
 * relative, found by Remez' algorithm for this file (Muller, Elementary Functions, 3rd ed.,
 * chapter 3), rounded to single precision. Sees: vector, division. */
#ifndef SHARED_MATH_F32_H
#define SHARED_MATH_F32_H

#include "shared/vector.h"
#include "shared/division.h"

/* 1.5*2^23: adding it leaves the nearest integer (ties to even) in the low bits, for |x| <
 * 2^22. */
#define F32_ROUNDER      0x1.8p23f
#define F32_ROUNDER_BITS 0x4b400000u
#define F32_LN2          0x1.62e43p-1f
/* ln 2 in two parts, the first of 16 bits, so that its product with an integer of 8 bits is
 * exact. */
#define F32_LN2_HI 0x1.62e4p-1f
#define F32_LN2_LO 0x1.7f7d1cp-20f
#define F32_LOG2E  0x1.715476p+0f
/* sqrt(1/2): the least significand of f32_log and f32_pow. */
#define F32_SQRT_HALF_BITS 0x3f3504f3u

/* The upper 12 of 24 bits: products of two such numbers are exact. */
SHARED_FN f32v f32_upper_half(f32v x)
{
    return AS_F32V(AS_U32V(x) & 0xfffff000u);
}

/* |x|. Exact. */
SHARED_FN f32v f32_abs(f32v x)
{
    return AS_F32V(AS_U32V(x) & 0x7fffffffu);
}

/* |x| with the sign of s. */
SHARED_FN f32v f32_copysign(f32v x, f32v s)
{
    return AS_F32V((AS_U32V(x) & 0x7fffffffu) | (AS_U32V(s) & 0x80000000u));
}

/* The smaller; -0 is smaller than +0; NaN if either is. Exact. */
SHARED_FN f32v f32_min(f32v a, f32v b)
{
    const f32v equal = AS_F32V(AS_U32V(a) | AS_U32V(b));
    const f32v least = a < b ? a : (b < a ? b : equal);
    return ((a != a) | (b != b)) ? F32_NAN : f32_flush(least);
}

/* The larger; +0 is larger than -0; NaN if either is. Exact. */
SHARED_FN f32v f32_max(f32v a, f32v b)
{
    const f32v equal = AS_F32V(AS_U32V(a) & AS_U32V(b));
    const f32v most = a > b ? a : (b > a ? b : equal);
    return ((a != a) | (b != b)) ? F32_NAN : f32_flush(most);
}

/* -1, 0 or 1. Exact. */
SHARED_FN f32v f32_sign(f32v x)
{
    const f32v s = x > 0.0f ? F32V(1.0f) : (x < 0.0f ? F32V(-1.0f) : F32V(0.0f));
    return x != x ? x : s;
}

/* Nearest integer, ties to even; keeps the sign of a zero. Exact. */
SHARED_FN f32v f32_round(f32v x)
{
    const f32v a = f32_abs(x);
    const f32v r = (a + 0x1p23f) - 0x1p23f;
    return a < 0x1p23f ? f32_copysign(r, x) : x;
}

/* Largest integer not above x; keeps the sign of a zero. Exact. */
SHARED_FN f32v f32_floor(f32v x)
{
    const f32v r = f32_round(x);
    return r > x ? r - 1.0f : r;
}

/* x - y*floor(x/y), each operation rounded: has the sign of y, but for roundings. Exact where
 * x/y is below 2^24 in magnitude and y*floor(x/y) is exact, as for integers. NaN for y = 0 and
 * for infinite operands. */
SHARED_FN f32v f32_mod(f32v x, f32v y)
{
    return x - y * f32_floor(f32_div(x, y));
}

/* (e^r - 1 - r)/r^2 for |r| <= 0.35; error 2^-34 of e^r. */
SHARED_FN f32v f32_exp_polynomial(f32v r)
{
    f32v p = F32V(0x1.9f02dp-13f);
    p = p * r + 0x1.6d945cp-10f;
    p = p * r + 0x1.11128p-7f;
    p = p * r + 0x1.555486p-5f;
    p = p * r + 0x1.555554p-3f;
    return p * r + 0.5f;
}

/* 2^n * e^(r + c) for |r| <= 0.35, tiny c and integers n in [-512, 512]; 0 below 2^-126. */
SHARED_FN f32v f32_exp_scaled(f32v r, f32v c, i32v n)
{
    const f32v p = 1.0f + (r + (c + r * r * f32_exp_polynomial(r)));
    const u32v u = AS_U32V(p);
    const i32v e = AS_I32V(u >> 23) + n;
    const f32v scaled = AS_F32V(u + (AS_U32V(n) << 23));
    return e >= 255 ? F32_INF : (e <= 0 ? F32V(0.0f) : scaled);
}

/* e^x. Cody and Waite: x = n*ln2 + r, then a polynomial. Worst 0.88 ULP. */
SHARED_FN f32v f32_exp(f32v x)
{
    const f32v low = x < -104.0f ? F32V(-104.0f) : x;
    const f32v a = low > 89.0f ? F32V(89.0f) : low;
    const f32v t = a * F32_LOG2E + F32_ROUNDER;
    const f32v n = t - F32_ROUNDER;
    const f32v r_hi = a - n * F32_LN2_HI; /* exact */
    const f32v r_lo = n * F32_LN2_LO;
    const f32v r = r_hi - r_lo;
    const f32v y = f32_exp_scaled(r, (r_hi - r) - r_lo, AS_I32V(AS_U32V(t) - F32_ROUNDER_BITS));
    return x != x ? x : y;
}

/* (log(1 + f) - f + f^2/2)/f^3 for f in [sqrt(1/2) - 1, sqrt(2) - 1]; error 2^-30 of the
 * logarithm. */
SHARED_FN f32v f32_log_polynomial(f32v f)
{
    f32v p = F32V(0x1.145712p-4f);
    p = p * f - 0x1.de65d8p-4f;
    p = p * f + 0x1.e706fcp-4f;
    p = p * f - 0x1.fc1d48p-4f;
    p = p * f + 0x1.2335b2p-3f;
    p = p * f - 0x1.555c5cp-3f;
    p = p * f + 0x1.99a4cap-3f;
    p = p * f - 0x1.000006p-2f;
    return p * f + 0x1.555548p-2f;
}

/* Natural logarithm; -inf at 0, NaN below. x = 2^k * (1 + f) with f in [sqrt(1/2) - 1, sqrt(2)
 * - 1]. Worst 0.85 ULP. */
SHARED_FN f32v f32_log(f32v x)
{
    const u32v u = AS_U32V(x);
    const u32v i = u - F32_SQRT_HALF_BITS;
    const f32v k = TO_F32V(AS_I32V(i) >> 23);
    const f32v f = AS_F32V((i & 0x7fffffu) + F32_SQRT_HALF_BITS) - 1.0f; /* exact */
    const f32v p = f32_log_polynomial(f);
    const f32v ff = f * f;
    const f32v y = k * F32_LN2_HI + (f - (0.5f * ff - (k * F32_LN2_LO + f * ff * p)));
    const f32v edge = (u & 0x7f800000u) == 0u ? -F32_INF : (u == 0x7f800000u ? x : y);
    const i32v nan = ((u & 0x7fffffffu) > 0x7f800000u) | (u > 0x807fffffu);
    return nan ? F32_NAN : edge;
}

/* 2^(hi + lo): the last part of f32_pow. hi has 24 bits, lo is small beside it. */
SHARED_FN f32v f32_exp2_pair(f32v hi, f32v lo)
{
    const f32v t = hi + F32_ROUNDER;
    const f32v n = t - F32_ROUNDER;
    const f32v d = hi - n; /* exact */
    const f32v r = d + lo;
    const f32v c = (d - r) + lo;
    /* r*ln2 as a 24-bit number and its rest: ln2 = 0x1.62ep-1 + 0x1.0bfbe8p-15 */
    const f32v r_hi = f32_upper_half(r);
    const f32v a = r_hi * 0x1.62ep-1f; /* exact */
    const f32v b = (r - r_hi) * F32_LN2 + r_hi * 0x1.0bfbe8p-15f + c * F32_LN2;
    const f32v s = a + b;
    return f32_exp_scaled(s, (a - s) + b, AS_I32V(AS_U32V(t) - F32_ROUNDER_BITS));
}

struct f32_pair {
    f32v hi, lo; /* hi + lo, hi of 12 bits */
};

/* log2(x) for positive normal x, to about 2^-34 of itself. x = 2^k * (1 + f), s = f/(2 + f),
 * log(1 + f) = 2*atanh(s), in pairs of an upper half of 12 bits, whose products are exact, and
 * a rest (Dekker 1971, doi 10.1007/BF01397083). */
SHARED_FN struct f32_pair f32_log2_pair(f32v x)
{
    const u32v i = AS_U32V(x) - F32_SQRT_HALF_BITS;
    const f32v k = TO_F32V(AS_I32V(i) >> 23);
    const f32v m = AS_F32V((i & 0x7fffffu) + F32_SQRT_HALF_BITS);
    const f32v f = m - 1.0f; /* exact */
    /* s = s_hi + s_lo */
    const f32v u = m + 1.0f;
    const f32v u_hi = f32_upper_half(u);
    const f32v u_lo = (u - u_hi) + (m - (u - 1.0f));
    const f32v inverse = f32_div(F32V(1.0f), u);
    const f32v s_hi = f32_upper_half(f * inverse);
    const f32v s_lo = ((f - s_hi * u_hi) - s_hi * u_lo) * inverse;
    const f32v s = s_hi + s_lo;
    /* s^2 = z + z_rest, then s^3 = c_hi + c_lo */
    const f32v z = s_hi * s_hi; /* exact */
    const f32v z_rest = s_lo * (s_hi + s);
    const f32v w = z + z_rest;
    const f32v z_hi = f32_upper_half(z);
    const f32v z_lo = (z - z_hi) + z_rest;
    const f32v cube = s_hi * z_hi; /* exact */
    const f32v c_hi = f32_upper_half(cube);
    const f32v c_lo = (cube - c_hi) + (s_hi * z_lo + s_lo * w);
    /* q = q_hi + q_lo = (atanh(s) - s)/s^3 = 1/3 + z*(1/5 + z*(…)), error 2^-37 */
    const f32v tail = w * (0x1.999ap-3f + w * (0x1.245266p-3f + w * 0x1.dfa71ap-4f));
    const f32v q_hi = f32_upper_half(0x1.555556p-2f + tail);
    const f32v q_lo = ((0x1.556p-2f - q_hi) + tail) - 0x1.555556p-15f;
    /* atanh(s) = s + c*q = l_hi + l_lo */
    const f32v t_hi = c_hi * q_hi; /* exact */
    const f32v t_lo = c_hi * q_lo + c_lo * (q_hi + q_lo);
    const f32v sum = s_hi + t_hi;
    const f32v rest = ((s_hi - sum) + t_hi) + (s_lo + t_lo);
    const f32v l_hi = f32_upper_half(sum + rest);
    const f32v l_lo = (sum - l_hi) + rest;
    /* times 2/ln2 = 0x1.716p+1 - 0x1.7135a8p-12, plus k */
    const f32v g_hi = l_hi * 0x1.716p+1f; /* exact */
    const f32v g_lo = l_lo * 0x1.715476p+1f - l_hi * 0x1.7135a8p-12f;
    const f32v total = k + g_hi;
    const f32v total_rest = ((k - total) + g_hi) + g_lo;
    struct f32_pair out;
    out.hi = f32_upper_half(total + total_rest);
    out.lo = (total - out.hi) + total_rest;
    return out;
}

/* x to the power y, with the special cases of C11 F.10.4.4 but for NaN: NaN in either operand
 * gives NaN. A negative x needs an integer y. Worst 0.94 ULP. */
SHARED_FN f32v f32_pow(f32v x, f32v y)
{
    /* comparisons of integers, one per select: gcc does not vectorise selects on combined masks
     * of floats */
    const u32v u_x = AS_U32V(x) & 0x7fffffffu, u_y = AS_U32V(y) & 0x7fffffffu;
    const u32v u_base = u_x - 0x800000u < 0x7f000000u ? u_x : U32V(0x3f800000u);
    const struct f32_pair l = f32_log2_pair(AS_F32V(u_base));
    /* beyond 2^40 the power of anything but 1 is 0 or infinite */
    const f32v bounded = f32_abs(y) > 0x1p40f ? f32_copysign(F32V(0x1p40f), y) : y;
    const f32v b = bounded != bounded ? F32V(1.0f) : bounded;
    const f32v b_hi = f32_upper_half(b);
    const f32v v_hi = b_hi * l.hi; /* exact */
    const f32v v_lo = (b - b_hi) * l.hi + b * l.lo;
    const i32v far = f32_abs(v_hi) > 200.0f;
    const f32v magnitude =
        f32_exp2_pair(far ? f32_copysign(F32V(200.0f), v_hi) : v_hi, far ? F32V(0.0f) : v_lo);
    const f32v at_zero = y < 0.0f ? F32_INF : F32V(0.0f);
    const f32v at_inf = y < 0.0f ? F32V(0.0f) : F32_INF;
    const f32v size = u_x < 0x800000u ? at_zero : (u_x >= 0x7f800000u ? at_inf : magnitude);
    /* floor(y) == y with an odd integer, by the sign that a power of a negative number takes */
    const f32v halved = 0.5f * y;
    const u32v odd_sign = f32_floor(halved) != halved ? AS_U32V(x) & 0x80000000u : U32V(0u);
    const i32v is_fraction = f32_floor(y) != y;
    const u32v sign = is_fraction ? U32V(0u) : odd_sign;
    const f32v power = AS_F32V(AS_U32V(size) | sign);
    const f32v below_zero = is_fraction ? F32_NAN : power;
    const f32v finite = AS_U32V(x) - 0x80800000u < 0x7f000000u ? below_zero : power;
    const f32v defined = y == 0.0f ? F32V(1.0f) : finite;
    return (u_x > u_y ? u_x : u_y) > 0x7f800000u ? F32_NAN : defined;
}

/* x = quadrant*pi/2 + hi + lo, |hi| <= pi/4: for x >= 0. */
struct f32_angle {
    f32v hi, lo;
    u32v quadrant;
};

/* Word k of five constants, k in 0 … 4 given as three masks of its bits. Bit operations,
 * because compilers make a table or a switch of nested selects and then do not vectorise. */
#define F32_PICK(mask, a, b) ((a) ^ (((a) ^ (b)) & (mask)))
#define F32_PICK_WORD(w0, w1, w2, w3, w4)                                                      \
    F32_PICK(bit2, F32_PICK(bit1, F32_PICK(bit0, w0, w1), F32_PICK(bit0, w2, w3)), w4)

/* Payne and Hanek's reduction in integers (SIGNUM Newsletter 18(1), 1983), exact enough for
 * every finite argument: x/(2 pi) modulo 1 to 64 bits, from a window of 96 bits of 1/(2 pi)
 * that begins where whole turns end. No single-precision number comes closer to a multiple of
 * pi/2 than 2^-32 turns, which leaves 32 bits. Below pi/4 the argument stays as it is. */
SHARED_FN struct f32_angle f32_reduce(f32v x)
{
    const u32v u = AS_U32V(x);
    const i32v is_small = x < 0x1.921fb4p-1f;
    const u32v e = u >> 23;
    const u32v offset = e < 126u ? U32V(0u) : (e > 254u ? U32V(0u) : e - 126u);
    const u32v shift = offset & 31u, back = 31u - shift;
    const u32v bit0 = 0u - ((offset >> 5) & 1u), bit1 = 0u - ((offset >> 6) & 1u),
               bit2 = 0u - (offset >> 7);
    const u32v t0 =
        F32_PICK_WORD(0x00000028u, 0xbe60db93u, 0x91054a7fu, 0x09d5f47du, 0x4d377036u);
    const u32v t1 =
        F32_PICK_WORD(0xbe60db93u, 0x91054a7fu, 0x09d5f47du, 0x4d377036u, 0xd8a5664fu);
    const u32v t2 =
        F32_PICK_WORD(0x91054a7fu, 0x09d5f47du, 0x4d377036u, 0xd8a5664fu, 0x10e4107fu);
    const u32v t3 =
        F32_PICK_WORD(0x09d5f47du, 0x4d377036u, 0xd8a5664fu, 0x10e4107fu, 0x9458eaf7u);
    const u32v w0 = (t0 << shift) | ((t1 >> 1) >> back);
    const u32v w1 = (t1 << shift) | ((t2 >> 1) >> back);
    const u32v w2 = (t2 << shift) | ((t3 >> 1) >> back);
    const u32v m = (u & 0x7fffffu) | 0x800000u;
    const u32v low_a = m * w1, low = low_a + MUL_HI_U32V(m, w2);
    const u32v high = m * w0 + MUL_HI_U32V(m, w1) + (low < low_a ? U32V(1u) : U32V(0u));
    /* high:low in units of 2^-64 turns; the nearest quarter off, |h| <= 2^29 in units of 2^-32
     * turns */
    const u32v quadrant = (high + 0x20000000u) >> 30;
    const i32v h = AS_I32V(high - (quadrant << 30));
    const f32v f = TO_F32V(h);
    const f32v g = TO_F32V(h - TO_I32V(f)) + TO_F32V(AS_I32V(low >> 8)) * 0x1p-24f;
    /* times 2*pi*2^-32 = 0x1.922p-30 - 0x1.2aeef4p-48 */
    const f32v f_hi = f32_upper_half(f);
    const f32v a = f_hi * 0x1.922p-30f; /* exact */
    const f32v b = ((f - f_hi) + g) * 0x1.921fb6p-30f - f_hi * 0x1.2aeef4p-48f;
    const f32v r = a + b;
    struct f32_angle out;
    out.hi = is_small ? x : r;
    out.lo = is_small ? F32V(0.0f) : (a - r) + b;
    out.quadrant = is_small ? U32V(0u) : quadrant;
    return out;
}

/* Sine of an angle, one quarter turn after `quadrant` more. */
SHARED_FN f32v f32_sin_quadrant(struct f32_angle angle, u32v quadrant)
{
    const f32v r = angle.hi, z = r * r;
    /* (sin(r) - r)/r^3, error 2^-37 of the sine; (cos(r) - 1 + r^2/2)/r^4, error 2^-42 */
    const f32v p =
        ((0x1.6cd0a8p-19f * z - 0x1.a00f7ap-13f) * z + 0x1.111108p-7f) * z - 0x1.555556p-3f;
    const f32v q =
        ((-0x1.241da2p-22f * z + 0x1.a010dap-16f) * z - 0x1.6c16b8p-10f) * z + 0x1.555556p-5f;
    const f32v sine = r + (angle.lo + r * z * p);
    const f32v half_z = 0.5f * z, one = 1.0f - half_z;
    const f32v cosine = one + (((1.0f - one) - half_z) + (z * z * q - r * angle.lo));
    const f32v y = (quadrant & 1u) == 0u ? sine : cosine;
    return (quadrant & 2u) == 0u ? y : -y;
}

/* Sine, for every finite x; NaN at infinity. Worst 0.93 ULP. */
SHARED_FN f32v f32_sin(f32v x)
{
    const struct f32_angle angle = f32_reduce(f32_abs(x));
    const f32v y = f32_sin_quadrant(angle, angle.quadrant);
    const f32v odd = (AS_U32V(x) & 0x80000000u) == 0u ? y : -y;
    return (AS_U32V(x) & 0x7f800000u) == 0x7f800000u ? F32_NAN : odd;
}

/* Cosine, for every finite x; NaN at infinity. Worst 0.93 ULP. */
SHARED_FN f32v f32_cos(f32v x)
{
    const struct f32_angle angle = f32_reduce(f32_abs(x));
    const f32v y = f32_sin_quadrant(angle, angle.quadrant + 1u);
    return (AS_U32V(x) & 0x7f800000u) == 0x7f800000u ? F32_NAN : y;
}

/* Hyperbolic tangent: a polynomial below 0.625, else 1 - 2/(e^(2x) + 1). Worst 1.31 ULP. */
SHARED_FN f32v f32_tanh(f32v x)
{
    const f32v a = f32_abs(x), z = a * a;
    f32v p = F32V(0x1.18e1b8p-9f);
    p = p * z - 0x1.0bf4fp-7f;
    p = p * z + 0x1.638b56p-6f;
    p = p * z - 0x1.b9ee9p-5f;
    p = p * z + 0x1.111066p-3f;
    p = p * z - 0x1.555554p-2f;
    const f32v small = a + a * z * p;
    const f32v bounded = a > 10.0f ? F32V(10.0f) : a;
    const f32v large = 1.0f - f32_div(F32V(2.0f), f32_exp(2.0f * bounded) + 1.0f);
    const f32v y = f32_copysign(a < 0.625f ? small : large, x);
    return x != x ? x : y;
}

/* log(1 + x); -inf at -1, NaN below, keeps the sign of a zero. As f32_log of u = 1 + x rounded,
 * with what the rounding took, c, put back as c/u; where u needs no power of two, f is x
 * itself. Worst 0.85 ULP. */
SHARED_FN f32v f32_log1p(f32v x)
{
    const f32v u = 1.0f + x, x_part = u - 1.0f;
    const f32v c = (1.0f - (u - x_part)) + (x - x_part);
    const u32v i = AS_U32V(u) - F32_SQRT_HALF_BITS;
    const f32v k = TO_F32V(AS_I32V(i) >> 23);
    const f32v f_u = AS_F32V((i & 0x7fffffu) + F32_SQRT_HALF_BITS) - 1.0f;
    const i32v is_near = i < 0x800000u;
    const f32v f = is_near ? x : f_u;
    const f32v rest = is_near ? F32V(0.0f) : f32_div(c, u);
    const f32v ff = f * f;
    const f32v p = f32_log_polynomial(f);
    const f32v y = k * F32_LN2_HI + (f - (0.5f * ff - ((k * F32_LN2_LO + rest) + f * ff * p)));
    const u32v u_x = AS_U32V(x);
    const f32v signed_y = f32_copysign(y, x);
    const f32v edge = u_x == 0xbf800000u ? -F32_INF : (u_x == 0x7f800000u ? x : signed_y);
    const i32v nan = ((u_x & 0x7fffffffu) > 0x7f800000u) | (u_x > 0xbf800000u);
    return nan ? F32_NAN : edge;
}

/* e^x - 1 = top/unit; keeps the sign of a zero. x = n*ln2 + r; for n = 0 a polynomial, else
 * 2^n*(e^r - 1) + (2^n - 1), for x > 0 all times 2^-16 so that nothing overflows too early.
 * x is bounded to [-30, 94] beforehand. */
struct f32_expm1_parts {
    f32v top, unit;
    f32v r, p; /* where n = 0, r is x and e^x = 1 + r + r^2*p */
    i32v is_near;
};

SHARED_FN struct f32_expm1_parts f32_expm1_parts(f32v x)
{
    const f32v t = x * F32_LOG2E + F32_ROUNDER;
    const f32v n = t - F32_ROUNDER;
    const f32v r_hi = x - n * F32_LN2_HI; /* exact */
    const f32v r_lo = n * F32_LN2_LO;
    const f32v r = r_hi - r_lo;
    const f32v p = f32_exp_polynomial(r);
    struct f32_expm1_parts out;
    out.r = r;
    out.p = p;
    out.is_near = n == 0.0f;
    out.unit = x > 0.0f ? F32V(0x1p-16f) : F32V(1.0f);
    const f32v scale =
        AS_F32V(((AS_U32V(t) - F32_ROUNDER_BITS) << 23) + AS_U32V(out.unit)); /* unit*2^n */
    /* sums with their rounding errors (Knuth's and Dekker's) */
    const f32v base = scale - out.unit, part = base - scale;
    const f32v base_rest = (scale - (base - part)) - (out.unit + part);
    const f32v head = base + scale * r;
    const f32v head_rest = (base - head) + scale * r;
    const f32v tail = scale * (((r_hi - r) - r_lo) + r * r * p);
    out.top = head + (head_rest + (base_rest + tail));
    return out;
}

/* e^x - 1; keeps the sign of a zero. Worst 0.98 ULP. */
SHARED_FN f32v f32_expm1(f32v x)
{
    const f32v low = x < -30.0f ? F32V(-30.0f) : x;
    const f32v a = low > 94.0f ? F32V(94.0f) : low;
    const struct f32_expm1_parts parts = f32_expm1_parts(a);
    const f32v near_zero = parts.r + parts.r * parts.r * parts.p;
    const f32v far = parts.top * (x > 0.0f ? F32V(0x1p16f) : F32V(1.0f));
    const f32v y = f32_copysign(parts.is_near ? near_zero : far, x);
    return x != x ? x : y;
}

/* (e^x - 1)/x, 1 at 0. Worst 1.54 ULP. */
SHARED_FN f32v f32_exprel(f32v x)
{
    const f32v low = x < -30.0f ? F32V(-30.0f) : x;
    const f32v a = low > 94.0f ? F32V(94.0f) : low;
    const struct f32_expm1_parts parts = f32_expm1_parts(a);
    const f32v ratio = f32_div(parts.top, x) * (x > 0.0f ? F32V(0x1p16f) : F32V(1.0f));
    const f32v near_zero = 1.0f + parts.r * parts.p;
    const f32v y = parts.is_near ? near_zero : (x > 94.0f ? F32_INF : ratio);
    return x != x ? x : y;
}

#endif
