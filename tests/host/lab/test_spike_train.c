#include "support/expect.h"

#include "lab/spike_train.h"

static const int64_t dt_fs = INT64_C(100000000000); /* 0.1 ms */

static void regular_and_irregular_trains_when_counted_then_exact(void **state)
{
    (void)state;
    /* cell 0: steps 0, 100, 200, 300 (CV 0); cell 1: 10, 20, 50 (intervals 1 and 3 ms: CV 0.5);
     * cell 2: none */
    struct sim_spike spikes[] = {
        {0,   0},
        {10,  1},
        {20,  1},
        {50,  1},
        {100, 0},
        {200, 0},
        {300, 0}
    };
    const struct lab_population p = {.n = 3, .spikes = spikes, .n_spikes = 7};
    struct spike_train_statistics s;
    struct err e;
    EXPECT_EQ_I64(spike_train_statistics(&p, dt_fs, 0.0, 100.0, 3, &s, &e), ERR_OK);
    EXPECT_NEAR(s.rate_mean_hz, 7.0 / 3.0 / 0.1, 1e-12);
    EXPECT_NEAR(s.rate_sd_hz, sqrt(13.0 / 3.0) / 0.1,
                1e-12); /* counts 4, 3, 0: variance 13/3 */
    EXPECT_NEAR(s.fano, 13.0 / 3.0 / (7.0 / 3.0), 1e-12);
    EXPECT_EQ_I64(s.n_cv, 2);
    EXPECT_NEAR(s.cv_mean, 0.25, 1e-12);
    EXPECT_NEAR(s.cv_sd, sqrt(0.125), 1e-12);
    EXPECT_NEAR(spike_train_first_ms(&p, 0, dt_fs), 0.1, 1e-12);
    EXPECT_NEAR(spike_train_first_ms(&p, 1, dt_fs), 1.1, 1e-12);
    EXPECT_NEAR(spike_train_first_ms(&p, 2, dt_fs), -1.0, 0.0);
    EXPECT_EQ_I64(spike_train_count(&p, 1), 3);
}

static void window_when_narrow_then_spikes_outside_are_left_out(void **state)
{
    (void)state;
    struct sim_spike spikes[] = {
        {99,  0},
        {100, 0},
        {199, 0},
        {200, 0}
    };
    const struct lab_population p = {.n = 1, .spikes = spikes, .n_spikes = 4};
    struct spike_train_statistics s;
    struct err e;
    EXPECT_EQ_I64(spike_train_statistics(&p, dt_fs, 10.0, 20.0, 3, &s, &e), ERR_OK);
    EXPECT_NEAR(s.rate_mean_hz, 200.0, 1e-9);
    EXPECT_EQ_I64(s.n_cv, 0);
    EXPECT_TRUE(isnan(s.cv_mean));
}

static void silence_when_counted_then_no_rate_and_no_fano(void **state)
{
    (void)state;
    const struct lab_population p = {.n = 2};
    struct spike_train_statistics s;
    struct err e;
    EXPECT_EQ_I64(spike_train_statistics(&p, dt_fs, 0.0, 20.0, 3, &s, &e), ERR_OK);
    EXPECT_NEAR(s.rate_mean_hz, 0.0, 0.0);
    EXPECT_TRUE(isnan(s.fano));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regular_and_irregular_trains_when_counted_then_exact),
        cmocka_unit_test(window_when_narrow_then_spikes_outside_are_left_out),
        cmocka_unit_test(silence_when_counted_then_no_rate_and_no_fano),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
