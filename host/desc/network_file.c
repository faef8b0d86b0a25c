#include "desc/network_inside.h"

#include "base/hash.h"
#include "lang/lower.h"

#include <stdlib.h>
#include <string.h>

static const char *const network_keys[] = {
    "name",      "doc",         "source", "extends",   "defaults", "constants",
    "functions", "signals",     "time",   "seed",      "space",    "populations",
    "inputs",    "projections", "record", "precision", "stop_when"};

static const char *const sections[] = {"populations", "inputs", "projections"};

struct yaml *network_entry(struct network_reader *r, struct yaml *section, uint32_t k,
                           const char *section_name, const char *what)
{
    struct yaml *const entry = section->items[k];
    if (!field_is_map(r->l, entry, what)) {
        return NULL;
    }
    struct yaml *const defaults = field_get(r->defaults, section_name);
    return defaults == NULL || defaults->kind != YAML_MAP
               ? entry
               : yaml_merge(defaults, entry, r->l->d);
}

static void read_defaults(struct network_reader *r)
{
    r->defaults = field_get(r->tree, "defaults");
    if (r->defaults == NULL || !field_is_map(r->l, r->defaults, "'defaults'")) {
        r->defaults = NULL;
        return;
    }
    for (size_t k = 0; k < 3; k++) {
        const struct yaml *const section = field_get(r->defaults, sections[k]);
        if (section != NULL) {
            (void)field_is_map(r->l, section,
                               load_print(r->l, "'%s' of 'defaults'", sections[k]));
        }
    }
    field_report_unused(r->l, r->defaults, "'defaults'", sections, 3);
}

static bool make_scopes(struct network_reader *r, struct scope *times)
{
    const uint32_t cell = 1u << LANG_VAR_I;
    const uint32_t place = 1u << LANG_VAR_X | 1u << LANG_VAR_Y | 1u << LANG_VAR_Z;
    const uint32_t pair = 1u << LANG_VAR_DISTANCE | 1u << LANG_VAR_DX | 1u << LANG_VAR_DY |
                          1u << LANG_VAR_DZ | 1u << LANG_VAR_PRE | 1u << LANG_VAR_POST;
    const uint32_t time = 1u << LANG_VAR_T | 1u << LANG_VAR_DT | 1u << LANG_VAR_PI |
                          cell; /* signals and functions may use i */
    struct err e;
    r->net->scope.parent = times;
    r->index_scope.parent = r->cell_scope.parent = r->pair_scope.parent = &r->net->scope;
    return lang_scope_variables(times, time, r->l->arena, r->l->d, &e) == ERR_OK &&
           lang_scope_variables(&r->cell_scope, place, r->l->arena, r->l->d, &e) == ERR_OK &&
           lang_scope_variables(&r->pair_scope, pair, r->l->arena, r->l->d, &e) == ERR_OK;
}

/* Every section is read even when an earlier one has faults: all of a file's errors in one go.
 */
static void read_network(struct network_reader *r)
{
    struct desc_network *const net = r->net;
    const struct yaml *const name = field_get(r->tree, "name");
    net->name = name == NULL ? net->stem : field_text(r->l, name, "'name'");
    read_defaults(r);
    network_read_precision(r);
    network_read_names(r); /* and the time, which names may need */
    network_read_space(r);
    network_read_populations(r);
    network_read_inputs(r);
    network_read_projections(r);
    network_read_record(r);
    network_read_stop(r);
    field_report_unused(r->l, r->tree, "this network", network_keys,
                        sizeof network_keys / sizeof network_keys[0]);
}

/* The flattened network stands beside the results, far from the models it names: a shipped
 * model by its bare name, any other by its whole path. */
static void flatten_models(struct network_reader *r)
{
    struct yaml *const map = field_get(r->tree, "populations");
    for (uint32_t k = 0; map != NULL && map->kind == YAML_MAP && k < map->n; k++) {
        uint32_t j = 0;
        while (j < r->net->n_populations &&
               strcmp(r->net->populations[j].name, map->keys[k]) != 0) {
            j++;
        }
        if (j == r->net->n_populations || r->net->populations[j].model == NULL ||
            map->items[k]->kind != YAML_MAP) {
            continue;
        }
        const char *const file = r->net->populations[j].model->file;
        const char *text = NULL;
        for (uint32_t s = 0; s < desc_n_shipped_models && text == NULL; s++) {
            bool is_same = desc_shipped_models[s].file == file;
            for (uint32_t f = 0; f < r->l->d->n_sources && !is_same; f++) {
                const struct diag_source *const source = &r->l->d->sources[f];
                is_same =
                    strcmp(source->file, file) == 0 &&
                    source->length == desc_shipped_models[s].n &&
                    memcmp(source->bytes, desc_shipped_models[s].bytes, source->length) == 0;
            }
            text = is_same ? desc_shipped_models[s].name : NULL;
        }
        if (text == NULL) {
            char *const whole = realpath(file, NULL);
            text = whole == NULL ? file : arena_copy(r->l->arena, whole, strlen(whole));
            free(whole); /* from libc, not from mem_alloc */
        }
        struct yaml *const node = arena_alloc(r->l->arena, 1, sizeof *node);
        const int at = yaml_find(map->items[k], "model");
        if (node == NULL || text == NULL) {
            return;
        }
        *node = (struct yaml){
            .kind = YAML_SCALAR, .at = map->key_at[k], .text = text, .length = strlen(text)};
        if (at >= 0) {
            map->items[k]->items[at] = node;
        } else { /* from `defaults` */
            (void)yaml_push(map->items[k], r->l->arena, "model", map->key_at[k], node);
        }
    }
}

/* So are files of data. */
static void flatten_data(const struct load *l)
{
    for (uint32_t k = 0; k < l->n_data; k++) {
        char *const whole = realpath(l->data[k].path, NULL);
        const char *const text =
            whole == NULL ? NULL : arena_copy(l->arena, whole, strlen(whole));
        free(whole); /* from libc, not from mem_alloc */
        if (text != NULL) {
            l->data[k].node->text = text;
            l->data[k].node->length = strlen(text);
            l->data[k].node->is_plain = false;
        }
    }
}

/* `--duration T` and `--seed N` are overrides of one key. */
static enum err_code apply_option(struct load *l, struct yaml *tree, const char *option,
                                  const char *path, const char *value, struct err *e)
{
    const char *const file = load_print(l, "%s %s", option, value);
    struct yaml *const node = arena_alloc(l->arena, 1, sizeof *node);
    ERR_IF(node == NULL, e, ERR_NOMEM, "no memory for '%s'", file);
    *node = (struct yaml){
        .kind = YAML_SCALAR,
        .at = {.file = file, .line = 1, .column = 1},
        .text = value,
        .length = strlen(value),
        .is_plain = true,
        .from_override = true
    };
    ERR_IF(yaml_is_null(node), e, ERR_USAGE, "%s: the value is missing", option);
    struct err inner = {0};
    const enum err_code code = yaml_set(tree, path, node, l->d, &inner);
    return code == ERR_OK ? ERR_OK : err_set(e, code, 0, "%s: %s", file, inner.msg);
}

static enum err_code apply_options(struct load *l, struct yaml *tree,
                                   const struct desc_options *o, struct err *e)
{
    for (uint32_t k = 0; o != NULL && k < o->n_overrides; k++) {
        ERR_TRY(yaml_override(tree, o->overrides[k], l->d, e));
        l->hash = hash_fnv1a(l->hash, o->overrides[k], strlen(o->overrides[k]) + 1);
    }
    if (o != NULL && o->duration != NULL) {
        ERR_TRY(apply_option(l, tree, "--duration", "time.duration", o->duration, e));
    }
    if (o != NULL && o->seed != NULL) {
        ERR_TRY(apply_option(l, tree, "--seed", "seed", o->seed, e));
    }
    if (o != NULL && o->precision != NULL) {
        ERR_TRY(apply_option(l, tree, "--precision", "precision", o->precision, e));
    }
    return ERR_OK;
}

/* Faults of a node that came from the command line leave the list: they are wrong usage, and
 * the message says it all. */
static enum err_code take_usage_errors(struct diag_list *d, struct err *e)
{
    enum err_code code = ERR_OK;
    uint32_t kept = 0, n_usage = 0;
    for (uint32_t k = 0; k < d->n; k++) {
        const struct diag *const i = &d->items[k];
        if (i->severity != DIAG_ERROR || i->at.file == NULL ||
            strncmp(i->at.file, "--", 2) != 0) {
            d->items[kept++] = *i;
            continue;
        }
        if (n_usage++ == 0) {
            code = err_set(e, ERR_USAGE, 0, "%s: %s%s%s", i->at.file, i->text,
                           i->hint == NULL ? "" : "; ", i->hint == NULL ? "" : i->hint);
        }
    }
    d->n = kept;
    d->n_errors -= n_usage < d->n_errors ? n_usage : d->n_errors;
    return code;
}

/* What is read: a file, or a text in memory. */
struct network_source {
    const char *path; /* or name */
    const char *text; /* or NULL */
};

static enum err_code load_network(struct desc_network **out,
                                  const struct network_source *source,
                                  const struct desc_options *o, struct diag_list *d,
                                  struct err *e);

/* Is the file sound without the command line's changes? Then they are at fault, wherever the
 * error shows. */
static bool is_sound_alone(const struct network_source *source, const struct desc_options *o,
                           struct diag_list *d)
{
    struct diag_list own;
    diag_init(&own, d->arena);
    struct desc_options plain = {.model_dir = o->model_dir};
    struct desc_network *net;
    struct err e;
    return load_network(&net, source, &plain, &own, &e) == ERR_OK;
}

/* The command line's first change, for a message. */
static const char *first_change(struct load *l, const struct desc_options *o)
{
    return o->n_overrides > 0     ? load_print(l, "--set %s", o->overrides[0])
           : o->duration != NULL  ? load_print(l, "--duration %s", o->duration)
           : o->seed != NULL      ? load_print(l, "--seed %s", o->seed)
           : o->precision != NULL ? load_print(l, "--precision %s", o->precision)
                                  : NULL;
}

static enum err_code finish(struct network_reader *r, const struct network_source *source,
                            const struct desc_options *o, struct err *e)
{
    struct diag_list *const d = r->l->d;
    ERR_IF(arena_failed(r->l->arena), e, ERR_NOMEM, "no memory to read '%s'", source->path);
    ERR_TRY(take_usage_errors(d, e));
    if (d->n_errors == 0) {
        return ERR_OK;
    }
    const char *const change = o == NULL ? NULL : first_change(r->l, o);
    if (change != NULL && is_sound_alone(source, o, d)) {
        const struct diag *first = d->items;
        while (first->severity != DIAG_ERROR) {
            first++;
        }
        return err_set(e, ERR_USAGE, 0, "%s%s: %s", change, o->n_overrides > 1 ? " …" : "",
                       first->text);
    }
    return err_set(e, ERR_FILE, 0, "'%s' has errors", source->path);
}

static struct network_reader *make_reader(struct load *l, struct yaml *tree, const char *file)
{
    struct network_reader *const r = arena_alloc(l->arena, 1, sizeof *r);
    struct desc_network *const net = arena_alloc(l->arena, 1, sizeof *net);
    struct scope *const times = arena_alloc(l->arena, 1, sizeof *times);
    if (r == NULL || net == NULL || times == NULL) {
        return NULL;
    }
    const char *const slash = strrchr(file, '/');
    const char *const base = slash == NULL ? file : slash + 1;
    const char *const dot = strrchr(base, '.');
    net->file = file;
    net->stem = load_print(
        l, "%.*s", (int)(dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base)),
        base);
    net->tree = tree;
    r->l = l;
    r->net = net;
    r->tree = tree;
    return make_scopes(r, times) ? r : NULL;
}

static struct yaml *read_source(struct load *l, const struct network_source *source,
                                const char **file)
{
    if (source->text != NULL) {
        *file = l->memory_file = l->network_file =
            arena_copy(l->arena, source->path, strlen(source->path));
        return *file == NULL ? NULL : load_text(l, source->text);
    }
    struct load_found found;
    if (!load_find(l, source->path, (struct pos){.file = NULL}, LOAD_NETWORK, &found)) {
        return NULL;
    }
    *file = l->network_file = found.file;
    return load_tree(l, &found, (struct pos){.file = found.file}, LOAD_NETWORK);
}

static enum err_code load_network(struct desc_network **out,
                                  const struct network_source *source,
                                  const struct desc_options *o, struct diag_list *d,
                                  struct err *e)
{
    *out = NULL;
    struct load *const l = arena_alloc(d->arena, 1, sizeof *l);
    ERR_IF(l == NULL, e, ERR_NOMEM, "no memory to read '%s'", source->path);
    load_init(l, d, o == NULL ? NULL : o->model_dir);
    const uint32_t errors_before = d->n_errors;
    const char *file = NULL;
    struct yaml *const tree = read_source(l, source, &file);
    if (tree == NULL) {
        ERR_IF(arena_failed(d->arena), e, ERR_NOMEM, "no memory to read '%s'", source->path);
        return err_set(e, ERR_FILE, 0, "'%s' cannot be read", source->path);
    }
    if (!desc_is_network(tree)) {
        diag_error(d, tree->at, 1, "striatum check and striatum neuron read models",
                   "this is no network: it has no 'populations'");
        return err_set(e, ERR_FILE, 0, "'%s' is no network", source->path);
    }
    ERR_TRY(apply_options(l, tree, o, e));
    struct network_reader *const r = make_reader(l, tree, file);
    ERR_IF(r == NULL, e, ERR_NOMEM, "no memory to read '%s'", source->path);
    read_network(r);
    if (d->n_errors == errors_before && errors_before == 0) {
        flatten_models(r);
        flatten_data(l);
    }
    r->net->content_hash = l->hash;
    ERR_TRY(finish(r, source, o, e));
    *out = r->net;
    return ERR_OK;
}

enum err_code desc_load_network(struct desc_network **out, const char *path,
                                const struct desc_options *o, struct diag_list *d,
                                struct err *e)
{
    return load_network(out, &(struct network_source){.path = path}, o, d, e);
}

enum err_code desc_load_network_text(struct desc_network **out, const char *name,
                                     const char *text, const struct desc_options *o,
                                     struct diag_list *d, struct err *e)
{
    return load_network(out, &(struct network_source){.path = name, .text = text}, o, d, e);
}

enum err_code desc_load_model(struct model **out, const char *path, struct pos at,
                              struct diag_list *d, struct err *e)
{
    *out = NULL;
    struct load *const l = arena_alloc(d->arena, 1, sizeof *l);
    ERR_IF(l == NULL, e, ERR_NOMEM, "no memory to read '%s'", path);
    load_init(l, d, NULL);
    struct load_found found;
    const uint32_t errors_before = d->n_errors;
    if (at.line == 0) { /* named on the command line, not in a file */
        at.file = NULL;
    }
    if (load_find(l, path, at, LOAD_MODEL, &found)) {
        struct yaml *const tree = load_tree(
            l, &found, at.file == NULL ? (struct pos){.file = found.file} : at, LOAD_MODEL);
        *out = tree == NULL ? NULL : model_read(l, tree, found.file);
    }
    ERR_IF(arena_failed(d->arena), e, ERR_NOMEM, "no memory to read '%s'", path);
    if (d->n_errors >
        errors_before) { /* a duplicate key, say, leaves a tree that can be read */
        *out = NULL;
    }
    return *out != NULL ? ERR_OK : err_set(e, ERR_FILE, 0, "'%s' has errors", path);
}
