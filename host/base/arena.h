/* base/arena.h: memory for what is parsed; everything of one loaded network is freed at once.
 * Sees: base/mem.h. Threads: one arena, one thread. Memory: arena_destroy frees all that was
 * handed out. A request that fails jumps nowhere: it returns NULL and the arena remembers
 * (arena_failed), so that a parser may check once at its end. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/mem.h"

struct arena;

enum err_code arena_create(struct arena **out, struct err *e) ERR_CHECKED;
void arena_destroy(struct arena *a); /* accepts NULL */
/* n * size zeroed bytes, 16-byte aligned; NULL when memory is out (and for n * size == 0: a
 * valid pointer). */
void *arena_alloc(struct arena *a, size_t n, size_t size);
char *arena_copy(struct arena *a, const char *text, size_t length); /* NUL-terminated copy */
char *arena_print(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool arena_failed(const struct arena *a);
/* Remembers that memory was out elsewhere, for what would have gone into the arena. */
void arena_fail(struct arena *a);

/* Appends one element to a growing array that lives in the arena (the old copy is left behind).
 * Returns a pointer to the new, zeroed element, or NULL. */
void *arena_push(struct arena *a, void *array, uint32_t *n, uint32_t *capacity, size_t size);

#endif
