/* device/kernel_text.c: kernel files as one text. OpenCL has no folder of includes that every
 * driver takes (PoCL refuses options with spaces), so the includes are put in place, each file
 * once per text, and #line keeps messages right. */
#include "device/device.h"
#include "device/kernel_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INCLUDE_DEPTH_MAX = 16, KERNEL_FILE_MAX = 4 << 20 };

/* One file's bytes: embedded, or read from the folder in STRIATUM_KERNEL_DIR (then owned). */
static enum err_code source_get(const char *file, const char **bytes, size_t *n, char **owned,
                                struct err *e)
{
    const char *const folder = getenv("STRIATUM_KERNEL_DIR");
    *owned = NULL;
    if (folder != NULL && folder[0] != '\0') {
        char path[4096];
        const int length = snprintf(path, sizeof path, "%s/%s", folder, file);
        ERR_IF(length < 0 || (size_t)length >= sizeof path, e, ERR_FILE,
               "the path of kernel file '%s' is too long", file);
        ERR_TRY(text_read_file(owned, n, path, KERNEL_FILE_MAX, e));
        *bytes = *owned;
        return ERR_OK;
    }
    for (uint32_t k = 0; k < kernel_source_n; k++) {
        if (strcmp(kernel_source_table[k].name, file) == 0) {
            *bytes = kernel_source_table[k].bytes;
            *n = kernel_source_table[k].n;
            return ERR_OK;
        }
    }
    return err_set(e, ERR_FILE, 0, "there is no kernel file '%s'", file);
}

/* The name in a line `#include "name"`; false for any other line (and for <…>, which host
 * branches use). */
static bool include_name(const char *line, size_t n, char *name, size_t size)
{
    size_t k = 0;
    while (k < n && (line[k] == ' ' || line[k] == '\t')) {
        k++;
    }
    static const char word[] = "#include \"";
    if (n - k < sizeof word - 1 || strncmp(line + k, word, sizeof word - 1) != 0) {
        return false;
    }
    const char *const from = line + k + sizeof word - 1;
    const char *const to = memchr(from, '"', n - k - (sizeof word - 1));
    if (to == NULL || (size_t)(to - from) >= size) {
        return false;
    }
    memcpy(name, from, (size_t)(to - from));
    name[to - from] = '\0';
    return true;
}

/* #line 1 marks a file that the text already holds: no second list is needed. */
static void line_mark(char *out, size_t size, const char *file)
{
    (void)snprintf(out, size, "#line 1 \"kernels/%s\"\n", file);
}

static enum err_code flatten(const char *file, unsigned depth, struct text *out, struct err *e)
{
    char mark[512];
    ERR_IF(depth > INCLUDE_DEPTH_MAX, e, ERR_FILE, "kernel files include each other: '%s'",
           file);
    line_mark(mark, sizeof mark, file);
    if (strstr(text_string(out), mark) != NULL) {
        return ERR_OK;
    }
    const char *bytes = NULL;
    size_t n = 0;
    char *owned = NULL;
    enum err_code code = ERR_OK;
    ERR_TRY(source_get(file, &bytes, &n, &owned, e));
    text_add(out, mark);
    uint32_t line = 1;
    for (size_t at = 0; at < n; line++) {
        const char *const end = memchr(bytes + at, '\n', n - at);
        const size_t length = end == NULL ? n - at : (size_t)(end - (bytes + at));
        char name[256];
        if (include_name(bytes + at, length, name, sizeof name)) {
            ERR_GOTO(flatten(name, depth + 1, out, e));
            text_print(out, "#line %u \"kernels/%s\"\n", line + 1, file);
        } else {
            text_add_n(out, bytes + at, length);
            text_add(out, "\n");
        }
        at += length + 1;
    }
out:
    mem_free(owned);
    return code;
}

enum err_code device_kernel_text(const char *file, struct text *out, struct err *e)
{
    ERR_TRY(flatten(file, 0, out, e));
    ERR_IF(out->has_failed, e, ERR_NOMEM, "no memory for the kernel text '%s'", file);
    return ERR_OK;
}
