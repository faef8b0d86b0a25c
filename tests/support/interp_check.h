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
    uint32_t first_cell; /* of lane 0 */
    _Alignas(64) float vars[IR_RANDOM_VARS][INTERP_BLOCK];
    _Alignas(64) float events[IR_RANDOM_EVENTS][INTERP_BLOCK];
    _Alignas(64) float out[INTERP_CHECK_ROOTS][INTERP_BLOCK];
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
                                        uint32_t retry, uint32_t n, const float *mean,
                                        float *out)
{
    const struct interp_check *const c = context;
    memset(out, 0x55, n * sizeof *out); /* out is not where mean is, or this shows */
    for (uint32_t i = 0; i < n; i++) {
        out[i] = ir_random_poisson(c->first_cell + i, stream, draw, retry, mean[i]);
    }
}

static inline void interp_check_fill(struct interp_check *c)
{
    for (uint32_t i = 0; i < INTERP_BLOCK; i++) {
        for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
            c->vars[k][i] = ir_random_input(k, c->first_cell + i);
        }
        for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
            c->events[k][i] = (float)(hash_mix64(c->first_cell + i + 1000u * (k + 1)) % 4);
        }
    }
    memset(c->out, 0xca, sizeof c->out);
}

/* Values of the courses, by number and by node. */
static inline void interp_check_courses(const struct ir *ir, const struct ir_plan *plan,
                                        float *by_number, float *by_node)
{
    for (uint32_t node = 0; node < ir->n; node++) {
        if (ir->nodes[node].time_index != IR_NONE) {
            by_node[node] =
                flush_to_f32(ir_eval(ir, node, INTERP_CHECK_STEP, INTERP_CHECK_DT_FS));
        }
    }
    for (uint32_t k = 0; k < plan->n_courses; k++) {
        by_number[k] = by_node[plan->courses[k]];
    }
}

static inline uint32_t interp_check_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline void interp_check_lane(const struct ir *ir, const uint32_t *roots, uint32_t k,
                                     const float *at, const float *values, uint32_t lane,
                                     int level)
{
    const float expected = values[roots[k]];
    const bool is_mask = ir->nodes[roots[k]].is_mask != 0;
    const bool is_same = is_mask ? interp_check_bits(*at) == (expected != 0.0f ? 1u : 0u)
                                 : ir_same_f32(*at, expected);
    if (!is_same) {
        fail_msg("root %u (node %u, %s) lane %u level %d: %a (%08" PRIx32 "), expected %a", k,
                 roots[k], ir_op_name((enum ir_op)ir->nodes[roots[k]].op), lane, level,
                 (double)*at, interp_check_bits(*at), (double)expected);
    }
}

/* Runs n cells from first_cell on and compares every root. does_alias: the first outputs are
 * the first inputs' own memory. Returns the number of lanes whose truncated() gave up. */
static inline uint32_t interp_check_run(const struct ir *ir, const uint32_t *roots,
                                        uint32_t n_roots, uint32_t first_cell, uint32_t n,
                                        bool does_alias)
{
    static struct interp_check c;
    struct err e;
    struct arena *arena = NULL;
    struct interp *p = NULL;
    struct ir_plan plan;
    void *scratch = NULL;
    EXPECT_TRUE(n_roots <= INTERP_CHECK_ROOTS);
    EXPECT_OK(arena_create(&arena, &e));
    EXPECT_OK(interp_create(&p, ir, roots, n_roots, arena, &plan, &e));
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e));
    float *const courses = arena_alloc(arena, plan.n_courses + 1, sizeof *courses);
    float *const by_node = arena_alloc(arena, ir->n, sizeof *by_node);
    float *const values = arena_alloc(arena, (size_t)ir->n * INTERP_BLOCK, sizeof *values);
    EXPECT_TRUE(courses != NULL && by_node != NULL && values != NULL);
    interp_check_courses(ir, &plan, courses, by_node);
    const uint64_t old = flush_denormals_begin();
    uint32_t n_gave_up = 0, n_first = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct ir_cell cell = {.ir = ir,
                               .courses = by_node,
                               .values = values + (size_t)i * ir->n,
                               .cell = first_cell + i};
        ir_cell_eval(&cell, arena);
        n_first = n_gave_up == 0 && cell.n_gave_up > 0 ? i : n_first;
        n_gave_up += cell.n_gave_up;
    }
    uint32_t gave_up = 0;
    for (int level = 0; level < INTERP_LEVEL_N; level++) {
        interp_loops *const loops = interp_loops_at((enum interp_level)level);
        if (loops == NULL) {
            continue;
        }
        p->loops = loops;
        c.first_cell = first_cell;
        interp_check_fill(&c);
        const float *vars[IR_RANDOM_VARS], *events[IR_RANDOM_EVENTS];
        float *outputs[INTERP_CHECK_ROOTS];
        for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
            vars[k] = c.vars[k];
        }
        for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
            events[k] = c.events[k];
        }
        for (uint32_t k = 0; k < n_roots; k++) {
            outputs[k] = does_alias && k < IR_RANDOM_VARS ? c.vars[k] : c.out[k];
        }
        struct interp_run run = {.vars = vars,
                                 .courses = courses,
                                 .events = events,
                                 .outputs = outputs,
                                 .draw = interp_check_draw,
                                 .poisson = interp_check_poisson,
                                 .context = &c,
                                 .scratch = scratch,
                                 .n = n};
        interp_run(p, &run);
        for (uint32_t k = 0; k < n_roots; k++) {
            for (uint32_t i = 0; i < n; i++) {
                interp_check_lane(ir, roots, k, &outputs[k][i], values + (size_t)i * ir->n, i,
                                  level);
            }
            for (uint32_t i = (n + 15) / 16 * 16; outputs[k] == c.out[k] && i < INTERP_BLOCK;
                 i++) {
                EXPECT_EQ_U64(interp_check_bits(c.out[k][i]), INTERP_CHECK_GUARD);
            }
        }
        gave_up = run.n_gave_up;
        EXPECT_TRUE(gave_up == 0 || n_first <= run.first_gave_up);
    }
    flush_denormals_end(old);
    EXPECT_TRUE(gave_up <=
                n_gave_up); /* the plain evaluation runs loops that no root needs, too */
    interp_destroy(p);
    mem_free(scratch);
    arena_destroy(arena);
    return gave_up;
}

#endif
