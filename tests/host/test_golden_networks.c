/* ctest-labels: slow */
/* Networks of tests/golden against other simulators: means over 10 seeds, as many as the
 * reference has, each quantity within 5 combined standard errors. */
#include "support/expect.h"

#include "support/csv_table.h"
#include "support/golden_run.h"
#include "lab/spike_train.h"

enum { SEEDS = 10, PATH_MOST = 512 };

/* A population of ours and what the reference calls it. */
struct pair {
    const char *ours, *theirs;
};

static const char *const quantities[] = {"rate_hz", "cv_isi", "cells_in_cv",
                                         "rate_sd_over_cells_hz"};
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

static void measure(const struct golden_run *g, const char *population, double from_ms,
                    double until_ms, double out[QUANTITIES])
{
    for (uint32_t p = 0; p < g->record.n_populations; p++) {
        struct spike_train_statistics s;
        struct err e;
        if (strcmp(g->record.populations[p].name, population) == 0) {
            EXPECT_EQ_I64(spike_train_statistics(&g->record.populations[p], g->record.dt_fs,
                                                 from_ms, until_ms, 5, &s, &e),
                          ERR_OK);
            out[0] = s.rate_mean_hz;
            out[1] = s.cv_mean;
            out[2] = s.n_cv;
            out[3] = s.rate_sd_hz;
            return;
        }
    }
    fail_msg("no population %s", population);
}

static int compare(const struct csv_table *t, const char *quantity, const char *suffix,
                   const double x[SEEDS])
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s_%s", quantity, suffix);
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < SEEDS; k++) {
        sum += x[k];
        squares += x[k] * x[k];
    }
    const double mean = sum / SEEDS, variance = (squares - sum * mean) / (SEEDS - 1);
    const double ours = variance > 0.0 ? sqrt(variance / SEEDS) : 0.0;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strcmp(csv_table_text(t, row, 0), name) == 0) {
            const double theirs =
                csv_table_number(t, row, csv_table_column(t, "mean_over_seeds"));
            const double error =
                hypot(ours, csv_table_number(t, row, csv_table_column(t, "standard_error")));
            const double z = error > 0.0 ? (mean - theirs) / error : 0.0;
            const bool is_near = fabs(mean - theirs) <= 5.0 * error;
            print_message("%-28s %10.5g  reference %10.5g  %+5.2f combined standard errors\n",
                          name, mean, theirs, z);
            return is_near ? 0 : 1;
        }
    }
    fail_msg("the reference has no %s", name);
    return 1;
}

static void check_network(const char *file, const char *reference, const struct pair *pairs,
                          size_t n_pairs, double from_ms, double until_ms)
{
    static double x[4][QUANTITIES][SEEDS];
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct golden_run g;
        char text[16], path[PATH_MOST];
        (void)snprintf(text, sizeof text, "%d", seed);
        (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/%s", file);
        golden_run_begin(&g, path, NULL, 0, NULL, text, NULL);
        for (size_t k = 0; k < n_pairs; k++) {
            double found[QUANTITIES] = {0};
            measure(&g, pairs[k].ours, from_ms, until_ms, found);
            for (int q = 0; q < QUANTITIES; q++) {
                x[k][q][seed - 1] = found[q];
            }
        }
        golden_run_end(&g);
    }
    struct csv_table t;
    char path[PATH_MOST];
    int n_wrong = 0;
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/stats.csv", reference);
    EXPECT_TRUE(csv_table_read(&t, path));
    for (size_t k = 0; k < n_pairs; k++) {
        for (int q = 0; q < QUANTITIES; q++) {
            n_wrong += compare(&t, quantities[q], pairs[k].theirs, x[k][q]);
        }
    }
    csv_table_free(&t);
    EXPECT_EQ_I64(n_wrong, 0);
}

static void cuba_when_run_then_statistics_as_the_reference(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"E", "E"},
        {"I", "I"}
    };
    check_network("golden/net_cuba/network.yaml", "net_cuba", pairs, 2, 0.0, 2000.0);
}

static void striatum_when_run_then_statistics_as_the_reference(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"dSPN", "dspn"},
        {"iSPN", "ispn"},
        {"FSI",  "fsi" }
    };
    check_network("networks/striatum_4080.yaml", "net_striatum_4080", pairs, 3, 0.0, 5000.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuba_when_run_then_statistics_as_the_reference),
        cmocka_unit_test(striatum_when_run_then_statistics_as_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
