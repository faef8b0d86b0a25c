/* net/device_edges.c: connections that are given one by one, on a device: the host sorts and
 * weighs them as it does for itself (build_host.c), and they are copied. */
#include "net/build_device.h"
#include "net/build_host.h"

#include <math.h>
#include <string.h>

static void host_of(const struct device_build *b, struct host_build *out)
{
    *out = (struct host_build){.n = b->n,
                               .all = b->all,
                               .w = b->w,
                               .options = b->options,
                               .d = b->d,
                               .n_threads = net_thread_count(b->options->threads)};
    out->n_threads = out->n_threads < HOST_THREADS_MOST ? out->n_threads : HOST_THREADS_MOST;
}

enum err_code device_edges_count(struct device_build *b, struct device_group *x, struct err *e)
{
    struct host_build host;
    host_of(b, &host);
    ERR_TRY(mem_alloc(&x->given, 1, sizeof *x->given, e));
    x->given->g = x->g;
    ERR_TRY(host_group_rows(&host, x->given, NULL, e));
    x->shape.delay_min = x->g->delay_min;
    x->shape.n_delays = x->g->delay_max - x->g->delay_min + 1;
    return ERR_OK;
}

enum err_code device_edges_fill(struct device_build *b, struct device_group *x, struct err *e)
{
    const struct host_group *const h = x->given;
    const uint64_t n_rows = (uint64_t)x->g->n_pre * x->shape.n_delays;
    uint32_t *targets = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&x->row_ptr, (size_t)n_rows + 1, sizeof *x->row_ptr, e));
    host_group_pointers(h, x->row_ptr);
    for (uint32_t k = 0; k < h->n_chunks; k++) {
        const struct host_chunk *const c = &h->chunks[k];
        if (c->list.n == 0) {
            continue;
        }
        ERR_GOTO(mem_alloc(&targets, c->list.n, sizeof *targets, e));
        host_chunk_targets(x->g, c, targets);
        ERR_GOTO(device_write(&b->w->target_buffer,
                              (x->g->edge_begin + c->edge_begin) * sizeof *targets, targets,
                              c->list.n * sizeof *targets, e));
        mem_free(targets);
        targets = NULL;
    }
out:
    mem_free(targets);
    return code;
}

static double largest_of(enum precision precision, const void *weights, uint64_t n)
{
    double largest = 0.0;
    for (uint64_t k = 0; k < n; k++) {
        largest = fmax(largest, fabs(precision_get(precision, weights, k)));
    }
    return largest;
}

enum err_code device_edges_weights(struct device_build *b, struct device_group *x,
                                   double *largest, struct err *e)
{
    const struct net_group *const g = x->g;
    const enum precision precision = b->n->precision;
    const size_t bytes = precision_bytes(precision);
    struct host_build host;
    host_of(b, &host);
    uint64_t n_weights = 0;
    for (uint32_t c = 0; c < g->n_conns; c++) {
        if (g->conns[c].layout.has_weights) {
            host.weight_first =
                n_weights == 0 ? g->conns[c].layout.weight_begin : host.weight_first;
            n_weights += g->n_edges;
        }
    }
    if (n_weights == 0) {
        return ERR_OK;
    }
    enum err_code code;
    ERR_GOTO(mem_alloc(&host.weight, n_weights, bytes, e));
    ERR_GOTO(host_weights_draw(&host, x->given, e));
    ERR_GOTO(device_write(&b->w->weight_buffer, host.weight_first * bytes, host.weight,
                          n_weights * bytes, e));
    for (uint32_t c = 0; c < g->n_conns; c++) {
        const struct conn_layout *const l = &g->conns[c].layout;
        if (l->has_weights) {
            const char *const from =
                (const char *)host.weight + (l->weight_begin - host.weight_first) * bytes;
            largest[&g->conns[c] - b->n->conns] = largest_of(precision, from, g->n_edges);
        }
    }
out:
    mem_free(host.weight);
    return code;
}

void device_edges_fini(struct device_group *x)
{
    if (x->given != NULL) {
        host_group_fini(x->given);
        mem_free(x->given);
    }
}
