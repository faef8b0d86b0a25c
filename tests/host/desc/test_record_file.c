#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static void load(struct fixture *f, const char *record)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "time: {duration: 100 ms}\npopulations:\n  A: {model: lif.yaml, count: "
                   "10}\n  B: {model: lif.yaml, count: 20}\nrecord: %s\n",
                   record);
    fixture_network_with(f, text, NULL);
}

static void expect_error(const char *trace, const char *part)
{
    struct fixture f;
    char text[700];
    (void)snprintf(text, sizeof text, "{traces: [{%s}]}", trace);
    load(&f, text);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), part);
    fixture_close(&f);
}

static void spikes_when_named_are_recorded_of_these(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool any, a, b;
    } cases[] = {
        {"{spikes: all}",  true,  true,  true },
        {"{}",             true,  true,  true },
        {"{spikes: none}", false, false, false},
        {"{spikes: [B]}",  true,  false, true },
        {"{spikes: A}",    true,  true,  false}
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct fixture f;
        load(&f, cases[k].text);
        EXPECT_STR(text_string(&f.found), "");
        EXPECT_TRUE(f.net->records_spikes == cases[k].any);
        EXPECT_TRUE(f.net->records_population[0] == cases[k].a &&
                    f.net->records_population[1] == cases[k].b);
        fixture_close(&f);
    }
}

static void traces_when_read_have_one_population_each(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "{traces: [{of: [A, B], neurons: 2..4, every: 0.5 ms, from: 10 ms, until: 1 s, "
             "variables: [v, I, tau_m, {name: Ig, expr: \"g_i*(-80 mV - v)\", unit: nA}]}, "
             "{of: B, variables: v}]}");
    EXPECT_STR(text_string(&f.found), "");
    EXPECT_EQ_I64(f.net->n_traces, 3);
    const struct desc_trace *const t = f.net->traces;
    for (uint32_t k = 0; k < 2; k++) {
        EXPECT_EQ_I64(t[k].n_of, 1);
        EXPECT_EQ_I64(t[k].of[0], k);
        EXPECT_EQ_I64(t[k].cells.n_cells, 3);
        EXPECT_EQ_I64(t[k].cells.cells[2], 4);
        EXPECT_EQ_I64(t[k].every, 5);
        EXPECT_EQ_I64(t[k].from, 100);
        EXPECT_EQ_I64(t[k].until, 1000); /* the end of the run */
        EXPECT_EQ_I64(t[k].n_variables, 4);
        EXPECT_TRUE(t[k].variables[0].value == NULL);
        EXPECT_STR(t[k].variables[3].name, "Ig");
        EXPECT_STR(t[k].variables[3].unit_text, "nA");
        EXPECT_NEAR(t[k].variables[3].unit.to_house, 1000, 1e-9);
        EXPECT_TRUE(t[k].variables[3].value != NULL);
    }
    EXPECT_TRUE(t[0].variables[3].value !=
                t[1].variables[3].value); /* each model has its own names */
    EXPECT_TRUE(t[2].cells.is_all);
    EXPECT_EQ_I64(t[2].every, 1);
    EXPECT_EQ_I64(t[2].from, 0);
    EXPECT_EQ_I64(t[2].until, 1000);
    fixture_close(&f);
}

static void neurons_when_given_are_sorted_without_repeats(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_all;
        uint32_t n_random, n, cells[3];
    } cases[] = {
        {"neurons: [7, 0, 7, 3]", false, 0,  3, {0, 3, 7}},
        {"neurons: 5",            false, 0,  1, {5, 0, 0}},
        {"neurons: 9..9",         false, 0,  1, {9, 0, 0}},
        {"neurons: all",          true,  0,  0, {0, 0, 0}},
        {"neurons: {random: 4}",  false, 4,  0, {0, 0, 0}},
        {"random: 10",            false, 10, 0, {0, 0, 0}}
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct fixture f;
        char text[200];
        (void)snprintf(text, sizeof text, "{traces: [{of: A, %s, variables: [v]}]}",
                       cases[k].text);
        load(&f, text);
        EXPECT_STR(text_string(&f.found), "");
        const struct desc_cells *const c = &f.net->traces[0].cells;
        EXPECT_TRUE(c->is_all == cases[k].is_all);
        EXPECT_EQ_I64(c->n_random, cases[k].n_random);
        EXPECT_EQ_I64(c->n_cells, cases[k].n);
        for (uint32_t j = 0; j < c->n_cells; j++) {
            EXPECT_EQ_I64(c->cells[j], cases[k].cells[j]);
        }
        fixture_close(&f);
    }
}

static void traces_when_wrong_are_refused(void **state)
{
    (void)state;
    expect_error("variables: [v]", "a trace has no 'of'");
    expect_error("of: A", "a trace has no 'variables'");
    expect_error("of: A, neurons: [10], variables: [v]",
                 "there is no neuron 10: population 'A' has 10 cells");
    expect_error("of: A, neurons: 3..1, variables: [v]", "the last is before the first");
    expect_error("of: A, neurons: 0..99999999999999999999, variables: [v]",
                 "population 'A' has 10 cells");
    expect_error("of: A, neurons: [], variables: [v]", "'neurons' is an empty list");
    expect_error("of: A, neurons: some, variables: [v]", "'neurons': 'some' is not known");
    expect_error("of: A, neurons: [-1], variables: [v]", "must be a whole number");
    expect_error("of: A, random: 11, variables: [v]", "population 'A' has 10 cells");
    expect_error("of: A, random: 0, variables: [v]", "must be above 0");
    expect_error("of: A, random: 1, neurons: all, variables: [v]",
                 "either 'neurons' or 'random'");
    expect_error("of: [A, B], neurons: 0..15, variables: [v]", "population 'A' has 10 cells");
    expect_error("of: A, variables: [v, v]", "names 'v' twice");
    expect_error("of: A, variables: [w]", "the model of population 'A' has no 'w'");
    expect_error("of: A, variables: [{name: x, expr: \"v*q\"}]", "unknown name 'q'");
    expect_error("of: A, variables: [{name: x, expr: \"v\", unit: nS}]", "variable 'x'");
    expect_error("of: A, variables: [{expr: \"v\"}]", "has no 'name'");
    expect_error("of: A, variables: [{name: \"a b\", expr: v}]",
                 "'a b' cannot be the name of a variable");
    expect_error("of: A, every: 0 ms, variables: [v]", "must be above 0");
    expect_error("of: A, from: 5 ms, until: 5 ms, variables: [v]", "is not after its 'from'");
    expect_error("of: A, from: -5 ms, variables: [v]", "it cannot be below 0");
}

static void trace_when_it_begins_after_the_end_is_warned_of(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "{traces: [{of: A, from: 200 ms, variables: [v]}]}");
    EXPECT_EQ_I64(f.code, ERR_OK);
    EXPECT_CONTAINS(text_string(&f.found), "warning: this trace records nothing");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spikes_when_named_are_recorded_of_these),
        cmocka_unit_test(traces_when_read_have_one_population_each),
        cmocka_unit_test(neurons_when_given_are_sorted_without_repeats),
        cmocka_unit_test(traces_when_wrong_are_refused),
        cmocka_unit_test(trace_when_it_begins_after_the_end_is_warned_of),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
