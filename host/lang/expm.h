/* lang/expm.h: the exponential of a matrix, by + - * / alone in one fixed order: the same bits
 * on every host. Sees: base. */
#ifndef LANG_EXPM_H
#define LANG_EXPM_H

#include "base/arena.h"

/* out = e^a, both n*n by rows, not overlapping; zeros that every power of a has stay zeros.
 * Where a has very large elements the result is not finite. false: memory is out. */
bool expm(const double *a, uint32_t n, double *out, struct arena *arena);
/* x(h) = e[i][j]*x[j] + phi[i][j]*r[j] of dx/dt = a x + r with constant r: e = e^(a h), phi =
 * h*phi1(a h); singular a too. */
bool expm_propagator(const double *a, uint32_t n, double h, double *e, double *phi,
                     struct arena *arena);

#endif
