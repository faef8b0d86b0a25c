#include "lang/lexer.h"

#include <string.h>

void lexer_init(struct lexer *l, const struct lang_text *text, const struct scope *names,
                bool by_lines, struct diag_list *d)
{
    *l = (struct lexer){.text = *text, .names = names, .by_lines = by_lines, .d = d};
}

static struct pos lexer_pos(const struct lexer *l, size_t offset)
{
    const uint32_t first = l->line == 0 ? l->text.at.column : l->text.indent;
    return (struct pos){.file = l->text.at.file,
                        .line = l->text.at.line + l->line,
                        .column = first + (uint32_t)(offset - l->line_start)};
}

size_t lexer_micro(const char *p, size_t n)
{
    return n >= 2 && (memcmp(p, "\xc2\xb5", 2) == 0 || memcmp(p, "\xce\xbc", 2) == 0) ? 2 : 0;
}

bool lexer_is_keyword(const char *name, size_t n)
{
    static const char *const words[] = {"if", "else", "and", "or", "not"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (strlen(words[k]) == n && memcmp(words[k], name, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool lexer_has_word(const char *p, size_t n, const char *word)
{
    const size_t length = strlen(word);
    return n >= length && memcmp(p, word, length) == 0 &&
           (n == length || !(lexer_is_letter(p[length]) || lexer_is_digit(p[length])));
}

/* Does the next line with content, from byte `from`, go on with this statement? */
static bool lexer_goes_on(const struct lexer *l, size_t from)
{
    const char *const p = l->text.bytes;
    size_t start = from;
    for (size_t k = from; k < l->text.length; k++) {
        if (p[k] == '\n') {
            start = k + 1;
        } else if (p[k] == '#') {
            while (k + 1 < l->text.length && p[k + 1] != '\n') {
                k++;
            }
        } else if (p[k] != ' ' && p[k] != '\t' && p[k] != '\r') {
            const uint32_t column = l->text.indent + (uint32_t)(k - start);
            return column > l->column && (strchr("+-*/<>=!^&|", p[k]) != NULL ||
                                          lexer_has_word(p + k, l->text.length - k, "and") ||
                                          lexer_has_word(p + k, l->text.length - k, "or") ||
                                          lexer_has_word(p + k, l->text.length - k, "else"));
        }
    }
    return false;
}

/* Skips blanks and comments. true: a line ended and the statement with it. */
static bool lexer_skip_blank(struct lexer *l)
{
    const char *const p = l->text.bytes;
    bool goes_on =
        false; /* looked up once: else many empty lines would cost their number squared */
    while (l->cursor < l->text.length) {
        const char c = p[l->cursor];
        if (c == '#') {
            while (l->cursor < l->text.length && p[l->cursor] != '\n') {
                l->cursor++;
            }
        } else if (c == '\n') {
            const bool may_end =
                l->by_lines && l->has_token && l->depth == 0 && !l->is_open && !goes_on;
            goes_on = goes_on || (may_end && lexer_goes_on(l, l->cursor + 1));
            const bool ends = may_end && !goes_on;
            l->cursor++;
            l->line++;
            l->line_start = l->cursor;
            if (ends) {
                return true;
            }
        } else if (c == ' ' || c == '\t' || c == '\r') {
            l->cursor++;
        } else {
            break;
        }
    }
    return false;
}

static void lexer_fault(const struct lexer *l, struct token *t, const char *hint,
                        const char *text)
{
    t->kind = TOKEN_FAULT;
    if (l->d != NULL) {
        diag_error(l->d, t->at, t->length, hint, "%s", text);
    }
}

/* Spellings of other languages, longest first; each is an error with the right spelling as
 * hint. */
static const struct lexer_foreign {
    const char *text, *message, *hint;
} lexer_foreign[] = {
    {"&&", "'&&' is no operator",                   "write 'and'"                                  },
    {"||", "'||' is no operator",                   "write 'or'"                                   },
    {"<>", "'<>' is no operator",                   "write '!='"                                   },
    {"=<", "'=<' is no operator",                   "write '<='"                                   },
    {"=>", "'=>' is no operator",                   "write '>='"                                   },
    {"//", "'//' is no operator",                   "write floor(a/b); a comment begins with '#'"  },
    {"!",  "'!' is no operator",                    "write 'not'"                                  },
    {"&",  "'&' is no operator",                    "write 'and'"                                  },
    {"|",  "'|' is no operator",                    "write 'or'"                                   },
    {"%",  "'%' is no operator",                    "write mod(a, b)"                              },
    {"?",  "'?' is no operator",                    "write 'if c: a else: b' or ite(c, a, b)"      },
    {"[",  "square brackets have no meaning here",  "use round brackets"                           },
    {"]",  "square brackets have no meaning here",  "use round brackets"                           },
    {"{",  "curly brackets have no meaning here",   "use round brackets"                           },
    {"}",  "curly brackets have no meaning here",   "use round brackets"                           },
    {"\"", "an expression holds no text",           "quotes stand around the whole expression only"},
    {"'",  "an expression holds no text and no v'", "write dv/dt for a derivative"                 },
};

static const struct lexer_spelling {
    const char *text;
    enum lang_op binary, unary;
} lexer_spellings[] = {
    {"**", LANG_POW, LANG_OP_N},
    {"<=", LANG_LE,  LANG_OP_N},
    {">=", LANG_GE,  LANG_OP_N},
    {"==", LANG_EQ,  LANG_OP_N},
    {"!=", LANG_NE,  LANG_OP_N},
    {"^",  LANG_POW, LANG_OP_N},
    {"<",  LANG_LT,  LANG_OP_N},
    {">",  LANG_GT,  LANG_OP_N},
    {"+",  LANG_ADD, LANG_PLUS},
    {"-",  LANG_SUB, LANG_NEG },
    {"*",  LANG_MUL, LANG_OP_N},
    {"/",  LANG_DIV, LANG_OP_N},
};

static bool lexer_begins(const char *p, size_t n, const char *text)
{
    const size_t length = strlen(text);
    return n >= length && memcmp(p, text, length) == 0;
}

static void lexer_punctuation(struct lexer *l, const char *p, size_t n, struct token *t)
{
    static const struct {
        char c;
        enum token_kind kind;
    } singles[] = {
        {'(', TOKEN_LEFT },
        {')', TOKEN_RIGHT},
        {',', TOKEN_COMMA},
        {':', TOKEN_COLON},
    };
    t->length = 1;
    for (size_t k = 0; k < sizeof singles / sizeof singles[0]; k++) {
        if (singles[k].c == p[0]) {
            t->kind = singles[k].kind;
            l->depth += t->kind == TOKEN_LEFT;
            l->depth -= t->kind == TOKEN_RIGHT && l->depth > 0;
            return;
        }
    }
    /* "x -= 3" assigns; "a*=" cannot be anything else. */
    if (n >= 2 && p[1] == '=' && strchr("+-*/", p[0]) != NULL && !(n >= 3 && p[2] == '=')) {
        t->kind = TOKEN_ASSIGN;
        t->length = 2;
        t->binary = p[0] == '+'   ? LANG_ADD
                    : p[0] == '-' ? LANG_SUB
                    : p[0] == '*' ? LANG_MUL
                                  : LANG_DIV;
        return;
    }
    for (size_t k = 0; k < sizeof lexer_foreign / sizeof lexer_foreign[0]; k++) {
        const struct lexer_foreign *const f = &lexer_foreign[k];
        if (lexer_begins(p, n, f->text) && !lexer_begins(p, n, "!=")) {
            t->length = (uint32_t)strlen(f->text);
            lexer_fault(l, t, f->hint, f->message);
            return;
        }
    }
    for (size_t k = 0; k < sizeof lexer_spellings / sizeof lexer_spellings[0]; k++) {
        if (lexer_begins(p, n, lexer_spellings[k].text)) {
            t->kind = TOKEN_OPERATOR;
            t->length = (uint32_t)strlen(lexer_spellings[k].text);
            t->binary = lexer_spellings[k].binary;
            t->unary = lexer_spellings[k].unary;
            return;
        }
    }
    if (p[0] == '=') {
        t->kind = TOKEN_ASSIGN;
        return;
    }
    const unsigned char c = (unsigned char)p[0];
    if (c >= 0x80) {
        while (t->length < n && ((unsigned char)p[t->length] & 0xc0) == 0x80) {
            t->length++;
        }
        lexer_fault(l, t,
                    "names have the letters a to z, digits and _; only the unit prefix µ may "
                    "stand beside a number",
                    "a character that has no meaning here");
    } else {
        lexer_fault(l, t, NULL,
                    c < 32 || c == 127 ? "a control character"
                                       : "a character that has no meaning here");
    }
}

static void lexer_name(struct lexer *l, const char *p, size_t n, struct token *t)
{
    size_t k = 0;
    while (k < n) {
        const size_t micro = lexer_micro(p + k, n - k);
        if (micro > 0) {
            k += micro; /* "/µm": a unit's name */
        } else if (lexer_is_letter(p[k]) || lexer_is_digit(p[k]) ||
                   (p[k] == '.' && k + 1 < n && lexer_is_letter(p[k + 1]))) {
            k++;
        } else {
            break;
        }
    }
    t->kind = TOKEN_NAME;
    t->length = (uint32_t)k;
    const char *const dot = memchr(p, '.', k);
    const size_t most =
        dot != NULL ? 2 * LANG_MAX_NAME + 1 : LANG_MAX_NAME; /* population.variable */
    if (k > most) {
        t->length = LANG_MAX_NAME;
        lexer_fault(l, t, "names have at most 64 characters", "this name is too long");
        t->length = (uint32_t)k;
        return;
    }
    static const struct {
        const char *text;
        enum token_kind kind;
        enum lang_op binary, unary;
    } words[] = {
        {"if",   TOKEN_IF,       LANG_OP_N, LANG_OP_N},
        {"else", TOKEN_ELSE,     LANG_OP_N, LANG_OP_N},
        {"and",  TOKEN_OPERATOR, LANG_AND,  LANG_OP_N},
        {"or",   TOKEN_OPERATOR, LANG_OR,   LANG_OP_N},
        {"not",  TOKEN_OPERATOR, LANG_OP_N, LANG_NOT },
    };
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        if (strlen(words[w].text) == k && memcmp(words[w].text, p, k) == 0) {
            t->kind = words[w].kind;
            t->binary = words[w].binary;
            t->unary = words[w].unary;
        }
    }
}

void lexer_next(struct lexer *l, struct token *t)
{
    const size_t before = l->cursor;
    const struct pos before_at = lexer_pos(l, before);
    const bool ended = lexer_skip_blank(l);
    *t = (struct token){
        .text = l->text.bytes + l->cursor, .binary = LANG_OP_N, .unary = LANG_OP_N};
    t->at = lexer_pos(l, l->cursor);
    if (ended) {
        /* Marked where the line ended, for "something is missing here". */
        t->kind = TOKEN_STATEMENT_END;
        t->text = l->text.bytes + before;
        t->at = before_at;
        l->has_token = false;
        return;
    }
    if (l->cursor >= l->text.length) {
        t->kind = TOKEN_END;
        return;
    }
    const char *const p = l->text.bytes + l->cursor;
    const size_t n = l->text.length - l->cursor;
    if (!l->has_token) {
        l->has_token = true;
        l->column = t->at.column;
    }
    if (*p == ';') {
        t->kind = TOKEN_STATEMENT_END;
        t->length = 1;
        l->cursor++;
        l->has_token = false;
        l->is_open = false;
        return;
    }
    if (lexer_is_digit(*p) || (*p == '.' && n > 1 && lexer_is_digit(p[1]))) {
        t->kind = TOKEN_NUMBER;
        t->length = (uint32_t)lexer_number(l, p, n, t->at, t);
        if (t->length == 0) {
            t->kind = TOKEN_FAULT;
            t->length = 1;
        }
    } else if (lexer_is_letter(*p) || lexer_micro(p, n) > 0) {
        lexer_name(l, p, n, t);
    } else {
        lexer_punctuation(l, p, n, t);
    }
    l->cursor += t->length;
    l->is_open = t->kind == TOKEN_OPERATOR || t->kind == TOKEN_ASSIGN ||
                 t->kind == TOKEN_COMMA || t->kind == TOKEN_COLON || t->kind == TOKEN_IF ||
                 t->kind == TOKEN_ELSE;
}

void lexer_skip_statement(struct lexer *l)
{
    const char *const p = l->text.bytes;
    bool in_comment = false;
    while (l->cursor < l->text.length && p[l->cursor] != '\n' &&
           (p[l->cursor] != ';' || in_comment)) {
        in_comment = in_comment || p[l->cursor] == '#';
        l->cursor++;
    }
    if (l->cursor < l->text.length) {
        if (p[l->cursor] == '\n') {
            l->line++;
            l->line_start = l->cursor + 1;
        }
        l->cursor++;
    }
    l->depth = 0;
    l->has_token = false;
    l->is_open = false;
}
