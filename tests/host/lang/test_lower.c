#include "support/expect.h"

#include "support/lang_fixture.h"

static struct lang_fixture f;
static struct ir *ir;
static struct lower lower;
static double draws[16]; /* what draw k gives */

static int setup(void **state)
{
    (void)state;
    lang_fixture_init(&f);
    ir = ir_create(f.arena);
    lower = (struct lower){.ir = ir, .dt_fs = INT64_C(100000000000), .stream = 3};
    for (int k = 0; k < 16; k++) {
        draws[k] = (k + 1) / 17.0;
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lang_fixture_fini(&f);
    return 0;
}

static double draw(uint32_t stream, uint32_t k)
{
    EXPECT_EQ_I64(stream, 3);
    return draws[k];
}

static uint32_t lowered(const char *text, bool is_mask)
{
    const uint32_t node =
        lang_lower(&lower, lang_fixture_expression(&f, &f.names, text, is_mask));
    EXPECT_TRUE(node != IR_NONE);
    return node;
}

static double evaluate(uint32_t node, double x, double y)
{
    double vars[16] = {0}, value;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const enum ir_var_kind kind = ir->vars[k].kind;
        vars[k] = kind == IR_VAR_X ? x : kind == IR_VAR_Y ? y : (double)kind;
    }
    const struct ir_reference r = {
        .vars = vars, .draw = draw, .step = 30, .dt_fs = lower.dt_fs, .is_double = true};
    ir_reference_eval(ir, &r, &node, 1, &value);
    return value;
}

/* x and y are the cell's position here: values that do not fold. */
static double value(const char *text, double x, double y)
{
    return evaluate(lowered(text, false), x, y);
}

static double mask(const char *text, double x, double y)
{
    const uint32_t node = lowered(text, true);
    EXPECT_EQ_I64(ir->nodes[node].is_mask, 1);
    return evaluate(node, x, y);
}

static void operators_mean_what_they_say(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("x + 2*y - 1 um", 3.0, 5.0), 12.0, 0.0);
    EXPECT_NEAR(value("x - y - x", 3.0, 5.0), -5.0, 0.0);
    EXPECT_NEAR(value("x/y/y", 100.0, 5.0), 4.0, 0.0);
    EXPECT_NEAR(value("-x**2", 3.0, 0.0), -9.0, 0.0);
    EXPECT_NEAR(value("+x", 3.0, 0.0), 3.0, 0.0);
    EXPECT_NEAR(value("2**3**2", 0.0, 0.0), 512.0, 0.0);
    EXPECT_NEAR(value("(x/y)**-3", 1.0, 2.0), 8.0, 0.0);
    EXPECT_NEAR(value("(x/y)**2.5", 4.0, 1.0), 32.0, 1e-13);
}

static void comparisons_keep_their_direction(void **unused)
{
    (void)unused;
    const struct {
        const char *text;
        double below, same, above; /* x < y, x == y, x > y */
    } rows[] = {
        {"x < y",  1, 0, 0},
        {"x <= y", 1, 1, 0},
        {"x > y",  0, 0, 1},
        {"x >= y", 0, 1, 1},
        {"x == y", 0, 1, 0},
        {"x != y", 1, 0, 1},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        EXPECT_NEAR(mask(rows[k].text, 1.0, 2.0), rows[k].below, 0.0);
        EXPECT_NEAR(mask(rows[k].text, 2.0, 2.0), rows[k].same, 0.0);
        EXPECT_NEAR(mask(rows[k].text, 3.0, 2.0), rows[k].above, 0.0);
        EXPECT_NEAR(mask(rows[k].text, (double)NAN, 2.0), k == 5 ? 1.0 : 0.0, 0.0);
    }
    const uint32_t greater = lowered("x > y", true);
    EXPECT_EQ_I64(ir->nodes[greater].op, IR_LT);
}

static void truth_values_combine(void **unused)
{
    (void)unused;
    for (int k = 0; k < 4; k++) {
        const bool a = (k & 1) != 0, b = (k & 2) != 0;
        const double x = a ? 1.0 : -1.0, y = b ? 1.0 : -1.0;
        EXPECT_NEAR(mask("x > 0 um and y > 0 um", x, y), a && b, 0.0);
        EXPECT_NEAR(mask("x > 0 um or y > 0 um", x, y), a || b, 0.0);
        EXPECT_NEAR(mask("not (x > 0 um)", x, y), !a, 0.0);
        EXPECT_NEAR(value("ite(x > 0 um, 1, 2)", x, y), a ? 1.0 : 2.0, 0.0);
        EXPECT_NEAR(value("if x > 0 um: 1 else: if y > 0 um: 2 else: 3", x, y),
                    a   ? 1.0
                    : b ? 2.0
                        : 3.0,
                    0.0);
    }
}

static void functions_mean_what_they_say(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("min(x, y)", 2.0, 3.0), 2.0, 0.0);
    EXPECT_NEAR(value("max(x, y)", 2.0, 3.0), 3.0, 0.0);
    EXPECT_NEAR(value("pos(x)", -2.0, 0.0), 0.0, 0.0);
    EXPECT_NEAR(value("pos(x)", 2.0, 0.0), 2.0, 0.0);
    EXPECT_NEAR(value("neg(x)", -2.0, 0.0), -2.0, 0.0);
    EXPECT_NEAR(value("neg(x)", 2.0, 0.0), 0.0, 0.0);
    EXPECT_NEAR(value("clip(x, 1 um, 2 um)", 0.5, 0.0), 1.0, 0.0);
    EXPECT_NEAR(value("clip(x, 1 um, 2 um)", 1.5, 0.0), 1.5, 0.0);
    EXPECT_NEAR(value("clip(x, 1 um, 2 um)", 9.5, 0.0), 2.0, 0.0);
    EXPECT_NEAR(value("abs(x)", -2.0, 0.0), 2.0, 0.0);
    EXPECT_NEAR(value("sign(x)", -2.0, 0.0), -1.0, 0.0);
    EXPECT_NEAR(value("round(x/y)", 2.5, 1.0), 2.0, 0.0);
    EXPECT_NEAR(value("floor(x/y)", -2.5, 1.0), -3.0, 0.0);
    EXPECT_NEAR(value("mod(x, y)", -1.0, 3.0), 2.0, 0.0);
    EXPECT_NEAR(value("sqrt(x/y)", 2.0, 1.0), sqrt(2.0), 1e-15);
    EXPECT_NEAR(value("exp(x/y)", 2.0, 1.0), exp(2.0), 2e-15);
    EXPECT_NEAR(value("log(x/y)", 2.0, 1.0), log(2.0), 1e-15);
    EXPECT_NEAR(value("pow(x/y, 3)", 2.0, 1.0), 8.0, 0.0);
    EXPECT_NEAR(value("pow(x/y, y/x)", 4.0, 1.0), sqrt(sqrt(4.0)), 1e-15);
    EXPECT_NEAR(value("sin(x/y)", 2.0, 1.0), sin(2.0), 1e-15);
    EXPECT_NEAR(value("cos(x/y)", 2.0, 1.0), cos(2.0), 1e-15);
    EXPECT_NEAR(value("tanh(x/y)", 0.5, 1.0), tanh(0.5), 1e-15);
    EXPECT_NEAR(value("exprel(x/y)", 0.5, 1.0), expm1(0.5) / 0.5, 1e-15);
}

static void nan_stays_nan_in_rectifiers(void **unused)
{
    (void)unused;
    EXPECT_TRUE(isnan(value("pos(x)", (double)NAN, 0.0)));
    EXPECT_TRUE(isnan(value("neg(x)", (double)NAN, 0.0)));
    EXPECT_TRUE(isnan(value("clip(x, 0 um, 1 um)", (double)NAN, 0.0)));
}

static enum ir_op op_of(const char *text)
{
    const uint32_t node = lowered(text, false);
    return (enum ir_op)ir->nodes[node].op;
}

static void small_integer_exponents_are_multiplications(void **unused)
{
    (void)unused;
    EXPECT_EQ_I64(op_of("(x/y)**16"), IR_MUL);
    EXPECT_EQ_I64(op_of("(x/y)**-16"), IR_DIV);
    EXPECT_EQ_I64(op_of("(x/y)**17"), IR_POW);
    EXPECT_EQ_I64(op_of("(x/y)**0.5"), IR_POW);
}

static void names_of_the_place_are_bound(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("t", 0.0, 0.0), 3.0, 1e-15); /* step 30 of 0.1 ms */
    EXPECT_NEAR(value("dt", 0.0, 0.0), 0.1, 0.0);
    EXPECT_NEAR(value("pi", 0.0, 0.0), 3.14159265358979323846, 0.0);
    EXPECT_NEAR(value("i", 0.0, 0.0), IR_VAR_INDEX, 0.0);
    EXPECT_NEAR(value("z", 0.0, 0.0), IR_VAR_Z, 0.0);
    EXPECT_NEAR(value("distance", 0.0, 0.0), IR_VAR_DISTANCE, 0.0);
    EXPECT_NEAR(value("dx", 0.0, 0.0), IR_VAR_DX, 0.0);
    EXPECT_NEAR(value("dy", 0.0, 0.0), IR_VAR_DY, 0.0);
    EXPECT_NEAR(value("dz", 0.0, 0.0), IR_VAR_DZ, 0.0);
    EXPECT_NEAR(value("i_pre", 0.0, 0.0), IR_VAR_PRE_INDEX, 0.0);
    EXPECT_NEAR(value("i_post", 0.0, 0.0), IR_VAR_POST_INDEX, 0.0);
}

static void units_are_house_units_when_lowered(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("1 s", 0.0, 0.0), 1000.0, 0.0);
    EXPECT_NEAR(value("1/s", 0.0, 0.0), 0.001, 1e-18);
    EXPECT_NEAR(value("0.8 m/s", 0.0, 0.0), 800.0, 1e-12); /* um/ms */
}

static void uniform_takes_one_draw(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("uniform(2, 4)", 0.0, 0.0), 2.0 + 2.0 * draws[0], 1e-15);
    EXPECT_EQ_I64(lower.n_draws, 1);
}

static void normal_and_lognormal_take_two_draws(void **unused)
{
    (void)unused;
    const double u1 = draws[0], u2 = draws[1];
    const double gauss = sqrt(-2.0 * log(u1)) * cos(2.0 * acos(-1.0) * u2);
    EXPECT_NEAR(value("normal(5, 2)", 0.0, 0.0), 5.0 + 2.0 * gauss, 1e-14);
    EXPECT_EQ_I64(lower.n_draws, 2);
    const double variance = log(1.0 + 0.25), u3 = draws[2], u4 = draws[3];
    const double other = sqrt(-2.0 * log(u3)) * cos(2.0 * acos(-1.0) * u4);
    EXPECT_NEAR(value("lognormal(4, 2)", 0.0, 0.0),
                exp(log(4.0) - 0.5 * variance + sqrt(variance) * other), 1e-13);
    EXPECT_EQ_I64(lower.n_draws, 4);
}

static void noise_of_no_spread_is_its_mean_and_keeps_its_numbers(void **unused)
{
    (void)unused;
    EXPECT_EQ_I64(lowered("normal(x, 0 um)", false), ir_var(ir, IR_VAR_X, 0));
    EXPECT_NEAR(value("lognormal(3, 0)", 0.0, 0.0), 3.0, 0.0);
    EXPECT_EQ_I64(lower.n_draws, 4);
    EXPECT_NEAR(value("uniform(0, 1)", 0.0, 0.0), draws[4], 1e-15);
}

static void draws_are_numbered_in_the_order_of_the_text(void **unused)
{
    (void)unused;
    EXPECT_NEAR(value("uniform(0, 1) + 10*uniform(0, 1)", 0.0, 0.0), draws[0] + 10.0 * draws[1],
                1e-15);
    EXPECT_NEAR(value("ite(x > 0 um, uniform(0, 1), uniform(0, 1))", -1.0, 0.0), draws[3],
                1e-15);
    EXPECT_EQ_I64(lower.n_draws, 4); /* the branch not taken too */
    EXPECT_NEAR(value("uniform(uniform(0, 1), 1)", 0.0, 0.0),
                draws[4] + (1.0 - draws[4]) * draws[5], 1e-15);
    const uint32_t events = lowered("poisson(x/y)", false);
    EXPECT_EQ_I64(ir->nodes[events].op, IR_POISSON);
    EXPECT_EQ_I64(ir->nodes[events].b, 3);
    EXPECT_EQ_I64(ir->nodes[events].c, 6);
    EXPECT_EQ_I64(lower.n_draws, 7);
}

static void truncated_has_a_loop_of_its_own(void **unused)
{
    (void)unused;
    const uint32_t a = lowered("truncated(normal(x, y), 0 um, 2*y)", false);
    EXPECT_EQ_I64(ir->nodes[a].op, IR_TRUNC);
    EXPECT_EQ_I64(ir->nodes[ir->nodes[a].a].trunc, 1);
    EXPECT_EQ_I64(ir->nodes[ir->nodes[a].c].trunc, 0);
    EXPECT_EQ_I64(ir->trunc, 0);
    const uint32_t b = lowered("truncated(uniform(0, 1), 0, 1)", false);
    EXPECT_EQ_I64(ir->nodes[ir->nodes[b].a].trunc, 2);
    EXPECT_EQ_I64(lower.n_draws, 3);
}

/* The check refuses one loop in another; through trees built by hand both bounds hold in the
 * outer loop. */
static void truncated_in_truncated_holds_both_bounds(void **unused)
{
    (void)unused;
    struct ast *const inner =
        lang_fixture_expression(&f, &f.names, "truncated(uniform(0, 1), 0.2, 0.4)", false);
    struct ast *const outer =
        lang_fixture_expression(&f, &f.names, "truncated(uniform(0, 1), 0.3, 0.9)", false);
    outer->args[0] = inner;
    const uint32_t node = lang_lower(&lower, outer);
    EXPECT_EQ_I64(ir->n_trunc, 1);
    draws[0] = 0.35;
    EXPECT_NEAR(evaluate(node, 0.0, 0.0), 0.35, 0.0);
    draws[0] = 0.25; /* inside the inner bounds alone */
    EXPECT_TRUE(isnan(evaluate(node, 0.0, 0.0)));
    draws[0] = 0.5; /* inside the outer bounds alone */
    EXPECT_TRUE(isnan(evaluate(node, 0.0, 0.0)));
}

static void add_name(enum symbol_kind kind, const char *name, const char *argument,
                     const char *body)
{
    static const char *arguments[4];
    static int n;
    const struct lang_text t = lang_fixture_text(body);
    struct symbol s = {.kind = kind, .name = name, .unit = unit_none};
    if (argument != NULL) {
        arguments[n] = argument;
        s.args = (const char *const *)&arguments[n];
        s.n_args = 1;
        n = (n + 1) % 4;
    }
    s.value = lang_parse_expression(&t, &f.names, &f.d);
    EXPECT_TRUE(scope_add(&f.names, &s, &f.d) != NULL);
}

static void functions_constants_and_signals_stand_in_place(void **unused)
{
    (void)unused;
    add_name(SYMBOL_CONSTANT, "scale", NULL, "2*8");
    add_name(SYMBOL_SIGNAL, "dopamine", NULL, "ite(t < 500 ms, 0.25, 0.5)");
    add_name(SYMBOL_FUNCTION, "twice", "a", "a + a");
    add_name(SYMBOL_FUNCTION, "both", "b", "twice(b) + scale*twice(twice(b))");
    EXPECT_NEAR(value("both(x/y)", 3.0, 1.0), 6.0 + 16.0 * 12.0, 0.0);
    const uint32_t course = lowered("dopamine*scale", false);
    EXPECT_EQ_I64(ir->nodes[course].depends, IR_ON_TIME);
    EXPECT_NEAR(ir_eval(ir, course, 4999, lower.dt_fs), 4.0, 0.0);
    EXPECT_NEAR(ir_eval(ir, course, 5000, lower.dt_fs), 8.0, 0.0);
    EXPECT_EQ_I64(lowered("scale", false), ir_const(ir, 16.0));
}

static void an_argument_is_computed_once(void **unused)
{
    (void)unused;
    add_name(SYMBOL_FUNCTION, "twice", "a", "a + a");
    EXPECT_NEAR(value("twice(uniform(0, 1))", 0.0, 0.0), 2.0 * draws[0], 1e-15);
    EXPECT_EQ_I64(lower.n_draws, 1);
}

static uint32_t resolve(void *context, const struct symbol *s, bool is_prev)
{
    (void)context;
    return s->kind == SYMBOL_STATE ? ir_var(ir, IR_VAR_STATE, s->index + (is_prev ? 10 : 0))
                                   : IR_NONE;
}

static void names_of_a_model_are_asked_for(void **unused)
{
    (void)unused;
    const struct symbol v = {.kind = SYMBOL_STATE, .name = "v", .index = 2};
    const struct symbol w = {.kind = SYMBOL_INTERMEDIATE, .name = "w", .index = 0};
    EXPECT_TRUE(scope_add(&f.names, &v, &f.d) != NULL && scope_add(&f.names, &w, &f.d) != NULL);
    struct ast *const e = lang_fixture_expression(&f, &f.names, "v - prev(v)", false);
    EXPECT_EQ_I64(lang_lower(&lower, e), IR_NONE); /* in no model */
    lower.resolve = resolve;
    const uint32_t node = lang_lower(&lower, e);
    EXPECT_EQ_I64(ir->nodes[node].a, ir_var(ir, IR_VAR_STATE, 2));
    EXPECT_EQ_I64(ir->nodes[node].b, ir_var(ir, IR_VAR_STATE, 12));
    EXPECT_EQ_I64(lang_lower(&lower, lang_fixture_expression(&f, &f.names, "v + w", false)),
                  IR_NONE);
    EXPECT_EQ_I64(lang_lower(&lower, NULL), IR_NONE);
}

static void endless_functions_are_stopped(void **unused)
{
    (void)unused;
    /* The check refuses a function that calls itself; a tree with such a cycle must not take
     * the stack. */
    add_name(SYMBOL_CONSTANT, "one", NULL, "1");
    struct ast *const e = lang_fixture_expression(&f, &f.names, "one + one", false);
    struct symbol cycle = *e->args[0]->symbol;
    cycle.value = e;
    e->args[0]->symbol = &cycle;
    e->args[1]->symbol = NULL;
    e->args[1]->name = "mV";
    EXPECT_EQ_I64(lang_lower(&lower, e), IR_NONE);
    EXPECT_TRUE(lower.is_too_deep);
    EXPECT_EQ_I64(lower.depth, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(operators_mean_what_they_say),
        TEST(comparisons_keep_their_direction),
        TEST(truth_values_combine),
        TEST(functions_mean_what_they_say),
        TEST(nan_stays_nan_in_rectifiers),
        TEST(small_integer_exponents_are_multiplications),
        TEST(names_of_the_place_are_bound),
        TEST(units_are_house_units_when_lowered),
        TEST(uniform_takes_one_draw),
        TEST(normal_and_lognormal_take_two_draws),
        TEST(noise_of_no_spread_is_its_mean_and_keeps_its_numbers),
        TEST(draws_are_numbered_in_the_order_of_the_text),
        TEST(truncated_has_a_loop_of_its_own),
        TEST(truncated_in_truncated_holds_both_bounds),
        TEST(functions_constants_and_signals_stand_in_place),
        TEST(an_argument_is_computed_once),
        TEST(names_of_a_model_are_asked_for),
        TEST(endless_functions_are_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
