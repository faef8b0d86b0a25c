/* The formula is evaluated for all steps of a slice at once: a term is a word whose bit s says
 * whether it holds after step first + s, and the operators are those of words. */
#include "sim/stop.h"

#include <stdlib.h>

bool sim_stop_is_all(const struct network *n, uint32_t population, uint32_t stop)
{
    const struct desc_stop *const d = n->desc == NULL ? NULL : n->desc->stop;
    uint32_t rank = 0;
    for (uint32_t t = 0; d != NULL && t < d->n_terms; t++) {
        if (d->terms[t].population == population && rank++ == stop) {
            return d->terms[t].is_all;
        }
    }
    return false;
}

static const struct desc_stop *stop_of(const struct network *n)
{
    return n->desc == NULL ? NULL : n->desc->stop;
}

/* A population's stops come after those of all populations before, in the description's order.
 */
static uint32_t stop_place(const struct network *n, uint32_t term)
{
    const struct desc_stop *const d = n->desc->stop;
    const uint32_t population = d->terms[term].population;
    uint32_t at = 0, rank = 0;
    for (uint32_t p = 0; p < population; p++) {
        at += n->populations[p].step.n_stops;
    }
    for (uint32_t t = 0; t < term; t++) {
        rank += d->terms[t].population == population ? 1 : 0;
    }
    ASSERT(rank < n->populations[population].step.n_stops);
    return at + rank;
}

enum err_code stop_init(struct stop *s, const struct network *n, struct err *e)
{
    *s = (struct stop){.network = n};
    const struct desc_stop *const d = stop_of(n);
    if (d == NULL) {
        return ERR_OK;
    }
    ERR_TRY(mem_alloc(&s->places, d->n_terms, sizeof *s->places, e));
    ERR_TRY(mem_alloc(&s->words, d->n_nodes, sizeof *s->words, e));
    for (uint32_t t = 0; t < d->n_terms; t++) {
        s->places[t] = stop_place(n, t);
    }
    return ERR_OK;
}

void stop_fini(struct stop *s)
{
    mem_free(s->places);
    mem_free(s->words);
    *s = (struct stop){0};
}

static uint32_t stop_term(const struct stop *s, const struct sim_drained *drained, uint32_t t)
{
    const uint32_t reported = drained->stop_steps[s->places[t]];
    /* all(…) reports the cells where its condition does not hold */
    return s->network->desc->stop->terms[t].is_all ? ~reported : reported;
}

/* Operands come before their operator, so one pass over the nodes is enough. */
uint32_t stop_find(struct stop *s, const struct sim_drained *drained, uint32_t n_steps)
{
    const struct desc_stop *const d = stop_of(s->network);
    if (d == NULL || drained->first < 0 || n_steps == 0) {
        return UINT32_MAX;
    }
    uint32_t *const words = s->words;
    for (uint32_t k = 0; k < d->n_nodes; k++) {
        const struct desc_stop_node *const node = &d->nodes[k];
        switch (node->op) {
        case DESC_STOP_TERM:
            words[k] = stop_term(s, drained, node->a);
            break;
        case DESC_STOP_AND:
            words[k] = words[node->a] & words[node->b];
            break;
        case DESC_STOP_OR:
            words[k] = words[node->a] | words[node->b];
            break;
        case DESC_STOP_NOT:
            words[k] = ~words[node->a];
            break;
        }
    }
    const uint32_t wanted = n_steps >= 32 ? UINT32_MAX : (1u << n_steps) - 1u;
    const uint32_t holds = words[d->n_nodes - 1] & wanted;
    return holds == 0 ? UINT32_MAX : (uint32_t)__builtin_ctz(holds);
}

static int stop_compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

enum err_code stop_list_cells(const struct stop *s, const struct sim_drained *drained,
                              uint32_t offset, struct sim_report *r, struct err *e)
{
    const struct desc_stop *const d = s->network->desc->stop;
    for (uint32_t t = 0; t < d->n_terms; t++) {
        const uint32_t place = s->places[t];
        const struct spike_entry *const entries = drained->stop_entries[place];
        const uint32_t n = drained->n_stop_entries[place];
        if (d->terms[t].is_all || n == 0) {
            continue;
        }
        ERR_TRY(mem_alloc(&r->stop_cells[t], n, sizeof **r->stop_cells, e));
        for (uint32_t k = 0; k < n; k++) {
            if ((entries[k].steps >> offset & 1u) != 0) {
                r->stop_cells[t][r->n_stop_cells[t]++] = entries[k].cell;
            }
        }
        qsort(r->stop_cells[t], r->n_stop_cells[t], sizeof **r->stop_cells, stop_compare);
    }
    return ERR_OK;
}
