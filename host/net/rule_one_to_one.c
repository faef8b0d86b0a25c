/* net/rule_one_to_one.c: source k reaches target k. */
#include "net/inside.h"

static void check(const struct net_group *g, struct diag_list *d)
{
    if (g->n_pre != g->n_post) {
        diag_error(d, g->projection->at, 0, "one_to_one needs populations of one size",
                   "projection '%s' connects one to one, but '%s' has %u cells and '%s' has %u",
                   g->projection->name, g->pre->name, g->n_pre, g->post->name, g->n_post);
    }
}

static double expected(const struct net_group *g)
{
    return g->no_autapses ? 0.0 : (double)g->n_pre;
}

static enum err_code draw_rows(struct rule_build *b, uint32_t thread, uint32_t lo, uint32_t hi,
                               uint32_t *row_count, struct net_edges *out, struct err *e)
{
    (void)thread;
    ERR_TRY(net_edges_reserve(out, hi - lo, e));
    for (uint32_t i = lo; i < hi; i++) {
        row_count[i - lo] = b->group->no_autapses ? 0 : 1;
        out->ids[out->n] = i;
        out->n += row_count[i - lo];
    }
    return ERR_OK;
}

const struct net_rule net_rule_one_to_one = {.id = RULE_ONE_TO_ONE,
                                             .name = "one_to_one",
                                             .check = check,
                                             .expected = expected,
                                             .draw_rows = draw_rows};
