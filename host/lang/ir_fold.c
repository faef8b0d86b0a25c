#include "lang/ir_fold.h"

#include "shared/math_f64.h"

static double truth(bool holds)
{
    return holds ? 1.0 : 0.0;
}

double ir_apply(enum ir_op op, double a, double b, double c)
{
    switch (op) {
    case IR_ADD:
        return a + b;
    case IR_SUB:
        return a - b;
    case IR_MUL:
        return a * b;
    case IR_DIV:
        return f64_div(a, b);
    case IR_NEGATE:
        return -a;
    case IR_MIN:
        return f64_min(a, b);
    case IR_MAX:
        return f64_max(a, b);
    case IR_ABS:
        return f64_abs(a);
    case IR_SIGN:
        return f64_sign(a);
    case IR_ROUND:
        return f64_round(a);
    case IR_FLOOR:
        return f64_floor(a);
    case IR_MOD:
        return f64_mod(a, b);
    case IR_SQRT:
        return f64_sqrt(a);
    case IR_EXP:
        return f64_exp(a);
    case IR_LOG:
        return f64_log(a);
    case IR_POW:
        return f64_pow(a, b);
    case IR_SIN:
        return f64_sin(a);
    case IR_COS:
        return f64_cos(a);
    case IR_TANH:
        return f64_tanh(a);
    case IR_EXPREL:
        return f64_exprel(a);
    case IR_LOG1P:
        return f64_log1p(a);
    case IR_EXPM1:
        return f64_expm1(a);
    case IR_LT:
        return truth(a < b);
    case IR_LE:
        return truth(a <= b);
    case IR_EQ:
        return truth(a == b);
    case IR_NE:
        return truth(a != b);
    case IR_AND:
        return truth(a != 0.0 && b != 0.0);
    case IR_OR:
        return truth(a != 0.0 || b != 0.0);
    case IR_NOT:
        return truth(a == 0.0);
    case IR_SELECT:
        return a != 0.0 ? b : c;
    case IR_TRUNC: /* a value without draws stays what it is: inside, or never found */
        return b <= a && a <= c ? a : (double)__builtin_nanf("");
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
    ASSERT(ir_n_operands(op) > 0 && op != IR_POISSON);
    return (double)__builtin_nanf("");
}

static bool is_value(const struct ir *ir, uint32_t node, double value)
{
    double v;
    return ir_is_const(ir, node, &v) && v == value &&
           __builtin_signbit(v) == __builtin_signbit(value);
}

uint32_t ir_simplify(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b, uint32_t c)
{
    double value;
    const bool is_inverse = (op == IR_NEGATE || op == IR_NOT) && ir->nodes[a].op == op;
    if (is_inverse) {
        return ir->nodes[a].a;
    }
    if (op == IR_MUL && is_value(ir, a, 1.0)) {
        return b;
    }
    if ((op == IR_MUL || op == IR_DIV) && is_value(ir, b, 1.0)) {
        return a;
    }
    if ((op == IR_SUB && is_value(ir, b, 0.0)) || (op == IR_ADD && is_value(ir, b, -0.0))) {
        return a;
    }
    if (op == IR_ADD && is_value(ir, a, -0.0)) {
        return b;
    }
    if (op == IR_AND || op == IR_OR) {
        const bool absorbing = op == IR_OR;
        if (ir_is_const(ir, a, &value)) {
            return (value != 0.0) == absorbing ? a : b;
        }
        if (ir_is_const(ir, b, &value)) {
            return (value != 0.0) == absorbing ? b : a;
        }
    }
    if (op == IR_SELECT) {
        if (ir_is_const(ir, a, &value)) {
            return value != 0.0 ? b : c;
        }
        if (b == c) {
            return b;
        }
    }
    return IR_NONE;
}
