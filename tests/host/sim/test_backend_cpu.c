#include "support/expect.h"

#include "sim/backend.h"
#include "sim/spike_order.h"

#include "base/hash.h"
#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

/* A network made by hand: two populations of the cell below, four connections with explicit
 * rows, and a plain loop over single steps and cells that says what must come out, bit for bit.
 */
enum { MOST = 1040, POPULATIONS = 2, CONNS = 4, SLOTS = 8, DEGREE = 5, STREAMS = 2, STOPS = 2 };
enum { GIVEN_MOST = 4096, GIVEN_STEPS = 210 };

/* A given event. */
struct given {
    uint32_t cell;
    int64_t step;
    double weight;
};

struct bench {
    struct arena *arena;
    struct network network;
    struct net_population populations[POPULATIONS];
    struct net_channel channels[POPULATIONS];
    struct net_conn conns[CONNS];
    struct net_wiring wiring;
    struct sim_sampling sampling[POPULATIONS];
    uint64_t keys[POPULATIONS][STREAMS];
    double *state[POPULATIONS][3];
    uint32_t n[POPULATIONS];
    struct desc_network desc;
    struct desc_stop stop;
    struct given given[POPULATIONS][GIVEN_MOST]; /* by block, step, lane, then as they come */
    uint32_t n_given[POPULATIONS];
};

static const double step_ms = 0.5, weight_of_event = 1.5, decay = 0.75, u_stop = -2.0;
/* Terms of stop_when: which of a population's two stops are all(…). */
static const bool stop_is_all[POPULATIONS][STOPS] = {
    {true,  false},
    {false, true }
};
static struct desc_stop_term stop_terms[POPULATIONS * STOPS] = {
    {.population = 0, .is_all = true },
    {.population = 1, .is_all = false},
    {.population = 1, .is_all = true },
    {.population = 0, .is_all = false}
};

/* An Izhikevich cell (2003, doi 10.1109/TNN.2003.820440) with a synaptic sum s, events, and two
 * draws per step. */
static struct step_program make_program(struct arena *arena)
{
    struct ir *const ir = ir_create(arena);
    const uint32_t v = ir_var(ir, IR_VAR_STATE, 0), u = ir_var(ir, IR_VAR_STATE, 1),
                   s = ir_var(ir, IR_VAR_STATE, 2);
    const uint32_t dt = ir_const(ir, step_ms);
#define ADD(a, b) ir_op2(ir, IR_ADD, (a), (b))
#define SUB(a, b) ir_op2(ir, IR_SUB, (a), (b))
#define MUL(a, b) ir_op2(ir, IR_MUL, (a), (b))
#define NUM(x)    ir_const(ir, (x))
    const uint32_t arrived = ADD(s, ir_var(ir, IR_VAR_ARRIVAL, 0));
    const uint32_t driven =
        ADD(ADD(arrived, MUL(ir_leaf(ir, IR_EVENTS, 0, 0), NUM(weight_of_event))),
            ir_var(ir, IR_VAR_TRAIN, 0));
    const uint32_t noise = MUL(
        SUB(ADD(ir_leaf(ir, IR_U01, 0, 0), ir_leaf(ir, IR_U01, 0, 1)), NUM(1.0)), NUM(16.0));
    const uint32_t course =
        MUL(ir_leaf(ir, IR_TIME, 0, 0), NUM(0.0625)); /* grows with t: a uniform */
    const uint32_t square = MUL(MUL(NUM(0.04), v), v);
    const uint32_t slope =
        ADD(ADD(SUB(ADD(ADD(square, MUL(NUM(5.0), v)), NUM(140.0)), u), driven),
            ADD(noise, course));
    const uint32_t v1 = ADD(v, MUL(dt, slope));
    const uint32_t u1 = ADD(u, MUL(dt, MUL(NUM(0.02), SUB(MUL(NUM(0.2), v), u))));
    const uint32_t spike = ir_op2(ir, IR_LE, NUM(30.0), v1);
    struct step_program p = {.ir = ir, .spike = spike};
    p.states = arena_alloc(arena, 3, sizeof *p.states);
    p.states[0] = (struct step_state){"v", ir_op3(ir, IR_SELECT, spike, NUM(-65.0), v1), 0};
    p.states[1] =
        (struct step_state){"u", ir_op3(ir, IR_SELECT, spike, ADD(u1, NUM(8.0)), u1), 1};
    p.states[2] = (struct step_state){"s", MUL(driven, NUM(decay)), 2};
    p.n_states = 3;
    p.arrivals = arena_alloc(arena, 1, sizeof *p.arrivals);
    p.n_arrivals = 1;
    p.samples = arena_alloc(arena, 2, sizeof *p.samples);
    p.samples[0] = (struct step_sample){.name = "v", .node = v, .display = 1.0, .unit = "mV"};
    p.samples[1] =
        (struct step_sample){.name = "s", .node = driven, .display = 1.0, .unit = ""};
    p.n_samples = 2;
    p.watches = arena_alloc(arena, 1, sizeof *p.watches);
    p.watches[0] = (struct step_watch){MUL(v, NUM(0.03125)), "v"};
    p.n_watches = 1;
    p.events = arena_alloc(arena, 1, sizeof *p.events);
    p.events[0] = (struct step_event_input){"drive", STEP_POISSON, NUM(0.7), 1};
    p.n_events = 1;
    p.trains = arena_alloc(arena, 1, sizeof *p.trains);
    p.trains[0] = (struct step_train){.event = 0, .receptor = 0};
    p.n_trains = 1;
    p.stops = arena_alloc(arena, STOPS, sizeof *p.stops);
    p.stops[0] = ir_op2(ir, IR_LT, NUM(10.0), p.states[0].out);
    p.stops[1] = ir_op2(ir, IR_LT, NUM(u_stop), p.states[1].out);
    p.n_stops = STOPS;
    p.streams = arena_alloc(arena, STREAMS, sizeof *p.streams);
    p.streams[0] = (struct step_stream){NULL, 2};
    p.streams[1] = (struct step_stream){"drive", 1};
    p.n_streams = STREAMS;
    EXPECT_TRUE(!arena_failed(arena));
    return p;
}

/* In double precision weights have this many bits more. */
enum { WIDE = 24 };

/* Every source reaches DEGREE targets at each of n_delays delays; targets ascend. */
static void make_rows(struct bench *b, uint32_t c, uint64_t *row, uint64_t *edge)
{
    struct conn_layout *const l = &b->conns[c].layout;
    l->row_begin = *row;
    l->edge_begin = *edge;
    l->weight_begin = *edge;
    uint64_t at = 0;
    for (uint32_t r = 0; r < l->n_pre * l->n_delays; r++) {
        b->wiring.row_ptr[(*row)++] = at;
        uint32_t target = (uint32_t)hash_mix64(r + 977 * c);
        uint32_t last = 0;
        for (uint32_t k = 0; k < DEGREE && last < l->n_post; k++) {
            target = last + target % (l->n_post / DEGREE + 1);
            if (target >= l->n_post) {
                break;
            }
            b->wiring.target[*edge] = target;
            const uint32_t weight = (1u << 19) + (uint32_t)(hash_mix64(*edge) % (1u << 19));
            if (b->network.precision == PRECISION_DOUBLE) {
                ((int64_t *)b->wiring.weight)[*edge] =
                    ((int64_t)weight << WIDE) + (int64_t)(hash_mix64(*edge + 1) % (1u << WIDE));
            } else {
                ((int32_t *)b->wiring.weight)[*edge] = (int32_t)weight;
            }
            (*edge)++;
            at++;
            last = target;
            target = (uint32_t)hash_mix64(target + r);
        }
    }
    b->wiring.row_ptr[(*row)++] = at;
}

/* Given events in the order that a network keeps them: several of a cell in one step too. */
static void make_given(struct bench *b, uint32_t p, enum precision precision)
{
    struct err e;
    struct net_population *const q = &b->populations[p];
    const uint32_t n_blocks = q->n_padded / CELL_BLOCK;
    struct net_trains *const t = &q->trains;
    *t = (struct net_trains){.n_blocks = n_blocks};
    EXPECT_OK(mem_alloc(&t->ptr, n_blocks + 1, sizeof *t->ptr, &e));
    EXPECT_OK(mem_alloc(&t->step, GIVEN_MOST, sizeof *t->step, &e));
    EXPECT_OK(mem_alloc(&t->lane, GIVEN_MOST, sizeof *t->lane, &e));
    EXPECT_OK(mem_alloc(&t->weight, GIVEN_MOST, sizeof *t->weight, &e));
    for (uint32_t block = 0; block < n_blocks; block++) {
        const uint32_t left = b->n[p] - block * CELL_BLOCK,
                       n = left < CELL_BLOCK ? left : CELL_BLOCK;
        uint32_t lane = 0;
        int64_t step = block % 2 == 0 ? 0 : 3;
        for (uint32_t k = 0; k < 40 && step < GIVEN_STEPS; k++) {
            const uint64_t x = hash_mix64(1000 * block + 10 * k + p);
            double weight = (x >> 40 & 1) != 0 ? 0.1 : 17.7 / (k + 1.0);
            weight = precision == PRECISION_DOUBLE ? weight : (double)(float)weight;
            t->step[t->n_events] = step;
            t->lane[t->n_events] = lane;
            t->weight[t->n_events++] = weight;
            b->given[p][b->n_given[p]++] =
                (struct given){block * CELL_BLOCK + lane, step, weight};
            /* the same cell and step once more, a later lane, a later step */
            lane += x % 3 == 0 ? 0 : 1 + (uint32_t)(x >> 8) % 4;
            if (lane >= n || k % 5 == 4) {
                lane = 0;
                step += 1 + (int64_t)((x >> 16) % 9);
            }
        }
        t->ptr[block + 1] = t->n_events;
    }
    EXPECT_TRUE(t->n_events <= GIVEN_MOST);
}

static void bench_init(struct bench *b, uint32_t n0, uint32_t n1, uint32_t delay_min,
                       enum precision precision)
{
    struct err e;
    *b = (struct bench){
        .n = {n0, n1}
    };
    const bool is_double = precision == PRECISION_DOUBLE;
    b->network.precision = precision;
    EXPECT_OK(arena_create(&b->arena, &e));
    uint64_t ring = 0;
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        struct net_population *const q = &b->populations[p];
        *q = (struct net_population){.name = p == 0 ? "first" : "second",
                                     .n = b->n[p],
                                     .n_padded =
                                         (b->n[p] + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK,
                                     .step = make_program(b->arena),
                                     .stream_keys = b->keys[p],
                                     .state = b->state[p],
                                     .records_spikes = true};
        for (uint32_t k = 0; k < STREAMS; k++) {
            b->keys[p][k] = hash_mix64(10 * p + k + 1);
        }
        for (uint32_t k = 0; k < 3; k++) {
            EXPECT_OK(mem_alloc(&b->state[p][k], q->n_padded, sizeof(double), &e));
            for (uint32_t i = 0; i < q->n_padded; i++) {
                const float v = -70.0f + (float)(hash_mix64(i) % 1000) * 0.02f;
                b->state[p][k][i] = k == 0 ? (double)v : k == 1 ? -14.0 : 0.0;
            }
        }
        make_given(b, p, precision);
        b->channels[p] = (struct net_channel){.population = p,
                                              .n_slots = SLOTS,
                                              .ring_begin = ring,
                                              .scale_log2 = is_double ? 20 + WIDE : 20};
        ring += (uint64_t)SLOTS * q->n_padded;
        EXPECT_OK(
            mem_alloc(&b->sampling[p].slot_of, q->n_padded / CELL_BLOCK, sizeof(uint32_t), &e));
        EXPECT_OK(mem_alloc(&b->sampling[p].blocks, 2, sizeof(uint32_t), &e));
        for (uint32_t k = 0; k < q->n_padded / CELL_BLOCK; k++) {
            const bool is_wanted = k == 0 || k + 1 == q->n_padded / CELL_BLOCK;
            b->sampling[p].slot_of[k] = is_wanted ? b->sampling[p].n_blocks : UINT32_MAX;
            if (is_wanted) {
                b->sampling[p].blocks[b->sampling[p].n_blocks++] = k;
            }
        }
    }
    EXPECT_OK(
        mem_alloc(&b->wiring.row_ptr, CONNS * (2 * MOST + 1), sizeof *b->wiring.row_ptr, &e));
    EXPECT_OK(mem_alloc(&b->wiring.target, (size_t)CONNS * 2 * MOST * DEGREE,
                        sizeof *b->wiring.target, &e));
    EXPECT_OK(mem_alloc(&b->wiring.weight, (size_t)CONNS * 2 * MOST * DEGREE,
                        precision_bytes(precision), &e));
    uint64_t row = 0, edge = 0;
    const int64_t one = INT64_C(1) << (is_double ? 20 + WIDE : 20);
    for (uint32_t c = 0; c < CONNS; c++) {
        const uint32_t pre = c / 2, post = c % 2;
        b->conns[c] = (struct net_conn){.pre = pre, .post = post, .channel = post};
        b->conns[c].layout = (struct conn_layout){.ring_begin = b->channels[post].ring_begin,
                                                  .n_pre = b->n[pre],
                                                  .n_post = b->n[post],
                                                  .pre = pre,
                                                  .post = post,
                                                  .delay_min = delay_min + c,
                                                  .n_delays = c == 1 ? 2 : 1,
                                                  .ring_slots = SLOTS,
                                                  .ring_stride = b->populations[post].n_padded,
                                                  .weight = c % 2 == 0 ? -one : one,
                                                  .has_weights = c == 3};
        make_rows(b, c, &row, &edge);
    }
    b->stop = (struct desc_stop){.terms = stop_terms, .n_terms = POPULATIONS * STOPS};
    b->desc.stop = &b->stop;
    b->network = (struct network){.desc = &b->desc,
                                  .precision = precision,
                                  .dt_fs = 500000000000,
                                  .slice = delay_min + 1,
                                  .populations = b->populations,
                                  .channels = b->channels,
                                  .conns = b->conns,
                                  .n_populations = POPULATIONS,
                                  .n_channels = POPULATIONS,
                                  .n_conns = CONNS,
                                  .ring_elements = ring};
}

static void bench_fini(struct bench *b)
{
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        for (uint32_t k = 0; k < 3; k++) {
            mem_free(b->state[p][k]);
        }
        mem_free(b->populations[p].trains.ptr);
        mem_free(b->populations[p].trains.step);
        mem_free(b->populations[p].trains.lane);
        mem_free(b->populations[p].trains.weight);
        mem_free(b->sampling[p].slot_of);
        mem_free(b->sampling[p].blocks);
    }
    mem_free(b->wiring.row_ptr);
    mem_free(b->wiring.target);
    mem_free(b->wiring.weight);
    arena_destroy(b->arena);
}

/* What a run leaves: counts, hashes, sums over the samples' bits, stop terms, final states. */
struct outcome {
    uint64_t count[POPULATIONS], hash[POPULATIONS], samples, watches, stops, stop_steps, state;
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t sample_mix(int64_t step, uint32_t p, uint32_t sample, uint32_t cell,
                           double value)
{
    return hash_mix64(hash_mix64((uint64_t)step * 64 + p * 8 + sample) +
                      hash_mix64(bits_of(value)) + cell);
}

static uint64_t stop_mix(int64_t step, uint32_t p, uint32_t stop, uint32_t cell)
{
    return hash_mix64(hash_mix64((uint64_t)step * 8 + p * 4 + stop) + cell);
}

static uint64_t state_mix(double v, double u, double s, uint32_t cell)
{
    return hash_mix64(hash_mix64(hash_mix64(bits_of(v)) + bits_of(u)) + bits_of(s)) +
           hash_mix64(cell);
}

static bool is_due(int64_t step)
{
    return step >= 0 && step % 3 == 1;
}

static uint32_t reference_word(uint64_t key, uint32_t cell, int64_t j)
{
    const int64_t call = j >= 0 ? j / 4 : -((-j + 3) / 4);
    const struct philox_words w =
        philox4x32(cell, (uint32_t)(uint64_t)call, (uint32_t)((uint64_t)call >> 32), 0,
                   (uint32_t)key, (uint32_t)(key >> 32));
    return philox_select(w, (uint32_t)(j - 4 * call));
}

#define REAL      float
#define SUM       int32_t
#define SCALE     0x1p-20
#define REFERENCE reference_single
#include "support/cpu_reference.h"
#undef REAL
#undef SUM
#undef SCALE
#undef REFERENCE
#define REAL      double
#define SUM       int64_t
#define SCALE     0x1p-44
#define REFERENCE reference_double
#include "support/cpu_reference.h"

static struct outcome reference_run(const struct bench *b, int64_t from, int64_t to)
{
    return b->network.precision == PRECISION_DOUBLE ? reference_double(b, from, to)
                                                    : reference_single(b, from, to);
}

static void take_stops(const struct bench *b, const struct sim_drained *d, struct outcome *o)
{
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        for (uint32_t k = 0; k < STOPS; k++) {
            const uint32_t at = p * STOPS + k;
            uint32_t any = 0;
            for (uint32_t j = 0; j < d->n_stop_entries[at]; j++) {
                const struct spike_entry entry = d->stop_entries[at][j];
                EXPECT_TRUE(entry.cell < b->n[p] && entry.steps != 0);
                any |= entry.steps;
                for (uint32_t left = entry.steps; left != 0; left &= left - 1) {
                    o->stops += stop_mix(d->first + __builtin_ctz(left), p, k, entry.cell);
                }
            }
            if (stop_is_all[p][k]) {
                EXPECT_EQ_I64(d->n_stop_entries[at], 0);
            } else {
                EXPECT_EQ_U64(any, d->stop_steps[at]);
            }
            for (uint32_t left = d->stop_steps[at]; left != 0; left &= left - 1) {
                o->stop_steps += stop_mix(d->first + __builtin_ctz(left), p, k, UINT32_MAX);
            }
        }
    }
}

static void take(const struct bench *b, const struct sim_drained *d, struct outcome *o)
{
    take_stops(b, d, o);
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        EXPECT_EQ_I64(d->bad_step[p], UINT32_MAX);
        if (d->first >= 0) {
            spike_order_hash(d->entries[p], d->n_entries[p], d->first, d->n_steps, &o->hash[p],
                             &o->count[p]);
        }
        o->watches += d->watch_count[p];
        const struct sim_sampling *const w = &b->sampling[p];
        for (uint32_t k = 0; k < d->n_steps; k++) {
            for (uint32_t j = 0; is_due(d->first + k) && j < 2 * w->n_blocks * CELL_BLOCK;
                 j++) {
                const uint32_t sample = j / (w->n_blocks * CELL_BLOCK),
                               at = j % (w->n_blocks * CELL_BLOCK);
                const uint32_t cell = w->blocks[at / CELL_BLOCK] * CELL_BLOCK + at % CELL_BLOCK;
                const double value =
                    precision_get(b->network.precision, d->samples[p],
                                  (size_t)k * 2 * w->n_blocks * CELL_BLOCK + j);
                o->samples +=
                    cell < b->n[p] ? sample_mix(d->first + k, p, sample, cell, value) : 0;
            }
        }
    }
}

static struct outcome backend_run(struct bench *b, int64_t from, int64_t to, uint32_t slice,
                                  uint32_t threads, uint32_t partitions)
{
    struct err e;
    struct outcome o = {0};
    const struct sim_options options = {.threads = threads, .partitions = partitions};
    struct sim_backend *s;
    EXPECT_OK(sim_backend_cpu.create(&s, &b->network, NULL, &options, b->sampling, &e));
    EXPECT_OK(sim_backend_cpu.start(s, &b->wiring, &e));
    for (int64_t n = from; n < to;) {
        const int64_t end = n < 0 ? 0 : to;
        const uint32_t steps = end - n < (int64_t)slice ? (uint32_t)(end - n) : slice;
        uint32_t due = 0;
        for (uint32_t k = 0; k < steps; k++) {
            due |= is_due(n + k) ? 1u << k : 0;
        }
        const uint32_t dues[] = {due, due};
        struct sim_drained d;
        EXPECT_OK(sim_backend_cpu.advance(s, n, steps, dues, &e));
        EXPECT_OK(sim_backend_cpu.drain(s, &d, &e));
        take(b, &d, &o);
        n += steps;
    }
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        for (uint32_t i = 0; i < b->n[p]; i++) {
            double x[3];
            EXPECT_OK(sim_backend_cpu.read_cell(s, p, i, x, &e));
            o.state += state_mix(x[0], x[1], x[2], i);
        }
    }
    double x[3];
    EXPECT_ERR(sim_backend_cpu.read_cell(s, 1, b->n[1], x, &e), ERR_ARG, "second");
    sim_backend_cpu.destroy(s);
    return o;
}

static void expect_same(struct outcome a, struct outcome b)
{
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        EXPECT_EQ_U64(a.count[p], b.count[p]);
        EXPECT_EQ_U64(a.hash[p], b.hash[p]);
    }
    EXPECT_EQ_U64(a.state, b.state);
    EXPECT_EQ_U64(a.samples, b.samples);
    EXPECT_EQ_U64(a.watches, b.watches);
    EXPECT_EQ_U64(a.stops, b.stops);
    EXPECT_EQ_U64(a.stop_steps, b.stop_steps);
}

static void expect_plain_loop_for_all_sizes(enum precision precision)
{
    static const uint32_t sizes[][2] = {
        {1,    1  },
        {15,   1  },
        {16,   17 },
        {17,   256},
        {257,  15 },
        {1000, 300}
    };
    for (uint32_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        for (uint32_t delay = 0; delay <= 2; delay++) {
            static struct bench b;
            bench_init(&b, sizes[k][0], sizes[k][1], delay, precision);
            const struct outcome expected = reference_run(&b, -37, 200);
            EXPECT_TRUE(expected.count[0] > 0 && expected.count[1] > 0 && expected.watches > 0);
            EXPECT_TRUE(expected.stops != 0 && expected.stop_steps != 0);
            expect_same(backend_run(&b, -37, 200, delay + 1, 1, 0), expected);
            bench_fini(&b);
        }
    }
}

static void spikes_states_and_samples_equal_a_plain_loop_for_all_sizes(void **state)
{
    (void)state;
    expect_plain_loop_for_all_sizes(PRECISION_SINGLE);
}

static void double_precision_equals_a_plain_loop_for_all_sizes(void **state)
{
    (void)state;
    expect_plain_loop_for_all_sizes(PRECISION_DOUBLE);
}

static void results_do_not_depend_on_slices_threads_or_partitions(void **state)
{
    (void)state;
    static const enum precision precisions[] = {PRECISION_SINGLE, PRECISION_DOUBLE};
    for (uint32_t k = 0; k < 2; k++) {
        static struct bench b;
        bench_init(&b, 1000, 300, 2, precisions[k]);
        const struct outcome expected = reference_run(&b, -37, 200);
        for (uint32_t slice = 1; slice <= 3; slice++) {
            for (uint32_t threads = 1; threads <= 4; threads++) {
                expect_same(backend_run(&b, -37, 200, slice, threads, slice == 2 ? 7 : 0),
                            expected);
            }
        }
        bench_fini(&b);
    }
}

/* What decays far enough ends in subnormals: double precision keeps them. */
static void double_precision_keeps_subnormals(void **state)
{
    (void)state;
    static struct bench b;
    bench_init(&b, 20, 1, 1, PRECISION_DOUBLE);
    for (uint32_t i = 0; i < 20; i++) {
        b.state[0][2][i] = 0x1p-1060 * (i + 1.0);
    }
    b.populations[0].trains.n_events = b.populations[1].trains.n_events = 0;
    b.n_given[0] = b.n_given[1] = 0;
    const struct outcome expected = reference_run(&b, 0, 3);
    expect_same(backend_run(&b, 0, 3, 2, 2, 0), expected);
    bench_fini(&b);
}

static void first_state_that_is_not_finite_is_found_by_step_then_cell(void **state)
{
    (void)state;
    static struct bench b;
    struct err e;
    bench_init(&b, 600, 40, 2, PRECISION_SINGLE);
    b.state[0][1][599] = (double)INFINITY;
    b.state[0][1][301] = (double)NAN;
    struct sim_backend *s;
    const struct sim_options options = {.threads = 2};
    EXPECT_OK(sim_backend_cpu.create(&s, &b.network, NULL, &options, b.sampling, &e));
    EXPECT_OK(sim_backend_cpu.start(s, &b.wiring, &e));
    const uint32_t due[] = {0, 0};
    struct sim_drained d;
    EXPECT_OK(sim_backend_cpu.advance(s, 0, 3, due, &e));
    EXPECT_OK(sim_backend_cpu.drain(s, &d, &e));
    EXPECT_EQ_I64(d.bad_step[0], 0);
    EXPECT_EQ_I64(d.bad_cell[0], 301);
    EXPECT_EQ_I64(d.bad_step[1], UINT32_MAX);
    sim_backend_cpu.destroy(s);
    bench_fini(&b);
}

static void creation_frees_everything_when_memory_is_out(void **state)
{
    (void)state;
    static struct bench b;
    bench_init(&b, 17, 5, 1, PRECISION_DOUBLE);
    const struct sim_options options = {.threads = 2};
    for (uint64_t n = 1; n < 400; n++) {
        struct err e = {0};
        struct sim_backend *s;
        (void)mem_fail_at(n);
        enum err_code code =
            sim_backend_cpu.create(&s, &b.network, NULL, &options, b.sampling, &e);
        if (code == ERR_OK) {
            code = sim_backend_cpu.start(s, &b.wiring, &e);
            sim_backend_cpu.destroy(s);
        }
        (void)mem_fail_at(0);
        if (code == ERR_OK) {
            EXPECT_TRUE(n > 20);
            bench_fini(&b);
            return;
        }
        EXPECT_EQ_I64(code, ERR_NOMEM);
    }
    fail_msg("creation never succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spikes_states_and_samples_equal_a_plain_loop_for_all_sizes),
        cmocka_unit_test(double_precision_equals_a_plain_loop_for_all_sizes),
        cmocka_unit_test(double_precision_keeps_subnormals),
        cmocka_unit_test(results_do_not_depend_on_slices_threads_or_partitions),
        cmocka_unit_test(first_state_that_is_not_finite_is_found_by_step_then_cell),
        cmocka_unit_test(creation_frees_everything_when_memory_is_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
