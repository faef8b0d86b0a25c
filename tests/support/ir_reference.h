/* tests/support/ir_reference.h: an ir evaluated node by node for one cell, in single precision
 * (what both readers must give) or in double (for limits and derivatives). Slow and plain: for
 * tests of the middle of the language room, which must not depend on a reader. The loop of a
 * truncated() is not run: its first value counts, NaN where it is outside. */
#ifndef SUPPORT_IR_REFERENCE_H
#define SUPPORT_IR_REFERENCE_H

#include <stdlib.h>

#include "base/precision.h"
#include "lang/ir.h"
#include "lang/ir_fold.h"
#include "shared/math_f32.h"

struct ir_reference {
    const double *vars;   /* [ir->n_vars] */
    const double *events; /* by number of the event input */
    double (*draw)(uint32_t stream, uint32_t draw);
    int64_t step, dt_fs;
    bool is_double;
};

static inline float ir_reference_f32(enum ir_op op, float a, float b, float c)
{
    switch (op) {
    case IR_ADD:
        return a + b;
    case IR_SUB:
        return a - b;
    case IR_MUL:
        return a * b;
    case IR_DIV:
        return f32_div(a, b);
    case IR_NEGATE:
        return -a;
    case IR_MIN:
        return f32_min(a, b);
    case IR_MAX:
        return f32_max(a, b);
    case IR_ABS:
        return f32_abs(a);
    case IR_SIGN:
        return f32_sign(a);
    case IR_ROUND:
        return f32_round(a);
    case IR_FLOOR:
        return f32_floor(a);
    case IR_MOD:
        return f32_mod(a, b);
    case IR_SQRT:
        return f32_sqrt(a);
    case IR_EXP:
        return f32_exp(a);
    case IR_LOG:
        return f32_log(a);
    case IR_POW:
        return f32_pow(a, b);
    case IR_SIN:
        return f32_sin(a);
    case IR_COS:
        return f32_cos(a);
    case IR_TANH:
        return f32_tanh(a);
    case IR_EXPREL:
        return f32_exprel(a);
    case IR_LOG1P:
        return f32_log1p(a);
    case IR_EXPM1:
        return f32_expm1(a);
    case IR_LT:
    case IR_LE:
    case IR_EQ:
    case IR_NE:
    case IR_AND:
    case IR_OR:
    case IR_NOT:
    case IR_SELECT:
    case IR_TRUNC:
        return (float)ir_apply(op, (double)a, (double)b, (double)c);
    case IR_CONST:
    case IR_TIME:
    case IR_TABLE:
    case IR_VAR:
    case IR_U01:
    case IR_EVENTS:
    case IR_POISSON:
    case IR_OP_N:
        break;
    }
    return NAN;
}

/* Numbers of either precision are held in doubles. */
static inline double ir_reference_number(enum precision precision, enum ir_op op, double a,
                                         double b, double c)
{
    return precision == PRECISION_DOUBLE
               ? ir_apply(op, a, b, c)
               : (double)ir_reference_f32(op, (float)a, (float)b, (float)c);
}

static inline double ir_reference_node(const struct ir *ir, const struct ir_reference *r,
                                       uint32_t node, const double *values)
{
    const struct ir_node *const n = &ir->nodes[node];
    const enum ir_op op = (enum ir_op)n->op;
    if (op == IR_CONST || n->time_index != IR_NONE) {
        return ir_eval(ir, node, r->step, r->dt_fs);
    }
    if (op == IR_VAR) {
        return r->vars[n->a];
    }
    if (op == IR_U01) {
        return r->draw(n->a, n->b);
    }
    if (op == IR_POISSON) {
        return r->draw(n->b, n->c);
    }
    if (op == IR_EVENTS) {
        return r->events[n->a];
    }
    const uint32_t n_operands = ir_n_operands(op);
    const double a = values[n->a], b = n_operands > 1 ? values[n->b] : 0.0,
                 c = n_operands > 2 ? values[n->c] : 0.0;
    return ir_reference_number(r->is_double ? PRECISION_DOUBLE : PRECISION_SINGLE, op, a, b, c);
}

/* out[k]: value of roots[k]. */
static inline void ir_reference_eval(const struct ir *ir, const struct ir_reference *r,
                                     const uint32_t *roots, uint32_t n_roots, double *out)
{
    double *const values = calloc(ir->n + 1, sizeof *values);
    EXPECT_TRUE(values != NULL);
    for (uint32_t k = 0; k < ir->n; k++) {
        const double v = ir_reference_node(ir, r, k, values);
        values[k] = r->is_double ? v : (double)(float)v;
    }
    for (uint32_t k = 0; k < n_roots; k++) {
        out[k] = values[roots[k]];
    }
    free(values);
}

#endif
