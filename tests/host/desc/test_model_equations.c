#include "support/expect.h"

#include "desc_fixture.h"

#include "lang/parse.h"

#define BASE                                                                                   \
    "parameters: {tau: 10 ms, E: -70 mV, s: 1}\nstate: {v: \"E\"}\nequations: |\n  a = s\n  "  \
    "dv/dt = (E - v)/tau\n  b = a\nthreshold: v > -50 mV\nreset: v = E\n"

static void expect_statements(const char *child, const char *expected)
{
    (void)fixture_file("base.yaml", BASE);
    struct fixture f;
    fixture_sound_model(&f, child);
    struct text t = {0};
    for (uint32_t k = 0; k < f.model->n_statements; k++) {
        lang_print_statement(&f.model->statements[k], &t);
        text_add(&t, "; ");
    }
    EXPECT_STR(text_string(&t), expected);
    text_fini(&t);
    fixture_close(&f);
}

static void child_when_it_extends_replaces_in_place_and_appends(void **state)
{
    (void)state;
    expect_statements("extends: base.yaml\n", "a = s; dv/dt = (E - v) / tau; b = a; ");
    expect_statements("extends: base.yaml\nparameters: {k: 2}\nequations: |\n  c = k\n  dv/dt "
                      "= (E - v)/tau*k\n",
                      "a = s; dv/dt = (E - v) / tau * k; b = a; c = k; ");
    expect_statements("extends: base.yaml\nparameters: {tau: 20 ms}\n",
                      "a = s; dv/dt = (E - v) / tau; b = a; ");
}

static void child_when_it_edits_inserts_and_removes(void **state)
{
    (void)state;
    expect_statements(
        "extends: base.yaml\nequations:\n  - {before: v, equations: \"x = a\"}\n  - {after: b, "
        "equations: \"y = b; z = y\"}\n  - {remove: a}\n  - |\n    b = s\n"
        "  - {before: x, equations: \"a = 2\"}\n",
        "a = 2; x = a; dv/dt = (E - v) / tau; b = s; y = b; z = y; ");
}

static void child_when_it_gives_null_removes_the_statement(void **state)
{
    (void)state;
    expect_statements("extends: base.yaml\nequations:\n  - {a: null, b: null}\n",
                      "dv/dt = (E - v) / tau; ");
    expect_statements(
        "extends: base.yaml\nequations:\n  - b: null\n  - dv/dt: null\n  - v = E\n",
        "a = s; v = E; ");
}

/* A grandchild edits what its parent inserted; the parent's list comes first. */
static void grandchild_when_it_edits_sees_all_statements(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml", BASE);
    (void)fixture_file("middle.yaml", "extends: base.yaml\nparameters: {k: 3}\nequations:\n  - "
                                      "{after: a, equations: \"x = k*a\"}\n"
                                      "  - b = x\n");
    expect_statements("extends: middle.yaml\nequations:\n  - {before: x, equations: \"y = "
                      "k\"}\n  - x = y\n  - "
                      "{b: null}\n",
                      "a = s; y = k; x = y; dv/dt = (E - v) / tau; ");
    struct fixture f;
    fixture_sound_model(
        &f, "extends: middle.yaml\nfunctions: {\"f(x)\": 2*x}\nreset: v = E - f(1 mV)\n"
            "threshold: v > -40 mV\nrefractory: 2 ms\nparameters: {tau: {value: 20 ms}, s: "
            "null, k: "
            "4}\nequations: a = k\n");
    EXPECT_EQ_I64(f.model->n_parameters, 3);
    EXPECT_NEAR(fixture_value(f.model->parameters[model_find_parameter(f.model, "tau")].value),
                20, 0);
    EXPECT_NEAR(fixture_value(f.model->parameters[model_find_parameter(f.model, "k")].value), 4,
                0);
    EXPECT_TRUE(f.model->refractory != NULL);
    fixture_close(&f);
}

/* Receptors, presets and what a preset holds are joined; null takes one out. */
static void child_when_it_extends_joins_presets_and_receptors(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml", FIXTURE_LIF);
    struct fixture f;
    fixture_sound_model(
        &f, "extends: base.yaml\nreceptors: {NMDA: g_n, GABA: null}\nstate: {g_n: 0 nS}\n"
            "presets: {slow: {tau_m: 50 ms, v: null}, quick: {tau_m: 1 ms}}\n"
            "equations:\n  - {after: g_e, equations: \"dg_n/dt = -g_n/(100 ms)\"}\n");
    EXPECT_EQ_I64(f.model->n_receptors, 2);
    EXPECT_STR(f.model->receptors[1].name, "NMDA");
    EXPECT_EQ_I64(f.model->n_presets, 2);
    EXPECT_EQ_I64(f.model->presets[0].n, 1);
    EXPECT_NEAR(fixture_value(f.model->presets[0].values[0]), 50, 0);
    EXPECT_STR(f.model->statements[1].name, "g_n");
    fixture_close(&f);
}

static void child_when_it_removes_keys_has_them_no_more(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml", BASE);
    struct fixture f;
    fixture_sound_model(
        &f, "extends: base.yaml\nreset: null\nthreshold: null\nequations: |\n  b = 2*a\n");
    EXPECT_TRUE(f.model->threshold == NULL);
    EXPECT_EQ_I64(f.model->n_reset, 0);
    EXPECT_EQ_I64(f.model->n_parameters, 3);
    fixture_close(&f);
}

static void edit_when_wrong_is_reported(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml", BASE);
    struct fixture f;
    fixture_model(&f, "extends: base.yaml\nequations:\n  - {before: bb, equations: \"x = "
                      "a\"}\n  - {remove: q}\n  - {before: a, after: b, equations: \"x = 1\"}\n"
                      "  - {before: a}\n  - [1]\n");
    EXPECT_CONTAINS(text_string(&f.found),
                    ":3:14: error: no statement has 'bb' on its left side");
    EXPECT_CONTAINS(text_string(&f.found),
                    ":4:14: error: no statement has 'q' on its left side");
    EXPECT_CONTAINS(text_string(&f.found), ":5:5: error: an entry of 'equations' is a text, or "
                                           "has one of before, after and remove");
    EXPECT_CONTAINS(text_string(&f.found), ":6:5: error: an entry of 'equations' is a text");
    EXPECT_CONTAINS(text_string(&f.found),
                    ":7:5: error: the equations must be a text, this is a list");
    fixture_close(&f);
}

static void left_side_when_it_stands_twice_cannot_be_replaced(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml", "state: {v: 0}\nequations: |\n  v = v + 1\n  v = 2*v\n");
    struct fixture f;
    fixture_model(&f, "extends: base.yaml\nequations: v = 3\n");
    EXPECT_CONTAINS(text_string(&f.found),
                    ":2:12: error: 'v' stands on the left side of two statements");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child_when_it_extends_replaces_in_place_and_appends),
        cmocka_unit_test(child_when_it_edits_inserts_and_removes),
        cmocka_unit_test(child_when_it_gives_null_removes_the_statement),
        cmocka_unit_test(grandchild_when_it_edits_sees_all_statements),
        cmocka_unit_test(child_when_it_extends_joins_presets_and_receptors),
        cmocka_unit_test(child_when_it_removes_keys_has_them_no_more),
        cmocka_unit_test(edit_when_wrong_is_reported),
        cmocka_unit_test(left_side_when_it_stands_twice_cannot_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
