/* host/lang/flush.h: the thread's setting, and constants. */
#include "support/expect.h"

#include "lang/flush.h"

static void state_when_begun_and_ended_then_subnormals_are_zero_in_between(void **state)
{
    (void)state;
    volatile float small = 0x1p-126f, subnormal = 0x1p-130f;
    EXPECT_SAME_F32(small * 0.5f, 0x1p-127f);
    /* volatile: a compiler may move arithmetic across the change of the setting, but not these.
     */
    const uint64_t old = flush_denormals_begin();
    volatile float product = small * 0.5f, negative = -small * 0.5f, sum = subnormal + 0.0f,
                   exact = small * 1.0f;
    flush_denormals_end(old);
    EXPECT_SAME_F32(product, 0.0f);
    EXPECT_SAME_F32(negative, -0.0f);
    EXPECT_SAME_F32(sum, 0.0f);
    EXPECT_SAME_F32(exact, 0x1p-126f);
    EXPECT_SAME_F32(small * 0.5f, 0x1p-127f);
}

/* A network in double keeps subnormals within a thread that flushes. */
static void state_when_paused_then_subnormals_are_kept_and_flushed_again(void **state)
{
    (void)state;
    volatile float small = 0x1p-126f;
    const uint64_t old = flush_denormals_begin();
    const uint64_t flushing = flush_denormals_pause();
    volatile float kept = small * 0.5f;
    flush_denormals_end(flushing);
    volatile float flushed = small * 0.5f;
    flush_denormals_end(old);
    EXPECT_SAME_F32(kept, 0x1p-127f);
    EXPECT_SAME_F32(flushed, 0.0f);
}

static void constant_when_below_the_least_normal_then_zero_with_its_sign(void **state)
{
    (void)state;
    EXPECT_SAME_F32(flush_to_f32(0x1p-126), 0x1p-126f);
    EXPECT_SAME_F32(flush_to_f32(-0x1p-126), -0x1p-126f);
    EXPECT_SAME_F32(flush_to_f32(0x1.fffffffffp-127), 0.0f);
    EXPECT_SAME_F32(flush_to_f32(-0x1p-140), -0.0f);
    EXPECT_SAME_F32(flush_to_f32(5e-324), 0.0f);
    EXPECT_SAME_F32(flush_to_f32(0.0), 0.0f);
    EXPECT_SAME_F32(flush_to_f32(-0.0), -0.0f);
    EXPECT_SAME_F32(flush_to_f32(0.1), 0.1f);
    EXPECT_SAME_F32(flush_to_f32(1e39), INFINITY);
    EXPECT_TRUE(isnan(flush_to_f32((double)NAN)));
    const uint64_t old = flush_denormals_begin();
    const float subnormal = flush_to_f32(0x1p-130), normal = flush_to_f32(0x1p-126);
    flush_denormals_end(old);
    EXPECT_SAME_F32(subnormal, 0.0f);
    EXPECT_SAME_F32(normal, 0x1p-126f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_when_begun_and_ended_then_subnormals_are_zero_in_between),
        cmocka_unit_test(state_when_paused_then_subnormals_are_kept_and_flushed_again),
        cmocka_unit_test(constant_when_below_the_least_normal_then_zero_with_its_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
