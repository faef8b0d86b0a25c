#include "support/expect.h"

#include "sim/cpu_deliver.h"

#include "base/hash.h"

enum { PRE = 37, POST = 131, STRIDE = 144, SLOTS = 9, DELAYS = 3, ROW = 20 };

/* In double precision weights and sums need more than 32 bits. */
static const int64_t wide_unit = INT64_C(1) << 35;

struct fixture {
    uint64_t rows[2 * (PRE * DELAYS + 1)];
    uint32_t target[2 * PRE * DELAYS * ROW];
    int32_t weight[PRE * DELAYS * ROW];
    int64_t wide[PRE * DELAYS * ROW]; /* the same weights in double precision */
    struct net_conn conns[2];
    struct net_wiring wiring;
    struct spike_entry entries[PRE];
    int64_t sums[2 * SLOTS * STRIDE]; /* expected */
    int32_t ring[2 * SLOTS * STRIDE];
    int64_t wide_ring[2 * SLOTS * STRIDE];
};

/* Two connections with random rows: one weight for all, and one each. */
static void fill(struct fixture *f)
{
    uint64_t edge = 0;
    for (uint32_t c = 0; c < 2; c++) {
        uint64_t x = 0;
        const uint64_t begin = edge;
        for (uint32_t row = 0; row < PRE * DELAYS; row++) {
            f->rows[c * (PRE * DELAYS + 1) + row] = edge - begin;
            for (uint32_t j = 0; j < POST; j++) {
                x = hash_mix64(x + row + 1000 * c + j);
                const uint32_t copies = x % 16 == 0  ? 2
                                        : x % 16 < 2 ? 1
                                                     : 0; /* a pair twice: multapses */
                for (uint32_t k = 0; k < copies && edge - begin < (uint64_t)(row + 1) * ROW;
                     k++) {
                    f->target[edge++] = j;
                }
            }
        }
        f->rows[c * (PRE * DELAYS + 1) + PRE * DELAYS] = edge - begin;
        f->conns[c].layout = (struct conn_layout){.row_begin = c * (PRE * DELAYS + 1),
                                                  .edge_begin = begin,
                                                  .ring_begin = c * SLOTS * STRIDE,
                                                  .n_pre = PRE,
                                                  .n_post = POST,
                                                  .delay_min = c == 0 ? 2 : 4,
                                                  .n_delays = DELAYS,
                                                  .ring_slots = SLOTS,
                                                  .ring_stride = STRIDE,
                                                  .weight = 3,
                                                  .has_weights = c};
        if (c == 1) {
            for (uint64_t k = begin; k < edge; k++) {
                f->weight[k - begin] = (int32_t)(k % 1000) + 1;
                f->wide[k - begin] = wide_unit * f->weight[k - begin];
            }
        }
    }
    f->wiring =
        (struct net_wiring){.row_ptr = f->rows, .target = f->target, .weight = f->weight};
    for (uint32_t i = 0; i < PRE; i++) {
        f->entries[i] =
            (struct spike_entry){(i * 5) % PRE, 1u << i % 3 | (i % 4 == 0 ? 4u : 0u)};
    }
}

/* Sums of a slice from step `first` on, by a plain walk. */
static void walk(struct fixture *f, int64_t first)
{
    memset(f->sums, 0, sizeof f->sums);
    for (uint32_t c = 0; c < 2; c++) {
        const struct conn_layout *const l = &f->conns[c].layout;
        for (uint32_t k = 0; k < PRE; k++) {
            for (uint32_t s = 0; s < 3; s++) {
                for (uint32_t d = 0; (f->entries[k].steps >> s & 1u) != 0 && d < DELAYS; d++) {
                    const uint64_t *const row =
                        f->rows + l->row_begin + f->entries[k].cell * DELAYS + d;
                    int64_t slot = (first + s + 1 + l->delay_min + d) % SLOTS;
                    slot = slot < 0 ? slot + SLOTS : slot;
                    for (uint64_t edge = row[0]; edge < row[1]; edge++) {
                        f->sums[c * SLOTS * STRIDE + (size_t)slot * STRIDE +
                                f->target[l->edge_begin + edge]] +=
                            c == 0 ? 3 : f->weight[edge];
                    }
                }
            }
        }
    }
}

static void deliver(struct fixture *f, enum precision precision, int64_t first,
                    uint32_t n_partitions)
{
    const bool is_double = precision == PRECISION_DOUBLE;
    memset(f->ring, 0, sizeof f->ring);
    memset(f->wide_ring, 0, sizeof f->wide_ring);
    f->conns[0].layout.weight = is_double ? 3 * wide_unit : 3;
    f->wiring.weight = is_double ? (void *)f->wide : (void *)f->weight;
    const struct spike_entry *const entries[] = {f->entries};
    const uint32_t n_entries[] = {PRE};
    const struct cpu_delivery d = {.conns = f->conns,
                                   .n_conns = 2,
                                   .wiring = &f->wiring,
                                   .ring = is_double ? (void *)f->wide_ring : (void *)f->ring,
                                   .precision = precision,
                                   .loops = cpu_loops_of(precision),
                                   .entries = entries,
                                   .n_entries = n_entries,
                                   .first = first,
                                   .n_partitions = n_partitions};
    for (uint32_t k = 0; k < n_partitions; k++) {
        cpu_deliver(&d, n_partitions - 1 - k);
    }
}

static void sums_equal_a_plain_walk_for_any_number_of_partitions(void **state)
{
    (void)state;
    static struct fixture f;
    fill(&f);
    static const int64_t firsts[] = {-100, -1, 0, 12345};
    static const uint32_t partitions[] = {1, 2, 3, 9, 20};
    for (size_t t = 0; t < 4; t++) {
        walk(&f, firsts[t]);
        int64_t total = 0;
        for (size_t p = 0; p < 5; p++) {
            deliver(&f, PRECISION_SINGLE, firsts[t], partitions[p]);
            for (size_t k = 0; k < sizeof f.sums / sizeof *f.sums; k++) {
                EXPECT_EQ_I64(f.ring[k], f.sums[k]);
                total += f.sums[k];
            }
            deliver(&f, PRECISION_DOUBLE, firsts[t], partitions[p]);
            for (size_t k = 0; k < sizeof f.sums / sizeof *f.sums; k++) {
                EXPECT_EQ_I64(f.wide_ring[k], wide_unit * f.sums[k]);
            }
        }
        EXPECT_TRUE(total > 500000);
    }
}

static void slots_count_down_through_zero_when_steps_are_negative(void **state)
{
    (void)state;
    EXPECT_EQ_I64(cpu_ring_slot(0, 7), 0);
    EXPECT_EQ_I64(cpu_ring_slot(-1, 7), 6);
    EXPECT_EQ_I64(cpu_ring_slot(-7, 7), 0);
    EXPECT_EQ_I64(cpu_ring_slot(-8, 7), 6);
    EXPECT_EQ_I64(cpu_ring_slot(15, 7), 1);
    EXPECT_EQ_I64(cpu_ring_slot(-5, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_a_plain_walk_for_any_number_of_partitions),
        cmocka_unit_test(slots_count_down_through_zero_when_steps_are_negative)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
