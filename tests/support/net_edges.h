/* tests/support/net_edges.h: a network whose one projection X is given edge by edge, at random.
 * Include after support/net_fixture.h. */
#ifndef SUPPORT_NET_EDGES_H
#define SUPPORT_NET_EDGES_H

#include "support/net_fixture.h"

#include "base/hash.h"

enum { NET_EDGES_PRE = 37, NET_EDGES_POST = 53 };

/* P has 37 cells, Q 53; the weight of A comes from a column, that of B and C as the text says.
 */
#define NET_EDGES_TEXT(weights, delay)                                                         \
    "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 100 um}\n"                \
    "populations: {P: {model: test_cell.yaml, count: 37}, Q: {model: test_cell.yaml, count: "  \
    "53}}\n"                                                                                   \
    "projections:\n"                                                                           \
    "  X: {from: P, to: Q, rule: all_to_all, weight: {" weights "}" delay "}\n"

struct net_edges_given {
    struct desc_edges edges;
    double *columns[4]; /* of each receptor; NULL: an expression */
};

NET_FIXTURE_MAYBE static void net_edges_init(struct net_edges_given *x, uint32_t n,
                                             bool has_delays)
{
    *x = (struct net_edges_given){.edges = {.n = n}};
    x->edges.source = calloc(n + 1, sizeof *x->edges.source);
    x->edges.target = calloc(n + 1, sizeof *x->edges.target);
    x->edges.delay = has_delays ? calloc(n + 1, sizeof *x->edges.delay) : NULL;
    x->columns[0] = calloc(n + 1, sizeof **x->columns);
    x->edges.weight = x->columns;
    for (uint32_t k = 0; k < n; k++) {
        x->edges.source[k] = (uint32_t)(hash_mix64(k) % NET_EDGES_PRE);
        x->edges.target[k] = (uint32_t)(hash_mix64(k + 1000003) % NET_EDGES_POST);
        x->columns[0][k] = 0.5 + (double)(hash_mix64(k + 7) >> 11) * 0x1p-53;
        if (has_delays) {
            x->edges.delay[k] = 3 + (uint32_t)(hash_mix64(k + 77) % 7);
        }
    }
}

NET_FIXTURE_MAYBE static void net_edges_fini(struct net_edges_given *x)
{
    free(x->edges.source);
    free(x->edges.target);
    free(x->edges.delay);
    free(x->columns[0]);
}

/* Loads text, makes its first projection one of these edges and numbers the network. */
NET_FIXTURE_MAYBE static enum err_code net_edges_try(struct net_fixture *f, const char *text,
                                                     struct net_edges_given *x,
                                                     const char *precision, struct err *e)
{
    const struct desc_options options = {.precision = precision};
    const enum err_code code = net_fixture_load(f, text, NULL, &options, e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, e);
    }
    f->desc->projections[0].rule = RULE_EDGES;
    f->desc->projections[0].edges = &x->edges;
    return network_create(&f->n, f->desc, &f->d, e);
}

NET_FIXTURE_MAYBE static void net_edges_open(struct net_fixture *f, const char *text,
                                             struct net_edges_given *x, const char *precision)
{
    struct err e = {0};
    const enum err_code code = net_edges_try(f, text, x, precision, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
}

#endif
