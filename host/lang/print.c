#include "lang/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *token;
    uint32_t left, right;
} print_ops[] = {
#define LANG_OP(id, token, arity, left, right) {token, left, right},
#include "lang/ops.def"
#undef LANG_OP
};

/* The shortest decimal that reads back as the same double. */
static void print_value(double value, struct text *out)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        const double again = strtod(text, NULL);
        if (again >= value && again <= value) {
            break;
        }
    }
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == ',' ? '.' : *c; /* the process's locale */
    }
    text_add(out, text);
}

static void print_number(const struct ast *e, struct text *out)
{
    char unit[64];
    if (e->name != NULL) {
        text_add(out, e->name);
        return;
    }
    print_value(e->value, out);
    if (e->has_unit && !unit_is_none(e->unit)) {
        (void)unit_format(e->unit, unit, sizeof unit);
        text_add(out, strncmp(unit, "1/", 2) == 0 ? " /" : " ");
        text_add(out, strncmp(unit, "1/", 2) == 0 ? unit + 2 : unit);
    }
}

static bool print_is_comparison(enum lang_op op)
{
    return op == LANG_LT || op == LANG_LE || op == LANG_GT || op == LANG_GE || op == LANG_EQ ||
           op == LANG_NE;
}

/* Does this operand need brackets beside an operator that binds it with `power`? The right
 * operand of ** may begin with a sign ("a ** -b"). */
static bool print_needs_brackets(const struct ast *e, uint32_t power, bool is_left_of_power,
                                 bool is_right_of_power)
{
    switch (e->kind) {
    case AST_NUMBER: /* "(10 ms)**2": without brackets the power belongs to the unit */
        return e->has_unit && is_left_of_power;
    case AST_NAME:
    case AST_CALL:
        return false;
    case AST_CONDITION:
        return power > 0;
    case AST_UNARY:
        if (is_right_of_power && e->op != LANG_NOT) {
            return false;
        }
        return print_ops[e->op].right < power;
    case AST_BINARY:
        return print_ops[e->op].left < power;
    }
    return false;
}

static void print_tree(const struct ast *e, struct text *out);

static void print_operand(const struct ast *e, uint32_t power, const struct ast *parent,
                          bool is_left, struct text *out)
{
    const bool is_power = parent->kind == AST_BINARY && parent->op == LANG_POW;
    const bool has_brackets =
        print_needs_brackets(e, power, is_power && is_left, is_power && !is_left);
    text_add(out, has_brackets ? "(" : "");
    print_tree(e, out);
    text_add(out, has_brackets ? ")" : "");
}

static void print_binary(const struct ast *e, struct text *out)
{
    const uint32_t left = print_ops[e->op].left, right = print_ops[e->op].right;
    /* Left associative: the left operand may be of the same power, the right one not; '**' the
     * other way round; comparisons do not chain at all. */
    const uint32_t least_left = right > left && !print_is_comparison(e->op) ? left : left + 1;
    print_operand(e->args[0], least_left, e, true, out);
    text_print(out, e->op == LANG_POW ? "%s" : " %s ", print_ops[e->op].token);
    print_operand(e->args[1], right, e, false, out);
}

static void print_tree(const struct ast *e, struct text *out)
{
    switch (e->kind) {
    case AST_NUMBER:
        print_number(e, out);
        break;
    case AST_NAME:
        text_add(out, e->name);
        break;
    case AST_UNARY:
        text_print(out, e->op == LANG_NOT ? "%s " : "%s", print_ops[e->op].token);
        print_operand(e->args[0], print_ops[e->op].right, e, false, out);
        break;
    case AST_BINARY:
        print_binary(e, out);
        break;
    case AST_CALL:
        text_print(out, "%s(", e->name);
        for (uint32_t k = 0; k < e->n_args; k++) {
            text_add(out, k > 0 ? ", " : "");
            print_tree(e->args[k], out);
        }
        text_add(out, ")");
        break;
    case AST_CONDITION:
        text_add(out, "if ");
        print_tree(e->args[0], out);
        text_add(out, ": ");
        print_tree(e->args[1], out);
        text_add(out, " else: ");
        print_tree(e->args[2], out);
        break;
    }
}

void lang_print(const struct ast *e, struct text *out)
{
    print_tree(e, out);
}

void lang_print_statement(const struct stmt *s, struct text *out)
{
    if (s->kind == STMT_ASSIGN) {
        text_add(out, s->name);
    } else {
        if (s->factor != NULL) {
            const struct ast product = {.kind = AST_BINARY, .op = LANG_MUL};
            print_operand(s->factor, print_ops[LANG_MUL].left, &product, true, out);
            text_add(out, " * ");
        }
        text_print(out, "d%s/dt", s->name);
    }
    text_add(out, " = ");
    print_tree(s->value, out);
}
