#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void text_fini(struct text *t)
{
    mem_free(t->bytes);
    *t = (struct text){0};
}

static bool text_reserve(struct text *t, size_t more)
{
    if (!t->has_failed &&
        mem_grow(&t->bytes, &t->capacity, t->length + more + 1, 1, NULL) != ERR_OK) {
        t->has_failed = true;
    }
    return !t->has_failed;
}

void text_add_n(struct text *t, const char *s, size_t n)
{
    if (text_reserve(t, n)) {
        memcpy(t->bytes + t->length, s, n);
        t->length += n;
        t->bytes[t->length] = '\0';
    }
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, strlen(s));
}

void text_print(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0 && text_reserve(t, (size_t)n)) {
        (void)vsnprintf(t->bytes + t->length, (size_t)n + 1, format, again);
        t->length += (size_t)n;
    }
    va_end(again);
}

const char *text_string(const struct text *t)
{
    return t->bytes == NULL ? "" : t->bytes;
}

enum { TEXT_WORD_MAX = 64 };

/* Optimal string alignment (Levenshtein with transposition), rows kept for the last two
 * letters. */
unsigned text_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    if (n > TEXT_WORD_MAX || m > TEXT_WORD_MAX) {
        return strcmp(a, b) == 0 ? 0 : 1000;
    }
    unsigned row[3][TEXT_WORD_MAX + 1];
    for (size_t j = 0; j <= m; j++) {
        row[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= n; i++) {
        unsigned *const now = row[i % 3], *const last = row[(i + 2) % 3],
                        *const before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    unsigned best_distance = strlen(word) < 4 ? 2 : 4;
    for (size_t k = 0; k < n; k++) {
        const unsigned d = text_distance(word, candidates[k]);
        if (d < best_distance) {
            best_distance = d;
            best = candidates[k];
        }
    }
    return best;
}

enum err_code text_read_file(char **out, size_t *n, const char *path, size_t limit,
                             struct err *e)
{
    *out = NULL;
    *n = 0;
    struct stat info;
    if (stat(path, &info) != 0) {
        return err_set(e, ERR_FILE, errno, "cannot read '%s': %s", path, strerror(errno));
    }
    ERR_IF(S_ISDIR(info.st_mode), e, ERR_FILE, "cannot read '%s': it is a directory", path);
    ERR_IF((uint64_t)info.st_size > limit, e, ERR_FILE,
           "'%s' has %llu bytes; at most %zu are read", path, (unsigned long long)info.st_size,
           limit);
    FILE *const f = fopen(path, "rb");
    if (f == NULL) {
        return err_set(e, ERR_FILE, errno, "cannot read '%s': %s", path, strerror(errno));
    }
    /* Read by blocks rather than by st_size: pipes and /proc files have no size. */
    enum err_code code = ERR_OK;
    struct text t = {0};
    char block[16384];
    size_t got;
    while ((got = fread(block, 1, sizeof block, f)) > 0 && !t.has_failed && t.length <= limit) {
        text_add_n(&t, block, got);
    }
    if (ferror(f)) {
        code = err_set(e, ERR_FILE, errno, "cannot read '%s': %s", path, strerror(errno));
    } else if (t.length > limit) {
        code = err_set(e, ERR_FILE, 0,
                       "'%s' is longer than the %zu bytes that are read at most", path, limit);
    } else if (t.has_failed) {
        code = err_set(e, ERR_NOMEM, 0, "no memory to read '%s'", path);
    }
    (void)fclose(f);
    if (code != ERR_OK) {
        text_fini(&t);
        return code;
    }
    if (t.bytes == NULL) {
        ERR_TRY(mem_alloc(&t.bytes, 1, 1, e));
    }
    *out = t.bytes;
    *n = t.length;
    return ERR_OK;
}
