/* sim/backend.h: what advances a network by slices: rows of backends.def. A backend is created
 * before the synapses are built, because its kernels may compile meanwhile. Sees: base, lang,
 * net, device. Threads: called from one thread. */
#ifndef SIM_BACKEND_H
#define SIM_BACKEND_H

#include "sim/sim.h"

/* Recorded cells of a population: whole blocks of CELL_BLOCK cells are sampled, the loop picks
 * the lanes. */
struct sim_sampling {
    uint32_t n_blocks;
    uint32_t *blocks; /* [n_blocks] block numbers, ascending */
    uint32_t
        *slot_of; /* [n_padded / CELL_BLOCK] position in blocks, UINT32_MAX where not sampled */
};

/* One drained slice. Everything is borrowed until the next call of drain. */
struct sim_drained {
    int64_t first;
    uint32_t n_steps;
    const struct spike_entry *const
        *entries; /* [n_populations] in any order, each cell at most once */
    const uint32_t *n_entries;
    /* [n_populations] [SLICE_MAX or n_steps rows][step.n_samples][n_blocks][CELL_BLOCK] in the
     * network's precision; row s: step first + s; rows that no trace asked for hold anything;
     * NULL where nothing is recorded */
    const void *const *samples;
    /* Stop terms of each population (step_program.stops), population-major: index stop_first[p]
     * + k, where stop_first counts the stops of the populations before. stop_steps: bit s set
     * where a cell (padding aside) was reported in step first + s. stop_entries: the cells with
     * their steps, as entries; only of terms of any(…), NULL and 0 else. */
    const uint32_t *stop_steps;
    const struct spike_entry *const *stop_entries;
    const uint32_t *n_stop_entries;
    uint32_t sample_rows_stride; /* numbers from one row to the next are
                                    n_samples*n_blocks*CELL_BLOCK: kept for checks */
    /* A state that is not finite: least step offset (UINT32_MAX: none), then least cell, per
     * population. A cell counts from the first step at whose end any of its states was NaN or
     * infinite. Padding cells never count. */
    const uint32_t *bad_step, *bad_cell;
    /* Euler's limit, looked at in steps divisible by 32 (at most one in a slice):
     * [n_populations] offenders and least offending cell per watch, watch-major: index
     * watch_first[p] + k. */
    const uint32_t *watch_count, *watch_cell;
    const float *watch_value; /* dt*J of that cell */
};

struct sim_backend; /* each backend embeds its own data */
struct sim_backend_class {
    const char *name;
    /* sampling: [n_populations], borrowed for the backend's life. due: the loop says per slice
     * which rows are wanted. */
    enum err_code (*create)(struct sim_backend **out, struct network *n, struct device *device,
                            const struct sim_options *o, const struct sim_sampling *sampling,
                            struct err *e);
    /* Takes the built wiring (borrowed), loads the initial state, makes a first launch so that
     * all compiling is over. */
    enum err_code (*start)(struct sim_backend *b, const struct net_wiring *w, struct err *e);
    /* Enqueues (or, on cpu, runs) one slice of n_steps <= network.slice from step `first`:
     * update, then delivery. After ERR_NUMERIC (a rate that is no number) nothing was enqueued,
     * and a shorter slice from the same step may be asked for. due[p]: bit s set where a trace
     * of population p samples step first
     * + s. */
    enum err_code (*advance)(struct sim_backend *b, int64_t first, uint32_t n_steps,
                             const uint32_t *due, struct err *e);
    /* Waits for the oldest slice in flight and gives it. */
    enum err_code (*drain)(struct sim_backend *b, struct sim_drained *out, struct err *e);
    /* Slices that may be in flight at once (advance without drain). */
    uint32_t (*max_in_flight)(const struct sim_backend *b);
    /* State of one cell after the last drained… last advanced slice (waits for all): values of
     * step.states, widened, for messages. */
    enum err_code (*read_cell)(struct sim_backend *b, uint32_t population, uint32_t cell,
                               double *values, struct err *e);
    void (*describe)(const struct sim_backend *b, char *note,
                     size_t n); /* "width 16, partitioned over 2, …" */
    void (*destroy)(struct sim_backend *b);
};
extern const struct sim_backend_class sim_backend_cpu, sim_backend_opencl;

/* Is stop `stop` of a population (of its step_program.stops) a term of all(…), so that its
 * cells need no list? */
bool sim_stop_is_all(const struct network *n, uint32_t population, uint32_t stop);

/* Uniforms of a slice: plan->courses evaluated in double by ir_eval, rounded once in single
 * precision: out[s*n_courses + k] for step first + s, in `precision`. */
void sim_courses_fill(const struct ir *ir, const struct ir_plan *plan, int64_t first,
                      uint32_t n_steps, int64_t dt_fs, enum precision precision, void *out);

/* Integer thresholds of an event input in one step: a draw word r means as many events as
 * thresholds[k] <= r … see shared/random.h. */
#define SIM_THRESHOLDS_MAX 256
struct sim_thresholds {
    uint32_t n;
    uint32_t value[SIM_THRESHOLDS_MAX];
};
/* Poisson or Bernoulli by kind; ERR_NUMERIC where mean is NaN, or above 128 events per step
 * (the message names the input). A negative mean acts as 0. */
enum err_code sim_thresholds_fill(struct sim_thresholds *t,
                                  const struct step_event_input *input, double mean,
                                  struct err *e) ERR_CHECKED;

#endif
