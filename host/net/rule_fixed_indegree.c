/* net/rule_fixed_indegree.c: every target draws `indegree` sources, uniformly and on its own.
 * Draw k of target j is word k mod 4 of counter (j, k/4, 1, retry): source = high word of word
 * * n_pre. A source that is not allowed (the cell itself, or one drawn before) is drawn again
 * with the next retry. The rows are the transposed list: counted, then each thread takes a
 * range of sources and walks all draws in order, so that no order depends on threads. */
#include "net/inside.h"
#include "net/parallel.h"

#include "shared/philox.h"

static uint32_t n_sources(const struct net_group *g)
{
    return g->n_pre - (g->no_autapses && g->n_pre > 0 ? 1 : 0);
}

static void check(const struct net_group *g, struct diag_list *d)
{
    const struct desc_projection *const p = g->projection;
    const uint64_t n = (uint64_t)g->n_post * g->indegree;
    if (n == 0) {
        return;
    }
    if (n > UINT32_MAX) {
        diag_error(d, p->at, 0, NULL,
                   "projection '%s' draws %llu synapses from '%s' to '%s', most is %u", p->name,
                   (unsigned long long)n, g->pre->name, g->post->name, UINT32_MAX);
    } else if (n_sources(g) == 0 || (!p->allow_multapses && g->indegree > n_sources(g))) {
        diag_error(d, p->at, 0, n_sources(g) == 0 ? NULL : "lower indegree, or allow multapses",
                   "projection '%s' draws %u sources for each cell of '%s', but '%s' offers %u",
                   p->name, g->indegree, g->post->name, g->pre->name, n_sources(g));
    }
}

static double expected(const struct net_group *g)
{
    return (double)g->n_post * (double)g->indegree;
}

/* Targets of one item of the loop over targets, sources of one item of the loop over sources.
 */
enum { TARGETS_PER_ITEM = 1024 };

static uint32_t draw_source(const struct net_group *g, uint32_t j, uint32_t k, uint32_t retry)
{
    const uint64_t key = g->conns[0].wiring_key;
    const struct philox_words w = philox4x32(j, k / 4, 1, retry, (u32)key, (u32)(key >> 32));
    return (uint32_t)(((uint64_t)philox_select(w, k % 4) * g->n_pre) >> 32);
}

/* stamp[source] == j + 1: target j has drawn it. NULL where multapses are allowed. */
static void draw_target(const struct net_group *g, uint32_t j, uint32_t *stamp,
                        uint32_t *sources)
{
    for (uint32_t k = 0; k < g->indegree; k++) {
        uint32_t i = draw_source(g, j, k, 0);
        for (uint32_t retry = 1;
             (g->no_autapses && i == j) || (stamp != NULL && stamp[i] == j + 1); retry++) {
            i = draw_source(g, j, k, retry);
        }
        if (stamp != NULL) {
            stamp[i] = j + 1;
        }
        sources[k] = i;
    }
}

static enum err_code draw_targets(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    struct rule_build *const b = context;
    const struct net_group *const g = b->group;
    struct rule_thread *const t = &b->threads[thread];
    if (!g->projection->allow_multapses && t->work == NULL) {
        ERR_TRY(mem_alloc(&t->work, g->n_pre, sizeof *t->work, e));
    }
    const uint32_t lo = item * TARGETS_PER_ITEM;
    const uint32_t hi = g->n_post - lo < TARGETS_PER_ITEM ? g->n_post : lo + TARGETS_PER_ITEM;
    for (uint32_t j = lo; j < hi; j++) {
        draw_target(g, j, t->work, b->sources + (size_t)j * g->indegree);
    }
    return ERR_OK;
}

/* Item s of n_threads takes a range of sources: counts, then (once row_ptr stands) places. */
static enum err_code transpose(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)thread;
    struct rule_build *const b = context;
    const struct net_group *const g = b->group;
    const uint32_t n = g->n_post * g->indegree;
    const uint32_t lo = (uint32_t)((uint64_t)g->n_pre * item / b->n_threads);
    const uint32_t hi = (uint32_t)((uint64_t)g->n_pre * (item + 1) / b->n_threads);
    if (b->ids == NULL) {
        for (uint32_t k = 0; k < n; k++) {
            if (b->sources[k] >= lo && b->sources[k] < hi) {
                b->row_ptr[b->sources[k] + 1]++;
            }
        }
        return ERR_OK;
    }
    uint32_t *next;
    ERR_TRY(mem_alloc(&next, hi - lo, sizeof *next, e));
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t i = b->sources[k];
        if (i >= lo && i < hi) {
            b->ids[b->row_ptr[i] + next[i - lo]++] = k;
        }
    }
    mem_free(next);
    return ERR_OK;
}

static enum err_code prepare(struct rule_build *b, struct err *e)
{
    const struct net_group *const g = b->group;
    const size_t n = (size_t)g->n_post * g->indegree;
    ERR_TRY(mem_alloc(&b->sources, n, sizeof *b->sources, e));
    ERR_TRY(mem_alloc(&b->row_ptr, (size_t)g->n_pre + 1, sizeof *b->row_ptr, e));
    const uint32_t n_items = n == 0 ? 0 : (g->n_post + TARGETS_PER_ITEM - 1) / TARGETS_PER_ITEM;
    ERR_TRY(net_parallel(b->n_threads, n_items, draw_targets, b, NULL, e));
    ERR_TRY(net_parallel(b->n_threads, b->n_threads, transpose, b, NULL, e));
    for (uint32_t i = 0; i < g->n_pre; i++) {
        b->row_ptr[i + 1] += b->row_ptr[i];
    }
    ERR_TRY(
        mem_alloc(&b->ids, n + 1, sizeof *b->ids, e)); /* never NULL: transpose looks at it */
    return net_parallel(b->n_threads, b->n_threads, transpose, b, NULL, e);
}

const struct net_rule net_rule_fixed_indegree = {.id = RULE_FIXED_INDEGREE,
                                                 .name = "fixed_indegree",
                                                 .is_numbered = true,
                                                 .check = check,
                                                 .expected = expected,
                                                 .prepare = prepare,
                                                 .draw_rows = net_rule_copy_rows};
