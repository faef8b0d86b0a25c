#include "lang/check.h"
#include "lang/check_walk.h"
#include "lang/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const lang_func_names[] = {
#define LANG_FUNC(id, name, least, most, doc) name,
#include "lang/funcs.def"
#undef LANG_FUNC
};

static const struct {
    uint32_t least, most;
} check_arity[] = {
#define LANG_FUNC(id, name, least, most, doc) {least, most},
#include "lang/funcs.def"
#undef LANG_FUNC
};

static const char *const check_tokens[] = {
#define LANG_OP(id, token, arity, left, right) token,
#include "lang/ops.def"
#undef LANG_OP
};

void checker_init(struct checker *c, const struct check_rules *rules, struct diag_list *d)
{
    *c = (struct checker){.rules = rules,
                          .d = d,
                          .scope = rules->scope,
                          .allows_signals = true,
                          .n_states = UINT32_MAX};
    for (const struct scope *s = rules->scope; s != NULL; s = s->parent) {
        c->no_units = c->no_units || s->no_units;
    }
}

bool check_fault(struct checker *c, const struct ast *at, const char *hint, const char *format,
                 ...)
{
    if (!c->has_fault) {
        char text[512];
        va_list args;
        va_start(args, format);
        (void)vsnprintf(text, sizeof text, format, args);
        va_end(args);
        diag_error(c->d, at->at, at->length, hint, "%s", text);
    }
    c->has_fault = true;
    return false;
}

bool check_number(struct checker *c, struct ast *e, struct dimension *out)
{
    char text[80];
    if (!check_node(c, e, out)) {
        return false;
    }
    if (e->is_mask) {
        return check_fault(c, e, "ite(c, 1, 0) makes a number of it",
                           "a number is wanted here, %s is true or false",
                           check_quote(e, text, sizeof text));
    }
    return true;
}

bool check_mask(struct checker *c, struct ast *e)
{
    char text[80];
    struct dimension unused;
    if (!check_node(c, e, &unused)) {
        return false;
    }
    if (!e->is_mask) {
        return check_fault(c, ast_first(e), "compare it with something, as in 'x > 0'",
                           "a condition is wanted here, %s is a number",
                           check_quote(e, text, sizeof text));
    }
    return true;
}

/* Every argument is a number of one common dimension. */
static bool check_common(struct checker *c, const struct ast *e, uint32_t from,
                         struct dimension *out)
{
    for (uint32_t k = from; k < e->n_args; k++) {
        struct dimension next;
        if (!check_number(c, e->args[k], &next)) {
            return false;
        }
        if (k == from) {
            *out = next;
        } else if (!dimension_join(c, e, e->args[from], *out, e->args[k], next, out)) {
            return false;
        }
    }
    return true;
}

/* May this operand of * or / be a unit that stands alone ("0.062/mV*v", "1/s")? A unit of one
 * letter is too likely a forgotten variable: it must stand in a product that begins with a
 * number. */
static void check_allow_unit(struct checker *c, const struct ast *product,
                             const struct ast *operand)
{
    const struct ast *name = operand;
    if (name->kind == AST_BINARY && name->op == LANG_POW) {
        name = name->args[0];
    }
    if (name->kind != AST_NAME) {
        return;
    }
    const struct ast *first = product;
    while (first->kind == AST_BINARY && (first->op == LANG_MUL || first->op == LANG_DIV)) {
        first = first->args[0];
    }
    if (strlen(name->name) > 1 || (first->kind == AST_NUMBER && first != name)) {
        c->unit_node = name;
    }
}

static bool check_binary(struct checker *c, struct ast *e, struct dimension *out)
{
    struct dimension a, b;
    switch (e->op) {
    case LANG_OR:
    case LANG_AND:
        e->is_mask = true;
        return check_mask(c, e->args[0]) && check_mask(c, e->args[1]);
    case LANG_LT:
    case LANG_LE:
    case LANG_GT:
    case LANG_GE:
    case LANG_EQ:
    case LANG_NE: {
        e->is_mask = true;
        struct dimension unused;
        return check_common(c, e, 0, &unused);
    }
    case LANG_ADD:
    case LANG_SUB:
        return check_common(c, e, 0, out);
    case LANG_MUL:
    case LANG_DIV:
        check_allow_unit(c, e, e->args[0]);
        if (!check_number(c, e->args[0], &a)) {
            return false;
        }
        check_allow_unit(c, e, e->args[1]);
        if (!check_number(c, e->args[1], &b)) {
            return false;
        }
        *out = e->op == LANG_MUL ? dimension_multiply(a, b) : dimension_divide(a, b);
        return true;
    case LANG_POW:
        return check_number(c, e->args[0], &a) && check_number(c, e->args[1], &b) &&
               dimension_power(c, e, a, b, out);
    case LANG_NOT:
    case LANG_NEG:
    case LANG_PLUS:
    case LANG_OP_N:
        break;
    }
    return check_fault(c, e, NULL, "'%s' takes one operand",
                       e->op < LANG_OP_N ? check_tokens[e->op] : "?");
}

static bool check_draw(struct checker *c, const struct ast *e)
{
    c->n_draws++;
    if (c->rules->allows_draws) {
        return true;
    }
    return check_fault(c, e, NULL, "%s draws a random number, which has no meaning in the %s",
                       e->name, c->rules->what != NULL ? c->rules->what : "expression");
}

static bool check_truncated(struct checker *c, const struct ast *e, struct dimension *out)
{
    if (c->in_truncated) {
        return check_fault(c, e, "give the limits in one truncated()",
                           "truncated() does not stand in another one");
    }
    const uint32_t before = c->n_draws;
    struct dimension low, high;
    c->in_truncated = true;
    const bool is_sound = check_number(c, e->args[0], out);
    c->in_truncated = false;
    if (!is_sound) {
        return false;
    }
    if (c->n_draws == before) {
        return check_fault(
            c, e, "clip(x, lo, hi) limits a value",
            "truncated() draws again until the value is inside, but nothing is drawn in it");
    }
    return check_number(c, e->args[1], &low) &&
           dimension_join(c, e, e->args[0], *out, e->args[1], low, out) &&
           check_number(c, e->args[2], &high) &&
           dimension_join(c, e, e->args[0], *out, e->args[2], high, out);
}

static bool check_prev(struct checker *c, const struct ast *e, struct dimension *out)
{
    if (!c->rules->allows_prev) {
        return check_fault(c, e, NULL, "prev() has no meaning in the %s",
                           c->rules->what != NULL ? c->rules->what : "expression");
    }
    if (!check_number(c, e->args[0], out)) {
        return false;
    }
    if (e->args[0]->kind != AST_NAME || e->args[0]->symbol == NULL ||
        e->args[0]->symbol->kind != SYMBOL_STATE) {
        char text[80];
        return check_fault(c, e->args[0], "write prev(v) with the name of a state",
                           "prev() takes a state variable, not %s",
                           check_quote(e->args[0], text, sizeof text));
    }
    return true;
}

/* any(c), all(c): a truth value of a whole population, in no other one. */
static bool check_any(struct checker *c, struct ast *e)
{
    if (!c->rules->allows_any) {
        return check_fault(c, e, NULL, "%s(…) has a place in stop_when only", e->name);
    }
    if (c->in_any) {
        return check_fault(c, e, "join them by 'and', 'or', 'not' outside of the brackets",
                           "%s(…) does not stand in another any(…) or all(…)", e->name);
    }
    e->is_mask = true;
    c->in_any = true;
    const bool is_sound = check_mask(c, e->args[0]);
    c->in_any = false;
    return is_sound;
}

static bool check_func(struct checker *c, struct ast *e, struct dimension *out)
{
    struct dimension a, b;
    switch (e->func) {
    case FUNC_ITE:
        return check_mask(c, e->args[0]) && check_common(c, e, 1, out);
    case FUNC_MIN:
    case FUNC_MAX:
    case FUNC_CLIP:
    case FUNC_MOD:
    case FUNC_POS:
    case FUNC_NEG:
    case FUNC_ABS:
        return check_common(c, e, 0, out);
    case FUNC_SIGN:
        return check_number(c, e->args[0], &a);
    case FUNC_ROUND:
    case FUNC_FLOOR:
    case FUNC_EXP:
    case FUNC_LOG:
    case FUNC_SIN:
    case FUNC_COS:
    case FUNC_TANH:
    case FUNC_EXPREL:
    case FUNC_LOG1P:
    case FUNC_EXPM1:
        return check_number(c, e->args[0], &a) && dimension_none(c, e, e->args[0], a);
    case FUNC_SQRT:
        return check_number(c, e->args[0], &a) && dimension_sqrt(c, e, a, out);
    case FUNC_POW:
        return check_number(c, e->args[0], &a) && check_number(c, e->args[1], &b) &&
               dimension_power(c, e, a, b, out);
    case FUNC_UNIFORM:
    case FUNC_NORMAL:
    case FUNC_LOGNORMAL:
        return check_draw(c, e) && check_common(c, e, 0, out);
    case FUNC_POISSON:
        return check_draw(c, e) && check_number(c, e->args[0], &a) &&
               dimension_none(c, e, e->args[0], a);
    case FUNC_TRUNCATED:
        return check_truncated(c, e, out);
    case FUNC_PREV:
        return check_prev(c, e, out);
    case FUNC_ANY:
    case FUNC_ALL:
        return check_any(c, e);
    case LANG_FUNC_N:
        break;
    }
    return check_user_call(c, e, out);
}

static bool check_call(struct checker *c, struct ast *e, struct dimension *out)
{
    if (e->func == LANG_FUNC_N) {
        return check_user_call(c, e, out);
    }
    const uint32_t least = check_arity[e->func].least, most = check_arity[e->func].most;
    if (e->n_args < least || e->n_args > most) {
        return check_fault(c, e, NULL, "%s takes %u argument%s, %u %s given", e->name, least,
                           least == 1 ? "" : "s", e->n_args, e->n_args == 1 ? "was" : "were");
    }
    return check_func(c, e, out);
}

static bool check_unary(struct checker *c, struct ast *e, struct dimension *out)
{
    if (e->op == LANG_NOT) {
        e->is_mask = true;
        return check_mask(c, e->args[0]);
    }
    return check_number(c, e->args[0], out);
}

/* A condition's branches are two numbers, or two truth values. */
static bool check_condition(struct checker *c, struct ast *e, struct dimension *out)
{
    return check_mask(c, e->args[0]) && check_common(c, e, 1, out);
}

static bool check_kind(struct checker *c, struct ast *e, struct dimension *out)
{
    switch (e->kind) {
    case AST_NUMBER:
        *out = dimension_known(e->unit);
        if (!e->has_unit && e->value >= 0.0 && e->value <= 0.0) {
            out->kind = DIMENSION_ZERO;
        }
        return true;
    case AST_NAME:
        return check_name(c, e, out);
    case AST_UNARY:
        return check_unary(c, e, out);
    case AST_BINARY:
        return check_binary(c, e, out);
    case AST_CALL:
        return check_call(c, e, out);
    case AST_CONDITION:
        return check_condition(c, e, out);
    }
    return false;
}

bool check_node(struct checker *c, struct ast *e, struct dimension *out)
{
    *out = dimension_known(unit_none);
    if (c->has_fault) {
        return false;
    }
    if (++c->n_nodes > LANG_MAX_NODES) {
        return check_fault(
            c, e, "make it simpler",
            "this expression has more than %d operations, its functions expanded",
            LANG_MAX_NODES);
    }
    if (c->depth >= LANG_MAX_DEPTH) {
        return check_fault(
            c, e, "make it simpler",
            "this expression is nested deeper than %d levels, its functions expanded",
            LANG_MAX_DEPTH);
    }
    c->depth++;
    e->is_mask = false;
    const bool is_sound = check_kind(c, e, out);
    c->depth--;
    if (c->no_units && !e->is_mask) {
        *out = (struct dimension){.kind = DIMENSION_UNKNOWN, .unit = unit_none};
    }
    if (e->kind != AST_NUMBER) {
        e->unit = out->kind == DIMENSION_KNOWN ? out->unit : unit_none;
    }
    return is_sound && !c->has_fault;
}

bool checker_run(struct checker *c, struct ast *e, struct dimension *out)
{
    *out = dimension_known(unit_none);
    if (c->rules->expects_mask) {
        return check_mask(c, e);
    }
    if (!check_number(c, e, out)) {
        return false;
    }
    return c->rules->expected == NULL ||
           dimension_expected(c, e, *out, *c->rules->expected,
                              c->rules->what != NULL ? c->rules->what : "what is wanted");
}

bool lang_check(struct ast *e, const struct check_rules *rules, struct diag_list *d)
{
    if (e == NULL) {
        return false;
    }
    struct checker c;
    struct dimension unused;
    checker_init(&c, rules, d);
    return checker_run(&c, e, &unused);
}
