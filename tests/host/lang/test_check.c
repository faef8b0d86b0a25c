#include "support/expect.h"

#include "lang/check.h"
#include "support/tree_fixture.h"

static struct tree_fixture f;

static int setup(void **state)
{
    (void)state;
    tree_fixture_open(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_fixture_close(&f);
    return 0;
}

static void expression_when_sound_then_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *unit;
    } rows[] = {
        {"v",                              "mV"     },
        {"g*v",                            "pA"     },
        {"u/v",                            "nS"     },
        {"-v/tau",                         "mV/ms"  },
        {"v + 0",                          "mV"     },
        {"0 + v",                          "mV"     },
        {"0",                              "no unit"},
        {"v - 3 mV",                       "mV"     },
        {"max(v, 0)",                      "mV"     },
        {"ite(v > 0, v, 0)",               "mV"     },
        {"if v > 0: v else: 2*v",          "mV"     },
        {"exp(-0.062/mV*v)",               "no unit"},
        {"exp(-0.062 /mV*v)",              "no unit"},
        {"v**2",                           "mV^2"   },
        {"v**-1",                          "1/mV"   },
        {"sqrt(v*v)",                      "mV"     },
        {"sqrt(g*g)",                      "nS"     },
        {"k**2.5",                         "no unit"},
        {"k**k",                           "no unit"},
        {"clip(v, -80 mV, 0)",             "mV"     },
        {"mod(t, 10 ms)",                  "ms"     },
        {"floor(t/10 ms)",                 "no unit"},
        {"sign(v)",                        "no unit"},
        {"abs(v)",                         "mV"     },
        {"uniform(-80 mV, -60 mV)",        "mV"     },
        {"normal(v, 0)",                   "mV"     },
        {"truncated(normal(5, 2), 0, 10)", "no unit"},
        {"poisson(k)",                     "no unit"},
        {"prev(v)",                        "mV"     },
        {"f(v/(10 mV))",                   "no unit"},
        {"q + v",                          "no unit"},
        {"i + dt/ms",                      "no unit"},
        {"1/s",                            "1/ms"   },
        {"v/mV**2",                        "1/mV"   },
        {"pi*2 mV",                        "mV"     },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct ast *e;
        char buf[64];
        if (!tree_fixture_check(&f, rows[k].text, &e)) {
            fail_msg("'%s': %s", rows[k].text, f.d.items[0].text);
        }
        const struct unit unit = e->kind == AST_NUMBER ? unit_none : e->unit;
        EXPECT_STR(unit_format(unit, buf, sizeof buf), rows[k].unit);
    }
}

static void expression_when_wrong_then_error_with_place_and_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t column;
        const char *part, *hint;
    } rows[] = {
        {"v - 5",                                           5,  "'5' has no unit, 'v' is in mV",                 "write 5 mV" },
        {"5 < v",                                           1,  "'5' has no unit, 'v' is in mV",                 "write 5 mV" },
        {"v > -60",                                         6,  "'60' has no unit",                              "write 60 mV"},
        {"v + u",                                           3,  "'v' (1:1) is in mV, 'u' (1:5) is in pA",        NULL         },
        {"v + 2*k",                                         3,  "'v' (1:1) is in mV, '2 * k' (1:5) has no unit", "write 2 mV" },
        {"max(v, u)",                                       1,  "units differ: 'v' (",                           NULL         },
        {"ite(k > 1, v, u)",                                1,  "units differ: 'v' (",                           NULL         },
        {"if k > 1: v else: u",                             1,  "units differ: 'v' (",                           NULL         },
        {"exp(-0.062*v)",                                   11, "exp needs a number without unit",               "0.062/mV"   },
        {"tanh(v)",                                         6,  "'v' is in mV",                                  "divide"     },
        {"floor(t)",                                        7,  "floor needs a number without unit",             "divide"     },
        {"v**2.5",                                          4,  "whole number",                                  "sqrt"       },
        {"v**k",                                            4,  "whole number",                                  NULL         },
        {"v**99",                                           4,  "whole number",                                  NULL         },
        {"k**v",                                            4,  "exponent of **",                                NULL         },
        {"sqrt(v)",                                         6,  "a square, 'v' is in mV",                        "divide"     },
        {"vv",                                              1,  "unknown name 'vv'",                             "'v'"        },
        {"tua",                                             1,  "unknown name 'tua'",                            "'tau'"      },
        {"zzzzzz",                                          1,  "unknown name 'zzzzzz'",                         NULL         },
        {"nan",                                             1,  "no value",                                      NULL         },
        {"Inf + 1",                                         1,  "no value",                                      NULL         },
        {"exp",                                             1,  "'exp' is a function",                           "exp(…)"   },
        {"f",                                               1,  "arguments are missing",                         NULL         },
        {"k*m",                                             3,  "unknown name 'm'",                              "also a unit"},
        {"mV",                                              1,  "unknown name 'mV'",                             "1 mV"       },
        {"exp(k, 2)",                                       1,  "exp takes 1 argument, 2 were given",            NULL         },
        {"min(k)",                                          1,  "min takes 2 arguments, 1 was given",            NULL         },
        {"f()",                                             1,  "f takes 1 argument, 0 were given",              NULL         },
        {"epx(k)",                                          1,  "unknown function 'epx'",                        "'exp'"      },
        {"ln(k)",                                           1,  "unknown function 'ln'",                         "log(x)"     },
        {"v(3)",                                            1,  "'v' is no function",                            "v*"         },
        {"(v > 0) + 1",                                     4,  "'v > 0' is true or false",                      "ite"        },
        {"ite(v, 1, 2)",                                    5,  "'v' is a number",                               "compare"    },
        {"not v",                                           5,  "'v' is a number",                               "compare"    },
        {"v > 0 and k",                                     11, "'k' is a number",                               "compare"    },
        {"(v > 0) == (u > 0)",                              4,  "true or false",                                 NULL         },
        {"v > 0",                                           3,  "true or false",                                 "ite"        },
        {"prev(g)",                                         6,  "prev() takes a state variable",                 "prev(v)"    },
        {"prev(v + v)",                                     8,  "prev() takes a state variable",                 NULL         },
        {"truncated(k, 0, 1)",                              1,  "nothing is drawn",                              "clip"       },
        {"truncated(truncated(uniform(0, 1), 0, 1), 0, 1)", 11, "does not stand in another",
         NULL                                                                                                                 },
        {"uniform(0 mV, 1)",                                15, "'1' has no unit",                               "1 mV"       },
        {"poisson(v)",                                      9,  "poisson needs a number without unit",           NULL         },
        {"any(v > 0)",                                      1,  "any(…) has a place in stop_when only",        NULL         },
        {"k + all(v > 0)",                                  5,  "all(…) has a place in stop_when only",        NULL         },
        {"pre.x",                                           1,  "unknown name 'pre.x'",                          NULL         },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if (tree_fixture_check(&f, rows[k].text, NULL)) {
            fail_msg("'%s' was accepted", rows[k].text);
        }
        tree_fixture_expect(&f, 1, rows[k].column, rows[k].part, rows[k].hint);
        tree_fixture_clear(&f);
    }
}

static void user_function_when_argument_has_unit_then_error_and_place_of_call(void **state)
{
    (void)state;
    EXPECT_TRUE(!tree_fixture_check(&f, "1 + f(v)", NULL));
    EXPECT_EQ_I64(f.d.n_errors, 1);
    EXPECT_EQ_I64(f.d.n, 2);
    EXPECT_CONTAINS(f.d.items[0].text, "exp needs a number without unit, 'x' is in mV");
    EXPECT_EQ_I64(f.d.items[1].severity, DIAG_NOTE);
    EXPECT_EQ_I64(f.d.items[1].at.column, 5);
    tree_fixture_clear(&f);
    EXPECT_TRUE(tree_fixture_check(&f, "f(v/(1 mV)) + f(k)", NULL));
}

static bool check_with(const char *text, struct check_rules rules)
{
    rules.scope = rules.scope == NULL ? &f.scope : rules.scope;
    return lang_check(tree_fixture_parse(&f, text), &rules, &f.d);
}

static void rules_when_not_kept_then_error_names_what(void **state)
{
    (void)state;
    EXPECT_TRUE(!check_with("uniform(0, 1)", (struct check_rules){.what = "delay"}));
    tree_fixture_expect(&f, 1, 1, "no meaning in the delay", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!check_with("prev(v)", (struct check_rules){.what = "delay"}));
    tree_fixture_expect(&f, 1, 1, "no meaning in the delay", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!check_with("v", (struct check_rules){.expects_mask = true}));
    tree_fixture_expect(&f, 1, 1, "a condition is wanted", "compare it");
}

/* Both sides, each with its place, however long. */
static void units_when_they_differ_then_both_sides_are_told(void **state)
{
    (void)state;
    EXPECT_TRUE(!tree_fixture_check(
        &f, "v*(1 + k)*(1 + k)*(1 + k)*(1 + k)*(1 + k) + \n  exp(k)*g", NULL));
    tree_fixture_expect(
        &f, 1, 43,
        "units differ: 'v * (1 + k) * (1 + k) * (1 + k) * (1 + k…' (1:1) is in mV, "
        "'exp(k) * g' (2:3) is in nS",
        NULL);
}

/* stop_when: names of populations, any and all as conditions. */
static void any_when_allowed_then_a_condition(void **state)
{
    (void)state;
    struct scope cells = {.parent = &f.language};
    (void)scope_add(&cells,
                    &(struct symbol){
                        .kind = SYMBOL_STATE,
                        .name = "exc.v_2",
                        .at = {"file", 1, 1},
                        .has_unit = true,
                        .unit = unit_mv
    },
                    &f.d);
    static const struct {
        const char *text;
        uint32_t column;
        const char *part;
    } rows[] = {
        {"any(exc.v_2 > -50 mV)",                              0,  NULL                       },
        {"not (any(exc.v_2 > 0 mV) or all(exc.v_2 < -80 mV))", 0,  NULL                       },
        {"any(exc.v_2 > 3)",                                   15, "'3' has no unit"          },
        {"any(exc.v_2)",                                       5,  "a condition is wanted"    },
        {"any()",                                              1,  "any takes 1 argument"     },
        {"any(all(exc.v_2 > 0 mV))",                           5,  "does not stand in another"},
        {"any(exc.w > 0)",                                     5,  "unknown name 'exc.w'"     },
        {"any(exc.v_2 > 0 mV) + 1",                            1,  "a number is wanted here"  },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct ast *const e = tree_fixture_parse(&f, rows[k].text);
        const struct check_rules rules = {
            .scope = &cells, .expects_mask = true, .allows_any = true, .what = "stop_when"};
        const bool is_sound = lang_check(e, &rules, &f.d);
        EXPECT_EQ_I64(is_sound, rows[k].part == NULL);
        if (is_sound) {
            EXPECT_TRUE(e->is_mask);
        } else {
            tree_fixture_expect(&f, 1, rows[k].column, rows[k].part, NULL);
            tree_fixture_clear(&f);
        }
    }
    struct ast *const e = tree_fixture_parse(&f, "any(exc.v_2 > 0 mV)");
    EXPECT_EQ_I64(e->func, FUNC_ANY);
    EXPECT_STR(e->args[0]->args[0]->name, "exc.v_2");
}

static void function_body_when_it_names_a_variable_then_hint(void **state)
{
    (void)state;
    struct scope functions = {.parent = &f.language}, model = {.parent = &functions};
    static const char *const args[] = {"x"};
    (void)scope_add(&functions,
                    &(struct symbol){
                        .kind = SYMBOL_FUNCTION,
                        .name = "half",
                        .at = {"file", 1, 1},
                        .args = args,
                        .n_args = 1,
                        .value = tree_fixture_parse(&f, "x*gain/2 + pi")
    },
                    &f.d);
    (void)scope_add(&model,
                    &(struct symbol){
                        .kind = SYMBOL_PARAMETER, .name = "gain", .at = {"file", 1, 1}
    },
                    &f.d);
    const struct check_rules rules = {.scope = &model, .what = "test"};
    EXPECT_TRUE(!lang_check(tree_fixture_parse(&f, "1 + half(3)"), &rules, &f.d));
    EXPECT_CONTAINS(f.d.items[0].text, "'gain' is not known inside of the function 'half'");
    EXPECT_CONTAINS(f.d.items[0].hint, "make it one of them");
    EXPECT_EQ_I64(f.d.items[0].at.column, 3);
}

static void expected_unit_when_missed_then_both_are_shown(void **state)
{
    (void)state;
    EXPECT_TRUE(check_with("v", (struct check_rules){.expected = &unit_mv, .what = "weight"}));
    EXPECT_TRUE(check_with("0", (struct check_rules){.expected = &unit_mv, .what = "weight"}));
    EXPECT_TRUE(check_with("q", (struct check_rules){.expected = &unit_mv, .what = "weight"}));
    EXPECT_TRUE(!check_with("g", (struct check_rules){.expected = &unit_mv, .what = "weight"}));
    tree_fixture_expect(&f, 1, 1, "'g' is in nS, but weight is in mV", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!check_with("-5", (struct check_rules){.expected = &unit_ms, .what = "delay"}));
    tree_fixture_expect(&f, 1, 1, "has no unit, but delay is in ms", "write 5 ms");
    tree_fixture_clear(&f);
    EXPECT_TRUE(!check_with("v", (struct check_rules){.expected = &unit_none, .what = "p"}));
    tree_fixture_expect(&f, 1, 1, "'v' is in mV, but p has none", NULL);
}

static void scope_when_no_units_then_nothing_clashes(void **state)
{
    (void)state;
    const struct scope open = {.parent = &f.scope, .no_units = true};
    const struct scope child = {.parent = &open};
    const struct check_rules rules = {.scope = &child, .expected = &unit_mv, .what = "test"};
    EXPECT_TRUE(check_with("0.04*v**2 + 5*v + 140 - u + exp(v)*10 ms + v**2.5", rules));
    EXPECT_TRUE(!check_with("vv", rules));
}

static void add(enum symbol_kind kind, const char *name, const char *value)
{
    static const char *const args[] = {"a"};
    struct symbol s = {.kind = kind, .name = name, .value = tree_fixture_parse(&f, value)};
    s.args = kind == SYMBOL_FUNCTION ? args : NULL;
    s.n_args = kind == SYMBOL_FUNCTION;
    EXPECT_TRUE(scope_add(&f.scope, &s, &f.d) != NULL);
}

static void cycle_when_met_then_error(void **state)
{
    (void)state;
    add(SYMBOL_CONSTANT, "c1", "c2 + 1");
    add(SYMBOL_CONSTANT, "c2", "c1");
    add(SYMBOL_FUNCTION, "h", "h(a) + 1");
    EXPECT_TRUE(!tree_fixture_check(&f, "c1", NULL));
    tree_fixture_expect(&f, 1, 1, "'c1' depends on itself", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!tree_fixture_check(&f, "h(2)", NULL));
    EXPECT_CONTAINS(f.d.items[0].text, "'h' depends on itself");
    tree_fixture_clear(&f);
    EXPECT_TRUE(tree_fixture_check(&f, "k", NULL));
}

static void functions_when_they_explode_then_error_in_time(void **state)
{
    (void)state;
    static char names[40][8], bodies[40][24];
    add(SYMBOL_FUNCTION, "b0", "a + a");
    for (int k = 1; k < 40; k++) {
        (void)snprintf(names[k], sizeof names[k], "b%d", k);
        (void)snprintf(bodies[k], sizeof bodies[k], "b%d(a) + b%d(a)", k - 1, k - 1);
        add(SYMBOL_FUNCTION, names[k], bodies[k]);
    }
    EXPECT_TRUE(!tree_fixture_check(&f, "b39(1)", NULL));
    EXPECT_EQ_I64(f.d.n_errors, 1);
    EXPECT_CONTAINS(f.d.items[0].text, "more than 100000 operations");
    tree_fixture_clear(&f);
    EXPECT_TRUE(tree_fixture_check(&f, "b5(1)", NULL));
    struct ast *e;
    double value = 0;
    EXPECT_TRUE(tree_fixture_check(&f, "b5(1)", &e) && lang_constant(e, &value));
    EXPECT_NEAR(value, 64, 0.0);
}

static void constant_when_unit_differs_then_checked_in_place(void **state)
{
    (void)state;
    add(SYMBOL_CONSTANT, "V_T", "-50 mV");
    add(SYMBOL_SIGNAL, "dopamine", "ite(t < 500 ms, 0.2, 0.6)");
    EXPECT_TRUE(tree_fixture_check(&f, "v > V_T", NULL) ==
                false); /* a truth value, not a number */
    tree_fixture_clear(&f);
    EXPECT_TRUE(tree_fixture_check(&f, "v - V_T", NULL));
    EXPECT_TRUE(tree_fixture_check(&f, "dopamine*k", NULL));
    EXPECT_TRUE(!tree_fixture_check(&f, "u - V_T", NULL));
    tree_fixture_expect(&f, 1, 3, "units differ: 'u' (1:1) is in pA, 'V_T' (1:5) is in mV",
                        NULL);
}

static void scope_when_name_used_twice_then_error_names_the_line(void **state)
{
    (void)state;
    struct symbol s = {
        .kind = SYMBOL_PARAMETER, .name = "twice", .at = {"file", 3, 2}
    };
    const struct symbol *const first = scope_add(&f.scope, &s, &f.d);
    s.at.line = 9;
    EXPECT_TRUE(scope_add(&f.scope, &s, &f.d) == first);
    tree_fixture_expect(&f, 9, 2, "'twice' is used twice", "line 3");
    EXPECT_TRUE(scope_find(&f.scope, "twice") == first);
    EXPECT_TRUE(scope_find(&f.scope, "t") != NULL);
    EXPECT_TRUE(scope_find(&f.scope, "none") == NULL);
    EXPECT_TRUE(scope_find(NULL, "t") == NULL);
}

static void scope_when_large_then_every_name_is_found(void **state)
{
    (void)state;
    static char names[3000][8];
    struct scope s = {.parent = &f.scope};
    for (int k = 0; k < 3000; k++) {
        (void)snprintf(names[k], sizeof names[k], "n%d", k);
        EXPECT_TRUE(scope_add(&s,
                              &(struct symbol){
                                  .kind = SYMBOL_STATE, .name = names[k], .index = (uint32_t)k},
                              &f.d) != NULL);
    }
    for (int k = 0; k < 3000; k++) {
        EXPECT_EQ_I64(scope_find(&s, names[k])->index, k);
    }
    EXPECT_TRUE(scope_find(&s, "n3000") == NULL);
    EXPECT_TRUE(scope_find(&s, "v") != NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(expression_when_sound_then_unit),
        TEST(expression_when_wrong_then_error_with_place_and_hint),
        TEST(user_function_when_argument_has_unit_then_error_and_place_of_call),
        TEST(rules_when_not_kept_then_error_names_what),
        TEST(units_when_they_differ_then_both_sides_are_told),
        TEST(any_when_allowed_then_a_condition),
        TEST(function_body_when_it_names_a_variable_then_hint),
        TEST(expected_unit_when_missed_then_both_are_shown),
        TEST(scope_when_no_units_then_nothing_clashes),
        TEST(cycle_when_met_then_error),
        TEST(functions_when_they_explode_then_error_in_time),
        TEST(constant_when_unit_differs_then_checked_in_place),
        TEST(scope_when_name_used_twice_then_error_names_the_line),
        TEST(scope_when_large_then_every_name_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
