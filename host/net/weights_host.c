/* net/weights_host.c: drawn weights, the scales of the channels, and weights as integers, in
 * host memory. */
#include "net/build_host.h"
#include "net/parallel.h"
#include "lang/flush.h"
#include "net/wire_loops.h"

#include "build/fixed.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct draw_weights {
    struct host_build *b;
    struct host_group *h;
    uint32_t conns[PAIR_ROOTS_MOST]; /* of the group, whose weights are drawn */
    uint32_t n_conns;
    struct pair_eval *evals[HOST_THREADS_MOST];
};

/* The threads of net_parallel flush subnormals: weights of a network in double keep them. Back:
 * flush_denormals_end. */
static uint64_t begin(const struct host_build *b)
{
    return b->n->precision == PRECISION_DOUBLE ? flush_denormals_pause()
                                               : flush_denormals_begin();
}

/* Place of a weight in the array in hand. */
static void *weight_at(const struct host_build *b, uint64_t weight)
{
    return (char *)b->weight + (weight - b->weight_first) * precision_bytes(b->n->precision);
}

/* Nonzero where one of n weights is infinite, not a number, or below 0 where it has no sign. */
static uint32_t weights_check(enum precision precision, bool is_signed, const void *weights,
                              uint32_t first, uint32_t n)
{
    float largest = 0.0f;
    double largest_double = 0.0;
    return precision == PRECISION_DOUBLE
               ? wire_weight_check_double((const double *)weights + first,
                                          is_signed ? -DBL_MAX : 0.0, n, &largest_double)
               : wire_weight_check((const float *)weights + first, is_signed ? -FLT_MAX : 0.0f,
                                   n, &largest);
}

/* Least source row among the block's lanes that is wrong: any lane's row will do for a block
 * without a bad one. */
static uint32_t bad_row_of(const struct pair_eval *v, uint32_t root, bool is_signed, uint32_t n)
{
    uint32_t row = UINT32_MAX;
    for (uint32_t l = 0; l < n; l++) {
        const bool gave_up = v->n_gave_up > 0 && l == v->first_gave_up;
        if ((gave_up ||
             weights_check(v->program->precision, is_signed, v->out[root], l, 1) != 0) &&
            v->pre[l] < row) {
            row = v->pre[l];
        }
    }
    return row;
}

static enum err_code draw_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)e;
    struct draw_weights *const x = context;
    struct host_chunk *const c = &x->h->chunks[item];
    struct pair_eval *const v = x->evals[thread];
    const enum precision precision = v->program->precision;
    struct host_cursor s = {
        .row_count = x->h->row_count, .ids = c->list.ids, .row = c->lo, .end = c->hi};
    c->bad_row = UINT32_MAX;
    const uint64_t flush = begin(x->b);
    for (size_t at = 0; at < c->list.n;) {
        const uint32_t n = host_cursor_fill(&s, v);
        pair_eval_edges(v, n);
        for (uint32_t r = 0; r < x->n_conns; r++) {
            const struct net_conn *const conn = &x->h->g->conns[x->conns[r]];
            memcpy(weight_at(x->b, conn->layout.weight_begin + c->edge_begin + at), v->out[r],
                   n * precision_bytes(precision));
            if (weights_check(precision, conn->is_signed, v->out[r], 0, n) != 0 ||
                v->n_gave_up > 0) {
                const uint32_t row = bad_row_of(v, r, conn->is_signed, n);
                c->bad_row = row < c->bad_row ? row : c->bad_row;
            }
        }
        at += n;
    }
    flush_denormals_end(flush);
    return ERR_OK;
}

/* Weights that are given: net_conns_create has looked at them. */
static enum err_code take_chunk(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)thread;
    (void)e;
    const struct draw_weights *const x = context;
    const struct host_chunk *const c = &x->h->chunks[item];
    const struct network *const n = x->b->n;
    const uint64_t flush = begin(x->b);
    for (uint32_t q = 0; q < x->h->g->n_conns; q++) {
        const struct net_conn *const conn = &x->h->g->conns[q];
        if (conn->weight_column == NULL) {
            continue;
        }
        void *const to = weight_at(x->b, conn->layout.weight_begin + c->edge_begin);
        for (size_t k = 0; k < c->list.n; k++) {
            const double weight = net_given_weight(n, conn, c->list.ids[k]);
            if (n->precision == PRECISION_DOUBLE) {
                ((double *)to)[k] = weight;
            } else {
                ((float *)to)[k] = (float)weight;
            }
        }
    }
    flush_denormals_end(flush);
    return ERR_OK;
}

static enum err_code explain_chunk(struct draw_weights *x, const struct host_chunk *c,
                                   struct err *e)
{
    size_t begin = 0;
    for (uint32_t i = c->lo; i < c->bad_row; i++) {
        begin += x->h->row_count[i];
    }
    return net_explain_weight(x->b->n, x->h->g, c->bad_row, c->list.ids + begin,
                              x->h->row_count[c->bad_row], e);
}

enum err_code host_weights_draw(struct host_build *b, struct host_group *h, struct err *e)
{
    struct pair_program program = {0};
    struct draw_weights *x;
    ERR_TRY(mem_alloc(&x, 1, sizeof *x, e));
    x->b = b;
    x->h = h;
    uint32_t roots[PAIR_ROOTS_MOST];
    bool has_column = false;
    for (uint32_t k = 0; k < h->g->n_conns && x->n_conns < PAIR_ROOTS_MOST; k++) {
        has_column = has_column || h->g->conns[k].weight_column != NULL;
        if (h->g->conns[k].layout.has_weights && h->g->conns[k].weight_column == NULL) {
            x->conns[x->n_conns] = k;
            roots[x->n_conns++] = h->g->conns[k].weight_node;
        }
    }
    enum err_code code = ERR_OK;
    if (has_column) {
        ERR_GOTO(net_parallel(b->n_threads, h->n_chunks, take_chunk, x, NULL, e));
    }
    if (x->n_conns == 0) {
        goto out;
    }
    ERR_GOTO(pair_program_create(&program, b->n, h->g, b->n->precision, roots, x->n_conns, e));
    for (uint32_t t = 0; t < b->n_threads; t++) {
        ERR_GOTO(pair_eval_create(&x->evals[t], &program, e));
    }
    ERR_GOTO(net_parallel(b->n_threads, h->n_chunks, draw_chunk, x, NULL, e));
    for (uint32_t k = 0; k < h->n_chunks; k++) {
        if (h->chunks[k].bad_row != UINT32_MAX) {
            ERR_GOTO(explain_chunk(x, &h->chunks[k], e));
        }
    }
out:
    for (uint32_t t = 0; t < b->n_threads; t++) {
        pair_eval_destroy(x->evals[t]);
    }
    pair_program_fini(&program);
    mem_free(x);
    return code;
}

/* Sums per target of one channel. */

enum { EDGES_PER_ITEM = 1 << 18 };

struct sum_channel {
    struct host_build *b;
    const struct net_conn *conn;
    int exponent;
    uint64_t *sums; /* [n_threads][n_post] */
    double largest[HOST_THREADS_MOST];
};

static uint64_t item_edges(const struct net_conn *c, uint32_t item)
{
    const uint64_t left = c->n_edges - (uint64_t)item * EDGES_PER_ITEM;
    return left < EDGES_PER_ITEM ? left : EDGES_PER_ITEM;
}

static uint32_t n_items(const struct net_conn *c)
{
    return (uint32_t)((c->n_edges + EDGES_PER_ITEM - 1) / EDGES_PER_ITEM);
}

static enum err_code find_largest(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)e;
    struct sum_channel *const s = context;
    const struct net_conn *const c = s->conn;
    const void *const weights =
        weight_at(s->b, c->layout.weight_begin + (uint64_t)item * EDGES_PER_ITEM);
    const uint32_t n = (uint32_t)item_edges(c, item);
    const uint64_t flush = begin(s->b);
    if (s->b->n->precision == PRECISION_DOUBLE) {
        (void)wire_weight_check_double(weights, -DBL_MAX, n, &s->largest[thread]);
    } else {
        float largest = (float)s->largest[thread];
        (void)wire_weight_check(weights, -FLT_MAX, n, &largest);
        s->largest[thread] = (double)largest;
    }
    flush_denormals_end(flush);
    return ERR_OK;
}

static void add_terms(const struct sum_channel *s, const void *weights, const uint32_t *target,
                      uint64_t n, uint64_t *sums)
{
    if (s->b->n->precision == PRECISION_DOUBLE) {
        const uint64_t *const bits = weights;
        for (uint64_t k = 0; k < n; k++) {
            sums[target[k]] += fixed64_sum_term(bits[k], s->exponent);
        }
    } else {
        const uint32_t *const bits = weights;
        for (uint64_t k = 0; k < n; k++) {
            sums[target[k]] += fixed_sum_term(bits[k], s->exponent);
        }
    }
}

static enum err_code add_edges(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)e;
    struct sum_channel *const s = context;
    const struct net_conn *const c = s->conn;
    const uint64_t first = (uint64_t)item * EDGES_PER_ITEM, n = item_edges(c, item);
    uint64_t *const sums = s->sums + (size_t)thread * c->layout.n_post;
    const uint32_t *const target = s->b->w->target + c->layout.edge_begin + first;
    if (c->layout.has_weights) {
        add_terms(s, weight_at(s->b, c->layout.weight_begin + first), target, n, sums);
    } else {
        const uint64_t term = net_weight_fixed(c->weight, s->exponent);
        for (uint64_t k = 0; k < n; k++) {
            sums[target[k]] += term;
        }
    }
    return ERR_OK;
}

static enum err_code sum_channel(struct host_build *b, uint32_t channel,
                                 struct net_channel_sum *out, struct err *e)
{
    struct network *const n = b->n;
    const uint32_t n_post = n->populations[n->channels[channel].population].n;
    struct sum_channel *s;
    ERR_TRY(mem_alloc(&s, 1, sizeof *s, e));
    s->b = b;
    double largest = 0.0;
    enum err_code code = ERR_OK;
    for (uint32_t k = 0; k < n->n_conns; k++) {
        s->conn = &n->conns[k];
        if (s->conn->channel != channel) {
            continue;
        }
        if (!s->conn->layout.has_weights) {
            largest = fmax(largest, fabs(s->conn->weight));
            continue;
        }
        ERR_GOTO(net_parallel(b->n_threads, n_items(s->conn), find_largest, s, NULL, e));
    }
    for (uint32_t t = 0; t < b->n_threads; t++) {
        largest = s->largest[t] > largest ? s->largest[t] : largest;
    }
    *out = (struct net_channel_sum){.has_weight = largest > 0.0};
    if (!out->has_weight) {
        goto out;
    }
    out->exponent = s->exponent = net_weight_exponent(largest);
    ERR_GOTO(mem_alloc(&s->sums, (size_t)b->n_threads * n_post, sizeof *s->sums, e));
    for (uint32_t k = 0; k < n->n_conns; k++) {
        s->conn = &n->conns[k];
        if (s->conn->channel == channel) {
            ERR_GOTO(net_parallel(b->n_threads, n_items(s->conn), add_edges, s, NULL, e));
        }
    }
    for (uint32_t j = 0; j < n_post; j++) {
        uint64_t sum = 0;
        for (uint32_t t = 0; t < b->n_threads; t++) {
            sum += s->sums[(size_t)t * n_post + j];
        }
        out->most = sum > out->most ? sum : out->most;
    }
out:
    mem_free(s->sums);
    mem_free(s);
    return code;
}

/* Weights as integers. */

struct quantise {
    struct host_build *b;
    const struct net_conn *conn;
    uint64_t *coarse,
        *zero; /* [n_items]: coarse weights; 1 + the first edge whose weight became 0 */
};

/* 1 + the first edge whose weight would become 0, or 0. */
static uint64_t find_zero(enum precision precision, const void *weights, int scale, uint64_t n)
{
    for (uint64_t k = 0; k < n; k++) {
        if (precision == PRECISION_DOUBLE) {
            const uint64_t bits = ((const uint64_t *)weights)[k];
            if (fixed64_mantissa(bits) != 0 && fixed64_weight(bits, scale) == 0) {
                return k + 1;
            }
        } else {
            const uint32_t bits = ((const uint32_t *)weights)[k];
            if (fixed_mantissa(bits) != 0 && fixed_weight(bits, scale) == 0) {
                return k + 1;
            }
        }
    }
    return 0;
}

static enum err_code quantise_item(void *context, uint32_t item, uint32_t thread, struct err *e)
{
    (void)thread;
    (void)e;
    struct quantise *const q = context;
    const struct net_conn *const c = q->conn;
    const enum precision precision = q->b->n->precision;
    const int scale = q->b->n->channels[c->channel].scale_log2;
    const uint64_t first = (uint64_t)item * EDGES_PER_ITEM, n = item_edges(c, item);
    void *const weights = weight_at(q->b, c->layout.weight_begin + first);
    const uint64_t zero = find_zero(precision, weights, scale, n);
    if (zero != 0) {
        q->zero[item] = first + zero;
        return ERR_OK; /* its bits are needed for the message */
    }
    uint32_t n_zero = 0;
    q->coarse[item] = precision == PRECISION_DOUBLE
                          ? wire_quantise_double(weights, scale, (uint32_t)n, &n_zero)
                          : wire_quantise(weights, scale, (uint32_t)n, &n_zero);
    return ERR_OK;
}

/* Source row of an edge. */
static uint32_t source_of(const struct net_wiring *w, const struct net_conn *c, uint64_t edge)
{
    uint32_t lo = 0, hi = c->layout.n_pre;
    while (hi - lo > 1) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (w->row_ptr[c->layout.row_begin + (uint64_t)mid * c->layout.n_delays] <= edge) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static enum err_code quantise_conn(struct host_build *b, struct net_conn *c, struct err *e)
{
    if (!c->layout.has_weights) {
        return net_quantise_constant(b->n, c, b->d, e);
    }
    struct quantise q = {.b = b, .conn = c};
    enum err_code code;
    ERR_GOTO(mem_alloc(&q.coarse, n_items(c), sizeof *q.coarse, e));
    ERR_GOTO(mem_alloc(&q.zero, n_items(c), sizeof *q.zero, e));
    ERR_GOTO(net_parallel(b->n_threads, n_items(c), quantise_item, &q, NULL, e));
    uint64_t n_coarse = 0;
    for (uint32_t k = 0; k < n_items(c); k++) {
        n_coarse += q.coarse[k];
        if (q.zero[k] != 0) {
            const uint64_t edge = q.zero[k] - 1;
            const double weight =
                precision_get(b->n->precision, weight_at(b, c->layout.weight_begin + edge), 0);
            code = net_zero_weight(b->n, c, source_of(b->w, c, edge),
                                   b->w->target[c->layout.edge_begin + edge], weight, e);
            goto out;
        }
    }
    net_coarse_weights(b->n, c, n_coarse, b->d);
out:
    mem_free(q.coarse);
    mem_free(q.zero);
    return code;
}

enum err_code host_weights_scale(struct host_build *b, struct err *e)
{
    for (uint32_t k = 0; k < b->n->n_channels; k++) {
        struct net_channel_sum sum;
        ERR_TRY(sum_channel(b, k, &sum, e));
        b->n->channels[k].scale_log2 = net_channel_scale(&sum, b->n->precision);
    }
    for (uint32_t k = 0; k < b->n->n_conns; k++) {
        ERR_TRY(quantise_conn(b, &b->n->conns[k], e));
    }
    return ERR_OK;
}
