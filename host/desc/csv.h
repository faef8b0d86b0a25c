/* desc/csv.h: tables in text: a header line that names the columns, one record a line, fields
 * behind commas. Fields may stand in double quotes (a quote inside is written twice); blanks
 * around fields, blank lines and lines that begin with # are skipped; lines end with LF or
 * CRLF. The file is read as a stream: its size has no bound, and no cell takes memory. Every
 * fault is a diagnostic with file, line and column; after CSV_MAX_ERRORS of them the rest is
 * not read. Sees: base, desc. Memory: csv_close. */
#ifndef DESC_CSV_H
#define DESC_CSV_H

#include "desc/field.h"

#define CSV_MAX_COLUMNS 4096u
#define CSV_MAX_RECORD  ((size_t)1 << 20) /* bytes */
#define CSV_MAX_ERRORS  50u

struct csv;

/* Opens the file that a node names (see load_data_file) and reads its header. NULL after a
 * diagnostic. */
struct csv *csv_open(struct load *l, struct yaml *file);
/* Accepts NULL. */
void csv_close(struct csv *c);
const char *csv_file(const struct csv *c);
uint32_t csv_n_columns(const struct csv *c);
const char *csv_column_name(const struct csv *c, int column);
/* Index of a column, or -1. */
int csv_find(const struct csv *c, const char *name);
/* The same; where there is none, a diagnostic at `node` (what: "projection 'E'"). */
int csv_need(struct csv *c, const char *name, const struct yaml *node, const char *what);
/* The column that `node` names; where node is NULL, the first of names[] that there is, else a
 * diagnostic at `file`. */
int csv_choose(struct csv *c, const struct yaml *node, const char *const *names, size_t n,
               const struct yaml *file, const char *what);

/* The next record; false at the end, and after too many faults. */
bool csv_next(struct csv *c);
/* Was there a fault? */
bool csv_failed(const struct csv *c);
uint64_t csv_row(const struct csv *c); /* records read so far */

/* Cells of this record. A text is borrowed until the next record, and not NUL-terminated. */
const char *csv_text(const struct csv *c, int column, size_t *n);
bool csv_text_is(const struct csv *c, int column, const char *text);
/* A finite number. false after a diagnostic. */
bool csv_number(struct csv *c, int column, double *out);
/* A whole number below `limit`: a cell of `what` ("population 'A'"). false after a diagnostic.
 */
bool csv_index(struct csv *c, int column, uint32_t limit, const char *what, uint32_t *out);
/* A fault of a cell. hint may be NULL. */
void csv_error(struct csv *c, int column, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct pos csv_pos(const struct csv *c, int column);
/* The cell's text for a message: printable, and not long. */
const char *csv_quote(struct csv *c, int column);

/* A column's numbers in the unit of the place that they are for. */
struct csv_quantity {
    int column;
    struct unit unit, declared;
    bool to_declared; /* a model that opts out of units takes them in the declared one */
};
/* unit: its node, or NULL where absent: right only for what has no dimension. wanted: dimension
 * of the place, NULL where it has none that is known. at: for the message. false after a
 * diagnostic. */
bool csv_read_unit(struct load *l, const struct yaml *unit, const struct unit *wanted,
                   bool no_units, const struct yaml *at, const char *what,
                   struct csv_quantity *out);
bool csv_read_quantity(struct csv *c, const struct csv_quantity *q, double *out);

#endif
