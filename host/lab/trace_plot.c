/* Panels over one time axis: the first variable with ticks at its spikes, then each other
 * variable. The script with its data stays beside the picture (PATH.gnuplot): a user may change
 * it and run it again. */
#include "lab/trace_plot.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Okabe and Ito 2008: told apart by colour-blind readers too. */
static const char *const plot_colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                           "#E69F00", "#56B4E9", "#000000"};
enum {
    PLOT_COLOURS = sizeof plot_colours / sizeof *plot_colours,
    PLOT_POINTS = 4000,
    PLOT_PANELS = 24
};

struct picture {
    const struct lab_record *record;
    const struct lab_trace *panels[PLOT_PANELS];
    uint32_t n_panels, cell;
    const struct lab_population *population;
    struct text script;
};

/* A text between single quotes of gnuplot, where only the quote itself means something. */
static void add_quoted(struct text *t, const char *s)
{
    text_add(t, "'");
    for (; *s != '\0'; s++) {
        text_add_n(t, *s == '\n' ? " " : s, 1);
        if (*s == '\'') {
            text_add(t, "'");
        }
    }
    text_add(t, "'");
}

static bool has_suffix(const char *path, const char *suffix)
{
    const size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

/* Least and greatest of a panel, so that a constant has room around it. */
static void find_range(const struct picture *p, const struct lab_trace *t, double *low,
                       double *high)
{
    *low = (double)INFINITY;
    *high = -(double)INFINITY;
    for (size_t row = 0; row < t->n_rows; row++) {
        const double y = t->values[row * t->n_cells + p->cell];
        *low = y < *low ? y : *low;
        *high = y > *high ? y : *high;
    }
    if (!(*low < (double)INFINITY)) {
        *low = *high = 0.0;
    }
    if (!(*high - *low > 1e-9 * (fabs(*high) + fabs(*low)))) {
        const double room = *high == 0.0 ? 1.0 : 0.1 * fabs(*high);
        *low -= room;
        *high += room;
    }
}

/* Data as gnuplot's here-document: of long runs, least and greatest of each group of rows. */
static void add_data(struct picture *p, uint32_t k)
{
    const struct lab_trace *const t = p->panels[k];
    const size_t group =
        t->n_rows > PLOT_POINTS ? (t->n_rows + PLOT_POINTS - 1) / PLOT_POINTS : 1;
    text_print(&p->script, "$data%u << EOD\n", k);
    for (size_t at = 0; at < t->n_rows; at += group) {
        const size_t end = at + group < t->n_rows ? at + group : t->n_rows;
        size_t least = at, most = at;
        for (size_t row = at; row < end; row++) {
            const double y = t->values[row * t->n_cells + p->cell];
            least = y < t->values[least * t->n_cells + p->cell] ? row : least;
            most = y > t->values[most * t->n_cells + p->cell] ? row : most;
        }
        const size_t first = least < most ? least : most, second = least < most ? most : least;
        for (size_t j = 0; j < (first == second ? 1u : 2u); j++) {
            const size_t row = j == 0 ? first : second;
            text_print(&p->script, "%.9g %.9g\n",
                       ir_time_ms(t->from + (int64_t)row * t->every, p->record->dt_fs),
                       t->values[row * t->n_cells + p->cell]);
        }
    }
    text_add(&p->script, "EOD\n");
}

static uint32_t add_spikes(struct picture *p)
{
    uint32_t n = 0;
    text_add(&p->script, "$spikes << EOD\n");
    for (size_t k = 0; k < p->population->n_spikes; k++) {
        if (p->population->spikes[k].cell == p->panels[0]->cells[p->cell]) {
            text_print(&p->script, "%.9g\n",
                       ir_time_ms(p->population->spikes[k].step + 1, p->record->dt_fs));
            n++;
        }
    }
    text_add(&p->script, "EOD\n");
    return n;
}

/* Distance of tics, 1, 2 or 5 times a power of ten, so that about four of them fit. */
static double nice_step(double span)
{
    const double raw = span / 4.0, decade = pow(10.0, floor(log10(raw))), part = raw / decade;
    return decade * (part <= 1.0 ? 1.0 : part <= 2.0 ? 2.0 : part <= 5.0 ? 5.0 : 10.0);
}

/* Does the quantity never change (the first row of an intermediate aside)? Then a panel would
 * show nothing. */
static bool is_flat(const struct lab_trace *t, uint32_t cell)
{
    for (size_t row = 2; row < t->n_rows; row++) {
        if (t->values[row * t->n_cells + cell] != t->values[t->n_cells + cell]) {
            return false;
        }
    }
    return true;
}

static void add_panel(struct picture *p, uint32_t k, uint32_t n_spikes)
{
    const struct lab_trace *const t = p->panels[k];
    const double share = 0.84 / (p->n_panels + 1.0); /* the first panel is twice as high */
    const double top = 0.92 - (k == 0 ? 0.0 : share * (k + 1)),
                 bottom = 0.92 - share * (k + 2) + 0.012;
    double low, high;
    find_range(p, t, &low, &high);
    const double span = high - low, tick = high + 0.2 * span;
    text_print(
        &p->script,
        "set tmargin at screen %.4f\nset bmargin at screen %.4f\nset yrange [%.9g:%.9g]\n", top,
        bottom, low - 0.06 * span,
        k == 0 && n_spikes > 0 ? tick + 0.04 * span : high + 0.06 * span);
    text_print(&p->script, "set format x \"%s\"\n%s", k + 1 == p->n_panels ? "%g" : "",
               k + 1 == p->n_panels ? "set xlabel \"time (ms)\"\n" : "");
    text_add(&p->script, "set ylabel ");
    char label[128];
    (void)snprintf(label, sizeof label, "%s%s%s%s", t->variable, t->unit[0] != '\0' ? " (" : "",
                   t->unit, t->unit[0] != '\0' ? ")" : "");
    add_quoted(&p->script, label);
    text_print(&p->script,
               " rotate by 0 right offset 1,0 font \"sans,11\"\nset ytics %.9g\nplot $data%u "
               "using 1:2 with lines linewidth 1.4 linecolor "
               "rgb \"%s\" notitle",
               nice_step(span), k, plot_colours[k % PLOT_COLOURS]);
    /* A reset follows a spike within its step, so no sample shows the peak: a tick stands in
     * its place. */
    if (k == 0 && n_spikes > 0) {
        text_print(&p->script,
                   ", $spikes using 1:(%.9g):(0):(%.9g) with vectors nohead linewidth 1.4 "
                   "linecolor rgb \"%s\" notitle",
                   low + 0.6 * span, tick - low - 0.6 * span, plot_colours[0]);
    }
    text_add(&p->script, "\n");
}

static void write_script(struct picture *p, const char *title, const char *path)
{
    const char *const slash = strrchr(path, '/');
    const unsigned height = 260u + 110u * p->n_panels;
    for (uint32_t k = 0; k < p->n_panels; k++) {
        add_data(p, k);
    }
    const uint32_t n_spikes = add_spikes(p);
    text_print(&p->script,
               "set terminal %s size 1200,%u noenhanced font \"sans,12\" background "
               "\"#FFFFFF\"\nset output ",
               has_suffix(path, ".svg") ? "svg" : "pngcairo", height);
    add_quoted(&p->script, slash == NULL ? path : slash + 1);
    text_print(
        &p->script,
        "\nset encoding utf8\nset border 3 linecolor rgb \"#444444\"\nset tics nomirror out "
        "scale 0.6\n"
        "set ytics font \"sans,10\"\nset grid x linecolor rgb \"#E4E4E4\"\n"
        "set lmargin at screen 0.17\nset rmargin at screen 0.98\nset multiplot\nset label 1 ");
    add_quoted(&p->script, title);
    text_print(&p->script,
               " at screen 0.17,0.965 left font \"sans Bold,15\"\nset xrange [0:%.9g]\n",
               ir_time_ms(p->record->n_steps, p->record->dt_fs));
    for (uint32_t k = 0; k < p->n_panels; k++) {
        add_panel(p, k, n_spikes);
        text_add(&p->script, k == 0 ? "unset label 1\n" : "");
    }
    text_add(&p->script, "unset multiplot\nunset output\n");
}

static enum err_code save(const struct text *script, const char *path, struct err *e)
{
    ERR_IF(script->has_failed, e, ERR_NOMEM, "no memory for the picture");
    FILE *const file = fopen(path, "w");
    bool is_written =
        file != NULL && fwrite(script->bytes, 1, script->length, file) == script->length;
    is_written = file != NULL && fclose(file) == 0 && is_written;
    return is_written
               ? ERR_OK
               : err_set(e, ERR_IO, errno, "cannot write '%s': %s", path, strerror(errno));
}

/* gnuplot in the picture's folder. */
static enum err_code run_gnuplot(const char *script, struct text *note, struct err *e)
{
    const char *const slash = strrchr(script, '/');
    struct text cd = {0};
    text_add(&cd, "cd ");
    char folder[4096];
    (void)snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - script + 1),
                   slash == NULL ? "." : script);
    add_quoted(&cd, folder);
    char program[] = "gnuplot", fresh[] = "-d", command[] = "-e", file[4096];
    (void)snprintf(file, sizeof file, "%s", slash == NULL ? script : slash + 1);
    char *const arguments[] = {program, fresh, command, cd.bytes, file, NULL};
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child;
    const int fault = posix_spawnp(&child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    text_fini(&cd);
    if (fault == ENOENT) {
        text_print(note,
                   "no picture: gnuplot is not installed: apt install gnuplot-nox (script with "
                   "data: %s)",
                   script);
        return ERR_OK;
    }
    ERR_IF(fault != 0, e, ERR_IO, "cannot run gnuplot: %s", strerror(fault));
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        ERR_IF(errno != EINTR, e, ERR_IO, "cannot wait for gnuplot: %s", strerror(errno));
    }
    ERR_IF(!WIFEXITED(status) || WEXITSTATUS(status) != 0, e, ERR_IO,
           "gnuplot could not draw what '%s' says", script);
    return ERR_OK;
}

enum err_code lab_trace_plot(const struct lab_record *r, uint32_t population, uint32_t cell,
                             const char *title, const char *path, struct text *note,
                             struct err *e)
{
    struct picture p = {.record = r, .cell = cell, .population = &r->populations[population]};
    for (uint32_t k = 0; k < r->n_traces && p.n_panels < PLOT_PANELS; k++) {
        const struct lab_trace *const t = &r->traces[k];
        if (t->population == population && (p.n_panels == 0 || !is_flat(t, cell))) {
            p.panels[p.n_panels++] = t;
        }
    }
    ERR_IF(p.n_panels == 0, e, ERR_ARG, "nothing was recorded that could be drawn");
    char script[4096];
    const int n = snprintf(script, sizeof script, "%s.gnuplot", path);
    ERR_IF(n < 0 || (size_t)n >= sizeof script, e, ERR_ARG,
           "the path of the picture is too long");
    write_script(&p, title, path);
    enum err_code code = save(&p.script, script, e);
    if (code == ERR_OK) {
        code = run_gnuplot(script, note, e);
    }
    text_fini(&p.script);
    return code;
}
