/* The observed order of every integrator, through the block interpreter in double precision. */
#include "support/expect.h"

#include "lang/interp.h"
#include "support/step_test.h"

enum { ORDER_SIZES = 5 };
static const double duration_ms = 2.0;

/* The states after duration_ms with steps of dt_fs. */
static void run_interpreter(const struct step_fixture_model *text, int64_t dt_fs, double *state)
{
    struct err e = {0};
    struct interp *interp;
    struct ir_plan plan = {0};
    uint32_t roots[8];
    _Alignas(64) double values[8][16], courses[64];
    const void *vars[8];
    void *outputs[8];
    request.dt_fs = dt_fs;
    build(text);
    const uint32_t n = program.n_states;
    EXPECT_TRUE(n <= 8 && program.ir->n_vars <= 8 && program.ir->n_vars == n);
    for (uint32_t k = 0; k < n; k++) {
        roots[k] = program.states[k].out;
        outputs[k] = values[k];
        vars[k] = values[program.ir->vars[k].index];
        values[k][0] = state[k];
    }
    EXPECT_OK(
        interp_create(&interp, program.ir, roots, n, PRECISION_DOUBLE, f.arena, &plan, &e));
    EXPECT_TRUE(plan.n_courses <= 64);
    struct interp_run run = {.vars = vars, .courses = courses, .outputs = outputs, .n = 1};
    run.scratch = aligned_alloc(64, (interp_scratch_bytes(interp) + 63) / 64 * 64 + 64);
    EXPECT_TRUE(run.scratch != NULL);
    const int64_t n_steps = (int64_t)(duration_ms * 1e12 / (double)dt_fs + 0.5);
    for (int64_t step = 0; step < n_steps; step++) {
        for (uint32_t k = 0; k < plan.n_courses; k++) {
            courses[k] = ir_eval(program.ir, plan.courses[k], step, dt_fs);
        }
        interp_run(interp, &run);
    }
    free(run.scratch);
    interp_destroy(interp);
    for (uint32_t k = 0; k < n; k++) {
        state[k] = values[k][0];
    }
}

/* Nonlinear, coupled through an intermediate between the equations, and driven by t. */
static struct step_fixture_model smooth = {
    .parameters = "a = 0.7",
    .states = "x = 1; y = 0.3",
    .equations = "dx/dt = -a*x*x + cos(t/(1 ms))*y\nw = sin(x)\ndy/dt = w - 0.5*y*x\n",
};

static void slope(double t, const double *s, double *out)
{
    out[0] = -0.7 * s[0] * s[0] + cos(t) * s[1];
    out[1] = sin(s[0]) - 0.5 * s[1] * s[0];
}

/* The same by many small classic steps. */
static void reference(double *s)
{
    const int n = 20000;
    const double h = duration_ms / n;
    for (int i = 0; i < n; i++) {
        double k[4][2], at[2] = {s[0], s[1]};
        for (int stage = 0; stage < 4; stage++) {
            const double c = stage == 0 ? 0.0 : stage == 3 ? 1.0 : 0.5;
            for (int j = 0; j < 2; j++) {
                at[j] = s[j] + (stage == 0 ? 0.0 : c * h * k[stage - 1][j]);
            }
            slope(i * h + c * h, at, k[stage]);
        }
        for (int j = 0; j < 2; j++) {
            s[j] += h / 6.0 * (k[0][j] + 2.0 * k[1][j] + 2.0 * k[2][j] + k[3][j]);
        }
    }
}

/* Slope of the line through log error against log step. */
static double observed_order(enum model_integrator integrator)
{
    double expected[2] = {1.0, 0.3}, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
    reference(expected);
    smooth.integrator = integrator;
    for (int k = 0; k < ORDER_SIZES; k++) {
        const int64_t dt_fs = INT64_C(200000000000) >> k;
        double state[2] = {1.0, 0.3};
        run_interpreter(&smooth, dt_fs, state);
        const double x = log((double)dt_fs),
                     y = log(hypot(state[0] - expected[0], state[1] - expected[1]));
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    const double n = ORDER_SIZES;
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void each_integrator_has_its_order(void **unused)
{
    (void)unused;
    EXPECT_NEAR(observed_order(INTEGRATOR_MIDPOINT), 2.0, 0.1);
    EXPECT_NEAR(observed_order(INTEGRATOR_RK4), 4.0, 0.15);
    /* w stands between the equations, which parts the run here: still of first order. */
    EXPECT_NEAR(observed_order(INTEGRATOR_EULER), 1.0, 0.1);
    EXPECT_NEAR(observed_order(INTEGRATOR_EXPONENTIAL_EULER), 1.0, 0.1);
}

/* Whatever the step, exact gives the solution: x' = -3 x + 2 y + 1, y' = -x. Eigenvalues -1 and
 * -2. */
static void exact_has_no_error_of_the_step(void **unused)
{
    (void)unused;
    const struct step_fixture_model text = {.states = "x = 1; y = 0.3",
                                            .equations =
                                                "dx/dt = 1 - 3*x + 2*y\nw = x\ndy/dt = -w",
                                            .integrator = INTEGRATOR_EXACT};
    /* rest: x = 0, y = -1/2; deviations d = y + 1/2: y' = -x, so with y = -1/2 + A e^-t + B
     * e^-2t, x = A e^-t + 2B e^-2t */
    const double b = 1.0 - 0.8, a = 0.8 - b;
    const double t = duration_ms, x = a * exp(-t) + 2.0 * b * exp(-2.0 * t);
    const double y = -0.5 + a * exp(-t) + b * exp(-2.0 * t);
    for (int k = 0; k < ORDER_SIZES; k++) {
        double state[2] = {1.0, 0.3};
        run_interpreter(&text, INT64_C(1000000000000) >> 2 * k, state);
        EXPECT_NEAR(state[0], x, 1e-13);
        EXPECT_NEAR(state[1], y, 1e-13);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_integrator_has_its_order),
        TEST(exact_has_no_error_of_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
