/* sim/backend_opencl.c: the opencl backend. Everything of a slice is enqueued at once: values
 * of t, one launch per population, one of delivery, the reads of its slot. Only drain waits,
 * and for the oldest slice. */
#include "sim/opencl_backend.h"

#include <stdio.h>

static struct opencl_backend *opencl_of(struct sim_backend *b)
{
    return (struct opencl_backend *)(void *)b;
}

static void opencl_destroy(struct sim_backend *backend)
{
    struct opencl_backend *const b = opencl_of(backend);
    if (b == NULL) {
        return;
    }
    /* Reads in flight write to memory that goes now; a device that fails here has nothing in
     * flight any more. */
    if (device_finish(b->device, NULL) == ERR_OK) {
        b->slots.n_in_flight = 0;
    }
    opencl_unload(b);
    mem_free(b->populations);
    mem_free(b->kernels);
    mem_free(b->uniforms_at);
    mem_free(b->stop_is_all);
    arena_destroy(b->arena);
    mem_free(b);
}

static enum err_code opencl_fill(struct opencl_backend *b, const struct sim_options *o,
                                 struct err *e)
{
    const struct device_info *const info = device_info_of(b->device);
    const uint32_t n = b->network->n_populations;
    ERR_TRY(device_check_precision(info, b->network->precision, e));
    ERR_TRY(choose_width(info, o->width, &b->width, e));
    b->slice_option = o->slice;
    b->delivery = choose_delivery(info, o->delivery);
    b->n_partitions = choose_partitions(info, o->partitions);
    b->deliver_group = choose_deliver_group(info, o->group);
    b->deliver_groups = choose_deliver_groups(info);
    ERR_TRY(arena_create(&b->arena, e));
    ERR_TRY(mem_alloc(&b->populations, n, sizeof *b->populations, e));
    ERR_TRY(mem_alloc(&b->kernels, n, sizeof *b->kernels, e));
    ERR_TRY(mem_alloc(&b->uniforms_at, n, sizeof *b->uniforms_at, e));
    ERR_TRY(mem_alloc(&b->stop_is_all, n, sizeof *b->stop_is_all, e));
    for (uint32_t p = 0; p < n; p++) {
        struct opencl_population *const q = &b->populations[p];
        q->net = &b->network->populations[p];
        q->n_items = q->net->n_padded / b->width;
        q->group = choose_group(info, o->group, q->n_items);
    }
    return opencl_compile(b, e);
}

static enum err_code opencl_create(struct sim_backend **out, struct network *n,
                                   struct device *device, const struct sim_options *o,
                                   const struct sim_sampling *sampling, struct err *e)
{
    *out = NULL;
    struct opencl_backend *b;
    ERR_TRY(mem_alloc(&b, 1, sizeof *b, e));
    b->network = n;
    b->device = device;
    b->sampling = sampling;
    const enum err_code code = opencl_fill(b, o, e);
    if (code != ERR_OK) {
        opencl_destroy((struct sim_backend *)(void *)b);
        return code;
    }
    *out = (struct sim_backend *)(void *)b;
    return ERR_OK;
}

static enum err_code launch_steps(struct opencl_backend *b, int64_t first, uint32_t n_steps,
                                  const uint32_t *due, struct err *e)
{
    const uint32_t slot = b->slots.next, next = (slot + 1) % b->slots.n_slots;
    for (uint32_t p = 0; p < b->network->n_populations; p++) {
        struct opencl_population *const q = &b->populations[p];
        const struct slots_population *const r = &b->slots.populations[p];
        const struct step_slice slice = {.first = first,
                                         .head_at = slot * b->slots.n_words + r->head_at,
                                         .next_head_at = next * b->slots.n_words + r->head_at,
                                         .list_at = slot * b->slots.n_words + r->list_at,
                                         .samples_at =
                                             slot * b->slots.n_samples + r->samples_at,
                                         .watched_at = q->watched_at,
                                         .stops_at = slot * b->slots.n_words + r->stops_at,
                                         .n = q->net->n,
                                         .n_padded = q->net->n_padded,
                                         .n_steps = n_steps,
                                         .due = due[p],
                                         .n_blocks = q->n_blocks,
                                         .n_head = slots_head_words(r->n_watches, r->n_stops),
                                         .courses_at = b->uniforms_at[p].courses,
                                         .events_at = b->uniforms_at[p].events};
        ERR_TRY(device_kernel_set(&q->kernel, NEURON_SLICE_ARGUMENT, sizeof slice, &slice, e));
        ERR_TRY(device_launch(&q->kernel, q->n_items, q->group, NULL, e));
    }
    return ERR_OK;
}

static enum err_code launch_delivery(struct opencl_backend *b, int64_t first, struct err *e)
{
    const struct deliver_slice slice = {.first = first,
                                        .slot_at = b->slots.next * b->slots.n_words,
                                        .n_conns = b->network->n_conns,
                                        .n_partitions = b->n_partitions};
    if (slice.n_conns == 0) {
        return ERR_OK;
    }
    ERR_TRY(device_kernel_set(&b->deliver, 7, sizeof slice, &slice, e));
    if (b->delivery == SIM_DELIVERY_ATOMIC) {
        return device_launch(&b->deliver, (uint64_t)b->deliver_groups * b->deliver_group,
                             b->deliver_group, NULL, e);
    }
    return device_launch(&b->deliver, b->n_partitions, 1, NULL, e);
}

static enum err_code launch_watches(struct opencl_backend *b, struct err *e)
{
    const uint64_t slot_at = b->slots.next * b->slots.n_words;
    ERR_TRY(device_kernel_set(&b->collect, 3, sizeof slot_at, &slot_at, e));
    return device_launch(&b->collect, b->n_watches, 1, NULL, e);
}

/* Launching once with no steps takes the compiling that some drivers (PoCL) put off until then
 * out of the run. */
static enum err_code opencl_start(struct sim_backend *backend, const struct net_wiring *w,
                                  struct err *e)
{
    struct opencl_backend *const b = opencl_of(backend);
    ERR_IF(!w->is_on_device, e, ERR_ARG, "the opencl backend needs its synapses on the device");
    ERR_IF(b->is_started, e, ERR_ARG, "the opencl backend is started already");
    b->is_started = true;
    b->wiring = w;
    b->slice = b->network->slice;
    if (b->slice_option > 0 && b->slice_option < b->slice) {
        b->slice = b->slice_option;
    }
    ERR_TRY(opencl_load(b, e));
    uint32_t *const due = arena_alloc(b->arena, b->network->n_populations + 1, sizeof *due);
    ERR_IF(due == NULL, e, ERR_NOMEM, "no memory to start");
    ERR_TRY(launch_steps(b, 0, 0, due, e));
    ERR_TRY(launch_delivery(b, 0, e));
    ERR_TRY(launch_watches(b, e));
    ERR_TRY(device_finish(b->device, e));
    device_program_save(&b->delivery_program);
    for (uint32_t p = 0; p < b->network->n_populations; p++) {
        device_program_save(&b->populations[p].program);
    }
    return ERR_OK;
}

/* Is there a step divisible by 32 in [first, first + n)? */
static bool has_look(int64_t first, uint32_t n)
{
    const int64_t past = ((first % 32) + 32) % 32;
    return past == 0 || past + n > 32;
}

static enum err_code opencl_advance(struct sim_backend *backend, int64_t first,
                                    uint32_t n_steps, const uint32_t *due, struct err *e)
{
    struct opencl_backend *const b = opencl_of(backend);
    ERR_IF(n_steps == 0 || n_steps > b->slice, e, ERR_ARG,
           "a slice of %u steps; at most %u are allowed", n_steps, b->slice);
    ERR_TRY(uniforms_fill(&b->uniforms, b->slots.next, first, n_steps, b->uniforms_at, e));
    ERR_TRY(launch_steps(b, first, n_steps, due, e));
    ERR_TRY(launch_delivery(b, first, e));
    if (b->n_watches > 0 && has_look(first, n_steps)) {
        ERR_TRY(launch_watches(b, e));
    }
    ERR_TRY(slots_read(&b->slots, first, n_steps, due, e));
    return device_flush(b->device, e);
}

static enum err_code opencl_drain(struct sim_backend *backend, struct sim_drained *out,
                                  struct err *e)
{
    return slots_drain(&opencl_of(backend)->slots, out, e);
}

static uint32_t opencl_max_in_flight(const struct sim_backend *backend)
{
    const struct opencl_backend *const b = (const struct opencl_backend *)(const void *)backend;
    return b->slots.n_slots > 1 ? b->slots.n_slots - 1 : 1;
}

static enum err_code opencl_read_cell(struct sim_backend *backend, uint32_t population,
                                      uint32_t cell, double *values, struct err *e)
{
    struct opencl_backend *const b = opencl_of(backend);
    ERR_IF(population >= b->network->n_populations, e, ERR_ARG,
           "there is no population number %u", population);
    const struct opencl_population *const q = &b->populations[population];
    ERR_IF(cell >= q->net->n, e, ERR_ARG, "there is no neuron %u in '%s'", cell, q->net->name);
    for (uint32_t k = 0; k < q->net->step.n_states; k++) {
        const uint64_t at = (uint64_t)k * q->net->n_padded + cell;
        unsigned char value[sizeof(double)];
        const enum precision precision = b->network->precision;
        ERR_TRY(device_read(&q->state, at * precision_bytes(precision), value,
                            precision_bytes(precision), e));
        values[k] = precision_get(precision, value, 0);
    }
    return ERR_OK;
}

static void opencl_describe(const struct sim_backend *backend, char *note, size_t n)
{
    const struct opencl_backend *const b = (const struct opencl_backend *)(const void *)backend;
    const char *const precision = b->network->precision == PRECISION_DOUBLE ? "double, " : "";
    if (b->delivery == SIM_DELIVERY_ATOMIC) {
        (void)snprintf(note, n, "%swidth %u, atomic by groups of %u, slice of %u steps",
                       precision, b->width, b->deliver_group, b->slice);
    } else {
        (void)snprintf(note, n, "%swidth %u, partitioned over %u, slice of %u steps", precision,
                       b->width, b->n_partitions, b->slice);
    }
}

const struct sim_backend_class sim_backend_opencl = {
    .name = "opencl",
    .create = opencl_create,
    .start = opencl_start,
    .advance = opencl_advance,
    .drain = opencl_drain,
    .max_in_flight = opencl_max_in_flight,
    .read_cell = opencl_read_cell,
    .describe = opencl_describe,
    .destroy = opencl_destroy,
};
