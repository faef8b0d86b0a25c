#include "support/expect.h"

#include "support/ir_reference.h"

static struct arena *arena;
static struct ir *ir;
static uint32_t x, y;

static int setup(void **state)
{
    (void)state;
    struct err e;
    EXPECT_OK(arena_create(&arena, &e));
    ir = ir_create(arena);
    x = ir_var(ir, IR_VAR_STATE, 0);
    y = ir_var(ir, IR_VAR_STATE, 1);
    EXPECT_TRUE(y != IR_NONE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static uint32_t number(double value)
{
    return ir_const(ir, value);
}

static double no_draw(uint32_t stream, uint32_t draw)
{
    (void)stream;
    return 0.25 + draw;
}

static double at(uint32_t node, double x_value, double y_value, bool is_double)
{
    const double vars[2] = {x_value, y_value};
    const struct ir_reference r = {
        .vars = vars, .draw = no_draw, .dt_fs = 1, .is_double = is_double};
    double value;
    ir_reference_eval(ir, &r, &node, 1, &value);
    return value;
}

/* Against the central difference in double: its error is about h^2*f'''/6 + 1e-16*f/h. */
static void expect_slope(uint32_t f, double x_value, double y_value)
{
    const double h = 1e-5;
    const uint32_t slope = ir_derivative(ir, f, x);
    EXPECT_TRUE(slope != IR_NONE);
    const double difference =
        (at(f, x_value + h, y_value, true) - at(f, x_value - h, y_value, true)) / (2.0 * h);
    const double size = 1.0 + fabs(difference);
    EXPECT_NEAR(at(slope, x_value, y_value, true), difference, 1e-7 * size);
}

static double constant_slope(uint32_t f)
{
    double value = (double)NAN;
    EXPECT_TRUE(ir_is_const(ir, ir_derivative(ir, f, x), &value));
    return value;
}

static void arithmetic_has_the_slope_of_its_difference(void **unused)
{
    (void)unused;
    const uint32_t square = ir_op2(ir, IR_MUL, x, x);
    const uint32_t forms[] = {
        ir_op2(ir, IR_ADD, square, y),
        ir_op2(ir, IR_SUB, y, square),
        ir_op2(ir, IR_SUB, square, x),
        ir_op2(ir, IR_MUL, square, ir_op2(ir, IR_ADD, x, y)),
        ir_op2(ir, IR_DIV, x, ir_op2(ir, IR_ADD, square, y)),
        ir_op2(ir, IR_DIV, y, square),
        ir_op2(ir, IR_DIV, square, y),
        ir_op1(ir, IR_NEGATE, square),
    };
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        expect_slope(forms[k], 1.3, 2.1);
        expect_slope(forms[k], -0.7, 2.1);
    }
}

static void functions_have_the_slope_of_their_difference(void **unused)
{
    (void)unused;
    const enum ir_op ops[] = {IR_SQRT, IR_EXP,    IR_LOG, IR_SIN,   IR_COS,
                              IR_TANH, IR_EXPREL, IR_ABS, IR_LOG1P, IR_EXPM1};
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
        const uint32_t inner = ir_op2(ir, IR_ADD, ir_op2(ir, IR_MUL, x, x), y);
        expect_slope(ir_op1(ir, ops[k], inner), 0.8, 0.3);
        expect_slope(ir_op1(ir, ops[k], x), 2.5, 0.0);
        expect_slope(ir_op1(ir, ops[k], ir_op1(ir, IR_NEGATE, x)), -1.5, 0.0);
    }
    expect_slope(ir_op1(ir, IR_ABS, x), -1.5, 0.0);
}

static void exprel_has_a_smooth_slope_around_zero(void **unused)
{
    (void)unused;
    const uint32_t slope = ir_derivative(ir, ir_op1(ir, IR_EXPREL, x), x);
    EXPECT_NEAR(at(slope, 0.0, 0.0, true), 0.5, 1e-12);
    for (double v = -1.0; v <= 1.0;
         v += 0.0625) { /* through both edges of the series, in both precisions */
        const long double z = (long double)v;
        long double expected = 0.0L, term = 0.5L;
        for (int k = 1; k < 40; k++) { /* k z^(k-1)/(k + 1)! */
            expected += term;
            term *= z * (long double)(k + 1) / ((long double)k * (long double)(k + 2));
        }
        EXPECT_NEAR(at(slope, v, 0.0, true), expected, 1e-8);
        EXPECT_NEAR(at(slope, v, 0.0, false), expected, 2e-6);
    }
}

static void powers_have_the_slope_of_their_difference(void **unused)
{
    (void)unused;
    for (int n = -5; n <= 6; n++) {
        expect_slope(ir_power(ir, x, n), 1.2, 0.0);
        expect_slope(ir_op2(ir, IR_POW, x, number(n)), 1.2, 0.0);
    }
    expect_slope(ir_op2(ir, IR_POW, x, number(2.5)), 1.7, 0.0);
    expect_slope(ir_op2(ir, IR_POW, x, number(-0.5)), 1.7, 0.0);
    expect_slope(ir_op2(ir, IR_POW, y, x), 1.7, 2.2);
    expect_slope(ir_op2(ir, IR_POW, x, ir_op2(ir, IR_ADD, x, y)), 1.7, 0.4);
    EXPECT_NEAR(constant_slope(ir_op2(ir, IR_POW, y, number(3.0))), 0.0, 0.0);
}

static void choices_have_the_slope_of_the_branch_taken(void **unused)
{
    (void)unused;
    const uint32_t square = ir_op2(ir, IR_MUL, x, x);
    const uint32_t low = ir_op2(ir, IR_MIN, square, y), high = ir_op2(ir, IR_MAX, y, square);
    const uint32_t chosen =
        ir_op3(ir, IR_SELECT, ir_op2(ir, IR_LT, x, y), square, ir_op1(ir, IR_EXP, x));
    for (double v = 0.5; v < 3.0; v += 1.0) {
        expect_slope(low, v, 2.0);
        expect_slope(high, v, 2.0);
        expect_slope(chosen, v, 2.0);
    }
    EXPECT_NEAR(constant_slope(ir_op3(ir, IR_SELECT, ir_op2(ir, IR_LT, x, y), y, number(3.0))),
                0.0, 0.0);
}

static void mod_goes_with_its_first_argument(void **unused)
{
    (void)unused;
    EXPECT_NEAR(constant_slope(ir_op2(ir, IR_MOD, x, number(3.0))), 1.0, 0.0);
    expect_slope(ir_op2(ir, IR_MOD, y, x), 1.7, 9.0);
}

static void steps_and_draws_are_flat(void **unused)
{
    (void)unused;
    EXPECT_NEAR(constant_slope(ir_op1(ir, IR_FLOOR, x)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(ir_op1(ir, IR_ROUND, x)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(ir_op1(ir, IR_SIGN, x)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(ir_poisson(ir, x, 0, 0)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(ir_leaf(ir, IR_U01, 0, 1)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(y), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(number(4.0)), 0.0, 0.0);
    EXPECT_NEAR(constant_slope(x), 1.0, 0.0);
}

static void linear_equations_have_a_constant_slope(void **unused)
{
    (void)unused;
    /* -x/tau, and C dv/dt = g*(E - v): what exponential_euler folds to one factor */
    const uint32_t decay = ir_op2(ir, IR_DIV, ir_op1(ir, IR_NEGATE, x), number(6.0));
    EXPECT_NEAR(constant_slope(decay), -1.0 / 6.0, 1e-17);
    const uint32_t leak = ir_op2(ir, IR_MUL, number(2.0), ir_op2(ir, IR_SUB, number(-70.0), x));
    EXPECT_NEAR(constant_slope(leak), -2.0, 0.0);
    /* with a conductance that varies: -y, one operation */
    const uint32_t current = ir_op2(ir, IR_MUL, y, ir_op2(ir, IR_SUB, number(0.0), x));
    EXPECT_EQ_I64(ir_derivative(ir, current, x), ir_op1(ir, IR_NEGATE, y));
}

static void any_node_may_be_the_variable(void **unused)
{
    (void)unused;
    const uint32_t v = ir_op2(ir, IR_ADD, x, y);
    const uint32_t f = ir_op2(ir, IR_MUL, ir_op1(ir, IR_EXP, v), x);
    /* with x itself held: exp(v)*x */
    EXPECT_EQ_I64(ir_derivative(ir, f, v), f);
    EXPECT_NEAR(constant_slope(y), 0.0, 0.0);
    double value;
    EXPECT_TRUE(ir_is_const(ir, ir_derivative(ir, x, v), &value) && value == 0.0);
}

static void a_drawn_value_that_depends_on_the_variable_is_unknown(void **unused)
{
    (void)unused;
    ir->trunc = ++ir->n_trunc;
    const uint32_t u = ir_leaf(ir, IR_U01, 0, 0);
    const uint32_t with_x = ir_op2(ir, IR_ADD, u, x), without = ir_op2(ir, IR_ADD, u, y);
    ir->trunc = 0;
    const uint32_t unknown = ir_op3(ir, IR_TRUNC, with_x, number(0.0), number(1.0));
    EXPECT_EQ_I64(ir_derivative(ir, unknown, x), IR_NONE);
    EXPECT_EQ_I64(ir_derivative(ir, ir_op2(ir, IR_MUL, unknown, y), x), IR_NONE);
    const uint32_t bounds = ir_op3(ir, IR_TRUNC, without, x, number(1.0));
    EXPECT_EQ_I64(ir_derivative(ir, bounds, x), IR_NONE);
    const uint32_t flat = ir_op3(ir, IR_TRUNC, without, number(0.0), number(1.0));
    EXPECT_NEAR(constant_slope(flat), 0.0, 0.0);
    EXPECT_EQ_I64(ir_derivative(ir, IR_NONE, x), IR_NONE);
}

static void deep_graphs_are_differentiated_without_recursion(void **unused)
{
    (void)unused;
    uint32_t f = x;
    for (int k = 0; k < 20000; k++) {
        f = ir_op2(ir, IR_ADD, f, ir_op2(ir, IR_MUL, x, number(1.0 / 16.0)));
    }
    EXPECT_NEAR(constant_slope(f), 1251.0, 0.0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arithmetic_has_the_slope_of_its_difference),
        TEST(functions_have_the_slope_of_their_difference),
        TEST(exprel_has_a_smooth_slope_around_zero),
        TEST(powers_have_the_slope_of_their_difference),
        TEST(choices_have_the_slope_of_the_branch_taken),
        TEST(mod_goes_with_its_first_argument),
        TEST(steps_and_draws_are_flat),
        TEST(linear_equations_have_a_constant_slope),
        TEST(any_node_may_be_the_variable),
        TEST(a_drawn_value_that_depends_on_the_variable_is_unknown),
        TEST(deep_graphs_are_differentiated_without_recursion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
