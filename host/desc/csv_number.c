#include "desc/csv_number.h"

#include <ctype.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX_BYTES = 400, NUMBER_MAX_EXACT = 22 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* strtod rounds correctly but reads the point of the process's locale. */
static double slow_value(const char *text, size_t n)
{
    char copy[NUMBER_MAX_BYTES + 16];
    const char *const point = localeconv()->decimal_point;
    const size_t point_length = strlen(point);
    size_t used = 0;
    for (size_t k = 0; k < n; k++) {
        if (text[k] == '.' && point_length <= 8) {
            memcpy(copy + used, point, point_length);
            used += point_length;
        } else {
            copy[used++] = text[k];
        }
    }
    copy[used] = '\0';
    return strtod(copy, NULL);
}

/* What was scanned: mantissa * 10^exponent. */
struct decimal {
    uint64_t mantissa;
    int exponent, n_digits; /* of the mantissa, leading zeros left out */
    bool is_negative;
};

static size_t scan_digits(struct decimal *d, const char *p, size_t n, size_t k,
                          bool is_fraction)
{
    for (; k < n && is_digit(p[k]); k++) {
        if (d->n_digits < 18) {
            d->mantissa = d->mantissa * 10 + (uint64_t)(p[k] - '0');
            d->exponent -= is_fraction;
        } else {
            d->exponent += !is_fraction;
        }
        d->n_digits += d->n_digits > 0 || p[k] != '0';
    }
    return k;
}

/* 15 digits are exact in a double and so is 10^22: one rounding remains (Clinger 1990,
 * doi 10.1145/93542.93557). */
bool csv_parse_number(const char *text, size_t n, double *out)
{
    static const double powers[NUMBER_MAX_EXACT + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d = {0};
    size_t k = n > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    d.is_negative = k == 1 && text[0] == '-';
    const size_t first = k;
    k = scan_digits(&d, text, n, k, false);
    size_t n_digits = k - first;
    if (k < n && text[k] == '.') {
        const size_t point = k + 1;
        k = scan_digits(&d, text, n, point, true);
        n_digits += k - point;
    }
    if (n_digits == 0 || n > NUMBER_MAX_BYTES) {
        return false;
    }
    if (k < n && (text[k] == 'e' || text[k] == 'E')) {
        k++;
        const bool is_negative = k < n && text[k] == '-';
        k += k < n && (text[k] == '-' || text[k] == '+');
        const size_t from = k;
        int exponent = 0;
        for (; k < n && is_digit(text[k]); k++) {
            exponent = exponent > 100000 ? exponent : exponent * 10 + (text[k] - '0');
        }
        if (k == from) {
            return false;
        }
        d.exponent += is_negative ? -exponent : exponent;
    }
    if (k != n) {
        return false;
    }
    if (d.n_digits <= 15 && d.exponent >= -NUMBER_MAX_EXACT && d.exponent <= NUMBER_MAX_EXACT) {
        const double m = (double)d.mantissa;
        const double value = d.exponent < 0 ? m / powers[-d.exponent] : m * powers[d.exponent];
        *out = d.is_negative ? -value : value;
    } else {
        *out = slow_value(text, n);
    }
    return true;
}
