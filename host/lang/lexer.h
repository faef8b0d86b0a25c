/* lang/lexer.h: text to tokens, one at a time. A number takes the unit that follows it (design
 * section 3), so one token is a whole quantity. Knows where a statement ends: at ';', or at the
 * end of a line that neither stands in a bracket nor ends with an operator and is not gone on
 * with by a deeper line that begins with one. Private to the parser. Sees: base, ast. Memory:
 * none but diagnostics. */
#ifndef LANG_LEXER_H
#define LANG_LEXER_H

#include "lang/ast.h"

enum token_kind {
    TOKEN_END,
    TOKEN_STATEMENT_END, /* ';' or the end of a line, where lines matter */
    TOKEN_NUMBER,        /* with its unit */
    TOKEN_NAME,          /* "pre.x" is one name */
    TOKEN_OPERATOR,      /* row of ops.def */
    TOKEN_LEFT,
    TOKEN_RIGHT,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_ASSIGN, /* "=", "+=", "-=", "*=", "/=" */
    TOKEN_IF,
    TOKEN_ELSE,
    TOKEN_FAULT /* a diagnostic has been added */
};

struct token {
    enum token_kind kind;
    struct pos at;
    const char *text; /* in the text that is read */
    uint32_t length;
    enum lang_op binary, unary; /* TOKEN_OPERATOR: LANG_OP_N where it is none; TOKEN_ASSIGN:
                                   binary of "+=" and so on */
    double value;               /* TOKEN_NUMBER: in house units */
    struct unit unit;
    bool has_unit;
};

struct lexer {
    struct lang_text text;
    const struct scope *names; /* symbols that shadow units, or NULL */
    struct diag_list *d;       /* NULL: look only, say nothing */
    size_t cursor, line_start; /* bytes */
    uint32_t line;             /* from 0 */
    uint32_t depth;            /* open brackets */
    bool by_lines;             /* statements: the end of a line may end a statement */
    bool has_token;            /* of the statement being read */
    bool is_open;              /* the last token wants more: an operator, a comma, … */
    uint32_t column;           /* of the statement's first token */
};

void lexer_init(struct lexer *l, const struct lang_text *text, const struct scope *names,
                bool by_lines, struct diag_list *d);
void lexer_next(struct lexer *l, struct token *t);
/* Goes to the end of this line (or ';'), closing all brackets: the next token begins a
 * statement. */
void lexer_skip_statement(struct lexer *l);

/* The number at p (n bytes left) and its unit. Returns the bytes read; 0 after a diagnostic. */
size_t lexer_number(const struct lexer *l, const char *p, size_t n, struct pos at,
                    struct token *t);
static inline bool lexer_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static inline bool lexer_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
/* Bytes of a micro sign at p (2), or 0. */
size_t lexer_micro(const char *p, size_t n);
bool lexer_is_keyword(const char *name, size_t n);

#endif
