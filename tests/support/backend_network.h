/* tests/support/backend_network.h: networks made by hand for tests of backends: no files,
 * explicit rows, every kind of leaf a step program can have; and a run through a backend that
 * keeps all that was drained, for comparison. */
#ifndef SUPPORT_BACKEND_NETWORK_H
#define SUPPORT_BACKEND_NETWORK_H

#include "support/expect.h"

#include "base/hash.h"
#include "sim/backend.h"

enum { NET_POPULATIONS = 2, NET_CONNS = 4, NET_STREAMS = 3, NET_STATES = 4 };

struct hand_network {
    struct arena *arena;
    struct network network;
    struct net_population populations[NET_POPULATIONS];
    struct net_channel channels[NET_POPULATIONS];
    struct net_conn conns[NET_CONNS];
    struct net_wiring wiring; /* host memory */
    struct net_wiring on_device;
    struct sim_sampling sampling[NET_POPULATIONS];
    uint64_t keys[NET_POPULATIONS][NET_STREAMS];
    double *state[NET_POPULATIONS][NET_STATES], *parameter[NET_POPULATIONS][1];
    float *x[NET_POPULATIONS];
    /* where stops were added (support/backend_extras.h) */
    struct desc_network desc;
    struct desc_stop stop;
    struct desc_stop_term terms[8];
};

#define HAND_OP(op, a, b)  ir_op2(ir, IR_##op, (a), (b))
#define HAND_NUMBER(value) ir_const(ir, (value))

/* An Izhikevich cell (2003, doi 10.1109/TNN.2003.820440) with n_draws uniforms, a truncated()
 * and a poisson() per step, two event inputs (one of them varies with t), a time course, a
 * parameter and a position per cell, a state that never changes. */
static inline struct step_program hand_program(struct arena *arena, uint32_t n_draws)
{
    struct ir *const ir = ir_create(arena);
    const uint32_t v = ir_var(ir, IR_VAR_STATE, 0), u = ir_var(ir, IR_VAR_STATE, 1),
                   s = ir_var(ir, IR_VAR_STATE, 2), still = ir_var(ir, IR_VAR_STATE, 3),
                   t = ir_leaf(ir, IR_TIME, 0, 0), dt = HAND_NUMBER(0.5);
    const uint32_t events =
        HAND_OP(ADD, HAND_OP(MUL, ir_leaf(ir, IR_EVENTS, 0, 0), HAND_NUMBER(1.5)),
                HAND_OP(MUL, ir_leaf(ir, IR_EVENTS, 1, 0), HAND_NUMBER(0.75)));
    const uint32_t driven =
        HAND_OP(ADD, HAND_OP(ADD, s, ir_var(ir, IR_VAR_ARRIVAL, 0)), events);
    uint32_t noise = HAND_OP(MUL, ir_var(ir, IR_VAR_INDEX, 0), HAND_NUMBER(0.001));
    for (uint32_t d = 0; d < n_draws; d++) {
        noise = HAND_OP(ADD, noise,
                        HAND_OP(MUL, HAND_OP(SUB, ir_leaf(ir, IR_U01, 0, d), HAND_NUMBER(0.5)),
                                HAND_NUMBER(8.0)));
    }
    ir->trunc = ++ir->n_trunc;
    const uint32_t wide = HAND_OP(MUL, ir_leaf(ir, IR_U01, 0, n_draws), HAND_NUMBER(4.0));
    ir->trunc = 0;
    const uint32_t truncated = ir_op3(ir, IR_TRUNC, wide, HAND_NUMBER(1.0), HAND_NUMBER(2.0));
    const uint32_t counted = ir_poisson(
        ir, HAND_OP(MUL, ir_var(ir, IR_VAR_X, 0), HAND_NUMBER(0.01)), 0, n_draws + 1);
    const uint32_t early = HAND_OP(LT, t, HAND_NUMBER(20.0));
    const uint32_t parameter =
        ir_op3(ir, IR_SELECT, early, ir_var(ir, IR_VAR_PARAMETER, 0), still);
    const uint32_t drive = HAND_OP(
        ADD, HAND_OP(ADD, driven, HAND_OP(ADD, noise, HAND_OP(MUL, t, HAND_NUMBER(0.0625)))),
        HAND_OP(ADD, HAND_OP(ADD, truncated, counted), parameter));
    const uint32_t square = HAND_OP(MUL, HAND_OP(MUL, HAND_NUMBER(0.04), v), v);
    const uint32_t inner =
        HAND_OP(SUB,
                HAND_OP(ADD, HAND_OP(ADD, square, HAND_OP(MUL, HAND_NUMBER(5.0), v)),
                        HAND_NUMBER(140.0)),
                u);
    const uint32_t v1 = HAND_OP(ADD, v, HAND_OP(MUL, dt, HAND_OP(ADD, inner, drive)));
    const uint32_t u1 =
        HAND_OP(ADD, u,
                HAND_OP(MUL, dt,
                        HAND_OP(MUL, HAND_NUMBER(0.02),
                                HAND_OP(SUB, HAND_OP(MUL, HAND_NUMBER(0.2), v), u))));
    const uint32_t spike = HAND_OP(LE, HAND_NUMBER(30.0), v1);
    struct step_program p = {.ir = ir,
                             .spike = spike,
                             .n_states = NET_STATES,
                             .n_arrivals = 1,
                             .n_samples = 3,
                             .n_watches = 1,
                             .n_events = 2,
                             .n_streams = NET_STREAMS};
    p.states = arena_alloc(arena, NET_STATES, sizeof *p.states);
    p.arrivals = arena_alloc(arena, 1, sizeof *p.arrivals);
    p.samples = arena_alloc(arena, 3, sizeof *p.samples);
    p.watches = arena_alloc(arena, 1, sizeof *p.watches);
    p.events = arena_alloc(arena, 2, sizeof *p.events);
    p.streams = arena_alloc(arena, NET_STREAMS, sizeof *p.streams);
    EXPECT_TRUE(!arena_failed(arena));
    p.states[0] =
        (struct step_state){"v", ir_op3(ir, IR_SELECT, spike, HAND_NUMBER(-65.0), v1), 0};
    p.states[1] = (struct step_state){
        "u", ir_op3(ir, IR_SELECT, spike, HAND_OP(ADD, u1, HAND_NUMBER(8.0)), u1), 1};
    p.states[2] = (struct step_state){"s", HAND_OP(MUL, driven, HAND_NUMBER(0.75)), 2};
    p.states[3] = (struct step_state){"still", still, 3};
    p.samples[0] = (struct step_sample){.name = "v", .node = v, .display = 1.0, .unit = "mV"};
    p.samples[1] =
        (struct step_sample){.name = "s", .node = driven, .display = 1.0, .unit = ""};
    p.samples[2] = (struct step_sample){
        .name = "t", .node = HAND_OP(MUL, t, HAND_NUMBER(0.25)), .display = 1.0, .unit = ""};
    p.watches[0] = (struct step_watch){HAND_OP(MUL, v, HAND_NUMBER(0.03125)), "v"};
    p.events[0] = (struct step_event_input){"drive", STEP_POISSON, HAND_NUMBER(0.3), 1};
    p.events[1] = (struct step_event_input){
        "beat", STEP_BERNOULLI,
        ir_op3(ir, IR_SELECT, early, HAND_NUMBER(0.125), HAND_OP(MUL, t, HAND_NUMBER(0.001))),
        2};
    p.streams[0] = (struct step_stream){NULL, n_draws + 2};
    p.streams[1] = (struct step_stream){"drive", 1};
    p.streams[2] = (struct step_stream){"beat", 1};
    EXPECT_TRUE(!arena_failed(arena));
    return p;
}

static inline void hand_population(struct hand_network *b, uint32_t p, uint32_t n,
                                   struct step_program step)
{
    struct err e = {0};
    struct net_population *const q = &b->populations[p];
    *q = (struct net_population){.name = p == 0 ? "first" : "second",
                                 .n = n,
                                 .n_padded = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK,
                                 .step = step,
                                 .stream_keys = b->keys[p],
                                 .state = b->state[p],
                                 .parameter = b->parameter[p],
                                 .first_channel = p,
                                 .n_channels = 1,
                                 .records_spikes = true};
    for (uint32_t k = 0; k < NET_STREAMS; k++) {
        b->keys[p][k] = hash_mix64(10 * p + k + 1);
    }
    EXPECT_OK(mem_alloc(&b->x[p], q->n_padded, sizeof(float), &e));
    EXPECT_OK(mem_alloc(&b->parameter[p][0], q->n_padded, sizeof(double), &e));
    for (uint32_t k = 0; k < NET_STATES; k++) {
        EXPECT_OK(mem_alloc(&b->state[p][k], q->n_padded, sizeof(double), &e));
    }
    for (uint32_t i = 0; i < q->n_padded; i++) {
        b->state[p][0][i] = (double)(-70.0f + (float)(hash_mix64(i) % 1000) * 0.02f);
        b->state[p][1][i] = -14.0;
        b->state[p][3][i] = 0.25 * (double)(i % 7);
        b->parameter[p][0][i] = 0.5 * (double)(hash_mix64(i + 99) % 9);
        b->x[p][i] = (float)(hash_mix64(i + 77) % 100);
    }
    q->x = q->y = q->z = b->x[p];
    const uint32_t n_blocks = q->n_padded / CELL_BLOCK;
    EXPECT_OK(mem_alloc(&b->sampling[p].slot_of, n_blocks, sizeof(uint32_t), &e));
    EXPECT_OK(mem_alloc(&b->sampling[p].blocks, 2, sizeof(uint32_t), &e));
    for (uint32_t k = 0; k < n_blocks; k++) {
        const bool is_wanted = k == n_blocks / 2 || k + 1 == n_blocks;
        b->sampling[p].slot_of[k] = is_wanted ? b->sampling[p].n_blocks : UINT32_MAX;
        if (is_wanted) {
            b->sampling[p].blocks[b->sampling[p].n_blocks++] = k;
        }
    }
}

/* Up to seven targets per source and delay, in ascending order. */
static inline void hand_rows(struct hand_network *b, uint32_t c, uint64_t *row, uint64_t *edge)
{
    struct conn_layout *const l = &b->conns[c].layout;
    l->row_begin = *row;
    l->edge_begin = *edge;
    l->weight_begin = *edge;
    uint64_t at = 0;
    for (uint32_t r = 0; r < l->n_pre * l->n_delays; r++) {
        b->wiring.row_ptr[(*row)++] = at;
        uint64_t target = hash_mix64(r + 977 * c) % (l->n_post / 3 + 1);
        for (uint32_t k = 0; k < 7 && target < l->n_post; k++, at++, (*edge)++) {
            b->wiring.target[*edge] = (uint32_t)target;
            ((int32_t *)b->wiring.weight)[*edge] =
                (1 << 19) + (int32_t)(hash_mix64(*edge) % (1u << 19));
            target += hash_mix64(target + r) % (l->n_post / 5 + 1);
        }
    }
    b->wiring.row_ptr[(*row)++] = at;
}

static inline void hand_connect(struct hand_network *b, uint32_t delay_min)
{
    struct err e = {0};
    uint64_t n_rows = 0, row = 0, edge = 0;
    const uint32_t n_slots = delay_min + NET_CONNS + 2;
    uint64_t ring = 0;
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        b->channels[p] = (struct net_channel){
            .population = p, .n_slots = n_slots, .ring_begin = ring, .scale_log2 = 20};
        ring += (uint64_t)n_slots * b->populations[p].n_padded;
    }
    for (uint32_t c = 0; c < NET_CONNS; c++) {
        const uint32_t pre = c / 2, post = c % 2, n_delays = c == 1 ? 3 : 1;
        b->conns[c] = (struct net_conn){.pre = pre, .post = post, .channel = post};
        b->conns[c].layout = (struct conn_layout){.ring_begin = b->channels[post].ring_begin,
                                                  .n_pre = b->populations[pre].n,
                                                  .n_post = b->populations[post].n,
                                                  .pre = pre,
                                                  .post = post,
                                                  .delay_min = delay_min + c,
                                                  .n_delays = n_delays,
                                                  .ring_slots = n_slots,
                                                  .ring_stride = b->populations[post].n_padded,
                                                  .weight = c % 2 == 0 ? -(1 << 20) : 1 << 20,
                                                  .has_weights = c == 3};
        n_rows += (uint64_t)b->populations[pre].n * n_delays + 1;
    }
    EXPECT_OK(mem_alloc(&b->wiring.row_ptr, n_rows, sizeof *b->wiring.row_ptr, &e));
    EXPECT_OK(mem_alloc(&b->wiring.target, n_rows * 7, sizeof *b->wiring.target, &e));
    EXPECT_OK(mem_alloc(&b->wiring.weight, n_rows * 7, sizeof(int32_t), &e));
    for (uint32_t c = 0; c < NET_CONNS; c++) {
        hand_rows(b, c, &row, &edge);
    }
    b->wiring.n_rows = row;
    b->wiring.n_weights = edge;
    b->network =
        (struct network){.dt_fs = 500000000000,
                         .slice = delay_min + 1 < SLICE_MAX ? delay_min + 1 : SLICE_MAX,
                         .populations = b->populations,
                         .channels = b->channels,
                         .conns = b->conns,
                         .n_populations = NET_POPULATIONS,
                         .n_channels = NET_POPULATIONS,
                         .n_conns = NET_CONNS,
                         .n_cells = b->populations[0].n + b->populations[1].n,
                         .ring_elements = ring};
}

static inline void hand_init(struct hand_network *b, uint32_t n0, uint32_t n1,
                             uint32_t delay_min, uint32_t n_draws)
{
    struct err e = {0};
    *b = (struct hand_network){0};
    EXPECT_OK(arena_create(&b->arena, &e));
    hand_population(b, 0, n0, hand_program(b->arena, n_draws));
    hand_population(b, 1, n1, hand_program(b->arena, n_draws));
    hand_connect(b, delay_min);
}

/* The same wiring on a device. */
static inline void hand_upload(struct hand_network *b, struct device *d)
{
    struct err e = {0};
    const uint64_t n_edges = b->wiring.n_weights,
                   n_weights = n_edges * precision_bytes(b->network.precision);
    b->on_device = (struct net_wiring){
        .is_on_device = true, .n_rows = b->wiring.n_rows, .n_weights = n_edges};
    EXPECT_OK(device_buffer_create(&b->on_device.row_ptr_buffer, d, b->wiring.n_rows * 8,
                                   "rows", &e));
    EXPECT_OK(device_buffer_create(&b->on_device.target_buffer, d, n_edges * 4, "targets", &e));
    EXPECT_OK(device_buffer_create(&b->on_device.weight_buffer, d, n_weights, "weights", &e));
    EXPECT_OK(device_write(&b->on_device.row_ptr_buffer, 0, b->wiring.row_ptr,
                           b->wiring.n_rows * 8, &e));
    EXPECT_OK(device_write(&b->on_device.target_buffer, 0, b->wiring.target, n_edges * 4, &e));
    EXPECT_OK(device_write(&b->on_device.weight_buffer, 0, b->wiring.weight, n_weights, &e));
}

static inline void hand_fini(struct hand_network *b)
{
    device_buffer_destroy(&b->on_device.row_ptr_buffer);
    device_buffer_destroy(&b->on_device.target_buffer);
    device_buffer_destroy(&b->on_device.weight_buffer);
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        for (uint32_t k = 0; k < NET_STATES; k++) {
            mem_free(b->state[p][k]);
        }
        mem_free(b->parameter[p][0]);
        mem_free(b->x[p]);
        mem_free(b->sampling[p].slot_of);
        mem_free(b->sampling[p].blocks);
    }
    mem_free(b->wiring.row_ptr);
    mem_free(b->wiring.target);
    mem_free(b->wiring.weight);
    arena_destroy(b->arena);
}

/* What a run leaves behind. */
struct hand_outcome {
    uint64_t count[NET_POPULATIONS], hash[NET_POPULATIONS], samples, watches, watched, state,
        bad, stops, stopped; /* stops: steps of terms; stopped: cells of terms of any(…) */
};

static inline bool hand_is_due(int64_t step)
{
    return step >= 0 && step % 3 == 1;
}

static inline void hand_take_stops(const struct hand_network *b, const struct sim_drained *d,
                                   struct hand_outcome *o)
{
    uint32_t at = 0;
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        for (uint32_t k = 0; k < b->populations[p].step.n_stops; k++, at++) {
            for (uint32_t left = d->stop_steps[at]; left != 0; left &= left - 1) {
                o->stops += hash_mix64((uint64_t)(d->first + __builtin_ctz(left)) * 64 + at);
            }
            uint32_t all = 0;
            for (uint32_t j = 0; j < d->n_stop_entries[at]; j++) {
                const struct spike_entry entry = d->stop_entries[at][j];
                EXPECT_TRUE(entry.cell < b->populations[p].n);
                all |= entry.steps;
                for (uint32_t left = entry.steps; left != 0; left &= left - 1) {
                    o->stopped += hash_mix64(
                        hash_mix64((uint64_t)(d->first + __builtin_ctz(left)) * 64 + at) +
                        entry.cell);
                }
            }
            const bool is_all = sim_stop_is_all(&b->network, p, k);
            EXPECT_EQ_I64(all, is_all ? 0 : d->stop_steps[at]);
        }
    }
}

static inline void hand_take(const struct hand_network *b, const struct sim_drained *d,
                             struct hand_outcome *o)
{
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        const struct net_population *const q = &b->populations[p];
        const struct sim_sampling *const w = &b->sampling[p];
        if (d->bad_step[p] != UINT32_MAX) {
            o->bad +=
                hash_mix64((uint64_t)(d->first + d->bad_step[p]) * 1000003 + d->bad_cell[p]);
        }
        for (uint32_t k = 0; k < d->n_entries[p]; k++) {
            for (uint32_t left = d->entries[p][k].steps; left != 0; left &= left - 1) {
                const int64_t step = d->first + __builtin_ctz(left);
                EXPECT_TRUE(step < d->first + d->n_steps && d->entries[p][k].cell < q->n);
                o->hash[p] += hash_mix64(hash_mix64((uint64_t)step) + d->entries[p][k].cell);
                o->count[p]++;
            }
        }
        if (q->step.n_watches > 0 && d->watch_count[p] > 0) {
            uint32_t bits;
            memcpy(&bits, &d->watch_value[p], sizeof bits);
            o->watches += d->watch_count[p];
            o->watched += hash_mix64(hash_mix64(d->watch_cell[p]) + bits);
        }
        const uint32_t row = q->step.n_samples * w->n_blocks * CELL_BLOCK;
        for (uint32_t k = 0; k < d->n_steps; k++) {
            for (uint32_t j = 0; hand_is_due(d->first + k) && j < row; j++) {
                const uint32_t at = j % (w->n_blocks * CELL_BLOCK);
                const size_t number = precision_bytes(b->network.precision);
                uint64_t bits = 0;
                memcpy(&bits, (const char *)d->samples[p] + ((size_t)k * row + j) * number,
                       number);
                if (w->blocks[at / CELL_BLOCK] * CELL_BLOCK + at % CELL_BLOCK < q->n) {
                    o->samples +=
                        hash_mix64(hash_mix64((uint64_t)(d->first + k) * 4096 + j) + bits + p);
                }
            }
        }
    }
    hand_take_stops(b, d, o);
}

/* Runs steps [from, to) by slices of at most `slice`, with up to `flight` of them enqueued. */
static inline struct hand_outcome hand_run(const struct sim_backend_class *class,
                                           struct hand_network *b, struct device *device,
                                           const struct sim_options *options, int64_t from,
                                           int64_t to, uint32_t slice, uint32_t flight)
{
    struct err e = {0};
    struct hand_outcome o = {0};
    struct sim_backend *s = NULL;
    EXPECT_OK(class->create(&s, &b->network, device, options, b->sampling, &e));
    EXPECT_OK(class->start(s, device == NULL ? &b->wiring : &b->on_device, &e));
    const uint32_t most = class->max_in_flight(s);
    uint32_t in_flight = 0;
    struct sim_drained d;
    for (int64_t n = from; n < to;) {
        const int64_t end = n < 0 && to > 0 ? 0 : to;
        const uint32_t steps = end - n < (int64_t)slice ? (uint32_t)(end - n) : slice;
        uint32_t due = 0;
        for (uint32_t k = 0; k < steps; k++) {
            due |= hand_is_due(n + k) ? 1u << k : 0;
        }
        const uint32_t dues[NET_POPULATIONS] = {due, due};
        EXPECT_OK(class->advance(s, n, steps, dues, &e));
        if (++in_flight >= (flight < most ? flight : most)) {
            EXPECT_OK(class->drain(s, &d, &e));
            hand_take(b, &d, &o);
            in_flight--;
        }
        n += steps;
    }
    for (; in_flight > 0; in_flight--) {
        EXPECT_OK(class->drain(s, &d, &e));
        hand_take(b, &d, &o);
    }
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        for (uint32_t i = 0; i < b->populations[p].n; i += b->populations[p].n / 64 + 1) {
            double x[NET_STATES];
            EXPECT_OK(class->read_cell(s, p, i, x, &e));
            for (uint32_t k = 0; k < b->populations[p].step.n_states; k++) {
                uint64_t bits;
                memcpy(&bits, &x[k], sizeof bits);
                o.state += hash_mix64(hash_mix64((uint64_t)i * 8 + k) + bits);
            }
        }
    }
    class->destroy(s);
    return o;
}

static inline void hand_expect_same(struct hand_outcome got, struct hand_outcome expected)
{
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        EXPECT_EQ_I64(got.count[p], expected.count[p]);
        EXPECT_EQ_U64(got.hash[p], expected.hash[p]);
    }
    EXPECT_EQ_U64(got.samples, expected.samples);
    EXPECT_EQ_U64(got.watches, expected.watches);
    EXPECT_EQ_U64(got.watched, expected.watched);
    EXPECT_EQ_U64(got.bad, expected.bad);
    EXPECT_EQ_U64(got.stops, expected.stops);
    EXPECT_EQ_U64(got.stopped, expected.stopped);
    EXPECT_EQ_U64(got.state, expected.state);
}

#endif
