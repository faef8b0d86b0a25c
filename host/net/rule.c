/* net/rule.c: the table of rules, and what several of them need. */
#include "net/inside.h"

#include <string.h>

static const struct net_rule *const rules[DESC_RULE_N] = {
    [RULE_PAIRWISE_BERNOULLI] = &net_rule_pairwise_bernoulli,
    [RULE_FIXED_INDEGREE] = &net_rule_fixed_indegree,
    [RULE_ONE_TO_ONE] = &net_rule_one_to_one,
    [RULE_ALL_TO_ALL] = &net_rule_all_to_all,
    [RULE_EDGES] = &net_rule_edges,
};

const struct net_rule *net_rule_of(enum desc_rule rule)
{
    ASSERT((unsigned)rule < DESC_RULE_N && rules[rule] != NULL);
    return rules[rule];
}

enum err_code net_edges_reserve(struct net_edges *l, size_t n, struct err *e)
{
    if (l->n + n <= l->capacity) {
        return ERR_OK;
    }
    return mem_grow(&l->ids, &l->capacity, l->n + n, sizeof *l->ids, e);
}

enum err_code net_rule_copy_rows(struct rule_build *b, uint32_t thread, uint32_t lo,
                                 uint32_t hi, uint32_t *row_count, struct net_edges *out,
                                 struct err *e)
{
    (void)thread;
    const size_t n = (size_t)(b->row_ptr[hi] - b->row_ptr[lo]);
    if (n > 0) {
        ERR_TRY(net_edges_reserve(out, n, e));
        memcpy(out->ids + out->n, b->ids + b->row_ptr[lo], n * sizeof *b->ids);
    }
    out->n += n;
    for (uint32_t i = lo; i < hi; i++) {
        row_count[i - lo] = (uint32_t)(b->row_ptr[i + 1] - b->row_ptr[i]);
    }
    return ERR_OK;
}

double net_group_pairs(const struct net_group *g)
{
    const double all = (double)g->n_pre * (double)g->n_post;
    return g->no_autapses ? all - (double)g->n_pre : all;
}
