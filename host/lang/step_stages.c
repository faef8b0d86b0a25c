/* midpoint and rk4: a segment is one system y' = f(t, y); its intermediates are evaluated at
 * each stage from the stage's values. Explicit midpoint rule and the classic method of Kutta
 * 1901 (Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, section II.1).
 * What the segment does not compute itself holds through the step: parameters, stimuli, earlier
 * statements, and the random numbers that an equation draws. */
#include "lang/step_builder.h"

#include <string.h>

struct stages {
    struct step_builder *b;
    uint32_t first, last;   /* statements; the last one is an equation */
    uint32_t n;             /* equations */
    uint32_t *state;        /* [n] states that they advance */
    uint32_t *y0;           /* [n] values before the segment */
    uint32_t *intermediate; /* values of the first stage: those that later statements see */
    uint32_t n_draws;
};

static bool stages_init(struct stages *s, struct step_builder *b, uint32_t first, uint32_t last)
{
    const struct model *const m = b->model;
    *s = (struct stages){.b = b, .first = first, .last = last, .n_draws = b->lower.n_draws};
    s->state = arena_alloc(b->arena, last - first, sizeof *s->state);
    s->y0 = arena_alloc(b->arena, last - first, sizeof *s->y0);
    s->intermediate = arena_alloc(b->arena, m->n_intermediates, sizeof *s->intermediate);
    if (s->state == NULL || s->y0 == NULL || s->intermediate == NULL) {
        return false;
    }
    for (uint32_t k = first; k < last; k++) {
        if (m->statements[k].kind == STMT_DIFFERENTIAL) {
            s->state[s->n] = m->statements[k].symbol->index;
            s->y0[s->n] = b->value[s->state[s->n]];
            s->n++;
        }
    }
    return true;
}

/* The slopes at time t + c and the states' present values. Every stage takes the same random
 * numbers. */
static uint32_t *slopes(struct stages *s, double c)
{
    struct step_builder *const b = s->b;
    uint32_t *const f = arena_alloc(b->arena, s->n, sizeof *f);
    b->lower.n_draws = s->n_draws;
    b->lower.has_time = c > 0.0;
    if (b->lower.has_time) {
        const uint32_t t = ir_leaf(b->ir, IR_TIME, IR_NONE, IR_NONE);
        b->lower.time = ir_op2(b->ir, IR_ADD, t, ir_const(b->ir, c));
    }
    for (uint32_t k = s->first, j = 0; f != NULL && k < s->last; k++) {
        const struct stmt *const statement = &b->model->statements[k];
        if (statement->kind == STMT_DIFFERENTIAL) {
            f[j++] = step_slope(b, statement);
        } else {
            step_assign(b, statement, false);
        }
    }
    b->lower.has_time = false;
    return f;
}

/* y = y0 + h*k for a stage; held variables stay where they are while refractory. */
static void move(struct stages *s, double h, const uint32_t *k)
{
    struct step_builder *const b = s->b;
    const uint32_t step = ir_const(b->ir, h);
    for (uint32_t j = 0; j < s->n; j++) {
        step_set_state(b, s->state[j],
                       ir_op2(b->ir, IR_ADD, s->y0[j], ir_op2(b->ir, IR_MUL, step, k[j])));
    }
}

/* k1 + 2*(k2 + k3) + k4, in place of k1. */
static void sum_of_four(struct stages *s, uint32_t *k1, const uint32_t *k2, const uint32_t *k3,
                        const uint32_t *k4)
{
    struct ir *const ir = s->b->ir;
    const uint32_t two = ir_const(ir, 2.0);
    for (uint32_t j = 0; j < s->n; j++) {
        const uint32_t middle = ir_op2(ir, IR_MUL, two, ir_op2(ir, IR_ADD, k2[j], k3[j]));
        k1[j] = ir_op2(ir, IR_ADD, ir_op2(ir, IR_ADD, k1[j], middle), k4[j]);
    }
}

static void classic(struct stages *s, double dt, uint32_t *k1)
{
    move(s, 0.5 * dt, k1);
    const uint32_t *const k2 = slopes(s, 0.5 * dt);
    if (k2 == NULL) {
        return;
    }
    move(s, 0.5 * dt, k2);
    const uint32_t *const k3 = slopes(s, 0.5 * dt);
    if (k3 == NULL) {
        return;
    }
    move(s, dt, k3);
    const uint32_t *const k4 = slopes(s, dt);
    if (k4 == NULL) {
        return;
    }
    sum_of_four(s, k1, k2, k3, k4);
    move(s, dt / 6.0, k1);
}

static void midpoint(struct stages *s, double dt, const uint32_t *k1)
{
    move(s, 0.5 * dt, k1);
    const uint32_t *const k2 = slopes(s, 0.5 * dt);
    if (k2 != NULL) {
        move(s, dt, k2);
    }
}

void step_stages(struct step_builder *b, uint32_t first, uint32_t last)
{
    struct stages s;
    const double dt = (double)b->request->dt_fs / 1e12;
    const uint32_t n_errors = b->d->n_errors;
    if (!stages_init(&s, b, first, last)) {
        return;
    }
    uint32_t *const k1 = slopes(&s, 0.0);
    if (k1 == NULL || b->d->n_errors > n_errors) {
        return; /* one stage tells every fault */
    }
    const size_t bytes = b->model->n_intermediates * sizeof *s.intermediate;
    if (bytes > 0) {
        memcpy(s.intermediate, b->intermediate, bytes);
    }
    if (b->model->integrator == INTEGRATOR_RK4) {
        classic(&s, dt, k1);
    } else {
        midpoint(&s, dt, k1);
    }
    if (bytes > 0) {
        memcpy(b->intermediate, s.intermediate, bytes);
    }
}
