/* The device's build against the host's, bit for bit: every rule, every width, sizes around the
 * blocks, on every device present. Errors and warnings must be the same texts. Slow where
 * nothing is compiled yet. ctest-labels: slow */
#include "support/expect.h"
#include "support/net_device.h"
#include "support/net_edges.h"

#include "net/inside.h"

static const uint32_t all_widths[4] = {1, 4, 8, 16};

/* All rules in one network, so that a size costs one program. */
static void wiring_when_of_any_rule_and_size_is_that_of_the_host(void **state)
{
    static const uint32_t sizes[] = {1, 15, 16, 17, 64, 65, 257};
    for (uint32_t s = 0; s < 7; s++) {
        const uint32_t n = sizes[s], m = sizes[6 - s], allowed = n > 1 ? 1 : 0;
        char text[4096];
        snprintf(
            text, sizeof text,
            "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: [100 um, 150 um, "
            "50 um]}\nseed: %u\n"
            "populations: {P: {model: test_cell.yaml, count: %u}, Q: {model: test_cell.yaml, "
            "count: %u}, "
            "R: {model: test_cell.yaml, count: %u}}\n"
            "defaults: {projections: {receptor: A, weight: 1 nS}}\n"
            "projections:\n"
            "  A: {from: P, to: [P, Q], rule: pairwise_bernoulli, p: 0.3}\n"
            "  B: {from: P, to: [P, Q], rule: pairwise_bernoulli, p: \"1.5*exp(-distance/(30 "
            "um))\", allow_autapses: false, "
            "delay: \"1 ms + distance/(0.1 m/s)\"}\n"
            "  C: {from: [P, Q], to: [Q, P], rule: fixed_indegree, indegree: 9, "
            "allow_autapses: true}\n"
            "  D: {from: P, to: Q, rule: fixed_indegree, indegree: 1, allow_multapses: false, "
            "receptor: B, "
            "weight: \"uniform(1 nS, 2 nS)\"}\n"
            "  E: {from: [P, R], to: [P, R], rule: one_to_one, delay: 0.5 ms}\n"
            "  F: {from: Q, to: P, rule: all_to_all, delay: \"0.1 ms*floor(uniform(0, 9))\"}\n"
            "  G: {from: P, to: P, rule: all_to_all, allow_autapses: false, receptor: C, "
            "weight: \"lognormal(2 nS, 1 nS)\"}\n"
            "  H: {from: Q, to: P, rule: fixed_indegree, indegree: 5, receptor: C, "
            "weight: \"1 nS + poisson(3)*(0.5 nS)\", delay: \"truncated(normal(1.5 ms, 0.5 "
            "ms), 0.5 ms, 4 ms)\"}\n"
            "  I: {from: P, to: P, rule: fixed_indegree, indegree: %u, allow_autapses: false, "
            "allow_multapses: false, "
            "receptor: B, weight: \"(1 + mod(i_pre, 7) + i_post/100)*(1 nS)\"}\n"
            "  J: {from: P, to: Q, rule: pairwise_bernoulli, p: 1}\n"
            "  K: {from: P, to: Q, rule: pairwise_bernoulli, p: 0}\n"
            "  L: {from: P, to: Q, rule: all_to_all, receptor: B, weight: \"ite(mod(i_post, 3) "
            "== 1, -(i_pre - i_pre), 1)*(1 nS)\"}\n",
            s + 1, n, m, n, allowed * (n - 1 < 20 ? n - 1 : 20));
        if (s % 3 == 0) {
            expect_same_wiring_twice(*state, text, all_widths, 4);
        } else {
            expect_same_wiring(*state, text, all_widths, 4);
        }
    }
}

static void weights_when_of_several_receptors_are_those_of_the_host(void **state)
{
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 400 um}\n"
        "populations: {P: {model: test_cell.yaml, count: 200}, Q: {model: test_cell.yaml, "
        "count: 300}}\n"
        "projections:\n"
        "  D: {from: [P, Q], to: Q, rule: pairwise_bernoulli, p: \"exp(-distance/(100 um))\", "
        "scale: 1.7, "
        "delay: \"1 ms + distance/(0.8 m/s)\", weight: {A: \"lognormal(1 nS, 0.4 nS)\", B: "
        "\"0.5*lognormal(1 nS, 0.4 nS)\", C: 2 nS}}\n"
        "  F: {from: Q, to: Q, rule: fixed_indegree, indegree: 9, receptor: A, weight: "
        "\"truncated(normal(1 nS, 1 nS), 0.5 nS, "
        "3 nS)\", delay: \"truncated(normal(1.5 ms, 0.5 ms), 0.5 ms, 4 ms)\"}\n";
    expect_same_wiring_twice(*state, text, all_widths, 4);
}

/* More bits of pairs (312 MB) than are kept or fit one launch: rows are drawn in slabs, twice.
 */
static void wiring_when_drawn_in_slabs_is_that_of_the_host(void **state)
{
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\n"
        "populations: {P: {model: test_cell.yaml, count: 50000}}\n"
        "projections: {A: {from: P, to: P, rule: pairwise_bernoulli, p: 0.0002, "
        "receptor: A, weight: 1 nS, delay: 1 ms}}\n";
    static const uint32_t widths[1] = {0};
    expect_same_wiring(*state, text, widths, 1);
}

/* Without a space the kernels have no places to read. */
static void wiring_when_there_is_no_space_is_that_of_the_host(void **state)
{
    static const char text[] = "time: {duration: 1 ms, step: 0.1 ms}\n"
                               "populations: {P: {model: test_cell.yaml, count: 130}, Q: "
                               "{model: test_cell.yaml, count: 3}}\n"
                               "projections:\n"
                               "  A: {from: [P, Q], to: [P, Q], rule: pairwise_bernoulli, p: "
                               "\"1/(1 + abs(i_pre - i_post))\", "
                               "receptor: A, weight: \"uniform(1 nS, 9 nS)\", delay: \"(1 + "
                               "mod(i_post, 5))*(0.1 ms)\"}\n";
    static const uint32_t widths[2] = {0, 16};
    expect_same_wiring_twice(*state, text, widths, 2);
}

/* Every width, with delays by a column and by an expression, and beside a rule that draws. */
static void edges_when_given_are_those_of_the_host(void **state)
{
    static const char *const precisions[2] = {"single", "double"};
    static const char *const texts[2] = {
        NET_EDGES_TEXT(
            "A: 1 nS, B: \"lognormal(1 nS, 0.4 nS)\", C: 2 nS",
            "") "  Y: {from: Q, to: Q, rule: fixed_indegree, indegree: 5, receptor: A, weight: "
                "\"uniform(1 nS, 2 nS)\"}\n",
        NET_EDGES_TEXT("A: 1 nS", ", delay: \"uniform(1 ms, 3 ms) + distance/(0.8 m/s)\"")};
    for (uint32_t q = 0; q < 4; q++) {
        struct net_edges_given x;
        net_edges_init(&x, q < 2 ? 5000 : 17, q % 2 == 0);
        struct net_fixture f;
        net_edges_open(&f, texts[q % 2], &x, precisions[q / 2]);
        expect_same_build(*state, &f, all_widths, 4);
        net_fixture_close(&f);
        net_edges_fini(&x);
    }
}

static void network_when_it_has_no_projection_builds(void **state)
{
    expect_same_wiring(
        *state, "time: {duration: 1 ms}\npopulations: {P: {model: test_cell.yaml, count: 3}}\n",
        all_widths, 1);
}

/* Messages are made by one function from the row that was found. */
static void values_when_wrong_give_the_hosts_message(void **state)
{
    static const char *const projections[] = {
        "rule: pairwise_bernoulli, p: \"ite(i_pre == 3 and i_post == 17, -0.5, 0.5)\", "
        "receptor: A, weight: 1 nS",
        "rule: pairwise_bernoulli, p: \"sqrt(40.5 - i_post)\", receptor: A, weight: 1 nS",
        "rule: all_to_all, receptor: A, weight: \"(30.5 - i_pre)*(1 nS)\"",
        "rule: all_to_all, weight: {B: \"uniform(1 nS, 2 nS)\", A: \"exp(i_pre*300)*(1 nS)\"}",
        "rule: all_to_all, receptor: A, weight: 1 nS, delay: \"(i_pre*i_post)*(0.2 ms)\"",
        "rule: fixed_indegree, indegree: 3, receptor: A, weight: 1 nS, delay: \"sqrt(9.5 - "
        "i_post)*(1 ms)\"",
        "rule: all_to_all, receptor: A, weight: \"truncated(normal(1 nS, 1 nS), 100 nS, 101 "
        "nS)\"",
        "rule: all_to_all, receptor: A, weight: \"ite(i_pre == 9 and i_post == 8, 1e-18 nS, 1 "
        "nS)\"",
    };
    const struct opened *const o = *state;
    const uint32_t n_projections = sizeof projections / sizeof *projections;
    for (uint32_t k = 0; k < 2 * n_projections; k++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 100 um}\n"
                 "populations: {P: {model: test_cell.yaml, count: 50}, Q: {model: "
                 "test_cell.yaml, count: 70}}\n"
                 "projections: {X: {from: P, to: Q, %s}}\n",
                 projections[k % n_projections]);
        struct net_fixture f;
        if (k < n_projections) {
            net_fixture_open(&f, text);
        } else {
            net_fixture_open_double(&f, text);
        }
        struct net_wiring w;
        struct err e = {0}, expected = {0};
        EXPECT_EQ_I64(network_build(f.n, &w, NULL, NULL, &f.d, &expected), ERR_FILE);
        for (uint32_t q = 0; q < o->n; q++) {
            const struct net_build_options options = {.width = all_widths[k % 4]};
            EXPECT_EQ_I64(network_build(f.n, &w, o->devices[q], &options, &f.d, &e), ERR_FILE);
            EXPECT_STR(e.msg, expected.msg);
        }
        net_fixture_close(&f);
    }
}

static void values_when_odd_but_usable_warn_as_on_the_host(void **state)
{
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 100 um}\n"
        "populations: {P: {model: test_cell.yaml, count: 50}, Q: {model: test_cell.yaml, "
        "count: 70}}\n"
        "projections: {X: {from: P, to: Q, rule: pairwise_bernoulli, p: \"2 - distance/(100 "
        "um)\", "
        "receptor: A, weight: \"ite(i_pre == 9, 1e-6 nS, 1 nS)\"}}\n";
    const struct opened *const o = *state;
    struct net_fixture f;
    net_fixture_open(&f, text);
    struct net_wiring w;
    net_fixture_build(&f, &w, 1);
    net_wiring_fini(&w);
    const uint32_t n = f.d.n; /* an equal text at one place is dropped: nothing may be added */
    EXPECT_EQ_I64(n, 2);
    for (uint32_t q = 0; q < o->n; q++) {
        struct err e = {0};
        EXPECT_OK(network_build(f.n, &w, o->devices[q], NULL, &f.d, &e));
        EXPECT_EQ_I64(f.d.n, n);
        net_wiring_fini(&w);
    }
    net_fixture_close(&f);
}

static bool stop_at_once(void *context, double fraction)
{
    (void)context;
    (void)fraction;
    return false;
}

static void build_when_stopped_is_interrupted(void **state)
{
    const struct opened *const o = *state;
    struct net_fixture f;
    net_fixture_open(
        &f,
        "time: {duration: 1 ms}\npopulations: {P: {model: test_cell.yaml, count: 3}}\n"
        "projections: {X: {from: P, to: P, rule: all_to_all, receptor: A, weight: 1 nS}}\n");
    for (uint32_t q = 0; q < o->n; q++) {
        struct net_wiring w;
        struct err e = {0};
        const struct net_build_options options = {.progress = stop_at_once};
        EXPECT_ERR(network_build(f.n, &w, o->devices[q], &options, &f.d, &e), ERR_INTERRUPTED,
                   "interrupted");
        EXPECT_EQ_I64(device_allocated(o->devices[q]), 0);
    }
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wiring_when_of_any_rule_and_size_is_that_of_the_host),
        cmocka_unit_test(weights_when_of_several_receptors_are_those_of_the_host),
        cmocka_unit_test(wiring_when_drawn_in_slabs_is_that_of_the_host),
        cmocka_unit_test(wiring_when_there_is_no_space_is_that_of_the_host),
        cmocka_unit_test(edges_when_given_are_those_of_the_host),
        cmocka_unit_test(network_when_it_has_no_projection_builds),
        cmocka_unit_test(values_when_wrong_give_the_hosts_message),
        cmocka_unit_test(values_when_odd_but_usable_warn_as_on_the_host),
        cmocka_unit_test(build_when_stopped_is_interrupted),
    };
    return cmocka_run_group_tests(tests, open_devices, close_devices);
}
