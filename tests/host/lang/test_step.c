#include "support/expect.h"

#include "support/step_test.h"

static void a_cell_spikes_as_the_loop_by_hand_does(void **unused)
{
    (void)unused;
    /* Izhikevich 2003, doi 10.1109/TNN.2003.820440: a regular spiking cell under a constant
     * current */
    build(&(struct step_fixture_model){
        .parameters = "a = 0.02; b = 0.2; c = -65; d = 8; I = 10",
        .states = "v = -65; u = -13",
        .equations = "dv/dt = 0.04*v**2 + 5*v + 140 - u + I\ndu/dt = a*(b*v - u)",
        .threshold = "v >= 30",
        .reset = "v = c\nu = u + d"});
    cell.values[0] = -65.0;
    cell.values[1] = -13.0;
    float v = -65.0f, u = -13.0f;
    int n_spikes = 0;
    for (int k = 0; k < 3000; k++) {
        step_fixture_step(&cell);
        const float dv = 0.04f * (v * v) + 5.0f * v + 140.0f - u + 10.0f;
        const float du = 0.02f * (0.2f * v - u);
        v = v + 0.1f * dv;
        u = u + 0.1f * du;
        const bool spike = v >= 30.0f;
        EXPECT_EQ_I64(cell.spike, spike);
        if (spike) {
            v = -65.0f;
            u = u + 8.0f;
            n_spikes++;
        }
        EXPECT_SAME_F32((float)cell.values[0], v);
        EXPECT_SAME_F32((float)cell.values[1], u);
    }
    EXPECT_TRUE(n_spikes >= 4 && n_spikes <= 20);
}

static const struct step_fixture_model refractory_cell = {
    .parameters = "I = 1",
    .states = "v = 0; g = 0; n = 0",
    .receptors = {"AMPA",  "v", "NMDA", "g"},
    .equations = "dv/dt = I\ng = g + 1",
    .threshold = "v > 0.35",
    .reset = "v = -1\nn = n + 1",
    .refractory = "0.5 ms",
    .held = {"v"},
};

static void a_refractory_time_holds_the_steps_that_follow(void **unused)
{
    (void)unused;
    const bool fed[] = {true, true};
    request.is_fed = fed;
    build(&refractory_cell);
    while (!cell.spike) {
        step_fixture_step(&cell);
    }
    EXPECT_EQ_I64(cell.step - 1, 3); /* 0.4 at the end of step 3 */
    cell.arrivals[0] = 50.0;         /* lost: v takes none while it is held */
    for (int k = 1; k <= 5; k++) {
        EXPECT_NEAR(cell.values[0], -1.0, 0.0);
        EXPECT_NEAR(cell.values[1], 3.0 + k, 0.0); /* g is not held */
        step_fixture_step(&cell);
        EXPECT_TRUE(!cell.spike);
    }
    EXPECT_NEAR(cell.values[0], -1.0, 0.0);
    EXPECT_NEAR(cell.values[2], 1.0, 0.0);
    step_fixture_step(&cell); /* the sixth step is free: the arrival makes it spike */
    EXPECT_TRUE(cell.spike);
    EXPECT_NEAR(cell.values[2], 2.0, 0.0);
}

static void a_held_variable_is_sampled_as_it_is_held(void **unused)
{
    (void)unused;
    const bool fed[] = {true, false};
    const struct step_record v = {.name = "v"};
    request.is_fed = fed;
    request.records = &v;
    request.n_records = 1;
    build(&refractory_cell);
    while (!cell.spike) {
        step_fixture_step(&cell);
    }
    cell.arrivals[0] = 50.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], -1.0, 0.0);
}

static void a_refractory_time_of_no_step_needs_no_counter(void **unused)
{
    (void)unused;
    struct step_fixture_model text = refractory_cell;
    text.refractory = "0 ms";
    build(&text);
    EXPECT_EQ_I64(program.n_states, 3);
}

static void without_held_variables_only_spikes_wait(void **unused)
{
    (void)unused;
    struct step_fixture_model text = refractory_cell;
    text.held[0] = NULL;
    text.reset = "n = n + 1";
    build(&text);
    int n_spikes = 0;
    for (int k = 0; k < 22; k++) {
        step_fixture_step(&cell);
        n_spikes += cell.spike;
    }
    EXPECT_EQ_I64(n_spikes, 4); /* steps 3, 9, 15, 21 */
    EXPECT_NEAR(cell.values[0], 2.2, 1e-5);
}

static void prev_is_the_state_after_its_arrivals(void **unused)
{
    (void)unused;
    const bool fed[] = {true, false};
    request.is_fed = fed;
    build(&(struct step_fixture_model){
        .states = "v = 0",
        .receptors = {"AMPA", "v"},
        .equations = "dv/dt = 10",
        .threshold = "v > 2.5 and prev(v) <= 2.5"
    });
    int64_t at = -1;
    for (int k = 0; k < 6; k++) {
        step_fixture_step(&cell);
        if (cell.spike) {
            EXPECT_EQ_I64(at, -1); /* once: at the crossing */
            at = cell.step - 1;
        }
    }
    EXPECT_EQ_I64(at, 2);
    begin();
    cell.arrivals[0] = 3.0; /* jumps over: prev(v) is 3 already */
    step_fixture_step(&cell);
    EXPECT_TRUE(!cell.spike);
}

static void a_reset_acts_in_sequence_on_the_state_after_the_statements(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "v = 0; w = 0",
                                       .equations = "w = w + 1",
                                       .threshold = "w >= 2",
                                       .reset = "w = w + 0.5\nv = 10*w"});
    step_fixture_step(&cell);
    EXPECT_TRUE(!cell.spike);
    EXPECT_NEAR(cell.values[0], 0.0, 0.0);
    step_fixture_step(&cell);
    EXPECT_TRUE(cell.spike);
    EXPECT_NEAR(cell.values[1], 2.5, 0.0);
    EXPECT_NEAR(cell.values[0], 25.0, 0.0);
}

static void draws_of_statements_are_counted_whatever_is_recorded(void **unused)
{
    (void)unused;
    const struct step_record y = {.name = "y"};
    const struct step_fixture_model text = {
        .states = "x = 0",
        .equations = "y = normal(0, 1)\nx = if x > 1e9: uniform(0, 1) else: uniform(1, 2)",
        .threshold = "uniform(0, 1) < 0",
        .reset = "x = uniform(0, 1)"};
    build(&text);
    EXPECT_EQ_I64(program.streams[0].n_draws, 6);
    EXPECT_TRUE(program.streams[0].name == NULL);
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 1.04, 1e-6);
    request.records = &y;
    request.n_records = 1;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    EXPECT_EQ_I64(program.streams[0].n_draws, 6);
}

static void settling_sees_the_time_zero(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 0; y = 0",
                                       .equations = "x = t\ny = if t < 0: 1 else: 2"});
    cell.step = -20;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 0.0, 0.0);
    EXPECT_NEAR(cell.values[1], 2.0, 0.0);
    cell.step = 0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[1], 2.0, 0.0);
}

static void courses_are_kept_apart_from_cells(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){
        .parameters = "w = 2", .states = "x = 0", .equations = "dx/dt = sin(w*t) - x"});
    struct err e;
    struct ir_plan plan = {0};
    uint8_t *const done = arena_alloc(f.arena, program.ir->n, 1);
    EXPECT_OK(ir_plan_add(program.ir, &program.states[0].out, 1, done, f.arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_courses, 1);
    EXPECT_NEAR(ir_eval(program.ir, plan.courses[0], 10, DT_FS), sin(2.0), 1e-15);
}

static void an_impossible_refractory_time_is_told(void **unused)
{
    (void)unused;
    const struct step_parameter sources[] = {
        {.source = STEP_DEFAULT             },
        { .source = STEP_VALUE, .value = expression("0 ms - 1 ms")}
    };
    struct step_fixture_model text = refractory_cell;
    text.parameters = "I = 1; rest = 1";
    text.refractory = "rest";
    request.parameters = sources;
    expect_fault(&text, "the refractory time would last -10 steps");
}

static void memory_that_is_out_is_told(void **unused)
{
    (void)unused;
    struct err e;
    request.model = step_fixture_model(&f, &refractory_cell);
    for (uint64_t n = 1; n < 6; n++) {
        EXPECT_OK(arena_create(&request.arena, &e));
        (void)mem_fail_at(n);
        const bool is_sound = step_build(&request, &program, &f.d);
        (void)mem_fail_at(0);
        EXPECT_TRUE(is_sound == !arena_failed(request.arena));
        arena_destroy(request.arena);
        if (n == 1) {
            EXPECT_TRUE(!is_sound);
        }
    }
}

static struct ast *condition(const char *text)
{
    return lang_fixture_expression(&f, &request.model->scope, text, true);
}

static void stop_conditions_see_the_state_after_the_reset(void **unused)
{
    (void)unused;
    const struct step_fixture_model text = {.parameters = "c = 5",
                                            .states = "v = 0",
                                            .equations = "gain = 2*v\nv = v + 1",
                                            .threshold = "v >= 3",
                                            .reset = "v = -1"};
    request.model = step_fixture_model(&f, &text);
    const struct step_stop stops[] = {
        {.condition = condition("v > 1.5 and prev(v) < v")},
        {.condition = condition("v > 1.5"),                 .is_all = true},
        {.condition = condition("gain >= 4 and c > 4")                                                },
    };
    request.stops = stops;
    request.n_stops = 3;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    begin();
    EXPECT_EQ_I64(program.n_stops, 3);
    EXPECT_TRUE(program.ir->nodes[program.stops[1]].is_mask);
    const bool high[] = {false, true, false, false}, of_gain[] = {false, false, true, false};
    for (int k = 0; k < 4; k++) { /* after the steps: 1, 2, -1 (a spike), 0 */
        step_fixture_step(&cell);
        EXPECT_EQ_I64(cell.stops[0], high[k]);
        EXPECT_EQ_I64(cell.stops[1], !high[k]); /* all(c) reports where c does not hold */
        EXPECT_EQ_I64(cell.stops[2], of_gain[k]);
    }
}

static void literals_beyond_the_precision_are_told(void **unused)
{
    (void)unused;
    const struct step_fixture_model text = {
        .states = "v = 0", .equations = "v = v + 1\nv = v*2 + 1e39", .threshold = "v < -2e40"};
    request.model = step_fixture_model(&f, &text);
    EXPECT_TRUE(!step_build(&request, &program, &f.d));
    EXPECT_EQ_I64(f.d.n_errors, 2);
    EXPECT_EQ_I64(f.d.items[0].at.line, 2);
    EXPECT_EQ_I64(f.d.items[0].at.column, 11);
    EXPECT_CONTAINS(f.d.items[0].text, "1e39 is too large for a number in single precision");
    EXPECT_CONTAINS(f.d.items[1].text, "2e40");
    request.precision = PRECISION_DOUBLE;
    EXPECT_TRUE((f.d.n_errors = 0, step_build(&request, &program, &f.d)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(literals_beyond_the_precision_are_told),
        TEST(stop_conditions_see_the_state_after_the_reset),
        TEST(a_cell_spikes_as_the_loop_by_hand_does),
        TEST(a_refractory_time_holds_the_steps_that_follow),
        TEST(a_held_variable_is_sampled_as_it_is_held),
        TEST(a_refractory_time_of_no_step_needs_no_counter),
        TEST(without_held_variables_only_spikes_wait),
        TEST(prev_is_the_state_after_its_arrivals),
        TEST(a_reset_acts_in_sequence_on_the_state_after_the_statements),
        TEST(draws_of_statements_are_counted_whatever_is_recorded),
        TEST(settling_sees_the_time_zero),
        TEST(courses_are_kept_apart_from_cells),
        TEST(an_impossible_refractory_time_is_told),
        TEST(memory_that_is_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
