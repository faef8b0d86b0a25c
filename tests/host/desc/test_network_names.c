#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static void expect_error(const char *text, const char *part)
{
    struct fixture f;
    fixture_network_with(&f, text, NULL);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), part);
    fixture_close(&f);
}

static void constants_when_they_use_each_other_are_found_in_any_order(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, "time: {duration: T}\nconstants: {n: 2*half(m), m: 10, T: 3*tau, tau: "
                        "5 ms}\nfunctions: {half(x): x/2}\n"
                        "populations: {A: {model: lif.yaml, count: n, set: {tau_m: 2*tau}}}\n");
    EXPECT_EQ_I64(f.net->n_steps, 150);
    EXPECT_EQ_I64(f.net->populations[0].n, 10);
    EXPECT_NEAR(fixture_value(f.net->populations[0].set[0].value), 10, 0);
    fixture_close(&f);
}

/* Steps of a signal become an expression of t; before its first step a signal has its first
 * value. */
static void signals_when_written_as_steps_follow_the_time(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(
        &f,
        FIXTURE_NET("signals:\n  s: {steps: [[10 ms, 20 ms], [20 ms, 30 ms], [30 ms, 40 "
                    "ms]]}\n  c: \"ite(t < 5 ms, 1 ms, 2 ms)\"\n  i_dep: \"1 ms*(1 + i)\"\n"));
    fixture_close(&f);
    static const char *const overrides[] = {"populations.A.set.tau_m=s + c", NULL};
    fixture_network_with(&f,
                         FIXTURE_NET("signals:\n  s: {steps: [[10 ms, 20 ms], [20 ms, 30 ms], "
                                     "[30 ms, 40 ms]]}\n  c: \"ite(t < 5 ms, 1 ms, 2 ms)\"\n"),
                         overrides);
    EXPECT_EQ_I64(f.code, ERR_OK);
    EXPECT_TRUE(f.net->populations[0].set[0].on_time && !f.net->populations[0].set[0].on_cell);
    fixture_close(&f);
}

static void names_when_taken_or_wrong_are_refused(void **state)
{
    (void)state;
    expect_error(FIXTURE_NET("constants: {t: 1}\n"),
                 ":4:13: error: 't' cannot be the name of a constant: it is time at the start "
                 "of the step");
    expect_error(FIXTURE_NET("constants: {exp: 1}\n"),
                 "'exp' cannot be the name of a constant");
    expect_error(FIXTURE_NET("constants: {2x: 1}\n"), "'2x' cannot be the name of a constant");
    expect_error(FIXTURE_NET("constants: {a: uniform(0)}\n"), "uniform");
    expect_error(FIXTURE_NET("constants: {a: 2*t}\n"), "constant 'a' cannot follow the time t");
    expect_error(FIXTURE_NET("constants: {a: i}\n"),
                 "constant 'a' cannot depend on the cell's index i");
    expect_error(FIXTURE_NET("signals: {a: \"normal(0, 1)\"}\n"), "signal 'a'");
    expect_error(FIXTURE_NET("functions: {f: 1}\n"), ":4:14: error: '(' is missing");
    expect_error(FIXTURE_NET("functions: {f(x): y}\n"), "unknown name 'y'");
    expect_error(FIXTURE_NET("functions: {f(x): g(x), g(x): f(x)}\n"), "depends on itself");
    expect_error(FIXTURE_NET("constants: {a: 1}\nsignals: {a: 1}\n"), "'a'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_when_they_use_each_other_are_found_in_any_order),
        cmocka_unit_test(signals_when_written_as_steps_follow_the_time),
        cmocka_unit_test(names_when_taken_or_wrong_are_refused),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
