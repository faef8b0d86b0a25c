/* net/build_device.h: what the parts of the build on a device share (rows: build_device.c,
 * kernels: device_kernels.c, the rules' ids: device_rules.c, weights: weights_device.c). Sees:
 * base, lang, device. Threads: one. */
#ifndef NET_BUILD_DEVICE_H
#define NET_BUILD_DEVICE_H

#include "net/build_text.h"
#include "net/inside.h"

#include "build/csr_group.h"

/* Kernels of build/csr.cl. */
/* clang-format off */
#define BUILD_KERNELS(X)                                                                       \
    X(csr_pairs) X(csr_expand) X(csr_all) X(csr_one) X(csr_indegree) X(csr_scatter)            \
    X(csr_sort) X(csr_delay) X(csr_delay_count) X(csr_delay_sort) X(csr_weight_draw)           \
    X(csr_targets) X(csr_sum_weights) X(csr_sum_edges) X(csr_quantise)
/* clang-format on */
enum build_kernel {
#define BUILD_KERNEL_ID(name) KERNEL_##name,
    BUILD_KERNELS(BUILD_KERNEL_ID)
#undef BUILD_KERNEL_ID
        BUILD_KERNEL_N
};

struct host_group; /* build_host.h */

struct device_group {
    struct net_group *g;
    struct build_numbers numbers;
    struct csr_group shape;
    uint64_t
        *row_ptr; /* [n_pre + 1], then [n_pre*delays + 1] once the delays are known (owned) */
    struct device_buffer bits; /* pairwise: kept from counting to filling where there is room */
    uint32_t *counts;          /* pairwise: [n_pre][n_parts] synapses of each part (owned) */
    struct host_group *given;  /* edges: rows as the host has sorted them (owned) */
};

struct device_build {
    struct network *n;
    struct net_group *all;
    struct device_group *groups;
    struct net_wiring *w;
    struct device *device;
    const struct net_build_options *options;
    struct diag_list *d;
    /* In double precision what is done with weights has a program of its own: rows and delays
     * stay in single. */
    struct device_program program, weights_program;
    struct device_kernel kernels[BUILD_KERNEL_N];
    struct device_buffer
        *places; /* [n_populations]: x, y, z of the padded cells, made when first needed */
    struct device_buffer none; /* stands where a kernel wants a buffer that nothing is in */
    struct device_buffer found;
    uint64_t bits_kept, items; /* bytes of kept bits; work-items that fill the device */
    uint32_t n_groups, width, local;
};

/* One kernel argument: a buffer or a value. */
struct build_argument {
    const struct device_buffer *buffer;
    const void *value;
    size_t bytes;
};
#define BUILD_BUFFER(b)                                                                        \
    {                                                                                          \
        .buffer = (b)                                                                          \
    }
#define BUILD_VALUE(v)                                                                         \
    {                                                                                          \
        .value = &(v), .bytes = sizeof(v)                                                      \
    }
#define BUILD_MOST_ARGUMENTS 8

/* Sets the arguments (up to the first with neither buffer nor value) and enqueues. */
enum err_code build_launch(struct device_build *b, enum build_kernel which,
                           const struct build_argument arguments[BUILD_MOST_ARGUMENTS],
                           uint64_t global, struct err *e) ERR_CHECKED;
enum err_code build_found_clear(struct device_build *b, struct err *e) ERR_CHECKED;
enum err_code build_found_read(struct device_build *b, uint32_t found[FOUND_WORDS],
                               struct err *e) ERR_CHECKED;
/* Places of a group's two populations; the empty buffer where the network has no space. */
enum err_code build_places(struct device_build *b, const struct net_population *p,
                           const struct device_buffer **out, struct err *e) ERR_CHECKED;
/* A buffer of at least one element. */
enum err_code build_buffer(struct device_build *b, struct device_buffer *out, uint64_t bytes,
                           const char *what, struct err *e) ERR_CHECKED;
/* Parts of each of n rows, so that rows*parts fill the device; at most `most`. */
uint32_t build_parts(const struct device_build *b, uint64_t rows, uint64_t most);

/* Counts the group's edges (g->n_edges), before there is room for them. */
enum err_code device_rule_count(struct device_build *b, struct device_group *x,
                                struct err *e) ERR_CHECKED;
/* Writes its ids into out from x->shape.edge_begin on; x->row_ptr: [n_pre + 1]. */
enum err_code device_rule_fill(struct device_build *b, struct device_group *x,
                               const struct device_buffer *out, struct err *e) ERR_CHECKED;
/* Reads ids from a buffer and explains the row (build stage after row_ptr stands; n_delays
 * pointers per row). */
enum err_code device_explain(struct device_build *b, const struct device_group *x,
                             enum net_pair_value what, const struct device_buffer *ids,
                             uint32_t row, uint32_t n_delays, struct err *e) ERR_CHECKED;
/* Edges that are given: sorted on the host (sets g->n_edges), copied to their places. */
enum err_code device_edges_count(struct device_build *b, struct device_group *x,
                                 struct err *e) ERR_CHECKED;
enum err_code device_edges_fill(struct device_build *b, struct device_group *x,
                                struct err *e) ERR_CHECKED;
enum err_code device_edges_weights(struct device_build *b, struct device_group *x,
                                   double *largest, struct err *e) ERR_CHECKED;
void device_edges_fini(struct device_group *x);
/* Drawn weights as bits of floats or doubles, while targets still holds ids; largest |weight|:
 * [n_conns of the network]. */
enum err_code device_weights_draw(struct device_build *b, struct device_group *x,
                                  double *largest, struct err *e) ERR_CHECKED;
enum err_code device_weights_scale(struct device_build *b, const double *largest,
                                   struct err *e) ERR_CHECKED;

#endif
