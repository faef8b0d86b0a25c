/* Pratt, Top down operator precedence (POPL 1973, doi 10.1145/512927.512931): one loop over
 * binding powers, which are columns of ops.def. */
#include "lang/parse.h"
#include "lang/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *token;
    uint32_t arity, left, right;
} parse_ops[] = {
#define LANG_OP(id, token, arity, left, right) {token, arity, left, right},
#include "lang/ops.def"
#undef LANG_OP
};

static const struct {
    const char *name;
    uint32_t least, most;
    const char *doc;
} parse_funcs[] = {
#define LANG_FUNC(id, name, least, most, doc) {name, least, most, doc},
#include "lang/funcs.def"
#undef LANG_FUNC
};

void parser_advance(struct parser *p)
{
    lexer_next(&p->lexer, &p->token);
    p->has_fault = p->has_fault || p->token.kind == TOKEN_FAULT;
}

void parser_fault(struct parser *p, const char *hint, const char *format, ...)
{
    if (p->has_fault) {
        return;
    }
    p->has_fault = true;
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_error(p->d, p->token.at, p->token.length, hint, "%s", text);
}

const char *token_text(const struct token *t, struct arena *arena)
{
    return arena_copy(arena, t->text, t->length);
}

const struct ast *ast_first(const struct ast *e)
{
    while ((e->kind == AST_BINARY) && e->n_args == 2) {
        e = e->args[0];
    }
    return e;
}

static struct ast *ast_create(struct diag_list *d, enum ast_kind kind, struct pos at,
                              uint32_t length, uint32_t n_args)
{
    struct ast *const e = arena_alloc(d->arena, 1, sizeof *e);
    struct ast **const args = n_args == 0 ? NULL : arena_alloc(d->arena, n_args, sizeof *args);
    if (e == NULL || (n_args > 0 && args == NULL)) {
        diag_error(d, at, 0, NULL, "out of memory");
        return NULL;
    }
    *e = (struct ast){.kind = kind,
                      .at = at,
                      .length = length,
                      .unit = unit_none,
                      .op = LANG_OP_N,
                      .func = LANG_FUNC_N,
                      .args = args,
                      .n_args = n_args,
                      .height = 1};
    return e;
}

static void ast_set(struct ast *e, uint32_t k, struct ast *arg)
{
    e->args[k] = arg;
    e->height = arg->height + 1 > e->height ? arg->height + 1 : e->height;
}

struct ast *ast_name(struct diag_list *d, const char *name, struct pos at, uint32_t length)
{
    struct ast *const e = ast_create(d, AST_NAME, at, length, 0);
    if (e != NULL) {
        e->name = name;
    }
    return name == NULL ? NULL : e;
}

struct ast *ast_binary(struct diag_list *d, enum lang_op op, struct ast *a, struct ast *b,
                       struct pos at, uint32_t length)
{
    struct ast *const e = ast_create(d, AST_BINARY, at, length, 2);
    if (e != NULL) {
        e->op = op;
        ast_set(e, 0, a);
        ast_set(e, 1, b);
    }
    return e;
}

static struct ast *parser_limit(struct parser *p, struct ast *e)
{
    if (e == NULL) {
        p->has_fault = true; /* memory; said where it happened */
    } else if (e->height > LANG_MAX_DEPTH) {
        parser_fault(p, "give a part of it a name of its own, in a statement before this one",
                     "this expression is nested deeper than %d levels (each further term of a "
                     "sum is one)",
                     LANG_MAX_DEPTH);
    }
    return p->has_fault ? NULL : e;
}

void parser_unexpected(struct parser *p)
{
    const struct token *const t = &p->token;
    const int n = t->length < 40 ? (int)t->length : 40;
    switch (t->kind) {
    case TOKEN_FAULT:
        break;
    case TOKEN_END:
    case TOKEN_STATEMENT_END:
        parser_fault(p, NULL, "the expression ends too early");
        break;
    case TOKEN_ASSIGN:
        parser_fault(p, t->length == 1 ? "write '==' to compare" : NULL,
                     "'%.*s' does not belong into an expression", n, t->text);
        break;
    case TOKEN_IF:
        parser_fault(p, "write 'if condition: a else: b'", "'if' stands before its condition");
        break;
    case TOKEN_RIGHT:
        parser_fault(p, NULL, "this ')' has no '('");
        break;
    case TOKEN_ELSE:
        parser_fault(p, "write 'if condition: a else: b'", "this 'else' has no 'if'");
        break;
    case TOKEN_COMMA:
        parser_fault(p,
                     "commas stand between the arguments of a function; decimals have a point",
                     "this ',' does not belong here");
        break;
    case TOKEN_NUMBER:
    case TOKEN_NAME:
    case TOKEN_LEFT:
        parser_fault(p, "write '*' to multiply", "an operator is missing before '%.*s'", n,
                     t->text);
        break;
    case TOKEN_OPERATOR:
        parser_fault(p, NULL, "'%.*s' needs something before it", n, t->text);
        break;
    case TOKEN_COLON:
        parser_fault(p, NULL, "this ':' does not belong here");
        break;
    }
}

/* Faults at what should begin an operand. */
static struct ast *parser_no_operand(struct parser *p)
{
    if (p->token.kind == TOKEN_RIGHT && p->n_open > 0) {
        parser_fault(p, NULL, "something is missing before ')'");
    }
    if (p->token.kind == TOKEN_COMMA && p->n_open > 0) {
        parser_fault(p, NULL, "something is missing before ','");
    }
    parser_unexpected(p);
    p->has_fault = true;
    return NULL;
}

bool parser_close(struct parser *p, struct pos open)
{
    if (p->token.kind == TOKEN_RIGHT) {
        p->n_open--;
        parser_advance(p);
        return !p->has_fault;
    }
    if (p->token.kind == TOKEN_END ||
        (p->token.at.line > open.line && p->token.kind != TOKEN_FAULT)) {
        p->token.at = open;
        p->token.length = 1;
        parser_fault(p, NULL, "this '(' is not closed");
    } else {
        parser_unexpected(p);
    }
    return false;
}

enum lang_func parser_func(const char *name)
{
    uint32_t k = 0;
    while (k < LANG_FUNC_N && strcmp(parse_funcs[k].name, name) != 0) {
        k++;
    }
    return (enum lang_func)k;
}

static struct ast *parser_call(struct parser *p, const struct token *name)
{
    const struct pos open = p->token.at;
    struct ast **args = NULL;
    uint32_t n = 0, capacity = 0;
    p->n_open++;
    parser_advance(p);
    while (!p->has_fault && p->token.kind != TOKEN_RIGHT) {
        struct ast *const arg = parser_expression(p, 0);
        struct ast **const slot =
            arg == NULL ? NULL
                        : arena_push(p->d->arena, &args, &n, &capacity, sizeof(struct ast *));
        if (slot == NULL) {
            p->has_fault = true;
            return NULL;
        }
        *slot = arg;
        if (p->token.kind != TOKEN_COMMA) {
            break;
        }
        parser_advance(p);
        if (p->token.kind == TOKEN_RIGHT) {
            parser_fault(p, NULL, "something is missing before ')'");
        }
    }
    if (p->has_fault || !parser_close(p, open)) {
        return NULL;
    }
    struct ast *const e = ast_create(p->d, AST_CALL, name->at, name->length, 0);
    if (e != NULL) {
        e->name = token_text(name, p->d->arena);
        e->args = args;
        e->n_args = n;
        for (uint32_t k = 0; k < n; k++) {
            ast_set(e, k, args[k]);
        }
        e->func = e->name == NULL ? LANG_FUNC_N : parser_func(e->name);
    }
    return parser_limit(p, e == NULL || e->name == NULL ? NULL : e);
}

static struct ast *parser_name(struct parser *p)
{
    const struct token t = p->token;
    parser_advance(p);
    if (p->has_fault) {
        return NULL;
    }
    if (p->token.kind == TOKEN_LEFT) {
        return parser_call(p, &t);
    }
    return parser_limit(p, ast_name(p->d, token_text(&t, p->d->arena), t.at, t.length));
}

/* if c: a else: b, with `else if` as in `else: if`. */
static struct ast *parser_condition(struct parser *p)
{
    const struct token t = p->token;
    struct ast *parts[3];
    parser_advance(p);
    parts[0] = p->has_fault ? NULL : parser_expression(p, 0);
    if (p->has_fault) {
        return NULL;
    }
    if (p->token.kind != TOKEN_COLON) {
        if (p->token.kind == TOKEN_ASSIGN) {
            parser_unexpected(p);
        }
        parser_fault(p, "write 'if condition: a else: b'",
                     "':' is missing after the condition");
        return NULL;
    }
    parser_advance(p);
    parts[1] = p->has_fault ? NULL : parser_expression(p, 0);
    if (p->has_fault) {
        return NULL;
    }
    if (p->token.kind != TOKEN_ELSE) {
        parser_fault(p, "write 'if condition: a else: b'",
                     "'else:' is missing: both branches need a value");
        return NULL;
    }
    parser_advance(p);
    if (p->token.kind == TOKEN_COLON) {
        parser_advance(p);
    } else if (p->token.kind != TOKEN_IF) {
        parser_fault(p, "write 'if condition: a else: b'", "':' is missing after 'else'");
    }
    parts[2] = p->has_fault ? NULL : parser_expression(p, 0);
    if (p->has_fault) {
        return NULL;
    }
    struct ast *const e = ast_create(p->d, AST_CONDITION, t.at, t.length, 3);
    for (uint32_t k = 0; e != NULL && k < 3; k++) {
        ast_set(e, k, parts[k]);
    }
    return parser_limit(p, e);
}

static struct ast *parser_unary(struct parser *p)
{
    const struct token t = p->token;
    parser_advance(p);
    struct ast *const operand =
        p->has_fault ? NULL : parser_expression(p, parse_ops[t.unary].right);
    if (operand == NULL) {
        return NULL;
    }
    struct ast *const e = ast_create(p->d, AST_UNARY, t.at, t.length, 1);
    if (e != NULL) {
        e->op = t.unary;
        ast_set(e, 0, operand);
    }
    return parser_limit(p, e);
}

static struct ast *parser_number(struct parser *p)
{
    struct ast *const e = ast_create(p->d, AST_NUMBER, p->token.at, p->token.length, 0);
    if (e != NULL) {
        e->value = p->token.value;
        e->has_unit = p->token.has_unit;
        e->unit = p->token.unit;
        e->name = token_text(&p->token, p->d->arena);
    }
    parser_advance(p);
    return parser_limit(p, e);
}

static struct ast *parser_operand(struct parser *p)
{
    switch (p->token.kind) {
    case TOKEN_NUMBER:
        return parser_number(p);
    case TOKEN_NAME:
        return parser_name(p);
    case TOKEN_IF:
        return parser_condition(p);
    case TOKEN_LEFT: {
        const struct pos open = p->token.at;
        p->n_open++;
        parser_advance(p);
        struct ast *const e = p->has_fault ? NULL : parser_expression(p, 0);
        return e != NULL && parser_close(p, open) ? e : NULL;
    }
    case TOKEN_OPERATOR:
        return p->token.unary != LANG_OP_N ? parser_unary(p) : parser_no_operand(p);
    case TOKEN_END:
    case TOKEN_STATEMENT_END:
    case TOKEN_RIGHT:
    case TOKEN_COMMA:
    case TOKEN_COLON:
    case TOKEN_ASSIGN:
    case TOKEN_ELSE:
    case TOKEN_FAULT:
        break;
    }
    return parser_no_operand(p);
}

static bool parser_is_comparison(enum lang_op op)
{
    return op == LANG_LT || op == LANG_LE || op == LANG_GT || op == LANG_GE || op == LANG_EQ ||
           op == LANG_NE;
}

struct ast *parser_expression(struct parser *p, uint32_t least)
{
    if (p->depth >= 2 * LANG_MAX_DEPTH) { /* brackets make no node; the tree's own height is
                                             looked at in parser_limit */
        parser_fault(p, "give a part of it a name of its own, in a statement before this one",
                     "this expression is nested deeper than %d brackets", 2 * LANG_MAX_DEPTH);
        return NULL;
    }
    p->depth++;
    struct ast *left = parser_operand(p);
    bool has_compared = false;
    while (left != NULL && p->token.kind == TOKEN_OPERATOR && p->token.binary != LANG_OP_N &&
           parse_ops[p->token.binary].left >= least) {
        const struct token t = p->token;
        if (parser_is_comparison(t.binary)) {
            if (has_compared) {
                parser_fault(p, "write 'a < b and b < c'", "comparisons do not chain");
                left = NULL;
                break;
            }
            has_compared = true;
        }
        parser_advance(p);
        struct ast *const right =
            p->has_fault ? NULL : parser_expression(p, parse_ops[t.binary].right);
        left = right == NULL
                   ? NULL
                   : parser_limit(p, ast_binary(p->d, t.binary, left, right, t.at, t.length));
    }
    p->depth--;
    return p->has_fault ? NULL : left;
}

bool parser_begin(struct parser *p, const struct lang_text *text, const struct scope *names,
                  struct diag_list *d)
{
    *p = (struct parser){.d = d};
    if (text->length > LANG_MAX_TEXT) {
        diag_error(d, text->at, 0, NULL, "this text has %zu bytes; at most %u are read",
                   text->length, LANG_MAX_TEXT);
        return false;
    }
    lexer_init(&p->lexer, text, names, false, d);
    parser_advance(p);
    return true;
}

struct ast *lang_parse_expression(const struct lang_text *text, const struct scope *names,
                                  struct diag_list *d)
{
    struct parser p;
    if (!parser_begin(&p, text, names, d)) {
        return NULL;
    }
    if (p.token.kind == TOKEN_END) {
        diag_error(d, text->at, 0, NULL, "an expression is missing here");
        return NULL;
    }
    struct ast *const e = p.has_fault ? NULL : parser_expression(&p, 0);
    if (!p.has_fault && p.token.kind == TOKEN_STATEMENT_END) {
        parser_fault(&p, NULL, "one expression is wanted here, without ';'");
    } else if (!p.has_fault && p.token.kind != TOKEN_END) {
        parser_unexpected(&p);
    }
    return p.has_fault ? NULL : e;
}
