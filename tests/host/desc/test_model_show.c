#include "support/expect.h"

#include "desc_fixture.h"

#include "desc/selfcheck.h"
#include "lang/parse.h"

/* Everything that a run sees of a model, as a text. */
static void describe(const struct model *m, struct text *out)
{
    text_print(out, "%s %d %d %s\n", m->name, m->no_units, m->integrator,
               m->current == NULL ? "" : m->current);
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        text_print(out, "%s %.17g %.17g %.17g = ", m->parameters[k].name,
                   m->parameters[k].unit.to_house, m->parameters[k].low,
                   m->parameters[k].slider_high);
        lang_print(m->parameters[k].value, out);
        text_add(out, "\n");
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        text_print(out, "%s = ", m->states[k].name);
        lang_print(m->states[k].initial, out);
        text_add(out, "\n");
    }
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        text_print(out, "%s %u\n", m->receptors[k].name, m->receptors[k].state);
    }
    for (uint32_t k = 0; k < m->n_statements + m->n_reset; k++) {
        lang_print_statement(
            k < m->n_statements ? &m->statements[k] : &m->reset[k - m->n_statements], out);
        text_add(out, "\n");
    }
    if (m->threshold != NULL) {
        lang_print(m->threshold, out);
    }
    if (m->refractory != NULL) {
        lang_print(m->refractory, out);
    }
    for (uint32_t k = 0; k < m->n_presets; k++) {
        text_print(out, "\n%s:", m->presets[k].name);
        for (uint32_t j = 0; j < m->presets[k].n; j++) {
            text_print(out, " %s ", m->presets[k].names[j]);
            lang_print(m->presets[k].values[j], out);
        }
    }
    text_print(out, "\n%u checks\n", desc_model_selfchecks(m)->n);
}

static void expect_same_when_shown(const char *name)
{
    struct fixture f, again;
    struct text shown = {0}, first = {0}, second = {0};
    fixture_open(&f);
    f.code = desc_load_model(&f.model, name, (struct pos){0}, &f.d, &f.e);
    diag_print(&f.d, 0, &f.found);
    if (f.code != ERR_OK) {
        fail_msg("%s", text_string(&f.found));
    }
    describe(f.model, &first);
    if (desc_show_model(name, &shown, &f.d, &f.e) != ERR_OK) {
        fail_msg("%s: %s", name, f.e.msg);
    }
    EXPECT_TRUE(strstr(text_string(&shown), "extends") == NULL);
    fixture_model(&again, text_string(&shown));
    if (again.code != ERR_OK) {
        fail_msg("%s\n%s", text_string(&again.found), text_string(&shown));
    }
    describe(again.model, &second);
    EXPECT_STR(text_string(&second), text_string(&first));
    text_fini(&shown);
    text_fini(&first);
    text_fini(&second);
    fixture_close(&again);
    fixture_close(&f);
}

static void shipped_models_when_shown_load_as_the_same(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        expect_same_when_shown(desc_shipped_models[k].name);
    }
}

static void child_when_shown_stands_alone(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml",
                       FIXTURE_LIF "functions: {\"f(x, y)\": \"ite(x < 0, -y, y)\"}\n");
    expect_same_when_shown(fixture_file(
        "child.yaml", "extends: base.yaml\nname: 'a: b'\nreceptors: {GABA: null}\n"
                      "equations:\n  - {after: g_e, equations: \"w = f(1, 2)\"}\n"
                      "  - {dg_i/dt: null}\n  - |\n    x = 1; x -= 2\n    I = if v > 0 "
                      "mV: g_e*v else: 0\n"));
}

static void model_when_wrong_is_not_shown(void **state)
{
    (void)state;
    struct fixture f;
    struct text out = {0};
    fixture_open(&f);
    assert_int_equal(
        desc_show_model(fixture_file("bad.yaml", "state: {v: 0}\nequations: v = w\n"), &out,
                        &f.d, &f.e),
        ERR_FILE);
    EXPECT_EQ_I64(out.length, 0);
    text_fini(&out);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_models_when_shown_load_as_the_same),
        cmocka_unit_test(child_when_shown_stands_alone),
        cmocka_unit_test(model_when_wrong_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
