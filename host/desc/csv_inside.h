/* desc/csv_inside.h: the parts of the table reader. csv.c: the stream, records, the header;
 * csv_cell.c: columns and what their cells hold. Sees: desc. */
#ifndef DESC_CSV_INSIDE_H
#define DESC_CSV_INSIDE_H

#include "desc/csv.h"

#include <stdio.h>

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

/* A fault; the last one that is told ends the reading. */
void csv_report(struct csv *c, uint32_t line, uint32_t column, uint32_t length,
                const char *hint, const char *text);

#endif
