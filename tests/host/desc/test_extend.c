#include "support/expect.h"

#include "desc_fixture.h"

#include "desc/extend.h"

static void expect_merged(const char *base, const char *child, bool is_model,
                          const char *expected, const char *error)
{
    struct fixture f;
    fixture_open(&f);
    struct yaml *const a = yaml_parse("base.yaml", base, strlen(base), &f.d);
    struct yaml *const b = yaml_parse("child.yaml", child, strlen(child), &f.d);
    assert_non_null(a);
    assert_non_null(b);
    const struct yaml *const out = extend_tree(a, b, is_model, &f.d);
    assert_non_null(out);
    yaml_write(out, &f.found);
    EXPECT_STR(text_string(&f.found), expected);
    EXPECT_EQ_I64(f.d.n_errors, error != NULL);
    if (error != NULL) {
        EXPECT_STR(f.d.items[0].text, error);
    }
    fixture_close(&f);
}

static void maps_when_merged_are_joined_in_the_bases_order(void **state)
{
    (void)state;
    expect_merged("a: 1\nb: {c: 2, d: 3}\ne: [1, 2]\n", "f: 9\nb: {d: 4, x: 5}\ne: [3]\n",
                  false, "a: 1\nb:\n  c: 2\n  d: 4\n  x: 5\ne:\n  - 3\nf: 9\n", NULL);
    expect_merged("a: {b: 1}\n", "a: 2\n", false, "a: 2\n", NULL);
    expect_merged("a: 2\n", "a: {b: 1}\n", false, "a:\n  b: 1\n", NULL);
    expect_merged("a: 1\n", "{}\n", false, "a: 1\n", NULL);
}

static void null_when_merged_removes(void **state)
{
    (void)state;
    expect_merged("a: 1\nb: {c: 2, d: 3}\n", "a: null\nb: {c: }\n", false, "b:\n  d: 3\n",
                  NULL);
    expect_merged("alpha: 1\n", "alhpa: null\n", false, "alpha: 1\n",
                  "there is no 'alhpa' to remove");
}

static void path_when_a_key_has_dots_is_followed(void **state)
{
    (void)state;
    expect_merged("a: {b: {c: 1}}\n", "a.b.c: 2\nx.y: 3\n", false,
                  "a:\n  b:\n    c: 2\nx:\n  y: 3\n", NULL);
    expect_merged("a: {b: {c: 1}}\n", "a.b.c: null\n", false, "a:\n  b: {}\n", NULL);
    expect_merged("a: {b: 1}\n", "a.b.c: 2\n", false, "a:\n  b: 1\n",
                  "'b' is a single value: it has no 'c'");
}

static void equations_when_a_model_extends_become_a_list(void **state)
{
    (void)state;
    expect_merged("equations: a = 1\n", "equations: b = 2\n", true,
                  "equations:\n  - a = 1\n  - b = 2\n", NULL);
    expect_merged("equations: a = 1\n", "equations: b = 2\n", false, "equations: b = 2\n",
                  NULL);
    expect_merged("equations: [a = 1, b = 2]\n", "equations: [{remove: a}]\n", true,
                  "equations:\n  - a = 1\n  - b = 2\n  -\n    remove: a\n", NULL);
    expect_merged("equations: a = 1\n", "equations: null\n", true, "{}\n", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_when_merged_are_joined_in_the_bases_order),
        cmocka_unit_test(null_when_merged_removes),
        cmocka_unit_test(path_when_a_key_has_dots_is_followed),
        cmocka_unit_test(equations_when_a_model_extends_become_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
