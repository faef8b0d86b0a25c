#include "support/expect.h"

#include "sim/backend.h"

#include <float.h>

static void uniforms_are_rounded_once_and_flushed_when_filled(void **state)
{
    (void)state;
    struct err e;
    struct arena *arena;
    EXPECT_OK(arena_create(&arena, &e));
    struct ir *const ir = ir_create(arena);
    const uint32_t t = ir_leaf(ir, IR_TIME, 0, 0);
    const uint32_t third = ir_op2(ir, IR_DIV, t, ir_const(ir, 3.0));
    const uint32_t tiny = ir_op2(ir, IR_MUL, t, ir_const(ir, -1e-39));
    uint32_t courses[] = {third, tiny};
    const struct ir_plan plan = {.courses = courses, .n_courses = 2};
    float out[6];
    sim_courses_fill(ir, &plan, -1, 3, 100000000000, PRECISION_SINGLE, out);
    EXPECT_SAME_F32(out[0], 0.0f); /* settling sees the value of step 0 */
    EXPECT_SAME_F32(out[2], 0.0f);
    EXPECT_SAME_F32(out[4], (float)(0.1 / 3.0));
    EXPECT_SAME_F32(out[5], -0.0f); /* a subnormal keeps its sign only */
    arena_destroy(arena);
}

static void thresholds_follow_the_distribution_when_filled(void **state)
{
    (void)state;
    struct err e;
    struct sim_thresholds t;
    const struct step_event_input poisson = {.name = "cortex", .kind = STEP_POISSON};
    const struct step_event_input bernoulli = {.name = "pulse", .kind = STEP_BERNOULLI};
    EXPECT_OK(sim_thresholds_fill(&t, &poisson, 0.5, &e));
    double term = exp(-0.5), below = 0;
    EXPECT_TRUE(t.n >= 6);
    for (uint32_t k = 0; k < t.n; k++) {
        below += term;
        EXPECT_NEAR(t.value[k], below * 0x1p32, 1.0);
        term *= 0.5 / (k + 1);
    }
    EXPECT_OK(sim_thresholds_fill(&t, &poisson, 0.0, &e));
    EXPECT_EQ_I64(t.n, 0);
    EXPECT_OK(sim_thresholds_fill(&t, &poisson, -3.0, &e)); /* a negative rate is none */
    EXPECT_EQ_I64(t.n, 0);
    EXPECT_OK(sim_thresholds_fill(&t, &bernoulli, 0.25, &e));
    EXPECT_EQ_I64(t.n, 1);
    EXPECT_EQ_I64(t.value[0], 0xc0000000u);
    EXPECT_OK(sim_thresholds_fill(&t, &bernoulli, 1.0, &e));
    EXPECT_EQ_I64(t.n, 1);
    EXPECT_EQ_I64(t.value[0], 0);
    EXPECT_OK(sim_thresholds_fill(&t, &bernoulli, 7.0, &e));
    EXPECT_EQ_I64(t.value[0], 0);
    EXPECT_OK(sim_thresholds_fill(&t, &bernoulli, 0.0, &e));
    EXPECT_EQ_I64(t.n, 0);
}

static void thresholds_refuse_what_cannot_be_drawn(void **state)
{
    (void)state;
    struct err e;
    struct sim_thresholds t;
    const struct step_event_input poisson = {.name = "cortex", .kind = STEP_POISSON};
    EXPECT_ERR(sim_thresholds_fill(&t, &poisson, (double)NAN, &e), ERR_NUMERIC,
               "input 'cortex': its rate is not a number");
    EXPECT_ERR(sim_thresholds_fill(&t, &poisson, 129.0, &e), ERR_NUMERIC,
               "input 'cortex': 129 events per step");
    EXPECT_ERR(sim_thresholds_fill(&t, &poisson, (double)INFINITY, &e), ERR_NUMERIC,
               "more than 128");
    EXPECT_OK(sim_thresholds_fill(&t, &poisson, 128.0, &e));
    EXPECT_TRUE(t.n > 128 && t.n <= SIM_THRESHOLDS_MAX);
    for (uint32_t k = 1; k < t.n; k++) {
        EXPECT_TRUE(t.value[k - 1] <= t.value[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniforms_are_rounded_once_and_flushed_when_filled),
        cmocka_unit_test(thresholds_follow_the_distribution_when_filled),
        cmocka_unit_test(thresholds_refuse_what_cannot_be_drawn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
