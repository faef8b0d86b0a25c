/* tests/kernels/shared/test_math_f32.c: exact values at the edges, and the stated errors over a
 * sample of all arguments (all of them: test_math_f32_sweep.c). */
#include "support/expect.h"
#include "support/ulp.h"

#include "kernels/shared/math_f32_cases.h"
#include "lang/flush.h"

#define INF HUGE_VALF

static int flush_begin(void **state)
{
    (void)state;
    (void)flush_denormals_begin();
    return 0;
}

static f32 nan_value(void)
{
    return AS_F32V((u32)0x7fc00000u);
}

static void each_when_nan_then_nan(void **state)
{
    (void)state;
    const f32 n = nan_value();
#define ONE(name) EXPECT_TRUE(isnan(name(n)));
#define TWO(name)                                                                              \
    EXPECT_TRUE(isnan(name(n, 1.0f)));                                                         \
    EXPECT_TRUE(isnan(name(1.0f, n)));                                                         \
    EXPECT_TRUE(isnan(name(n, 0.0f)));                                                         \
    EXPECT_TRUE(isnan(name(0.0f, n)));                                                         \
    EXPECT_TRUE(isnan(name(n, n)));
    MATH_F32_TABLE(ONE, TWO)
#undef ONE
#undef TWO
}

static void min_max_when_zeros_then_sign_decides(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_min(0.0f, -0.0f), -0.0f);
    EXPECT_SAME_F32(f32_min(-0.0f, 0.0f), -0.0f);
    EXPECT_SAME_F32(f32_max(0.0f, -0.0f), 0.0f);
    EXPECT_SAME_F32(f32_max(-0.0f, 0.0f), 0.0f);
    EXPECT_SAME_F32(f32_max(-0.0f, -0.0f), -0.0f);
    EXPECT_SAME_F32(f32_min(-3.0f, 2.0f), -3.0f);
    EXPECT_SAME_F32(f32_max(-3.0f, 2.0f), 2.0f);
    EXPECT_SAME_F32(f32_min(INF, 2.0f), 2.0f);
    EXPECT_SAME_F32(f32_max(-INF, 2.0f), 2.0f);
    EXPECT_SAME_F32(f32_min(7.5f, 7.5f), 7.5f);
}

static void sign_abs_when_edges_then_exact(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_sign(-0.0f), 0.0f);
    EXPECT_SAME_F32(f32_sign(-INF), -1.0f);
    EXPECT_SAME_F32(f32_sign(0x1p-126f), 1.0f);
    EXPECT_SAME_F32(f32_abs(-0.0f), 0.0f);
    EXPECT_SAME_F32(f32_abs(-INF), INF);
}

static void round_floor_when_ties_then_even_and_below(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_round(0.5f), 0.0f);
    EXPECT_SAME_F32(f32_round(1.5f), 2.0f);
    EXPECT_SAME_F32(f32_round(2.5f), 2.0f);
    EXPECT_SAME_F32(f32_round(-0.5f), -0.0f);
    EXPECT_SAME_F32(f32_round(-2.5f), -2.0f);
    EXPECT_SAME_F32(f32_round(0x1.fffffep22f), 0x1p23f);
    EXPECT_SAME_F32(f32_round(-0x1.000002p23f), -0x1.000002p23f);
    EXPECT_SAME_F32(f32_round(-INF), -INF);
    EXPECT_SAME_F32(f32_floor(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_floor(0x1.fffffep-1f), 0.0f);
    EXPECT_SAME_F32(f32_floor(-0x1p-126f), -1.0f);
    EXPECT_SAME_F32(f32_floor(-1.0f), -1.0f);
    EXPECT_SAME_F32(f32_floor(INF), INF);
}

static void mod_when_signs_then_sign_of_divisor(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_mod(7.0f, 3.0f), 1.0f);
    EXPECT_SAME_F32(f32_mod(-7.0f, 3.0f), 2.0f);
    EXPECT_SAME_F32(f32_mod(7.0f, -3.0f), -2.0f);
    EXPECT_SAME_F32(f32_mod(5.5f, 0.5f), 0.0f);
    EXPECT_TRUE(isnan(f32_mod(1.0f, 0.0f)));
    EXPECT_TRUE(isnan(f32_mod(INF, 3.0f)));
}

static void exp_log_when_edges_then_exact(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_exp(0.0f), 1.0f);
    EXPECT_SAME_F32(f32_exp(-0.0f), 1.0f);
    EXPECT_SAME_F32(f32_exp(1.0f), 0x1.5bf0a8p+1f);
    EXPECT_SAME_F32(f32_exp(0x1.62e42ep6f), 0x1.ffff08p127f);
    EXPECT_SAME_F32(f32_exp(0x1.62e43p6f), INF);
    EXPECT_SAME_F32(f32_exp(INF), INF);
    EXPECT_SAME_F32(f32_exp(-INF), 0.0f);
    EXPECT_SAME_F32(f32_exp(-87.5f), 0.0f);
    EXPECT_SAME_F32(f32_exp(-1e30f), 0.0f);
    EXPECT_SAME_F32(f32_log(1.0f), 0.0f);
    EXPECT_SAME_F32(f32_log(0.0f), -INF);
    EXPECT_SAME_F32(f32_log(-0.0f), -INF);
    EXPECT_SAME_F32(f32_log(AS_F32V((u32)0x007fffffu)), -INF);
    EXPECT_SAME_F32(f32_log(INF), INF);
    EXPECT_TRUE(isnan(f32_log(-0x1p-126f)));
    EXPECT_TRUE(isnan(f32_log(-INF)));
    EXPECT_SAME_F32(f32_exprel(0.0f), 1.0f);
    EXPECT_SAME_F32(f32_exprel(-0.0f), 1.0f);
    EXPECT_SAME_F32(f32_exprel(INF), INF);
    EXPECT_SAME_F32(f32_exprel(-INF), 0.0f);
    EXPECT_TRUE(f32_exprel(93.0f) < INF);
    EXPECT_SAME_F32(f32_exprel(95.0f), INF);
    EXPECT_SAME_F32(f32_exprel(-0x1p120f), 0x1p-120f);
    EXPECT_SAME_F32(f32_log1p(0.0f), 0.0f);
    EXPECT_SAME_F32(f32_log1p(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_log1p(-1.0f), -INF);
    EXPECT_SAME_F32(f32_log1p(INF), INF);
    EXPECT_SAME_F32(f32_log1p(0x1p-126f), 0x1p-126f);
    EXPECT_SAME_F32(f32_log1p(-0x1.fffffep-1f), -0x1.0a2b24p+4f);
    EXPECT_SAME_F32(f32_log1p(0x1.fffffep127f), 0x1.62e43p+6f);
    EXPECT_TRUE(isnan(f32_log1p(-0x1.000002p0f)) && isnan(f32_log1p(-INF)));
    EXPECT_SAME_F32(f32_expm1(0.0f), 0.0f);
    EXPECT_SAME_F32(f32_expm1(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_expm1(INF), INF);
    EXPECT_SAME_F32(f32_expm1(89.0f), INF);
    EXPECT_TRUE(f32_expm1(0x1.62e42ep6f) < INF);
    EXPECT_SAME_F32(f32_expm1(-INF), -1.0f);
    EXPECT_SAME_F32(f32_expm1(-0x1p-126f), -0x1p-126f);
    EXPECT_SAME_F32(f32_tanh(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_tanh(INF), 1.0f);
    EXPECT_SAME_F32(f32_tanh(-INF), -1.0f);
    EXPECT_SAME_F32(f32_tanh(-0x1p-126f), -0x1p-126f);
}

static void sin_cos_when_edges_then_exact(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_sin(0.0f), 0.0f);
    EXPECT_SAME_F32(f32_sin(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_cos(0.0f), 1.0f);
    EXPECT_TRUE(isnan(f32_sin(INF)));
    EXPECT_TRUE(isnan(f32_cos(-INF)));
    /* the number nearest to a multiple of pi/2 among all of single precision (Muller,
     * Elementary Functions, table 11.1) */
    EXPECT_TRUE(ulp_f32(f32_cos(16367173.0f * 0x1p72f), cos(16367173.0 * 0x1p72)) < 0.95);
    EXPECT_TRUE(ulp_f32(f32_sin(0x1.fffffep127f), sin(0x1.fffffep127)) < 0.95);
    EXPECT_TRUE(ulp_f32(f32_sin(0x1.921fb6p+1f), sin(0x1.921fb6p+1)) < 0.95);
}

static void pow_when_edges_then_c11_values(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_pow(0.0f, 0.0f), 1.0f);
    EXPECT_SAME_F32(f32_pow(INF, -0.0f), 1.0f);
    EXPECT_SAME_F32(f32_pow(-5.5f, 0.0f), 1.0f);
    EXPECT_SAME_F32(f32_pow(0.0f, 3.0f), 0.0f);
    EXPECT_SAME_F32(f32_pow(-0.0f, 3.0f), -0.0f);
    EXPECT_SAME_F32(f32_pow(-0.0f, 2.0f), 0.0f);
    EXPECT_SAME_F32(f32_pow(-0.0f, 0.5f), 0.0f);
    EXPECT_SAME_F32(f32_pow(-0.0f, -3.0f), -INF);
    EXPECT_SAME_F32(f32_pow(0.0f, -0.5f), INF);
    EXPECT_SAME_F32(f32_pow(-INF, 3.0f), -INF);
    EXPECT_SAME_F32(f32_pow(-INF, -3.0f), -0.0f);
    EXPECT_SAME_F32(f32_pow(-INF, 0.5f), INF);
    EXPECT_SAME_F32(f32_pow(INF, -2.0f), 0.0f);
    EXPECT_SAME_F32(f32_pow(-1.0f, INF), 1.0f);
    EXPECT_SAME_F32(f32_pow(2.0f, INF), INF);
    EXPECT_SAME_F32(f32_pow(0.5f, INF), 0.0f);
    EXPECT_SAME_F32(f32_pow(0.5f, -INF), INF);
    EXPECT_SAME_F32(f32_pow(-2.0f, 3.0f), -8.0f);
    EXPECT_SAME_F32(f32_pow(-2.0f, 1e30f), INF);
    EXPECT_SAME_F32(f32_pow(-2.0f, -127.0f), -0.0f);
    EXPECT_SAME_F32(f32_pow(2.0f, 127.0f), 0x1p127f);
    EXPECT_SAME_F32(f32_pow(2.0f, -126.0f), 0x1p-126f);
    EXPECT_SAME_F32(f32_pow(2.0f, 128.0f), INF);
    EXPECT_SAME_F32(f32_pow(10.0f, 2.0f), 100.0f);
    EXPECT_SAME_F32(f32_pow(1.0f, 1e38f), 1.0f);
    EXPECT_SAME_F32(f32_pow(0x1.fffffep-1f, 1e38f), 0.0f);
    EXPECT_SAME_F32(f32_pow(AS_F32V((u32)0x80000001u), -1.0f),
                    -INF); /* a subnormal is a zero */
    EXPECT_TRUE(isnan(f32_pow(-2.0f, 0.5f)));
    EXPECT_TRUE(isnan(f32_pow(-0x1p-126f, 1.5f)));
}

static void div_sqrt_when_edges_then_same_in_all_modes(void **state)
{
    (void)state;
    for (u32 k = 0; k < CASES_SPECIAL * CASES_SPECIAL; ++k) {
        const f32 a = cases_argument(k, 0), b = cases_argument(k, 1);
        const f32 q = f32_div_plain(a, b);
        if (isnan(q)) {
            EXPECT_TRUE(isnan(f32_div_double(a, b)) && isnan(f32_div_integer(a, b)));
        } else {
            EXPECT_SAME_F32(f32_div_double(a, b), q);
            EXPECT_SAME_F32(f32_div_integer(a, b), q);
        }
        const f32 r = f32_sqrt_plain(a);
        if (isnan(r)) {
            EXPECT_TRUE(isnan(f32_sqrt_double(a)) && isnan(f32_sqrt_integer(a)));
        } else {
            EXPECT_SAME_F32(f32_sqrt_double(a), r);
            EXPECT_SAME_F32(f32_sqrt_integer(a), r);
        }
    }
    EXPECT_SAME_F32(f32_sqrt_integer(-0.0f), -0.0f);
    EXPECT_SAME_F32(f32_sqrt_integer(2.0f), 0x1.6a09e6p+0f);
    EXPECT_SAME_F32(f32_div_integer(0x1p-126f, 2.0f), 0.0f);
    EXPECT_SAME_F32(f32_div_integer(-0x1p-126f, 2.0f), -0.0f);
    EXPECT_SAME_F32(f32_div_integer(0x1.fffffep127f, 0x1.fffffep-1f), INF);
}

static void div_when_random_or_hard_then_same_in_all_modes(void **state)
{
    (void)state;
    for (u32 k = 0; k < 4000000; ++k) {
        const struct philox_words w = philox4x32(k, 0, 0, 0, 0x646976u, 1);
        f32 a = AS_F32V(w.w0), b = AS_F32V(w.w1);
        if (k % 2 == 0) {
            /* quotients next to the middle of two numbers: a = b*(odd 25-bit number) rounded,
             * in integers */
            const u32 m_b = 0x800000u | (w.w1 & 0x7fffffu),
                      odd = 0x1000001u | (w.w2 & 0xffffffu);
            const u64 product = (u64)m_b * odd;
            const u32 drop = (product >> 48) != 0 ? 25 : 24;
            b = (f32)m_b;
            a = (f32)(u32)(product >> drop) + (f32)((i32)(w.w3 % 3u) - 1);
        }
        const f32 q = a / b;
        if (isnan(q)) {
            EXPECT_TRUE(isnan(f32_div_double(a, b)) && isnan(f32_div_integer(a, b)));
        } else if (AS_U32V(f32_div_double(a, b)) != AS_U32V(q) ||
                   AS_U32V(f32_div_integer(a, b)) != AS_U32V(q)) {
            fail_msg("%a/%a: plain %a, double %a, integer %a", (double)a, (double)b, (double)q,
                     (double)f32_div_double(a, b), (double)f32_div_integer(a, b));
        }
    }
}

/* The worst error of one function over every `step`-th bit pattern. */
#define EXPECT_WORST(function, reference, bound)                                               \
    do {                                                                                       \
        double worst_ = 0;                                                                     \
        f32 at_ = 0;                                                                           \
        for (u64 u_ = 0; u_ < UINT64_C(0x100000000); u_ += 9973) {                             \
            const f32 x = AS_F32V((u32)u_);                                                    \
            const double d_ = (fabsf(x) < 0x1p-126f) ? 0 : ulp_f32(function(x), reference);    \
            at_ = d_ > worst_ ? x : at_;                                                       \
            worst_ = d_ > worst_ ? d_ : worst_;                                                \
        }                                                                                      \
        if (!(worst_ <= (bound))) {                                                            \
            fail_msg("%s: %.3f ULP at %a, stated %.3f", #function, worst_, (double)at_,        \
                     (bound));                                                                 \
        }                                                                                      \
    } while (0)

static void each_when_sampled_then_within_stated_error(void **state)
{
    (void)state;
    EXPECT_WORST(f32_exp, exp((double)x), 0.90);
    EXPECT_WORST(f32_log, log((double)x), 0.85);
    EXPECT_WORST(f32_sin, sin((double)x), 0.95);
    EXPECT_WORST(f32_cos, cos((double)x), 0.95);
    EXPECT_WORST(f32_tanh, tanh((double)x), 1.40);
    EXPECT_WORST(
        f32_exprel,
        x == 0.0f ? 1.0 : (x < -1e9f ? -1.0 / (double)x : expm1((double)x) / (double)x), 1.55);
    EXPECT_WORST(f32_log1p, log1p((double)x), 0.85);
    EXPECT_WORST(f32_expm1, expm1((double)x), 0.98);
    EXPECT_WORST(f32_sqrt_integer, sqrt((double)x), 0.50);
}

static void pow_when_sampled_then_within_stated_error(void **state)
{
    (void)state;
    for (u32 k = 0; k < 1000000; ++k) {
        const struct philox_words w = philox4x32(k, 0, 0, 0, 0x706f77u, 1);
        f32 x = AS_F32V(w.w0 & 0x7fffffffu), y = (f32)(w.w1 % 41u) - 20.0f;
        const f32 sign = (w.w3 & 1u) != 0u ? 1.0f : -1.0f;
        if (k % 4 == 0) { /* near 1, large powers */
            x = 1.0f + (f32)(i32)w.w0 * ldexpf(1.0f, -33 - (int)(w.w3 % 20u));
            y = 127.0f * f32_u01(w.w1) / (fabsf(logf(x)) * 1.4427f + 1e-30f) * sign;
        } else if (k % 4 == 1) { /* anywhere */
            y = 127.0f * f32_u01(w.w1) / (fabsf(logf(x)) * 1.4427f + 1e-30f) * sign;
        } else if (k % 4 == 2) {
            x = 100.0f * f32_u01(w.w2) * sign;
        }
        if (isnan(x) || fabsf(x) < 0x1p-126f || isnan(y)) {
            continue;
        }
        const double error = ulp_f32(f32_pow(x, y), pow((double)x, (double)y));
        if (!(error <= 0.95)) {
            fail_msg("pow(%a, %a): %.3f ULP", (double)x, (double)y, error);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_when_nan_then_nan),
        cmocka_unit_test(min_max_when_zeros_then_sign_decides),
        cmocka_unit_test(sign_abs_when_edges_then_exact),
        cmocka_unit_test(round_floor_when_ties_then_even_and_below),
        cmocka_unit_test(mod_when_signs_then_sign_of_divisor),
        cmocka_unit_test(exp_log_when_edges_then_exact),
        cmocka_unit_test(sin_cos_when_edges_then_exact),
        cmocka_unit_test(pow_when_edges_then_c11_values),
        cmocka_unit_test(div_sqrt_when_edges_then_same_in_all_modes),
        cmocka_unit_test(div_when_random_or_hard_then_same_in_all_modes),
        cmocka_unit_test(each_when_sampled_then_within_stated_error),
        cmocka_unit_test(pow_when_sampled_then_within_stated_error),
    };
    return cmocka_run_group_tests(tests, flush_begin, NULL);
}
