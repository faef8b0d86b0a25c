#include "support/expect.h"

#include "support/step_test.h"

/* Membrane and synaptic current with equal time constants, a constant and a held current: 200
 * steps against the closed form (Rotter and Diesmann 1999). */
static void a_current_cell_agrees_with_the_closed_form(void **unused)
{
    (void)unused;
    static const struct {
        double tau_m, tau_s;
    } cases[] = {
        {10.0, 2.0 },
        {10.0, 10.0},
        {0.05, 30.0}
    };
    for (size_t c = 0; c < 3; c++) {
        char parameters[160];
        (void)snprintf(parameters, sizeof parameters,
                       "C = 250; tau_m = %g; tau_s = %g; E = -70; I_e = 300", cases[c].tau_m,
                       cases[c].tau_s);
        build(&(struct step_fixture_model){.parameters = parameters,
                                           .states = "v = -65; i_s = 40",
                                           .equations = "I = i_s + I_e\n"
                                                        "dv/dt = (E - v)/tau_m + I/C\n"
                                                        "tau_s*di_s/dt = -i_s\n",
                                           .integrator = INTEGRATOR_EXACT});
        cell.is_double = true;
        cell.values[0] = -65.0;
        cell.values[1] = 40.0;
        const double a = 1.0 / cases[c].tau_m, b = 1.0 / cases[c].tau_s,
                     rest = -70.0 + 300.0 / 250.0 * cases[c].tau_m;
        for (int k = 1; k <= 200; k++) {
            step_fixture_step(&cell);
            const double t = 0.1 * k, m = exp(-a * t), s = exp(-b * t);
            const double synaptic =
                a == b ? 40.0 / 250.0 * t * m : 40.0 / 250.0 * (s - m) / (a - b);
            EXPECT_NEAR(cell.values[1], 40.0 * s, 1e-13 * 40.0);
            EXPECT_NEAR(cell.values[0], rest + (-65.0 - rest) * m + synaptic, 1e-13 * 70.0);
        }
    }
}

/* Oscillation, a singular matrix, a current held over the step. */
static void any_linear_system_advances(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){.parameters = "w = 3",
                                       .states = "x = 1; y = 0; z = 0",
                                       .equations = "dx/dt = -w*y\ndy/dt = w*x\ndz/dt = 2",
                                       .integrator = INTEGRATOR_EXACT});
    cell.is_double = true;
    cell.values[0] = 1.0;
    for (int k = 1; k <= 100; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], cos(0.3 * k), 1e-13);
        EXPECT_NEAR(cell.values[1], sin(0.3 * k), 1e-13);
        EXPECT_NEAR(cell.values[2], 0.2 * k, 1e-13);
    }
}

static void what_does_not_depend_on_the_variables_is_held(void **unused)
{
    (void)unused;
    const struct step_parameter sources[] = {
        {.source = STEP_PER_CELL}, {.source = STEP_DEFAULT}, {.source = STEP_DEFAULT}};
    const bool fed[] = {true};
    int64_t first[] = {3};
    double value[] = {7.0};
    const struct step_stimulus stimulus = {
        .name = "pulse",
        .parameter = 1,
        .mode = STEP_ADD,
        .table = {.first = first, .value = value, .n = 1}
    };
    request.parameters = sources;
    request.is_fed = fed;
    request.stimuli = &stimulus;
    request.n_stimuli = 1;
    build(&(struct step_fixture_model){
        .parameters = "I_cell = 0; I_ext = 1; tau = 2",
        .states = "v = 0; g = 0; n = 0",
        .receptors = {"AMPA", "g"},
        .equations = "n = n + 1\nnoise = uniform(0, 1)\nI = I_cell + I_ext + noise + n\ndv/dt "
                     "= -v/tau + (I + g)\ndg/dt = -g",
        .integrator = INTEGRATOR_EXACT
    });
    cell.is_double = true;
    cell.parameters[0] = -0.3;
    double v = 0.0, g = 0.0;
    for (int k = 0; k < 6; k++) {
        cell.arrivals[0] = k == 2 ? 1.5 : 0.0;
        g += cell.arrivals[0];
        const double held = -0.3 + 1.0 + (k >= 3 ? 7.0 : 0.0) + 0.01 + k + 1;
        v = v * exp(-0.05) + held * 2.0 * (1.0 - exp(-0.05)) +
            g * (exp(-0.05) - exp(-0.1)) / 0.5;
        g *= exp(-0.1);
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], v, 1e-13);
        EXPECT_NEAR(cell.values[1], g, 1e-15);
    }
}

/* Constants, conditions on constants, functions and signs are taken apart. */
static void linear_forms_are_found_in_the_text(void **unused)
{
    (void)unused;
    build(&(struct step_fixture_model){
        .parameters = "a = 2; k = 3; on = 1",
        .states = "x = 1; y = 2",
        .equations =
            "s = +x - (-y)\n"
            "s = s*k/k\n"
            "dx/dt = -(if on > 0: a*x else: x) + ite(on > 0, 0, y) + (y - y)**1 - s*0\n"
            "dy/dt = x*(a - 2) + 3*(1 - y)*exp(0)",
        .integrator = INTEGRATOR_EXACT});
    cell.is_double = true;
    cell.values[0] = 1.0;
    cell.values[1] = 2.0;
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.values[0], exp(-0.2), 1e-15);
    EXPECT_NEAR(cell.values[1], 1.0 + exp(-0.3), 1e-15);
}

static void expect_told(const struct step_fixture_model *text, const char *part, uint32_t line,
                        uint32_t column)
{
    f.d.n_errors = 0;
    expect_fault(text, part);
    EXPECT_EQ_I64(f.d.items[f.d.n - 1].at.line, line);
    EXPECT_EQ_I64(f.d.items[f.d.n - 1].at.column, column);
    EXPECT_CONTAINS(f.d.items[f.d.n - 1].hint, "exact");
}

static void what_is_not_linear_is_named(void **unused)
{
    (void)unused;
    struct step_fixture_model text = {.parameters = "tau = 2",
                                      .states = "v = 1; w = 0",
                                      .equations = "dv/dt = -v/tau + 3*(v*v)\ndw/dt = -w",
                                      .integrator = INTEGRATOR_EXACT};
    expect_told(&text, "'v * v' is not linear in 'v'", 1, 21);
    text.equations = "dw/dt = -w\nf = 1 + v**2\ndv/dt = w + f";
    expect_told(&text, "'v**2' is not linear in 'v'", 2, 9);
    text.equations = "dw/dt = -w\ndv/dt = w/(1 + exp(-w))";
    expect_told(&text, "'w / (1 + exp(-w))' is not linear in 'w'", 2, 9);
    text.equations = "dw/dt = -w\ndv/dt = if v > w: w else: 0";
    expect_told(&text, "is not linear in 'v'", 2, 9);
    text.equations = "dw/dt = -w\nw*dv/dt = v";
    expect_told(&text, "'w' before dv/dt depends on a variable of its system", 2, 1);
}

static void a_coefficient_that_is_no_constant_is_named(void **unused)
{
    (void)unused;
    const struct step_parameter sources[] = {{.source = STEP_PER_CELL},
                                             {.source = STEP_DEFAULT}};
    request.parameters = sources;
    struct step_fixture_model text = {.parameters = "g = 2; tau = 3",
                                      .states = "v = 1; w = 0",
                                      .equations = "dw/dt = -w\ndv/dt = -v/tau - w*g",
                                      .integrator = INTEGRATOR_EXACT};
    expect_told(&text,
                "the coefficient of 'w' in the equation of 'v' differs between cells: 'w * g'",
                2, 18);
    request.parameters = NULL;
    text.equations = "dw/dt = -w\ndv/dt = v*t/tau";
    expect_told(&text, "the coefficient of 'v' in the equation of 'v' changes in time: 'v * t'",
                2, 9);
    text.equations = "dv/dt = v*uniform(0, 1)";
    expect_told(&text, "the coefficient of 'v' in the equation of 'v' is drawn at random", 1,
                9);
    text.equations = "w = w + 1\ndv/dt = v*w";
    expect_told(&text, "the coefficient of 'v' in the equation of 'v' differs between cells", 2,
                9);
    text.equations = "dv/dt = v*log(0)";
    expect_told(&text, "is not a finite number", 1, 9);
}

/* An intermediate that is not linear harms nobody where no equation uses it. */
static void an_unused_intermediate_may_be_anything(void **unused)
{
    (void)unused;
    static const struct step_record record = {.name = "B"};
    request.records = &record;
    request.n_records = 1;
    build(&(struct step_fixture_model){.states = "v = 1",
                                       .equations = "B = v*v\ndv/dt = -v\nafter = B",
                                       .integrator = INTEGRATOR_EXACT});
    cell.values[0] = 3.0;
    step_fixture_step(&cell);
    step_fixture_step(&cell);
    EXPECT_NEAR(cell.samples[0], 9.0, 0.0);
}

static void what_grows_too_fast_is_told(void **unused)
{
    (void)unused;
    expect_fault(&(struct step_fixture_model){.states = "v = 1",
                                              .equations = "dv/dt = 1e5*v",
                                              .integrator = INTEGRATOR_EXACT},
                 "within one step the equation of 'v' grows beyond all numbers");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_current_cell_agrees_with_the_closed_form),
        TEST(any_linear_system_advances),
        TEST(what_does_not_depend_on_the_variables_is_held),
        TEST(linear_forms_are_found_in_the_text),
        TEST(what_is_not_linear_is_named),
        TEST(a_coefficient_that_is_no_constant_is_named),
        TEST(an_unused_intermediate_may_be_anything),
        TEST(what_grows_too_fast_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
