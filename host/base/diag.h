/* base/diag.h: diagnostics: what is wrong with a file, all of it at once (design rule 7).
 * Lexer, parser, checker and loader add to one list and go on; the command line prints it.
 * Sees: base/arena.h, base/text.h. Memory: all in the list's arena (borrowed; must outlive the
 * list). */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/arena.h"
#include "base/text.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
    enum diag_severity severity;
    struct pos at;
    uint32_t length; /* characters marked under the line; 0 counts as 1 */
    const char *text;
    const char *hint; /* what to do, or NULL */
};

struct diag_source {
    const char *file, *bytes;
    size_t length;
};

struct diag_list {
    struct arena *arena;
    struct diag *items;
    uint32_t n, capacity, n_errors;
    struct diag_source *sources; /* texts whose lines are shown under a message */
    uint32_t n_sources, source_capacity;
};

void diag_init(struct diag_list *d, struct arena *arena);
/* Remembers the text of a file (borrowed until the list is done), so that its lines can be
 * shown. */
void diag_add_source(struct diag_list *d, const char *file, const char *bytes, size_t length);
/* Adds one diagnostic; hint may be NULL. A repeated (place, text) is dropped. */
void diag_add(struct diag_list *d, enum diag_severity s, struct pos at, uint32_t length,
              const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));
#define diag_error(d, at, length, hint, ...)                                                   \
    diag_add((d), DIAG_ERROR, (at), (length), (hint), __VA_ARGS__)
#define diag_warning(d, at, length, hint, ...)                                                 \
    diag_add((d), DIAG_WARNING, (at), (length), (hint), __VA_ARGS__)

/* "file:line:column: error: text", the line, a caret, "  hint: …"; sorted by file (in order of
 * first mention) and place; the first `most` errors and warnings (0: all), then the count. */
void diag_print(const struct diag_list *d, uint32_t most, struct text *out);

#endif
