/* What the opencl backend chooses for a device, and that options win. */
#include "support/expect.h"

#include "sim/choose.h"

static const struct device_info cpu = {
    .type = DEVICE_CPU, .compute_units = 2, .native_width = 16, .max_group = 4096};
static const struct device_info gpu = {
    .type = DEVICE_GPU, .compute_units = 100, .native_width = 1, .max_group = 1024};

static void width_when_free_is_the_native_one_and_1_on_a_gpu(void **state)
{
    (void)state;
    struct err e = {0};
    static const uint32_t native[][2] = {
        {0,  1 },
        {1,  1 },
        {2,  1 },
        {4,  4 },
        {8,  8 },
        {16, 16},
        {32, 16}
    };
    for (size_t k = 0; k < sizeof native / sizeof *native; k++) {
        struct device_info info = cpu;
        uint32_t width = 99;
        info.native_width = native[k][0];
        EXPECT_OK(choose_width(&info, 0, &width, &e));
        EXPECT_EQ_I64(width, native[k][1]);
        info.type = DEVICE_GPU;
        EXPECT_OK(choose_width(&info, 0, &width, &e));
        EXPECT_EQ_I64(width, 1);
        EXPECT_OK(choose_width(&info, 8, &width, &e));
        EXPECT_EQ_I64(width, 8);
    }
}

static void width_when_impossible_is_a_usage_error(void **state)
{
    (void)state;
    struct err e = {0};
    static const uint32_t wrong[] = {2, 3, 5, 15, 17, 32, UINT32_MAX};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        uint32_t width = 99;
        EXPECT_ERR(choose_width(&cpu, wrong[k], &width, &e), ERR_USAGE,
                   "the width is 1, 4, 8 or 16");
    }
}

static void delivery_when_free_follows_the_kind_of_device(void **state)
{
    (void)state;
    EXPECT_EQ_I64(choose_delivery(&cpu, SIM_DELIVERY_AUTO), SIM_DELIVERY_PARTITIONED);
    EXPECT_EQ_I64(choose_delivery(&gpu, SIM_DELIVERY_AUTO), SIM_DELIVERY_ATOMIC);
    EXPECT_EQ_I64(choose_delivery(&cpu, SIM_DELIVERY_ATOMIC), SIM_DELIVERY_ATOMIC);
    EXPECT_EQ_I64(choose_delivery(&gpu, SIM_DELIVERY_PARTITIONED), SIM_DELIVERY_PARTITIONED);
    EXPECT_EQ_I64(choose_partitions(&cpu, 0), 2);
    EXPECT_EQ_I64(choose_partitions(&cpu, 7), 7);
}

static void group_when_free_leaves_every_unit_several(void **state)
{
    (void)state;
    EXPECT_EQ_I64(choose_group(&cpu, 0, 1), 1);
    EXPECT_EQ_I64(choose_group(&cpu, 0, 100000), 64);
    EXPECT_EQ_I64(choose_group(&gpu, 0, 1), 32);
    EXPECT_EQ_I64(choose_group(&gpu, 0, 1000000), 128);
    for (uint64_t n = 1; n < 3000; n += 7) {
        const uint32_t group = choose_group(&cpu, 0, n);
        EXPECT_TRUE(group == 1 || n / group >= 16);
    }
}

static void group_when_forced_stays_within_the_device(void **state)
{
    (void)state;
    struct device_info small = cpu;
    small.max_group = 8;
    EXPECT_EQ_I64(choose_group(&cpu, 5, 1000), 5);
    EXPECT_EQ_I64(choose_group(&small, 64, 1000), 8);
    EXPECT_EQ_I64(choose_deliver_group(&small, 0), 8);
    EXPECT_EQ_I64(choose_deliver_group(&gpu, 0), 128);
    EXPECT_EQ_I64(choose_deliver_group(&gpu, 3), 3);
    EXPECT_TRUE(choose_deliver_groups(&gpu) >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_when_free_is_the_native_one_and_1_on_a_gpu),
        cmocka_unit_test(width_when_impossible_is_a_usage_error),
        cmocka_unit_test(delivery_when_free_follows_the_kind_of_device),
        cmocka_unit_test(group_when_free_leaves_every_unit_several),
        cmocka_unit_test(group_when_forced_stays_within_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
