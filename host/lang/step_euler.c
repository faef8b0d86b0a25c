/* Forward Euler and exponential Euler: each equation of a run by itself, from the state before
 * the run. An equation is coef*dx/dt = rhs; its slope is f = rhs/coef, and J = df/dx through
 * intermediates. */
#include "lang/step_builder.h"

/* x + dt*f, and a watch on dt*J: below -2 forward Euler swings with growing amplitude (design
 * section 3). */
static uint32_t advance_euler(struct step_builder *b, const struct stmt *s, uint32_t x,
                              uint32_t f)
{
    struct ir *const ir = b->ir;
    const uint32_t slope = ir_derivative(ir, f, x);
    double value;
    if (slope != IR_NONE) {
        const uint32_t node = ir_op2(ir, IR_MUL, b->dt, slope);
        if (!ir_is_const(ir, node, &value) || value < -2.0) {
            struct step_watch *const w =
                arena_push(b->arena, &b->out->watches, &b->out->n_watches, &b->watches_capacity,
                           sizeof *w);
            if (w != NULL) {
                *w = (struct step_watch){.node = node, .variable = s->name};
            }
        }
    }
    return ir_op2(ir, IR_ADD, x, ir_op2(ir, IR_MUL, b->dt, f));
}

/* x + dt*exprel(J*dt)*f (Rosenbrock's exponential Euler; Hochbruck and Ostermann 2010,
 * doi 10.1017/S0962492910000048, section 2.4): exact where f is linear in x alone. */
static uint32_t advance_exponential(struct step_builder *b, const struct stmt *s, uint32_t x,
                                    uint32_t f)
{
    struct ir *const ir = b->ir;
    const uint32_t slope = ir_derivative(ir, f, x);
    double value;
    if (slope == IR_NONE && f != IR_NONE && !arena_failed(b->arena)) {
        diag_error(
            b->d, s->at, 0,
            "take the integrator euler, or draw the number in an assignment before",
            "the equation of '%s' cannot be differentiated: truncated() in it depends on '%s'",
            s->name, s->name);
        return x;
    }
    uint32_t step = b->dt;
    if (!ir_is_const(ir, slope, &value) || value != 0.0) {
        const uint32_t growth = ir_op1(ir, IR_EXPREL, ir_op2(ir, IR_MUL, slope, b->dt));
        step = ir_op2(ir, IR_MUL, b->dt, growth);
    }
    return ir_op2(ir, IR_ADD, x, ir_op2(ir, IR_MUL, step, f));
}

void step_euler(struct step_builder *b, uint32_t first, uint32_t end)
{
    const struct stmt *const statements = b->model->statements;
    const bool is_exponential = b->model->integrator == INTEGRATOR_EXPONENTIAL_EULER;
    uint32_t *const next = arena_alloc(b->arena, end - first, sizeof *next);
    if (next == NULL) {
        return;
    }
    for (uint32_t k = first; k < end; k++) {
        next[k - first] = step_slope(b, &statements[k]);
    }
    for (uint32_t k = first; k < end; k++) {
        const struct stmt *const s = &statements[k];
        const uint32_t x = b->value[s->symbol->index], f = next[k - first];
        next[k - first] =
            is_exponential ? advance_exponential(b, s, x, f) : advance_euler(b, s, x, f);
    }
    for (uint32_t k = first; k < end; k++) {
        step_set_state(b, statements[k].symbol->index, next[k - first]);
    }
}
