#include "lang/linear.h"

#include "lang/check_walk.h"

/* Does the value of e change with a variable of the system? */
static bool depends(const struct linear_system *l, const struct ast *e)
{
    if (e->kind == AST_CALL && e->func == FUNC_PREV) {
        return false;
    }
    if (e->kind == AST_NAME && e->symbol != NULL) {
        const uint32_t k = e->symbol->index;
        switch (e->symbol->kind) {
        case SYMBOL_STATE:
            return l->of_state[k] != IR_NONE;
        case SYMBOL_INTERMEDIATE:
            return l->intermediate[k].coef != NULL || l->intermediate[k].fault.text != NULL;
        case SYMBOL_ARGUMENT:
            return l->arguments != NULL && l->arguments[k].coef != NULL;
        case SYMBOL_PARAMETER:
        case SYMBOL_CONSTANT:
        case SYMBOL_SIGNAL:
        case SYMBOL_FUNCTION:
        case SYMBOL_VARIABLE:
            break;
        }
        return false;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (depends(l, e->args[k])) {
            return true;
        }
    }
    return false;
}

/* Name of the first variable that e changes with. */
static const char *first_variable(const struct linear_system *l, const struct ast *e)
{
    const struct linear_form *form = NULL;
    if (e->kind == AST_NAME && e->symbol != NULL) {
        if (e->symbol->kind == SYMBOL_STATE && l->of_state[e->symbol->index] != IR_NONE) {
            return e->name;
        }
        form = e->symbol->kind == SYMBOL_INTERMEDIATE ? &l->intermediate[e->symbol->index]
               : e->symbol->kind == SYMBOL_ARGUMENT && l->arguments != NULL
                   ? &l->arguments[e->symbol->index]
                   : NULL;
    }
    for (uint32_t k = 0; form != NULL && form->coef != NULL && k < l->n; k++) {
        if (form->coef[k] != IR_NONE) {
            return l->names[k]->name;
        }
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        const char *const name = depends(l, e->args[k]) ? first_variable(l, e->args[k]) : NULL;
        if (name != NULL) {
            return name;
        }
    }
    return NULL;
}

static bool fault_nonlinear(struct linear_system *l, const struct ast *e)
{
    char text[80];
    const char *const name = first_variable(l, e);
    l->fault.at = e;
    l->fault.text =
        arena_print(l->b->arena, "%s is not linear in '%s'", check_quote(e, text, sizeof text),
                    name != NULL ? name : "a variable of its system");
    return false;
}

static bool new_form(struct linear_system *l, struct linear_form *out)
{
    *out = (struct linear_form){.rest = IR_NONE};
    out->coef = arena_alloc(l->b->arena, l->n, sizeof *out->coef);
    out->origin = arena_alloc(l->b->arena, l->n, sizeof *out->origin);
    for (uint32_t k = 0; out->coef != NULL && k < l->n; k++) {
        out->coef[k] = IR_NONE;
    }
    return out->coef != NULL && out->origin != NULL;
}

static uint32_t add(struct ir *ir, uint32_t a, uint32_t b)
{
    return a == IR_NONE ? b : b == IR_NONE ? a : ir_op2(ir, IR_ADD, a, b);
}

static uint32_t subtract(struct ir *ir, uint32_t a, uint32_t b)
{
    return b == IR_NONE   ? a
           : a == IR_NONE ? ir_op1(ir, IR_NEGATE, b)
                          : ir_op2(ir, IR_SUB, a, b);
}

/* a op b part by part; op: add, subtract. */
static bool join(struct linear_system *l, const struct linear_form *a,
                 const struct linear_form *b, uint32_t (*op)(struct ir *, uint32_t, uint32_t),
                 struct linear_form *out)
{
    if (!new_form(l, out)) {
        return false;
    }
    for (uint32_t k = 0; k < l->n; k++) {
        const uint32_t x = a->coef != NULL ? a->coef[k] : IR_NONE;
        const uint32_t y = b->coef != NULL ? b->coef[k] : IR_NONE;
        out->coef[k] = op(l->b->ir, x, y);
        /* A coefficient that is no constant is told where it stands. */
        const bool of_second = x == IR_NONE || (y != IR_NONE && ir_is_const(l->b->ir, x, NULL));
        out->origin[k] = of_second ? (y != IR_NONE ? b->origin[k] : NULL) : a->origin[k];
    }
    out->rest = op(l->b->ir, a->rest, b->rest);
    return true;
}

/* Every part times (or over) a node that is free of the variables. */
static bool scale(struct linear_system *l, const struct ast *e, const struct linear_form *a,
                  uint32_t factor, enum ir_op op, struct linear_form *out)
{
    struct ir *const ir = l->b->ir;
    if (!new_form(l, out)) {
        return false;
    }
    for (uint32_t k = 0; k < l->n; k++) {
        if (a->coef[k] != IR_NONE) {
            out->coef[k] = ir_op2(ir, op, a->coef[k], factor);
            out->origin[k] = ir_is_const(ir, a->coef[k], NULL) ? e : a->origin[k];
        }
    }
    out->rest = a->rest == IR_NONE ? IR_NONE : ir_op2(ir, op, a->rest, factor);
    return true;
}

static uint32_t node_or_zero(struct linear_system *l, uint32_t node)
{
    return node != IR_NONE ? node : ir_const(l->b->ir, 0.0);
}

/* if c: a else: b, where the condition is free of the variables. */
static bool choose(struct linear_system *l, const struct ast *e, const char *what,
                   struct linear_form *out)
{
    struct ir *const ir = l->b->ir;
    struct linear_form a = {.rest = IR_NONE}, b = {.rest = IR_NONE};
    if (depends(l, e->args[0])) {
        return fault_nonlinear(l, e);
    }
    const uint32_t mask = step_lower(l->b, e->args[0], what);
    if (!linear_form(l, e->args[1], what, &a) || !linear_form(l, e->args[2], what, &b) ||
        !new_form(l, out)) {
        return false;
    }
    for (uint32_t k = 0; k < l->n; k++) {
        const uint32_t x = a.coef != NULL ? a.coef[k] : IR_NONE,
                       y = b.coef != NULL ? b.coef[k] : IR_NONE;
        if (x != IR_NONE || y != IR_NONE) {
            out->coef[k] = ir_op3(ir, IR_SELECT, mask, node_or_zero(l, x), node_or_zero(l, y));
            out->origin[k] = e;
        }
    }
    out->rest = ir_op3(ir, IR_SELECT, mask, node_or_zero(l, a.rest), node_or_zero(l, b.rest));
    return true;
}

/* A user function stands in place, as in lower.c. */
static bool expand(struct linear_system *l, const struct ast *e, const char *what,
                   struct linear_form *out)
{
    struct step_builder *const b = l->b;
    if (e->symbol == NULL || e->symbol->value == NULL) {
        return fault_nonlinear(l, e);
    }
    struct linear_form *const forms = arena_alloc(b->arena, e->n_args, sizeof *forms);
    uint32_t *const nodes = arena_alloc(b->arena, e->n_args, sizeof *nodes);
    if (forms == NULL || nodes == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (!linear_form(l, e->args[k], what, &forms[k])) {
            return false;
        }
        nodes[k] = forms[k].coef == NULL ? forms[k].rest : IR_NONE;
    }
    const struct linear_form *const outer = l->arguments;
    const uint32_t *const outer_nodes = b->lower.arguments;
    l->arguments = forms;
    b->lower.arguments = nodes;
    const bool is_linear = linear_form(l, e->symbol->value, what, out);
    l->arguments = outer;
    b->lower.arguments = outer_nodes;
    return is_linear;
}

static bool binary(struct linear_system *l, const struct ast *e, const char *what,
                   struct linear_form *out)
{
    const bool is_product = e->op == LANG_MUL;
    const bool is_left = depends(l, e->args[0]), is_right = depends(l, e->args[1]);
    struct linear_form a = {.rest = IR_NONE}, b = {.rest = IR_NONE};
    const bool is_sum = e->op == LANG_ADD || e->op == LANG_SUB;
    if (!is_sum && ((is_left && is_right) || !(is_product || e->op == LANG_DIV) ||
                    (!is_product && is_right))) {
        return fault_nonlinear(l, e);
    }
    if (!linear_form(l, e->args[0], what, &a) || !linear_form(l, e->args[1], what, &b)) {
        return false;
    }
    if (is_sum) {
        return join(l, &a, &b, e->op == LANG_ADD ? add : subtract, out);
    }
    return is_left ? scale(l, e, &a, node_or_zero(l, b.rest), is_product ? IR_MUL : IR_DIV, out)
                   : scale(l, e, &b, node_or_zero(l, a.rest), IR_MUL, out);
}

static bool name(struct linear_system *l, const struct ast *e, struct linear_form *out)
{
    const uint32_t k = e->symbol->index;
    if (e->symbol->kind == SYMBOL_STATE) {
        if (!new_form(l, out)) {
            return false;
        }
        out->coef[l->of_state[k]] = ir_const(l->b->ir, 1.0);
        out->origin[l->of_state[k]] = e;
        return true;
    }
    *out = e->symbol->kind == SYMBOL_INTERMEDIATE ? l->intermediate[k] : l->arguments[k];
    if (out->fault.text != NULL) {
        l->fault = out->fault;
        return false;
    }
    return true;
}

bool linear_form(struct linear_system *l, const struct ast *e, const char *what,
                 struct linear_form *out)
{
    if (!depends(l, e)) {
        *out = (struct linear_form){.rest = step_number(l->b, step_lower(l->b, e, what))};
        return true;
    }
    double exponent;
    switch (e->kind) {
    case AST_NAME:
        return name(l, e, out);
    case AST_UNARY:
        if (e->op == LANG_PLUS) {
            return linear_form(l, e->args[0], what, out);
        }
        if (e->op == LANG_NEG) {
            struct linear_form a = {.rest = IR_NONE};
            const struct linear_form zero = {.rest = IR_NONE};
            return linear_form(l, e->args[0], what, &a) && join(l, &zero, &a, subtract, out);
        }
        break;
    case AST_BINARY:
        if (e->op == LANG_POW && lang_constant(e->args[1], &exponent) && exponent >= 1.0 &&
            exponent <= 1.0) {
            return linear_form(l, e->args[0], what, out);
        }
        return binary(l, e, what, out);
    case AST_CONDITION:
        return choose(l, e, what, out);
    case AST_CALL:
        if (e->func == FUNC_ITE) {
            return choose(l, e, what, out);
        }
        if (e->func == LANG_FUNC_N) {
            return expand(l, e, what, out);
        }
        break;
    case AST_NUMBER:
        break;
    }
    return fault_nonlinear(l, e);
}
