/* A time course from a file: a column of values beside a column of times. A step series becomes
 * a table at the nearest steps; a linear one is sampled at every step of the run. */
#include "desc/csv.h"
#include "desc/network_inside.h"
#include "desc/series.h"

#include "lang/ir.h"

#include <math.h>
#include <string.h>

static const char *const course_keys[] = {"file", "time",        "time_unit", "column",
                                          "unit", "interpolate", "outside"};

/* A linear course takes 16 bytes a step: 256 MiB at most, half an hour in steps of 0.1 ms. */
#define COURSE_MAX_LINEAR (INT64_C(1) << 24)

enum outside { OUTSIDE_HOLD, OUTSIDE_ZERO, OUTSIDE_ERROR };

struct sample {
    double t_ms, value;
};

struct course_reader {
    struct network_reader *r;
    const struct course_place *place;
    struct csv *csv;
    struct csv_quantity time, value;
    bool is_linear;
    enum outside outside;
    struct sample *samples;
    uint64_t n;
};

bool course_is_meant(const struct yaml *map)
{
    static const char *const keys[] = {"steps", "time", "time_unit", "interpolate", "outside"};
    for (size_t k = 0; map->kind == YAML_MAP && k < sizeof keys / sizeof keys[0]; k++) {
        if (yaml_find(map, keys[k]) >= 0) {
            return true;
        }
    }
    return false;
}

static bool read_choices(struct course_reader *c, struct yaml *map)
{
    static const char *const ways[] = {"step", "linear"};
    static const char *const outsides[] = {"hold", "zero", "error"};
    struct load *const l = c->r->l;
    const struct yaml *const way = field_get(map, "interpolate");
    const struct yaml *const outside = field_get(map, "outside");
    int k = way == NULL
                ? 0
                : field_choice(l, way, load_print(l, "'interpolate' of %s", c->place->what),
                               ways, 2);
    bool is_right = k >= 0;
    c->is_linear = k == 1;
    k = outside == NULL
            ? 0
            : field_choice(l, outside, load_print(l, "'outside' of %s", c->place->what),
                           outsides, 3);
    is_right &= k >= 0;
    c->outside = k < 0 ? OUTSIDE_HOLD : (enum outside)k;
    if (outside != NULL && c->place->is_state) {
        field_error(l, outside, "from and until bound the input",
                    "%s: a value on a state variable is assigned once, nothing is held outside",
                    c->place->what);
        is_right = false;
    }
    return is_right;
}

/* The columns: that of the times is `time`, `t_ms` or the first; the values may be the only
 * other one. */
static bool read_columns(struct course_reader *c, struct yaml *map, const struct yaml *file)
{
    static const char *const times[] = {"time", "t_ms"};
    struct load *const l = c->r->l;
    const char *const what = c->place->what;
    const struct yaml *const time = field_get(map, "time"), *const column =
                                                                field_get(map, "column");
    const struct yaml *const time_unit = field_get(map, "time_unit");
    c->time.unit = unit_ms;
    c->time.to_declared = false;
    if (time != NULL) {
        c->time.column = csv_choose(c->csv, time, NULL, 0, file, what);
    } else {
        c->time.column = csv_find(c->csv, times[0]);
        c->time.column = c->time.column >= 0 ? c->time.column : csv_find(c->csv, times[1]);
        c->time.column = c->time.column >= 0 ? c->time.column : 0;
    }
    bool is_right = c->time.column >= 0;
    if (column != NULL) {
        c->value.column = csv_choose(c->csv, column, NULL, 0, file, what);
    } else if (csv_n_columns(c->csv) == 2 && is_right) {
        c->value.column = 1 - c->time.column;
    } else {
        field_error(l, map, "column: NAME",
                    "%s does not say which column of '%s' has the values", what,
                    csv_file(c->csv));
        return false;
    }
    is_right &= c->value.column >= 0;
    if (is_right && c->value.column == c->time.column) {
        field_error(l, column == NULL ? map : column, NULL,
                    "%s: '%s' is the column of the times", what,
                    csv_column_name(c->csv, c->time.column));
        return false;
    }
    is_right &=
        time_unit == NULL || csv_read_unit(l, time_unit, &unit_ms, false, map,
                                           load_print(l, "the times of %s", what), &c->time);
    return csv_read_unit(l, field_get(map, "unit"), c->place->unit, c->place->no_units, map,
                         what, &c->value) &&
           is_right;
}

static bool read_samples(struct course_reader *c)
{
    struct series rows;
    series_init(&rows, sizeof(struct sample), c->r->l->arena);
    double last = -(double)INFINITY;
    while (csv_next(c->csv)) {
        struct sample s;
        const bool is_right = csv_read_quantity(c->csv, &c->time, &s.t_ms) &&
                              csv_read_quantity(c->csv, &c->value, &s.value);
        if (is_right && s.t_ms <= last) {
            csv_error(c->csv, c->time.column, "sort the rows by time",
                      "the times must ascend: %s follows %.10g ms",
                      csv_quote(c->csv, c->time.column), last);
        }
        if (is_right && s.t_ms > last) {
            last = s.t_ms;
            struct sample *const slot = series_push(&rows);
            if (slot == NULL) {
                break;
            }
            *slot = s;
        }
    }
    c->n = rows.n;
    c->samples = series_flatten(&rows);
    if (c->n == 0 && !csv_failed(c->csv)) {
        csv_error(c->csv, 0, NULL, "there are no rows behind the header");
    }
    return c->samples != NULL && c->n > 0 && !csv_failed(c->csv);
}

/* Appends a value; the last of several at one step stays. Where a value holds until the next,
 * the same one again says nothing. */
static void push_step(const struct course_reader *c, struct ir_table *t, int64_t step,
                      double value)
{
    if (t->n > 0 && t->first[t->n - 1] == step) {
        t->value[t->n - 1] = value;
        return;
    }
    if (t->n > 0 && !c->place->is_state && !(t->value[t->n - 1] < value) &&
        !(t->value[t->n - 1] > value)) {
        return;
    }
    t->first[t->n] = step;
    t->value[t->n++] = value;
}

static bool make_table(struct course_reader *c, uint64_t most, struct ir_table *t)
{
    if (most > UINT32_MAX - 2) {
        csv_error(c->csv, 0, NULL, "this file has too many rows");
        return false;
    }
    t->first = arena_alloc(c->r->l->arena, (size_t)most + 2, sizeof *t->first);
    t->value = arena_alloc(c->r->l->arena, (size_t)most + 2, sizeof *t->value);
    return t->first != NULL && t->value != NULL;
}

static bool fill_steps(struct course_reader *c, struct course *out)
{
    if (!make_table(c, c->n, &out->table)) {
        return false;
    }
    for (uint64_t k = 0; k < c->n; k++) {
        push_step(c, &out->table, network_nearest_step(c->r, c->samples[k].t_ms),
                  c->samples[k].value);
    }
    return true;
}

/* The value at a time between two rows. */
static double between(const struct sample *a, const struct sample *b, double t_ms)
{
    const double part = (t_ms - a->t_ms) / (b->t_ms - a->t_ms);
    return part >= 1   ? b->value
           : part <= 0 ? a->value
                       : a->value + (b->value - a->value) * part;
}

static bool fill_linear(struct course_reader *c, const struct yaml *map, struct course *out)
{
    const int64_t n_steps = c->r->net->n_steps;
    const double dt = (double)c->r->net->dt_fs / 1e12, grid = 1e-6;
    const double first = ceil(c->samples[0].t_ms / dt - grid),
                 last = floor(c->samples[c->n - 1].t_ms / dt + grid);
    const int64_t low = first < 0 ? 0 : first > (double)n_steps ? n_steps : (int64_t)first;
    const int64_t high = last < 0                       ? -1
                         : last > (double)(n_steps - 1) ? n_steps - 1
                                                        : (int64_t)last;
    if (high - low >= COURSE_MAX_LINEAR) {
        field_error(c->r->l, map, "interpolate: step, or a shorter run",
                    "%s would be sampled at %lld steps, most is %lld", c->place->what,
                    (long long)(high - low) + 1, (long long)COURSE_MAX_LINEAR);
        return false;
    }
    if (!make_table(c, high < low ? 0 : (uint64_t)(high - low) + 1, &out->table)) {
        return false;
    }
    uint64_t row = 0;
    for (int64_t step = low; step <= high; step++) {
        const double t_ms = ir_time_ms(step, c->r->net->dt_fs);
        while (row + 2 < c->n && c->samples[row + 1].t_ms <= t_ms) {
            row++;
        }
        const double value = c->n == 1 ? c->samples[0].value
                                       : between(&c->samples[row], &c->samples[row + 1], t_ms);
        push_step(c, &out->table, step, value);
    }
    out->first = (int64_t)(first < -1e15 ? -1e15 : first > 1e15 ? 1e15 : first);
    out->last = (int64_t)(last < -1e15 ? -1e15 : last > 1e15 ? 1e15 : last);
    return true;
}

/* What holds before the first time and after the last. */
static void set_outside(const struct course_reader *c, struct course *out)
{
    struct ir_table *const t = &out->table;
    out->has_outside = true;
    out->must_cover = c->outside == OUTSIDE_ERROR;
    if (c->outside == OUTSIDE_ZERO) {
        t->before = 0;
        if (out->last < c->r->net->n_steps - 1) {
            push_step(c, t, out->last + 1 > 0 ? out->last + 1 : 0, 0);
        }
    } else {
        /* A file that ends before t = 0 holds its last value. */
        t->before =
            out->last < 0 && c->is_linear ? c->samples[c->n - 1].value : c->samples[0].value;
    }
}

bool course_read_file(struct network_reader *r, struct yaml *map,
                      const struct course_place *place, struct course *out)
{
    struct yaml *const file = field_get(map, "file");
    struct course_reader c = {.r = r, .place = place};
    *out = (struct course){0};
    bool is_right = read_choices(&c, map);
    for (size_t k = 0; k < sizeof course_keys / sizeof course_keys[0]; k++) {
        (void)yaml_get(map, course_keys[k]);
    }
    field_report_unused(r->l, map, place->what, course_keys,
                        sizeof course_keys / sizeof course_keys[0]);
    c.csv = csv_open(r->l, file);
    is_right &= c.csv != NULL && read_columns(&c, map, file) && read_samples(&c);
    if (is_right) {
        out->first = network_nearest_step(r, c.samples[0].t_ms);
        out->last = network_nearest_step(r, c.samples[c.n - 1].t_ms);
        is_right = c.is_linear ? fill_linear(&c, map, out) : fill_steps(&c, out);
    }
    if (is_right && !place->is_state) {
        set_outside(&c, out);
    }
    csv_close(c.csv);
    return is_right;
}
