/* host/lang/interp_ops.c: the loops at every level of this processor give the same bits, in
 * place or not. */
#include "support/expect.h"

#include "lang/flush.h"
#include "lang/interp_ops.h"
#include "support/ir_random.h"

enum { N_ROWS = 6, ROW_SCALAR = 5 };

static _Alignas(64) double rows[N_ROWS][INTERP_BLOCK]; /* numbers of the precision, or words */

static bool reads_masks(uint32_t code, uint32_t operand)
{
    const bool is_logic = code == INTERP_AND || code == INTERP_OR || code == INTERP_NOT;
    const bool is_select = code >= INTERP_SELECT_VV && code <= INTERP_SELECT_SS;
    return is_logic || (is_select && operand == 0) || (code == INTERP_TAKE && operand < 2);
}

static bool reads_words(uint32_t code, uint32_t operand)
{
    return code == INTERP_U01 || code == INTERP_COPY_MASK || reads_masks(code, operand);
}

static bool gives_words(uint32_t code)
{
    const bool is_logic = code == INTERP_AND || code == INTERP_OR || code == INTERP_NOT;
    return (code >= INTERP_LT_VV && code <= INTERP_NE_SV) || is_logic ||
           code == INTERP_FILL_MASK || code == INTERP_COPY_MASK;
}

/* Rows 0 to 2 are operands, 3 receives, 4 is a guard, 5 holds a scalar. */
static void fill_rows(enum precision precision, uint32_t code)
{
    memset(rows, 0, sizeof rows);
    for (uint32_t k = 0; k < N_ROWS; k++) {
        for (uint32_t i = 0; i < INTERP_BLOCK; i++) {
            const uint32_t word = (uint32_t)hash_mix64(i * 8 + k), mask = word & 1u;
            ir_random_put(precision, rows[k], i, ir_random_input(precision, k, i));
            if (k < 3 && reads_words(code, k)) {
                memcpy((char *)rows[k] + i * sizeof word, reads_masks(code, k) ? &mask : &word,
                       sizeof word);
            }
        }
    }
    ir_random_put(precision, rows[ROW_SCALAR], 0, 0.75);
}

static void run_level(enum precision precision, enum interp_level level, uint32_t code,
                      uint32_t d, uint32_t n)
{
    void *out[N_ROWS];
    const void *in[N_ROWS];
    for (uint32_t k = 0; k < N_ROWS; k++) {
        in[k] = out[k] = rows[k];
    }
    const struct interp_places places = {.out = out, .in = in};
    struct interp_op op = {.code = code, .n_plain = 1, .d = d, .a = 0, .b = 1, .c = 2};
    const char *const name = interp_code_name(code);
    if (strcmp(name, "fill") == 0 || strcmp(name, "fill_mask") == 0) {
        op.a = ROW_SCALAR;
    }
    interp_loops_at(precision, level)(&op, 1, &places, n);
}

static void check_rows(enum precision precision, uint32_t code, uint32_t d, int level,
                       double base[N_ROWS][INTERP_BLOCK])
{
    for (uint32_t k = 0; k < N_ROWS; k++) {
        const bool is_words = k == d ? gives_words(code) : k < 3 && reads_words(code, k);
        for (uint32_t i = 0; i < INTERP_BLOCK; i++) {
            const uint64_t a = ir_random_bits(precision, rows[k], i, is_words),
                           b = ir_random_bits(precision, base[k], i, is_words);
            if (is_words ? a != b : !ir_same_bits(precision, a, b)) {
                fail_msg("%s %s at level %d: row %u lane %u", precision_name(precision),
                         interp_code_name(code), level, k, i);
            }
        }
    }
}

static void every_code_when_run_at_every_level_then_same_bits(void **state)
{
    const enum precision precision = *(const enum precision *)*state;
    static double base[N_ROWS][INTERP_BLOCK];
    const uint64_t old = ir_random_flush_begin(precision);
    for (uint32_t code = 0; code < INTERP_N; code++) {
        for (uint32_t d = 0; d < 4 && interp_is_plain(code);
             d += 3) { /* in place of the first operand, and beside it */
            const uint32_t n = code % 2 == 0 ? INTERP_BLOCK : 48;
            const bool does_mix = reads_words(code, 0) != gives_words(code);
            if (precision == PRECISION_DOUBLE && d == 0 && does_mix) {
                continue; /* never in place */
            }
            fill_rows(precision, code);
            run_level(precision, INTERP_LEVEL_BASE, code, d, n);
            memcpy(base, rows, sizeof rows);
            for (int level = INTERP_LEVEL_AVX2; level < INTERP_LEVEL_N; level++) {
                if (interp_loops_at(precision, (enum interp_level)level) != NULL) {
                    fill_rows(precision, code);
                    run_level(precision, (enum interp_level)level, code, d, n);
                    check_rows(precision, code, d, level, base);
                }
            }
        }
    }
    ir_random_flush_end(precision, old);
}

static void codes_when_named_then_have_as_many_operands_as_they_read(void **state)
{
    (void)state;
    EXPECT_STR(interp_code_name(INTERP_ADD_SV), "add");
    EXPECT_STR(interp_code_name(INTERP_EXPREL), "exprel");
    EXPECT_STR(interp_code_name(INTERP_TRUNCATED), "truncated");
    EXPECT_EQ_I64(interp_n_operands(INTERP_LT_VS), 2);
    EXPECT_EQ_I64(interp_n_operands(INTERP_SELECT_SS), 3);
    EXPECT_EQ_I64(interp_n_operands(INTERP_NOT), 1);
    EXPECT_TRUE(interp_is_plain(INTERP_TAKE));
    EXPECT_TRUE(!interp_is_plain(INTERP_DRAW));
}

static void best_level_when_asked_then_is_one_of_the_levels(void **state)
{
    (void)state;
    bool is_found = false;
    for (int level = 0; level < INTERP_LEVEL_N; level++) {
        is_found = is_found || interp_loops_best(PRECISION_DOUBLE) ==
                                   interp_loops_at(PRECISION_DOUBLE, (enum interp_level)level);
    }
    EXPECT_TRUE(is_found);
    EXPECT_TRUE(interp_loops_at(PRECISION_SINGLE, INTERP_LEVEL_BASE) != NULL);
    EXPECT_TRUE(interp_loops_at(PRECISION_SINGLE, INTERP_LEVEL_N) == NULL);
}

int main(void)
{
    static enum precision single_precision = PRECISION_SINGLE,
                          double_precision = PRECISION_DOUBLE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_code_when_run_at_every_level_then_same_bits,
                                  &single_precision),
        cmocka_unit_test_prestate(every_code_when_run_at_every_level_then_same_bits,
                                  &double_precision),
        cmocka_unit_test(codes_when_named_then_have_as_many_operands_as_they_read),
        cmocka_unit_test(best_level_when_asked_then_is_one_of_the_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
