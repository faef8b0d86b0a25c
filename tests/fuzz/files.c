#include "files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 8, FILES_NAME_MAX = 32 };

static char folder[] = P_tmpdir "/fuzz_XXXXXX";
static char paths[FILES_MAX][sizeof folder + FILES_NAME_MAX + 2];
static unsigned n_paths;

static void remove_files(void)
{
    while (n_paths > 0) {
        (void)unlink(paths[--n_paths]);
    }
}

static void remove_folder(void)
{
    remove_files();
    (void)rmdir(folder);
}

static bool make_folder(void)
{
    static bool is_made;
    if (!is_made) {
        is_made = mkdtemp(folder) != NULL && atexit(remove_folder) == 0;
    }
    return is_made;
}

static const char *write_file(const char *name, size_t length, const char *bytes, size_t n)
{
    char *const path = paths[n_paths];
    (void)snprintf(path, sizeof paths[0], "%s/%.*s", folder, (int)length, name);
    FILE *const f = fopen(path, "wb");
    if (f == NULL) {
        return NULL;
    }
    n_paths++;
    const bool is_written = fwrite(bytes, 1, n, f) == n;
    return fclose(f) == 0 && is_written ? path : NULL;
}

const char *fuzz_files_add(const char *name, const char *bytes, size_t n)
{
    return n_paths < FILES_MAX ? write_file(name, strlen(name), bytes, n) : NULL;
}

/* Length of a name that stays in the folder: letters, digits, _ and a dot within; else 0. */
static size_t name_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_' || (n > 0 && s[n] == '.')) {
        n++;
    }
    return n <= FILES_NAME_MAX ? n : 0;
}

/* The next line that begins a file, or the end. */
static const char *find_mark(const char *p, const char *end)
{
    static const char mark[] = "#file ";
    while (p < end) {
        if ((size_t)(end - p) >= sizeof mark - 1 && memcmp(p, mark, sizeof mark - 1) == 0) {
            return p;
        }
        const char *const stop = memchr(p, '\n', (size_t)(end - p));
        p = stop == NULL ? end : stop + 1;
    }
    return end;
}

bool fuzz_files_store(struct fuzz_files *f, const uint8_t *data, size_t size,
                      struct arena *arena)
{
    char *const bytes = arena_copy(arena, (const char *)data, size);
    if (bytes == NULL || !make_folder()) {
        return false;
    }
    remove_files();
    const char *const end = bytes + size, *p = find_mark(bytes, end);
    *f = (struct fuzz_files){.path = paths[0], .bytes = bytes, .n = (size_t)(p - bytes)};
    bool is_stored = fuzz_files_add("main.yaml", bytes, f->n) != NULL;
    while (p < end && is_stored) {
        const char *const name = p + strlen("#file ");
        const size_t length = name_length(name);
        const char *const stop = memchr(p, '\n', (size_t)(end - p));
        const char *const body = stop == NULL ? end : stop + 1;
        p = find_mark(body, end);
        if (length > 0 && n_paths < FILES_MAX) {
            is_stored = write_file(name, length, body, (size_t)(p - body)) != NULL;
        }
    }
    if (size > 5 && memcmp(bytes, "#set ", 5) == 0) {
        f->override = arena_copy(arena, bytes + 5, strcspn(bytes + 5, "\n"));
    }
    return is_stored;
}
