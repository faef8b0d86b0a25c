#include "support/expect.h"

#include "support/step_test.h"

static const struct step_fixture_model free_cell = {
    .parameters = "tau = 5",
    .states = "v = 0; w = 0",
    .receptors = {"AMPA", "v"},
    .equations = "was = prev(v)\ndv/dt = 1 - v/tau\ndw/dt = v",
};

static void record_v(void)
{
    static const struct step_record records[] = {{.name = "v"}, {.name = "was"}};
    request.records = records;
    request.n_records = 2;
}

static void a_table_assigns_each_value_once(void **unused)
{
    (void)unused;
    int64_t first[] = {2, 3, 6};
    double value[] = {10.0, 20.0, -4.0};
    const struct step_stimulus clamp = {
        .name = "clamp",
        .parameter = 0,
        .is_state = true,
        .mode = STEP_REPLACE,
        .table = {.first = first, .value = value, .n = 3, .before = 99.0}
    };
    request.stimuli = &clamp;
    request.n_stimuli = 1;
    record_v();
    build(&free_cell);
    float v = 0.5f, before = 0.0f;
    cell.values[0] = 0.5;
    for (int k = 0; k < 10; k++) {
        v = k == 2 ? 10.0f : k == 3 ? 20.0f : k == 6 ? -4.0f : v;
        step_fixture_step(&cell);
        EXPECT_SAME_F32((float)cell.samples[0], v);
        EXPECT_SAME_F32((float)cell.samples[1], before); /* prev(v), of the step before */
        before = v;
        v = v + 0.1f * (1.0f - v / 5.0f);
        EXPECT_SAME_F32((float)cell.values[0], v);
    }
}

static void what_is_listed_at_zero_holds_while_settling(void **unused)
{
    (void)unused;
    int64_t first[] = {0};
    double value[] = {7.0};
    struct step_stimulus clamp = {
        .name = "clamp",
        .parameter = 0,
        .is_state = true,
        .mode = STEP_REPLACE,
        .table = {.first = first, .value = value, .n = 1}
    };
    request.stimuli = &clamp;
    request.n_stimuli = 1;
    record_v();
    build(&free_cell);
    for (cell.step = -5; cell.step <= 0;) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], 7.0, 0.0);
    }
    step_fixture_step(&cell); /* step 1 is free */
    EXPECT_NEAR(cell.samples[0], 7.0 + 0.1 * (1.0 - 7.0 / 5.0), 1e-6);
    clamp.mode = STEP_ADD; /* once, not in every step of settling */
    build(&free_cell);
    cell.step = -2;
    cell.values[0] = 5.0; /* rest */
    for (int k = 0; k < 2; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], 5.0, 0.0);
    }
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 12.0, 0.0);
    step_fixture_step(&cell);
    EXPECT_TRUE(cell.samples[0] < 12.0);
}

static void an_expression_assigns_in_every_step(void **unused)
{
    (void)unused;
    const struct step_stimulus clamp = {.name = "clamp",
                                        .parameter = 0,
                                        .is_state = true,
                                        .mode = STEP_REPLACE,
                                        .value = expression("t*(1 + i)/(1 ms)")};
    request.stimuli = &clamp;
    request.n_stimuli = 1;
    record_v();
    build(&free_cell);
    cell.index = 2;
    cell.values[0] = 1000.0;
    for (int k = 0; k < 5; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], 0.3 * k, 1e-6);
    }
}

/* A window: outside of it the value is not a number. */
static void a_value_that_is_no_number_assigns_nothing(void **unused)
{
    (void)unused;
    int64_t first[] = {1, 2, 3};
    double value[] = {4.0, (double)NAN, 6.0};
    struct step_stimulus stimuli[] = {
        {.name = "a",
         .parameter = 0,
         .is_state = true,
         .mode = STEP_REPLACE,
         .table = {.first = first, .value = value, .n = 3}                },
        {.name = "b",
         .parameter = 1,
         .is_state = true,
         .mode = STEP_REPLACE,
         .value = expression("ite(t < 0.15 ms, 0*log(0), 0.5 + t/(1 ms))")},
    };
    static const struct step_record records[] = {{.name = "v"}, {.name = "w"}};
    request.stimuli = stimuli;
    request.n_stimuli = 2;
    request.records = records;
    request.n_records = 2;
    build(&(struct step_fixture_model){.states = "v = 0; w = 0", .equations = "v = v + 1"});
    const double v[] = {0.0, 4.0, 5.0, 6.0, 7.0}, w[] = {3.0, 3.0, 0.7, 0.8, 0.9};
    cell.values[1] = 3.0;
    for (int k = 0; k < 5; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], v[k], 1e-6);
        EXPECT_NEAR(cell.samples[1], w[k], 1e-6);
    }
}

static void several_act_in_order_of_their_names_after_arrivals(void **unused)
{
    (void)unused;
    const bool fed[] = {true};
    const struct step_stimulus stimuli[] = {
        {.name = "a",
         .parameter = 0,
         .is_state = true,
         .mode = STEP_ADD,
         .value = expression("100")},
        {.name = "b",
         .parameter = 0,
         .is_state = true,
         .mode = STEP_REPLACE,
         .value = expression("ite(t < 0.05 ms, 2, 0*log(0))")},
        {.name = "c",
         .parameter = 0,
         .is_state = true,
         .mode = STEP_ADD,
         .value = expression("5")},
        {.name = "d",                                     .parameter = 0,                               .mode = STEP_ADD,                                         .value = expression("1") /* tau */},
    };
    request.is_fed = fed;
    request.stimuli = stimuli;
    request.n_stimuli = 4;
    record_v();
    build(&free_cell);
    cell.values[0] = 50.0;
    cell.arrivals[0] = 1.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 7.0, 0.0);
    const float v = 7.0f + 0.1f * (1.0f - 7.0f / 6.0f);
    EXPECT_SAME_F32((float)cell.values[0], v);
    step_fixture_step(&cell);
    EXPECT_SAME_F32((float)cell.samples[0], v + 1.0f + 100.0f + 5.0f);
}

/* Differential equations take the clamped value for the variable, even where the course stands
 * in them too. */
static void exponential_euler_sees_the_clamped_variable(void **unused)
{
    (void)unused;
    const struct step_stimulus clamp = {.name = "clamp",
                                        .parameter = 0,
                                        .is_state = true,
                                        .mode = STEP_REPLACE,
                                        .value = expression("t/(1 ms)")};
    request.stimuli = &clamp;
    request.n_stimuli = 1;
    build(&(struct step_fixture_model){.states = "v = 0",
                                       .equations = "dv/dt = 3*t - 2*v",
                                       .integrator = INTEGRATOR_EXPONENTIAL_EULER});
    cell.step = 10; /* v = 1: 3 - 2 v */
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 1.5 - 0.5 * exp(-0.2), 1e-6);
}

/* While refractory a held variable keeps what the clamp gives it. */
static void a_clamp_moves_a_held_variable(void **unused)
{
    (void)unused;
    int64_t first[] = {3};
    double value[] = {-5.0};
    const struct step_stimulus clamp = {
        .name = "clamp",
        .parameter = 0,
        .is_state = true,
        .mode = STEP_REPLACE,
        .table = {.first = first, .value = value, .n = 1}
    };
    request.stimuli = &clamp;
    request.n_stimuli = 1;
    record_v();
    build(&(struct step_fixture_model){.states = "v = 0",
                                       .equations = "was = v\ndv/dt = 30",
                                       .threshold = "v > 1",
                                       .reset = "v = 0",
                                       .refractory = "0.5",
                                       .held = {"v"}});
    const double v[] = {0.0, 0.0, 0.0, -5.0, -5.0, -5.0, -2.0};
    for (int k = 0; k < 7; k++) { /* a spike in step 0 holds steps 1 … 5 */
        step_fixture_step(&cell);
        EXPECT_EQ_I64(cell.spike, k == 0);
        EXPECT_NEAR(k < 6 ? cell.samples[0] : cell.values[0], v[k], 1e-5);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_assigns_each_value_once),
        TEST(what_is_listed_at_zero_holds_while_settling),
        TEST(an_expression_assigns_in_every_step),
        TEST(a_value_that_is_no_number_assigns_nothing),
        TEST(several_act_in_order_of_their_names_after_arrivals),
        TEST(exponential_euler_sees_the_clamped_variable),
        TEST(a_clamp_moves_a_held_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
