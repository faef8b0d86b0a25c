/* tests/kernels/shared/test_math_f64.c: edges, and the stated errors over 10^5 arguments of
 * each function (10^7: test_math_f64_sweep.c). */
#include "support/expect.h"

#include "kernels/shared/math_f64_cases.h"
#include "kernels/shared/math_f64_reference.h"

#define INF HUGE_VAL

static void each_when_sampled_then_within_stated_error(void **state)
{
    (void)state;
    struct reference r;
    reference_open(&r);
    u32 n_cases[REFERENCE_N] = {0};
    for (u32 k = 0; k < REFERENCE_N_CASES; ++k) {
        ++n_cases[reference_cases[k].f];
    }
    for (u32 k = 0; k < REFERENCE_N_CASES; ++k) {
        const struct reference_case *const c = &reference_cases[k];
        const struct reference_finding f =
            reference_worst(&r, c, 500000000u, 100000u / n_cases[c->f]);
        reference_expect(c, &f);
    }
    reference_close(&r);
}

static void sin_when_nearest_to_multiple_of_pi_then_exact(void **state)
{
    (void)state;
    struct reference r;
    reference_open(&r);
    /* the double nearest to a multiple of pi/2 (Muller, Elementary Functions, table 11.1) */
    const double x = 6381956970095103.0 * 0x1p797;
    EXPECT_TRUE(ulp_f64(f64_cos(x), reference_exact(&r, REFERENCE_COS, x, 0.0)) < 0.95);
    EXPECT_TRUE(ulp_f64(f64_sin(x), reference_exact(&r, REFERENCE_SIN, x, 0.0)) < 0.95);
    EXPECT_TRUE(fabs(f64_cos(x)) < 1e-18);
    reference_close(&r);
}

static bool is_same(double a, double b)
{
    return AS_U64V(a) == AS_U64V(b);
}

static void rounding_when_edges_then_exact(void **state)
{
    (void)state;
    EXPECT_TRUE(is_same(f64_round(0.5), 0.0));
    EXPECT_TRUE(is_same(f64_round(-0.5), -0.0));
    EXPECT_TRUE(is_same(f64_round(2.5), 2.0));
    EXPECT_TRUE(is_same(f64_round(0x1.fffffffffffffp51), 0x1p52));
    EXPECT_TRUE(is_same(f64_round(-INF), -INF));
    EXPECT_TRUE(is_same(f64_floor(-0.0), -0.0));
    EXPECT_TRUE(is_same(f64_floor(-0x1p-1074), -1.0));
    EXPECT_TRUE(is_same(f64_floor(2.75), 2.0));
    EXPECT_TRUE(is_same(f64_mod(-7.0, 3.0), 2.0));
    EXPECT_TRUE(is_same(f64_min(0.0, -0.0), -0.0));
    EXPECT_TRUE(is_same(f64_max(-0.0, 0.0), 0.0));
    EXPECT_TRUE(is_same(f64_min(-INF, 1.0), -INF));
    EXPECT_TRUE(is_same(f64_sign(-0.0), 0.0));
    EXPECT_TRUE(is_same(f64_sign(-0x1p-1074), -1.0));
    EXPECT_TRUE(is_same(f64_abs(-0.0), 0.0));
    EXPECT_TRUE(is_same(f64_sqrt(2.0), 0x1.6a09e667f3bcdp+0));
    EXPECT_TRUE(is_same(f64_div(1.0, 3.0), 0x1.5555555555555p-2));
}

static void each_when_nan_then_nan(void **state)
{
    (void)state;
    const f64 n = F64_NAN, others[] = {0.0, -0.0, 1.0, -1.0, INF, -INF, n};
#define ONE(name) EXPECT_TRUE(isnan(name(n)));
#define TWO(name)                                                                              \
    for (u32 k = 0; k < sizeof others / sizeof *others; ++k) {                                 \
        EXPECT_TRUE(isnan(name(n, others[k])));                                                \
        EXPECT_TRUE(isnan(name(others[k], n)));                                                \
    }
    MATH_F64_TABLE(ONE, TWO)
#undef ONE
#undef TWO
    EXPECT_TRUE(isnan(f64_sqrt(-1.0)) && isnan(f64_sin(INF)) && isnan(f64_cos(-INF)));
    EXPECT_TRUE(isnan(f64_mod(1.0, 0.0)) && isnan(f64_mod(INF, 3.0)));
    EXPECT_TRUE(isnan(f64_div(0.0, 0.0)) && isnan(f64_div(INF, -INF)));
}

static void each_when_zero_then_keeps_its_sign(void **state)
{
    (void)state;
#define EXPECT_ODD_AT_ZERO(name)                                                               \
    EXPECT_SAME_F64(name(0.0), 0.0);                                                           \
    EXPECT_SAME_F64(name(-0.0), -0.0);
    EXPECT_ODD_AT_ZERO(f64_round)
    EXPECT_ODD_AT_ZERO(f64_floor)
    EXPECT_ODD_AT_ZERO(f64_sqrt)
    EXPECT_ODD_AT_ZERO(f64_sin)
    EXPECT_ODD_AT_ZERO(f64_tanh)
    EXPECT_ODD_AT_ZERO(f64_log1p)
    EXPECT_ODD_AT_ZERO(f64_expm1)
#undef EXPECT_ODD_AT_ZERO
    EXPECT_SAME_F64(f64_exp(-0.0), 1.0);
    EXPECT_SAME_F64(f64_cos(-0.0), 1.0);
    EXPECT_SAME_F64(f64_exprel(-0.0), 1.0);
    EXPECT_SAME_F64(f64_log(-0.0), -INF);
    EXPECT_SAME_F64(f64_div(1.0, -0.0), -INF);
    EXPECT_SAME_F64(f64_max(-0.0, -0.0), -0.0);
}

static void each_when_subnormal_then_kept(void **state)
{
    (void)state;
    const f64 s = 0x1.8p-1073;
    EXPECT_SAME_F64(f64_min(s, 1.0), s);
    EXPECT_SAME_F64(f64_max(-s, -1.0), -s);
    EXPECT_SAME_F64(f64_abs(-s), s);
    EXPECT_SAME_F64(f64_sin(s), s);
    EXPECT_SAME_F64(f64_log1p(-s), -s);
    EXPECT_SAME_F64(f64_expm1(-s), -s);
    EXPECT_SAME_F64(f64_div(s, 2.0), 0x1p-1073);
    EXPECT_SAME_F64(f64_sqrt(0x1p-1074), 0x1p-537);
    EXPECT_SAME_F64(f64_pow(0x1p-1074, 0.5), 0x1p-537);
    EXPECT_SAME_F64(f64_exp(-744.5), 0x1p-1074);
}

static void each_when_infinite_or_extreme_then_exact(void **state)
{
    (void)state;
    EXPECT_TRUE(is_same(f64_exp(0.0), 1.0));
    EXPECT_TRUE(is_same(f64_exp(INF), INF));
    EXPECT_TRUE(is_same(f64_exp(-INF), 0.0));
    EXPECT_TRUE(is_same(f64_exp(709.79), INF));
    EXPECT_TRUE(f64_exp(709.78) < INF);
    EXPECT_TRUE(is_same(f64_exp(-745.0), 0x1p-1074)); /* subnormals are kept */
    EXPECT_TRUE(is_same(f64_exp(-746.0), 0.0));
    EXPECT_TRUE(is_same(f64_log(0.0), -INF));
    EXPECT_TRUE(is_same(f64_log(1.0), 0.0));
    EXPECT_TRUE(is_same(f64_log(0x1p-1074), -0x1.74385446d71c3p+9));
    EXPECT_TRUE(isnan(f64_log(-1.0)));
    EXPECT_TRUE(is_same(f64_log(INF), INF));
    EXPECT_TRUE(is_same(f64_log1p(-1.0), -INF));
    EXPECT_TRUE(is_same(f64_log1p(INF), INF));
    EXPECT_TRUE(isnan(f64_log1p(-INF)) && isnan(f64_log1p(-0x1.0000000000001p0)));
    EXPECT_TRUE(is_same(f64_log1p(-0x1.fffffffffffffp-1), -0x1.25e4f7b2737fap5));
    EXPECT_TRUE(is_same(f64_log1p(0x1.fffffffffffffp1023), 0x1.62e42fefa39efp9));
    EXPECT_TRUE(is_same(f64_expm1(709.79), INF));
    EXPECT_TRUE(is_same(f64_expm1(-INF), -1.0));
    EXPECT_TRUE(is_same(f64_expm1(INF), INF));
    EXPECT_TRUE(is_same(f64_tanh(-0.0), -0.0));
    EXPECT_TRUE(is_same(f64_tanh(INF), 1.0));
    EXPECT_TRUE(is_same(f64_tanh(0x1p-1074), 0x1p-1074));
    EXPECT_TRUE(is_same(f64_exprel(0.0), 1.0));
    EXPECT_TRUE(is_same(f64_exprel(-INF), 0.0));
    EXPECT_TRUE(is_same(f64_exprel(INF), INF));
    EXPECT_TRUE(f64_exprel(716.0) < INF);
    EXPECT_TRUE(is_same(f64_sin(-0.0), -0.0));
    EXPECT_TRUE(is_same(f64_cos(0.0), 1.0));
    EXPECT_TRUE(is_same(f64_pow(-2.0, 3.0), -8.0));
    EXPECT_TRUE(is_same(f64_pow(-0.0, -3.0), -INF));
    EXPECT_TRUE(is_same(f64_pow(0.0, -2.0), INF));
    EXPECT_TRUE(is_same(f64_pow(INF, -1.0), 0.0));
    EXPECT_TRUE(is_same(f64_pow(-INF, 3.0), -INF));
    EXPECT_TRUE(is_same(f64_pow(0.5, INF), 0.0));
    EXPECT_TRUE(is_same(f64_pow(-1.0, INF), 1.0));
    EXPECT_TRUE(is_same(f64_pow(2.0, -1074.0), 0x1p-1074));
    EXPECT_TRUE(is_same(f64_pow(10.0, 3.0), 1000.0));
    EXPECT_TRUE(isnan(f64_pow(-8.0, 1.0 / 3.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_when_sampled_then_within_stated_error),
        cmocka_unit_test(sin_when_nearest_to_multiple_of_pi_then_exact),
        cmocka_unit_test(rounding_when_edges_then_exact),
        cmocka_unit_test(each_when_nan_then_nan),
        cmocka_unit_test(each_when_zero_then_keeps_its_sign),
        cmocka_unit_test(each_when_subnormal_then_kept),
        cmocka_unit_test(each_when_infinite_or_extreme_then_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
