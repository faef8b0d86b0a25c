/* net/plan.c: memory before anything is allocated. Numbers of synapses are means: exact but for
 * an expression p, whose mean over pairs is taken from PLAN_PAIRS pairs drawn with a fixed key
 * (all of them where there are no more), and likewise for the range of delays that are drawn.
 */
#include "net/inside.h"
#include "net/pair_eval.h"
#include "lang/flush.h"

#include "shared/philox.h"

#include <math.h>

enum { PLAN_PAIRS = 1 << 18, PLAN_ROWS = 12, PLAN_SLICES = 8 };

/* One group's estimate. */
struct group_plan {
    double mean_p;
    double delay_min, delay_max;
};

/* The next pairs: every pair where they are few, else random ones. Returns how many; sets
 * *pairs to how many there are in all. */
static uint32_t next_pairs(const struct net_group *g, uint64_t at, uint64_t all,
                           struct pair_eval *v)
{
    const uint64_t most = all < PLAN_PAIRS ? all : PLAN_PAIRS;
    const uint32_t n = (uint32_t)(most - at < INTERP_BLOCK ? most - at : INTERP_BLOCK);
    for (uint32_t l = 0; l < n; l++) {
        const uint64_t s = at + l;
        if (g->given != NULL) { /* edges are their own sample: evenly spread over the file */
            const uint32_t id = (uint32_t)((double)s / (double)most * (double)all);
            v->pre[l] = g->given->source[id];
            v->post[l] = g->given->target[id];
            v->number[l] = id;
            continue;
        }
        uint32_t i = (uint32_t)(s / g->n_post), j = (uint32_t)(s % g->n_post);
        if (all > PLAN_PAIRS) {
            const struct philox_words w = philox4x32((u32)s, 0, 0, 0, 0, 0);
            i = (uint32_t)(((uint64_t)w.w0 * g->n_pre) >> 32);
            j = (uint32_t)(((uint64_t)w.w1 * g->n_post) >> 32);
        }
        v->pre[l] = i;
        v->post[l] = j;
        v->number[l] = i;
    }
    return n;
}

struct pair_sums {
    double p;
    uint64_t n;
    double delay_min, delay_max;
};

static void add_block(const struct net_group *g, const struct pair_eval *v, uint32_t n,
                      bool has_p, bool has_delay, struct pair_sums *s)
{
    for (uint32_t l = 0; l < n; l++) {
        if (g->no_autapses && v->pre[l] == v->post[l]) {
            continue;
        }
        double p = has_p ? (double)((const float *)v->out[0])[l] : 1.0;
        p = p >= 0.0 ? (p < 1.0 ? p : 1.0) : 0.0;
        s->p += p;
        s->n++;
        const double steps =
            has_delay ? (double)((const float *)v->out[has_p ? 1 : 0])[l] : 0.0;
        if (has_delay && p > 1e-3 && steps >= 0.0 && steps <= (double)DELAY_MAX) {
            s->delay_min = steps < s->delay_min ? steps : s->delay_min;
            s->delay_max = steps > s->delay_max ? steps : s->delay_max;
        }
    }
}

static enum err_code plan_group(const struct network *n, const struct net_group *g,
                                struct group_plan *out, struct err *e)
{
    const struct net_conn *const c = &g->conns[0];
    const uint64_t all = g->given != NULL ? g->given->n : (uint64_t)g->n_pre * g->n_post;
    const bool has_p = !c->has_constant_p,
               has_delay = !c->has_constant_delay && c->delay_column == NULL;
    *out = (struct group_plan){
        .mean_p = 1.0, .delay_min = c->delay_min, .delay_max = c->delay_max};
    if ((!has_p && !has_delay) || all == 0) {
        return ERR_OK;
    }
    uint32_t roots[2], n_roots = 0;
    if (has_p) {
        roots[n_roots++] = c->p_node;
    }
    if (has_delay) {
        roots[n_roots++] = c->steps_node;
    }
    struct pair_program program = {0};
    struct pair_eval *v = NULL;
    struct pair_sums sums = {.delay_min = (double)DELAY_MAX, .delay_max = 0.0};
    enum err_code code;
    ERR_GOTO(pair_program_create(&program, n, g, PRECISION_SINGLE, roots, n_roots, e));
    ERR_GOTO(pair_eval_create(&v, &program, e));
    const uint64_t most = all < PLAN_PAIRS ? all : PLAN_PAIRS;
    const uint64_t flush = flush_denormals_begin();
    for (uint64_t at = 0; at < most; at += INTERP_BLOCK) {
        const uint32_t m = next_pairs(g, at, all, v);
        pair_eval_edges(v, m);
        add_block(g, v, m, has_p, has_delay, &sums);
    }
    flush_denormals_end(flush);
    out->mean_p = sums.n > 0 ? sums.p / (double)sums.n : 0.0;
    if (has_delay) {
        out->delay_min = sums.delay_min <= sums.delay_max ? sums.delay_min : 0.0;
        out->delay_max = sums.delay_max;
    }
out:
    pair_eval_destroy(v);
    pair_program_fini(&program);
    return code;
}

/* Bytes by what they hold. */
struct plan_bytes {
    double state, parameters, rings, spikes, rows, targets, weights, samples, trains, given;
};

static void plan_cells(const struct network *n, struct plan_bytes *b)
{
    for (uint32_t p = 0; p < n->n_populations; p++) {
        const struct net_population *const q = &n->populations[p];
        const double number = (double)precision_bytes(n->precision);
        const double row = (double)q->n_padded * number;
        b->state += row * (double)q->step.n_states;
        for (uint32_t k = 0; k < q->model->n_parameters; k++) {
            b->parameters += q->parameter[k] != NULL ? row : 0.0;
        }
        b->parameters += q->x != NULL ? 3.0 * (double)q->n_padded * sizeof(float) : 0.0;
        b->trains += (double)q->trains.n_events * (sizeof(int64_t) + sizeof(uint32_t) + number);
        b->spikes += (double)q->n * sizeof(struct spike_entry) * PLAN_SLICES;
    }
    for (uint32_t t = 0; t < n->n_traces; t++) {
        b->samples += (double)n->traces[t].n_cells * (double)precision_bytes(n->precision) *
                      SLICE_MAX * PLAN_SLICES;
    }
}

static enum err_code plan_synapses(const struct network *n, struct net_group *groups,
                                   uint32_t n_groups, double *slots, struct plan_bytes *b,
                                   struct net_plan *out, struct err *e)
{
    const double sum_bytes = n->precision == PRECISION_DOUBLE ? 8.0 : 4.0;
    double least = SLICE_MAX, most = SLICE_MAX;
    for (uint32_t k = 0; k < n_groups; k++) {
        const struct net_group *const g = &groups[k];
        struct group_plan plan;
        ERR_TRY(plan_group(n, g, &plan, e));
        const double edges = g->rule->expected(g) * plan.mean_p;
        b->targets += edges * sizeof(uint32_t);
        b->given += g->given != NULL ? 2.0 * edges * sizeof(uint32_t) : 0.0;
        b->given += g->conns[0].delay_column != NULL ? edges * sizeof(uint32_t) : 0.0;
        b->rows += ((double)g->n_pre * (plan.delay_max - plan.delay_min + 1.0) + 1.0) *
                   sizeof(uint64_t);
        for (uint32_t c = 0; c < g->n_conns; c++) {
            out->n_synapses += edges;
            b->weights += g->conns[c].has_constant_weight ? 0.0 : edges * sum_bytes;
            b->given += g->conns[c].weight_column != NULL ? edges * sizeof(double) : 0.0;
            double *const s = &slots[g->conns[c].channel];
            *s = plan.delay_max + 1.0 > *s ? plan.delay_max + 1.0 : *s;
        }
        most = plan.delay_min + 1.0 < most ? plan.delay_min + 1.0 : most;
        const bool is_known =
            g->conns[0].has_constant_delay || g->conns[0].delay_column != NULL;
        const double sure = is_known ? plan.delay_min + 1.0 : 1.0;
        least = sure < least ? sure : least;
    }
    out->slice_least = (uint32_t)least;
    out->slice_most = (uint32_t)most;
    for (uint32_t k = 0; k < n->n_channels; k++) {
        b->rings +=
            slots[k] * (double)n->populations[n->channels[k].population].n_padded * sum_bytes;
    }
    return ERR_OK;
}

static void add_row(struct net_plan *out, const char *what, double bytes)
{
    out->rows[out->n_rows++] = (struct net_plan_row){what, (uint64_t)(bytes + 0.5)};
    out->bytes += (uint64_t)(bytes + 0.5);
}

enum err_code network_plan(const struct network *n, struct arena *arena, struct net_plan *out,
                           struct err *e)
{
    *out = (struct net_plan){.rows = arena_alloc(arena, PLAN_ROWS, sizeof *out->rows),
                             .n_cells = n->n_cells};
    ERR_IF(out->rows == NULL, e, ERR_NOMEM, "no memory for the plan");
    struct plan_bytes b = {0};
    struct net_group *groups = NULL;
    double *slots = NULL;
    uint32_t n_groups = 0;
    enum err_code code;
    ERR_GOTO(net_groups_create(n, &groups, &n_groups, e));
    ERR_GOTO(mem_alloc(&slots, n->n_channels, sizeof *slots, e));
    for (uint32_t k = 0; k < n->n_channels; k++) {
        slots[k] = 1.0;
    }
    plan_cells(n, &b);
    ERR_GOTO(plan_synapses(n, groups, n_groups, slots, &b, out, e));
    add_row(out, "state of the cells", b.state);
    add_row(out, "parameters and positions of each cell", b.parameters);
    add_row(out, "input rings", b.rings);
    add_row(out, "lists of spikes", b.spikes);
    add_row(out, "row pointers", b.rows);
    add_row(out, "targets of synapses", b.targets);
    add_row(out, "weights of synapses", b.weights);
    add_row(out, "samples of traces", b.samples);
    if (b.trains > 0.0) {
        add_row(out, "given events", b.trains);
    }
    if (b.given > 0.0) {
        add_row(out, "edges as the file has them", b.given);
    }
out:
    mem_free(slots);
    mem_free(groups);
    return code;
}
