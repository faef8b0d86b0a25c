/* Symbolic differentiation, forward through the graph: operands have lower numbers than their
 * users, so one pass upwards over what the node needs sees every operand first, and no
 * recursion is needed. */
#include "lang/ir.h"

struct diff {
    struct ir *ir;
    uint32_t *slope; /* derivative of each node, IR_NONE where unknown (or memory out) */
};

/* 0*x and x + 0 are dropped here, which ir_fold.h may not do: these rules define the
 * derivative. */
static bool is_zero(const struct ir *ir, uint32_t node)
{
    double value;
    return ir_is_const(ir, node, &value) && value == 0.0;
}

static uint32_t times(struct ir *ir, uint32_t a, uint32_t b)
{
    double value;
    if (is_zero(ir, a) || is_zero(ir, b)) {
        return ir_const(ir, 0.0);
    }
    if (ir_is_const(ir, a, &value) && value == -1.0) {
        return ir_op1(ir, IR_NEGATE, b);
    }
    if (ir_is_const(ir, b, &value) && value == -1.0) {
        return ir_op1(ir, IR_NEGATE, a);
    }
    return ir_op2(ir, IR_MUL, a, b);
}

static uint32_t minus(struct ir *ir, uint32_t a)
{
    return is_zero(ir, a) ? a : ir_op1(ir, IR_NEGATE, a);
}

static uint32_t plus(struct ir *ir, uint32_t a, uint32_t b)
{
    return is_zero(ir, a) ? b : is_zero(ir, b) ? a : ir_op2(ir, IR_ADD, a, b);
}

static uint32_t less(struct ir *ir, uint32_t a, uint32_t b)
{
    return is_zero(ir, b) ? a : is_zero(ir, a) ? minus(ir, b) : ir_op2(ir, IR_SUB, a, b);
}

static uint32_t over(struct ir *ir, uint32_t a, uint32_t b)
{
    return is_zero(ir, a) ? a : ir_op2(ir, IR_DIV, a, b);
}

/* (e^x - exprel x)/x; near 0, where that cancels, the series sum k x^(k-1)/(k + 1)!: with 7
 * terms and |x| < 0.25 the first term left out is below 2e-9 of the sum. */
static uint32_t exprel_slope(struct ir *ir, uint32_t x, uint32_t exprel)
{
    static const double terms[] = {1.0 / 2,   1.0 / 3,   1.0 / 8,   1.0 / 30,
                                   1.0 / 144, 1.0 / 840, 1.0 / 5760};
    enum { N_TERMS = sizeof terms / sizeof *terms };
    uint32_t sum = ir_const(ir, terms[N_TERMS - 1]);
    for (uint32_t k = N_TERMS - 1; k-- > 0;) {
        sum = ir_op2(ir, IR_MUL, sum, x);
        sum = ir_op2(ir, IR_ADD, sum, ir_const(ir, terms[k]));
    }
    const uint32_t closed =
        ir_op2(ir, IR_DIV, ir_op2(ir, IR_SUB, ir_op1(ir, IR_EXP, x), exprel), x);
    const uint32_t size = ir_op1(ir, IR_ABS, x);
    const uint32_t is_near = ir_op2(ir, IR_LT, size, ir_const(ir, 0.25));
    return ir_op3(ir, IR_SELECT, is_near, sum, closed);
}

static uint32_t pow_slope(struct ir *ir, uint32_t node, uint32_t a, uint32_t b, uint32_t da,
                          uint32_t db)
{
    double n;
    if (ir_is_const(ir, b, &n)) {
        const double m = n - 1.0;
        const bool is_small = m >= -16.0 && m <= 16.0 && m == (double)(int)m;
        const uint32_t power =
            is_small ? ir_power(ir, a, (int)m) : ir_op2(ir, IR_POW, a, ir_const(ir, m));
        return times(ir, times(ir, b, power), da);
    }
    const uint32_t by_exponent = is_zero(ir, db) ? db : times(ir, db, ir_op1(ir, IR_LOG, a));
    const uint32_t by_base = over(ir, times(ir, b, da), a);
    return times(ir, node, plus(ir, by_exponent, by_base));
}

static uint32_t choose(struct ir *ir, uint32_t mask, uint32_t a, uint32_t b)
{
    return ir_op3(ir, IR_SELECT, mask, a, b);
}

/* Rules for smooth operations of one operand, whose slope is da, not 0. */
static uint32_t slope_of_one(struct ir *ir, uint32_t node, enum ir_op op, uint32_t a,
                             uint32_t da)
{
    const uint32_t one = ir_const(ir, 1.0);
    if (op == IR_NEGATE) {
        return minus(ir, da);
    }
    if (op == IR_ABS) {
        const uint32_t falls = minus(ir, da);
        return choose(ir, ir_op2(ir, IR_LT, a, ir_const(ir, 0.0)), falls, da);
    }
    if (op == IR_SQRT) {
        return over(ir, times(ir, ir_const(ir, 0.5), da), node);
    }
    if (op == IR_EXP) {
        return times(ir, node, da);
    }
    if (op == IR_LOG) {
        return over(ir, da, a);
    }
    if (op == IR_SIN) {
        return times(ir, ir_op1(ir, IR_COS, a), da);
    }
    if (op == IR_COS) {
        return minus(ir, times(ir, ir_op1(ir, IR_SIN, a), da));
    }
    if (op == IR_TANH) {
        const uint32_t square = ir_op2(ir, IR_MUL, node, node);
        return times(ir, ir_op2(ir, IR_SUB, one, square), da);
    }
    if (op == IR_LOG1P) {
        return over(ir, da, ir_op2(ir, IR_ADD, one, a));
    }
    if (op == IR_EXPM1) {
        return times(ir, ir_op1(ir, IR_EXP, a), da);
    }
    ASSERT(op == IR_EXPREL);
    return times(ir, exprel_slope(ir, a, node), da);
}

/* The rule of each operation; not all slopes of its operands are 0. */
static uint32_t slope_by_rule(const struct diff *d, uint32_t node, const struct ir_node *n)
{
    struct ir *const ir = d->ir;
    const uint32_t da = d->slope[n->a];
    const uint32_t db = ir_n_operands((enum ir_op)n->op) > 1 ? d->slope[n->b] : IR_NONE;
    uint32_t first;
    switch ((enum ir_op)n->op) {
    case IR_ADD:
        return plus(ir, da, db);
    case IR_SUB:
        return less(ir, da, db);
    case IR_MUL:
        first = times(ir, da, n->b);
        return plus(ir, first, times(ir, n->a, db));
    case IR_DIV: /* (da - q*db)/b */
        return over(ir, less(ir, da, times(ir, node, db)), n->b);
    case IR_MIN:
        return choose(ir, ir_op2(ir, IR_LE, n->a, n->b), da, db);
    case IR_MAX:
        return choose(ir, ir_op2(ir, IR_LE, n->b, n->a), da, db);
    case IR_MOD: { /* a - b*floor(a/b), floor being flat */
        if (is_zero(ir, db)) {
            return da;
        }
        const uint32_t turns = ir_op1(ir, IR_FLOOR, ir_op2(ir, IR_DIV, n->a, n->b));
        return less(ir, da, times(ir, turns, db));
    }
    case IR_POW:
        return pow_slope(ir, node, n->a, n->b, da, db);
    case IR_SELECT:
        return choose(ir, n->a, db, d->slope[n->c]);
    case IR_NEGATE:
    case IR_ABS:
    case IR_SQRT:
    case IR_EXP:
    case IR_LOG:
    case IR_SIN:
    case IR_COS:
    case IR_TANH:
    case IR_EXPREL:
    case IR_LOG1P:
    case IR_EXPM1:
        return slope_of_one(ir, node, (enum ir_op)n->op, n->a, da);
    case IR_SIGN:
    case IR_ROUND:
    case IR_FLOOR:
    case IR_LT:
    case IR_LE:
    case IR_EQ:
    case IR_NE:
    case IR_AND:
    case IR_OR:
    case IR_NOT:
    case IR_CONST:
    case IR_TIME:
    case IR_TABLE:
    case IR_VAR:
    case IR_U01:
    case IR_EVENTS:
    case IR_POISSON:
    case IR_TRUNC:
    case IR_OP_N:
        break;
    }
    return ir_const(ir, 0.0);
}

/* The slope of an operation whose operands all have theirs. */
static uint32_t slope_of(const struct diff *d, uint32_t node)
{
    /* A copy: building nodes may move the array. */
    const struct ir_node n = d->ir->nodes[node];
    const uint32_t n_operands = ir_n_operands((enum ir_op)n.op);
    const uint32_t operands[3] = {n.a, n.b, n.c};
    ASSERT(n_operands <= 3);
    bool is_flat = true;
    for (uint32_t k = n.op == IR_SELECT ? 1 : 0; k < n_operands; k++) {
        const uint32_t slope = d->slope[operands[k]];
        if (slope == IR_NONE) {
            return IR_NONE;
        }
        is_flat = is_flat && is_zero(d->ir, slope);
    }
    if (is_flat || n.is_mask) {
        return ir_const(d->ir, 0.0);
    }
    return n.op == IR_TRUNC ? IR_NONE : slope_by_rule(d, node, &n);
}

uint32_t ir_derivative(struct ir *ir, uint32_t node, uint32_t with_respect_to)
{
    if (node == IR_NONE || with_respect_to == IR_NONE) {
        return IR_NONE;
    }
    if (node < with_respect_to) {
        return ir_const(ir, 0.0); /* older than the variable: cannot use it */
    }
    const size_t n = (size_t)node + 1;
    uint8_t *const needed = arena_alloc(ir->arena, n, 1);
    struct diff d = {.ir = ir, .slope = arena_alloc(ir->arena, n, sizeof *d.slope)};
    if (needed == NULL || d.slope == NULL) {
        return IR_NONE;
    }
    needed[node] = 1;
    for (uint32_t k = node; k > with_respect_to; k--) {
        const struct ir_node *const x = &ir->nodes[k];
        const uint32_t operands[3] = {x->a, x->b, x->c};
        const uint32_t n_operands = ir_n_operands((enum ir_op)x->op);
        ASSERT(n_operands <= 3);
        for (uint32_t m = 0; needed[k] && m < n_operands; m++) {
            needed[operands[m]] = 1;
        }
    }
    const uint32_t zero = ir_const(ir, 0.0);
    for (uint32_t k = 0; k <= node; k++) {
        if (needed[k]) {
            d.slope[k] =
                k == with_respect_to ? ir_const(ir, 1.0)
                : k < with_respect_to || ir_n_operands((enum ir_op)ir->nodes[k].op) == 0
                    ? zero
                    : slope_of(&d, k);
        }
    }
    return d.slope[node];
}
