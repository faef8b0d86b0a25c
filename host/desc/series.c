#include "desc/series.h"

#include <string.h>

void series_fini(struct series *s)
{
    for (size_t k = 0; k < s->n_chunks; k++) {
        mem_free(s->chunks[k]);
    }
    mem_free(s->chunks);
    series_init(s, s->size, s->arena);
}

void *series_grow(struct series *s)
{
    char *chunk;
    if (mem_grow(&s->chunks, &s->capacity, s->n_chunks + 1, sizeof *s->chunks, NULL) !=
            ERR_OK ||
        mem_alloc(&chunk, SERIES_CHUNK, s->size, NULL) != ERR_OK) {
        s->has_failed = true;
        arena_fail(s->arena);
        return NULL;
    }
    s->chunks[s->n_chunks++] = chunk;
    s->n++;
    return chunk;
}

void *series_flatten(struct series *s)
{
    char *const out = s->has_failed ? NULL : arena_alloc(s->arena, (size_t)s->n, s->size);
    for (size_t k = 0; k < s->n_chunks; k++) {
        const uint64_t left = s->n - (uint64_t)k * SERIES_CHUNK;
        const size_t items = left < SERIES_CHUNK ? (size_t)left : SERIES_CHUNK;
        if (out != NULL) {
            memcpy(out + k * SERIES_CHUNK * s->size, s->chunks[k], items * s->size);
        }
        mem_free(s->chunks[k]);
    }
    mem_free(s->chunks);
    series_init(s, s->size, s->arena);
    return out;
}
