/* base/levels.h: one body of a plain loop, compiled for the base instruction set, AVX2 and
 * AVX-512 and chosen at run time. Not by the target_clones attribute: clang 14 lacks it, its
 * arch= form asks for one exact processor (an AMD one would fall back to SSE2), it cannot ask
 * for 512-bit vectors, and its resolvers run before a sanitizer is ready. Nothing is contracted
 * into an fma, so every level gives the same bits. Sees: libc. */
#ifndef BASE_LEVELS_H
#define BASE_LEVELS_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define LEVELS_X86 1
#else
#define LEVELS_X86 0
#endif

#if defined(__clang__)
#define LEVEL_AVX2   __attribute__((target("avx2"), flatten))
#define LEVEL_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), flatten))
/* Before a loop whose result may stand exactly where an operand stood: no dependence. */
#define LEVEL_NO_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define LEVEL_AVX2 __attribute__((target("avx2"), flatten))
#define LEVEL_AVX512                                                                           \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"),       \
                   flatten))
#define LEVEL_NO_DEPENDENCE _Pragma("GCC ivdep")
#endif

/* A body to be compiled at each level. */
#define LEVEL_BODY static inline __attribute__((always_inline))

/* Does this processor have the level? */
static inline bool level_has_avx2(void)
{
#if LEVELS_X86
    return __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

static inline bool level_has_avx512(void)
{
#if LEVELS_X86
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
    return false;
#endif
}

/* Defines `linkage result function parameters` from NAME_body at the best level. RETURN:
 * `return`, or nothing for a loop without a result. */
#if LEVELS_X86
#define LEVELS(linkage, result, RETURN, function, name, parameters, arguments)                 \
    LEVEL_AVX2 static result name##_avx2 parameters                                            \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    LEVEL_AVX512 static result name##_avx512 parameters                                        \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    linkage result function parameters                                                         \
    {                                                                                          \
        RETURN level_has_avx512() ? name##_avx512 arguments                                    \
        : level_has_avx2()        ? name##_avx2 arguments                                      \
                                  : name##_body arguments;                                            \
    }
#else
#define LEVELS(linkage, result, RETURN, function, name, parameters, arguments)                 \
    linkage result function parameters                                                         \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }
#endif

#endif
