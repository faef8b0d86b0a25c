#include "desc/yaml.h"

#include <stdlib.h>
#include <string.h>

enum { OVERRIDE_MAX_PARTS = 32 };

static void mark_override(struct yaml *node)
{
    node->from_override = true;
    for (uint32_t k = 0; k < node->n; k++) {
        mark_override(node->items[k]);
    }
}

/* A value that opens with a bracket or a quote is YAML; anything else is one text as it stands,
 * so that the shell's user need not quote `if d: x` or commas a second time. */
static struct yaml *parse_value(const char *file, const char *value, struct diag_list *d,
                                struct err *e)
{
    const size_t n = strlen(value);
    struct yaml *node = NULL;
    if (strchr("{[\"'", value[0]) != NULL && n > 0) {
        const uint32_t before = d->n, errors_before = d->n_errors;
        node = yaml_parse(file, value, n, d);
        if (node == NULL || d->n_errors > errors_before) {
            (void)err_set(e, ERR_USAGE, 0, "%s: %s", file,
                          d->n > before ? d->items[before].text : "no value");
            d->n = before;
            d->n_errors = errors_before;
            return NULL;
        }
    } else {
        node = arena_alloc(d->arena, 1, sizeof *node);
        if (node != NULL) {
            *node = (struct yaml){
                .kind = YAML_SCALAR,
                .at = {.file = file, .line = 1, .column = 1},
                .text = value,
                .length = n,
                .is_plain = true
            };
        }
    }
    if (node == NULL) {
        (void)err_set(e, ERR_NOMEM, 0, "no memory for '%s'", file);
        return NULL;
    }
    mark_override(node);
    return node;
}

/* Splits "a.b.c" in place. 0: too many parts, or an empty one. */
static uint32_t split_path(char *path, const char **parts)
{
    uint32_t n = 0;
    for (char *p = path; p != NULL; n++) {
        char *const dot = strchr(p, '.');
        if (dot != NULL) {
            *dot = '\0';
        }
        if (n == OVERRIDE_MAX_PARTS || *p == '\0') {
            return 0;
        }
        parts[n] = p;
        p = dot == NULL ? NULL : dot + 1;
    }
    return n;
}

static enum err_code no_such_key(const char *part, const char *within, const struct yaml *map,
                                 struct err *e)
{
    const char *const near = text_nearest(part, map->keys, map->n);
    if (near != NULL) {
        return err_set(e, ERR_USAGE, 0, "there is no '%s' in %s; did you mean '%s'?", part,
                       within, near);
    }
    return err_set(e, ERR_USAGE, 0, "there is no '%s' in %s", part, within);
}

/* -1: no such place in the list. */
static int list_index(const struct yaml *list, const char *part, const char *within,
                      struct err *e)
{
    char *end;
    const unsigned long k = strtoul(part, &end, 10);
    if (part[0] < '0' || part[0] > '9' || *end != '\0' || k >= list->n) {
        (void)err_set(e, ERR_USAGE, 0, "%s is a list of %u: '%s' is no place in it", within,
                      list->n, part);
        return -1;
    }
    return (int)k;
}

static struct yaml *new_map(struct pos at, struct diag_list *d)
{
    struct yaml *const map = arena_alloc(d->arena, 1, sizeof *map);
    if (map != NULL) {
        *map = (struct yaml){.kind = YAML_MAP, .at = at, .from_override = true};
    }
    return map;
}

/* Sets or removes the last part. */
static enum err_code set_last(struct yaml *node, const char *part, struct yaml *value,
                              const char *within, struct diag_list *d, struct err *e)
{
    const int k =
        node->kind == YAML_LIST ? list_index(node, part, within, e) : yaml_find(node, part);
    if (k < 0 && node->kind == YAML_LIST) {
        return ERR_USAGE;
    }
    if (yaml_is_null(value)) {
        if (k < 0) {
            return no_such_key(part, within, node, e);
        }
        yaml_remove(node, (uint32_t)k);
        return ERR_OK;
    }
    if (k >= 0) {
        ASSERT(node->items != NULL);
        node->items[k] = value;
        if (node->kind == YAML_MAP) {
            node->key_at[k] = value->at;
        }
        return ERR_OK;
    }
    ERR_IF(!yaml_push(node, d->arena, part, value->at, value), e, ERR_NOMEM,
           "no memory for '%s'", part);
    return ERR_OK;
}

/* The item at one part of the path, made as an empty map where there is none; NULL after an
 * error. A misspelt name of a population, input or projection (a second part that does not
 * exist but is close to one that does) is refused here, where the suggestion can be made; what
 * is unknown deeper down is found by the reader of that place. */
static struct yaml *step_down(struct yaml *node, const char *const *parts, uint32_t p,
                              const char *within, struct pos at, struct diag_list *d,
                              struct err *e)
{
    const char *const part = parts[p];
    int k = node->kind == YAML_LIST ? list_index(node, part, within, e) : yaml_find(node, part);
    if (k < 0 && node->kind == YAML_LIST) {
        return NULL;
    }
    if (k < 0 && p == 1 && strlen(part) > 1 &&
        text_nearest(part, node->keys, node->n) != NULL) {
        (void)no_such_key(part, within, node, e);
        return NULL;
    }
    ASSERT(k < 0 || node->items != NULL);
    if (k < 0 || yaml_is_null(node->items[k])) {
        struct yaml *const map = new_map(at, d);
        if (map == NULL || (k < 0 && !yaml_push(node, d->arena, part, at, map))) {
            (void)err_set(e, ERR_NOMEM, 0, "no memory for '%s'", part);
            return NULL;
        }
        if (k >= 0) {
            node->items[k] = map;
        }
        return map;
    }
    if (node->items[k]->kind == YAML_SCALAR) {
        (void)err_set(e, ERR_USAGE, 0, "'%s' is a single value: it has no '%s'", part,
                      parts[p + 1]);
        return NULL;
    }
    return node->items[k];
}

enum err_code yaml_set(struct yaml *root, const char *path, struct yaml *value,
                       struct diag_list *d, struct err *e)
{
    char *const copy = arena_copy(d->arena, path, strlen(path));
    ERR_IF(copy == NULL, e, ERR_NOMEM, "no memory for '%s'", path);
    const char *parts[OVERRIDE_MAX_PARTS];
    const uint32_t n = split_path(copy, parts);
    ERR_IF(n == 0, e, ERR_USAGE, "'%s' is not a path like populations.dSPN.count", path);
    struct err inner = {.code = ERR_USAGE};
    struct yaml *node = root;
    const char *within = "the file";
    for (uint32_t p = 0; p + 1 < n; p++) {
        node = step_down(node, parts, p, within, value->at, d, &inner);
        ERR_IF(node == NULL, e, inner.code, "%s", inner.msg);
        within = parts[p];
    }
    return set_last(node, parts[n - 1], value, within, d, e);
}

/* A copy of n bytes without the blanks around them. */
static const char *trimmed(struct arena *arena, const char *s, size_t n)
{
    for (; n > 0 && *s == ' '; s++) {
        n--;
    }
    while (n > 0 && s[n - 1] == ' ') {
        n--;
    }
    return arena_copy(arena, s, n);
}

enum err_code yaml_override(struct yaml *root, const char *assignment, struct diag_list *d,
                            struct err *e)
{
    const char *const file = arena_print(d->arena, "--set %s", assignment);
    ERR_IF(file == NULL, e, ERR_NOMEM, "no memory for an override");
    const char *const equals = strchr(assignment, '=');
    ERR_IF(equals == NULL || equals == assignment, e, ERR_USAGE,
           "%s: an override is written path=value", file);
    const char *const path = trimmed(d->arena, assignment, (size_t)(equals - assignment));
    const char *const text = trimmed(d->arena, equals + 1, strlen(equals + 1));
    ERR_IF(path == NULL || text == NULL, e, ERR_NOMEM, "no memory for '%s'", file);
    ERR_IF(*text == '\0', e, ERR_USAGE, "%s: the value is missing (null removes a key)", file);
    ERR_IF(root->kind != YAML_MAP, e, ERR_USAGE, "%s: the file has no keys", file);
    struct err inner = {0};
    struct yaml *const node = parse_value(file, text, d, &inner);
    ERR_IF(node == NULL, e, inner.code, "%s", inner.msg);
    node->at = (struct pos){.file = file, .line = 1, .column = 1};
    const enum err_code code = yaml_set(root, path, node, d, &inner);
    return code == ERR_OK ? ERR_OK : err_set(e, code, 0, "%s: %s", file, inner.msg);
}
