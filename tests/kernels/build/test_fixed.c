#include "support/expect.h"

#include "build/fixed.h"
#include "base/hash.h"

#include <float.h>

static u32 bits_of(float x)
{
    u32 u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* A float between 2^-100 and 2^20 from a number. */
static float some_weight(uint64_t k)
{
    const uint64_t h = hash_mix64(k);
    return ldexpf(1.0f + (float)(h & 0x7fffff) * 0x1p-23f, (int)((h >> 32) % 120) - 100);
}

static void integers_when_made_equal_those_of_double(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 200000; k++) {
        const float w = some_weight(k);
        const int scale = (int)(hash_mix64(k + 1) % 140) - 40;
        const double exact = ldexp((double)w, scale);
        if (exact > 1073741824.0) {
            continue;
        }
        const double rounded = floor(exact + 0.5);
        EXPECT_EQ_I64(fixed_weight(bits_of(w), scale), (int64_t)rounded);
        EXPECT_EQ_I64(fixed_weight(bits_of(-w), scale), -(int64_t)rounded);
        EXPECT_EQ_I64(fixed_is_coarse(bits_of(w), scale),
                      fabs(rounded - exact) * 1000.0 > exact);
        EXPECT_EQ_I64(fixed_is_coarse(bits_of(-w), scale), fixed_is_coarse(bits_of(w), scale));
    }
}

static void terms_when_summed_are_rounded_up(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 200000; k++) {
        const float w = some_weight(k);
        int least;
        (void)frexp((double)w, &least);
        const int exponent = least + (int)(hash_mix64(k + 7) % 60);
        EXPECT_EQ_I64(fixed_sum_term(bits_of(w), exponent),
                      (int64_t)ceil(ldexp((double)w, 30 - exponent)));
        EXPECT_EQ_I64(fixed_sum_term(bits_of(-w), exponent),
                      fixed_sum_term(bits_of(w), exponent));
    }
}

static void weight_when_zero_or_subnormal_is_zero(void **state)
{
    (void)state;
    EXPECT_EQ_I64(fixed_weight(0, 20), 0);
    EXPECT_EQ_I64(fixed_sum_term(0, 0), 0);
    EXPECT_EQ_I64(fixed_is_coarse(0, 0), 0);
    EXPECT_EQ_I64(fixed_weight(bits_of(FLT_MIN / 2), 140), 0);
    EXPECT_EQ_I64(fixed_weight(bits_of(1.0f), 30), 1 << 30);
    EXPECT_EQ_I64(fixed_weight(bits_of(0.5f), 0), 1); /* ties go up */
    EXPECT_EQ_I64(fixed_weight(bits_of(0.49f), 0), 0);
    EXPECT_EQ_I64(fixed_weight(bits_of(-0.0f), 20), 0);
    EXPECT_EQ_I64(fixed_mantissa(bits_of(-0.0f)), 0);
    EXPECT_EQ_I64(fixed_weight(bits_of(-FLT_MIN / 2), 140), 0);
    EXPECT_EQ_I64(fixed_weight(bits_of(-1.0f), 30), -(1 << 30));
    EXPECT_EQ_I64(fixed_weight(bits_of(-0.5f), 0), -1); /* as far from 0 as 0.5 */
}

static u64 bits64_of(double x)
{
    u64 u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* A double between 2^-100 and 2^20 from a number. */
static double some_double(uint64_t k)
{
    const uint64_t h = hash_mix64(k);
    return ldexp(1.0 + (double)(h >> 12) * 0x1p-52, (int)(hash_mix64(k + 3) % 120) - 100);
}

/* Against 80-bit long doubles, which hold a double's half exactly. */
static void integers_when_of_doubles_are_rounded_half_up(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 200000; k++) {
        const double w = some_double(k);
        const int scale = (int)(hash_mix64(k + 1) % 160) - 40;
        const long double exact = ldexpl((long double)w, scale);
        if (exact > 0x1p52L) {
            continue;
        }
        const long double rounded = floorl(exact + 0.5L);
        EXPECT_EQ_I64(fixed64_weight(bits64_of(w), scale), (int64_t)rounded);
        EXPECT_EQ_I64(fixed64_weight(bits64_of(-w), scale), -(int64_t)rounded);
        EXPECT_EQ_I64(fixed64_is_coarse(bits64_of(w), scale),
                      fabsl(rounded - exact) * 1000.0L > exact);
        EXPECT_EQ_I64(fixed64_is_coarse(bits64_of(-w), scale),
                      fixed64_is_coarse(bits64_of(w), scale));
    }
    EXPECT_EQ_I64(fixed64_weight(bits64_of(1.0), 52), INT64_C(1) << 52);
    EXPECT_EQ_I64(fixed64_weight(bits64_of(-1.0), 52), -(INT64_C(1) << 52));
    EXPECT_EQ_I64(fixed64_weight(bits64_of(0.5), 0), 1);
    EXPECT_EQ_I64(fixed64_weight(bits64_of(-0.5), 0), -1);
    EXPECT_EQ_I64(fixed64_mantissa(bits64_of(-0.0)), 0);
    EXPECT_EQ_I64(fixed64_weight(bits64_of(0.49999999999999994), 0), 0);
    EXPECT_EQ_I64(fixed64_weight(0, 52), 0);
    EXPECT_EQ_I64(fixed64_weight(bits64_of(0x1p-1074), 960), 0);
    EXPECT_EQ_I64(fixed64_is_coarse(bits64_of(0x1p-1074), 960), 1);
}

static void terms_when_of_doubles_are_rounded_up(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 200000; k++) {
        const double w = some_double(k);
        int least;
        (void)frexp(w, &least);
        const int exponent = least + (int)(hash_mix64(k + 7) % 90);
        EXPECT_EQ_I64(fixed64_sum_term(bits64_of(w), exponent),
                      (int64_t)ceil(ldexp(w, 30 - exponent)));
        EXPECT_EQ_I64(fixed64_sum_term(bits64_of(-w), exponent),
                      fixed64_sum_term(bits64_of(w), exponent));
    }
    EXPECT_EQ_I64(fixed64_sum_term(bits64_of(0x1p-1074), -1074), 1 << 30);
    EXPECT_EQ_I64(fixed64_sum_term(bits64_of(0x1.8p-1050), -1049), 3 << 28);
    EXPECT_EQ_I64(fixed64_sum_term(0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_when_made_equal_those_of_double),
        cmocka_unit_test(terms_when_summed_are_rounded_up),
        cmocka_unit_test(integers_when_of_doubles_are_rounded_half_up),
        cmocka_unit_test(terms_when_of_doubles_are_rounded_up),
        cmocka_unit_test(weight_when_zero_or_subnormal_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
