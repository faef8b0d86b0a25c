/* tests/support/net_signed.h: networks whose receptors EX and IN are currents, so that weights
 * have a sign. Include after support/expect.h. */
#ifndef SUPPORT_NET_SIGNED_H
#define SUPPORT_NET_SIGNED_H

#include "support/net_edges.h"

/* P has 40 cells with currents, Q 60, R 30 with conductances. */
#define NET_SIGNED_TEXT                                                                        \
    "time: {duration: 1 ms, step: 0.1 ms}\npopulations: {P: {model: lif_psc_exp, count: 40}, " \
    "Q: {model: lif_psc_exp, count: 60}, R: {model: test_cell.yaml, count: 30}}\n"             \
    "defaults: {projections: {delay: 0.5 ms}}\nprojections:\n"

NET_FIXTURE_MAYBE static enum err_code net_signed_try(struct net_fixture *f,
                                                      const char *projections,
                                                      struct net_edges_given *x,
                                                      const char *precision, struct err *e)
{
    char text[4096];
    (void)snprintf(text, sizeof text, NET_SIGNED_TEXT "%s", projections);
    const struct desc_options options = {.precision = precision,
                                         .model_dir = TEST_SOURCE_DIR "/networks/models"};
    const enum err_code code = net_fixture_load(f, text, NULL, &options, e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, e);
    }
    if (x != NULL) {
        f->desc->projections[0].rule = RULE_EDGES;
        f->desc->projections[0].edges = &x->edges;
    }
    return network_create(&f->n, f->desc, &f->d, e);
}

NET_FIXTURE_MAYBE static void net_signed_open(struct net_fixture *f, const char *projections,
                                              const char *precision)
{
    struct err e = {0};
    const enum err_code code = net_signed_try(f, projections, NULL, precision, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
}

/* n edges whose weights are of both signs. */
NET_FIXTURE_MAYBE static void net_signed_edges(struct net_edges_given *x, uint32_t n)
{
    net_edges_init(x, n, false);
    for (uint32_t k = 0; k < n; k++) {
        x->columns[0][k] *= hash_mix64(k + 9) % 2 == 0 ? -1.0 : 1.0;
    }
}

/* Weights of EX from x's column, those of IN drawn, of both signs. */
NET_FIXTURE_MAYBE static enum err_code net_signed_try_edges(struct net_fixture *f,
                                                            struct net_edges_given *x,
                                                            const char *precision,
                                                            struct err *e)
{
    return net_signed_try(f,
                          "  X: {from: P, to: Q, rule: all_to_all, weight: {EX: 1 pA, IN: "
                          "\"normal(0 pA, 3 pA)\"}}\n",
                          x, precision, e);
}

NET_FIXTURE_MAYBE static void
net_signed_open_edges(struct net_fixture *f, struct net_edges_given *x, const char *precision)
{
    struct err e = {0};
    const enum err_code code = net_signed_try_edges(f, x, precision, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
}

#endif
