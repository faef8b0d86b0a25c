#include "sim/opencl_slots.h"

#include <string.h>

enum {
    FLIGHT_MAX = 64,         /* slices in flight at most … */
    FLIGHT_BYTES = 64 << 20, /* … and what their slots may take */
    SMALL_BYTES = 64 << 10,  /* a slot up to this size is read whole */
    CHUNK_LEAST = 1024       /* entries */
};

uint32_t slots_head_words(uint32_t n_watches, uint32_t n_stops)
{
    return HEAD_WATCH + n_watches * HEAD_WATCH_WORDS + n_stops * HEAD_STOP_WORDS;
}

static uint64_t to_multiple(uint64_t n, uint64_t of)
{
    return (n + of - 1) / of * of;
}

/* Heads of all populations first, lists after them: small slots are fetched by one read. */
static enum err_code layout(struct slots *s, const struct network *network,
                            const struct sim_sampling *sampling, const bool *const *stop_is_all,
                            uint32_t slice, struct err *e)
{
    ERR_TRY(mem_alloc(&s->populations, s->n_populations, sizeof *s->populations, e));
    uint64_t at = 0, samples = 0;
    for (uint32_t p = 0; p < s->n_populations; p++) {
        const struct net_population *const q = &network->populations[p];
        struct slots_population *const r = &s->populations[p];
        r->n = q->n;
        r->n_watches = q->step.n_watches;
        r->n_stops = q->step.n_stops;
        r->stop_is_all = stop_is_all[p];
        r->head_at = at;
        at += slots_head_words(r->n_watches, r->n_stops);
        r->samples_at = samples;
        r->row_numbers = (uint64_t)q->step.n_samples * sampling[p].n_blocks * CELL_BLOCK;
        samples += r->row_numbers * slice;
        r->chunk = q->n < CHUNK_LEAST ? q->n : CHUNK_LEAST;
    }
    s->n_heads = to_multiple(at, 16);
    at = s->n_heads;
    for (uint32_t p = 0; p < s->n_populations; p++) {
        s->populations[p].list_at = at;
        at += 2 * (uint64_t)s->populations[p].n;
    }
    s->n_listed = at;
    for (uint32_t p = 0; p < s->n_populations; p++) {
        struct slots_population *const r = &s->populations[p];
        r->stops_at = at;
        for (uint32_t k = 0; k < r->n_stops; k++) {
            at += r->stop_is_all[k] ? 0 : 2 * (uint64_t)r->n;
        }
    }
    s->n_words = to_multiple(at, 16);
    s->n_samples = to_multiple(samples, 16);
    s->is_small = s->n_listed * sizeof *s->words <= SMALL_BYTES;
    const uint64_t bytes = s->n_words * sizeof *s->words + s->n_samples * s->number;
    ASSERT(bytes > 0); /* each population has a head */
    const uint64_t n = FLIGHT_BYTES / bytes;
    s->n_slots = n < 2 ? 2 : (n > FLIGHT_MAX + 1 ? FLIGHT_MAX + 1 : (uint32_t)n);
    return ERR_OK;
}

static enum err_code allocate(struct slots *s, struct err *e)
{
    const uint32_t n = s->n_populations;
    uint64_t n_watches = 0, n_stops = 0;
    for (uint32_t p = 0; p < n; p++) {
        n_watches += s->populations[p].n_watches;
        n_stops += s->populations[p].n_stops;
    }
    ERR_TRY(mem_alloc(&s->words, s->n_slots * s->n_words, sizeof *s->words, e));
    ERR_TRY(mem_alloc(&s->samples, s->n_slots * s->n_samples, s->number, e));
    ERR_TRY(mem_alloc(&s->flights, s->n_slots, sizeof *s->flights, e));
    for (uint32_t k = 0; k < s->n_slots; k++) {
        ERR_TRY(mem_alloc(&s->flights[k].chunks, n, sizeof *s->flights[k].chunks, e));
    }
    ERR_TRY(mem_alloc(&s->entries, n, sizeof *s->entries, e));
    ERR_TRY(mem_alloc(&s->sample_rows, n, sizeof *s->sample_rows, e));
    ERR_TRY(mem_alloc(&s->n_entries, n, sizeof *s->n_entries, e));
    ERR_TRY(mem_alloc(&s->bad_step, n, sizeof *s->bad_step, e));
    ERR_TRY(mem_alloc(&s->bad_cell, n, sizeof *s->bad_cell, e));
    ERR_TRY(mem_alloc(&s->stop_steps, n_stops, sizeof *s->stop_steps, e));
    ERR_TRY(mem_alloc(&s->stop_entries, n_stops, sizeof *s->stop_entries, e));
    ERR_TRY(mem_alloc(&s->n_stop_entries, n_stops, sizeof *s->n_stop_entries, e));
    ERR_TRY(mem_alloc(&s->watch_count, n_watches, sizeof *s->watch_count, e));
    ERR_TRY(mem_alloc(&s->watch_cell, n_watches, sizeof *s->watch_cell, e));
    return mem_alloc(&s->watch_value, n_watches, sizeof *s->watch_value, e);
}

enum err_code slots_init(struct slots *s, struct device *device, const struct network *network,
                         const struct sim_sampling *sampling, const bool *const *stop_is_all,
                         uint32_t slice, struct err *e)
{
    *s = (struct slots){.n_populations = network->n_populations,
                        .number = precision_bytes(network->precision)};
    ERR_TRY(layout(s, network, sampling, stop_is_all, slice, e));
    ERR_TRY(allocate(s, e));
    ERR_TRY(device_buffer_create(&s->buffer, device, s->n_slots * s->n_words * sizeof *s->words,
                                 "spikes of slices", e));
    return device_buffer_create(&s->samples_buffer, device,
                                s->n_slots * s->n_samples * s->number, "recorded values", e);
}

void slots_fini(struct slots *s)
{
    for (uint32_t k = 0; k < s->n_slots && s->flights != NULL; k++) {
        device_event_release(s->flights[k].event);
        mem_free(s->flights[k].chunks);
    }
    mem_free(s->flights);
    mem_free(s->populations);
    mem_free(s->words);
    mem_free(s->samples);
    mem_free(s->entries);
    mem_free(s->sample_rows);
    mem_free(s->n_entries);
    mem_free(s->bad_step);
    mem_free(s->bad_cell);
    mem_free(s->watch_count);
    mem_free(s->watch_cell);
    mem_free(s->watch_value);
    mem_free(s->stop_steps);
    mem_free(s->stop_entries);
    mem_free(s->n_stop_entries);
    device_buffer_destroy(&s->buffer);
    device_buffer_destroy(&s->samples_buffer);
    *s = (struct slots){0};
}

static enum err_code read_words(struct slots *s, uint32_t slot, uint64_t at, uint64_t n,
                                void **event, struct err *e)
{
    const uint64_t from = slot * s->n_words + at;
    return device_read_later(&s->buffer, from * sizeof *s->words, s->words + from,
                             n * sizeof *s->words, event, e);
}

/* The rows between the first and the last that a trace asked for. */
static enum err_code read_samples(struct slots *s, uint32_t slot, uint32_t p, uint32_t due,
                                  struct err *e)
{
    const struct slots_population *const q = &s->populations[p];
    if (due == 0 || q->row_numbers == 0) {
        return ERR_OK;
    }
    const uint32_t low = (uint32_t)__builtin_ctz(due), high = 31 - (uint32_t)__builtin_clz(due);
    const uint64_t from =
        (slot * s->n_samples + q->samples_at + low * q->row_numbers) * s->number;
    return device_read_later(&s->samples_buffer, from, s->samples + from,
                             (high - low + 1) * q->row_numbers * s->number, NULL, e);
}

enum err_code slots_read(struct slots *s, int64_t first, uint32_t n_steps, const uint32_t *due,
                         struct err *e)
{
    ASSERT(s->n_in_flight + 1 < s->n_slots);
    const uint32_t slot = s->next;
    struct slots_flight *const f = &s->flights[slot];
    f->first = first;
    f->n_steps = n_steps;
    for (uint32_t p = 0; p < s->n_populations; p++) {
        const struct slots_population *const q = &s->populations[p];
        f->chunks[p] = s->is_small ? q->n : q->chunk;
        ERR_TRY(read_samples(s, slot, p, due[p], e));
        if (!s->is_small) {
            ERR_TRY(read_words(s, slot, q->list_at, 2 * (uint64_t)f->chunks[p], NULL, e));
        }
    }
    ERR_TRY(read_words(s, slot, 0, s->is_small ? s->n_listed : s->n_heads, &f->event, e));
    s->next = (s->next + 1) % s->n_slots;
    s->n_in_flight++;
    return ERR_OK;
}

/* A list longer than what was read ahead: the rest still stands in its slot, which no later
 * slice uses yet. */
static enum err_code take_list(struct slots *s, uint32_t slot, uint32_t p, struct err *e)
{
    struct slots_population *const q = &s->populations[p];
    uint32_t *const words = s->words + slot * s->n_words;
    const uint32_t n = words[q->head_at + HEAD_SPIKES], got = s->flights[slot].chunks[p];
    ERR_IF(n > q->n, e, ERR_CL, "the device reports %u spiking cells in a population of %u", n,
           q->n);
    if (n > got) {
        const uint64_t from = slot * s->n_words + q->list_at + 2 * (uint64_t)got;
        ERR_TRY(device_read(&s->buffer, from * sizeof *s->words, s->words + from,
                            2 * (uint64_t)(n - got) * sizeof *s->words, e));
        q->chunk = n > q->n / 2 ? q->n : 2 * n;
    }
    s->n_entries[p] = n;
    s->entries[p] = (const struct spike_entry *)(const void *)(words + q->list_at);
    return ERR_OK;
}

static void take_head(struct slots *s, const uint32_t *head, uint32_t p, uint32_t first_watch)
{
    s->bad_step[p] = UINT32_MAX;
    s->bad_cell[p] = UINT32_MAX;
    for (uint32_t k = 0; k < SLICE_MAX && s->bad_step[p] == UINT32_MAX; k++) {
        if (head[HEAD_BAD + k] != 0) {
            s->bad_step[p] = k;
            s->bad_cell[p] = SLICE_NOT(head[HEAD_BAD + k]);
        }
    }
    for (uint32_t k = 0; k < s->populations[p].n_watches; k++) {
        const uint32_t *const w = head + HEAD_WATCH + (size_t)k * HEAD_WATCH_WORDS;
        s->watch_count[first_watch + k] = w[HEAD_WATCH_COUNT];
        s->watch_cell[first_watch + k] = SLICE_NOT(w[HEAD_WATCH_CELL]);
        memcpy(&s->watch_value[first_watch + k], &w[HEAD_WATCH_VALUE], sizeof *s->watch_value);
    }
}

/* Cells that made a term of any(…) hold: seldom any, so nothing is read ahead. */
static enum err_code take_stops(struct slots *s, uint32_t slot, uint32_t p, uint32_t first_stop,
                                struct err *e)
{
    const struct slots_population *const q = &s->populations[p];
    uint32_t *const words = s->words + slot * s->n_words;
    const uint32_t *const head =
        words + q->head_at + slots_head_words(q->n_watches, 0); /* stops come last */
    uint64_t list_at = q->stops_at;
    for (uint32_t k = 0; k < q->n_stops; k++) {
        const uint32_t *const h = head + (size_t)k * HEAD_STOP_WORDS;
        s->stop_steps[first_stop + k] = h[HEAD_STOP_STEPS];
        s->stop_entries[first_stop + k] = NULL;
        s->n_stop_entries[first_stop + k] = 0;
        if (q->stop_is_all[k]) {
            continue;
        }
        const uint32_t n = h[HEAD_STOP_COUNT];
        ERR_IF(n > q->n, e, ERR_CL, "the device reports %u cells of a population of %u", n,
               q->n);
        if (n > 0) {
            const uint64_t from = slot * s->n_words + list_at;
            ERR_TRY(device_read(&s->buffer, from * sizeof *s->words, s->words + from,
                                2 * (uint64_t)n * sizeof *s->words, e));
            s->stop_entries[first_stop + k] =
                (const struct spike_entry *)(const void *)(words + list_at);
            s->n_stop_entries[first_stop + k] = n;
        }
        list_at += 2 * (uint64_t)q->n;
    }
    return ERR_OK;
}

enum err_code slots_drain(struct slots *s, struct sim_drained *out, struct err *e)
{
    ASSERT(s->n_in_flight > 0);
    const uint32_t slot = (s->next + s->n_slots - s->n_in_flight) % s->n_slots;
    struct slots_flight *const f = &s->flights[slot];
    void *const event = f->event;
    f->event = NULL;
    s->n_in_flight--;
    ERR_TRY(device_wait(event, e));
    const uint32_t *const words = s->words + slot * s->n_words;
    uint32_t first_watch = 0, first_stop = 0;
    for (uint32_t p = 0; p < s->n_populations; p++) {
        const struct slots_population *const q = &s->populations[p];
        ERR_TRY(take_list(s, slot, p, e));
        take_head(s, words + q->head_at, p, first_watch);
        ERR_TRY(take_stops(s, slot, p, first_stop, e));
        first_watch += q->n_watches;
        first_stop += q->n_stops;
        s->sample_rows[p] =
            q->row_numbers == 0
                ? NULL
                : s->samples + (slot * s->n_samples + q->samples_at) * s->number;
    }
    *out = (struct sim_drained){.first = f->first,
                                .n_steps = f->n_steps,
                                .entries = s->entries,
                                .n_entries = s->n_entries,
                                .samples = s->sample_rows,
                                .stop_steps = s->stop_steps,
                                .stop_entries = s->stop_entries,
                                .n_stop_entries = s->n_stop_entries,
                                .bad_step = s->bad_step,
                                .bad_cell = s->bad_cell,
                                .watch_count = s->watch_count,
                                .watch_cell = s->watch_cell,
                                .watch_value = s->watch_value};
    return ERR_OK;
}
