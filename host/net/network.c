/* net/network.c: a description becomes numbers. */
#include "net/inside.h"

#include <math.h>
#include <string.h>

static enum err_code create_parts(struct network *n, struct diag_list *d, struct err *e)
{
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(net_population_create(n, p, d, e));
    }
    if (d->n_errors > 0) {
        return err_set(e, ERR_FILE, 0, "the network has errors");
    }
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(net_positions_draw(n, &n->populations[p], e));
        ERR_TRY(net_initial_draw(n, p, d, e));
        n->n_cells += n->populations[p].n;
    }
    ERR_TRY(net_conns_create(n, d, e));
    ERR_TRY(net_traces_create(n, e));
    if (d->n_errors > 0) {
        return err_set(e, ERR_FILE, 0, "the network has errors");
    }
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for the network");
    net_layout_rings(n, false);
    return ERR_OK;
}

enum err_code network_create(struct network **out, const struct desc_network *desc,
                             struct diag_list *d, struct err *e)
{
    *out = NULL;
    struct network *n;
    ERR_TRY(mem_alloc(&n, 1, sizeof *n, e));
    n->desc = desc;
    n->precision = desc->precision;
    n->dt_fs = desc->dt_fs;
    n->n_settle = desc->n_settle;
    n->n_steps = desc->n_steps;
    n->seed = desc->seed;
    n->n_populations = desc->n_populations;
    enum err_code code;
    ERR_GOTO(arena_create(&n->arena, e));
    n->populations = arena_alloc(n->arena, n->n_populations, sizeof *n->populations);
    code = n->populations == NULL ? err_set(e, ERR_NOMEM, 0, "no memory for the populations")
                                  : create_parts(n, d, e);
out:
    if (code != ERR_OK) {
        network_destroy(n);
        return code;
    }
    *out = n;
    return ERR_OK;
}

void network_destroy(struct network *n)
{
    if (n == NULL) {
        return;
    }
    for (uint32_t p = 0; n->populations != NULL && p < n->n_populations; p++) {
        net_population_fini(&n->populations[p]);
    }
    arena_destroy(n->arena);
    mem_free(n);
}

double net_delay_steps(const struct network *n, double ms)
{
    return floor(ms * 1e12 / (double)n->dt_fs + 0.5);
}
