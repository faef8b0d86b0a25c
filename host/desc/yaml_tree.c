#include "desc/yaml.h"

#include <string.h>

const char *yaml_kind_name(const struct yaml *node)
{
    switch (node->kind) {
    case YAML_SCALAR:
        return yaml_is_null(node) ? "empty value" : "single value";
    case YAML_LIST:
        return "list";
    case YAML_MAP:
        return "map";
    }
    return "?";
}

bool yaml_is_null(const struct yaml *node)
{
    return node->kind == YAML_SCALAR && node->is_plain &&
           (node->length == 0 || strcmp(node->text, "null") == 0 ||
            strcmp(node->text, "~") == 0);
}

int yaml_find(const struct yaml *map, const char *key)
{
    for (uint32_t k = 0; map->kind == YAML_MAP && k < map->n; k++) {
        if (strcmp(map->keys[k], key) == 0) {
            return (int)k;
        }
    }
    return -1;
}

struct yaml *yaml_get(struct yaml *map, const char *key)
{
    const int k = yaml_find(map, key);
    if (k < 0) {
        return NULL;
    }
    map->is_used[k] = true;
    return map->items[k];
}

bool yaml_push(struct yaml *node, struct arena *arena, const char *key, struct pos key_at,
               struct yaml *item)
{
    if (node->n == node->capacity) {
        const uint32_t more = node->capacity == 0 ? 4 : 2 * node->capacity;
        struct yaml **const items = arena_alloc(arena, more, sizeof *items);
        const char **const keys =
            arena_alloc(arena, node->kind == YAML_MAP ? more : 0, sizeof *keys);
        struct pos *const places =
            arena_alloc(arena, node->kind == YAML_MAP ? more : 0, sizeof *places);
        bool *const used = arena_alloc(arena, node->kind == YAML_MAP ? more : 0, sizeof *used);
        if (items == NULL || keys == NULL || places == NULL || used == NULL) {
            return false;
        }
        for (uint32_t k = 0; k < node->n; k++) {
            items[k] = node->items[k];
            if (node->kind == YAML_MAP) {
                keys[k] = node->keys[k];
                places[k] = node->key_at[k];
                used[k] = node->is_used[k];
            }
        }
        node->items = items;
        node->keys = keys;
        node->key_at = places;
        node->is_used = used;
        node->capacity = more;
    }
    node->items[node->n] = item;
    if (node->kind == YAML_MAP) {
        node->keys[node->n] = key;
        node->key_at[node->n] = key_at;
        node->is_used[node->n] = false;
    }
    node->n++;
    return true;
}

void yaml_remove(struct yaml *node, uint32_t index)
{
    for (uint32_t k = index; k + 1 < node->n; k++) {
        node->items[k] = node->items[k + 1];
        if (node->kind == YAML_MAP) {
            node->keys[k] = node->keys[k + 1];
            node->key_at[k] = node->key_at[k + 1];
            node->is_used[k] = node->is_used[k + 1];
        }
    }
    node->n--;
}

struct lang_text yaml_lang_text(const struct yaml *scalar)
{
    struct lang_text text = {
        .bytes = scalar->text, .length = scalar->length, .at = scalar->at, .indent = 1};
    if (scalar->is_block) {
        text.at.line++;
        text.at.column = scalar->indent;
        text.indent = scalar->indent;
    } else if (!scalar->is_plain) {
        text.at.column++; /* behind the quote */
    }
    return text;
}

static const char *list_known(struct arena *arena, const char *const *known, size_t n)
{
    const char *all = "known here: ";
    for (size_t k = 0; k < n && all != NULL; k++) {
        all = arena_print(arena, "%s%s%s", all, k == 0 ? "" : ", ", known[k]);
    }
    return all;
}

void yaml_report_unused(const struct yaml *map, const char *what, const char *const *known,
                        size_t n_known, struct diag_list *d)
{
    for (uint32_t k = 0; map->kind == YAML_MAP && k < map->n; k++) {
        if (map->is_used[k]) {
            continue;
        }
        const char *const near = text_nearest(map->keys[k], known, n_known);
        const char *const hint = near != NULL
                                     ? arena_print(d->arena, "did you mean '%s'?", near)
                                     : list_known(d->arena, known, n_known);
        diag_error(d, map->key_at[k], (uint32_t)strlen(map->keys[k]), hint,
                   "unknown key '%s' in %s", map->keys[k], what);
    }
}

/* A child's map over its base: maps are joined, everything else is replaced, null removes. The
 * nodes below are shared. */
struct yaml *yaml_merge(const struct yaml *base, struct yaml *over, struct diag_list *d)
{
    if (base->kind != YAML_MAP || over->kind != YAML_MAP) {
        return over;
    }
    struct yaml *const out = arena_alloc(d->arena, 1, sizeof *out);
    if (out == NULL) {
        return NULL;
    }
    *out =
        (struct yaml){.kind = YAML_MAP, .at = over->at, .from_override = over->from_override};
    bool is_whole = true;
    for (uint32_t k = 0; k < base->n; k++) {
        const int j = yaml_find(over, base->keys[k]);
        if (j < 0) {
            is_whole &=
                yaml_push(out, d->arena, base->keys[k], base->key_at[k], base->items[k]);
        } else if (!yaml_is_null(over->items[j])) {
            is_whole &= yaml_push(out, d->arena, over->keys[j], over->key_at[j],
                                  yaml_merge(base->items[k], over->items[j], d));
        }
    }
    for (uint32_t k = 0; k < over->n; k++) {
        if (yaml_find(base, over->keys[k]) >= 0) {
            continue;
        }
        if (yaml_is_null(over->items[k])) {
            const char *const near = text_nearest(over->keys[k], base->keys, base->n);
            diag_error(d, over->key_at[k], (uint32_t)strlen(over->keys[k]),
                       near == NULL ? NULL : arena_print(d->arena, "did you mean '%s'?", near),
                       "there is no '%s' to remove", over->keys[k]);
        } else {
            is_whole &=
                yaml_push(out, d->arena, over->keys[k], over->key_at[k], over->items[k]);
        }
    }
    return is_whole ? out : NULL;
}
