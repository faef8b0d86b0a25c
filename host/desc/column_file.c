/* Values per cell from a file: {file: cells.csv, column: vr_mV, unit: mV, where: {column: type,
 * equals: dspn}}. Row k (of those that `where` lets through) is cell k. */
#include "desc/csv.h"
#include "desc/network_inside.h"
#include "desc/series.h"

#include <math.h>

static const char *const column_keys[] = {"file", "column", "unit", "where"};

struct column_reader {
    struct network_reader *r;
    const struct column_place *place;
    struct csv *csv;
    struct csv_quantity value;
    int filter; /* a column, or -1 */
    const char *equals;
};

static bool choose_filter(struct column_reader *c, struct yaml *where)
{
    static const char *const known[] = {"column", "equals"};
    struct load *const l = c->r->l;
    const char *const what = load_print(l, "'where' of %s", c->place->what);
    c->filter = -1;
    if (where == NULL) {
        return true;
    }
    if (!field_is_map(l, where, what)) {
        return false;
    }
    const struct yaml *const column = field_get(where, "column"), *const equals = field_get(
                                                                      where, "equals");
    field_report_unused(l, where, what, known, 2);
    if (column == NULL || equals == NULL) {
        field_error(l, where, "where: {column: type, equals: dspn}", "%s has no '%s'", what,
                    column == NULL ? "column" : "equals");
        return false;
    }
    c->equals = field_text(l, equals, what);
    c->filter = csv_choose(c->csv, column, NULL, 0, where, what);
    return c->equals != NULL && c->filter >= 0;
}

static bool choose_columns(struct column_reader *c, struct yaml *map)
{
    struct load *const l = c->r->l;
    const struct yaml *const column = field_get(map, "column"), *const unit =
                                                                    field_get(map, "unit");
    bool is_right = csv_read_unit(l, unit, c->place->unit, c->place->no_units, map,
                                  c->place->what, &c->value);
    if (column == NULL) {
        field_error(l, map, "column: NAME (and time: NAME where the values follow the time)",
                    "%s does not name a 'column' of '%s'", c->place->what, csv_file(c->csv));
        return false;
    }
    c->value.column = csv_choose(c->csv, column, NULL, 0, column, c->place->what);
    is_right &= c->value.column >= 0;
    return choose_filter(c, field_get(map, "where")) && is_right;
}

static double *read_rows(struct column_reader *c, const struct yaml *file)
{
    const struct column_place *const place = c->place;
    struct load *const l = c->r->l;
    struct series values;
    series_init(&values, sizeof(double), l->arena);
    bool is_right = true;
    while (is_right && csv_next(c->csv)) {
        double value;
        if ((c->filter >= 0 && !csv_text_is(c->csv, c->filter, c->equals)) ||
            !csv_read_quantity(c->csv, &c->value, &value)) {
            continue;
        }
        if (place->parameter >= 0 &&
            !model_check_parameter(place->model, (uint32_t)place->parameter, value,
                                   csv_pos(c->csv, c->value.column), l->d)) {
            is_right = false; /* mostly every row is wrong in the same way */
        }
        double *const slot = series_push(&values);
        is_right &= slot != NULL;
        if (slot != NULL) {
            *slot = value;
        }
    }
    is_right &= !csv_failed(c->csv);
    if (is_right && values.n != place->n_cells) {
        field_error(l, file,
                    c->filter < 0 ? "a file with more than this population needs 'where'"
                                  : NULL,
                    "%s: '%s' has %llu %srows, but the population has %u cells", place->what,
                    csv_file(c->csv), (unsigned long long)values.n,
                    c->filter < 0 ? "" : "such ", place->n_cells);
        is_right = false;
    }
    double *const out = is_right ? series_flatten(&values) : NULL;
    series_fini(&values);
    return out;
}

const double *column_read(struct network_reader *r, struct yaml *map,
                          const struct column_place *place)
{
    struct yaml *const file = field_get(map, "file");
    struct column_reader c = {.r = r, .place = place};
    for (size_t k = 0; k < sizeof column_keys / sizeof column_keys[0]; k++) {
        (void)yaml_get(map, column_keys[k]);
    }
    field_report_unused(r->l, map, place->what, column_keys,
                        sizeof column_keys / sizeof column_keys[0]);
    if (file == NULL) {
        field_error(r->l, map, "{file: cells.csv, column: vr, unit: mV}", "%s names no 'file'",
                    place->what);
        return NULL;
    }
    c.csv = csv_open(r->l, file);
    const double *const out =
        c.csv != NULL && choose_columns(&c, map) ? read_rows(&c, file) : NULL;
    csv_close(c.csv);
    return out;
}
