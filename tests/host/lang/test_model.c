#include "support/expect.h"

#include "lang/model.h"
#include "support/tree_fixture.h"

static struct tree_fixture f;
static struct model m;

/* A model as a file would give it; "a = 1 mV; b = 2" for parameters and states (each in a line
 * of its own, from 101 and 201 on). */
struct model_text {
    const char *parameters, *states, *equations, *threshold, *reset, *refractory;
    bool no_units;
};

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

static struct stmt *read_list(const char *bytes, uint32_t line, uint32_t *n)
{
    struct lang_text t = tree_fixture_text(bytes == NULL ? "" : bytes);
    t.at.line = line;
    struct stmt *const s = lang_parse_statements(&t, NULL, n, &f.d);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    return s;
}

static struct ast *read_one(const char *bytes, uint32_t line)
{
    struct lang_text t = tree_fixture_text(bytes == NULL ? "" : bytes);
    t.at.line = line;
    return bytes == NULL ? NULL : lang_parse_expression(&t, NULL, &f.d);
}

static bool check(const struct model_text *text)
{
    uint32_t n;
    m = (struct model){
        .file = "file", .stem = "file", .no_units = text->no_units, .at = {"file", 1, 1}
    };
    const struct stmt *s = read_list(text->parameters, 101, &n);
    m.parameters = arena_alloc(f.arena, n, sizeof *m.parameters);
    m.n_parameters = n;
    for (uint32_t k = 0; k < n; k++) {
        m.parameters[k] =
            (struct model_parameter){.name = s[k].name, .at = s[k].at, .value = s[k].value};
    }
    s = read_list(text->states, 201, &n);
    m.states = arena_alloc(f.arena, n, sizeof *m.states);
    m.n_states = n;
    for (uint32_t k = 0; k < n; k++) {
        m.states[k] =
            (struct model_state){.name = s[k].name, .at = s[k].at, .initial = s[k].value};
    }
    m.statements = read_list(text->equations, 1, &m.n_statements);
    m.reset = read_list(text->reset, 301, &m.n_reset);
    m.threshold = read_one(text->threshold, 401);
    m.refractory = read_one(text->refractory, 501);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    return model_check(&m, &f.d);
}

static void expect_sound(const struct model_text *text)
{
    if (!check(text)) {
        fail_msg("%u:%u: %s", f.d.items[0].at.line, f.d.items[0].at.column, f.d.items[0].text);
    }
    EXPECT_EQ_I64(f.d.n, 0);
}

static void expect_fault(const struct model_text *text, uint32_t line, uint32_t column,
                         const char *part, const char *hint)
{
    EXPECT_TRUE(!check(text));
    tree_fixture_expect(&f, line, column, part, hint);
    tree_fixture_clear(&f);
}

/* Humphries et al. 2009 (doi 10.3389/neuro.10.026.2009), as it is shipped. */
static const struct model_text spn = {
    .parameters = "C = 15.2 pF\nk = 1 nS/mV\nvr = -80 mV\nvt = -29.7 mV\na = 0.01 /ms\nb = -20 "
                  "nS\nc = -55 mV\nd = 91 pA\n"
                  "v_peak = 40 mV\nphi1 = 0\nL = 0.331\nE_nmda = 0 mV\ntau_nmda = 160 ms\nMg = "
                  "1 mM\nI_ext = 0 pA\nvr2 = 2*vr",
    .states = "v = vr\nu = 0 pA\ng_nmda = 0 nS",
    .equations = "dg_nmda/dt = -g_nmda/tau_nmda\n"
                 "B = 1/(1 + Mg/3.57 mM*exp(-0.062/mV*v))\n"
                 "I_nmda = B*g_nmda*(E_nmda - v)\n"
                 "C*dv/dt = k*(v - vr)*(v - vt)\n  - u + I_nmda + I_ext\n"
                 "du/dt = a*(b*(v - vr) - u)",
    .threshold = "v >= v_peak and prev(v) < v_peak",
    .reset = "v = c\nu += d*(1 - L*phi1)",
    .refractory = "tau_nmda/100"};

static void model_when_sound_then_units_are_inferred(void **state)
{
    (void)state;
    char buf[64];
    expect_sound(&spn);
    EXPECT_STR(unit_format(m.parameters[model_find_parameter(&m, "vr2")].unit, buf, sizeof buf),
               "mV");
    EXPECT_STR(unit_format(m.states[0].unit, buf, sizeof buf), "mV");
    EXPECT_TRUE(m.states[0].has_unit);
    EXPECT_EQ_I64(m.n_intermediates, 2);
    EXPECT_STR(m.intermediates[0]->name, "B");
    EXPECT_STR(unit_format(m.intermediates[1]->unit, buf, sizeof buf), "pA");
    EXPECT_EQ_I64(model_find_intermediate(&m, "I_nmda"), 1);
    EXPECT_EQ_I64(model_find_intermediate(&m, "v"), -1);
    EXPECT_EQ_I64(model_find_state(&m, "g_nmda"), 2);
    EXPECT_EQ_I64(model_find_state(&m, "G_nmda"), -1);
    EXPECT_EQ_I64(model_find_parameter(&m, "nothing"), -1);
    EXPECT_TRUE(m.statements[3].symbol == scope_find(&m.scope, "v"));
    EXPECT_TRUE(scope_find(&m.scope, "t") != NULL);
}

static void model_when_units_none_then_no_dimension_is_checked(void **state)
{
    (void)state;
    expect_sound(&(struct model_text){
        .no_units = true,
        .parameters = "a = 0.02\nb = 0.2\ntau = 5 ms",
        .states = "v = -65\nu = b*v",
        .equations = "dv/dt = 0.04*v**2 + 5*v + 140 - u\ndu/dt = a*(b*v - u)",
        .threshold = "v >= 30",
        .reset = "v = -65 mV\nu += 8"});
    EXPECT_TRUE(!m.states[0].has_unit);
}

static void model_when_empty_then_sound(void **state)
{
    (void)state;
    expect_sound(&(struct model_text){.states = NULL});
}

static void model_when_broken_then_error_with_place_and_hint(void **state)
{
    (void)state;
    static const struct {
        struct model_text text;
        uint32_t line, column;
        const char *part, *hint;
    } rows[] = {
        {{.states = "v = 0 mV", .equations = "dw/dt = 1"},
         1,                                                                                       1,
         "'w' is not declared",                                                                                                                        "state"        },
        {{.parameters = "p = 1", .equations = "dp/dt = 1"},                                  1,   1,  "'p' is a parameter",                            NULL           },
        {{.states = "v = 0", .equations = "dv/dt = 1\ndv/dt = 2"},
         2,                                                                                       1,
         "two differential equations",                                                                                                                 "add"          },
        {{.states = "v = 0 mV", .equations = "dv/dt = v"},
         1,                                                                                       9,
         "'v' is in mV, but the left side, dv/dt, is in mV/ms",                                                                                        NULL           },
        {{.parameters = "C = 1 pF", .states = "v = 0 mV", .equations = "C*dv/dt = 3 nS"},
         1,                                                                                       11,
         "'3 nS' is in nS, but the left side, 'C' times dv/dt, is in pA",                                                                              NULL           },
        {{.states = "v = 0 mV", .equations = "v = 3"},
         1,                                                                                       5,
         "'3' has no unit, but 'v' is in mV",                                                                                                          "write 3 mV"   },
        {{.equations = "a = 1 mV\na = 2 ms"},                                                2,   5,  "'2 ms' is in ms, but 'a' is in mV",             NULL           },
        {{.equations = "a = b\nb = 2"},                                                      1,   5,  "'b' is used before it is assigned",             "line 2"       },
        {{.equations = "a = a + 1"},                                                         1,   5,  "used before it is assigned",                    "state"        },
        {{.parameters = "p = 1", .equations = "p = 2"},
         1,                                                                                       1,
         "'p' is a parameter and cannot be assigned",                                                                                                  "state"        },
        {{.equations = "t = 2"},                                                             1,   1,  "'t' is given by the language",                  NULL           },
        {{.equations = "pi = 2"},                                                            1,   1,  "cannot be assigned",                            NULL           },
        {{.equations = "i = 2"},                                                             1,   1,  "cannot be assigned",                            NULL           },
        {{.equations = "dt = 2 ms"},                                                         1,   1,  "cannot be assigned",                            NULL           },
        {{.equations = "a = x"},                                                             1,   5,  "'x' is not known here",                         "place"        },
        {{.states = "v = 0", .threshold = "v"},                                              401, 1,  "a condition is wanted",                         "compare"      },
        {{.states = "v = 0 mV", .threshold = "v > 5"},                                       401, 5,  "'5' has no unit",                               "5 mV"         },
        {{.parameters = "p = 1", .states = "v = 0", .reset = "p = 2"},
         301,                                                                                     1,
         "'p' is a parameter and cannot be assigned",                                                                                                  NULL           },
        {{.states = "v = 0", .reset = "w = 2"},                                              301, 1,  "'w' is not declared",                           "state"        },
        {{.states = "v = 0", .equations = "a = v", .reset = "a = 2"},
         301,                                                                                     1,
         "intermediate value and cannot be reset",                                                                                                     NULL           },
        {{.states = "v = 0", .reset = "dv/dt = 2"},                                          301, 1,  "assignments only",                              NULL           },
        {{.states = "v = 0", .reset = "t = 2 ms"},                                           301, 1,  "cannot be assigned",                            NULL           },
        {{.parameters = "a = b\nb = c\nc = a"},
         101,                                                                                     1,
         "'a' depends on itself: a → b → c → a",                                                                                                 "value"        },
        {{.parameters = "a = a"},                                                            101, 1,  "depends on itself: a → a",                    NULL           },
        {{.parameters = "a = t"},                                                            101, 5,  "'t' has no meaning in the parameter 'a'",       NULL           },
        {{.parameters = "a = uniform(0, 1)"},                                                101, 5,  "draws a random number",                         NULL           },
        {{.parameters = "a = v", .states = "v = 1"},
         101,                                                                                     5,
         "'v' has no value yet in the parameter 'a'",                                                                                                  NULL           },
        {{.states = "v = u\nu = 1"},
         201,                                                                                     5,
         "'u' has no value yet in the initial value of 'v'",                                                                                           "top to bottom"},
        {{.states = "v = t"},                                                                201, 5,  "'t' has no meaning",                            NULL           },
        {{.parameters = "a = 1", .states = "a = 2"},                                         201, 1,  "'a' is used twice",                             "line 101"     },
        {{.parameters = "t = 1"},                                                            101, 1,  "taken by the language",                         NULL           },
        {{.parameters = "exp = 1"},                                                          101, 1,  "cannot be a name",                              NULL           },
        {{.refractory = "3"},                                                                501, 1,  "has no unit, but refractory duration is in ms", "3 ms"         },
        {{.states = "v = 0", .refractory = "v*1 ms"},                                        501, 1,  "'v' has no value yet",                          NULL           },
        {{.refractory = "-3 ms"},                                                            501, 1,  "must be 0 or more",                             NULL           },
        {{.parameters = "tau_m = 0 ms"},                                                     101, 1,  "tau_m is 0 ms: must be above 0",                NULL           },
        {{.parameters = "tau_m = -5 ms"},                                                    101, 1,  "tau_m is -5 ms: must be above 0",               NULL           },
        {{.parameters = "T = 0 ms", .states = "v = 1 mV", .equations = "dv/dt = -v/T"},
         101,                                                                                     1,
         "T is 0 ms: must be above 0",                                                                                                                 NULL           },
        {{.parameters = "T = 0 ms", .states = "v = 1 mV", .equations = "a = v/(2*T)"},
         101,                                                                                     1,
         "T is 0 ms: must be above 0",                                                                                                                 NULL           },
        {{.parameters = "C = 0 pF", .states = "v = 1 mV", .equations = "C*dv/dt = 0 pA"},
         101,                                                                                     1,
         "C is 0 pF: must be above 0",                                                                                                                 NULL           },
        {{.parameters = "tau = -1", .no_units = true},
         101,                                                                                     1,
         "tau is -1: must be above 0",                                                                                                                 NULL           },
        {{.parameters = "a = log(-1)"},                                                      101, 1,  "a is not a number",                             NULL           },
        {{.parameters = "a = 1/0"},                                                          101, 1,  "a is infinite",                                 NULL           },
        {{.parameters = "a = 0\nb = 1/a"},                                                   102, 1,  "b is infinite",                                 NULL           },
        {{.parameters = "a = 0", .states = "v = 1/a"},
         201,                                                                                     1,
         "initial value of v is infinite",                                                                                                             NULL           },
        {{.parameters = "tau = 1 ms",
          .states = "v = 0 mV",
          .threshold = "v > -50 mV and any(v > 0 mV)"},
         401,                                                                                     16,
         "any(…) has a place in stop_when only",                                                                                                     NULL           },
        {{.states = "v = 0 mV", .equations = "v = v + w_syn\nv2 = v", .threshold = "v > 0"},
         1,                                                                                       9,
         "unknown name 'w_syn'",                                                                                                                       NULL           },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        expect_fault(&rows[k].text, rows[k].line, rows[k].column, rows[k].part, rows[k].hint);
    }
}

static void differential_when_assigned_between_then_two_runs(void **state)
{
    (void)state;
    expect_sound(&(struct model_text){.states = "v = 0",
                                      .equations = "dv/dt = 1/ms\na = v\ndv/dt = 2/ms"});
}

static void model_when_several_errors_then_all_are_told(void **state)
{
    (void)state;
    EXPECT_TRUE(!check(&(struct model_text){
        .parameters = "p = qq\ntau = 5 ms",
        .states = "v = 0 mV",
        .equations = "dv/dt = -v/tua\na = exp(v)\nb = a + 1\ndv2/dt = 3\nc = foo(1)",
        .threshold = "v > 3",
        .reset = "v = 1 ms"}));
    EXPECT_EQ_I64(f.d.n_errors, 7);
    EXPECT_CONTAINS(f.d.items[1].hint, "'tau'");
}

static void intermediate_when_named_x_then_it_is_one(void **state)
{
    (void)state;
    expect_sound(
        &(struct model_text){.states = "v = x/um", .equations = "x = v + 1\ny = x\nv = y"});
    EXPECT_EQ_I64(m.n_intermediates, 2);
}

static void receptors_when_wrong_then_error(void **state)
{
    (void)state;
    struct model_receptor receptors[] = {
        {.name = "AMPA", .variable = "g", .at = {"file", 5, 3}},
        {.name = "ampa", .variable = "h", .at = {"file", 6, 3}}
    };
    const struct model_text text = {.states = "g = 0 nS"};
    (void)check(&text);
    m.receptors = receptors;
    m.n_receptors = 2;
    m.current = "g";
    EXPECT_TRUE(!model_check(&m, &f.d));
    EXPECT_EQ_I64(f.d.n_errors, 3);
    EXPECT_CONTAINS(f.d.items[0].text, "the same");
    EXPECT_CONTAINS(f.d.items[1].text, "'h', which is no state");
    EXPECT_CONTAINS(f.d.items[2].text, "'g' is a state");
    EXPECT_EQ_I64(model_find_receptor(&m, "Ampa"), 0);
    EXPECT_EQ_I64(model_find_receptor(&m, "AMP"), -1);
}

static void held_when_no_state_then_error(void **state)
{
    (void)state;
    const char *held[] = {"v", "w"};
    (void)check(&(struct model_text){.states = "u = 0\nv = 0", .refractory = "2 ms"});
    m.held = held;
    m.n_held = 1;
    EXPECT_TRUE(model_check(&m, &f.d));
    EXPECT_EQ_I64(m.held_states[0], 1);
    m.n_held = 2;
    EXPECT_TRUE(!model_check(&m, &f.d));
    tree_fixture_expect(&f, 501, 1, "'w' is no state", "states");
}

static void preset_when_wrong_then_error_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *part, *hint;
    } rows[] = {
        {"phi", "0.5",           NULL,                                                  NULL   },
        {"v",   "-70 mV",        NULL,                                                  NULL   },
        {"phi", "2",             "phi is 2, outside its range: 0 to 1",                 NULL   },
        {"phj", "1",             "neither a parameter nor a state",                     "'phi'"},
        {"tau", "0 ms",          "tau is 0 ms: must be above 0",                        NULL   },
        {"tau", "5",             "'5' has no unit, but preset value of 'tau' is in ms", "5 ms" },
        {"v",   "5 ms",          "'5 ms' is in ms",                                     NULL   },
        {"phi", "0/0",           "phi is not a number",                                 NULL   },
        {"phi", "uniform(0, 1)", NULL,                                                  NULL   },
        {"phi", "t/1 ms",        "'t' has no meaning in the preset value of 'phi'",     NULL   },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        (void)check(
            &(struct model_text){.parameters = "phi = 0.25\ntau = 5 ms", .states = "v = 0 mV"});
        m.parameters[0].has_range = true;
        m.parameters[0].low = 0;
        m.parameters[0].high = 1;
        const char *names[] = {rows[k].name};
        struct ast *values[] = {read_one(rows[k].value, 601)};
        struct pos places[] = {
            {"file", 601, 1}
        };
        struct model_preset preset = {
            .name = "p", .names = names, .values = values, .places = places, .n = 1};
        m.presets = &preset;
        m.n_presets = 1;
        const bool is_sound = model_check(&m, &f.d);
        EXPECT_EQ_I64(is_sound, rows[k].part == NULL);
        if (rows[k].part != NULL) {
            tree_fixture_expect(&f, 601, 1, rows[k].part, rows[k].hint);
        }
        tree_fixture_clear(&f);
    }
}

static void preset_when_values_depend_on_each_other_then_own_order(void **state)
{
    (void)state;
    (void)check(&(struct model_text){.parameters = "a = 1\nb = 2\ntau = 1 ms"});
    const char *names[] = {"tau", "a", "b"};
    struct ast *values[] = {read_one("(a - 4)*1 ms", 601), read_one("2*b", 602),
                            read_one("3", 603)};
    struct pos places[] = {
        {"file", 601, 1},
        {"file", 602, 1},
        {"file", 603, 1}
    };
    struct model_preset preset = {
        .name = "p", .names = names, .values = values, .places = places, .n = 3};
    m.presets = &preset;
    m.n_presets = 1;
    EXPECT_TRUE(model_check(&m, &f.d)); /* a = 6, tau = 2 ms */
    values[2] = read_one("2", 603);
    EXPECT_TRUE(!model_check(&m, &f.d));
    tree_fixture_expect(&f, 601, 1, "tau is 0 ms: must be above 0", NULL);
    tree_fixture_clear(&f);
    values[2] = read_one("a", 603);
    EXPECT_TRUE(!model_check(&m, &f.d));
    tree_fixture_expect(&f, 602, 1, "depends on itself: a → b → a", NULL);
}

static void check_parameter_when_value_is_set_then_range_is_kept(void **state)
{
    (void)state;
    const struct pos at = {"net", 7, 5};
    EXPECT_TRUE(check(&(struct model_text){.parameters = "a = 1 mV\ntau = 5 ms"}));
    m.parameters[0].has_range = true;
    m.parameters[0].low = -2;
    m.parameters[0].high = 2;
    EXPECT_TRUE(model_check_parameter(&m, 0, -2, at, &f.d));
    EXPECT_TRUE(model_check_parameter(&m, 0, 2, at, &f.d));
    EXPECT_TRUE(model_check_parameter(&m, 1, 1e-9, at, &f.d));
    EXPECT_EQ_I64(f.d.n, 0);
    EXPECT_TRUE(!model_check_parameter(&m, 0, 2.5, at, &f.d));
    tree_fixture_expect(&f, 7, 5, "a is 2.5 mV, outside its range: -2 to 2 mV", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!model_check_parameter(&m, 0, (double)NAN, at, &f.d));
    tree_fixture_expect(&f, 7, 5, "a is not a number", NULL);
    tree_fixture_clear(&f);
    EXPECT_TRUE(!model_check_parameter(&m, 1, (double)INFINITY, at, &f.d));
    EXPECT_TRUE(!model_check_parameter(&m, 1, 0, at, &f.d));
    EXPECT_EQ_I64(f.d.n_errors, 2);
}

static void scope_when_network_gives_names_then_model_sees_them(void **state)
{
    (void)state;
    static struct scope network;
    network = (struct scope){.parent = NULL};
    const struct symbol constant = {
        .kind = SYMBOL_CONSTANT, .name = "V_0", .value = read_one("-70 mV", 1)};
    EXPECT_TRUE(scope_add(&network, &constant, &f.d) != NULL);
    (void)check(&(struct model_text){.states = "v = 0 mV", .equations = "a = t"});
    m.scope.parent = &network;
    m.states[0].initial = read_one("V_0", 201);
    EXPECT_TRUE(model_check(&m, &f.d));
    EXPECT_TRUE(model_check(&m, &f.d)); /* again, as after an override */
    EXPECT_EQ_I64(f.d.n, 0);
    EXPECT_TRUE(scope_find(&m.scope, "V_0") != NULL);
    (void)check(&(struct model_text){.equations = "V_0 = 3 mV"});
    m.scope.parent = &network;
    EXPECT_TRUE(!model_check(&m, &f.d));
    tree_fixture_expect(&f, 1, 1, "'V_0' is a constant and cannot be assigned", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(model_when_sound_then_units_are_inferred),
        TEST(model_when_units_none_then_no_dimension_is_checked),
        TEST(model_when_empty_then_sound),
        TEST(model_when_broken_then_error_with_place_and_hint),
        TEST(differential_when_assigned_between_then_two_runs),
        TEST(model_when_several_errors_then_all_are_told),
        TEST(intermediate_when_named_x_then_it_is_one),
        TEST(receptors_when_wrong_then_error),
        TEST(held_when_no_state_then_error),
        TEST(preset_when_wrong_then_error_at_its_place),
        TEST(preset_when_values_depend_on_each_other_then_own_order),
        TEST(check_parameter_when_value_is_set_then_range_is_kept),
        TEST(scope_when_network_gives_names_then_model_sees_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
