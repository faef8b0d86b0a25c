/* base/text.h: a growing string, for generated kernels, tables and messages, and small string
 * helpers. Sees: base/mem.h. Memory: text_fini frees. A failed request is remembered in
 * has_failed. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/mem.h"

struct text {
    char *bytes; /* NUL-terminated once anything was added; NULL before */
    size_t length, capacity;
    bool has_failed;
};

void text_fini(struct text *t);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_print(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *
text_string(const struct text *t); /* "" for an empty one; borrowed until the next change */

/* Edit distance of a and b, or a large number when it exceeds 3; for "did you mean". */
unsigned text_distance(const char *a, const char *b);
/* The candidate nearest to word, or NULL when none is near enough to suggest. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

/* Whole file into memory (NUL-terminated copy, length in *n), at most limit bytes.
 * Errors: ERR_FILE missing, a directory, unreadable, too large: the message says which and what
 * to do. */
enum err_code text_read_file(char **out, size_t *n, const char *path, size_t limit,
                             struct err *e) ERR_CHECKED;

#endif
