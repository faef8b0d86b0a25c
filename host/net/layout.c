/* net/layout.c: places of rows, targets, weights and rings once the edges are counted. */
#include "net/inside.h"

static void layout_conn(const struct network *n, const struct net_group *g, struct net_conn *c)
{
    c->n_edges = g->n_edges;
    c->delay_min = g->delay_min;
    c->delay_max = g->delay_max;
    c->layout = (struct conn_layout){.row_begin = g->row_begin,
                                     .edge_begin = g->edge_begin,
                                     .n_pre = g->n_pre,
                                     .n_post = g->n_post,
                                     .pre = c->pre,
                                     .post = c->post,
                                     .delay_min = g->delay_min,
                                     .n_delays = g->delay_max - g->delay_min + 1,
                                     .ring_stride = n->populations[c->post].n_padded,
                                     .has_weights = c->has_constant_weight ? 0 : 1};
}

enum err_code net_layout_rows(struct network *n, struct net_group *groups, uint32_t n_groups,
                              struct net_wiring *w, struct err *e)
{
    w->n_rows = w->n_targets = w->n_weights = 0;
    n->n_edges = 0;
    for (uint32_t k = 0; k < n_groups; k++) {
        struct net_group *const g = &groups[k];
        const uint64_t n_delays = g->delay_max - g->delay_min + 1;
        g->row_begin = w->n_rows;
        g->edge_begin = w->n_targets;
        w->n_rows += g->n_pre * n_delays + 1;
        w->n_targets += g->n_edges;
        for (uint32_t c = 0; c < g->n_conns; c++) {
            layout_conn(n, g, &g->conns[c]);
            if (g->conns[c].layout.has_weights) {
                g->conns[c].layout.weight_begin = w->n_weights;
                w->n_weights += g->n_edges;
            }
            n->n_edges += g->n_edges;
        }
    }
    ERR_IF(w->n_targets > UINT64_C(1) << 48, e, ERR_LIMIT, "the network has too many synapses");
    return ERR_OK;
}

void net_layout_rings(struct network *n, bool is_built)
{
    for (uint32_t k = 0; k < n->n_channels; k++) {
        n->channels[k].n_slots = 1;
    }
    uint32_t least = SLICE_MAX;
    for (uint32_t k = 0; k < n->n_conns; k++) {
        const struct net_conn *const c = &n->conns[k];
        struct net_channel *const channel = &n->channels[c->channel];
        channel->n_slots =
            c->delay_max + 1 > channel->n_slots ? c->delay_max + 1 : channel->n_slots;
        if (is_built && !c->has_constant_delay && c->n_edges == 0) {
            continue; /* no delay was drawn */
        }
        least = c->delay_min < least ? c->delay_min : least;
    }
    n->slice = least + 1 < SLICE_MAX ? least + 1 : SLICE_MAX;
    n->ring_elements = 0;
    for (uint32_t k = 0; k < n->n_channels; k++) {
        n->channels[k].ring_begin = n->ring_elements;
        n->ring_elements += (uint64_t)n->channels[k].n_slots *
                            n->populations[n->channels[k].population].n_padded;
    }
    for (uint32_t k = 0; k < n->n_conns; k++) {
        n->conns[k].layout.ring_begin = n->channels[n->conns[k].channel].ring_begin;
        n->conns[k].layout.ring_slots = n->channels[n->conns[k].channel].n_slots;
    }
}
