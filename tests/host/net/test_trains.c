#include "support/expect.h"
#include "support/net_fixture.h"

#include "base/hash.h"

static const char text[] = "time: {duration: 100 ms, step: 0.1 ms}\n"
                           "populations: {P: {model: test_cell.yaml, count: 21}, Q: {model: "
                           "test_cell.yaml, count: 50}}\n"
                           "inputs:\n"
                           "  E: {to: [P, Q], poisson: 1 Hz, weight: {A: 1 nS, B: 1 nS}}\n"
                           "  F: {to: P, poisson: 1 Hz, receptor: A, weight: 1 nS}\n";

/* Both inputs become given events. */
static void open_trains(struct net_fixture *f, struct desc_spike *e_spikes, uint64_t n_e,
                        struct desc_spike *f_spikes, uint64_t n_f, const char *precision)
{
    struct err e = {0};
    const struct desc_options options = {.precision = precision};
    const enum err_code code = net_fixture_load(f, text, NULL, &options, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
    EXPECT_EQ_I64(f->desc->n_inputs, 2);
    f->desc->inputs[0].kind = f->desc->inputs[1].kind = DESC_TRAIN;
    f->desc->inputs[0].spikes = e_spikes;
    f->desc->inputs[0].n_spikes = n_e;
    f->desc->inputs[1].spikes = f_spikes;
    f->desc->inputs[1].n_spikes = n_f;
}

/* Sorted by block, step, lane, and then as the file has them: the weight is the place in the
 * file. */
static void events_when_placed_stand_by_block_step_and_lane(void **state)
{
    (void)state;
    enum { EVENTS = 5000 };
    struct desc_spike *const spikes = calloc(EVENTS, sizeof *spikes);
    for (uint32_t k = 0; k < EVENTS; k++) {
        spikes[k] = (struct desc_spike){.step = (int64_t)(hash_mix64(k) % 100),
                                        .neuron = (uint32_t)(hash_mix64(k + 7) % 21),
                                        .receptor = (uint32_t)(hash_mix64(k + 9) % 2),
                                        .weight = (double)k};
    }
    struct desc_spike one = {.step = 3, .neuron = 20, .weight = 0.5};
    struct net_fixture f;
    open_trains(&f, spikes, EVENTS, &one, 1, NULL);
    struct err e = {0};
    EXPECT_OK(network_create(&f.n, f.desc, &f.d, &e));
    const struct net_population *const p = &f.n->populations[0];
    const struct net_trains *const t = &p->trains;
    EXPECT_EQ_I64(p->step.n_trains, 3);
    EXPECT_EQ_I64(t->n_blocks, 2);
    EXPECT_EQ_I64(t->n_events, EVENTS + 1);
    uint64_t at = 0;
    for (uint32_t k = 0; k < 2; k++) {
        EXPECT_EQ_I64(p->step.trains[k].receptor, k);
        for (uint32_t block = 0; block < 2; block++) {
            EXPECT_EQ_I64(t->ptr[k * 3 + block], at);
            const uint64_t end = t->ptr[k * 3 + block + 1];
            for (; at < end; at++) {
                const struct desc_spike *const s = &spikes[(uint32_t)t->weight[at]];
                EXPECT_EQ_I64(s->step, t->step[at]);
                EXPECT_EQ_I64(s->neuron, block * CELL_BLOCK + t->lane[at]);
                EXPECT_EQ_I64(s->receptor, k);
                if (at > t->ptr[k * 3 + block]) {
                    const bool is_later =
                        t->step[at] != t->step[at - 1]   ? t->step[at] > t->step[at - 1]
                        : t->lane[at] != t->lane[at - 1] ? t->lane[at] > t->lane[at - 1]
                                                         : t->weight[at] > t->weight[at - 1];
                    EXPECT_TRUE(is_later);
                }
            }
        }
    }
    EXPECT_EQ_I64(at, EVENTS);
    EXPECT_EQ_I64(t->ptr[6], EVENTS); /* F: nothing in block 0 */
    EXPECT_EQ_I64(t->ptr[7], EVENTS);
    EXPECT_EQ_I64(t->ptr[8], EVENTS + 1);
    EXPECT_EQ_I64(t->lane[EVENTS], 4);
    EXPECT_EQ_I64(f.n->populations[1].trains.n_events, EVENTS); /* Q has E too, and not F */
    net_fixture_close(&f);
    free(spikes);
}

/* 0.1 and 0.3 are rounded to single precision there; events of one step keep their order. */
static void weights_when_placed_are_of_the_networks_precision(void **state)
{
    (void)state;
    struct desc_spike spikes[3] = {
        {.step = 5, .neuron = 40, .receptor = 1, .weight = 0.1 },
        {.step = 4, .neuron = 40, .receptor = 1, .weight = 0.3 },
        {.step = 5, .neuron = 40, .receptor = 1, .weight = 0.05}
    };
    static const char *const precisions[2] = {"single", "double"};
    for (uint32_t q = 0; q < 2; q++) {
        struct net_fixture f;
        open_trains(&f, NULL, 0, NULL, 0, precisions[q]);
        f.desc->inputs[0].to[0] = f.desc->inputs[0].to[1]; /* to Q alone */
        f.desc->inputs[0].n_to = 1;
        f.desc->inputs[0].spikes = spikes;
        f.desc->inputs[0].n_spikes = 3;
        struct err e = {0};
        EXPECT_OK(network_create(&f.n, f.desc, &f.d, &e));
        const struct net_trains *const t = &f.n->populations[1].trains;
        EXPECT_EQ_I64(t->n_events, 3);
        EXPECT_EQ_I64(t->ptr[t->n_blocks + 1 + 2], 0);
        EXPECT_EQ_I64(t->ptr[t->n_blocks + 1 + 3], 3);
        static const double weights[3] = {0.3, 0.1, 0.05};
        for (uint32_t k = 0; k < 3; k++) {
            EXPECT_EQ_I64(t->step[k], k == 0 ? 4 : 5);
            EXPECT_EQ_I64(t->lane[k], 8);
            EXPECT_SAME_F64(t->weight[k], q == 0 ? (double)(float)weights[k] : weights[k]);
        }
        net_fixture_close(&f);
    }
}

static void weight_when_beyond_single_precision_is_an_error(void **state)
{
    (void)state;
    struct desc_spike one = {.step = 3, .neuron = 0, .weight = 1e39};
    struct net_fixture f;
    open_trains(&f, &one, 1, NULL, 0, "single");
    struct err e = {0};
    EXPECT_EQ_I64(network_create(&f.n, f.desc, &f.d, &e), ERR_FILE);
    EXPECT_TRUE(net_fixture_says(&f, DIAG_ERROR, "weight 1e+39 of input 'E' is too large"));
    net_fixture_close(&f);
    open_trains(&f, &one, 1, NULL, 0, "double");
    EXPECT_OK(network_create(&f.n, f.desc, &f.d, &e));
    net_fixture_close(&f);
}

static void neuron_when_beyond_the_population_is_an_error(void **state)
{
    (void)state;
    struct desc_spike one = {.step = 3, .neuron = 21, .weight = 1.0};
    struct net_fixture f;
    open_trains(&f, &one, 1, NULL, 0, "single");
    struct err e = {0};
    EXPECT_ERR(network_create(&f.n, f.desc, &f.d, &e), ERR_FILE, "neuron 21, but 'P' has 21");
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_when_placed_stand_by_block_step_and_lane),
        cmocka_unit_test(weights_when_placed_are_of_the_networks_precision),
        cmocka_unit_test(weight_when_beyond_single_precision_is_an_error),
        cmocka_unit_test(neuron_when_beyond_the_population_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
