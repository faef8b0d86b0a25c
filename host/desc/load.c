#include "desc/load.h"

#include "base/hash.h"
#include "desc/extend.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LOAD_MAX_EXTENDS = 16 };

void load_init(struct load *l, struct diag_list *d, const char *model_dir)
{
    *l = (struct load){
        .arena = d->arena, .d = d, .hash = HASH_FNV_START, .model_dir = model_dir};
}

const char *load_print(struct load *l, const char *format, ...)
{
    char buffer[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    const char *const copy = arena_copy(l->arena, buffer, strlen(buffer));
    return copy == NULL ? "" : copy;
}

const char *load_suggest(struct load *l, const char *word, const char *const *names, size_t n)
{
    /* Of one letter nothing is left when it is replaced. */
    const char *const near = strlen(word) < 2 ? NULL : text_nearest(word, names, n);
    return near == NULL ? NULL : load_print(l, "did you mean '%s'?", near);
}

static bool has_suffix(const char *name, const char *suffix)
{
    const size_t n = strlen(name), m = strlen(suffix);
    return n >= m && strcmp(name + n - m, suffix) == 0;
}

static bool is_bare(const char *name)
{
    return strchr(name, '/') == NULL && !has_suffix(name, ".yaml") && !has_suffix(name, ".yml");
}

static const struct desc_shipped *shipped_by_name(enum load_kind kind, const char *name,
                                                  size_t n)
{
    const struct desc_shipped *const table =
        kind == LOAD_MODEL ? desc_shipped_models : desc_shipped_networks;
    const uint32_t count = kind == LOAD_MODEL ? desc_n_shipped_models : desc_n_shipped_networks;
    for (uint32_t k = 0; k < count; k++) {
        if (strlen(table[k].name) == n && memcmp(table[k].name, name, n) == 0) {
            return &table[k];
        }
    }
    return NULL;
}

static const struct desc_shipped *shipped_by_file(const char *file)
{
    for (uint32_t k = 0; file != NULL && k < desc_n_shipped_models; k++) {
        if (desc_shipped_models[k].file ==
            file) { /* the table's own text: a file on disk of that name is another */
            return &desc_shipped_models[k];
        }
    }
    for (uint32_t k = 0; file != NULL && k < desc_n_shipped_networks; k++) {
        if (desc_shipped_networks[k].file == file) {
            return &desc_shipped_networks[k];
        }
    }
    return NULL;
}

/* By the path under which it is shipped: "models/x.yaml", "networks/models/x.yaml",
 * "networks/x.yaml"; any folder if is_any_folder. */
static const struct desc_shipped *shipped_by_path(enum load_kind kind, const char *path,
                                                  bool is_any_folder)
{
    path += strncmp(path, "./", 2) == 0 ? 2 : 0;
    const char *const slash = strrchr(path, '/');
    const char *const base = slash == NULL ? path : slash + 1;
    const size_t n_folder = (size_t)(base - path);
    static const char *const folders[2][2] = {
        {"networks/", "networks/"       },
        {"models/",   "networks/models/"}
    };
    bool is_known = is_any_folder;
    for (size_t k = 0; k < 2; k++) {
        const char *const f = folders[kind == LOAD_MODEL][k];
        is_known |= strlen(f) == n_folder && memcmp(path, f, n_folder) == 0;
    }
    const char *const dot = strrchr(base, '.');
    return is_known && dot != NULL && has_suffix(base, ".yaml")
               ? shipped_by_name(kind, base, (size_t)(dot - base))
               : NULL;
}

static const char *join_path(struct load *l, const char *naming_file, const char *name)
{
    const char *const slash =
        naming_file == NULL || name[0] == '/' ? NULL : strrchr(naming_file, '/');
    return slash == NULL
               ? load_print(l, "%s", name)
               : load_print(l, "%.*s/%s", (int)(slash - naming_file), naming_file, name);
}

/* On the command line a bare name may stand for either kind. */
static const char *suggest_shipped(struct load *l, const char *name, enum load_kind kind,
                                   bool is_any_kind)
{
    const char **const names = arena_alloc(
        l->arena, desc_n_shipped_models + desc_n_shipped_networks + 1, sizeof *names);
    uint32_t n = 0;
    for (uint32_t k = 0;
         names != NULL && (kind == LOAD_MODEL || is_any_kind) && k < desc_n_shipped_models;
         k++) {
        names[n++] = desc_shipped_models[k].name;
    }
    for (uint32_t k = 0;
         names != NULL && (kind == LOAD_NETWORK || is_any_kind) && k < desc_n_shipped_networks;
         k++) {
        names[n++] = desc_shipped_networks[k].name;
    }
    const char *const slash = strrchr(name, '/');
    const char *const base = slash == NULL ? name : slash + 1;
    return load_suggest(l, load_print(l, "%.*s", (int)strcspn(base, "."), base), names, n);
}

static void report_missing(struct load *l, const char *name, const char *path, struct pos at,
                           enum load_kind kind)
{
    const bool is_first = at.file == NULL;
    const char *const what = kind == LOAD_MODEL ? "model" : "network";
    const char *const hint = suggest_shipped(l, name, kind, is_first);
    if (is_bare(name)) {
        diag_error(l->d, at, (uint32_t)strlen(name),
                   hint != NULL ? hint
                                : "a path ends in .yaml or has a '/' in it; `striatum models` "
                                  "lists what is shipped",
                   "no shipped %s is called '%s'", is_first ? "network or model" : what, name);
    } else {
        diag_error(l->d, at, (uint32_t)strlen(name), hint, "cannot read %s '%s': %s",
                   is_first ? "file" : what, path, strerror(ENOENT));
    }
}

/* Paths there are as the user types them: they begin in the working folder. */
static bool is_from_command_line(const struct load *l, const char *file)
{
    return file != NULL && (strncmp(file, "--", 2) == 0 ||
                            (l->memory_file != NULL && strcmp(file, l->memory_file) == 0));
}

bool load_find(struct load *l, const char *name, struct pos at, enum load_kind kind,
               struct load_found *out)
{
    *out = (struct load_found){0};
    if (*name == '\0') {
        diag_error(l->d, at, 1, NULL, "the name of a %s is empty",
                   kind == LOAD_MODEL ? "model" : "network");
        return false;
    }
    const bool is_naming_shipped = shipped_by_file(at.file) != NULL;
    if (is_naming_shipped) {
        out->shipped = is_bare(name) ? shipped_by_name(kind, name, strlen(name))
                                     : shipped_by_path(kind, name, true);
    }
    const char *path = join_path(
        l, is_from_command_line(l, at.file) || is_naming_shipped ? NULL : at.file, name);
    struct stat info;
    for (int k = 0; k < 2 && out->shipped == NULL; k++) {
        if (stat(path, &info) == 0 && (!is_bare(name) || S_ISREG(info.st_mode))) {
            out->file = path;
            return true;
        }
        if (!is_from_command_line(l, at.file) || l->network_file == NULL) {
            break;
        }
        path = join_path(l, l->network_file, name);
    }
    if (out->shipped == NULL) {
        out->shipped = is_bare(name) ? shipped_by_name(kind, name, strlen(name))
                                     : shipped_by_path(kind, name, false);
    }
    if (out->shipped != NULL) {
        out->file = out->shipped->file;
        return true;
    }
    if (is_bare(name) && l->model_dir != NULL && kind == LOAD_MODEL) {
        out->file = load_print(l, "%s/%s.yaml", l->model_dir, name);
        if (stat(out->file, &info) == 0) {
            return true;
        }
    }
    report_missing(l, name, path, at, kind);
    return false;
}

static struct yaml *read_one(struct load *l, const struct load_found *found, struct pos at)
{
    struct yaml *tree;
    const struct diag_source *source = NULL;
    if (found->shipped != NULL) {
        const struct desc_shipped *const s = found->shipped;
        diag_add_source(l->d, s->file, s->bytes, s->n);
        tree = yaml_parse(s->file, s->bytes, s->n, l->d);
    } else {
        tree = yaml_load_at(found->file, at, l->d);
    }
    if (l->d->n_sources > 0) {
        source = &l->d->sources[l->d->n_sources - 1];
        if (strcmp(source->file, found->file) == 0) {
            l->hash = hash_fnv1a(l->hash, source->bytes, source->length);
        }
    }
    if (tree != NULL && tree->kind != YAML_MAP) {
        diag_error(l->d, tree->at, 1, "a file begins with keys, like `name: …`",
                   "%s is no map but a %s", found->file, yaml_kind_name(tree));
        return NULL;
    }
    return tree;
}

/* One file reached by two paths is one file. */
static bool is_same_file(const struct load_found *a, const struct load_found *b)
{
    struct stat sa, sb;
    if (a->shipped != NULL || b->shipped != NULL) {
        return a->shipped == b->shipped;
    }
    return stat(a->file, &sa) == 0 && stat(b->file, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

/* Takes `extends` out of a tree and finds the file that it names. 1: found; 0: there is none;
 * -1: a diagnostic. */
static int find_base(struct load *l, struct yaml *tree, enum load_kind kind,
                     struct load_found *next, struct pos *at)
{
    const int k = yaml_find(tree, "extends");
    if (k < 0) {
        return 0;
    }
    const struct yaml *const base = tree->items[k];
    *at = base->at;
    yaml_remove(tree, (uint32_t)k);
    if (base->kind != YAML_SCALAR || yaml_is_null(base)) {
        diag_error(l->d, base->at, 1, NULL,
                   "'extends' must be the path of a file, this is a %s", yaml_kind_name(base));
        return -1;
    }
    return load_find(l, base->text, base->at, kind, next) ? 1 : -1;
}

struct yaml *load_tree(struct load *l, const struct load_found *found, struct pos at,
                       enum load_kind kind)
{
    struct load_found chain[LOAD_MAX_EXTENDS];
    struct yaml *trees[LOAD_MAX_EXTENDS];
    struct load_found next = *found;
    uint32_t n = 0;
    for (int has_base = 1; has_base == 1;) {
        for (uint32_t k = 0; k < n; k++) {
            if (is_same_file(&chain[k], &next)) {
                diag_error(l->d, at, 1, NULL, "'%s' extends itself", chain[k].file);
                return NULL;
            }
        }
        if (n == LOAD_MAX_EXTENDS) {
            diag_error(l->d, at, 1, NULL, "more than %d files extend each other",
                       LOAD_MAX_EXTENDS);
            return NULL;
        }
        chain[n] = next;
        trees[n] = read_one(l, &next, at);
        if (trees[n] == NULL) {
            return NULL;
        }
        has_base = find_base(l, trees[n++], kind, &next, &at);
        if (has_base < 0) {
            return NULL;
        }
    }
    struct yaml *tree = trees[n - 1];
    for (uint32_t k = n - 1; k-- > 0 && tree != NULL;) {
        tree = extend_tree(tree, trees[k], kind == LOAD_MODEL, l->d);
    }
    return tree;
}

struct yaml *load_text(struct load *l, const char *text)
{
    struct desc_shipped *const memory = arena_alloc(l->arena, 1, sizeof *memory);
    const size_t n = strlen(text);
    char *const bytes = arena_copy(l->arena, text, n);
    if (memory == NULL || bytes == NULL) {
        return NULL;
    }
    *memory = (struct desc_shipped){
        .name = l->memory_file, .file = l->memory_file, .bytes = bytes, .n = n};
    const struct load_found found = {.file = l->memory_file, .shipped = memory};
    return load_tree(l, &found, (struct pos){.file = l->memory_file}, LOAD_NETWORK);
}

const char *load_data_file(struct load *l, struct yaml *node)
{
    if (node->kind != YAML_SCALAR || yaml_is_null(node) || node->length == 0) {
        diag_error(l->d, node->at, 1, NULL, "'file' must be the path of a file, this is a %s",
                   yaml_kind_name(node));
        return NULL;
    }
    const bool is_typed = is_from_command_line(l, node->at.file);
    const char *path = join_path(l, is_typed ? NULL : node->at.file, node->text);
    struct stat info;
    bool is_there = stat(path, &info) == 0;
    if (!is_there && is_typed && l->network_file != NULL) {
        const char *const beside = join_path(l, l->network_file, node->text);
        is_there = stat(beside, &info) == 0;
        path = is_there ? beside : path;
    }
    if (!is_there || S_ISDIR(info.st_mode)) {
        diag_error(l->d, node->at, (uint32_t)node->length, NULL, "cannot read '%s': %s", path,
                   strerror(is_there ? EISDIR : ENOENT));
        return NULL;
    }
    struct load_data *const data =
        arena_push(l->arena, &l->data, &l->n_data, &l->data_capacity, sizeof *data);
    if (data != NULL) {
        *data = (struct load_data){.node = node, .path = path};
    }
    return path;
}

static struct load_model *find_model(struct load *l, const char *file, uint32_t integrator)
{
    for (uint32_t k = 0; k < l->n_models; k++) {
        if (strcmp(l->models[k].file, file) == 0 && l->models[k].integrator == integrator) {
            return &l->models[k];
        }
    }
    return NULL;
}

static struct model *keep_model(struct load *l, const char *file, uint32_t integrator,
                                struct model *model)
{
    struct load_model *const m =
        arena_push(l->arena, &l->models, &l->n_models, &l->models_capacity, sizeof *m);
    if (m != NULL) {
        *m = (struct load_model){.file = file, .model = model, .integrator = integrator};
    }
    return model;
}

struct model *load_model_at(struct load *l, const struct yaml *name)
{
    struct load_found found;
    if (!load_find(l, name->text, name->at, LOAD_MODEL, &found)) {
        return NULL;
    }
    const struct load_model *const known = find_model(l, found.file, INTEGRATOR_N);
    if (known != NULL) {
        return known->model;
    }
    struct yaml *const tree = load_tree(l, &found, name->at, LOAD_MODEL);
    return keep_model(l, found.file, INTEGRATOR_N,
                      tree == NULL ? NULL : model_read(l, tree, found.file));
}

struct model *load_model_with(struct load *l, struct model *model,
                              enum model_integrator integrator, struct pos at)
{
    if (integrator == model->integrator) {
        return model;
    }
    const struct load_model *const known = find_model(l, model->file, integrator);
    if (known != NULL) {
        return known->model;
    }
    struct model *const copy =
        arena_alloc(l->arena, 1, sizeof *copy); /* all but the integrator is shared */
    if (copy == NULL) {
        return NULL;
    }
    *copy = *model;
    copy->integrator = integrator;
    copy->integrator_at = at;
    return keep_model(l, model->file, integrator, copy);
}
