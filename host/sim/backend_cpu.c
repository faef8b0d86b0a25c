/* The plain-C backend: the block interpreter over a pool of threads. A slice is done when
 * advance returns. */
#include "sim/cpu_backend.h"

#include <stdio.h>

static struct cpu_backend *cpu_of(struct sim_backend *b)
{
    return (struct cpu_backend *)(void *)b;
}

static void cpu_destroy(struct sim_backend *backend)
{
    struct cpu_backend *const b = cpu_of(backend);
    if (b == NULL) {
        return;
    }
    for (uint32_t k = 0; b->workers != NULL && k < threads_count(b->threads); k++) {
        cpu_worker_fini(&b->workers[k]);
    }
    for (uint32_t p = 0; b->populations != NULL && p < b->network->n_populations; p++) {
        cpu_population_fini(&b->populations[p]);
    }
    threads_destroy(b->threads);
    cpu_found_fini(&b->merged);
    mem_free(b->stop_entries);
    mem_free(b->n_stop_entries);
    mem_free(b->workers);
    mem_free(b->populations);
    mem_free(b->block_population);
    mem_free(b->ring);
    mem_free(b->entries);
    mem_free(b->n_entries);
    mem_free(b->samples);
    arena_destroy(b->arena);
    mem_free(b);
}

/* Shares the blocks out by the length of their programs; neighbours stay with one thread, so
 * its caches keep their state. */
static void cpu_share_blocks(struct cpu_backend *b, uint32_t n_threads)
{
    uint64_t total = 0;
    for (uint32_t k = 0; k < b->n_blocks; k++) {
        total += b->populations[b->block_population[k]].variants[0].plan.n_order + 8u;
    }
    uint64_t sum = 0;
    uint32_t block = 0;
    for (uint32_t t = 0; t < n_threads; t++) {
        struct cpu_worker *const w = &b->workers[t];
        w->begin_block = block;
        while (block < b->n_blocks &&
               (t + 1 == n_threads || sum * n_threads < total * (t + 1))) {
            sum += b->populations[b->block_population[block]].variants[0].plan.n_order + 8u;
            block++;
        }
        w->end_block = block;
    }
}

static enum err_code cpu_fill(struct cpu_backend *b, const struct sim_options *o,
                              const struct sim_sampling *sampling, struct err *e)
{
    const struct network *const n = b->network;
    ERR_TRY(arena_create(&b->arena, e));
    ERR_TRY(threads_create(&b->threads, o->threads, n->precision == PRECISION_SINGLE, e));
    const uint32_t n_threads = threads_count(b->threads);
    ERR_TRY(mem_alloc(&b->populations, n->n_populations, sizeof *b->populations, e));
    for (uint32_t p = 0; p < n->n_populations; p++) {
        struct cpu_population *const c = &b->populations[p];
        ERR_TRY(cpu_population_init(c, n, p, &sampling[p], b->arena, e));
        c->first_block = b->n_blocks;
        c->first_watch = b->sizes.n_watches;
        c->first_stop = b->sizes.n_stops;
        b->n_blocks += c->n_blocks;
        b->sizes.n_watches += n->populations[p].step.n_watches;
        b->sizes.n_stops += n->populations[p].step.n_stops;
    }
    ERR_TRY(mem_alloc(&b->block_population, b->n_blocks, sizeof *b->block_population, e));
    for (uint32_t p = 0, k = 0; p < n->n_populations; p++) {
        for (uint32_t j = 0; j < b->populations[p].n_blocks; j++) {
            b->block_population[k++] = p;
        }
    }
    ERR_TRY(mem_alloc(&b->entries, n->n_populations, sizeof *b->entries, e));
    ERR_TRY(mem_alloc(&b->n_entries, n->n_populations, sizeof *b->n_entries, e));
    ERR_TRY(mem_alloc(&b->samples, n->n_populations, sizeof *b->samples, e));
    b->sizes.n_populations = n->n_populations;
    ERR_TRY(mem_alloc(&b->stop_entries, b->sizes.n_stops, sizeof *b->stop_entries, e));
    ERR_TRY(mem_alloc(&b->n_stop_entries, b->sizes.n_stops, sizeof *b->n_stop_entries, e));
    ERR_TRY(cpu_found_init(&b->merged, b->sizes, e));
    ERR_TRY(mem_alloc(&b->workers, n_threads, sizeof *b->workers, e));
    for (uint32_t t = 0; t < n_threads; t++) {
        ERR_TRY(cpu_worker_init(&b->workers[t], b, e));
    }
    cpu_share_blocks(b, n_threads);
    b->slice = o->slice;
    b->n_partitions = o->partitions != 0 ? o->partitions : n_threads;
    return ERR_OK;
}

static enum err_code cpu_create(struct sim_backend **out, struct network *n,
                                struct device *device, const struct sim_options *o,
                                const struct sim_sampling *sampling, struct err *e)
{
    (void)device;
    *out = NULL;
    struct cpu_backend *b;
    ERR_TRY(mem_alloc(&b, 1, sizeof *b, e));
    b->network = n;
    const enum err_code code = cpu_fill(b, o, sampling, e);
    if (code != ERR_OK) {
        cpu_destroy((struct sim_backend *)(void *)b);
        return code;
    }
    *out = (struct sim_backend *)(void *)b;
    return ERR_OK;
}

static enum err_code cpu_start(struct sim_backend *backend, const struct net_wiring *w,
                               struct err *e)
{
    struct cpu_backend *const b = cpu_of(backend);
    const struct network *const n = b->network;
    ERR_IF(w->is_on_device, e, ERR_ARG, "the cpu backend needs its synapses in host memory");
    b->wiring = w;
    b->slice = b->slice != 0 && b->slice < n->slice ? b->slice : n->slice;
    ERR_TRY(mem_alloc(&b->ring, n->ring_elements, precision_bytes(n->precision), e));
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(cpu_population_start(&b->populations[p], n, p, b->slice, e));
        b->entries[p] = b->populations[p].entries;
        b->samples[p] = b->populations[p].samples;
    }
    return ERR_OK;
}

static void cpu_work_update(void *context, uint32_t thread)
{
    struct cpu_backend *const b = context;
    const uint32_t n = threads_count(b->threads);
    struct cpu_worker *const me = &b->workers[thread];
    cpu_found_clear(&me->found, b->sizes);
    for (uint32_t k = 0; k < n; k++) {
        struct cpu_worker *const owner = &b->workers[(thread + k) % n];
        for (;;) {
            const uint32_t block =
                atomic_fetch_add_explicit(&owner->next_block, 1, memory_order_relaxed);
            if (block >= owner->end_block) {
                break;
            }
            cpu_worker_advance(me, block);
        }
    }
}

static void cpu_work_deliver(void *context, uint32_t thread)
{
    struct cpu_backend *const b = context;
    (void)thread;
    for (;;) {
        const uint32_t k =
            atomic_fetch_add_explicit(&b->next_partition, 1, memory_order_relaxed);
        if (k >= b->n_partitions) {
            return;
        }
        cpu_deliver(&b->delivery, k);
    }
}

static enum err_code cpu_advance(struct sim_backend *backend, int64_t first, uint32_t n_steps,
                                 const uint32_t *due, struct err *e)
{
    struct cpu_backend *const b = cpu_of(backend);
    const struct network *const n = b->network;
    const uint32_t n_threads = threads_count(b->threads);
    ASSERT(n_steps >= 1 && n_steps <= b->slice && b->slice <= SLICE_MAX);
    b->first = first;
    b->n_steps = n_steps;
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(
            cpu_population_prepare(&b->populations[p], first, n_steps, n->dt_fs, due[p], e));
    }
    for (uint32_t t = 0; t < n_threads; t++) {
        atomic_store_explicit(&b->workers[t].next_block, b->workers[t].begin_block,
                              memory_order_relaxed);
    }
    threads_run(b->threads, cpu_work_update, b);
    cpu_found_clear(&b->merged, b->sizes);
    for (uint32_t t = 0; t < n_threads; t++) {
        cpu_found_merge(&b->merged, &b->workers[t].found, b->sizes);
    }
    bool any = false;
    for (uint32_t p = 0; p < n->n_populations; p++) {
        b->n_entries[p] =
            atomic_load_explicit(&b->populations[p].n_entries, memory_order_relaxed);
        any = any || b->n_entries[p] != 0;
        for (uint32_t k = 0; k < n->populations[p].step.n_stops; k++) {
            const struct cpu_stop *const stop = &b->populations[p].stops[k];
            const uint32_t at = b->populations[p].first_stop + k;
            b->stop_entries[at] = stop->entries;
            b->n_stop_entries[at] =
                atomic_load_explicit(&stop->n_entries, memory_order_relaxed);
        }
    }
    if (any && n->n_conns != 0) {
        b->delivery = (struct cpu_delivery){.conns = n->conns,
                                            .n_conns = n->n_conns,
                                            .wiring = b->wiring,
                                            .ring = b->ring,
                                            .precision = n->precision,
                                            .loops = cpu_loops_of(n->precision),
                                            .entries = b->entries,
                                            .n_entries = b->n_entries,
                                            .first = first,
                                            .n_partitions = b->n_partitions};
        atomic_store_explicit(&b->next_partition, 0, memory_order_relaxed);
        threads_run(b->threads, cpu_work_deliver, b);
    }
    return ERR_OK;
}

static enum err_code cpu_drain(struct sim_backend *backend, struct sim_drained *out,
                               struct err *e)
{
    struct cpu_backend *const b = cpu_of(backend);
    (void)e;
    *out = (struct sim_drained){.first = b->first,
                                .n_steps = b->n_steps,
                                .entries = b->entries,
                                .n_entries = b->n_entries,
                                .samples = b->samples,
                                .stop_steps = b->merged.stop_steps,
                                .stop_entries = b->stop_entries,
                                .n_stop_entries = b->n_stop_entries,
                                .bad_step = b->merged.bad_step,
                                .bad_cell = b->merged.bad_cell,
                                .watch_count = b->merged.watch_count,
                                .watch_cell = b->merged.watch_cell,
                                .watch_value = b->merged.watch_value};
    return ERR_OK;
}

static uint32_t cpu_max_in_flight(const struct sim_backend *b)
{
    (void)b;
    return 1;
}

static enum err_code cpu_read_cell(struct sim_backend *backend, uint32_t population,
                                   uint32_t cell, double *values, struct err *e)
{
    const struct cpu_population *const c = &cpu_of(backend)->populations[population];
    ERR_IF(cell >= c->net->n, e, ERR_ARG, "population '%s' has no neuron %u", c->net->name,
           cell);
    for (uint32_t k = 0; k < c->net->step.n_states; k++) {
        values[k] = precision_get(c->precision, c->state[k], cell);
    }
    return ERR_OK;
}

static void cpu_describe(const struct sim_backend *backend, char *note, size_t n)
{
    const struct cpu_backend *const b = (const struct cpu_backend *)(const void *)backend;
    const uint32_t threads = threads_count(b->threads);
    (void)snprintf(note, n,
                   "%s%u thread%s, blocks of %d cells, partitioned over %u, slice of %u step%s",
                   b->network->precision == PRECISION_DOUBLE ? "double, " : "", threads,
                   threads == 1 ? "" : "s", INTERP_BLOCK, b->n_partitions, b->slice,
                   b->slice == 1 ? "" : "s");
}

const struct sim_backend_class sim_backend_cpu = {.name = "cpu",
                                                  .create = cpu_create,
                                                  .start = cpu_start,
                                                  .advance = cpu_advance,
                                                  .drain = cpu_drain,
                                                  .max_in_flight = cpu_max_in_flight,
                                                  .read_cell = cpu_read_cell,
                                                  .describe = cpu_describe,
                                                  .destroy = cpu_destroy};
