/* tests/support/ulp.h: distance of a result from the exact value in units of the exact value's
 * last place. */
#ifndef SUPPORT_ULP_H
#define SUPPORT_ULP_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ULP_WRONG                                                                              \
    1e30 /* NaN, infinity or zero where it should not be, or the other way round */

/* exact: accurate to well below 2^-30 of itself. Single precision without subnormals: what
 * rounds below 2^-126 is 0, and just at that border both are right. */
static inline double ulp_f32(float got, double exact)
{
    if (isnan(exact)) {
        return isnan(got) ? 0.0 : ULP_WRONG;
    }
    if (fabs(exact) < 0x1p-126) {
        const bool is_border =
            fabs(exact) > 0x1p-126 * (1.0 - 0x1p-23) && fabsf(got) == 0x1p-126f;
        return got == 0.0f || is_border ? 0.0 : ULP_WRONG;
    }
    if (fabs(exact) >= 0x1.ffffffp127) {
        return isinf(got) && (got > 0.0f) == (exact > 0.0) ? 0.0 : ULP_WRONG;
    }
    if (isnan(got) || isinf(got)) {
        return ULP_WRONG;
    }
    /* the exponent from the bits: this runs some 10^10 times, and frexp and ldexp would take
     * most of it */
    uint64_t u;
    memcpy(&u, &exact, sizeof u);
    u = (UINT64_C(2069) << 52) -
        (u & UINT64_C(0x7ff0000000000000)); /* 2^(23 - e) for 2^e <= |exact| < 2^(e + 1) */
    double scale;
    memcpy(&scale, &u, sizeof scale);
    return fabs((double)got - exact) * scale;
}

/* exact: accurate to 2^-60 of itself; subnormals have the last place 2^-1074. */
static inline double ulp_f64(double got, long double exact)
{
    if (isnan(exact)) {
        return isnan(got) ? 0.0 : ULP_WRONG;
    }
    if (fabsl(exact) >= 0x1.fffffffffffff8p1023L) {
        return isinf(got) && (got > 0.0) == (exact > 0.0L) ? 0.0 : ULP_WRONG;
    }
    if (isnan(got) || isinf(got)) {
        return ULP_WRONG;
    }
    if (exact == 0.0L) {
        return got == 0.0 ? 0.0 : ULP_WRONG;
    }
    int exponent;
    (void)frexpl(exact, &exponent);
    return (double)ldexpl(fabsl((long double)got - exact),
                          (exponent > -1021 ? 53 - exponent : 1074));
}

#endif
