#include "support/expect.h"

#include "support/ir_reference.h"

static struct arena *arena;
static struct ir *ir;

static int setup(void **state)
{
    (void)state;
    struct err e;
    EXPECT_OK(arena_create(&arena, &e));
    ir = ir_create(arena);
    EXPECT_TRUE(ir != NULL);
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

static uint32_t state(uint32_t k)
{
    return ir_var(ir, IR_VAR_STATE, k);
}

static double constant(uint32_t node)
{
    double value;
    EXPECT_TRUE(ir_is_const(ir, node, &value));
    return value;
}

static void equal_nodes_are_one_node_when_built_again(void **unused)
{
    (void)unused;
    const uint32_t x = state(0), y = state(1);
    EXPECT_TRUE(x != y);
    EXPECT_EQ_I64(state(0), x);
    const uint32_t sum = ir_op2(ir, IR_ADD, x, y);
    EXPECT_EQ_I64(ir_op2(ir, IR_ADD, x, y), sum);
    EXPECT_TRUE(ir_op2(ir, IR_ADD, y, x) != sum); /* the text's order is kept */
    EXPECT_EQ_I64(ir->n_vars, 2);
}

static void constants_are_told_apart_by_their_bits(void **unused)
{
    (void)unused;
    EXPECT_TRUE(number(0.0) != number(-0.0));
    EXPECT_EQ_I64(number((double)NAN), number(-(double)NAN));
    EXPECT_TRUE(number(1.0) != ir_mask(ir, true));
    EXPECT_EQ_I64(ir->nodes[ir_mask(ir, true)].is_mask, 1);
}

static void operations_fold_when_all_operands_are_constant(void **unused)
{
    (void)unused;
    const uint32_t a = number(7.0), b = number(-2.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_ADD, a, b)), 5.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_SUB, a, b)), 9.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_MUL, a, b)), -14.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_DIV, a, b)), -3.5, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_NEGATE, a)), -7.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_MIN, a, b)), -2.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_MAX, a, b)), 7.0, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_ABS, b)), 2.0, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_SIGN, b)), -1.0, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_ROUND, number(2.5))), 2.0, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_FLOOR, number(-2.5))), -3.0, 0.0);
    EXPECT_NEAR(constant(ir_op2(ir, IR_MOD, a, number(4.0))), 3.0, 0.0);
    EXPECT_NEAR(constant(ir_op1(ir, IR_SQRT, number(2.0))), sqrt(2.0), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_EXP, number(1.0))), exp(1.0), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_LOG, number(3.0))), log(3.0), 1e-15);
    EXPECT_NEAR(constant(ir_op2(ir, IR_POW, number(3.0), number(0.5))), sqrt(3.0), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_SIN, number(1.0))), sin(1.0), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_COS, number(1.0))), cos(1.0), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_TANH, number(0.5))), tanh(0.5), 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_EXPREL, number(0.5))), expm1(0.5) / 0.5, 1e-15);
    EXPECT_NEAR(constant(ir_op1(ir, IR_EXPREL, number(0.0))), 1.0, 0.0);
}

static void comparisons_fold_to_masks_and_nan_is_unordered(void **unused)
{
    (void)unused;
    const uint32_t a = number(1.0), b = number(2.0), nan = number((double)NAN);
    EXPECT_EQ_I64(ir_op2(ir, IR_LT, a, b), ir_mask(ir, true));
    EXPECT_EQ_I64(ir_op2(ir, IR_LE, b, a), ir_mask(ir, false));
    EXPECT_EQ_I64(ir_op2(ir, IR_EQ, a, a), ir_mask(ir, true));
    EXPECT_EQ_I64(ir_op2(ir, IR_EQ, nan, nan), ir_mask(ir, false));
    EXPECT_EQ_I64(ir_op2(ir, IR_NE, nan, nan), ir_mask(ir, true));
    EXPECT_EQ_I64(ir_op2(ir, IR_LE, nan, a), ir_mask(ir, false));
    EXPECT_EQ_I64(ir_op1(ir, IR_NOT, ir_mask(ir, true)), ir_mask(ir, false));
    EXPECT_EQ_I64(ir_op2(ir, IR_AND, ir_mask(ir, true), ir_mask(ir, false)),
                  ir_mask(ir, false));
    EXPECT_EQ_I64(ir_op2(ir, IR_OR, ir_mask(ir, true), ir_mask(ir, false)), ir_mask(ir, true));
}

static void identities_apply_when_they_keep_every_bit(void **unused)
{
    (void)unused;
    const uint32_t x = state(0), one = number(1.0);
    EXPECT_EQ_I64(ir_op2(ir, IR_MUL, x, one), x);
    EXPECT_EQ_I64(ir_op2(ir, IR_MUL, one, x), x);
    EXPECT_EQ_I64(ir_op2(ir, IR_DIV, x, one), x);
    EXPECT_EQ_I64(ir_op2(ir, IR_SUB, x, number(0.0)), x);
    EXPECT_EQ_I64(ir_op2(ir, IR_ADD, x, number(-0.0)), x);
    EXPECT_EQ_I64(ir_op2(ir, IR_ADD, number(-0.0), x), x);
    EXPECT_EQ_I64(ir_op1(ir, IR_NEGATE, ir_op1(ir, IR_NEGATE, x)), x);
    const uint32_t mask = ir_op2(ir, IR_LT, x, one);
    EXPECT_EQ_I64(ir_op1(ir, IR_NOT, ir_op1(ir, IR_NOT, mask)), mask);
    EXPECT_EQ_I64(ir_op2(ir, IR_AND, mask, ir_mask(ir, true)), mask);
    EXPECT_EQ_I64(ir_op2(ir, IR_OR, ir_mask(ir, false), mask), mask);
    EXPECT_EQ_I64(ir_op2(ir, IR_OR, mask, ir_mask(ir, true)), ir_mask(ir, true));
    EXPECT_EQ_I64(ir_op3(ir, IR_SELECT, ir_mask(ir, false), x, one), one);
    EXPECT_EQ_I64(ir_op3(ir, IR_SELECT, mask, x, x), x);
}

static void identities_are_left_alone_when_a_bit_could_change(void **unused)
{
    (void)unused;
    const uint32_t x = state(0), zero = number(0.0), y = state(1);
    EXPECT_TRUE(ir_op2(ir, IR_ADD, x, zero) != x); /* -0 + 0 is 0 */
    EXPECT_TRUE(ir_op2(ir, IR_SUB, x, number(-0.0)) != x);
    EXPECT_TRUE(!ir_is_const(ir, ir_op2(ir, IR_MUL, x, zero), NULL)); /* NaN*0 is NaN */
    EXPECT_TRUE(!ir_is_const(ir, ir_op2(ir, IR_SUB, x, x), NULL));
    const uint32_t left = ir_op2(ir, IR_ADD, ir_op2(ir, IR_ADD, x, number(1.0)), number(2.0));
    EXPECT_EQ_I64(ir->nodes[left].op, IR_ADD); /* not regrouped */
    EXPECT_TRUE(constant(ir->nodes[left].b) == 2.0);
    EXPECT_TRUE(ir_op2(ir, IR_MUL, x, y) != ir_op2(ir, IR_MUL, y, x));
}

static void missing_operands_pass_through(void **unused)
{
    (void)unused;
    const uint32_t x = state(0);
    EXPECT_EQ_I64(ir_op1(ir, IR_EXP, IR_NONE), IR_NONE);
    EXPECT_EQ_I64(ir_op2(ir, IR_ADD, x, IR_NONE), IR_NONE);
    EXPECT_EQ_I64(ir_op3(ir, IR_SELECT, IR_NONE, x, x), IR_NONE);
    EXPECT_EQ_I64(ir_poisson(ir, IR_NONE, 0, 0), IR_NONE);
    EXPECT_EQ_I64(ir_power(ir, IR_NONE, 3), IR_NONE);
    EXPECT_EQ_I64(ir_copy(ir, IR_NONE), IR_NONE);
}

static void depends_says_what_a_value_varies_with(void **unused)
{
    (void)unused;
    const uint32_t t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE), u = ir_leaf(ir, IR_U01, 0, 0);
    const uint32_t events = ir_leaf(ir, IR_EVENTS, 0, IR_NONE), x = state(0);
    EXPECT_EQ_I64(ir->nodes[t].depends, IR_ON_TIME);
    EXPECT_EQ_I64(ir->nodes[u].depends, IR_ON_CELL | IR_ON_DRAW);
    EXPECT_EQ_I64(ir->nodes[events].depends, IR_ON_CELL);
    EXPECT_EQ_I64(ir->nodes[x].depends, IR_ON_CELL);
    EXPECT_EQ_I64(ir->nodes[number(3.0)].depends, 0);
    EXPECT_EQ_I64(ir->nodes[ir_op2(ir, IR_ADD, t, x)].depends, IR_ON_TIME | IR_ON_CELL);
    const uint32_t k = ir_poisson(ir, t, 0, 1);
    EXPECT_EQ_I64(ir->nodes[k].depends, IR_ON_TIME | IR_ON_CELL | IR_ON_DRAW);
    EXPECT_TRUE(ir->nodes[t].time_index != IR_NONE);
    EXPECT_TRUE(ir->nodes[x].time_index == IR_NONE);
}

static void draws_in_two_loops_are_two_nodes(void **unused)
{
    (void)unused;
    const uint32_t x = state(0), outside = ir_leaf(ir, IR_U01, 0, 0);
    ir->trunc = ++ir->n_trunc;
    const uint32_t first = ir_op2(ir, IR_ADD, x, ir_leaf(ir, IR_U01, 0, 0));
    const uint32_t plain = ir_op2(ir, IR_ADD, x, x);
    ir->trunc = ++ir->n_trunc;
    const uint32_t second = ir_op2(ir, IR_ADD, x, ir_leaf(ir, IR_U01, 0, 0));
    EXPECT_EQ_I64(ir_op2(ir, IR_ADD, x, x), plain); /* no draw: shared */
    ir->trunc = 0;
    EXPECT_TRUE(first != second);
    EXPECT_EQ_I64(ir->nodes[first].trunc, 1);
    EXPECT_EQ_I64(ir->nodes[second].trunc, 2);
    EXPECT_EQ_I64(ir->nodes[plain].trunc, 0);
    EXPECT_EQ_I64(ir->nodes[outside].trunc, 0);
    const uint32_t loop = ir_op3(ir, IR_TRUNC, first, number(0.0), number(1.0));
    EXPECT_EQ_I64(ir->nodes[loop].trunc, 0);
}

static void powers_are_multiplications_in_a_fixed_order(void **unused)
{
    (void)unused;
    const uint32_t x = state(0);
    EXPECT_EQ_I64(ir_power(ir, x, 1), x);
    EXPECT_NEAR(constant(ir_power(ir, x, 0)), 1.0, 0.0);
    const uint32_t square = ir_op2(ir, IR_MUL, x, x);
    EXPECT_EQ_I64(ir_power(ir, x, 2), square);
    EXPECT_EQ_I64(ir_power(ir, x, 3), ir_op2(ir, IR_MUL, square, x));
    EXPECT_EQ_I64(ir_power(ir, x, 4), ir_op2(ir, IR_MUL, square, square));
    EXPECT_EQ_I64(ir_power(ir, x, -2), ir_op2(ir, IR_DIV, number(1.0), square));
    for (int n = -16; n <= 16; n++) {
        EXPECT_NEAR(constant(ir_power(ir, number(2.0), n)), ldexp(1.0, n), 0.0);
    }
}

static void a_copy_is_a_node_of_its_own(void **unused)
{
    (void)unused;
    const uint32_t x = state(0), copy = ir_copy(ir, x), zero = ir_copy(ir, number(0.0));
    EXPECT_TRUE(copy != x);
    EXPECT_TRUE(!ir_is_const(ir, zero, NULL));
    EXPECT_NEAR(ir_eval(ir, zero, 0, 1), 0.0, 0.0);
}

static void time_is_exact_at_any_step(void **unused)
{
    (void)unused;
    const int64_t dt_fs = INT64_C(100000000000); /* 0.1 ms */
    EXPECT_NEAR(ir_time_ms(0, dt_fs), 0.0, 0.0);
    EXPECT_NEAR(ir_time_ms(3, dt_fs), 0.3, 0.0);
    EXPECT_NEAR(ir_time_ms(-10, dt_fs), -1.0, 0.0);
    EXPECT_NEAR(ir_time_ms(INT64_C(1000000000), dt_fs), 1e8, 0.0); /* 1e20 fs: beyond 64 bits */
}

static void tables_hold_their_values_between_steps(void **unused)
{
    (void)unused;
    int64_t first[] = {2, 5, 10};
    double value[] = {1.0, 2.0, 3.0};
    const struct ir_table table = {.first = first, .value = value, .n = 3, .before = -1.0};
    const uint32_t node = ir_table(ir, &table);
    EXPECT_EQ_I64(ir_table(ir, &table), node);
    first[0] = 100; /* copied: no matter */
    const int64_t steps[] = {1, 2, 4, 5, 9, 10, 1000};
    const double expected[] = {-1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        EXPECT_NEAR(ir_eval(ir, node, steps[k], 1), expected[k], 0.0);
    }
    const struct ir_table empty = {.n = 0, .before = 5.0};
    EXPECT_NEAR(ir_eval(ir, ir_table(ir, &empty), 3, 1), 5.0, 0.0);
}

static void settling_sees_the_courses_of_step_0(void **unused)
{
    (void)unused;
    int64_t first[] = {-5, 0};
    double value[] = {1.0, 2.0};
    const struct ir_table table = {.first = first, .value = value, .n = 2};
    EXPECT_NEAR(ir_eval(ir, ir_table(ir, &table), -3, 1), 2.0, 0.0);
    const uint32_t t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    EXPECT_NEAR(ir_eval(ir, t, -3, INT64_C(1000000000000)), 0.0, 0.0);
}

static void courses_are_evaluated_in_double(void **unused)
{
    (void)unused;
    const int64_t dt_fs = INT64_C(100000000000);
    const uint32_t t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t wave = ir_op1(ir, IR_SIN, ir_op2(ir, IR_MUL, number(0.01), t));
    const uint32_t late = ir_op2(ir, IR_LE, number(1.0), t);
    const uint32_t course = ir_op3(ir, IR_SELECT, late, wave, number(-3.0));
    EXPECT_NEAR(ir_eval(ir, course, 9, dt_fs), -3.0, 0.0);
    EXPECT_NEAR(ir_eval(ir, late, 9, dt_fs), 0.0, 0.0);
    EXPECT_NEAR(ir_eval(ir, late, 10, dt_fs), 1.0, 0.0);
    EXPECT_NEAR(ir_eval(ir, course, 12345, dt_fs), sin(12.345), 1e-15);
}

static void long_courses_take_linear_time_and_no_recursion(void **unused)
{
    (void)unused;
    uint32_t x = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    for (int k = 0; k < 5000; k++) { /* each doubles: 2^5000 paths */
        x = ir_op2(ir, IR_MUL, ir_op2(ir, IR_ADD, x, x), number(0.5));
    }
    EXPECT_NEAR(ir_eval(ir, x, 7, INT64_C(1000000000000)), 7.0, 0.0);
    EXPECT_EQ_I64(ir->n_time, 10001);
}

static void many_nodes_stay_unique_when_the_index_grows(void **unused)
{
    (void)unused;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; k < 3000; k++) {
            (void)ir_op2(ir, IR_ADD, state(0), number(k + 1.0));
        }
        EXPECT_EQ_I64(ir->n, 6001);
    }
}

static void printing_shows_one_line_per_operation(void **unused)
{
    (void)unused;
    const uint32_t v = state(0);
    ir_name(ir, v, "v");
    ir_name(ir, v, "other"); /* the first name stays */
    const uint32_t sum =
        ir_op2(ir, IR_ADD, ir_op2(ir, IR_MUL, number(0.5), v), ir_leaf(ir, IR_U01, 1, 2));
    struct text out = {0};
    ir_print(ir, &sum, 1, &out);
    EXPECT_CONTAINS(text_string(&out), "= var state 0 # v\n");
    EXPECT_CONTAINS(text_string(&out), "= mul 0.5 n");
    EXPECT_CONTAINS(text_string(&out), "= u01 stream 1 draw 2\n");
    EXPECT_CONTAINS(text_string(&out), "= add n");
    text_fini(&out);
}

static void builders_give_none_when_memory_is_out(void **unused)
{
    (void)unused;
    struct err e;
    for (uint64_t n = 1; n <= 3; n++) {
        struct arena *small = NULL;
        EXPECT_OK(arena_create(&small, &e));
        (void)mem_fail_at(n);
        struct ir *const other = ir_create(small);
        uint32_t last = other == NULL ? IR_NONE : 0;
        for (uint32_t k = 0; other != NULL && k < 4000 && last != IR_NONE; k++) {
            last =
                ir_op2(other, IR_MUL, ir_var(other, IR_VAR_STATE, 0), ir_const(other, k + 2.0));
        }
        (void)mem_fail_at(0);
        EXPECT_TRUE(last == IR_NONE);
        EXPECT_TRUE(arena_failed(small));
        arena_destroy(small);
    }
}

static void names_and_arity_come_from_the_table(void **unused)
{
    (void)unused;
    EXPECT_STR(ir_op_name(IR_EXPREL), "IR_EXPREL");
    EXPECT_EQ_I64(ir_n_operands(IR_SELECT), 3);
    EXPECT_EQ_I64(ir_n_operands(IR_POISSON), 1);
    EXPECT_EQ_I64(ir_n_operands(IR_VAR), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_nodes_are_one_node_when_built_again),
        TEST(constants_are_told_apart_by_their_bits),
        TEST(operations_fold_when_all_operands_are_constant),
        TEST(comparisons_fold_to_masks_and_nan_is_unordered),
        TEST(identities_apply_when_they_keep_every_bit),
        TEST(identities_are_left_alone_when_a_bit_could_change),
        TEST(missing_operands_pass_through),
        TEST(depends_says_what_a_value_varies_with),
        TEST(draws_in_two_loops_are_two_nodes),
        TEST(powers_are_multiplications_in_a_fixed_order),
        TEST(a_copy_is_a_node_of_its_own),
        TEST(time_is_exact_at_any_step),
        TEST(tables_hold_their_values_between_steps),
        TEST(settling_sees_the_courses_of_step_0),
        TEST(courses_are_evaluated_in_double),
        TEST(long_courses_take_linear_time_and_no_recursion),
        TEST(many_nodes_stay_unique_when_the_index_grows),
        TEST(printing_shows_one_line_per_operation),
        TEST(builders_give_none_when_memory_is_out),
        TEST(names_and_arity_come_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
