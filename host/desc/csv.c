#include "desc/csv.h"

#include "base/hash.h"
#include "desc/csv_number.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CSV_BLOCK = 1 << 20, CSV_SHOWN = 1 << 20 };

struct csv_cell {
    const char *bytes;
    uint32_t length;
    uint32_t line, column; /* of its first byte, counted from 1 */
};

struct csv {
    struct load *l;
    const char *file;
    FILE *stream;
    char *buffer;           /* [CSV_MAX_RECORD + CSV_BLOCK] */
    size_t start, end;      /* bytes of the buffer that are not looked at yet */
    bool is_at_end;         /* the stream is */
    struct csv_cell *cells; /* [CSV_MAX_COLUMNS] of this record */
    uint32_t n_cells;
    const char **names;
    uint32_t n_columns;
    uint32_t line, next_line; /* of this record, and behind it */
    uint64_t n_rows;
    uint32_t n_errors;
    bool has_stopped;
};

/* Lines of a small file are shown under its messages. */
static void show_lines(struct csv *c)
{
    char *bytes;
    size_t n;
    struct stat info;
    if (stat(c->file, &info) != 0 || !S_ISREG(info.st_mode) ||
        text_read_file(&bytes, &n, c->file, CSV_SHOWN, NULL) != ERR_OK) {
        return;
    }
    const size_t mark = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    const char *const copy = arena_copy(c->l->arena, bytes + mark, n - mark);
    if (copy != NULL) {
        diag_add_source(c->l->d, c->file, copy, n - mark);
    }
    mem_free(bytes);
}

static void report(struct csv *c, uint32_t line, uint32_t column, uint32_t length,
                   const char *hint, const char *text)
{
    if (c->n_errors == 0) {
        show_lines(c);
    }
    diag_error(c->l->d, ((struct pos){.file = c->file, .line = line, .column = column}), length,
               hint, "%s", text);
    c->n_errors++;
    if (c->n_errors == CSV_MAX_ERRORS) {
        diag_add(c->l->d, DIAG_NOTE,
                 (struct pos){.file = c->file, .line = line, .column = column}, 1, NULL,
                 "after %u faults the rest of this file is not read", CSV_MAX_ERRORS);
        c->has_stopped = true;
    }
}

/* Moves what is left to the front and reads on. false: nothing more came. */
static bool fill(struct csv *c)
{
    memmove(c->buffer, c->buffer + c->start, c->end - c->start);
    c->end -= c->start;
    c->start = 0;
    const size_t room = CSV_MAX_RECORD + CSV_BLOCK - c->end;
    const size_t got =
        c->is_at_end || room == 0 ? 0 : fread(c->buffer + c->end, 1, room, c->stream);
    c->l->hash = hash_fnv1a(c->l->hash, c->buffer + c->end, got);
    c->end += got;
    c->is_at_end |= got < room;
    if (got == 0 && ferror(c->stream)) {
        report(c, c->next_line, 1, 0, NULL,
               load_print(c->l, "cannot read on: %s", strerror(errno)));
        c->has_stopped = true;
    }
    return got > 0;
}

/* Bytes of the record at `start`, its line end left out; a quote that is open goes on over line
 * ends. false: nothing is left, or a fault. */
static bool find_record(struct csv *c, size_t *length, bool *has_quote, uint32_t *n_lines)
{
    size_t looked = 0; /* bytes of the record known to hold its quotes, and no end */
    bool is_open = false;
    *has_quote = false;
    *n_lines = 1;
    for (;;) {
        const char *const from = c->buffer + c->start;
        const size_t have = c->end - c->start;
        const char *const stop = memchr(from + looked, '\n', have - looked);
        const size_t until = stop == NULL ? have : (size_t)(stop - from);
        for (const char *q = from + looked;
             (q = memchr(q, '"', (size_t)(from + until - q))) != NULL; q++) {
            is_open = !is_open;
            *has_quote = true;
        }
        if (stop != NULL && !is_open) {
            *length = until;
            return true;
        }
        looked = stop == NULL ? have : until + 1;
        *n_lines += stop != NULL;
        if (looked > CSV_MAX_RECORD) {
            report(c, c->next_line, 1, 1,
                   is_open ? "a quote inside of quotes is written twice" : NULL,
                   is_open ? "a quote is opened here and not closed"
                           : "this line is longer than 1 MiB");
            c->has_stopped = true;
            return false;
        }
        if (stop == NULL && !fill(c)) {
            *length = c->end - c->start;
            if (is_open) {
                report(c, c->next_line, 1, 1, "a quote inside of quotes is written twice",
                       "a quote is opened here and not closed");
                c->has_stopped = true;
            }
            return !c->has_stopped && *length > 0;
        }
    }
}

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t';
}

static void push_cell(struct csv *c, const char *record, const char *p, const char *end,
                      uint32_t line)
{
    while (p < end && is_blank(*p)) {
        p++;
    }
    while (end > p && is_blank(end[-1])) {
        end--;
    }
    if (c->n_cells < CSV_MAX_COLUMNS) {
        c->cells[c->n_cells] = (struct csv_cell){.bytes = p,
                                                 .length = (uint32_t)(end - p),
                                                 .line = line,
                                                 .column = (uint32_t)(p - record) + 1};
    }
    c->n_cells++;
}

static void split_plain(struct csv *c, const char *record, size_t n)
{
    const char *const end = record + n, *p = record;
    for (const char *q = record; q < end; q++) {
        if (*q == ',') {
            push_cell(c, record, p, q, c->line);
            p = q + 1;
        }
    }
    push_cell(c, record, p, end, c->line);
}

/* A field in quotes is unwrapped where it stands: it only gets shorter. */
static const char *split_quoted_field(struct csv *c, char *record, char *p, const char *end,
                                      uint32_t *line, const char **line_start)
{
    (void)record;
    const uint32_t first_line = *line, column = (uint32_t)(p - *line_start) + 1;
    char *const begin = p + 1, *to = begin;
    char *from = begin;
    for (; from < end; from++) {
        if (*from == '"') {
            if (from + 1 >= end || from[1] != '"') {
                break;
            }
            from++;
        } else if (*from == '\n') {
            (*line)++;
            *line_start = from + 1;
        }
        *to++ = *from;
    }
    if (c->n_cells < CSV_MAX_COLUMNS) {
        c->cells[c->n_cells] = (struct csv_cell){.bytes = begin,
                                                 .length = (uint32_t)(to - begin),
                                                 .line = first_line,
                                                 .column = column};
    }
    c->n_cells++;
    const char *q = from < end ? from + 1 : end;
    while (q < end && is_blank(*q)) {
        q++;
    }
    if (q < end && *q != ',') {
        report(c, *line, (uint32_t)(q - *line_start) + 1, 1,
               "a quote inside of quotes is written twice", "text behind a closing quote");
        while (q < end && *q != ',') {
            q++;
        }
    }
    return q;
}

static void split_with_quotes(struct csv *c, char *record, size_t n)
{
    const char *const end = record + n;
    uint32_t line = c->line;
    const char *line_start = record;
    char *p = record;
    for (;;) {
        while (p < end && is_blank(*p)) {
            p++;
        }
        const char *q = p;
        if (p < end && *p == '"') {
            q = split_quoted_field(c, record, p, end, &line, &line_start);
        } else {
            while (q < end && *q != ',') {
                q++;
            }
            push_cell(c, line_start, p, q, line);
        }
        if (q >= end) {
            return;
        }
        p = record + (q - record) + 1;
    }
}

/* The cells of the next record that is neither blank nor a comment. */
static bool next_record(struct csv *c)
{
    size_t n;
    bool has_quote;
    uint32_t n_lines;
    while (!c->has_stopped && find_record(c, &n, &has_quote, &n_lines)) {
        char *const record = c->buffer + c->start;
        c->start += n + 1 <= c->end - c->start ? n + 1 : n;
        c->line = c->next_line;
        c->next_line += n_lines;
        n -= n > 0 && record[n - 1] == '\r';
        size_t blank = 0;
        while (blank < n && is_blank(record[blank])) {
            blank++;
        }
        if (blank == n || record[blank] == '#') {
            continue;
        }
        const char *const nul = memchr(record, '\0', n);
        if (nul != NULL) {
            report(c, c->line, (uint32_t)(nul - record) + 1, 1,
                   "save the file as UTF-8 text, not as UTF-16 or a spreadsheet",
                   "a NUL byte: this is no text file");
            c->has_stopped = true;
            return false;
        }
        c->n_cells = 0;
        if (has_quote) {
            split_with_quotes(c, record, n);
        } else {
            split_plain(c, record, n);
        }
        return true;
    }
    return false;
}

bool csv_next(struct csv *c)
{
    while (next_record(c)) {
        if (c->n_cells == c->n_columns) {
            c->n_rows++;
            return true;
        }
        const bool is_short = c->n_cells < c->n_columns;
        const struct csv_cell *const at =
            &c->cells[is_short || c->n_columns == 0 ? 0 : c->n_columns];
        const uint32_t column = c->n_columns < CSV_MAX_COLUMNS ? at->column : 1;
        report(c, c->line, column, 1, NULL,
               load_print(c->l, "%u field%s where the header has %u column%s", c->n_cells,
                          c->n_cells == 1 ? "" : "s", c->n_columns,
                          c->n_columns == 1 ? "" : "s"));
    }
    return false;
}

/* The names of the columns. */
static bool read_header(struct csv *c)
{
    if (!next_record(c)) {
        if (c->n_errors == 0) {
            report(c, 1, 1, 1, "the first line names the columns: pre,post,weight",
                   "the file is empty");
        }
        return false;
    }
    if (c->n_cells > CSV_MAX_COLUMNS) {
        report(
            c, c->line, 1, 1, NULL,
            load_print(c->l, "%u columns: at most %u are read", c->n_cells, CSV_MAX_COLUMNS));
        return false;
    }
    c->names = arena_alloc(c->l->arena, c->n_cells, sizeof *c->names);
    for (uint32_t k = 0; k < c->n_cells && c->names != NULL; k++) {
        const struct csv_cell *const cell = &c->cells[k];
        c->names[k] = arena_copy(c->l->arena, cell->bytes, cell->length);
        if (c->names[k] == NULL) {
            return false;
        }
        for (uint32_t j = 0; j < k && cell->length > 0; j++) {
            if (strcmp(c->names[j], c->names[k]) == 0) {
                report(c, cell->line, cell->column, cell->length, NULL,
                       load_print(c->l, "two columns are called '%.60s'", c->names[k]));
            }
        }
    }
    c->n_columns = c->n_cells;
    return c->names != NULL && c->n_errors == 0;
}

struct csv *csv_open(struct load *l, struct yaml *file)
{
    const char *const path = load_data_file(l, file);
    FILE *const stream = path == NULL ? NULL : fopen(path, "rb");
    if (stream == NULL) {
        if (path != NULL) {
            field_error(l, file, NULL, "cannot read '%s': %s", path, strerror(errno));
        }
        return NULL;
    }
    struct csv *c;
    if (mem_alloc(&c, 1, sizeof *c, NULL) != ERR_OK) {
        field_error(l, file, NULL, "no memory to read '%s'", path);
        (void)fclose(stream);
        return NULL;
    }
    c->l = l;
    c->file = path;
    c->stream = stream;
    c->next_line = 1;
    if (mem_alloc(&c->buffer, CSV_MAX_RECORD + CSV_BLOCK, 1, NULL) != ERR_OK ||
        mem_alloc(&c->cells, CSV_MAX_COLUMNS, sizeof *c->cells, NULL) != ERR_OK) {
        field_error(l, file, NULL, "no memory to read '%s'", path);
        csv_close(c);
        return NULL;
    }
    (void)fill(c);
    if (c->end >= 3 && memcmp(c->buffer, "\xef\xbb\xbf", 3) == 0) { /* byte order mark */
        c->start = 3;
    }
    if (!read_header(c)) {
        csv_close(c);
        return NULL;
    }
    return c;
}

void csv_close(struct csv *c)
{
    if (c == NULL) {
        return;
    }
    (void)fclose(c->stream);
    mem_free(c->buffer);
    mem_free(c->cells);
    mem_free(c);
}

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
    report(c, cell->line, cell->column, cell->length, hint, text);
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
