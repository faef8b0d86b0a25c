#include "support/expect.h"

#include "desc_fixture.h"

#include "lang/ir.h"

static int write_cells(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file(
        "bare.yaml",
        "units: none\nparameters: {r: 20 Hz}\nstate: {v: 0 mV}\nequations: v = r\n");
    (void)fixture_file("r.csv", "t_ms,a,b\n0,10,1\n0.26,20,2\n1,20,3\n2,40,5\n");
    (void)fixture_file("late.csv", "time,pA\n3,100\n5,300\n");
    (void)fixture_file("fine.csv", "time,x\n-1,0\n0.31,1\n0.33,2\n0.38,3\n20,4\n");
    return 0;
}

/* 10 ms at 0.1 ms: 100 steps. */
static void load(struct fixture *f, const char *rest)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "time: {duration: 10 ms}\npopulations:\n  A: {model: lif.yaml, count: 3%s\n",
                   rest);
    fixture_network_with(f, text, NULL);
}

static void load_sound(struct fixture *f, const char *rest)
{
    load(f, rest);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
}

static double at(struct fixture *f, const struct ir_table *t, int64_t step)
{
    struct ir *const ir = ir_create(f->arena);
    return ir_eval(ir, ir_table(ir, t), step, INT64_C(100000000000));
}

static void series_when_steps_holds_until_the_next(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f,
               "}\ninputs:\n  I: {to: A, poisson: {file: r.csv, column: a, unit: Hz}, weight: "
               "{AMPA: 1 nS}}\n"
               "  J: {to: A, variable: I_ext, value: {file: late.csv, unit: pA}}\n"
               "  K: {to: A, variable: R, value: {file: late.csv, unit: MOhm, outside: zero}}\n"
               "  L: {to: A, variable: v_t, value: {file: late.csv, unit: mV}, until: 4 ms}\n");
    const struct ir_table *t = &f.net->inputs[0].rate_table;
    EXPECT_EQ_I64(t->n, 3); /* the same value again says nothing */
    EXPECT_NEAR(at(&f, t, 0), 0.01, 1e-17);
    EXPECT_NEAR(at(&f, t, 2), 0.01, 1e-17);
    EXPECT_NEAR(at(&f, t, 3), 0.02, 1e-17); /* 0.26 ms: the nearest step is 3 */
    EXPECT_NEAR(at(&f, t, 19), 0.02, 1e-17);
    EXPECT_NEAR(at(&f, t, 99), 0.04, 1e-17);
    t = &f.net->inputs[1].table;
    EXPECT_NEAR(at(&f, t, 0), 100, 0); /* held */
    EXPECT_NEAR(at(&f, t, 49), 100, 0);
    EXPECT_NEAR(at(&f, t, 50), 300, 0);
    EXPECT_NEAR(at(&f, t, 99), 300, 0);
    t = &f.net->inputs[2].table;
    EXPECT_NEAR(at(&f, t, 29), 0, 0);
    EXPECT_NEAR(at(&f, t, 30), 0.1, 1e-15);
    EXPECT_NEAR(at(&f, t, 50), 0.3, 1e-15);
    EXPECT_NEAR(at(&f, t, 51), 0, 0);
    t = &f.net->inputs[3].table; /* outside of the window: the parameter's own value */
    EXPECT_NEAR(at(&f, t, 39), 100, 0);
    EXPECT_NEAR(at(&f, t, 40), -50, 0);
    fixture_close(&f);
}

static void series_when_linear_is_sampled_at_every_step(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "}\ninputs:\n  I: {to: A, variable: I_ext, value: {file: r.csv, column: b, "
                   "unit: nA, interpolate: linear}}\n"
                   "  J: {to: A, variable: R, value: {file: late.csv, unit: MOhm, interpolate: "
                   "linear, outside: zero}}\n"
                   "  K: {to: A, variable: v_t, value: {file: fine.csv, unit: mV, interpolate: "
                   "linear, outside: error}}\n");
    const struct ir_table *t = &f.net->inputs[0].table;
    EXPECT_NEAR(at(&f, t, 0), 1000, 0);
    EXPECT_NEAR(at(&f, t, 1), 1000 + 1000 * 0.1 / 0.26, 1e-9);
    EXPECT_NEAR(at(&f, t, 10), 3000, 0);
    EXPECT_NEAR(at(&f, t, 15), 4000, 1e-9);
    EXPECT_NEAR(at(&f, t, 20), 5000, 0);
    EXPECT_NEAR(at(&f, t, 99), 5000, 0);
    t = &f.net->inputs[1].table;
    EXPECT_NEAR(at(&f, t, 29), 0, 0);
    EXPECT_NEAR(at(&f, t, 30), 0.1, 1e-15);
    EXPECT_NEAR(at(&f, t, 40), 0.2, 1e-15);
    EXPECT_NEAR(at(&f, t, 50), 0.3, 1e-15);
    EXPECT_NEAR(at(&f, t, 51), 0, 0);
    t = &f.net->inputs[2]
             .table; /* rows closer than a step, and from before 0 to beyond the end */
    EXPECT_NEAR(at(&f, t, 0), 1 / 1.31, 1e-12);
    EXPECT_NEAR(at(&f, t, 4), 3 + 0.02 / 19.62, 1e-9);
    EXPECT_NEAR(at(&f, t, 99), 3 + (9.9 - 0.38) / 19.62, 1e-9);
    fixture_close(&f);
}

/* A series in `set`, and a signal, are courses by name. */
static void set_and_signals_when_from_files_follow_the_time(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, ", set: {I_ext: {file: r.csv, time: t_ms, column: b, unit: nA}, R: \"1 "
                   "GOhm*level\", tau_m: {steps: [[0 ms, 5 "
                   "ms], [2 ms, 6 ms]]}}}\nsignals: {level: {file: fine.csv, interpolate: "
                   "step}, volt: {file: r.csv, column: "
                   "a, unit: mV}, old: {steps: [[1 ms, 3 mV], [2 ms, 4 mV]]}}\n");
    const struct desc_population *const p = f.net->populations;
    EXPECT_EQ_I64(p->n_set, 3);
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_TRUE(p->set[k].on_time && !p->set[k].on_cell && p->set[k].value != NULL);
    }
    const struct ir_table *const t = p->set[0].value->symbol->table;
    EXPECT_NEAR(at(&f, t, 0), 1000, 0);
    EXPECT_NEAR(at(&f, t, 20), 5000, 0);
    const struct symbol *const volt = scope_find(&f.net->scope, "volt");
    EXPECT_TRUE(volt != NULL && unit_same_dimension(volt->unit, unit_mv));
    EXPECT_NEAR(at(&f, volt->table, 99), 40, 0);
    const struct symbol *const old = scope_find(&f.net->scope, "old");
    EXPECT_NEAR(at(&f, old->table, 0), 3, 0);
    EXPECT_NEAR(at(&f, old->table, 20), 4, 0);
    fixture_close(&f);
}

/* Each value is assigned once, so that equal ones stay; outside of the window there is none. */
static void series_on_a_state_assigns_each_value_once(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(
        &f, "}\ninputs:\n  I: {to: A, variable: v, value: {file: r.csv, column: a, unit: mV}}\n"
            "  J: {to: A, variable: g_e, steps: [[1 ms, 1 nS], [2 ms, 2 nS], [3 ms, 3 nS]], "
            "from: 2 ms, until: 3 ms, "
            "mode: add}\n"
            "  K: {to: A, variable: g_i, value: \"1 nS*t/1 ms\", from: 2 ms, until: 4 ms}\n");
    const struct desc_input *const in = f.net->inputs;
    EXPECT_TRUE(in[0].is_state && in[1].is_state && in[2].is_state);
    EXPECT_EQ_I64(in[0].mode, STEP_REPLACE);
    EXPECT_EQ_I64(in[0].parameter[0], 0);
    EXPECT_EQ_I64(in[0].table.n, 4);
    EXPECT_NEAR(in[0].table.value[1], 20, 0);
    EXPECT_NEAR(in[0].table.value[2], 20, 0);
    EXPECT_EQ_I64(in[1].mode, STEP_ADD);
    EXPECT_EQ_I64(in[1].parameter[0], 1);
    EXPECT_EQ_I64(in[1].table.n, 1);
    EXPECT_EQ_I64(in[1].table.first[0], 20);
    EXPECT_TRUE(in[2].value->kind == AST_CONDITION);
    fixture_close(&f);
}

static void expect_error(const char *rest, const char *message)
{
    struct fixture f;
    load(&f, rest);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), message);
    fixture_close(&f);
}

static void courses_when_wrong_are_refused(void **state)
{
    (void)state;
#define ON_I "}\ninputs:\n  I: {to: A, variable: I_ext, value: "
    expect_error(ON_I "{file: none.csv, unit: pA}}\n", "cannot read '");
    expect_error(ON_I "{file: r.csv, unit: pA}}\n", "does not say which column of '");
    expect_error(ON_I "{file: late.csv}}\n", "value of input 'I' has no 'unit'");
    expect_error(ON_I "{file: late.csv, unit: mV}}\n", "is mV, where pA is wanted");
    expect_error(ON_I "{file: r.csv, column: c, unit: pA}}\n", "has no column 'c'");
    expect_error(ON_I "{file: r.csv, time: tms, column: a, unit: pA}}\n",
                 "did you mean 't_ms'?");
    expect_error(ON_I "{file: r.csv, time: a, column: a, unit: pA}}\n",
                 "'a' is the column of the times");
    expect_error(ON_I "{file: r.csv, column: a, unit: pA, interpolate: cubic}}\n",
                 "'interpolate' of value of input 'I': 'cubic' is not known");
    expect_error(ON_I "{file: r.csv, column: a, unit: pA, outside: last}}\n",
                 "'last' is not known");
    expect_error(ON_I "{file: r.csv, column: a, unit: pA, time_unit: mV}}\n",
                 "where ms is wanted");
    expect_error(ON_I "{file: r.csv, column: a, unit: pA, where: {a: 1}}}\n",
                 "unknown key 'where'");
    expect_error(
        ON_I "{file: late.csv, unit: pA, outside: error}}\n",
        "the file has times from 3 ms to 5 ms, and values from 0 ms to 9.9 ms are needed");
    expect_error(ON_I "{file: late.csv, unit: pA, outside: error}, from: 3 ms, until: 6 ms}\n",
                 "values from 3 ms to 5.9 ms are needed");
    expect_error("}\ninputs:\n  I: {to: A, variable: v, value: {file: r.csv, column: a, unit: "
                 "mV, outside: zero}}\n",
                 "nothing is held outside");
    expect_error("}\ninputs:\n  I: {to: A, variable: v, value: -60 mV}\n  J: {to: A, variable: "
                 "v, steps: [[1 ms, 0 mV]]}\n",
                 "inputs 'I' and 'J' both replace 'v' of population 'A'");
    expect_error(", set: {tau_m: {file: r.csv, time: t_ms, column: a, unit: s}}}\n", "tau_m");
    expect_error("}\nsignals: {s: {file: late.csv, outside: error}}\n",
                 "the file has times from 3 ms to 5 ms");
    (void)fixture_file("back.csv", "time,x\n1,1\n1,2\n0.5,3\nx,4\n");
    expect_error(ON_I "{file: back.csv, unit: pA}}\n",
                 "back.csv:3:1: error: the times must ascend: 1 follows 1 ms");
    expect_error(ON_I "{file: back.csv, unit: pA}}\n",
                 "back.csv:5:1: error: column 'time': 'x' is not a finite number");
    (void)fixture_file("none.csv", "time,x\n");
    expect_error(ON_I "{file: none.csv, unit: pA}}\n", "there are no rows behind the header");
    (void)fixture_file("minus.csv", "time,x\n0,-1\n");
    expect_error("}\ninputs:\n  I: {to: A, poisson: {file: minus.csv, unit: Hz}, weight: "
                 "{AMPA: 1 nS}}\n",
                 "is below 0");
    struct fixture f;
    load_sound(&f,
               ON_I "{file: late.csv, unit: pA, outside: error}, from: 3 ms, until: 5.1 ms}\n");
    fixture_close(&f);
}

static void series_when_linear_over_too_many_steps_is_refused(void **state)
{
    (void)state;
    (void)fixture_file("long.csv", "time,x\n0,0\n1e12,1\n");
    struct fixture f;
    static const char text[] =
        "time: {duration: 1e6 s}\nsignals: {s: {file: long.csv, interpolate: linear}}\n"
        "populations:\n  A: {model: lif.yaml, count: 3, set: {R: s*1 MOhm}}\n";
    fixture_network_with(&f, text, NULL);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_TRUE(strstr(text_string(&f.found),
                       "signal 's' would be sampled at 10000000000 steps, most is 16777216") !=
                NULL);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_when_steps_holds_until_the_next),
        cmocka_unit_test(series_when_linear_is_sampled_at_every_step),
        cmocka_unit_test(set_and_signals_when_from_files_follow_the_time),
        cmocka_unit_test(series_on_a_state_assigns_each_value_once),
        cmocka_unit_test(series_when_linear_over_too_many_steps_is_refused),
        cmocka_unit_test(courses_when_wrong_are_refused),
    };
    return cmocka_run_group_tests(tests, write_cells, fixture_clean);
}
