/* tests/support/distribution.h: whether counts of draws fit an exact distribution. Seeds are
 * fixed; a right program fails one seed in a million for each of the two tests: chi-square with
 * neighbouring bins joined until 50 are expected, and both tails, which must be empty from the
 * point on where fewer than 5e-7 draws are expected (where all but one bin are rare, their sum
 * against the Poisson distribution instead of chi-square). */
#ifndef SUPPORT_DISTRIBUTION_H
#define SUPPORT_DISTRIBUTION_H

#include "support/expect.h"

#include <stdbool.h>
#include <stdlib.h>

/* Chi-square that a true distribution exceeds once in a million (Wilson and Hilferty 1931). */
static inline double distribution_bound(uint32_t freedom)
{
    const double v = 2.0 / (9.0 * freedom), c = 1.0 - v + 4.7535 * sqrt(v);
    return freedom * c * c * c;
}

/* Whether a Poisson number of that mean is `got` or farther out in either direction with a
 * chance above 5e-7. */
static inline bool distribution_is_usual(double mean, uint64_t got)
{
    double term = exp(-mean), below = 0.0; /* P(X < got) */
    for (uint64_t k = 0; k < got; k++) {
        below += term;
        term *= mean / (double)(k + 1);
    }
    return below + term > 5e-7 && 1.0 - below > 5e-7;
}

static inline void distribution_tails(const char *name, const uint64_t *counts, const double *p,
                                      uint32_t n_bins, double n)
{
    double low = 0.0, high = 0.0;
    for (uint32_t k = 0; k < n_bins && n * (low + p[k]) < 5e-7; k++) {
        low += p[k];
        if (counts[k] > 0) {
            fail_msg("%s: %" PRIu64 " draws in bin %u, expected %.3g", name, counts[k], k,
                     n * p[k]);
        }
    }
    for (uint32_t k = n_bins; k-- > 0 && n * (high + p[k]) < 5e-7;) {
        high += p[k];
        if (counts[k] > 0) {
            fail_msg("%s: %" PRIu64 " draws in bin %u, expected %.3g", name, counts[k], k,
                     n * p[k]);
        }
    }
}

/* counts[k] of n draws fell into bin k, whose probability is p[k]; what lies outside of all
 * bins has been refused before. */
static inline void distribution_expect(const char *name, const uint64_t *counts,
                                       const double *p, uint32_t n_bins, uint64_t n)
{
    const double total = (double)n;
    double chi = 0.0, expected = 0.0, rest = total;
    uint64_t got = 0, rest_got = n;
    uint32_t freedom = 0;
    distribution_tails(name, counts, p, n_bins, total);
    for (uint32_t k = 0; k < n_bins; k++) {
        expected += p[k] * total;
        got += counts[k];
        if (expected >= 50.0 && rest - expected >= 50.0) {
            const double off = (double)got - expected;
            chi += off * off / expected;
            rest -= expected;
            rest_got -= got;
            expected = 0.0;
            got = 0;
            freedom++;
        }
    }
    if (freedom == 0) {
        const double rare = total * (1.0 - p[0]);
        if (!distribution_is_usual(rare, n - counts[0])) {
            fail_msg("%s: %" PRIu64 " draws outside bin 0, expected %.3g", name, n - counts[0],
                     rare);
        }
        return;
    }
    chi += ((double)rest_got - rest) * ((double)rest_got - rest) / rest;
    print_message("%s: chi-square %.1f, %u degrees of freedom, bound %.1f\n", name, chi,
                  freedom, distribution_bound(freedom));
    if (!(chi <= distribution_bound(freedom))) {
        fail_msg("%s: chi-square %.1f with %u degrees of freedom, bound %.1f", name, chi,
                 freedom, distribution_bound(freedom));
    }
}

/* p[k] = P(X = low + k) of a Poisson number. */
static inline void distribution_poisson(double mean, int64_t low, double *p, uint32_t n_bins)
{
    const long double m = (long double)mean, log_m = logl(m);
    for (uint32_t k = 0; k < n_bins; k++) {
        const long double x = (long double)(low + (int64_t)k);
        p[k] = (double)expl(x * log_m - m - lgammal(x + 1.0L));
    }
}

/* Bins that hold a Poisson number of that mean but for a chance below 1e-20. */
static inline void distribution_poisson_range(double mean, int64_t *low, uint32_t *n_bins)
{
    const int64_t first = (int64_t)(mean - 12.0 * sqrt(mean) - 2.0);
    *low = first > 0 ? first : 0;
    *n_bins = (uint32_t)(24.0 * sqrt(mean) + 60.0);
}

#endif
