/* Every rule against a plain loop that follows the definition of its random numbers, on several
 * threads and sizes. */
#include "support/expect.h"
#include "support/net_fixture.h"

#include "net/inside.h"

#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

static const uint32_t sizes[] = {1, 15, 16, 17, 64, 65, 257};
enum { N_SIZES = 7 };

static struct philox_words call(uint64_t key, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return philox4x32(a, b, c, d, (u32)key, (u32)(key >> 32));
}

static uint32_t pair_word(const struct net_conn *c, uint32_t i, uint32_t j)
{
    return philox_select(call(c->wiring_key, j / 64 * 16 + j % 16, i, 0, 0), j % 64 / 16);
}

static float distance(const struct network *n, const struct net_conn *c, uint32_t i, uint32_t j)
{
    const struct net_population *const a = &n->populations[c->pre],
                                       *const b = &n->populations[c->post];
    const float dx = b->x[j] - a->x[i], dy = b->y[j] - a->y[i], dz = b->z[j] - a->z[i];
    return f32_sqrt((dx * dx + dy * dy) + dz * dz);
}

/* The conn's targets, row after row, must be those of expected[i*n_post + j] (how often i
 * reaches j). */
static void expect_counts(const struct net_wiring *w, const struct net_conn *c,
                          const uint8_t *expected)
{
    const uint32_t n_pre = c->layout.n_pre, n_post = c->layout.n_post;
    struct net_fixture_edge *const edges = net_fixture_edges(&(const struct network){0}, w, c);
    uint8_t *const found = calloc((size_t)n_pre * n_post + 1, 1);
    for (uint64_t k = 0; k < c->n_edges; k++) {
        found[(size_t)edges[k].source * n_post + edges[k].target]++;
    }
    EXPECT_TRUE(memcmp(found, expected, (size_t)n_pre * n_post) == 0);
    free(found);
    free(edges);
}

static void make_text(char *text, size_t n, uint32_t n_p, uint32_t n_q, const char *projection)
{
    snprintf(text, n,
             "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 100 um}\n"
             "populations: {P: {model: test_cell.yaml, count: %u}, Q: {model: test_cell.yaml, "
             "count: %u}}\n"
             "defaults: {projections: {receptor: A, weight: 1 nS}}\n"
             "projections: {X: {%s}}\n",
             n_p, n_q, projection);
}

/* Expected counts of one conn. */
typedef void expect_fill(const struct network *n, const struct net_conn *c, bool autapses,
                         uint8_t *out);

static void check_rule(const char *projection, bool same_size, bool autapses, expect_fill *fill)
{
    for (uint32_t s = 0; s < N_SIZES; s++) {
        char text[1024], full[512];
        const uint32_t n_q = same_size ? sizes[s] : sizes[N_SIZES - 1 - s];
        snprintf(full, sizeof full, "from: [P, Q], to: [P, Q], %s, allow_autapses: %s",
                 projection, autapses ? "true" : "false");
        make_text(text, sizeof text, sizes[s], n_q, full);
        struct net_fixture f;
        net_fixture_open(&f, text);
        for (uint32_t threads = 1; threads <= 3; threads++) {
            struct net_wiring w;
            net_fixture_build(&f, &w, threads);
            uint64_t n_edges = 0;
            for (uint32_t k = 0; k < f.n->n_conns; k++) {
                const struct net_conn *const c = &f.n->conns[k];
                uint8_t *const expected =
                    calloc((size_t)c->layout.n_pre * c->layout.n_post + 1, 1);
                fill(f.n, c, autapses || c->pre != c->post, expected);
                expect_counts(&w, c, expected);
                free(expected);
                n_edges += c->n_edges;
            }
            EXPECT_EQ_I64(f.n->n_edges, n_edges);
            net_wiring_fini(&w);
        }
        net_fixture_close(&f);
    }
}

static void fill_constant_p(const struct network *n, const struct net_conn *c, bool autapses,
                            uint8_t *out)
{
    (void)n;
    for (uint32_t i = 0; i < c->layout.n_pre; i++) {
        for (uint32_t j = 0; j < c->layout.n_post; j++) {
            const bool is_in = (double)pair_word(c, i, j) < floor(c->p * 4294967296.0 + 0.5);
            out[(size_t)i * c->layout.n_post + j] = is_in && (autapses || i != j) ? 1 : 0;
        }
    }
}

static void fill_distance_p(const struct network *n, const struct net_conn *c, bool autapses,
                            uint8_t *out)
{
    for (uint32_t i = 0; i < c->layout.n_pre; i++) {
        for (uint32_t j = 0; j < c->layout.n_post; j++) {
            const float p = 1.5f * f32_exp(-f32_div(distance(n, c, i, j), 30.0f));
            const bool is_in = f32_u01(pair_word(c, i, j)) < p;
            out[(size_t)i * c->layout.n_post + j] = is_in && (autapses || i != j) ? 1 : 0;
        }
    }
}

static void fill_all(const struct network *n, const struct net_conn *c, bool autapses,
                     uint8_t *out)
{
    (void)n;
    for (uint32_t i = 0; i < c->layout.n_pre; i++) {
        for (uint32_t j = 0; j < c->layout.n_post; j++) {
            out[(size_t)i * c->layout.n_post + j] = autapses || i != j ? 1 : 0;
        }
    }
}

static void fill_one(const struct network *n, const struct net_conn *c, bool autapses,
                     uint8_t *out)
{
    (void)n;
    for (uint32_t i = 0; i < c->layout.n_pre; i++) {
        out[(size_t)i * c->layout.n_post + i] = autapses ? 1 : 0;
    }
}

static void fill_indegree(const struct network *n, const struct net_conn *c, bool autapses,
                          uint8_t *out)
{
    (void)n;
    const struct desc_projection *const p = c->projection;
    const uint32_t n_pre = c->layout.n_pre, n_post = c->layout.n_post;
    for (uint32_t j = 0; j < n_post; j++) {
        for (uint32_t k = 0; k < p->indegree; k++) {
            uint32_t i = 0;
            for (uint32_t retry = 0;; retry++) {
                const uint32_t word =
                    philox_select(call(c->wiring_key, j, k / 4, 1, retry), k % 4);
                i = (uint32_t)(((uint64_t)word * n_pre) >> 32);
                if ((autapses || i != j) &&
                    (p->allow_multapses || out[(size_t)i * n_post + j] == 0)) {
                    break;
                }
            }
            out[(size_t)i * n_post + j]++;
        }
    }
}

static void pairwise_when_p_is_constant_follows_its_words(void **state)
{
    (void)state;
    check_rule("rule: pairwise_bernoulli, p: 0.3", false, true, fill_constant_p);
    check_rule("rule: pairwise_bernoulli, p: 0.3", false, false, fill_constant_p);
    check_rule("rule: pairwise_bernoulli, p: 0", false, true, fill_constant_p);
    check_rule("rule: pairwise_bernoulli, p: 1", false, true, fill_constant_p);
}

static void pairwise_when_p_falls_with_distance_follows_its_words(void **state)
{
    (void)state;
    check_rule("rule: pairwise_bernoulli, p: \"1.5*exp(-distance/(30 um))\"", false, true,
               fill_distance_p);
    check_rule("rule: pairwise_bernoulli, p: \"1.5*exp(-distance/(30 um))\"", false, false,
               fill_distance_p);
}

static void all_to_all_when_built_reaches_all(void **state)
{
    (void)state;
    check_rule("rule: all_to_all", false, true, fill_all);
    check_rule("rule: all_to_all", false, false, fill_all);
}

static void one_to_one_when_built_reaches_its_partner(void **state)
{
    (void)state;
    check_rule("rule: one_to_one", true, true, fill_one);
    check_rule("rule: one_to_one", true, false, fill_one);
}

static void fixed_indegree_when_built_follows_its_draws(void **state)
{
    (void)state;
    check_rule("rule: fixed_indegree, indegree: 5", false, true, fill_indegree);
    check_rule("rule: fixed_indegree, indegree: 1, allow_multapses: false", false, true,
               fill_indegree);
    check_rule("rule: fixed_indegree, indegree: 0", false, false, fill_indegree);
}

static void fixed_indegree_when_multapses_are_forbidden_draws_again(void **state)
{
    (void)state;
    char text[1024];
    for (uint32_t autapses = 0; autapses < 2; autapses++) {
        char projection[200];
        snprintf(projection, sizeof projection,
                 "from: P, to: P, rule: fixed_indegree, indegree: %u, allow_multapses: false, "
                 "allow_autapses: %s",
                 64 + autapses, autapses ? "true" : "false");
        make_text(text, sizeof text, 65, 1,
                  projection); /* as many sources as there are: every one exactly once */
        struct net_fixture f;
        net_fixture_open(&f, text);
        struct net_wiring w;
        net_fixture_build(&f, &w, 2);
        uint8_t expected[65 * 65] = {0};
        fill_indegree(f.n, &f.n->conns[0], autapses == 1, expected);
        expect_counts(&w, &f.n->conns[0], expected);
        uint8_t all[65 * 65] = {0};
        fill_all(f.n, &f.n->conns[0], autapses == 1, all);
        EXPECT_TRUE(memcmp(all, expected, sizeof all) == 0);
        net_wiring_fini(&w);
        net_fixture_close(&f);
    }
}

/* In-degrees are binomial(n, p): mean of 2,000 within 5 sd of the mean (false alarm 6e-7),
 * variance within 5 sd of it (normal approximation of a chi-square with 1,999 degrees of
 * freedom). */
static void pairwise_when_large_has_binomial_in_degrees(void **state)
{
    (void)state;
    char text[1024];
    make_text(text, sizeof text, 1000, 2000,
              "from: P, to: Q, rule: pairwise_bernoulli, p: 0.13");
    struct net_fixture f;
    net_fixture_open(&f, text);
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    static uint32_t degree[2000];
    memset(degree, 0, sizeof degree);
    for (uint64_t k = 0; k < f.n->n_edges; k++) {
        degree[w.target[k]]++;
    }
    const double expected = 1000 * 0.13, variance = expected * 0.87;
    double mean = 0.0, squares = 0.0;
    for (int j = 0; j < 2000; j++) {
        mean += degree[j] / 2000.0;
        squares += (degree[j] - expected) * (degree[j] - expected) / 2000.0;
    }
    EXPECT_NEAR(mean, expected, 5.0 * sqrt(variance / 2000.0));
    EXPECT_NEAR(squares, variance, 5.0 * variance * sqrt(2.0 / 1999.0));
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void expect_refused(const char *projection, uint32_t n_p, uint32_t n_q, const char *part)
{
    char text[1024];
    make_text(text, sizeof text, n_p, n_q, projection);
    struct net_fixture f;
    struct err e = {0};
    EXPECT_EQ_I64(net_fixture_try(&f, text, NULL, 0, &e), ERR_FILE);
    if (!net_fixture_says(&f, DIAG_ERROR, part)) {
        net_fixture_fail(&f, ERR_FILE, &e);
    }
    net_fixture_close(&f);
}

static void rules_when_sizes_cannot_be_refuse(void **state)
{
    (void)state;
    expect_refused("from: P, to: Q, rule: one_to_one", 3, 4, "'P' has 3 cells and 'Q'");
    expect_refused("from: P, to: Q, rule: fixed_indegree, indegree: 4, allow_multapses: false",
                   3, 4, "population 'P'");
    expect_refused("from: P, to: P, rule: fixed_indegree, indegree: 3, allow_multapses: false, "
                   "allow_autapses: false",
                   3, 4, "'P'");
    expect_refused("from: P, to: P, rule: fixed_indegree, indegree: 1, allow_autapses: false",
                   1, 4, "'P'");
    expect_refused("from: P, to: P, rule: fixed_indegree, indegree: 1000000", 5000, 1, "X");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairwise_when_p_is_constant_follows_its_words),
        cmocka_unit_test(pairwise_when_p_falls_with_distance_follows_its_words),
        cmocka_unit_test(all_to_all_when_built_reaches_all),
        cmocka_unit_test(one_to_one_when_built_reaches_its_partner),
        cmocka_unit_test(fixed_indegree_when_built_follows_its_draws),
        cmocka_unit_test(fixed_indegree_when_multapses_are_forbidden_draws_again),
        cmocka_unit_test(pairwise_when_large_has_binomial_in_degrees),
        cmocka_unit_test(rules_when_sizes_cannot_be_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
