#include "support/expect.h"

#include "net/parallel.h"

#include <stdatomic.h>

enum { ITEMS = 1000 };

struct counted {
    _Atomic uint32_t seen[ITEMS];
    uint32_t fail_at;
};

static enum err_code count_item(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    struct counted *const c = context;
    (void)thread;
    atomic_fetch_add(&c->seen[item], 1);
    ERR_IF(item == c->fail_at, e, ERR_LIMIT, "item %u", item);
    return ERR_OK;
}

static void loop_when_run_takes_each_item_once(void **state)
{
    (void)state;
    struct err e = {0};
    for (uint32_t threads = 1; threads <= 5; threads++) {
        struct counted c = {.fail_at = UINT32_MAX};
        EXPECT_OK(net_parallel(threads, ITEMS, count_item, &c, NULL, &e));
        for (uint32_t k = 0; k < ITEMS; k++) {
            EXPECT_EQ_I64(c.seen[k], 1);
        }
    }
}

static void loop_when_empty_does_nothing(void **state)
{
    (void)state;
    struct err e = {0};
    EXPECT_OK(net_parallel(4, 0, count_item, NULL, NULL, &e));
}

static void loop_when_an_item_fails_gives_its_error(void **state)
{
    (void)state;
    struct err e = {0};
    struct counted c = {.fail_at = 17};
    EXPECT_ERR(net_parallel(3, ITEMS, count_item, &c, NULL, &e), ERR_LIMIT, "item 17");
    EXPECT_TRUE(c.seen[ITEMS - 1] == 0);
}

static bool stop_at_half(void *context, double fraction)
{
    double *const last = context;
    EXPECT_TRUE(fraction >= *last);
    *last = fraction;
    return fraction < 0.5;
}

static void loop_when_progress_stops_is_interrupted(void **state)
{
    (void)state;
    struct err e = {0};
    double last = 0.0;
    const struct net_build_options o = {.progress = stop_at_half, .context = &last};
    const struct net_progress progress = {&o, 0.0, 1.0};
    struct counted c = {.fail_at = UINT32_MAX};
    EXPECT_ERR(net_parallel(1, ITEMS, count_item, &c, &progress, &e), ERR_INTERRUPTED,
               "interrupted");
    EXPECT_TRUE(last >= 0.5 && last < 0.6);
}

static void threads_when_not_wanted_are_those_of_the_machine(void **state)
{
    (void)state;
    EXPECT_TRUE(net_thread_count(0) >= 1);
    EXPECT_EQ_I64(net_thread_count(3), 3);
    EXPECT_TRUE(net_thread_count(1u << 30) < 1u << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loop_when_run_takes_each_item_once),
        cmocka_unit_test(loop_when_empty_does_nothing),
        cmocka_unit_test(loop_when_an_item_fails_gives_its_error),
        cmocka_unit_test(loop_when_progress_stops_is_interrupted),
        cmocka_unit_test(threads_when_not_wanted_are_those_of_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
