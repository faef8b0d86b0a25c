/* base/precision.h: single or double: what a model's numbers are. Arrays of such numbers are
 * passed as void * with a precision beside them; only inner loops know the type. Sees: libc. */
#ifndef BASE_PRECISION_H
#define BASE_PRECISION_H

#include <stddef.h>

enum precision { PRECISION_SINGLE, PRECISION_DOUBLE };

/* Bytes of one number. */
static inline size_t precision_bytes(enum precision p)
{
    return p == PRECISION_DOUBLE ? sizeof(double) : sizeof(float);
}

/* "single", "double". */
static inline const char *precision_name(enum precision p)
{
    return p == PRECISION_DOUBLE ? "double" : "single";
}

/* Number k of an array. */
static inline double precision_get(enum precision p, const void *numbers, size_t k)
{
    return p == PRECISION_DOUBLE ? ((const double *)numbers)[k]
                                 : (double)((const float *)numbers)[k];
}

#endif
