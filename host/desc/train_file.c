/* Given events: at a time, to a neuron (or all), through a receptor, with a weight; inline or
 * from a file. */
#include "desc/csv.h"
#include "desc/input_inside.h"
#include "desc/series.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static const char *const train_keys[] = {"file",     "time",   "time_unit", "neuron",
                                         "receptor", "weight", "unit"};

/* Events of a list's entries for all cells, 24 bytes each. */
#define TRAIN_MAX_TO_ALL (UINT64_C(1) << 24)

/* Events for one target, or for all that have as many cells. */
struct train_part {
    uint32_t *to;
    uint32_t n_to, n_cells;
    struct series spikes;
};

struct train_reader {
    struct network_reader *r;
    struct desc_input *in;
    const char *what;
    struct input_window window;
    struct train_part *parts;
    uint32_t n_parts;
    uint32_t weights_capacity;
    uint64_t n_to_all;
};

/* Targets with as many cells share their events. */
static bool make_parts(struct train_reader *t)
{
    struct arena *const arena = t->r->l->arena;
    t->parts = arena_alloc(arena, t->in->n_to, sizeof *t->parts);
    for (uint32_t k = 0; t->parts != NULL && k < t->in->n_to; k++) {
        const uint32_t n_cells = t->r->net->populations[t->in->to[k]].n;
        uint32_t p = 0;
        while (p < t->n_parts && t->parts[p].n_cells != n_cells) {
            p++;
        }
        struct train_part *const part = &t->parts[p];
        if (p == t->n_parts) {
            *part = (struct train_part){
                .n_cells = n_cells, .to = arena_alloc(arena, t->in->n_to, sizeof *part->to)};
            series_init(&part->spikes, sizeof(struct desc_spike), arena);
            t->n_parts++;
            if (part->to == NULL) {
                return false;
            }
        }
        part->to[part->n_to++] = t->in->to[k];
    }
    return t->parts != NULL;
}

static const struct model *model_of(const struct train_reader *t, uint32_t target)
{
    return t->r->net->populations[t->in->to[target]].model;
}

/* Number of a receptor among those that this input has met, or -1 where a target does not have
 * it. */
static int find_receptor(struct train_reader *t, const char *name)
{
    for (uint32_t k = 0; k < t->in->n_weights; k++) {
        if (strcasecmp(t->in->weights[k].receptor, name) == 0) {
            return (int)k;
        }
    }
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        if (model_find_receptor(model_of(t, k), name) < 0) {
            return -1;
        }
    }
    struct desc_weight *const w = arena_push(t->r->l->arena, &t->in->weights, &t->in->n_weights,
                                             &t->weights_capacity, sizeof *w);
    if (w == NULL) {
        return -1;
    }
    const struct model *const m = model_of(t, 0);
    *w = (struct desc_weight){.receptor = m->receptors[model_find_receptor(m, name)].name,
                              .at = t->in->at};
    return (int)t->in->n_weights - 1;
}

static const char *list_receptors(const struct train_reader *t)
{
    const struct model *const m = model_of(t, 0);
    const char *all = m->n_receptors == 0 ? "the model has none" : "the model has";
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        all = load_print(t->r->l, "%s%s %s", all, k == 0 ? "" : ",", m->receptors[k].name);
    }
    return all;
}

/* The receptor of a target's only one. -1 after a diagnostic. */
static int only_receptor(struct train_reader *t, const struct yaml *node)
{
    const struct model *const m = model_of(t, 0);
    const int found = m->n_receptors == 1 ? find_receptor(t, m->receptors[0].name) : -1;
    if (found < 0) {
        field_error(t->r->l, node, list_receptors(t), "%s names no receptor", t->what);
    }
    return found;
}

/* The dimension of a weight, as declared; NULL: unknown. */
static const struct unit *unit_of(const struct train_reader *t, uint32_t target, int receptor)
{
    const struct model *const m = model_of(t, target);
    const int index = model_find_receptor(m, t->in->weights[receptor].receptor);
    const struct model_state *const s = &m->states[m->receptors[index].state];
    return s->has_unit ? &s->unit : NULL;
}

/* May the weights of this receptor be below 0, in every target? */
static bool is_signed(const struct train_reader *t, int receptor)
{
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        const struct model *const m = model_of(t, k);
        const int index = model_find_receptor(m, t->in->weights[receptor].receptor);
        if (!model_receptor_is_signed(m, (uint32_t)index)) {
            return false;
        }
    }
    return true;
}

static double run_ms(const struct train_reader *t)
{
    return (double)t->r->net->n_steps * ((double)t->r->net->dt_fs / 1e12);
}

/* Is this time within the run? Before any window: a wrong time is wrong in any case. */
static bool is_in_run(const struct train_reader *t, double t_ms)
{
    return t_ms >= 0 && t_ms <= run_ms(t) * (1 + 1e-12);
}

/* One event, to one cell or (UINT32_MAX) to all. */
static bool push_event(struct train_reader *t, double t_ms, uint32_t neuron, int receptor,
                       double weight)
{
    const int64_t step = network_nearest_step(t->r, t_ms);
    if (step < t->window.from || step >= t->window.until) {
        return true;
    }
    for (uint32_t p = 0; p < t->n_parts; p++) {
        struct train_part *const part = &t->parts[p];
        const bool is_all = neuron == UINT32_MAX;
        const uint32_t first = is_all ? 0 : neuron, n = is_all ? part->n_cells : neuron + 1;
        t->n_to_all += is_all ? n : 0;
        for (uint32_t cell = first; cell < n && t->n_to_all <= TRAIN_MAX_TO_ALL; cell++) {
            struct desc_spike *const slot = series_push(&part->spikes);
            if (slot == NULL) {
                return false;
            }
            *slot = (struct desc_spike){
                .step = step, .neuron = cell, .receptor = (uint32_t)receptor, .weight = weight};
        }
    }
    return true;
}

/* A constant weight, checked against every target. */
static bool read_weight(struct train_reader *t, const struct yaml *node, int receptor,
                        double *out)
{
    struct load *const l = t->r->l;
    const char *const what = load_print(l, "a weight of %s", t->what);
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        const struct model *const m = model_of(t, k);
        const struct unit *const unit = unit_of(t, k, receptor);
        const struct scope scope = {.parent = &t->r->net->scope, .no_units = m->no_units};
        struct ast *const e =
            field_expression(l, node, &scope, m->no_units ? NULL : unit, 0, what);
        if (m->no_units && unit != NULL) {
            field_apply_unit(e, *unit, true);
        }
        if (e == NULL) {
            return false;
        }
        const bool has_sign = is_signed(t, receptor);
        if (!lang_constant(e, out) || !network_weight_is_right(*out, has_sign)) {
            field_error(l, node, NULL, "%s must be a constant%s", what,
                        has_sign ? ", and finite" : ", 0 or more");
            return false;
        }
    }
    return true;
}

static bool read_receptor(struct train_reader *t, const char *name, struct pos at, int *out)
{
    *out = find_receptor(t, name);
    if (*out >= 0) {
        return true;
    }
    diag_error(t->r->l->d, at, (uint32_t)strlen(name), list_receptors(t),
               "%s: there is no receptor '%.70s'", t->what, name);
    return false;
}

static bool read_neuron(struct train_reader *t, const struct yaml *node, uint32_t *out)
{
    uint64_t cell;
    if (!field_u64(t->r->l, node, load_print(t->r->l, "a neuron of %s", t->what), &cell)) {
        return false;
    }
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        const struct desc_population *const p = &t->r->net->populations[t->in->to[k]];
        if (cell >= p->n) {
            field_error(t->r->l, node, "cells count from 0",
                        "there is no neuron %llu: population '%s' has %u cells",
                        (unsigned long long)cell, p->name, p->n);
            return false;
        }
    }
    *out = (uint32_t)cell;
    return true;
}

/* [time, receptor, weight], [time, neuron, receptor, weight], [time, {receptor: weight}],
 * [time, neuron, {…}]. */
static bool read_event(struct train_reader *t, const struct yaml *event)
{
    struct load *const l = t->r->l;
    const bool has_map = event->kind == YAML_LIST && event->n >= 2 && event->n <= 3 &&
                         event->items[event->n - 1]->kind == YAML_MAP;
    if (event->kind != YAML_LIST || (!has_map && event->n != 3 && event->n != 4)) {
        field_error(l, event, "[20 ms, AMPA, 0.6 nS], or [20 ms, 7, AMPA, 0.6 nS] for neuron 7",
                    "an event of %s must have a time, a receptor and a weight", t->what);
        return false;
    }
    double t_ms;
    const char *const time_what = load_print(l, "a time of %s", t->what);
    if (!field_constant(l, event->items[0], &t->r->net->scope, &unit_ms, time_what, &t_ms)) {
        return false;
    }
    if (!is_in_run(t, t_ms)) {
        field_error(l, event->items[0], NULL, "%s is %.10g ms: the run goes from 0 to %.10g ms",
                    time_what, t_ms, run_ms(t));
        return false;
    }
    const uint32_t n_head = has_map ? event->n - 1 : event->n - 2;
    uint32_t neuron = UINT32_MAX;
    if (n_head == 2 && !read_neuron(t, event->items[1], &neuron)) {
        return false;
    }
    int receptor = -1;
    double weight = 0.0;
    if (!has_map) {
        const struct yaml *const name = event->items[n_head];
        return field_text(l, name, load_print(l, "a receptor of %s", t->what)) != NULL &&
               read_receptor(t, name->text, name->at, &receptor) &&
               read_weight(t, event->items[n_head + 1], receptor, &weight) &&
               push_event(t, t_ms, neuron, receptor, weight);
    }
    const struct yaml *const map = event->items[n_head];
    bool is_right = true;
    for (uint32_t k = 0; k < map->n; k++) {
        is_right &= read_receptor(t, map->keys[k], map->key_at[k], &receptor) &&
                    read_weight(t, map->items[k], receptor, &weight) &&
                    push_event(t, t_ms, neuron, receptor, weight);
    }
    return is_right;
}

static bool read_inline(struct train_reader *t, const struct yaml *list)
{
    bool is_right = true;
    for (uint32_t k = 0; k < list->n; k++) {
        is_right &= read_event(t, list->items[k]);
    }
    if (t->n_to_all > TRAIN_MAX_TO_ALL) {
        field_error(t->r->l, list, "name the neurons, or give the events in a file",
                    "%s has %llu events in all cells, most is %llu", t->what,
                    (unsigned long long)t->n_to_all, (unsigned long long)TRAIN_MAX_TO_ALL);
    }
    return is_right && t->n_to_all <= TRAIN_MAX_TO_ALL;
}

/* Columns of the file, or what stands for them. */
struct train_columns {
    struct csv *csv;
    struct csv_quantity time, weight;
    int neuron, receptor;                 /* receptor: a column, or -1 */
    int fixed_receptor;                   /* where there is no such column */
    const struct yaml *fixed_weight_node; /* a weight for all rows, or NULL */
    double fixed_weight;
};

static bool choose_receptor(struct train_reader *t, const struct yaml *node,
                            const struct yaml *file, struct train_columns *c)
{
    c->receptor = csv_find(c->csv, node == NULL ? "receptor" : node->text);
    if (c->receptor >= 0) {
        return true;
    }
    if (node == NULL) {
        c->fixed_receptor = only_receptor(t, file);
        return c->fixed_receptor >= 0;
    }
    c->fixed_receptor = find_receptor(t, node->text);
    if (c->fixed_receptor < 0) {
        field_error(t->r->l, node, list_receptors(t),
                    "%s: '%.70s' is neither a column of '%s' nor a receptor", t->what,
                    node->text, csv_file(c->csv));
    }
    return c->fixed_receptor >= 0;
}

/* The unit of a weight column fits whatever receptor a row may name: it is checked with the
 * first one's, and again where another is met. */
static bool check_weight_unit(struct train_reader *t, const struct yaml *unit,
                              const struct yaml *at, int receptor, struct train_columns *c)
{
    const int column = c->weight.column;
    const char *const what = load_print(t->r->l, "the weights of %s", t->what);
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        if (!csv_read_unit(t->r->l, unit, unit_of(t, k, receptor), model_of(t, k)->no_units, at,
                           what, &c->weight)) {
            return false;
        }
    }
    c->weight.column = column;
    return true;
}

static bool choose_weight(struct train_reader *t, struct yaml *map, const struct yaml *file,
                          struct train_columns *c)
{
    static const char *const standard[] = {"weight"};
    const struct yaml *const node = field_get(map, "weight");
    if (node != NULL && node->kind == YAML_SCALAR && csv_find(c->csv, node->text) < 0) {
        c->fixed_weight_node = node;
        return c->receptor >= 0 || read_weight(t, node, c->fixed_receptor, &c->fixed_weight);
    }
    c->weight.column = csv_choose(c->csv, node, standard, 1, file, t->what);
    return c->weight.column >= 0 &&
           (c->receptor >= 0 ||
            check_weight_unit(t, field_get(map, "unit"), map, c->fixed_receptor, c));
}

static bool choose_columns(struct train_reader *t, struct yaml *map, struct yaml *file,
                           struct train_columns *c)
{
    static const char *const times[] = {"time"}, *const neurons[] = {"neuron"};
    struct load *const l = t->r->l;
    const struct yaml *const time = field_get(map, "time"), *const neuron =
                                                                field_get(map, "neuron");
    const struct yaml *const receptor = field_get(map, "receptor");
    const struct yaml *const time_unit = field_get(map, "time_unit");
    if (receptor != NULL &&
        field_text(l, receptor, load_print(l, "receptor of %s", t->what)) == NULL) {
        return false;
    }
    c->time.unit = unit_ms;
    bool is_right =
        time_unit == NULL || csv_read_unit(l, time_unit, &unit_ms, false, map,
                                           load_print(l, "the times of %s", t->what), &c->time);
    c->time.column = csv_choose(c->csv, time, times, 1, file, t->what);
    c->neuron = csv_choose(c->csv, neuron, neurons, 1, file, t->what);
    is_right &= c->time.column >= 0 && c->neuron >= 0;
    return choose_receptor(t, receptor, file, c) && choose_weight(t, map, file, c) && is_right;
}

/* The receptor of this row; rows in a run mostly name the same few. -1 after a diagnostic. */
static int row_receptor(struct train_reader *t, struct train_columns *c, int last)
{
    if (c->receptor < 0) {
        return c->fixed_receptor;
    }
    if (last >= 0 && csv_text_is(c->csv, c->receptor, t->in->weights[last].receptor)) {
        return last;
    }
    size_t n;
    char name[128];
    const char *const text = csv_text(c->csv, c->receptor, &n);
    const size_t kept = n < sizeof name ? n : sizeof name - 1;
    memcpy(name, text, kept);
    name[kept] = '\0';
    const int found = find_receptor(t, name);
    if (found < 0) {
        csv_error(c->csv, c->receptor, list_receptors(t), "there is no receptor '%s'",
                  csv_quote(c->csv, c->receptor));
    }
    return found;
}

static bool read_row(struct train_reader *t, struct train_columns *c, uint32_t n_cells,
                     const char *whose, int receptor)
{
    double t_ms, weight = c->fixed_weight;
    uint32_t neuron;
    if (!csv_read_quantity(c->csv, &c->time, &t_ms)) {
        return false;
    }
    if (!is_in_run(t, t_ms)) {
        csv_error(c->csv, c->time.column, NULL, "%.10g ms: the run goes from 0 to %.10g ms",
                  t_ms, run_ms(t));
        return false;
    }
    if (!csv_index(c->csv, c->neuron, n_cells, whose, &neuron) ||
        (c->fixed_weight_node == NULL && !csv_read_quantity(c->csv, &c->weight, &weight))) {
        return false;
    }
    const bool has_sign = weight < 0 && is_signed(t, receptor);
    if (!network_weight_is_right(weight, has_sign)) {
        csv_error(c->csv, c->weight.column,
                  weight < 0 && !has_sign ? NETWORK_WEIGHT_HINT : NULL,
                  has_sign ? "%s: a weight must be finite" : "%s: a weight must be 0 or more",
                  csv_quote(c->csv, c->weight.column));
        return false;
    }
    return push_event(t, t_ms, neuron, receptor, weight);
}

static bool read_rows(struct train_reader *t, struct yaml *map, struct train_columns *c)
{
    uint32_t n_cells = UINT32_MAX, n_checked = c->receptor < 0 ? UINT32_MAX : 0;
    const char *whose = "";
    for (uint32_t k = 0; k < t->in->n_to; k++) {
        const struct desc_population *const p = &t->r->net->populations[t->in->to[k]];
        whose = p->n < n_cells ? load_print(t->r->l, "population '%s'", p->name) : whose;
        n_cells = p->n < n_cells ? p->n : n_cells;
    }
    const struct yaml *const unit = field_get(map, "unit");
    int receptor = -1;
    bool is_right = true;
    while (csv_next(c->csv)) {
        receptor = row_receptor(t, c, receptor);
        for (; receptor >= 0 && n_checked < t->in->n_weights; n_checked++) {
            /* A receptor that no row before has named. */
            if (c->fixed_weight_node != NULL
                    ? !read_weight(t, c->fixed_weight_node, (int)n_checked, &c->fixed_weight)
                    : !check_weight_unit(t, unit, map, (int)n_checked, c)) {
                return false;
            }
        }
        is_right &= receptor >= 0 && read_row(t, c, n_cells, whose, receptor);
    }
    return is_right && !csv_failed(c->csv);
}

static bool read_file(struct train_reader *t, struct yaml *map)
{
    struct yaml *const file = field_get(map, "file");
    for (size_t k = 0; k < sizeof train_keys / sizeof train_keys[0]; k++) {
        (void)yaml_get(map, train_keys[k]);
    }
    field_report_unused(t->r->l, map, load_print(t->r->l, "'spikes' of %s", t->what),
                        train_keys, sizeof train_keys / sizeof train_keys[0]);
    if (file == NULL) {
        field_error(t->r->l, map, "spikes: {file: train.csv}", "'spikes' of %s names no 'file'",
                    t->what);
        return false;
    }
    struct train_columns c = {
        .csv = csv_open(t->r->l, file), .receptor = -1, .fixed_receptor = -1};
    const bool is_right =
        c.csv != NULL && choose_columns(t, map, file, &c) && read_rows(t, map, &c);
    csv_close(c.csv);
    return is_right;
}

void inputs_read_train(struct inputs *s, struct yaml *entry, struct yaml *spikes,
                       struct desc_input *in, const char *what)
{
    struct network_reader *const r = s->r;
    struct train_reader t = {.r = r, .in = in, .what = what};
    inputs_read_window(r, entry, what, &t.window);
    for (uint32_t k = 0; k < in->n_to; k++) {
        if (r->net->populations[in->to[k]].model == NULL) {
            return; /* its model has errors of its own */
        }
    }
    const bool is_single = spikes->kind == YAML_SCALAR;
    if (is_single) {
        field_error(r->l, spikes,
                    "spikes: {file: train.csv}, or spikes: [[20 ms, AMPA, 0.6 nS]]",
                    "'spikes' of %s must be a list of events or name a file", what);
    }
    const bool is_right =
        !is_single && make_parts(&t) &&
        (spikes->kind == YAML_MAP ? read_file(&t, spikes) : read_inline(&t, spikes));
    for (uint32_t p = 0; p < t.n_parts; p++) {
        struct train_part *const part = &t.parts[p];
        struct desc_input one = *in;
        one.to = part->to;
        one.n_to = part->n_to;
        one.n_spikes = part->spikes.n;
        if (is_right) {
            one.spikes = series_flatten(&part->spikes);
            inputs_push(s, &one);
        }
        series_fini(&part->spikes);
    }
}
