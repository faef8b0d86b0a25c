#include "support/expect.h"

#include "support/step_test.h"

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

/* Humphries et al. 2009, doi 10.3389/neuro.10.026.2009: the projection neuron with dopamine, in
 * house units. */
static const struct step_fixture_model spn = {
    .parameters =
        "C = 15.2 pF; k = 1 nS/mV; vr = -80 mV; vt = -29.7 mV; a = 0.01 /ms; b = -20 nS; c = "
        "-55 mV; "
        "d = 91 pA; v_peak = 40 mV; phi1 = 0.5; K = 0.0289; L = 0.331; beta1 = 6.3; E = 0 mV; "
        "E_gaba = -60 mV; tau_ampa = 6 ms; tau_nmda = 160 ms; tau_gaba = 4 ms; Mg = 1 mM; "
        "I_ext = 300 pA",
    .states = "v = -80 mV; u = 0 pA; g_ampa = 0 nS; g_nmda = 0 nS; g_gaba = 0 nS",
    .receptors = {"AMPA", "g_ampa", "GABA", "g_gaba"},
    .equations = "dg_ampa/dt = -g_ampa/tau_ampa\n"
                 "dg_nmda/dt = -g_nmda/tau_nmda\n"
                 "dg_gaba/dt = -g_gaba/tau_gaba\n"
                 "B = 1/(1 + Mg/3.57 mM*exp(-0.062/mV*v))\n"
                 "I_ampa = g_ampa*(E - v)\n"
                 "I_nmda = B*g_nmda*(E - v)*(1 + beta1*phi1)\n"
                 "I_gaba = g_gaba*(E_gaba - v)\n"
                 "vr_da = vr*(1 + K*phi1)\n"
                 "C*dv/dt = k*(v - vr_da)*(v - vt) - u + I_ampa + I_nmda + I_gaba + I_ext\n"
                 "du/dt = a*(b*(v - vr_da) - u)\n",
    .threshold = "v >= v_peak",
    .reset = "v = c\nu = u + d*(1 - L*phi1)",
    .has_units = true,
};

static void a_conductance_cell_follows_the_loop_by_hand(void **unused)
{
    (void)unused;
    const bool fed[] = {true, true};
    request.is_fed = fed;
    build(&spn);
    float v = -80.0f, u = 0.0f, ampa = 0.0f, nmda = 2.0f, gaba = 0.0f;
    cell.values[0] = -80.0;
    cell.values[3] = 2.0;
    int n_spikes = 0;
    for (int k = 0; k < 4000; k++) {
        cell.arrivals[0] = k % 40 == 0 ? 1.5 : 0.0;
        cell.arrivals[1] = k % 97 == 0 ? 3.75 : 0.0;
        step_fixture_step(&cell);
        ampa = ampa + (k % 40 == 0 ? 1.5f : 0.0f);
        gaba = gaba + (k % 97 == 0 ? 3.75f : 0.0f);
        ampa = ampa + 0.1f * (-ampa / 6.0f);
        nmda = nmda + 0.1f * (-nmda / 160.0f);
        gaba = gaba + 0.1f * (-gaba / 4.0f);
        const float block = 1.0f / (1.0f + (float)(1.0 / 3.57) * f32_exp(-0.062f * v));
        const float i_ampa = ampa * (0.0f - v);
        const float i_nmda = block * nmda * (0.0f - v) * (float)(1.0 + 6.3 * 0.5);
        const float i_gaba = gaba * (-60.0f - v);
        const float rest = (float)(-80.0 * (1.0 + 0.0289 * 0.5));
        const float slope =
            ((v - rest) * (v - -29.7f) - u + i_ampa + i_nmda + i_gaba + 300.0f) / 15.2f;
        const float recovery = 0.01f * (-20.0f * (v - rest) - u);
        v = v + 0.1f * slope;
        u = u + 0.1f * recovery;
        EXPECT_EQ_I64(cell.spike, v >= 40.0f);
        if (v >= 40.0f) {
            v = -55.0f;
            u = u + (float)(91.0 * (1.0 - 0.331 * 0.5));
            n_spikes++;
        }
        EXPECT_SAME_F32((float)cell.values[0], v);
        EXPECT_SAME_F32((float)cell.values[1], u);
        EXPECT_SAME_F32((float)cell.values[2], ampa);
        EXPECT_SAME_F32((float)cell.values[4], gaba);
    }
    EXPECT_TRUE(n_spikes > 3);
}

/* Above 2C/dt = 304 nS forward Euler swings without end; the watch says so, and
 * exponential_euler settles. */
static void a_large_conductance_is_watched_or_settles(void **unused)
{
    (void)unused;
    struct step_fixture_model text = spn;
    text.equations = "C*dv/dt = g_gaba*(E_gaba - v)\n";
    build(&text);
    cell.values[0] = -80.0;
    cell.values[4] = 400.0;
    int n_spikes = 0; /* though nothing pulls v above -60 mV */
    for (int k = 0; k < 60; k++) {
        step_fixture_step(&cell);
        n_spikes += cell.spike;
    }
    EXPECT_TRUE(n_spikes >= 2);
    EXPECT_EQ_I64(program.n_watches, 1);
    EXPECT_NEAR(cell.watches[0], -0.1 * 400.0 / 15.2, 1e-5);
    text.integrator = INTEGRATOR_EXPONENTIAL_EULER;
    build(&text);
    cell.values[0] = -80.0;
    cell.values[4] = 400.0;
    for (int k = 1; k <= 20; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.values[0], -60.0 - 20.0 * exp(-k * 0.1 * 400.0 / 15.2), 1e-4);
    }
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

static void an_equation_without_a_derivative_is_told(void **unused)
{
    (void)unused;
    expect_fault(
        &(struct step_fixture_model){.states = "x = 0",
                                     .equations = "dx/dt = truncated(x + uniform(0, 1), 0, 1)",
                                     .integrator = INTEGRATOR_EXPONENTIAL_EULER},
        "the equation of 'x' cannot be differentiated");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(euler_takes_the_plain_step_when_linear),
        TEST(a_conductance_cell_follows_the_loop_by_hand),
        TEST(a_large_conductance_is_watched_or_settles),
        TEST(exponential_euler_is_exact_when_linear),
        TEST(exponential_euler_differentiates_through_intermediates),
        TEST(exponential_euler_is_euler_when_the_slope_is_flat),
        TEST(an_assigned_state_is_a_variable_of_its_own),
        TEST(a_run_of_equations_advances_together),
        TEST(an_assignment_between_equations_parts_the_run),
        TEST(euler_is_watched_where_it_could_swing),
        TEST(an_equation_without_a_derivative_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
