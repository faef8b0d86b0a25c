/* tests/kernels/shared/test_math_f32_sweep.c: every function of one operand over all 2^32 bit
 * patterns (f32_pow: test_math_f32_pow.c), against glibc's double precision (errors below 1e-8
 * of a unit here), with the stated worst errors. Where the answer is plain (exp(1e9) is
 * infinite) it is compared with that. As many threads as processors. ctest-labels: slow */
#include "support/expect.h"
#include "support/sweep_threads.h"
#include "support/ulp.h"

#include "kernels/shared/math_f32_cases.h"
#include "lang/flush.h"
#include "shared/math_f64.h"

struct finding {
    double worst;
    f32 at;
};

struct sweep {
    struct finding (*part)(u32 first, u32 n);
    struct finding found[PARALLEL_MOST];
    uint64_t old[PARALLEL_MOST];
};

static void finding_add(struct finding *f, double error, f32 x)
{
    if (!(error <= f->worst)) {
        f->worst = error;
        f->at = x;
    }
}

static double same(f32 got, f32 expected)
{
    const bool is_same = AS_U32V(got) == AS_U32V(expected) || (isnan(got) && isnan(expected));
    return is_same ? 0.0 : ULP_WRONG;
}

static void sweep_begin(void *context, uint32_t thread)
{
    struct sweep *const s = context;
    s->old[thread] = flush_denormals_begin();
}

static void sweep_end(void *context, uint32_t thread)
{
    struct sweep *const s = context;
    flush_denormals_end(s->old[thread]);
}

/* Parts of 2^16 bit patterns without sign; a part looks at both signs. */
static void sweep_part(void *context, uint32_t thread, uint32_t part)
{
    struct sweep *const s = context;
    const struct finding f = s->part(part << 16, 65536u);
    finding_add(&s->found[thread], f.worst, f.at);
}

static void sweep_all(const char *name, struct finding (*part)(u32, u32), double bound)
{
    struct sweep s = {.part = part};
    const uint32_t n_threads = parallel_run(32768u, sweep_begin, sweep_part, sweep_end, &s);
    struct finding all = {0, 0};
    for (uint32_t k = 0; k < n_threads; ++k) {
        finding_add(&all, s.found[k].worst, s.found[k].at);
    }
    print_message("%s: worst %.4f ULP at %a\n", name, all.worst, (double)all.at);
    if (!(all.worst <= bound)) {
        fail_msg("%s: %.4f ULP at %a, stated %.3f", name, all.worst, (double)all.at, bound);
    }
}

#define CHUNK 4096u

/* One part: error_… of x, y = function(x) and m = function(-x). The values are computed in
 * loops of their own, which the compiler vectorises. */
#define PART(function, error)                                                                  \
    static struct finding part_##function(u32 first, u32 n)                                    \
    {                                                                                          \
        struct finding f = {0, 0};                                                             \
        f32 y[CHUNK], m[CHUNK];                                                                \
        for (u32 begin = first; begin - first < n; begin += CHUNK) {                           \
            for (u32 k = 0; k < CHUNK; ++k) {                                                  \
                y[k] = function(AS_F32V(begin + k));                                           \
                m[k] = function(AS_F32V((begin + k) ^ 0x80000000u));                           \
            }                                                                                  \
            for (u32 k = 0; k < CHUNK; ++k) {                                                  \
                finding_add(&f, error(AS_F32V(begin + k), y[k], m[k]), AS_F32V(begin + k));    \
            }                                                                                  \
        }                                                                                      \
        return f;                                                                              \
    }

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double error_exp_one(f32 x, f32 y)
{
    if (fabsf(x) < 0x1p-27f) {
        return same(y, 1.0f);
    }
    return fabsf(x) > 105.0f ? same(y, x < 0.0f ? 0.0f : HUGE_VALF)
                             : ulp_f32(y, exp((double)x));
}

static double error_exp(f32 x, f32 y, f32 m)
{
    return larger(error_exp_one(x, y), error_exp_one(-x, m));
}

static double error_log(f32 x, f32 y, f32 m)
{
    if (x < 0x1p-126f) {
        return larger(same(y, -HUGE_VALF), same(m, -HUGE_VALF));
    }
    return larger(ulp_f32(y, isnan(x) ? (double)NAN : log((double)x)),
                  isnan(m) ? 0.0 : ULP_WRONG);
}

static double error_sin(f32 x, f32 y, f32 m)
{
    const double mirror = same(m, -y);
    if (x < 0x1p-14f) {
        return x < 0x1p-126f ? mirror : larger(mirror, same(y, x));
    }
    return larger(mirror, ulp_f32(y, x > 0x1p20f ? f64_sin((double)x) : sin((double)x)));
}

static double error_cos(f32 x, f32 y, f32 m)
{
    const double mirror = same(m, y);
    if (x < 0x1p-14f) {
        return larger(mirror, same(y, 1.0f));
    }
    return larger(mirror, ulp_f32(y, x > 0x1p20f ? f64_cos((double)x) : cos((double)x)));
}

static double error_tanh(f32 x, f32 y, f32 m)
{
    const double mirror = same(m, -y);
    if (x < 0x1p-14f) {
        return x < 0x1p-126f ? mirror : larger(mirror, same(y, x));
    }
    return larger(mirror, x > 12.0f ? same(y, 1.0f) : ulp_f32(y, tanh((double)x)));
}

static double error_exprel_one(f32 x, f32 y)
{
    if (fabsf(x) < 0x1p-26f) {
        return same(y, 1.0f);
    }
    if (x > 100.0f) {
        return same(y, HUGE_VALF);
    }
    return ulp_f32(y, x < -40.0f ? -1.0 / (double)x : expm1((double)x) / (double)x);
}

static double error_exprel(f32 x, f32 y, f32 m)
{
    return larger(error_exprel_one(x, y), error_exprel_one(-x, m));
}

static double error_sqrt(f32 x, f32 y, f32 m)
{
    return larger(same(y, __builtin_sqrtf(x)), same(m, __builtin_sqrtf(-x)));
}

static double error_round(f32 x, f32 y, f32 m)
{
    return x < 0x1p-126f ? 0.0 : larger(same(y, rintf(x)), same(m, rintf(-x)));
}

static double error_floor(f32 x, f32 y, f32 m)
{
    return x < 0x1p-126f ? 0.0 : larger(same(y, floorf(x)), same(m, floorf(-x)));
}

static double error_log1p_one(f32 x, f32 y)
{
    if (fabsf(x) < 0x1p-14f) {
        return fabsf(x) < 0x1p-126f ? 0.0 : ulp_f32(y, (double)x - 0.5 * (double)x * (double)x);
    }
    return x == -1.0f ? same(y, -HUGE_VALF) : ulp_f32(y, log1p((double)x));
}

static double error_log1p(f32 x, f32 y, f32 m)
{
    return larger(error_log1p_one(x, y), error_log1p_one(-x, m));
}

static double error_expm1_one(f32 x, f32 y)
{
    if (fabsf(x) < 0x1p-14f) {
        return fabsf(x) < 0x1p-126f ? 0.0 : ulp_f32(y, (double)x + 0.5 * (double)x * (double)x);
    }
    if (fabsf(x) > 105.0f) {
        return same(y, x < 0.0f ? -1.0f : HUGE_VALF);
    }
    return ulp_f32(y, expm1((double)x));
}

static double error_expm1(f32 x, f32 y, f32 m)
{
    return larger(error_expm1_one(x, y), error_expm1_one(-x, m));
}

static double error_abs(f32 x, f32 y, f32 m)
{
    return larger(same(y, x), same(m, x));
}

static double error_sign(f32 x, f32 y, f32 m)
{
    const f32 sign = isnan(x) ? x : (x < 0x1p-126f ? 0.0f : 1.0f);
    return larger(same(y, sign), same(m, x < 0x1p-126f ? 0.0f : -sign));
}

PART(f32_exp, error_exp)
PART(f32_log, error_log)
PART(f32_sin, error_sin)
PART(f32_cos, error_cos)
PART(f32_tanh, error_tanh)
PART(f32_exprel, error_exprel)
PART(f32_log1p, error_log1p)
PART(f32_expm1, error_expm1)
PART(f32_sqrt, error_sqrt)
PART(f32_sqrt_integer, error_sqrt)
PART(f32_sqrt_double, error_sqrt)
PART(f32_round, error_round)
PART(f32_floor, error_floor)
PART(f32_abs, error_abs)
PART(f32_sign, error_sign)

#define SWEEP_TEST(function, bound)                                                            \
    static void function##_when_any_argument_then_within_stated_error(void **state)            \
    {                                                                                          \
        (void)state;                                                                           \
        sweep_all(#function, part_##function, bound);                                          \
    }

SWEEP_TEST(f32_exp, 0.90)
SWEEP_TEST(f32_log, 0.85)
SWEEP_TEST(f32_sin, 0.95)
SWEEP_TEST(f32_cos, 0.95)
SWEEP_TEST(f32_tanh, 1.40)
SWEEP_TEST(f32_exprel, 1.55)
SWEEP_TEST(f32_log1p, 0.85)
SWEEP_TEST(f32_expm1, 0.98)
SWEEP_TEST(f32_sqrt, 0.0)
SWEEP_TEST(f32_sqrt_integer, 0.0)
SWEEP_TEST(f32_sqrt_double, 0.0)
SWEEP_TEST(f32_round, 0.0)
SWEEP_TEST(f32_floor, 0.0)
SWEEP_TEST(f32_abs, 0.0)
SWEEP_TEST(f32_sign, 0.0)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_exp_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_log_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_sin_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_cos_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_tanh_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_exprel_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_log1p_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_expm1_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_sqrt_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_sqrt_integer_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_sqrt_double_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_round_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_floor_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_abs_when_any_argument_then_within_stated_error),
        cmocka_unit_test(f32_sign_when_any_argument_then_within_stated_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
