/* net/build_host.c: synapses in host memory. Rows are drawn in chunks, each into a list of its
 * own, because their lengths are known only once drawn and drawing twice would cost twice; the
 * lists are then copied to their places and freed one by one. Delays of a chunk are evaluated
 * and its rows sorted by them (counting, so that targets stay ascending) while still a list. No
 * result depends on the chunks or on the threads. */
#include "net/build_host.h"
#include "net/parallel.h"

#include <string.h>

static uint32_t chunk_rows(const struct net_group *g)
{
    const bool is_sparse = g->projection->rule == RULE_FIXED_INDEGREE ||
                           g->projection->rule == RULE_ONE_TO_ONE ||
                           g->projection->rule == RULE_EDGES;
    const double cost = is_sparse ? g->rule->expected(g) / (double)(g->n_pre + 1) + 1.0
                                  : (double)g->n_post + 1.0;
    const double rows = (double)(1 << 20) / cost;
    return rows < 1.0 ? 1 : rows > 16384.0 ? 16384 : (uint32_t)rows;
}

static enum err_code chunks_create(struct host_group *h, struct err *e)
{
    const uint32_t rows = chunk_rows(h->g);
    h->n_chunks = h->g->n_pre / rows + (h->g->n_pre % rows != 0 ? 1 : 0);
    ERR_TRY(mem_alloc(&h->chunks, h->n_chunks, sizeof *h->chunks, e));
    ERR_TRY(mem_alloc(&h->row_count, (size_t)h->g->n_pre + 1, sizeof *h->row_count, e));
    for (uint32_t k = 0; k < h->n_chunks; k++) {
        h->chunks[k].lo = k * rows;
        h->chunks[k].hi = h->g->n_pre - k * rows < rows ? h->g->n_pre : (k + 1) * rows;
        h->chunks[k].bad_row = UINT32_MAX;
    }
    return ERR_OK;
}

void host_group_fini(struct host_group *h)
{
    for (uint32_t k = 0; h->chunks != NULL && k < h->n_chunks; k++) {
        mem_free(h->chunks[k].list.ids);
        mem_free(h->chunks[k].delays);
    }
    mem_free(h->chunks);
    mem_free(h->row_count);
    mem_free(h->delay_count);
    *h = (struct host_group){.g = h->g};
}

struct draw_context {
    struct rule_build *build;
    struct host_group *h;
};

static enum err_code draw_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    const struct draw_context *const x = context;
    struct host_chunk *const c = &x->h->chunks[item];
    return x->h->g->rule->draw_rows(x->build, thread, c->lo, c->hi, x->h->row_count + c->lo,
                                    &c->list, e);
}

static void rule_build_fini(struct rule_build *b)
{
    for (uint32_t t = 0; b->threads != NULL && t < b->n_threads; t++) {
        pair_eval_destroy(b->threads[t].p);
        mem_free(b->threads[t].work);
    }
    mem_free(b->threads);
    mem_free(b->sources);
    mem_free(b->ids);
    mem_free(b->row_ptr);
}

static enum err_code draw_all(struct host_build *b, struct host_group *h,
                              const struct net_progress *progress, struct err *e)
{
    struct net_group *const g = h->g;
    struct rule_build rule = {
        .network = b->n, .group = g, .options = b->options, .n_threads = b->n_threads};
    struct pair_program program = {0};
    enum err_code code;
    ERR_GOTO(mem_alloc(&rule.threads, b->n_threads, sizeof *rule.threads, e));
    if (!g->conns[0].has_constant_p) {
        ERR_GOTO(pair_program_create(&program, b->n, g, PRECISION_SINGLE, &g->conns[0].p_node,
                                     1, e));
    }
    for (uint32_t t = 0; t < b->n_threads; t++) {
        rule.threads[t].bad_row = UINT32_MAX;
        if (program.interp != NULL) {
            ERR_GOTO(pair_eval_create(&rule.threads[t].p, &program, e));
        }
    }
    if (g->rule->prepare != NULL) {
        ERR_GOTO(g->rule->prepare(&rule, e));
    }
    struct draw_context context = {&rule, h};
    ERR_GOTO(net_parallel(b->n_threads, h->n_chunks, draw_chunk, &context, progress, e));
    uint32_t bad = UINT32_MAX;
    for (uint32_t t = 0; t < b->n_threads; t++) {
        bad = rule.threads[t].bad_row < bad ? rule.threads[t].bad_row : bad;
        g->largest_p =
            rule.threads[t].largest_p > g->largest_p ? rule.threads[t].largest_p : g->largest_p;
    }
    if (bad != UINT32_MAX) {
        ERR_GOTO(net_explain_pair(b->n, g, NET_PAIR_P, 0, bad, NULL, 0, e));
    }
    for (uint32_t k = 0; k < h->n_chunks; k++) {
        h->chunks[k].edge_begin = g->n_edges;
        g->n_edges += h->chunks[k].list.n;
    }
out:
    rule_build_fini(&rule);
    pair_program_fini(&program);
    return code;
}

uint32_t host_cursor_fill(struct host_cursor *s, struct pair_eval *v)
{
    uint32_t n = 0;
    while (n < INTERP_BLOCK && s->row < s->end) {
        const uint32_t left = s->row_count[s->row] - s->at;
        const uint32_t m = left < INTERP_BLOCK - n ? left : INTERP_BLOCK - n;
        pair_eval_put(v, n, s->row, s->ids + s->done, m);
        n += m;
        s->at += m;
        s->done += m;
        if (s->at == s->row_count[s->row]) {
            s->row++;
            s->at = 0;
        }
    }
    return n;
}

/* Delays. */

struct eval_context {
    struct host_build *b;
    struct host_group *h;
    struct pair_eval *evals[HOST_THREADS_MOST];
};

static void delay_block(struct host_chunk *c, const struct pair_eval *v, uint32_t n, size_t at)
{
    for (uint32_t l = 0; l < n; l++) {
        const float steps = ((const float *)v->out[0])[l];
        const bool is_good = steps >= 0.0f && steps <= (float)DELAY_MAX &&
                             !(v->n_gave_up > 0 && l == v->first_gave_up);
        const uint32_t step = is_good ? (uint32_t)steps : 0;
        c->bad_row = !is_good && v->pre[l] < c->bad_row ? v->pre[l] : c->bad_row;
        c->delays[at + l] = (uint16_t)step;
        c->delay_min = step < c->delay_min ? step : c->delay_min;
        c->delay_max = step > c->delay_max ? step : c->delay_max;
    }
}

/* Given delays: net_conns_create has looked at them. */
static void take_delays(struct host_chunk *c, const uint32_t *column)
{
    for (size_t k = 0; k < c->list.n; k++) {
        const uint32_t step = column[c->list.ids[k]];
        c->delays[k] = (uint16_t)step;
        c->delay_min = step < c->delay_min ? step : c->delay_min;
        c->delay_max = step > c->delay_max ? step : c->delay_max;
    }
}

static enum err_code delay_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    struct eval_context *const x = context;
    struct host_chunk *const c = &x->h->chunks[item];
    c->delay_min = UINT32_MAX;
    c->delay_max = 0;
    ERR_TRY(mem_alloc(&c->delays, c->list.n, sizeof *c->delays, e));
    const uint32_t *const column = x->h->g->conns[0].delay_column;
    if (column != NULL) {
        take_delays(c, column);
        return ERR_OK;
    }
    struct host_cursor s = {
        .row_count = x->h->row_count, .ids = c->list.ids, .row = c->lo, .end = c->hi};
    struct pair_eval *const v = x->evals[thread];
    for (size_t at = 0; at < c->list.n;) {
        const uint32_t n = host_cursor_fill(&s, v);
        pair_eval_edges(v, n);
        delay_block(c, v, n, at);
        at += n;
    }
    return ERR_OK;
}

/* Rows by delay; within one delay the order stays. */
static enum err_code sort_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)thread;
    const struct eval_context *const x = context;
    const struct net_group *const g = x->h->g;
    struct host_chunk *const c = &x->h->chunks[item];
    const uint32_t n_delays = g->delay_max - g->delay_min + 1;
    uint32_t *sorted, *next;
    ERR_TRY(mem_alloc(&sorted, c->list.n + 1, sizeof *sorted, e));
    const enum err_code code = mem_alloc(&next, n_delays, sizeof *next, e);
    if (code != ERR_OK) {
        mem_free(sorted);
        return code;
    }
    size_t begin = 0;
    for (uint32_t i = c->lo; i < c->hi; i++) {
        uint32_t *const count = x->h->delay_count + (size_t)i * n_delays;
        const uint32_t n = x->h->row_count[i];
        for (uint32_t k = 0; k < n; k++) {
            count[c->delays[begin + k] - g->delay_min]++;
        }
        uint32_t sum = 0;
        for (uint32_t d = 0; d < n_delays; d++) {
            next[d] = sum;
            sum += count[d];
        }
        for (uint32_t k = 0; k < n; k++) {
            sorted[begin + next[c->delays[begin + k] - g->delay_min]++] =
                c->list.ids[begin + k];
        }
        begin += n;
    }
    mem_free(next);
    mem_free(c->delays);
    c->delays = NULL;
    mem_free(c->list.ids);
    c->list.ids = sorted;
    return ERR_OK;
}

/* Finds the ids of a row and complains. */
static enum err_code explain_delay(struct host_build *b, const struct host_group *h,
                                   const struct host_chunk *c, struct err *e)
{
    size_t begin = 0;
    for (uint32_t i = c->lo; i < c->bad_row; i++) {
        begin += h->row_count[i];
    }
    return net_explain_pair(b->n, h->g, NET_PAIR_DELAY, 0, c->bad_row, c->list.ids + begin,
                            h->row_count[c->bad_row], e);
}

static enum err_code delay_all(struct host_build *b, struct host_group *h, struct err *e)
{
    struct net_group *const g = h->g;
    struct pair_program program = {0};
    struct eval_context *x = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&x, 1, sizeof *x, e));
    x->b = b;
    x->h = h;
    const bool is_given = g->conns[0].delay_column != NULL;
    if (!is_given) {
        ERR_GOTO(pair_program_create(&program, b->n, g, PRECISION_SINGLE,
                                     &g->conns[0].steps_node, 1, e));
    }
    for (uint32_t t = 0; t < b->n_threads && !is_given; t++) {
        ERR_GOTO(pair_eval_create(&x->evals[t], &program, e));
    }
    ERR_GOTO(net_parallel(b->n_threads, h->n_chunks, delay_chunk, x, NULL, e));
    g->delay_min = UINT32_MAX;
    g->delay_max = 0;
    for (uint32_t k = 0; k < h->n_chunks; k++) {
        const struct host_chunk *const c = &h->chunks[k];
        if (c->bad_row != UINT32_MAX) {
            ERR_GOTO(explain_delay(b, h, c, e));
        }
        g->delay_min = c->delay_min < g->delay_min ? c->delay_min : g->delay_min;
        g->delay_max = c->delay_max > g->delay_max ? c->delay_max : g->delay_max;
    }
    g->delay_min = g->n_edges == 0 ? 0 : g->delay_min;
    const size_t n_delays = g->delay_max - g->delay_min + 1;
    ERR_GOTO(mem_alloc(&h->delay_count, g->n_pre * n_delays, sizeof *h->delay_count, e));
    ERR_GOTO(net_parallel(b->n_threads, h->n_chunks, sort_chunk, x, NULL, e));
out:
    for (uint32_t t = 0; x != NULL && t < b->n_threads; t++) {
        pair_eval_destroy(x->evals[t]);
    }
    mem_free(x);
    pair_program_fini(&program);
    return code;
}

/* Row pointers and targets of one group at their places. */

enum err_code host_group_rows(struct host_build *b, struct host_group *h,
                              const struct net_progress *progress, struct err *e)
{
    h->g->n_edges = 0;
    ERR_TRY(chunks_create(h, e));
    ERR_TRY(draw_all(b, h, progress, e));
    return h->g->conns[0].has_constant_delay ? ERR_OK : delay_all(b, h, e);
}

void host_group_pointers(const struct host_group *h, uint64_t *out)
{
    const struct net_group *const g = h->g;
    const size_t n = (size_t)g->n_pre * (g->delay_max - g->delay_min + 1);
    const uint32_t *const count = h->delay_count != NULL ? h->delay_count : h->row_count;
    uint64_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        out[k] = sum;
        sum += count[k];
    }
    out[n] = sum;
}

void host_chunk_targets(const struct net_group *g, const struct host_chunk *c, uint32_t *out)
{
    for (size_t k = 0; k < c->list.n; k++) {
        out[k] = net_edge_target(g, c->list.ids[k]);
    }
}

struct place_context {
    struct net_wiring *w;
    struct host_group *h;
};

static enum err_code place_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)thread;
    (void)e;
    const struct place_context *const x = context;
    const struct net_group *const g = x->h->g;
    struct host_chunk *const c = &x->h->chunks[item];
    host_chunk_targets(g, c, x->w->target + g->edge_begin + c->edge_begin);
    mem_free(c->list.ids);
    c->list.ids = NULL;
    return ERR_OK;
}

static enum err_code place_all(struct host_build *b, struct err *e)
{
    struct net_wiring *const w = b->w;
    ERR_TRY(net_layout_rows(b->n, b->all, b->n_groups, w, e));
    ERR_TRY(mem_alloc(&w->row_ptr, w->n_rows, sizeof *w->row_ptr, e));
    ERR_TRY(mem_alloc(&w->weight, w->n_weights, precision_bytes(b->n->precision), e));
    b->weight = w->weight;
    for (uint32_t k = 0; k < b->n_groups; k++) {
        ERR_TRY(host_weights_draw(b, &b->groups[k], e));
    }
    ERR_TRY(mem_alloc(&w->target, w->n_targets, sizeof *w->target, e));
    for (uint32_t k = 0; k < b->n_groups; k++) {
        host_group_pointers(&b->groups[k], w->row_ptr + b->all[k].row_begin);
        struct place_context context = {w, &b->groups[k]};
        ERR_TRY(
            net_parallel(b->n_threads, b->groups[k].n_chunks, place_chunk, &context, NULL, e));
    }
    return ERR_OK;
}

enum err_code net_build_host(struct network *n, struct net_group *groups, uint32_t n_groups,
                             struct net_wiring *w, const struct net_build_options *o,
                             struct diag_list *d, struct err *e)
{
    struct host_build b = {
        .n = n, .all = groups, .n_groups = n_groups, .w = w, .options = o, .d = d};
    b.n_threads = net_thread_count(o->threads);
    b.n_threads = b.n_threads < HOST_THREADS_MOST ? b.n_threads : HOST_THREADS_MOST;
    enum err_code code;
    ERR_GOTO(mem_alloc(&b.groups, n_groups, sizeof *b.groups, e));
    double all = 1.0, done = 0.0;
    for (uint32_t k = 0; k < n_groups; k++) {
        all += net_group_pairs(&groups[k]);
    }
    for (uint32_t k = 0; k < n_groups; k++) {
        struct host_group *const h = &b.groups[k];
        h->g = &groups[k];
        const double after = done + net_group_pairs(&groups[k]);
        const struct net_progress progress = {o, 0.9 * done / all, 0.9 * after / all};
        done = after;
        ERR_GOTO(host_group_rows(&b, h, &progress, e));
    }
    ERR_GOTO(place_all(&b, e));
    ERR_GOTO(host_weights_scale(&b, e));
out:
    for (uint32_t k = 0; b.groups != NULL && k < n_groups; k++) {
        host_group_fini(&b.groups[k]);
    }
    mem_free(b.groups);
    return code;
}
