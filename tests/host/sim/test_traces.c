#include "support/expect.h"

#include "sim/traces.h"

enum { CELLS = 40, ROWS = 64 };

static uint32_t cells_a[] = {1, 17, 39}, cells_b[] = {0}, cells_c[] = {5, 6};
static struct step_sample samples[] = {
    {.name = "v", .display = 1.0   },
    {.name = "g", .display = 1000.0}
};
static struct net_trace traces[] = {
    {.population = 0,
     .sample = 0,
     .cells = cells_a,
     .n_cells = 3,
     .every = 3,
     .from = 2,
     .until = 50       },
    {.population = 0,
     .sample = 1,
     .cells = cells_b,
     .n_cells = 1,
     .every = 1,
     .from = 0,
     .until = INT64_MAX},
    {.population = 1,
     .sample = 0,
     .cells = cells_c,
     .n_cells = 2,
     .every = 7,
     .from = 30,
     .until = 30       }
};
static struct net_population populations[] = {
    {.name = "A", .n = CELLS, .n_padded = 48, .step = {.samples = samples, .n_samples = 2}},
    {.name = "B", .n = 7,     .n_padded = 16, .step = {.samples = samples, .n_samples = 1}}
};
static const struct network network = {.populations = populations,
                                       .n_populations = 2,
                                       .traces = traces,
                                       .n_traces = 3,
                                       .n_settle = 10,
                                       .n_steps = 60,
                                       .dt_fs = 100000000000};

static void only_wanted_blocks_are_sampled(void **state)
{
    (void)state;
    struct err e;
    struct traces t;
    EXPECT_OK(traces_init(&t, &network, &e));
    EXPECT_EQ_I64(t.sampling[0].n_blocks, 3);
    EXPECT_EQ_I64(t.sampling[1].n_blocks, 1);
    EXPECT_EQ_I64(t.sampling[0].slot_of[2], 2);
    EXPECT_EQ_I64(t.lanes[0][1], 17);
    traces_fini(&t);
    traces[0].n_cells = 0; /* then only the block of cell 0 is left */
    EXPECT_OK(traces_init(&t, &network, &e));
    EXPECT_EQ_I64(t.sampling[0].n_blocks, 1);
    EXPECT_EQ_I64(t.sampling[0].slot_of[1], UINT32_MAX);
    traces_fini(&t);
    traces[0].n_cells = 3;
    for (uint64_t n = 1; n < 8; n++) {
        (void)mem_fail_at(n);
        EXPECT_ERR(traces_init(&t, &network, &e), ERR_NOMEM, "no memory");
        (void)mem_fail_at(0);
    }
}

static void rows_are_due_within_their_window_only(void **state)
{
    (void)state;
    struct err e;
    struct traces t;
    EXPECT_OK(traces_init(&t, &network, &e));
    uint32_t due[2];
    traces[1].n_cells = 0;
    traces_due(&t, -10, 10, due);
    EXPECT_EQ_I64(due[0], 0);
    traces[1].every = 1000;
    traces_due(&t, 0, 12, due);
    EXPECT_EQ_I64(due[0], 1u | 1u << 2 | 1u << 5 | 1u << 8 | 1u << 11);
    EXPECT_EQ_I64(due[1], 0);
    traces_due(&t, 46, 10, due);
    EXPECT_EQ_I64(due[0], 1u << 1); /* 47; 50 is outside */
    traces[1].every = 1;
    traces[1].n_cells = 1;
    traces_due(&t, 28, 32, due);
    EXPECT_EQ_I64(due[0], UINT32_MAX);
    traces_fini(&t);
}

struct seen {
    int64_t next[3];
    uint64_t n_values;
};

/* The value that cell, sample and step give in this test's slices. */
static float value_of(int64_t step, uint32_t sample, uint32_t cell)
{
    return (float)(step * 100 + cell) + (sample == 0 ? 0.25f : 0.5f);
}

static enum err_code take_rows(void *context, uint32_t trace, int64_t first_row,
                               uint32_t n_rows, const double *values, struct err *e)
{
    (void)e;
    struct seen *const s = context;
    EXPECT_EQ_I64(first_row, s->next[trace]);
    s->next[trace] += n_rows;
    for (uint32_t r = 0; r < n_rows; r++) {
        for (uint32_t c = 0; c < traces[trace].n_cells; c++) {
            const int64_t step = traces[trace].from + (first_row + r) * traces[trace].every;
            const float display = trace == 1 ? 1000.0f : 1.0f;
            EXPECT_SAME_F32((float)*values++,
                            value_of(step, traces[trace].sample, traces[trace].cells[c]) *
                                display);
            s->n_values++;
        }
    }
    return ERR_OK;
}

static void every_row_reaches_the_sink_once_for_any_slices(void **state)
{
    (void)state;
    struct err e;
    for (uint32_t slice = 1; slice <= 32; slice += 5) {
        struct traces t;
        struct seen s = {0};
        const struct sim_sink sink = {.context = &s, .rows = take_rows};
        EXPECT_OK(traces_init(&t, &network, &e));
        for (int64_t first = -10; first < 60;) {
            static float data[2][ROWS * 2 * 48];
            const int64_t end = first < 0 ? 0 : 60;
            const uint32_t n = end - first < slice ? (uint32_t)(end - first) : slice;
            for (uint32_t k = 0; k < n * 2 * 48; k++) {
                data[0][k] = value_of(first + k / 96, k / 48 % 2, k % 48);
            }
            const void *const rows[] = {data[0], data[1]};
            const struct sim_drained d = {.first = first, .n_steps = n, .samples = rows};
            EXPECT_OK(traces_pick(&t, &d, n, &sink, &e));
            first += n;
        }
        EXPECT_EQ_I64(s.next[0], 16);
        EXPECT_EQ_I64(s.next[1], 60);
        EXPECT_EQ_I64(s.next[2], 0);
        EXPECT_EQ_U64(s.n_values, 16 * 3 + 60);
        traces_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_wanted_blocks_are_sampled),
        cmocka_unit_test(rows_are_due_within_their_window_only),
        cmocka_unit_test(every_row_reaches_the_sink_once_for_any_slices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
