#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_CHUNK = 64 * 1024, ARENA_ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(ARENA_ALIGN) char bytes[];
};

struct arena {
    struct arena_chunk *chunks;
    bool has_failed;
};

enum err_code arena_create(struct arena **out, struct err *e)
{
    return mem_alloc(out, 1, sizeof **out, e);
}

void arena_destroy(struct arena *a)
{
    if (a == NULL) {
        return;
    }
    for (struct arena_chunk *c = a->chunks; c != NULL;) {
        struct arena_chunk *const next = c->next;
        mem_free(c);
        c = next;
    }
    mem_free(a);
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2) {
        a->has_failed = true;
        return NULL;
    }
    bytes = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    struct arena_chunk *c = a->chunks;
    if (c == NULL || c->size - c->used < bytes) {
        const size_t room = bytes > ARENA_CHUNK ? bytes : ARENA_CHUNK;
        if (mem_alloc(&c, 1, sizeof *c + room, NULL) != ERR_OK) {
            a->has_failed = true;
            return NULL;
        }
        c->size = room;
        c->next = a->chunks;
        a->chunks = c;
    }
    void *const p = c->bytes + c->used;
    c->used += bytes;
    return p;
}

char *arena_copy(struct arena *a, const char *text, size_t length)
{
    char *const p = arena_alloc(a, length + 1, 1);
    if (p != NULL && length > 0) {
        memcpy(p, text, length);
    }
    return p;
}

char *arena_print(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *const p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1, 1);
    if (p != NULL) {
        (void)vsnprintf(p, (size_t)n + 1, format, again);
    }
    va_end(again);
    return p;
}

void arena_fail(struct arena *a)
{
    a->has_failed = true;
}

bool arena_failed(const struct arena *a)
{
    return a->has_failed;
}

void *arena_push(struct arena *a, void *array, uint32_t *n, uint32_t *capacity, size_t size)
{
    char **slot = array;
    if (*n == *capacity) {
        const uint32_t more = *capacity < 4 ? 8 : *capacity * 2;
        char *const bigger = arena_alloc(a, more, size);
        if (bigger == NULL) {
            return NULL;
        }
        if (*n > 0) {
            memcpy(bigger, *slot, *n * size);
        }
        *slot = bigger;
        *capacity = more;
    }
    return *slot + (size_t)(*n)++ * size;
}
