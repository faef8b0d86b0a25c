/* tests/support/interp_check.h: runs an ir through the block interpreter, at every level this
 * processor has, and compares each lane with ir_random.h's plain evaluation. */
#ifndef SUPPORT_INTERP_CHECK_H
#define SUPPORT_INTERP_CHECK_H

#include "lang/interp.h"
#include "lang/interp_ops.h"
#include "support/ir_random.h"

enum { INTERP_CHECK_ROOTS = 12, INTERP_CHECK_STEP = 7 };
#define INTERP_CHECK_DT_FS INT64_C(100000000000) /* 0.1 ms */
#define INTERP_CHECK_GUARD 0xcacacacau

struct interp_check {
    enum precision precision;
    uint32_t first_cell; /* of lane 0 */
    /* numbers of the precision */
    _Alignas(64) double vars[IR_RANDOM_VARS][INTERP_BLOCK];
    _Alignas(64) double events[IR_RANDOM_EVENTS][INTERP_BLOCK];
    _Alignas(64) double out[INTERP_CHECK_ROOTS][INTERP_BLOCK];
};

static inline void interp_check_draw(void *context, uint32_t stream, uint32_t draw,
                                     uint32_t retry, uint32_t n, uint32_t *words)
{
    const struct interp_check *const c = context;
    for (uint32_t i = 0; i < n; i++) {
        words[i] = ir_random_word(c->first_cell + i, stream, draw, retry);
    }
}

static inline void interp_check_poisson(void *context, uint32_t stream, uint32_t draw,
                                        uint32_t retry, uint32_t n, const void *mean, void *out)
{
    const struct interp_check *const c = context;
    memset(out, 0x55,
           n * precision_bytes(c->precision)); /* out is not where mean is, or this shows */
    for (uint32_t i = 0; i < n; i++) {
        ir_random_put(c->precision, out, i,
                      ir_random_poisson(c->precision, c->first_cell + i, stream, draw, retry,
                                        precision_get(c->precision, mean, i)));
    }
}

static inline void interp_check_fill(struct interp_check *c)
{
    for (uint32_t i = 0; i < INTERP_BLOCK; i++) {
        for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
            ir_random_put(c->precision, c->vars[k], i,
                          ir_random_input(c->precision, k, c->first_cell + i));
        }
        for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
            ir_random_put(c->precision, c->events[k], i,
                          ir_random_events(k, c->first_cell + i));
        }
    }
    memset(c->out, 0xca, sizeof c->out);
}

/* Values of the courses, by number (numbers of the precision) and by node. */
static inline void interp_check_courses(const struct ir *ir, enum precision precision,
                                        const struct ir_plan *plan, void *by_number,
                                        double *by_node)
{
    for (uint32_t node = 0; node < ir->n; node++) {
        if (ir->nodes[node].time_index != IR_NONE) {
            const double value = ir_eval(ir, node, INTERP_CHECK_STEP, INTERP_CHECK_DT_FS);
            by_node[node] = precision == PRECISION_DOUBLE ? value : (double)flush_to_f32(value);
        }
    }
    for (uint32_t k = 0; k < plan->n_courses; k++) {
        ir_random_put(precision, by_number, k, by_node[plan->courses[k]]);
    }
}

static inline void interp_check_lane(const struct ir *ir, enum precision precision,
                                     const uint32_t *roots, uint32_t k, const void *output,
                                     const double *values, uint32_t lane, int level)
{
    const double expected = values[roots[k]];
    const bool is_mask = ir->nodes[roots[k]].is_mask != 0;
    const uint64_t at = ir_random_bits(precision, output, lane, is_mask);
    double number;
    ir_random_put(precision, &number, 0, expected);
    const uint64_t wanted =
        is_mask ? (expected != 0.0 ? 1u : 0u) : ir_random_bits(precision, &number, 0, false);
    if (is_mask ? at != wanted : !ir_same_bits(precision, at, wanted)) {
        fail_msg("%s root %u (node %u, %s) lane %u level %d: %016" PRIx64
                 ", expected %a (%016" PRIx64 ")",
                 precision_name(precision), k, roots[k],
                 ir_op_name((enum ir_op)ir->nodes[roots[k]].op), lane, level, at, expected,
                 wanted);
    }
}

/* Lanes beyond the last that is computed still hold what was there. */
static inline void interp_check_guard(const struct interp_check *c, const void *out, uint32_t n,
                                      bool is_mask)
{
    for (uint32_t i = (n + 15) / 16 * 16; i < INTERP_BLOCK; i++) {
        const uint64_t guard = c->precision == PRECISION_SINGLE || is_mask
                                   ? INTERP_CHECK_GUARD
                                   : UINT64_C(0x100000001) * INTERP_CHECK_GUARD;
        EXPECT_EQ_U64(ir_random_bits(c->precision, out, i, is_mask), guard);
    }
}

/* One level over the block. does_alias: as in interp_check_run. */
static inline struct interp_run interp_check_level(struct interp_check *c, struct interp *p,
                                                   const struct ir *ir, const uint32_t *roots,
                                                   uint32_t n_roots, const void *courses,
                                                   void *scratch, uint32_t n, bool does_alias,
                                                   const double *values, int level)
{
    const void *vars[IR_RANDOM_VARS], *events[IR_RANDOM_EVENTS];
    void *outputs[INTERP_CHECK_ROOTS];
    interp_check_fill(c);
    for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
        vars[k] = c->vars[k];
    }
    for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
        events[k] = c->events[k];
    }
    for (uint32_t k = 0; k < n_roots; k++) {
        const bool may_alias = c->precision == PRECISION_SINGLE || !ir->nodes[roots[k]].is_mask;
        outputs[k] = does_alias && may_alias && k < IR_RANDOM_VARS ? c->vars[k] : c->out[k];
    }
    struct interp_run run = {.vars = vars,
                             .courses = courses,
                             .events = events,
                             .outputs = outputs,
                             .draw = interp_check_draw,
                             .poisson = interp_check_poisson,
                             .context = c,
                             .scratch = scratch,
                             .n = n};
    interp_run(p, &run);
    for (uint32_t k = 0; k < n_roots; k++) {
        for (uint32_t i = 0; i < n; i++) {
            interp_check_lane(ir, c->precision, roots, k, outputs[k],
                              values + (size_t)i * ir->n, i, level);
        }
        if (outputs[k] == c->out[k]) {
            interp_check_guard(c, c->out[k], n, ir->nodes[roots[k]].is_mask != 0);
        }
    }
    return run;
}

static inline uint32_t interp_check_precision(const struct ir *ir, enum precision precision,
                                              const uint32_t *roots, uint32_t n_roots,
                                              uint32_t first_cell, uint32_t n, bool does_alias)
{
    static struct interp_check c;
    c.precision = precision;
    c.first_cell = first_cell;
    struct err e;
    struct arena *arena = NULL;
    struct interp *p = NULL;
    struct ir_plan plan;
    void *scratch = NULL;
    EXPECT_TRUE(n_roots <= INTERP_CHECK_ROOTS);
    EXPECT_OK(arena_create(&arena, &e));
    EXPECT_OK(interp_create(&p, ir, roots, n_roots, precision, arena, &plan, &e));
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e));
    double *const courses = arena_alloc(arena, plan.n_courses + 1, sizeof *courses);
    double *const by_node = arena_alloc(arena, ir->n, sizeof *by_node);
    double *const values = arena_alloc(arena, (size_t)ir->n * INTERP_BLOCK, sizeof *values);
    EXPECT_TRUE(courses != NULL && by_node != NULL && values != NULL);
    interp_check_courses(ir, precision, &plan, courses, by_node);
    const uint64_t old = ir_random_flush_begin(precision);
    uint32_t n_gave_up = 0, n_first = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct ir_cell cell = {.ir = ir,
                               .courses = by_node,
                               .values = values + (size_t)i * ir->n,
                               .cell = first_cell + i,
                               .precision = precision};
        ir_cell_eval(&cell, arena);
        n_first = n_gave_up == 0 && cell.n_gave_up > 0 ? i : n_first;
        n_gave_up += cell.n_gave_up;
    }
    uint32_t gave_up = 0;
    for (int level = 0; level < INTERP_LEVEL_N; level++) {
        p->loops = interp_loops_at(precision, (enum interp_level)level);
        if (p->loops == NULL) {
            continue;
        }
        const struct interp_run run = interp_check_level(&c, p, ir, roots, n_roots, courses,
                                                         scratch, n, does_alias, values, level);
        gave_up = run.n_gave_up;
        EXPECT_TRUE(gave_up == 0 || n_first <= run.first_gave_up);
    }
    ir_random_flush_end(precision, old);
    EXPECT_TRUE(gave_up <=
                n_gave_up); /* the plain evaluation runs loops that no root needs, too */
    interp_destroy(p);
    mem_free(scratch);
    arena_destroy(arena);
    return gave_up;
}

/* Runs n cells from first_cell on, in both precisions, and compares every root. does_alias: the
 * first outputs are the first inputs' own memory. Returns the number of lanes whose truncated()
 * gave up (in single precision). */
static inline uint32_t interp_check_run(const struct ir *ir, const uint32_t *roots,
                                        uint32_t n_roots, uint32_t first_cell, uint32_t n,
                                        bool does_alias)
{
    (void)interp_check_precision(ir, PRECISION_DOUBLE, roots, n_roots, first_cell, n,
                                 does_alias);
    return interp_check_precision(ir, PRECISION_SINGLE, roots, n_roots, first_cell, n,
                                  does_alias);
}

#endif
