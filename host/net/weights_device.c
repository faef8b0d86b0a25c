/* net/weights_device.c: drawn weights, the scales of the channels, and weights as integers, on
 * a device. Sums are integers and exact, so the scales are those of the host's build
 * (weights_host.c). */
#include "net/build_device.h"

#include <math.h>
#include <string.h>

/* What csr_found_weight left: a double's upper half was rounded up. */
static double largest_found(enum precision precision, uint32_t word)
{
    if (precision == PRECISION_DOUBLE) {
        const uint64_t bits = (uint64_t)word << 32;
        double largest;
        memcpy(&largest, &bits, sizeof largest);
        return largest;
    }
    float largest;
    memcpy(&largest, &word, sizeof largest);
    return (double)largest;
}

enum err_code device_weights_draw(struct device_build *b, struct device_group *x,
                                  double *largest, struct err *e)
{
    const struct net_group *const g = x->g;
    if (x->given != NULL) {
        return device_edges_weights(b, x, largest, e);
    }
    uint32_t bad_row = UINT32_MAX;
    const struct device_buffer *from, *to;
    ERR_TRY(build_places(b, g->pre, &from, e));
    ERR_TRY(build_places(b, g->post, &to, e));
    for (uint32_t c = 0; c < g->n_conns && g->n_edges > 0; c++) {
        if (!g->conns[c].layout.has_weights) {
            continue;
        }
        x->shape.weight_begin = g->conns[c].layout.weight_begin;
        x->shape.which = x->numbers.weight[c];
        x->shape.is_signed = g->conns[c].is_signed ? 1 : 0;
        x->shape.n_parts = build_parts(b, g->n_pre, g->n_edges / g->n_pre / 16 + 1);
        uint32_t found[FOUND_WORDS];
        ERR_TRY(build_found_clear(b, e));
        const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
            BUILD_BUFFER(from),
            BUILD_BUFFER(to),
            BUILD_BUFFER(&b->w->row_ptr_buffer),
            BUILD_BUFFER(&b->w->target_buffer),
            BUILD_BUFFER(&b->w->weight_buffer),
            BUILD_BUFFER(&b->found),
            BUILD_VALUE(x->shape)};
        ERR_TRY(build_launch(b, KERNEL_csr_weight_draw, a,
                             (uint64_t)g->n_pre * x->shape.n_parts, e));
        ERR_TRY(build_found_read(b, found, e));
        bad_row = found[FOUND_BAD_ROW] < bad_row ? found[FOUND_BAD_ROW] : bad_row;
        largest[&g->conns[c] - b->n->conns] =
            largest_found(b->n->precision, found[FOUND_LARGEST]);
    }
    return bad_row == UINT32_MAX ? ERR_OK
                                 : device_explain(b, x, NET_PAIR_WEIGHT, &b->w->target_buffer,
                                                  bad_row, x->shape.n_delays, e);
}

/* The group a conn belongs to. */
static struct device_group *group_of(const struct device_build *b, const struct net_conn *c)
{
    for (uint32_t k = 0; k < b->n_groups; k++) {
        struct device_group *const x = &b->groups[k];
        if (c >= x->g->conns && c < x->g->conns + x->g->n_conns) {
            return x;
        }
    }
    return NULL;
}

/* A launch over the edges of a conn. */
static uint64_t shape_edges(const struct device_build *b, const struct net_conn *c,
                            struct csr_group *shape)
{
    const struct device_group *const x = group_of(b, c);
    ASSERT(x != NULL);
    *shape = x->shape;
    shape->weight_begin = c->layout.weight_begin;
    return x->g->n_edges < b->items ? x->g->n_edges : b->items;
}

/* Adds a conn's weights to the targets' sums. words: [2*n_post], for what comes back. */
static enum err_code add_conn(struct device_build *b, const struct net_conn *c, int exponent,
                              struct device_buffer *sums, uint32_t *words, uint64_t *totals,
                              struct err *e)
{
    struct csr_group shape;
    const uint64_t items = shape_edges(b, c, &shape);
    const uint32_t n_post = shape.n_post;
    const int32_t exponent_value = exponent;
    ERR_TRY(device_fill(sums, 0, sums->bytes, e));
    if (c->layout.has_weights) {
        const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
            BUILD_BUFFER(&b->w->target_buffer), BUILD_BUFFER(&b->w->weight_buffer),
            BUILD_BUFFER(sums), BUILD_VALUE(exponent_value), BUILD_VALUE(shape)};
        ERR_TRY(build_launch(b, KERNEL_csr_sum_weights, a, items, e));
        ERR_TRY(device_read(sums, 0, words, 2 * (uint64_t)n_post * sizeof *words, e));
        for (uint32_t j = 0; j < n_post; j++) {
            totals[j] += words[j] + ((uint64_t)words[n_post + j] << 32);
        }
        return ERR_OK;
    }
    const uint64_t term = net_weight_fixed(c->weight, exponent);
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&b->w->target_buffer), BUILD_BUFFER(sums), BUILD_VALUE(shape)};
    ERR_TRY(build_launch(b, KERNEL_csr_sum_edges, a, items, e));
    ERR_TRY(device_read(sums, 0, words, (uint64_t)n_post * sizeof *words, e));
    for (uint32_t j = 0; j < n_post; j++) {
        totals[j] += words[j] * term;
    }
    return ERR_OK;
}

static enum err_code sum_channel(struct device_build *b, uint32_t channel,
                                 const double *largest, struct net_channel_sum *out,
                                 struct err *e)
{
    const struct network *const n = b->n;
    const uint32_t n_post = n->populations[n->channels[channel].population].n;
    struct device_buffer sums = {0};
    uint32_t *words = NULL;
    uint64_t *totals = NULL;
    double most = 0.0;
    for (uint32_t k = 0; k < n->n_conns; k++) {
        const struct net_conn *const c = &n->conns[k];
        const double w = c->layout.has_weights ? largest[k] : fabs(c->weight);
        most = c->channel == channel && w > most ? w : most;
    }
    *out = (struct net_channel_sum){.has_weight = most > 0.0};
    if (!out->has_weight) {
        return ERR_OK;
    }
    out->exponent = net_weight_exponent(most);
    enum err_code code;
    ERR_GOTO(mem_alloc(&words, 2 * (size_t)n_post, sizeof *words, e));
    ERR_GOTO(mem_alloc(&totals, n_post, sizeof *totals, e));
    ERR_GOTO(
        build_buffer(b, &sums, 2 * (uint64_t)n_post * sizeof(uint32_t), "sums of weights", e));
    for (uint32_t k = 0; k < n->n_conns; k++) {
        if (n->conns[k].channel == channel && n->conns[k].n_edges > 0) {
            ERR_GOTO(add_conn(b, &n->conns[k], out->exponent, &sums, words, totals, e));
        }
    }
    for (uint32_t j = 0; j < n_post; j++) {
        out->most = totals[j] > out->most ? totals[j] : out->most;
    }
out:
    mem_free(words);
    mem_free(totals);
    device_buffer_destroy(&sums);
    return code;
}

/* Names the pair whose weight would become 0. */
static enum err_code explain_zero(struct device_build *b, const struct net_conn *c,
                                  uint32_t edge, struct err *e)
{
    const struct device_group *const x = group_of(b, c);
    ASSERT(x != NULL);
    const enum precision precision = b->n->precision;
    uint32_t target;
    union {
        float single;
        double twice;
    } weight = {.twice = 0.0};
    ERR_TRY(device_read(&b->w->target_buffer, (c->layout.edge_begin + edge) * sizeof target,
                        &target, sizeof target, e));
    ERR_TRY(device_read(&b->w->weight_buffer,
                        (c->layout.weight_begin + edge) * precision_bytes(precision), &weight,
                        precision_bytes(precision), e));
    uint32_t source = 0;
    while (source + 1 < x->g->n_pre &&
           x->row_ptr[((uint64_t)source + 1) * c->layout.n_delays] <= edge) {
        source++;
    }
    return net_zero_weight(b->n, c, source, target, precision_get(precision, &weight, 0), e);
}

static enum err_code quantise_conn(struct device_build *b, struct net_conn *c, struct err *e)
{
    if (!c->layout.has_weights) {
        return net_quantise_constant(b->n, c, b->d, e);
    }
    if (c->n_edges == 0) {
        return ERR_OK;
    }
    struct csr_group shape;
    const uint64_t items = shape_edges(b, c, &shape);
    const int32_t scale = b->n->channels[c->channel].scale_log2;
    uint32_t found[FOUND_WORDS];
    ERR_TRY(build_found_clear(b, e));
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&b->w->weight_buffer), BUILD_BUFFER(&b->found), BUILD_VALUE(scale),
        BUILD_VALUE(shape)};
    ERR_TRY(build_launch(b, KERNEL_csr_quantise, a, items, e));
    ERR_TRY(build_found_read(b, found, e));
    if (found[FOUND_ZERO_EDGE] != UINT32_MAX) {
        return explain_zero(b, c, found[FOUND_ZERO_EDGE], e);
    }
    net_coarse_weights(b->n, c, found[FOUND_COARSE], b->d);
    return ERR_OK;
}

enum err_code device_weights_scale(struct device_build *b, const double *largest, struct err *e)
{
    for (uint32_t k = 0; k < b->n->n_channels; k++) {
        struct net_channel_sum sum;
        ERR_TRY(sum_channel(b, k, largest, &sum, e));
        b->n->channels[k].scale_log2 = net_channel_scale(&sum, b->n->precision);
    }
    for (uint32_t k = 0; k < b->n->n_conns; k++) {
        ERR_TRY(quantise_conn(b, &b->n->conns[k], e));
    }
    return ERR_OK;
}
