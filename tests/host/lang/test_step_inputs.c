#include "support/expect.h"

#include "support/step_test.h"

static void arrivals_come_before_samples_and_statements(void **unused)
{
    (void)unused;
    const bool fed[] = {true, false};
    const struct step_record records[] = {{.name = "g"}, {.name = "v"}, {.name = "I"}};
    request.is_fed = fed;
    request.records = records;
    request.n_records = 3;
    build(&two_currents);
    EXPECT_EQ_I64(program.n_arrivals, 1);
    EXPECT_EQ_I64(program.arrivals[0].receptor, 0);
    cell.values[0] = -70.0;
    cell.values[1] = 1.0;
    cell.arrivals[0] = 3.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 4.0, 0.0);
    EXPECT_NEAR(cell.samples[1], -70.0, 0.0); /* as the step began */
    EXPECT_NEAR(cell.samples[2], 0.0, 0.0);   /* an intermediate is 0 in row 0 */
    EXPECT_SAME_F32((float)cell.values[1], 4.0f + 0.1f * (-4.0f / 5.0f));
    EXPECT_SAME_F32((float)cell.values[0], -70.0f + 0.1f * 8.0f);
    cell.arrivals[0] = 0.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[2], 8.0, 0.0); /* the value of the step that ended now */
    EXPECT_EQ_I64(program.n_states, 3);
    EXPECT_EQ_I64(program.states[2].model_state, IR_NONE);
    EXPECT_STR(program.states[2].name, "I");
}

static void arrivals_are_added_in_their_fixed_order(void **unused)
{
    (void)unused;
    const bool fed[] = {true, true};
    const uint32_t to_both[] = {0, 1}, to_second[] = {1};
    const struct ast *const weights[] = {expression("0.3"), expression("0.7")};
    const struct step_event events[] = {
        {.name = "cortex",
         .kind = STEP_POISSON,
         .rate = expression("0.5"),
         .n_weights = 2,
         .receptors = to_both,
         .weights = weights    },
        {.name = "thalamus",
         .kind = STEP_BERNOULLI,
         .rate = expression("2"),
         .n_weights = 1,
         .receptors = to_second,
         .weights = &weights[1]},
    };
    const struct step_record g = {.name = "g"};
    request.is_fed = fed;
    request.events = events;
    request.n_events = 2;
    request.records = &g;
    request.n_records = 1;
    build(&two_currents);
    cell.values[1] = 0.1;
    cell.arrivals[0] = 1e-3;
    cell.arrivals[1] = 1e4;
    cell.events[0] = 3.0;
    cell.events[1] = 1.0;
    step_fixture_step(&cell);
    float sum = 0.1f + 1e-3f;
    sum = sum + 1e4f;
    sum = sum + 3.0f * 0.3f;
    sum = sum + 3.0f * 0.7f;
    sum = sum + 1.0f * 0.7f;
    EXPECT_SAME_F32((float)cell.samples[0], sum);
    EXPECT_EQ_I64(program.n_events, 2);
    EXPECT_EQ_I64(program.n_streams, 3);
    EXPECT_STR(program.streams[2].name, "thalamus");
    EXPECT_EQ_I64(program.streams[2].n_draws, 1);
    EXPECT_EQ_I64(program.events[1].stream, 2);
    EXPECT_EQ_I64(program.events[1].kind, STEP_BERNOULLI);
    double mean;
    EXPECT_TRUE(ir_is_const(program.ir, program.events[0].mean, &mean));
    EXPECT_NEAR(mean, 0.05, 1e-17);
}

static void rates_may_follow_time_or_differ_between_cells(void **unused)
{
    (void)unused;
    const uint32_t receptor = 0;
    const struct ast *const one = expression("1");
    int64_t first[] = {0};
    double value[] = {4.0};
    struct step_event events[] = {
        {.name = "a", .kind = STEP_POISSON,   .rate = expression("ite(t < 1 ms, 2, 3)")},
        {.name = "b", .kind = STEP_POISSON,   .rate = expression("0.1*i")              },
        {.name = "c", .kind = STEP_BERNOULLI, .rate = expression("2*i")                },
        {.name = "d",
         .kind = STEP_POISSON,
         .rate_table = {.first = first, .value = value, .n = 1}                        },
    };
    for (int k = 0; k < 4; k++) {
        events[k].n_weights = 1;
        events[k].receptors = &receptor;
        events[k].weights = &one;
    }
    request.events = events;
    request.n_events = 4;
    build(&two_currents);
    const struct ir *const ir = program.ir;
    EXPECT_EQ_I64(program.n_events, 2); /* the other two are drawn cell by cell */
    EXPECT_EQ_I64(program.n_streams, 5);
    EXPECT_NEAR(ir_eval(ir, program.events[0].mean, 9, DT_FS), 0.2, 1e-16);
    EXPECT_NEAR(ir_eval(ir, program.events[0].mean, 10, DT_FS), 0.3, 1e-16);
    EXPECT_EQ_I64(program.events[1].stream, 4);
    EXPECT_NEAR(ir_eval(ir, program.events[1].mean, -1, DT_FS), 0.4,
                1e-16); /* settling sees t = 0 */
    EXPECT_NEAR(ir_eval(ir, program.events[1].mean, 0, DT_FS), 0.4, 1e-16);
    uint32_t n_poisson = 0, n_u01 = 0;
    for (uint32_t k = 0; k < ir->n; k++) {
        n_poisson +=
            ir->nodes[k].op == IR_POISSON && ir->nodes[k].b == 2 && ir->nodes[k].c == 0;
        n_u01 += ir->nodes[k].op == IR_U01 && ir->nodes[k].a == 3 && ir->nodes[k].b == 0;
    }
    EXPECT_EQ_I64(n_poisson, 1);
    EXPECT_EQ_I64(n_u01, 1);
    cell.index = 3; /* p = 0.6 per step, above the number drawn (0.31) */
    step_fixture_step(&cell);
    const double with_event = cell.values[1];
    begin();
    cell.index = 1; /* p = 0.2: none */
    step_fixture_step(&cell);
    EXPECT_NEAR(with_event - cell.values[1], 0.98, 1e-6);
}

static void stimuli_act_in_order(void **unused)
{
    (void)unused;
    int64_t first[] = {3, 5};
    double value[] = {10.0, 20.0};
    struct step_stimulus stimuli[] = {
        {.name = "a", .parameter = 1, .mode = STEP_ADD, .value = expression("1")    },
        {.name = "b",
         .parameter = 1,
         .mode = STEP_REPLACE,
         .table = {.first = first, .value = value, .n = 2, .before = -5.0}          },
        {.name = "c", .parameter = 1, .mode = STEP_ADD, .value = expression("0.5*i")},
        {.name = "d", .parameter = 0, .mode = STEP_ADD, .value = expression("100")  },
    };
    const struct step_record records[] = {{.name = "I_ext"}, {.name = "tau"}};
    request.stimuli = stimuli;
    request.n_stimuli = 4;
    request.records = records;
    request.n_records = 2;
    build(&two_currents);
    cell.index = 4;
    const int64_t steps[] = {-1, 0, 4, 5, 1000};
    const double expected[] = {-3.0, -3.0, 12.0, 22.0, 22.0};
    for (int k = 0; k < 5; k++) {
        cell.step = steps[k];
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], expected[k], 0.0);
        EXPECT_NEAR(cell.samples[1], 105.0, 0.0);
    }
}

static void parameters_come_from_their_sources(void **unused)
{
    (void)unused;
    const struct step_parameter sources[] = {
        {.source = STEP_PER_CELL},
        {.source = STEP_VALUE,    .value = expression("ite(t < 1 ms, 0.25, 0.5)")},
        {.source = STEP_DEFAULT                      },
        {.source = STEP_DEFAULT},
    };
    const struct step_record records[] = {
        {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
    request.parameters = sources;
    request.records = records;
    request.n_records = 4;
    build(&(struct step_fixture_model){.parameters = "a = 1; b = 2; c = 2*b + a; d = 3",
                                       .states = "x = 0",
                                       .equations = "dx/dt = c*d"});
    cell.parameters[0] = 7.0;
    cell.step = 9;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 7.0, 0.0);
    EXPECT_NEAR(cell.samples[1], 0.25, 0.0);
    EXPECT_NEAR(cell.samples[2], 7.5, 0.0); /* of the effective values */
    EXPECT_NEAR(cell.samples[3], 3.0, 0.0);
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[2], 8.0, 0.0);
}

static void a_parameter_that_is_no_number_is_told(void **unused)
{
    (void)unused;
    const struct step_parameter source = {.source = STEP_VALUE, .value = expression("log(-1)")};
    request.parameters = &source;
    expect_fault(&(struct step_fixture_model){.parameters = "a = 1",
                                              .states = "x = 0",
                                              .equations = "x = 1"},
                 "parameter 'a' is not a number");
}

static void a_parameter_beyond_single_precision_is_told(void **unused)
{
    (void)unused;
    const struct step_parameter source = {.source = STEP_VALUE, .value = expression("1e300")};
    request.parameters = &source;
    expect_fault(&(struct step_fixture_model){.parameters = "a = 1",
                                              .states = "x = 0",
                                              .equations = "x = a"},
                 "parameter 'a' is too large");
}

static void a_parameter_that_depends_on_itself_is_told(void **unused)
{
    (void)unused;
    const struct step_fixture_model text = {
        .parameters = "a = 1; b = 2*a", .states = "x = 0", .equations = "x = b"};
    request.model = step_fixture_model(&f, &text);
    const struct step_parameter sources[] = {
        {.source = STEP_VALUE, .value = expression("b + 1")},
        {.source = STEP_DEFAULT                   }
    };
    request.parameters = sources;
    EXPECT_TRUE(!step_build(&request, &program, &f.d));
    EXPECT_CONTAINS(f.d.items[0].text, "parameter 'a' depends on itself in population 'cells'");
}

static void draws_where_they_have_no_place_are_told(void **unused)
{
    (void)unused;
    const struct step_parameter source = {.source = STEP_VALUE,
                                          .value = expression("uniform(0, 1)")};
    request.parameters = &source;
    expect_fault(&(struct step_fixture_model){.parameters = "a = 1",
                                              .states = "x = 0",
                                              .equations = "x = a"},
                 "a random function has no place in a parameter");
}

static void impossible_rates_are_told(void **unused)
{
    (void)unused;
    struct step_event event = {
        .name = "cortex", .kind = STEP_POISSON, .rate = expression("-1")};
    request.events = &event;
    request.n_events = 1;
    expect_fault(&two_currents, "the rate of input 'cortex' is below 0");
    f.d.n_errors = 0; /* one list for all three */
    event.rate = expression("11");
    event.kind = STEP_BERNOULLI;
    expect_fault(&two_currents, "input 'cortex' would have 1.1 events per step");
    f.d.n_errors = 0;
    event.rate = expression("0*log(0)");
    expect_fault(&two_currents, "the rate of input 'cortex' is not a number");
}

/* Ring first, then inputs by name, given events among the others. */
static void given_events_arrive_among_the_inputs_by_name(void **unused)
{
    (void)unused;
    const bool fed[] = {true, false};
    const uint32_t both[] = {1, 0}, first[] = {0};
    const struct ast *const weight = expression("0.7");
    const struct step_event events[] = {
        {.name = "a",        .kind = STEP_TRAIN, .n_weights = 2, .receptors = both},
        {.name = "b",
         .kind = STEP_POISSON,
         .rate = expression("0.5"),
         .n_weights = 1,
         .receptors = first,
         .weights = &weight},
        {.name = "c", .kind = STEP_TRAIN,                   .n_weights = 1,                       .receptors = first                     },
    };
    const struct step_record g = {.name = "g"};
    request.is_fed = fed;
    request.events = events;
    request.n_events = 3;
    request.records = &g;
    request.n_records = 1;
    build(&two_currents);
    EXPECT_EQ_I64(program.n_trains, 3);
    EXPECT_EQ_I64(program.trains[0].event, 0);
    EXPECT_EQ_I64(program.trains[0].receptor, 1);
    EXPECT_EQ_I64(program.trains[1].receptor, 0);
    EXPECT_EQ_I64(program.trains[2].event, 2);
    EXPECT_EQ_I64(program.n_streams, 2); /* given events draw nothing */
    EXPECT_STR(program.streams[1].name, "b");
    EXPECT_EQ_I64(program.n_events, 1);
    cell.values[1] = 0.1;
    cell.arrivals[0] = 1e-3;
    cell.trains[0] = 1e4;
    cell.trains[1] = 0.25;
    cell.trains[2] = -9e3;
    cell.events[0] = 3.0;
    step_fixture_step(&cell);
    float sum = 0.1f + 1e-3f;
    sum = sum + 1e4f;
    sum = sum + 0.25f;
    sum = sum + 3.0f * 0.7f;
    sum = sum + -9e3f;
    EXPECT_SAME_F32((float)cell.samples[0], sum);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arrivals_come_before_samples_and_statements),
        TEST(arrivals_are_added_in_their_fixed_order),
        TEST(given_events_arrive_among_the_inputs_by_name),
        TEST(rates_may_follow_time_or_differ_between_cells),
        TEST(stimuli_act_in_order),
        TEST(parameters_come_from_their_sources),
        TEST(a_parameter_that_is_no_number_is_told),
        TEST(a_parameter_beyond_single_precision_is_told),
        TEST(a_parameter_that_depends_on_itself_is_told),
        TEST(draws_where_they_have_no_place_are_told),
        TEST(impossible_rates_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
