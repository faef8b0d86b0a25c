/* lang/parser.h: the parser's state, shared by expressions (parse.c) and statements
 * (parse_statements.c). Private to the parser. After a fault (has_fault) every function returns
 * NULL at once; the diagnostic has been added. Sees: base, ast, lexer. Memory: trees in the
 * arena of the diagnostics. */
#ifndef LANG_PARSER_H
#define LANG_PARSER_H

#include "lang/lexer.h"

struct parser {
    struct lexer lexer;
    struct token token; /* the one not yet used */
    struct diag_list *d;
    uint32_t depth;  /* of the recursion */
    uint32_t n_open; /* round brackets */
    bool has_fault;
};

/* Reads the first token; false after a diagnostic. */
bool parser_begin(struct parser *p, const struct lang_text *text, const struct scope *names,
                  struct diag_list *d);
void parser_advance(struct parser *p);
/* One diagnostic at the current token. */
void parser_fault(struct parser *p, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An expression of operators that bind at least as tightly as `least`; 0 for a whole one. */
struct ast *parser_expression(struct parser *p, uint32_t least);
/* Takes the ')' of the bracket opened there; false after a fault. */
bool parser_close(struct parser *p, struct pos open);
/* LANG_FUNC_N where the name is no built-in function's. */
enum lang_func parser_func(const char *name);
/* A fault about the current token where something else was expected. */
void parser_unexpected(struct parser *p);

struct ast *ast_name(struct diag_list *d, const char *name, struct pos at, uint32_t length);
struct ast *ast_binary(struct diag_list *d, enum lang_op op, struct ast *a, struct ast *b,
                       struct pos at, uint32_t length);
/* The text of a token as a string of its own. */
const char *token_text(const struct token *t, struct arena *arena);

#endif
