/* sim/cpu_backend.h: inside of the cpu backend. Cells are worked on in blocks of INTERP_BLOCK;
 * a thread takes a block through all steps of a slice while its state stays in the cache; then
 * the spikes are delivered, a partition of the targets at a time. Numbers are in the network's
 * precision behind void *; only struct cpu_loops and the interpreter know their type. Sees:
 * sim. Threads: a block belongs to one thread at a time; struct cpu_worker to one thread for
 * ever. */
#ifndef SIM_CPU_BACKEND_H
#define SIM_CPU_BACKEND_H

#include "sim/backend.h"
#include "sim/cpu_deliver.h"
#include "sim/cpu_loops.h"
#include "sim/threads.h"

#include <stdatomic.h>

/* A population's program comes in up to four variants, so that a step without samples does not
 * pay for them. */
enum { CPU_SAMPLES = 1, CPU_WATCHES = 2, CPU_VARIANTS = 4 };

struct cpu_variant {
    struct interp *interp; /* NULL: this variant is never asked for */
    struct ir_plan plan;
    void *courses;    /* [slice][plan.n_courses] */
    uint32_t n_roots; /* states, spike where there is one, stops, samples, watches */
};

/* Thresholds of one event input: a new set only where the mean has changed. */
struct cpu_events {
    struct sim_thresholds sets[SLICE_MAX + 1];
    const struct sim_thresholds *at[SLICE_MAX]; /* of each step of the slice */
    uint32_t now;
    double mean;
    bool is_known;
};

/* Cells that a stop term reports in a slice. */
struct cpu_stop {
    struct spike_entry *entries; /* [n]; NULL for a term of all(…) */
    _Alignas(64) atomic_uint n_entries;
};

struct cpu_population {
    const struct net_population *net; /* borrowed */
    const struct sim_sampling *sampling;
    enum precision precision;
    struct cpu_variant variants[CPU_VARIANTS];
    struct cpu_events *events; /* [n_events] */
    struct cpu_stop *stops;    /* [n_stops] */
    void **state; /* [n_states][n_padded]: a copy, so that a network can be run again */
    void **fixed; /* [ir->n_vars][n_padded]: parameters and positions that the program reads, in
                     the network's precision; NULL for other varying inputs */
    bool *is_fed; /* [n_arrivals]: by a ring */
    uint64_t *arrival_ring;      /* [n_arrivals]: slot 0 of the channel, elements of the ring */
    uint32_t *arrival_slots;     /* [n_arrivals] */
    double *arrival_scale;       /* [n_arrivals] */
    void *samples;               /* [slice][n_samples][n_blocks][CELL_BLOCK] */
    struct spike_entry *entries; /* [n] */
    uint32_t first_block,
        n_blocks; /* of INTERP_BLOCK cells, in the numbering over all populations */
    uint32_t first_watch, first_stop;
    uint32_t due; /* of this slice */
    _Alignas(64) atomic_uint n_entries;
};

/* Lengths of what is found: over all populations. */
struct cpu_sizes {
    uint32_t n_populations, n_watches, n_stops;
};

/* What a thread found in a slice. */
struct cpu_found {
    uint32_t *bad_step, *bad_cell;      /* [population] */
    uint32_t *watch_count, *watch_cell; /* [watch] */
    float *watch_value;                 /* [watch] */
    uint32_t *stop_steps;               /* [stop] */
};

/* Where a block's given events of one train stand. */
enum { CPU_TRAIN_BLOCKS = INTERP_BLOCK / (int)CELL_BLOCK };
struct cpu_train {
    uint64_t at[CPU_TRAIN_BLOCKS], end[CPU_TRAIN_BLOCKS]; /* next event of each CELL_BLOCK */
    int64_t next;                                         /* step of the next event of all */
    bool is_dirty;                                        /* the row is not all 0 */
};

struct cpu_worker {
    _Alignas(64) atomic_uint
        next_block; /* the next of its own blocks; other threads help when theirs are done */
    uint32_t end_block, begin_block;
    struct cpu_backend *backend;
    const struct cpu_loops *loops;
    enum precision precision;
    size_t row; /* bytes of INTERP_BLOCK numbers */
    struct cpu_found found;
    void *scratch;
    void *index;                                 /* a row */
    void *arrivals, *events, *trains, *outputs;  /* rows */
    struct cpu_train *train_at;                  /* [n_trains] */
    uint32_t *mask, *stop_masks, *words, *loose; /* stop_masks: a row per stop; words: 4 rows
                                                    per stream; loose: 4 rows for other draws */
    int64_t *held; /* [stream]: which call's words are in `words` … */
    bool *is_held; /* … if any */
    const void **vars, **event_rows;
    void **roots;
    /* The block and step at work, for the draws. */
    const struct cpu_population *population;
    uint32_t first_cell;
    int64_t step;
};

struct cpu_backend {
    struct network *network; /* borrowed */
    struct arena *arena;
    struct threads *threads;
    const struct net_wiring *wiring; /* borrowed */
    struct cpu_population *populations;
    struct cpu_worker *workers;
    uint32_t *block_population; /* [n_blocks] */
    uint32_t n_blocks, n_partitions, slice;
    struct cpu_sizes sizes;
    void *ring; /* sums: int32_t, in double precision int64_t */
    struct cpu_found merged;
    const struct spike_entry **entries; /* [population], for drained and delivery */
    uint32_t *n_entries;
    const struct spike_entry **stop_entries; /* [stop] */
    uint32_t *n_stop_entries;
    const void **samples;
    int64_t first;
    uint32_t n_steps;
    struct cpu_delivery delivery;
    atomic_uint next_partition;
};

/* Number k of an array of numbers (or of sums: they are as wide); NULL of an empty array. */
static inline void *cpu_at(enum precision p, void *numbers, size_t k)
{
    return numbers == NULL ? NULL : (char *)numbers + k * precision_bytes(p);
}

/* Programs and tables of population `number`; cpu_population_start adds what depends on the
 * wiring. */
enum err_code cpu_population_init(struct cpu_population *c, const struct network *n,
                                  uint32_t number, const struct sim_sampling *sampling,
                                  struct arena *arena, struct err *e) ERR_CHECKED;
enum err_code cpu_population_start(struct cpu_population *c, const struct network *n,
                                   uint32_t number, uint32_t slice, struct err *e) ERR_CHECKED;
void cpu_population_fini(struct cpu_population *c);
/* Courses and thresholds of a slice, and nothing spiked yet. */
enum err_code cpu_population_prepare(struct cpu_population *c, int64_t first, uint32_t n_steps,
                                     int64_t dt_fs, uint32_t due, struct err *e) ERR_CHECKED;
/* The variant that a step needs. */
uint32_t cpu_population_variant(const struct cpu_population *c, int64_t step, uint32_t offset,
                                bool is_sampled);

enum err_code cpu_found_init(struct cpu_found *f, struct cpu_sizes sizes,
                             struct err *e) ERR_CHECKED;
void cpu_found_fini(struct cpu_found *f);
void cpu_found_clear(struct cpu_found *f, struct cpu_sizes sizes);
void cpu_found_merge(struct cpu_found *into, const struct cpu_found *from,
                     struct cpu_sizes sizes);

/* Given events of the worker's block, n cells: rows of zeros and the places of the first events
 * from the slice's start on; then the row of each step in turn. */
void cpu_trains_begin(struct cpu_worker *w, uint32_t n, int64_t first);
void cpu_trains_step(struct cpu_worker *w);

enum err_code cpu_worker_init(struct cpu_worker *w, struct cpu_backend *b,
                              struct err *e) ERR_CHECKED;
void cpu_worker_fini(struct cpu_worker *w);
/* Takes block `block` of the numbering over all populations through the slice. */
void cpu_worker_advance(struct cpu_worker *w, uint32_t block);

#endif
