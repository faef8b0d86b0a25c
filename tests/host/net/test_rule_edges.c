/* Edges that are given, against a plain list of them. */
#include "support/expect.h"
#include "support/net_edges.h"

#include "net/inside.h"

#include "shared/philox.h"
#include "shared/random.h"

#define COLUMN_AND_DRAWN NET_EDGES_TEXT("A: 1 nS, B: \"uniform(1 nS, 2 nS)\", C: 2 nS", "")

/* The edge of the file that stands at each place of the wiring: rows by source, delay, target,
 * then the file's order. */
static uint32_t *sorted_edges(const struct desc_edges *x)
{
    uint32_t *const out = calloc((size_t)x->n + 1, sizeof *out), n = 0;
    for (uint32_t i = 0; i < NET_EDGES_PRE; i++) {
        for (uint32_t d = 0; d <= (x->delay != NULL ? 12u : 0u); d++) {
            for (uint32_t j = 0; j < NET_EDGES_POST; j++) {
                for (uint32_t k = 0; k < x->n; k++) {
                    if (x->source[k] == i && x->target[k] == j &&
                        (x->delay == NULL || x->delay[k] == d)) {
                        out[n++] = k;
                    }
                }
            }
        }
    }
    EXPECT_EQ_I64(n, x->n);
    return out;
}

static void expect_rows(const struct net_fixture *f, const struct net_wiring *w,
                        const struct net_conn *c, const struct desc_edges *x,
                        const uint32_t *sorted)
{
    struct net_fixture_edge *const edges = net_fixture_edges(f->n, w, c);
    EXPECT_EQ_I64(c->n_edges, x->n);
    for (uint32_t k = 0; k < x->n; k++) {
        EXPECT_EQ_I64(edges[k].source, x->source[sorted[k]]);
        EXPECT_EQ_I64(edges[k].target, x->target[sorted[k]]);
        if (x->delay != NULL) {
            EXPECT_EQ_I64(edges[k].delay, x->delay[sorted[k]]);
        }
    }
    free(edges);
}

/* 2,000 edges of 1,961 pairs: many stand several times. */
static void rows_when_given_are_those_of_the_list(void **state)
{
    (void)state;
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 4; q++) {
        struct net_edges_given x;
        net_edges_init(&x, 2000, q % 2 == 0);
        uint32_t *const sorted = sorted_edges(&x.edges);
        struct net_fixture f;
        net_edges_open(&f, COLUMN_AND_DRAWN, &x, precisions[q / 2]);
        EXPECT_EQ_I64(f.n->conns[0].delay_max, q % 2 == 0 ? 9 : 10); /* 1 ms by default */
        for (uint32_t threads = 1; threads <= 3; threads++) {
            struct net_wiring w;
            net_fixture_build(&f, &w, threads);
            expect_rows(&f, &w, &f.n->conns[0], &x.edges, sorted);
            EXPECT_EQ_I64(f.n->conns[0].delay_min, q % 2 == 0 ? 3 : 10);
            EXPECT_EQ_I64(f.n->slice, q % 2 == 0 ? 4 : 11);
            net_wiring_fini(&w);
        }
        free(sorted);
        net_fixture_close(&f);
        net_edges_fini(&x);
    }
}

/* A column's numbers and drawn ones, keyed by the edge's place in the file, in both precisions.
 */
static void weights_when_given_or_drawn_are_held_to_the_last_bit_of_the_scale(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 3000, true);
    uint32_t *const sorted = sorted_edges(&x.edges);
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        net_edges_open(&f, COLUMN_AND_DRAWN, &x, precisions[q]);
        struct net_wiring w;
        net_fixture_build(&f, &w, 2);
        for (uint32_t r = 0; r < 3; r++) {
            const struct net_conn *const c = &f.n->conns[r];
            struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, c);
            const int scale = f.n->channels[c->channel].scale_log2;
            double sums[NET_EDGES_POST] = {0}, most = 0.0;
            for (uint32_t k = 0; k < x.edges.n; k++) {
                const uint32_t id = sorted[k];
                const struct philox_words words =
                    philox4x32(x.edges.target[id], id, 0x80000000u, 0, (u32)c->weight_key,
                               (u32)(c->weight_key >> 32));
                const double drawn = 1.0 + (double)f32_u01(words.w0);
                const double exact = r == 0 ? x.columns[0][id] : r == 1 ? drawn : 2.0;
                const double held = q == 0 ? (double)(float)exact : exact;
                EXPECT_NEAR((double)edges[k].weight, ldexp(held, scale), 0.5);
                sums[edges[k].target] += exact;
            }
            for (uint32_t j = 0; j < NET_EDGES_POST; j++) {
                most = sums[j] > most ? sums[j] : most;
            }
            /* the largest power of two */
            EXPECT_TRUE(ldexp(most, scale) <= (q == 0 ? 0x1p30 : 0x1p52));
            EXPECT_TRUE(ldexp(most, scale + 1) > (q == 0 ? 0x1p30 : 0x1p52) * (1.0 - 1e-6));
            free(edges);
        }
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
    free(sorted);
    net_edges_fini(&x);
}

/* The scale of a projection multiplies a column too. */
static void scale_when_of_the_projection_multiplies_the_column(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 100, false);
    struct net_fixture plain, scaled;
    net_edges_open(&plain, NET_EDGES_TEXT("A: 1 nS", ""), &x, "double");
    net_edges_open(&scaled, NET_EDGES_TEXT("A: 1 nS", ", scale: 4"), &x, "double");
    struct net_wiring a, b;
    net_fixture_build(&plain, &a, 1);
    net_fixture_build(&scaled, &b, 1);
    EXPECT_EQ_I64(plain.n->channels[0].scale_log2, scaled.n->channels[0].scale_log2 + 2);
    EXPECT_TRUE(memcmp(a.weight, b.weight, 100 * sizeof(int64_t)) == 0);
    net_wiring_fini(&a);
    net_wiring_fini(&b);
    net_fixture_close(&plain);
    net_fixture_close(&scaled);
    net_edges_fini(&x);
}

/* A delay by an expression: both precisions round it in single. */
static void delays_when_of_an_expression_are_those_of_the_pair(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 500, false);
    x.edges.delay = NULL;
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        net_edges_open(&f,
                       NET_EDGES_TEXT("A: 1 nS", ", delay: \"(1 + mod(i_pre + i_post, 5))*(0.1 "
                                                 "ms)\""),
                       &x, precisions[q]);
        struct net_wiring w;
        net_fixture_build(&f, &w, 2);
        struct net_fixture_edge *const edges = net_fixture_edges(f.n, &w, &f.n->conns[0]);
        for (uint32_t k = 0; k < x.edges.n; k++) {
            EXPECT_EQ_I64(edges[k].delay, 1 + (edges[k].source + edges[k].target) % 5);
        }
        free(edges);
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
    net_edges_fini(&x);
}

static void edges_when_none_build(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 0, true);
    struct net_fixture f;
    net_edges_open(&f, COLUMN_AND_DRAWN, &x, "single");
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    EXPECT_EQ_I64(w.n_targets, 0);
    EXPECT_EQ_I64(f.n->slice, SLICE_MAX);
    net_wiring_fini(&w);
    net_fixture_close(&f);
    net_edges_fini(&x);
}

/* What is wrong with edge 17 (counted from 1); told when the network is numbered. */
static void edges_when_wrong_are_named(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "edge 17: from cell 37 to cell",
        "edge 17: from cell ",
        "edge 17: the weight -1 is below 0",
        "edge 17: the weight nan is not a number",
        "edge 17: the weight 1e+39 is too large",
        "edge 17: the delay is 4096 steps, most is 4095",
    };
    for (uint32_t k = 0; k < 6; k++) {
        struct net_edges_given x;
        net_edges_init(&x, 50, true);
        x.edges.source[16] = k == 0 ? NET_EDGES_PRE : x.edges.source[16];
        x.edges.target[16] = k == 1 ? UINT32_MAX : x.edges.target[16];
        x.columns[0][16] = k == 2 ? -1.0 : k == 3 ? (double)NAN : k == 4 ? 1e39 : 1.0;
        x.edges.delay[16] = k == 5 ? DELAY_MAX + 1 : 1;
        struct net_fixture f;
        struct err e = {0};
        EXPECT_EQ_I64(net_edges_try(&f, COLUMN_AND_DRAWN, &x, "single", &e), ERR_FILE);
        EXPECT_TRUE(net_fixture_says(&f, DIAG_ERROR, parts[k]));
        net_fixture_close(&f);
        net_edges_fini(&x);
    }
}

static void expect_build_error(struct net_edges_given *x, const char *text, const char *part)
{
    struct net_fixture f;
    net_edges_open(&f, text, x, "single");
    struct net_wiring w;
    struct err e = {0};
    const struct net_build_options o = {.threads = 2};
    EXPECT_ERR(network_build(f.n, &w, NULL, &o, &f.d, &e), ERR_FILE, part);
    net_fixture_close(&f);
}

static void values_when_wrong_name_the_edge(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 50, false);
    x.columns[0][16] = 1e-12;
    expect_build_error(&x, NET_EDGES_TEXT("A: 1 nS", ""),
                       "(edge 17): the weight 1e-12 is too small");
    x.columns[0][16] = 1.0;
    char part[128];
    uint32_t bad = UINT32_MAX; /* the first in order of rows */
    for (uint32_t k = 0; k < 50; k++) {
        const bool is_bad = x.edges.target[k] == x.edges.target[3];
        if (is_bad && (bad == UINT32_MAX || x.edges.source[k] < x.edges.source[bad])) {
            bad = k;
        }
    }
    char text[1024];
    snprintf(text, sizeof text,
             NET_EDGES_TEXT("A: 1 nS, B: \"ite(i_post == %u, -1 nS, 1 nS)\"", ""),
             x.edges.target[3]);
    snprintf(part, sizeof part, "edge %u (", bad + 1);
    expect_build_error(&x, text, part);
    snprintf(text, sizeof text,
             NET_EDGES_TEXT("A: 1 nS", ", delay: \"ite(i_post == %u, 1 s, 1 ms)\""),
             x.edges.target[3]);
    expect_build_error(&x, text, part);
    net_edges_fini(&x);
}

static void multapse_when_forbidden_names_the_first_edge_that_repeats(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 40, false);
    for (uint32_t k = 0; k < 40; k++) {
        x.edges.source[k] = k % NET_EDGES_PRE;
        x.edges.target[k] = k + 5;
    }
    static const char text[] = NET_EDGES_TEXT("A: 1 nS", ", allow_multapses: false");
    x.edges.source[30] = x.edges.source[9];
    x.edges.target[30] = x.edges.target[9];
    x.edges.source[21] = x.edges.source[12];
    x.edges.target[21] = x.edges.target[12];
    expect_build_error(&x, text, "edge 22: 'P' 12 to 'Q' 17 is edge 13 already");
    net_edges_fini(&x);
}

static void autapse_when_forbidden_is_named(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 40, false);
    for (uint32_t k = 0; k < 40; k++) {
        x.edges.source[k] = k;
        x.edges.target[k] = k == 11 || k == 30 ? k : k + 1;
    }
    static const char text[] =
        "time: {duration: 1 ms, step: 0.1 ms}\n"
        "populations: {P: {model: test_cell.yaml, count: 50}}\n"
        "projections: {X: {from: P, to: P, rule: all_to_all, receptor: A, weight: 1 nS, "
        "allow_autapses: false}}\n";
    struct net_fixture f;
    struct err e = {0};
    EXPECT_EQ_I64(net_edges_try(&f, text, &x, "single", &e), ERR_FILE);
    EXPECT_TRUE(net_fixture_says(&f, DIAG_ERROR, "edge 12: cell 11 of 'P' reaches itself"));
    net_fixture_close(&f);
    net_edges_fini(&x);
}

static void build_when_memory_runs_out_says_so(void **state)
{
    (void)state;
    struct net_edges_given x;
    net_edges_init(&x, 400, true);
    struct net_fixture f;
    net_edges_open(&f, COLUMN_AND_DRAWN, &x, "double");
    uint32_t failures = 0;
    for (uint64_t k = 1; k < 300; k++) {
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
    EXPECT_TRUE(failures > 10 && failures < 299);
    net_fixture_close(&f);
    net_edges_fini(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_when_given_are_those_of_the_list),
        cmocka_unit_test(weights_when_given_or_drawn_are_held_to_the_last_bit_of_the_scale),
        cmocka_unit_test(scale_when_of_the_projection_multiplies_the_column),
        cmocka_unit_test(delays_when_of_an_expression_are_those_of_the_pair),
        cmocka_unit_test(edges_when_none_build),
        cmocka_unit_test(edges_when_wrong_are_named),
        cmocka_unit_test(values_when_wrong_name_the_edge),
        cmocka_unit_test(multapse_when_forbidden_names_the_first_edge_that_repeats),
        cmocka_unit_test(autapse_when_forbidden_is_named),
        cmocka_unit_test(build_when_memory_runs_out_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
