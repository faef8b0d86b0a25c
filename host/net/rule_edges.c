/* net/rule_edges.c: connections that are given one by one: ids are targets, a pair may stand
 * several times. */
#include "net/inside.h"

#include <stdlib.h>

static double expected(const struct net_group *g)
{
    return (double)g->projection->edges->n;
}

static int compare_ids(const void *pa, const void *pb)
{
    const uint32_t *const a = pa, *const b = pb;
    return (*a > *b) - (*a < *b);
}

static enum err_code draw_rows(struct rule_build *b, uint32_t thread, uint32_t lo, uint32_t hi,
                               uint32_t *row_count, struct net_edges *out, struct err *e)
{
    (void)thread;
    const struct desc_edges *const edges = b->group->projection->edges;
    for (uint32_t i = lo; i < hi; i++) {
        const size_t before = out->n;
        for (uint64_t k = 0; k < edges->n; k++) {
            if (edges->source[k] == i) {
                ERR_TRY(net_edges_reserve(out, 1, e));
                out->ids[out->n++] = edges->target[k];
            }
        }
        row_count[i - lo] = (uint32_t)(out->n - before);
        if (out->n > before) {
            qsort(out->ids + before, out->n - before, sizeof *out->ids, compare_ids);
        }
    }
    return ERR_OK;
}

const struct net_rule net_rule_edges = {
    .id = RULE_EDGES, .name = "edges", .expected = expected, .draw_rows = draw_rows};
