/* ctest-labels: slow
 * Random models through both readers: 500, each in single and in double, at the width of
 * TEST_WIDTH (ctest runs all four) or one that goes round with the seed. TEST_SEED moves the
 * first seed, TEST_MODELS sets their number. */
#include "support/expect.h"

#include "support/model_readers.h"

enum { MODELS_AT_A_TIME = 50, N_MODELS = 500 };

static void random_models_when_run_by_both_readers_then_same_bits(void **state)
{
    static const uint32_t widths[] = {1, 4, 8, 16};
    const enum precision precision = *(const enum precision *)*state;
    const uint64_t first = model_environment("TEST_SEED", 10000),
                   n = model_environment("TEST_MODELS", N_MODELS);
    for (uint64_t k = 0; k < n; k += MODELS_AT_A_TIME) {
        const uint64_t round = k / MODELS_AT_A_TIME + (precision == PRECISION_DOUBLE ? 2 : 0);
        const uint32_t width = (uint32_t)model_environment("TEST_WIDTH", widths[round % 4]);
        const uint64_t left = n - k;
        if (!model_readers_check(precision, width, first + k,
                                 left < MODELS_AT_A_TIME ? (uint32_t)left : MODELS_AT_A_TIME)) {
            print_message("no OpenCL device with %s precision\n", precision_name(precision));
            skip();
        }
    }
}

int main(void)
{
    static enum precision single_precision = PRECISION_SINGLE,
                          double_precision = PRECISION_DOUBLE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(random_models_when_run_by_both_readers_then_same_bits,
                                  &single_precision),
        cmocka_unit_test_prestate(random_models_when_run_by_both_readers_then_same_bits,
                                  &double_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
