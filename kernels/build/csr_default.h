/* build/csr_default.h: expressions that stand where no generated ones do, so that the kernels
 * compile alone. */
#ifndef BUILD_CSR_DEFAULT_H
#define BUILD_CSR_DEFAULT_H

#ifndef CSR_GENERATED
#define CSR_HAS_PLACES 1
#include "build/csr.h"

static inline f32v csr_p(u32 which, const struct csr_pair pair)
{
    return which == 0u ? f32_exp(-csr_distance(pair)) : F32V(0.5f);
}

static inline f32v csr_steps(u32 which, const struct csr_pair pair, const struct csr_keys keys,
                             i32v *gave_up)
{
    (void)gave_up;
    return which == 0u ? f32_floor(csr_distance(pair)) : f32_u01(DRAW(1u, 0u, 0u));
}

static inline realv csr_weight(u32 which, const struct csr_pair pair,
                               const struct csr_keys keys, maskv *gave_up)
{
    const maskv is_low = REAL_OF_F32V(pair.dx) < REALV(0);
    TRUNC_FAILED(is_low);
    return which == 0u ? REAL_U01(DRAW(0u, 0u, 0u)) : POISSON(0u, 1u, 0u, REALV(2));
}
#endif

#endif
