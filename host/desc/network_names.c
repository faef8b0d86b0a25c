#include "desc/network_inside.h"

#include "desc/names.h"

static void add(struct network_reader *r, const struct symbol *s)
{
    if (s->value != NULL || s->table != NULL) {
        (void)scope_add(&r->net->scope, s, r->l->d);
    }
}

static void read_constants(struct network_reader *r, struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        if (names_is_free(r->l, map->keys[k], map->key_at[k], "constant")) {
            const char *const what = load_print(r->l, "constant '%s'", map->keys[k]);
            add(r, &(struct symbol){
                       .kind = SYMBOL_CONSTANT,
                       .name = map->keys[k],
                       .at = map->key_at[k],
                       .value = field_parse(r->l, map->items[k], &r->net->scope, what)});
        }
    }
}

/* The unit of a table is that of its first value. */
static struct unit unit_of_steps(struct network_reader *r, const struct yaml *steps,
                                 const char *what)
{
    const struct yaml *const first =
        steps->kind == YAML_LIST && steps->n > 0 ? steps->items[0] : NULL;
    if (first == NULL || first->kind != YAML_LIST || first->n != 2) {
        return unit_none; /* reported when the steps are read */
    }
    const struct ast *const e =
        field_expression(r->l, first->items[1], &r->net->scope, NULL, 0, what);
    return e == NULL ? unit_none : e->unit;
}

/* Steps, or a file. */
static void read_table(struct network_reader *r, struct yaml *map, const char *what,
                       struct symbol *s)
{
    struct course course;
    struct ir_table *const table = arena_alloc(r->l->arena, 1, sizeof *table);
    const struct yaml *const steps = field_get(map, "steps"), *const unit =
                                                                  field_get(map, "unit");
    s->unit = unit_none;
    if (steps != NULL) {
        s->unit = unit_of_steps(r, steps, what);
    } else if (unit != NULL && !field_unit(r->l, unit, what, &s->unit)) {
        return;
    }
    s->unit.to_house = 1;
    s->has_unit = true;
    const struct course_place place = {.unit = &s->unit, .what = what};
    if (table == NULL || !course_read(r, map, &place, &course) ||
        !course_cut(r, &course, map, INT64_MIN, INT64_MAX, 0)) {
        return;
    }
    if (course.table.n > 0 && !course.has_outside) {
        course.table.before =
            course.table.value[0]; /* a signal has no value of its own before its first step */
    }
    *table = course.table;
    s->table = table;
}

static void read_signals(struct network_reader *r, struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        if (!names_is_free(r->l, map->keys[k], map->key_at[k], "signal")) {
            continue;
        }
        const char *const what = load_print(r->l, "signal '%s'", map->keys[k]);
        struct symbol s = {.kind = SYMBOL_SIGNAL, .name = map->keys[k], .at = map->key_at[k]};
        if (map->items[k]->kind == YAML_MAP) {
            read_table(r, map->items[k], what, &s);
        } else {
            s.value = field_parse(r->l, map->items[k], &r->net->scope, what);
        }
        add(r, &s);
    }
}

/* Checks what was added: constants first, then functions (whose calls check their bodies once
 * more), then signals. */
static void check_names(struct network_reader *r)
{
    for (uint32_t k = 0; k < r->net->scope.n; k++) {
        struct symbol *const s = r->net->scope.symbols[k];
        if (s->kind == SYMBOL_FUNCTION) {
            names_check_function(r->l, s, &r->net->scope);
            continue;
        }
        if (s->value == NULL) {
            continue; /* a table of steps */
        }
        const bool is_signal = s->kind == SYMBOL_SIGNAL;
        const char *const what =
            load_print(r->l, "%s '%s'", is_signal ? "signal" : "constant", s->name);
        const struct scope inner = {.parent = is_signal ? &r->index_scope : &r->net->scope};
        const struct check_rules rules = {.scope = &inner, .what = what};
        if (lang_check(s->value, &rules, r->l->d) &&
            depends_check(r->l, s->value, is_signal ? DEPENDS_TIME | DEPENDS_INDEX : 0, what)) {
            s->unit = s->value->unit;
            s->has_unit = true;
        }
    }
}

void network_read_names(struct network_reader *r)
{
    struct yaml *const constants = field_get(r->tree, "constants");
    struct yaml *const functions = field_get(r->tree, "functions");
    struct yaml *const signals = field_get(r->tree, "signals");
    if (constants != NULL && field_is_map(r->l, constants, "'constants'")) {
        read_constants(r, constants);
    }
    if (functions != NULL && field_is_map(r->l, functions, "'functions'")) {
        names_read_functions(r->l, functions, &r->net->scope);
    }
    network_read_time(r); /* steps of signals are counted in it; it may use constants itself */
    if (signals != NULL && field_is_map(r->l, signals, "'signals'")) {
        read_signals(r, signals);
    }
    check_names(r);
}
