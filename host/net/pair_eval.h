/* net/pair_eval.h: p, weight and delay of pairs through the block interpreter: p and delay in
 * single precision, weights in the network's.
 * Sees: base, lang. Threads: a pair_program is shared, a pair_eval belongs to one thread. */
#ifndef NET_PAIR_EVAL_H
#define NET_PAIR_EVAL_H

#include "net/draws.h"
#include "net/inside.h"

#define PAIR_ROOTS_MOST 64

struct pair_program {
    const struct net_group *group;
    const struct ir *ir;
    struct interp *interp;
    enum precision precision;
    uint32_t n_roots;
};

struct pair_eval {
    const struct pair_program *program;
    struct pair_draws draws;
    uint32_t *pre, *post, *number; /* [INTERP_BLOCK]: the pairs, for pair_eval_edges */
    void *out[PAIR_ROOTS_MOST];    /* [n_roots][INTERP_BLOCK] numbers */
    const void **vars;
    void *data;
    float *place; /* [INTERP_BLOCK]: a distance or index before it is widened */
    void *scratch;
    uint32_t n_gave_up, first_gave_up; /* of the last block (interp.h) */
};

enum err_code pair_program_create(struct pair_program *p, const struct network *n,
                                  const struct net_group *g, enum precision precision,
                                  const uint32_t *roots, uint32_t n_roots,
                                  struct err *e) ERR_CHECKED;
void pair_program_fini(struct pair_program *p);
enum err_code pair_eval_create(struct pair_eval **out, const struct pair_program *p,
                               struct err *e) ERR_CHECKED;
void pair_eval_destroy(struct pair_eval *v);
/* Source i with targets first … first + n - 1; no draws. first is a multiple of 16. */
void pair_eval_row(struct pair_eval *v, uint32_t i, uint32_t first, uint32_t n);
/* The n pairs in v->pre, post and number. */
void pair_eval_edges(struct pair_eval *v, uint32_t n);
/* Splits ids of source i into v->post and v->number from lane `at` on. */
void pair_eval_put(struct pair_eval *v, uint32_t at, uint32_t i, const uint32_t *ids,
                   uint32_t n);

#endif
