/* Connections given one by one: a file with a row for each, by the indices of its two cells. */
#include "desc/csv.h"
#include "desc/network_inside.h"
#include "desc/series.h"

#include "shared/types.h"

#include <string.h>

struct edges_reader {
    struct network_reader *r;
    const char *what;
    struct desc_projection *p;
    struct csv *csv;
    const struct desc_population *from, *to;
    int source, target;
    struct csv_quantity *weight; /* [p->n_weights] column -1: an expression */
    bool *is_signed;             /* [p->n_weights] may be below 0 */
    struct csv_quantity delay;   /* column -1: an expression */
    struct series sources, targets, delays, *weights;
};

static bool find_ends(struct edges_reader *e)
{
    struct desc_projection *const p = e->p;
    if (p->n_from != 1 || p->n_to != 1) {
        diag_error(
            e->r->l->d, p->at, (uint32_t)strlen(p->name),
            "write one projection for each pair of populations",
            "%s: rule edges connects one population to one other: indices count within them",
            e->what);
        return false;
    }
    e->from = &e->r->net->populations[p->from[0]];
    e->to = &e->r->net->populations[p->to[0]];
    return true;
}

/* {column: delay_ms, unit: ms} */
static bool choose_delay(struct edges_reader *e, struct yaml *node)
{
    static const char *const known[] = {"column", "unit"};
    struct load *const l = e->r->l;
    const char *const what = load_print(l, "delay of %s", e->what);
    e->delay.column = -1;
    if (node == NULL) {
        return true;
    }
    const struct yaml *const column = field_get(node, "column"), *const unit =
                                                                     field_get(node, "unit");
    field_report_unused(l, node, what, known, 2);
    if (column == NULL) {
        field_error(l, node, "{column: delay_ms, unit: ms}", "%s has no 'column'", what);
        return false;
    }
    if (!csv_read_unit(l, unit, &unit_ms, false, node, what, &e->delay)) {
        return false;
    }
    e->delay.column = csv_choose(e->csv, column, NULL, 0, column, what);
    return e->delay.column >= 0;
}

static bool choose_columns(struct edges_reader *e, struct yaml *entry, const struct yaml *file,
                           const struct weight_column *columns, struct yaml *delay)
{
    static const char *const sources[] = {"source", "pre"}, *const targets[] = {"target",
                                                                                "post"};
    struct load *const l = e->r->l;
    e->source = csv_choose(e->csv, field_get(entry, "source"), sources, 2, file, e->what);
    e->target = csv_choose(e->csv, field_get(entry, "target"), targets, 2, file, e->what);
    bool is_right = choose_delay(e, delay) && e->source >= 0 && e->target >= 0;
    e->weight = arena_alloc(l->arena, e->p->n_weights, sizeof *e->weight);
    e->weights = arena_alloc(l->arena, e->p->n_weights, sizeof *e->weights);
    e->is_signed = arena_alloc(l->arena, e->p->n_weights, sizeof *e->is_signed);
    if (e->weight == NULL || e->weights == NULL || e->is_signed == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < e->p->n_weights; k++) {
        series_init(&e->weights[k], sizeof(double), l->arena);
        e->weight[k].column = -1;
        if (columns == NULL || columns[k].column == NULL) {
            continue;
        }
        const char *const what = load_print(l, "weight of %s", e->what);
        is_right &= csv_read_unit(l, columns[k].unit, columns[k].wanted, columns[k].no_units,
                                  columns[k].node, what, &e->weight[k]);
        e->weight[k].column = csv_choose(e->csv, columns[k].column, NULL, 0, file, what);
        is_right &= e->weight[k].column >= 0;
        e->is_signed[k] = columns[k].is_signed;
    }
    return is_right;
}

static bool push_u32(struct series *s, uint32_t value)
{
    uint32_t *const slot = series_push(s);
    if (slot != NULL) {
        *slot = value;
    }
    return slot != NULL;
}

static bool read_weight(struct edges_reader *e, uint32_t k)
{
    const bool is_signed = e->is_signed[k];
    double weight;
    if (!csv_read_quantity(e->csv, &e->weight[k], &weight)) {
        return true; /* said; the next row may be right */
    }
    if (!network_weight_is_right(weight, is_signed)) {
        csv_error(e->csv, e->weight[k].column,
                  weight < 0 && !is_signed ? NETWORK_WEIGHT_HINT : NULL,
                  is_signed ? "%s: a weight must be finite"
                            : "%s: a weight must be 0 or more, and finite",
                  csv_quote(e->csv, e->weight[k].column));
        return true;
    }
    double *const slot = series_push(&e->weights[k]);
    if (slot != NULL) {
        *slot = weight;
    }
    return slot != NULL;
}

static bool read_delay(struct edges_reader *e)
{
    double t_ms;
    if (!csv_read_quantity(e->csv, &e->delay, &t_ms)) {
        return true;
    }
    const int64_t steps = network_nearest_step(e->r, t_ms);
    if (t_ms < 0 || steps > (int64_t)DELAY_MAX) {
        csv_error(e->csv, e->delay.column, NULL,
                  "a delay of %.10g ms: from 0 to %u steps are possible", t_ms, DELAY_MAX);
        return true;
    }
    return push_u32(&e->delays, (uint32_t)steps);
}

/* false: memory is out. A row with faults is said and left out; there is no network then. */
static bool read_row(struct edges_reader *e, const char *from, const char *to)
{
    uint32_t source = 0, target = 0;
    bool is_whole = true;
    if (csv_index(e->csv, e->source, e->from->n, from, &source)) {
        is_whole &= push_u32(&e->sources, source);
    }
    if (csv_index(e->csv, e->target, e->to->n, to, &target)) {
        is_whole &= push_u32(&e->targets, target);
    }
    for (uint32_t k = 0; k < e->p->n_weights; k++) {
        is_whole &= e->weight[k].column < 0 || read_weight(e, k);
    }
    return is_whole && (e->delay.column < 0 || read_delay(e));
}

static bool read_rows(struct edges_reader *e)
{
    struct load *const l = e->r->l;
    const char *const from = load_print(l, "population '%s'", e->from->name);
    const char *const to = load_print(l, "population '%s'", e->to->name);
    while (csv_next(e->csv)) {
        if (csv_row(e->csv) > UINT32_MAX) {
            csv_error(e->csv, e->source, NULL, "more than %u edges in one projection",
                      UINT32_MAX);
            return false;
        }
        if (!read_row(e, from, to)) {
            return false;
        }
    }
    return !csv_failed(e->csv);
}

static struct desc_edges *finish(struct edges_reader *e)
{
    struct arena *const arena = e->r->l->arena;
    struct desc_edges *const out = arena_alloc(arena, 1, sizeof *out);
    double **const weight = arena_alloc(arena, e->p->n_weights, sizeof *weight);
    if (out == NULL || weight == NULL) {
        return NULL;
    }
    out->n = e->sources.n;
    out->weight = weight;
    out->source = series_flatten(&e->sources);
    out->target = series_flatten(&e->targets);
    out->delay = e->delay.column < 0 ? NULL : series_flatten(&e->delays);
    for (uint32_t k = 0; k < e->p->n_weights; k++) {
        weight[k] = e->weight[k].column < 0 ? NULL : series_flatten(&e->weights[k]);
    }
    return arena_failed(arena) ? NULL : out;
}

void network_read_edges(struct network_reader *r, struct yaml *entry, const char *what,
                        const struct weight_column *columns, struct yaml *delay,
                        struct desc_projection *p)
{
    struct edges_reader e = {.r = r, .what = what, .p = p};
    struct yaml *const file = field_get(entry, "file");
    if (file == NULL) {
        diag_error(r->l->d, p->at, (uint32_t)strlen(p->name), "file: edges.csv",
                   "%s: rule edges needs 'file'", what);
        return;
    }
    if (!find_ends(&e)) {
        return;
    }
    series_init(&e.sources, sizeof(uint32_t), r->l->arena);
    series_init(&e.targets, sizeof(uint32_t), r->l->arena);
    series_init(&e.delays, sizeof(uint32_t), r->l->arena);
    e.csv = csv_open(r->l, file);
    if (e.csv != NULL && choose_columns(&e, entry, file, columns, delay) && read_rows(&e)) {
        p->edges = finish(&e);
    }
    csv_close(e.csv);
    series_fini(&e.sources);
    series_fini(&e.targets);
    series_fini(&e.delays);
    for (uint32_t k = 0; e.weights != NULL && k < p->n_weights; k++) {
        series_fini(&e.weights[k]);
    }
}
