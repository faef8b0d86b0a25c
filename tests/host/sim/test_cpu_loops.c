#include "support/expect.h"

#include "sim/cpu_loops.h"

#include "base/mem.h"

enum { N = 48 };

static void sums_become_numbers_and_are_cleared(void **state)
{
    (void)state;
    _Alignas(64) int32_t small[N];
    _Alignas(64) float singles[N];
    _Alignas(64) int64_t large[N];
    _Alignas(64) double doubles[N];
    for (int k = 0; k < N; k++) {
        small[k] = (k % 2 == 0 ? 1 : -1) * ((1 << 30) - 7 * k);
        large[k] = (k % 2 == 0 ? 1 : -1) * ((INT64_C(1) << 52) - 7 * k);
    }
    cpu_loops_single.arrivals(small, singles, N, 0x1p-20);
    cpu_loops_double.arrivals(large, doubles, N, 0x1p-44);
    for (int k = 0; k < N; k++) {
        const int sign = k % 2 == 0 ? 1 : -1;
        EXPECT_SAME_F32(singles[k], (float)(sign * ((1 << 30) - 7 * k)) * 0x1p-20f);
        EXPECT_TRUE(doubles[k] * 0x1p44 == (double)(sign * ((INT64_C(1) << 52) - 7 * k)));
        EXPECT_TRUE(small[k] == 0 && large[k] == 0);
    }
}

static void events_count_the_thresholds_reached(void **state)
{
    (void)state;
    static const uint32_t thresholds[] = {10, 20, 20, 4000000000u};
    _Alignas(64) uint32_t words[N];
    _Alignas(64) float singles[N];
    _Alignas(64) double doubles[N];
    for (uint32_t k = 0; k < N; k++) {
        words[k] = k == 47 ? UINT32_MAX : k;
    }
    cpu_loops_single.events(words, N, thresholds, 4, singles);
    cpu_loops_double.events(words, N, thresholds, 4, doubles);
    for (uint32_t k = 0; k < N; k++) {
        const double expected = k == 47 ? 4 : k >= 20 ? 3 : k >= 10 ? 1 : 0;
        EXPECT_TRUE((double)singles[k] == expected && doubles[k] == expected);
    }
}

static void first_cell_that_is_not_finite_is_found(void **state)
{
    (void)state;
    _Alignas(64) float singles[N] = {0};
    _Alignas(64) double doubles[N] = {0};
    EXPECT_EQ_I64(cpu_loops_single.first_not_finite(singles, N), N);
    EXPECT_EQ_I64(cpu_loops_double.first_not_finite(doubles, N), N);
    doubles[3] = 1e300; /* no float, but a double */
    EXPECT_EQ_I64(cpu_loops_double.first_not_finite(doubles, N), N);
    for (uint32_t at = N; at-- > 0;) {
        singles[at] = at % 2 == 0 ? NAN : -INFINITY;
        doubles[at] = at % 2 == 0 ? (double)INFINITY : (double)NAN;
        EXPECT_EQ_I64(cpu_loops_single.first_not_finite(singles, N), at);
        EXPECT_EQ_I64(cpu_loops_double.first_not_finite(doubles, N), at);
    }
}

static void cells_below_a_limit_are_counted_from_the_first(void **state)
{
    (void)state;
    float singles[N];
    double doubles[N];
    for (int k = 0; k < N; k++) {
        singles[k] = k == 5 || k == 40 ? -2.5f : -2.0f;
        doubles[k] = k == 5 || k == 40 ? -2.0 - 0x1p-50 : -2.0;
    }
    singles[41] = NAN;
    uint32_t first = 99;
    EXPECT_EQ_I64(cpu_loops_single.count_below(singles, N, -2.0, &first), 2);
    EXPECT_EQ_I64(first, 5);
    EXPECT_EQ_I64(cpu_loops_double.count_below(doubles, N, -2.0, &first), 2);
    EXPECT_EQ_I64(first, 5);
    EXPECT_EQ_I64(cpu_loops_double.count_below(doubles, 5, -2.0, &first), 0);
}

static void poisson_numbers_are_the_same_in_both_precisions(void **state)
{
    (void)state;
    static const double means[] = {0.0, 0.1, 3.3, 12.7, 1234.5, 1e6 / 3};
    uint64_t total = 0;
    for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
        float mean[N], singles[N];
        double wide[N], doubles[N];
        for (int k = 0; k < N; k++) {
            wide[k] = means[m];
            mean[k] = (float)means[m];
        }
        cpu_loops_single.poisson(mean, 100, UINT64_C(1) << 40, 0, 77, N, singles);
        cpu_loops_double.poisson(wide, 100, UINT64_C(1) << 40, 0, 77, N, doubles);
        for (int k = 0; k < N; k++) {
            EXPECT_TRUE((double)singles[k] == doubles[k]);
            total += (uint64_t)doubles[k];
        }
    }
    EXPECT_TRUE(total > 100000);
}

static void given_events_and_indices_take_their_lane(void **state)
{
    (void)state;
    double row[N] = {0}, index[N];
    cpu_loops_double.add_given(row, 7, 0.1);
    cpu_loops_double.add_given(row, 7, 0.2);
    EXPECT_TRUE(row[7] == 0.1 + 0.2 && row[6] == 0.0);
    float narrow[N] = {0};
    cpu_loops_single.add_given(narrow, 3, (double)0.1f);
    cpu_loops_single.add_given(narrow, 3, (double)0.2f);
    EXPECT_SAME_F32(narrow[3], 0.1f + 0.2f);
    cpu_loops_double.index(4294967000u, 3, index);
    EXPECT_TRUE(index[2] == 4294967002.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_become_numbers_and_are_cleared),
        cmocka_unit_test(events_count_the_thresholds_reached),
        cmocka_unit_test(first_cell_that_is_not_finite_is_found),
        cmocka_unit_test(cells_below_a_limit_are_counted_from_the_first),
        cmocka_unit_test(poisson_numbers_are_the_same_in_both_precisions),
        cmocka_unit_test(given_events_and_indices_take_their_lane)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
