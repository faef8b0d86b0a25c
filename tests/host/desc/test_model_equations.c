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
        cmocka_unit_test(child_when_it_removes_keys_has_them_no_more),
        cmocka_unit_test(edit_when_wrong_is_reported),
        cmocka_unit_test(left_side_when_it_stands_twice_cannot_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
