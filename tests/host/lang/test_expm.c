#include "support/expect.h"

#include "lang/expm.h"

static struct arena *arena;

static int setup(void **state)
{
    struct err e = {0};
    (void)state;
    EXPECT_OK(arena_create(&arena, &e));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void one_element_is_the_exponential(void **unused)
{
    (void)unused;
    const double values[] = {0.0, 1.0, -1.0, 1e-12, -0.05, -0.3, 3.7, -20.0, 50.0, -700.0};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        double e;
        EXPECT_TRUE(expm(&values[k], 1, &e, arena));
        EXPECT_NEAR(e, exp(values[k]), 4e-16 * exp(values[k]) * (1.0 + 4.0 * fabs(values[k])));
    }
    const double far = -1e6;
    double e;
    EXPECT_TRUE(expm(&far, 1, &e, arena));
    EXPECT_NEAR(e, 0.0, 0.0);
}

static void a_rotation_turns(void **unused)
{
    (void)unused;
    const double angle = 2.5, a[] = {0.0, -angle, angle, 0.0};
    double e[4];
    EXPECT_TRUE(expm(a, 2, e, arena));
    EXPECT_NEAR(e[0], cos(angle), 1e-14);
    EXPECT_NEAR(e[1], -sin(angle), 1e-14);
    EXPECT_NEAR(e[2], sin(angle), 1e-14);
    EXPECT_NEAR(e[3], cos(angle), 1e-14);
}

static void a_nilpotent_matrix_gives_its_polynomial(void **unused)
{
    (void)unused;
    const double a[] = {0.0, 2.0, 5.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0};
    const double expected[] = {1.0, 2.0, 8.0, 0.0, 1.0, 3.0, 0.0, 0.0, 1.0};
    double e[9];
    EXPECT_TRUE(expm(a, 3, e, arena));
    for (int k = 0; k < 9; k++) {
        EXPECT_NEAR(e[k], expected[k], 1e-15 * expected[k]);
    }
}

/* A large coupling does not cost the digits of the rest, as scaling by the norm would. */
static void a_large_coupling_keeps_the_digits(void **unused)
{
    (void)unused;
    const double a[] = {-0.1, 1e9, 0.0, -0.3};
    double e[4];
    EXPECT_TRUE(expm(a, 2, e, arena));
    EXPECT_NEAR(e[0], exp(-0.1), 2e-15);
    EXPECT_NEAR(e[3], exp(-0.3), 2e-15);
    const double coupling = 1e9 * (exp(-0.1) - exp(-0.3)) / 0.2;
    EXPECT_NEAR(e[1], coupling, 1e-13 * coupling);
    EXPECT_NEAR(e[2], 0.0, 0.0);
}

/* Something slow keeps its digits beside something fast. */
static void fast_and_slow_stand_side_by_side(void **unused)
{
    (void)unused;
    const double a[] = {-1e-4, 0.0, 0.0, -300.0};
    double e[4];
    EXPECT_TRUE(expm(a, 2, e, arena));
    EXPECT_NEAR(e[0], exp(-1e-4), 1.2e-16);
    EXPECT_NEAR(e[3], exp(-300.0), 1e-12 * exp(-300.0));
}

static void equal_and_zero_rates_have_propagators(void **unused)
{
    (void)unused;
    const double h = 0.1, tau = 2.0;
    /* x' = -x/tau + y/3, y' = -y/tau (an alpha function), z' = r */
    const double a[] = {-1.0 / tau, 1.0 / 3.0, 0.0, 0.0, -1.0 / tau, 0.0, 0.0, 0.0, 0.0};
    double e[9], phi[9];
    EXPECT_TRUE(expm_propagator(a, 3, h, e, phi, arena));
    EXPECT_NEAR(e[0], exp(-h / tau), 1e-16);
    EXPECT_NEAR(e[1], h / 3.0 * exp(-h / tau), 1e-17);
    EXPECT_NEAR(e[8], 1.0, 0.0);
    EXPECT_NEAR(e[2], 0.0, 0.0);
    EXPECT_NEAR(phi[0], tau * (1.0 - exp(-h / tau)), 1e-15);
    EXPECT_NEAR(phi[8], h, 0.0);
    EXPECT_NEAR(phi[6], 0.0, 0.0);
}

static void a_step_of_two_halves_is_one_step(void **unused)
{
    (void)unused;
    const double a[] = {-0.5, 0.2, 0.7, 0.1, -0.3, 0.0, -0.9, 0.4, 0.05};
    double whole[9], half[9], phi[9], phi_half[9];
    EXPECT_TRUE(expm_propagator(a, 3, 1.7, whole, phi, arena));
    EXPECT_TRUE(expm_propagator(a, 3, 0.85, half, phi_half, arena));
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double e = 0.0, p = phi_half[3 * i + j];
            for (int k = 0; k < 3; k++) {
                e += half[3 * i + k] * half[3 * k + j];
                p += half[3 * i + k] * phi_half[3 * k + j];
            }
            EXPECT_NEAR(whole[3 * i + j], e, 1e-14);
            EXPECT_NEAR(phi[3 * i + j], p, 1e-14);
        }
    }
}

static void what_grows_beyond_all_numbers_is_not_finite(void **unused)
{
    (void)unused;
    const double a = 1e5;
    double e;
    EXPECT_TRUE(expm(&a, 1, &e, arena));
    EXPECT_TRUE(!isfinite(e));
    const double nan = (double)NAN;
    EXPECT_TRUE(expm(&nan, 1, &e, arena));
    EXPECT_TRUE(isnan(e));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_element_is_the_exponential),
        TEST(a_rotation_turns),
        TEST(a_nilpotent_matrix_gives_its_polynomial),
        TEST(a_large_coupling_keeps_the_digits),
        TEST(fast_and_slow_stand_side_by_side),
        TEST(equal_and_zero_rates_have_propagators),
        TEST(a_step_of_two_halves_is_one_step),
        TEST(what_grows_beyond_all_numbers_is_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
