#include "desc/model_inside.h"

#include "lang/parse.h"

#include <math.h>
#include <string.h>

static void collect(struct model_reader *r, const char *key, enum symbol_kind kind)
{
    const struct yaml *const map = field_get(r->tree, key);
    for (uint32_t k = 0; map != NULL && map->kind == YAML_MAP && k < map->n; k++) {
        if (scope_find(&r->names, map->keys[k]) ==
            NULL) { /* a name used twice is reported by model_check */
            const struct symbol s = {
                .kind = kind, .name = map->keys[k], .at = map->key_at[k], .index = k};
            (void)scope_add(&r->names, &s, r->l->d);
        }
    }
}

void model_collect_names(struct model_reader *r)
{
    collect(r, "parameters", SYMBOL_PARAMETER);
    collect(r, "state", SYMBOL_STATE);
}

static bool check_name(struct model_reader *r, const struct yaml *map, uint32_t k,
                       const char *what)
{
    if (lang_is_name(map->keys[k])) {
        return true;
    }
    diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(map->keys[k]),
               "a name has letters, digits and _, does not begin with a digit and is no "
               "function's name",
               "'%.70s' cannot be the name of a %s", map->keys[k], what);
    return false;
}

/* Two bounds, bare numbers in the declared unit. */
static bool read_bounds(struct model_reader *r, struct yaml *map, const char *key,
                        struct unit unit, const char *name, double *low, double *high)
{
    struct yaml *const node = field_get(map, key);
    if (node == NULL) {
        return false;
    }
    const char *const what = load_print(r->l, "%s of parameter '%s'", key, name);
    if (node->kind != YAML_LIST || node->n != 2) {
        field_error(r->l, node, NULL, "%s must be two numbers, like [0, 1]", what);
        return false;
    }
    double value[2];
    for (uint32_t k = 0; k < 2; k++) {
        struct ast *const e = field_parse(r->l, node->items[k], NULL, what);
        field_apply_unit(e, unit, r->m->no_units);
        const struct scope scope = {.no_units = r->m->no_units};
        const struct check_rules rules = {
            .scope = &scope, .expected = unit.to_house == 0 ? NULL : &unit, .what = what};
        if (e == NULL || !lang_check(e, &rules, r->l->d) || !lang_constant(e, &value[k])) {
            return false;
        }
    }
    if (!(value[0] <= value[1])) {
        field_error(r->l, node, NULL, "%s: the lower bound %g is above the upper bound %g",
                    what, value[0], value[1]);
        return false;
    }
    *low = value[0];
    *high = value[1];
    return true;
}

static const char *optional_text(struct model_reader *r, struct yaml *map, const char *key)
{
    const struct yaml *const node = field_get(map, key);
    return node == NULL ? NULL : field_text(r->l, node, key);
}

static void read_parameter(struct model_reader *r, struct yaml *map, uint32_t k,
                           struct model_parameter *p)
{
    static const char *const known[] = {"value", "unit", "range", "slider", "doc"};
    struct yaml *const node = map->items[k];
    const char *const what = load_print(r->l, "parameter '%s'", map->keys[k]);
    *p = (struct model_parameter){.name = map->keys[k], .at = map->key_at[k]};
    struct yaml *value = node;
    bool has_unit = false;
    if (node->kind == YAML_MAP) {
        value = field_get(node, "value");
        p->doc = optional_text(r, node, "doc");
        const struct yaml *const unit = field_get(node, "unit");
        has_unit = unit != NULL && field_unit(r->l, unit, what, &p->unit);
    }
    p->value = value == NULL ? NULL : field_parse(r->l, value, &r->names, what);
    if (value == NULL) {
        diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(map->keys[k]),
                   "{value: 1 mV, doc: …}", "%s has no value", what);
    } else {
        p->at = value->at;
    }
    const struct ast *const number = field_literal(p->value);
    if (!has_unit && number != NULL) {
        p->unit = number->has_unit ? number->unit : unit_none;
    }
    field_apply_unit(p->value, p->unit, r->m->no_units);
    if (node->kind == YAML_MAP) {
        p->has_range = read_bounds(r, node, "range", p->unit, p->name, &p->low, &p->high);
        p->has_slider =
            read_bounds(r, node, "slider", p->unit, p->name, &p->slider_low, &p->slider_high);
        field_report_unused(r->l, node, what, known, sizeof known / sizeof known[0]);
    }
}

void model_read_parameters(struct model_reader *r)
{
    struct yaml *const map = field_get(r->tree, "parameters");
    if (map == NULL || !field_is_map(r->l, map, "'parameters'")) {
        return;
    }
    r->m->parameters = arena_alloc(r->l->arena, map->n, sizeof *r->m->parameters);
    for (uint32_t k = 0; k < map->n && r->m->parameters != NULL; k++) {
        if (check_name(r, map, k, "parameter")) {
            read_parameter(r, map, k, &r->m->parameters[r->m->n_parameters++]);
        }
    }
}

static void read_state(struct model_reader *r, struct yaml *map, uint32_t k,
                       struct model_state *s)
{
    static const char *const known[] = {"initial", "unit", "doc"};
    struct yaml *const node = map->items[k];
    const char *const what = load_print(r->l, "state '%s'", map->keys[k]);
    *s = (struct model_state){.name = map->keys[k], .at = map->key_at[k]};
    struct yaml *initial = node;
    if (node->kind == YAML_MAP) {
        initial = field_get(node, "initial");
        const struct yaml *const unit = field_get(node, "unit");
        s->has_unit = unit != NULL && field_unit(r->l, unit, what, &s->unit);
        field_report_unused(r->l, node, what, known, 3);
    }
    if (initial == NULL || yaml_is_null(initial)) {
        diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(map->keys[k]),
                   "v: -65 mV, or v: \"vr\"", "%s has no initial value", what);
        return;
    }
    s->initial = field_parse(r->l, initial, &r->names, what);
    const struct ast *const number = field_literal(s->initial);
    if (!s->has_unit && number != NULL && number->has_unit) {
        s->unit = number->unit;
        s->has_unit = true;
    }
    if (s->has_unit) {
        field_apply_unit(s->initial, s->unit, r->m->no_units);
    }
}

void model_read_states(struct model_reader *r)
{
    struct yaml *const map = field_get(r->tree, "state");
    if (map == NULL || !field_is_map(r->l, map, "'state'")) {
        return;
    }
    r->m->states = arena_alloc(r->l->arena, map->n, sizeof *r->m->states);
    for (uint32_t k = 0; k < map->n && r->m->states != NULL; k++) {
        if (check_name(r, map, k, "state")) {
            read_state(r, map, k, &r->m->states[r->m->n_states++]);
        }
    }
}

void model_read_receptors(struct model_reader *r)
{
    struct yaml *const map = field_get(r->tree, "receptors");
    if (map == NULL || !field_is_map(r->l, map, "'receptors'")) {
        return;
    }
    r->m->receptors = arena_alloc(r->l->arena, map->n, sizeof *r->m->receptors);
    for (uint32_t k = 0; k < map->n && r->m->receptors != NULL; k++) {
        const char *const what = load_print(r->l, "receptor '%s'", map->keys[k]);
        const char *const variable = field_text(r->l, map->items[k], what);
        if (!field_is_name(map->keys[k], true)) {
            diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(map->keys[k]), "AMPA: g_ampa",
                       "'%.70s' cannot be the name of a receptor", map->keys[k]);
        } else if (variable != NULL) {
            r->m->receptors[r->m->n_receptors++] = (struct model_receptor){
                .name = map->keys[k], .variable = variable, .at = map->items[k]->at};
        }
    }
}

static struct unit unit_of(const struct model *m, const char *name)
{
    const int p = model_find_parameter(m, name), s = model_find_state(m, name);
    const struct unit unknown = {0};
    return p >= 0                            ? m->parameters[p].unit
           : s >= 0 && m->states[s].has_unit ? m->states[s].unit
                                             : unknown;
}

/* Keys of a preset that are no parameters. */
static bool is_preset_key(const char *name)
{
    static const char *const keys[] = {"doc", "source", "integrator", "protocol"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        if (strcmp(keys[k], name) == 0) {
            return true;
        }
    }
    return false;
}

static void read_preset_extra(struct model_reader *r, struct yaml *map, const char *name,
                              struct preset_extra *out)
{
    const struct yaml *const integrator = field_get(map, "integrator");
    struct yaml *const protocol = field_get(map, "protocol");
    *out = (struct preset_extra){.protocol = r->extra->protocol, .integrator = INTEGRATOR_N};
    if (integrator != NULL) {
        out->integrator =
            model_read_integrator(r->l, integrator, load_print(r->l, "preset '%s'", name));
        out->integrator_at = integrator->at;
    }
    if (protocol != NULL) {
        model_read_protocol(r, protocol, load_print(r->l, "'protocol' of preset '%s'", name),
                            &out->protocol);
    }
}

static void read_preset(struct model_reader *r, struct yaml *map, struct model_preset *p)
{
    p->doc = optional_text(r, map, "doc");
    p->names = arena_alloc(r->l->arena, map->n, sizeof *p->names);
    p->values = arena_alloc(r->l->arena, map->n, sizeof *p->values);
    p->places = arena_alloc(r->l->arena, map->n, sizeof *p->places);
    if (p->names == NULL || p->values == NULL || p->places == NULL) {
        return;
    }
    for (uint32_t k = 0; k < map->n; k++) {
        const char *const name = map->keys[k];
        if (is_preset_key(name)) {
            continue;
        }
        const char *const what = load_print(r->l, "'%s' of preset '%s'", name, p->name);
        struct ast *const value = field_parse(r->l, map->items[k], &r->names, what);
        if (r->m->no_units) {
            field_apply_unit(value, unit_of(r->m, name), true);
        }
        if (value != NULL) {
            p->names[p->n] = name;
            p->values[p->n] = value;
            p->places[p->n++] = map->items[k]->at;
        }
    }
}

void model_read_presets(struct model_reader *r)
{
    struct yaml *const map = field_get(r->tree, "presets");
    if (map == NULL || !field_is_map(r->l, map, "'presets'")) {
        return;
    }
    r->m->presets = arena_alloc(r->l->arena, map->n, sizeof *r->m->presets);
    r->extra->presets = arena_alloc(r->l->arena, map->n, sizeof *r->extra->presets);
    for (uint32_t k = 0; k < map->n && r->m->presets != NULL && r->extra->presets != NULL;
         k++) {
        struct model_preset *const p = &r->m->presets[r->m->n_presets];
        *p = (struct model_preset){.name = map->keys[k], .at = map->key_at[k]};
        if (field_is_map(r->l, map->items[k], load_print(r->l, "preset '%s'", p->name))) {
            read_preset(r, map->items[k], p);
            read_preset_extra(r, map->items[k], p->name, &r->extra->presets[r->m->n_presets]);
            r->m->n_presets++;
        }
    }
}
