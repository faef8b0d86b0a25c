/* desc/csv_number.h: decimal text to double, correctly rounded and in any locale. Inside of
 * this room only. Sees: libc. */
#ifndef DESC_CSV_NUMBER_H
#define DESC_CSV_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* sign, digits, point, digits, exponent, and nothing else. false: not a number. Too large a one
 * is an infinity. */
bool csv_parse_number(const char *text, size_t n, double *out);

#endif
