/* net/trace.c: recorded quantities: one net_trace per entry of the file, population and
 * variable. */
#include "net/inside.h"
#include "base/stream.h"

#include <string.h>

static uint32_t find_sample(const struct net_population *p, const struct desc_variable *v)
{
    for (uint32_t k = 0; k < p->step.n_samples; k++) {
        if (p->records[k].value == v->value && strcmp(p->records[k].name, v->name) == 0) {
            return k;
        }
    }
    return UINT32_MAX;
}

/* Random cells depend on the population's name alone, so that every entry that asks for as many
 * records the same cells. */
static enum err_code choose_cells(struct network *n, const struct desc_cells *from,
                                  const struct net_population *p, uint32_t **cells,
                                  uint32_t *n_cells, struct err *e)
{
    uint32_t count = from->n_cells;
    if (from->n_random > 0) {
        count = from->n_random < p->n ? from->n_random : p->n;
    } else if (from->is_all) {
        count = p->n;
    }
    *cells = arena_alloc(n->arena, count, sizeof **cells);
    ERR_IF(*cells == NULL, e, ERR_NOMEM, "no memory for the recorded cells of '%s'", p->name);
    *n_cells = count;
    if (from->n_random > 0) {
        const uint64_t key = net_stream_key(n, STREAM_SELECTION, p->name, NULL, NULL);
        return net_select_cells(key, p->n, count, *cells, e);
    }
    uint32_t kept = 0;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t cell = from->is_all ? k : from->cells[k];
        if (cell < p->n) {
            (*cells)[kept++] = cell;
        }
    }
    *n_cells = kept;
    return ERR_OK;
}

static enum err_code create_trace(struct network *n, const struct desc_trace *t,
                                  uint32_t population, uint32_t *room, struct err *e)
{
    const struct net_population *const p = &n->populations[population];
    uint32_t *cells = NULL, n_cells = 0;
    ERR_TRY(choose_cells(n, &t->cells, p, &cells, &n_cells, e));
    for (uint32_t k = 0; k < t->n_variables; k++) {
        const uint32_t sample = find_sample(p, &t->variables[k]);
        ASSERT(sample != UINT32_MAX);
        struct net_trace *const out =
            arena_push(n->arena, &n->traces, &n->n_traces, room, sizeof *n->traces);
        ERR_IF(out == NULL, e, ERR_NOMEM, "no memory for the traces of '%s'", p->name);
        *out = (struct net_trace){.population = population,
                                  .sample = sample,
                                  .cells = cells,
                                  .n_cells = n_cells,
                                  .every = t->every,
                                  .from = t->from,
                                  .until = t->until,
                                  .variable = t->variables[k].name,
                                  .unit = p->step.samples[sample].unit};
    }
    return ERR_OK;
}

enum err_code net_traces_create(struct network *n, struct err *e)
{
    uint32_t room = 0;
    for (uint32_t t = 0; t < n->desc->n_traces; t++) {
        for (uint32_t k = 0; k < n->desc->traces[t].n_of; k++) {
            ERR_TRY(create_trace(n, &n->desc->traces[t], n->desc->traces[t].of[k], &room, e));
        }
    }
    return ERR_OK;
}
