#include "support/expect.h"

#include "desc_fixture.h"

static const char *const base_text =
    "populations:\n  dSPN: {count: 10, set: {phi1: 0}}\n  FSI: {count: 2}\n"
    "traces: [{of: dSPN}, {of: FSI}]\nseed: 1\n";

static struct yaml *open_base(struct fixture *f)
{
    fixture_open(f);
    struct yaml *const tree = yaml_parse("a.yaml", base_text, strlen(base_text), &f->d);
    assert_non_null(tree);
    return tree;
}

/* What base_text becomes, as text. */
static void expect_written(const char *assignment, const char *part)
{
    struct fixture f;
    struct yaml *const tree = open_base(&f);
    struct err e = {0};
    EXPECT_OK(yaml_override(tree, assignment, &f.d, &e));
    yaml_write(tree, &f.found);
    EXPECT_CONTAINS(text_string(&f.found), part);
    EXPECT_EQ_I64(f.d.n, 0);
    fixture_close(&f);
}

static void expect_refused(const char *assignment, const char *part)
{
    struct fixture f;
    struct yaml *const tree = open_base(&f);
    struct err e = {0};
    EXPECT_ERR(yaml_override(tree, assignment, &f.d, &e), ERR_USAGE, part);
    EXPECT_CONTAINS(e.msg, "--set ");
    EXPECT_EQ_I64(f.d.n_errors, 0);
    fixture_close(&f);
}

static void override_when_the_path_exists_replaces(void **state)
{
    (void)state;
    expect_written("populations.dSPN.count=5000", "count: 5000\n");
    expect_written(" populations.dSPN.set.phi1 = 0.5 ", "phi1: 0.5\n");
    expect_written("traces.1.of=dSPN", "-\n    of: dSPN\n  -\n    of: dSPN\n");
    expect_written("populations.FSI={model: x, count: 3}", "model: x\n");
}

static void override_when_keys_are_missing_makes_them(void **state)
{
    (void)state;
    expect_written("time.duration=2 s", "time:\n  duration: 2 s\n");
    expect_written("populations.FSI.set.phi1=1",
                   "FSI:\n    count: 2\n    set:\n      phi1: 1\n");
}

static void override_when_null_removes(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = open_base(&f);
    struct err e = {0};
    EXPECT_OK(yaml_override(tree, "populations.dSPN=null", &f.d, &e));
    EXPECT_OK(yaml_override(tree, "traces.0=null", &f.d, &e));
    yaml_write(tree, &f.found);
    EXPECT_STR(text_string(&f.found),
               "populations:\n  FSI:\n    count: 2\ntraces:\n  -\n    of: FSI\nseed: 1\n");
    fixture_close(&f);
}

/* The value of a shell word is one text: commas, colons and brackets in it need no second
 * quoting. */
static void override_when_an_expression_is_one_text(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = open_base(&f);
    struct err e = {0};
    EXPECT_OK(
        yaml_override(tree, "populations.dSPN.set.phi1=if t < 1 s: 0, 1 else: 2", &f.d, &e));
    const struct yaml *const value =
        yaml_get(yaml_get(yaml_get(yaml_get(tree, "populations"), "dSPN"), "set"), "phi1");
    EXPECT_STR(value->text, "if t < 1 s: 0, 1 else: 2");
    EXPECT_TRUE(value->from_override);
    EXPECT_STR(value->at.file, "--set populations.dSPN.set.phi1=if t < 1 s: 0, 1 else: 2");
    EXPECT_EQ_I64(value->at.line, 1);
    fixture_close(&f);
}

static void override_when_wrong_is_a_usage_error(void **state)
{
    (void)state;
    expect_refused("populations.dPSN.count=3",
                   "there is no 'dPSN' in populations; did you mean 'dSPN'?");
    expect_refused("populations.dSPN.cuont=null",
                   "there is no 'cuont' in dSPN; did you mean 'count'?");
    expect_refused("seed.x=3", "'seed' is a single value: it has no 'x'");
    expect_refused("traces.2.of=A", "traces is a list of 2: '2' is no place in it");
    expect_refused("traces.x=A", "'x' is no place in it");
    expect_refused("seed", "an override is written path=value");
    expect_refused("=3", "an override is written path=value");
    expect_refused("seed=", "the value is missing");
    expect_refused("a..b=3", "'a..b' is not a path");
    expect_refused(".a=3", "is not a path");
    expect_refused("a.=3", "is not a path");
    expect_refused("seed={a: [1, 2}", "not valid YAML");
    expect_refused("seed=[1, 1", "not valid YAML");
    expect_refused("seed={a: 1, a: 2}", "duplicate key 'a'");
}

static void override_when_the_path_is_very_long_is_refused(void **state)
{
    (void)state;
    char path[200] = "a";
    for (int k = 0; k < 40; k++) {
        memcpy(path + 1 + 2 * k, ".a", 3);
    }
    strcat(path, "=1");
    expect_refused(path, "is not a path");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(override_when_the_path_exists_replaces),
        cmocka_unit_test(override_when_keys_are_missing_makes_them),
        cmocka_unit_test(override_when_null_removes),
        cmocka_unit_test(override_when_an_expression_is_one_text),
        cmocka_unit_test(override_when_wrong_is_a_usage_error),
        cmocka_unit_test(override_when_the_path_is_very_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
