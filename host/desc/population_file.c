#include "desc/model_inside.h"
#include "desc/network_inside.h"

#include "shared/types.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const population_keys[] = {
    "model", "count", "density", "set", "initial", "preset", "positions", "integrator", "doc"};

static void read_size(struct network_reader *r, struct yaml *entry, const char *what,
                      struct desc_population *p)
{
    const struct yaml *const count = field_get(entry, "count"), *const density =
                                                                    field_get(entry, "density");
    if ((count == NULL) == (density == NULL)) {
        diag_error(r->l->d, count == NULL ? p->at : density->at, 1,
                   "count: 100, or density: 84900 /mm3 (needs space)",
                   count == NULL ? "%s has neither count nor density"
                                 : "%s has both count and density",
                   what);
        return;
    }
    if (count != NULL) {
        uint64_t n = 0;
        (void)field_whole(r->l, count, &r->net->scope, load_print(r->l, "count of %s", what),
                          NID_MAX, &n);
        p->n = (uint32_t)n;
        return;
    }
    struct unit per_volume;
    (void)unit_power(unit_um, -3, &per_volume);
    const char *const density_what = load_print(r->l, "density of %s", what);
    double value;
    if (!field_constant(r->l, density, &r->net->scope, &per_volume, density_what, &value)) {
        return;
    }
    if (!r->net->has_space) {
        field_error(r->l, density, "add space: {side: 500 um}, or give count",
                    "%s needs a space", density_what);
        return;
    }
    const double n = floor(value * r->net->side[0] * r->net->side[1] * r->net->side[2] + 0.5);
    if (!(value >= 0 && n <= (double)NID_MAX)) {
        field_error(r->l, density, NULL,
                    "%s makes %.10g cells: from 0 to %" PRIu32 " are possible", density_what, n,
                    (uint32_t)NID_MAX);
        return;
    }
    p->n = (uint32_t)n;
}

void network_over_functions(const struct model *m, const struct scope *above, struct scope *out)
{
    *out = m->extra == NULL ? (struct scope){.n = 0} : *m->extra->functions;
    out->parent = above;
    out->no_units = m->no_units;
}

/* The entry of that name, replaced or new. */
static struct desc_setting *setting_of(struct desc_setting *settings, uint32_t *n,
                                       const char *name)
{
    for (uint32_t k = 0; k < *n; k++) {
        if (strcmp(settings[k].name, name) == 0) {
            return &settings[k];
        }
    }
    return &settings[(*n)++];
}

static bool classify(struct network_reader *r, struct desc_setting *s, const char *what)
{
    if (s->value == NULL) {
        s->on_cell = true; /* a column */
        return true;
    }
    const unsigned on = depends_on(s->value);
    s->on_time = (on & DEPENDS_TIME) != 0;
    s->on_cell = (on & (DEPENDS_INDEX | DEPENDS_PLACE | DEPENDS_DRAW)) != 0;
    if (s->on_time && (on & DEPENDS_DRAW) != 0) {
        diag_error(r->l->d, s->value->at, s->value->length, NULL,
                   "%s follows the time and is drawn at random: it can be one or the other",
                   what);
        return false;
    }
    return network_check_space(r, s->value, what);
}

/* A course: a table under a name that no file can give. */
static struct ast *read_set_course(struct network_reader *r, struct yaml *node, uint32_t index,
                                   const struct desc_population *p, const char *what)
{
    const struct model *const m = p->model;
    const struct model_parameter *const parameter = &m->parameters[index];
    const struct course_place place = {
        .unit = &parameter->unit, .no_units = m->no_units, .what = what};
    struct course course;
    if (!course_read(r, node, &place, &course) ||
        !course_cut(r, &course, node, INT64_MIN, INT64_MAX, 0)) {
        return NULL;
    }
    struct ir_table *const t = &course.table;
    if (t->n > 0 && !course.has_outside) {
        t->before = t->value[0];
    }
    for (uint32_t j = 0; j < t->n; j++) {
        if (!model_check_parameter(m, index, t->value[j], node->at, r->l->d)) {
            return NULL;
        }
    }
    return course_name(r, t, parameter->unit,
                       load_print(r->l, "%s.set.%s", p->name, parameter->name), node->at);
}

/* {file, column}: one value per cell; {file, time, column} or {steps}: a course. */
static void read_setting_map(struct network_reader *r, struct yaml *map, uint32_t k,
                             uint32_t index, struct desc_population *p, const char *what)
{
    struct yaml *const node = map->items[k];
    struct desc_setting s = {.name = map->keys[k], .at = node->at, .index = index};
    if (course_is_meant(node)) {
        s.value = read_set_course(r, node, index, p, what);
        s.on_time = true;
    } else {
        const struct column_place place = {.unit = &p->model->parameters[index].unit,
                                           .no_units = p->model->no_units,
                                           .n_cells = p->n,
                                           .model = p->model,
                                           .parameter = (int)index,
                                           .what = what};
        s.column = column_read(r, node, &place);
        s.on_cell = true;
    }
    if (s.value != NULL || s.column != NULL) {
        *setting_of(p->set, &p->n_set, s.name) = s;
    }
}

static void read_setting(struct network_reader *r, struct yaml *map, uint32_t k,
                         struct desc_population *p, const char *what_population)
{
    struct load *const l = r->l;
    const struct model *const m = p->model;
    const char *const name = map->keys[k];
    const char *const what = load_print(l, "'%s' of %s", name, what_population);
    const int index = model_find_parameter(m, name);
    if (index < 0) {
        const char *const hint = model_find_state(m, name) >= 0
                                     ? "it is a state: its start belongs under 'initial'"
                                     : field_suggest(l, name, m, FIELD_PARAMETERS);
        diag_error(l->d, map->key_at[k], (uint32_t)strlen(name), hint,
                   "%s has no parameter '%s'", m->stem, name);
        return;
    }
    if (map->items[k]->kind == YAML_MAP) {
        read_setting_map(r, map, k, (uint32_t)index, p, what);
        return;
    }
    const struct scope scope = {.parent = &r->cell_scope, .no_units = m->no_units};
    struct ast *const value = field_expression(
        l, map->items[k], &scope, m->no_units ? NULL : &m->parameters[index].unit,
        DEPENDS_TIME | DEPENDS_INDEX | DEPENDS_PLACE | DEPENDS_DRAW, what);
    if (m->no_units) {
        field_apply_unit(value, m->parameters[index].unit, true);
    }
    double constant;
    if (value == NULL ||
        (lang_constant(value, &constant) &&
         !model_check_parameter(m, (uint32_t)index, constant, map->items[k]->at, l->d))) {
        return;
    }
    struct desc_setting s = {
        .name = name, .at = map->items[k]->at, .index = (uint32_t)index, .value = value};
    if (classify(r, &s, what)) {
        *setting_of(p->set, &p->n_set, name) = s;
    }
}

/* Initial values see the model's parameters and states over the network's names. */
static void read_initial(struct network_reader *r, struct yaml *map, uint32_t k,
                         struct desc_population *p, const char *what_population)
{
    struct load *const l = r->l;
    const struct model *const m = p->model;
    const char *const name = map->keys[k];
    const char *const what = load_print(l, "initial '%s' of %s", name, what_population);
    const int index = model_find_state(m, name);
    if (index < 0) {
        const char *const hint = model_find_parameter(m, name) >= 0
                                     ? "it is a parameter: it belongs under 'set'"
                                     : field_suggest(l, name, m, FIELD_STATES);
        diag_error(l->d, map->key_at[k], (uint32_t)strlen(name), hint, "%s has no state '%s'",
                   m->stem, name);
        return;
    }
    const bool has_unit = m->states[index].has_unit && !m->no_units;
    struct desc_setting s = {.name = name, .at = map->items[k]->at, .index = (uint32_t)index};
    if (map->items[k]->kind == YAML_MAP) {
        const struct column_place place = {
            .unit = m->states[index].has_unit ? &m->states[index].unit : NULL,
            .no_units = m->no_units,
            .n_cells = p->n,
            .model = m,
            .parameter = -1,
            .what = what};
        s.column = column_read(r, map->items[k], &place);
        s.on_cell = true;
        if (s.column != NULL) {
            *setting_of(p->initial, &p->n_initial, name) = s;
        }
        return;
    }
    struct scope functions;
    network_over_functions(m, &r->cell_scope, &functions);
    struct scope scope = {.parent = &functions, .no_units = m->no_units};
    scope.symbols = arena_alloc(l->arena, m->scope.n, sizeof *scope.symbols);
    for (uint32_t j = 0; scope.symbols != NULL && j < m->scope.n; j++) {
        const enum symbol_kind kind = m->scope.symbols[j]->kind;
        if (kind == SYMBOL_PARAMETER || kind == SYMBOL_STATE) {
            scope.symbols[scope.n++] = m->scope.symbols[j];
        }
    }
    struct ast *const value =
        field_expression(l, map->items[k], &scope, has_unit ? &m->states[index].unit : NULL,
                         DEPENDS_INDEX | DEPENDS_PLACE | DEPENDS_DRAW | DEPENDS_MODEL, what);
    if (m->no_units && m->states[index].has_unit) {
        field_apply_unit(value, m->states[index].unit, true);
    }
    if (value == NULL) {
        return;
    }
    s.value = value;
    if (classify(r, &s, what)) {
        *setting_of(p->initial, &p->n_initial, name) = s;
    }
}

/* The population's own integrator, else its preset's, else the model's. */
static void choose_integrator(struct network_reader *r, const struct yaml *node, int preset,
                              struct desc_population *p, const char *what)
{
    enum model_integrator which = INTEGRATOR_N;
    struct pos at = p->at;
    if (node != NULL) {
        which = model_read_integrator(r->l, node, what);
        at = node->at;
    } else if (preset >= 0) {
        which = p->model->extra->presets[preset].integrator;
        at = p->model->extra->presets[preset].integrator_at;
    }
    if (which != INTEGRATOR_N) {
        p->model = load_model_with(r->l, p->model, which, at);
    }
}

/* Its number, or -1. */
static int read_preset(struct network_reader *r, const struct yaml *node,
                       struct desc_population *p, const char *what)
{
    const struct model *const m = p->model;
    const char **const names = arena_alloc(r->l->arena, m->n_presets + 1, sizeof *names);
    for (uint32_t k = 0; k < m->n_presets && names != NULL; k++) {
        names[k] = m->presets[k].name;
    }
    const int found = names == NULL
                          ? -1
                          : field_choice(r->l, node, load_print(r->l, "preset of %s", what),
                                         names, m->n_presets);
    if (found < 0) {
        return -1;
    }
    const struct model_preset *const preset = &m->presets[found];
    p->preset = preset->name;
    for (uint32_t k = 0; k < preset->n; k++) {
        const int parameter = model_find_parameter(m, preset->names[k]);
        const int state = model_find_state(m, preset->names[k]);
        if (parameter < 0 && state < 0) {
            continue; /* reported by model_check */
        }
        struct desc_setting s = {.name = preset->names[k],
                                 .at = preset->places[k],
                                 .index = (uint32_t)(parameter >= 0 ? parameter : state),
                                 .value = preset->values[k]};
        if (classify(r, &s, what)) {
            *(parameter >= 0 ? setting_of(p->set, &p->n_set, s.name)
                             : setting_of(p->initial, &p->n_initial, s.name)) = s;
        }
    }
    return found;
}

static void read_values(struct network_reader *r, struct yaml *entry, struct desc_population *p,
                        const char *what)
{
    struct yaml *const set = field_get(entry, "set"), *const initial =
                                                          field_get(entry, "initial");
    const struct yaml *const preset = field_get(entry, "preset");
    const struct yaml *const integrator = field_get(entry, "integrator");
    const struct model *const m = p->model;
    if (m == NULL) {
        return;
    }
    p->set = arena_alloc(r->l->arena, m->n_parameters + 1, sizeof *p->set);
    p->initial = arena_alloc(r->l->arena, m->n_states + 1, sizeof *p->initial);
    if (p->set == NULL || p->initial == NULL) {
        return;
    }
    const int found = preset == NULL ? -1 : read_preset(r, preset, p, what);
    choose_integrator(r, integrator, found, p, what);
    if (p->model == NULL) {
        return;
    }
    if (set != NULL && field_is_map(r->l, set, load_print(r->l, "'set' of %s", what))) {
        for (uint32_t k = 0; k < set->n; k++) {
            read_setting(r, set, k, p, what);
        }
    }
    if (initial != NULL &&
        field_is_map(r->l, initial, load_print(r->l, "'initial' of %s", what))) {
        for (uint32_t k = 0; k < initial->n; k++) {
            read_initial(r, initial, k, p, what);
        }
    }
}

static void read_population(struct network_reader *r, struct yaml *entry,
                            struct desc_population *p)
{
    static const char *const positions[] = {"random"};
    const char *const what = load_print(r->l, "population '%s'", p->name);
    const struct yaml *const model = field_get(entry, "model");
    const struct yaml *const place = field_get(entry, "positions");
    if (model == NULL) {
        diag_error(r->l->d, p->at, (uint32_t)strlen(p->name),
                   "model: models/NAME.yaml, or the name of a shipped one", "%s has no model",
                   what);
    } else if (field_text(r->l, model, load_print(r->l, "model of %s", what)) != NULL) {
        p->model = load_model_at(r->l, model);
    }
    read_size(r, entry, what, p);
    read_values(r, entry, p, what);
    if (place != NULL) {
        (void)field_choice(r->l, place, load_print(r->l, "positions of %s", what), positions,
                           1);
    }
    if (p->model == NULL) { /* nothing can be said of what would be set */
        (void)field_get(entry, "set");
        (void)field_get(entry, "initial");
        (void)field_get(entry, "preset");
        (void)field_get(entry, "integrator");
    }
    field_report_unused(r->l, entry, what, population_keys,
                        sizeof population_keys / sizeof population_keys[0]);
}

void network_read_populations(struct network_reader *r)
{
    struct yaml *const map = field_get(r->tree, "populations");
    if (map == NULL || !field_is_map(r->l, map, "'populations'") || map->n == 0) {
        if (map == NULL || map->kind == YAML_MAP) {
            diag_error(r->l->d, map == NULL ? r->tree->at : map->at, 1,
                       "populations: {A: {model: lif, count: 100}}",
                       "this network has no populations");
        }
        return;
    }
    struct desc_network *const net = r->net;
    net->populations = arena_alloc(r->l->arena, map->n, sizeof *net->populations);
    r->population_names = arena_alloc(r->l->arena, map->n, sizeof *r->population_names);
    if (net->populations == NULL || r->population_names == NULL) {
        return;
    }
    for (uint32_t k = 0; k < map->n; k++) {
        const char *const name = map->keys[k];
        if (!field_is_name(name, true)) {
            diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(name),
                       "letters, digits, _ and -, not a digit first",
                       "'%.70s' cannot be the name of a population", name);
            continue;
        }
        struct desc_population *const p = &net->populations[net->n_populations];
        *p = (struct desc_population){.name = name, .at = map->key_at[k]};
        struct yaml *const entry =
            network_entry(r, map, k, "populations", load_print(r->l, "population '%s'", name));
        r->population_names[net->n_populations++] = name;
        if (entry != NULL) {
            read_population(r, entry, p);
        }
    }
    uint64_t n_cells = 0;
    for (uint32_t k = 0; k < net->n_populations; k++) {
        n_cells += net->populations[k].n;
    }
    if (n_cells == 0 && r->l->d->n_errors == 0) {
        diag_error(r->l->d, map->at, 1, NULL, "this network has no cells");
    }
}

bool network_find_populations(struct network_reader *r, const struct yaml *node,
                              const char *what, uint32_t **out, uint32_t *n)
{
    struct field_name *names;
    uint32_t n_names;
    *n = 0;
    *out = NULL;
    if (!field_names(r->l, node, what, &names, &n_names)) {
        return false;
    }
    *out = arena_alloc(r->l->arena, n_names, sizeof **out);
    bool is_right = *out != NULL;
    for (uint32_t k = 0; k < n_names && *out != NULL; k++) {
        uint32_t j = 0;
        while (j < r->net->n_populations &&
               strcmp(r->population_names[j], names[k].text) != 0) {
            j++;
        }
        if (j < r->net->n_populations) {
            (*out)[(*n)++] = j;
            continue;
        }
        const char *const hint =
            load_suggest(r->l, names[k].text, r->population_names, r->net->n_populations);
        diag_error(r->l->d, names[k].at, (uint32_t)strlen(names[k].text), hint,
                   "%s: there is no population '%.70s'", what, names[k].text);
        is_right = false;
    }
    return is_right;
}
