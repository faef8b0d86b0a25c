/* sim/opencl_load.c: what a run keeps on the device, and the kernels' arguments that stay. */
#include "sim/opencl_backend.h"

#include <math.h>
#include <string.h>

/* A buffer in the network's precision that holds rows of n values each (doubles that single
 * precision rounds no further); NULL rows stay zero. */
static enum err_code load_rows(struct device_buffer *out, struct opencl_backend *b,
                               const double *const *rows, uint32_t n_rows, uint32_t n,
                               const char *what, struct err *e)
{
    const enum precision precision = b->network->precision;
    const uint64_t row_bytes = (uint64_t)n * precision_bytes(precision);
    float *narrow = NULL;
    enum err_code code;
    ERR_GOTO(device_buffer_create(out, b->device, n_rows * row_bytes, what, e));
    ERR_GOTO(mem_alloc(&narrow, n, sizeof *narrow, e));
    for (uint32_t r = 0; r < n_rows; r++) {
        const void *row = rows[r];
        if (row == NULL) {
            continue;
        }
        for (uint32_t k = 0; k < n && precision == PRECISION_SINGLE; k++) {
            narrow[k] = (float)rows[r][k];
            row = narrow;
        }
        ERR_GOTO(device_write(out, r * row_bytes, row, row_bytes, e));
    }
out:
    mem_free(narrow);
    return code;
}

static enum err_code load_array(struct device_buffer *out, struct device *d, const void *data,
                                uint64_t bytes, const char *what, struct err *e)
{
    ERR_TRY(device_buffer_create(out, d, bytes, what, e));
    return device_write(out, 0, data, bytes, e);
}

static enum err_code load_positions(struct opencl_backend *b, uint32_t p, struct err *e)
{
    const struct net_population *const net = b->populations[p].net;
    const float *const position[3] = {net->x, net->y, net->z};
    const uint32_t n_rows = b->kernels[p].uses_position ? 3 : 0;
    const uint64_t row_bytes = (uint64_t)net->n_padded * sizeof(float);
    struct device_buffer *const out = &b->populations[p].position;
    ERR_TRY(device_buffer_create(out, b->device, n_rows * row_bytes, "positions", e));
    for (uint32_t r = 0; r < n_rows; r++) {
        if (position[r] != NULL) {
            ERR_TRY(device_write(out, r * row_bytes, position[r], row_bytes, e));
        }
    }
    return ERR_OK;
}

/* Given events, as network.h lays them out. */
static enum err_code load_trains(struct opencl_backend *b, uint32_t p, struct err *e)
{
    struct opencl_population *const q = &b->populations[p];
    const struct net_trains *const t = &q->net->trains;
    const uint32_t n_trains = q->net->step.n_trains;
    const uint64_t n_ptr = n_trains * ((uint64_t)q->net->n_padded / CELL_BLOCK + 1),
                   n = n_trains > 0 ? t->n_events : 0;
    ERR_IF(n > UINT32_MAX, e, ERR_LIMIT, "population '%s' has %llu given events, most is %u",
           q->net->name, (unsigned long long)n, UINT32_MAX);
    ERR_TRY(load_array(&q->train_ptr, b->device, t->ptr, n_ptr * sizeof *t->ptr,
                       "places of given events", e));
    ERR_TRY(load_array(&q->train_step, b->device, t->step, n * sizeof *t->step,
                       "steps of given events", e));
    ERR_TRY(load_array(&q->train_lane, b->device, t->lane, n * sizeof *t->lane,
                       "cells of given events", e));
    const double *const weight = t->weight;
    return load_rows(&q->train_weight, b, &weight, n > 0 ? 1 : 0, (uint32_t)n,
                     "weights of given events", e);
}

static enum err_code load_cells(struct opencl_backend *b, uint32_t p, struct err *e)
{
    struct opencl_population *const q = &b->populations[p];
    const struct net_population *const net = q->net;
    const struct step_kernel *const k = &b->kernels[p];
    const double **rows = arena_alloc(b->arena, k->n_parameters + 1, sizeof *rows);
    uint32_t *const keys = arena_alloc(b->arena, net->step.n_streams + 1, 2 * sizeof *keys);
    ERR_IF(rows == NULL || keys == NULL, e, ERR_NOMEM, "no memory for population '%s'",
           net->name);
    for (uint32_t r = 0; r < k->n_parameters; r++) {
        rows[r] = net->parameter[k->parameters[r]];
    }
    for (uint32_t s = 0; s < net->step.n_streams; s++) {
        keys[(size_t)2 * s] = (uint32_t)net->stream_keys[s];
        keys[(size_t)2 * s + 1] = (uint32_t)(net->stream_keys[s] >> 32);
    }
    ERR_TRY(load_rows(&q->state, b, (const double *const *)net->state, net->step.n_states,
                      net->n_padded, "states", e));
    ERR_TRY(load_rows(&q->parameter, b, rows, k->n_parameters, net->n_padded, "parameters", e));
    ERR_TRY(load_positions(b, p, e));
    const uint64_t word = sizeof(uint32_t);
    ERR_TRY(load_array(&q->keys, b->device, keys, 2 * word * net->step.n_streams,
                       "keys of random streams", e));
    q->n_blocks = b->sampling[p].n_blocks;
    return load_array(&q->slot_of, b->device, b->sampling[p].slot_of,
                      net->n_padded / CELL_BLOCK * word, "recorded blocks", e);
}

/* Bits of 2^-scale_log2 in the network's precision. */
static uint64_t scale_bits(enum precision precision, int scale_log2)
{
    const double scale = ldexp(1.0, -scale_log2);
    const float narrow = ldexpf(1.0f, -scale_log2);
    uint64_t bits = 0;
    uint32_t low = 0;
    memcpy(&bits, &scale, sizeof bits);
    memcpy(&low, &narrow, sizeof low);
    return precision == PRECISION_DOUBLE ? bits : low;
}

/* A receptor that no connection reaches reads a ring of one slot that stays zero: it stands
 * after all others. */
static enum err_code load_channels(struct opencl_backend *b, uint32_t p, struct err *e)
{
    const struct network *const n = b->network;
    struct opencl_population *const q = &b->populations[p];
    const uint32_t n_arrivals = q->net->step.n_arrivals;
    struct step_channel *const channels =
        arena_alloc(b->arena, n_arrivals + 1, sizeof *channels);
    ERR_IF(channels == NULL, e, ERR_NOMEM, "no memory for population '%s'", q->net->name);
    for (uint32_t k = 0; k < n_arrivals; k++) {
        channels[k] = (struct step_channel){
            .ring_begin = n->ring_elements, .n_slots = 1, .scale = scale_bits(n->precision, 0)};
    }
    for (uint32_t k = q->net->first_channel; k < q->net->first_channel + q->net->n_channels;
         k++) {
        const struct net_channel *const c = &n->channels[k];
        channels[c->arrival] =
            (struct step_channel){.ring_begin = c->ring_begin,
                                  .n_slots = c->n_slots,
                                  .scale = scale_bits(n->precision, c->scale_log2)};
    }
    return load_array(&q->channels, b->device, channels, n_arrivals * sizeof *channels,
                      "input channels", e);
}

static enum err_code load_ring(struct opencl_backend *b, struct err *e)
{
    uint32_t most = 0;
    for (uint32_t p = 0; p < b->network->n_populations; p++) {
        const uint32_t n = b->network->populations[p].n_padded;
        most = n > most ? n : most;
    }
    return device_buffer_create(&b->ring, b->device,
                                (b->network->ring_elements + most) *
                                    precision_bytes(b->network->precision),
                                "input rings", e);
}

static enum err_code load_watches(struct opencl_backend *b, struct err *e)
{
    uint64_t n_values = 0;
    for (uint32_t p = 0; p < b->network->n_populations; p++) {
        const struct net_population *const net = b->populations[p].net;
        b->populations[p].watched_at = n_values;
        b->n_watches += net->step.n_watches;
        n_values += (uint64_t)net->step.n_watches * net->n_padded;
    }
    struct watch_place *const places = arena_alloc(b->arena, b->n_watches + 1, sizeof *places);
    ERR_IF(places == NULL, e, ERR_NOMEM, "no memory for watches");
    uint32_t at = 0;
    for (uint32_t p = 0; p < b->network->n_populations; p++) {
        const struct net_population *const net = b->populations[p].net;
        for (uint32_t k = 0; k < net->step.n_watches; k++) {
            places[at++] = (struct watch_place){
                .word_at = b->slots.populations[p].head_at + HEAD_WATCH +
                           (uint64_t)k * HEAD_WATCH_WORDS,
                .value_at = b->populations[p].watched_at + (uint64_t)k * net->n_padded};
        }
    }
    ERR_TRY(device_buffer_create(&b->watched, b->device, n_values * sizeof(float),
                                 "Euler's limit", e));
    return load_array(&b->watch_places, b->device, places, b->n_watches * sizeof *places,
                      "Euler's limit", e);
}

static enum err_code load_conns(struct opencl_backend *b, struct err *e)
{
    const struct network *const n = b->network;
    struct conn_layout *const conns = arena_alloc(b->arena, n->n_conns + 1, sizeof *conns);
    struct deliver_place *const places =
        arena_alloc(b->arena, n->n_populations + 1, sizeof *places);
    ERR_IF(conns == NULL || places == NULL, e, ERR_NOMEM, "no memory for connections");
    for (uint32_t k = 0; k < n->n_conns; k++) {
        conns[k] = n->conns[k].layout;
    }
    for (uint32_t p = 0; p < n->n_populations; p++) {
        places[p] =
            (struct deliver_place){.count_at = b->slots.populations[p].head_at + HEAD_SPIKES,
                                   .list_at = b->slots.populations[p].list_at};
    }
    ERR_TRY(
        load_array(&b->conns, b->device, conns, n->n_conns * sizeof *conns, "connections", e));
    return load_array(&b->places, b->device, places, n->n_populations * sizeof *places,
                      "places of spikes", e);
}

/* Arguments in the order of NEURON_ARGUMENTS (kernels/step/neuron.h); the slice itself comes
 * with each launch. */
static enum err_code set_step_arguments(struct opencl_backend *b, struct opencl_population *q,
                                        struct err *e)
{
    const struct device_buffer *const buffers[NEURON_SLICE_ARGUMENT] = {
        &q->state,           &q->parameter,
        &q->position,        &b->ring,
        &b->uniforms.buffer, &q->keys,
        &q->channels,        &q->slot_of,
        &q->train_ptr,       &q->train_step,
        &q->train_lane,      &q->train_weight,
        &b->slots.buffer,    &b->slots.samples_buffer,
        &b->watched};
    for (uint32_t k = 0; k < NEURON_SLICE_ARGUMENT; k++) {
        ERR_TRY(device_kernel_set_buffer(&q->kernel, k, buffers[k], e));
    }
    return ERR_OK;
}

static enum err_code set_deliver_arguments(struct opencl_backend *b, struct err *e)
{
    const struct device_buffer *const buffers[] = {&b->conns,
                                                   &b->places,
                                                   &b->wiring->row_ptr_buffer,
                                                   &b->wiring->target_buffer,
                                                   &b->wiring->weight_buffer,
                                                   &b->ring,
                                                   &b->slots.buffer};
    for (uint32_t k = 0; k < sizeof buffers / sizeof *buffers; k++) {
        ERR_TRY(device_kernel_set_buffer(&b->deliver, k, buffers[k], e));
    }
    ERR_TRY(device_kernel_set_buffer(&b->collect, 0, &b->watch_places, e));
    ERR_TRY(device_kernel_set_buffer(&b->collect, 1, &b->watched, e));
    ERR_TRY(device_kernel_set_buffer(&b->collect, 2, &b->slots.buffer, e));
    return device_kernel_set(&b->collect, 4, sizeof b->n_watches, &b->n_watches, e);
}

enum err_code opencl_load(struct opencl_backend *b, struct err *e)
{
    const uint32_t n = b->network->n_populations;
    ERR_TRY(
        slots_init(&b->slots, b->device, b->network, b->sampling, b->stop_is_all, b->slice, e));
    ERR_TRY(uniforms_init(&b->uniforms, b->device, b->network, b->kernels, b->slots.n_slots,
                          b->slice, e));
    ERR_TRY(load_ring(b, e));
    ERR_TRY(load_watches(b, e));
    ERR_TRY(load_conns(b, e));
    for (uint32_t p = 0; p < n; p++) {
        ERR_TRY(load_cells(b, p, e));
        ERR_TRY(load_channels(b, p, e));
        ERR_TRY(load_trains(b, p, e));
        ERR_TRY(set_step_arguments(b, &b->populations[p], e));
    }
    return set_deliver_arguments(b, e);
}

void opencl_unload(struct opencl_backend *b)
{
    for (uint32_t p = 0; b->populations != NULL && p < b->network->n_populations; p++) {
        struct opencl_population *const q = &b->populations[p];
        device_kernel_destroy(&q->kernel);
        device_program_destroy(&q->program);
        device_buffer_destroy(&q->state);
        device_buffer_destroy(&q->parameter);
        device_buffer_destroy(&q->position);
        device_buffer_destroy(&q->keys);
        device_buffer_destroy(&q->channels);
        device_buffer_destroy(&q->slot_of);
        device_buffer_destroy(&q->train_ptr);
        device_buffer_destroy(&q->train_step);
        device_buffer_destroy(&q->train_lane);
        device_buffer_destroy(&q->train_weight);
    }
    device_kernel_destroy(&b->deliver);
    device_kernel_destroy(&b->collect);
    device_program_destroy(&b->delivery_program);
    device_buffer_destroy(&b->ring);
    device_buffer_destroy(&b->conns);
    device_buffer_destroy(&b->places);
    device_buffer_destroy(&b->watch_places);
    device_buffer_destroy(&b->watched);
    uniforms_fini(&b->uniforms);
    slots_fini(&b->slots);
}
