/* Random models through both readers, interp.c and emit_cl.c: the same bits in single and
 * double. More of them in test_readers_models_slow.c and, with an OpenCL device that checks
 * every access, in test_readers_oclgrind.c. */
#include "support/expect.h"

#include "support/model_readers.h"

struct variant {
    enum precision precision;
    uint32_t width;
};

static void random_models_when_run_by_both_readers_then_same_bits(void **state)
{
    const struct variant *const v = *state;
    const uint64_t first = model_environment("TEST_SEED", 1),
                   n = model_environment("TEST_MODELS", 6);
    if (!model_readers_check(v->precision, v->width, first, (uint32_t)n)) {
        print_message("no OpenCL device with %s precision\n", precision_name(v->precision));
        skip();
    }
}

int main(void)
{
    static struct variant variants[] = {
        {PRECISION_SINGLE, 8},
        {PRECISION_DOUBLE, 4}
    };
#define VARIANT(k)                                                                             \
    cmocka_unit_test_prestate(random_models_when_run_by_both_readers_then_same_bits,           \
                              &variants[k])
    const struct CMUnitTest tests[] = {VARIANT(0), VARIANT(1)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
