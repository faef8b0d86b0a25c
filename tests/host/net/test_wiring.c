#include "support/expect.h"
#include "support/net_device.h"
#include "support/net_edges.h"

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

/* Drawn weights in double, with every kind of name in them. */
static void wiring_when_in_double_on_a_device_is_that_of_the_host(void **state)
{
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 200 um}\n"
        "populations: {P: {model: test_cell.yaml, count: 133}, Q: {model: test_cell.yaml, "
        "count: 65}}\n"
        "projections:\n"
        "  X: {from: [P, Q], to: Q, rule: pairwise_bernoulli, p: \"exp(-distance/(50 um))\", "
        "weight: {A: \"lognormal(1 nS, 0.4 nS)\", B: \"(1 + i_pre/7 + "
        "i_post*exp(-distance/(100 um)))*(1 nS)\", C: 2 nS}, delay: \"1 ms + distance/(0.8 "
        "m/s)\"}\n"
        "  F: {from: P, to: Q, rule: fixed_indegree, indegree: 9, receptor: A, weight: "
        "\"truncated(normal(1 nS, 1 nS), 0.5 nS, 3 nS) + poisson(3)*(0.5 nS)\"}\n";
    struct net_fixture f;
    static const uint32_t native[1] = {0};
    net_fixture_open_double(&f, text);
    expect_same_build(*state, &f, native, 1);
    net_fixture_close(&f);
}

static void edges_when_on_a_device_are_those_of_the_host(void **state)
{
    static const char *const precisions[2] = {"single", "double"};
    static const uint32_t native[1] = {0};
    struct net_edges_given x;
    net_edges_init(&x, 5000, true);
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        net_edges_open(&f,
                       NET_EDGES_TEXT("A: 1 nS, B: \"lognormal(1 nS, 0.4 nS)\", C: 2 nS", ""),
                       &x, precisions[q]);
        expect_same_build(*state, &f, native, 1);
        net_fixture_close(&f);
    }
    net_edges_fini(&x);
}

/* Rows, targets and delays of a network in double are those of single. */
static void wiring_when_in_double_is_that_of_single(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 200 um}\n"
        "populations: {P: {model: test_cell.yaml, count: 333}, Q: {model: test_cell.yaml, "
        "count: 65}}\n"
        "projections:\n"
        "  X: {from: [P, Q], to: [P, Q], rule: pairwise_bernoulli, p: "
        "\"exp(-distance/(50 um))\", weight: {A: \"normal(9 nS, 1 nS)\"}, delay: "
        "\"uniform(1 ms, 2 ms) + distance/(0.8 m/s)\"}\n"
        "  F: {from: P, to: Q, rule: fixed_indegree, indegree: 9, receptor: A, weight: 1 nS}\n";
    struct net_fixture f, g;
    struct net_wiring a, b;
    net_fixture_open(&f, text);
    net_fixture_open_double(&g, text);
    net_fixture_build(&f, &a, 2);
    net_fixture_build(&g, &b, 2);
    EXPECT_EQ_I64(a.n_rows, b.n_rows);
    EXPECT_EQ_I64(a.n_targets, b.n_targets);
    EXPECT_TRUE(a.n_targets > 1000);
    EXPECT_TRUE(memcmp(a.row_ptr, b.row_ptr, a.n_rows * sizeof *a.row_ptr) == 0);
    EXPECT_TRUE(memcmp(a.target, b.target, a.n_targets * sizeof *a.target) == 0);
    EXPECT_EQ_I64(f.n->slice, g.n->slice);
    for (uint32_t k = 0; k < f.n->n_channels;
         k++) { /* 22 bits more, where sums do not differ */
        const int more = g.n->channels[k].scale_log2 - f.n->channels[k].scale_log2;
        EXPECT_TRUE(more >= 21 && more <= 23);
        const double unit = ldexp(1.0, -f.n->channels[k].scale_log2),
                     fine = ldexp(1.0, -g.n->channels[k].scale_log2);
        const struct net_conn *const c = &f.n->conns[0], *const d = &g.n->conns[0];
        for (uint64_t q = 0; k == c->channel && q < c->n_edges; q++) {
            const double x = (double)net_fixture_weight(f.n, &a, c->layout.weight_begin + q),
                         y = (double)net_fixture_weight(g.n, &b, d->layout.weight_begin + q);
            EXPECT_NEAR(x * unit, y * fine, 2.0 * unit + 2e-6);
        }
    }
    net_wiring_fini(&a);
    net_wiring_fini(&b);
    net_fixture_close(&f);
    net_fixture_close(&g);
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
        cmocka_unit_test(wiring_when_in_double_on_a_device_is_that_of_the_host),
        cmocka_unit_test(edges_when_on_a_device_are_those_of_the_host),
        cmocka_unit_test(wiring_when_in_double_is_that_of_single),
        cmocka_unit_test(wiring_when_freed_twice_is_empty),
    };
    return cmocka_run_group_tests(tests, open_devices, close_devices);
}
