/* tests/support/backend_extras.h: what a network made by hand (backend_network.h) may have on
 * top: double precision, given events, terms of stop_when. Call after hand_init, before
 * hand_upload. */
#ifndef SUPPORT_BACKEND_EXTRAS_H
#define SUPPORT_BACKEND_EXTRAS_H

#include "support/backend_network.h"

enum { EXTRA_TRAINS = 2, EXTRA_STOPS = 3 };

/* Weights with more bits than single precision holds. */
static inline void extra_double(struct hand_network *b)
{
    struct err e = {0};
    int64_t *wide = NULL;
    const int32_t *const narrow = b->wiring.weight;
    EXPECT_OK(mem_alloc(&wide, b->wiring.n_weights, sizeof *wide, &e));
    for (uint64_t k = 0; k < b->wiring.n_weights; k++) {
        wide[k] = narrow[k] * (INT64_C(1) << 20) + (int64_t)(hash_mix64(k) % 1000003);
    }
    mem_free(b->wiring.weight);
    b->wiring.weight = wide;
    for (uint32_t c = 0; c < NET_CONNS; c++) {
        b->conns[c].layout.weight *= INT64_C(1) << 20;
        b->conns[c].layout.weight += c * 77777;
    }
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        b->channels[p].scale_log2 += 20;
        for (uint32_t i = 0; i < b->populations[p].n_padded; i++) {
            b->state[p][0][i] += (double)i * 1e-11;
            b->parameter[p][0][i] += (double)(i % 3) * 1e-12;
        }
    }
    b->network.precision = PRECISION_DOUBLE;
}

static inline uint64_t extra_events(struct net_trains *t, uint64_t at, uint32_t k,
                                    uint32_t block, uint32_t n_lanes)
{
    /* Steps ascend, seldom by nothing; lanes ascend within a step; a cell may be hit several
     * times in a step, where the order of the sum shows in its last bits. */
    int64_t step = -60;
    uint32_t lane = 0;
    for (uint32_t j = 0; j < 40; j++) {
        const uint64_t draw = hash_mix64(j + 1000 * block + 100000 * k);
        const bool is_later = draw % 3 != 0;
        step += is_later ? (int64_t)(draw / 3 % 17) + 1 : 0;
        lane = is_later ? 0 : lane;
        lane += (uint32_t)(draw / 64 % 4);
        if (lane >= n_lanes) {
            lane = n_lanes - 1;
        }
        t->step[at] = step;
        t->lane[at] = lane;
        t->weight[at] =
            (double)((float)((int)(draw / 256 % 2001) - 900) * (j % 5 == 0 ? 0.3f : 0.0007f));
        at++;
    }
    return at;
}

/* Two trains: one reaches the synaptic state, one the recovery variable. */
static inline void extra_trains(struct hand_network *b)
{
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        struct net_population *const q = &b->populations[p];
        struct step_program *const step = &q->step;
        struct ir *const ir = step->ir;
        struct net_trains *const t = &q->trains;
        step->trains = arena_alloc(b->arena, EXTRA_TRAINS, sizeof *step->trains);
        t->n_blocks = q->n_padded / CELL_BLOCK;
        t->ptr =
            arena_alloc(b->arena, EXTRA_TRAINS * ((size_t)t->n_blocks + 1), sizeof *t->ptr);
        const size_t most = (size_t)EXTRA_TRAINS * t->n_blocks * 40;
        t->step = arena_alloc(b->arena, most, sizeof *t->step);
        t->lane = arena_alloc(b->arena, most, sizeof *t->lane);
        t->weight = arena_alloc(b->arena, most, sizeof *t->weight);
        EXPECT_TRUE(!arena_failed(b->arena));
        for (uint32_t k = 0; k < EXTRA_TRAINS; k++) {
            for (uint32_t j = 0; j < t->n_blocks; j++) {
                const uint32_t left = q->n - j * CELL_BLOCK;
                t->ptr[(size_t)k * (t->n_blocks + 1) + j] = t->n_events;
                if (j % 3 != 1) { /* some blocks get nothing */
                    t->n_events = extra_events(t, t->n_events, k, j,
                                               left < CELL_BLOCK ? left : CELL_BLOCK);
                }
            }
            t->ptr[(size_t)k * (t->n_blocks + 1) + t->n_blocks] = t->n_events;
        }
        step->n_trains = EXTRA_TRAINS;
        step->states[2].out = HAND_OP(ADD, step->states[2].out, ir_var(ir, IR_VAR_TRAIN, 0));
        step->states[1].out = HAND_OP(SUB, step->states[1].out, ir_var(ir, IR_VAR_TRAIN, 1));
    }
}

/* any(v > 10) now and then, all(u < 0) seldom broken, any(v > 1000) never. */
static inline void extra_stops(struct hand_network *b)
{
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        struct step_program *const step = &b->populations[p].step;
        struct ir *const ir = step->ir;
        step->stops = arena_alloc(b->arena, EXTRA_STOPS, sizeof *step->stops);
        EXPECT_TRUE(step->stops != NULL);
        step->stops[0] = HAND_OP(LT, HAND_NUMBER(10.0), step->states[0].out);
        step->stops[1] = ir_op1(ir, IR_NOT, HAND_OP(LT, step->states[1].out, HAND_NUMBER(0.0)));
        step->stops[2] = HAND_OP(LT, HAND_NUMBER(1000.0), step->states[0].out);
        step->n_stops = EXTRA_STOPS;
        for (uint32_t k = 0; k < EXTRA_STOPS; k++) {
            b->terms[p * EXTRA_STOPS + k] =
                (struct desc_stop_term){.population = p, .is_all = k == 1};
        }
    }
    b->stop = (struct desc_stop){.terms = b->terms, .n_terms = NET_POPULATIONS * EXTRA_STOPS};
    b->desc = (struct desc_network){.stop = &b->stop};
    b->network.desc = &b->desc;
}

#endif
