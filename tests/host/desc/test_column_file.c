#include "support/expect.h"

#include "desc_fixture.h"

static int write_cells(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file(
        "bare.yaml",
        "units: none\nparameters: {k: 1 mV}\nstate: {v: 0 mV}\nequations: v = k\n");
    (void)fixture_file("cells.csv",
                       "cell,type,E_mV,tau_s\n0,a,-71,0.01\n1,b,-72,0.02\n2,a,-73,0.03\n");
    return 0;
}

static void load(struct fixture *f, const char *population)
{
    char text[1500];
    (void)snprintf(text, sizeof text, "time: {duration: 10 ms}\npopulations:\n  A: {%s}\n",
                   population);
    fixture_network_with(f, text, NULL);
}

static const struct desc_population *load_sound(struct fixture *f, const char *population)
{
    load(f, population);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
    return f->net->populations;
}

static void column_when_read_has_a_value_per_cell(void **state)
{
    (void)state;
    struct fixture f;
    const struct desc_population *p =
        load_sound(&f, "model: lif.yaml, count: 3, set: {tau_m: {file: cells.csv, column: "
                       "tau_s, unit: s}}, initial: {v: "
                       "{file: cells.csv, column: E_mV, unit: mV}}");
    EXPECT_EQ_I64(p->n_set, 1);
    EXPECT_TRUE(p->set[0].value == NULL && p->set[0].on_cell && !p->set[0].on_time);
    EXPECT_TRUE(p->initial[0].value == NULL && p->initial[0].on_cell);
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_NEAR(p->set[0].column[k], 10.0 * (k + 1), 1e-13);
        EXPECT_NEAR(p->initial[0].column[k], -71.0 - k, 0);
    }
    fixture_close(&f);
    p = load_sound(&f, "model: lif.yaml, count: 2, set: {E_L: {file: cells.csv, column: E_mV, "
                       "unit: mV, where: {column: "
                       "type, equals: a}}}");
    EXPECT_NEAR(p->set[0].column[0], -71, 0);
    EXPECT_NEAR(p->set[0].column[1], -73, 0);
    fixture_close(&f);
    p = load_sound(&f, "model: bare.yaml, count: 3, set: {k: {file: cells.csv, column: E_mV}}, "
                       "initial: {v: {file: "
                       "cells.csv, column: tau_s, unit: V}}");
    EXPECT_NEAR(p->set[0].column[2], -73, 0);
    EXPECT_NEAR(p->initial[0].column[2], 30, 1e-13);
    fixture_close(&f);
}

/* A preset's value gives way. */
static void column_when_a_preset_sets_it_too_wins(void **state)
{
    (void)state;
    struct fixture f;
    const struct desc_population *const p =
        load_sound(&f, "model: lif.yaml, count: 3, preset: slow, set: {tau_m: {file: "
                       "cells.csv, column: tau_s, unit: s}}");
    EXPECT_EQ_I64(p->n_set, 1);
    EXPECT_TRUE(p->set[0].column != NULL && p->set[0].value == NULL);
    fixture_close(&f);
}

static void expect_error(const char *population, const char *message)
{
    struct fixture f;
    load(&f, population);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_EQ_I64(f.d.n_errors, 1);
    EXPECT_CONTAINS(text_string(&f.found), message);
    fixture_close(&f);
}

static void columns_when_wrong_are_refused(void **state)
{
    (void)state;
#define CELL "model: lif.yaml, count: 3, set: "
    expect_error(CELL "{E_L: {column: E_mV, unit: mV}}",
                 "'E_L' of population 'A' names no 'file'");
    expect_error(CELL "{E_L: {file: cells.csv, unit: mV}}", "does not name a 'column' of '");
    expect_error(CELL "{E_L: {file: cells.csv, column: E_mV}}",
                 "'E_L' of population 'A' has no 'unit'");
    expect_error(CELL "{E_L: {file: cells.csv, column: E_mV, unit: ms}}",
                 "is ms, where mV is wanted");
    expect_error(CELL "{E_L: {file: cells.csv, column: E_m, unit: mV}}",
                 "did you mean 'E_mV'?");
    expect_error(CELL "{E_L: {file: none.csv, column: type, unit: mV}}", "cannot read '");
    expect_error(CELL "{E_L: {file: cells.csv, column: E_mV, unit: mV, where: {column: type}}}",
                 "'where' of 'E_L' of population 'A' has no 'equals'");
    expect_error(CELL "{E_L: {file: cells.csv, column: E_mV, unit: mV, rows: 3}}",
                 "unknown key 'rows'");
    expect_error(
        "model: lif.yaml, count: 4, set: {E_L: {file: cells.csv, column: E_mV, unit: mV}}",
        "has 3 rows, but the population has 4 cells");
    expect_error(
        CELL
        "{E_L: {file: cells.csv, column: E_mV, unit: mV, where: {column: type, equals: b}}}",
        "has 1 such rows, but the population has 3 cells");
    expect_error(CELL "{tau_m: {file: cells.csv, column: E_mV, unit: ms}}",
                 "cells.csv:2:5: error:");
    expect_error("model: lif.yaml, count: 3, initial: {v: {file: cells.csv, column: E_mV, "
                 "time: cell, unit: mV}}",
                 "unknown key 'time'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(column_when_read_has_a_value_per_cell),
        cmocka_unit_test(column_when_a_preset_sets_it_too_wins),
        cmocka_unit_test(columns_when_wrong_are_refused),
    };
    return cmocka_run_group_tests(tests, write_cells, fixture_clean);
}
