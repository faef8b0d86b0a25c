#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file("one.yaml", "parameters: {tau: 5 ms, I: 0 pA, w: 2}\nreceptors: {EXC: "
                                   "g}\nstate: {g: 0 nS}\nequations: |\n  dg/dt = -g/tau*w\n");
    return 0;
}

static const char *const head =
    "time: {duration: 100 ms}\npopulations:\n  A: {model: lif.yaml, count: 10}\n  B: {model: "
    "lif.yaml, count: 5, set: {R: 0.3 GOhm}}\n  C: {model: one.yaml, count: 2}\ninputs:\n";

static void load(struct fixture *f, const char *inputs)
{
    char text[1500];
    (void)snprintf(text, sizeof text, "%s%s", head, inputs);
    fixture_network_with(f, text, NULL);
}

static void load_sound(struct fixture *f, const char *inputs)
{
    load(f, inputs);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
}

static void expect_error(const char *inputs, const char *part)
{
    struct fixture f;
    load(&f, inputs);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), part);
    fixture_close(&f);
}

static void events_when_read_have_rates_and_weights(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(
        &f, "  z: {to: [A, B], poisson: 475 Hz, weight: {ampa: 1.15 nS, GABA: 500 pS}}\n"
            "  m: {to: C, bernoulli: \"ite(t < 50 ms, 10 Hz, 20 Hz)*(1 + i)\", weight: 2 nS}\n"
            "  a: {to: A, poisson: {steps: [[0 ms, 5 Hz], [20 ms, 0 Hz]]}, receptor: GABA, "
            "weight: 1 nS, enabled: false}\n");
    const struct desc_input *const in = f.net->inputs;
    EXPECT_EQ_I64(f.net->n_inputs, 3);
    EXPECT_STR(in[0].name, "a");
    EXPECT_STR(in[2].name, "z");
    EXPECT_TRUE(in[0].is_off && !in[1].is_off);
    EXPECT_TRUE(in[0].rate == NULL);
    EXPECT_EQ_I64(in[0].rate_table.n, 2);
    EXPECT_EQ_I64(in[0].rate_table.first[1], 200);
    EXPECT_NEAR(in[0].rate_table.value[0], 0.005, 1e-18);
    EXPECT_NEAR(in[0].rate_table.before, 0, 0);
    EXPECT_EQ_I64(in[1].kind, DESC_BERNOULLI);
    EXPECT_STR(in[1].weights[0].receptor, "EXC");
    EXPECT_EQ_I64(in[2].n_to, 2);
    EXPECT_EQ_I64(in[2].to[1], 1);
    EXPECT_NEAR(fixture_value(in[2].rate), 0.475, 0);
    EXPECT_EQ_I64(in[2].n_weights, 2);
    EXPECT_STR(in[2].weights[0].receptor, "ampa");
    EXPECT_NEAR(fixture_value(in[2].weights[1].value), 0.5, 1e-15);
    fixture_close(&f);
}

/* The model's current is added to; any other parameter is replaced. */
static void stimulus_when_no_mode_is_given_adds_to_the_current(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "  a: {to: A, variable: I_ext, steps: [[10 ms, 300 pA], [20 ms, 0 pA]]}\n  "
                   "b: {to: A, variable: R, value: 0.2 GOhm}\n"
                   "  c: {to: A, variable: v_t, value: \"1 mV*sin(t/1 ms)\", mode: add}\n");
    const struct desc_input *const in = f.net->inputs;
    EXPECT_EQ_I64(in[0].mode, STEP_ADD);
    EXPECT_EQ_I64(in[0].parameter[0], 3);
    EXPECT_EQ_I64(in[0].table.n, 2);
    EXPECT_EQ_I64(in[0].table.first[0], 100);
    EXPECT_NEAR(in[0].table.before, 0, 0);
    EXPECT_EQ_I64(in[1].mode, STEP_REPLACE);
    EXPECT_NEAR(fixture_value(in[1].value), 0.2, 1e-15);
    EXPECT_EQ_I64(in[2].mode, STEP_ADD);
    EXPECT_TRUE(in[2].value != NULL && in[2].table.n == 0);
    fixture_close(&f);
}

/* Before its first step a replaced variable has the value that was set, which differs between A
 * and B. */
static void replacing_steps_when_they_begin_late_keep_each_populations_value(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "  a: {to: [A, B], variable: R, steps: [[10 ms, 0.5 GOhm]]}\n");
    EXPECT_EQ_I64(f.net->n_inputs, 2);
    for (uint32_t k = 0; k < 2; k++) {
        EXPECT_EQ_I64(f.net->inputs[k].n_to, 1);
        EXPECT_EQ_I64(f.net->inputs[k].to[0], k);
        EXPECT_NEAR(f.net->inputs[k].table.before, k == 0 ? 0.1 : 0.3, 1e-15);
    }
    fixture_close(&f);
}

static void window_when_given_cuts_the_course(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "  a: {to: A, variable: I_ext, value: \"t/1 ms*1 pA\", from: 10 ms, until: "
                   "20 ms}\n  b: {to: A, variable: R, from: 5 ms, until: 7 ms, steps: [[0 ms, "
                   "1 GOhm], [6 ms, 2 GOhm], [9 ms, 3 GOhm]]}\n"
                   "  c: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS}, until: 3 ms}\n");
    const struct desc_input *const in = f.net->inputs;
    EXPECT_TRUE(in[0].value->kind == AST_CONDITION);
    EXPECT_EQ_I64(in[1].table.n, 3);
    static const int64_t first[] = {50, 60, 70};
    static const double value[] = {1, 2, 0.1};
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_EQ_I64(in[1].table.first[k], first[k]);
        EXPECT_NEAR(in[1].table.value[k], value[k], 1e-15);
    }
    EXPECT_NEAR(in[1].table.before, 0.1, 1e-15);
    EXPECT_TRUE(in[2].rate->kind == AST_CONDITION);
    fixture_close(&f);
}

static void two_that_replace_when_one_is_off_or_adds_are_fine(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "  a: {to: A, variable: R, value: 0.2 GOhm}\n  b: {to: A, variable: R, "
                   "value: 0.2 GOhm, enabled: false}\n"
                   "  c: {to: A, variable: R, value: 0.2 GOhm, mode: add}\n  d: {to: B, "
                   "variable: R, value: 0.2 GOhm}\n");
    EXPECT_EQ_I64(f.net->n_inputs, 4);
    fixture_close(&f);
    expect_error("  a: {to: A, variable: R, value: 0.2 GOhm}\n  b: {to: [B, A], variable: R, "
                 "value: 0.2 GOhm}\n",
                 ":8:3: error: inputs 'a' and 'b' both replace 'R' of population 'A'");
}

static void inputs_when_wrong_are_refused(void **state)
{
    (void)state;
    expect_error("  a: {to: A, weight: {AMPA: 1 nS}}\n",
                 "input 'a' has none of poisson, bernoulli, spikes and variable");
    expect_error("  a: {poisson: 5 Hz, weight: {AMPA: 1 nS}}\n", "input 'a' has no 'to'");
    expect_error("  a: {to: [A, A], poisson: 5 Hz, weight: {AMPA: 1 nS}}\n",
                 "'to' of input 'a' names 'A' twice");
    expect_error("  a: {to: [], poisson: 5 Hz, weight: {AMPA: 1 nS}}\n", "is an empty list");
    expect_error("  a: {to: A, poisson: 5, weight: {AMPA: 1 nS}}\n", "'5' has no unit");
    expect_error("  a: {to: A, poisson: {steps: [[0 ms, -5 Hz]]}, weight: {AMPA: 1 nS}}\n",
                 "is below 0");
    expect_error("  a: {to: A, poisson: {step: [[0 ms, 5 Hz]]}, weight: {AMPA: 1 nS}}\n",
                 "did you mean 'steps'?");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS, ampa: 2 nS}}\n",
                 "names receptor 'AMPA' twice");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS}, receptor: AMPA}\n",
                 "both 'receptor' and a map");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: \"uniform(0 nS, 1 nS)\"}}\n",
                 "draws a random number");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: \"1 nS*t/(1 ms)\"}}\n",
                 "weight of input 'a' cannot follow the time t");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {}}\n", "is an empty map");
    expect_error("  a: {to: [A, C], poisson: 5 Hz, weight: {AMPA: 1 nS}}\n",
                 "the model of population 'C' has no receptor 'AMPA'");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS}, mode: add}\n",
                 "'mode' belongs to an input on a 'variable'");
    expect_error("  a: {to: A, variable: R, value: 1 GOhm, weight: 1 nS}\n",
                 "'weight' belongs to an input of events");
    expect_error("  a: {to: A, variable: R}\n", "has neither value nor steps");
    expect_error("  a: {to: A, variable: R, value: 1 GOhm, steps: [[0 ms, 1 GOhm]]}\n",
                 "has both value and steps");
    expect_error("  a: {to: A, variable: R, value: 1 mV}\n", "value of input 'a'");
    expect_error("  a: {to: A, variable: R, steps: [[0 ms]]}\n",
                 "must be a pair of time and value");
    expect_error("  a: {to: A, variable: R, steps: []}\n", "must be a list of pairs");
    expect_error("  a: {to: A, variable: R, steps: [[0.05 ms, 1 GOhm]]}\n",
                 "no multiple of the step");
    expect_error("  a: {to: A, variable: R, value: 1 GOhm, mode: set}\n",
                 "mode of input 'a': 'set' is not known");
    expect_error("  a: {to: A, variable: R, value: 1 GOhm, from: 5 ms, until: 5 ms}\n",
                 "'until' of input 'a' is not after its 'from'");
    expect_error("  a: {to: A, variable: RR, value: 1 GOhm}\n",
                 "has no parameter and no state 'RR'");
    expect_error("  a: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS}, enabled: yes}\n",
                 "'enabled' of input 'a' must be true or false, not 'yes'");
    expect_error("  a: 5\n", "input 'a' must be a map of keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_when_read_have_rates_and_weights),
        cmocka_unit_test(stimulus_when_no_mode_is_given_adds_to_the_current),
        cmocka_unit_test(replacing_steps_when_they_begin_late_keep_each_populations_value),
        cmocka_unit_test(window_when_given_cuts_the_course),
        cmocka_unit_test(two_that_replace_when_one_is_off_or_adds_are_fine),
        cmocka_unit_test(inputs_when_wrong_are_refused),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
