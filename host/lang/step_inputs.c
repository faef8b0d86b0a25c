/* What reaches the cells: parameters with their stimuli, synaptic arrivals, and inputs that
 * draw events. */
#include "lang/step_builder.h"

#include <float.h>

bool step_is_in_range(const struct step_builder *b, double value)
{
    const double most = b->request->precision == PRECISION_DOUBLE ? DBL_MAX : (double)FLT_MAX;
    return value >= -most && value <= most;
}

void step_check_constant(struct step_builder *b, uint32_t node, const struct ast *e,
                         struct pos at, const char *what, const char *name)
{
    double value;
    if (!ir_is_const(b->ir, node, &value) || step_is_in_range(b, value)) {
        return;
    }
    diag_error(b->d, e != NULL ? e->at : at, e != NULL ? e->length : 0, NULL, "%s '%s' is %s",
               what, name,
               value != value ? "not a number"
               : b->request->precision == PRECISION_DOUBLE
                   ? "infinite"
                   : "too large for a number in single precision");
}

static uint32_t stimulated(struct step_builder *b, uint32_t parameter, uint32_t node)
{
    const struct step_request *const r = b->request;
    for (uint32_t k = 0; k < r->n_stimuli; k++) {
        const struct step_stimulus *const s = &r->stimuli[k];
        if (s->is_state || s->parameter != parameter) {
            continue;
        }
        const uint32_t value = s->value != NULL
                                   ? step_lower_fixed(b, s->value, "the value of an input")
                                   : ir_table(b->ir, &s->table);
        step_check_constant(b, value, s->value, b->model->at, "the value of input", s->name);
        ir_name(b->ir, value, s->name);
        node = s->mode == STEP_ADD ? ir_op2(b->ir, IR_ADD, node, value) : value;
    }
    return node;
}

uint32_t step_parameter_node(struct step_builder *b, uint32_t parameter)
{
    const struct model_parameter *const p = &b->model->parameters[parameter];
    if (b->parameter_stage[parameter] == 2) {
        return b->parameter[parameter];
    }
    if (b->parameter_stage[parameter] == 1) {
        diag_error(b->d, p->at, 0, NULL, "parameter '%s' depends on itself in population '%s'",
                   p->name, b->request->population);
        return ir_const(b->ir, 0.0);
    }
    b->parameter_stage[parameter] = 1;
    const uint32_t *const outer = b->lower.arguments;
    b->lower.arguments = NULL;
    static const struct step_parameter by_default = {.source = STEP_DEFAULT, .value = NULL};
    const struct step_parameter *const source =
        b->request->parameters != NULL ? &b->request->parameters[parameter] : &by_default;
    const struct ast *const e = source->source == STEP_DEFAULT ? p->value : source->value;
    uint32_t node;
    if (source->source == STEP_PER_CELL) {
        node = ir_var(b->ir, IR_VAR_PARAMETER, parameter);
    } else {
        node = step_lower_fixed(b, e, "a parameter that is one value for the population");
    }
    step_check_constant(b, node, e, p->at, "parameter", p->name);
    node = stimulated(b, parameter, node);
    ir_name(b->ir, node, p->name);
    b->lower.arguments = outer;
    b->parameter_stage[parameter] = 2;
    b->parameter[parameter] = node;
    return node;
}

static void add_ring_sums(struct step_builder *b)
{
    const struct model *const m = b->model;
    for (uint32_t k = 0; k < m->n_receptors && b->request->is_fed != NULL; k++) {
        if (!b->request->is_fed[k]) {
            continue;
        }
        const uint32_t arrival = b->out->n_arrivals;
        struct step_arrival *const a = arena_push(
            b->arena, &b->out->arrivals, &b->out->n_arrivals, &b->arrivals_capacity, sizeof *a);
        if (a == NULL) {
            return;
        }
        a->receptor = k;
        uint32_t *const value = &b->value[m->receptors[k].state];
        const uint32_t sum = ir_var(b->ir, IR_VAR_ARRIVAL, arrival);
        ir_name(b->ir, sum, m->receptors[k].name);
        *value = ir_op2(b->ir, IR_ADD, *value, sum);
    }
}

/* Events per step (Poisson) or the probability of one (Bernoulli). */
static uint32_t event_mean(struct step_builder *b, const struct step_event *event)
{
    const uint32_t rate = event->rate != NULL
                              ? step_lower_fixed(b, event->rate, "the rate of an input")
                              : ir_table(b->ir, &event->rate_table);
    const struct pos at = event->rate != NULL ? event->rate->at : b->model->at;
    const uint32_t length = event->rate != NULL ? event->rate->length : 0;
    const uint32_t mean = ir_op2(b->ir, IR_MUL, rate, b->dt);
    step_check_constant(b, mean, event->rate, b->model->at, "the rate of input", event->name);
    double value;
    if (ir_is_const(b->ir, mean, &value) && value < 0.0) {
        diag_error(b->d, at, length, NULL, "the rate of input '%s' is below 0", event->name);
    }
    if (ir_is_const(b->ir, mean, &value) && value > 1.0 && event->kind == STEP_BERNOULLI) {
        diag_error(b->d, at, length, "take a smaller step, or poisson in place of bernoulli",
                   "input '%s' would have %g events per step, and bernoulli gives at most one",
                   event->name, value);
    }
    return mean;
}

/* Number of events of this step: by thresholds that the host knows where all cells have one
 * mean, else cell by cell. */
static uint32_t event_count(struct step_builder *b, const struct step_event *event)
{
    struct ir *const ir = b->ir;
    const uint32_t stream = b->out->n_streams;
    struct step_stream *const s = arena_push(b->arena, &b->out->streams, &b->out->n_streams,
                                             &b->streams_capacity, sizeof *s);
    const uint32_t mean = event_mean(b, event);
    if (s == NULL || mean == IR_NONE) {
        return IR_NONE;
    }
    *s = (struct step_stream){.name = event->name, .n_draws = 1};
    if ((ir->nodes[mean].depends & IR_ON_CELL) == 0) {
        const uint32_t k = b->out->n_events;
        struct step_event_input *const input = arena_push(
            b->arena, &b->out->events, &b->out->n_events, &b->events_capacity, sizeof *input);
        if (input == NULL) {
            return IR_NONE;
        }
        *input = (struct step_event_input){
            .name = event->name, .kind = event->kind, .mean = mean, .stream = stream};
        return ir_leaf(ir, IR_EVENTS, k, IR_NONE);
    }
    if (event->kind == STEP_POISSON) {
        return ir_poisson(ir, mean, stream, 0);
    }
    const uint32_t u = ir_leaf(ir, IR_U01, stream, 0);
    const uint32_t happens = ir_op2(ir, IR_LT, u, mean);
    const uint32_t one = ir_const(ir, 1.0);
    return ir_op3(ir, IR_SELECT, happens, one, ir_const(ir, 0.0));
}

/* Given events: their sum is made by the host, one varying input per receptor. */
static void add_train(struct step_builder *b, uint32_t event_index)
{
    const struct step_event *const event = &b->request->events[event_index];
    for (uint32_t m = 0; m < event->n_weights; m++) {
        const uint32_t train = b->out->n_trains;
        struct step_train *const t = arena_push(b->arena, &b->out->trains, &b->out->n_trains,
                                                &b->trains_capacity, sizeof *t);
        if (t == NULL) {
            return;
        }
        *t = (struct step_train){.event = event_index, .receptor = event->receptors[m]};
        uint32_t *const value = &b->value[b->model->receptors[event->receptors[m]].state];
        const uint32_t sum = ir_var(b->ir, IR_VAR_TRAIN, train);
        ir_name(b->ir, sum, event->name);
        *value = ir_op2(b->ir, IR_ADD, *value, sum);
    }
}

static void add_events(struct step_builder *b)
{
    for (uint32_t k = 0; k < b->request->n_events; k++) {
        const struct step_event *const event = &b->request->events[k];
        if (event->kind == STEP_TRAIN) {
            add_train(b, k);
            continue;
        }
        const uint32_t count = event_count(b, event);
        ir_name(b->ir, count, event->name);
        for (uint32_t m = 0; m < event->n_weights; m++) {
            const uint32_t weight =
                step_lower_fixed(b, event->weights[m], "the weight of an input");
            step_check_constant(b, weight, event->weights[m], b->model->at,
                                "the weight of input", event->name);
            uint32_t *const value = &b->value[b->model->receptors[event->receptors[m]].state];
            const uint32_t charge = ir_op2(b->ir, IR_MUL, count, weight);
            *value = ir_op2(b->ir, IR_ADD, *value, charge);
        }
    }
}

void step_add_arrivals(struct step_builder *b)
{
    add_ring_sums(b);
    add_events(b);
    for (uint32_t k = 0; k < b->model->n_states; k++) {
        if (b->value[k] != b->leaf[k]) {
            step_set_state(b, k, b->value[k]);
        }
    }
}
