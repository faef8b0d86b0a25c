/* Parameters and states: their names, the order of defaults that depend on each other, and
 * units that follow from values. */
#include "lang/lower.h"
#include "lang/model_walk.h"
#include "lang/parse.h"

#include <string.h>

static void declare_name(struct model *m, const struct symbol *symbol, struct diag_list *d)
{
    const uint32_t length = (uint32_t)strlen(symbol->name);
    const struct symbol *const above = scope_find(m->scope.parent, symbol->name);
    if (!lang_is_name(symbol->name)) {
        diag_error(d, symbol->at, length,
                   "names have letters, digits and _, and are no words of the language",
                   "'%s' cannot be a name", symbol->name);
    } else if (above != NULL && above->kind == SYMBOL_VARIABLE && above->index != LANG_VAR_X &&
               above->index != LANG_VAR_Y && above->index != LANG_VAR_Z) {
        diag_error(d, symbol->at, length, "choose another name",
                   "the name '%s' is taken by the language", symbol->name);
    }
    (void)scope_add(&m->scope, symbol, d);
}

static bool declare_is_open(struct unit unit)
{
    return !(unit.to_house > 0.0);
}

static void declare_names(struct model *m, struct diag_list *d)
{
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        const struct model_parameter *const p = &m->parameters[k];
        declare_name(m,
                     &(struct symbol){.kind = SYMBOL_PARAMETER,
                                      .name = p->name,
                                      .at = p->at,
                                      .unit = p->unit,
                                      .has_unit = !m->no_units && !declare_is_open(p->unit),
                                      .index = k},
                     d);
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        const struct model_state *const s = &m->states[k];
        declare_name(m,
                     &(struct symbol){.kind = SYMBOL_STATE,
                                      .name = s->name,
                                      .at = s->at,
                                      .unit = s->unit,
                                      .has_unit = !m->no_units && s->has_unit,
                                      .index = k},
                     d);
    }
}

/* Which defaults name which parameters. */
struct declare_edges {
    const struct model *m;
    const struct model_preset *preset;
    struct diag_list *d;
    struct declare_edge {
        uint32_t user, used;
    } * items;
    uint32_t n, capacity;
    uint32_t *n_waits; /* [n_parameters]: edges to defaults without a place in the order yet */
};

static void declare_find_edges(struct declare_edges *edges, uint32_t user, const struct ast *e)
{
    if (e->kind == AST_NAME) {
        const struct symbol *const s = scope_find_here(&edges->m->scope, e->name);
        struct declare_edge *const edge =
            s == NULL || s->kind != SYMBOL_PARAMETER
                ? NULL
                : arena_push(edges->d->arena, &edges->items, &edges->n, &edges->capacity,
                             sizeof *edge);
        if (edge != NULL) {
            *edge = (struct declare_edge){.user = user, .used = s->index};
            edges->n_waits[user]++;
        }
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        declare_find_edges(edges, user, e->args[k]);
    }
}

/* Follows what waits from `start` until a parameter comes again, and writes "a → b → a". */
static void declare_report_cycle(const struct declare_edges *edges, const uint32_t *next,
                                 uint32_t start, uint8_t *is_seen)
{
    const struct model_parameter *const p = edges->m->parameters;
    uint32_t at = start;
    while (is_seen[at] == 0) {
        is_seen[at] = 1;
        at = next[at];
    }
    if (is_seen[at] == 1) {
        struct text path = {0};
        const uint32_t first = at;
        text_add(&path, p[first].name);
        do {
            at = next[at];
            text_print(&path, " → %s", p[at].name);
        } while (at != first && path.length < 300);
        struct pos place;
        (void)model_value(edges->m, edges->preset, first, &place);
        diag_error(edges->d, place, (uint32_t)strlen(p[first].name),
                   "one of them needs a value that depends on no other",
                   "the parameter '%s' depends on itself: %s", p[first].name,
                   text_string(&path));
        text_fini(&path);
    }
    for (at = start; is_seen[at] != 2; at = next[at]) {
        is_seen[at] = 2;
    }
}

/* Kahn 1962 (doi 10.1145/368996.369025): parameters whose defaults wait for nothing, then those
 * that waited for them alone. */
void model_order(const struct model *m, const struct model_preset *preset, uint32_t *order,
                 uint32_t *n_order, struct diag_list *d)
{
    const uint32_t n = m->n_parameters;
    struct declare_edges edges = {.m = m,
                                  .preset = preset,
                                  .d = d,
                                  .n_waits = arena_alloc(d->arena, n, sizeof(uint32_t))};
    uint32_t *const begin = arena_alloc(d->arena, (size_t)n + 2, sizeof *begin);
    uint32_t *const next = arena_alloc(d->arena, n, sizeof *next);
    uint8_t *const is_seen = arena_alloc(d->arena, n, sizeof *is_seen);
    *n_order = 0;
    for (uint32_t k = 0; k < n && edges.n_waits != NULL; k++) {
        struct pos unused;
        const struct ast *const value = model_value(m, preset, k, &unused);
        if (value != NULL) {
            declare_find_edges(&edges, k, value);
        }
    }
    uint32_t *const users = arena_alloc(d->arena, edges.n, sizeof *users);
    if (arena_failed(d->arena)) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return;
    }
    for (uint32_t k = 0; k < edges.n; k++) { /* users of each parameter, by counting sort */
        begin[edges.items[k].used + 2]++;
    }
    for (uint32_t k = 2; k < n + 2; k++) {
        begin[k] += begin[k - 1];
    }
    for (uint32_t k = 0; k < edges.n; k++) {
        users[begin[edges.items[k].used + 1]++] = edges.items[k].user;
    }
    ASSERT(edges.n_waits != NULL);
    for (uint32_t k = 0; k < n; k++) {
        if (edges.n_waits[k] == 0) {
            order[(*n_order)++] = k;
        }
    }
    for (uint32_t k = 0; k < *n_order; k++) {
        for (uint32_t j = begin[order[k]]; j < begin[order[k] + 1]; j++) {
            if (--edges.n_waits[users[j]] == 0) {
                order[(*n_order)++] = users[j];
            }
        }
    }
    for (uint32_t k = 0; k < edges.n; k++) {
        if (edges.n_waits[edges.items[k].used] > 0) {
            next[edges.items[k].user] = edges.items[k].used;
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        if (edges.n_waits[k] > 0 && is_seen[k] == 0) {
            declare_report_cycle(&edges, next, k, is_seen);
        }
    }
}

static void declare_set_unit(struct model *m, const char *name, struct unit unit)
{
    struct symbol *const s = scope_find_here(&m->scope, name);
    if (s != NULL) {
        s->unit = unit;
        s->has_unit = !m->no_units;
    }
}

static void declare_parameter(struct model *m, struct model_parameter *p, struct diag_list *d)
{
    struct model_rules r;
    struct dimension dimension;
    model_rules_constant(&r, m, arena_print(d->arena, "parameter '%s'", p->name), d);
    const bool is_open = declare_is_open(p->unit);
    r.rules.expected = is_open || m->no_units ? NULL : &p->unit;
    const bool is_sound = p->value != NULL && checker_run(&r.checker, p->value, &dimension);
    if (is_open) {
        p->unit = unit_none;
        if (is_sound && model_take_unit(dimension, &p->unit)) {
            if (p->value->kind == AST_NUMBER && p->value->has_unit) {
                p->unit = p->value->unit;
            }
            declare_set_unit(m, p->name, p->unit);
        }
    }
}

static void declare_state(struct model *m, uint32_t k, struct diag_list *d)
{
    struct model_state *const s = &m->states[k];
    struct model_rules r;
    struct dimension dimension;
    model_rules_initial(&r, m, k, arena_print(d->arena, "initial value of '%s'", s->name), d);
    r.rules.expected = s->has_unit && !m->no_units ? &s->unit : NULL;
    const bool is_sound = s->initial != NULL && checker_run(&r.checker, s->initial, &dimension);
    if (!s->has_unit) {
        s->unit = unit_none;
        if (is_sound && !m->no_units && model_take_unit(dimension, &s->unit)) {
            if (s->initial->kind == AST_NUMBER && s->initial->has_unit) {
                s->unit = s->initial->unit;
            }
            s->has_unit = true;
            declare_set_unit(m, s->name, s->unit);
        }
    }
}

void model_declare(struct model *m, uint32_t *order, uint32_t *n_order, struct diag_list *d)
{
    declare_names(m, d);
    model_order(m, NULL, order, n_order, d);
    for (uint32_t k = 0; k < *n_order; k++) {
        declare_parameter(m, &m->parameters[order[k]], d);
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        declare_state(m, k, d);
    }
}
