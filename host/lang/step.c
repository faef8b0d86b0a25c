#include "lang/step_builder.h"

#include <string.h>

/* More steps than this and a single-precision counter stops counting down. */
#define REFRACTORY_STEPS_MAX 16777216.0

static uint32_t resolve(void *context, const struct symbol *symbol, bool is_prev)
{
    struct step_builder *const b = context;
    switch (symbol->kind) {
    case SYMBOL_PARAMETER:
        return step_parameter_node(b, symbol->index);
    case SYMBOL_STATE:
        return is_prev ? b->start[symbol->index] : b->value[symbol->index];
    case SYMBOL_INTERMEDIATE:
        return b->intermediate[symbol->index];
    case SYMBOL_ARGUMENT:
    case SYMBOL_CONSTANT:
    case SYMBOL_SIGNAL:
    case SYMBOL_FUNCTION:
    case SYMBOL_VARIABLE:
        break;
    }
    return IR_NONE;
}

uint32_t step_lower(struct step_builder *b, const struct ast *e, const char *what)
{
    const uint32_t node = lang_lower(&b->lower, e);
    if (node == IR_NONE && !arena_failed(b->arena)) {
        const struct pos at = e != NULL ? e->at : b->model->at;
        const uint32_t length = e != NULL ? e->length : 0;
        const char *const of = what != NULL ? what : "expression";
        if (b->lower.is_too_deep) {
            diag_error(b->d, at, length, NULL, "functions are nested too deep in %s", of);
        } else {
            diag_error(b->d, at, length, NULL, "%s has no value here", of);
        }
        return ir_const(b->ir,
                        0.0); /* go on: the next statements may hold faults of their own */
    }
    return node;
}

uint32_t step_lower_fixed(struct step_builder *b, const struct ast *e, const char *what)
{
    const uint32_t n_draws = b->lower.n_draws;
    const uint32_t node = step_lower(b, e, what);
    if (b->lower.n_draws != n_draws) {
        diag_error(b->d, e->at, e->length, NULL, "a random function has no place in %s", what);
        b->lower.n_draws = n_draws;
    }
    return node;
}

uint32_t step_number(struct step_builder *b, uint32_t node)
{
    if (node == IR_NONE || !b->ir->nodes[node].is_mask) {
        return node;
    }
    const uint32_t one = ir_const(b->ir, 1.0);
    return ir_op3(b->ir, IR_SELECT, node, one, ir_const(b->ir, 0.0));
}

static uint32_t add_state(struct step_builder *b, const char *name, uint32_t model_state)
{
    const uint32_t k = b->out->n_states;
    struct step_state *const s = arena_push(b->arena, &b->out->states, &b->out->n_states,
                                            &b->states_capacity, sizeof *s);
    if (s == NULL) {
        return IR_NONE;
    }
    *s = (struct step_state){.name = name, .out = IR_NONE, .model_state = model_state};
    ir_name(b->ir, ir_var(b->ir, IR_VAR_STATE, k), name);
    return k;
}

uint32_t step_add_hidden(struct step_builder *b, const char *name)
{
    return add_state(b, name, IR_NONE);
}

void step_set_state(struct step_builder *b, uint32_t state, uint32_t node)
{
    node = step_number(b, node);
    if (b->is_held[state] && b->is_refractory != IR_NONE) {
        node = ir_op3(b->ir, IR_SELECT, b->is_refractory, b->kept[state], node);
    }
    ir_name(b->ir, node, b->model->states[state].name);
    b->value[state] = node;
}

static uint32_t *new_nodes(struct step_builder *b, uint32_t n)
{
    uint32_t *const nodes = arena_alloc(b->arena, n, sizeof *nodes);
    for (uint32_t k = 0; nodes != NULL && k < n; k++) {
        nodes[k] = IR_NONE;
    }
    return nodes;
}

static bool builder_init(struct step_builder *b, const struct step_request *r,
                         struct step_program *out, struct diag_list *d)
{
    const struct model *const m = r->model;
    *b = (struct step_builder){.request = r, .model = m, .out = out, .d = d, .arena = r->arena};
    *out = (struct step_program){.spike = IR_NONE};
    out->ir = b->ir = ir_create(r->arena);
    if (b->ir == NULL) {
        return false;
    }
    b->lower = (struct lower){.ir = b->ir, .dt_fs = r->dt_fs, .resolve = resolve, .context = b};
    b->dt = ir_const(b->ir, (double)r->dt_fs / 1e12);
    b->counter = b->is_refractory = IR_NONE;
    b->leaf = new_nodes(b, m->n_states);
    b->value = new_nodes(b, m->n_states);
    b->start = new_nodes(b, m->n_states);
    b->kept = new_nodes(b, m->n_states);
    b->intermediate = new_nodes(b, m->n_intermediates);
    b->parameter = new_nodes(b, m->n_parameters);
    b->parameter_stage = arena_alloc(r->arena, m->n_parameters, 1);
    b->is_held = arena_alloc(r->arena, m->n_states, sizeof *b->is_held);
    /* The model's own stream, the first: a zeroed record. */
    (void)arena_push(r->arena, &out->streams, &out->n_streams, &b->streams_capacity,
                     sizeof *out->streams);
    if (arena_failed(r->arena)) {
        return false;
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        (void)add_state(b, m->states[k].name, k);
        b->leaf[k] = b->kept[k] = b->value[k] = ir_var(b->ir, IR_VAR_STATE, k);
    }
    return !arena_failed(r->arena);
}

static uint32_t refractory_steps(struct step_builder *b)
{
    const uint32_t time = step_lower_fixed(b, b->model->refractory, "the refractory time");
    const uint32_t steps = ir_op2(b->ir, IR_DIV, time, b->dt);
    const uint32_t half_up = ir_op2(b->ir, IR_ADD, steps, ir_const(b->ir, 0.5));
    return ir_op1(b->ir, IR_FLOOR, half_up);
}

/* The refractory time is a hidden state that counts down the steps that are still to be held.
 */
static void begin_refractory(struct step_builder *b)
{
    const struct model *const m = b->model;
    if (m->refractory == NULL || m->threshold == NULL) {
        return;
    }
    double steps;
    if (ir_is_const(b->ir, refractory_steps(b), &steps)) {
        if (!(steps >= 0.0 && steps <= REFRACTORY_STEPS_MAX)) {
            diag_error(b->d, m->refractory->at, m->refractory->length, NULL,
                       "the refractory time would last %g steps: it must be from 0 to %g steps",
                       steps, REFRACTORY_STEPS_MAX);
        }
        if (!(steps > 0.0)) {
            return;
        }
    }
    b->counter = step_add_hidden(b, "refractory");
    if (b->counter == IR_NONE) {
        return;
    }
    const uint32_t left = ir_var(b->ir, IR_VAR_STATE, b->counter);
    b->is_refractory = ir_op2(b->ir, IR_LT, ir_const(b->ir, 0.0), left);
    for (uint32_t k = 0; k < m->n_held; k++) {
        b->is_held[m->held_states[k]] = true;
    }
}

void step_assign(struct step_builder *b, const struct stmt *s, bool is_copied)
{
    const uint32_t node = step_lower(b, s->value, s->name);
    if (s->symbol->kind == SYMBOL_INTERMEDIATE) {
        ir_name(b->ir, node, s->name);
        b->intermediate[s->symbol->index] = node;
        return;
    }
    step_set_state(b, s->symbol->index, is_copied ? ir_copy(b->ir, node) : node);
}

/* The reset sees the state after the statements, one assignment after the other, and holds for
 * cells that spike. */
static void run_reset(struct step_builder *b)
{
    const struct model *const m = b->model;
    if (m->threshold == NULL) {
        return;
    }
    uint32_t spike = step_lower(b, m->threshold, "the threshold");
    if (b->is_refractory != IR_NONE) {
        const uint32_t is_free = ir_op1(b->ir, IR_NOT, b->is_refractory);
        spike = ir_op2(b->ir, IR_AND, spike, is_free);
    }
    ir_name(b->ir, spike, "spike");
    b->out->spike = spike;
    uint32_t *const before = new_nodes(b, m->n_states);
    if (before == NULL) {
        return;
    }
    const uint32_t steps = b->counter != IR_NONE ? refractory_steps(b) : IR_NONE;
    memcpy(before, b->value, m->n_states * sizeof *before);
    b->is_refractory = IR_NONE; /* what spikes is not held */
    for (uint32_t k = 0; k < m->n_reset; k++) {
        step_assign(b, &m->reset[k], false);
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        if (b->value[k] != before[k]) {
            b->value[k] = ir_op3(b->ir, IR_SELECT, spike, b->value[k], before[k]);
        }
    }
    if (b->counter != IR_NONE) {
        const uint32_t left = ir_var(b->ir, IR_VAR_STATE, b->counter);
        const uint32_t fewer = ir_op2(b->ir, IR_SUB, left, ir_const(b->ir, 1.0));
        const uint32_t counted = ir_op2(b->ir, IR_MAX, fewer, ir_const(b->ir, 0.0));
        b->out->states[b->counter].out = ir_op3(b->ir, IR_SELECT, spike, steps, counted);
    }
}

/* Cells to report to stop_when, with the state after the reset. */
static void add_stops(struct step_builder *b)
{
    const struct step_request *const r = b->request;
    b->out->stops = arena_alloc(b->arena, r->n_stops, sizeof *b->out->stops);
    for (uint32_t k = 0; k < r->n_stops && b->out->stops != NULL; k++) {
        const uint32_t holds = step_lower_fixed(b, r->stops[k].condition, "stop_when");
        const uint32_t reported = r->stops[k].is_all ? ir_op1(b->ir, IR_NOT, holds) : holds;
        ir_name(b->ir, reported, "stop");
        b->out->stops[b->out->n_stops++] = reported;
    }
}

/* Literals that are no number of the precision. */
static void check_literals(struct step_builder *b, const struct ast *e)
{
    if (e == NULL) {
        return;
    }
    if (e->kind == AST_NUMBER && !step_is_in_range(b, e->value)) {
        diag_error(b->d, e->at, e->length, "take precision: double, or another unit",
                   "%s is too large for a number in single precision",
                   e->name != NULL ? e->name : "this");
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        check_literals(b, e->args[k]);
    }
}

static void check_all_literals(struct step_builder *b)
{
    const struct model *const m = b->model;
    for (uint32_t k = 0; k < m->n_statements; k++) {
        check_literals(b, m->statements[k].factor);
        check_literals(b, m->statements[k].value);
    }
    for (uint32_t k = 0; k < m->n_reset; k++) {
        check_literals(b, m->reset[k].value);
    }
    check_literals(b, m->threshold);
}

bool step_build(const struct step_request *request, struct step_program *out,
                struct diag_list *d)
{
    struct step_builder b;
    const uint32_t n_errors = d->n_errors;
    if (builder_init(&b, request, out, d)) {
        check_all_literals(&b);
        begin_refractory(&b);
        step_add_arrivals(&b);
        step_add_clamps(&b);
        for (uint32_t k = 0; k < b.model->n_parameters; k++) {
            (void)step_parameter_node(&b, k); /* unused ones too: their faults are told */
        }
        step_add_samples(&b);
        step_run_statements(&b);
        step_hold_samples(&b);
        run_reset(&b);
        add_stops(&b);
        for (uint32_t k = 0; k < b.model->n_states; k++) {
            out->states[k].out = b.value[k];
        }
        out->streams[0].n_draws = b.lower.n_draws;
    }
    if (arena_failed(request->arena)) {
        diag_error(d, request->model->at, 0, NULL,
                   "no memory for the program of population '%s'", request->population);
        return false;
    }
    return d->n_errors == n_errors;
}

bool step_check(const struct model *model, enum precision precision, struct diag_list *d)
{
    struct step_program unused;
    return step_build(
        &(struct step_request){.arena = d->arena,
                               .model = model,
                               .population = model->name != NULL ? model->name : model->stem,
                               .precision = precision,
                               .dt_fs = INT64_C(100000000000)},
        &unused, d);
}
