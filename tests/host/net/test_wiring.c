#include "support/expect.h"
#include "support/net_device.h"

/* One network of the shape of the microcircuit at the native width; all rules and widths:
 * test_build_device.c. */
static void wiring_when_on_a_device_is_that_of_the_host(void **state)
{
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 200 um}\n"
        "populations: {P: {model: test_cell.yaml, count: 333}, Q: {model: test_cell.yaml, "
        "count: 65}}\n"
        "projections:\n"
        "  X: {from: [P, Q], to: [P, Q], rule: pairwise_bernoulli, p: \"min(1, "
        "exp(-distance/(50 um)))\", receptor: A, "
        "weight: 1.25 nS, allow_autapses: false, delay: \"1 ms + distance/(0.8 m/s)\"}\n";
    static const uint32_t native[1] = {0};
    expect_same_wiring(*state, text, native, 1);
}

static void wiring_when_freed_twice_is_empty(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(
        &f,
        "time: {duration: 1 ms}\npopulations: {P: {model: test_cell.yaml, count: 3}}\n"
        "projections: {X: {from: P, to: P, rule: all_to_all, receptor: A, weight: 1 nS}}\n");
    struct net_wiring w;
    net_fixture_build(&f, &w, 0);
    EXPECT_EQ_I64(w.n_targets, 9);
    EXPECT_TRUE(!w.is_on_device);
    net_wiring_fini(&w);
    net_wiring_fini(&w);
    EXPECT_TRUE(w.target == NULL && w.n_targets == 0);
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wiring_when_on_a_device_is_that_of_the_host),
        cmocka_unit_test(wiring_when_freed_twice_is_empty),
    };
    return cmocka_run_group_tests(tests, open_devices, close_devices);
}
