#include "lang/interp_ops.h"

#include <string.h>

#include "shared/vector.h"
#include "shared/math_f32.h"
#include "shared/random.h"

/* One body, compiled for several instruction sets and chosen at run time. Not by the
 * target_clones attribute: clang 14 lacks it, its arch= form asks for one exact processor (an
 * AMD one would fall back to SSE2), and it cannot ask for 512-bit vectors. No operation here is
 * contracted into an fma, so every level gives the same bits. */
#if defined(__x86_64__) && defined(__GNUC__)
#define LEVELS_X86 1
#else
#define LEVELS_X86 0
#endif
#if defined(__clang__)
#define TARGET_AVX2   __attribute__((target("avx2"), flatten))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), flatten))
/* A result may stand exactly where an operand stood, which is no dependence between lanes. */
#define NO_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define TARGET_AVX2 __attribute__((target("avx2"), flatten))
#define TARGET_AVX512                                                                          \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"),       \
                   flatten))
#define NO_DEPENDENCE _Pragma("GCC ivdep")
#endif

#define OUT_F32(slot) ((f32 *)__builtin_assume_aligned(out[slot], 64))
#define OUT_U32(slot) ((u32 *)__builtin_assume_aligned(out[slot], 64))
#define IN_F32(slot)  ((const f32 *)__builtin_assume_aligned(in[slot], 64))
#define IN_U32(slot)  ((const u32 *)__builtin_assume_aligned(in[slot], 64))
#define SCALAR(slot)  (*in[slot])

#define LANES(statement)                                                                       \
    NO_DEPENDENCE                                                                              \
    for (uint32_t i = 0; i < n_lanes; i++) {                                                   \
        statement                                                                              \
    }
/* NOLINTBEGIN(bugprone-macro-parentheses): `result` is a type. */
#define CASE_VV(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const f32 *const a = IN_F32(op->a), *const b = IN_F32(op->b);                          \
        LANES(const f32 x = a[i]; const f32 y = b[i]; d[i] = (result)(expression);)            \
    } break;
#define CASE_VS(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const f32 *const a = IN_F32(op->a);                                                    \
        const f32 y = SCALAR(op->b);                                                           \
        LANES(const f32 x = a[i]; d[i] = (result)(expression);)                                \
    } break;
#define CASE_SV(code, result, D, expression)                                                   \
    case code: {                                                                               \
        result *const d = D(op->d);                                                            \
        const f32 *const b = IN_F32(op->b);                                                    \
        const f32 x = SCALAR(op->a);                                                           \
        LANES(const f32 y = b[i]; d[i] = (result)(expression);)                                \
    } break;
/* NOLINTEND(bugprone-macro-parentheses) */

#define INTERP_BINARY(id, name, expression)                                                    \
    CASE_VV(INTERP_##id##_VV, f32, OUT_F32, expression)                                        \
    CASE_VS(INTERP_##id##_VS, f32, OUT_F32, expression)                                        \
    CASE_SV(INTERP_##id##_SV, f32, OUT_F32, expression)
#define INTERP_COMPARE(id, name, expression)                                                   \
    CASE_VV(INTERP_##id##_VV, u32, OUT_U32, expression)                                        \
    CASE_VS(INTERP_##id##_VS, u32, OUT_U32, expression)                                        \
    CASE_SV(INTERP_##id##_SV, u32, OUT_U32, expression)
#define INTERP_BINARY_VECTOR(id, name, expression)                                             \
    CASE_VV(INTERP_##id, f32, OUT_F32, expression)
#define INTERP_UNARY(id, name, expression)                                                     \
    case INTERP_##id: {                                                                        \
        f32 *const d = OUT_F32(op->d);                                                         \
        const f32 *const a = IN_F32(op->a);                                                    \
        LANES(const f32 x = a[i]; d[i] = (expression);)                                        \
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
                                                             float *const *out,
                                                             const float *const *in,
                                                             uint32_t n_lanes)
{
    switch (op->code) {
    case INTERP_SELECT_VV: {
        f32 *const d = OUT_F32(op->d);
        const u32 *const m = IN_U32(op->a);
        const f32 *const b = IN_F32(op->b), *const c = IN_F32(op->c);
        LANES(const f32 x = b[i]; const f32 y = c[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_VS: {
        f32 *const d = OUT_F32(op->d);
        const u32 *const m = IN_U32(op->a);
        const f32 *const b = IN_F32(op->b);
        const f32 y = SCALAR(op->c);
        LANES(const f32 x = b[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_SV: {
        f32 *const d = OUT_F32(op->d);
        const u32 *const m = IN_U32(op->a);
        const f32 x = SCALAR(op->b);
        const f32 *const c = IN_F32(op->c);
        LANES(const f32 y = c[i]; d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_SELECT_SS: {
        f32 *const d = OUT_F32(op->d);
        const u32 *const m = IN_U32(op->a);
        const f32 x = SCALAR(op->b), y = SCALAR(op->c);
        LANES(d[i] = m[i] != 0 ? x : y;)
    } break;
    case INTERP_COPY:
        memmove(out[op->d], in[op->a], n_lanes * sizeof(f32));
        break;
    case INTERP_FILL: {
        f32 *const d = OUT_F32(op->d);
        const f32 x = SCALAR(op->a);
        LANES(d[i] = x;)
    } break;
    case INTERP_FILL_MASK: {
        u32 *const d = OUT_U32(op->d);
        const u32 x = SCALAR(op->a) != 0.0f ? 1u : 0u;
        LANES(d[i] = x;)
    } break;
    case INTERP_U01: {
        f32 *const d = OUT_F32(op->d);
        const u32 *const a = IN_U32(op->a);
        LANES(d[i] = f32_u01(a[i]);)
    } break;
    case INTERP_TAKE: {
        f32 *const d = OUT_F32(op->d);
        u32 *const wanted = OUT_U32(op->a);
        const u32 *const inside = IN_U32(op->b);
        const f32 *const value = IN_F32(op->c);
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
    float *const *const out = places->out;
    const float *const *const in = places->in;
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
TARGET_AVX2 static void loops_avx2(const struct interp_op *ops, uint32_t n,
                                   const struct interp_places *places, uint32_t n_lanes)
{
    run_ops(ops, n, places, n_lanes);
}

TARGET_AVX512 static void loops_avx512(const struct interp_op *ops, uint32_t n,
                                       const struct interp_places *places, uint32_t n_lanes)
{
    run_ops(ops, n, places, n_lanes);
}
#endif

interp_loops *interp_loops_at(enum interp_level level)
{
    switch (level) {
    case INTERP_LEVEL_BASE:
        return loops_base;
    case INTERP_LEVEL_AVX2:
#if LEVELS_X86
        return __builtin_cpu_supports("avx2") ? loops_avx2 : NULL;
#else
        return NULL;
#endif
    case INTERP_LEVEL_AVX512:
#if LEVELS_X86
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
                   ? loops_avx512
                   : NULL;
#else
        return NULL;
#endif
    case INTERP_LEVEL_N:
        break;
    }
    return NULL;
}

interp_loops *interp_loops_best(void)
{
    interp_loops *const best = interp_loops_at(INTERP_LEVEL_AVX512);
    interp_loops *const good = best != NULL ? best : interp_loops_at(INTERP_LEVEL_AVX2);
    return good != NULL ? good : loops_base;
}

#undef INTERP_BINARY
#undef INTERP_COMPARE
#undef INTERP_BINARY_VECTOR
#undef INTERP_UNARY
#undef INTERP_LOGIC
#undef INTERP_OTHER
#define INTERP_BINARY(id, name, expression)            {name, 2}, {name, 2}, {name, 2},
#define INTERP_COMPARE(id, name, expression)           {name, 2}, {name, 2}, {name, 2},
#define INTERP_BINARY_VECTOR(id, name, expression)     {name, 2},
#define INTERP_UNARY(id, name, expression)             {name, 1},
#define INTERP_LOGIC(id, name, n_operands, expression) {name, n_operands},
#define INTERP_OTHER(id, name, n_operands)             {name, n_operands},
static const struct {
    const char *name;
    uint32_t n_operands;
} code_table[INTERP_N] = {
#include "lang/interp_ops.def"
};

const char *interp_code_name(uint32_t code)
{
    ASSERT(code < INTERP_N);
    return code_table[code].name;
}

uint32_t interp_n_operands(uint32_t code)
{
    ASSERT(code < INTERP_N);
    return code_table[code].n_operands;
}

bool interp_is_plain(uint32_t code)
{
    return code != INTERP_DRAW && code != INTERP_POISSON && code != INTERP_TRUNCATED;
}
