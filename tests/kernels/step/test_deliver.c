/* kernels/step/deliver.cl against a plain C reference over random connections: constant and
 * drawn weights of both signs, one delay and many, empty rows, populations of 1, 15, 16, 17 …
 * cells, negative steps; every count of partitions and every group size; sums of 32 bits and of
 * 64, these with 64-bit atomics where the device has them and with two halves everywhere. */
#include "support/expect.h"

#include "device/device.h"
#include "shared/slice.h"

enum { N_POPULATIONS = 5, N_CONNS = 12, GUARD = 64 };
static const uint32_t sizes[N_POPULATIONS] = {1, 15, 16, 17, 199};

/* A made-up network with one slice of spikes. */
struct made_up {
    struct conn_layout conns[N_CONNS];
    struct deliver_place places[N_POPULATIONS];
    uint64_t *rows;
    uint32_t *targets, *slot;
    int64_t *weights, *ring, *expected;
    bool is_wide;
    uint64_t n_rows, n_targets, n_weights, n_ring, n_slot;
};

static uint64_t random_state = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 32) * n >> 32);
}

static void sort_targets(uint32_t *t, uint64_t n)
{
    for (uint64_t k = 1; k < n; k++) {
        for (uint64_t j = k; j > 0 && t[j - 1] > t[j]; j--) {
            const uint32_t swap = t[j];
            t[j] = t[j - 1];
            t[j - 1] = swap;
        }
    }
}

/* Wide weights have both halves, and any carry between them. */
static int64_t made_weight(const struct made_up *m, int32_t w)
{
    return m->is_wide ? w * INT64_C(0x123456789) : w;
}

static void make_conn(struct made_up *m, uint32_t k)
{
    struct conn_layout *const c = &m->conns[k];
    c->pre = k % N_POPULATIONS;
    c->post = (k * 3 + k / N_POPULATIONS) % N_POPULATIONS;
    c->n_pre = sizes[c->pre];
    c->n_post = sizes[c->post];
    c->n_delays = k % 3 == 0 ? 1 : 1 + random_below(9);
    c->delay_min = 10 + random_below(5);
    c->ring_slots =
        c->delay_min + c->n_delays + random_below(3); /* longest delay + 1, or more */
    c->ring_stride = (c->n_post + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    c->ring_begin = m->n_ring + GUARD;
    m->n_ring += (uint64_t)c->ring_slots * c->ring_stride + GUARD;
    c->row_begin = m->n_rows;
    c->edge_begin = m->n_targets;
    c->has_weights = k % 2;
    c->weight = made_weight(m, (int32_t)random_below(1000) - 300);
    c->weight_begin = m->n_weights;
    const uint64_t n_rows = (uint64_t)c->n_pre * c->n_delays;
    uint64_t n = 0;
    for (uint64_t r = 0; r < n_rows; r++) {
        m->rows[c->row_begin + r] = n;
        const uint32_t degree = random_below(4) == 0 ? 0 : random_below(k % 4 == 1 ? 3 : 60);
        for (uint32_t j = 0; j < degree; j++) {
            m->targets[c->edge_begin + n + j] = random_below(c->n_post);
            if (c->has_weights != 0) {
                m->weights[c->weight_begin + n + j] =
                    made_weight(m, (int32_t)random_below(100000) - 50000);
            }
        }
        sort_targets(m->targets + c->edge_begin + n, degree);
        n += degree;
    }
    m->rows[c->row_begin + n_rows] = n;
    m->n_rows += n_rows + 1;
    m->n_targets += n;
    m->n_weights += c->has_weights != 0 ? n : 0;
}

static void make_spikes(struct made_up *m)
{
    m->n_slot = 16; /* heads */
    for (uint32_t p = 0; p < N_POPULATIONS; p++) {
        m->places[p] = (struct deliver_place){.count_at = p, .list_at = m->n_slot};
        uint32_t n = 0;
        for (uint32_t i = sizes[p]; i-- > 0;) {
            if (random_below(3) != 0 && p != 2) { /* population 2 stays silent */
                const uint32_t steps =
                    random_below(2) == 0 ? 1u << random_below(11) : 1 + random_below(2047);
                m->slot[m->n_slot + 2 * n] = i;
                m->slot[m->n_slot + 2 * n + 1] = steps;
                n++;
            }
        }
        m->slot[p] = n;
        m->n_slot += 2 * sizes[p];
    }
}

static void make(struct made_up *m, bool is_wide)
{
    struct err e = {0};
    memset(m, 0, sizeof *m);
    m->is_wide = is_wide;
    EXPECT_OK(mem_alloc(&m->rows, 100000, sizeof *m->rows, &e));
    EXPECT_OK(mem_alloc(&m->targets, 2000000, sizeof *m->targets, &e));
    EXPECT_OK(mem_alloc(&m->weights, 2000000, sizeof *m->weights, &e));
    EXPECT_OK(mem_alloc(&m->slot, 4096, sizeof *m->slot, &e));
    for (uint32_t k = 0; k < N_CONNS; k++) {
        make_conn(m, k);
    }
    m->n_ring += GUARD;
    make_spikes(m);
    EXPECT_OK(mem_alloc(&m->ring, m->n_ring, sizeof *m->ring, &e));
    EXPECT_OK(mem_alloc(&m->expected, m->n_ring, sizeof *m->expected, &e));
    EXPECT_TRUE(m->n_rows < 100000 && m->n_targets < 2000000);
}

static void unmake(struct made_up *m)
{
    mem_free(m->rows);
    mem_free(m->targets);
    mem_free(m->weights);
    mem_free(m->slot);
    mem_free(m->ring);
    mem_free(m->expected);
}

/* What delivery means, edge by edge. Returns how many sums are not as they started. */
static uint64_t reference(struct made_up *m, int64_t first)
{
    for (uint64_t k = 0; k < m->n_ring; k++) {
        m->expected[k] = m->is_wide ? (int64_t)(k * UINT64_C(0x9E3779B97F4A7C15)) >> 8
                                    : (int64_t)(k * 2654435761u >> 20);
        m->ring[k] = m->expected[k];
    }
    uint64_t n_changed = 0;
    for (uint32_t j = 0; j < N_CONNS; j++) {
        const struct conn_layout *const c = &m->conns[j];
        const uint32_t *const list = m->slot + m->places[c->pre].list_at;
        for (uint32_t k = 0; k < m->slot[m->places[c->pre].count_at]; k++) {
            for (uint32_t s = 0; s < SLICE_MAX; s++) {
                if ((list[2 * k + 1] >> s & 1u) == 0) {
                    continue;
                }
                for (uint32_t d = 0; d < c->n_delays; d++) {
                    int64_t at = (first + s + 1 + c->delay_min + d) % c->ring_slots;
                    at = at < 0 ? at + c->ring_slots : at;
                    const uint64_t *const row =
                        m->rows + c->row_begin + (uint64_t)list[2 * k] * c->n_delays + d;
                    for (uint64_t edge = row[0]; edge < row[1]; edge++) {
                        const int64_t w = c->has_weights != 0
                                              ? m->weights[c->weight_begin + edge]
                                              : c->weight;
                        m->expected[c->ring_begin + (uint64_t)at * c->ring_stride +
                                    m->targets[c->edge_begin + edge]] += w;
                    }
                }
            }
        }
    }
    for (uint64_t k = 0; k < m->n_ring; k++) {
        n_changed += m->expected[k] != m->ring[k];
    }
    return n_changed;
}

/* An array of sums as the kernel has it. Owned. */
static void *sums_narrowed(const struct made_up *m, const int64_t *from, uint64_t n)
{
    struct err e = {0};
    int64_t *wide = NULL;
    EXPECT_OK(mem_alloc(&wide, n, sizeof *wide, &e));
    int32_t *const narrow = (int32_t *)(void *)wide;
    for (uint64_t k = 0; k < n; k++) {
        if (m->is_wide) {
            wide[k] = from[k];
        } else {
            narrow[k] = (int32_t)from[k];
        }
    }
    return wide;
}

static int64_t sum_at(const struct made_up *m, const void *sums, uint64_t k)
{
    return m->is_wide ? ((const int64_t *)sums)[k] : ((const int32_t *)sums)[k];
}

struct on_device {
    struct device_buffer buffers[7]; /* in the order of the kernels' arguments */
    struct device_program program;
};

static void upload(struct on_device *o, struct device *d, const struct made_up *m,
                   bool has_int64_atomics)
{
    struct err e = {0};
    struct text text = {0};
    const uint64_t sum = m->is_wide ? 8 : 4;
    void *const weights = sums_narrowed(m, m->weights, m->n_weights), *const ring =
                                                                          sums_narrowed(
                                                                              m, m->ring,
                                                                              m->n_ring);
    const void *const data[7] = {m->conns, m->places, m->rows, m->targets,
                                 weights,  ring,      m->slot};
    const uint64_t bytes[7] = {sizeof m->conns,
                               sizeof m->places,
                               m->n_rows * sizeof *m->rows,
                               m->n_targets * sizeof *m->targets,
                               m->n_weights * sum,
                               m->n_ring * sum,
                               m->n_slot * sizeof *m->slot};
    for (uint32_t k = 0; k < 7; k++) {
        EXPECT_OK(device_buffer_create(&o->buffers[k], d, bytes[k], "test data", &e));
        EXPECT_OK(device_write(&o->buffers[k], 0, data[k], bytes[k], &e));
    }
    mem_free(weights);
    mem_free(ring);
    text_add(&text, device_prelude(d));
    if (m->is_wide) {
        text_print(&text, "#define REAL_IS_DOUBLE 1\n#define DELIVER_ATOMIC64 %d\n",
                   has_int64_atomics ? 1 : 0);
    }
    EXPECT_OK(device_kernel_text("step/deliver.cl", &text, &e));
    EXPECT_OK(device_program_create(&o->program, d, text_string(&text), NULL, &e));
    text_fini(&text);
}

static void release(struct on_device *o)
{
    for (uint32_t k = 0; k < 7; k++) {
        device_buffer_destroy(&o->buffers[k]);
    }
    device_program_destroy(&o->program);
}

/* Delivers once and compares every word of the ring, the guards between the channels included.
 */
static void check(struct on_device *o, struct made_up *m, const char *name, int64_t first,
                  uint32_t n_partitions, uint64_t global, uint64_t local)
{
    struct err e = {0};
    struct device_kernel k;
    const struct deliver_slice slice = {
        .first = first, .slot_at = 0, .n_conns = N_CONNS, .n_partitions = n_partitions};
    EXPECT_OK(device_kernel_create(&k, &o->program, name, &e));
    const uint64_t bytes = m->n_ring * (m->is_wide ? 8 : 4);
    void *const got = sums_narrowed(m, m->ring, m->n_ring);
    EXPECT_OK(device_write(&o->buffers[5], 0, got, bytes, &e));
    for (uint32_t a = 0; a < 7; a++) {
        EXPECT_OK(device_kernel_set_buffer(&k, a, &o->buffers[a], &e));
    }
    EXPECT_OK(device_kernel_set(&k, 7, sizeof slice, &slice, &e));
    EXPECT_OK(device_launch(&k, global, local, NULL, &e));
    EXPECT_OK(device_read(&o->buffers[5], 0, got, bytes, &e));
    for (uint64_t j = 0; j < m->n_ring; j++) {
        if (sum_at(m, got, j) != m->expected[j]) {
            fail_msg("%s, first %" PRId64 ", partitions %u, global %" PRIu64 ", local %" PRIu64
                     ": sum %" PRIu64 " is %" PRId64 ", expected %" PRId64,
                     name, first, n_partitions, global, local, j, sum_at(m, got, j),
                     m->expected[j]);
        }
    }
    mem_free(got);
    device_kernel_destroy(&k);
}

static void check_all(struct device *d, struct made_up *m, bool has_int64_atomics)
{
    struct on_device o;
    upload(&o, d, m, has_int64_atomics);
    const int64_t firsts[] = {0, 1, 7, -1, -10000, INT64_C(5000000000)};
    for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
        EXPECT_TRUE(reference(m, firsts[f]) > 100);
        const uint32_t partitions[] = {1, 2, 3, 7, 40};
        for (size_t p = 0; p < sizeof partitions / sizeof *partitions; p++) {
            check(&o, m, "deliver_partitioned", firsts[f], partitions[p], partitions[p], 1);
        }
        const uint32_t groups[][2] = {
            {1,   1 },
            {1,   16},
            {3,   5 },
            {8,   16},
            {64,  2 },
            {512, 1 }
        };
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
            check(&o, m, "deliver_atomic", firsts[f], 0, groups[g][0] * groups[g][1],
                  groups[g][1]);
        }
    }
    release(&o);
}

static void deliver_when_partitioned_or_atomic_gives_the_sums_of_the_reference(void **state)
{
    (void)state;
    struct err e = {0};
    struct device_info *all = NULL;
    uint32_t n_devices = 0;
    struct made_up narrow, wide;
    make(&narrow, false);
    make(&wide, true);
    EXPECT_OK(device_list(&all, &n_devices, &e));
    for (uint32_t j = 0; j < n_devices; j++) {
        struct device *d = NULL;
        EXPECT_OK(device_open(&d, &all[j], NULL, &e));
        check_all(d, &narrow, false);
        check_all(d, &wide, false);
        if (all[j].has_int64_atomics) {
            check_all(d, &wide, true);
        }
        device_close(d);
    }
    mem_free(all);
    unmake(&narrow);
    unmake(&wide);
}

static void deliver_when_nothing_spiked_changes_nothing(void **state)
{
    (void)state;
    struct err e = {0};
    struct device_info *all = NULL;
    uint32_t n_devices = 0;
    struct made_up m;
    make(&m, true);
    memset(m.slot, 0, 16 * sizeof *m.slot);
    EXPECT_EQ_I64(reference(&m, 3), 0);
    EXPECT_OK(device_list(&all, &n_devices, &e));
    if (n_devices > 0) {
        struct device *d = NULL;
        struct on_device o;
        EXPECT_OK(device_open(&d, &all[0], NULL, &e));
        upload(&o, d, &m, false);
        check(&o, &m, "deliver_partitioned", 3, 2, 2, 1);
        check(&o, &m, "deliver_atomic", 3, 0, 64, 16);
        release(&o);
        device_close(d);
    }
    mem_free(all);
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deliver_when_partitioned_or_atomic_gives_the_sums_of_the_reference),
        cmocka_unit_test(deliver_when_nothing_spiked_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
