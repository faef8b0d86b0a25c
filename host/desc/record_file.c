#include "desc/network_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_spikes(struct network_reader *r, const struct yaml *node)
{
    struct desc_network *const net = r->net;
    const bool is_text = node != NULL && node->kind == YAML_SCALAR;
    const bool is_all = node == NULL || (is_text && strcmp(node->text, "all") == 0);
    const bool is_none = is_text && strcmp(node->text, "none") == 0;
    net->records_spikes = !is_none;
    net->records_population =
        arena_alloc(r->l->arena, net->n_populations, sizeof *net->records_population);
    if (net->records_population == NULL) {
        return;
    }
    if (is_all) {
        memset(net->records_population, true,
               net->n_populations * sizeof *net->records_population);
    } else if (!is_none) {
        uint32_t *of, n;
        (void)network_find_populations(
            r, node, "'spikes' of 'record' (all, none or populations)", &of, &n);
        for (uint32_t k = 0; k < n; k++) {
            net->records_population[of[k]] = true;
        }
    }
}

static int compare_cells(const void *pa, const void *pb)
{
    const uint32_t *const a = pa, *const b = pb;
    return (*a > *b) - (*a < *b);
}

static bool check_index(struct network_reader *r, const struct yaml *node, uint64_t cell,
                        const struct desc_trace *t)
{
    for (uint32_t k = 0; k < t->n_of; k++) {
        const struct desc_population *const p = &r->net->populations[t->of[k]];
        if (cell >= p->n) {
            field_error(r->l, node, "cells count from 0",
                        "there is no neuron %llu: population '%s' has %u cells",
                        (unsigned long long)cell, p->name, p->n);
            return false;
        }
    }
    return true;
}

/* "0..9", both ends included. false: not of this form. */
static bool parse_range(const char *text, uint64_t *first, uint64_t *last)
{
    char *end;
    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    *first = strtoull(text, &end, 10);
    if (strncmp(end, "..", 2) != 0 || !isdigit((unsigned char)end[2])) {
        return false;
    }
    *last = strtoull(end + 2, &end, 10);
    return *end == '\0';
}

static void read_cell_list(struct network_reader *r, const struct yaml *list,
                           struct desc_trace *t)
{
    t->cells.cells = arena_alloc(r->l->arena, list->n, sizeof *t->cells.cells);
    for (uint32_t k = 0; k < list->n && t->cells.cells != NULL; k++) {
        uint64_t cell;
        if (field_u64(r->l, list->items[k], "an index in 'neurons'", &cell) &&
            check_index(r, list->items[k], cell, t)) {
            t->cells.cells[t->cells.n_cells++] = (uint32_t)cell;
        }
    }
    if (t->cells.cells == NULL || t->cells.n_cells == 0) {
        if (list->n == 0) {
            field_error(r->l, list, NULL, "'neurons' is an empty list");
        }
        return;
    }
    qsort(t->cells.cells, t->cells.n_cells, sizeof *t->cells.cells, compare_cells);
    uint32_t kept = 1;
    for (uint32_t k = 1; k < t->cells.n_cells; k++) {
        if (t->cells.cells[k] != t->cells.cells[kept - 1]) {
            t->cells.cells[kept++] = t->cells.cells[k];
        }
    }
    t->cells.n_cells = kept;
}

static void read_random(struct network_reader *r, const struct yaml *node, struct desc_trace *t)
{
    uint64_t n = 0;
    if (!field_u64(r->l, node, "'random' of a trace", &n)) {
        return;
    }
    if (n == 0) {
        field_error(r->l, node, NULL, "'random' of a trace must be above 0");
    } else if (check_index(r, node, n - 1, t)) {
        t->cells.n_random = (uint32_t)n;
    }
}

static void read_cells(struct network_reader *r, struct yaml *map, struct desc_trace *t)
{
    static const char *const known[] = {"random"};
    struct yaml *const neurons = field_get(map, "neurons"), *const random =
                                                                field_get(map, "random");
    uint64_t first, last;
    if (neurons != NULL && random != NULL) {
        field_error(r->l, random, NULL, "a trace has either 'neurons' or 'random'");
    } else if (random != NULL) {
        read_random(r, random, t);
    } else if (neurons == NULL ||
               (neurons->kind == YAML_SCALAR && strcmp(neurons->text, "all") == 0)) {
        t->cells.is_all = true;
    } else if (neurons->kind == YAML_LIST) {
        read_cell_list(r, neurons, t);
    } else if (neurons->kind == YAML_MAP) {
        const struct yaml *const inner = field_get(neurons, "random");
        field_report_unused(r->l, neurons, "'neurons'", known, 1);
        if (inner != NULL) {
            read_random(r, inner, t);
        }
    } else if (parse_range(neurons->text, &first, &last)) {
        if (last < first) {
            field_error(r->l, neurons, NULL, "'neurons' %s: the last is before the first",
                        neurons->text);
        } else if (check_index(r, neurons, last, t)) {
            t->cells.n_cells = (uint32_t)(last - first) + 1;
            t->cells.cells = arena_alloc(r->l->arena, t->cells.n_cells, sizeof *t->cells.cells);
            for (uint32_t k = 0; k < t->cells.n_cells && t->cells.cells != NULL; k++) {
                t->cells.cells[k] = (uint32_t)first + k;
            }
        }
    } else if (isdigit((unsigned char)neurons->text[0])) {
        struct yaml *item = neurons;
        const struct yaml one = {.kind = YAML_LIST, .at = neurons->at, .items = &item, .n = 1};
        read_cell_list(r, &one, t);
    } else {
        field_error(r->l, neurons, "0..9, [0, 5, 7], all, or {random: 10}",
                    "'neurons': '%.60s' is not known", neurons->text);
    }
}

static bool has_quantity(const struct model *m, const char *name)
{
    return model_find_state(m, name) >= 0 || model_find_parameter(m, name) >= 0 ||
           model_find_intermediate(m, name) >= 0;
}

static void report_no_quantity(struct network_reader *r, const struct yaml *node,
                               const struct desc_population *p)
{
    const struct model *const m = p->model;
    const char *const near = field_suggest(
        r->l, node->text, m, FIELD_PARAMETERS | FIELD_STATES | FIELD_INTERMEDIATES);
    field_error(
        r->l, node,
        near != NULL ? near
                     : "an expression is written {name: I, expr: \"g*(E - v)\", unit: pA}",
        "'variables': the model of population '%s' has no '%.70s'", p->name, node->text);
}

/* {name: I_gaba, expr: "g_gaba*(E_gaba - v)", unit: pA}: parsed once per population, since each
 * model's names are others. */
static bool read_expression(struct network_reader *r, struct yaml *map,
                            const struct desc_population *p, struct desc_variable *out)
{
    static const char *const known[] = {"name", "expr", "unit"};
    const struct yaml *const name = field_get(map, "name"), *const expr =
                                                                field_get(map, "expr");
    const struct yaml *const unit = field_get(map, "unit");
    field_report_unused(r->l, map, "an entry of 'variables'", known, 3);
    if (name == NULL || expr == NULL) {
        field_error(r->l, map, "{name: I, expr: \"g*(E - v)\", unit: pA}",
                    "an entry of 'variables' has no '%s'", name == NULL ? "name" : "expr");
        return false;
    }
    out->name = field_text(r->l, name, "'name' of a variable");
    out->at = map->at;
    if (out->name == NULL || p->model == NULL) {
        return false;
    }
    if (!field_is_name(out->name, false)) {
        field_error(r->l, name, NULL, "'%.70s' cannot be the name of a variable", out->name);
        return false;
    }
    out->unit = unit_none;
    if (unit != NULL) {
        if (!field_unit(r->l, unit, "'unit' of a variable", &out->unit)) {
            return false;
        }
        out->unit_text = unit->text;
    }
    struct scope functions, scope = p->model->scope;
    network_over_functions(p->model, &r->index_scope, &functions);
    scope.parent = &functions;
    scope.no_units = p->model->no_units;
    out->value = field_expression(r->l, expr, &scope,
                                  unit != NULL && !p->model->no_units ? &out->unit : NULL,
                                  DEPENDS_TIME | DEPENDS_INDEX | DEPENDS_MODEL,
                                  load_print(r->l, "variable '%s'", out->name));
    if (out->value != NULL && unit == NULL) {
        out->unit = out->value->unit;
        out->unit.to_house = 1;
        out->unit_text =
            unit_is_none(out->unit)
                ? ""
                : load_print(r->l, "%s", unit_format(out->unit, (char[96]){0}, 96));
    }
    return out->value != NULL;
}

static void read_variables(struct network_reader *r, struct yaml *node, uint32_t population,
                           struct desc_trace *t)
{
    const struct desc_population *const p = &r->net->populations[population];
    const uint32_t n = node->kind == YAML_LIST ? node->n : 1;
    t->variables = arena_alloc(r->l->arena, n, sizeof *t->variables);
    for (uint32_t k = 0; k < n && t->variables != NULL; k++) {
        struct yaml *const item = node->kind == YAML_LIST ? node->items[k] : node;
        struct desc_variable v = {.at = item->at};
        bool is_right;
        if (item->kind == YAML_MAP) {
            is_right = read_expression(r, item, p, &v);
        } else {
            v.name = field_text(r->l, item, "an entry of 'variables'");
            is_right = v.name != NULL && p->model != NULL;
            if (is_right && !has_quantity(p->model, v.name)) {
                report_no_quantity(r, item, p);
                is_right = false;
            }
        }
        for (uint32_t j = 0; j < t->n_variables && is_right; j++) {
            if (strcmp(t->variables[j].name, v.name) == 0) {
                field_error(r->l, item, NULL, "'variables' names '%s' twice", v.name);
                is_right = false;
            }
        }
        if (is_right) {
            t->variables[t->n_variables++] = v;
        }
    }
}

static void read_window(struct network_reader *r, struct yaml *map, struct desc_trace *t)
{
    const struct yaml *const every = field_get(map, "every"), *const from =
                                                                  field_get(map, "from");
    const struct yaml *const until = field_get(map, "until");
    t->every = 1;
    t->until = r->net->n_steps;
    if (every != NULL && network_read_steps(r, every, "'every' of a trace", &t->every) &&
        t->every < 1) {
        field_error(r->l, every, NULL, "'every' of a trace must be above 0");
        t->every = 1;
    }
    if (from != NULL) {
        (void)network_read_steps(r, from, "'from' of a trace", &t->from);
    }
    if (until != NULL && network_read_steps(r, until, "'until' of a trace", &t->until) &&
        t->until <= t->from) {
        field_error(r->l, until, NULL, "'until' of a trace is not after its 'from'");
    }
    t->until = t->until > r->net->n_steps ? r->net->n_steps : t->until;
    if (t->from >= t->until && r->l->d->n_errors == 0) {
        diag_warning(r->l->d, t->at, 1, NULL,
                     "this trace records nothing: it begins after the end of the run");
    }
}

static void read_trace(struct network_reader *r, struct yaml *map, uint32_t *capacity)
{
    static const char *const known[] = {"of",   "neurons", "random",   "every",
                                        "from", "until",   "variables"};
    if (!field_is_map(r->l, map, "a trace")) {
        return;
    }
    const struct yaml *const of = field_get(map, "of");
    struct yaml *const variables = field_get(map, "variables");
    struct desc_trace all = {.at = map->at};
    if (of == NULL || variables == NULL) {
        diag_error(r->l->d, map->at, 1, "{of: dSPN, neurons: 0..9, variables: [v]}",
                   "a trace has no '%s'", of == NULL ? "of" : "variables");
    }
    if (of != NULL) {
        (void)network_find_populations(r, of, "'of' of a trace", &all.of, &all.n_of);
    }
    read_window(r, map, &all);
    read_cells(r, map, &all);
    field_report_unused(r->l, map, "a trace", known, sizeof known / sizeof known[0]);
    for (uint32_t k = 0; k < all.n_of && variables != NULL; k++) { /* one per population */
        struct desc_trace one = all;
        one.of = &all.of[k];
        one.n_of = 1;
        read_variables(r, variables, all.of[k], &one);
        struct desc_trace *const slot =
            arena_push(r->l->arena, &r->net->traces, &r->net->n_traces, capacity, sizeof *slot);
        if (slot != NULL) {
            *slot = one;
        }
    }
}

void network_read_record(struct network_reader *r)
{
    static const char *const known[] = {"spikes", "traces"};
    struct yaml *const record = field_get(r->tree, "record");
    const bool is_map = record != NULL && field_is_map(r->l, record, "'record'");
    struct yaml *const spikes = is_map ? field_get(record, "spikes") : NULL;
    struct yaml *const traces = is_map ? field_get(record, "traces") : NULL;
    read_spikes(r, spikes);
    if (is_map) {
        field_report_unused(r->l, record, "'record'", known, 2);
    }
    if (traces != NULL && traces->kind != YAML_LIST) {
        field_error(r->l, traces, "traces:\n  - {of: dSPN, variables: [v]}",
                    "'traces' must be a list, this is a %s", yaml_kind_name(traces));
        return;
    }
    uint32_t capacity = 0;
    for (uint32_t k = 0; traces != NULL && k < traces->n; k++) {
        read_trace(r, traces->items[k], &capacity);
    }
}
