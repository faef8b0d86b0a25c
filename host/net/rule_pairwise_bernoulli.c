/* net/rule_pairwise_bernoulli.c: every ordered pair on its own with probability p.
 * The word of pair (i, j) is one of a block of 64 targets (wire_words), so a row is drawn in
 * blocks of INTERP_BLOCK. A constant p is an integer threshold p*2^32, so that p = 1 connects
 * all; an expression is compared in float32: u01(word) < p. */
#include "net/inside.h"
#include "net/pair_eval.h"
#include "net/wire_loops.h"

#include <math.h>

static double expected(const struct net_group *g)
{
    const struct net_conn *const c = &g->conns[0];
    return net_group_pairs(g) * (c->has_constant_p ? c->p : 1.0);
}

/* One block of a row; *any is false where a constant p of 0 connects nothing. */
static bool find_hits(const struct rule_build *b, struct rule_thread *t, uint32_t i,
                      uint32_t first, uint32_t n, uint8_t *hit)
{
    const struct net_group *const g = b->group;
    const struct net_conn *const c = &g->conns[0];
    uint32_t words[INTERP_BLOCK];
    wire_words(c->wiring_key, i, first / 64, (n + 63) / 64, words);
    if (t->p == NULL) {
        const double threshold = floor(c->p * 4294967296.0 + 0.5);
        if (!(threshold >= 1.0)) {
            return false;
        }
        wire_hits_threshold(words, (uint32_t)(threshold - 1.0), n, hit);
    } else {
        pair_eval_row(t->p, i, first, n);
        if (g->no_autapses && i >= first && i < first + n) {
            ((float *)t->p->out[0])[i - first] =
                0.0f; /* an autapse that is forbidden has no p to complain of */
        }
        if (wire_hits_p(words, t->p->out[0], n, hit, &t->largest_p) != 0 && i < t->bad_row) {
            t->bad_row = i;
        }
    }
    if (g->no_autapses && i >= first && i < first + n) {
        hit[i - first] = 0;
    }
    return true;
}

static enum err_code draw_rows(struct rule_build *b, uint32_t thread, uint32_t lo, uint32_t hi,
                               uint32_t *row_count, struct net_edges *out, struct err *e)
{
    struct rule_thread *const t = &b->threads[thread];
    const uint32_t n_post = b->group->n_post;
    uint8_t hit[INTERP_BLOCK];
    for (uint32_t i = lo; i < hi; i++) {
        const size_t before = out->n;
        for (uint32_t first = 0; first < n_post; first += INTERP_BLOCK) {
            const uint32_t n = n_post - first < INTERP_BLOCK ? n_post - first : INTERP_BLOCK;
            if (find_hits(b, t, i, first, n, hit)) {
                ERR_TRY(net_edges_reserve(out, INTERP_BLOCK + 1, e));
                out->n += wire_collect(hit, n, first, out->ids + out->n);
            }
        }
        row_count[i - lo] = (uint32_t)(out->n - before);
    }
    return ERR_OK;
}

const struct net_rule net_rule_pairwise_bernoulli = {.id = RULE_PAIRWISE_BERNOULLI,
                                                     .name = "pairwise_bernoulli",
                                                     .expected = expected,
                                                     .draw_rows = draw_rows};
