/* Scaling and squaring with a Taylor polynomial (Moler and Van Loan 2003,
 * doi 10.1137/S00361445024180, method 3; Higham 2005, doi 10.1137/04061101X). The scaling looks
 * at powers of the matrix, not at its norm alone, so that a chain of variables with large
 * couplings is not scaled down more than its exponential needs (Al-Mohy and Higham 2009,
 * doi 10.1137/09074721X). */
#include "lang/expm.h"

/* With a spectral bound of 1/2 the first term left out is below 0.5^19/19! = 2e-23. */
enum { EXPM_TERMS = 18, EXPM_MAX_SQUARINGS = 1000 };

static void multiply(const double *a, const double *b, uint32_t n, double *out)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (uint32_t k = 0; k < n; k++) {
                sum += a[i * n + k] * b[k * n + j];
            }
            out[i * n + j] = sum;
        }
    }
}

/* Largest column sum. */
static double norm(const double *a, uint32_t n)
{
    double most = 0.0;
    for (uint32_t j = 0; j < n; j++) {
        double sum = 0.0;
        for (uint32_t i = 0; i < n; i++) {
            sum += a[i * n + j] < 0.0 ? -a[i * n + j] : a[i * n + j];
        }
        most = sum > most || sum != sum ? sum : most;
    }
    return most;
}

/* Least s with |(a/2^s)^4| <= 0.5^4 and |(a/2^s)^5| <= 0.5^5. */
static uint32_t squarings(const double *a, uint32_t n, double *square, double *power)
{
    multiply(a, a, n, square);
    multiply(square, square, n, power);
    double fourth = norm(power, n);
    multiply(power, a, n, square);
    double fifth = norm(square, n);
    uint32_t s = 0;
    while (s < EXPM_MAX_SQUARINGS && (fourth > 0.0625 || fifth > 0.03125)) {
        fourth *= 0.0625;
        fifth *= 0.03125;
        s++;
    }
    return s;
}

bool expm(const double *a, uint32_t n, double *out, struct arena *arena)
{
    const size_t size = (size_t)n * n;
    double *const scaled = arena_alloc(arena, size, sizeof *scaled);
    double *const other = arena_alloc(arena, size, sizeof *other);
    if (scaled == NULL || other == NULL) {
        return false;
    }
    const uint32_t s = squarings(a, n, scaled, other);
    double scale = 1.0; /* a power of two: exact */
    for (uint32_t k = 0; k < s; k++) {
        scale *= 0.5;
    }
    for (size_t k = 0; k < size; k++) {
        scaled[k] = a[k] * scale;
        out[k] = 0.0;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i * n + i] = 1.0;
    }
    /* Horner: 1 + a(1 + a/2 (1 + a/3 (…))). */
    for (uint32_t k = EXPM_TERMS; k > 0; k--) {
        multiply(scaled, out, n, other);
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t j = 0; j < n; j++) {
                out[i * n + j] = (i == j ? 1.0 : 0.0) + other[i * n + j] / (double)k;
            }
        }
    }
    for (uint32_t k = 0; k < s; k++) {
        multiply(out, out, n, other);
        for (size_t i = 0; i < size; i++) {
            out[i] = other[i];
        }
    }
    return true;
}

/* exp of [[a h, 1], [0, 0]] is [[e^(a h), phi1(a h)], [0, 1]] (Van Loan 1978,
 * doi 10.1109/TAC.1978.1101743). */
bool expm_propagator(const double *a, uint32_t n, double h, double *e, double *phi,
                     struct arena *arena)
{
    const size_t side = (size_t)n * 2;
    double *const m = arena_alloc(arena, side * side, sizeof *m);
    double *const result = arena_alloc(arena, side * side, sizeof *result);
    if (m == NULL || result == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            m[i * side + j] = a[i * n + j] * h;
        }
        m[i * side + n + i] = 1.0;
    }
    if (!expm(m, n * 2, result, arena)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            e[i * n + j] = result[i * side + j];
            phi[i * n + j] = result[i * side + n + j] * h;
        }
    }
    return true;
}
