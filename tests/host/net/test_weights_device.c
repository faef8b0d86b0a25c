/* Weights with a sign: the device's build against the host's, bit for bit, at every width, in
 * both precisions. Slow where nothing is compiled yet. ctest-labels: slow */
#include "support/expect.h"
#include "support/net_device.h"
#include "support/net_signed.h"

static const uint32_t all_widths[4] = {1, 4, 8, 16};
static const char *const precisions[2] = {"single", "double"};

static void weights_when_of_any_sign_are_those_of_the_host(void **state)
{
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        net_signed_open(
            &f,
            "  A: {from: P, to: [P, Q], rule: fixed_indegree, indegree: 9, receptor: IN, "
            "weight: -90 pA}\n"
            "  B: {from: P, to: Q, rule: all_to_all, scale: 1.7, weight: {EX: \"normal(-90 pA, "
            "10 pA)\", IN: \"-lognormal(90 pA, 30 pA)\"}}\n"
            "  C: {from: Q, to: P, rule: pairwise_bernoulli, p: 0.3, receptor: EX, weight: "
            "\"normal(0 pA, 10 pA)\"}\n"
            "  D: {from: Q, to: P, rule: fixed_indegree, indegree: 9, receptor: EX, delay: "
            "\"0.1 ms*floor(uniform(0, 9))\", weight: \"ite(mod(i_post, 3) == 1, -(i_pre - "
            "i_pre), -3)*uniform(1 pA, 2 pA)\"}\n"
            "  E: {from: P, to: P, rule: one_to_one, receptor: EX, weight: 16.2 pA}\n"
            "  F: {from: P, to: R, rule: all_to_all, receptor: A, weight: \"uniform(1 nS, 2 "
            "nS)\"}\n",
            precisions[q]);
        expect_same_build(*state, &f, all_widths, 4);
        net_fixture_close(&f);
    }
}

static void edges_when_of_any_sign_are_those_of_the_host(void **state)
{
    for (uint32_t q = 0; q < 2; q++) {
        struct net_edges_given x;
        struct net_fixture f;
        net_signed_edges(&x, 3000);
        net_signed_open_edges(&f, &x, precisions[q]);
        expect_same_build(*state, &f, all_widths, 4);
        net_fixture_close(&f);
        net_edges_fini(&x);
    }
}

static void values_when_negative_and_wrong_give_the_hosts_message(void **state)
{
    static const char *const projections[] = {
        "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"ite(i_pre == 9 and "
        "i_post == 8, -1e-18 pA, 1 pA)\"}\n",
        "  X: {from: P, to: Q, rule: all_to_all, weight: {IN: \"uniform(-2 pA, -1 pA)\", EX: "
        "\"-exp(i_pre*300)*(1 pA)\"}}\n",
        "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"-sqrt(30.5 - "
        "i_pre)*(1 pA)\"}\n",
        "  X: {from: P, to: R, rule: all_to_all, receptor: A, weight: \"(30.5 - i_pre)*(1 "
        "nS)\"}\n",
        "  X: {from: P, to: R, rule: all_to_all, receptor: A, weight: \"normal(-90 nS, 1 "
        "nS)\"}\n",
    };
    const struct opened *const o = *state;
    for (uint32_t k = 0; k < 2 * sizeof projections / sizeof *projections; k++) {
        struct net_fixture f;
        net_signed_open(&f, projections[k / 2], precisions[k % 2]);
        struct net_wiring w;
        struct err e = {0}, expected = {0};
        EXPECT_EQ_I64(network_build(f.n, &w, NULL, NULL, &f.d, &expected), ERR_FILE);
        for (uint32_t q = 0; q < o->n; q++) {
            if (k % 2 == 1 && !device_info_of(o->devices[q])->has_double) {
                continue;
            }
            const struct net_build_options options = {.width = all_widths[k % 4]};
            EXPECT_EQ_I64(network_build(f.n, &w, o->devices[q], &options, &f.d, &e), ERR_FILE);
            EXPECT_STR(e.msg, expected.msg);
        }
        net_fixture_close(&f);
    }
}

static void weights_when_negative_and_coarse_warn_as_on_the_host(void **state)
{
    const struct opened *const o = *state;
    struct net_fixture f;
    struct net_wiring w;
    net_signed_open(&f,
                    "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"ite(i_pre "
                    "== 9, -1e-6 pA, 1 pA)\"}\n",
                    "single");
    net_fixture_build(&f, &w, 1);
    net_wiring_fini(&w);
    EXPECT_EQ_I64(f.d.n, 1); /* an equal text at one place is dropped: nothing may be added */
    for (uint32_t q = 0; q < o->n; q++) {
        struct err e = {0};
        EXPECT_OK(network_build(f.n, &w, o->devices[q], NULL, &f.d, &e));
        EXPECT_EQ_I64(f.d.n, 1);
        net_wiring_fini(&w);
    }
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_when_of_any_sign_are_those_of_the_host),
        cmocka_unit_test(edges_when_of_any_sign_are_those_of_the_host),
        cmocka_unit_test(values_when_negative_and_wrong_give_the_hosts_message),
        cmocka_unit_test(weights_when_negative_and_coarse_warn_as_on_the_host),
    };
    return cmocka_run_group_tests(tests, open_devices, close_devices);
}
