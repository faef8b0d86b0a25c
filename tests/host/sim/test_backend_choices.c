/* Every choice of the opencl backend on every device: width, delivery, work-group, partitions,
 * slice, draws per step; in double precision, with given events and terms of stop_when too.
 * None changes a bit (design section 6). ctest-labels: slow */
#include "support/backend_extras.h"

#include <stdlib.h>

static void check_device(struct device *d, uint32_t width, enum sim_delivery delivery,
                         uint32_t group, uint32_t n_draws, bool has_extras,
                         enum precision precision)
{
    static const uint32_t sizes[][2] = {
        {1,  17 },
        {16, 15 },
        {65, 257}
    };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct hand_network b;
        hand_init(&b, sizes[k][0], sizes[k][1], (uint32_t)k * 3, n_draws);
        if (precision == PRECISION_DOUBLE) {
            extra_double(&b);
        }
        if (has_extras) {
            extra_trains(&b);
            extra_stops(&b);
        }
        hand_upload(&b, d);
        const struct sim_options options = {.width = width,
                                            .delivery = delivery,
                                            .group = group,
                                            .partitions = (uint32_t)k * 2 + 1};
        const struct hand_outcome expected =
            hand_run(&sim_backend_cpu, &b, NULL, &options, -19, 61, b.network.slice, 1);
        EXPECT_TRUE(expected.count[1] > 0);
        hand_expect_same(
            hand_run(&sim_backend_opencl, &b, d, &options, -19, 61, b.network.slice, 5),
            expected);
        hand_expect_same(hand_run(&sim_backend_opencl, &b, d, &options, -19, 61, 1, 2),
                         expected);
        hand_fini(&b);
    }
}

static void on_every_device(void (*check)(struct device *))
{
    struct err e = {0};
    struct device_info *all = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    for (uint32_t k = 0; k < n; k++) {
        struct device *d = NULL;
        EXPECT_OK(device_open(&d, &all[k], NULL, &e));
        check(d);
        device_close(d);
    }
    mem_free(all);
}

static void check_widths(struct device *d)
{
    static const uint32_t widths[] = {1, 4, 8, 16};
    for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
        check_device(d, widths[k], SIM_DELIVERY_PARTITIONED, 0, 2, false, PRECISION_SINGLE);
        check_device(d, widths[k], SIM_DELIVERY_ATOMIC, 0, 2, false, PRECISION_SINGLE);
    }
}

static void check_extras(struct device *d)
{
    static const uint32_t widths[] = {1, 4, 8, 16};
    for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
        check_device(d, widths[k], SIM_DELIVERY_PARTITIONED, 3, 2, true, PRECISION_SINGLE);
        if (device_info_of(d)->has_double) {
            check_device(d, widths[k], SIM_DELIVERY_PARTITIONED, 0, 2, true, PRECISION_DOUBLE);
            check_device(d, widths[k], SIM_DELIVERY_ATOMIC, 5, 2, true, PRECISION_DOUBLE);
        }
    }
}

static void check_groups(struct device *d)
{
    static const uint32_t groups[] = {1, 3, 64};
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
        check_device(d, 4, SIM_DELIVERY_ATOMIC, groups[k], 2, false, PRECISION_SINGLE);
    }
}

/* Draws per step are n_draws + 2: every way a step's words can lie across calls of Philox. */
static void check_draws(struct device *d)
{
    static const uint32_t draws[] = {1, 3, 4, 5, 6, 11};
    for (size_t k = 0; k < sizeof draws / sizeof *draws; k++) {
        check_device(d, 8, SIM_DELIVERY_AUTO, 0, draws[k], false, PRECISION_SINGLE);
    }
}

static void results_do_not_depend_on_width_or_delivery(void **state)
{
    (void)state;
    on_every_device(check_widths);
}

static void results_when_double_given_or_stopped_do_not_depend_on_width(void **state)
{
    (void)state;
    on_every_device(check_extras);
}

static void results_do_not_depend_on_work_groups(void **state)
{
    (void)state;
    on_every_device(check_groups);
}

static void results_equal_for_any_number_of_draws(void **state)
{
    (void)state;
    on_every_device(check_draws);
}

int main(void)
{
    if (setenv("STRIATUM_CACHE_DIR", TEST_BINARY_DIR "/test_cache_backend", 1) != 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_width_or_delivery),
        cmocka_unit_test(results_when_double_given_or_stopped_do_not_depend_on_width),
        cmocka_unit_test(results_do_not_depend_on_work_groups),
        cmocka_unit_test(results_equal_for_any_number_of_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
