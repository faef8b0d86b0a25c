/* sim/opencl_slots.h: the ring of slots through which slices report (shared/slice.h): the
 * device writes one, reads of it are enqueued at once, and the host takes it when it is done.
 * So the host never waits for the slice just enqueued. Sees: sim, device. Memory: slots_fini
 * frees. */
#ifndef SIM_OPENCL_SLOTS_H
#define SIM_OPENCL_SLOTS_H

#include "shared/slice.h"
#include "sim/backend.h"

struct slots_population {
    uint32_t n, n_watches, n_stops;
    const bool *stop_is_all;   /* [n_stops] */
    uint64_t head_at, list_at; /* words from a slot's start */
    uint64_t stops_at;    /* lists of its stops of any(…): 2*n words each, in their order */
    uint64_t samples_at;  /* numbers from a slot's start */
    uint64_t row_numbers; /* samples of one step */
    uint32_t chunk;       /* entries read without being asked: grows with what is seen */
};

struct slots_flight { /* one slice */
    int64_t first;
    uint32_t n_steps;
    uint32_t *chunks; /* [n_populations] entries that were read */
    void *event;      /* of its last command */
};

struct slots {
    struct slots_population *populations;
    uint32_t n_populations, n_slots, n_in_flight;
    uint32_t next;             /* slot of the next slice */
    uint64_t n_heads, n_words; /* words of all heads, of a slot */
    uint64_t n_listed;         /* words of heads and spikes: the lists of stops follow */
    uint64_t n_samples;        /* numbers of a slot, each of so many bytes: */
    size_t number;
    bool is_small; /* one read fetches heads and lists */
    struct device_buffer buffer, samples_buffer;
    uint32_t *words;              /* [n_slots][n_words] */
    unsigned char *samples;       /* [n_slots][n_samples] numbers */
    struct slots_flight *flights; /* [n_slots] */
    /* What drain hands out. */
    const struct spike_entry **entries;
    const void **sample_rows;
    uint32_t *n_entries, *bad_step, *bad_cell, *watch_count, *watch_cell;
    float *watch_value;
    const struct spike_entry **stop_entries;
    uint32_t *stop_steps, *n_stop_entries;
};

/* slice: steps of a slice at most. stop_is_all: [n_populations], borrowed while s lives. */
enum err_code slots_init(struct slots *s, struct device *device, const struct network *network,
                         const struct sim_sampling *sampling, const bool *const *stop_is_all,
                         uint32_t slice, struct err *e) ERR_CHECKED;
void slots_fini(struct slots *s);
/* Words of a population's head. */
uint32_t slots_head_words(uint32_t n_watches, uint32_t n_stops);
/* Enqueues the reads of the slot that the slice of steps first … has just been told to fill,
 * and takes the next slot. */
enum err_code slots_read(struct slots *s, int64_t first, uint32_t n_steps, const uint32_t *due,
                         struct err *e) ERR_CHECKED;
/* Waits for the oldest slice in flight. Borrowed: everything in *out, until the next call. */
enum err_code slots_drain(struct slots *s, struct sim_drained *out, struct err *e) ERR_CHECKED;

#endif
