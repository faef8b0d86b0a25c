#include "lang/check.h"
#include "lang/parse.h"
#include "lang/parser.h"

#include <string.h>

/* "dv" of "dv/dt" names v. */
static bool statement_is_differential(const char *name)
{
    return name[0] == 'd' && lexer_is_letter(name[1]);
}

/* First pass: names that statements assign, and the "dV" of "dV/dt", shadow units everywhere in
 * the text, before the line that assigns them too. Only those that are units need to be known.
 */
static void statements_find_names(const struct lang_text *text, struct scope *names,
                                  struct diag_list *d)
{
    struct lexer l;
    lexer_init(&l, text, NULL, true, NULL);
    struct token t[4] = {{.kind = TOKEN_STATEMENT_END}, {.kind = TOKEN_STATEMENT_END}};
    do {
        t[0] = t[1];
        t[1] = t[2];
        t[2] = t[3];
        lexer_next(&l, &t[3]);
        if (t[3].kind == TOKEN_FAULT) {
            lexer_skip_statement(&l);
            t[3].kind = TOKEN_STATEMENT_END;
        }
        const struct token *name = NULL;
        if (t[1].kind == TOKEN_NAME && t[2].kind == TOKEN_OPERATOR && t[2].binary == LANG_DIV &&
            t[3].kind == TOKEN_NAME && t[3].length == 2 && memcmp(t[3].text, "dt", 2) == 0) {
            name = &t[1];
        } else if (t[3].kind == TOKEN_ASSIGN && t[2].kind == TOKEN_NAME) {
            name = &t[2];
        }
        if (name != NULL && unit_find(name->text, name->length, NULL)) {
            const char *const copy = token_text(name, d->arena);
            if (copy != NULL && scope_find(names, copy) == NULL) {
                (void)scope_add(
                    names,
                    &(struct symbol){.kind = SYMBOL_INTERMEDIATE, .name = copy, .at = name->at},
                    d);
            }
        }
    } while (t[3].kind != TOKEN_END);
}

static void statement_fault(struct parser *p, const struct ast *left)
{
    p->token.at = ast_first(left)->at;
    p->token.length = ast_first(left)->length;
    parser_fault(p, "a statement is 'x = …', 'dx/dt = …' or 'coef*dx/dt = …'",
                 "this cannot be assigned");
}

/* Is the left side coef*dx/dt? Fills name, place and factor. */
static bool statement_split(struct parser *p, struct ast *left, struct stmt *s)
{
    if (left->kind == AST_NAME) {
        *s = (struct stmt){.kind = STMT_ASSIGN, .name = left->name, .at = left->at};
        return true;
    }
    if (left->kind != AST_BINARY || left->op != LANG_DIV || left->args[1]->kind != AST_NAME ||
        strcmp(left->args[1]->name, "dt") != 0) {
        statement_fault(p, left);
        return false;
    }
    struct ast *over = left->args[0], *factor = NULL;
    if (over->kind == AST_BINARY && over->op == LANG_MUL) {
        factor = over->args[0];
        over = over->args[1];
    }
    if (over->kind != AST_NAME || !statement_is_differential(over->name)) {
        statement_fault(p, left);
        return false;
    }
    *s = (struct stmt){
        .kind = STMT_DIFFERENTIAL, .name = over->name + 1, .at = over->at, .factor = factor};
    return true;
}

/* One statement, from its first token to the token after it. */
static bool statement_parse(struct parser *p, struct stmt *s)
{
    if (p->token.kind == TOKEN_OPERATOR && p->token.unary == LANG_OP_N) {
        parser_fault(p, "indent this line deeper than the line that it goes on with",
                     "a statement does not begin with an operator");
        return false;
    }
    const struct pos at = p->token.at;
    struct ast *const left = parser_expression(p, 0);
    if (left == NULL) {
        return false;
    }
    if (p->token.kind != TOKEN_ASSIGN) {
        if (p->token.kind == TOKEN_STATEMENT_END || p->token.kind == TOKEN_END) {
            parser_fault(p, "a statement is 'x = …', 'dx/dt = …' or 'coef*dx/dt = …'",
                         "this statement assigns nothing");
        } else {
            parser_unexpected(p);
        }
        return false;
    }
    const struct token assign = p->token;
    if (!statement_split(p, left, s)) {
        return false;
    }
    if (s->kind == STMT_DIFFERENTIAL && assign.binary != LANG_OP_N) {
        parser_fault(p, "write 'dx/dt = …'", "a differential equation has '='");
        return false;
    }
    parser_advance(p);
    s->value = p->has_fault ? NULL : parser_expression(p, 0);
    if (s->value == NULL) {
        return false;
    }
    if (p->token.kind != TOKEN_END && p->token.kind != TOKEN_STATEMENT_END) {
        parser_unexpected(p);
        return false;
    }
    if (assign.binary != LANG_OP_N) { /* x += e is x = x + e */
        s->value = ast_binary(p->d, assign.binary, ast_name(p->d, s->name, s->at, left->length),
                              s->value, assign.at, assign.length);
    }
    if (s->kind == STMT_DIFFERENTIAL) {
        s->at = at;
    }
    return s->value != NULL && s->value->height <= LANG_MAX_DEPTH;
}

struct stmt *lang_parse_statements(const struct lang_text *text, const struct scope *names,
                                   uint32_t *n, struct diag_list *d)
{
    struct scope shadows = {.parent = names};
    struct parser p = {.d = d};
    struct stmt *statements = NULL;
    uint32_t capacity = 0;
    *n = 0;
    if (text->length > LANG_MAX_TEXT) {
        diag_error(d, text->at, 0, NULL, "this text has %zu bytes; at most %u are read",
                   text->length, LANG_MAX_TEXT);
        return NULL;
    }
    statements_find_names(text, &shadows, d);
    lexer_init(&p.lexer, text, &shadows, true, d);
    parser_advance(&p);
    while (p.token.kind != TOKEN_END && !arena_failed(d->arena)) {
        if (p.token.kind == TOKEN_STATEMENT_END) {
            parser_advance(&p);
            continue;
        }
        struct stmt s;
        p.depth = 0;
        p.n_open = 0;
        if (*n == LANG_MAX_STATEMENTS) {
            parser_fault(&p, NULL, "there are more than %d statements", LANG_MAX_STATEMENTS);
            break;
        }
        if (!p.has_fault && statement_parse(&p, &s)) {
            struct stmt *const slot =
                arena_push(d->arena, &statements, n, &capacity, sizeof *slot);
            if (slot != NULL) {
                *slot = s;
            }
        } else {
            /* The token that broke it may already be the next line's: a statement's end is not
             * skipped twice. */
            if (p.token.kind != TOKEN_STATEMENT_END) {
                lexer_skip_statement(&p.lexer);
            }
            p.has_fault = false;
            parser_advance(&p);
        }
    }
    return statements;
}
