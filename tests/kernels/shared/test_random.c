/* tests/kernels/shared/test_random.c: uniforms, Poisson numbers and thresholds. Seeds are
 * fixed. Each statistical test uses a bound that a right program passes but for one seed in a
 * million (5 standard deviations, or support/distribution.h). 10^7 draws of each:
 * test_random_sweep.c. */
#include "support/expect.h"
#include "support/cl_fixture.h"
#include "support/distribution.h"

#include <stdlib.h>

#include "lang/flush.h"
#include "shared/random.h"

static void u01_when_extreme_words_then_inside(void **state)
{
    (void)state;
    EXPECT_SAME_F32(f32_u01(0u), 0x1p-24f);
    EXPECT_SAME_F32(f32_u01(511u), 0x1p-24f);
    EXPECT_SAME_F32(f32_u01(512u), 0x3p-24f);
    EXPECT_SAME_F32(f32_u01(0x80000000u), 0x1.000002p-1f);
    EXPECT_SAME_F32(f32_u01(0x7fffffffu), 0x1.fffffcp-2f);
    EXPECT_SAME_F32(f32_u01(0xffffffffu), 0x1.fffffep-1f);
}

static void u01_when_any_word_then_between_0_and_1_in_both_precisions(void **state)
{
    (void)state;
    for (u32 k = 0; k < 1u << 23; ++k) { /* the lower 9 bits do not count */
        const u32 word = (k << 9) | (k % 512u);
        const f32 u = f32_u01(word);
        const f64 exact = (2.0 * k + 1.0) * 0x1p-24;
        if (!(u > 0.0f && u < 1.0f) || (f64)u != exact || f64_u01(word) != exact) {
            fail_msg("word %08x: %a and %a, expected %a", word, (double)u, f64_u01(word),
                     exact);
        }
    }
}

static void exp_negative_when_sampled_then_exact_to_1e_16(void **state)
{
    (void)state;
    EXPECT_EQ_U64(random_exp_negative(0), UINT64_C(1) << 63);
    for (u32 k = 1; k < 10000; ++k) {
        const u64 fixed = (u64)k * UINT64_C(576460752303424); /* up to 10 in units of 2^-59 */
        const long double expected = ldexpl(expl(-ldexpl((long double)fixed, -59)), 63);
        EXPECT_TRUE(fabsl((long double)random_exp_negative(fixed) - expected) < 200.0L);
    }
}

static void inversion_when_uniform_crosses_term_then_next_number(void **state)
{
    (void)state;
    const f32 means[] = {1e-6f, 1e-3f, 0.0475f, 0.5f, 1.0f, 3.0f, 9.999999f};
    for (size_t m = 0; m < sizeof means / sizeof *means; ++m) {
        const long double mean = (long double)means[m];
        long double term = expl(-mean), sum = term;
        for (u32 k = 0; k < 40 && sum < 1.0L - 1e-13L; ++k) {
            const long double border = ldexpl(sum, 63);
            EXPECT_EQ_U64(random_poisson_inversion(means[m], (u64)(border - 65536.0L)), k);
            EXPECT_EQ_U64(random_poisson_inversion(means[m], (u64)(border + 65536.0L)), k + 1);
            term = term * mean / (long double)(k + 1);
            sum += term;
        }
        EXPECT_EQ_U64(random_poisson_inversion(means[m], 0), 0);
        EXPECT_TRUE(random_poisson_inversion(means[m], (UINT64_C(1) << 63) - 1) < 100);
    }
}

static void stirling_and_deviance_when_compared_then_close(void **state)
{
    (void)state;
    for (u32 k = 1; k < 3000; ++k) {
        const double x = k,
                     exact = lgamma(x + 1) - (x * log(x) - x + 0.5 * log(2.0 * acos(-1.0) * x));
        EXPECT_NEAR(random_stirling_rest((f32)k), exact, 2e-8);
        const f32 mean = (f32)(0.5 + 1.3 * x);
        const double deviance = x * log(x / (double)mean) + (double)mean - x;
        EXPECT_NEAR(random_deviance((f32)k, mean), deviance,
                    1e-6 * (1.0 + deviance) + 3e-7 * x);
        const f32 near = (f32)(1.01 * x);
        const double small = x * log(x / (double)near) + (double)near - x;
        EXPECT_NEAR(random_deviance((f32)k, near), small, 1e-6 * small + 1e-9 * x);
    }
}

static void poisson_when_mean_out_of_range_then_defined(void **state)
{
    (void)state;
    EXPECT_SAME_F32(rand_poisson(0.0f, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(-0.0f, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(-3.0f, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(NAN, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(-HUGE_VALF, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(1e-30f, 1, 2, 3, 0, 4, 5), 0.0f);
    EXPECT_SAME_F32(rand_poisson(HUGE_VALF, 1, 2, 3, 0, 4, 5), HUGE_VALF);
    EXPECT_SAME_F32(rand_poisson(1e20f, 1, 2, 3, 0, 4, 5), 1e20f);
    const f32 large = rand_poisson(1e9f, 1, 2, 3, 0, 4, 5);
    EXPECT_NEAR(large, 1e9, 6.0 * sqrt(1e9));
    EXPECT_SAME_F32(f32_floor(large), large);
}

static void poisson_when_counter_changes_then_number_changes(void **state)
{
    (void)state;
    const f32 n = rand_poisson(1e5f, 1, 2, 3, 0, 4, 5);
    EXPECT_SAME_F32(rand_poisson(1e5f, 1, 2, 3, 0, 4, 5), n);
    EXPECT_TRUE(rand_poisson(1e5f, 9, 2, 3, 0, 4, 5) != n);
    EXPECT_TRUE(rand_poisson(1e5f, 1, 9, 3, 0, 4, 5) != n);
    EXPECT_TRUE(rand_poisson(1e5f, 1, 2, 9, 0, 4, 5) != n);
    EXPECT_TRUE(rand_poisson(1e5f, 1, 2, 3, 1, 4, 5) != n);
    EXPECT_TRUE(rand_poisson(1e5f, 1, 2, 3, 0, 9, 5) != n);
    EXPECT_TRUE(rand_poisson(1e5f, 1, 2, 3, 0, 4, 9) != n);
}

static void expect_poisson(f32 mean, u32 n, u32 seed)
{
    const double m = (double)mean;
    int64_t low;
    u32 n_bins;
    distribution_poisson_range(m, &low, &n_bins);
    uint64_t *const counts = calloc(n_bins, sizeof *counts);
    double *const p = calloc(n_bins, sizeof *p);
    EXPECT_TRUE(counts != NULL && p != NULL);
    double sum = 0, squares = 0;
    for (u32 k = 0; k < n; ++k) {
        const f32 x = rand_poisson(mean, k, seed, 0, 0, 0x706f6973u, seed);
        const i64 bin = (i64)x - low;
        EXPECT_TRUE(bin >= 0 && bin < n_bins && f32_floor(x) == x);
        ++counts[bin];
        sum += (double)x - m;
        squares += ((double)x - m) * ((double)x - m);
    }
    distribution_poisson(m, low, p, n_bins);
    distribution_expect("poisson", counts, p, n_bins, n);
    free(counts);
    free(p);
    EXPECT_NEAR(sum / n, 0.0, 5.0 * sqrt(m / n) + 1.0 / n);
    EXPECT_NEAR(squares / n / m - 1.0, 0.0, 5.0 * sqrt((2.0 + 1.0 / m) / n) + 5.0 / (n * m));
}

static void poisson_when_any_mean_then_distribution(void **state)
{
    (void)state;
    const f32 means[] = {1e-6f, 1e-3f, 0.1f,  1.0f,   4.5f,    9.9f,      10.0f,
                         10.5f, 13.0f, 30.0f, 100.0f, 1234.5f, 50000.75f, 1e6f};
    for (u32 k = 0; k < sizeof means / sizeof *means; ++k) {
        expect_poisson(means[k], 200000, k + 1);
    }
}

static const char kernel_text[] =
    "#include \"shared/random.h\"\n"
    "__kernel void draw(__global const float *mean, __global float *out, uint n)\n"
    "{\n"
    "    const uint k = (uint)get_global_id(0);\n"
    "    out[k] = rand_poisson(mean[k], k, 7u, 8u, k % 3u, 9u, 10u);\n"
    "    if (k % WIDTH == 0) {\n"
    "        const u32v w = U32V(k) + LANE_INDEX;\n"
    "        STORE_F32V(f32_u01(w * 2654435761u), out + n, k / WIDTH);\n"
    "    }\n"
    "}\n";

static void draws_when_any_device_then_as_host(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    if (n_devices == 0) {
        skip();
    }
    enum { N = 4096 };
    static f32 mean[N], expected[2 * N], out[2 * N];
    const uint64_t old = flush_denormals_begin();
    for (u32 k = 0; k < N; ++k) {
        const f32 size = f32_exp((f32)(k % 1024u) * 0.035f - 14.0f); /* 1e-6 … 3e9 */
        mean[k] = k % 97u == 0 ? (k % 2u == 0 ? -1.0f : NAN) : size;
        expected[k] = rand_poisson(mean[k], k, 7u, 8u, k % 3u, 9u, 10u);
        expected[N + k] = f32_u01(k * 2654435761u);
    }
    flush_denormals_end(old);
    for (uint32_t d = 0; d < n_devices; ++d) {
        for (uint32_t width = 1; width <= 16; width *= 16) {
            char prelude[64];
            snprintf(prelude, sizeof prelude, "#define WIDTH %u\n#define DIV_MODE %u\n", width,
                     devices[d].divides_exactly && width == 1 ? 0u : 2u);
            cl_program program = cl_fixture_build(&devices[d], prelude, kernel_text, "");
            u32 n = N;
            const struct cl_argument arguments[] = {
                {CL_FIXTURE_IN,    mean, sizeof mean},
                {CL_FIXTURE_OUT,   out,  sizeof out },
                {CL_FIXTURE_VALUE, &n,   sizeof n   }
            };
            cl_fixture_run(&devices[d], program, "draw", arguments, 3, N, 0);
            for (u32 k = 0; k < 2 * N; ++k) {
                EXPECT_SAME_F32(out[k], expected[k]);
            }
            clReleaseProgram(program);
        }
    }
    cl_fixture_close(devices, n_devices);
}

static void poisson_thresholds_when_any_mean_then_rounded_distribution(void **state)
{
    (void)state;
    static u32 table[8192];
    const f64 means[] = {1e-6, 0.0475, 1.0, 20.5, 400.0, 590.0, 650.0, 1500.0, 5000.0};
    for (u32 m = 0; m < sizeof means / sizeof *means; ++m) {
        int is_complete = 0;
        const u32 n = random_poisson_thresholds(means[m], table, 8192, &is_complete);
        EXPECT_EQ_I64(is_complete, 1);
        EXPECT_TRUE(n > 0);
        long double sum = 0;
        f64 mean_drawn = 0;
        for (u32 k = 0; k < n; ++k) {
            const long double x = k, mean = (long double)means[m];
            sum += expl(x * logl(mean) - mean - lgammal(x + 1.0L));
            EXPECT_TRUE(fabsl((long double)table[k] - ldexpl(sum, 32)) < 0.51L);
            EXPECT_TRUE(k == 0 || table[k] >= table[k - 1]);
            mean_drawn += 1.0 - (f64)table[k] * 0x1p-32;
        }
        EXPECT_NEAR(mean_drawn, means[m], 0x1p-32 * (n + 10.0) + 1e-9);
    }
}

static void poisson_thresholds_when_edges_then_defined(void **state)
{
    (void)state;
    u32 table[4] = {1, 2, 3, 4};
    int is_complete = 0;
    EXPECT_EQ_U64(random_poisson_thresholds(0.0, table, 4, &is_complete), 0);
    EXPECT_EQ_I64(is_complete, 1);
    EXPECT_EQ_U64(random_poisson_thresholds(-1.0, table, 4, &is_complete), 0);
    EXPECT_EQ_U64(random_poisson_thresholds((f64)NAN, table, 4, &is_complete), 0);
    EXPECT_EQ_U64(random_poisson_thresholds(1e-12, table, 4, &is_complete), 0);
    EXPECT_EQ_I64(is_complete, 1);
    EXPECT_EQ_U64(table[0], 1);
    EXPECT_EQ_U64(random_poisson_thresholds(3.0, table, 4, &is_complete), 4);
    EXPECT_EQ_I64(is_complete, 0);
    EXPECT_EQ_U64(table[0], 213833830u); /* e^-3 * 2^32 = 213833830.4 */
    EXPECT_EQ_U64(random_poisson_thresholds(3.0, NULL, 0, &is_complete), 0);
    EXPECT_EQ_I64(is_complete, 0);
    EXPECT_EQ_U64(random_poisson_thresholds(1e6, table, 4, &is_complete), 4);
    EXPECT_EQ_U64(table[3], 0);
    EXPECT_EQ_U64(random_poisson_thresholds((f64)HUGE_VALF, table, 4, &is_complete), 4);
    EXPECT_EQ_I64(is_complete, 0);
}

static void bernoulli_thresholds_when_edges_then_defined(void **state)
{
    (void)state;
    u32 table[1] = {77};
    int is_complete = 0;
    EXPECT_EQ_U64(random_bernoulli_thresholds(0.0, table, 1, &is_complete), 0);
    EXPECT_EQ_U64(random_bernoulli_thresholds(-1.0, table, 1, &is_complete), 0);
    EXPECT_EQ_U64(random_bernoulli_thresholds((f64)NAN, table, 1, &is_complete), 0);
    EXPECT_EQ_U64(random_bernoulli_thresholds(1e-12, table, 1, &is_complete), 0);
    EXPECT_EQ_I64(is_complete, 1);
    EXPECT_EQ_U64(table[0], 77);
    EXPECT_EQ_U64(random_bernoulli_thresholds(1.0, table, 1, &is_complete), 1);
    EXPECT_EQ_U64(table[0], 0);
    EXPECT_EQ_U64(random_bernoulli_thresholds(7.0, table, 1, &is_complete), 1);
    EXPECT_EQ_U64(table[0], 0);
    EXPECT_EQ_U64(random_bernoulli_thresholds(0.25, table, 1, &is_complete), 1);
    EXPECT_EQ_U64(table[0], 0xc0000000u);
    EXPECT_EQ_U64(random_bernoulli_thresholds(0.0475, table, 1, &is_complete), 1);
    EXPECT_EQ_U64(table[0], 4090956349u); /* 0.9525 * 2^32 = 4090956349.4 */
    EXPECT_EQ_U64(random_bernoulli_thresholds(0.5, NULL, 0, &is_complete), 0);
    EXPECT_EQ_I64(is_complete, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u01_when_extreme_words_then_inside),
        cmocka_unit_test(u01_when_any_word_then_between_0_and_1_in_both_precisions),
        cmocka_unit_test(exp_negative_when_sampled_then_exact_to_1e_16),
        cmocka_unit_test(inversion_when_uniform_crosses_term_then_next_number),
        cmocka_unit_test(stirling_and_deviance_when_compared_then_close),
        cmocka_unit_test(poisson_when_mean_out_of_range_then_defined),
        cmocka_unit_test(poisson_when_counter_changes_then_number_changes),
        cmocka_unit_test(poisson_when_any_mean_then_distribution),
        cmocka_unit_test(draws_when_any_device_then_as_host),
        cmocka_unit_test(poisson_thresholds_when_any_mean_then_rounded_distribution),
        cmocka_unit_test(poisson_thresholds_when_edges_then_defined),
        cmocka_unit_test(bernoulli_thresholds_when_edges_then_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
