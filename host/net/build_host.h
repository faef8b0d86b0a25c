/* net/build_host.h: what the parts of the host's build share (rows: build_host.c, weights:
 * weights_host.c). Sees: base, lang. */
#ifndef NET_BUILD_HOST_H
#define NET_BUILD_HOST_H

#include "net/inside.h"
#include "net/pair_eval.h"
#include "net/parallel.h"

#define HOST_THREADS_MOST 256

struct host_chunk {        /* source rows [lo, hi) of a group */
    struct net_edges list; /* their ids, row after row */
    uint16_t *delays;      /* [list.n] steps, until the rows are sorted by them */
    uint64_t edge_begin;   /* first edge, counted in the group */
    uint32_t lo, hi;
    uint32_t delay_min, delay_max;
    uint32_t bad_row; /* least source row with a bad delay, then weight; UINT32_MAX: none */
};

struct host_group {
    struct net_group *g;
    struct host_chunk *chunks;
    uint32_t *row_count;   /* [n_pre] */
    uint32_t *delay_count; /* [n_pre][delays], or NULL where all delays are one */
    uint32_t n_chunks;
};

struct host_build {
    struct network *n;
    struct net_group *all;
    struct host_group *groups;
    struct net_wiring *w;
    /* Weights in hand, from weight weight_first on: bits of floats or doubles, then integers.
     */
    void *weight;
    uint64_t weight_first;
    const struct net_build_options *options;
    struct diag_list *d;
    uint32_t n_groups, n_threads;
};

/* Walks the edges of rows [row, end) by blocks that cross rows. */
struct host_cursor {
    const uint32_t *row_count, *ids;
    uint32_t row, end, at; /* at: edges of the row that are done */
    size_t done;
};
/* The next pairs into v, INTERP_BLOCK at most; returns how many. */
uint32_t host_cursor_fill(struct host_cursor *s, struct pair_eval *v);

/* Rows of a group, sorted by delay: lists of ids in its chunks; g->n_edges, delay_min and
 * delay_max. On error too: host_group_fini. */
enum err_code host_group_rows(struct host_build *b, struct host_group *h,
                              const struct net_progress *progress, struct err *e) ERR_CHECKED;
/* Row pointers of the group: out [n_pre*delays + 1]. */
void host_group_pointers(const struct host_group *h, uint64_t *out);
/* Targets of a chunk's edges. */
void host_chunk_targets(const struct net_group *g, const struct host_chunk *c, uint32_t *out);
void host_group_fini(struct host_group *h);

/* Drawn and given weights of a group as bits of floats or doubles at their places (the lists of
 * ids must still stand). */
enum err_code host_weights_draw(struct host_build *b, struct host_group *h,
                                struct err *e) ERR_CHECKED;
/* Scales of all channels, then weights as integers. */
enum err_code host_weights_scale(struct host_build *b, struct err *e) ERR_CHECKED;

#endif
