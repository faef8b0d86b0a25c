/* lang/interp_loops.h: the loops of the block interpreter, as a template: interp_single.c and
 * interp_double.c include it once each, with REAL (f32, f64), REAL_FN(name) (f32_name,
 * f64_name) and INTERP_LOOPS_OF, the name of the function that it defines. No guard: it is no
 * ordinary header. Masks and draws are u32 words in both precisions. Sees: interp_ops.h,
 * kernels/shared. */
#include <string.h>

#include "base/levels.h"
#include "lang/interp_ops.h"
#include "shared/random.h"

#if !defined(REAL) || !defined(REAL_FN) || !defined(INTERP_LOOPS_OF)
#error "define REAL, REAL_FN and INTERP_LOOPS_OF before including the loops"
#endif

#define OUT_REAL(slot) ((REAL *)__builtin_assume_aligned(out[slot], 64))
#define OUT_U32(slot)  ((u32 *)__builtin_assume_aligned(out[slot], 64))
#define IN_REAL(slot)  ((const REAL *)__builtin_assume_aligned(in[slot], 64))
#define IN_U32(slot)   ((const u32 *)__builtin_assume_aligned(in[slot], 64))
#define SCALAR(slot)   (*(const REAL *)in[slot])

#define LANES(statement)                                                                       \
    LEVEL_NO_DEPENDENCE                                                                        \
    for (uint32_t i = 0; i < n_lanes; i++) {                                                   \
        statement                                                                              \
    }
/* NOLINTBEGIN(bugprone-macro-parentheses): `result` is a type. */
#define CASE_VV(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const REAL *const a = IN_REAL(op->a), *const b = IN_REAL(op->b);                       \
        LANES(const REAL x = a[i]; const REAL y = b[i]; d[i] = (result)(expression);)          \
    } break;
#define CASE_VS(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const REAL *const a = IN_REAL(op->a);                                                  \
        const REAL y = SCALAR(op->b);                                                          \
        LANES(const REAL x = a[i]; d[i] = (result)(expression);)                               \
    } break;
#define CASE_SV(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const REAL *const b = IN_REAL(op->b);                                                  \
        const REAL x = SCALAR(op->a);                                                          \
        LANES(const REAL y = b[i]; d[i] = (result)(expression);)                               \
    } break;
/* NOLINTEND(bugprone-macro-parentheses) */

#define INTERP_BINARY(id, name, expression)                                                    \
    CASE_VV(INTERP_##id##_VV, REAL, OUT_REAL, expression)                                      \
    CASE_VS(INTERP_##id##_VS, REAL, OUT_REAL, expression)                                      \
    CASE_SV(INTERP_##id##_SV, REAL, OUT_REAL, expression)
#define INTERP_COMPARE(id, name, expression)                                                   \
    CASE_VV(INTERP_##id##_VV, u32, OUT_U32, expression)                                        \
    CASE_VS(INTERP_##id##_VS, u32, OUT_U32, expression)                                        \
    CASE_SV(INTERP_##id##_SV, u32, OUT_U32, expression)
#define INTERP_BINARY_VECTOR(id, name, expression)                                             \
    CASE_VV(INTERP_##id, REAL, OUT_REAL, expression)
#define INTERP_UNARY(id, name, expression)                                                     \
    case INTERP_##id: {                                                                        \
        REAL *const d = OUT_REAL(op->d);                                                       \
        const REAL *const a = IN_REAL(op->a);                                                  \
        LANES(const REAL x = a[i]; d[i] = (expression);)                                       \
    } break;
/* NOT has one operand; the builder gives it twice. */
#define INTERP_LOGIC(id, name, n_operands, expression)                                         \
    case INTERP_##id: {                                                                        \
        u32 *const d = OUT_U32(op->d);                                                         \
        const u32 *const a = IN_U32(op->a), *const b = IN_U32(op->b);                          \
        LANES(const u32 x = a[i]; const u32 y = b[i]; (void)y; d[i] = (expression);)           \
    } break;
#define INTERP_OTHER(id, name, n_operands)
static inline __attribute__((always_inline)) void run_others(const struct interp_op *op,
                                                             void *const *out,
                                                             const void *const *in,
                                                             uint32_t n_lanes)
{
    switch (op->code) {
    case INTERP_SELECT_VV: {
        REAL *const d = OUT_REAL(op->d);
        const u32 *const m = IN_U32(op->a);
        const REAL *const b = IN_REAL(op->b), *const c = IN_REAL(op->c);
        LANES(const REAL x = b[i]; const REAL y = c[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_VS: {
        REAL *const d = OUT_REAL(op->d);
        const u32 *const m = IN_U32(op->a);
        const REAL *const b = IN_REAL(op->b);
        const REAL y = SCALAR(op->c);
        LANES(const REAL x = b[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_SV: {
        REAL *const d = OUT_REAL(op->d);
        const u32 *const m = IN_U32(op->a);
        const REAL x = SCALAR(op->b);
        const REAL *const c = IN_REAL(op->c);
        LANES(const REAL y = c[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_SS: {
        REAL *const d = OUT_REAL(op->d);
        const u32 *const m = IN_U32(op->a);
        const REAL x = SCALAR(op->b), y = SCALAR(op->c);
        LANES(d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_COPY:
        memmove(out[op->d], in[op->a], n_lanes * sizeof(REAL));
        break;
    case INTERP_COPY_MASK:
        memmove(out[op->d], in[op->a], n_lanes * sizeof(u32));
        break;
    case INTERP_FILL: {
        REAL *const d = OUT_REAL(op->d);
        const REAL x = SCALAR(op->a);
        LANES(d[i] = x;)
    } break;
    case INTERP_FILL_MASK: {
        u32 *const d = OUT_U32(op->d);
        const u32 x = SCALAR(op->a) != (REAL)0 ? 1u : 0u;
        LANES(d[i] = x;)
    } break;
    case INTERP_U01: {
        REAL *const d = OUT_REAL(op->d);
        const u32 *const a = IN_U32(op->a);
        LANES(d[i] = (REAL)f32_u01(a[i]);)
    } break;
    case INTERP_TAKE: {
        REAL *const d = OUT_REAL(op->d);
        u32 *const wanted = OUT_U32(op->a);
        const u32 *const inside = IN_U32(op->b);
        const REAL *const value = IN_REAL(op->c);
        LANES(const u32 takes = wanted[i] & inside[i]; d[i] = takes != 0 ? value[i] : d[i];
              wanted[i] = wanted[i] ^ takes;)
    } break;
    default:
        break;
    }
}

static inline __attribute__((always_inline)) void run_ops(const struct interp_op *ops,
                                                          uint32_t n,
                                                          const struct interp_places *places,
                                                          uint32_t lanes)
{
    void *const *const out = places->out;
    const void *const *const in = places->in;
    const uint32_t n_lanes = lanes / INTERP_LANES * INTERP_LANES;
    for (const struct interp_op *op = ops; op < ops + n; op++) {
        switch (op->code) {
#include "lang/interp_ops.def"
        default:
            run_others(op, out, in, n_lanes);
        }
    }
}

static void loops_base(const struct interp_op *ops, uint32_t n,
                       const struct interp_places *places, uint32_t n_lanes)
{
    run_ops(ops, n, places, n_lanes);
}

#if LEVELS_X86
LEVEL_AVX2 static void loops_avx2(const struct interp_op *ops, uint32_t n,
                                  const struct interp_places *places, uint32_t n_lanes)
{
    run_ops(ops, n, places, n_lanes);
}

LEVEL_AVX512 static void loops_avx512(const struct interp_op *ops, uint32_t n,
                                      const struct interp_places *places, uint32_t n_lanes)
{
    run_ops(ops, n, places, n_lanes);
}
#endif

interp_loops *INTERP_LOOPS_OF(enum interp_level level)
{
    switch (level) {
    case INTERP_LEVEL_BASE:
        return loops_base;
    case INTERP_LEVEL_AVX2:
#if LEVELS_X86
        return level_has_avx2() ? loops_avx2 : NULL;
#else
        return NULL;
#endif
    case INTERP_LEVEL_AVX512:
#if LEVELS_X86
        return level_has_avx512() ? loops_avx512 : NULL;
#else
        return NULL;
#endif
    case INTERP_LEVEL_N:
        break;
    }
    return NULL;
}
