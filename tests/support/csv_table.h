/* support/csv_table.h: a small table of numbers and texts from a CSV file, for comparisons with
 * reference data. */
#ifndef SUPPORT_CSV_TABLE_H
#define SUPPORT_CSV_TABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_TABLE_COLUMNS = 64 };

struct csv_table {
    char *names[CSV_TABLE_COLUMNS];
    uint32_t n_columns;
    size_t n_rows;
    char **cells; /* [n_rows][n_columns] */
    char *bytes;
};

/* Number of fields found in a line that strtok-like splitting at commas cuts in place. */
static inline uint32_t csv_table_split(char *line, char **fields)
{
    uint32_t n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at != NULL && n < CSV_TABLE_COLUMNS;) {
        char *const comma = strchr(at, ',');
        fields[n++] = at;
        if (comma != NULL) {
            *comma = '\0';
        }
        at = comma == NULL ? NULL : comma + 1;
    }
    return n;
}

/* false: no such file. */
static inline bool csv_table_read(struct csv_table *t, const char *path)
{
    *t = (struct csv_table){0};
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    (void)fseek(file, 0, SEEK_END);
    const long size = ftell(file);
    rewind(file);
    t->bytes = calloc((size_t)size + 2, 1);
    const size_t n = fread(t->bytes, 1, (size_t)size, file);
    (void)fclose(file);
    size_t n_lines = 1;
    for (size_t k = 0; k < n; k++) {
        n_lines += t->bytes[k] == '\n' ? 1 : 0;
    }
    char *at = t->bytes;
    for (size_t line = 0; line < n_lines && *at != '\0'; line++) {
        char *const end = strchr(at, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        char *fields[CSV_TABLE_COLUMNS];
        const uint32_t n_fields = csv_table_split(at, fields);
        if (line == 0) {
            memcpy(t->names, fields, n_fields * sizeof *fields);
            t->n_columns = n_fields;
            t->cells = calloc(n_lines * n_fields, sizeof *t->cells);
        } else if (n_fields == t->n_columns) {
            memcpy(t->cells + t->n_rows++ * t->n_columns, fields, n_fields * sizeof *fields);
        }
        if (end == NULL) {
            break;
        }
        at = end + 1;
    }
    return true;
}

static inline void csv_table_free(struct csv_table *t)
{
    free(t->cells);
    free(t->bytes);
    *t = (struct csv_table){0};
}

/* Column of a name, -1 where there is none. */
static inline int csv_table_column(const struct csv_table *t, const char *name)
{
    for (uint32_t k = 0; k < t->n_columns; k++) {
        if (strcmp(t->names[k], name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

static inline const char *csv_table_text(const struct csv_table *t, size_t row, int column)
{
    return t->cells[row * t->n_columns + (size_t)column];
}

static inline double csv_table_number(const struct csv_table *t, size_t row, int column)
{
    return strtod(csv_table_text(t, row, column), NULL);
}

#endif
