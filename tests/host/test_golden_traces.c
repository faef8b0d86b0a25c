/* The traces and spikes of tests/golden, made with other simulators, in double precision: every
 * spike at the exact step, every recorded value within the largest of: 100 times the difference
 * between two independent double-precision programs (tests/golden/cases.csv), 1e-9 of the
 * column's largest magnitude, and what a start shifted by 1e-12 mV changes. In single
 * precision: the first two spikes of each cell at the exact step (cases.csv may allow one
 * step), and as many spikes as the reference to within what cases.csv allows. */
#include "support/expect.h"

#include "support/csv_table.h"
#include "support/golden_run.h"
#include "lang/parse.h"

#include <dirent.h>

enum { PATH_MOST = 512, CELLS_MOST = 256 };

struct golden_case {
    char name[96], folder[PATH_MOST], network[PATH_MOST + 16];
    double difference; /* mV, between two independent programs */
    long first_steps; /* single precision: steps by which the first two spikes may differ … */
    double count_percent; /* … and the number of spikes, in percent (at least one spike) */
};

static struct golden_case read_case(const struct csv_table *t, size_t row)
{
    struct golden_case c = {
        .difference = csv_table_number(t, row, csv_table_column(t, "difference_mV")),
        .first_steps =
            (long)csv_table_number(t, row, csv_table_column(t, "single_first_steps")),
        .count_percent = csv_table_number(t, row, csv_table_column(t, "single_count_percent"))};
    (void)snprintf(c.name, sizeof c.name, "%s",
                   csv_table_text(t, row, csv_table_column(t, "case")));
    (void)snprintf(c.folder, sizeof c.folder, TEST_SOURCE_DIR "/tests/golden/%s", c.name);
    (void)snprintf(c.network, sizeof c.network, "%s/network.yaml", c.folder);
    return c;
}

static bool read_table(struct csv_table *t, const struct golden_case *c, const char *file)
{
    char path[PATH_MOST + 32];
    (void)snprintf(path, sizeof path, "%s/%s", c->folder, file);
    return csv_table_read(t, path);
}

/* The population and cell of number `cell` of a file that counts cells over all populations. */
static void find_cell(const struct lab_record *r, uint32_t cell, uint32_t *population,
                      uint32_t *index)
{
    *population = 0;
    *index = cell;
    while (*population + 1 < r->n_populations && *index >= r->populations[*population].n) {
        *index -= r->populations[(*population)++].n;
    }
}

/* A column is a recorded variable of cell 0, or "variable_cell" in files of several cells. */
static const struct lab_trace *find_trace(const struct lab_record *r, const char *column,
                                          uint32_t *lane)
{
    uint32_t population = 0, index = 0;
    char name[64];
    (void)snprintf(name, sizeof name, "%s", column);
    const struct lab_trace *t = lab_trace_of(r, 0, name);
    char *const underscore = strrchr(name, '_');
    if (t == NULL && underscore != NULL) {
        find_cell(r, (uint32_t)strtoul(underscore + 1, NULL, 10), &population, &index);
        *underscore = '\0';
        t = lab_trace_of(r, population, name);
    }
    for (*lane = 0; t != NULL && *lane < t->n_cells; (*lane)++) {
        if (t->cells[*lane] == index) {
            return t;
        }
    }
    return NULL;
}

static double value_at(const struct lab_record *r, const struct lab_trace *t, uint32_t lane,
                       double t_ms)
{
    const int64_t step = (int64_t)llround(t_ms * 1e12 / (double)r->dt_fs);
    const int64_t row = (step - t->from) / t->every;
    EXPECT_TRUE((step - t->from) % t->every == 0 && row >= 0 && (size_t)row < t->n_rows);
    return t->values[(size_t)row * t->n_cells + lane];
}

static double largest(const struct csv_table *t, int column)
{
    double most = 0.0;
    for (size_t row = 0; row < t->n_rows; row++) {
        most = fmax(most, fabs(csv_table_number(t, row, column)));
    }
    return most;
}

/* NEST integrates adaptively, to 1e-3 absolute; ours is rk4. V may differ by what the case
 * states, a conductance of tau = 0.2 ms by rk4's own error at h/tau = 1/2: 1 - 1/2 + 1/8 - 1/48
 * + 1/384 against e^-1/2, 4e-4 in a step. */
static double own_rule(const struct golden_case *c, const struct csv_table *t, int column)
{
    if (strcmp(c->name, "nest_iaf_cond_exp") != 0) {
        return 0.0;
    }
    return strcmp(t->names[column], "V_m") == 0 ? 5e-3 : 5e-4 * largest(t, column);
}

/* Number of values that differ by more than they may. */
static int compare_column(const struct golden_case *c, const struct csv_table *t, int column,
                          const struct lab_record *r, const struct lab_record *shifted)
{
    uint32_t lane;
    const struct lab_trace *const ours = find_trace(r, t->names[column], &lane);
    if (ours == NULL) {
        print_error("%s: nothing recorded for column '%s'\n", c->name, t->names[column]);
        return 1;
    }
    const struct lab_trace *const moved = &shifted->traces[ours - r->traces];
    const int time = csv_table_column(t, "t_ms");
    double shift = 0.0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const double t_ms = csv_table_number(t, row, time);
        shift = fmax(
            shift, fabs(value_at(r, ours, lane, t_ms) - value_at(shifted, moved, lane, t_ms)));
    }
    const double allowed =
        fmax(fmax(fmax(100.0 * c->difference, 1e-9 * largest(t, column)), shift),
             own_rule(c, t, column));
    int n_wrong = 0;
    double worst = 0.0, worst_ms = 0.0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const double t_ms = csv_table_number(t, row, time);
        const double d = fabs(value_at(r, ours, lane, t_ms) - csv_table_number(t, row, column));
        if (!(d <= worst)) {
            worst = d;
            worst_ms = t_ms;
        }
        n_wrong += d <= allowed ? 0 : 1;
    }
    if (n_wrong > 0) {
        print_error("%s: %d of %zu values of '%s' differ, at most by %.3g (at %g ms), and may "
                    "by %.3g\n",
                    c->name, n_wrong, t->n_rows, t->names[column], worst, worst_ms, allowed);
    }
    return n_wrong;
}

/* The last row of a reference stands at the end of its last step: one step more than the run
 * has. */
static void lengthen(const struct golden_case *c, char *duration, size_t n)
{
    struct csv_table t;
    EXPECT_TRUE(read_table(&t, c, "trace.csv"));
    EXPECT_TRUE(t.n_rows >= 2);
    (void)snprintf(duration, n, "%.12g ms",
                   csv_table_number(&t, t.n_rows - 1, csv_table_column(&t, "t_ms")) + 0.1);
    csv_table_free(&t);
}

/* Spikes of both, each as (step, cell over all populations), sorted by step, then cell. */
struct spike {
    int64_t step;
    uint32_t cell;
};

static int by_step(const void *a, const void *b)
{
    const struct spike *const x = a, *const y = b;
    return x->step != y->step ? (x->step < y->step ? -1 : 1)
                              : (x->cell > y->cell) - (x->cell < y->cell);
}

static size_t our_spikes(const struct lab_record *r, struct spike **out)
{
    size_t n = 0;
    uint32_t first = 0;
    for (uint32_t p = 0; p < r->n_populations; p++) {
        n += r->populations[p].n_spikes;
    }
    *out = calloc(n + 1, sizeof **out);
    n = 0;
    for (uint32_t p = 0; p < r->n_populations; p++) {
        for (size_t k = 0; k < r->populations[p].n_spikes; k++) {
            (*out)[n++] = (struct spike){r->populations[p].spikes[k].step,
                                         first + r->populations[p].spikes[k].cell};
        }
        first += r->populations[p].n;
    }
    qsort(*out, n, sizeof **out, by_step);
    return n;
}

static size_t their_spikes(const struct golden_case *c, struct spike **out)
{
    struct csv_table t;
    EXPECT_TRUE(read_table(&t, c, "spikes.csv"));
    const int step = csv_table_column(&t, "step"), cell = csv_table_column(&t, "cell");
    *out = calloc(t.n_rows + 1, sizeof **out);
    for (size_t k = 0; k < t.n_rows; k++) {
        (*out)[k] = (struct spike){(int64_t)csv_table_number(&t, k, step),
                                   cell < 0 ? 0 : (uint32_t)csv_table_number(&t, k, cell)};
    }
    const size_t n = t.n_rows;
    qsort(*out, n, sizeof **out, by_step);
    csv_table_free(&t);
    return n;
}

static int compare_spikes(const struct golden_case *c, const struct lab_record *r)
{
    struct spike *ours, *theirs;
    const int64_t end =
        r->n_steps - (int64_t)llround(1e11 / (double)r->dt_fs); /* without the lengthening */
    const size_t m = their_spikes(c, &theirs);
    size_t n = our_spikes(r, &ours);
    while (n > 0 && ours[n - 1].step >= end) {
        n--;
    }
    int n_wrong = n == m ? 0 : 1;
    if (n != m) {
        print_error("%s: %zu spikes, %zu wanted\n", c->name, n, m);
    }
    for (size_t k = 0; k < n && k < m; k++) {
        if (by_step(&ours[k], &theirs[k]) != 0) {
            print_error("%s: spike %zu in step %" PRId64 " of cell %u, wanted in step %" PRId64
                        " of cell %u\n",
                        c->name, k, ours[k].step, ours[k].cell, theirs[k].step, theirs[k].cell);
            n_wrong++;
            break;
        }
    }
    free(ours);
    free(theirs);
    return n_wrong;
}

/* A second run whose first population's v (V) begins 1e-12 mV higher; NULL entry where the
 * model has none. */
static const char *shift_entry(const struct golden_run *g, char *entry, size_t n)
{
    const struct desc_population *const p = &g->desc->populations[0];
    const char *const name = model_find_state(p->model, "v") >= 0   ? "v"
                             : model_find_state(p->model, "V") >= 0 ? "V"
                                                                    : NULL;
    if (name == NULL) {
        return NULL;
    }
    const uint32_t state = (uint32_t)model_find_state(p->model, name);
    const struct ast *value = p->model->states[state].initial;
    for (uint32_t k = 0; k < p->n_initial; k++) {
        value = p->initial[k].index == state ? p->initial[k].value : value;
    }
    struct text t = {0};
    lang_print(value, &t);
    (void)snprintf(entry, n, "populations.%s.initial.%s=\"(%s) + 1e-12%s\"", p->name, name,
                   text_string(&t), p->model->no_units ? "" : " mV");
    text_fini(&t);
    return entry;
}

static int check_double(const struct golden_case *c)
{
    struct golden_run run, moved;
    struct csv_table t;
    char entry[256], duration[32];
    lengthen(c, duration, sizeof duration);
    golden_run_begin(&run, c->network, NULL, 0, "double", NULL, duration);
    const char *const shift = shift_entry(&run, entry, sizeof entry);
    golden_run_begin(&moved, c->network, &shift, shift == NULL ? 0 : 1, "double", NULL,
                     duration);
    int n_wrong = compare_spikes(c, &run.record);
    EXPECT_TRUE(read_table(&t, c, "trace.csv"));
    for (uint32_t k = 0; k < t.n_columns; k++) {
        if (strcmp(t.names[k], "t_ms") != 0) {
            n_wrong += compare_column(c, &t, (int)k, &run.record, &moved.record);
        }
    }
    csv_table_free(&t);
    golden_run_end(&moved);
    golden_run_end(&run);
    return n_wrong;
}

/* Spikes of one cell, in order. */
static size_t of_cell(const struct spike *s, size_t n, uint32_t cell, int64_t *steps,
                      size_t most)
{
    size_t found = 0;
    for (size_t k = 0; k < n; k++) {
        if (s[k].cell == cell) {
            if (found < most) {
                steps[found] = s[k].step;
            }
            found++;
        }
    }
    return found;
}

static size_t n_exact(const struct spike *ours, size_t n, const struct spike *theirs, size_t m)
{
    size_t found = 0;
    for (size_t k = 0; k < m; k++) {
        found += bsearch(&theirs[k], ours, n, sizeof *ours, by_step) != NULL ? 1 : 0;
    }
    return found;
}

static int check_single(const struct golden_case *c)
{
    struct golden_run run;
    golden_run_begin(&run, c->network, NULL, 0, "single", NULL, NULL);
    struct spike *ours, *theirs;
    const size_t n = our_spikes(&run.record, &ours), m = their_spikes(c, &theirs);
    int n_wrong = 0;
    for (uint32_t cell = 0; cell < CELLS_MOST; cell++) {
        int64_t a[2], b[2];
        const size_t na = of_cell(ours, n, cell, a, 2), nb = of_cell(theirs, m, cell, b, 2);
        for (size_t k = 0; k < nb && k < 2; k++) {
            if (k >= na || llabs(a[k] - b[k]) > c->first_steps) {
                print_error("%s, single: spike %zu of cell %u in step %" PRId64
                            ", wanted in step %" PRId64 "\n",
                            c->name, k, cell, k < na ? a[k] : -1, b[k]);
                n_wrong++;
            }
        }
    }
    const double allowed = fmax(1.0, c->count_percent / 100.0 * (double)m);
    if (fabs((double)n - (double)m) > (m == 0 ? 0.0 : allowed)) {
        print_error("%s, single: %zu spikes, wanted %zu to within %.0f\n", c->name, n, m,
                    allowed);
        n_wrong++;
    }
    if (strcmp(c->name, "net_small_explicit") == 0 && n_exact(ours, n, theirs, m) < 290) {
        print_error("%s, single: %zu of %zu spikes at the exact step\n", c->name,
                    n_exact(ours, n, theirs, m), m);
        n_wrong++;
    }
    free(ours);
    free(theirs);
    golden_run_end(&run);
    return n_wrong;
}

static void each_case(int (*check)(const struct golden_case *))
{
    struct csv_table t;
    int n_wrong = 0;
    EXPECT_TRUE(csv_table_read(&t, TEST_SOURCE_DIR "/tests/golden/cases.csv"));
    EXPECT_TRUE(t.n_rows >= 50);
    const char *const only = getenv("GOLDEN_CASE");
    for (size_t k = 0; k < t.n_rows; k++) {
        const struct golden_case c = read_case(&t, k);
        if (only == NULL || strcmp(only, c.name) == 0) {
            n_wrong += check(&c);
        }
    }
    csv_table_free(&t);
    EXPECT_EQ_I64(n_wrong, 0);
}

static void every_case_when_run_in_double_then_as_the_reference(void **state)
{
    (void)state;
    each_case(check_double);
}

static void every_case_when_run_in_single_then_first_spikes_as_the_reference(void **state)
{
    (void)state;
    each_case(check_single);
}

/* Every folder with a trace is in the table. */
static void every_folder_when_it_has_a_trace_then_in_the_table(void **state)
{
    (void)state;
    struct csv_table t;
    EXPECT_TRUE(csv_table_read(&t, TEST_SOURCE_DIR "/tests/golden/cases.csv"));
    DIR *const folder = opendir(TEST_SOURCE_DIR "/tests/golden");
    EXPECT_TRUE(folder != NULL);
    size_t n = 0;
    for (const struct dirent *item = readdir(folder); item != NULL; item = readdir(folder)) {
        char path[PATH_MOST];
        (void)snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/golden/%.200s/trace.csv",
                       item->d_name);
        FILE *const file = fopen(path, "r");
        if (file == NULL) {
            continue;
        }
        (void)fclose(file);
        bool is_listed = false;
        for (size_t k = 0; k < t.n_rows; k++) {
            is_listed = is_listed || strcmp(csv_table_text(&t, k, csv_table_column(&t, "case")),
                                            item->d_name) == 0;
        }
        if (!is_listed) {
            print_error("%s is not in cases.csv\n", item->d_name);
        }
        EXPECT_TRUE(is_listed);
        n++;
    }
    (void)closedir(folder);
    EXPECT_EQ_I64(n, t.n_rows);
    csv_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_when_run_in_double_then_as_the_reference),
        cmocka_unit_test(every_case_when_run_in_single_then_first_spikes_as_the_reference),
        cmocka_unit_test(every_folder_when_it_has_a_trace_then_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
