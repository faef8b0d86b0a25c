/* tests/fuzz/fuzz_desc.c: any bytes as a network or model file: read, checked, written, read
 * again. A first line "#set path=value" is an override; what follows a line "#csv" is the file
 * t.csv, which the network may name. Built with clang -fsanitize=fuzzer,address, or with
 * replay.c to run a folder of files (ctest does). */
#include "desc/description.h"
#include "desc/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The loader reads files, so the bytes become some, in a folder of this process. */
static char fuzz_folder[] = P_tmpdir "/fuzz_desc_XXXXXX";
static char fuzz_path[sizeof fuzz_folder + 16], fuzz_table[sizeof fuzz_folder + 16],
    fuzz_shown[sizeof fuzz_folder + 16];

static void fuzz_remove(void)
{
    (void)unlink(fuzz_path);
    (void)unlink(fuzz_table);
    (void)unlink(fuzz_shown);
    (void)rmdir(fuzz_folder);
}

static bool fuzz_write_file(const char *path, const char *bytes, size_t size)
{
    FILE *const f = fopen(path, "wb");
    if (f == NULL) {
        return false;
    }
    const bool is_written = fwrite(bytes, 1, size, f) == size;
    return fclose(f) == 0 && is_written;
}

/* Bytes before a line "#csv"; all of them where there is none. */
static size_t fuzz_split(const char *bytes, size_t size)
{
    static const char mark[] = "\n#csv\n";
    for (size_t k = 0; k + sizeof mark - 1 <= size; k++) {
        if (memcmp(bytes + k, mark, sizeof mark - 1) == 0) {
            return k + 1;
        }
    }
    return size;
}

static bool fuzz_store(const char *bytes, size_t size)
{
    static bool is_made;
    if (!is_made) {
        if (mkdtemp(fuzz_folder) == NULL) {
            return false;
        }
        (void)snprintf(fuzz_path, sizeof fuzz_path, "%s/net.yaml", fuzz_folder);
        (void)snprintf(fuzz_table, sizeof fuzz_table, "%s/t.csv", fuzz_folder);
        (void)snprintf(fuzz_shown, sizeof fuzz_shown, "%s/shown.yaml", fuzz_folder);
        (void)atexit(fuzz_remove);
        is_made = true;
    }
    const size_t text = fuzz_split(bytes, size), table = text == size ? size : text + 5;
    return fuzz_write_file(fuzz_path, bytes, text) &&
           fuzz_write_file(fuzz_table, bytes + table, size - table);
}

static bool fuzz_is_same(const struct yaml *a, const struct yaml *b)
{
    if (a->kind != b->kind || a->n != b->n || a->length != b->length) {
        return a->kind == YAML_SCALAR && b->kind == YAML_SCALAR && yaml_is_null(a) &&
               yaml_is_null(b);
    }
    for (uint32_t k = 0; k < a->n; k++) {
        if ((a->kind == YAML_MAP && strcmp(a->keys[k], b->keys[k]) != 0) ||
            !fuzz_is_same(a->items[k], b->items[k])) {
            return false;
        }
    }
    return a->kind != YAML_SCALAR || yaml_is_null(a) ||
           memcmp(a->text, b->text, a->length) == 0;
}

/* What was read must be written as something that reads as the same tree. */
static void fuzz_write(const char *bytes, size_t size, struct diag_list *d)
{
    const uint32_t before = d->n_errors;
    const struct yaml *const tree = yaml_parse("fuzz", bytes, size, d);
    if (tree == NULL || d->n_errors > before) {
        return;
    }
    struct text out = {0};
    yaml_write(tree, &out);
    const struct yaml *const again = yaml_parse("written", text_string(&out), out.length, d);
    ASSERT(again != NULL && d->n_errors == before && fuzz_is_same(tree, again));
    text_fini(&out);
}

/* A sound model, shown as one file, is sound again. */
static void fuzz_show(struct diag_list *d)
{
    struct err e = {0};
    struct model *m = NULL;
    struct text out = {0};
    if (desc_show_model(fuzz_path, &out, d, &e) == ERR_OK && out.length <= LANG_MAX_TEXT &&
        fuzz_write_file(fuzz_shown, text_string(&out), out.length)) {
        const enum err_code code =
            desc_load_model(&m, fuzz_shown, (struct pos){.file = fuzz_shown}, d, &e);
        ASSERT(code == ERR_OK);
    }
    text_fini(&out);
}

static void fuzz_load(const char *override, struct diag_list *d)
{
    struct err e = {0};
    struct model *m = NULL;
    struct desc_network *n = NULL;
    const struct desc_options o = {.overrides = &override, .n_overrides = override != NULL};
    const bool is_network = desc_names_network(fuzz_path);
    const enum err_code code =
        is_network ? desc_load_network(&n, fuzz_path, &o, d, &e)
                   : desc_load_model(&m, fuzz_path, (struct pos){.file = fuzz_path}, d, &e);
    ASSERT((code == ERR_OK) == (n != NULL || m != NULL));
    ASSERT(code != ERR_FILE || d->n_errors > 0);
    struct text out = {0};
    if (n != NULL) {
        yaml_write(n->tree, &out);
    }
    if (m != NULL) {
        fuzz_show(d);
    }
    diag_print(d, 20, &out);
    text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena;
    struct diag_list d;
    if (arena_create(&arena, NULL) != ERR_OK) {
        return 0;
    }
    diag_init(&d, arena);
    char *const bytes = arena_copy(arena, (const char *)data, size);
    if (bytes == NULL || !fuzz_store(bytes, size)) {
        arena_destroy(arena);
        return 0;
    }
    size = fuzz_split(bytes, size);
    bytes[size] = '\0';
    const char *override = NULL;
    if (size > 5 && memcmp(bytes, "#set ", 5) == 0) {
        override = arena_copy(arena, bytes + 5, strcspn(bytes + 5, "\n"));
    }
    fuzz_write(bytes, size, &d);
    diag_init(&d, arena);
    fuzz_load(override, &d);
    arena_destroy(arena);
    return 0;
}
