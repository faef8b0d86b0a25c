#include "support/expect.h"

#include "net/inside.h"

static void exponent_when_asked_bounds_the_weight(void **state)
{
    (void)state;
    EXPECT_EQ_I64(net_weight_exponent(1.0), 0);
    EXPECT_EQ_I64(net_weight_exponent(1.0000001), 1);
    EXPECT_EQ_I64(net_weight_exponent(0.5), -1);
    EXPECT_EQ_I64(net_weight_exponent(6.1625), 3);
}

static void fixed_when_made_is_rounded_up(void **state)
{
    (void)state;
    EXPECT_EQ_U64(net_weight_fixed(1.0, 0), 1u << 30);
    EXPECT_EQ_U64(net_weight_fixed(1.0, 5), 1u << 25);
    EXPECT_EQ_U64(net_weight_fixed(0x1p-40, 0), 1);
    EXPECT_EQ_U64(net_weight_fixed(0.0, 0), 0);
    EXPECT_EQ_U64(net_weight_fixed(-1.0, 5), 1u << 25);
    EXPECT_EQ_U64(net_weight_fixed(-0x1p-40, 0), 1);
}

/* The largest power of two s with sum*s <= 2^30. */
static void scale_when_found_is_the_largest_that_fits(void **state)
{
    (void)state;
    for (int n = 1; n < 3000; n += 7) {
        const double w = 0.37 + 0.01 * n;
        const int exponent = net_weight_exponent(w);
        const struct net_channel_sum sum = {.has_weight = true,
                                            .exponent = exponent,
                                            .most =
                                                (uint64_t)n * net_weight_fixed(w, exponent)};
        const int k = net_channel_scale(&sum, PRECISION_SINGLE);
        EXPECT_TRUE(ldexp(w * n, k) <= 0x1p30);
        EXPECT_TRUE(ldexp(w * n, k + 1) > 0x1p30 * (1.0 - 1e-8));
    }
}

static void scale_when_nothing_is_wired_is_that_of_one_synapse(void **state)
{
    (void)state;
    const struct net_channel_sum none = {.has_weight = false},
                                 one = {.has_weight = true, .exponent = 0, .most = 0};
    EXPECT_EQ_I64(net_channel_scale(&none, PRECISION_SINGLE), 0);
    EXPECT_EQ_I64(net_channel_scale(&one, PRECISION_SINGLE), 30);
    const struct net_channel_sum tiny = {.has_weight = true, .exponent = -140, .most = 1};
    EXPECT_TRUE(net_channel_scale(&tiny, PRECISION_SINGLE) <= 126);
}

/* In double the sum may reach 2^52, and the scale and its reciprocal are numbers. */
static void scale_when_in_double_has_22_bits_more(void **state)
{
    (void)state;
    for (int n = 1; n < 3000; n += 7) {
        const int exponent = net_weight_exponent(0.37 + 0.01 * n);
        const struct net_channel_sum sum = {
            .has_weight = true,
            .exponent = exponent,
            .most = (uint64_t)n * net_weight_fixed(0.37 + 0.01 * n, exponent)};
        EXPECT_EQ_I64(net_channel_scale(&sum, PRECISION_DOUBLE),
                      net_channel_scale(&sum, PRECISION_SINGLE) + 22);
    }
    const struct net_channel_sum tiny = {.has_weight = true, .exponent = -1073, .most = 1},
                                 huge = {.has_weight = true, .exponent = 1024, .most = 1 << 30};
    EXPECT_TRUE(ldexp(1.0, -net_channel_scale(&tiny, PRECISION_DOUBLE)) > 0x1p-1022);
    EXPECT_EQ_I64(net_channel_scale(&huge, PRECISION_DOUBLE), -972);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponent_when_asked_bounds_the_weight),
        cmocka_unit_test(fixed_when_made_is_rounded_up),
        cmocka_unit_test(scale_when_found_is_the_largest_that_fits),
        cmocka_unit_test(scale_when_nothing_is_wired_is_that_of_one_synapse),
        cmocka_unit_test(scale_when_in_double_has_22_bits_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
