/* Random models: read, printed and read again; their step programs through the block
 * interpreter with every instruction set, in blocks and cell by cell, in single and double: the
 * same bits. More in test_interp_models_slow.c. */
#include "support/expect.h"

#include "support/model_check.h"

static void random_models_when_run_in_blocks_or_alone_then_same_bits(void **state)
{
    (void)state;
    model_check_many(20, INTERP_BLOCK, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_models_when_run_in_blocks_or_alone_then_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
