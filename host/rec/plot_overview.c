/* overview.png: raster, rates and a few voltages on one time axis, by gnuplot. The script stays
 * in DIR/plot beside its data: a user may change and run it again (cd DIR && gnuplot
 * plot/overview.gnuplot). Colours: Okabe and Ito 2008 (jfly.uni-koeln.de/color), told apart by
 * colour-blind readers too. */
#include "rec/plot_data.h"
#include "rec/rec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const plot_colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                           "#E69F00", "#56B4E9", "#000000"};

/* Where the panels lie, in parts of the picture. */
static const double plot_left = 0.105, plot_right = 0.985, plot_top = 0.925,
                    plot_bottom = 0.075, plot_gap = 0.022;

static const char *plot_colour(uint32_t k)
{
    return plot_colours[k % (sizeof plot_colours / sizeof *plot_colours)];
}

/* A text between double quotes of gnuplot. */
static void plot_quote(struct text *t, const char *s)
{
    text_add(t, "\"");
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            text_add(t, "\\");
        }
        text_add_n(t, *s == '\n' ? " " : s, 1);
    }
    text_add(t, "\"");
}

/* 12345 as "12,345". */
static const char *plot_number(uint64_t n, char out[32])
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, n);
    const size_t length = strlen(digits);
    size_t at = 0;
    for (size_t k = 0; k < length; k++) {
        if (k != 0 && (length - k) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[k];
    }
    out[at] = '\0';
    return out;
}

static void plot_panel(struct text *t, double low, double high)
{
    text_print(t,
               "set lmargin at screen %g\nset rmargin at screen %g\nset bmargin at screen "
               "%.4f\nset tmargin at screen %.4f\n",
               plot_left, plot_right, low, high);
}

static void plot_begin(struct text *t, const struct plot_data *p)
{
    char total[32];
    text_add(
        t,
        "# Draws overview.png: cd into the result folder, then gnuplot plot/overview.gnuplot\n"
        "set terminal pngcairo size 1600,1000 noenhanced font \"sans,13\" background "
        "\"#FFFFFF\"\n"
        "set output \"overview.png\"\n"
        "set encoding utf8\n"
        "set border 3 linewidth 1.2 linecolor rgb \"#444444\"\n"
        "set tics nomirror out scale 0.6 textcolor rgb \"#444444\"\n"
        "set style line 100 linecolor rgb \"#E4E4E4\" linewidth 1\n"
        "set multiplot\n");
    text_add(t, "set label 1 ");
    plot_quote(t, p->name);
    text_print(t, " at screen %g,0.968 left font \"sans Bold,17\" textcolor rgb \"#222222\"\n",
               plot_left);
    text_print(t,
               "set label 2 \"%s spikes in %.6g ms   ·   hash %s%s%s\" at screen %g,0.968 "
               "right font \"sans,12\" textcolor rgb \"#666666\"\n",
               plot_number(p->n_spikes, total), p->duration_ms, p->hash,
               strcmp(p->status, "complete") == 0 ? "" : "   ·   ",
               strcmp(p->status, "complete") == 0 ? "" : p->status, plot_right);
    text_print(t, "set xrange [0:%.9g]\nset grid x linestyle 100\n", p->duration_ms);
}

static void plot_raster(struct text *t, const struct plot_data *p, double low, double high)
{
    plot_panel(t, low, high);
    text_print(t, "set format x \"\"\nunset ytics\nset border 1\nset yrange [-0.02:%.6g]\n",
               p->height);
    uint64_t rows = 0;
    for (uint32_t k = 0; k < p->n_populations; k++) {
        const struct plot_population *const q = &p->populations[k];
        char cells[32];
        const double middle = (q->low + q->high) / 2;
        const double space =
            (q->high - q->low) / (p->height + 0.02) * (high - low); /* of the picture */
        rows += q->n_rows;
        text_print(t, "set label %u ", 10 + 3 * k);
        plot_quote(t, q->name);
        text_print(t,
                   " at graph -0.012, first %.6g right offset 0,%s font \"sans Bold,14\" "
                   "textcolor rgb \"%s\"\n",
                   middle, space > 0.07 ? "0.8" : "0.45", plot_colour(k));
        text_print(t,
                   "set label %u \"%s cell%s, %.3g Hz\" at graph -0.012, first %.6g right "
                   "offset 0,%s font \"sans,10\" textcolor rgb \"#555555\"\n",
                   11 + 3 * k, plot_number(q->n_cells, cells), q->n_cells == 1 ? "" : "s",
                   q->rate_hz, middle, space > 0.07 ? "-0.4" : "-0.5");
        if (q->n_rows < q->n_cells && space > 0.07) {
            text_print(t,
                       "set label %u \"%s of them shown\" at graph -0.012, first %.6g right "
                       "offset 0,-1.5 font \"sans,10\" textcolor rgb \"#888888\"\n",
                       12 + 3 * k, plot_number(q->n_rows, cells), middle);
        }
    }
    const double size = rows <= 60            ? 0.9
                        : rows <= 300         ? 0.5
                        : p->n_shown > 100000 ? 0.16
                        : p->n_shown > 20000  ? 0.22
                                              : 0.3;
    text_add(t, "plot NaN notitle");
    for (uint32_t k = 0; k < p->n_populations; k++) {
        if (p->populations[k].n_shown != 0) { /* gnuplot warns of files without points */
            text_print(t,
                       ", \\\n  \"plot/raster_%u.txt\" using 1:2 with points pointtype 7 "
                       "pointsize %g linecolor rgb \"%s\" notitle",
                       k + 1, size, plot_colour(k));
        }
    }
    text_add(t, "\n");
    for (uint32_t k = 0; k < 3 * p->n_populations; k++) {
        text_print(t, "unset label %u\n", 10 + k);
    }
    text_add(t, "unset label 1\nunset label 2\n");
}

/* Distance of tics, 1, 2 or 5 times a power of ten, so that about n of them fit. */
static double plot_nice_step(double span, int n)
{
    const double raw = span > 0.0 ? span / n : 1.0, decade = pow(10.0, floor(log10(raw)));
    const double part = raw / decade;
    return decade * (part <= 1.0 ? 1.0 : part <= 2.0 ? 2.0 : part <= 5.0 ? 5.0 : 10.0);
}

/* Name and unit of a panel, in the column left of its tics. */
static void plot_title(struct text *t, const char *name, const char *unit, const char *colour)
{
    text_add(t, "set label 5 ");
    plot_quote(t, name);
    text_print(t,
               " at graph -0.036, graph 0.5 right offset 0,0.5 font \"sans Bold,12\" textcolor "
               "rgb \"%s\"\nset label 6 ",
               colour);
    plot_quote(t, unit);
    text_add(t, " at graph -0.036, graph 0.5 right offset 0,-0.5 font \"sans,10\" textcolor "
                "rgb \"#555555\"\n");
}

static void plot_axes(struct text *t, double step, bool is_last)
{
    text_print(t,
               "set border 3\nset format x \"%s\"\n%sset ytics nomirror out scale 0.6 %.6g "
               "font \"sans,11\"\n",
               is_last ? "%g" : "",
               is_last ? "set xlabel \"time (ms)\" textcolor rgb \"#444444\"\n" : "", step);
}

static void plot_rates(struct text *t, const struct plot_data *p, double low, double high,
                       bool is_last)
{
    double most = 0.0;
    for (uint32_t k = 0; k < p->n_populations; k++) {
        most = p->populations[k].most_hz > most ? p->populations[k].most_hz : most;
    }
    char unit[64];
    (void)snprintf(unit, sizeof unit, "Hz, bins of %g ms", p->bin_ms);
    plot_panel(t, low, high);
    plot_title(t, "rate per cell", unit, "#222222");
    plot_axes(t, plot_nice_step(most, 4), is_last);
    text_print(t, "set yrange [0:%.6g]\nset grid x y linestyle 100\nplot ",
               most > 0.0 ? most * 1.05 : 1.0);
    for (uint32_t k = 0; k < p->n_populations; k++) {
        text_print(t,
                   "%s\\\n  \"plot/rates.txt\" using 1:%u with steps linewidth 2 linecolor rgb "
                   "\"%s\" notitle",
                   k == 0 ? "" : ", ", k + 2, plot_colour(k));
    }
    text_add(t, "\nset grid noy\n");
}

static void plot_trace(struct text *t, const struct plot_data *p, uint32_t k, double low,
                       double high)
{
    const struct plot_trace *const trace = &p->traces[k];
    const char *const colour = plot_colour(trace->population);
    const double span = trace->most - trace->least > 1e-3 ? trace->most - trace->least : 1.0;
    /* Reset follows a spike within its step, so no sample shows the peak: a tick stands in its
     * place. */
    const double base = trace->least + 0.4 * span, top = trace->most + 0.25 * span;
    char name[192], unit[64];
    (void)snprintf(name, sizeof name, "%s %" PRIu64, p->populations[trace->population].name,
                   trace->cell);
    (void)snprintf(unit, sizeof unit, "v%s%s", p->unit[0] == '\0' ? "" : ", ", p->unit);
    plot_panel(t, low, high);
    plot_title(t, name, unit, colour);
    plot_axes(t, plot_nice_step(span, 4), k + 1 == p->n_traces);
    text_print(t, "set yrange [%.6g:%.6g]\n", trace->least - 0.08 * span, top + 0.04 * span);
    text_print(t,
               "plot \"plot/trace_%u.txt\" using 1:2 with lines linewidth 1.3 linecolor rgb "
               "\"%s\" notitle",
               k + 1, colour);
    if (trace->n_ticks != 0) {
        text_print(t,
                   ", \\\n  \"plot/ticks_%u.txt\" using 1:(%.6g):(0):(%.6g) with vectors "
                   "nohead linewidth 1.3 linecolor rgb \"%s\" notitle",
                   k + 1, base, top - base, colour);
    }
    text_add(t, "\n");
}

static enum err_code plot_script(const struct plot_data *p, struct err *e)
{
    struct text t = {0};
    const double all = plot_top - plot_bottom;
    const double traces = p->n_traces * 0.115;
    const double rates = 0.17, raster_low = plot_bottom + all * (traces + rates);
    const double rates_low = plot_bottom + all * traces;
    plot_begin(&t, p);
    plot_raster(&t, p, raster_low + plot_gap, plot_top);
    plot_rates(&t, p, rates_low + (p->n_traces == 0 ? 0.0 : plot_gap), raster_low,
               p->n_traces == 0);
    for (uint32_t k = 0; k < p->n_traces; k++) {
        const double height = all * traces / p->n_traces, low = rates_low - height * (k + 1);
        plot_trace(&t, p, k, low + (k + 1 == p->n_traces ? 0.0 : plot_gap * 0.6), low + height);
    }
    text_add(&t, "unset multiplot\nunset output\n");
    char path[4096];
    plot_data_path(p, "plot/overview.gnuplot", path, sizeof path);
    FILE *const file = t.has_failed ? NULL : fopen(path, "w");
    enum err_code code =
        t.has_failed ? err_set(e, ERR_NOMEM, 0, "no memory for the plot's script") : ERR_OK;
    if (code == ERR_OK && (file == NULL || fwrite(t.bytes, 1, t.length, file) != t.length)) {
        code = err_set(e, ERR_IO, errno, "cannot write '%s': %s", path, strerror(errno));
    }
    if (file != NULL && fclose(file) != 0 && code == ERR_OK) {
        code = err_set(e, ERR_IO, errno, "cannot write '%s': %s", path, strerror(errno));
    }
    text_fini(&t);
    return code;
}

/* First line of gnuplot's complaints. */
static void plot_complaint(const char *log, char *out, size_t n)
{
    out[0] = '\0';
    FILE *const file = fopen(log, "r");
    if (file != NULL) {
        while (fgets(out, (int)n, file) != NULL && strspn(out, " \t\n^") == strlen(out)) {
        }
        (void)fclose(file);
    }
    out[strcspn(out, "\n")] = '\0';
}

/* gnuplot -d -e "cd 'DIR'" plot/overview.gnuplot, found through PATH; a folder's quotes are
 * doubled. */
static enum err_code plot_run(const struct plot_data *p, struct text *note, struct err *e)
{
    struct text cd = {0};
    text_add(&cd, "cd '");
    for (const char *s = p->dir; *s != '\0'; s++) {
        text_add_n(&cd, s, 1);
        if (*s == '\'') {
            text_add(&cd, "'");
        }
    }
    text_add(&cd, "'");
    ERR_IF(cd.has_failed, e, ERR_NOMEM, "no memory to run gnuplot");
    char log[4096], program[] = "gnuplot", fresh[] = "-d", command[] = "-e",
                    script[] = "plot/overview.gnuplot";
    plot_data_path(p, "plot/gnuplot.log", log, sizeof log);
    char *const arguments[] = {program, fresh, command, cd.bytes, script, NULL};
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
                                           O_WRONLY | O_CREAT | O_TRUNC, 0666);
    (void)posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child;
    const int fault = posix_spawnp(&child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    text_fini(&cd);
    if (fault == ENOENT) {
        text_print(note,
                   "no overview.png: gnuplot is not installed: apt install gnuplot-nox (its "
                   "data and script are in %s/plot)",
                   p->dir);
        return ERR_OK;
    }
    ERR_IF(fault != 0, e, ERR_IO, "cannot run gnuplot: %s", strerror(fault));
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        ERR_IF(errno != EINTR, e, ERR_IO, "cannot wait for gnuplot: %s", strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return ERR_OK;
    }
    char complaint[256];
    plot_complaint(log, complaint, sizeof complaint);
    return err_set(e, ERR_IO, status, "gnuplot could not draw '%s/overview.png': %s", p->dir,
                   complaint[0] != '\0' ? complaint : "it does not say why");
}

enum err_code rec_plot_overview(const char *dir, struct text *note, struct err *e)
{
    struct plot_data p;
    enum err_code code = plot_data_collect(&p, dir, e);
    if (code == ERR_OK) {
        code = plot_script(&p, e);
    }
    if (code == ERR_OK) {
        code = plot_run(&p, note, e);
    }
    plot_data_fini(&p);
    return code;
}
