#include "desc/network_inside.h"

#include <string.h>
#include <strings.h>

static const char *list_receptors(struct load *l, const struct model *m)
{
    const char *all = "";
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        all = load_print(l, "%s%s%s", all, k == 0 ? "" : ", ", m->receptors[k].name);
    }
    return m->n_receptors == 0 ? "it has no receptors" : load_print(l, "it has %s", all);
}

/* {column: weight_nS, unit: nS}: every target has such a receptor, of one dimension. The
 * numbers come with the file. */
static bool read_column(struct network_reader *r, const struct weight_place *place,
                        const char *receptor, struct pos at, struct yaml *node,
                        struct weight_column *column, struct desc_weight *out)
{
    static const char *const known[] = {"column", "unit"};
    struct load *const l = r->l;
    *column = (struct weight_column){
        .column = field_get(node, "column"), .unit = field_get(node, "unit"), .node = node};
    field_report_unused(l, node, load_print(l, "a weight of %s", place->what), known, 2);
    if (column->column == NULL) {
        field_error(l, node, "{column: weight_nS, unit: nS}", "a weight of %s has no 'column'",
                    place->what);
        return false;
    }
    bool is_right = true;
    column->is_signed = true;
    for (uint32_t k = 0; k < place->n_to; k++) {
        const struct desc_population *const p = &r->net->populations[place->to[k]];
        const int index = p->model == NULL ? -1 : model_find_receptor(p->model, receptor);
        if (p->model != NULL && index < 0) {
            diag_error(l->d, at, (uint32_t)strlen(receptor), list_receptors(l, p->model),
                       "%s: the model of population '%s' has no receptor '%.70s'", place->what,
                       p->name, receptor);
        }
        if (index < 0) {
            is_right = false;
            continue;
        }
        const struct model_state *const state =
            &p->model->states[p->model->receptors[index].state];
        column->wanted = state->has_unit ? &state->unit : NULL;
        column->no_units = p->model->no_units;
        column->is_signed =
            column->is_signed && model_receptor_is_signed(p->model, (uint32_t)index);
    }
    *out = (struct desc_weight){.receptor = receptor, .at = node->at};
    return is_right;
}

/* One receptor's weight, checked against every target. */
static bool read_weight(struct network_reader *r, const struct weight_place *place,
                        const char *receptor, struct pos at, struct yaml *node,
                        struct weight_column *column, struct desc_weight *out)
{
    if (column != NULL && node->kind == YAML_MAP) {
        return read_column(r, place, receptor, at, node, column, out);
    }
    struct load *const l = r->l;
    const char *const what = load_print(l, "weight of %s", place->what);
    struct ast *const value = field_parse(l, node, place->scope, what);
    bool is_right = value != NULL;
    bool is_checked = false, is_signed = true;
    for (uint32_t k = 0; k < place->n_to; k++) {
        const struct desc_population *const p = &r->net->populations[place->to[k]];
        if (p->model == NULL) {
            continue;
        }
        const int index = model_find_receptor(p->model, receptor);
        if (index < 0) {
            diag_error(l->d, at, (uint32_t)strlen(receptor), list_receptors(l, p->model),
                       "%s: the model of population '%s' has no receptor '%.70s'", place->what,
                       p->name, receptor);
            is_right = false;
            continue;
        }
        const struct model_state *const state =
            &p->model->states[p->model->receptors[index].state];
        const struct scope scope = {.parent = place->scope, .no_units = p->model->no_units};
        const struct check_rules rules = {
            .scope = &scope,
            .expected = p->model->no_units || !state->has_unit ? NULL : &state->unit,
            .allows_draws = (place->allowed & DEPENDS_DRAW) != 0,
            .what = what};
        is_checked = true;
        is_signed = is_signed && model_receptor_is_signed(p->model, (uint32_t)index);
        if (value != NULL && !lang_check(value, &rules, l->d)) {
            return false;
        }
    }
    double constant;
    if (value == NULL || !is_checked || !depends_check(l, value, place->allowed, what) ||
        !network_check_space(r, value, what)) {
        return false;
    }
    if (lang_constant(value, &constant) && !network_weight_is_right(constant, is_signed)) {
        field_error(l, node, constant < 0 && !is_signed ? NETWORK_WEIGHT_HINT : NULL,
                    "%s is %s: %s", what, field_quantity(l, constant, value->unit),
                    NETWORK_WEIGHT_RULE(is_signed));
        return false;
    }
    *out = (struct desc_weight){.receptor = receptor, .at = node->at, .value = value};
    return is_right;
}

/* The receptor that is meant where none is named: the only one of each target. */
static const char *only_receptor(struct network_reader *r, const struct weight_place *place,
                                 struct pos at)
{
    const char *name = NULL;
    for (uint32_t k = 0; k < place->n_to; k++) {
        const struct model *const m = r->net->populations[place->to[k]].model;
        if (m == NULL) {
            continue;
        }
        if (m->n_receptors != 1) {
            diag_error(r->l->d, at, 1, list_receptors(r->l, m),
                       "%s names no receptor, and the model of population '%s' has %u",
                       place->what, r->net->populations[place->to[k]].name, m->n_receptors);
            return NULL;
        }
        name = m->receptors[0].name;
    }
    return name;
}

bool network_read_weights(struct network_reader *r, const struct weight_place *place,
                          struct desc_weight **out, uint32_t *n)
{
    struct yaml *const weight = field_get(place->entry, "weight");
    const struct yaml *const receptor = field_get(place->entry, "receptor");
    *n = 0;
    if (weight == NULL) {
        diag_error(r->l->d, place->entry->at, 1,
                   "weight: 1 nS, or weight: {AMPA: 1 nS, NMDA: 0.5 nS}", "%s has no weight",
                   place->what);
        return false;
    }
    const bool is_column = place->columns != NULL && yaml_find(weight, "column") >= 0;
    if (place->columns == NULL && yaml_find(weight, "column") >= 0) {
        field_error(r->l, weight, "rule: edges, file: edges.csv",
                    "%s: a 'column' of weights belongs to a projection with rule edges",
                    place->what);
        return false;
    }
    const uint32_t most = weight->kind == YAML_MAP && !is_column ? weight->n : 1;
    if (place->columns != NULL) {
        *place->columns = arena_alloc(r->l->arena, most, sizeof **place->columns);
        if (*place->columns == NULL) {
            return false;
        }
    }
    if (weight->kind != YAML_MAP || is_column) {
        const char *const name =
            receptor != NULL
                ? field_text(r->l, receptor, load_print(r->l, "receptor of %s", place->what))
                : only_receptor(r, place, weight->at);
        *out = arena_alloc(r->l->arena, 1, sizeof **out);
        if (name == NULL || *out == NULL ||
            !read_weight(r, place, name, receptor != NULL ? receptor->at : weight->at, weight,
                         place->columns == NULL ? NULL : *place->columns, *out)) {
            return false;
        }
        *n = 1;
        return true;
    }
    if (receptor != NULL) {
        field_error(r->l, receptor, "leave 'receptor' out (receptor: null undoes a default)",
                    "%s has both 'receptor' and a map of weights by receptor", place->what);
        return false;
    }
    *out = arena_alloc(r->l->arena, weight->n, sizeof **out);
    bool is_right = *out != NULL && weight->n > 0;
    if (weight->n == 0) {
        field_error(r->l, weight, NULL, "weight of %s is an empty map", place->what);
    }
    for (uint32_t k = 0; k < weight->n && *out != NULL; k++) {
        for (uint32_t j = 0; j < k; j++) {
            if (strcasecmp(weight->keys[j], weight->keys[k]) == 0) {
                diag_error(r->l->d, weight->key_at[k], (uint32_t)strlen(weight->keys[k]), NULL,
                           "%s names receptor '%s' twice", place->what, weight->keys[j]);
                is_right = false;
            }
        }
        if (read_weight(r, place, weight->keys[k], weight->key_at[k], weight->items[k],
                        place->columns == NULL ? NULL : &(*place->columns)[*n], &(*out)[*n])) {
            (*n)++;
        } else {
            is_right = false;
        }
    }
    return is_right;
}
