/* Names, and "p_spn(x)" of a function's definition. */
#include "lang/parse.h"
#include "lang/parser.h"

#include <string.h>

bool lang_is_name(const char *name)
{
    const size_t n = strlen(name);
    if (n == 0 || n > LANG_MAX_NAME || !lexer_is_letter(name[0]) || lexer_is_keyword(name, n) ||
        parser_func(name) != LANG_FUNC_N) {
        return false;
    }
    for (size_t k = 1; k < n; k++) {
        if (!lexer_is_letter(name[k]) && !lexer_is_digit(name[k])) {
            return false;
        }
    }
    return true;
}

/* One argument name of a signature; false after a fault. */
static bool parser_argument(struct parser *p, const char ***args, uint32_t *n,
                            uint32_t *capacity)
{
    const char *const name =
        p->token.kind == TOKEN_NAME ? token_text(&p->token, p->d->arena) : NULL;
    if (name == NULL || !lang_is_name(name)) {
        parser_fault(p, "write it as 'f(x, y)'", "the name of an argument is missing here");
        return false;
    }
    for (uint32_t k = 0; k < *n; k++) {
        if (strcmp((*args)[k], name) == 0) {
            parser_fault(p, NULL, "the argument '%s' is named twice", name);
            return false;
        }
    }
    const char **const slot = arena_push(p->d->arena, args, n, capacity, sizeof(const char *));
    if (slot == NULL) {
        return false;
    }
    *slot = name;
    parser_advance(p);
    return !p->has_fault;
}

bool lang_parse_signature(const struct lang_text *text, const char **name, const char ***args,
                          uint32_t *n_args, struct diag_list *d)
{
    struct parser p;
    uint32_t capacity = 0;
    *name = NULL;
    *args = NULL;
    *n_args = 0;
    if (!parser_begin(&p, text, NULL, d) || p.has_fault) {
        return false;
    }
    const char *const found =
        p.token.kind == TOKEN_NAME ? token_text(&p.token, d->arena) : NULL;
    if (found == NULL || !lang_is_name(found)) {
        parser_fault(&p, "write it as 'f(x, y)'; the names of built-in functions are taken",
                     "this is no name for a function");
        return false;
    }
    parser_advance(&p);
    if (p.token.kind != TOKEN_LEFT) {
        parser_fault(&p, "write it as 'f(x, y)'", "'(' is missing after the function's name");
        return false;
    }
    const struct pos open = p.token.at;
    p.n_open++;
    parser_advance(&p);
    while (!p.has_fault && p.token.kind != TOKEN_RIGHT) {
        if (*n_args == 64) {
            parser_fault(&p, NULL, "a function has at most 64 arguments");
        }
        if (p.has_fault || !parser_argument(&p, args, n_args, &capacity)) {
            return false;
        }
        if (p.token.kind != TOKEN_COMMA) {
            break;
        }
        parser_advance(&p);
    }
    if (p.has_fault || !parser_close(&p, open)) {
        return false;
    }
    if (p.token.kind != TOKEN_END) {
        parser_fault(&p, NULL, "the signature ends at ')'");
        return false;
    }
    *name = found;
    return true;
}
