/* device/program_cache.c: compiled programs on disk, so that the second run of a network starts
 * at once. One file per program: magic, key, size, checksum, binary. The folder is
 * $STRIATUM_CACHE_DIR, else $XDG_CACHE_HOME/striatum, else ~/.cache/striatum. Whatever goes
 * wrong here costs a compilation and nothing else. */
#include "base/hash.h"
#include "device/device_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY_MAX ((size_t)256 << 20)

struct entry_head {
    char magic[8];
    uint64_t a, b, n, checksum;
};
static const char entry_magic[8] = {'s', 't', 'r', 'b', 'i', 'n', '0', '1'};

struct program_key program_cache_key(const struct device *d, enum precision precision,
                                     const char *text)
{
    const char *const parts[] = {
        text,           d->options[precision], d->info.name,    d->info.vendor,
        d->info.driver, d->info.version,       d->info.platform};
    struct program_key key = {HASH_FNV_START, hash_mix64(HASH_FNV_START)};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const size_t n =
            strlen(parts[k]) + 1; /* with the NUL: parts cannot run into each other */
        key.a = hash_fnv1a(key.a, parts[k], n);
        key.b = hash_fnv1a(key.b, parts[k], n);
    }
    key.b = hash_mix64(key.b);
    return key;
}

static bool cache_folder(char *out, size_t n)
{
    const char *const own = getenv("STRIATUM_CACHE_DIR"), *const xdg = getenv("XDG_CACHE_HOME"),
                      *const home = getenv("HOME");
    int length = -1;
    if (own != NULL && own[0] != '\0') {
        length = snprintf(out, n, "%s", own);
    } else if (xdg != NULL && xdg[0] == '/') {
        length = snprintf(out, n, "%s/striatum", xdg);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(out, n, "%s/.cache/striatum", home);
    }
    return length > 0 && (size_t)length < n;
}

bool program_cache_path(struct program_key key, char *out, size_t n)
{
    char folder[3072];
    if (!cache_folder(folder, sizeof folder)) {
        return false;
    }
    const int length =
        snprintf(out, n, "%s/%016" PRIx64 "%016" PRIx64 ".bin", folder, key.a, key.b);
    return length > 0 && (size_t)length < n;
}

unsigned char *program_cache_load(struct program_key key, size_t *n)
{
    char path[4096];
    char *bytes = NULL;
    size_t size = 0;
    struct entry_head head;
    *n = 0;
    if (!program_cache_path(key, path, sizeof path) ||
        text_read_file(&bytes, &size, path, ENTRY_MAX, NULL) != ERR_OK) {
        return NULL;
    }
    if (size < sizeof head) {
        mem_free(bytes);
        return NULL;
    }
    memcpy(&head, bytes, sizeof head);
    if (memcmp(head.magic, entry_magic, sizeof entry_magic) != 0 || head.a != key.a ||
        head.b != key.b || head.n != size - sizeof head || head.n == 0 ||
        head.checksum != hash_fnv1a(HASH_FNV_START, bytes + sizeof head, size - sizeof head)) {
        mem_free(bytes);
        return NULL;
    }
    *n = size - sizeof head;
    memmove(bytes, bytes + sizeof head, *n);
    return (unsigned char *)bytes;
}

/* mkdir -p of the folder that holds path. */
static void make_folders(const char *path)
{
    char part[4096];
    if (strlen(path) >= sizeof part) {
        return;
    }
    memcpy(part, path, strlen(path) + 1);
    for (char *p = part + 1; *p != '\0'; p++) {
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(part, 0700);
            *p = '/';
        }
    }
}

void program_cache_store(struct program_key key, const unsigned char *binary, size_t n)
{
    char path[4096], temporary[4160];
    if (n == 0 || n > ENTRY_MAX - sizeof(struct entry_head) ||
        !program_cache_path(key, path, sizeof path)) {
        return;
    }
    make_folders(path);
    (void)snprintf(temporary, sizeof temporary, "%s.%ld.XXXXXX", path, (long)getpid());
    const int fd = mkstemp(temporary);
    if (fd < 0) {
        return;
    }
    FILE *const f = fdopen(fd, "wb");
    if (f == NULL) {
        (void)close(fd);
        (void)unlink(temporary);
        return;
    }
    struct entry_head head = {
        .a = key.a, .b = key.b, .n = n, .checksum = hash_fnv1a(HASH_FNV_START, binary, n)};
    memcpy(head.magic, entry_magic, sizeof entry_magic);
    bool is_written = fwrite(&head, sizeof head, 1, f) == 1 && fwrite(binary, 1, n, f) == n;
    is_written = fclose(f) == 0 && is_written;
    if (!is_written || rename(temporary, path) != 0) {
        (void)unlink(temporary);
    }
}

void program_cache_remove(struct program_key key)
{
    char path[4096];
    if (program_cache_path(key, path, sizeof path)) {
        (void)unlink(path);
    }
}
