/* ctest-labels: slow
 * Random graphs through both readers: the same bits. TEST_SEED moves the first seed. */
#include "support/expect.h"

#include <stdlib.h>

#include "support/readers_check.h"

enum { GRAPHS_AT_A_TIME = 10, N_GRAPHS = 500, N_NODES = 60 };

struct variant {
    uint32_t width;
    enum precision precision;
};

static uint64_t first_seed(void)
{
    const char *const text = getenv("TEST_SEED");
    return text == NULL ? 1000 : strtoull(text, NULL, 10);
}

static void random_graphs_when_run_by_both_readers_then_same_bits(void **state)
{
    const struct variant *const variant = *state;
    const uint32_t width = variant->width;
    const enum precision precision = variant->precision;
    const uint64_t first = first_seed() + (uint64_t)width * 1000000;
    for (uint64_t k = 0; k < N_GRAPHS / 8; k += GRAPHS_AT_A_TIME) {
        readers_check_random(precision, first + k, GRAPHS_AT_A_TIME, N_NODES, &width, 1);
    }
}

int main(void)
{
    static struct variant variants[] = {
        {1,  PRECISION_SINGLE},
        {4,  PRECISION_SINGLE},
        {8,  PRECISION_SINGLE},
        {16, PRECISION_SINGLE},
        {1,  PRECISION_DOUBLE},
        {4,  PRECISION_DOUBLE},
        {8,  PRECISION_DOUBLE},
        {16, PRECISION_DOUBLE}
    };
#define VARIANT(k)                                                                             \
    cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,           \
                              &variants[k])
    const struct CMUnitTest tests[] = {VARIANT(0), VARIANT(1), VARIANT(2), VARIANT(3),
                                       VARIANT(4), VARIANT(5), VARIANT(6), VARIANT(7)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
