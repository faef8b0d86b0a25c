/* host/lang/interp_build.c: registers, outputs in place, constants, failures. */
#include "support/expect.h"

#include "support/interp_check.h"

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

static void chain_when_long_then_registers_are_used_again(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    uint32_t x = f.v[0];
    for (uint32_t k = 0; k < 100; k++) {
        x = ir_op2(f.ir, IR_ADD, ir_op2(f.ir, IR_MUL, x, f.v[1]), f.v[2]);
    }
    struct interp *p = NULL;
    EXPECT_OK(interp_create(&p, f.ir, &x, 1, PRECISION_SINGLE, f.arena, NULL, &e));
    EXPECT_EQ_I64(p->n_registers, 1);
    EXPECT_EQ_I64(p->n_ops, 200);
    interp_destroy(p);
    (void)interp_check_run(f.ir, &x, 1, 0, 40, true);
    fixture_fini(&f);
}

static void constants_when_subnormal_then_zero_with_their_sign(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    const uint32_t roots[3] = {ir_const(f.ir, 1e-40), ir_const(f.ir, -1e-40),
                               ir_const(f.ir, 1e300)};
    struct interp *p = NULL;
    static _Alignas(64) float out[3][INTERP_BLOCK];
    void *const outputs[3] = {out[0], out[1], out[2]};
    void *scratch = NULL;
    EXPECT_OK(interp_create(&p, f.ir, roots, 3, PRECISION_SINGLE, f.arena, NULL, &e));
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e));
    const void *const vars[IR_RANDOM_VARS] = {out[0], out[0], out[0], out[0], out[0]};
    struct interp_run run = {.vars = vars, .outputs = outputs, .scratch = scratch, .n = 1};
    interp_run(p, &run);
    EXPECT_SAME_F32(out[0][0], 0.0f);
    EXPECT_SAME_F32(out[1][0], -0.0f);
    EXPECT_SAME_F32(out[2][0], INFINITY);
    interp_destroy(p);
    mem_free(scratch);
    fixture_fini(&f);
}

static void constants_when_double_then_kept_as_they_are(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    /* As a scalar, and as a block where an operation wants vectors. */
    const uint32_t roots[4] = {ir_const(f.ir, 1e-310), ir_const(f.ir, 0.1),
                               ir_op2(f.ir, IR_MIN, f.v[0], ir_const(f.ir, 1e300)),
                               ir_op2(f.ir, IR_MOD, f.v[0], ir_const(f.ir, 0.1))};
    struct interp *p = NULL;
    static _Alignas(64) double out[4][INTERP_BLOCK], in[INTERP_BLOCK];
    void *const outputs[4] = {out[0], out[1], out[2], out[3]};
    void *scratch = NULL;
    EXPECT_OK(interp_create(&p, f.ir, roots, 4, PRECISION_DOUBLE, f.arena, NULL, &e));
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e));
    in[2] = 1e301;
    const void *const vars[IR_RANDOM_VARS] = {in, in, in, in, in};
    struct interp_run run = {.vars = vars, .outputs = outputs, .scratch = scratch, .n = 3};
    interp_run(p, &run);
    EXPECT_SAME_F64(out[0][0], 1e-310);
    EXPECT_SAME_F64(out[1][2], 0.1);
    EXPECT_SAME_F64(out[2][2], 1e300);
    EXPECT_SAME_F64(out[3][0], f64_mod(0.0, 0.1));
    interp_destroy(p);
    mem_free(scratch);
    fixture_fini(&f);
}

static void create_when_memory_runs_out_then_fails_cleanly(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    EXPECT_OK(arena_create(&f.arena, &e));
    uint32_t roots[4];
    const struct ir *const ir = ir_random_create(f.arena, 5, 60, roots, 4);
    bool has_succeeded = false;
    for (uint64_t n = 1; n < 200 && !has_succeeded; n++) {
        struct arena *arena = NULL;
        struct interp *p = NULL;
        EXPECT_OK(arena_create(&arena, &e));
        (void)mem_fail_at(n);
        const enum err_code code =
            interp_create(&p, ir, roots, 4, n % 2 == 0 ? PRECISION_SINGLE : PRECISION_DOUBLE,
                          arena, NULL, &e);
        (void)mem_fail_at(0);
        has_succeeded = code == ERR_OK;
        EXPECT_TRUE(has_succeeded ? p != NULL : p == NULL && code == ERR_NOMEM);
        interp_destroy(p);
        arena_destroy(arena);
    }
    EXPECT_TRUE(has_succeeded);
    fixture_fini(&f);
}

static void roots_when_leaves_then_they_are_copied(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t sum = ir_op2(f.ir, IR_ADD, f.v[0], f.v[1]);
    const uint32_t roots[10] = {f.v[1],
                                f.v[0],
                                sum,
                                sum,
                                ir_const(f.ir, -0.0),
                                ir_mask(f.ir, true),
                                ir_mask(f.ir, false),
                                f.t,
                                f.t_mask,
                                ir_leaf(f.ir, IR_EVENTS, 1, IR_NONE)};
    (void)interp_check_run(f.ir, roots, 10, 3, 100, false);
    (void)interp_check_run(f.ir, roots, 10, 3, 100,
                           true); /* outputs 0 and 1 swap the inputs in place */
    fixture_fini(&f);
}

static void outputs_when_inputs_are_read_later_then_are_written_at_the_end(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    /* The first root is ready before v0 is read for the second: it may not go to its output
     * yet. */
    const uint32_t early = ir_op1(f.ir, IR_ABS, f.v[1]);
    const uint32_t late = ir_op2(f.ir, IR_ADD, f.v[0], early);
    const uint32_t roots[2] = {early, late};
    struct interp *p = NULL;
    struct text text = {0};
    EXPECT_OK(interp_create(&p, f.ir, roots, 2, PRECISION_SINGLE, f.arena, NULL, &e));
    interp_print(p, &text);
    EXPECT_STR(text_string(&text), "r0 = abs v1\nout1 = add v0 r0\nout0 = copy r0\n"
                                   "# 3 operations, 1 registers of 256 lanes\n");
    text_fini(&text);
    interp_destroy(p);
    (void)interp_check_run(f.ir, roots, 2, 0, 33, true);
    fixture_fini(&f);
}

static void loop_when_it_reads_from_outside_then_the_value_lives_to_its_end(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const uint32_t outside = ir_op1(f.ir, IR_ABS, f.v[2]);
    f.ir->trunc = ++f.ir->n_trunc;
    const uint32_t u = ir_leaf(f.ir, IR_U01, 0, 0), w = ir_leaf(f.ir, IR_U01, 0, 1);
    f.ir->trunc = 0;
    /* outside is used first in the body, so that a careless scan would give its register to
     * what comes after. */
    const uint32_t scaled =
        ir_op2(f.ir, IR_MUL, u, ir_op2(f.ir, IR_MIN, outside, ir_const(f.ir, 1)));
    const uint32_t value =
        ir_op2(f.ir, IR_ADD, scaled, ir_op2(f.ir, IR_MUL, w, ir_op2(f.ir, IR_ADD, w, w)));
    const uint32_t root =
        ir_op3(f.ir, IR_TRUNC, value, ir_const(f.ir, 0.5), ir_const(f.ir, 0.6));
    (void)interp_check_run(f.ir, &root, 1, 0, INTERP_BLOCK, false);
    (void)interp_check_run(f.ir, &root, 1, 0, 33, true);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_when_long_then_registers_are_used_again),
        cmocka_unit_test(constants_when_subnormal_then_zero_with_their_sign),
        cmocka_unit_test(constants_when_double_then_kept_as_they_are),
        cmocka_unit_test(create_when_memory_runs_out_then_fails_cleanly),
        cmocka_unit_test(roots_when_leaves_then_they_are_copied),
        cmocka_unit_test(outputs_when_inputs_are_read_later_then_are_written_at_the_end),
        cmocka_unit_test(loop_when_it_reads_from_outside_then_the_value_lives_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
