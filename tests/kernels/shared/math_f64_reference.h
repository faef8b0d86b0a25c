/* tests/kernels/shared/math_f64_reference.h: the double functions against MPFR at 128 bits
 * (against long double, 64 bits, where MPFR is not installed): the worst error over a numbered
 * sample of arguments, with the bound that is stated for it. */
#ifndef KERNELS_SHARED_MATH_F64_REFERENCE_H
#define KERNELS_SHARED_MATH_F64_REFERENCE_H

#include "support/ulp.h"

#include "shared/math_f64.h"
#include "shared/philox.h"

#if HAVE_MPFR
#include <mpfr.h>
#define REFERENCE_BITS 128
#endif

enum reference_function {
    REFERENCE_EXP,
    REFERENCE_EXPM1,
    REFERENCE_LOG,
    REFERENCE_LOG1P,
    REFERENCE_SIN,
    REFERENCE_COS,
    REFERENCE_TANH,
    REFERENCE_EXPREL,
    REFERENCE_SQRT,
    REFERENCE_POW,
    REFERENCE_N
};

/* What exact values need; one per thread. */
struct reference {
#if HAVE_MPFR
    mpfr_t a, b, r;
#else
    int unused;
#endif
};

static inline void reference_open(struct reference *c)
{
#if HAVE_MPFR
    mpfr_init2(c->a, REFERENCE_BITS);
    mpfr_init2(c->b, REFERENCE_BITS);
    mpfr_init2(c->r, REFERENCE_BITS);
#else
    c->unused = 0;
#endif
}

static inline void reference_close(struct reference *c)
{
#if HAVE_MPFR
    mpfr_clears(c->a, c->b, c->r, (mpfr_ptr)0);
    mpfr_free_cache();
#else
    c->unused = 0;
#endif
}

/* The exact value, rounded to long double. */
static inline long double reference_exact(struct reference *c, enum reference_function f,
                                          double x, double y)
{
#if HAVE_MPFR
    mpfr_set_d(c->a, x, MPFR_RNDN);
    mpfr_set_d(c->b, y, MPFR_RNDN);
    switch (f) {
    case REFERENCE_EXP:
        mpfr_exp(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_EXPM1:
        mpfr_expm1(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_LOG:
        mpfr_log(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_LOG1P:
        mpfr_log1p(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_SIN:
        mpfr_sin(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_COS:
        mpfr_cos(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_TANH:
        mpfr_tanh(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_EXPREL:
        mpfr_expm1(c->r, c->a, MPFR_RNDN);
        mpfr_div(c->r, c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_SQRT:
        mpfr_sqrt(c->r, c->a, MPFR_RNDN);
        break;
    case REFERENCE_POW:
        mpfr_pow(c->r, c->a, c->b, MPFR_RNDN);
        break;
    case REFERENCE_N:
        break;
    }
    return mpfr_get_ld(c->r, MPFR_RNDN);
#else
    const long double a = (long double)x;
    (void)c;
    switch (f) {
    case REFERENCE_EXP:
        return expl(a);
    case REFERENCE_EXPM1:
        return expm1l(a);
    case REFERENCE_LOG:
        return logl(a);
    case REFERENCE_LOG1P:
        return log1pl(a);
    case REFERENCE_SIN:
        return sinl(a);
    case REFERENCE_COS:
        return cosl(a);
    case REFERENCE_TANH:
        return tanhl(a);
    case REFERENCE_EXPREL:
        return expm1l(a) / a;
    case REFERENCE_SQRT:
        return sqrtl(a);
    case REFERENCE_POW:
        return powl(a, (long double)y);
    case REFERENCE_N:
        break;
    }
    return 0.0L;
#endif
}

static inline double reference_ours(enum reference_function f, double x, double y)
{
    switch (f) {
    case REFERENCE_EXP:
        return f64_exp(x);
    case REFERENCE_EXPM1:
        return f64_expm1(x);
    case REFERENCE_LOG:
        return f64_log(x);
    case REFERENCE_LOG1P:
        return f64_log1p(x);
    case REFERENCE_SIN:
        return f64_sin(x);
    case REFERENCE_COS:
        return f64_cos(x);
    case REFERENCE_TANH:
        return f64_tanh(x);
    case REFERENCE_EXPREL:
        return f64_exprel(x);
    case REFERENCE_SQRT:
        return f64_sqrt(x);
    case REFERENCE_POW:
        return f64_pow(x, y);
    case REFERENCE_N:
        break;
    }
    return F64_NAN;
}

/* In (0, 1), with 53 bits. */
static inline double reference_uniform(u32 k, u32 which)
{
    const struct philox_words w = philox4x32(k, which, 0, 0, 0x663634u, 1);
    return ((double)(((u64)w.w0 << 32 | w.w1) >> 12) + 0.5) * 0x1p-52;
}

/* One function in one range of arguments: |x| up to span, above `least`. The bound is in units
 * of the last place; the worst errors of 10^7 arguments stand in math_f64.h. */
struct reference_case {
    const char *name;
    enum reference_function f;
    double span, least, bound;
};

/* The first case of each function is the most common range. */
static const struct reference_case reference_cases[] = {
    {"exp",          REFERENCE_EXP,    700.0,  -1e9,      0.90},
    {"exp near 0",   REFERENCE_EXP,    1.0,    -1e9,      0.90},
    {"exp, limits",  REFERENCE_EXP,    750.0,  -1e9,      0.90},
    {"expm1",        REFERENCE_EXPM1,  40.0,   -1e9,      1.00},
    {"expm1 near 0", REFERENCE_EXPM1,  1.0,    -1e9,      1.00},
    {"log",          REFERENCE_LOG,    1e300,  0.0,       0.90},
    {"log near 1",   REFERENCE_LOG,    4.0,    0.0,       0.90},
    {"log, tiny",    REFERENCE_LOG,    1e-305, 0.0,       0.90},
    {"log1p",        REFERENCE_LOG1P,  1.0,    -1.0,      0.95},
    {"log1p, wide",  REFERENCE_LOG1P,  1e3,    -1.0,      0.95},
    {"log1p, large", REFERENCE_LOG1P,  1e300,  -1.0,      0.95},
    {"sin",          REFERENCE_SIN,    100.0,  -1e9,      0.95},
    {"sin, large",   REFERENCE_SIN,    1e15,   -1e16,     0.95},
    {"sin, huge",    REFERENCE_SIN,    1e308,  -HUGE_VAL, 0.95},
    {"cos",          REFERENCE_COS,    100.0,  -1e9,      0.95},
    {"cos, large",   REFERENCE_COS,    1e15,   -1e16,     0.95},
    {"cos, huge",    REFERENCE_COS,    1e308,  -HUGE_VAL, 0.95},
    {"tanh",         REFERENCE_TANH,   3.0,    -1e9,      0.85},
    {"tanh, wide",   REFERENCE_TANH,   20.0,   -1e9,      0.85},
    {"exprel",       REFERENCE_EXPREL, 40.0,   -1e9,      0.90},
    {"exprel, wide", REFERENCE_EXPREL, 700.0,  -1e9,      0.90},
    {"sqrt",         REFERENCE_SQRT,   1e300,  0.0,       0.5 },
    {"pow",          REFERENCE_POW,    0.0,    0.0,       0.90},
};
enum { REFERENCE_N_CASES = sizeof reference_cases / sizeof *reference_cases };

/* Argument k: a third spread evenly in [-span, span], a third by exponent (down to 2^-60 of the
 * span), a third near the points where the ranges of the algorithm meet. */
static inline double reference_argument(const struct reference_case *c, u32 k)
{
    const double u = reference_uniform(k, 2 * c->f);
    const double side = c->least < 0.0 && reference_uniform(k, 2 * c->f + 1) < 0.5 ? -1.0 : 1.0;
    if (k % 3 == 0) {
        return side * u * c->span;
    }
    if (k % 3 == 1) {
        return side * c->span * exp2(-60.0 * u);
    }
    return side * 0.34657359027997264 * floor(1.0 + u * 40.0) *
           (1.0 + (reference_uniform(k, 200) - 0.5) * 0x1p-20);
}

/* Operands of pow: anywhere; near 1 with large powers; whole powers; results anywhere. */
static inline void reference_pair(u32 k, double *x, double *y)
{
    const double u = reference_uniform(k, 100), v = reference_uniform(k, 101);
    const double side = reference_uniform(k, 102) < 0.5 ? -1.0 : 1.0;
    *x = exp2(600.0 * (u - 0.5));
    *y = 4.0 * (v - 0.5);
    if (k % 4 == 1) {
        *x = 1.0 + (u - 0.5) * exp2(-40.0 * reference_uniform(k, 103));
        *y = side * 700.0 * v / (fabs(log(*x)) + 1e-300);
    } else if (k % 4 == 2) {
        *x = side * 100.0 * u;
        *y = floor(40.0 * v) - 20.0;
    } else if (k % 4 == 3) {
        *x = exp2(2000.0 * (u - 0.5));
        *y = side * 740.0 * v / fabs(log(*x));
    }
}

struct reference_finding {
    double worst, x, y;
};

/* The worst error over arguments first … first + n - 1. */
static inline struct reference_finding
reference_worst(struct reference *r, const struct reference_case *c, u32 first, u32 n)
{
    struct reference_finding found = {0.0, 0.0, 0.0};
    for (u32 k = first; k - first < n; ++k) {
        double x, y = 0.0;
        if (c->f == REFERENCE_POW) {
            reference_pair(k, &x, &y);
        } else {
            x = reference_argument(c, k);
        }
        if (!(x > c->least) && c->f != REFERENCE_POW) {
            continue;
        }
        if (!isfinite(y)) {
            continue;
        }
        const double error =
            ulp_f64(reference_ours(c->f, x, y), reference_exact(r, c->f, x, y));
        if (!(error <= found.worst)) {
            found = (struct reference_finding){error, x, y};
        }
    }
    return found;
}

static inline void reference_expect(const struct reference_case *c,
                                    const struct reference_finding *f)
{
    print_message("f64 %s: worst %.4f ULP at (%a, %a)\n", c->name, f->worst, f->x, f->y);
    if (!(f->worst <= c->bound)) {
        fail_msg("f64 %s: %.4f ULP at (%a, %a), stated %.2f", c->name, f->worst, f->x, f->y,
                 c->bound);
    }
}

#endif
