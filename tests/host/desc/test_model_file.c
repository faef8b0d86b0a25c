#include "support/expect.h"

#include "desc_fixture.h"

static void model_when_read_has_all_its_parts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, "name: cell\nsource: a book\ndoc: >\n  two\n  lines\nintegrator: "
                            "exponential_euler\n" FIXTURE_LIF
                            "refractory: {duration: 2 ms, hold: v}\n"
                            "protocol: {times: [100 ms, 500 ms, 100 ms], amplitude: 300 "
                            "pA}\nselfcheck:\n  - {name: rests, duration: 1 ms, expect: "
                            "{spikes: 0}}\n");
    const struct model *const m = f.model;
    EXPECT_STR(m->name, "cell");
    EXPECT_STR(m->stem, "model");
    EXPECT_STR(m->doc, "two lines\n");
    EXPECT_STR(m->source, "a book");
    EXPECT_EQ_I64(m->integrator, INTEGRATOR_EXPONENTIAL_EULER);
    EXPECT_EQ_I64(m->n_parameters, 5);
    EXPECT_NEAR(fixture_value(m->parameters[0].value), 10, 0);
    EXPECT_TRUE(m->parameters[0].has_range && !m->parameters[0].has_slider);
    EXPECT_NEAR(m->parameters[0].low, 0.1, 0);
    EXPECT_NEAR(fixture_value(m->parameters[1].value), -70, 0);
    EXPECT_TRUE(unit_same_dimension(m->parameters[1].unit, unit_mv));
    EXPECT_NEAR(fixture_value(m->parameters[4].value), 0.1, 1e-15);
    EXPECT_EQ_I64(m->n_receptors, 2);
    EXPECT_EQ_I64(model_find_receptor(m, "ampa"), 0);
    EXPECT_EQ_I64(m->receptors[1].state, 2);
    EXPECT_EQ_I64(m->n_states, 3);
    EXPECT_EQ_I64(m->n_statements, 4);
    EXPECT_EQ_I64(m->statements[0].at.line, 12);
    EXPECT_EQ_I64(m->statements[0].at.column, 3);
    EXPECT_EQ_I64(m->n_reset, 1);
    EXPECT_NEAR(fixture_value(m->refractory), 2, 0);
    EXPECT_EQ_I64(m->n_held, 1);
    EXPECT_STR(m->held[0], "v");
    EXPECT_STR(m->current, "I_ext");
    EXPECT_EQ_I64(m->n_presets, 1);
    EXPECT_STR(m->presets[0].doc, "slower");
    EXPECT_EQ_I64(m->presets[0].n, 2);
    EXPECT_NEAR(fixture_value(m->presets[0].values[0]), 40, 0);
    fixture_close(&f);
}

static void model_when_keys_are_left_out_has_defaults(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, "state: {x: 0}\nequations: x = x + 1\n");
    EXPECT_STR(f.model->name, "model");
    EXPECT_EQ_I64(f.model->integrator, INTEGRATOR_EULER);
    EXPECT_TRUE(f.model->threshold == NULL && f.model->refractory == NULL &&
                f.model->current == NULL);
    EXPECT_EQ_I64(f.model->n_statements, 1);
    fixture_close(&f);
    fixture_sound_model(&f, "state: {v: 0 mV}\nequations: v = v\nthreshold: v > 1 "
                            "mV\nrefractory: 3 ms\nreset: null\n");
    EXPECT_NEAR(fixture_value(f.model->refractory), 3, 0);
    EXPECT_EQ_I64(f.model->n_held, 0);
    EXPECT_EQ_I64(f.model->n_reset, 0);
    fixture_close(&f);
}

static void declared_unit_when_given_belongs_to_bare_numbers(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, "parameters:\n  g: {value: 2, unit: uS, range: [1, 3], slider: "
                            "[1500 nS, 2.5]}\n  a: {value: -1, unit: V/s}\n"
                            "state: {v: {initial: 3, unit: V}}\nequations: v = v\n");
    const struct model *const m = f.model;
    EXPECT_NEAR(fixture_value(m->parameters[0].value), 2000, 1e-9);
    EXPECT_NEAR(m->parameters[0].unit.to_house, 1000, 1e-9);
    EXPECT_NEAR(m->parameters[0].low, 1000, 1e-9);
    EXPECT_NEAR(m->parameters[0].high, 3000, 1e-9);
    EXPECT_NEAR(m->parameters[0].slider_low, 1500, 1e-9);
    EXPECT_NEAR(m->parameters[0].slider_high, 2500, 1e-9);
    EXPECT_NEAR(fixture_value(m->parameters[1].value), -1, 1e-12);
    EXPECT_NEAR(fixture_value(m->states[0].initial), 3000, 1e-9);
    fixture_close(&f);
}

/* Without units, a number stands in the declared unit whether it is written with it or not. */
static void values_when_the_model_has_no_units_stay_in_the_declared_unit(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(
        &f,
        "units: none\nparameters:\n  T: {value: 1.5 s, range: [1, 2]}\n  w: {value: 3, unit: "
        "V}\n"
        "state: {v: -65 mV}\nequations: v = 0.04*v**2 + T*w\npresets: {fast: {T: 1200 ms}}\n");
    EXPECT_NEAR(fixture_value(f.model->parameters[0].value), 1.5, 1e-15);
    EXPECT_NEAR(fixture_value(f.model->parameters[1].value), 3, 0);
    EXPECT_NEAR(f.model->parameters[0].low, 1, 0);
    EXPECT_NEAR(fixture_value(f.model->states[0].initial), -65, 0);
    EXPECT_NEAR(fixture_value(f.model->presets[0].values[0]), 1.2, 1e-15);
    fixture_close(&f);
}

static void model_when_wrong_reports_everything_in_one_go(void **state)
{
    (void)state;
    struct fixture f;
    fixture_model(&f, "parameters:\n  tau: {valeu: 1 ms}\n  k: {value: 1, range: [0, 1, "
                      "2]}\nreceptors: {A: [g]}\nstate: {v: 0 mV}\n"
                      "equations: |\n  dv/dt = -v/(3 ms) + q\n  dv/dt = (\nrefractory: {hold: "
                      "v}\nprotocol: {times: [1 ms]}\nresett: x\n");
    EXPECT_EQ_I64(f.code, ERR_FILE);
    static const char *const parts[] = {
        ":2:3: error: parameter 'tau' has no value",
        ":2:9: error: unknown key 'valeu'",
        ":3:24: error: range of parameter 'k' must be two numbers",
        ":4:16: error: receptor 'A' must be a single value, this is a list",
        ":7:23: error: unknown name 'q'",
        ":9:13: error: 'refractory' has no duration",
        ":10:19: error: 'times' of 'protocol' must be three times",
        ":11:1: error: unknown key 'resett' in this model"};
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        EXPECT_CONTAINS(text_string(&f.found), parts[k]);
    }
    fixture_close(&f);
}

static void shipped_models_when_loaded_are_sound(void **state)
{
    (void)state;
    EXPECT_TRUE(desc_n_shipped_models >= 4);
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        struct fixture f;
        fixture_open(&f);
        EXPECT_TRUE(!desc_names_network(desc_shipped_models[k].name));
        const enum err_code code =
            desc_load_model(&f.model, desc_shipped_models[k].name, (struct pos){0}, &f.d, &f.e);
        diag_print(&f.d, 0, &f.found);
        if (code != ERR_OK) {
            fail_msg("%s", text_string(&f.found));
        }
        EXPECT_STR(f.model->stem, desc_shipped_models[k].name);
        fixture_close(&f);
    }
}

static void model_when_memory_is_out_fails_in_order(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 12; n++) {
        struct fixture f;
        const char *const path = fixture_file("model.yaml", FIXTURE_LIF);
        fixture_open(&f);
        (void)mem_fail_at(n);
        f.code = desc_load_model(&f.model, path, (struct pos){0}, &f.d, &f.e);
        (void)mem_fail_at(0);
        EXPECT_TRUE((f.code == ERR_OK) == (f.model != NULL));
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_when_read_has_all_its_parts),
        cmocka_unit_test(model_when_keys_are_left_out_has_defaults),
        cmocka_unit_test(declared_unit_when_given_belongs_to_bare_numbers),
        cmocka_unit_test(values_when_the_model_has_no_units_stay_in_the_declared_unit),
        cmocka_unit_test(model_when_wrong_reports_everything_in_one_go),
        cmocka_unit_test(shipped_models_when_loaded_are_sound),
        cmocka_unit_test(model_when_memory_is_out_fails_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
