/* What each operation asks of the dimensions of its operands, and how it says so. */
#include "lang/check_walk.h"
#include "lang/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIMENSION_TEXT = 80 };

const char *check_quote(const struct ast *e, char *buf, size_t n)
{
    enum { QUOTE_MOST = 44, QUOTE_CUT = 40 };
    struct text text = {0};
    lang_print(e, &text);
    const char *const whole = text_string(&text);
    size_t cut = QUOTE_CUT;
    while (text.length > QUOTE_MOST && ((unsigned char)whole[cut] & 0xc0) == 0x80) {
        cut--; /* not within a character */
    }
    if (text.length == 0 || text.has_failed) {
        (void)snprintf(buf, n, "this");
    } else if (text.length > QUOTE_MOST) {
        (void)snprintf(buf, n, "'%.*s…'", (int)cut, whole);
    } else {
        (void)snprintf(buf, n, "'%s'", whole);
    }
    text_fini(&text);
    return buf;
}

static bool dimension_is_none(struct dimension a)
{
    return a.kind == DIMENSION_KNOWN && unit_is_none(a.unit);
}

static bool dimension_has_unit(struct dimension a)
{
    return a.kind == DIMENSION_KNOWN && !unit_is_none(a.unit);
}

/* A number without a unit, with signs before it, or NULL. */
static const struct ast *dimension_bare(const struct ast *e)
{
    while (e->kind == AST_UNARY) {
        e = e->args[0];
    }
    return e->kind == AST_NUMBER && !e->has_unit ? e : NULL;
}

/* A bare number among the factors of a product, which most likely lacks the unit. */
static const struct ast *dimension_bare_factor(const struct ast *e)
{
    const struct ast *found = dimension_bare(e);
    while (found == NULL) {
        if (e->kind == AST_UNARY) {
            e = e->args[0];
        } else if (e->kind == AST_BINARY && (e->op == LANG_MUL || e->op == LANG_DIV)) {
            found = dimension_bare(e->args[1]);
            e = e->args[0];
        } else {
            return NULL;
        }
        found = found == NULL ? dimension_bare(e) : found;
    }
    return found;
}

/* "write 5 mV", "write 0.062 /mV". */
static const char *dimension_write(const struct ast *number, struct unit unit, char *buf,
                                   size_t n)
{
    char name[DIMENSION_TEXT];
    (void)unit_format(unit, name, sizeof name);
    const bool is_inverse = strncmp(name, "1/", 2) == 0;
    if (number->name != NULL && strlen(number->name) < 30) {
        (void)snprintf(buf, n, "write %s%s%s", number->name, is_inverse ? "/" : " ",
                       name + (is_inverse ? 2 : 0));
    } else {
        (void)snprintf(buf, n, "write %.9g%s%s", number->value, is_inverse ? "/" : " ",
                       name + (is_inverse ? 2 : 0));
    }
    return buf;
}

/* The hint where `have` should be `want`: a factor that lacks want/have. */
static const char *dimension_mend(const struct ast *e, struct unit have, struct unit want,
                                  char *buf, size_t n)
{
    const struct ast *const number = dimension_bare_factor(e);
    if (number == NULL) {
        return NULL;
    }
    char write[DIMENSION_TEXT * 2];
    (void)dimension_write(number, unit_divide(want, have), write, sizeof write);
    (void)snprintf(
        buf, n, "%s has no unit: %s",
        number->name != NULL && strlen(number->name) < 30 ? number->name : "the number", write);
    return buf;
}

static const char *dimension_name(struct dimension a, char *buf, size_t n)
{
    char name[DIMENSION_TEXT];
    if (dimension_is_none(a)) {
        (void)snprintf(buf, n, "has no unit");
    } else {
        (void)snprintf(buf, n, "is in %s", unit_format(a.unit, name, sizeof name));
    }
    return buf;
}

static bool dimension_clash(struct checker *c, const struct ast *e, const struct ast *left,
                            struct dimension a, const struct ast *right, struct dimension b)
{
    char left_text[DIMENSION_TEXT], right_text[DIMENSION_TEXT], left_unit[DIMENSION_TEXT],
        right_unit[DIMENSION_TEXT];
    char hint[DIMENSION_TEXT * 4];
    (void)check_quote(left, left_text, sizeof left_text);
    (void)check_quote(right, right_text, sizeof right_text);
    (void)dimension_name(a, left_unit, sizeof left_unit);
    (void)dimension_name(b, right_unit, sizeof right_unit);
    const struct ast *const bare_left = dimension_bare(left), *const bare_right =
                                                                  dimension_bare(right);
    if (bare_right != NULL && dimension_has_unit(a)) {
        return check_fault(
            c, bare_right, dimension_write(bare_right, a.unit, hint, sizeof hint),
            "%s has no unit, %s %s", check_quote(bare_right, right_text, sizeof right_text),
            left_text, left_unit);
    }
    if (bare_left != NULL && dimension_has_unit(b)) {
        return check_fault(c, bare_left, dimension_write(bare_left, b.unit, hint, sizeof hint),
                           "%s has no unit, %s %s",
                           check_quote(bare_left, left_text, sizeof left_text), right_text,
                           right_unit);
    }
    const char *mend =
        dimension_is_none(b) ? dimension_mend(right, b.unit, a.unit, hint, sizeof hint) : NULL;
    if (mend == NULL && dimension_is_none(a)) {
        mend = dimension_mend(left, a.unit, b.unit, hint, sizeof hint);
    }
    const struct pos from = ast_first(left)->at, to = ast_first(right)->at;
    return check_fault(c, e, mend, "units differ: %s (%u:%u) %s, %s (%u:%u) %s", left_text,
                       (unsigned)from.line, (unsigned)from.column, left_unit, right_text,
                       (unsigned)to.line, (unsigned)to.column, right_unit);
}

bool dimension_join(struct checker *c, const struct ast *e, const struct ast *left,
                    struct dimension a, const struct ast *right, struct dimension b,
                    struct dimension *out)
{
    if (a.kind == DIMENSION_ZERO || b.kind == DIMENSION_ZERO) {
        *out = a.kind == DIMENSION_ZERO ? b : a;
        return true;
    }
    *out = a.kind == DIMENSION_UNKNOWN ? a : b;
    if (a.kind == DIMENSION_KNOWN && b.kind == DIMENSION_KNOWN &&
        !unit_same_dimension(a.unit, b.unit)) {
        return dimension_clash(c, e, left, a, right, b);
    }
    return true;
}

bool dimension_none(struct checker *c, const struct ast *e, const struct ast *operand,
                    struct dimension a)
{
    if (!dimension_has_unit(a)) {
        return true;
    }
    char text[DIMENSION_TEXT], unit[DIMENSION_TEXT], hint[DIMENSION_TEXT * 4];
    const char *mend = dimension_mend(operand, a.unit, unit_none, hint, sizeof hint);
    if (mend == NULL) {
        (void)snprintf(hint, sizeof hint, "divide it by a quantity of its unit: (…)/(1 %s)",
                       unit_format(a.unit, unit, sizeof unit));
        mend = strncmp(unit, "1/", 2) == 0 ? "multiply it by a quantity that cancels its unit"
                                           : hint;
    }
    const char *const what = e->kind == AST_CALL ? e->name : "the exponent of **";
    return check_fault(c, operand, mend, "%s needs a number without unit, %s %s", what,
                       check_quote(operand, text, sizeof text),
                       dimension_name(a, unit, sizeof unit));
}

bool dimension_power(struct checker *c, const struct ast *e, struct dimension base,
                     struct dimension exponent, struct dimension *out)
{
    if (!dimension_none(c, e, e->args[1], exponent)) {
        return false;
    }
    *out = base;
    if (!dimension_has_unit(base)) {
        out->kind = base.kind == DIMENSION_UNKNOWN || exponent.kind == DIMENSION_UNKNOWN
                        ? DIMENSION_UNKNOWN
                        : DIMENSION_KNOWN;
        out->unit = unit_none;
        return true;
    }
    double n;
    char text[DIMENSION_TEXT], unit[DIMENSION_TEXT];
    (void)check_quote(e->args[0], text, sizeof text);
    (void)dimension_name(base, unit, sizeof unit);
    if (!lang_constant(e->args[1], &n) || !(n >= -20.0 && n <= 20.0) ||
        fabs(n - (double)(int)n) > 0.0) {
        return check_fault(
            c, e->args[1],
            "sqrt(x) halves a unit; else divide by a quantity of the same unit first",
            "%s %s: its exponent must be a whole number, written out", text, unit);
    }
    if (!unit_power(base.unit, (int)n, &out->unit)) {
        return check_fault(c, e->args[1], NULL, "%s %s: this power of it is out of range", text,
                           unit);
    }
    return true;
}

bool dimension_sqrt(struct checker *c, const struct ast *e, struct dimension a,
                    struct dimension *out)
{
    *out = a;
    for (int k = 0; a.kind == DIMENSION_KNOWN && k < UNIT_BASES; k++) {
        if (a.unit.power[k] % 2 != 0) {
            char text[DIMENSION_TEXT], unit[DIMENSION_TEXT];
            return check_fault(c, e->args[0], "divide by a quantity of the same unit first",
                               "sqrt needs a unit that is a square, %s %s",
                               check_quote(e->args[0], text, sizeof text),
                               dimension_name(a, unit, sizeof unit));
        }
        out->unit.power[k] = (signed char)(a.unit.power[k] / 2);
    }
    return true;
}

struct dimension dimension_multiply(struct dimension a, struct dimension b)
{
    if (a.kind != DIMENSION_KNOWN || b.kind != DIMENSION_KNOWN) {
        const bool is_zero = a.kind == DIMENSION_ZERO || b.kind == DIMENSION_ZERO;
        return (struct dimension){.kind = is_zero ? DIMENSION_ZERO : DIMENSION_UNKNOWN,
                                  .unit = unit_none};
    }
    return dimension_known(unit_multiply(a.unit, b.unit));
}

struct dimension dimension_divide(struct dimension a, struct dimension b)
{
    if (b.kind == DIMENSION_ZERO) {
        return (struct dimension){.kind = DIMENSION_UNKNOWN, .unit = unit_none};
    }
    if (a.kind == DIMENSION_KNOWN && b.kind == DIMENSION_KNOWN) {
        return dimension_known(unit_divide(a.unit, b.unit));
    }
    return a.kind == DIMENSION_ZERO
               ? a
               : (struct dimension){.kind = DIMENSION_UNKNOWN, .unit = unit_none};
}

bool dimension_expected(struct checker *c, const struct ast *e, struct dimension a,
                        struct unit expected, const char *what)
{
    if (a.kind != DIMENSION_KNOWN || unit_same_dimension(a.unit, expected)) {
        return true;
    }
    char text[DIMENSION_TEXT], have[DIMENSION_TEXT], want[DIMENSION_TEXT],
        hint[DIMENSION_TEXT * 4];
    const char *mend = NULL;
    if (dimension_bare(e) != NULL) {
        mend = dimension_write(dimension_bare(e), expected, hint, sizeof hint);
    } else if (dimension_is_none(a)) {
        mend = dimension_mend(e, a.unit, expected, hint, sizeof hint);
    }
    (void)check_quote(e, text, sizeof text);
    (void)dimension_name(a, have, sizeof have);
    if (unit_is_none(expected)) {
        (void)snprintf(want, sizeof want, "has none");
    } else {
        char name[DIMENSION_TEXT - 12];
        (void)snprintf(want, sizeof want, "is in %s", unit_format(expected, name, sizeof name));
    }
    return check_fault(c, ast_first(e), mend, "%s %s, but %s %s", text, have, what, want);
}
