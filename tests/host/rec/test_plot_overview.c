#include "support/expect.h"

#include "rec/rec.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct model model = {.stem = "cell_model"};
static uint32_t cells[] = {0, 3};
static struct net_trace traces[] = {
    {.population = 0,
     .cells = cells,
     .n_cells = 2,
     .every = 1,
     .from = 0,
     .until = 20000,
     .variable = "v",
     .unit = "mV"}
};
static struct net_population populations[] = {
    {.name = "big",   .n = 4000, .n_padded = 4000, .model = &model, .records_spikes = true},
    {.name = "small", .n = 5,    .n_padded = 16,   .model = &model, .records_spikes = true}
};
static const struct desc_network desc = {
    .file = "small.yaml", .stem = "small", .name = "a \"quoted\" \\ name"};
static struct network network = {.desc = &desc,
                                 .populations = populations,
                                 .n_populations = 2,
                                 .traces = traces,
                                 .n_traces = 1,
                                 .n_steps = 20000,
                                 .dt_fs = 100000000000};
static char folder[64];

static int enter(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "test_plot_XXXXXX");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("..") != 0 ? 1 : system(command);
}

/* A run of 2 s: cell i of the big population fires at step 5*i, the small one never. */
static void make_run(const char *dir, bool has_spikes, enum rec_status status)
{
    struct err e;
    struct rec *r;
    EXPECT_OK(rec_open(&r, &network,
                       &(struct rec_options){.dir = dir, .version = "1", .command = "test"},
                       &e));
    struct sim_sink sink = rec_sink(r);
    static struct sim_spike spikes[4000];
    static double rows[20000 * 2];
    for (uint32_t k = 0; k < 4000; k++) {
        spikes[k] = (struct sim_spike){5 * k, k};
    }
    for (uint32_t k = 0; k < 40000; k++) {
        rows[k] = k == 24681 ? 31.5 : -60.0 - (double)(k % 7);
    }
    EXPECT_OK(sink.spikes(sink.context, 0, 0, 32, spikes, has_spikes ? 4000 : 0, &e));
    if (network.n_traces != 0) {
        EXPECT_OK(sink.rows(sink.context, 0, 0, 20000, rows, &e));
    }
    uint64_t counts[] = {has_spikes ? 4000 : 0, 0}, hashes[] = {1, 0};
    const struct sim_report report = {.n_spikes = counts[0],
                                      .population_spikes = counts,
                                      .population_hash = hashes,
                                      .n_done = 20000};
    struct rec_summary s = {.status = status, .report = &report, .backend = "cpu"};
    struct text json = {0};
    EXPECT_OK(rec_close(r, &s, &json, &e));
    text_fini(&json);
    rec_destroy(r);
}

/* Width and height in a PNG's header, or 0. */
static void png_size(const char *path, uint32_t size[2])
{
    unsigned char head[24] = {0};
    FILE *const f = fopen(path, "rb");
    size[0] = size[1] = 0;
    if (f != NULL && fread(head, 1, sizeof head, f) == sizeof head &&
        memcmp(head, "\x89PNG", 4) == 0) {
        for (int k = 0; k < 2; k++) {
            const unsigned char *const b = head + 16 + 4 * k;
            size[k] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
}

static bool has_gnuplot(void)
{
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
}

static char *read_text(const char *path)
{
    struct err e;
    char *bytes;
    size_t n;
    EXPECT_OK(text_read_file(&bytes, &n, path, 1 << 24, &e));
    return bytes;
}

static void picture_has_its_size_when_gnuplot_is_there(void **state)
{
    (void)state;
    struct err e;
    struct text note = {0};
    make_run("it's a run", true, REC_COMPLETE);
    EXPECT_OK(rec_plot_overview("it's a run", &note, &e));
    if (!has_gnuplot()) {
        EXPECT_CONTAINS(text_string(&note), "gnuplot is not installed");
        skip();
    }
    EXPECT_STR(text_string(&note), "");
    uint32_t size[2];
    png_size("it's a run/overview.png", size);
    EXPECT_EQ_I64(size[0], 1600);
    EXPECT_EQ_I64(size[1], 1000);
    char *const log = read_text("it's a run/plot/gnuplot.log");
    EXPECT_STR(log, "");
    mem_free(log);
}

static void columns_hold_raster_rates_and_peaks(void **state)
{
    (void)state;
    struct err e;
    struct text note = {0};
    make_run("data", true, REC_COMPLETE);
    EXPECT_OK(rec_plot_overview("data", &note, &e));
    text_fini(&note);
    char *raster = read_text("data/plot/raster_1.txt");
    uint32_t lines = 0;
    for (const char *c = raster; *c != '\0'; c++) {
        lines += *c == '\n' ? 1u : 0u;
    }
    EXPECT_EQ_I64(lines, 1 + 1000); /* 4,000 cells, every fourth is shown */
    EXPECT_CONTAINS(raster, "\n0.1 ");
    EXPECT_CONTAINS(raster, " 3996\n");
    mem_free(raster);
    char *const rates = read_text("data/plot/rates.txt");
    EXPECT_CONTAINS(rates,
                    "# begin of bin in ms, then Hz per cell of big small\n0 0.5 0\n20 0.5 0\n");
    EXPECT_CONTAINS(rates, "\n2000 0.5 0\n");
    mem_free(rates);
    char *const trace =
        read_text("data/plot/trace_2.txt"); /* the second cell's; 20,000 rows are thinned */
    EXPECT_CONTAINS(trace, "cell 3 of big");
    EXPECT_CONTAINS(trace, " 31.5\n");
    EXPECT_TRUE(strlen(trace) < 250000);
    mem_free(trace);
    char *const ticks = read_text("data/plot/ticks_2.txt");
    EXPECT_STR(ticks, "# spikes of cell 3 of big: t in ms\n1.6\n");
    mem_free(ticks);
}

static void silent_and_interrupted_runs_are_drawn(void **state)
{
    (void)state;
    struct err e;
    struct text note = {0};
    make_run("silent", false, REC_INTERRUPTED);
    network.n_traces = 0;
    make_run("bare", true, REC_COMPLETE);
    network.n_traces = 1;
    EXPECT_OK(rec_plot_overview("silent.partial", &note, &e));
    EXPECT_OK(rec_plot_overview("bare", &note, &e));
    if (!has_gnuplot()) {
        skip();
    }
    uint32_t size[2];
    png_size("silent.partial/overview.png", size);
    EXPECT_EQ_I64(size[0], 1600);
    png_size("bare/overview.png", size);
    EXPECT_EQ_I64(size[0], 1600);
    text_fini(&note);
}

static void missing_gnuplot_is_a_note_and_missing_files_are_errors(void **state)
{
    (void)state;
    struct err e;
    struct text note = {0};
    make_run("alone", true, REC_COMPLETE);
    char *const old = strdup(getenv("PATH") == NULL ? "" : getenv("PATH"));
    EXPECT_TRUE(mkdir("empty", 0777) == 0 && setenv("PATH", "./empty", 1) == 0);
    EXPECT_OK(rec_plot_overview("alone", &note, &e));
    EXPECT_TRUE(setenv("PATH", old, 1) == 0);
    free(old);
    EXPECT_CONTAINS(text_string(&note), "gnuplot is not installed: apt install gnuplot-nox");
    text_fini(&note);
    EXPECT_ERR(rec_plot_overview("nowhere", &note, &e), ERR_IO,
               "cannot read 'nowhere/summary.json'");
    EXPECT_TRUE(unlink("alone/spikes.h5") == 0);
    EXPECT_ERR(rec_plot_overview("alone", &note, &e), ERR_IO,
               "cannot open 'alone/spikes.h5': No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_has_its_size_when_gnuplot_is_there),
        cmocka_unit_test(columns_hold_raster_rates_and_peaks),
        cmocka_unit_test(silent_and_interrupted_runs_are_drawn),
        cmocka_unit_test(missing_gnuplot_is_a_note_and_missing_files_are_errors)};
    return cmocka_run_group_tests(tests, enter, leave);
}
