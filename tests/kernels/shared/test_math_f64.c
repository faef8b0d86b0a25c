/* tests/kernels/shared/test_math_f64.c: edges, and the stated errors against MPFR at 160 bits
 * (against long double, 64 bits, where MPFR is not installed). */
#include "support/expect.h"
#include "support/ulp.h"

#include "shared/math_f64.h"
#include "shared/philox.h"

#if HAVE_MPFR
#include <mpfr.h>
#define PRECISION 160
#endif

#define INF HUGE_VAL

enum function { EXP, EXPM1, LOG, SIN, COS, TANH, EXPREL, POW };

#if HAVE_MPFR
/* The exact value, rounded to long double. */
static long double exact(enum function f, double x, double y)
{
    mpfr_t a, b, r;
    mpfr_init2(a, PRECISION);
    mpfr_init2(b, PRECISION);
    mpfr_init2(r, PRECISION);
    mpfr_set_d(a, x, MPFR_RNDN);
    mpfr_set_d(b, y, MPFR_RNDN);
    switch (f) {
    case EXP:
        mpfr_exp(r, a, MPFR_RNDN);
        break;
    case EXPM1:
        mpfr_expm1(r, a, MPFR_RNDN);
        break;
    case LOG:
        mpfr_log(r, a, MPFR_RNDN);
        break;
    case SIN:
        mpfr_sin(r, a, MPFR_RNDN);
        break;
    case COS:
        mpfr_cos(r, a, MPFR_RNDN);
        break;
    case TANH:
        mpfr_tanh(r, a, MPFR_RNDN);
        break;
    case EXPREL:
        mpfr_expm1(r, a, MPFR_RNDN);
        mpfr_div(r, r, a, MPFR_RNDN);
        break;
    case POW:
        mpfr_pow(r, a, b, MPFR_RNDN);
        break;
    }
    const long double value = mpfr_get_ld(r, MPFR_RNDN);
    mpfr_clears(a, b, r, (mpfr_ptr)0);
    return value;
}
#else
static long double exact(enum function f, double x, double y)
{
    const long double a = x;
    switch (f) {
    case EXP:
        return expl(a);
    case EXPM1:
        return expm1l(a);
    case LOG:
        return logl(a);
    case SIN:
        return sinl(a);
    case COS:
        return cosl(a);
    case TANH:
        return tanhl(a);
    case EXPREL:
        return expm1l(a) / a;
    case POW:
        return powl(a, y);
    }
    return (f64)NAN;
}
#endif

static double computed(enum function f, double x, double y)
{
    switch (f) {
    case EXP:
        return f64_exp(x);
    case EXPM1:
        return f64_expm1(x);
    case LOG:
        return f64_log(x);
    case SIN:
        return f64_sin(x);
    case COS:
        return f64_cos(x);
    case TANH:
        return f64_tanh(x);
    case EXPREL:
        return f64_exprel(x);
    case POW:
        return f64_pow(x, y);
    }
    return (f64)NAN;
}

static double uniform(u32 k, u32 which)
{
    const struct philox_words w = philox4x32(k, which, 0, 0, 0x663634u, 1);
    return ((double)(((u64)w.w0 << 32 | w.w1) >> 11) + 0.5) * 0x1p-53;
}

/* Worst error over n arguments: a third spread evenly in [-span, span], a third by exponent
 * (down to 2^-60 of the span), a third near the points where the ranges of the algorithm meet.
 */
static void expect_worst(const char *name, enum function f, double span, bool is_positive,
                         u32 n, double bound)
{
    double worst = 0, at = 0;
    for (u32 k = 0; k < n; ++k) {
        const double u = uniform(k, f),
                     sign = uniform(k, 100 + f) < 0.5 && !is_positive ? -1.0 : 1.0;
        double x = sign * u * span;
        if (k % 3 == 1) {
            x = sign * span * exp2(-60.0 * u);
        } else if (k % 3 == 2) {
            x = sign * 0.34657359027997264 * floor(1.0 + u * 40.0) *
                (1.0 + (uniform(k, 200) - 0.5) * 0x1p-20);
        }
        const double error = ulp_f64(computed(f, x, 0.0), exact(f, x, 0.0));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    }
    print_message("%s: worst %.3f ULP at %a\n", name, worst, at);
    if (!(worst <= bound)) {
        fail_msg("%s: %.3f ULP at %a, stated %.2f", name, worst, at, bound);
    }
}

static void each_when_sampled_then_within_stated_error(void **state)
{
    (void)state;
    const u32 n = 45000;
    expect_worst("exp", EXP, 700.0, false, n, 0.95);
    expect_worst("exp near 1", EXP, 1.0, false, n, 0.95);
    expect_worst("expm1", EXPM1, 40.0, false, n, 0.95);
    expect_worst("log", LOG, 1e300, true, n, 0.95);
    expect_worst("log near 1", LOG, 4.0, true, n, 0.95);
    expect_worst("sin", SIN, 100.0, false, n, 0.95);
    expect_worst("sin large", SIN, 1e15, false, n, 0.95);
    expect_worst("sin huge", SIN, 1e308, false, n, 0.95);
    expect_worst("cos", COS, 100.0, false, n, 0.95);
    expect_worst("cos large", COS, 1e15, false, n, 0.95);
    expect_worst("tanh", TANH, 3.0, false, n, 0.95);
    expect_worst("tanh wide", TANH, 20.0, false, n, 0.95);
    expect_worst("exprel", EXPREL, 40.0, false, n, 0.95);
    expect_worst("exprel wide", EXPREL, 700.0, false, n, 0.95);
}

static void pow_when_sampled_then_within_stated_error(void **state)
{
    (void)state;
    double worst = 0;
    for (u32 k = 0; k < 150000; ++k) {
        const double u = uniform(k, 1), v = uniform(k, 2),
                     sign = uniform(k, 3) < 0.5 ? -1.0 : 1.0;
        double x = exp2(600.0 * (u - 0.5)), y = 4.0 * (v - 0.5);
        if (k % 4 == 1) { /* near 1, large powers */
            x = 1.0 + (u - 0.5) * exp2(-40.0 * uniform(k, 4));
            y = sign * 700.0 * v / (fabs(log(x)) + 1e-300);
        } else if (k % 4 == 2) {
            x = 100.0 * u;
            y = floor(40.0 * v) - 20.0;
        } else if (k % 4 == 3) {
            x = exp2(2000.0 * (u - 0.5));
            y = sign * 740.0 * v / fabs(log(x));
        }
        if (!isfinite(y)) {
            continue;
        }
        const double error = ulp_f64(f64_pow(x, y), exact(POW, x, y));
        worst = error > worst ? error : worst;
        if (!(error <= 1.00)) {
            fail_msg("pow(%a, %a): %.3f ULP", x, y, error);
        }
    }
    print_message("pow: worst %.3f ULP\n", worst);
}

static void sin_when_nearest_to_multiple_of_pi_then_exact(void **state)
{
    (void)state;
    /* the double nearest to a multiple of pi/2 (Muller, Elementary Functions, table 11.1) */
    const double x = 6381956970095103.0 * 0x1p797;
    EXPECT_TRUE(ulp_f64(f64_cos(x), exact(COS, x, 0.0)) < 0.95);
    EXPECT_TRUE(ulp_f64(f64_sin(x), exact(SIN, x, 0.0)) < 0.95);
    EXPECT_TRUE(fabs(f64_cos(x)) < 1e-18);
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
    for (enum function f = EXP; f <= POW; ++f) {
        EXPECT_TRUE(isnan(computed(f, (f64)NAN, 1.0)));
    }
    EXPECT_TRUE(isnan(f64_pow(1.0, (f64)NAN)));
    EXPECT_TRUE(isnan(f64_pow((f64)NAN, 0.0)));
    EXPECT_TRUE(isnan(f64_min((f64)NAN, 1.0)) && isnan(f64_min(1.0, (f64)NAN)));
    EXPECT_TRUE(isnan(f64_max((f64)NAN, 1.0)) && isnan(f64_max(1.0, (f64)NAN)));
    EXPECT_TRUE(isnan(f64_round((f64)NAN)) && isnan(f64_floor((f64)NAN)) &&
                isnan(f64_sign((f64)NAN)) && isnan(f64_mod((f64)NAN, 1.0)));
    EXPECT_TRUE(isnan(f64_abs((f64)NAN)) && isnan(f64_sqrt(-1.0)) && isnan(f64_sin(INF)) &&
                isnan(f64_cos(-INF)));
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
        cmocka_unit_test(pow_when_sampled_then_within_stated_error),
        cmocka_unit_test(sin_when_nearest_to_multiple_of_pi_then_exact),
        cmocka_unit_test(rounding_when_edges_then_exact),
        cmocka_unit_test(each_when_nan_then_nan),
        cmocka_unit_test(each_when_infinite_or_extreme_then_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
