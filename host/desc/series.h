/* desc/series.h: a long array that grows without being copied: rows of a file, whose number is
 * known at its end. Sees: base. Memory: the heap while it grows; series_flatten moves it into
 * its arena, series_fini drops it. Where memory is out the arena remembers. */
#ifndef DESC_SERIES_H
#define DESC_SERIES_H

#include "base/arena.h"

#define SERIES_CHUNK 65536u /* items */

struct series {
    size_t size; /* of an item */
    char **chunks;
    size_t n_chunks, capacity;
    uint64_t n;
    bool has_failed; /* memory is out */
    struct arena *arena;
};

static inline void series_init(struct series *s, size_t size, struct arena *arena)
{
    *s = (struct series){.size = size, .arena = arena};
}
void series_fini(struct series *s);
/* Room for one more item, or NULL. */
void *series_grow(struct series *s);
/* One more item. */
static inline void *series_push(struct series *s)
{
    const size_t k = (size_t)(s->n % SERIES_CHUNK);
    if (k == 0) {
        return series_grow(s);
    }
    s->n++;
    return s->chunks[s->n_chunks - 1] + k * s->size;
}
/* All items, one after the other; the series is empty then. NULL: memory is out. */
void *series_flatten(struct series *s);

#endif
