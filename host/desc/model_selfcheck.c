/* `selfcheck:` of a model: conditions keep their YAML, their names and shapes are looked at
 * here; what must come out is read into numbers. */
#include "desc/depends.h"
#include "desc/model_inside.h"

#include "shared/types.h"

#include <math.h>
#include <string.h>

/* The check that is read. */
struct check_reader {
    struct model_reader *r;
    struct model_selfcheck *c;
    const char *what; /* "check 'fires twice'" */
};

static bool read_constant(struct check_reader *c, const struct yaml *node,
                          const struct unit *unit, const char *key, double least, double *out)
{
    const struct scope scope = {.parent = c->r->names.parent};
    const char *const what = load_print(c->r->l, "'%s' of %s", key, c->what);
    if (!field_constant(c->r->l, node, &scope, unit, what, out)) {
        return false;
    }
    if (!(*out >= least)) {
        field_error(c->r->l, node, NULL, "%s is %.10g: it must be %.10g or more", what, *out,
                    least);
        return false;
    }
    return true;
}

/* A value, or [[time, value], …]. */
static void check_course(struct check_reader *c, const struct yaml *node, const char *what)
{
    struct load *const l = c->r->l;
    if (node->kind == YAML_SCALAR) {
        (void)field_parse(l, node, &c->r->names, what);
        return;
    }
    bool is_right = node->kind == YAML_LIST && node->n > 0;
    for (uint32_t k = 0; is_right && k < node->n; k++) {
        is_right = node->items[k]->kind == YAML_LIST && node->items[k]->n == 2;
    }
    if (!is_right) {
        field_error(l, node, "10 mV, or [[0 ms, 0 mV], [100 ms, 10 mV]]",
                    "%s must be a value or a list of pairs of time and value", what);
    }
}

enum { OF_PARAMETERS = 1, OF_STATES = 2 };

static void check_map(struct check_reader *c, struct yaml *check, const char *key,
                      unsigned kinds, const struct yaml **out)
{
    struct load *const l = c->r->l;
    const struct model *const m = c->r->m;
    struct yaml *const map = field_get(check, key);
    const char *const map_what = load_print(l, "'%s' of %s", key, c->what);
    if (map == NULL || !field_is_map(l, map, map_what)) {
        return;
    }
    *out = map;
    for (uint32_t k = 0; k < map->n; k++) {
        const char *const name = map->keys[k];
        const bool is_known =
            ((kinds & OF_PARAMETERS) != 0 && model_find_parameter(m, name) >= 0) ||
            ((kinds & OF_STATES) != 0 && model_find_state(m, name) >= 0);
        if (!is_known) {
            const unsigned wanted =
                ((kinds & OF_PARAMETERS) != 0 ? (unsigned)FIELD_PARAMETERS : 0u) |
                ((kinds & OF_STATES) != 0 ? (unsigned)FIELD_STATES : 0u);
            diag_error(l->d, map->key_at[k], (uint32_t)strlen(name),
                       field_suggest(l, name, m, wanted), "%s: this model has no %s '%.70s'",
                       map_what, (kinds & OF_PARAMETERS) == 0 ? "state" : "parameter", name);
        } else if (kinds == (OF_PARAMETERS | OF_STATES)) {
            check_course(c, map->items[k], load_print(l, "'%s' in %s", name, map_what));
        } else if (map->items[k]->kind == YAML_SCALAR) {
            (void)field_parse(l, map->items[k], &c->r->names,
                              load_print(l, "'%s' in %s", name, map_what));
        }
    }
}

static void check_spikes(struct check_reader *c, const struct yaml *node)
{
    struct load *const l = c->r->l;
    bool is_right = node->kind == YAML_LIST && node->n > 0;
    for (uint32_t k = 0; is_right && k < node->n; k++) {
        const struct yaml *const event = node->items[k];
        is_right = event->kind == YAML_LIST && event->n >= 2 && event->n <= 4 &&
                   (event->n > 2) ==
                       (event->items[event->n - 1]->kind == YAML_SCALAR || event->n == 3);
    }
    if (!is_right) {
        field_error(l, node, "spikes: [[20 ms, AMPA, 0.6 nS], [30 ms, {AMPA: 0.6 nS}]]",
                    "'spikes' of %s must be a list of events: time, receptor, weight", c->what);
    }
}

static void check_preset(struct check_reader *c, const struct yaml *node)
{
    const struct model *const m = c->r->m;
    const char **const names = arena_alloc(c->r->l->arena, m->n_presets + 1, sizeof *names);
    for (uint32_t k = 0; k < m->n_presets && names != NULL; k++) {
        names[k] = m->presets[k].name;
    }
    if (names != NULL) {
        (void)field_choice(c->r->l, node, load_print(c->r->l, "preset of %s", c->what), names,
                           m->n_presets);
    }
}

static void read_conditions(struct check_reader *c, struct yaml *check)
{
    struct load *const l = c->r->l;
    struct model_selfcheck *const s = c->c;
    double value;
    uint64_t whole;
    s->preset = field_get(check, "preset");
    s->integrator = field_get(check, "integrator");
    s->count = field_get(check, "count");
    s->seed = field_get(check, "seed");
    s->step = field_get(check, "step");
    s->duration = field_get(check, "duration");
    s->settle = field_get(check, "settle");
    s->current = field_get(check, "current");
    s->spikes = field_get(check, "spikes");
    if (s->preset != NULL) {
        check_preset(c, s->preset);
    }
    if (s->integrator != NULL) {
        (void)model_read_integrator(l, s->integrator, c->what);
    }
    if (s->count != NULL) {
        (void)field_whole(l, s->count, c->r->names.parent,
                          load_print(l, "count of %s", c->what), NID_MAX, &whole);
    }
    if (s->seed != NULL) {
        (void)field_u64(l, s->seed, load_print(l, "seed of %s", c->what), &whole);
    }
    if (s->step != NULL) {
        (void)read_constant(c, s->step, &unit_ms, "step", 1e-12, &value);
    }
    if (s->settle != NULL) {
        (void)read_constant(c, s->settle, &unit_ms, "settle", 0, &value);
    }
    if (s->duration == NULL) {
        diag_error(l->d, check->at, 1, "duration: 500 ms", "%s has no duration", c->what);
    } else {
        (void)read_constant(c, s->duration, &unit_ms, "duration", 0, &value);
    }
    if (s->current != NULL && c->r->m->current == NULL) {
        field_error(l, s->current, "name the parameter under 'courses'",
                    "%s drives a current, but the model has no 'current'", c->what);
    } else if (s->current != NULL) {
        check_course(c, s->current, load_print(l, "'current' of %s", c->what));
    }
    check_map(c, check, "set", OF_PARAMETERS, &s->set);
    check_map(c, check, "initial", OF_STATES, &s->initial);
    check_map(c, check, "courses", OF_PARAMETERS | OF_STATES, &s->courses);
    if (s->spikes != NULL) {
        check_spikes(c, s->spikes);
    }
}

/* Unit of a variable as declared; an intermediate has that of its dimension. false: there is no
 * such variable. */
static bool unit_of(const struct model *m, const char *name, struct unit *unit)
{
    const int parameter = model_find_parameter(m, name), state = model_find_state(m, name);
    const int intermediate = model_find_intermediate(m, name);
    *unit = unit_none;
    if (parameter >= 0) {
        *unit = m->parameters[parameter].unit;
    } else if (state >= 0) {
        *unit = m->states[state].has_unit ? m->states[state].unit : unit_none;
    } else if (intermediate >= 0 && m->intermediates[intermediate]->has_unit) {
        *unit = m->intermediates[intermediate]->unit;
    }
    unit->to_house = unit->to_house > 0 ? unit->to_house : 1;
    return parameter >= 0 || state >= 0 || intermediate >= 0;
}

/* One number, in the declared unit where it is bare. */
static bool read_bound(struct check_reader *c, const struct yaml *node, struct unit unit,
                       bool no_units, const char *what, double *out)
{
    struct load *const l = c->r->l;
    const struct scope scope = {.parent = c->r->names.parent, .no_units = no_units};
    struct ast *const e = field_parse(l, node, &scope, what);
    field_apply_unit(e, unit, no_units);
    const struct check_rules rules = {
        .scope = &scope, .expected = no_units ? NULL : &unit, .what = what};
    if (e == NULL || !lang_check(e, &rules, l->d)) {
        return false;
    }
    if (!lang_constant(e, out) || !isfinite(*out)) {
        field_error(l, node, NULL, "%s must be a number", what);
        return false;
    }
    return true;
}

static bool read_bounds(struct check_reader *c, const struct yaml *node, struct unit unit,
                        bool no_units, const char *what, struct selfcheck_expect *out)
{
    struct load *const l = c->r->l;
    out->at = node->at;
    out->unit = unit;
    if (node->kind == YAML_SCALAR) {
        if (!read_bound(c, node, unit, no_units, what, &out->low)) {
            return false;
        }
        out->high = out->low;
        return true;
    }
    if (node->kind != YAML_LIST || node->n != 2) {
        field_error(l, node, "[11, 13]", "%s must be a number or two bounds", what);
        return false;
    }
    out->is_range = true;
    if (!read_bound(c, node->items[0], unit, no_units, what, &out->low) ||
        !read_bound(c, node->items[1], unit, no_units, what, &out->high)) {
        return false;
    }
    if (!(out->low <= out->high)) {
        field_error(l, node, NULL, "%s: the lower bound is above the upper one", what);
        return false;
    }
    return true;
}

static void push_expect(struct check_reader *c, const struct selfcheck_expect *e,
                        uint32_t *capacity)
{
    struct selfcheck_expect *const slot =
        arena_push(c->r->l->arena, &c->c->expect, &c->c->n_expect, capacity, sizeof *slot);
    if (slot != NULL) {
        *slot = *e;
    }
}

static const struct {
    const char *key;
    enum selfcheck_kind kind;
    bool is_map, is_time;
} expect_rows[] = {
    {"spikes",       SELFCHECK_SPIKES,       false, false},
    {"first",        SELFCHECK_FIRST,        false, true },
    {"first_within", SELFCHECK_FIRST_WITHIN, false, true },
    {"final",        SELFCHECK_FINAL,        true,  false},
    {"most",         SELFCHECK_MOST,         true,  false},
    {"least",        SELFCHECK_LEAST,        true,  false},
    {"mean",         SELFCHECK_MEAN,         true,  false},
    {"sd",           SELFCHECK_SD,           true,  false},
};
enum { N_EXPECT_ROWS = sizeof expect_rows / sizeof expect_rows[0] };

static void read_variables(struct check_reader *c, struct yaml *map, size_t row,
                           uint32_t *capacity)
{
    struct load *const l = c->r->l;
    const struct model *const m = c->r->m;
    const char *const map_what = load_print(l, "'%s' of %s", expect_rows[row].key, c->what);
    if (!field_is_map(l, map, map_what)) {
        return;
    }
    for (uint32_t k = 0; k < map->n; k++) {
        struct selfcheck_expect e = {.kind = expect_rows[row].kind, .variable = map->keys[k]};
        struct unit unit;
        if (!unit_of(m, e.variable, &unit)) {
            diag_error(l->d, map->key_at[k], (uint32_t)strlen(e.variable),
                       field_suggest(l, e.variable, m,
                                     FIELD_PARAMETERS | FIELD_STATES | FIELD_INTERMEDIATES),
                       "%s: this model has no '%.70s'", map_what, e.variable);
        } else if (read_bounds(c, map->items[k], unit, m->no_units,
                               load_print(l, "'%s' in %s", e.variable, map_what), &e)) {
            push_expect(c, &e, capacity);
        }
    }
}

static void read_expectations(struct check_reader *c, struct yaml *check)
{
    struct load *const l = c->r->l;
    const char *known[N_EXPECT_ROWS];
    uint32_t capacity = 0;
    struct yaml *const map = field_get(check, "expect");
    if (map == NULL || (map->kind == YAML_MAP && map->n == 0)) {
        diag_error(l->d, map == NULL ? check->at : map->at, 1, "expect: {spikes: 12}",
                   "%s expects nothing", c->what);
        return;
    }
    if (!field_is_map(l, map, load_print(l, "'expect' of %s", c->what))) {
        return;
    }
    bool has_first = false;
    for (size_t k = 0; k < N_EXPECT_ROWS; k++) {
        known[k] = expect_rows[k].key;
        struct yaml *const node = field_get(map, expect_rows[k].key);
        if (node == NULL) {
            continue;
        }
        if (expect_rows[k].is_map) {
            read_variables(c, node, k, &capacity);
            continue;
        }
        struct selfcheck_expect e = {.kind = expect_rows[k].kind};
        const char *const what = load_print(l, "'%s' of %s", expect_rows[k].key, c->what);
        has_first |= e.kind == SELFCHECK_FIRST;
        if (!read_bounds(c, node, expect_rows[k].is_time ? unit_ms : unit_none, false, what,
                         &e)) {
            continue;
        }
        if (e.low < 0 || (e.kind == SELFCHECK_SPIKES &&
                          (e.low != floor(e.low) || e.high != floor(e.high)))) {
            field_error(l, node, NULL, "%s must be %s, 0 or more", what,
                        e.kind == SELFCHECK_SPIKES ? "a whole number" : "a time");
        } else if (e.kind == SELFCHECK_FIRST_WITHIN && !has_first) {
            field_error(l, node, NULL, "%s says how far off 'first' may be, which is missing",
                        what);
        } else {
            push_expect(c, &e, &capacity);
        }
    }
    field_report_unused(l, map, load_print(l, "'expect' of %s", c->what), known, N_EXPECT_ROWS);
}

static void read_check(struct model_reader *r, struct yaml *node, uint32_t number,
                       struct model_selfcheck_list *list)
{
    static const char *const keys[] = {"name",    "preset",  "set",    "initial",  "integrator",
                                       "count",   "seed",    "step",   "duration", "settle",
                                       "current", "courses", "spikes", "expect",   "doc"};
    struct load *const l = r->l;
    if (!field_is_map(l, node, load_print(l, "check %u of 'selfcheck'", number + 1))) {
        return;
    }
    struct model_selfcheck *const s = &list->items[list->n];
    *s = (struct model_selfcheck){.at = node->at};
    const struct yaml *const name = field_get(node, "name"), *const doc =
                                                                 field_get(node, "doc");
    s->doc = doc == NULL ? NULL : field_text(l, doc, "'doc' of a check");
    if (name == NULL) {
        diag_error(l->d, node->at, 1, "name: what this check shows",
                   "check %u of 'selfcheck' has no name", number + 1);
    }
    s->name = name == NULL ? NULL : field_text(l, name, "'name' of a check");
    s->name = s->name == NULL ? load_print(l, "%u", number + 1) : s->name;
    for (uint32_t k = 0; k < list->n; k++) {
        if (name != NULL && strcmp(list->items[k].name, s->name) == 0) {
            field_error(l, name, NULL, "two checks are called '%.100s'", s->name);
        }
    }
    struct check_reader c = {.r = r, .c = s, .what = load_print(l, "check '%.100s'", s->name)};
    read_conditions(&c, node);
    read_expectations(&c, node);
    field_report_unused(l, node, c.what, keys, sizeof keys / sizeof keys[0]);
    list->n++;
}

void model_read_selfchecks(struct model_reader *r)
{
    struct yaml *const list = field_get(r->tree, "selfcheck");
    if (list == NULL) {
        return;
    }
    if (list->kind != YAML_LIST) {
        field_error(r->l, list,
                    "selfcheck:\n  - {name: rests, duration: 100 ms, expect: {spikes: 0}}",
                    "'selfcheck' must be a list of checks, this is a %s", yaml_kind_name(list));
        return;
    }
    struct model_selfcheck_list *const out = &r->extra->checks;
    out->items = arena_alloc(r->l->arena, list->n, sizeof *out->items);
    for (uint32_t k = 0; k < list->n && out->items != NULL; k++) {
        read_check(r, list->items[k], k, out);
    }
}

const struct model_selfcheck_list *desc_model_selfchecks(const struct model *m)
{
    static const struct model_selfcheck_list none = {0};
    return m->extra == NULL ? &none : &m->extra->checks;
}
