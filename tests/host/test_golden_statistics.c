/* Statistics of independent noisy cells (tests/golden/NAME_stats) against other simulators:
 * each quantity within 5 combined standard errors, with as many cells and seconds as the
 * reference had. */
#include "support/expect.h"

#include "support/csv_table.h"
#include "support/golden_run.h"
#include "lab/spike_train.h"

enum { PATH_MOST = 512 };

struct quantity {
    char name[64];
    double value, standard_error;
};

static double mean_and_error(const double *x, size_t n, double *sd)
{
    double sum = 0.0, squares = 0.0;
    for (size_t k = 0; k < n; k++) {
        sum += x[k];
    }
    const double mean = sum / (double)n;
    for (size_t k = 0; k < n; k++) {
        squares += (x[k] - mean) * (x[k] - mean);
    }
    *sd = sqrt(squares / (double)(n - 1));
    return mean;
}

/* Mean over all samples, and their standard deviation, with errors from the cells' own. */
static void of_trace(const struct lab_trace *t, struct quantity *mean, struct quantity *spread)
{
    double *const means = calloc(t->n_cells, sizeof *means), *const sds = calloc(t->n_cells,
                                                                                 sizeof *sds);
    double *const cell = calloc(t->n_rows, sizeof *cell);
    double sum = 0.0, squares = 0.0, sd;
    for (uint32_t c = 0; c < t->n_cells; c++) {
        for (size_t row = 0; row < t->n_rows; row++) {
            cell[row] = t->values[row * t->n_cells + c];
        }
        means[c] = mean_and_error(cell, t->n_rows, &sds[c]);
    }
    mean->value = mean_and_error(means, t->n_cells, &sd);
    mean->standard_error = sd / sqrt((double)t->n_cells);
    for (size_t k = 0; k < t->n_rows * t->n_cells; k++) {
        const double d = t->values[k] - mean->value;
        sum += d;
        squares += d * d;
    }
    spread->value = sqrt(squares / (double)(t->n_rows * t->n_cells));
    (void)mean_and_error(sds, t->n_cells, &sd);
    spread->standard_error = sd / sqrt((double)t->n_cells);
    free(means);
    free(sds);
    free(cell);
}

static struct quantity measure(const struct golden_run *g, const char *name)
{
    struct quantity q = {.value = (double)NAN}, other = {.value = 0.0};
    struct spike_train_statistics s;
    struct err e;
    const struct lab_population *const p = &g->record.populations[0];
    EXPECT_EQ_I64(spike_train_statistics(p, g->record.dt_fs, 500.0, 4500.0, 3, &s, &e), ERR_OK);
    (void)snprintf(q.name, sizeof q.name, "%s", name);
    const double root = sqrt((double)p->n);
    if (strcmp(name, "rate_hz_mean") == 0) {
        q.value = s.rate_mean_hz;
        q.standard_error = s.rate_sd_hz / root;
    } else if (strcmp(name, "rate_hz_sd_over_neurons") == 0) {
        q.value = s.rate_sd_hz;
        q.standard_error = s.rate_sd_hz / sqrt(2.0 * (p->n - 1.0));
    } else if (strcmp(name, "isi_cv_mean") == 0) {
        q.value = s.cv_mean;
        q.standard_error = s.cv_sd / sqrt((double)s.n_cv);
    } else {
        char variable[64];
        (void)snprintf(variable, sizeof variable, "%s", name);
        *strrchr(variable, '_') = '\0';
        const struct lab_trace *const t = lab_trace_of(&g->record, 0, variable);
        EXPECT_TRUE(t != NULL);
        const bool is_mean = strcmp(strrchr(name, '_'), "_mean") == 0;
        of_trace(t, is_mean ? &q : &other, is_mean ? &other : &q);
    }
    return q;
}

static int compare(const char *what, const char *quantity, double ours, double our_error,
                   double theirs, double their_error)
{
    const double error = sqrt(our_error * our_error + their_error * their_error),
                 z = (ours - theirs) / error;
    const bool is_near = fabs(z) <= 5.0;
    if (!is_near || getenv("GOLDEN_VERBOSE") != NULL) {
        print_error(
            "%s %s: %.6g ± %.2g, reference %.6g ± %.2g: %+.1f combined standard errors\n", what,
            quantity, ours, our_error, theirs, their_error, z);
    }
    return is_near ? 0 : 1;
}

static int check_cells(const char *name)
{
    struct golden_run g;
    struct csv_table t;
    char path[PATH_MOST];
    int n_wrong = 0;
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/network.yaml", name);
    golden_run_begin(&g, path, NULL, 0, NULL, NULL, NULL);
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/stats.csv", name);
    EXPECT_TRUE(csv_table_read(&t, path));
    EXPECT_TRUE(t.n_rows >= 5);
    for (size_t row = 0; row < t.n_rows; row++) {
        const struct quantity q =
            measure(&g, csv_table_text(&t, row, csv_table_column(&t, "quantity")));
        n_wrong += compare(name, q.name, q.value, q.standard_error,
                           csv_table_number(&t, row, csv_table_column(&t, "value")),
                           csv_table_number(&t, row, csv_table_column(&t, "standard_error")));
    }
    csv_table_free(&t);
    golden_run_end(&g);
    return n_wrong;
}

static int check_window(const char *name, const struct golden_run *g, const struct csv_table *t,
                        size_t row)
{
    struct spike_train_statistics s;
    struct err e;
    const struct lab_population *const p = &g->record.populations[0];
#define COLUMN(c) csv_table_number(t, row, csv_table_column(t, c))
    EXPECT_EQ_I64(spike_train_statistics(p, g->record.dt_fs, COLUMN("from_ms"), COLUMN("to_ms"),
                                         10, &s, &e),
                  ERR_OK);
    const double root = sqrt((double)p->n);
    return compare(name, "rate_hz", s.rate_mean_hz, s.rate_sd_hz / root, COLUMN("rate_hz"),
                   COLUMN("rate_se")) +
           compare(name, "fano", s.fano, s.fano * sqrt(2.0 / (p->n - 1.0)), COLUMN("fano"),
                   COLUMN("fano_se")) +
           compare(name, "isi_cv", s.cv_mean, s.cv_sd / sqrt((double)s.n_cv), COLUMN("isi_cv"),
                   COLUMN("isi_cv_se"));
#undef COLUMN
}

static int check_bins(const char *name, const struct golden_run *g)
{
    struct csv_table t;
    char path[PATH_MOST];
    int n_wrong = 0;
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/rate_vs_time.csv",
                   name);
    EXPECT_TRUE(csv_table_read(&t, path));
    EXPECT_TRUE(t.n_rows >= 80);
    const struct lab_population *const p = &g->record.populations[0];
    for (size_t row = 0; row < t.n_rows; row++) {
        const double from = csv_table_number(&t, row, csv_table_column(&t, "bin_start_ms"));
        struct spike_train_statistics s;
        struct err e;
        EXPECT_EQ_I64(spike_train_statistics(p, g->record.dt_fs, from, from + 50.0, 10, &s, &e),
                      ERR_OK);
        /* At rates near 0 a bin may hold no spike at all: one spike is then the error. */
        const double least = 1.0 / (p->n * 0.05);
        n_wrong += compare(
            name, "rate in a bin", s.rate_mean_hz,
            fmax(least, s.rate_sd_hz / sqrt((double)p->n)),
            csv_table_number(&t, row, csv_table_column(&t, "rate_hz")),
            fmax(least, csv_table_number(&t, row, csv_table_column(&t, "standard_error"))));
    }
    csv_table_free(&t);
    return n_wrong;
}

static int check_poisson(const char *name)
{
    struct golden_run g;
    struct csv_table t;
    char path[PATH_MOST];
    int n_wrong = 0;
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/network.yaml", name);
    golden_run_begin(&g, path, NULL, 0, NULL, NULL, NULL);
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/stats.csv", name);
    EXPECT_TRUE(csv_table_read(&t, path));
    for (size_t row = 0; row < t.n_rows; row++) {
        n_wrong += check_window(name, &g, &t, row);
    }
    n_wrong += check_bins(name, &g);
    csv_table_free(&t);
    golden_run_end(&g);
    return n_wrong;
}

static void noisy_cells_when_run_then_statistics_as_the_reference(void **state)
{
    (void)state;
    static const char *const names[] = {"izh2003_fixed_noisy_ampa_stats",
                                        "izh2003_noisy_ampa_stats",
                                        "izh2003_noisy_ampa_nonlin_stats",
                                        "izh2003_noisy_base_stats",
                                        "izh2003_noisy_base_nonlin_stats",
                                        "izh2003_noisy_ampa_oscillating_stats",
                                        "izh2003_noisy_base_snr_stats",
                                        "izh2007_noisy_ampa_stats",
                                        "izh2007_noisy_base_stats",
                                        "izh2007_fsi_noisy_ampa_stats",
                                        "izhikevich_golomb_stats",
                                        "izh2007_noisy_ampa_oscillating_stats",
                                        "izh2007_corbit_fsi_noisy_ampa_stats",
                                        "izh2007_corbit_fsi_noisy_base_stats"};
    int n_wrong = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        n_wrong += check_cells(names[k]);
    }
    EXPECT_EQ_I64(n_wrong, 0);
}

static void poisson_sources_when_run_then_statistics_as_the_reference(void **state)
{
    (void)state;
    EXPECT_EQ_I64(check_poisson("poisson_stats") + check_poisson("poisson_up_down_stats") +
                      check_poisson("poisson_sin_stats"),
                  0);
}

/* Spikes of each current within one of the reference's, in 5 s and in the last 4 s; the first
 * within 2 % of its time. */
static int check_f_i(const char *name)
{
    struct golden_run g;
    struct csv_table t;
    char path[PATH_MOST];
    int n_wrong = 0;
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/network.yaml", name);
    golden_run_begin(&g, path, NULL, 0, NULL, NULL, NULL);
    (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%s/f_i.csv", name);
    EXPECT_TRUE(csv_table_read(&t, path));
    const struct lab_population *const p = &g.record.populations[0];
    EXPECT_EQ_I64(t.n_rows, p->n);
    for (uint32_t cell = 0; cell < p->n; cell++) {
        long all = 0, last = 0, first = -1;
        for (size_t k = 0; k < p->n_spikes; k++) {
            if (p->spikes[k].cell == cell) {
                first = first < 0 ? (long)p->spikes[k].step : first;
                all++;
                last += p->spikes[k].step + 1 > 10000 ? 1 : 0;
            }
        }
        const long wanted = (long)csv_table_number(&t, cell, csv_table_column(&t, "spikes_5s")),
                   wanted_last =
                       (long)csv_table_number(&t, cell, csv_table_column(&t, "spikes_last_4s")),
                   wanted_first = (long)csv_table_number(
                       &t, cell, csv_table_column(&t, "first_spike_step"));
        if (labs(all - wanted) > 1 || labs(last - wanted_last) > 1 || first != wanted_first) {
            print_error("%s, current %s: %ld spikes (%ld in the last 4 s, first in step %ld), "
                        "wanted %ld (%ld, %ld)\n",
                        name, csv_table_text(&t, cell, 0), all, last, first, wanted,
                        wanted_last, wanted_first);
            n_wrong++;
        }
    }
    csv_table_free(&t);
    golden_run_end(&g);
    return n_wrong;
}

static void currents_when_stepped_then_rates_as_the_reference(void **state)
{
    (void)state;
    EXPECT_EQ_I64(check_f_i("fi_nn09_spn") + check_f_i("fi_fsi_phi0"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noisy_cells_when_run_then_statistics_as_the_reference),
        cmocka_unit_test(poisson_sources_when_run_then_statistics_as_the_reference),
        cmocka_unit_test(currents_when_stepped_then_rates_as_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
