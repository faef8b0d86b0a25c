/* net/initial.c: initial values and per-cell parameters, drawn on the host before the run.
 * A value may use the cell's index and place, draws, parameters and the states before it. Each
 * expression has its own stream, named after what it sets, so that a new one leaves the others'
 * draws as they were. */
#include "net/inside.h"
#include "net/draws.h"
#include "base/stream.h"
#include "lang/flush.h"

#include <math.h>
#include <string.h>

/* One population's values as nodes of one ir. */
struct initial {
    struct network *n;
    const struct desc_population *desc;
    struct net_population *p;
    const struct model *model;
    struct ir *ir;
    const struct ast **parameter_ast, **state_ast; /* what holds after set: and initial: */
    struct pos *parameter_at, *state_at;
    bool *is_per_cell;
    uint32_t *parameter_node, *state_node; /* IR_NONE until lowered */
    bool *is_open;                         /* a parameter being lowered: a cycle ends there */
    uint64_t *keys;                        /* streams: parameters, then states */
    uint32_t n_states_known;
    struct diag_list *d;
};

static uint32_t lower_value(struct initial *s, const struct ast *value, uint32_t stream);

static uint32_t lower_parameter(struct initial *s, uint32_t k)
{
    if (s->parameter_node[k] == IR_NONE) {
        if (s->is_open[k]) {
            diag_error(s->d, s->parameter_at[k], 0, NULL,
                       "parameter '%s' of population '%s' depends on itself",
                       s->model->parameters[k].name, s->p->name);
            return ir_const(s->ir, 0.0);
        }
        s->is_open[k] = true;
        s->parameter_node[k] = lower_value(s, s->parameter_ast[k], k);
        s->is_open[k] = false;
    }
    return s->parameter_node[k];
}

static uint32_t resolve(void *context, const struct symbol *symbol, bool is_prev)
{
    struct initial *const s = context;
    (void)is_prev; /* the checker refuses prev() here */
    switch (symbol->kind) {
    case SYMBOL_PARAMETER:
        return lower_parameter(s, symbol->index);
    case SYMBOL_STATE:
        return symbol->index < s->n_states_known ? s->state_node[symbol->index] : IR_NONE;
    case SYMBOL_INTERMEDIATE:
    case SYMBOL_ARGUMENT:
    case SYMBOL_CONSTANT:
    case SYMBOL_SIGNAL:
    case SYMBOL_FUNCTION:
    case SYMBOL_VARIABLE:
        return IR_NONE;
    }
    return IR_NONE;
}

static uint32_t lower_value(struct initial *s, const struct ast *value, uint32_t stream)
{
    if (value == NULL) {
        return ir_const(s->ir, 0.0);
    }
    struct lower l = {
        .ir = s->ir, .dt_fs = s->n->dt_fs, .stream = stream, .resolve = resolve, .context = s};
    return lang_lower(&l, value);
}

static enum err_code collect(struct initial *s, struct err *e)
{
    struct arena *const a = s->n->arena;
    const struct model *const m = s->model;
    const size_t np = m->n_parameters, ns = m->n_states;
    s->ir = ir_create(a);
    s->parameter_ast = arena_alloc(a, np, sizeof *s->parameter_ast);
    s->parameter_at = arena_alloc(a, np, sizeof *s->parameter_at);
    s->parameter_node = arena_alloc(a, np, sizeof *s->parameter_node);
    s->is_per_cell = arena_alloc(a, np, sizeof *s->is_per_cell);
    s->is_open = arena_alloc(a, np, sizeof *s->is_open);
    s->state_ast = arena_alloc(a, ns, sizeof *s->state_ast);
    s->state_at = arena_alloc(a, ns, sizeof *s->state_at);
    s->state_node = arena_alloc(a, ns, sizeof *s->state_node);
    s->keys = arena_alloc(a, np + ns, sizeof *s->keys);
    ERR_IF(s->ir == NULL || arena_failed(a), e, ERR_NOMEM, "no memory for population '%s'",
           s->p->name);
    for (uint32_t k = 0; k < np; k++) {
        s->parameter_ast[k] = m->parameters[k].value;
        s->parameter_at[k] = m->parameters[k].at;
        s->parameter_node[k] = IR_NONE;
        s->keys[k] =
            net_stream_key(s->n, STREAM_PARAMETER, s->p->name, m->parameters[k].name, NULL);
    }
    for (uint32_t k = 0; k < ns; k++) {
        s->state_ast[k] = m->states[k].initial;
        s->state_at[k] = m->states[k].at;
        s->state_node[k] = IR_NONE;
        s->keys[np + k] =
            net_stream_key(s->n, STREAM_INITIAL, s->p->name, m->states[k].name, NULL);
    }
    for (uint32_t k = 0; k < s->desc->n_set; k++) {
        const struct desc_setting *const set = &s->desc->set[k];
        s->parameter_ast[set->index] = set->value;
        s->parameter_at[set->index] = set->at;
        s->is_per_cell[set->index] = set->on_cell && !set->on_time;
    }
    for (uint32_t k = 0; k < s->desc->n_initial; k++) {
        s->state_ast[s->desc->initial[k].index] = s->desc->initial[k].value;
        s->state_at[s->desc->initial[k].index] = s->desc->initial[k].at;
    }
    return ERR_OK;
}

/* What stands behind the varying inputs of an expression: index and place of a block's cells.
 */
static void fill_vars(const struct initial *s, uint32_t first, uint32_t n, float *data,
                      const void **vars)
{
    const uint32_t room = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    for (uint32_t k = 0; k < s->ir->n_vars; k++) {
        float *const out = data + (size_t)k * INTERP_BLOCK;
        const enum ir_var_kind kind = s->ir->vars[k].kind;
        const float *const from = kind == IR_VAR_X   ? s->p->x
                                  : kind == IR_VAR_Y ? s->p->y
                                  : kind == IR_VAR_Z ? s->p->z
                                                     : NULL;
        for (uint32_t i = 0; i < room; i++) {
            out[i] = kind == IR_VAR_INDEX ? (float)(first + i) : 0.0f;
        }
        if (from != NULL) {
            memcpy(out, from + first, n * sizeof *out);
        }
        vars[k] = out;
    }
}

struct initial_value {
    const char *what, *name; /* "initial value of", "v" */
    struct pos at;
    uint32_t node;
};

/* true: a value of cells first … is wrong and was reported. */
static bool check_block(struct initial *s, const struct initial_value *v,
                        const struct interp_run *run, const float *out, uint32_t first)
{
    if (run->n_gave_up > 0) {
        diag_error(s->d, v->at, 0, "widen the bounds, or move the distribution towards them",
                   "%s '%s' of population '%s', cell %u: truncated() found no value inside its "
                   "bounds in 1000 draws",
                   v->what, v->name, s->p->name, first + run->first_gave_up);
        return true;
    }
    for (uint32_t i = 0; i < run->n; i++) {
        if (!isfinite(out[i])) {
            diag_error(s->d, v->at, 0, NULL, "%s '%s' of population '%s', cell %u, is %s",
                       v->what, v->name, s->p->name, first + i,
                       isnan(out[i]) ? "not a number" : "infinite");
            return true;
        }
    }
    return false;
}

/* Evaluates one expression for all cells; padding copies cell 0. */
static enum err_code draw_value(struct initial *s, const struct initial_value *v, float *out,
                                struct err *e)
{
    struct interp *interp = NULL;
    struct ir_plan plan = {0};
    void *scratch = NULL;
    float *data = NULL;
    const void **vars = NULL;
    float *courses = NULL;
    enum err_code code;
    ERR_GOTO(
        interp_create(&interp, s->ir, &v->node, 1, PRECISION_SINGLE, s->n->arena, &plan, e));
    ERR_GOTO(mem_alloc(&scratch, interp_scratch_bytes(interp), 1, e));
    ERR_GOTO(mem_alloc(&data, (size_t)s->ir->n_vars * INTERP_BLOCK, sizeof *data, e));
    ERR_GOTO(mem_alloc(&vars, s->ir->n_vars, sizeof *vars, e));
    ERR_GOTO(mem_alloc(&courses, plan.n_courses, sizeof *courses, e));
    for (uint32_t k = 0; k < plan.n_courses; k++) {
        courses[k] = flush_to_f32(ir_eval(s->ir, plan.courses[k], 0, s->n->dt_fs));
    }
    const uint64_t flush = flush_denormals_begin();
    struct cell_draws draws = {.keys = s->keys};
    bool is_wrong = false;
    for (uint32_t first = 0; first < s->p->n && !is_wrong; first += INTERP_BLOCK) {
        const uint32_t left = s->p->n - first;
        draws.first = first;
        void *const outputs[1] = {out + first};
        struct interp_run run = {.vars = vars,
                                 .courses = courses,
                                 .outputs = outputs,
                                 .draw = net_cell_draw,
                                 .poisson = net_cell_poisson,
                                 .context = &draws,
                                 .scratch = scratch,
                                 .n = left < INTERP_BLOCK ? left : INTERP_BLOCK};
        fill_vars(s, first, run.n, data, vars);
        interp_run(interp, &run);
        is_wrong = check_block(s, v, &run, out + first, first);
    }
    flush_denormals_end(flush);
    for (uint32_t i = s->p->n; i < s->p->n_padded; i++) {
        out[i] = out[0];
    }
out:
    mem_free(courses);
    mem_free(vars);
    mem_free(data);
    mem_free(scratch);
    interp_destroy(interp);
    return code;
}

static enum err_code draw_parameters(struct initial *s, struct err *e)
{
    struct net_population *const p = s->p;
    const struct model *const m = s->model;
    p->parameter = arena_alloc(s->n->arena, m->n_parameters, sizeof *p->parameter);
    ERR_IF(p->parameter == NULL, e, ERR_NOMEM, "no memory for population '%s'", p->name);
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        if (!s->is_per_cell[k]) {
            continue;
        }
        const struct initial_value v = {.what = "parameter",
                                        .name = m->parameters[k].name,
                                        .at = s->parameter_at[k],
                                        .node = lower_parameter(s, k)};
        if (v.node == IR_NONE) {
            continue;
        }
        ERR_TRY(mem_alloc(&p->parameter[k], p->n_padded, sizeof **p->parameter, e));
        if (p->n > 0) {
            ERR_TRY(draw_value(s, &v, p->parameter[k], e));
        }
    }
    return ERR_OK;
}

static enum err_code draw_states(struct initial *s, struct err *e)
{
    struct net_population *const p = s->p;
    const struct model *const m = s->model;
    p->state = arena_alloc(s->n->arena, p->step.n_states, sizeof *p->state);
    ERR_IF(p->state == NULL, e, ERR_NOMEM, "no memory for population '%s'", p->name);
    for (uint32_t k = 0; k < p->step.n_states; k++) {
        ERR_TRY(mem_alloc(&p->state[k], p->n_padded, sizeof **p->state, e));
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        s->state_node[k] = lower_value(s, s->state_ast[k], m->n_parameters + k);
        s->n_states_known = k + 1;
        const struct initial_value v = {.what = "initial value of",
                                        .name = m->states[k].name,
                                        .at = s->state_at[k],
                                        .node = s->state_node[k]};
        for (uint32_t q = 0; q < p->step.n_states && v.node != IR_NONE; q++) {
            if (p->step.states[q].model_state == k && p->n > 0) {
                ERR_TRY(draw_value(s, &v, p->state[q], e));
            }
        }
    }
    return ERR_OK;
}

enum err_code net_initial_draw(struct network *n, uint32_t population, struct diag_list *d,
                               struct err *e)
{
    struct initial s = {.n = n,
                        .desc = &n->desc->populations[population],
                        .p = &n->populations[population],
                        .model = n->desc->populations[population].model,
                        .d = d};
    ERR_TRY(collect(&s, e));
    ERR_TRY(draw_parameters(&s, e));
    ERR_TRY(draw_states(&s, e));
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for population '%s'", s.p->name);
    return ERR_OK;
}
