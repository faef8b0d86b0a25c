/* tests/support/ir_random.h: random well-typed ir graphs, and an ir evaluated for one cell by
 * the plainest code there can be, loops of truncated() included: what both readers must give.
 * Uniform words and Poisson numbers come from Philox, so that a device can draw the same ones.
 */
#ifndef SUPPORT_IR_RANDOM_H
#define SUPPORT_IR_RANDOM_H

#include <stdlib.h>

#include "base/hash.h"
#include "lang/flush.h"
#include "lang/ir.h"
#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"
#include "support/expect.h"
#include "support/ir_reference.h"

#define IR_RANDOM_VARS   5u
#define IR_RANDOM_EVENTS 2u
#define IR_RANDOM_KEY_LO 0x243f6a88u
#define IR_RANDOM_KEY_HI 0x85a308d3u

struct ir_random {
    struct ir *ir;
    uint64_t state;
    uint32_t *reals, *masks; /* nodes to choose from */
    uint32_t n_reals, n_masks, reals_capacity, masks_capacity;
    uint32_t n_draws;
};

static inline uint32_t ir_random_next(struct ir_random *r, uint32_t below)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash_mix64(r->state) >> 32) % below;
}

static inline void ir_random_add(struct ir_random *r, uint32_t node)
{
    EXPECT_TRUE(node != IR_NONE);
    const bool is_mask = r->ir->nodes[node].is_mask != 0;
    uint32_t *const slot = is_mask ? arena_push(r->ir->arena, &r->masks, &r->n_masks,
                                                &r->masks_capacity, sizeof *r->masks)
                                   : arena_push(r->ir->arena, &r->reals, &r->n_reals,
                                                &r->reals_capacity, sizeof *r->reals);
    EXPECT_TRUE(slot != NULL);
    *slot = node;
}

/* Rather a young node than an old one, so that graphs get deep. */
static inline uint32_t ir_random_real(struct ir_random *r)
{
    const uint32_t most = ir_random_next(r, 2) == 0 || r->n_reals < 8 ? r->n_reals : 8;
    return r->reals[r->n_reals - 1 - ir_random_next(r, most)];
}

static inline uint32_t ir_random_mask(struct ir_random *r)
{
    return r->masks[ir_random_next(r, r->n_masks)];
}

static inline double ir_random_value(struct ir_random *r)
{
    static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 1e-30, 1e30, 0.1, -65.0};
    return ir_random_next(r, 2) == 0 ? special[ir_random_next(r, 10)]
                                     : ((double)ir_random_next(r, 20001) - 10000.0) / 1024.0;
}

/* lo <= (x + u) <= hi, now and then a loop that never ends well. */
static inline uint32_t ir_random_truncated(struct ir_random *r)
{
    struct ir *const ir = r->ir;
    const uint32_t outside = ir_random_real(r);
    ir->trunc = ++ir->n_trunc;
    const uint32_t u = ir_leaf(ir, IR_U01, 1, r->n_draws++);
    const uint32_t bounded = ir_op2(ir, IR_MIN, ir_op1(ir, IR_ABS, outside), ir_const(ir, 0.5));
    uint32_t value = ir_op2(ir, IR_ADD, ir_op2(ir, IR_MUL, bounded, u), u);
    value = ir_random_next(r, 2) == 0
                ? value
                : ir_op2(ir, IR_MUL, value, ir_leaf(ir, IR_U01, 1, r->n_draws++));
    ir->trunc = 0;
    const bool is_hard = ir_random_next(r, 8) == 0;
    return ir_op3(ir, IR_TRUNC, value, ir_const(ir, is_hard ? 0.9 : 0.1),
                  ir_const(ir, is_hard ? 0.9005 : 0.7));
}

static inline uint32_t ir_random_operation(struct ir_random *r)
{
    struct ir *const ir = r->ir;
    const enum ir_op op = (enum ir_op)(IR_POISSON + ir_random_next(r, IR_OP_N - IR_POISSON));
    if (op == IR_POISSON) {
        return ir_poisson(ir, ir_random_real(r), 2, r->n_draws++);
    }
    if (op == IR_TRUNC) {
        return ir_random_truncated(r);
    }
    /* One draw per statement: the graph of a seed is the same with every compiler. */
    if (op == IR_AND || op == IR_OR || op == IR_NOT) {
        const uint32_t a = ir_random_mask(r), b = ir_random_mask(r);
        return op == IR_NOT ? ir_op1(ir, op, a) : ir_op2(ir, op, a, b);
    }
    const uint32_t x = ir_random_real(r), y = ir_random_real(r);
    if (op == IR_SELECT) {
        return ir_op3(ir, op, ir_random_mask(r), x, y);
    }
    return ir_n_operands(op) == 1 ? ir_op1(ir, op, x) : ir_op2(ir, op, x, y);
}

/* A graph of about n nodes; roots[n_roots] drawn from it. Owned by arena. */
static inline struct ir *ir_random_create(struct arena *arena, uint64_t seed, uint32_t n,
                                          uint32_t *roots, uint32_t n_roots)
{
    struct ir_random r = {.ir = ir_create(arena), .state = hash_mix64(seed)};
    struct ir *const ir = r.ir;
    EXPECT_TRUE(ir != NULL);
    for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
        ir_random_add(&r, ir_var(ir, IR_VAR_STATE, k));
    }
    for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
        ir_random_add(&r, ir_leaf(ir, IR_EVENTS, k, IR_NONE));
    }
    const uint32_t t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    ir_random_add(&r, t);
    ir_random_add(&r, ir_op2(ir, IR_MUL, t, ir_const(ir, 0.37)));
    ir_random_add(&r, ir_op2(ir, IR_LT, t, ir_const(ir, 1.0)));
    ir_random_add(&r, ir_op2(ir, IR_LT, r.reals[0], r.reals[1]));
    ir_random_add(&r, ir_mask(ir, ir_random_next(&r, 2) == 0));
    while (ir->n < n) {
        const uint32_t kind = ir_random_next(&r, 12);
        ir_random_add(&r, kind == 0   ? ir_const(ir, ir_random_value(&r))
                          : kind == 1 ? ir_leaf(ir, IR_U01, 0, r.n_draws++)
                                      : ir_random_operation(&r));
    }
    for (uint32_t k = 0; k < n_roots; k++) {
        roots[k] = ir_random_next(&r, 3) == 0 ? ir_random_mask(&r) : ir_random_real(&r);
    }
    return ir;
}

static inline uint32_t ir_random_word(uint32_t cell, uint32_t stream, uint32_t draw,
                                      uint32_t retry)
{
    return philox4x32(cell, draw, stream, retry, IR_RANDOM_KEY_LO, IR_RANDOM_KEY_HI).w0;
}

/* No Poisson distribution: any function of mean and word serves. */
static inline double ir_random_poisson(enum precision precision, uint32_t cell, uint32_t stream,
                                       uint32_t draw, uint32_t retry, double mean)
{
    const double u = (double)f32_u01(ir_random_word(cell, stream, draw, retry));
    return ir_reference_number(precision, IR_FLOOR,
                               ir_reference_number(precision, IR_MUL, mean, u, 0.0), 0.0, 0.0);
}

/* An ordinary value for cell i of input k: mostly small, sometimes large, sometimes special.
 * Subnormal where the precision keeps them. */
static inline double ir_random_input(enum precision precision, uint32_t k, uint32_t i)
{
    const uint64_t h = hash_mix64(((uint64_t)k << 32 | i) + 77);
    const bool is_double = precision == PRECISION_DOUBLE;
    const double special[8] = {0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               (double)INFINITY,
                               (double)-INFINITY,
                               (double)NAN,
                               is_double ? 1e-310 : (double)(1e-38f * 2.0f)};
    if (h % 23 == 0) {
        return special[(h >> 32) % 8];
    }
    if (is_double) {
        const double x = (double)(h >> 11) * 0x1p-53 * 200.0 - 100.0;
        return k == 0 ? x : x * 0.05;
    }
    const float x = (float)((double)(h >> 40) * 0x1p-24 * 200.0 - 100.0);
    return (double)(k == 0 ? x : x * 0.05f);
}

static inline double ir_random_events(uint32_t k, uint32_t i)
{
    return (double)(hash_mix64(i + 1000u * (k + 1)) % 4);
}

/* Number k of an array of a precision. */
static inline void ir_random_put(enum precision precision, void *numbers, size_t k,
                                 double value)
{
    if (precision == PRECISION_DOUBLE) {
        ((double *)numbers)[k] = value;
    } else {
        ((float *)numbers)[k] = (float)value;
    }
}

/* Its bits; of words: the word. */
static inline uint64_t ir_random_bits(enum precision precision, const void *numbers, size_t k,
                                      bool is_mask)
{
    uint64_t u = 0;
    const size_t bytes = is_mask ? sizeof(uint32_t) : precision_bytes(precision);
    memcpy(&u, (const char *)numbers + k * bytes, bytes);
    return u;
}

static inline uint64_t ir_random_flush_begin(enum precision precision)
{
    return precision == PRECISION_SINGLE ? flush_denormals_begin() : 0;
}

static inline void ir_random_flush_end(enum precision precision, uint64_t old)
{
    if (precision == PRECISION_SINGLE) {
        flush_denormals_end(old);
    }
}

struct ir_cell {
    const struct ir *ir;
    const double *courses; /* by node: value of each course node, else unused */
    double *values;        /* by node; masks 1 or 0 */
    uint32_t cell, n_gave_up;
    enum precision precision;
};

static inline double ir_cell_node(const struct ir_cell *c, uint32_t node, uint32_t retry)
{
    const struct ir_node *const n = &c->ir->nodes[node];
    const enum ir_op op = (enum ir_op)n->op;
    if (op == IR_CONST) {
        return c->precision == PRECISION_DOUBLE ? n->value : (double)flush_to_f32(n->value);
    }
    if (n->time_index != IR_NONE) {
        return c->courses[node];
    }
    if (op == IR_VAR || op == IR_EVENTS) {
        return op == IR_VAR ? ir_random_input(c->precision, n->a, c->cell)
                            : ir_random_events(n->a, c->cell);
    }
    if (op == IR_U01) {
        return (double)f32_u01(ir_random_word(c->cell, n->a, n->b, retry));
    }
    if (op == IR_POISSON) {
        return ir_random_poisson(c->precision, c->cell, n->b, n->c, retry, c->values[n->a]);
    }
    const uint32_t n_operands = ir_n_operands(op);
    return ir_reference_number(c->precision, op, c->values[n->a],
                               n_operands > 1 ? c->values[n->b] : 0.0,
                               n_operands > 2 ? c->values[n->c] : 0.0);
}

static inline double ir_cell_truncated(struct ir_cell *c, uint32_t node, struct arena *arena)
{
    const struct ir_node *const n = &c->ir->nodes[node];
    struct err e;
    uint32_t *body = NULL, n_body = 0;
    EXPECT_OK(ir_trunc_body(c->ir, node, arena, &body, &n_body, &e));
    for (uint32_t retry = 0; retry < 1000; retry++) {
        for (uint32_t k = 0; k < n_body; k++) {
            c->values[body[k]] = ir_cell_node(c, body[k], retry);
        }
        const double v = c->values[n->a];
        if (c->values[n->b] <= v && v <= c->values[n->c]) {
            return v;
        }
    }
    c->n_gave_up++;
    return (double)NAN;
}

/* All nodes of one cell, in their order. */
static inline void ir_cell_eval(struct ir_cell *c, struct arena *arena)
{
    for (uint32_t node = 0; node < c->ir->n; node++) {
        const struct ir_node *const n = &c->ir->nodes[node];
        c->values[node] =
            n->op == IR_TRUNC ? ir_cell_truncated(c, node, arena) : ir_cell_node(c, node, 0);
    }
}

/* Same bits, or both NaN (which NaN is left open). */
static inline bool ir_same_bits(enum precision precision, uint64_t a, uint64_t b)
{
    const bool is_double = precision == PRECISION_DOUBLE;
    const uint64_t size = is_double ? INT64_MAX : INT32_MAX;
    const uint64_t infinity = is_double ? UINT64_C(0x7ff0000000000000) : UINT64_C(0x7f800000);
    return a == b || ((a & size) > infinity && (b & size) > infinity);
}

#endif
