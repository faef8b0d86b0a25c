/* sim/sim.h: the time loop over a backend. Sees: base, lang, net, device.
 * The loop hands out slices; the backend keeps at most a bounded number in flight; results
 * reach a sink in order of time. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "net/network.h"

enum sim_delivery { SIM_DELIVERY_AUTO, SIM_DELIVERY_ATOMIC, SIM_DELIVERY_PARTITIONED };

struct sim_options {
    uint32_t width; /* lanes of generated kernels: 1, 4, 8, 16; 0: the device's native width */
    enum sim_delivery delivery;
    uint32_t group;      /* work-group size; 0: chosen */
    uint32_t slice;      /* steps per slice at most; 0: as many as the least delay allows */
    uint32_t threads;    /* cpu backend; 0: all cores */
    uint32_t partitions; /* 0: one per compute unit or thread */
};

/* A spike: cell of a population, step in which it was found (time = (step + 1)*dt). */
struct sim_spike {
    int64_t step;
    uint32_t cell;
};

/* What a run hands out, slice after slice, on the caller's thread. A function that returns an
 * error ends the run. May be NULL each. */
struct sim_sink {
    void *context;
    /* Spikes of one population in steps [first, first + n_steps), sorted by step, then cell.
     * From t = 0 on only, where there are any, and of populations whose spikes are recorded
     * (records_spikes). */
    enum err_code (*spikes)(void *context, uint32_t population, int64_t first, uint32_t n_steps,
                            const struct sim_spike *spikes, uint64_t n, struct err *e);
    /* Rows of network trace `trace`: n_rows rows of n_cells values (display units; of a network
     * in single precision float32 values, widened), row r at step first_row + r (in units of
     * `every`). */
    enum err_code (*rows)(void *context, uint32_t trace, int64_t first_row, uint32_t n_rows,
                          const double *values, struct err *e);
    /* After every drained slice: steps done (settling included, so from -n_settle). false: stop
     * in order (ERR_INTERRUPTED). */
    bool (*progress)(void *context, int64_t step, uint64_t n_spikes);
};

struct sim_warning { /* Euler's limit (design section 3): first offender of each population and
                        variable */
    uint32_t population, cell;
    const char *variable;
    int64_t step;
    float value;    /* dt*J */
    uint64_t count; /* cells times looks */
};

struct sim_report {
    uint64_t n_spikes, hash; /* of the run, design section 5; 0 spikes: the FNV start */
    uint64_t *population_spikes, *population_hash; /* [n_populations] */
    int64_t n_done; /* steps done from t = 0 (negative: ended while settling) */
    double compile_s, build_s,
        simulate_s;      /* compile_s: programs and uploads; build_s: drawing the synapses */
    double first_step_s; /* from sim_run's start until the first slice was drained */
    uint64_t device_bytes;
    struct sim_warning *warnings;
    uint32_t n_warnings;
    bool is_interrupted;
    /* stop_when held: after step n_done - 1. stop_cells: [desc->stop->n_terms] cells of each
     * any(…) that held then, ascending (an all(…) lists none). */
    bool has_stopped;
    uint32_t **stop_cells, *n_stop_cells, n_stop_terms;
    char note[256]; /* "width 16, partitioned over 2, slice of 11 steps" */
};

/* Runs the network to its end, or until progress says stop. report is filled also after
 * ERR_INTERRUPTED and ERR_NUMERIC (a state that is not finite: the message names population,
 * neuron, variable and time). Memory: sim_report_fini. */
enum err_code sim_run(struct network *n, struct device *device,
                      const struct sim_options *options, const struct net_build_options *build,
                      const struct sim_sink *sink, struct sim_report *report,
                      struct diag_list *d, struct err *e) ERR_CHECKED;
void sim_report_fini(struct sim_report *r);
/* The OpenCL text of a population's step kernel, as the opencl backend builds it (striatum
 * emit; golden tests; kernel lint). */
enum err_code sim_step_kernel_text(const struct network *n, uint32_t population, uint32_t width,
                                   struct text *out, struct err *e) ERR_CHECKED;

#endif
