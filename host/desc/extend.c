#include "desc/extend.h"

#include <string.h>

/* Appends a text, or the items of a list. */
static bool append_equations(struct yaml *list, struct yaml *node, struct arena *arena)
{
    if (node->kind != YAML_LIST) {
        return yaml_push(list, arena, NULL, node->at, node);
    }
    bool is_whole = true;
    for (uint32_t k = 0; k < node->n; k++) {
        is_whole &= yaml_push(list, arena, NULL, node->items[k]->at, node->items[k]);
    }
    return is_whole;
}

static bool join_equations(struct yaml *base, struct yaml *child, struct diag_list *d)
{
    const int b = yaml_find(base, "equations"), c = yaml_find(child, "equations");
    if (b < 0 || c < 0 || yaml_is_null(child->items[c]) || yaml_is_null(base->items[b])) {
        return true;
    }
    struct yaml *const list = arena_alloc(d->arena, 1, sizeof *list);
    if (list == NULL) {
        return false;
    }
    *list = (struct yaml){.kind = YAML_LIST, .at = child->items[c]->at};
    if (!append_equations(list, base->items[b], d->arena) ||
        !append_equations(list, child->items[c], d->arena)) {
        return false;
    }
    child->items[c] = list;
    return true;
}

struct yaml *extend_tree(struct yaml *base, struct yaml *child, bool is_model,
                         struct diag_list *d)
{
    if (is_model && !join_equations(base, child, d)) {
        return NULL;
    }
    struct yaml paths = {.kind = YAML_MAP};
    for (uint32_t k = 0; k < child->n;) {
        if (strchr(child->keys[k], '.') == NULL) {
            k++;
            continue;
        }
        if (!yaml_push(&paths, d->arena, child->keys[k], child->key_at[k], child->items[k])) {
            return NULL;
        }
        yaml_remove(child, k);
    }
    struct yaml *const out = yaml_merge(base, child, d);
    for (uint32_t k = 0; k < paths.n && out != NULL; k++) {
        struct err e = {0};
        if (yaml_set(out, paths.keys[k], paths.items[k], d, &e) != ERR_OK) {
            diag_error(d, paths.key_at[k], (uint32_t)strlen(paths.keys[k]), NULL, "%s", e.msg);
        }
    }
    return out;
}
