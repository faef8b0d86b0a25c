/* Numbers and the units that belong to them (design section 3: "the longest unit that follows a
 * number after one space or none, written without spaces, belongs to it"). */
#include "lang/check.h"
#include "lang/lexer.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTITY_MAX_DIGITS = 400 };

static void quantity_fault(const struct lexer *l, struct pos at, size_t length,
                           const char *hint, const char *text)
{
    if (l->d != NULL) {
        diag_error(l->d, at, (uint32_t)length, hint, "%s", text);
    }
}

static size_t quantity_digits(const char *p, size_t n, size_t k)
{
    while (k < n && lexer_is_digit(p[k])) {
        k++;
    }
    return k;
}

/* Bytes of the bare number at p: digits, point, digits, exponent. */
static size_t quantity_scan_number(const char *p, size_t n)
{
    size_t k = quantity_digits(p, n, 0);
    if (k < n && p[k] == '.') {
        k = quantity_digits(p, n, k + 1);
    }
    if (k < n && (p[k] == 'e' || p[k] == 'E')) {
        const size_t sign = k + 1 < n && (p[k + 1] == '+' || p[k + 1] == '-') ? 1 : 0;
        const size_t stop = quantity_digits(p, n, k + 1 + sign);
        if (stop > k + 1 + sign) {
            k = stop;
        }
    }
    return k;
}

/* strtod rounds correctly but reads the point of the process's locale. */
static double quantity_value(const char *p, size_t n)
{
    char text[QUANTITY_MAX_DIGITS + 16];
    const char *const point = localeconv()->decimal_point;
    const size_t point_length = strlen(point);
    size_t used = 0;
    for (size_t k = 0; k < n; k++) {
        if (p[k] == '.' && point_length <= 8) {
            memcpy(text + used, point, point_length);
            used += point_length;
        } else {
            text[used++] = p[k];
        }
    }
    text[used] = '\0';
    return strtod(text, NULL);
}

static size_t quantity_word(const char *p, size_t n)
{
    size_t k = 0;
    while (k < n) {
        const size_t micro = lexer_micro(p + k, n - k);
        if (micro == 0 && !lexer_is_letter(p[k]) && !lexer_is_digit(p[k])) {
            break;
        }
        k += micro > 0 ? micro : 1;
    }
    return k;
}

static bool quantity_is_symbol(const struct scope *names, const char *p, size_t n)
{
    char name[LANG_MAX_NAME + 1];
    if (names == NULL || n > LANG_MAX_NAME) {
        return false;
    }
    memcpy(name, p, n);
    name[n] = '\0';
    return scope_find(names, name) != NULL;
}

/* "^3", "**-1" after a unit's name; 0 where there is none. */
static size_t quantity_scan_power(const char *p, size_t n, struct unit *unit)
{
    size_t k = n > 0 && p[0] == '^' ? 1 : n > 1 && p[0] == '*' && p[1] == '*' ? 2 : 0;
    if (k == 0) {
        return 0;
    }
    const bool is_negative = k < n && p[k] == '-';
    k += is_negative;
    const size_t stop = quantity_digits(p, n, k);
    if (stop == k || stop - k > 2 ||
        (stop < n && (p[stop] == '.' || lexer_is_letter(p[stop])))) {
        return 0;
    }
    int power = p[k] - '0';
    if (stop - k == 2) {
        power = power * 10 + (p[k + 1] - '0');
    }
    return unit_power(*unit, is_negative ? -power : power, unit) ? stop : 0;
}

/* One unit name with its power. `shadowed`: a symbol of that name wins. */
static size_t quantity_scan_factor(const struct lexer *l, const char *p, size_t n,
                                   bool shadowed, struct unit *unit)
{
    const size_t word = quantity_word(p, n);
    if (word == 0 || lexer_is_digit(p[0]) || !unit_find(p, word, unit) ||
        (word < n && (p[word] == '(' || p[word] == '.')) ||
        (shadowed && quantity_is_symbol(l->names, p, word))) {
        return 0;
    }
    return word + quantity_scan_power(p + word, n - word, unit);
}

/* Bytes of the unit at p, the blank before it included; 0 where there is none. */
static size_t quantity_scan_unit(const struct lexer *l, const char *p, size_t n,
                                 struct unit *unit)
{
    size_t k = n > 0 && p[0] == ' ' ? 1 : 0;
    struct unit factor;
    size_t read;
    if (k == 1 && n > 2 && p[k] == '/') {
        read = quantity_scan_factor(l, p + 2, n - 2, true, &factor);
        *unit = unit_divide(unit_none, factor = read > 0 ? factor : unit_none);
        k += read > 0;
    } else {
        read = quantity_scan_factor(l, p + k, n - k, false, unit);
    }
    if (read == 0) {
        return 0;
    }
    k += read;
    /* A look ahead does not know yet which names shadow units: it takes the first unit alone.
     */
    while (l->d != NULL && k + 1 < n && (p[k] == '*' || p[k] == '/')) {
        read = quantity_scan_factor(l, p + k + 1, n - k - 1, true, &factor);
        if (read == 0) {
            break;
        }
        *unit = p[k] == '*' ? unit_multiply(*unit, factor) : unit_divide(*unit, factor);
        k += 1 + read;
    }
    return k;
}

size_t lexer_number(const struct lexer *l, const char *p, size_t n, struct pos at,
                    struct token *t)
{
    const size_t digits = quantity_scan_number(p, n);
    if (digits > QUANTITY_MAX_DIGITS) {
        quantity_fault(l, at, digits, NULL, "this number has too many digits");
        return 0;
    }
    t->value = quantity_value(p, digits);
    t->unit = unit_none;
    if (!isfinite(t->value)) {
        quantity_fault(l, at, digits, "the largest number is about 1.8e308",
                       "this number is too large");
        return 0;
    }
    if (digits < n && p[digits] == '_') {
        quantity_fault(l, at, digits + quantity_word(p + digits, n - digits),
                       "write the digits without '_'", "'_' does not belong into a number");
        return 0;
    }
    if (digits < n && p[digits] == '.') {
        quantity_fault(l, at, digits + 1, NULL, "a number has one decimal point");
        return 0;
    }
    const size_t unit = quantity_scan_unit(l, p + digits, n - digits, &t->unit);
    if (unit == 0) {
        t->unit = unit_none;
        const size_t word = quantity_word(p + digits, n - digits);
        if (word > 0) {
            quantity_fault(l, at, digits + word,
                           "write '*' between a number and a name; units are mV, ms, pA, nS, …",
                           "what follows this number is no unit");
            return 0;
        }
        return digits;
    }
    t->has_unit = true;
    t->value = unit_to_house(t->value, t->unit);
    if (!isfinite(t->value)) {
        quantity_fault(l, at, digits + unit, NULL, "this quantity is too large");
        return 0;
    }
    return digits + unit;
}
