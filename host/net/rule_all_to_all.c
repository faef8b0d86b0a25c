/* net/rule_all_to_all.c: every source reaches every target. */
#include "net/inside.h"

static double expected(const struct net_group *g)
{
    return net_group_pairs(g);
}

static enum err_code draw_rows(struct rule_build *b, uint32_t thread, uint32_t lo, uint32_t hi,
                               uint32_t *row_count, struct net_edges *out, struct err *e)
{
    (void)thread;
    const struct net_group *const g = b->group;
    ERR_TRY(net_edges_reserve(out, (size_t)(hi - lo) * g->n_post, e));
    for (uint32_t i = lo; i < hi; i++) {
        const size_t before = out->n;
        for (uint32_t j = 0; j < g->n_post; j++) {
            out->ids[out->n] = j;
            out->n += g->no_autapses && i == j ? 0 : 1;
        }
        row_count[i - lo] = (uint32_t)(out->n - before);
    }
    return ERR_OK;
}

const struct net_rule net_rule_all_to_all = {
    .id = RULE_ALL_TO_ALL, .name = "all_to_all", .expected = expected, .draw_rows = draw_rows};
