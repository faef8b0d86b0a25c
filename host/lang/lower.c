#include "lang/lower.h"

#include <string.h>

/* Nesting of trees, functions and signals together: each level is a few hundred bytes of stack.
 */
enum { LOWER_MAX_DEPTH = 2000 };

/* Largest exponent that is written as multiplications. */
enum { LOWER_MAX_POWER = 16 };

static const double two_pi = 6.283185307179586476925286766559;

static uint32_t lower_const(const struct lower *l, double value)
{
    return ir_const(l->ir, value);
}

static uint32_t lower_uniform01(struct lower *l)
{
    return ir_leaf(l->ir, IR_U01, l->stream, l->n_draws++);
}

/* A factor with mean 0 and sd 1 times sd: sd*sqrt(-2 log u1)*cos(2 pi u2) (Box and Muller 1958,
 * doi 10.1214/aoms/1177706645). The second number that the method could give is not kept: a
 * draw has one place. */
static uint32_t lower_gauss(struct lower *l, uint32_t sd)
{
    struct ir *const ir = l->ir;
    const uint32_t u1 = lower_uniform01(l), u2 = lower_uniform01(l);
    const uint32_t logarithm = ir_op1(ir, IR_LOG, u1);
    const uint32_t square = ir_op2(ir, IR_MUL, lower_const(l, -2.0), logarithm);
    const uint32_t radius = ir_op2(ir, IR_MUL, sd, ir_op1(ir, IR_SQRT, square));
    const uint32_t turn = ir_op2(ir, IR_MUL, lower_const(l, two_pi), u2);
    return ir_op2(ir, IR_MUL, radius, ir_op1(ir, IR_COS, turn));
}

/* Mean m and sd s of the value give the logarithm's: var = log(1 + (s/m)^2), mean = log m -
 * var/2. */
static uint32_t lower_lognormal(struct lower *l, uint32_t mean, uint32_t sd)
{
    struct ir *const ir = l->ir;
    const uint32_t ratio = ir_op2(ir, IR_DIV, sd, mean);
    const uint32_t square = ir_op2(ir, IR_MUL, ratio, ratio);
    const uint32_t variance =
        ir_op1(ir, IR_LOG, ir_op2(ir, IR_ADD, lower_const(l, 1.0), square));
    const uint32_t half = ir_op2(ir, IR_MUL, lower_const(l, 0.5), variance);
    const uint32_t logarithm = ir_op1(ir, IR_LOG, mean);
    const uint32_t centre = ir_op2(ir, IR_SUB, logarithm, half);
    const uint32_t spread = lower_gauss(l, ir_op1(ir, IR_SQRT, variance));
    return ir_op1(ir, IR_EXP, ir_op2(ir, IR_ADD, centre, spread));
}

/* A truncated() in another: the inner one gives NaN where it is outside its bounds, which the
 * outer one draws again, so that both hold in one loop. */
static uint32_t lower_truncated(struct lower *l, const struct ast *e)
{
    struct ir *const ir = l->ir;
    const uint32_t outer = ir->trunc;
    if (outer == 0) {
        ir->trunc = ++ir->n_trunc;
    }
    const uint32_t value = lang_lower(l, e->args[0]);
    ir->trunc = outer;
    const uint32_t low = lang_lower(l, e->args[1]), high = lang_lower(l, e->args[2]);
    if (outer == 0) {
        return ir_op3(ir, IR_TRUNC, value, low, high);
    }
    const uint32_t above = ir_op2(ir, IR_LE, low, value);
    const uint32_t inside = ir_op2(ir, IR_AND, above, ir_op2(ir, IR_LE, value, high));
    return ir_op3(ir, IR_SELECT, inside, value, lower_const(l, (double)__builtin_nanf("")));
}

static bool is_mask(const struct ir *ir, uint32_t node)
{
    return node != IR_NONE && ir->nodes[node].is_mask;
}

/* The ir has no choice between truth values: (c and a) or (not c and b). */
static uint32_t lower_choice(struct lower *l, uint32_t mask, uint32_t a, uint32_t b)
{
    struct ir *const ir = l->ir;
    if (!is_mask(ir, a) || !is_mask(ir, b)) {
        return ir_op3(ir, IR_SELECT, mask, a, b);
    }
    const uint32_t then = ir_op2(ir, IR_AND, mask, a);
    const uint32_t otherwise = ir_op2(ir, IR_AND, ir_op1(ir, IR_NOT, mask), b);
    return ir_op2(ir, IR_OR, then, otherwise);
}

static uint32_t lower_power(struct lower *l, uint32_t base, uint32_t exponent)
{
    double n;
    if (ir_is_const(l->ir, exponent, &n) && n >= -LOWER_MAX_POWER && n <= LOWER_MAX_POWER &&
        n == (double)(int)n) {
        return ir_power(l->ir, base, (int)n);
    }
    return ir_op2(l->ir, IR_POW, base, exponent);
}

/* == of truth values: both, or neither. */
static uint32_t lower_equal(struct lower *l, uint32_t a, uint32_t b)
{
    struct ir *const ir = l->ir;
    if (!is_mask(ir, a) || !is_mask(ir, b)) {
        return ir_op2(ir, IR_EQ, a, b);
    }
    return lower_choice(l, a, b, ir_op1(ir, IR_NOT, b));
}

static uint32_t lower_unary(struct lower *l, const struct ast *e)
{
    const uint32_t a = lang_lower(l, e->args[0]);
    if (e->op == LANG_PLUS) {
        return a;
    }
    return ir_op1(l->ir, e->op == LANG_NOT ? IR_NOT : IR_NEGATE, a);
}

static uint32_t lower_binary(struct lower *l, const struct ast *e)
{
    struct ir *const ir = l->ir;
    const uint32_t a = lang_lower(l, e->args[0]), b = lang_lower(l, e->args[1]);
    switch (e->op) {
    case LANG_OR:
        return ir_op2(ir, IR_OR, a, b);
    case LANG_AND:
        return ir_op2(ir, IR_AND, a, b);
    case LANG_LT:
        return ir_op2(ir, IR_LT, a, b);
    case LANG_LE:
        return ir_op2(ir, IR_LE, a, b);
    case LANG_GT:
        return ir_op2(ir, IR_LT, b, a);
    case LANG_GE:
        return ir_op2(ir, IR_LE, b, a);
    case LANG_EQ:
        return lower_equal(l, a, b);
    case LANG_NE:
        return is_mask(ir, a) && is_mask(ir, b) ? ir_op1(ir, IR_NOT, lower_equal(l, a, b))
                                                : ir_op2(ir, IR_NE, a, b);
    case LANG_ADD:
        return ir_op2(ir, IR_ADD, a, b);
    case LANG_SUB:
        return ir_op2(ir, IR_SUB, a, b);
    case LANG_MUL:
        return ir_op2(ir, IR_MUL, a, b);
    case LANG_DIV:
        return ir_op2(ir, IR_DIV, a, b);
    case LANG_POW:
        return lower_power(l, a, b);
    case LANG_NOT:
    case LANG_NEG:
    case LANG_PLUS:
    case LANG_OP_N:
        break;
    }
    return IR_NONE;
}

/* A user function stands in place, its arguments computed once. */
static uint32_t lower_call_user(struct lower *l, const struct ast *e)
{
    if (e->symbol == NULL || e->symbol->kind != SYMBOL_FUNCTION || e->symbol->value == NULL ||
        e->symbol->n_args != e->n_args) {
        return IR_NONE;
    }
    uint32_t *const arguments = arena_alloc(l->ir->arena, e->n_args, sizeof *arguments);
    if (arguments == NULL) {
        return IR_NONE;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        arguments[k] = lang_lower(l, e->args[k]);
    }
    const uint32_t *const outer = l->arguments;
    l->arguments = arguments;
    const uint32_t value = lang_lower(l, e->symbol->value);
    l->arguments = outer;
    return value;
}

/* Functions whose arguments are not plain values, or that draw. */
static uint32_t lower_special(struct lower *l, const struct ast *e)
{
    struct ir *const ir = l->ir;
    if (e->func == FUNC_TRUNCATED) {
        return lower_truncated(l, e);
    }
    if (e->func == FUNC_PREV) {
        const struct symbol *const s = e->args[0]->symbol;
        return s == NULL || l->resolve == NULL ? IR_NONE : l->resolve(l->context, s, true);
    }
    const uint32_t a = lang_lower(l, e->args[0]);
    if (e->func == FUNC_POISSON) {
        return ir_poisson(ir, a, l->stream, l->n_draws++);
    }
    const uint32_t b = lang_lower(l, e->args[1]);
    if (e->func == FUNC_UNIFORM) {
        const uint32_t u = lower_uniform01(l);
        return ir_op2(ir, IR_ADD, a, ir_op2(ir, IR_MUL, ir_op2(ir, IR_SUB, b, a), u));
    }
    /* No spread: the mean itself, so that noise that is switched off costs nothing. Its draws
     * stay counted, so that switching it on moves no other draw. */
    double spread;
    if (ir_is_const(ir, b, &spread) && spread == 0.0) {
        l->n_draws += 2;
        return a;
    }
    return e->func == FUNC_NORMAL ? ir_op2(ir, IR_ADD, a, lower_gauss(l, b))
                                  : lower_lognormal(l, a, b);
}

static uint32_t lower_call(struct lower *l, const struct ast *e)
{
    struct ir *const ir = l->ir;
    uint32_t x[3] = {IR_NONE, IR_NONE, IR_NONE};
    const bool is_plain = e->func < FUNC_UNIFORM;
    for (uint32_t k = 0; is_plain && k < e->n_args && k < 3; k++) {
        x[k] = lang_lower(l, e->args[k]);
    }
    switch (e->func) {
    case FUNC_ITE:
        return lower_choice(l, x[0], x[1], x[2]);
    case FUNC_MIN:
        return ir_op2(ir, IR_MIN, x[0], x[1]);
    case FUNC_MAX:
        return ir_op2(ir, IR_MAX, x[0], x[1]);
    case FUNC_POS: /* by max, which keeps NaN, where a choice would make it 0 */
        return ir_op2(ir, IR_MAX, x[0], lower_const(l, 0.0));
    case FUNC_NEG:
        return ir_op2(ir, IR_MIN, x[0], lower_const(l, 0.0));
    case FUNC_CLIP:
        return ir_op2(ir, IR_MIN, ir_op2(ir, IR_MAX, x[0], x[1]), x[2]);
    case FUNC_ABS:
        return ir_op1(ir, IR_ABS, x[0]);
    case FUNC_SIGN:
        return ir_op1(ir, IR_SIGN, x[0]);
    case FUNC_ROUND:
        return ir_op1(ir, IR_ROUND, x[0]);
    case FUNC_FLOOR:
        return ir_op1(ir, IR_FLOOR, x[0]);
    case FUNC_MOD:
        return ir_op2(ir, IR_MOD, x[0], x[1]);
    case FUNC_SQRT:
        return ir_op1(ir, IR_SQRT, x[0]);
    case FUNC_EXP:
        return ir_op1(ir, IR_EXP, x[0]);
    case FUNC_LOG:
        return ir_op1(ir, IR_LOG, x[0]);
    case FUNC_POW:
        return lower_power(l, x[0], x[1]);
    case FUNC_SIN:
        return ir_op1(ir, IR_SIN, x[0]);
    case FUNC_COS:
        return ir_op1(ir, IR_COS, x[0]);
    case FUNC_TANH:
        return ir_op1(ir, IR_TANH, x[0]);
    case FUNC_EXPREL:
        return ir_op1(ir, IR_EXPREL, x[0]);
    case FUNC_LOG1P:
        return ir_op1(ir, IR_LOG1P, x[0]);
    case FUNC_EXPM1:
        return ir_op1(ir, IR_EXPM1, x[0]);
    case FUNC_UNIFORM:
    case FUNC_NORMAL:
    case FUNC_LOGNORMAL:
    case FUNC_TRUNCATED:
    case FUNC_POISSON:
    case FUNC_PREV:
        return lower_special(l, e);
    case FUNC_ANY: /* of a population, not of a cell: taken apart before */
    case FUNC_ALL:
        return IR_NONE;
    case LANG_FUNC_N:
        break;
    }
    return lower_call_user(l, e);
}

/* A name that the place of the expression gives. */
static uint32_t lower_variable(struct lower *l, uint32_t variable)
{
    struct ir *const ir = l->ir;
    switch ((enum lang_variable)variable) {
    case LANG_VAR_T:
        return l->has_time ? l->time : ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    case LANG_VAR_DT:
        return lower_const(l, (double)l->dt_fs / 1e12);
    case LANG_VAR_PI:
        return lower_const(l, 0.5 * two_pi);
    case LANG_VAR_I:
        return ir_var(ir, IR_VAR_INDEX, 0);
    case LANG_VAR_X:
        return ir_var(ir, IR_VAR_X, 0);
    case LANG_VAR_Y:
        return ir_var(ir, IR_VAR_Y, 0);
    case LANG_VAR_Z:
        return ir_var(ir, IR_VAR_Z, 0);
    case LANG_VAR_DISTANCE:
        return ir_var(ir, IR_VAR_DISTANCE, 0);
    case LANG_VAR_DX:
        return ir_var(ir, IR_VAR_DX, 0);
    case LANG_VAR_DY:
        return ir_var(ir, IR_VAR_DY, 0);
    case LANG_VAR_DZ:
        return ir_var(ir, IR_VAR_DZ, 0);
    case LANG_VAR_PRE:
        return ir_var(ir, IR_VAR_PRE_INDEX, 0);
    case LANG_VAR_POST:
        return ir_var(ir, IR_VAR_POST_INDEX, 0);
    case LANG_VARIABLE_N:
        break;
    }
    return IR_NONE;
}

/* The value of a constant or a signal stands in place; it sees no argument of the function that
 * names it. */
static uint32_t lower_symbol_value(struct lower *l, const struct symbol *s)
{
    if (s->table != NULL) {
        return ir_table(l->ir, s->table);
    }
    if (s->value == NULL) {
        return IR_NONE;
    }
    const uint32_t *const outer = l->arguments;
    l->arguments = NULL;
    const uint32_t value = lang_lower(l, s->value);
    l->arguments = outer;
    return value;
}

static uint32_t lower_name(struct lower *l, const struct ast *e)
{
    const struct symbol *const s = e->symbol;
    if (s == NULL) { /* a unit that stands alone, as in 1/ms */
        struct unit unit;
        return e->name != NULL && unit_find(e->name, strlen(e->name), &unit)
                   ? lower_const(l, unit.to_house)
                   : IR_NONE;
    }
    switch (s->kind) {
    case SYMBOL_PARAMETER:
    case SYMBOL_STATE:
    case SYMBOL_INTERMEDIATE:
        return l->resolve == NULL ? IR_NONE : l->resolve(l->context, s, false);
    case SYMBOL_ARGUMENT:
        return l->arguments == NULL ? IR_NONE : l->arguments[s->index];
    case SYMBOL_CONSTANT:
    case SYMBOL_SIGNAL:
        return lower_symbol_value(l, s);
    case SYMBOL_VARIABLE:
        return lower_variable(l, s->index);
    case SYMBOL_FUNCTION:
        break;
    }
    return IR_NONE;
}

static uint32_t lower_kind(struct lower *l, const struct ast *e)
{
    switch (e->kind) {
    case AST_NUMBER:
        return lower_const(l, e->value);
    case AST_NAME:
        return lower_name(l, e);
    case AST_UNARY:
        return lower_unary(l, e);
    case AST_BINARY:
        return lower_binary(l, e);
    case AST_CALL:
        return lower_call(l, e);
    case AST_CONDITION: {
        const uint32_t mask = lang_lower(l, e->args[0]), a = lang_lower(l, e->args[1]);
        return lower_choice(l, mask, a, lang_lower(l, e->args[2]));
    }
    }
    return IR_NONE;
}

uint32_t lang_lower(struct lower *l, const struct ast *e)
{
    if (e == NULL) {
        return IR_NONE;
    }
    if (l->depth >= LOWER_MAX_DEPTH) {
        l->is_too_deep = true;
        return IR_NONE;
    }
    l->depth++;
    const uint32_t node = lower_kind(l, e);
    l->depth--;
    return node;
}
