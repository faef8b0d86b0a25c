#include "support/expect.h"

#include "desc_fixture.h"

static int write_cells(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file(
        "current.yaml",
        "receptors: {EX: i_x, G: g}\nstate: {i_x: 0 pA, g: 0 nS}\nequations: |\n  di_x/dt = "
        "-i_x/(5 ms)\n  dg/dt = -g/(5 ms)\n");
    (void)fixture_file("signed.csv", "pre,post,w\n0,4,-1.5\n9,0,2\n");
    (void)fixture_file("bare.yaml",
                       "units: none\nreceptors: {E: v}\nstate: {v: 0 mV}\nequations: v = v\n");
    (void)fixture_file(
        "edges.csv",
        "pre,post,w,g,delay_us\n0,4,1.5,0.25,100\n9,0,2,0,149.9\n0,4,1,1,150\n3,3,0,0,0\n");
    return 0;
}

static void load(struct fixture *f, const char *projection)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "time: {duration: 100 ms}\npopulations:\n  A: {model: lif.yaml, count: 10}\n"
                   "  B: {model: lif.yaml, count: 5}\n  C: {model: bare.yaml, count: "
                   "5}\n  S: {model: current.yaml, count: 5}\nprojections:\n  E: {%s}\n",
                   projection);
    fixture_network_with(f, text, NULL);
}

static void edges_when_read_keep_the_files_order(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "from: A, to: B, rule: edges, file: edges.csv, weight: {AMPA: {column: w, unit: "
             "nS}, GABA: {column: g, "
             "unit: uS}}, delay: {column: delay_us, unit: us}, scale: 2");
    assert_int_equal(f.code, ERR_OK);
    const struct desc_projection *const p = f.net->projections;
    const struct desc_edges *const e = p->edges;
    assert_non_null(e);
    EXPECT_EQ_I64(p->rule, RULE_EDGES);
    EXPECT_EQ_I64(e->n, 4);
    static const uint32_t source[] = {0, 9, 0, 3}, target[] = {4, 0, 4, 3},
                          delay[] = {1, 1, 2, 0};
    static const double w[] = {1.5, 2, 1, 0}, g[] = {250, 0, 1000, 0};
    for (uint32_t k = 0; k < 4; k++) {
        EXPECT_EQ_I64(e->source[k], source[k]);
        EXPECT_EQ_I64(e->target[k], target[k]);
        EXPECT_EQ_I64(e->delay[k], delay[k]);
        EXPECT_NEAR(e->weight[0][k], w[k], 0);
        EXPECT_NEAR(e->weight[1][k], g[k], 0);
    }
    EXPECT_EQ_I64(p->n_weights, 2);
    EXPECT_STR(p->weights[1].receptor, "GABA");
    EXPECT_TRUE(p->weights[0].value == NULL && p->delay == NULL);
    fixture_close(&f);
}

static void edges_when_weight_and_delay_are_expressions_have_no_columns(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "from: A, to: B, rule: edges, file: edges.csv, weight: {AMPA: {column: w, unit: "
             "nS}, GABA: \"uniform(1 "
             "nS, 2 nS)\"}, source: pre, target: post");
    assert_int_equal(f.code, ERR_OK);
    const struct desc_projection *const p = f.net->projections;
    EXPECT_TRUE(p->edges->weight[0] != NULL && p->edges->weight[1] == NULL &&
                p->edges->delay == NULL);
    EXPECT_TRUE(p->weights[1].value != NULL);
    EXPECT_NEAR(fixture_value(p->delay), 1, 0);
    fixture_close(&f);
    load(&f, "from: A, to: B, rule: edges, file: edges.csv, receptor: gaba, weight: {column: "
             "w, unit: nS}");
    assert_int_equal(f.code, ERR_OK);
    EXPECT_NEAR(f.net->projections->edges->weight[0][1], 2, 0);
    fixture_close(&f);
    /* A model without units takes bare numbers, and others in its declared unit. */
    load(&f, "from: A, to: C, rule: edges, file: edges.csv, weight: {column: w}");
    assert_int_equal(f.code, ERR_OK);
    EXPECT_NEAR(f.net->projections->edges->weight[0][1], 2, 0);
    fixture_close(&f);
    load(&f, "from: A, to: C, rule: edges, file: edges.csv, weight: {column: w, unit: V}");
    assert_int_equal(f.code, ERR_OK);
    EXPECT_NEAR(f.net->projections->edges->weight[0][1], 2000, 0);
    fixture_close(&f);
}

static void expect_error(const char *projection, const char *message)
{
    struct fixture f;
    load(&f, projection);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), message);
    fixture_close(&f);
}

static void edges_when_wrong_are_refused(void **state)
{
    (void)state;
#define EDGES "from: A, to: B, rule: edges, file: edges.csv, "
    expect_error("from: A, to: B, rule: edges, receptor: AMPA, weight: 1 nS",
                 "rule edges needs 'file'");
    expect_error("from: A, to: B, rule: edges, file: edgs.csv, receptor: AMPA, weight: 1 nS",
                 "cannot read '");
    expect_error(
        "from: [A, B], to: B, rule: edges, file: edges.csv, receptor: AMPA, weight: 1 nS",
        "one population to one other");
    expect_error(EDGES "receptor: AMPA, weight: 1 nS, source: prr", "has no column 'prr'");
    expect_error(EDGES "receptor: AMPA, weight: 1 nS, p: 0.5", "rule edges has no 'p'");
    expect_error("from: A, to: B, rule: all_to_all, file: x.csv, receptor: AMPA, weight: 1 nS",
                 "rule all_to_all has no 'file'");
    expect_error(
        "from: A, to: B, rule: all_to_all, receptor: AMPA, weight: {column: w, unit: nS}",
        "belongs to a projection with rule edges");
    expect_error(EDGES "receptor: AMPA, weight: {column: w}",
                 "weight of projection 'E' has no 'unit'");
    expect_error(EDGES "receptor: AMPA, weight: {column: w, unit: mV}",
                 "is mV, where nS is wanted");
    expect_error(EDGES "receptor: AMPA, weight: {column: x, unit: nS}", "has no column 'x'");
    expect_error(EDGES "receptor: AMPX, weight: {column: w, unit: nS}",
                 "has no receptor 'AMPX'");
    expect_error(EDGES "weight: {AMPA: {unit: nS}}",
                 "a weight of projection 'E' has no 'column'");
    expect_error(EDGES "weight: {AMPA: {column: w, unit: nS, scale: 2}}",
                 "unknown key 'scale'");
    expect_error(EDGES "receptor: AMPA, weight: 1 nS, delay: {column: delay_us}",
                 "delay of projection 'E' has no 'unit'");
    expect_error(EDGES "receptor: AMPA, weight: 1 nS, delay: {unit: us}",
                 "delay of projection 'E' has no 'column'");
    expect_error("from: B, to: A, rule: edges, file: edges.csv, receptor: AMPA, weight: 1 nS",
                 "edges.csv:3:1: error: there is no cell 9: population 'B' has 5 cells");
    (void)fixture_file(
        "bad.csv", "source,target,w,d\n0,0,-1,1\n0,1.5,1,-1\n0,0,1,1e9\n-1,0,nan,0\n0,0,,0\n");
    struct fixture f;
    load(&f, "from: A, to: B, rule: edges, file: bad.csv, receptor: AMPA, weight: {column: w, "
             "unit: nS}, delay: {column: "
             "d, unit: ms}");
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_EQ_I64(f.d.n_errors, 7);
    static const char *const parts[] = {
        "bad.csv:2:5: error: -1: a weight must be 0 or more",
        "bad.csv:3:3: error: column 'target': '1.5' is not a whole number",
        "bad.csv:3:9: error: a delay of -1 ms",
        "bad.csv:4:7: error: a delay of 1000000000 ms",
        "bad.csv:5:1: error: there is no cell -1",
        "bad.csv:5:6: error: column 'w': 'nan' is not a finite number",
        "bad.csv:6:5: error: column 'w' is empty here"};
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        EXPECT_CONTAINS(text_string(&f.found), parts[k]);
    }
    fixture_close(&f);
}

static void weights_when_below_zero_are_those_of_no_conductance(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const sound[] = {
        "from: A, to: S, rule: edges, file: signed.csv, receptor: EX, weight: {column: w, "
        "unit: "
        "pA}",
        "from: A, to: C, rule: edges, file: signed.csv, weight: {column: w}"};
    for (size_t k = 0; k < 2; k++) {
        load(&f, sound[k]);
        if (f.code != ERR_OK) {
            fail_msg("%s", text_string(&f.found));
        }
        EXPECT_NEAR(f.net->projections->edges->weight[0][0], -1.5, 0);
        EXPECT_NEAR(f.net->projections->edges->weight[0][1], 2, 0);
        fixture_close(&f);
    }
    expect_error(
        "from: A, to: S, rule: edges, file: signed.csv, weight: {EX: {column: w, unit: "
        "pA}, G: {column: w, unit: nS}}",
        "signed.csv:2:5: error: -1.5: a weight must be 0 or more, and finite");
    expect_error("from: A, to: S, rule: edges, file: signed.csv, receptor: G, weight: {column: "
                 "w, unit: nS}",
                 "its reversal potential or its sign in the model inhibits");
    (void)fixture_file("huge.csv", "pre,post,w\n0,4,-2e30\n");
    expect_error("from: A, to: S, rule: edges, file: huge.csv, receptor: EX, weight: {column: "
                 "w, unit: pA}",
                 "huge.csv:2:5: error: -2e30: a weight must be finite");
}

/* The flattened network lies elsewhere, so it names the file by its whole path; its bytes are
 * in the network's hash. */
static void network_when_flattened_finds_its_file(void **state)
{
    (void)state;
    struct fixture f;
    (void)fixture_file("few.csv", "pre,post\n0,0\n");
    const char *const projection =
        "from: A, to: B, rule: edges, file: few.csv, receptor: AMPA, weight: 1 nS";
    load(&f, projection);
    assert_int_equal(f.code, ERR_OK);
    const uint64_t hash = f.net->content_hash;
    struct text out = {0};
    yaml_write(f.net->tree, &out);
    EXPECT_TRUE(strstr(text_string(&out), "file: /") != NULL ||
                strstr(text_string(&out), "file: \"/") != NULL);
    text_fini(&out);
    fixture_close(&f);
    (void)fixture_file("few.csv", "pre,post\n0,1\n");
    load(&f, projection);
    EXPECT_TRUE(f.net->content_hash != hash);
    fixture_close(&f);
}

static void edges_when_many_stream_into_place(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "pre,post,w\n");
    for (uint32_t k = 0; k < 200000; k++) {
        text_print(&text, "%u,%u,%u.25\n", k % 10, k % 5, k % 1000);
    }
    (void)fixture_file("many.csv", text_string(&text));
    text_fini(&text);
    struct fixture f;
    load(&f, "from: A, to: B, rule: edges, file: many.csv, receptor: AMPA, weight: {column: w, "
             "unit: nS}");
    assert_int_equal(f.code, ERR_OK);
    const struct desc_edges *const e = f.net->projections->edges;
    EXPECT_EQ_I64(e->n, 200000);
    uint32_t n_wrong = 0;
    for (uint32_t k = 0; k < 200000; k++) {
        n_wrong += e->source[k] != k % 10 || e->target[k] != k % 5 ||
                   !(e->weight[0][k] >= k % 1000 + 0.25) ||
                   !(e->weight[0][k] <= k % 1000 + 0.25);
    }
    EXPECT_EQ_I64(n_wrong, 0);
    fixture_close(&f);
}

static void memory_when_out_is_an_error(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 30; n++) {
        struct fixture f;
        fixture_open(&f);
        const char *const path = fixture_file(
            "net.yaml", "time: {duration: 1 ms}\npopulations: {A: {model: lif.yaml, count: "
                        "10}}\nprojections:\n"
                        "  E: {from: A, to: A, rule: edges, file: edges.csv, receptor: AMPA, "
                        "weight: {column: w, "
                        "unit: nS}}\ninputs:\n  I: {to: A, spikes: [[0.2 ms, AMPA, 1 nS]]}\n");
        (void)mem_fail_at(n);
        f.code = desc_load_network(&f.net, path, NULL, &f.d, &f.e);
        (void)mem_fail_at(0);
        EXPECT_TRUE((f.code == ERR_OK) == (f.net != NULL));
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_when_read_keep_the_files_order),
        cmocka_unit_test(edges_when_weight_and_delay_are_expressions_have_no_columns),
        cmocka_unit_test(edges_when_wrong_are_refused),
        cmocka_unit_test(weights_when_below_zero_are_those_of_no_conductance),
        cmocka_unit_test(network_when_flattened_finds_its_file),
        cmocka_unit_test(edges_when_many_stream_into_place),
        cmocka_unit_test(memory_when_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, write_cells, fixture_clean);
}
