/* striatum_selftest.c: the checks that model files state, run on plain C and on devices. */
#include "striatum_handle.h"

#include "base/hash.h"
#include "lab/check_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What --all-devices runs of a check: bits that agree in so many cells agree in more. A
 * simulator of devices, which looks for races at every access, is some thousand times slower
 * than what it checks. */
enum { SELFTEST_MOST_CELLS = 16, SELFTEST_CHECKER_STEPS = 200, SELFTEST_COLUMNS = 64 };

/* One way to run a check: a device, a width, a precision. */
struct column {
    struct device *device; /* NULL: plain C */
    uint32_t width;        /* 0: the device's */
    enum precision precision;
    bool is_checker; /* slow: few steps, one check */
    char title[32];
};

struct selftest {
    struct striatum *s;
    const struct striatum_selftest_options *o;
    struct device *devices[SELFTEST_COLUMNS];
    struct column columns[SELFTEST_COLUMNS];
    uint32_t n_devices, n_columns, n_failed, n_checks;
};

static void say(const struct selftest *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct selftest *t, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (t->o->line != NULL) {
        t->o->line(t->o->context, line);
    }
}

static void add_column(struct selftest *t, struct device *device, uint32_t width,
                       enum precision precision, const char *title)
{
    if (t->n_columns < SELFTEST_COLUMNS) {
        struct column *const c = &t->columns[t->n_columns++];
        *c = (struct column){.device = device, .width = width, .precision = precision};
        (void)snprintf(c->title, sizeof c->title, "%s", title);
    }
}

static enum err_code open_device(struct selftest *t, const struct device_info *info,
                                 struct device **out)
{
    ERR_IF(t->n_devices == SELFTEST_COLUMNS, &t->s->err, ERR_LIMIT, "too many devices");
    ERR_TRY(device_open(out, info, &(struct device_options){.compute_units = 0}, &t->s->err));
    t->devices[t->n_devices++] = *out;
    return ERR_OK;
}

/* One device at its own width. */
static enum err_code choose_one(struct selftest *t)
{
    struct device_info info;
    bool use_opencl;
    char why[256];
    struct device *device = NULL;
    ERR_TRY(
        striatum_choose_device(t->o->device, &info, &use_opencl, why, sizeof why, &t->s->err));
    if (!use_opencl) {
        return ERR_OK;
    }
    ERR_TRY(open_device(t, &info, &device));
    say(t, "%s: %s", info.spec, info.name);
    add_column(t, device, 0, PRECISION_SINGLE, info.spec);
    if (info.has_double) {
        char title[32];
        (void)snprintf(title, sizeof title, "%.20s f64", info.spec);
        add_column(t, device, 0, PRECISION_DOUBLE, title);
    }
    return ERR_OK;
}

/* All devices at all widths, in single precision. */
static enum err_code choose_all(struct selftest *t)
{
    static const uint32_t widths[] = {1, 4, 8, 16};
    struct device_info *all = NULL;
    uint32_t n = 0;
    struct err ignored;
    enum err_code code = ERR_OK;
    if (device_list(&all, &n, &ignored) != ERR_OK) {
        n = 0;
    }
    for (uint32_t k = 0; k < n && code == ERR_OK; k++) {
        struct device *device = NULL;
        code = open_device(t, &all[k], &device);
        say(t, "%s: %s (%s)", all[k].spec, all[k].name, all[k].platform);
        for (uint32_t w = 0; w < 4 && code == ERR_OK; w += all[k].finds_races ? 3 : 1) {
            char title[32];
            (void)snprintf(title, sizeof title, "%.20s w%u", all[k].spec, widths[w]);
            add_column(t, device, widths[w], PRECISION_SINGLE, title);
            t->columns[t->n_columns - 1].is_checker = all[k].finds_races;
        }
    }
    mem_free(all);
    return code;
}

struct row {
    const char *name;
    const struct model *model;
    const struct model_selfcheck_list *checks;
    uint64_t single_hash, double_hash;
};

static enum err_code run_check(struct selftest *t, const struct row *r,
                               const struct model_selfcheck *check, const struct column *c,
                               uint32_t most_cells, uint32_t most_steps,
                               struct lab_check_result *out)
{
    struct arena *arena;
    struct diag_list d;
    ERR_TRY(arena_create(&arena, &t->s->err));
    diag_init(&d, arena);
    const struct lab_check_options o = {.precision = c->precision,
                                        .most_cells = most_cells,
                                        .most_steps = most_steps,
                                        .device = c->device,
                                        .lab = {.sim = {.width = c->width}}};
    const enum err_code code =
        lab_check_run(r->name, r->model, check, &o, arena, out, &d, &t->s->err);
    if (code != ERR_OK) {
        struct text text = {0};
        diag_print(&d, 5, &text);
        say(t, "%s, %s, %s: could not be run: %s%s%s", r->name, check->name, c->title,
            t->s->err.msg, text.length > 0 ? "\n" : "", text_string(&text));
        text_fini(&text);
    }
    arena_destroy(arena);
    return code;
}

/* true: all checks of the model hold in this column, and its bits are those of plain C. */
static bool run_column(struct selftest *t, struct row *r, const struct column *c, bool is_short)
{
    bool holds = true;
    const struct column plain = {.precision = c->precision, .title = "cpu"};
    uint64_t hash = HASH_FNV_START;
    const uint32_t n =
        (t->o->is_quick || c->is_checker) && c->device != NULL && r->checks->n > 0
            ? 1
            : r->checks->n;
    for (uint32_t k = 0; k < n; k++) {
        const struct model_selfcheck *const check = &r->checks->items[k];
        struct lab_check_result found = {.holds = false}, wanted = {.holds = false};
        const uint32_t most = is_short ? SELFTEST_MOST_CELLS : 0,
                       steps = c->is_checker ? SELFTEST_CHECKER_STEPS : 0;
        bool is_right = run_check(t, r, check, c, most, steps, &found) == ERR_OK;
        if (is_right && !found.holds) {
            say(t, "%s, %s, %s: %s", r->name, check->name, c->title,
                text_string(&found.complaint));
            is_right = false;
        }
        if (is_right && c->device != NULL) {
            is_right = run_check(t, r, check, &plain, most, steps, &wanted) == ERR_OK;
            if (is_right && found.fingerprint != wanted.fingerprint) {
                say(t, "%s, %s: %s and plain C differ in their bits", r->name, check->name,
                    c->title);
                is_right = false;
            }
        }
        hash = hash_fnv1a(hash, &found.fingerprint, sizeof found.fingerprint);
        holds = holds && is_right;
        text_fini(&found.complaint);
        text_fini(&wanted.complaint);
    }
    if (c->device == NULL) {
        *(c->precision == PRECISION_DOUBLE ? &r->double_hash : &r->single_hash) = hash;
    }
    return holds;
}

static void print_heading(const struct selftest *t)
{
    struct text line = {0};
    text_print(&line, "%-40s %6s  %-16s  %-16s ", "model", "checks", "hash, single",
               "hash, double");
    for (uint32_t k = 0; k < t->n_columns; k++) {
        text_print(&line, " %s", t->columns[k].title);
    }
    say(t, "%s", text_string(&line));
    text_fini(&line);
}

static enum err_code test_model(struct selftest *t, const char *name)
{
    struct arena *arena;
    struct diag_list d;
    struct model *m = NULL;
    ERR_TRY(arena_create(&arena, &t->s->err));
    diag_init(&d, arena);
    const enum err_code code =
        desc_load_model(&m, name, (struct pos){.file = name}, &d, &t->s->err);
    if (code == ERR_OK) {
        struct row r = {.name = name, .model = m, .checks = desc_model_selfchecks(m)};
        struct text cells = {0}, line = {0};
        bool holds = true;
        for (uint32_t k = 0; k < t->n_columns; k++) {
            const bool is_right = run_column(t, &r, &t->columns[k],
                                             t->o->all_devices && t->columns[k].device != NULL);
            text_print(&cells, " %-*s", (int)strlen(t->columns[k].title),
                       is_right ? "ok" : "FAIL");
            holds = holds && is_right;
        }
        text_print(&line, "%-40s %6u  %016" PRIx64 "  %016" PRIx64 " %s", m->stem, r.checks->n,
                   r.single_hash, r.double_hash, text_string(&cells));
        say(t, "%s", text_string(&line));
        t->n_failed += holds ? 0 : 1;
        t->n_checks += r.checks->n;
        text_fini(&cells);
        text_fini(&line);
    } else {
        struct text text = {0};
        diag_print(&d, 20, &text);
        say(t, "%s%s", text_string(&text), t->s->err.msg);
        text_fini(&text);
    }
    arena_destroy(arena);
    return code;
}

static enum err_code test_all(struct selftest *t)
{
    const uint32_t n = t->o->n_models > 0 ? t->o->n_models : desc_n_shipped_models;
    add_column(t, NULL, 0, PRECISION_SINGLE, "cpu");
    add_column(t, NULL, 0, PRECISION_DOUBLE, "cpu f64");
    ERR_TRY(t->o->all_devices ? choose_all(t) : choose_one(t));
    print_heading(t);
    for (uint32_t k = 0; k < n && t->s->must_stop == 0; k++) {
        ERR_TRY(
            test_model(t, t->o->n_models > 0 ? t->o->models[k] : desc_shipped_models[k].name));
    }
    ERR_IF(t->s->must_stop != 0, &t->s->err, ERR_INTERRUPTED, "interrupted");
    say(t, "%u models, %u checks each run %u ways: %u failed", n, t->n_checks, t->n_columns,
        t->n_failed);
    ERR_IF(t->n_failed > 0, &t->s->err, ERR_NUMERIC, "%u of %u models failed", t->n_failed, n);
    return ERR_OK;
}

enum striatum_status striatum_selftest(struct striatum *s,
                                       const struct striatum_selftest_options *o)
{
    struct selftest t = {.s = s, .o = o};
    enum err_code code = striatum_reset(s);
    s->must_stop = 0;
    if (code == ERR_OK) {
        code = test_all(&t);
    }
    for (uint32_t k = 0; k < t.n_devices; k++) {
        device_close(t.devices[k]);
    }
    return striatum_status_of(s, code);
}
