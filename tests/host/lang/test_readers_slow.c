/* ctest-labels: slow
 * Random graphs through both readers: the same bits. TEST_SEED moves the first seed. */
#include "support/expect.h"

#include <stdlib.h>

#include "support/readers_check.h"

enum { GRAPHS_AT_A_TIME = 10, N_GRAPHS = 500, N_NODES = 60 };

static uint64_t first_seed(void)
{
    const char *const text = getenv("TEST_SEED");
    return text == NULL ? 1000 : strtoull(text, NULL, 10);
}

static void random_graphs_when_run_by_both_readers_then_same_bits(void **state)
{
    const uint32_t width = *(const uint32_t *)*state;
    const uint64_t first = first_seed() + (uint64_t)width * 1000000;
    for (uint64_t k = 0; k < N_GRAPHS / 4; k += GRAPHS_AT_A_TIME) {
        readers_check_random(first + k, GRAPHS_AT_A_TIME, N_NODES, &width, 1);
    }
}

int main(void)
{
    static uint32_t widths[] = {1, 4, 8, 16};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &widths[0]),
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &widths[1]),
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &widths[2]),
        cmocka_unit_test_prestate(random_graphs_when_run_by_both_readers_then_same_bits,
                                  &widths[3]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
