/* net/explain.c: names the first pair of a row whose p, delay or weight is wrong, by evaluating
 * the row again on the host. Both builders only find the row: so their messages are the same.
 */
#include "net/inside.h"
#include "net/pair_eval.h"
#include "lang/flush.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is wrong with a value, or NULL. */
static const char *complaint(enum net_pair_value what, bool is_signed, double x)
{
    if (isnan(x)) {
        return "not a number";
    }
    switch (what) {
    case NET_PAIR_P:
        return x < 0.0 ? "below 0" : NULL;
    case NET_PAIR_DELAY:
        return x > (double)DELAY_MAX ? "too long" : NULL;
    case NET_PAIR_WEIGHT:
        return x < 0.0 && !is_signed ? "below 0" : isinf(x) ? "infinite" : NULL;
    }
    return NULL;
}

static enum err_code explain_lane(const struct pair_eval *v, enum net_pair_value what,
                                  uint32_t source, uint32_t target, uint32_t lane,
                                  const char *why, struct err *e)
{
    static const char *const names[] = {
        [NET_PAIR_P] = "p", [NET_PAIR_DELAY] = "the delay", [NET_PAIR_WEIGHT] = "the weight"};
    const struct net_group *const g = v->program->group;
    char where[64] = "";
    if (g->pre->x != NULL && g->post->x != NULL) {
        const double dx = (double)g->post->x[target] - (double)g->pre->x[source];
        const double dy = (double)g->post->y[target] - (double)g->pre->y[source];
        const double dz = (double)g->post->z[target] - (double)g->pre->z[source];
        snprintf(where, sizeof where, " (%.4g um apart)", sqrt(dx * dx + dy * dy + dz * dz));
    }
    char value[64] = "", edge[48] = "";
    const double x = precision_get(v->program->precision, v->out[0], lane);
    if (what == NET_PAIR_DELAY) {
        snprintf(value, sizeof value, " (%.6g steps, most is %u)", x, DELAY_MAX);
    } else {
        snprintf(value, sizeof value, " (%.6g)", x);
    }
    if (g->given != NULL) {
        snprintf(edge, sizeof edge, ", edge %u", v->number[lane] + 1);
    }
    return err_set(e, ERR_FILE, 0, "projection '%s', '%s' %u to '%s' %u%s%s: %s is %s%s",
                   g->projection->name, g->pre->name, source, g->post->name, target, edge,
                   where, names[what], why, why[0] == 'n' ? "" : value);
}

static enum err_code explain_block(const struct pair_eval *v, enum net_pair_value what,
                                   const struct net_conn *c, uint32_t source, uint32_t first,
                                   uint32_t count, const uint32_t *ids, struct err *e)
{
    const struct net_group *const g = v->program->group;
    for (uint32_t l = 0; l < count; l++) {
        const uint32_t target = ids == NULL ? first + l : v->post[l];
        const char *why =
            complaint(what, c->is_signed, precision_get(v->program->precision, v->out[0], l));
        if (v->n_gave_up > 0 && l == v->first_gave_up) {
            why = "not found: truncated() drew 1000 times outside its bounds";
        }
        if (why != NULL && !(what == NET_PAIR_P && g->no_autapses && target == source)) {
            return explain_lane(v, what, source, target, l, why, e);
        }
    }
    return ERR_OK;
}

enum err_code net_explain_pair(struct network *n, const struct net_group *g,
                               enum net_pair_value what, uint32_t conn, uint32_t source,
                               const uint32_t *ids, uint32_t n_ids, struct err *e)
{
    const struct net_conn *const c = &g->conns[conn];
    const uint32_t root = what == NET_PAIR_P       ? c->p_node
                          : what == NET_PAIR_DELAY ? c->steps_node
                                                   : c->weight_node;
    struct pair_program program = {0};
    struct pair_eval *v = NULL;
    enum err_code code;
    ERR_GOTO(pair_program_create(&program, n, g,
                                 what == NET_PAIR_WEIGHT ? n->precision : PRECISION_SINGLE,
                                 &root, 1, e));
    ERR_GOTO(pair_eval_create(&v, &program, e));
    const uint32_t count = ids == NULL ? g->n_post : n_ids;
    for (uint32_t first = 0; first < count && code == ERR_OK; first += INTERP_BLOCK) {
        const uint32_t m = count - first < INTERP_BLOCK ? count - first : INTERP_BLOCK;
        const uint64_t flush = flush_denormals_begin();
        if (ids == NULL) {
            pair_eval_row(v, source, first, m);
        } else {
            pair_eval_put(v, 0, source, ids + first, m);
            pair_eval_edges(v, m);
        }
        flush_denormals_end(flush);
        code = explain_block(v, what, c, source, first, m, ids, e);
    }
    if (code == ERR_OK) {
        code = err_set(e, ERR_FILE, 0, "projection '%s': a value of source %u cannot be used",
                       g->projection->name, source);
    }
out:
    pair_eval_destroy(v);
    pair_program_fini(&program);
    return code;
}

enum err_code net_explain_weight(struct network *n, const struct net_group *g, uint32_t source,
                                 const uint32_t *ids, uint32_t n_ids, struct err *e)
{
    for (uint32_t c = 0; c < g->n_conns; c++) {
        if (g->conns[c].weight_node == IR_NONE || g->conns[c].has_constant_weight) {
            continue;
        }
        struct err named = {.code = ERR_OK};
        const enum err_code code =
            net_explain_pair(n, g, NET_PAIR_WEIGHT, c, source, ids, n_ids, &named);
        if (strstr(named.msg, "cannot be used") ==
            NULL) { /* this receptor's weight is the one */
            *e = named;
            return code;
        }
    }
    return err_set(e, ERR_FILE, 0, "projection '%s': a weight of source %u cannot be used",
                   g->projection->name, source);
}
