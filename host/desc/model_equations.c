#include "desc/model_inside.h"

#include "lang/parse.h"

#include <string.h>

static struct stmt *parse_block(struct model_reader *r, const struct yaml *node,
                                const char *what, uint32_t *n)
{
    *n = 0;
    if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
        field_error(r->l, node, "write the statements below `equations: |`",
                    "%s must be a text, this is a %s", what, yaml_kind_name(node));
        return NULL;
    }
    const struct lang_text text = yaml_lang_text(node);
    return lang_parse_statements(&text, &r->names, n, r->l->d);
}

/* A growing list of statements. */
struct statements {
    struct stmt *items;
    uint32_t n, capacity;
};

/* Inserts one statement in front of `at`. */
static void insert(struct model_reader *r, struct statements *s, uint32_t at,
                   const struct stmt *item)
{
    if (arena_push(r->l->arena, &s->items, &s->n, &s->capacity, sizeof *s->items) == NULL) {
        return;
    }
    for (uint32_t k = s->n - 1; k > at; k--) {
        s->items[k] = s->items[k - 1];
    }
    s->items[at] = *item;
}

/* The statement that a name stands for: of its kind where kind >= 0. Where it stands twice,
 * nobody can tell which is meant. */
static int find(struct model_reader *r, const struct statements *s, uint32_t n,
                const char *name, int kind, struct pos at)
{
    int found = -1;
    for (uint32_t k = 0; k < n; k++) {
        if (strcmp(s->items[k].name, name) != 0 ||
            (kind >= 0 && (int)s->items[k].kind != kind)) {
            continue;
        }
        if (found >= 0) {
            diag_error(
                r->l->d, at, (uint32_t)strlen(name),
                "write the equations out, or extend another model",
                "'%s' stands on the left side of two statements: cannot tell which is meant",
                name);
            return -2;
        }
        found = (int)k;
    }
    return found;
}

/* A child's statements: the same left side is replaced in place, the rest is appended. */
static void replace_or_append(struct model_reader *r, struct statements *s,
                              const struct stmt *items, uint32_t n, bool is_first)
{
    const uint32_t n_base = is_first ? 0 : s->n;
    for (uint32_t k = 0; k < n; k++) {
        const int at = find(r, s, n_base, items[k].name, (int)items[k].kind, items[k].at);
        if (at >= 0) {
            s->items[at] = items[k];
        } else if (at == -1) {
            insert(r, s, s->n, &items[k]);
        }
    }
}

/* A left side: "v" is any statement of that name, "dv/dt" its differential equation. */
static int find_anchor(struct model_reader *r, const struct statements *s,
                       const struct yaml *node, const char *what)
{
    const char *name = field_text(r->l, node, what);
    if (name == NULL) {
        return -1;
    }
    int kind = -1;
    const size_t n = strlen(name);
    if (n > 4 && name[0] == 'd' && strcmp(name + n - 3, "/dt") == 0) {
        kind = STMT_DIFFERENTIAL;
        name = load_print(r->l, "%.*s", (int)(n - 4), name + 1);
    }
    const int at = find(r, s, s->n, name, kind, node->at);
    if (at == -1) {
        const char **const names = arena_alloc(r->l->arena, s->n + 1, sizeof *names);
        for (uint32_t k = 0; k < s->n && names != NULL; k++) {
            names[k] = s->items[k].name;
        }
        const char *const near = names == NULL ? NULL : text_nearest(name, names, s->n);
        field_error(r->l, node,
                    near == NULL ? NULL : load_print(r->l, "did you mean '%s'?", near),
                    "no statement has '%s' on its left side", node->text);
    }
    return at;
}

static void take_out(struct statements *s, int at)
{
    ASSERT(s->items != NULL);
    for (uint32_t k = (uint32_t)at; k + 1 < s->n; k++) {
        s->items[k] = s->items[k + 1];
    }
    s->n--;
}

/* {x: null}: the key is the left side. */
static bool removes_by_null(const struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        if (!yaml_is_null(map->items[k])) {
            return false;
        }
    }
    return map->n > 0;
}

/* {before: x, equations: …}, {after: x, equations: …}, {remove: x} or {x: null}. */
static void edit(struct model_reader *r, struct statements *s, struct yaml *map)
{
    static const char *const known[] = {"before", "after", "remove", "equations"};
    if (removes_by_null(map)) {
        for (uint32_t k = 0; k < map->n; k++) {
            const struct yaml name = {.kind = YAML_SCALAR,
                                      .at = map->key_at[k],
                                      .text = map->keys[k],
                                      .length = strlen(map->keys[k])};
            const int gone = find_anchor(r, s, &name, "an entry of 'equations'");
            if (gone >= 0) {
                take_out(s, gone);
            }
        }
        return;
    }
    struct yaml *const before = field_get(map, "before"), *const after =
                                                              field_get(map, "after");
    struct yaml *const removed = field_get(map, "remove"), *const text =
                                                               field_get(map, "equations");
    const uint32_t errors_before = r->l->d->n_errors;
    field_report_unused(r->l, map, "an entry of 'equations'", known, 4);
    if (r->l->d->n_errors > errors_before) {
        return;
    }
    const int n_given = (before != NULL) + (after != NULL) + (removed != NULL);
    if (n_given != 1 || (text == NULL) != (removed != NULL)) {
        field_error(
            r->l, map,
            "{before: x, equations: \"y = 2*x\"}, {after: x, equations: …} or {x: null}",
            "an entry of 'equations' is a text, or has one of before, after and remove");
        return;
    }
    const int at = find_anchor(r, s,
                               before != NULL  ? before
                               : after != NULL ? after
                                               : removed,
                               "an entry of 'equations'");
    if (at < 0) {
        return;
    }
    if (removed != NULL) {
        take_out(s, at);
        return;
    }
    uint32_t n;
    const struct stmt *const items = parse_block(r, text, "the equations", &n);
    for (uint32_t k = 0; k < n && items != NULL; k++) {
        insert(r, s, (uint32_t)at + (after != NULL) + k, &items[k]);
    }
}

void model_read_equations(struct model_reader *r)
{
    struct yaml *const node = field_get(r->tree, "equations");
    if (node == NULL) {
        return;
    }
    struct statements s = {0};
    const uint32_t n_parts = node->kind == YAML_LIST ? node->n : 1;
    for (uint32_t k = 0; k < n_parts; k++) {
        struct yaml *const part = node->kind == YAML_LIST ? node->items[k] : node;
        if (part->kind == YAML_MAP) {
            edit(r, &s, part);
            continue;
        }
        uint32_t n;
        const struct stmt *const items = parse_block(r, part, "the equations", &n);
        if (items != NULL) {
            replace_or_append(r, &s, items, n, k == 0);
        }
    }
    r->m->statements = s.items;
    r->m->n_statements = s.n;
}

void model_read_reset(struct model_reader *r)
{
    const struct yaml *const node = field_get(r->tree, "reset");
    if (node != NULL) {
        r->m->reset = parse_block(r, node, "the reset", &r->m->n_reset);
    }
}
