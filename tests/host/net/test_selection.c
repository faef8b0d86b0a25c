#include "support/expect.h"

#include "net/inside.h"
#include "base/stream.h"

static void cells_when_chosen_are_distinct_and_ascending(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t out[257];
    for (uint32_t n = 1; n <= 257; n += 16) {
        for (uint32_t count = 0; count <= n; count += count < 3 ? 1 : n / 3 + 1) {
            EXPECT_OK(net_select_cells(12345, n, count, out, &e));
            for (uint32_t k = 0; k < count; k++) {
                EXPECT_TRUE(out[k] < n && (k == 0 || out[k - 1] < out[k]));
            }
        }
    }
}

static void cells_when_all_are_wanted_are_all(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t out[100];
    EXPECT_OK(net_select_cells(1, 100, 100, out, &e));
    for (uint32_t k = 0; k < 100; k++) {
        EXPECT_EQ_I64(out[k], k);
    }
}

/* Each of 20 cells is in a choice of 5 with probability 1/4. Counts of 4,000 keys: normal with
 * sd 27.4; a bound of 6 sd on 20 counts has a false-alarm rate below 1e-6. */
static void cells_when_chosen_often_are_even(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t count[20] = {0}, out[5];
    for (uint64_t key = 0; key < 4000; key++) {
        EXPECT_OK(net_select_cells(hash_mix64(key), 20, 5, out, &e));
        for (int k = 0; k < 5; k++) {
            count[out[k]]++;
        }
    }
    for (int k = 0; k < 20; k++) {
        EXPECT_NEAR(count[k], 1000, 165);
    }
}

static void key_when_of_parts_is_that_of_the_joined_name(void **state)
{
    (void)state;
    const struct network n = {.seed = 7};
    static const char joined[] = "proj\0from\0to";
    EXPECT_EQ_U64(net_stream_key(&n, STREAM_WIRING, "proj", "from", "to"),
                  stream_key(7, STREAM_WIRING, joined, sizeof joined - 1));
    EXPECT_EQ_U64(net_stream_key(&n, STREAM_STEP, "proj", NULL, NULL),
                  stream_key(7, STREAM_STEP, "proj", 4));
    EXPECT_TRUE(net_stream_key(&n, STREAM_STEP, "ab", "c", NULL) !=
                net_stream_key(&n, STREAM_STEP, "a", "bc", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_when_chosen_are_distinct_and_ascending),
        cmocka_unit_test(cells_when_all_are_wanted_are_all),
        cmocka_unit_test(cells_when_chosen_often_are_even),
        cmocka_unit_test(key_when_of_parts_is_that_of_the_joined_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
