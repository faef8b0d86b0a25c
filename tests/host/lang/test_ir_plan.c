#include "support/expect.h"

#include <stdlib.h>

#include "lang/ir.h"

static struct arena *arena;
static struct ir *ir;
static struct err e;

static int setup(void **state)
{
    (void)state;
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

static uint8_t *new_done(void)
{
    return arena_alloc(arena, ir->n, 1);
}

static bool has(const uint32_t *nodes, uint32_t n, uint32_t node)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < n; k++) {
        count += nodes[k] == node;
    }
    EXPECT_TRUE(count <= 1);
    return count == 1;
}

static void expect_operands_first(const struct ir_plan *plan)
{
    for (uint32_t k = 0; k < plan->n_order; k++) {
        const struct ir_node *const n = &ir->nodes[plan->order[k]];
        const uint32_t operands[3] = {n->a, n->b, n->c};
        for (uint32_t m = 0; m < ir_n_operands((enum ir_op)n->op); m++) {
            EXPECT_TRUE(has(plan->order, k, operands[m]) ||
                        has(plan->courses, plan->n_courses, operands[m]) ||
                        ir->nodes[operands[m]].trunc != 0);
        }
    }
}

static void only_what_is_needed_is_listed(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0), y = ir_var(ir, IR_VAR_STATE, 1);
    const uint32_t product = ir_op2(ir, IR_MUL, x, x), other = ir_op1(ir, IR_EXP, y);
    const uint32_t root = ir_op2(ir, IR_ADD, product, ir_const(ir, 2.0));
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, &root, 1, new_done(), arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_order, 4);
    EXPECT_TRUE(has(plan.order, plan.n_order, root) && has(plan.order, plan.n_order, x));
    EXPECT_TRUE(!has(plan.order, plan.n_order, y) && !has(plan.order, plan.n_order, other));
    EXPECT_EQ_I64(plan.n_courses, 0);
    expect_operands_first(&plan);
}

static void courses_are_maximal_and_in_order_of_first_use(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t wave = ir_op1(ir, IR_SIN, t);
    const uint32_t double_wave = ir_op2(ir, IR_MUL, wave, ir_const(ir, 2.0));
    const uint32_t alone = ir_op1(ir, IR_COS, t);
    const uint32_t first = ir_op2(ir, IR_ADD, x, double_wave);
    const uint32_t second = ir_op2(ir, IR_MUL, wave, first);
    const uint32_t roots[] = {second, alone};
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, roots, 2, new_done(), arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_courses, 3);
    EXPECT_EQ_I64(plan.courses[0], double_wave);
    EXPECT_EQ_I64(plan.courses[1], wave);  /* used by a varying node itself */
    EXPECT_EQ_I64(plan.courses[2], alone); /* a root */
    EXPECT_TRUE(!has(plan.order, plan.n_order, t));
    expect_operands_first(&plan);
}

static void a_second_call_appends_only_what_is_new(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t drive = ir_op2(ir, IR_ADD, x, t);
    const uint32_t more = ir_op2(ir, IR_MUL, drive, t);
    uint8_t *const done = new_done();
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, &drive, 1, done, arena, &plan, &e));
    const uint32_t n = plan.n_order;
    EXPECT_EQ_I64(plan.n_courses, 1);
    EXPECT_OK(ir_plan_add(ir, &more, 1, done, arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_order, n + 1);
    EXPECT_EQ_I64(plan.order[n], more);
    EXPECT_EQ_I64(plan.n_courses, 1);
    EXPECT_OK(ir_plan_add(ir, &more, 1, done, arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_order, n + 1);
}

static void masks_on_time_alone_are_courses(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t late = ir_op2(ir, IR_LT, ir_const(ir, 5.0), t);
    const uint32_t root = ir_op3(ir, IR_SELECT, late, x, ir_const(ir, 0.0));
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, &root, 1, new_done(), arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_courses, 1);
    EXPECT_EQ_I64(plan.courses[0], late);
    EXPECT_EQ_I64(ir->nodes[late].is_mask, 1);
}

static void loops_are_left_out_and_given_by_their_body(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t mean = ir_op1(ir, IR_EXP, x);
    ir->trunc = ++ir->n_trunc;
    const uint32_t u = ir_leaf(ir, IR_U01, 0, 0);
    const uint32_t scaled = ir_op2(ir, IR_MUL, u, t);
    const uint32_t value = ir_op2(ir, IR_ADD, mean, scaled);
    ir->trunc = 0;
    const uint32_t low = ir_op2(ir, IR_SUB, x, ir_const(ir, 1.0));
    const uint32_t root = ir_op3(ir, IR_TRUNC, value, low, ir_const(ir, 9.0));
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, &root, 1, new_done(), arena, &plan, &e));
    EXPECT_TRUE(!has(plan.order, plan.n_order, u) && !has(plan.order, plan.n_order, value));
    EXPECT_TRUE(has(plan.order, plan.n_order, mean) && has(plan.order, plan.n_order, low));
    EXPECT_EQ_I64(plan.order[plan.n_order - 1], root);
    EXPECT_EQ_I64(plan.n_courses, 1);
    EXPECT_EQ_I64(plan.courses[0], t);
    uint32_t *body, n;
    EXPECT_OK(ir_trunc_body(ir, root, arena, &body, &n, &e));
    EXPECT_EQ_I64(n, 3);
    EXPECT_EQ_I64(body[0], u);
    EXPECT_EQ_I64(body[1], scaled);
    EXPECT_EQ_I64(body[2], value);
    EXPECT_ERR(ir_trunc_body(ir, x, arena, &body, &n, &e), ERR_ARG, "no truncated()");
}

static void a_loop_without_draws_has_an_empty_body(void **unused)
{
    (void)unused;
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0);
    const uint32_t root = ir_op3(ir, IR_TRUNC, x, ir_const(ir, 0.0), ir_const(ir, 1.0));
    uint32_t *body, n;
    EXPECT_OK(ir_trunc_body(ir, root, arena, &body, &n, &e));
    EXPECT_EQ_I64(n, 0);
}

static void deep_graphs_need_no_recursion(void **unused)
{
    (void)unused;
    uint32_t x = ir_var(ir, IR_VAR_STATE, 0);
    for (int k = 0; k < 50000; k++) {
        x = ir_op2(ir, IR_ADD, x, x);
    }
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, &x, 1, new_done(), arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_order, 50001);
}

static void no_roots_or_wrong_ones_are_handled(void **unused)
{
    (void)unused;
    struct ir_plan plan = {0};
    EXPECT_OK(ir_plan_add(ir, NULL, 0, NULL, arena, &plan, &e));
    EXPECT_EQ_I64(plan.n_order, 0);
    const uint32_t wrong = IR_NONE;
    EXPECT_ERR(ir_plan_add(ir, &wrong, 1, NULL, arena, &plan, &e), ERR_ARG, "root 0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_is_needed_is_listed),
        TEST(courses_are_maximal_and_in_order_of_first_use),
        TEST(a_second_call_appends_only_what_is_new),
        TEST(masks_on_time_alone_are_courses),
        TEST(loops_are_left_out_and_given_by_their_body),
        TEST(a_loop_without_draws_has_an_empty_body),
        TEST(deep_graphs_need_no_recursion),
        TEST(no_roots_or_wrong_ones_are_handled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
