/* net/population.c: one population: which parameters, inputs, stimuli and recorded quantities
 * its step program takes. */
#include "net/inside.h"
#include "base/stream.h"

#include <string.h>

/* What is asked of step_build; arrays in the network's arena. */
struct population_request {
    struct network *n;
    const struct desc_population *desc;
    uint32_t index;
    struct step_parameter *parameters;
    bool *is_fed;
    struct step_stimulus *stimuli;
    struct step_event *events;
    const struct desc_input **event_inputs; /* [n_events] */
    struct step_record *records;
    struct step_stop *stops;
    uint32_t n_event_inputs, event_inputs_room, n_stops;
    uint32_t n_stimuli, stimuli_room, n_events, events_room, n_records, records_room;
};

/* Index of population p in a list, or UINT32_MAX. */
static uint32_t find_in(const uint32_t *list, uint32_t n, uint32_t p)
{
    for (uint32_t k = 0; k < n; k++) {
        if (list[k] == p) {
            return k;
        }
    }
    return UINT32_MAX;
}

/* A value that differs between cells but not in time is drawn once, before the run. */
static void request_parameters(struct population_request *r)
{
    for (uint32_t k = 0; k < r->desc->n_set; k++) {
        const struct desc_setting *const s = &r->desc->set[k];
        const bool is_drawn = s->on_cell && !s->on_time;
        r->parameters[s->index] =
            (struct step_parameter){is_drawn ? STEP_PER_CELL : STEP_VALUE, s->value};
    }
}

static void request_fed(struct population_request *r)
{
    const struct desc_network *const d = r->n->desc;
    for (uint32_t k = 0; k < d->n_projections; k++) {
        const struct desc_projection *const p = &d->projections[k];
        if (find_in(p->to, p->n_to, r->index) == UINT32_MAX) {
            continue;
        }
        for (uint32_t w = 0; w < p->n_weights; w++) {
            const int receptor = model_find_receptor(r->desc->model, p->weights[w].receptor);
            if (receptor >= 0) {
                r->is_fed[receptor] = true;
            }
        }
    }
}

static enum step_event_kind event_kind(enum desc_input_kind kind)
{
    return kind == DESC_POISSON ? STEP_POISSON
           : kind == DESC_TRAIN ? STEP_TRAIN
                                : STEP_BERNOULLI;
}

static void request_event(struct population_request *r, const struct desc_input *in)
{
    struct arena *const a = r->n->arena;
    struct step_event *const event =
        arena_push(a, &r->events, &r->n_events, &r->events_room, sizeof *r->events);
    uint32_t *const receptors = arena_alloc(a, in->n_weights, sizeof *receptors);
    const struct ast **const weights = arena_alloc(a, in->n_weights, sizeof *weights);
    if (event == NULL || receptors == NULL || weights == NULL) {
        return;
    }
    const struct desc_input **const from =
        arena_push(a, &r->event_inputs, &r->n_event_inputs, &r->event_inputs_room,
                   sizeof *r->event_inputs);
    if (from == NULL) {
        return;
    }
    *from = in;
    uint32_t n = 0;
    for (uint32_t w = 0; w < in->n_weights; w++) {
        const int receptor = model_find_receptor(r->desc->model, in->weights[w].receptor);
        /* Two names of one receptor are one train. */
        const bool is_again = in->kind == DESC_TRAIN && receptor >= 0 &&
                              find_in(receptors, n, (uint32_t)receptor) != UINT32_MAX;
        if (receptor >= 0 && !is_again) {
            receptors[n] = (uint32_t)receptor;
            weights[n++] = in->weights[w].value;
        }
    }
    *event = (struct step_event){.name = in->name,
                                 .kind = event_kind(in->kind),
                                 .rate = in->rate,
                                 .rate_table = in->rate_table,
                                 .n_weights = n,
                                 .receptors = receptors,
                                 .weights = weights};
}

/* Inputs stand sorted by name in the description, and so do events and stimuli. */
static void request_inputs(struct population_request *r)
{
    const struct desc_network *const d = r->n->desc;
    for (uint32_t k = 0; k < d->n_inputs; k++) {
        const struct desc_input *const in = &d->inputs[k];
        const uint32_t at = in->is_off ? UINT32_MAX : find_in(in->to, in->n_to, r->index);
        if (at == UINT32_MAX) {
            continue;
        }
        if (in->kind != DESC_STIMULUS) {
            request_event(r, in);
            continue;
        }
        struct step_stimulus *const s = arena_push(r->n->arena, &r->stimuli, &r->n_stimuli,
                                                   &r->stimuli_room, sizeof *r->stimuli);
        if (s != NULL) {
            *s = (struct step_stimulus){.name = in->name,
                                        .parameter = in->parameter[at],
                                        .is_state = in->is_state,
                                        .mode = in->mode,
                                        .value = in->value,
                                        .table = in->table};
        }
    }
}

static bool has_record(const struct population_request *r, const struct desc_variable *v)
{
    for (uint32_t k = 0; k < r->n_records; k++) {
        if (r->records[k].value == v->value && strcmp(r->records[k].name, v->name) == 0) {
            return true;
        }
    }
    return false;
}

static void request_records(struct population_request *r)
{
    const struct desc_network *const d = r->n->desc;
    for (uint32_t t = 0; t < d->n_traces; t++) {
        const struct desc_trace *const trace = &d->traces[t];
        if (find_in(trace->of, trace->n_of, r->index) == UINT32_MAX) {
            continue;
        }
        for (uint32_t k = 0; k < trace->n_variables; k++) {
            const struct desc_variable *const v = &trace->variables[k];
            if (has_record(r, v)) {
                continue;
            }
            struct step_record *const record = arena_push(
                r->n->arena, &r->records, &r->n_records, &r->records_room, sizeof *r->records);
            if (record != NULL) {
                *record =
                    (struct step_record){.name = v->name, .value = v->value, .unit = v->unit};
            }
        }
    }
}

/* Terms of stop_when that look at this population, in the description's order. */
static void request_stops(struct population_request *r)
{
    const struct desc_stop *const stop = r->n->desc->stop;
    const uint32_t n_terms = stop != NULL ? stop->n_terms : 0;
    r->stops = arena_alloc(r->n->arena, n_terms, sizeof *r->stops);
    for (uint32_t k = 0; k < n_terms && r->stops != NULL; k++) {
        if (stop->terms[k].population == r->index) {
            r->stops[r->n_stops++] = (struct step_stop){.condition = stop->terms[k].condition,
                                                        .is_all = stop->terms[k].is_all};
        }
    }
}

/* Keys of the program's streams and the channels of its arrivals. */
static enum err_code name_streams(struct network *n, struct net_population *p, struct err *e)
{
    p->stream_keys = arena_alloc(n->arena, p->step.n_streams, sizeof *p->stream_keys);
    ERR_IF(p->stream_keys == NULL, e, ERR_NOMEM, "no memory for population '%s'", p->name);
    for (uint32_t k = 0; k < p->step.n_streams; k++) {
        const char *const input = p->step.streams[k].name;
        p->stream_keys[k] = input == NULL
                                ? net_stream_key(n, STREAM_STEP, p->name, NULL, NULL)
                                : net_stream_key(n, STREAM_INPUT, input, p->name, NULL);
    }
    p->first_channel = n->n_channels;
    p->n_channels = p->step.n_arrivals;
    struct net_channel *const channels =
        arena_alloc(n->arena, (size_t)n->n_channels + p->n_channels, sizeof *channels);
    ERR_IF(channels == NULL, e, ERR_NOMEM, "no memory for population '%s'", p->name);
    if (n->n_channels > 0) {
        memcpy(channels, n->channels, n->n_channels * sizeof *channels);
    }
    for (uint32_t k = 0; k < p->n_channels; k++) {
        channels[n->n_channels + k] =
            (struct net_channel){.population = (uint32_t)(p - n->populations),
                                 .receptor = p->step.arrivals[k].receptor,
                                 .arrival = k,
                                 .n_slots = 1};
    }
    n->channels = channels;
    n->n_channels += p->n_channels;
    return ERR_OK;
}

enum err_code net_population_create(struct network *n, uint32_t index, struct diag_list *d,
                                    struct err *e)
{
    const struct desc_population *const desc = &n->desc->populations[index];
    const struct model *const m = desc->model;
    struct net_population *const p = &n->populations[index];
    p->name = desc->name;
    p->model = m;
    ERR_IF(desc->n > NID_MAX, e, ERR_LIMIT, "population '%s' has %u cells, most is %u",
           desc->name, desc->n, NID_MAX);
    p->n = desc->n;
    p->n_padded = (desc->n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    p->records_spikes = n->desc->records_spikes && (n->desc->records_population == NULL ||
                                                    n->desc->records_population[index]);
    struct population_request r = {.n = n, .desc = desc, .index = index};
    r.parameters = arena_alloc(n->arena, m->n_parameters, sizeof *r.parameters);
    r.is_fed = arena_alloc(n->arena, m->n_receptors, sizeof *r.is_fed);
    ERR_IF(r.parameters == NULL || r.is_fed == NULL, e, ERR_NOMEM,
           "no memory for population '%s'", p->name);
    request_parameters(&r);
    request_fed(&r);
    request_inputs(&r);
    request_records(&r);
    request_stops(&r);
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for population '%s'", p->name);
    const struct step_request request = {.arena = n->arena,
                                         .model = m,
                                         .population = p->name,
                                         .precision = n->precision,
                                         .dt_fs = n->dt_fs,
                                         .parameters = r.parameters,
                                         .is_fed = r.is_fed,
                                         .stimuli = r.stimuli,
                                         .events = r.events,
                                         .records = r.records,
                                         .stops = r.stops,
                                         .n_stimuli = r.n_stimuli,
                                         .n_events = r.n_events,
                                         .n_records = r.n_records,
                                         .n_stops = r.n_stops};
    const bool is_sound = step_build(&request, &p->step, d);
    ERR_IF(arena_failed(n->arena), e, ERR_NOMEM, "no memory for population '%s'", p->name);
    if (!is_sound) {
        return d->n_errors > 0
                   ? ERR_OK
                   : err_set(e, ERR_FILE, 0, "population '%s' has no step program", p->name);
    }
    ASSERT(p->step.n_samples == r.n_records && p->step.n_stops == r.n_stops);
    ERR_TRY(net_trains_create(n, p, r.event_inputs, d, e));
    p->records = r.records;
    return name_streams(n, p, e);
}

void net_population_fini(struct net_population *p)
{
    for (uint32_t k = 0; p->state != NULL && k < p->step.n_states; k++) {
        mem_free(p->state[k]);
    }
    for (uint32_t k = 0; p->parameter != NULL && k < p->model->n_parameters; k++) {
        mem_free(p->parameter[k]);
    }
    net_trains_fini(&p->trains);
    mem_free(p->x);
    mem_free(p->y);
    mem_free(p->z);
}
