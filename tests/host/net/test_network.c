#include "support/expect.h"
#include "support/net_fixture.h"

#include "net/inside.h"
#include "base/stream.h"

static const char two[] =
    "time: {duration: 10 ms, settle: 2 ms, step: 0.1 ms}\n"
    "seed: 9\n"
    "populations:\n"
    "  P: {model: test_cell.yaml, count: 17}\n"
    "  Q: {model: test_cell.yaml, count: 16}\n"
    "inputs:\n"
    "  noise: {to: [P, Q], poisson: 100 Hz, weight: {C: 1 nS}}\n"
    "  off: {to: P, poisson: 100 Hz, weight: {C: 1 nS}, enabled: false}\n"
    "projections:\n"
    "  QP: {from: Q, to: P, rule: all_to_all, weight: {B: 1 nS, A: 2 nS}, delay: 0.3 ms}\n"
    "  PP: {from: [P, Q], to: [Q, P], rule: pairwise_bernoulli, p: 0.5, receptor: A, weight: 1 "
    "nS, delay: 1 ms}\n"
    "record:\n"
    "  spikes: [Q]\n"
    "  traces:\n"
    "    - {of: [P, Q], neurons: 0..2, every: 0.2 ms, variables: [v, w]}\n"
    "    - {of: P, random: 5, variables: [w, {name: twice, expr: \"2*w\"}]}\n";

static void network_when_created_has_numbers_in_the_files_order(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, two);
    const struct network *const n = f.n;
    EXPECT_EQ_I64(n->n_populations, 2);
    EXPECT_EQ_I64(n->n_cells, 33);
    EXPECT_EQ_I64(n->dt_fs, 100000000000);
    EXPECT_EQ_I64(n->n_settle, 20);
    EXPECT_EQ_I64(n->n_steps, 100);
    const struct net_population *const p = &n->populations[0], *const q = &n->populations[1];
    EXPECT_STR(p->name, "P");
    EXPECT_EQ_I64(p->n_padded, 32);
    EXPECT_EQ_I64(q->n_padded, 16);
    EXPECT_TRUE(!p->records_spikes && q->records_spikes);
    EXPECT_EQ_I64(p->step.n_events, 1); /* the input that is off is left out */
    EXPECT_EQ_I64(p->n_channels, 2);
    EXPECT_EQ_I64(q->n_channels, 1);
    EXPECT_EQ_U64(p->stream_keys[0], stream_key(9, STREAM_STEP, "P", 1));
    for (uint32_t k = 1; k < p->step.n_streams; k++) {
        EXPECT_EQ_U64(p->stream_keys[k], stream_key(9, STREAM_INPUT, "noise\0P", 7));
    }
    net_fixture_close(&f);
}

static void conns_when_created_stand_by_source_projection_target_receptor(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, two);
    const struct network *const n = f.n;
    static const struct {
        const char *projection;
        uint32_t pre, post;
        const char *receptor;
        bool shares;
    } expected[] = {
        {"PP", 0, 0, "A", false},
        {"PP", 0, 1, "A", false},
        {"QP", 1, 0, "B", false},
        {"QP", 1, 0, "A", true },
        {"PP", 1, 0, "A", false},
        {"PP", 1, 1, "A", false}
    };
    EXPECT_EQ_I64(n->n_conns, 6);
    for (uint32_t k = 0; k < 6; k++) {
        const struct net_conn *const c = &n->conns[k];
        EXPECT_STR(c->projection->name, expected[k].projection);
        EXPECT_EQ_I64(c->pre, expected[k].pre);
        EXPECT_EQ_I64(c->post, expected[k].post);
        EXPECT_EQ_I64(n->channels[c->channel].population, c->post);
        EXPECT_STR(
            n->populations[c->post].model->receptors[n->channels[c->channel].receptor].name,
            expected[k].receptor);
        EXPECT_EQ_I64(c->shares_wiring, expected[k].shares);
        EXPECT_TRUE(c->has_constant_delay && c->has_constant_weight && c->has_constant_p);
        EXPECT_EQ_I64(c->delay_min, k == 2 || k == 3 ? 3 : 10);
    }
    EXPECT_EQ_I64(n->populations[0].first_conn, 0);
    EXPECT_EQ_I64(n->populations[0].n_conns, 2);
    EXPECT_EQ_I64(n->populations[1].first_conn, 2);
    EXPECT_EQ_I64(n->populations[1].n_conns, 4);
    EXPECT_EQ_I64(n->slice, 4);
    net_fixture_close(&f);
}

static void traces_when_created_share_samples_and_random_cells(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, two);
    const struct network *const n = f.n;
    EXPECT_EQ_I64(n->n_traces, 6);
    EXPECT_EQ_I64(n->populations[0].step.n_samples, 3); /* v, w, twice */
    EXPECT_EQ_I64(n->populations[1].step.n_samples, 2);
    EXPECT_STR(n->traces[1].variable, "w");
    EXPECT_STR(n->traces[4].variable, "w");
    EXPECT_EQ_I64(n->traces[1].sample, n->traces[4].sample);
    EXPECT_EQ_I64(n->traces[0].n_cells, 3);
    EXPECT_EQ_I64(n->traces[0].every, 2);
    EXPECT_EQ_I64(n->traces[4].n_cells, 5);
    for (uint32_t k = 0; k < 5; k++) {
        EXPECT_EQ_I64(n->traces[4].cells[k], n->traces[5].cells[k]);
        EXPECT_TRUE(n->traces[4].cells[k] < 17 &&
                    (k == 0 || n->traces[4].cells[k] > n->traces[4].cells[k - 1]));
    }
    net_fixture_close(&f);
}

static void network_when_memory_runs_out_says_so(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, two);
    struct err e = {0};
    uint32_t failures = 0;
    for (uint64_t k = 1; k < 400; k++) {
        struct network *n = NULL;
        (void)mem_fail_at(k);
        const enum err_code code = network_create(&n, f.desc, &f.d, &e);
        (void)mem_fail_at(0);
        if (code == ERR_OK) {
            network_destroy(n);
            break;
        }
        EXPECT_TRUE(n == NULL);
        EXPECT_EQ_I64(code, ERR_NOMEM);
        failures++;
    }
    EXPECT_TRUE(failures > 10 && failures < 399);
    net_fixture_close(&f);
}

static void network_when_a_population_is_empty_is_fine(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f,
                     "time: {duration: 1 ms}\nspace: {shape: box, side: 10 um}\n"
                     "populations: {A: {model: test_cell.yaml, count: 3}, B: {model: "
                     "test_cell.yaml, density: 1 /mm3}}\n"
                     "projections: {X: {rule: pairwise_bernoulli, from: [A, B], to: [A, B], p: "
                     "\"exp(-distance/um)\", receptor: A, weight: 1 nS, "
                     "delay: \"distance/(1 um/ms)\"}}\n");
    struct net_wiring w;
    net_fixture_build(&f, &w, 2);
    EXPECT_EQ_I64(f.n->n_conns, 4);
    EXPECT_EQ_I64(f.n->conns[1].n_edges, 0);
    net_wiring_fini(&w);
    net_fixture_close(&f);
}

/* Terms reach the programs of their populations, in the order of the formula; a clamp is told
 * from a course on a parameter; a train is an event without a stream. */
static void programs_when_built_have_stops_clamps_and_trains(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 10 ms, step: 0.1 ms}\n"
        "populations:\n"
        "  P: {model: test_cell.yaml, count: 3}\n"
        "  Q: {model: test_cell.yaml, count: 40}\n"
        "inputs:\n"
        "  clamp: {to: P, variable: v, steps: [[1 ms, -50 mV], [2 ms, -40 mV]]}\n"
        "  course: {to: Q, variable: tau, steps: [[1 ms, 6 ms]]}\n"
        "  train: {to: [P, Q], spikes: [[2 ms, A, 0.5 nS], [1 ms, {B: 1 nS, A: 0.25 nS}]]}\n"
        "stop_when: \"any(Q.v > 0 mV) or (all(P.v > -45 mV) and any(P.w > 5)) or any(Q.w > "
        "7)\"\n";
    struct net_fixture f;
    net_fixture_open(&f, text);
    const struct net_population *const p = &f.n->populations[0], *const q =
                                                                     &f.n->populations[1];
    EXPECT_EQ_I64(f.desc->stop->n_terms, 4);
    EXPECT_EQ_I64(p->step.n_stops, 2);
    EXPECT_EQ_I64(q->step.n_stops, 2);
    EXPECT_EQ_I64(p->step.n_trains, 2);
    EXPECT_EQ_I64(q->step.n_trains, 2);
    EXPECT_EQ_I64(p->trains.n_events, 9);
    EXPECT_EQ_I64(q->trains.n_events, 120);
    EXPECT_EQ_I64(q->trains.n_blocks, 3);
    for (uint32_t k = 0; k < 2; k++) { /* one event at step 10 for each; A has step 20 too */
        const uint32_t receptor = q->step.trains[k].receptor;
        const bool is_a = strcmp(q->model->receptors[receptor].name, "A") == 0;
        const uint64_t *const ptr = q->trains.ptr + (size_t)4 * k;
        EXPECT_EQ_I64(ptr[1] - ptr[0], is_a ? 32 : 16);
        EXPECT_EQ_I64(ptr[3] - ptr[2], is_a ? 16 : 8);
        EXPECT_EQ_I64(q->trains.step[ptr[0]], 10);
        EXPECT_EQ_I64(q->trains.step[ptr[1] - 1], is_a ? 20 : 10);
        EXPECT_SAME_F64(q->trains.weight[ptr[0]], is_a ? 0.25 : 1.0);
    }
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_when_created_has_numbers_in_the_files_order),
        cmocka_unit_test(conns_when_created_stand_by_source_projection_target_receptor),
        cmocka_unit_test(traces_when_created_share_samples_and_random_cells),
        cmocka_unit_test(network_when_memory_runs_out_says_so),
        cmocka_unit_test(network_when_a_population_is_empty_is_fine),
        cmocka_unit_test(programs_when_built_have_stops_clamps_and_trains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
