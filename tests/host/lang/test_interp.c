/* host/lang/interp.c and interp_build.c: the block interpreter against plain evaluation of each
 * cell. */
#include "support/expect.h"

#include "support/interp_check.h"

static const uint32_t sizes[] = {1, 15, 16, 17, 255, 256};
enum { N_SIZES = 6 };

struct fixture {
    struct arena *arena;
    struct ir *ir;
    uint32_t v[IR_RANDOM_VARS], t, t_mask;
};

static void fixture_init(struct fixture *f)
{
    struct err e = {0};
    EXPECT_OK(arena_create(&f->arena, &e));
    f->ir = ir_create(f->arena);
    EXPECT_TRUE(f->ir != NULL);
    for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
        f->v[k] = ir_var(f->ir, IR_VAR_STATE, k);
    }
    f->t = ir_leaf(f->ir, IR_TIME, IR_NONE, IR_NONE);
    f->t_mask = ir_op2(f->ir, IR_LT, f->t, ir_const(f->ir, 0.5));
}

static void fixture_fini(struct fixture *f)
{
    arena_destroy(f->arena);
}

static void each_op_when_run_then_equals_the_scalar_function(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (int op = IR_ADD; op < IR_OP_N; op++) {
        const bool is_logic = op == IR_AND || op == IR_OR || op == IR_NOT;
        const uint32_t a = is_logic ? ir_op2(f.ir, IR_LT, f.v[0], f.v[1]) : f.v[0];
        const uint32_t b = is_logic ? ir_op2(f.ir, IR_LE, f.v[1], f.v[2]) : f.v[1];
        const uint32_t c = ir_op2(f.ir, IR_NE, f.v[0], f.v[2]);
        uint32_t roots[3];
        uint32_t n = 1;
        if (op == IR_SELECT) {
            roots[0] = ir_op3(f.ir, IR_SELECT, c, a, b);
        } else if (ir_n_operands((enum ir_op)op) == 1) {
            roots[0] = ir_op1(f.ir, (enum ir_op)op, a);
            roots[1] = ir_op1(f.ir, (enum ir_op)op, b);
            n = 2;
        } else {
            roots[0] = ir_op2(f.ir, (enum ir_op)op, a, b);
            roots[1] = ir_op2(f.ir, (enum ir_op)op, b, a);
            roots[2] = ir_op2(f.ir, (enum ir_op)op, a, a);
            n = 3;
        }
        for (uint32_t k = 0; k < N_SIZES; k++) {
            (void)interp_check_run(f.ir, roots, n, 100 * k, sizes[k], false);
        }
    }
    fixture_fini(&f);
}

static void operands_when_constants_or_courses_then_every_form_is_right(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t scalars[2] = {ir_const(f.ir, 0.75), f.t};
    for (int op = IR_ADD; op <= IR_NE; op++) {
        if (ir_n_operands((enum ir_op)op) != 2) {
            continue;
        }
        uint32_t roots[6];
        for (uint32_t k = 0; k < 2; k++) {
            roots[3 * k] = ir_op2(f.ir, (enum ir_op)op, f.v[0], scalars[k]);
            roots[3 * k + 1] = ir_op2(f.ir, (enum ir_op)op, scalars[k], f.v[0]);
            roots[3 * k + 2] = ir_op2(f.ir, (enum ir_op)op, scalars[k], f.v[1]);
        }
        (void)interp_check_run(f.ir, roots, 6, 0, INTERP_BLOCK, false);
        (void)interp_check_run(f.ir, roots, 6, 0, 17, true);
    }
    fixture_fini(&f);
}

static void select_when_branches_are_scalars_then_lanes_are_right(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t m = ir_op2(f.ir, IR_LT, f.v[0], f.v[1]), x = ir_const(f.ir, 2.5);
    const uint32_t roots[7] = {ir_op3(f.ir, IR_SELECT, m, f.v[0], x),
                               ir_op3(f.ir, IR_SELECT, m, x, f.v[1]),
                               ir_op3(f.ir, IR_SELECT, m, x, f.t),
                               ir_op3(f.ir, IR_SELECT, f.t_mask, f.v[2], f.v[3]),
                               ir_op2(f.ir, IR_AND, m, f.t_mask),
                               ir_op2(f.ir, IR_OR, f.t_mask, m),
                               ir_op1(f.ir, IR_NOT, m)};
    (void)interp_check_run(f.ir, roots, 7, 0, INTERP_BLOCK, false);
    (void)interp_check_run(f.ir, roots, 7, 0, 31, true);
    fixture_fini(&f);
}

static void random_graphs_when_run_then_equal_plain_evaluation(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 120; seed++) {
        struct err e = {0};
        struct fixture f;
        EXPECT_OK(arena_create(&f.arena, &e));
        uint32_t roots[INTERP_CHECK_ROOTS];
        const struct ir *const ir =
            ir_random_create(f.arena, seed, 60, roots, INTERP_CHECK_ROOTS);
        (void)interp_check_run(ir, roots, INTERP_CHECK_ROOTS, (uint32_t)seed,
                               sizes[seed % N_SIZES], seed % 2 == 1);
        fixture_fini(&f);
    }
}

/* Node of truncated(u + 0*v, lo, hi). */
static uint32_t truncated(struct fixture *f, double lo, double hi)
{
    f->ir->trunc = ++f->ir->n_trunc;
    const uint32_t u = ir_leaf(f->ir, IR_U01, 0, f->ir->n_trunc);
    f->ir->trunc = 0;
    return ir_op3(f->ir, IR_TRUNC, u, ir_const(f->ir, lo), ir_const(f->ir, hi));
}

static void truncated_when_bounds_are_narrow_then_first_value_inside_counts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t roots[3] = {truncated(&f, 0.25, 0.75), truncated(&f, 0.5, 0.52),
                               ir_op2(f.ir, IR_ADD, truncated(&f, 0.0, 1.0), f.v[3])};
    for (uint32_t k = 0; k < N_SIZES; k++) {
        EXPECT_EQ_I64(interp_check_run(f.ir, roots, 3, 1000 * k, sizes[k], k % 2 == 0), 0);
    }
    fixture_fini(&f);
}

static void truncated_when_impossible_then_counts_lanes_and_gives_nan(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t never = truncated(&f, 2.0, 3.0), reversed = truncated(&f, 0.75, 0.25);
    EXPECT_EQ_I64(interp_check_run(f.ir, &never, 1, 0, 17, false), 17);
    EXPECT_EQ_I64(interp_check_run(f.ir, &reversed, 1, 0, 16, false), 16);
    /* Without a draw there is nothing to try again. */
    const uint32_t outside =
        ir_op3(f.ir, IR_TRUNC, f.v[0], ir_const(f.ir, 0.0), ir_const(f.ir, 50.0));
    EXPECT_TRUE(interp_check_run(f.ir, &outside, 1, 0, 100, false) > 20);
    EXPECT_TRUE(interp_check_run(f.ir, &outside, 1, 0, 100, true) < 80);
    fixture_fini(&f);
}

static void run_when_there_are_no_cells_then_nothing_is_touched(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    EXPECT_EQ_I64(interp_check_run(f.ir, &f.v[0], 1, 0, 0, false), 0);
    const uint32_t u = truncated(&f, 2.0, 3.0);
    EXPECT_EQ_I64(interp_check_run(f.ir, &u, 1, 0, 0, false), 0);
    fixture_fini(&f);
}

/* A model may have no state and no equation. */
static void run_when_there_are_no_roots_then_there_is_scratch_all_the_same(void **state)
{
    (void)state;
    struct fixture f;
    struct err e = {0};
    struct interp *p;
    fixture_init(&f);
    EXPECT_OK(
        interp_create(&p, ir_create(f.arena), NULL, 0, PRECISION_SINGLE, f.arena, NULL, &e));
    EXPECT_TRUE(interp_scratch_bytes(p) >= 64);
    _Alignas(64) char scratch[64];
    struct interp_run run = {.scratch = scratch, .n = 1};
    interp_run(p, &run);
    EXPECT_EQ_U64(run.n_gave_up, 0);
    interp_destroy(p);
    fixture_fini(&f);
}

static void listing_when_printed_then_has_one_operation_per_line(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    const uint32_t x =
        ir_op2(f.ir, IR_ADD, ir_op2(f.ir, IR_MUL, f.v[0], ir_const(f.ir, 0.5)), f.t);
    const uint32_t roots[2] = {truncated(&f, 0.25, 0.75), ir_op2(f.ir, IR_LT, x, f.v[1])};
    struct interp *p = NULL;
    struct text text = {0};
    EXPECT_OK(interp_create(&p, f.ir, roots, 2, PRECISION_SINGLE, f.arena, NULL, &e));
    interp_print(p, &text);
    EXPECT_STR(text_string(&text), "r0 = mul v0 0.5\n"
                                   "r0 = add r0 c0\n"
                                   "r1 = truncated loop 6 most 1000 wanted r2\n"
                                   "    r3 = draw stream 0 draw 1\n"
                                   "    r3 = u01 r3\n"
                                   "    r4 = le 0.25 r3\n"
                                   "    r5 = le r3 0.75\n"
                                   "    r4 = and r4 r5\n"
                                   "    r1 = take r2 r4 r3\n"
                                   "out1 = lt r0 v1\n"
                                   "out0 = copy r1\n"
                                   "# 11 operations, 6 registers of 256 lanes\n");
    text_fini(&text);
    interp_destroy(p);
    fixture_fini(&f);
}

/* In double a register holds numbers or words, never both. */
static void listing_when_double_then_words_have_registers_of_their_own(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    const uint32_t x =
        ir_op2(f.ir, IR_ADD, ir_op2(f.ir, IR_MUL, f.v[0], ir_const(f.ir, 0.1)), f.t);
    const uint32_t m = ir_op2(f.ir, IR_LT, x, f.v[1]);
    const uint32_t roots[3] = {truncated(&f, 0.25, 0.75), ir_op3(f.ir, IR_SELECT, m, x, f.v[2]),
                               m};
    struct interp *p = NULL;
    struct text text = {0};
    EXPECT_OK(interp_create(&p, f.ir, roots, 3, PRECISION_DOUBLE, f.arena, NULL, &e));
    interp_print(p, &text);
    EXPECT_STR(text_string(&text), "r0 = mul v0 0.10000000000000001\n"
                                   "r0 = add r0 c0\n"
                                   "r1 = lt r0 v1\n"
                                   "r2 = truncated loop 6 most 1000 wanted r3\n"
                                   "    r5 = draw stream 0 draw 1\n"
                                   "    r4 = u01 r5\n"
                                   "    r5 = le 0.25 r4\n"
                                   "    r6 = le r4 0.75\n"
                                   "    r5 = and r5 r6\n"
                                   "    r2 = take r3 r5 r4\n"
                                   "out1 = select r1 r0 v2\n"
                                   "out0 = copy r2\n"
                                   "out2 = copy_mask r1\n"
                                   "# 13 operations, 7 registers of 256 lanes\n");
    text_fini(&text);
    interp_destroy(p);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_op_when_run_then_equals_the_scalar_function),
        cmocka_unit_test(operands_when_constants_or_courses_then_every_form_is_right),
        cmocka_unit_test(select_when_branches_are_scalars_then_lanes_are_right),
        cmocka_unit_test(random_graphs_when_run_then_equal_plain_evaluation),
        cmocka_unit_test(truncated_when_bounds_are_narrow_then_first_value_inside_counts),
        cmocka_unit_test(truncated_when_impossible_then_counts_lanes_and_gives_nan),
        cmocka_unit_test(run_when_there_are_no_cells_then_nothing_is_touched),
        cmocka_unit_test(run_when_there_are_no_roots_then_there_is_scratch_all_the_same),
        cmocka_unit_test(listing_when_printed_then_has_one_operation_per_line),
        cmocka_unit_test(listing_when_double_then_words_have_registers_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
