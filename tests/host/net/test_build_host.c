/* Delays, weights, scales and rings of the host's build; messages that name a pair; the plan's
 * numbers against the real ones. */
#include "support/expect.h"
#include "support/net_fixture.h"

#include "net/inside.h"

#include "shared/math_f32.h"

static const char drawn[] =
    "time: {duration: 1 ms, step: 0.1 ms}\n"
    "space: {shape: box, side: 400 um}\n"
    "populations: {P: {model: test_cell.yaml, count: 200}, Q: {model: test_cell.yaml, count: "
    "300}}\n"
    "projections:\n"
    "  D: {from: P, to: Q, rule: pairwise_bernoulli, p: \"exp(-distance/(100 um))\", "
    "delay: \"1 ms + distance/(0.8 m/s)\", weight: {A: \"lognormal(1 nS, 0.4 nS)\", B: "
    "\"0.5*lognormal(1 nS, 0.4 nS)\", C: 2 nS}}\n"
    "  F: {from: Q, to: Q, rule: fixed_indegree, indegree: 9, receptor: A, "
    "weight: \"uniform(1 nS, 2 nS)\", delay: \"truncated(normal(1.5 ms, 0.5 ms), 0.5 ms, 4 "
    "ms)\"}\n";

static void delays_when_of_distance_round_half_up(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    const struct net_conn *const c = &f.n->conns[0];
    const struct net_population *const p = &f.n->populations[0], *const q =
                                                                     &f.n->populations[1];
    struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, c);
    uint32_t least = UINT32_MAX, most = 0;
    for (uint64_t k = 0; k < c->n_edges; k++) {
        const float dx = q->x[edges[k].target] - p->x[edges[k].source],
                    dy = q->y[edges[k].target] - p->y[edges[k].source],
                    dz = q->z[edges[k].target] - p->z[edges[k].source];
        const float d = f32_sqrt((dx * dx + dy * dy) + dz * dz);
        const float ms = 1.0f + f32_div(d, 800.0f);
        EXPECT_EQ_I64(edges[k].delay, (int)f32_floor(f32_div(ms, 0.1f) + 0.5f));
        least = edges[k].delay < least ? edges[k].delay : least;
        most = edges[k].delay > most ? edges[k].delay : most;
    }
    EXPECT_EQ_I64(c->delay_min, least);
    EXPECT_EQ_I64(c->delay_max, most);
    EXPECT_TRUE(c->n_edges > 1000 && most > least + 2);
    free(edges);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void weights_when_of_several_receptors_share_one_draw(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    const struct net_conn *const a = &f.n->conns[0], *const b = &f.n->conns[1],
                                 *const c = &f.n->conns[2];
    EXPECT_TRUE(b->shares_wiring && c->shares_wiring);
    EXPECT_EQ_I64(a->layout.edge_begin, b->layout.edge_begin);
    EXPECT_EQ_I64(a->layout.row_begin, c->layout.row_begin);
    EXPECT_EQ_I64(c->layout.has_weights, 0);
    EXPECT_EQ_I64(f.n->n_edges, 3 * a->n_edges + f.n->conns[3].n_edges);
    EXPECT_EQ_I64(w.n_targets, a->n_edges + f.n->conns[3].n_edges);
    const double unit_a = ldexp(1.0, -f.n->channels[a->channel].scale_log2);
    const double unit_b = ldexp(1.0, -f.n->channels[b->channel].scale_log2);
    double mean = 0.0;
    for (uint64_t k = 0; k < a->n_edges; k++) {
        const double x = (double)net_fixture_weight(f.n, &w, a->layout.weight_begin + k) *
                         unit_a,
                     y = (double)net_fixture_weight(f.n, &w, b->layout.weight_begin + k) *
                         unit_b;
        EXPECT_NEAR(y, 0.5 * x, unit_a + unit_b);
        mean += x / (double)a->n_edges;
    }
    EXPECT_NEAR(mean, 1.0, 5.0 * 0.4 / sqrt((double)a->n_edges));
    EXPECT_EQ_I64(c->layout.weight, (int64_t)ldexp(2.0, f.n->channels[c->channel].scale_log2));
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

/* -0 has the bits of a huge number. */
static void weight_when_minus_zero_is_zero(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\n"
        "populations: {P: {model: test_cell.yaml, count: 20}}\n"
        "projections: {X: {from: P, to: P, rule: all_to_all, receptor: A, weight: \"ite(i_post "
        "== 3, -(i_pre - i_pre), 1)*(1 nS)\"}}\n";
    for (int q = 0; q < 2; q++) {
        struct net_fixture f;
        if (q == 0) {
            net_fixture_open(&f, text);
        } else {
            net_fixture_open_double(&f, text);
        }
        struct net_wiring w;
        net_fixture_build(&f, &w, 1);
        struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, &f.n->conns[0]);
        const int scale = f.n->channels[0].scale_log2;
        EXPECT_EQ_I64(scale, (q == 0 ? 30 : 52) - 5); /* 20 synapses of 1 */
        for (uint64_t k = 0; k < f.n->conns[0].n_edges; k++) {
            EXPECT_EQ_I64(edges[k].weight, edges[k].target == 3 ? 0 : INT64_C(1) << scale);
        }
        free(edges);
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
}

static void scale_when_found_lets_no_target_overflow(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring w;
    net_fixture_build(&f, &w, 1);
    for (uint32_t ch = 0; ch < f.n->n_channels; ch++) {
        double sums[300] = {0}, most = 0.0;
        uint64_t n = 0;
        for (uint32_t k = 0; k < f.n->n_conns; k++) {
            const struct net_conn *const c = &f.n->conns[k];
            if (c->channel != ch) {
                continue;
            }
            struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, c);
            for (uint64_t q = 0; q < c->n_edges; q++) {
                EXPECT_TRUE(edges[q].weight > 0);
                sums[edges[q].target] += (double)edges[q].weight;
            }
            n += c->n_edges;
            free(edges);
        }
        for (int j = 0; j < 300; j++) {
            most = sums[j] > most ? sums[j] : most;
        }
        EXPECT_TRUE(n > 0);
        EXPECT_TRUE(most <= 0x1p30 + 300.0);
        EXPECT_TRUE(most > 0x1p29 - 300.0); /* twice the scale would not fit */
    }
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void rings_when_laid_out_hold_the_longest_delay(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring w;
    net_fixture_build(&f, &w, 1);
    const struct network *const n = f.n;
    uint64_t end = 0;
    uint32_t least = UINT32_MAX;
    for (uint32_t ch = 0; ch < n->n_channels; ch++) {
        uint32_t most = 0;
        for (uint32_t k = 0; k < n->n_conns; k++) {
            const struct net_conn *const c = &n->conns[k];
            least = c->delay_min < least ? c->delay_min : least;
            if (c->channel == ch) {
                most = c->delay_max > most ? c->delay_max : most;
                EXPECT_EQ_I64(c->layout.ring_begin, n->channels[ch].ring_begin);
                EXPECT_EQ_I64(c->layout.ring_slots, n->channels[ch].n_slots);
                EXPECT_EQ_I64(c->layout.ring_stride, 304);
            }
        }
        EXPECT_EQ_I64(n->channels[ch].n_slots, most + 1);
        EXPECT_EQ_I64(n->channels[ch].ring_begin, end);
        end += (uint64_t)(most + 1) * 304;
    }
    EXPECT_EQ_I64(n->ring_elements, end);
    EXPECT_EQ_I64(n->slice, least + 1);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void build_when_on_more_threads_is_the_same(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring one, many;
    net_fixture_build(&f, &one, 1);
    net_fixture_build(&f, &many, 7);
    EXPECT_EQ_I64(one.n_rows, many.n_rows);
    EXPECT_TRUE(memcmp(one.row_ptr, many.row_ptr, one.n_rows * sizeof *one.row_ptr) == 0);
    EXPECT_TRUE(memcmp(one.target, many.target, one.n_targets * sizeof *one.target) == 0);
    EXPECT_TRUE(memcmp(one.weight, many.weight, one.n_weights * sizeof(int32_t)) == 0);
    net_wiring_fini(&one);
    net_wiring_fini(&many);
    net_fixture_close(&f);
}

/* Draws are keyed by names and local indices: another population, before it or larger, changes
 * nothing of a projection. */
static void wiring_when_a_population_is_added_stays(void **state)
{
    (void)state;
    struct net_fixture a, b;
    net_fixture_open(&a, drawn);
    static const char more[] =
        "time: {duration: 1 ms, step: 0.1 ms}\n"
        "space: {shape: box, side: 400 um}\n"
        "populations: {N: {model: test_cell.yaml, count: 33}, Q: {model: test_cell.yaml, "
        "count: 300}, "
        "P: {model: test_cell.yaml, count: 200}}\n"
        "projections:\n"
        "  X: {from: N, to: [N, Q], rule: pairwise_bernoulli, p: 0.2, receptor: A, weight: 0.1 "
        "nS}\n"
        "  D: {from: [N, P], to: [N, Q], rule: pairwise_bernoulli, p: \"exp(-distance/(100 "
        "um))\", "
        "delay: \"1 ms + distance/(0.8 m/s)\", weight: {A: \"lognormal(1 nS, 0.4 nS)\", B: "
        "\"0.5*lognormal(1 nS, 0.4 nS)\", C: 2 nS}}\n";
    net_fixture_open(&b, more);
    struct net_wiring wa, wb;
    net_fixture_build(&a, &wa, 2);
    net_fixture_build(&b, &wb, 2);
    const struct net_conn *const c = &a.n->conns[0], *d = NULL;
    for (uint32_t k = 0; k < b.n->n_conns; k++) {
        if (b.n->conns[k].pre == 2 && b.n->conns[k].post == 1 && !b.n->conns[k].shares_wiring) {
            d = &b.n->conns[k];
        }
    }
    EXPECT_TRUE(d != NULL && c->n_edges == d->n_edges);
    struct net_fixture_edge *const x = net_fixture_edges(a.n, &wa, c), *const y =
                                                                           net_fixture_edges(
                                                                               b.n, &wb, d);
    const int shift =
        a.n->channels[c->channel].scale_log2 - b.n->channels[d->channel].scale_log2;
    for (uint64_t k = 0; k < c->n_edges; k++) {
        EXPECT_EQ_I64(x[k].source, y[k].source);
        EXPECT_EQ_I64(x[k].target, y[k].target);
        EXPECT_EQ_I64(x[k].delay, y[k].delay);
        EXPECT_NEAR((double)x[k].weight, ldexp((double)y[k].weight, shift),
                    ldexp(1.0, abs(shift)));
    }
    free(x);
    free(y);
    net_wiring_fini(&wa);
    net_wiring_fini(&wb);
    net_fixture_close(&a);
    net_fixture_close(&b);
}

static void try_build(struct net_fixture *f, const char *projection, enum err_code expected,
                      const char *part)
{
    char text[1024];
    snprintf(text, sizeof text,
             "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 100 um}\n"
             "populations: {P: {model: test_cell.yaml, count: 50}, Q: {model: test_cell.yaml, "
             "count: 70}}\n"
             "projections: {X: {from: P, to: Q, %s}}\n",
             projection);
    net_fixture_open(f, text);
    struct net_wiring w;
    struct err e = {0};
    EXPECT_ERR(network_build(f->n, &w, NULL, NULL, &f->d, &e), expected, part);
    net_wiring_fini(&w);
}

static void values_when_wrong_name_the_pair(void **state)
{
    (void)state;
    static const struct {
        const char *projection, *part;
    } cases[] = {
        {"rule: pairwise_bernoulli, p: \"ite(i_pre == 3 and i_post == 17, -0.5, 0.5)\", "
         "receptor: A, weight: 1 nS",                                                "projection 'X', 'P' 3 to 'Q' 17"              },
        {"rule: pairwise_bernoulli, p: \"ite(i_pre == 3 and i_post == 17, -0.5, 0.5)\", "
         "receptor: A, weight: 1 nS",                                                "p is below 0 (-0.5)"                          },
        {"rule: pairwise_bernoulli, p: \"sqrt(40.5 - i_post)\", receptor: A, weight: 1 nS",
         "'P' 0 to 'Q' 41"                                                                                                                   },
        {"rule: pairwise_bernoulli, p: \"sqrt(40.5 - i_post)\", receptor: A, weight: 1 nS",
         "p is not a number"                                                                                                                 },
        {"rule: all_to_all, receptor: A, weight: \"(30.5 - i_pre)*(1 nS)\"",                  "'P' 31 to 'Q' 0"                              },
        {"rule: all_to_all, receptor: A, weight: \"(30.5 - i_pre)*(1 nS)\"",
         "the weight is below 0 (-0.5)"                                                                                                      },
        {"rule: all_to_all, receptor: A, weight: \"exp(i_pre*3)*(1 nS)\"",
         "the weight is infinite"                                                                                                            },
        {"rule: all_to_all, receptor: A, weight: 1 nS, delay: \"(i_pre*i_post)*(0.2 ms)\"",
         "the delay is too long"                                                                                                             },
        {"rule: all_to_all, receptor: A, weight: 1 nS, delay: \"sqrt(9.5 - i_post)*(1 ms)\"",
         "the delay is not a number"                                                                                                         },
        {"rule: all_to_all, receptor: A, weight: \"truncated(normal(1 nS, 1 nS), 100 nS, 101 "
         "nS)\"",                                                                    "the weight is not found: truncated()"         },
        {"rule: all_to_all, receptor: A, weight: \"ite(i_pre == 9 and i_post == 8, 1e-12 nS, 1 "
         "nS)\"",                                                                    "'P' 9 to 'Q' 8: the weight 1e-12 is too small"},
    };
    for (uint32_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct net_fixture f;
        try_build(&f, cases[k].projection, ERR_FILE, cases[k].part);
        net_fixture_close(&f);
    }
}

static void values_when_odd_but_usable_warn(void **state)
{
    (void)state;
    struct net_fixture f;
    try_build(
        &f, "rule: pairwise_bernoulli, p: \"2 - distance/(100 um)\", receptor: A, weight: 1 nS",
        ERR_OK, "");
    EXPECT_TRUE(net_fixture_says(&f, DIAG_WARNING,
                                 "p of projection 'X' ('P' to 'Q') is above 1 for some pairs"));
    net_fixture_close(&f);
    try_build(&f, "rule: all_to_all, receptor: A, weight: \"ite(i_pre == 9, 1e-6 nS, 1 nS)\"",
              ERR_OK, "");
    EXPECT_TRUE(net_fixture_says(&f, DIAG_WARNING, "70 weights of projection 'X'"));
    EXPECT_EQ_I64(f.d.n_errors, 0);
    net_fixture_close(&f);
    try_build(&f,
              "rule: all_to_all, receptor: A, weight: 0 nS, delay: \"-5 ms + i_pre*(0.1 ms)\"",
              ERR_OK, "");
    EXPECT_EQ_I64(f.d.n, 0); /* a weight of exactly 0 is no fault; a delay below 0 acts as 0 */
    EXPECT_EQ_I64(f.n->conns[0].delay_max, 0);
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
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    struct net_wiring w;
    struct err e = {0};
    const struct net_build_options o = {.threads = 2, .progress = stop_at_once};
    EXPECT_ERR(network_build(f.n, &w, NULL, &o, &f.d, &e), ERR_INTERRUPTED, "interrupted");
    EXPECT_TRUE(w.target == NULL);
    net_fixture_close(&f);
}

static void build_when_memory_runs_out_says_so(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, drawn);
    uint32_t failures = 0;
    for (uint64_t k = 1; k < 600; k++) {
        struct net_wiring w;
        struct err e = {0};
        const struct net_build_options o = {.threads = 1};
        (void)mem_fail_at(k);
        const enum err_code code = network_build(f.n, &w, NULL, &o, &f.d, &e);
        (void)mem_fail_at(0);
        net_wiring_fini(&w);
        if (code == ERR_OK) {
            break;
        }
        EXPECT_EQ_I64(code, ERR_NOMEM);
        failures++;
    }
    EXPECT_TRUE(failures > 10 && failures < 599);
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_when_of_distance_round_half_up),
        cmocka_unit_test(weights_when_of_several_receptors_share_one_draw),
        cmocka_unit_test(weight_when_minus_zero_is_zero),
        cmocka_unit_test(scale_when_found_lets_no_target_overflow),
        cmocka_unit_test(rings_when_laid_out_hold_the_longest_delay),
        cmocka_unit_test(build_when_on_more_threads_is_the_same),
        cmocka_unit_test(wiring_when_a_population_is_added_stays),
        cmocka_unit_test(values_when_wrong_name_the_pair),
        cmocka_unit_test(values_when_odd_but_usable_warn),
        cmocka_unit_test(build_when_stopped_is_interrupted),
        cmocka_unit_test(build_when_memory_runs_out_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
