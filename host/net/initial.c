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
    const double **parameter_column, **state_column; /* given cell by cell, or NULL */
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
        s->parameter_node[k] = s->parameter_column[k] != NULL
                                   ? ir_var(s->ir, IR_VAR_PARAMETER, k)
                                   : lower_value(s, s->parameter_ast[k], k);
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
    s->parameter_column = arena_alloc(a, np, sizeof *s->parameter_column);
    s->state_column = arena_alloc(a, ns, sizeof *s->state_column);
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
        s->parameter_column[set->index] = set->column;
        s->parameter_at[set->index] = set->at;
        s->is_per_cell[set->index] = set->on_cell && !set->on_time;
    }
    for (uint32_t k = 0; k < s->desc->n_initial; k++) {
        const struct desc_setting *const initial = &s->desc->initial[k];
        s->state_ast[initial->index] = initial->value;
        s->state_column[initial->index] = initial->column;
        s->state_at[initial->index] = initial->at;
    }
    return ERR_OK;
}

/* One value of every cell as a column or as what an expression gives. */
struct initial_value {
    const char *what, *name; /* "initial value of", "v" */
    struct pos at;
    uint32_t node;
    const double *column; /* or NULL */
};

/* The interpreter and its arrays for one expression: numbers of the network's precision. */
struct initial_run {
    struct interp *interp;
    struct ir_plan plan;
    void *scratch, *data, *courses, *result;
    const void **vars;
};

static void put_number(enum precision precision, void *numbers, size_t k, double value)
{
    if (precision == PRECISION_DOUBLE) {
        ((double *)numbers)[k] = value;
    } else {
        ((float *)numbers)[k] = flush_to_f32(value);
    }
}

/* Value of a varying input of the cell with this index. */
static double var_value(const struct initial *s, struct ir_var var, uint32_t cell)
{
    switch (var.kind) {
    case IR_VAR_INDEX:
        return s->n->precision == PRECISION_DOUBLE ? (double)cell : (double)(float)cell;
    case IR_VAR_X:
        return (double)s->p->x[cell];
    case IR_VAR_Y:
        return (double)s->p->y[cell];
    case IR_VAR_Z:
        return (double)s->p->z[cell];
    case IR_VAR_PARAMETER:
        return s->parameter_column[var.index][cell];
    case IR_VAR_STATE:
        return s->state_column[var.index][cell];
    case IR_VAR_ARRIVAL: /* these have no value before the run; the checker refuses them */
    case IR_VAR_TRAIN:
    case IR_VAR_DISTANCE:
    case IR_VAR_DX:
    case IR_VAR_DY:
    case IR_VAR_DZ:
    case IR_VAR_PRE_INDEX:
    case IR_VAR_POST_INDEX:
        break;
    }
    return 0.0;
}

/* What stands behind the varying inputs of an expression; lanes past the population are 0. */
static void fill_vars(const struct initial *s, uint32_t first, uint32_t n,
                      const struct initial_run *r)
{
    const enum precision precision = s->n->precision;
    const size_t row = INTERP_BLOCK * precision_bytes(precision);
    for (uint32_t k = 0; k < s->ir->n_vars; k++) {
        void *const out = (char *)r->data + k * row;
        memset(out, 0, row);
        for (uint32_t i = 0; i < n; i++) {
            put_number(precision, out, i, var_value(s, s->ir->vars[k], first + i));
        }
        r->vars[k] = out;
    }
}

/* true: a value of cells first … is wrong and was reported. run: NULL for a column. */
static bool check_block(struct initial *s, const struct initial_value *v,
                        const struct interp_run *run, const double *out, uint32_t first,
                        uint32_t n)
{
    if (run != NULL && run->n_gave_up > 0) {
        diag_error(s->d, v->at, 0, "widen the bounds, or move the distribution towards them",
                   "%s '%s' of population '%s', cell %u: truncated() found no value inside its "
                   "bounds in 1000 draws",
                   v->what, v->name, s->p->name, first + run->first_gave_up);
        return true;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!isfinite(out[i])) {
            diag_error(s->d, v->at, 0, NULL, "%s '%s' of population '%s', cell %u, is %s",
                       v->what, v->name, s->p->name, first + i,
                       isnan(out[i]) ? "not a number" : "infinite");
            return true;
        }
    }
    return false;
}

static enum err_code run_create(struct initial_run *r, const struct initial *s, uint32_t node,
                                struct err *e)
{
    const enum precision precision = s->n->precision;
    const size_t bytes = precision_bytes(precision);
    ERR_TRY(interp_create(&r->interp, s->ir, &node, 1, precision, s->n->arena, &r->plan, e));
    ERR_TRY(mem_alloc(&r->scratch, interp_scratch_bytes(r->interp), 1, e));
    ERR_TRY(mem_alloc(&r->data, (size_t)s->ir->n_vars * INTERP_BLOCK, bytes, e));
    ERR_TRY(mem_alloc(&r->result, INTERP_BLOCK, bytes, e));
    ERR_TRY(mem_alloc(&r->vars, s->ir->n_vars, sizeof *r->vars, e));
    ERR_TRY(mem_alloc(&r->courses, r->plan.n_courses, bytes, e));
    for (uint32_t k = 0; k < r->plan.n_courses; k++) {
        put_number(precision, r->courses, k,
                   ir_eval(s->ir, r->plan.courses[k], 0, s->n->dt_fs));
    }
    return ERR_OK;
}

static void run_fini(struct initial_run *r)
{
    mem_free(r->courses);
    mem_free(r->vars);
    mem_free(r->result);
    mem_free(r->data);
    mem_free(r->scratch);
    interp_destroy(r->interp);
}

/* Cells first … of an expression; true: one is wrong. */
static bool draw_block(struct initial *s, const struct initial_value *v, struct initial_run *r,
                       uint32_t first, double *out)
{
    const bool is_single = s->n->precision == PRECISION_SINGLE;
    const uint32_t left = s->p->n - first;
    struct cell_draws draws = {.keys = s->keys, .first = first, .precision = s->n->precision};
    void *const outputs[1] = {r->result};
    struct interp_run run = {.vars = r->vars,
                             .courses = r->courses,
                             .outputs = outputs,
                             .draw = net_cell_draw,
                             .poisson = net_cell_poisson,
                             .context = &draws,
                             .scratch = r->scratch,
                             .n = left < INTERP_BLOCK ? left : INTERP_BLOCK};
    fill_vars(s, first, run.n, r);
    const uint64_t flush = is_single ? flush_denormals_begin() : 0;
    interp_run(r->interp, &run);
    if (is_single) {
        flush_denormals_end(flush);
    }
    for (uint32_t i = 0; i < run.n; i++) {
        out[i] = precision_get(s->n->precision, r->result, i);
    }
    return check_block(s, v, &run, out, first, run.n);
}

/* A column's values, rounded to the network's precision. */
static void take_column(struct initial *s, const struct initial_value *v, double *out)
{
    for (uint32_t i = 0; i < s->p->n; i++) {
        out[i] = s->n->precision == PRECISION_SINGLE ? (double)flush_to_f32(v->column[i])
                                                     : v->column[i];
    }
    (void)check_block(s, v, NULL, out, 0, s->p->n);
}

/* One value of all cells; padding copies cell 0. */
static enum err_code draw_value(struct initial *s, const struct initial_value *v, double *out,
                                struct err *e)
{
    struct initial_run r = {0};
    enum err_code code = ERR_OK;
    if (v->column != NULL) {
        take_column(s, v, out);
    } else {
        ERR_GOTO(run_create(&r, s, v->node, e));
        bool is_wrong = false;
        for (uint32_t first = 0; first < s->p->n && !is_wrong; first += INTERP_BLOCK) {
            is_wrong = draw_block(s, v, &r, first, out + first);
        }
    }
    for (uint32_t i = s->p->n; i < s->p->n_padded; i++) {
        out[i] = out[0];
    }
out:
    run_fini(&r);
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
                                        .node = lower_parameter(s, k),
                                        .column = s->parameter_column[k]};
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
        s->state_node[k] = s->state_column[k] != NULL
                               ? ir_var(s->ir, IR_VAR_STATE, k)
                               : lower_value(s, s->state_ast[k], m->n_parameters + k);
        s->n_states_known = k + 1;
        const struct initial_value v = {.what = "initial value of",
                                        .name = m->states[k].name,
                                        .at = s->state_at[k],
                                        .node = s->state_node[k],
                                        .column = s->state_column[k]};
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
