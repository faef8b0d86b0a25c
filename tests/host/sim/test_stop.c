#include "support/expect.h"

#include "sim/sim_report.h"
#include "sim/stop.h"

/* Two populations; the first has the terms 0 and 2 of the description, the second has term 1.
 * Lists of a backend: first's stops (terms 0, 2), then second's (term 1). */
static struct net_population populations[2] = {
    {.name = "left",  .n = 9, .step = {.n_stops = 2}},
    {.name = "right", .n = 4, .step = {.n_stops = 1}}
};
static struct desc_stop_term terms[3] = {
    {.population = 0}, {.population = 1}, {.population = 0}};

struct bench {
    struct desc_stop formula;
    struct desc_network desc;
    struct network network;
    struct stop stop;
    uint32_t steps[3], n_entries[3];
    const struct spike_entry *entries[3];
    struct sim_drained drained;
};

static void bench_init(struct bench *b, struct desc_stop_node *nodes, uint32_t n_nodes)
{
    struct err e;
    *b = (struct bench){
        .network = {.populations = populations, .n_populations = 2}
    };
    b->formula =
        (struct desc_stop){.terms = terms, .nodes = nodes, .n_terms = 3, .n_nodes = n_nodes};
    b->desc.stop = &b->formula;
    b->network.desc = &b->desc;
    b->drained = (struct sim_drained){.first = 64,
                                      .n_steps = 32,
                                      .stop_steps = b->steps,
                                      .stop_entries = b->entries,
                                      .n_stop_entries = b->n_entries};
    EXPECT_OK(stop_init(&b->stop, &b->network, &e));
}

static void first_step_that_holds_is_found_in_any_slice(void **state)
{
    (void)state;
    struct desc_stop_node nodes[] = {
        {.op = DESC_STOP_TERM, .a = 1, .b = 0}
    };
    struct bench b;
    bench_init(&b, nodes, 1);
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), UINT32_MAX); /* never */
    b.steps[2] = 1u << 31;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), 31); /* at the last step */
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 31), UINT32_MAX);
    b.steps[2] |= 1u << 4 | 1u;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), 0);
    b.steps[2] = 1u << 4 | 1u << 9;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 5), 4);
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 4), UINT32_MAX);
    b.drained.first = -32; /* settling */
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), UINT32_MAX);
    b.steps[0] = b.steps[1] = UINT32_MAX; /* others do not matter */
    b.drained.first = 0;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), 4);
    stop_fini(&b.stop);
}

static void operators_join_terms_step_by_step(void **state)
{
    (void)state;
    /* (0 and not 1) or 2 */
    struct desc_stop_node nodes[] = {
        {.op = DESC_STOP_TERM, .a = 0, .b = 0},
        {.op = DESC_STOP_TERM, .a = 1, .b = 0},
        {.op = DESC_STOP_NOT,  .a = 1, .b = 0},
        {.op = DESC_STOP_AND,  .a = 0, .b = 2},
        {.op = DESC_STOP_TERM, .a = 2, .b = 0},
        {.op = DESC_STOP_OR,   .a = 3, .b = 4}
    };
    struct bench b;
    bench_init(&b, nodes, 6);
    for (uint32_t truth = 0; truth < 8; truth++) {
        const bool zero = (truth & 1) != 0, one = (truth & 2) != 0, two = (truth & 4) != 0;
        b.steps[0] = (uint32_t)zero << 7;
        b.steps[2] = (uint32_t)one << 7 | 0x7f; /* before, only `not 1` keeps it from holding */
        b.steps[1] = (uint32_t)two << 7;
        EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32),
                      (zero && !one) || two ? 7 : UINT32_MAX);
    }
    stop_fini(&b.stop);
}

static void all_holds_where_no_cell_is_reported(void **state)
{
    (void)state;
    struct desc_stop_node nodes[] = {
        {.op = DESC_STOP_TERM, .a = 0, .b = 0},
        {.op = DESC_STOP_TERM, .a = 1, .b = 0},
        {.op = DESC_STOP_AND,  .a = 0, .b = 1}
    };
    struct bench b;
    terms[1].is_all = true;
    bench_init(&b, nodes, 3);
    EXPECT_TRUE(!sim_stop_is_all(&b.network, 0, 0) && !sim_stop_is_all(&b.network, 0, 1));
    EXPECT_TRUE(sim_stop_is_all(&b.network, 1, 0) && !sim_stop_is_all(&b.network, 1, 1));
    b.steps[0] = 1u << 3 | 1u << 5;
    b.steps[2] = UINT32_MAX;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), UINT32_MAX);
    b.steps[2] = ~(1u << 5 | 1u << 1);
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), 5);
    stop_fini(&b.stop);
    terms[1].is_all = false;
    struct network bare = {.populations = populations, .n_populations = 2};
    EXPECT_TRUE(!sim_stop_is_all(&bare, 1, 0));
}

static void cells_of_the_step_are_listed_in_order_by_term(void **state)
{
    (void)state;
    struct desc_stop_node nodes[] = {
        {.op = DESC_STOP_TERM, .a = 0, .b = 0},
        {.op = DESC_STOP_TERM, .a = 1, .b = 0},
        {.op = DESC_STOP_OR,   .a = 0, .b = 1}
    };
    static const uint32_t at_2 = 1u << 2, at_9 = 1u << 9;
    const struct spike_entry first[] = {
        {.cell = 7, .steps = at_2       },
        {.cell = 3, .steps = at_2 | at_9},
        {.cell = 5, .steps = at_9       }
    };
    const struct spike_entry second = {0, at_9};
    struct err e;
    struct bench b;
    struct sim_report r;
    bench_init(&b, nodes, 3);
    EXPECT_OK(sim_report_init(&r, &b.network, &e));
    b.entries[0] = first;
    b.n_entries[0] = 3;
    b.entries[2] = &second;
    b.n_entries[2] = 1;
    b.steps[0] = at_2 | at_9;
    b.steps[2] = at_9;
    EXPECT_EQ_I64(stop_find(&b.stop, &b.drained, 32), 2);
    EXPECT_OK(stop_list_cells(&b.stop, &b.drained, 2, &r, &e));
    EXPECT_EQ_I64(r.n_stop_terms, 3);
    EXPECT_EQ_I64(r.n_stop_cells[0], 2);
    EXPECT_EQ_I64(r.stop_cells[0][0], 3);
    EXPECT_EQ_I64(r.stop_cells[0][1], 7);
    EXPECT_EQ_I64(r.n_stop_cells[1], 0);
    EXPECT_EQ_I64(r.n_stop_cells[2], 0);
    sim_report_fini(&r);
    for (uint64_t n = 1; n < 8; n++) {
        (void)mem_fail_at(n);
        enum err_code code = sim_report_init(&r, &b.network, &e);
        code = code != ERR_OK ? code : stop_list_cells(&b.stop, &b.drained, 2, &r, &e);
        (void)mem_fail_at(0);
        EXPECT_TRUE(code == ERR_OK || code == ERR_NOMEM);
        sim_report_fini(&r);
    }
    stop_fini(&b.stop);
}

static void nothing_stops_without_a_condition(void **state)
{
    (void)state;
    struct err e;
    struct stop s;
    struct network bare = {.populations = populations, .n_populations = 2};
    EXPECT_OK(stop_init(&s, &bare, &e));
    const struct sim_drained d = {.first = 0, .n_steps = 5};
    EXPECT_EQ_I64(stop_find(&s, &d, 5), UINT32_MAX);
    stop_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_step_that_holds_is_found_in_any_slice),
        cmocka_unit_test(operators_join_terms_step_by_step),
        cmocka_unit_test(all_holds_where_no_cell_is_reported),
        cmocka_unit_test(cells_of_the_step_are_listed_in_order_by_term),
        cmocka_unit_test(nothing_stops_without_a_condition)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
