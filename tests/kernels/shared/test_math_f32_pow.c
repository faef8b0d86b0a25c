/* tests/kernels/shared/test_math_f32_pow.c: f32_pow over 10^9 pairs against glibc's double
 * precision (errors below 1e-8 of a unit here): bits anywhere, bases near 1 with large powers,
 * whole and half powers, results anywhere in the range; and every pair of edge values. As many
 * threads as processors. ctest-labels: slow */
#include "support/expect.h"
#include "support/sweep_threads.h"
#include "support/ulp.h"

#include "kernels/shared/math_f32_cases.h"
#include "lang/flush.h"

#define PAIRS 1000000000u
#define PART  1000000u
#define CHUNK 2000u
#define BOUND 0.95

struct finding {
    double worst;
    f32 x, y;
};

struct sweep {
    struct finding found[PARALLEL_MOST];
    uint64_t old[PARALLEL_MOST];
};

static void finding_add(struct finding *f, struct finding g)
{
    if (!(g.worst <= f->worst)) {
        *f = g;
    }
}

/* splitmix64 of the pair's number: the argument's words. */
static u64 words_of(u64 k)
{
    u64 z = (k + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static f32 base_of(u64 k, u64 w)
{
    const u32 low = (u32)w, high = (u32)(w >> 32);
    switch (k % 5) {
    case 0: /* any bits, subnormals and NaN too */
    case 1:
        return AS_F32V(low);
    case 2: /* near 1: 1 ± 2^-2 … 2^-24 */
        return 1.0f + (f32)(i32)low * AS_F32V((127u - 33u - high % 22u) << 23);
    case 3:
        return (f32)(i32)low * 0x1p-24f;
    default:
        return AS_F32V(low & 0x7fffffffu);
    }
}

/* Powers; for k % 5 of 2 and 4 those that bring the result to 2^target. */
static f32 power_of(u64 k, u64 w, f32 log_of_base)
{
    const u32 high = (u32)(w >> 32);
    const f32 target = ((f32)(i32)(high * 0x9e3779b9u) * 0x1p-31f) * 90.0f; /* natural log */
    switch (k % 5) {
    case 0:
        return AS_F32V(high);
    case 1:
        return (f32)(high >> 16) * 0x1p-15f - 1.0f;
    case 3:
        return 0.5f * (f32)((i32)(high % 129u) - 64);
    default:
        return target / log_of_base;
    }
}

/* Edges are asserted one by one in test_math_f32.c; here glibc says what C11 wants but for NaN.
 */
static double error_of(f32 x, f32 y, f32 got)
{
    if (isnan(x) || isnan(y)) {
        return isnan(got) ? 0.0 : ULP_WRONG;
    }
    const f32 a = f32_flush(x), b = f32_flush(y);
    const double exact = pow((double)a, (double)b);
    const double error = ulp_f32(got, exact);
    const bool is_signed = isnan(exact) || (signbit(exact) != 0) == (signbit(got) != 0);
    return is_signed ? error : ULP_WRONG;
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

static void sweep_part(void *context, uint32_t thread, uint32_t part)
{
    struct sweep *const s = context;
    f32 x[CHUNK], y[CHUNK], l[CHUNK], z[CHUNK];
    for (u32 chunk = 0; chunk < PART / CHUNK; ++chunk) {
        const u64 first = (u64)part * PART + chunk * CHUNK;
        for (u32 k = 0; k < CHUNK; ++k) {
            x[k] = base_of(first + k, words_of(first + k));
        }
        for (u32 k = 0; k < CHUNK; ++k) {
            l[k] = f32_log(f32_abs(x[k]));
        }
        for (u32 k = 0; k < CHUNK; ++k) {
            y[k] = power_of(first + k, words_of(first + k), l[k]);
        }
        for (u32 k = 0; k < CHUNK; ++k) {
            z[k] = f32_pow(x[k], y[k]);
        }
        for (u32 k = 0; k < CHUNK; ++k) {
            finding_add(&s->found[thread],
                        (struct finding){error_of(x[k], y[k], z[k]), x[k], y[k]});
        }
    }
}

static void pow_when_many_pairs_then_within_stated_error(void **state)
{
    (void)state;
    static struct sweep s;
    const uint32_t n_threads =
        parallel_run(PAIRS / PART, sweep_begin, sweep_part, sweep_end, &s);
    struct finding all = {0, 0, 0};
    for (uint32_t k = 0; k < n_threads; ++k) {
        finding_add(&all, s.found[k]);
    }
    print_message("f32_pow: worst %.4f ULP at (%a, %a)\n", all.worst, (double)all.x,
                  (double)all.y);
    if (!(all.worst <= BOUND)) {
        fail_msg("f32_pow(%a, %a): %.4f ULP, stated %.2f", (double)all.x, (double)all.y,
                 all.worst, BOUND);
    }
}

static void pow_when_edges_meet_then_c11_values(void **state)
{
    (void)state;
    const uint64_t old = flush_denormals_begin();
    for (u32 k = 0; k < CASES_SPECIAL * CASES_SPECIAL; ++k) {
        const f32 x = cases_argument(k, 0), y = cases_argument(k, 1);
        const double error = error_of(x, y, f32_pow(x, y));
        if (!(error <= BOUND)) {
            fail_msg("f32_pow(%a, %a) is %a", (double)x, (double)y, (double)f32_pow(x, y));
        }
    }
    flush_denormals_end(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pow_when_edges_meet_then_c11_values),
        cmocka_unit_test(pow_when_many_pairs_then_within_stated_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
