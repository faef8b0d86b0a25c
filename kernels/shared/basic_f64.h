/* shared/basic_f64.h: what math_f64.h is built from, and its exact functions: bits, comparison,
 * rounding, the correctly rounded quotient and root (IEEE 754 and cl_khr_fp64 promise them),
 * and unevaluated sums of two doubles. Branch-free as math_f32.h, subnormals are kept. Sees:
 * vector.
 */
#ifndef SHARED_BASIC_F64_H
#define SHARED_BASIC_F64_H

#include "shared/vector.h"

#ifdef USE_F64

#define F64_INF       AS_F64V(U64V(0x7ff0000000000000ul))
#define F64_NAN       AS_F64V(U64V(0x7ff8000000000000ul))
#define F64_SIGN      0x8000000000000000ul
#define F64_MAGNITUDE 0x7ffffffffffffffful

/* a/b, correctly rounded. */
SHARED_FN f64v f64_div(f64v a, f64v b)
{
    return a / b;
}

/* Square root, correctly rounded; NaN below 0, -0 at -0. */
SHARED_FN f64v f64_sqrt(f64v x)
{
#ifdef __OPENCL_C_VERSION__
    return sqrt(x);
#else
    return __builtin_sqrt(x);
#endif
}

/* |x|. Exact. */
SHARED_FN f64v f64_abs(f64v x)
{
    return AS_F64V(AS_U64V(x) & F64_MAGNITUDE);
}

/* |x| with the sign of s. */
SHARED_FN f64v f64_copysign(f64v x, f64v s)
{
    return AS_F64V((AS_U64V(x) & F64_MAGNITUDE) | (AS_U64V(s) & F64_SIGN));
}

/* The smaller; -0 is smaller than +0; NaN if either is. Exact. */
SHARED_FN f64v f64_min(f64v a, f64v b)
{
    const f64v equal = AS_F64V(AS_U64V(a) | AS_U64V(b));
    const f64v least = a < b ? a : (b < a ? b : equal);
    return ((a != a) | (b != b)) ? F64_NAN : least;
}

/* The larger; +0 is larger than -0; NaN if either is. Exact. */
SHARED_FN f64v f64_max(f64v a, f64v b)
{
    const f64v equal = AS_F64V(AS_U64V(a) & AS_U64V(b));
    const f64v most = a > b ? a : (b > a ? b : equal);
    return ((a != a) | (b != b)) ? F64_NAN : most;
}

/* -1, 0 or 1. Exact. */
SHARED_FN f64v f64_sign(f64v x)
{
    const f64v s = x > 0.0 ? F64V(1.0) : (x < 0.0 ? F64V(-1.0) : F64V(0.0));
    return x != x ? x : s;
}

/* Nearest integer, ties to even; keeps the sign of a zero. Exact. */
SHARED_FN f64v f64_round(f64v x)
{
    const f64v a = f64_abs(x);
    const f64v r = (a + 0x1p52) - 0x1p52;
    return a < 0x1p52 ? f64_copysign(r, x) : x;
}

/* Largest integer not above x; keeps the sign of a zero. Exact. */
SHARED_FN f64v f64_floor(f64v x)
{
    const f64v r = f64_round(x);
    return r > x ? r - 1.0 : r;
}

/* x - y*floor(x/y), each operation rounded; as f32_mod. */
SHARED_FN f64v f64_mod(f64v x, f64v y)
{
    return x - y * f64_floor(f64_div(x, y));
}

/* 2^n for n in [-1022, 1023], given modulo 2^64: what a NaN leads to here must not overflow. */
SHARED_FN f64v f64_power_of_two(u64v n)
{
    return AS_F64V((n + 1023ul) << 52);
}

/* An unevaluated sum, |lo| at most half a unit of hi's last place (Dekker 1971,
 * doi 10.1007/BF01397083). */
struct f64_pair {
    f64v hi, lo;
};

SHARED_FN struct f64_pair f64_pair_of(f64v hi, f64v lo)
{
    struct f64_pair p;
    p.hi = hi + lo;
    p.lo = (hi - p.hi) + lo; /* exact for |hi| >= |lo| */
    return p;
}

/* A constant in every lane. */
SHARED_FN struct f64_pair f64_pair_constant(f64 hi, f64 lo)
{
    struct f64_pair p;
    p.hi = F64V(hi);
    p.lo = F64V(lo);
    return p;
}

/* a + b exactly (Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B). */
SHARED_FN struct f64_pair f64_two_sum(f64v a, f64v b)
{
    struct f64_pair p;
    p.hi = a + b;
    const f64v b_part = p.hi - a;
    p.lo = (a - (p.hi - b_part)) + (b - b_part);
    return p;
}

/* The upper 26 of 53 bits. */
SHARED_FN f64v f64_upper_half(f64v x)
{
    return AS_F64V(AS_U64V(x) & 0xfffffffff8000000ul);
}

/* a*b, to 2^-106 of itself: split into upper 26 bits and rest. */
SHARED_FN struct f64_pair f64_two_product(f64v a, f64v b)
{
    const f64v a_hi = f64_upper_half(a), a_lo = a - a_hi;
    const f64v b_hi = f64_upper_half(b), b_lo = b - b_hi;
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

/* a/b, to about 2^-100 of itself beyond the errors of the operands. */
SHARED_FN f64v f64_pair_divide(struct f64_pair a, struct f64_pair b)
{
    const f64v q = f64_div(a.hi, b.hi);
    const struct f64_pair back = f64_two_product(q, b.hi);
    return q + f64_div(((a.hi - back.hi) - back.lo) + (a.lo - q * b.lo), b.hi);
}

#endif

#endif
