#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static void load(struct fixture *f, const char *entry, const char *rest)
{
    char text[1000];
    (void)snprintf(
        text, sizeof text,
        "time: {duration: 1 ms}\n%spopulations:\n  A: {model: lif.yaml, count: 5, %s}\n", rest,
        entry);
    fixture_network_with(f, text, NULL);
}

static void expect_error(const char *entry, const char *part)
{
    struct fixture f;
    load(&f, entry, "");
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), part);
    fixture_close(&f);
}

static const struct desc_setting *find(const struct desc_setting *s, uint32_t n,
                                       const char *name)
{
    for (uint32_t k = 0; k < n; k++) {
        if (strcmp(s[k].name, name) == 0) {
            return &s[k];
        }
    }
    fail_msg("no setting '%s'", name);
    return NULL;
}

static void settings_when_read_say_what_they_depend_on(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "set: {tau_m: tau, R: \"r(t)*1 GOhm\", E_L: \"-70 mV + i*0.1 mV\", v_t: \"normal(-50 "
         "mV, 1 mV)\"}, initial: {v: \"uniform(E_L, v_t)\", g_e: 1 nS}",
         "constants: {tau: 15 ms}\nfunctions: {r(x): \"ite(x < 1 ms, 1, 2)\"}\n");
    EXPECT_STR(text_string(&f.found), "");
    const struct desc_population *const p = &f.net->populations[0];
    EXPECT_EQ_I64(p->n_set, 4);
    const struct desc_setting *s = find(p->set, p->n_set, "tau_m");
    EXPECT_TRUE(!s->on_time && !s->on_cell);
    EXPECT_NEAR(fixture_value(s->value), 15, 0);
    EXPECT_EQ_I64(s->index, 0);
    s = find(p->set, p->n_set, "R");
    EXPECT_TRUE(s->on_time && !s->on_cell);
    s = find(p->set, p->n_set, "E_L");
    EXPECT_TRUE(!s->on_time && s->on_cell);
    s = find(p->set, p->n_set, "v_t");
    EXPECT_TRUE(!s->on_time && s->on_cell);
    EXPECT_EQ_I64(p->n_initial, 2);
    EXPECT_TRUE(find(p->initial, p->n_initial, "v")->on_cell);
    EXPECT_EQ_I64(find(p->initial, p->n_initial, "g_e")->index, 1);
    fixture_close(&f);
}

/* The preset's entries come first; the file's own take their place. */
static void preset_when_named_fills_set_and_initial(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "preset: slow, initial: {v: -61 mV}", "");
    const struct desc_population *const p = &f.net->populations[0];
    EXPECT_STR(p->preset, "slow");
    EXPECT_EQ_I64(p->n_set, 1);
    EXPECT_NEAR(fixture_value(p->set[0].value), 40, 0);
    EXPECT_EQ_I64(p->n_initial, 1);
    EXPECT_NEAR(fixture_value(p->initial[0].value), -61, 0);
    fixture_close(&f);
}

static void settings_when_wrong_are_refused(void **state)
{
    (void)state;
    expect_error("set: {tau_m: 15}", "'15' has no unit");
    expect_error("set: {tau_m: 15 mV}", "'tau_m' of population 'A'");
    expect_error("set: {tau_m: 0 ms}", "tau_m is 0");
    expect_error("set: {tau_m: 5000 ms}", "outside its range");
    expect_error("set: {tau_m: R}", "unknown name 'R'");
    expect_error("set: {tau_m: \"normal(10 ms, t)\"}",
                 "follows the time and is drawn at random");
    expect_error("set: {tau_m: x/1 um*1 ms}",
                 "depends on positions, and this network has no space");
    expect_error("set: {V: 1}", "lif has no parameter 'V'");
    expect_error("set: 5", "'set' of population 'A' must be a map");
    expect_error("initial: {v: \"-70 mV*t/(1 ms)\"}",
                 "initial 'v' of population 'A' cannot follow the time t");
    expect_error("initial: {v: \"I*1 GOhm\"}", "unknown name 'I'");
    expect_error("initial: {tau_m: 3 ms}", "it belongs under 'set'");
    expect_error("initial: {v: 5 pA}", "initial 'v' of population 'A'");
    expect_error("density: 5 /mm3", "population 'A' has both count and density");
    expect_error("integrator: rk5", "integrator of population 'A': 'rk5' is not known");
}

static void count_when_at_its_limits_is_taken(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(
        &f, "time: {duration: 1 ms}\npopulations: {A: {model: lif.yaml, count: 4294967280}, B: "
            "{model: lif.yaml, count: 0}, C-2: {model: lif.yaml, count: 3*5}}\n");
    EXPECT_EQ_I64(f.net->populations[0].n, INT64_C(4294967280));
    EXPECT_EQ_I64(f.net->populations[1].n, 0);
    EXPECT_EQ_I64(f.net->populations[2].n, 15);
    fixture_close(&f);
}

static void population_when_its_name_is_odd_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network_with(&f,
                         "time: {duration: 1 ms}\npopulations: {\"a/b\": {model: lif.yaml, "
                         "count: 1}, 1a: {model: lif.yaml, count: 1}, \"\": {}}\n",
                         NULL);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), "'a/b' cannot be the name of a population");
    EXPECT_CONTAINS(text_string(&f.found), "'1a' cannot be the name of a population");
    EXPECT_CONTAINS(text_string(&f.found), "'' cannot be the name of a population");
    fixture_close(&f);
}

/* A preset's integrator gives way to the population's own. */
static void preset_when_it_has_an_integrator_changes_it(void **state)
{
    (void)state;
    (void)fixture_file(
        "own.yaml",
        "parameters: {k: 1}\nstate: {x: 0}\nequations: x = k\npresets:\n  fine: {integrator: "
        "exponential_euler, k: 2, protocol: {times: [1 ms, 2 ms, 3 ms]}}\n  plain: {k: 3}\n");
    struct fixture f;
    fixture_network(
        &f,
        "time: {duration: 1 ms}\npopulations:\n  A: {model: own.yaml, count: 1, preset: fine}\n"
        "  B: {model: own.yaml, count: 1, preset: plain}\n"
        "  C: {model: own.yaml, count: 1, preset: fine, integrator: euler}\n"
        "  D: {model: own.yaml, count: 1, preset: fine}\n");
    const struct desc_population *const p = f.net->populations;
    EXPECT_EQ_I64(p[0].model->integrator, INTEGRATOR_EXPONENTIAL_EULER);
    EXPECT_EQ_I64(p[1].model->integrator, INTEGRATOR_EULER);
    EXPECT_EQ_I64(p[2].model->integrator, INTEGRATOR_EULER);
    EXPECT_TRUE(p[3].model == p[0].model && p[1].model == p[2].model);
    EXPECT_EQ_I64(p[0].n_set, 1);
    fixture_close(&f);
}

/* A model's functions are known to initial values and recorded expressions of a network. */
static void functions_of_the_model_when_used_in_a_network_are_found(void **state)
{
    (void)state;
    (void)fixture_file(
        "own.yaml",
        "functions: {\"twice(x)\": 2*x}\nparameters: {k: 1 mV}\nstate: {v: 0 mV}\nequations: v "
        "= twice(k)\n");
    struct fixture f;
    fixture_network(
        &f,
        "time: {duration: 1 ms}\npopulations:\n  A: {model: own.yaml, count: 1, initial: {v: "
        "\"twice(k)\"}}\nrecord:\n  traces:\n    - {of: A, variables: [{name: w, expr: "
        "\"twice(v)\", "
        "unit: mV}]}\n");
    EXPECT_EQ_I64(f.net->populations[0].n_initial, 1);
    EXPECT_EQ_I64(f.net->n_traces, 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_when_read_say_what_they_depend_on),
        cmocka_unit_test(preset_when_named_fills_set_and_initial),
        cmocka_unit_test(settings_when_wrong_are_refused),
        cmocka_unit_test(count_when_at_its_limits_is_taken),
        cmocka_unit_test(population_when_its_name_is_odd_is_refused),
        cmocka_unit_test(preset_when_it_has_an_integrator_changes_it),
        cmocka_unit_test(functions_of_the_model_when_used_in_a_network_are_found),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
