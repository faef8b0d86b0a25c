#include "support/expect.h"
#include "support/net_fixture.h"

static const char cube[] = "time: {duration: 1 ms, step: 0.1 ms}\n"
                           "space: {shape: box, side: 500 um}\n"
                           "functions:\n"
                           "  wiring(x, a, b, c, delta, eta): \"min(1, exp(-(a + b*(1 - "
                           "exp(-c*(x - delta)))*exp(eta*x))))\"\n"
                           "  p_spn(x): \"wiring(x, 0.5107254670320044, 1.033044627943106, "
                           "0.04199070199515949, 26.827632170516825, "
                           "0.003892406653498076)\"\n"
                           "populations: {SPN: {model: test_cell.yaml, density: 84900 /mm3}, "
                           "B: {model: test_cell.yaml, count: 100}}\n"
                           "projections:\n"
                           "  S: {from: SPN, to: SPN, rule: pairwise_bernoulli, p: "
                           "\"p_spn(distance/um)\", allow_autapses: false, receptor: A, "
                           "weight: 1 nS, delay: \"1 ms + distance/(0.8 m/s)\"}\n"
                           "  B: {from: B, to: SPN, rule: fixed_indegree, indegree: 3, weight: "
                           "{A: \"uniform(1 nS, 2 nS)\", B: 1 nS}, delay: 2 ms}\n"
                           "record: {traces: [{of: B, neurons: all, variables: [v]}]}\n";

/* Humphries, Wood and Gurney 2010 (doi 10.1371/journal.pcbi.1001011), distance function of SPN
 * pairs in a cube of 500 um: 334.4 partners by integration over pairs beyond 10 um, and 0.36
 * within. The places of one draw of 10,612 cells move the mean by about 0.3 %. */
static void plan_when_p_is_an_expression_is_near_the_real_number(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, cube);
    struct net_plan plan;
    struct err e = {0};
    EXPECT_OK(network_plan(f.n, f.arena, &plan, &e));
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    EXPECT_EQ_I64(f.n->populations[0].n,
                  10613); /* 84900 per mm3 in 0.125 mm3, rounded half away from 0 */
    EXPECT_NEAR(plan.n_synapses / (double)f.n->n_edges, 1.0, 0.03);
    EXPECT_EQ_I64(plan.n_cells, f.n->n_cells);
    EXPECT_EQ_I64(plan.slice_least, 1);
    EXPECT_NEAR(plan.slice_most, f.n->slice, 1);
    EXPECT_NEAR((double)f.n->conns[0].n_edges / 10613.0, 334.76, 0.01 * 334.76);
    uint64_t sum = 0, targets = 0, rings = 0, rows = 0;
    for (uint32_t k = 0; k < plan.n_rows; k++) {
        sum += plan.rows[k].bytes;
        targets = strstr(plan.rows[k].what, "targets") != NULL ? plan.rows[k].bytes : targets;
        rings = strstr(plan.rows[k].what, "rings") != NULL ? plan.rows[k].bytes : rings;
        rows = strstr(plan.rows[k].what, "row pointers") != NULL ? plan.rows[k].bytes : rows;
    }
    EXPECT_EQ_U64(plan.bytes, sum);
    EXPECT_NEAR((double)targets / (4.0 * (double)w.n_targets), 1.0, 0.03);
    EXPECT_NEAR((double)rings / (4.0 * (double)f.n->ring_elements), 1.0, 0.15);
    EXPECT_NEAR((double)rows / (8.0 * (double)w.n_rows), 1.0, 0.3);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

static void plan_when_there_is_no_projection_counts_the_cells(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(
        &f, "time: {duration: 1 ms}\npopulations: {P: {model: test_cell.yaml, count: 17}}\n");
    struct net_plan plan;
    struct err e = {0};
    EXPECT_OK(network_plan(f.n, f.arena, &plan, &e));
    EXPECT_NEAR(plan.n_synapses, 0.0, 0.0);
    EXPECT_EQ_I64(plan.slice_least, SLICE_MAX);
    EXPECT_EQ_I64(plan.slice_most, SLICE_MAX);
    EXPECT_TRUE(plan.bytes >= 5 * 32 * 4);
    EXPECT_EQ_I64(f.n->slice, SLICE_MAX);
    net_fixture_close(&f);
}

static uint64_t row_bytes(const struct net_plan *plan, const char *what)
{
    for (uint32_t k = 0; k < plan->n_rows; k++) {
        if (strcmp(plan->rows[k].what, what) == 0) {
            return plan->rows[k].bytes;
        }
    }
    return 0;
}

/* Twice the state, weights and rings of single precision; the same rows and targets. */
static void plan_when_in_double_has_wider_numbers(void **state)
{
    (void)state;
    struct net_fixture f, g;
    net_fixture_open(&f, cube);
    net_fixture_open_double(&g, cube);
    struct net_plan a, b;
    struct err e = {0};
    EXPECT_OK(network_plan(f.n, f.arena, &a, &e));
    EXPECT_OK(network_plan(g.n, g.arena, &b, &e));
    static const char *const wider[] = {"state of the cells", "input rings",
                                        "weights of synapses", "samples of traces"};
    static const char *const same[] = {"row pointers", "targets of synapses",
                                       "parameters and positions of each cell"};
    for (uint32_t k = 0; k < 4; k++) {
        EXPECT_TRUE(row_bytes(&a, wider[k]) > 0);
        EXPECT_EQ_U64(row_bytes(&b, wider[k]), 2 * row_bytes(&a, wider[k]));
    }
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_TRUE(row_bytes(&a, same[k]) > 0);
        EXPECT_EQ_U64(row_bytes(&b, same[k]), row_bytes(&a, same[k]));
    }
    net_fixture_close(&f);
    net_fixture_close(&g);
}

/* Edges and events that are given are counted exactly; delays of a column are known. */
static void plan_when_edges_are_given_is_exact(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 100 ms, step: 0.1 ms}\n"
        "populations: {P: {model: test_cell.yaml, count: 5}, Q: {model: test_cell.yaml, count: "
        "7}}\n"
        "inputs: {E: {to: Q, spikes: [[20 ms, A, 0.6 nS], [30 ms, {A: 1 nS, B: 2 nS}]]}}\n"
        "projections: {X: {from: P, to: Q, rule: edges, file: edges.csv, receptor: A, weight: "
        "{column: w, unit: nS}, delay: {column: d, unit: ms}}}\n";
    static const char *const files[] = {
        "edges.csv", "source,target,w,d\n0,3,1.5,0.5\n4,6,2,0.8\n0,0,1,0.5\n0,3,1,0.5\n", NULL};
    struct net_fixture f;
    struct err e = {0};
    const struct desc_options options = {0};
    enum err_code code = net_fixture_load(&f, text, files, &options, &e);
    code = code == ERR_OK ? network_create(&f.n, f.desc, &f.d, &e) : code;
    if (code != ERR_OK) {
        net_fixture_fail(&f, code, &e);
    }
    struct net_plan plan;
    EXPECT_OK(network_plan(f.n, f.arena, &plan, &e));
    struct net_wiring w;
    net_fixture_build(&f, &w, 1);
    EXPECT_NEAR(plan.n_synapses, 4.0, 0.0);
    EXPECT_EQ_U64(row_bytes(&plan, "targets of synapses"), 16);
    EXPECT_EQ_U64(row_bytes(&plan, "weights of synapses"), 16);
    EXPECT_EQ_U64(row_bytes(&plan, "row pointers"), 8 * w.n_rows);
    EXPECT_EQ_U64(row_bytes(&plan, "input rings"), 4 * f.n->ring_elements);
    EXPECT_EQ_I64(plan.slice_least, 6);
    EXPECT_EQ_I64(plan.slice_most, 6);
    EXPECT_EQ_I64(f.n->slice, 6);
    EXPECT_EQ_U64(row_bytes(&plan, "edges as the file has them"), 4 * (8 + 8 + 4));
    EXPECT_EQ_U64(row_bytes(&plan, "given events"), 7 * 3 * 16);
    EXPECT_EQ_I64(f.n->populations[1].step.n_trains, 2);
    EXPECT_EQ_U64(f.n->populations[1].trains.n_events, 21);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_when_p_is_an_expression_is_near_the_real_number),
        cmocka_unit_test(plan_when_there_is_no_projection_counts_the_cells),
        cmocka_unit_test(plan_when_in_double_has_wider_numbers),
        cmocka_unit_test(plan_when_edges_are_given_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
