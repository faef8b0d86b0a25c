/* Both readers, interp.c and emit_cl.c, compute the same bits: every operation, and random
 * graphs (more of them in test_readers_slow.c). */
#include "support/expect.h"

#include "support/readers_check.h"

/* Two and two, for the time it takes a device to compile; test_readers_slow.c has all four. */
static const uint32_t first_widths[] = {1, 16}, other_widths[] = {4, 8};

/* Every operation over inputs, constants and a course. */
static void each_operation_when_run_by_both_readers_then_same_bits(void **state)
{
    const enum precision precision = *(const enum precision *)*state;
    enum { FIRST = IR_ADD, N = (IR_OP_N - IR_ADD + READERS_ROOTS - 1) / READERS_ROOTS };
    struct readers r;
    readers_init(&r, precision, N);
    for (uint32_t k = 0; k < N; k++) {
        struct ir *const ir = ir_create(r.arena);
        EXPECT_TRUE(ir != NULL);
        uint32_t v[IR_RANDOM_VARS];
        for (uint32_t j = 0; j < IR_RANDOM_VARS; j++) {
            v[j] = ir_var(ir, IR_VAR_STATE, j);
        }
        const uint32_t t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
        const uint32_t m = ir_op2(ir, IR_LT, v[0], v[1]),
                       late = ir_op2(ir, IR_LE, t, ir_const(ir, 0.5));
        for (uint32_t j = 0; j < READERS_ROOTS; j++) {
            const uint32_t number = FIRST + k * READERS_ROOTS + j;
            const enum ir_op op = (enum ir_op)(number < IR_OP_N ? number : IR_MAX);
            const bool is_logic = op == IR_AND || op == IR_OR || op == IR_NOT;
            const uint32_t other = j % 3 == 0 ? v[1] : j % 3 == 1 ? t : ir_const(ir, 0.3);
            r.graphs[k].roots[j] =
                op == IR_SELECT          ? ir_op3(ir, op, j % 2 == 0 ? m : late, v[2], other)
                : ir_n_operands(op) == 1 ? ir_op1(ir, op, is_logic ? m : v[0])
                : is_logic ? ir_op2(ir, op, m, late)
                                         : ir_op2(ir, op, v[0], other);
        }
        r.graphs[k].ir = ir;
    }
    readers_check(&r, precision == PRECISION_SINGLE ? first_widths : other_widths, 2, 0);
}

static void random_graphs_when_run_by_both_readers_then_same_bits(void **state)
{
    const enum precision precision = *(const enum precision *)*state;
    readers_check_random(precision, 100, 2, 40,
                         precision == PRECISION_SINGLE ? other_widths : first_widths, 2);
}

int main(void)
{
    static enum precision single_precision = PRECISION_SINGLE,
                          double_precision = PRECISION_DOUBLE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(each_operation_when_run_by_both_readers_then_same_bits,
                                  &single_precision),
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &single_precision),
        cmocka_unit_test_prestate(each_operation_when_run_by_both_readers_then_same_bits,
                                  &double_precision),
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &double_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
