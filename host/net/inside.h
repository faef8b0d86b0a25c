/* net/inside.h: what the files of this room share.
 * A *group* is one (projection, source population, target population): its conns (one per
 * receptor) share rows, targets and delays, and differ in weights only. Sees: base, lang, desc.
 * Threads: see each function. */
#ifndef NET_INSIDE_H
#define NET_INSIDE_H

#include "net/network.h"
#include "net/rule.h"

struct net_group {
    const struct desc_projection *projection;
    const struct net_population *pre, *post;
    struct net_conn *conns; /* [n_conns], consecutive in network.conns */
    const struct net_rule *rule;
    uint32_t n_conns, n_pre, n_post;
    bool no_autapses;  /* source and target are one population, and a cell must not reach itself
                        */
    uint32_t indegree; /* fixed_indegree: K; an edge's number is target*K + draw */
    const struct desc_edges *given; /* edges; else NULL */
    /* while building */
    uint64_t n_edges, row_begin, edge_begin;
    uint32_t delay_min, delay_max;
    float largest_p; /* of an expression; 0 where none is above 1 */
};

/* What an edge's id (rule.h) says: its target, and the number that keys its draws. */
static inline uint32_t net_edge_target(const struct net_group *g, uint32_t id)
{
    return g->given != NULL       ? g->given->target[id]
           : g->rule->is_numbered ? id / g->indegree
                                  : id;
}
static inline uint32_t net_edge_number(const struct net_group *g, uint32_t id, uint32_t source)
{
    return g->given != NULL ? id : g->rule->is_numbered ? id % g->indegree : source;
}

/* Numbering (network_create). Errors of the network go to d as diagnostics; what is returned is
 * ERR_OK or a failure. */
enum err_code net_population_create(struct network *n, uint32_t index, struct diag_list *d,
                                    struct err *e) ERR_CHECKED;
void net_population_fini(struct net_population *p);
enum err_code net_positions_draw(const struct network *n, struct net_population *p,
                                 struct err *e) ERR_CHECKED;
enum err_code net_initial_draw(struct network *n, uint32_t population, struct diag_list *d,
                               struct err *e) ERR_CHECKED;
/* Given events; inputs: what each event of the population's step request came from. */
enum err_code net_trains_create(struct network *n, struct net_population *p,
                                const struct desc_input *const *inputs, struct diag_list *d,
                                struct err *e) ERR_CHECKED;
void net_trains_fini(struct net_trains *t);
enum err_code net_conns_create(struct network *n, struct diag_list *d,
                               struct err *e) ERR_CHECKED;
enum err_code net_traces_create(struct network *n, struct err *e) ERR_CHECKED;
/* count cells of n, ascending, drawn without repeats by the key. out: [count], count <= n. */
enum err_code net_select_cells(uint64_t key, uint32_t n, uint32_t count, uint32_t *out,
                               struct err *e) ERR_CHECKED;
/* stream_key of a name of up to three parts, separated by NUL; second and third may be NULL. */
uint64_t net_stream_key(const struct network *n, unsigned purpose, const char *first,
                        const char *second, const char *third);
/* A delay in steps for where a value in ms stands (floor(x/dt + 0.5)); exact in double. */
double net_delay_steps(const struct network *n, double ms);
/* From network.conns: *groups is owned by the caller (mem_free). */
enum err_code net_groups_create(const struct network *n, struct net_group **groups,
                                uint32_t *n_groups, struct err *e) ERR_CHECKED;

/* Building. Both builders fill conns' n_edges, delay_min, delay_max and layout but for the
 * weights and rings, and w. */
enum err_code net_build_host(struct network *n, struct net_group *groups, uint32_t n_groups,
                             struct net_wiring *w, const struct net_build_options *o,
                             struct diag_list *d, struct err *e) ERR_CHECKED;
enum err_code net_build_device(struct network *n, struct net_group *groups, uint32_t n_groups,
                               struct net_wiring *w, struct device *device,
                               const struct net_build_options *o, struct diag_list *d,
                               struct err *e) ERR_CHECKED;
/* Places of all groups once their edges and delays are known: layouts (but weights), w->n_rows,
 * n_targets, n_weights. */
enum err_code net_layout_rows(struct network *n, struct net_group *groups, uint32_t n_groups,
                              struct net_wiring *w, struct err *e) ERR_CHECKED;
/* Rings and the slice, from the delays; before the build, delays that are drawn count as 0. */
void net_layout_rings(struct network *n, bool is_built);

/* Scales (channel.c). */
struct net_channel_sum {
    uint64_t most;   /* largest sum of the sizes of a target's weights, each in units of
                        2^(exponent - 30), rounded up */
    int exponent;    /* least E with all |weight| <= 2^E */
    bool has_weight; /* false: no weight but 0 */
};
int net_weight_exponent(double largest);
uint64_t net_weight_fixed(double weight, int exponent);
int net_channel_scale(const struct net_channel_sum *s, enum precision precision);
/* A column's weight with the projection's scale, in the network's precision. */
double net_given_weight(const struct network *n, const struct net_conn *c, uint64_t edge);
/* Weights that are one number: their integer, with the complaints of a coarse one. */
enum err_code net_quantise_constant(const struct network *n, struct net_conn *c,
                                    struct diag_list *d, struct err *e) ERR_CHECKED;
/* Complaints about drawn weights: edge (of this conn) whose weight became 0, number of coarse
 * ones. */
enum err_code net_zero_weight(const struct network *n, const struct net_conn *c,
                              uint32_t source, uint32_t target, double weight,
                              struct err *e) ERR_CHECKED;
void net_coarse_weights(const struct network *n, const struct net_conn *c, uint64_t count,
                        struct diag_list *d);
void net_large_p(const struct net_group *g, struct diag_list *d);

/* Messages that name a pair: evaluates again on the host. ids: the row's edges (NULL: all
 * targets, for p). Always an error. */
enum net_pair_value { NET_PAIR_P, NET_PAIR_DELAY, NET_PAIR_WEIGHT };
enum err_code net_explain_pair(struct network *n, const struct net_group *g,
                               enum net_pair_value what, uint32_t conn, uint32_t source,
                               const uint32_t *ids, uint32_t n_ids, struct err *e) ERR_CHECKED;

/* As above for the weights of a row, whichever receptor's it is. */
enum err_code net_explain_weight(struct network *n, const struct net_group *g, uint32_t source,
                                 const uint32_t *ids, uint32_t n_ids,
                                 struct err *e) ERR_CHECKED;

#endif
