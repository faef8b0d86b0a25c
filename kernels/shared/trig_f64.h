/* shared/trig_f64.h: sine and cosine in double precision for every finite argument, as in
 * math_f32.h: reduction in integers, then polynomials for both, of which the quarter turn picks
 * one. Sees: basic_f64. */
#ifndef SHARED_TRIG_F64_H
#define SHARED_TRIG_F64_H

#include "shared/basic_f64.h"

#ifdef USE_F64

/* Bits of 1/(2 pi) after 53 zero bits. */
#ifdef __OPENCL_C_VERSION__
__constant
#else
__attribute__((unused)) static const
#endif
    u64 f64_turn_words[20] = {
        0x0000000000000145ul, 0xf306dc9c882a53f8ul, 0x4eafa3ea69bb81b6ul, 0xc52b3278872083fcul,
        0xa2c757bd778ac36eul, 0x48dc74849ba5c00cul, 0x925dd413a32439fcul, 0x3bd63962534e7dd1ul,
        0x046bea5d768909d3ul, 0x38e04d68befc8273ul, 0x23ac7306a673e939ul, 0x08bf177bf250763ful,
        0xf12fffbc0b301fdeul, 0x5e2316b414da3edaul, 0x6cfd9e4f96136e9eul, 0x8c7ecd3cbfd45aeaul,
        0x4f758fd7cbe2f67aul, 0x0e73ef14a525d4d7ul, 0xf6bf623f1aba10acul, 0x06608df8f6d757e1ul};

/* Four words in a row. */
struct f64_turn_window {
    u64v t0, t1, t2, t3;
};

/* From word `first` on, in 0 … 16. Arguments below 2^62 have first = 0. */
SHARED_FN struct f64_turn_window f64_turn_window_at(u64v first)
{
    struct f64_turn_window w;
#if defined(__OPENCL_C_VERSION__) && WIDTH > 1
    w.t0 = U64V(f64_turn_words[0]);
    w.t1 = U64V(f64_turn_words[1]);
    w.t2 = U64V(f64_turn_words[2]);
    w.t3 = U64V(f64_turn_words[3]);
    if (MASK_ANY(first != U64V(0ul))) {
        for (u32 k = 1; k <= 16u; k++) {
            const i64v is_here = first == U64V((u64)k);
            w.t0 = is_here ? U64V(f64_turn_words[k]) : w.t0;
            w.t1 = is_here ? U64V(f64_turn_words[k + 1u]) : w.t1;
            w.t2 = is_here ? U64V(f64_turn_words[k + 2u]) : w.t2;
            w.t3 = is_here ? U64V(f64_turn_words[k + 3u]) : w.t3;
        }
    }
#else
    w.t0 = f64_turn_words[first];
    w.t1 = f64_turn_words[first + 1u];
    w.t2 = f64_turn_words[first + 2u];
    w.t3 = f64_turn_words[first + 3u];
#endif
    return w;
}

/* x = quadrant*pi/2 + hi + lo, |hi| <= pi/4: for x >= 0. */
struct f64_angle {
    f64v hi, lo;
    u64v quadrant;
};

/* Payne and Hanek's reduction as in f32_reduce: x/(2 pi) modulo 1 to 128 bits, from a window of
 * 192 bits of 1/(2 pi). */
SHARED_FN struct f64_angle f64_reduce(f64v x)
{
    const u64v u = AS_U64V(x);
    const i64v is_small = x < 0x1.921fb54442d18p-1;
    /* 0 below 1/2, 1025 at most; by bit operations, lest gcc makes the table's load conditional
     */
    const u64v distance = (u >> 52) - 1022ul;
    const u64v offset = distance & ((distance >> 63) - 1ul);
    const u64v shift = offset & 63ul, back = 63ul - shift;
    const struct f64_turn_window w = f64_turn_window_at(offset >> 6);
    const u64v w0 = (w.t0 << shift) | ((w.t1 >> 1) >> back);
    const u64v w1 = (w.t1 << shift) | ((w.t2 >> 1) >> back);
    const u64v w2 = (w.t2 << shift) | ((w.t3 >> 1) >> back);
    const u64v m = (u & 0xffffffffffffful) | 0x10000000000000ul;
    const u64v low_a = m * w1, low = low_a + MUL_HI_U64V(m, w2);
    const u64v high = m * w0 + MUL_HI_U64V(m, w1) + (low < low_a ? U64V(1ul) : U64V(0ul));
    /* high:low in units of 2^-128 turns; the nearest quarter off, |h| <= 2^61 in units of 2^-64
     * turns */
    const u64v quadrant = (high + 0x2000000000000000ul) >> 62;
    const u64v h = high - (quadrant << 62);
    /* h = f + g, as its halves, each a double, and what rounding their sum took */
    const f64v h_low = F64V_OF_I64V(AS_I64V(h & 0xfffffffful));
    const f64v h_high = F64V_OF_I64V(AS_I64V(h - (h & 0xfffffffful)));
    const f64v f = h_high + h_low;
    const f64v g = ((h_high - f) + h_low) + F64V_OF_I64V(AS_I64V(low >> 11)) * 0x1p-53;
    struct f64_pair turns;
    turns = f64_pair_of(f, g);
    const struct f64_pair r = f64_pair_multiply(
        turns, f64_pair_constant(0x1.921fb54442d18p-62, 0x1.1a62633145c07p-116));
    struct f64_angle out;
    out.hi = is_small ? x : r.hi;
    out.lo = is_small ? F64V(0.0) : r.lo;
    out.quadrant = is_small ? U64V(0ul) : quadrant;
    return out;
}

/* Sine of an angle, one quarter turn after `quadrant` more. */
SHARED_FN f64v f64_sin_quadrant(struct f64_angle angle, u64v quadrant)
{
    const f64v r = angle.hi, z = r * r;
    /* (sin(r) - r)/r^3, error 2^-79 */
    f64v p = F64V(0x1.91e906ce352cfp-49);
    p = p * z - 0x1.ae7b7ebac3762p-41;
    p = p * z + 0x1.61245ee926f21p-33;
    p = p * z - 0x1.ae64567daa59dp-26;
    p = p * z + 0x1.71de3a556bc0ep-19;
    p = p * z - 0x1.a01a01a01a015p-13;
    p = p * z + 0x1.1111111111111p-7;
    p = p * z - 0x1.5555555555555p-3;
    const f64v sine = r + (angle.lo + r * z * p);
    /* (cos(r) - 1 + r^2/2)/r^4, error 2^-75 */
    f64v q = F64V(0x1.aabc229f3194cp-45);
    q = q * z - 0x1.939321feaae84p-37;
    q = q * z + 0x1.1eed8c8eec3e7p-29;
    q = q * z - 0x1.27e4fb75e9e32p-22;
    q = q * z + 0x1.a01a01a018cb2p-16;
    q = q * z - 0x1.6c16c16c16c0fp-10;
    q = q * z + 0x1.5555555555555p-5;
    const f64v half_z = 0.5 * z, one = 1.0 - half_z;
    const f64v cosine = one + (((1.0 - one) - half_z) + (z * z * q - r * angle.lo));
    const f64v y = (quadrant & 1ul) == 0ul ? sine : cosine;
    return AS_F64V(AS_U64V(y) ^ ((quadrant & 2ul) << 62));
}

/* Sine, for every finite x; NaN at infinity. Worst 0.90 ULP. */
SHARED_FN f64v f64_sin(f64v x)
{
    const struct f64_angle angle = f64_reduce(f64_abs(x));
    const f64v y = f64_sin_quadrant(angle, angle.quadrant);
    const f64v odd = AS_F64V(AS_U64V(y) ^ (AS_U64V(x) & F64_SIGN));
    return (AS_U64V(x) & F64_MAGNITUDE) >= 0x7ff0000000000000ul ? F64_NAN : odd;
}

/* Cosine, for every finite x; NaN at infinity. Worst 0.89 ULP. */
SHARED_FN f64v f64_cos(f64v x)
{
    const struct f64_angle angle = f64_reduce(f64_abs(x));
    const f64v y = f64_sin_quadrant(angle, angle.quadrant + 1ul);
    return (AS_U64V(x) & F64_MAGNITUDE) >= 0x7ff0000000000000ul ? F64_NAN : y;
}

#endif

#endif
