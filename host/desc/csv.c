#include "desc/csv_inside.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CSV_BLOCK = 1 << 20, CSV_SHOWN = 1 << 20 };

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

void csv_report(struct csv *c, uint32_t line, uint32_t column, uint32_t length,
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
        csv_report(c, c->next_line, 1, 0, NULL,
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
            csv_report(c, c->next_line, 1, 1,
                       is_open ? "a quote inside of quotes is written twice" : NULL,
                       is_open ? "a quote is opened here and not closed"
                               : "this line is longer than 1 MiB");
            c->has_stopped = true;
            return false;
        }
        if (stop == NULL && !fill(c)) {
            *length = c->end - c->start;
            if (is_open) {
                csv_report(c, c->next_line, 1, 1, "a quote inside of quotes is written twice",
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
static const char *split_quoted_field(struct csv *c, char *p, const char *end, uint32_t *line,
                                      const char **line_start)
{
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
        csv_report(c, *line, (uint32_t)(q - *line_start) + 1, 1,
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
            q = split_quoted_field(c, p, end, &line, &line_start);
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
            csv_report(c, c->line, (uint32_t)(nul - record) + 1, 1,
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
        csv_report(c, c->line, column, 1, NULL,
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
            csv_report(c, 1, 1, 1, "the first line names the columns: pre,post,weight",
                       "the file is empty");
        }
        return false;
    }
    if (c->n_cells > CSV_MAX_COLUMNS) {
        csv_report(
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
                csv_report(c, cell->line, cell->column, cell->length, NULL,
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
