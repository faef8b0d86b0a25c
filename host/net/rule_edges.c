/* net/rule_edges.c: connections that are given one by one. An edge's id is its place in the
 * file; a pair may stand several times. Rows come from two counting sorts, by target, then by
 * source: both are stable, so that a row stands by target and ties stand as in the file, in
 * time linear in edges and cells. */
#include "net/inside.h"

#include <string.h>

static double expected(const struct net_group *g)
{
    return (double)g->given->n;
}

/* Sizes and pairs that cannot be. */
static void check(const struct net_group *g, struct diag_list *d)
{
    const struct desc_projection *const p = g->projection;
    const struct desc_edges *const x = g->given;
    if (x->n > UINT32_MAX) {
        diag_error(d, p->at, 0, "split the file into several projections",
                   "projection '%s' has %llu edges, most is %u", p->name,
                   (unsigned long long)x->n, UINT32_MAX);
        return;
    }
    for (uint64_t k = 0; k < x->n; k++) {
        if (x->source[k] >= g->n_pre || x->target[k] >= g->n_post) {
            diag_error(d, p->at, 0, NULL,
                       "projection '%s', edge %llu: from cell %u to cell %u, but '%s' has %u "
                       "cells and '%s' has %u",
                       p->name, (unsigned long long)k + 1, x->source[k], x->target[k],
                       g->pre->name, g->n_pre, g->post->name, g->n_post);
            return;
        }
        if (g->no_autapses && x->source[k] == x->target[k]) {
            diag_error(d, p->at, 0, "leave it out, or allow autapses",
                       "projection '%s', edge %llu: cell %u of '%s' reaches itself", p->name,
                       (unsigned long long)k + 1, x->source[k], g->pre->name);
            return;
        }
    }
}

/* ids of one list into the other, by a key below n_keys; ids NULL: 0, 1, 2, … ptr: [n_keys +
 * 1], becomes where each key begins. Stable. */
static enum err_code sort_by(const uint32_t *key, uint32_t n_keys, const uint32_t *ids,
                             uint32_t n, uint64_t *ptr, uint32_t *out, struct err *e)
{
    uint64_t *next;
    ERR_TRY(mem_alloc(&next, (size_t)n_keys + 1, sizeof *next, e));
    for (uint32_t k = 0; k < n; k++) {
        ptr[key[k] + 1]++;
    }
    for (uint32_t k = 0; k < n_keys; k++) {
        ptr[k + 1] += ptr[k];
        next[k] = ptr[k];
    }
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t id = ids != NULL ? ids[k] : k;
        out[next[key[id]]++] = id;
    }
    mem_free(next);
    return ERR_OK;
}

/* A pair that stands twice where that is forbidden: the first edge that repeats one. */
static enum err_code check_multapses(const struct rule_build *b, struct err *e)
{
    const struct net_group *const g = b->group;
    const struct desc_edges *const x = g->given;
    uint32_t first = UINT32_MAX, before = 0;
    for (uint32_t i = 0; i < g->n_pre; i++) {
        for (uint64_t k = b->row_ptr[i] + 1; k < b->row_ptr[i + 1]; k++) {
            if (x->target[b->ids[k]] == x->target[b->ids[k - 1]] && b->ids[k] < first) {
                first = b->ids[k];
                before = b->ids[k - 1];
            }
        }
    }
    ERR_IF(first != UINT32_MAX, e, ERR_FILE,
           "projection '%s', edge %u: '%s' %u to '%s' %u is edge %u already, and multapses are "
           "not allowed",
           g->projection->name, first + 1, g->pre->name, x->source[first], g->post->name,
           x->target[first], before + 1);
    return ERR_OK;
}

static enum err_code prepare(struct rule_build *b, struct err *e)
{
    const struct net_group *const g = b->group;
    const struct desc_edges *const x = g->given;
    const uint32_t n = (uint32_t)x->n; /* check refuses more */
    uint64_t *ptr = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&b->sources, (size_t)n + 1, sizeof *b->sources, e));
    ERR_GOTO(mem_alloc(&b->ids, (size_t)n + 1, sizeof *b->ids, e));
    ERR_GOTO(mem_alloc(&b->row_ptr, (size_t)g->n_pre + 1, sizeof *b->row_ptr, e));
    ERR_GOTO(mem_alloc(&ptr, (size_t)g->n_post + 1, sizeof *ptr, e));
    uint32_t *const by_target = b->sources;
    ERR_GOTO(sort_by(x->target, g->n_post, NULL, n, ptr, by_target, e));
    ERR_GOTO(sort_by(x->source, g->n_pre, by_target, n, b->row_ptr, b->ids, e));
    if (!g->projection->allow_multapses) {
        ERR_GOTO(check_multapses(b, e));
    }
out:
    mem_free(ptr);
    return code;
}

const struct net_rule net_rule_edges = {.id = RULE_EDGES,
                                        .name = "edges",
                                        .is_numbered = true,
                                        .check = check,
                                        .expected = expected,
                                        .prepare = prepare,
                                        .draw_rows = net_rule_copy_rows};
