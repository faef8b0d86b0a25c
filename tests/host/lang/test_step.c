#include "support/expect.h"

#include "support/step_fixture.h"

#define DT_FS INT64_C(100000000000) /* 0.1 ms */

static struct lang_fixture f;
static struct step_program program;
static struct step_request request;
static struct step_fixture_cell cell;

static double draw(uint32_t stream, uint32_t k)
{
    return 0.1 * (double)stream + 0.01 * (double)(k + 1);
}

static int setup(void **state)
{
    (void)state;
    lang_fixture_init(&f);
    request = (struct step_request){.arena = f.arena, .population = "cells", .dt_fs = DT_FS};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lang_fixture_fini(&f);
    return 0;
}

static void begin(void)
{
    cell = (struct step_fixture_cell){.program = &program, .dt_fs = DT_FS, .draw = draw};
}

/* Builds the program of the model; what else the request says must stand in it. */
static void build(const struct step_fixture_model *text)
{
    request.model = step_fixture_model(&f, text);
    const bool is_sound = step_build(&request, &program, &f.d);
    step_fixture_expect_sound(&f);
    EXPECT_TRUE(is_sound);
    begin();
}

static void expect_fault(const struct step_fixture_model *text, const char *part)
{
    request.model = step_fixture_model(&f, text);
    EXPECT_TRUE(!step_build(&request, &program, &f.d));
    EXPECT_TRUE(f.d.n_errors > 0);
    EXPECT_CONTAINS(f.d.items[f.d.n - 1].text, part);
    EXPECT_EQ_I64(f.d.items[f.d.n - 1].severity, DIAG_ERROR);
}

/* An expression of the network: checked where t and i are known, and the model's names too. */
static struct ast *expression(const char *text)
{
    return lang_fixture_expression(&f, request.model != NULL ? &request.model->scope : &f.names,
                                   text, false);
}

static const struct step_fixture_model two_currents = {
    .parameters = "tau = 5; I_ext = 0; E = -70",
    .states = "v = -70; g = 0",
    .receptors = {"AMPA", "g", "NMDA", "g"},
    .equations = "I = 2*g + I_ext\n"
                 "dg/dt = -g/tau\n"
                 "dv/dt = (E - v)/20 + I\n",
};

static void euler_takes_the_plain_step_when_linear(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){
        .parameters = "tau = 6", .states = "x = 1", .equations = "dx/dt = -x/tau"});
    cell.values[0] = 1.0;
    float x = 1.0f;
    for (int k = 0; k < 100; k++) {
        step_fixture_step(&cell);
        x = x + 0.1f * (-x / 6.0f);
        EXPECT_SAME_F32((float)cell.values[0], x);
    }
    EXPECT_EQ_I64(program.n_states, 1);
    EXPECT_EQ_I64(program.spike, IR_NONE);
}

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

static void exponential_euler_is_exact_when_linear(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.parameters = "tau = 0.3; E = 4",
                                       .states = "x = 1",
                                       .equations = "tau*dx/dt = E - x",
                                       .integrator = INTEGRATOR_EXPONENTIAL_EULER});
    cell.values[0] = 1.0;
    for (int k = 1; k <= 20; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], 4.0 - 3.0 * exp(-k * 0.1 / 0.3), 2e-6);
    }
    EXPECT_EQ_I64(program.n_watches, 0);
}

static void exponential_euler_differentiates_through_intermediates(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.parameters = "C = 2; gl = 1",
                                       .states = "v = 0; g = 3",
                                       .equations =
                                           "I = g*(5 - v)\nleak = gl*v\nC*dv/dt = I - leak",
                                       .integrator = INTEGRATOR_EXPONENTIAL_EULER});
    cell.values[1] = 3.0; /* C dv/dt = 15 - 4 v */
    for (int k = 1; k <= 20; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], 3.75 * (1.0 - exp(-k * 0.2)), 3e-6);
    }
}

static void exponential_euler_is_euler_when_the_slope_is_flat(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 0",
                                       .equations = "dx/dt = 3",
                                       .integrator = INTEGRATOR_EXPONENTIAL_EULER});
    step_fixture_step(&cell);
    EXPECT_SAME_F32((float)cell.values[0], (float)(3.0 * 0.1));
}

static void an_assigned_state_is_a_variable_of_its_own(void **unused)
{
    (void)unused;
    /* x takes y's value, or a constant, and still only x counts for the derivative: dx/dt = (y
     * - x)/tau */
    build(&(struct step_fixture_model){
        .parameters = "tau = 0.1",
        .states = "x = 0; y = 2; w = 7",
        .equations = "x = y\nw = 0\ndx/dt = (3*y - x)/tau\ndw/dt = (1 - w)/tau",
        .integrator = INTEGRATOR_EXPONENTIAL_EULER});
    cell.values[1] = 2.0;
    cell.values[2] = 7.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 6.0 - 4.0 * exp(-1.0), 2e-6);
    EXPECT_NEAR(cell.values[2], 1.0 - exp(-1.0), 1e-6);
}

static void a_run_of_equations_advances_together(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 1; y = 2",
                                       .equations = "dx/dt = y\ndy/dt = -x"});
    cell.values[0] = 1.0;
    cell.values[1] = 2.0;
    step_fixture_step(&cell);
    EXPECT_SAME_F32((float)cell.values[0], 1.0f + 0.1f * 2.0f);
    EXPECT_SAME_F32((float)cell.values[1], 2.0f + 0.1f * -1.0f);
}

static void an_assignment_between_equations_parts_the_run(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 1; y = 2",
                                       .equations = "dx/dt = y\nw = x\ndy/dt = -w"});
    cell.values[0] = 1.0;
    cell.values[1] = 2.0;
    step_fixture_step(&cell);
    const float x = 1.0f + 0.1f * 2.0f;
    EXPECT_SAME_F32((float)cell.values[1], 2.0f + 0.1f * -x);
}

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
    EXPECT_NEAR(ir_eval(ir, program.events[1].mean, -1, DT_FS), 0.0, 0.0);
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
    int64_t first[] = {0, 5};
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
    const double expected[] = {-3.0, 12.0, 12.0, 22.0, 22.0};
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

static void held_expressions_show_the_step_that_ended(void **unused)
{
    (void)unused;
    const struct unit none = unit_none;
    struct step_record records[] = {
        {.name = "pure",    .unit = none},
        {.name = "held",    .unit = none},
        {.name = "is_late", .unit = none}
    };
    const struct step_fixture_model text = {
        .states = "x = 1", .equations = "y = 10*x\nis_high = ite(x > 1.5, 1, 0)\nx = x + 1"};
    request.model = step_fixture_model(&f, &text);
    records[0].value = expression("2*x");
    records[1].value = expression("y + x");
    records[2].name = "is_high";
    request.records = records;
    request.n_records = 3;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    begin();
    cell.values[0] = 1.0;
    for (int k = 0; k < 4; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], 2.0 * (k + 1), 0.0);
        EXPECT_NEAR(cell.samples[1], k == 0 ? 0.0 : 11.0 * k, 0.0);
        EXPECT_NEAR(cell.samples[2], k >= 2 ? 1.0 : 0.0, 0.0);
    }
    EXPECT_EQ_I64(program.n_states, 3);
}

static void display_units_are_the_declared_ones(void **unused)
{
    (void)unused;
    struct step_record records[] = {
        {.name = "v"}, {.name = "E"}, {.name = "I"}, {.name = "k"}, {.name = "charge"}};
    const struct step_fixture_model text = {.parameters =
                                                "E = -0.07 V; tau = 10 ms; g = 2 nS; k = 3",
                                            .states = "v = -70 mV",
                                            .equations = "I = g*(E - v)\ndv/dt = (E - v)/tau",
                                            .has_units = true};
    request.model = step_fixture_model(&f, &text);
    records[4].value = expression("g*(E - v)*tau");
    EXPECT_TRUE(unit_parse("pA*s", 4, &records[4].unit));
    request.records = records;
    request.n_records = 5;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    EXPECT_STR(program.samples[0].unit, "mV");
    EXPECT_NEAR(program.samples[0].display, 1.0, 0.0);
    EXPECT_STR(program.samples[1].unit, "V");
    EXPECT_NEAR(program.samples[1].display, 0.001, 0.0);
    EXPECT_STR(program.samples[2].unit, "pA");
    EXPECT_NEAR(program.samples[2].display, 1.0, 0.0);
    EXPECT_STR(program.samples[3].unit, "");
    EXPECT_STR(program.samples[4].unit, "pC");
    EXPECT_NEAR(program.samples[4].display, 0.001, 1e-18);
}

static void euler_is_watched_where_it_could_swing(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.parameters = "tau = 5; tau_fast = 0.04; C = 10",
                                       .states = "x = 0; y = 0; v = 0; g = 0; w = 0",
                                       .equations =
                                           "dx/dt = -x/tau\ndy/dt = -y/tau_fast\n"
                                           "C*dv/dt = g*(1 - v)\ndg/dt = 3\n"
                                           "dw/dt = truncated(w + uniform(0, 1), 0, 1)"});
    EXPECT_EQ_I64(program.n_watches, 2); /* 0.02 never can, g's slope is 0, w's is unknown */
    EXPECT_STR(program.watches[0].variable, "y");
    EXPECT_STR(program.watches[1].variable, "v");
    cell.values[3] = 400.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.watches[0], -2.5, 1e-6);
    EXPECT_NEAR(cell.watches[1], -4.0, 1e-5);
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

static void negative_steps_have_negative_times(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 0; y = 0",
                                       .equations = "x = t\ny = if t < 0: 1 else: 2"});
    cell.step = -20;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], -2.0, 1e-7);
    EXPECT_NEAR(cell.values[1], 1.0, 0.0);
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

static void an_equation_without_a_derivative_is_told(void **unused)
{
    (void)unused;
    expect_fault(
        &(struct step_fixture_model){.states = "x = 0",
                                     .equations = "dx/dt = truncated(x + uniform(0, 1), 0, 1)",
                                     .integrator = INTEGRATOR_EXPONENTIAL_EULER},
        "the equation of 'x' cannot be differentiated");
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

static void an_unknown_record_is_told(void **unused)
{
    (void)unused;
    const struct step_record record = {.name = "nothing"};
    request.records = &record;
    request.n_records = 1;
    expect_fault(&two_currents, "population 'cells' has no variable 'nothing' to record");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(euler_takes_the_plain_step_when_linear),
        TEST(a_cell_spikes_as_the_loop_by_hand_does),
        TEST(exponential_euler_is_exact_when_linear),
        TEST(exponential_euler_differentiates_through_intermediates),
        TEST(exponential_euler_is_euler_when_the_slope_is_flat),
        TEST(an_assigned_state_is_a_variable_of_its_own),
        TEST(a_run_of_equations_advances_together),
        TEST(an_assignment_between_equations_parts_the_run),
        TEST(arrivals_come_before_samples_and_statements),
        TEST(arrivals_are_added_in_their_fixed_order),
        TEST(rates_may_follow_time_or_differ_between_cells),
        TEST(stimuli_act_in_order),
        TEST(parameters_come_from_their_sources),
        TEST(a_refractory_time_holds_the_steps_that_follow),
        TEST(a_held_variable_is_sampled_as_it_is_held),
        TEST(a_refractory_time_of_no_step_needs_no_counter),
        TEST(without_held_variables_only_spikes_wait),
        TEST(prev_is_the_state_after_its_arrivals),
        TEST(a_reset_acts_in_sequence_on_the_state_after_the_statements),
        TEST(held_expressions_show_the_step_that_ended),
        TEST(display_units_are_the_declared_ones),
        TEST(euler_is_watched_where_it_could_swing),
        TEST(draws_of_statements_are_counted_whatever_is_recorded),
        TEST(negative_steps_have_negative_times),
        TEST(courses_are_kept_apart_from_cells),
        TEST(a_parameter_that_is_no_number_is_told),
        TEST(a_parameter_beyond_single_precision_is_told),
        TEST(a_parameter_that_depends_on_itself_is_told),
        TEST(draws_where_they_have_no_place_are_told),
        TEST(impossible_rates_are_told),
        TEST(an_equation_without_a_derivative_is_told),
        TEST(an_impossible_refractory_time_is_told),
        TEST(an_unknown_record_is_told),
        TEST(memory_that_is_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
