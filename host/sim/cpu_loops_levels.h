/* sim/cpu_loops_levels.h: each body of a loop is compiled for the base instruction set, AVX2
 * and AVX-512 and chosen at run time. Not by the target_clones attribute: clang 14 lacks it,
 * its arch= form asks for one exact processor, and its resolvers run before a sanitizer is
 * ready. Nothing is contracted into an fma, so all give the same bits. Sees: libc. */
#ifndef SIM_CPU_LOOPS_LEVELS_H
#define SIM_CPU_LOOPS_LEVELS_H

/* LEVELS defines `linkage result cpu_loop_NAME parameters` from NAME_body. RETURN: `return`, or
 * nothing for a loop without a result. */
#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#define TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), flatten))
#else
#define TARGET_AVX512                                                                          \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"),       \
                   flatten))
#endif
#define TARGET_AVX2 __attribute__((target("avx2"), flatten))
#define LEVELS(linkage, result, RETURN, name, parameters, arguments)                           \
    TARGET_AVX2 static result name##_avx2 parameters                                           \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    TARGET_AVX512 static result name##_avx512 parameters                                       \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }                                                                                          \
    linkage result cpu_loop_##name parameters                                                  \
    {                                                                                          \
        const bool has_avx512 =                                                                \
            __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&         \
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");          \
        RETURN has_avx512                ? name##_avx512 arguments                             \
        : __builtin_cpu_supports("avx2") ? name##_avx2 arguments                               \
                                         : name##_body arguments;                              \
    }
#else
#define LEVELS(linkage, result, RETURN, name, parameters, arguments)                           \
    linkage result cpu_loop_##name parameters                                                  \
    {                                                                                          \
        RETURN name##_body arguments;                                                          \
    }
#endif
#define BODY static inline __attribute__((always_inline))
#define NOTHING

#endif
