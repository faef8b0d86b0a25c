/* Columns of a table by name, and what their cells hold. */
#include "desc/csv_inside.h"

#include "desc/csv_number.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *csv_file(const struct csv *c)
{
    return c->file;
}

uint32_t csv_n_columns(const struct csv *c)
{
    return c->n_columns;
}

const char *csv_column_name(const struct csv *c, int column)
{
    return c->names[column];
}

int csv_find(const struct csv *c, const char *name)
{
    for (uint32_t k = 0; k < c->n_columns; k++) {
        if (strcmp(c->names[k], name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

static const char *list_columns(struct csv *c)
{
    const char *all = "its columns are";
    for (uint32_t k = 0; k < c->n_columns && k < 12; k++) {
        all = load_print(c->l, "%s%s %.40s", all, k == 0 ? "" : ",", c->names[k]);
    }
    return c->n_columns > 12 ? load_print(c->l, "%s, …", all) : all;
}

int csv_need(struct csv *c, const char *name, const struct yaml *node, const char *what)
{
    const int found = csv_find(c, name);
    if (found < 0) {
        const char *const near = load_suggest(c->l, name, c->names, c->n_columns);
        field_error(c->l, node, near != NULL ? near : list_columns(c),
                    "%s: '%s' has no column '%.70s'", what, c->file, name);
    }
    return found;
}

int csv_choose(struct csv *c, const struct yaml *node, const char *const *names, size_t n,
               const struct yaml *file, const char *what)
{
    if (node != NULL) {
        const char *const name = field_text(c->l, node, what);
        return name == NULL ? -1 : csv_need(c, name, node, what);
    }
    for (size_t k = 0; k < n; k++) {
        const int found = csv_find(c, names[k]);
        if (found >= 0) {
            return found;
        }
    }
    return csv_need(c, names[0], file, what);
}

bool csv_failed(const struct csv *c)
{
    return c->n_errors > 0;
}

uint64_t csv_row(const struct csv *c)
{
    return c->n_rows;
}

const char *csv_text(const struct csv *c, int column, size_t *n)
{
    *n = c->cells[column].length;
    return c->cells[column].bytes;
}

bool csv_text_is(const struct csv *c, int column, const char *text)
{
    const struct csv_cell *const cell = &c->cells[column];
    return strlen(text) == cell->length && memcmp(text, cell->bytes, cell->length) == 0;
}

struct pos csv_pos(const struct csv *c, int column)
{
    return (struct pos){
        .file = c->file, .line = c->cells[column].line, .column = c->cells[column].column};
}

const char *csv_quote(struct csv *c, int column)
{
    const struct csv_cell *const cell = &c->cells[column];
    const size_t n = cell->length < 40 ? cell->length : 40;
    char *const text = arena_copy(c->l->arena, cell->bytes, n);
    for (size_t k = 0; text != NULL && k < n; k++) {
        const unsigned char u = (unsigned char)text[k];
        text[k] = u < 32 || u >= 127 ? '?' : text[k];
    }
    return text == NULL ? "" : text;
}

void csv_error(struct csv *c, int column, const char *hint, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct csv_cell *const cell = &c->cells[column];
    csv_report(c, cell->line, cell->column, cell->length, hint, text);
}

bool csv_number(struct csv *c, int column, double *out)
{
    const struct csv_cell *const cell = &c->cells[column];
    if (csv_parse_number(cell->bytes, cell->length, out)) {
        if (isfinite(*out)) {
            return true;
        }
        csv_error(c, column, NULL, "column '%.60s': %s is too large for a number",
                  c->names[column], csv_quote(c, column));
        return false;
    }
    if (cell->length == 0) {
        csv_error(c, column, NULL, "column '%.60s' is empty here", c->names[column]);
    } else {
        csv_error(c, column, NULL, "column '%.60s': '%s' is not a finite number",
                  c->names[column], csv_quote(c, column));
    }
    return false;
}

bool csv_index(struct csv *c, int column, uint32_t limit, const char *what, uint32_t *out)
{
    const struct csv_cell *const cell = &c->cells[column];
    uint64_t value = 0;
    uint32_t k = 0;
    for (; k < cell->length && k < 12 && cell->bytes[k] >= '0' && cell->bytes[k] <= '9'; k++) {
        value = value * 10 + (uint64_t)(cell->bytes[k] - '0');
    }
    if (k == cell->length && k > 0 && value < limit) {
        *out = (uint32_t)value;
        return true;
    }
    double number; /* programs that know no whole numbers write 3.0 */
    if (!csv_parse_number(cell->bytes, cell->length, &number) || number != floor(number)) {
        csv_error(c, column, "cells count from 0", "column '%.60s': '%s' is not a whole number",
                  c->names[column], csv_quote(c, column));
        return false;
    }
    if (number < 0 || number >= (double)limit) {
        csv_error(c, column, "cells count from 0", "there is no cell %s: %s has %u cells",
                  csv_quote(c, column), what, limit);
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

bool csv_read_unit(struct load *l, const struct yaml *unit, const struct unit *wanted,
                   bool no_units, const struct yaml *at, const char *what,
                   struct csv_quantity *out)
{
    char name[96];
    out->unit = unit_none;
    out->to_declared = false;
    if (unit == NULL) {
        if (no_units || wanted == NULL || unit_is_none(*wanted)) {
            return true;
        }
        field_error(l, at, load_print(l, "unit: %s", unit_format(*wanted, name, sizeof name)),
                    "%s has no 'unit'", what);
        return false;
    }
    if (!field_unit(l, unit, load_print(l, "'unit' of %s", what), &out->unit)) {
        return false;
    }
    if (wanted == NULL) {
        return true;
    }
    if (no_units) {
        out->declared = *wanted;
        out->to_declared = wanted->to_house > 0 && unit_same_dimension(out->unit, *wanted);
        return true;
    }
    if (!unit_same_dimension(out->unit, *wanted)) {
        field_error(l, unit, NULL, "'unit' of %s is %s, where %s is wanted", what, unit->text,
                    unit_format(*wanted, name, sizeof name));
        return false;
    }
    return true;
}

bool csv_read_quantity(struct csv *c, const struct csv_quantity *q, double *out)
{
    double value;
    if (!csv_number(c, q->column, &value)) {
        return false;
    }
    value = unit_to_house(value, q->unit);
    value = q->to_declared ? unit_from_house(value, q->declared) : value;
    if (!isfinite(value)) {
        csv_error(c, q->column, NULL, "column '%.60s': %s is too large for a number",
                  c->names[q->column], csv_quote(c, q->column));
        return false;
    }
    *out = value;
    return true;
}
