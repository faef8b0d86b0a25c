/* Weights with a sign, for receptors that are currents: the integers are those of |w| with the
 * sign put back, and the scale is that of the largest sum of |w|. */
#include "support/expect.h"
#include "support/net_signed.h"

enum { N_PRE = 40, N_POST = 60 };

/* The same network with projections as the text says, built. */
static void build(struct net_fixture *f, struct net_wiring *w, const char *projections,
                  const char *precision)
{
    net_signed_open(f, projections, precision);
    net_fixture_build(f, w, 2);
}

/* Every weight of b is `sign` (of the pair) times that of a; |weight|s and scales agree. */
static void expect_mirrored(const char *plain, const char *negative, bool is_mixed)
{
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f, g;
        struct net_wiring v, w;
        build(&f, &v, plain, precisions[q]);
        build(&g, &w, negative, precisions[q]);
        EXPECT_EQ_I64(f.n->n_conns, g.n->n_conns);
        for (uint32_t c = 0; c < f.n->n_conns; c++) {
            EXPECT_EQ_I64(f.n->channels[f.n->conns[c].channel].scale_log2,
                          g.n->channels[g.n->conns[c].channel].scale_log2);
            struct net_fixture_edge *const a = net_fixture_edges(f.n, &v, &f.n->conns[c]),
                                           *const b =
                                               net_fixture_edges(g.n, &w, &g.n->conns[c]);
            EXPECT_EQ_I64(f.n->conns[c].n_edges, g.n->conns[c].n_edges);
            EXPECT_TRUE(f.n->conns[c].n_edges > 100);
            for (uint64_t k = 0; k < f.n->conns[c].n_edges; k++) {
                const bool is_negative = !is_mixed || a[k].source % 2 == 1;
                EXPECT_TRUE(a[k].weight > 0);
                EXPECT_EQ_I64(b[k].weight, is_negative ? -a[k].weight : a[k].weight);
            }
            free(a);
            free(b);
        }
        net_wiring_fini(&v);
        net_wiring_fini(&w);
        net_fixture_close(&f);
        net_fixture_close(&g);
    }
}

static void weights_when_negated_are_the_integers_negated(void **state)
{
    (void)state;
    expect_mirrored("  X: {from: P, to: Q, rule: all_to_all, receptor: IN, weight: 90 pA}\n",
                    "  X: {from: P, to: Q, rule: all_to_all, receptor: IN, weight: -90 pA}\n",
                    false);
    expect_mirrored(
        "  X: {from: P, to: Q, rule: all_to_all, scale: 1.7, weight: {EX: \"lognormal(90 pA, "
        "30 "
        "pA)\", IN: \"uniform(1 pA, 2 pA)\"}}\n",
        "  X: {from: P, to: Q, rule: all_to_all, scale: 1.7, weight: {EX: \"-lognormal(90 pA, "
        "30 pA)\", IN: \"-uniform(1 pA, 2 pA)\"}}\n",
        false);
}

static void weights_when_of_both_signs_differ_in_the_sign_alone(void **state)
{
    (void)state;
    expect_mirrored(
        "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"lognormal(90 pA, 30 "
        "pA)\"}\n",
        "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"ite(mod(i_pre, 2) == "
        "1, -1, 1)*lognormal(90 pA, 30 pA)\"}\n",
        true);
}

/* Two projections of unlike sign at one receptor: their sizes add up. */
static void scale_when_signs_are_mixed_is_that_of_the_sum_of_sizes(void **state)
{
    (void)state;
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        struct net_wiring w;
        build(&f, &w,
              "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: 16.2 pA}\n"
              "  Y: {from: Q, to: Q, rule: all_to_all, receptor: EX, weight: -90 pA}\n",
              precisions[q]);
        const double sum = N_PRE * 16.2 + N_POST * 90.0, most = q == 0 ? 0x1p30 : 0x1p52;
        const int scale = f.n->channels[f.n->conns[0].channel].scale_log2;
        EXPECT_TRUE(ldexp(sum, scale) <= most && ldexp(sum, scale + 1) > most * (1.0 - 1e-6));
        EXPECT_EQ_I64(f.n->conns[0].layout.weight, (int64_t)floor(ldexp(16.2, scale) + 0.5));
        EXPECT_EQ_I64(f.n->conns[1].layout.weight, -(int64_t)floor(ldexp(90.0, scale) + 0.5));
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
}

static void weights_when_drawn_around_a_negative_mean_have_it(void **state)
{
    (void)state;
    struct net_fixture f;
    struct net_wiring w;
    build(&f, &w,
          "  X: {from: Q, to: Q, rule: all_to_all, receptor: IN, weight: \"normal(-90 pA, 10 "
          "pA)\"}\n"
          "  Y: {from: Q, to: Q, rule: all_to_all, receptor: EX, weight: \"normal(0 pA, 10 "
          "pA)\"}\n",
          "single");
    for (uint32_t c = 0; c < 2; c++) {
        struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, &f.n->conns[c]);
        const int scale = f.n->channels[f.n->conns[c].channel].scale_log2;
        double sum = 0.0, squares = 0.0;
        uint64_t n_negative = 0;
        const double n = (double)f.n->conns[c].n_edges;
        for (uint64_t k = 0; k < f.n->conns[c].n_edges; k++) {
            const double x = ldexp((double)edges[k].weight, -scale);
            sum += x;
            squares += x * x;
            n_negative += x < 0.0;
        }
        const double mean = sum / n, sd = sqrt(squares / n - mean * mean);
        EXPECT_NEAR(mean, c == 0 ? -90.0 : 0.0, 5.0 * 10.0 / sqrt(n));
        EXPECT_NEAR(sd, 10.0, 5.0 * 10.0 / sqrt(2.0 * n));
        EXPECT_NEAR((double)n_negative / n, c == 0 ? 1.0 : 0.5, 5.0 * 0.5 / sqrt(n));
        free(edges);
    }
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

/* A column of both signs, and one of the weights' sizes. */
static void columns_when_of_both_signs_are_held_to_the_last_bit_of_the_scale(void **state)
{
    (void)state;
    static const char *const precisions[2] = {"single", "double"};
    struct net_edges_given x;
    net_signed_edges(&x, 2000);
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        struct net_wiring w;
        net_signed_open_edges(&f, &x, precisions[q]);
        net_fixture_build(&f, &w, 2);
        const struct net_conn *const c = &f.n->conns[0];
        const int scale = f.n->channels[c->channel].scale_log2;
        struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, c);
        double sums[N_POST] = {0}, most = 0.0, total = 0.0, expected = 0.0;
        uint64_t n_negative = 0;
        for (uint64_t k = 0; k < c->n_edges; k++) {
            sums[edges[k].target] += ldexp(fabs((double)edges[k].weight), -scale);
            most = fmax(most, sums[edges[k].target]);
            total += ldexp((double)edges[k].weight, -scale);
            expected += x.columns[0][k];
            n_negative += edges[k].weight < 0;
        }
        EXPECT_NEAR(total, expected, 1e-3);
        EXPECT_TRUE(n_negative > 500 && n_negative < 1500);
        EXPECT_TRUE(ldexp(most, scale) <= (q == 0 ? 0x1p30 : 0x1p52) * (1.0 + 1e-5));
        EXPECT_TRUE(ldexp(most, scale + 1) > (q == 0 ? 0x1p30 : 0x1p52) * (1.0 - 1e-5));
        for (uint64_t k = 0; k < x.edges.n; k++) { /* the wiring has each of them */
            const double held = q == 0 ? (double)(float)x.columns[0][k] : x.columns[0][k];
            const double size = floor(ldexp(fabs(held), scale) + 0.5);
            uint64_t j = 0;
            while (j < c->n_edges && !(edges[j].source == x.edges.source[k] &&
                                       edges[j].target == x.edges.target[k] &&
                                       edges[j].weight == (int64_t)copysign(size, held))) {
                j++;
            }
            EXPECT_TRUE(j < c->n_edges);
        }
        free(edges);
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
    net_edges_fini(&x);
}

static void expect_build_error(const char *projections, const char *precision, const char *part)
{
    struct net_fixture f;
    struct net_wiring w;
    struct err e = {0};
    const struct net_build_options o = {.threads = 2};
    net_signed_open(&f, projections, precision);
    EXPECT_ERR(network_build(f.n, &w, NULL, &o, &f.d, &e), ERR_FILE, part);
    net_fixture_close(&f);
}

static void weights_when_negative_and_unusable_are_refused(void **state)
{
    (void)state;
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        expect_build_error("  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: "
                           "\"ite(i_pre == 9 and i_post == 8, -1e-18 pA, 1 pA)\"}\n",
                           precisions[q], "'P' 9 to 'Q' 8: the weight -1e-18 is too small");
        expect_build_error(
            "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: 1 pA}\n"
            "  Y: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: -1e-18 pA}\n",
            precisions[q], "the weight -1e-18 is too small");
        expect_build_error("  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: "
                           "\"-exp(i_pre*300)*(1 pA)\"}\n",
                           precisions[q], "the weight is infinite (-inf)");
        /* a conductance stays as it was */
        expect_build_error("  X: {from: P, to: R, rule: all_to_all, receptor: A, weight: "
                           "\"(30.5 - i_pre)*(1 nS)\"}\n",
                           precisions[q], "'P' 31 to 'R' 0: the weight is below 0 (-0.5)");
    }
}

static void weights_when_negative_and_coarse_warn(void **state)
{
    (void)state;
    struct net_fixture f;
    struct net_wiring w;
    build(&f, &w,
          "  X: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: \"ite(i_pre == 9, "
          "-1e-6 pA, 1 pA)\"}\n"
          "  Y: {from: P, to: Q, rule: all_to_all, receptor: EX, weight: -1.1e-6 pA}\n",
          "single");
    EXPECT_TRUE(net_fixture_says(&f, DIAG_WARNING, "60 weights of projection 'X'"));
    EXPECT_TRUE(net_fixture_says(&f, DIAG_WARNING, "2400 weights of projection 'Y'"));
    EXPECT_EQ_I64(f.d.n, 2);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void columns_when_wrong_are_named_with_their_sign(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_signed_edges(&x, 50);
    x.columns[0][16] = -1e39;
    struct net_fixture f;
    struct err e = {0};
    EXPECT_EQ_I64(net_signed_try_edges(&f, &x, "single", &e), ERR_FILE);
    EXPECT_TRUE(net_fixture_says(&f, DIAG_ERROR, "edge 17: the weight -1e+39 is too large"));
    net_fixture_close(&f);
    x.columns[0][16] = -1e-12;
    struct net_wiring w;
    const struct net_build_options o = {.threads = 2};
    net_signed_open_edges(&f, &x, "single");
    EXPECT_ERR(network_build(f.n, &w, NULL, &o, &f.d, &e), ERR_FILE,
               "(edge 17): the weight -1e-12 is too small");
    net_fixture_close(&f);
    net_edges_fini(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_when_negated_are_the_integers_negated),
        cmocka_unit_test(weights_when_of_both_signs_differ_in_the_sign_alone),
        cmocka_unit_test(scale_when_signs_are_mixed_is_that_of_the_sum_of_sizes),
        cmocka_unit_test(weights_when_drawn_around_a_negative_mean_have_it),
        cmocka_unit_test(columns_when_of_both_signs_are_held_to_the_last_bit_of_the_scale),
        cmocka_unit_test(weights_when_negative_and_unusable_are_refused),
        cmocka_unit_test(weights_when_negative_and_coarse_warn),
        cmocka_unit_test(columns_when_wrong_are_named_with_their_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
