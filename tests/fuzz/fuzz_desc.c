/* tests/fuzz/fuzz_desc.c: any bytes as a network or model file: read, checked, written, read
 * again. A first line "#set path=value" is an override; what follows a line "#csv" is the file
 * t.csv, which the network may name. Built with clang -fsanitize=fuzzer,address, or with
 * replay.c to run a folder of files (ctest does). */
#include "desc/description.h"
#include "desc/yaml.h"
#include "files.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
static void fuzz_show(const char *path, struct diag_list *d)
{
    struct err e = {0};
    struct model *m = NULL;
    struct text out = {0};
    if (desc_show_model(path, &out, d, &e) == ERR_OK && out.length <= LANG_MAX_TEXT) {
        const char *const shown = fuzz_files_add("shown.yaml", text_string(&out), out.length);
        ASSERT(shown == NULL ||
               desc_load_model(&m, shown, (struct pos){.file = shown}, d, &e) == ERR_OK);
    }
    text_fini(&out);
}

/* So is a sound network, flattened. */
static void fuzz_flatten(const struct desc_network *n, struct diag_list *d)
{
    struct err e = {0};
    struct desc_network *again;
    struct text out = {0};
    yaml_write(n->tree, &out);
    const char *const flat = fuzz_files_add("flat.yaml", text_string(&out), out.length);
    if (flat != NULL) {
        ASSERT(desc_load_network(&again, flat, NULL, d, &e) == ERR_OK);
        ASSERT(again->n_populations == n->n_populations && again->n_steps == n->n_steps &&
               again->n_inputs == n->n_inputs && again->n_projections == n->n_projections);
    }
    text_fini(&out);
}

static void fuzz_load(const struct fuzz_files *f, struct diag_list *d)
{
    struct err e = {0};
    struct model *m = NULL;
    struct desc_network *n = NULL;
    const struct desc_options o = {.overrides = &f->override,
                                   .n_overrides = f->override != NULL};
    const enum err_code code =
        desc_names_network(f->path)
            ? desc_load_network(&n, f->path, &o, d, &e)
            : desc_load_model(&m, f->path, (struct pos){.file = f->path}, d, &e);
    ASSERT((code == ERR_OK) == (n != NULL || m != NULL));
    ASSERT(code != ERR_FILE || d->n_errors > 0);
    struct text out = {0};
    if (n != NULL) {
        fuzz_flatten(n, d);
    }
    if (m != NULL) {
        fuzz_show(f->path, d);
    }
    diag_print(d, 20, &out);
    text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena;
    struct diag_list d;
    struct fuzz_files f;
    if (arena_create(&arena, NULL) != ERR_OK) {
        return 0;
    }
    if (fuzz_files_store(&f, data, size, arena)) {
        diag_init(&d, arena);
        fuzz_write(f.bytes, f.n, &d);
        diag_init(&d, arena);
        fuzz_load(&f, &d);
    }
    arena_destroy(arena);
    return 0;
}
