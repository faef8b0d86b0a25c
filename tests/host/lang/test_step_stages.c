#include "support/expect.h"

#include "support/step_test.h"

static void both_systems(const char *equations, const char *reordered, const double *start,
                         uint32_t n)
{
    double first[8];
    for (int pass = 0; pass < 2; pass++) {
        build(&(struct step_fixture_model){.parameters = "E = 3; C = 2",
                                           .states = "g = 0; v = 0",
                                           .equations = pass == 0 ? equations : reordered,
                                           .integrator = INTEGRATOR_RK4});
        memcpy(cell.values, start, n * sizeof *start);
        cell.is_double = true;
        for (int k = 0; k < 5; k++) {
            step_fixture_step(&cell);
        }
        for (uint32_t k = 0; k < n; k++) {
            if (pass == 1) {
                EXPECT_NEAR(cell.values[k], first[k], 0.0);
            }
            first[k] = cell.values[k];
        }
    }
}

/* An intermediate between two equations is of the stage: the order of the text does not matter.
 */
static void intermediates_are_evaluated_at_each_stage(void **unused)
{
    (void)unused;
    const double start[] = {0.7, -1.0};
    both_systems("dg/dt = -g/2\nI = g*(E - v)\nC*dv/dt = I - v",
                 "I = g*(E - v)\nC*dv/dt = I - v\ndg/dt = -g/2", start, 2);
}

static void rk4_takes_the_four_stages(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "g = 0.7; v = -1",
                                       .equations = "dg/dt = -g\nI = g*(3 - v)\ndv/dt = I",
                                       .integrator = INTEGRATOR_RK4});
    cell.values[0] = 0.7;
    cell.values[1] = -1.0;
    step_fixture_step(&cell);
    const float h = 0.1f, half = 0.05f, sixth = (float)(0.1 / 6.0);
    float g[4], v[4], kg[4], kv[4];
    for (int s = 0; s < 4; s++) {
        const float step = s == 3 ? h : half;
        g[s] = s == 0 ? 0.7f : 0.7f + step * kg[s - 1];
        v[s] = s == 0 ? -1.0f : -1.0f + step * kv[s - 1];
        kg[s] = -g[s];
        kv[s] = g[s] * (3.0f - v[s]);
    }
    EXPECT_SAME_F32((float)cell.values[0],
                    0.7f + sixth * ((kg[0] + 2.0f * (kg[1] + kg[2])) + kg[3]));
    EXPECT_SAME_F32((float)cell.values[1],
                    -1.0f + sixth * ((kv[0] + 2.0f * (kv[1] + kv[2])) + kv[3]));
}

static void midpoint_takes_two(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){
        .states = "x = 2", .equations = "dx/dt = -x*x", .integrator = INTEGRATOR_MIDPOINT});
    cell.values[0] = 2.0;
    step_fixture_step(&cell);
    const float middle = 2.0f + 0.05f * -(2.0f * 2.0f);
    EXPECT_SAME_F32((float)cell.values[0], 2.0f + 0.1f * -(middle * middle));
}

/* dx/dt = cos t is integrated as by Simpson's rule, so t is taken at the stages. */
static void t_goes_along_with_the_stages(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.states = "x = 0",
                                       .equations = "w = cos(t/(1 ms))\ndx/dt = w",
                                       .integrator = INTEGRATOR_RK4});
    cell.is_double = true;
    cell.step = 7;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], (cos(0.7) + 4.0 * cos(0.75) + cos(0.8)) * 0.1 / 6.0, 1e-16);
    build(&(struct step_fixture_model){.states = "x = 0",
                                       .equations = "dx/dt = cos(t/(1 ms))",
                                       .integrator = INTEGRATOR_MIDPOINT});
    cell.is_double = true;
    cell.step = 7;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 0.1 * cos(0.75), 1e-17);
}

/* A parameter set by a course holds through the step. */
static void parameters_hold_through_the_step(void **unused)
{
    (void)unused;
    const struct step_parameter source = {.source = STEP_VALUE,
                                          .value = expression("cos(t/(1 ms))")};
    const struct step_stimulus stimulus = {
        .name = "s", .parameter = 0, .mode = STEP_ADD, .value = expression("t/(1 ms)")};
    request.parameters = &source;
    request.stimuli = &stimulus;
    request.n_stimuli = 1;
    build(&(struct step_fixture_model){.parameters = "a = 1",
                                       .states = "x = 0",
                                       .equations = "dx/dt = a",
                                       .integrator = INTEGRATOR_RK4});
    cell.is_double = true;
    cell.step = 7;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 0.1 * (cos(0.7) + 0.7), 1e-16);
}

static void later_statements_see_intermediates_of_the_first_stage(void **unused)
{
    (void)unused;
    static const struct step_record records[] = {{.name = "I"}, {.name = "after"}};
    request.records = records;
    request.n_records = 2;
    build(&(struct step_fixture_model){.states = "v = 0; seen = 0",
                                       .equations = "I = 3*v\ndv/dt = -I\nafter = v\nseen = I",
                                       .integrator = INTEGRATOR_RK4});
    cell.values[0] = 2.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[1], 6.0, 0.0);
    const double v = cell.values[0];
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 6.0, 0.0);
    EXPECT_NEAR(cell.samples[1], v, 0.0); /* below the last equation: of the new state */
}

static void an_assigned_state_or_a_draw_parts_segments(void **unused)
{
    (void)unused;
    /* y is a system of its own, after x: x's new value is held for it. */
    build(&(struct step_fixture_model){.states = "x = 1; y = 0; n = 0",
                                       .equations = "dx/dt = -x\nn = n + 1\ndy/dt = x",
                                       .integrator = INTEGRATOR_RK4});
    cell.is_double = true;
    cell.values[0] = 1.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], 1.0 - 0.1 + 0.005 - 0.001 / 6.0 + 0.0001 / 24.0, 2e-16);
    EXPECT_NEAR(cell.values[1], 0.1 * cell.values[0], 1e-17);
    EXPECT_NEAR(cell.values[2], 1.0, 0.0);
    /* A draw is made once per step, and is the same at all stages. */
    build(&(struct step_fixture_model){
        .states = "x = 0; y = 0",
        .equations = "u = uniform(0, 1)\ndx/dt = u\ndy/dt = uniform(0, 1)",
        .integrator = INTEGRATOR_RK4});
    cell.is_double = true;
    step_fixture_step(&cell);
    EXPECT_EQ_I64(program.streams[0].n_draws, 2);
    EXPECT_NEAR(cell.values[0], 0.1 * 0.01, 1e-16);
    EXPECT_NEAR(cell.values[1], 0.1 * 0.02, 1e-16);
}

/* The others see a held variable where it is held. */
static void held_variables_stay_fixed_through_the_stages(void **unused)
{
    (void)unused;
    for (int scheme = 0; scheme < 3; scheme++) {
        static const enum model_integrator integrators[] = {INTEGRATOR_MIDPOINT, INTEGRATOR_RK4,
                                                            INTEGRATOR_EXACT};
        build(&(struct step_fixture_model){.states = "v = 0; w = 0",
                                           .equations = "dv/dt = 20\ndw/dt = v - w",
                                           .threshold = "v > 1",
                                           .reset = "v = -3\nw = 5",
                                           .refractory = "0.4",
                                           .held = {"v"},
                                           .integrator = integrators[scheme]});
        cell.is_double = true;
        step_fixture_step(&cell);
        EXPECT_TRUE(cell.spike);
        double w = 5.0;
        for (int k = 0; k < 4; k++) { /* dw/dt = -3 - w, v held */
            step_fixture_step(&cell);
            const double h = 0.1, slope = -3.0 - w;
            const double growth = scheme == 0 ? h - h * h / 2.0
                                  : scheme == 1
                                      ? h - h * h / 2.0 + h * h * h / 6.0 - h * h * h * h / 24.0
                                      : 1.0 - exp(-h);
            w += growth * slope;
            EXPECT_TRUE(!cell.spike);
            EXPECT_NEAR(cell.values[0], -3.0, 0.0);
            EXPECT_NEAR(cell.values[1], w, 1e-14);
        }
        step_fixture_step(&cell); /* n+1 … n+4 are over */
        EXPECT_NEAR(cell.values[0], -1.0, 1e-14);
    }
}

/* Only detection is suppressed; a duration per cell; 0 holds nothing. */
static void a_refractory_time_suppresses_detection(void **unused)
{
    (void)unused;
    static const enum model_integrator integrators[] = {
        INTEGRATOR_EULER, INTEGRATOR_EXPONENTIAL_EULER, INTEGRATOR_MIDPOINT, INTEGRATOR_RK4,
        INTEGRATOR_EXACT};
    const struct step_parameter source = {.source = STEP_PER_CELL};
    for (int scheme = 0; scheme < 5; scheme++) {
        for (int steps = 0; steps < 4; steps++) {
            request.parameters = &source;
            build(&(struct step_fixture_model){.parameters = "t_ref = 0.3",
                                               .states = "v = 2",
                                               .equations = "dv/dt = 10",
                                               .threshold = "v > 1",
                                               .reset = "v = 0.5",
                                               .refractory = "t_ref",
                                               .integrator = integrators[scheme]});
            cell.parameters[0] = 0.1 * steps;
            cell.values[0] = 2.0;
            int last = -1;
            for (int k = 0; k < 12; k++) {
                step_fixture_step(&cell);
                if (cell.spike && last >= 0) {
                    EXPECT_EQ_I64(k - last, steps + 1);
                }
                last = cell.spike ? k : last;
                EXPECT_NEAR(cell.values[0], cell.spike ? 0.5 : 0.5 + (k - last), 1e-5);
            }
        }
    }
}

static void crossings_and_maxima_are_found_under_every_integrator(void **unused)
{
    (void)unused;
    static const struct {
        const char *threshold;
        int spike[5];
    } cases[] = {
        {"v > 2 and prev(v) <= 2", {1, 5, 9, -1, -1}},
        {"v < prev(v)",            {2, 3, 6, 7, 10} },
    };
    static const enum model_integrator integrators[] = {
        INTEGRATOR_EULER, INTEGRATOR_EXPONENTIAL_EULER, INTEGRATOR_MIDPOINT, INTEGRATOR_RK4,
        INTEGRATOR_EXACT};
    for (int scheme = 0; scheme < 5; scheme++) {
        for (size_t c = 0; c < 2; c++) {
            /* v rises by 1.5 in two steps and falls by 1.5 in two */
            build(&(struct step_fixture_model){
                .states = "v = 0; n = 0",
                .equations = "up = ite(mod(n, 4) < 2, 15, -15)\nn = n + 1\ndv/dt = up",
                .threshold = cases[c].threshold,
                .integrator = integrators[scheme]});
            int found = 0;
            for (int k = 0; k < 12 && found < 5; k++) {
                step_fixture_step(&cell);
                if (cell.spike) {
                    EXPECT_EQ_I64(k, cases[c].spike[found]);
                    found++;
                }
            }
            EXPECT_EQ_I64(found, c == 0 ? 3 : 5);
        }
    }
}

static void prev_stands_in_statements_and_reset(void **unused)
{
    (void)unused;
    static const enum model_integrator integrators[] = {
        INTEGRATOR_EULER, INTEGRATOR_EXPONENTIAL_EULER, INTEGRATOR_MIDPOINT, INTEGRATOR_RK4,
        INTEGRATOR_EXACT};
    for (int scheme = 0; scheme < 5; scheme++) {
        build(&(struct step_fixture_model){.states = "v = 1; jump = 0",
                                           .equations = "dv/dt = 1\njump = v - prev(v)",
                                           .threshold = "v > 1.05",
                                           .reset = "v = prev(v)",
                                           .integrator = integrators[scheme]});
        cell.is_double = true;
        cell.values[0] = 1.0;
        step_fixture_step(&cell);
        EXPECT_TRUE(cell.spike);
        EXPECT_NEAR(cell.values[0], 1.0, 0.0);
        EXPECT_NEAR(cell.values[1], 0.1, 1e-15);
    }
}

/* In an equation prev(v) is a constant of the step. */
static void prev_holds_through_the_stages(void **unused)
{
    (void)unused;
    static const enum model_integrator integrators[] = {INTEGRATOR_EULER, INTEGRATOR_MIDPOINT,
                                                        INTEGRATOR_RK4, INTEGRATOR_EXACT};
    for (int scheme = 0; scheme < 4; scheme++) {
        build(&(struct step_fixture_model){.states = "v = 1",
                                           .equations = "dv/dt = prev(v)*prev(v)",
                                           .integrator = integrators[scheme]});
        cell.is_double = true;
        cell.values[0] = 3.0;
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], 3.9, 1e-14);
    }
}

static void two_equations_of_a_segment_for_one_variable_are_told(void **unused)
{
    (void)unused;
    const struct step_fixture_model text = {.states = "x = 0",
                                            .equations = "dx/dt = 1\ny = x\ndx/dt = -y"};
    request.model = step_fixture_model(&f, &text); /* two runs under euler */
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    struct model other = *request.model; /* as a preset or a population may choose */
    other.integrator = INTEGRATOR_RK4;
    request.model = &other;
    EXPECT_TRUE(!step_build(&request, &program, &f.d));
    EXPECT_CONTAINS(f.d.items[f.d.n - 1].text,
                    "'x' has two differential equations that advance together");
    EXPECT_EQ_I64(f.d.items[f.d.n - 1].at.line, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(intermediates_are_evaluated_at_each_stage),
        TEST(rk4_takes_the_four_stages),
        TEST(midpoint_takes_two),
        TEST(t_goes_along_with_the_stages),
        TEST(parameters_hold_through_the_step),
        TEST(later_statements_see_intermediates_of_the_first_stage),
        TEST(an_assigned_state_or_a_draw_parts_segments),
        TEST(held_variables_stay_fixed_through_the_stages),
        TEST(a_refractory_time_suppresses_detection),
        TEST(crossings_and_maxima_are_found_under_every_integrator),
        TEST(prev_stands_in_statements_and_reset),
        TEST(prev_holds_through_the_stages),
        TEST(two_equations_of_a_segment_for_one_variable_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
