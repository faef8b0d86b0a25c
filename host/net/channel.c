/* net/channel.c: the scale of a channel's integer sums (design section 5), and what is said of
 * weights it cannot hold. The scale is the largest power of two for which the sizes |w| of no
 * target's weights add up to more than 2^30, in double precision 2^52. The sum is exact and
 * free of order: each size counts in units of 2^(E - 30), rounded up, where 2^E bounds the
 * largest.
 */
#include "net/inside.h"
#include "lang/flush.h"

#include <math.h>
#include <stdio.h>

/* Scales beyond this would leave float32, or double. No sum of doubles asks for the least one.
 */
enum {
    SCALE_MOST = 120,
    SCALE_MOST_DOUBLE = 960,
    SCALE_LEAST_DOUBLE = -1010,
    SUM_BITS = 30,
    SUM_BITS_DOUBLE = 52
};

int net_weight_exponent(double largest)
{
    int exponent;
    const double m = frexp(largest, &exponent);
    return m == 0.5 ? exponent - 1 : exponent;
}

uint64_t net_weight_fixed(double weight, int exponent)
{
    return (uint64_t)ceil(ldexp(fabs(weight), 30 - exponent));
}

int net_channel_scale(const struct net_channel_sum *s, enum precision precision)
{
    if (!s->has_weight) {
        return 0;
    }
    /* No synapse was drawn: the scale of one. */
    const uint64_t most = s->most > 0 ? s->most : UINT64_C(1) << 30;
    int log2_most = 63 - __builtin_clzll(most);
    log2_most += (most & (most - 1)) != 0 ? 1 : 0;
    const bool is_double = precision == PRECISION_DOUBLE;
    const int scale = 30 + (is_double ? SUM_BITS_DOUBLE : SUM_BITS) - s->exponent - log2_most;
    const int most_scale = is_double ? SCALE_MOST_DOUBLE : SCALE_MOST,
              least_scale = is_double ? SCALE_LEAST_DOUBLE : -SCALE_MOST;
    return scale > most_scale ? most_scale : scale < least_scale ? least_scale : scale;
}

double net_given_weight(const struct network *n, const struct net_conn *c, uint64_t edge)
{
    const double weight = c->weight_column[edge] * c->projection->scale;
    return n->precision == PRECISION_SINGLE ? (double)flush_to_f32(weight) : weight;
}

/* " (edge 17)" of a projection whose edges are given: the first of the pair, and of the weight
 * where a column has it. */
static void name_edge(const struct network *n, const struct net_conn *c, uint32_t source,
                      uint32_t target, double weight, char *out, size_t room)
{
    const struct desc_edges *const x = c->projection->edges;
    out[0] = '\0';
    for (uint64_t k = 0; c->projection->rule == RULE_EDGES && k < x->n; k++) {
        if (x->source[k] == source && x->target[k] == target &&
            (c->weight_column == NULL || net_given_weight(n, c, k) == weight)) {
            (void)snprintf(out, room, " (edge %llu)", (unsigned long long)k + 1);
            return;
        }
    }
}

enum err_code net_zero_weight(const struct network *n, const struct net_conn *c,
                              uint32_t source, uint32_t target, double weight, struct err *e)
{
    const struct net_channel *const channel = &n->channels[c->channel];
    char edge[48];
    name_edge(n, c, source, target, weight, edge, sizeof edge);
    return err_set(
        e, ERR_FILE, 0,
        "projection '%s', '%s' %u to '%s' %u%s: the weight %g is too small beside the "
        "others of receptor '%s': it rounds "
        "to 0 in steps of %g",
        c->projection->name, n->populations[c->pre].name, source, n->populations[c->post].name,
        target, edge, weight, n->populations[c->post].model->receptors[channel->receptor].name,
        ldexp(1.0, -channel->scale_log2));
}

void net_coarse_weights(const struct network *n, const struct net_conn *c, uint64_t count,
                        struct diag_list *d)
{
    if (count == 0 || d == NULL) {
        return;
    }
    const struct net_channel *const channel = &n->channels[c->channel];
    diag_warning(d, c->projection->at, 0, NULL,
                 "%llu weights of projection '%s' ('%s' to '%s') are off by more than 0.1 %%: "
                 "beside the other weights of receptor "
                 "'%s' they are held in steps of %g",
                 (unsigned long long)count, c->projection->name, n->populations[c->pre].name,
                 n->populations[c->post].name,
                 n->populations[c->post].model->receptors[channel->receptor].name,
                 ldexp(1.0, -channel->scale_log2));
}

enum err_code net_quantise_constant(const struct network *n, struct net_conn *c,
                                    struct diag_list *d, struct err *e)
{
    const int scale = n->channels[c->channel].scale_log2;
    const double exact = ldexp(fabs(c->weight), scale);
    const double rounded = floor(exact + 0.5);
    c->layout.weight = (i64)copysign(rounded, c->weight);
    if (c->n_edges == 0 || c->weight == 0.0) {
        return ERR_OK;
    }
    ERR_IF(rounded == 0.0, e, ERR_FILE,
           "projection '%s' ('%s' to '%s'): the weight %g is too small beside the others of "
           "its receptor: it rounds to 0 in "
           "steps of %g",
           c->projection->name, n->populations[c->pre].name, n->populations[c->post].name,
           c->weight, ldexp(1.0, -scale));
    net_coarse_weights(n, c, fabs(rounded - exact) > 1e-3 * exact ? c->n_edges : 0, d);
    return ERR_OK;
}

void net_large_p(const struct net_group *g, struct diag_list *d)
{
    if (g->largest_p > 1.0f && d != NULL) {
        diag_warning(d, g->projection->p_at, 0, "write min(…, 1) where this is meant",
                     "p of projection '%s' ('%s' to '%s') is above 1 for some pairs, at most "
                     "%g: it acts as 1",
                     g->projection->name, g->pre->name, g->post->name, (double)g->largest_p);
    }
}
