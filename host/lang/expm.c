/* Scaling and squaring with a Taylor polynomial (Moler and Van Loan 2003,
 * doi 10.1137/S00361445024180, method 3; Higham 2005, doi 10.1137/04061101X). The matrix is
 * balanced first (Parlett and Reinsch 1969, doi 10.1007/BF02165404), and the scaling looks at
 * its powers, not at its norm alone (Al-Mohy and Higham 2009, doi 10.1137/09074721X), so that a
 * chain of variables with large couplings keeps its digits. */
#include "lang/expm.h"

/* With a spectral bound of 1/2 the first term left out is below 0.5^19/19! = 2e-23. */
enum { EXPM_TERMS = 18, EXPM_MAX_SQUARINGS = 1000, EXPM_MAX_PASSES = 1000 };

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

static double magnitude(double x)
{
    return x < 0.0 ? -x : x;
}

/* Largest column sum. */
static double norm(const double *a, uint32_t n)
{
    double most = 0.0;
    for (uint32_t j = 0; j < n; j++) {
        double sum = 0.0;
        for (uint32_t i = 0; i < n; i++) {
            sum += magnitude(a[i * n + j]);
        }
        most = sum > most || sum != sum ? sum : most;
    }
    return most;
}

/* Least s with |(a/2^s)^4| <= 0.5^4 and |(a/2^s)^5| <= 0.5^5. */
static uint32_t squarings(const double *a, uint32_t n, double *odd, double *power)
{
    multiply(a, a, n, odd);
    multiply(odd, odd, n, power);
    double fourth = norm(power, n);
    multiply(power, a, n, odd);
    double fifth = norm(odd, n);
    uint32_t s = 0;
    while (s < EXPM_MAX_SQUARINGS && (fourth > 0.0625 || fifth > 0.03125)) {
        fourth *= 0.0625;
        fifth *= 0.03125;
        s++;
    }
    return s;
}

/* A power of two f for row and column i: column times f, row over f. 1 where nothing is won. */
static double balance_factor(const double *a, uint32_t n, uint32_t i)
{
    double row = 0.0, column = 0.0, f = 1.0;
    const double diagonal = magnitude(a[i * n + i]);
    for (uint32_t j = 0; j < n; j++) {
        row += j != i ? magnitude(a[i * n + j]) : 0.0;
        column += j != i ? magnitude(a[j * n + i]) : 0.0;
    }
    double c = column + diagonal, r = row + diagonal;
    if (!(c > 1e-100 && r > 1e-100 && c <= 1e100 && r <= 1e100)) {
        return 1.0;
    }
    while (c < r / 2.0) {
        c *= 4.0;
        f *= 2.0;
    }
    while (c >= r * 2.0) {
        c /= 4.0;
        f /= 2.0;
    }
    const double before = row + column + 2.0 * diagonal,
                 after = row / f + column * f + 2.0 * diagonal;
    return after < 0.95 * before ? f : 1.0;
}

/* a = D b D^-1, all exact; d: diagonal of D. */
static void balance(double *a, uint32_t n, double *d)
{
    bool has_changed = true;
    for (uint32_t i = 0; i < n; i++) {
        d[i] = 1.0;
    }
    for (uint32_t pass = 0; has_changed && pass < EXPM_MAX_PASSES; pass++) {
        has_changed = false;
        for (uint32_t i = 0; i < n; i++) {
            const double f = balance_factor(a, n, i);
            if (f == 1.0) {
                continue;
            }
            has_changed = true;
            d[i] *= f;
            for (uint32_t j = 0; j < n; j++) {
                a[j * n + i] *= f;
            }
            for (uint32_t j = 0; j < n; j++) {
                a[i * n + j] /= f;
            }
        }
    }
}

/* x = exp(a) - 1 for a small a, by Horner: a(1 + a/2 (1 + a/3 (…))). */
static void taylor(const double *a, uint32_t n, double *x, double *work)
{
    const size_t size = (size_t)n * n;
    for (size_t k = 0; k < size; k++) {
        x[k] = 0.0;
    }
    for (uint32_t k = EXPM_TERMS; k > 0; k--) {
        for (uint32_t i = 0; i < n; i++) {
            x[i * n + i] += 1.0;
        }
        multiply(a, x, n, work);
        for (size_t i = 0; i < size; i++) {
            x[i] = work[i] / (double)k;
        }
    }
}

/* Squares out = 1 + x in two forms: the exponential itself, which keeps the digits of what
 * decays, and x by x*x + 2*x, which keeps those of what hardly changes beside something fast.
 */
static void square(double *out, double *x, uint32_t n, double *work)
{
    const size_t size = (size_t)n * n;
    multiply(out, out, n, work);
    for (size_t k = 0; k < size; k++) {
        out[k] = work[k];
    }
    multiply(x, x, n, work);
    for (size_t k = 0; k < size; k++) {
        x[k] = work[k] + 2.0 * x[k];
    }
}

bool expm(const double *a, uint32_t n, double *out, struct arena *arena)
{
    const size_t size = (size_t)n * n;
    double *const scaled = arena_alloc(arena, size, sizeof *scaled);
    double *const x = arena_alloc(arena, size, sizeof *x);
    double *const work = arena_alloc(arena, size, sizeof *work);
    double *const d = arena_alloc(arena, n, sizeof *d);
    if (scaled == NULL || x == NULL || work == NULL || d == NULL) {
        return false;
    }
    for (size_t k = 0; k < size; k++) {
        scaled[k] = a[k];
    }
    balance(scaled, n, d);
    const uint32_t s = squarings(scaled, n, x, work);
    double scale = 1.0; /* a power of two: exact */
    for (uint32_t k = 0; k < s; k++) {
        scale *= 0.5;
    }
    for (size_t k = 0; k < size; k++) {
        scaled[k] *= scale;
    }
    taylor(scaled, n, x, work);
    for (size_t k = 0; k < size; k++) {
        out[k] = x[k] + (k % (n + 1) == 0 ? 1.0 : 0.0);
    }
    for (uint32_t k = 0; k < s; k++) {
        square(out, x, n, work);
    }
    for (uint32_t i = 0; i < n; i++) {
        work[i] = out[i * n + i];
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            const bool decays = magnitude(work[i]) < 0.5 && magnitude(work[j]) < 0.5;
            const double e = decays ? out[i * n + j] : x[i * n + j] + (i == j ? 1.0 : 0.0);
            out[i * n + j] = e * (d[i] / d[j]);
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
