/* tests/kernels/shared/test_random_sweep.c: the distributions over 10^7 draws: Poisson numbers,
 * events by thresholds, and uniforms. False alarms: support/distribution.h. ctest-labels: slow
 */
#include "support/distribution.h"

#include "lang/flush.h"
#include "shared/random.h"

#define DRAWS 10000000u

struct histogram {
    int64_t low;
    uint64_t *counts;
    double *p;
    uint32_t n_bins;
};

static void histogram_open(struct histogram *h, double mean)
{
    distribution_poisson_range(mean, &h->low, &h->n_bins);
    h->counts = calloc(h->n_bins, sizeof *h->counts);
    h->p = calloc(h->n_bins, sizeof *h->p);
    EXPECT_TRUE(h->counts != NULL && h->p != NULL);
    distribution_poisson(mean, h->low, h->p, h->n_bins);
}

static void histogram_add(struct histogram *h, int64_t value)
{
    const int64_t bin = value - h->low;
    if (bin < 0 || bin >= (int64_t)h->n_bins) {
        fail_msg("a draw of %" PRId64 ": not within 12 standard deviations", value);
    }
    ++h->counts[bin];
}

static void histogram_close(struct histogram *h, const char *name, uint64_t n)
{
    distribution_expect(name, h->counts, h->p, h->n_bins, n);
    free(h->counts);
    free(h->p);
}

static void poisson_when_any_mean_then_distribution(void **state)
{
    (void)state;
    const f32 means[] = {1e-6f, 1e-3f, 0.1f,   1.0f, 5.0f, 9.99f,
                         10.0f, 30.0f, 100.0f, 1e3f, 1e4f, 1e6f};
    const uint64_t old = flush_denormals_begin();
    for (u32 m = 0; m < sizeof means / sizeof *means; ++m) {
        char name[64];
        snprintf(name, sizeof name, "poisson(%g)", (double)means[m]);
        struct histogram h;
        histogram_open(&h, (double)means[m]);
        for (u32 k = 0; k < DRAWS; ++k) {
            const f32 x = rand_poisson(means[m], k, m, 0, 0, 0x73776565u, 7u);
            if (f32_floor(x) != x) {
                fail_msg("%s drew %a", name, (double)x);
            }
            histogram_add(&h, (int64_t)x);
        }
        histogram_close(&h, name, DRAWS);
    }
    flush_denormals_end(old);
}

static void events_when_any_mean_then_distribution(void **state)
{
    (void)state;
    const f64 means[] = {1e-6, 1e-3, 0.0475, 1.0, 20.5, 400.0, 1500.0};
    static u32 table[4096];
    for (u32 m = 0; m < sizeof means / sizeof *means; ++m) {
        int is_complete = 0;
        const u32 n_table = random_poisson_thresholds(means[m], table, 4096, &is_complete);
        EXPECT_EQ_I64(is_complete, 1);
        char name[64];
        snprintf(name, sizeof name, "events(%g)", means[m]);
        struct histogram h;
        histogram_open(&h, means[m]);
        for (u32 k = 0; k < DRAWS; k += 4) {
            const struct philox_words w = philox4x32(k, m, 0, 0, 0x65766e74u, 7u);
            const u32 words[4] = {w.w0, w.w1, w.w2, w.w3};
            for (u32 j = 0; j < 4; ++j) {
                u32 low = 0, high = n_table; /* entries that the word reaches: they ascend */
                while (low < high) {
                    const u32 middle = (low + high) / 2;
                    if (words[j] >= table[middle]) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                histogram_add(&h, low);
            }
        }
        histogram_close(&h, name, DRAWS);
    }
}

static void bernoulli_when_any_chance_then_distribution(void **state)
{
    (void)state;
    const f64 chances[] = {1e-6, 0.0475, 0.5, 0.999};
    for (u32 m = 0; m < sizeof chances / sizeof *chances; ++m) {
        u32 threshold = 0;
        int is_complete = 0;
        EXPECT_EQ_I64(random_bernoulli_thresholds(chances[m], &threshold, 1, &is_complete), 1);
        uint64_t counts[2] = {0, 0};
        const double p[2] = {1.0 - chances[m], chances[m]};
        for (u32 k = 0; k < DRAWS; ++k) {
            const struct philox_words w = philox4x32(k, m, 0, 0, 0x6265726eu, 7u);
            ++counts[w.w0 >= threshold ? 1 : 0];
        }
        char name[64];
        snprintf(name, sizeof name, "bernoulli(%g)", chances[m]);
        distribution_expect(name, counts, p, 2, DRAWS);
    }
}

static void uniform_when_many_words_then_distribution(void **state)
{
    (void)state;
    enum { BINS = 65536 };
    static uint64_t counts[BINS];
    static double p[BINS];
    for (u32 k = 0; k < BINS; ++k) {
        p[k] = 1.0 / BINS;
    }
    for (u32 k = 0; k < DRAWS; ++k) {
        const struct philox_words w = philox4x32(k, 0, 0, 0, 0x756e6966u, 7u);
        ++counts[(u32)(f32_u01(w.w3) * (f32)BINS)];
    }
    distribution_expect("uniform", counts, p, BINS, DRAWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson_when_any_mean_then_distribution),
        cmocka_unit_test(events_when_any_mean_then_distribution),
        cmocka_unit_test(bernoulli_when_any_chance_then_distribution),
        cmocka_unit_test(uniform_when_many_words_then_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
