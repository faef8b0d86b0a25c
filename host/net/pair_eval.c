/* net/pair_eval.c */
#include "net/pair_eval.h"
#include "net/wire_loops.h"
#include "lang/flush.h"

#include <string.h>

enum err_code pair_program_create(struct pair_program *p, const struct network *n,
                                  const struct net_group *g, enum precision precision,
                                  const uint32_t *roots, uint32_t n_roots, struct err *e)
{
    ERR_IF(n_roots > PAIR_ROOTS_MOST, e, ERR_LIMIT, "projection '%s' has more than %d weights",
           g->projection->name, PAIR_ROOTS_MOST);
    *p = (struct pair_program){
        .group = g, .ir = g->conns[0].ir, .precision = precision, .n_roots = n_roots};
    return interp_create(&p->interp, p->ir, roots, n_roots, precision, n->arena, NULL, e);
}

void pair_program_fini(struct pair_program *p)
{
    interp_destroy(p->interp);
    p->interp = NULL;
}

enum err_code pair_eval_create(struct pair_eval **out, const struct pair_program *p,
                               struct err *e)
{
    *out = NULL;
    struct pair_eval *v;
    ERR_TRY(mem_alloc(&v, 1, sizeof *v, e));
    v->program = p;
    const struct net_conn *const c = &p->group->conns[0];
    v->draws.keys[PAIR_WEIGHT_STREAM] = c->weight_key;
    v->draws.keys[PAIR_DELAY_STREAM] = c->delay_key;
    v->draws.flag = p->group->rule->is_numbered ? PAIR_NUMBERED : 0;
    v->draws.precision = p->precision;
    enum err_code code;
    const size_t n_blocks = (size_t)p->ir->n_vars + p->n_roots;
    ERR_GOTO(mem_alloc(&v->pre, (size_t)3 * INTERP_BLOCK, sizeof *v->pre, e));
    ERR_GOTO(mem_alloc(&v->vars, p->ir->n_vars, sizeof *v->vars, e));
    const size_t row = INTERP_BLOCK * precision_bytes(p->precision);
    ERR_GOTO(mem_alloc(&v->data, n_blocks, row, e));
    ERR_GOTO(mem_alloc(&v->place, INTERP_BLOCK, sizeof *v->place, e));
    ERR_GOTO(mem_alloc(&v->scratch, interp_scratch_bytes(p->interp), 1, e));
    v->post = v->pre + INTERP_BLOCK;
    v->number = v->post + INTERP_BLOCK;
    v->draws.post = v->post;
    v->draws.number = v->number;
    for (uint32_t k = 0; k < p->ir->n_vars; k++) {
        v->vars[k] = (char *)v->data + k * row;
    }
    for (uint32_t k = 0; k < p->n_roots; k++) {
        v->out[k] = (char *)v->data + ((size_t)p->ir->n_vars + k) * row;
    }
out:
    if (code != ERR_OK) {
        pair_eval_destroy(v);
        return code;
    }
    *out = v;
    return ERR_OK;
}

void pair_eval_destroy(struct pair_eval *v)
{
    if (v == NULL) {
        return;
    }
    mem_free(v->pre);
    mem_free(v->vars);
    mem_free(v->data);
    mem_free(v->place);
    mem_free(v->scratch);
    mem_free(v);
}

static void run(struct pair_eval *v, uint32_t n)
{
    struct interp_run r = {.vars = v->vars,
                           .outputs = v->out,
                           .draw = net_pair_draw,
                           .poisson = net_pair_poisson,
                           .context = &v->draws,
                           .scratch = v->scratch,
                           .n = n};
    interp_run(v->program->interp, &r);
    v->n_gave_up = r.n_gave_up;
    v->first_gave_up = r.first_gave_up;
}

/* Coordinate `kind` of the place of a population's cells; NULL for other kinds. */
static const float *place_of(const struct net_population *p, enum ir_var_kind kind)
{
    return kind == IR_VAR_DX   ? p->x
           : kind == IR_VAR_DY ? p->y
           : kind == IR_VAR_DZ ? p->z
                               : NULL;
}

/* Where values of variable k are made: at their place in single precision, else beside it. */
static float *row_begin(struct pair_eval *v, uint32_t k)
{
    return v->program->precision == PRECISION_DOUBLE
               ? v->place
               : (float *)v->data + (size_t)k * INTERP_BLOCK;
}

static void row_end(struct pair_eval *v, uint32_t k, uint32_t room)
{
    if (v->program->precision == PRECISION_DOUBLE) {
        double *const out = (double *)v->data + (size_t)k * INTERP_BLOCK;
        for (uint32_t l = 0; l < room; l++) {
            out[l] = (double)v->place[l];
        }
    }
}

void pair_eval_row(struct pair_eval *v, uint32_t i, uint32_t first, uint32_t n)
{
    const struct net_population *const pre = v->program->group->pre, *const post =
                                                                         v->program->group
                                                                             ->post;
    const uint32_t room = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    ASSERT(v->program->precision == PRECISION_SINGLE); /* for p */
    for (uint32_t k = 0; k < v->program->ir->n_vars; k++) {
        float *const out = row_begin(v, k);
        const enum ir_var_kind kind = v->program->ir->vars[k].kind;
        const float *const from = place_of(pre, kind), *const to = place_of(post, kind);
        if (kind == IR_VAR_DISTANCE) {
            ASSERT(pre->x != NULL && pre->y != NULL && pre->z != NULL);
            const struct wire_place at = {pre->x[i], pre->y[i], pre->z[i]};
            wire_distance_row(at, post->x + first, post->y + first, post->z + first, room, out);
        } else if (from != NULL) {
            wire_difference_row(from[i], to + first, room, out);
        } else {
            wire_index_row(kind == IR_VAR_POST_INDEX ? first : i,
                           kind == IR_VAR_POST_INDEX ? 1 : 0, room, out);
        }
    }
    run(v, n);
}

/* Indices are exact in double. */
static void fill_index(struct pair_eval *v, uint32_t k, const uint32_t *index, uint32_t room)
{
    if (v->program->precision == PRECISION_SINGLE) {
        wire_index_edges(index, room, row_begin(v, k));
        return;
    }
    double *const out = (double *)v->data + (size_t)k * INTERP_BLOCK;
    for (uint32_t l = 0; l < room; l++) {
        out[l] = (double)index[l];
    }
}

static void fill_edges(struct pair_eval *v, uint32_t room)
{
    const struct net_population *const pre = v->program->group->pre, *const post =
                                                                         v->program->group
                                                                             ->post;
    for (uint32_t k = 0; k < v->program->ir->n_vars; k++) {
        const enum ir_var_kind kind = v->program->ir->vars[k].kind;
        const float *const from = place_of(pre, kind), *const to = place_of(post, kind);
        if (kind == IR_VAR_DISTANCE) {
            wire_distance_edges(pre->x, pre->y, pre->z, post->x, post->y, post->z, v->pre,
                                v->post, room, row_begin(v, k));
            row_end(v, k, room);
        } else if (from != NULL) {
            wire_difference_edges(from, to, v->pre, v->post, room, row_begin(v, k));
            row_end(v, k, room);
        } else {
            fill_index(v, k, kind == IR_VAR_POST_INDEX ? v->post : v->pre, room);
        }
    }
}

void pair_eval_edges(struct pair_eval *v, uint32_t n)
{
    const bool is_double = v->program->precision == PRECISION_DOUBLE;
    const uint32_t room = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    for (uint32_t l = n; l < room; l++) { /* lanes past the end repeat the last pair */
        v->pre[l] = v->pre[n - 1];
        v->post[l] = v->post[n - 1];
        v->number[l] = v->number[n - 1];
    }
    const uint64_t flush = is_double ? flush_denormals_pause() : 0;
    fill_edges(v, room);
    run(v, n);
    if (is_double) {
        flush_denormals_end(flush);
    }
}

void pair_eval_put(struct pair_eval *v, uint32_t at, uint32_t i, const uint32_t *ids,
                   uint32_t n)
{
    const struct net_group *const g = v->program->group;
    for (uint32_t l = 0; l < n; l++) {
        v->pre[at + l] = i;
        v->post[at + l] = net_edge_target(g, ids[l]);
        v->number[at + l] = net_edge_number(g, ids[l], i);
    }
}
