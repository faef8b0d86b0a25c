/* net/rule.h: connection rules: one row of desc/rules.def, one file rule_NAME.c, one kernel
 * header build/rule_NAME.h each. A rule gives the edges of source rows in one order: ascending
 * by *id*. An id is the target's index, or, where a rule numbers its draws (is_numbered),
 * target*indegree + draw, so that ties of a target stand in order of their draws. Edges that
 * are given (rule edges) have their place in the file as id, and stand by target, then id.
 * Sees: base, lang, desc. Threads: draw_rows runs on many at once, each with its own
 * rule_thread. */
#ifndef NET_RULE_H
#define NET_RULE_H

#include "net/network.h"

struct net_group;
struct pair_eval;

struct net_edges { /* a growing list of ids */
    uint32_t *ids;
    size_t n, capacity;
};

struct rule_thread {
    struct pair_eval *p; /* NULL where p is constant or the rule has none */
    uint32_t *work;      /* whatever the rule keeps per thread (owned: mem_free) */
    float largest_p;
    uint32_t bad_row; /* least source row with a p that is negative or NaN; UINT32_MAX: none */
};

struct rule_build {
    struct network *network;
    const struct net_group *group;
    const struct net_build_options *options;
    struct rule_thread *threads; /* [n_threads] */
    uint32_t n_threads;
    uint32_t *sources, *ids; /* fixed_indegree, edges: what prepare made (owned) */
    uint64_t *row_ptr;
};

struct net_rule {
    enum desc_rule id;
    const char *name;
    bool is_numbered;
    /* Diagnostics of a group that cannot be wired (sizes). NULL: none. */
    void (*check)(const struct net_group *g, struct diag_list *d);
    /* Mean number of synapses; *is_sampled is set where p varies: the caller multiplies pairs
     * by a sampled mean of p. */
    double (*expected)(const struct net_group *g);
    /* Before the rows, on the calling thread. NULL: nothing to do. */
    enum err_code (*prepare)(struct rule_build *b, struct err *e);
    /* Appends the ids of rows [lo, hi) to out and sets row_count[i - lo]. */
    enum err_code (*draw_rows)(struct rule_build *b, uint32_t thread, uint32_t lo, uint32_t hi,
                               uint32_t *row_count, struct net_edges *out, struct err *e);
};

const struct net_rule *net_rule_of(enum desc_rule rule);
extern const struct net_rule net_rule_pairwise_bernoulli, net_rule_fixed_indegree,
    net_rule_one_to_one, net_rule_all_to_all, net_rule_edges;

/* draw_rows of a rule whose prepare made all rows: ids and row_ptr. */
enum err_code net_rule_copy_rows(struct rule_build *b, uint32_t thread, uint32_t lo,
                                 uint32_t hi, uint32_t *row_count, struct net_edges *out,
                                 struct err *e) ERR_CHECKED;
/* Room for n more ids. */
enum err_code net_edges_reserve(struct net_edges *l, size_t n, struct err *e) ERR_CHECKED;
/* Pairs of a group that may be connected (autapses left out where forbidden). */
double net_group_pairs(const struct net_group *g);

#endif
