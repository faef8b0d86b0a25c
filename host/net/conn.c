/* net/conn.c: connections with numbers: p, weight and delay of each (projection, source,
 * target) as nodes over pairs. */
#include "net/inside.h"
#include "net/draws.h"
#include "base/stream.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Conns made so far, and what the next group is. */
struct conn_list {
    struct network *n;
    struct diag_list *d;
    uint32_t room;
};

static bool is_in(const uint32_t *list, uint32_t n, uint32_t p)
{
    for (uint32_t k = 0; k < n; k++) {
        if (list[k] == p) {
            return true;
        }
    }
    return false;
}

/* Names of a model have no value between two populations. */
static uint32_t resolve_nothing(void *context, const struct symbol *symbol, bool is_prev)
{
    (void)context;
    (void)symbol;
    (void)is_prev;
    return IR_NONE;
}

static uint32_t lower_pair(const struct network *n, struct ir *ir, const struct ast *value,
                           uint32_t stream)
{
    struct lower l = {
        .ir = ir, .dt_fs = n->dt_fs, .stream = stream, .resolve = resolve_nothing};
    return lang_lower(&l, value);
}

/* Delays that are given edge by edge. */
static void take_delays(struct conn_list *l, const struct desc_projection *p,
                        struct net_conn *c)
{
    const struct desc_edges *const x = p->edges;
    c->has_constant_delay = false;
    c->delay_column = x->delay;
    c->delay_min = x->n > 0 ? UINT32_MAX : 0;
    for (uint64_t k = 0; k < x->n; k++) {
        if (x->delay[k] > DELAY_MAX) {
            diag_error(l->d, p->delay_at, 0, NULL,
                       "projection '%s', edge %llu: the delay is %u steps, most is %u", p->name,
                       (unsigned long long)k + 1, x->delay[k], DELAY_MAX);
            return;
        }
        c->delay_min = x->delay[k] < c->delay_min ? x->delay[k] : c->delay_min;
        c->delay_max = x->delay[k] > c->delay_max ? x->delay[k] : c->delay_max;
    }
}

/* Weights that are given edge by edge: a number that is not below 0 for a conductance, and not
 * so large that the network's precision does not hold it. */
static void take_weights(struct conn_list *l, const struct desc_projection *p,
                         const struct desc_weight *w, struct net_conn *c)
{
    for (uint64_t k = 0; k < p->edges->n; k++) {
        const double weight = net_given_weight(l->n, c, k);
        if (!(fabs(weight) <= DBL_MAX) || (weight < 0.0 && !c->is_signed)) {
            diag_error(l->d, w->at, 0, NULL, "projection '%s', edge %llu: the weight %g is %s",
                       p->name, (unsigned long long)k + 1, c->weight_column[k] * p->scale,
                       isnan(weight)                   ? "not a number"
                       : weight < 0.0 && !c->is_signed ? "below 0"
                                                       : "too large");
            return;
        }
    }
}

/* Fields that all receptors of a group share. */
static void lower_shared(struct conn_list *l, const struct desc_projection *p,
                         struct net_conn *c)
{
    struct network *const n = l->n;
    c->p_node = c->delay_node = c->steps_node = c->weight_node = IR_NONE;
    c->p = 1.0;
    c->has_constant_p = true;
    if (p->rule == RULE_PAIRWISE_BERNOULLI && p->p != NULL) {
        c->p_node = lower_pair(n, c->ir, p->p, PAIR_WEIGHT_STREAM);
        c->has_constant_p = ir_is_const(c->ir, c->p_node, &c->p);
        if (c->has_constant_p && !(c->p >= 0.0 && c->p <= 1.0)) {
            diag_error(l->d, p->p_at, 0, NULL,
                       "p of projection '%s' is %g: a constant lies within 0 and 1", p->name,
                       c->p);
        }
    }
    c->has_constant_delay = true;
    if (p->edges != NULL && p->edges->delay != NULL) {
        take_delays(l, p, c);
        return;
    }
    if (p->delay == NULL) {
        return;
    }
    c->delay_node = lower_pair(n, c->ir, p->delay, PAIR_DELAY_STREAM);
    double ms;
    c->has_constant_delay = ir_is_const(c->ir, c->delay_node, &ms);
    if (!c->has_constant_delay) {
        const uint32_t dt = ir_const(c->ir, (double)n->dt_fs / 1e12);
        const uint32_t steps = ir_op2(c->ir, IR_ADD, ir_op2(c->ir, IR_DIV, c->delay_node, dt),
                                      ir_const(c->ir, 0.5));
        c->steps_node =
            ir_op2(c->ir, IR_MAX, ir_op1(c->ir, IR_FLOOR, steps), ir_const(c->ir, 0.0));
        return;
    }
    const double steps = net_delay_steps(n, ms);
    if (!(steps >= 0.0 && steps <= (double)DELAY_MAX)) {
        diag_error(l->d, p->delay_at, 0, NULL,
                   "the delay of projection '%s' is %g ms: %u steps at most, and not below 0",
                   p->name, ms, DELAY_MAX);
        return;
    }
    c->delay_min = c->delay_max = (uint32_t)steps;
}

static uint32_t find_channel(const struct network *n, uint32_t population, int receptor)
{
    const struct net_population *const p = &n->populations[population];
    for (uint32_t k = p->first_channel; k < p->first_channel + p->n_channels; k++) {
        if (receptor >= 0 && n->channels[k].receptor == (uint32_t)receptor) {
            return k;
        }
    }
    return UINT32_MAX;
}

/* One receptor of a group. */
static void lower_weight(struct conn_list *l, const struct desc_projection *p,
                         const struct desc_weight *w, struct net_conn *c)
{
    const double *const column =
        p->edges != NULL && p->edges->weight != NULL ? p->edges->weight[w - p->weights] : NULL;
    const struct model *const model = l->n->populations[c->post].model;
    const int receptor = model_find_receptor(model, w->receptor);
    c->is_signed = receptor >= 0 && model_receptor_is_signed(model, (uint32_t)receptor);
    if (column != NULL) {
        c->weight_column = column;
        take_weights(l, p, w, c);
    } else {
        c->weight_node = lower_pair(l->n, c->ir, w->value, PAIR_WEIGHT_STREAM);
        if (p->scale != 1.0) {
            c->weight_node = ir_op2(c->ir, IR_MUL, c->weight_node, ir_const(c->ir, p->scale));
        }
        c->has_constant_weight = ir_is_const(c->ir, c->weight_node, &c->weight);
    }
    const double most = l->n->precision == PRECISION_DOUBLE ? DBL_MAX : (double)3.4e38f;
    if (c->has_constant_weight &&
        (!(fabs(c->weight) <= most) || (c->weight < 0.0 && !c->is_signed))) {
        diag_error(l->d, w->at, 0, NULL,
                   "the weight of projection '%s' is %g: it is a number%s", p->name, c->weight,
                   c->is_signed ? ", and not that large" : ", and not below 0");
    }
    c->channel = find_channel(l->n, c->post, receptor);
    if (c->channel == UINT32_MAX) {
        diag_error(l->d, w->at, 0, NULL, "population '%s' has no receptor '%s'",
                   l->n->populations[c->post].name, w->receptor);
    }
}

static enum err_code add_group(struct conn_list *l, const struct desc_projection *p,
                               uint32_t pre, uint32_t post, struct err *e)
{
    struct network *const n = l->n;
    const char *const from = n->populations[pre].name, *const to = n->populations[post].name;
    struct net_conn shared = {.projection = p,
                              .pre = pre,
                              .post = post,
                              .wiring_key = net_stream_key(n, STREAM_WIRING, p->name, from, to),
                              .weight_key = net_stream_key(n, STREAM_WEIGHT, p->name, from, to),
                              .delay_key = net_stream_key(n, STREAM_DELAY, p->name, from, to),
                              .ir = ir_create(n->arena)};
    ERR_IF(shared.ir == NULL, e, ERR_NOMEM, "no memory for projection '%s'", p->name);
    lower_shared(l, p, &shared);
    for (uint32_t w = 0; w < p->n_weights; w++) {
        struct net_conn *const c =
            arena_push(n->arena, &n->conns, &n->n_conns, &l->room, sizeof *n->conns);
        ERR_IF(c == NULL, e, ERR_NOMEM, "no memory for projection '%s'", p->name);
        *c = shared;
        c->shares_wiring = w > 0;
        lower_weight(l, p, &p->weights[w], c);
    }
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for projection '%s'", p->name);
    return ERR_OK;
}

enum err_code net_groups_create(const struct network *n, struct net_group **groups,
                                uint32_t *n_groups, struct err *e)
{
    *n_groups = 0;
    struct net_group *all;
    ERR_TRY(mem_alloc(&all, (size_t)n->n_conns + 1, sizeof *all, e));
    for (uint32_t k = 0; k < n->n_conns; k++) {
        struct net_conn *const c = &n->conns[k];
        if (c->shares_wiring) {
            all[*n_groups - 1].n_conns++;
            continue;
        }
        const struct desc_projection *const p = c->projection;
        all[(*n_groups)++] =
            (struct net_group){.projection = p,
                               .pre = &n->populations[c->pre],
                               .post = &n->populations[c->post],
                               .conns = c,
                               .rule = net_rule_of(p->rule),
                               .n_conns = 1,
                               .n_pre = n->populations[c->pre].n,
                               .n_post = n->populations[c->post].n,
                               .no_autapses = c->pre == c->post && !p->allow_autapses,
                               .indegree = p->rule == RULE_FIXED_INDEGREE ? p->indegree : 1,
                               .given = p->rule == RULE_EDGES ? p->edges : NULL,
                               .delay_min = c->delay_min,
                               .delay_max = c->delay_max};
    }
    *groups = all;
    return ERR_OK;
}

enum err_code net_conns_create(struct network *n, struct diag_list *d, struct err *e)
{
    struct conn_list l = {.n = n, .d = d};
    const struct desc_network *const desc = n->desc;
    for (uint32_t pre = 0; pre < n->n_populations; pre++) {
        n->populations[pre].first_conn = n->n_conns;
        for (uint32_t k = 0; k < desc->n_projections; k++) {
            const struct desc_projection *const p = &desc->projections[k];
            for (uint32_t post = 0; is_in(p->from, p->n_from, pre) && post < n->n_populations;
                 post++) {
                if (is_in(p->to, p->n_to, post)) {
                    ERR_TRY(add_group(&l, p, pre, post, e));
                }
            }
        }
        n->populations[pre].n_conns = n->n_conns - n->populations[pre].first_conn;
    }
    struct net_group *groups = NULL;
    uint32_t n_groups;
    ERR_TRY(net_groups_create(n, &groups, &n_groups, e));
    for (uint32_t k = 0; k < n_groups; k++) {
        if (groups[k].rule->check != NULL) {
            groups[k].rule->check(&groups[k], d);
        }
    }
    mem_free(groups);
    return ERR_OK;
}
