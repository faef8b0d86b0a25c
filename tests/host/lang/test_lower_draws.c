/* tests/host/lang/test_lower_draws.c: the distributions of uniform, normal, lognormal and
 * truncated, as the language writes them and the interpreter draws them in both precisions,
 * 10^7 draws each. False alarms: support/distribution.h; Kolmogorov's test besides, once in a
 * million. ctest-labels: slow */
#include "support/distribution.h"
#include "support/lang_fixture.h"

#include "base/mem.h"
#include "lang/flush.h"
#include "lang/interp.h"
#include "shared/philox.h"

#define DRAWS 10000000u
#define BINS  4096u

static void draw_words(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                       uint32_t n, uint32_t *words)
{
    const uint32_t *const first = context;
    for (uint32_t k = 0; k < n; k++) {
        words[k] = philox4x32(*first + k, draw, stream, retry, 0x64726177u, 3u).w0;
    }
}

static double normal_cdf(double z)
{
    return 0.5 * erfc(-z * 0.70710678118654752440);
}

/* Where the value stands in its distribution, in (0, 1). */
typedef double cdf(double value);

static double uniform_cdf(double value)
{
    return (value - 2.0) / 3.0;
}

static double gauss_cdf(double value)
{
    return normal_cdf((value - 5.0) / 2.0);
}

/* Mean 4 and standard deviation 2 of the value itself. */
static double lognormal_cdf(double value)
{
    const double variance = log(1.25);
    return normal_cdf((log(value) - (log(4.0) - 0.5 * variance)) / sqrt(variance));
}

static double truncated_cdf(double value)
{
    const double low = normal_cdf(-1.0), high = normal_cdf(2.0);
    return (normal_cdf(value) - low) / (high - low);
}

/* Kolmogorov's distance at the bins' edges; sqrt(n)*D exceeds 2.7 less often than once in a
 * million (2*exp(-2*2.7^2) = 9e-7). */
static void expect_kolmogorov(const char *name, const uint64_t *counts)
{
    double worst = 0.0;
    uint64_t below = 0;
    for (uint32_t k = 0; k < BINS; k++) {
        below += counts[k];
        const double off =
            fabs((double)below / DRAWS - (double)(k + 1) / BINS) * sqrt((double)DRAWS);
        worst = off > worst ? off : worst;
    }
    print_message("%s: Kolmogorov %.3f, bound 2.7\n", name, worst);
    if (!(worst <= 2.7)) {
        fail_msg("%s: sqrt(n)*D = %.3f, bound 2.7", name, worst);
    }
}

static void count_block(const double *values, uint32_t n, cdf *where, uint64_t *counts)
{
    for (uint32_t k = 0; k < n; k++) {
        const double u = where(values[k]);
        if (!(u >= 0.0 && u <= 1.0)) {
            fail_msg("a draw of %a is not in the distribution", values[k]);
        }
        const uint32_t bin = (uint32_t)(u * BINS);
        counts[bin < BINS ? bin : BINS - 1]++;
    }
}

static void expect_drawn(const char *text, enum precision precision, cdf *where)
{
    static uint64_t counts[BINS];
    static double p[BINS];
    static _Alignas(64) float single[INTERP_BLOCK];
    static _Alignas(64) double values[INTERP_BLOCK];
    struct err e;
    struct lang_fixture f;
    lang_fixture_init(&f);
    struct ir *const ir = ir_create(f.arena);
    struct lower lower = {.ir = ir, .dt_fs = INT64_C(100000000000), .stream = 1};
    const uint32_t root =
        lang_lower(&lower, lang_fixture_expression(&f, &f.names, text, false));
    EXPECT_TRUE(root != IR_NONE);
    struct interp *program = NULL;
    EXPECT_OK(interp_create(&program, ir, &root, 1, precision, f.arena, NULL, &e));
    void *scratch = NULL;
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(program), 1, &e));
    uint32_t first = 0;
    void *const outputs[] = {precision == PRECISION_SINGLE ? (void *)single : (void *)values};
    struct interp_run run = {.outputs = outputs,
                             .draw = draw_words,
                             .context = &first,
                             .scratch = scratch,
                             .n = INTERP_BLOCK};
    memset(counts, 0, sizeof counts);
    for (; first < DRAWS; first += INTERP_BLOCK) {
        const uint32_t n = DRAWS - first < INTERP_BLOCK ? DRAWS - first : INTERP_BLOCK;
        interp_run(program, &run);
        EXPECT_EQ_I64(run.n_gave_up, 0);
        for (uint32_t k = 0; k < n && precision == PRECISION_SINGLE; k++) {
            values[k] = (double)single[k];
        }
        count_block(values, n, where, counts);
    }
    mem_free(scratch);
    interp_destroy(program);
    lang_fixture_fini(&f);
    for (uint32_t k = 0; k < BINS; k++) {
        p[k] = 1.0 / BINS;
    }
    char name[96];
    (void)snprintf(name, sizeof name, "%s, %s", text, precision_name(precision));
    distribution_expect(name, counts, p, BINS, DRAWS);
    expect_kolmogorov(name, counts);
}

static void expect_in_both(const char *text, cdf *where)
{
    const uint64_t old = flush_denormals_begin();
    expect_drawn(text, PRECISION_SINGLE, where);
    flush_denormals_end(old);
    expect_drawn(text, PRECISION_DOUBLE, where);
}

static void uniform_when_drawn_often_then_distribution(void **state)
{
    (void)state;
    expect_in_both("uniform(2, 5)", uniform_cdf);
}

static void normal_when_drawn_often_then_distribution(void **state)
{
    (void)state;
    expect_in_both("normal(5, 2)", gauss_cdf);
}

static void lognormal_when_drawn_often_then_distribution(void **state)
{
    (void)state;
    expect_in_both("lognormal(4, 2)", lognormal_cdf);
}

static void truncated_when_drawn_often_then_distribution(void **state)
{
    (void)state;
    expect_in_both("truncated(normal(0, 1), -1, 2)", truncated_cdf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_when_drawn_often_then_distribution),
        cmocka_unit_test(normal_when_drawn_often_then_distribution),
        cmocka_unit_test(lognormal_when_drawn_often_then_distribution),
        cmocka_unit_test(truncated_when_drawn_often_then_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
