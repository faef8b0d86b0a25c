/* bench/bench_math.c: nanoseconds per value of each function of kernels/shared/math_f32.h in a
 * loop that the compiler vectorises, for three instruction sets. Writes CSV to standard output:
 * function,clone,values,repeats,ns_min,ns_median. Usage: bench_math [repeats, 9]. The loop
 * count is found so that a repeat takes 5 ms; the first repeat warms up and is dropped. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "shared/random.h"

#define N       4096
#define REPEATS 64

typedef void loop_fn(const f32 *a, const f32 *b, f32 *out, u32 n);

struct row {
    const char *function, *clone;
    loop_fn *loop;
    f32 low, high; /* range of the first argument */
};

#define LOOP(function, name, attribute, expression)                                            \
    attribute static void loop_##function##_##name(const f32 *a, const f32 *b,                 \
                                                   f32 *restrict out, u32 n)                   \
    {                                                                                          \
        for (u32 k = 0; k < n; ++k) {                                                          \
            const f32 x = a[k], y = b[k];                                                      \
            (void)y;                                                                           \
            out[k] = expression;                                                               \
        }                                                                                      \
    }

/* gcc would take 256-bit vectors for AVX-512 unless told; clang 14 does not know the word. */
#if defined(__clang__)
#define AVX512 "avx512f,avx512dq,avx512vl,avx512bw"
#else
#define AVX512 "avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"
#endif

#if defined(__x86_64__)
#define LOOPS(function, expression)                                                            \
    LOOP(function, base, , expression)                                                         \
    LOOP(function, avx2, __attribute__((target("avx2"))), expression)                          \
    LOOP(function, avx512, __attribute__((target(AVX512))), expression)
#define ROWS(function, low, high)                                                              \
    {#function, "base", loop_##function##_base, low, high},                                    \
        {#function, "avx2", loop_##function##_avx2, low, high},                                \
        {#function, "avx512", loop_##function##_avx512, low, high},
#else
#define LOOPS(function, expression) LOOP(function, base, , expression)
#define ROWS(function, low, high)   {#function, "base", loop_##function##_base, low, high},
#endif

LOOPS(add, x + y)
LOOPS(f32_div, f32_div(x, y))
LOOPS(f32_div_integer, f32_div_integer(x, y))
LOOPS(f32_sqrt, f32_sqrt(x))
LOOPS(f32_sqrt_integer, f32_sqrt_integer(x))
LOOPS(f32_min, f32_min(x, y))
LOOPS(f32_floor, f32_floor(x))
LOOPS(f32_mod, f32_mod(x, y))
LOOPS(f32_exp, f32_exp(x))
LOOPS(f32_log, f32_log(x))
LOOPS(f32_pow, f32_pow(x, y))
LOOPS(f32_sin, f32_sin(x))
LOOPS(f32_tanh, f32_tanh(x))
LOOPS(f32_exprel, f32_exprel(x))
LOOPS(philox_u01, f32_u01(philox4x32(k, 0u, AS_U32V(x), 0u, 1u, 2u).w0))
LOOPS(poisson_3, rand_poisson(3.0f, k, AS_U32V(x), 0u, 0u, 1u, 2u))
LOOPS(poisson_1000, rand_poisson(1000.0f, k, AS_U32V(x), 0u, 0u, 1u, 2u))

static const struct row rows[] = {
    ROWS(add, -50.0f, 50.0f) ROWS(f32_div, -50.0f, 50.0f) ROWS(f32_div_integer, -50.0f, 50.0f)
        ROWS(f32_sqrt, 0.0f, 50.0f) ROWS(f32_sqrt_integer, 0.0f, 50.0f) ROWS(
            f32_min, -50.0f, 50.0f) ROWS(f32_floor, -50.0f, 50.0f) ROWS(f32_mod, -50.0f, 50.0f)
            ROWS(f32_exp, -80.0f, 80.0f) ROWS(f32_log, 0.0f, 50.0f) ROWS(f32_pow, 0.0f, 50.0f)
                ROWS(f32_sin, -50.0f, 50.0f) ROWS(f32_tanh, -4.0f, 4.0f)
                    ROWS(f32_exprel, -50.0f, 50.0f) ROWS(philox_u01, -50.0f, 50.0f)
                        ROWS(poisson_3, -50.0f, 50.0f) ROWS(poisson_1000, -50.0f, 50.0f)};

static f32 a[N], b[N], out[N];

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double time_ns(const struct row *r, u32 loops)
{
    const double start = now_ns();
    for (u32 k = 0; k < loops; ++k) {
        r->loop(a, b, out, N);
        __asm__ __volatile__("" : : "r"(out) : "memory");
    }
    return (now_ns() - start) / ((double)loops * N);
}

static int by_size(const void *p, const void *q)
{
    const double x = *(const double *)p, y = *(const double *)q;
    return x < y ? -1 : (x > y ? 1 : 0);
}

static int is_there(const char *clone)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (clone[0] == 'a') {
        return clone[3] == '2'
                   ? __builtin_cpu_supports("avx2") != 0
                   : __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512vl");
    }
#endif
    (void)clone;
    return 1;
}

int main(int argc, char **argv)
{
    const long asked = argc > 1 ? strtol(argv[1], NULL, 10) : 9;
    const u32 repeats = asked < 5 ? 5u : (asked > REPEATS ? REPEATS : (u32)asked);
    printf("function,clone,values,repeats,ns_min,ns_median\n");
    for (size_t j = 0; j < sizeof rows / sizeof *rows; ++j) {
        const struct row *const r = &rows[j];
        if (!is_there(r->clone)) {
            continue;
        }
        for (u32 k = 0; k < N; ++k) {
            const struct philox_words w = philox4x32(k, 0, 0, 0, 1, 1);
            a[k] = r->low + (r->high - r->low) * f32_u01(w.w0);
            b[k] = 4.0f * f32_u01(w.w1) + 0.5f;
        }
        u32 loops = 1;
        while (time_ns(r, loops) * (double)loops * N < 5e6 && loops < (1u << 24)) {
            loops *= 2;
        }
        double t[REPEATS];
        for (u32 k = 0; k < repeats; ++k) {
            t[k] = time_ns(r, loops);
        }
        qsort(t, repeats, sizeof *t, by_size);
        printf("%s,%s,%u,%u,%.3f,%.3f\n", r->function, r->clone, loops * N, repeats, t[0],
               t[repeats / 2]);
    }
    return 0;
}
