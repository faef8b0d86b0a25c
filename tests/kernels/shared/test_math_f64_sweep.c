/* tests/kernels/shared/test_math_f64_sweep.c: the double functions over 10^7 arguments each
 * against MPFR, the exact ones against the processor's, and 2 million arguments of each on
 * every device. As many threads as processors. ctest-labels: slow */
#include "support/expect.h"
#include "support/sweep_threads.h"

#include "kernels/shared/math_f64_devices.h"
#include "kernels/shared/math_f64_reference.h"

#define ARGUMENTS 10000000u
#define PART      20000u

struct sweep {
    const struct reference_case *c;
    u32 n;
    struct reference references[PARALLEL_MOST];
    struct reference_finding found[PARALLEL_MOST];
};

static void sweep_part(void *context, uint32_t thread, uint32_t part)
{
    struct sweep *const s = context;
    const u32 first = part * PART, n = s->n - first < PART ? s->n - first : PART;
    const struct reference_finding f = reference_worst(&s->references[thread], s->c, first, n);
    if (!(f.worst <= s->found[thread].worst)) {
        s->found[thread] = f;
    }
}

static void sweep_begin(void *context, uint32_t thread)
{
    struct sweep *const s = context;
    reference_open(&s->references[thread]);
    s->found[thread] = (struct reference_finding){0.0, 0.0, 0.0};
}

static void sweep_end(void *context, uint32_t thread)
{
    struct sweep *const s = context;
    reference_close(&s->references[thread]);
}

static void each_when_many_arguments_then_within_stated_error(void **state)
{
    (void)state;
    u32 n_cases[REFERENCE_N] = {0};
    for (u32 k = 0; k < REFERENCE_N_CASES; ++k) {
        ++n_cases[reference_cases[k].f];
    }
    for (u32 k = 0; k < REFERENCE_N_CASES; ++k) {
        static struct sweep s;
        s.c = &reference_cases[k];
        s.n = ARGUMENTS / n_cases[s.c->f] + 1;
        const uint32_t n_threads =
            parallel_run((s.n + PART - 1) / PART, sweep_begin, sweep_part, sweep_end, &s);
        struct reference_finding worst = s.found[0];
        for (uint32_t t = 1; t < n_threads; ++t) {
            worst = s.found[t].worst <= worst.worst ? worst : s.found[t];
        }
        reference_expect(s.c, &worst);
    }
}

static void expect_bits(const char *name, f64 got, f64 expected, f64 x, f64 y)
{
    if (AS_U64V(got) != AS_U64V(expected) && !(isnan(got) && isnan(expected))) {
        fail_msg("%s(%a, %a): %a, expected %a", name, x, y, got, expected);
    }
}

static void exact_when_many_arguments_then_as_processor(void **state)
{
    (void)state;
    for (u32 k = 0; k < ARGUMENTS; ++k) {
        const f64 x = cases_f64_argument(k, 0), y = cases_f64_argument(k, 1);
        expect_bits("abs", f64_abs(x), fabs(x), x, y);
        expect_bits("round", f64_round(x), rint(x), x, y);
        expect_bits("floor", f64_floor(x), floor(x), x, y);
        expect_bits("sqrt", f64_sqrt(x), sqrt(x), x, y);
        expect_bits("sign", f64_sign(x), isnan(x) ? x : (f64)((x > 0.0) - (x < 0.0)), x, y);
        expect_bits("div", f64_div(x, y), x / y, x, y);
        expect_bits("mod", f64_mod(x, y), x - y * floor(x / y), x, y);
        if (isnan(x) || isnan(y)) {
            EXPECT_TRUE(isnan(f64_min(x, y)) && isnan(f64_max(x, y)));
        } else if (x != y) {
            expect_bits("min", f64_min(x, y), x < y ? x : y, x, y);
            expect_bits("max", f64_max(x, y), x < y ? y : x, x, y);
        }
    }
}

static void each_when_many_arguments_then_devices_as_host(void **state)
{
    (void)state;
    if (f64_run_devices(102400, 2097152) == 0) {
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_when_many_arguments_then_within_stated_error),
        cmocka_unit_test(exact_when_many_arguments_then_as_processor),
        cmocka_unit_test(each_when_many_arguments_then_devices_as_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
