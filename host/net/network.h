/* net/network.h: the network with numbers: populations, channels, connections, programs, memory
 * plan; then its synapses. Sees: base, lang, desc, device. Memory: network_destroy frees all
 * but the description, which must outlive it. */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "desc/description.h"
#include "device/device.h"
#include "lang/interp.h"
#include "shared/types.h"

/* Given events of a population, ready for the backends: train k is step.trains[k]. Events of
 * train k and the cells of block b (CELL_BLOCK cells) are ptr[k*(n_blocks + 1) + b] …
 * ptr[k*(n_blocks + 1) + b + 1], sorted by step, then lane, then as the file has them; several
 * for one cell and step are added in that order, from 0. */
struct net_trains {
    uint32_t n_blocks; /* n_padded / CELL_BLOCK */
    uint64_t n_events;
    uint64_t *ptr;  /* [step.n_trains*(n_blocks + 1)] */
    int64_t *step;  /* [n_events] */
    uint32_t *lane; /* [n_events] cell in its block */
    double *weight; /* [n_events] house units; in single precision already rounded to it */
};

/* Random keys of a population's streams (step_program.streams), in the same order. */
struct net_population {
    const char *name;
    const struct model *model;
    uint32_t n, n_padded; /* n_padded: multiple of CELL_BLOCK; padding cells start like cell 0,
                             are never counted */
    struct step_program step;
    uint64_t *stream_keys; /* [step.n_streams] */
    /* Owned; in single precision the values are rounded to it already and only stand in
     * doubles. */
    double **state;     /* [step.n_states][n_padded]: initial values */
    double **parameter; /* [model->n_parameters][n_padded] where STEP_PER_CELL, else NULL */
    float *x, *y, *z;   /* [n_padded], um; NULL without space */
    struct net_trains trains;
    uint32_t first_channel, n_channels;
    /* connections that leave it: conns are sorted by source population */
    uint32_t first_conn, n_conns;
    const struct step_record *records; /* [step.n_samples]: what the samples were asked as */
    bool records_spikes;
};

/* A receptor of a population that projections feed: has an input ring [slot][cell] of 32-bit
 * sums. */
struct net_channel {
    uint32_t population, receptor, arrival; /* arrival: index in step.arrivals */
    uint32_t n_slots;                       /* longest delay + 1 */
    uint64_t ring_begin;                    /* elements */
    int scale_log2;                         /* value = sum * 2^-scale_log2 */
};

/* One (projection, source, target, receptor). */
struct net_conn {
    const struct desc_projection *projection;
    uint32_t pre, post, channel;
    /* conns of one projection, source and target share wiring and draws */
    uint64_t wiring_key, weight_key, delay_key;
    bool has_constant_weight, has_constant_delay, has_constant_p;
    bool is_signed;                /* its weights may be below 0: no conductance */
    double weight, p;              /* where constant; weight includes scale */
    uint32_t delay_min, delay_max; /* steps; known after network_build where delays are drawn */
    struct ir *ir;                 /* p, weight, delay over pairs (IR_VAR_DISTANCE, …) */
    /* IR_NONE where unused; weight in house units with scale; delay in ms */
    uint32_t p_node, weight_node, delay_node;
    /* rule edges: given edge by edge, in the file's order; scale is not applied yet. NULL: not
     * so */
    const double *weight_column;
    const uint32_t *delay_column; /* steps */
    uint32_t steps_node;          /* the delay in steps: floor(delay/dt + 0.5), not below 0 */
    bool shares_wiring; /* with the conn before it (another receptor): same rows and targets,
                           layout included */
    uint64_t n_edges;   /* after the build */
    struct conn_layout layout; /* after the build */
};

/* A recorded quantity of a population: which sample of step.samples, which cells, when. */
struct net_trace {
    uint32_t population, sample;
    uint32_t *cells; /* sorted */
    uint32_t n_cells;
    int64_t every, from, until; /* steps: recorded at from, from + every, … below until */
    const char *variable, *unit;
};

struct network {
    const struct desc_network *desc;
    struct arena *arena;
    enum precision precision;
    int64_t dt_fs, n_settle, n_steps;
    uint64_t seed;
    /* steps of a slice: least delay + 1, at most SLICE_MAX; known after the build */
    uint32_t slice;
    struct net_population *populations;
    struct net_channel *channels;
    struct net_conn *conns;
    struct net_trace *traces; /* one per variable and population; variables of one name in one
                                 population share a file */
    uint32_t n_populations, n_channels, n_conns, n_traces;
    uint64_t n_cells, n_edges, ring_elements;
};

/* Numbers the network: programs, initial values, positions; no synapses yet. Diagnostics (a
 * program that does not check, an initial value that is NaN) go to d: ERR_FILE then. */
enum err_code network_create(struct network **out, const struct desc_network *desc,
                             struct diag_list *d, struct err *e) ERR_CHECKED;
void network_destroy(struct network *n);

/* Synapses, in host memory (cpu backend) or on the device; the same numbers bit for bit. */
struct net_wiring {
    /* host */
    uint64_t *row_ptr; /* see conn_layout */
    uint32_t *target;  /* index in the target population; ascending within (row, delay), ties by
                          draw number */
    void *weight;      /* int32_t, in double precision int64_t: in the channel's scale, where a
                          conn has_weights */
    /* device */
    struct device_buffer row_ptr_buffer, target_buffer, weight_buffer;
    bool is_on_device;
    uint64_t n_rows, n_targets, n_weights; /* elements of the three arrays */
};
struct net_build_options {
    uint32_t threads; /* host builds */
    uint32_t width;   /* device builds: lanes */
    uint32_t group;
    /* Called now and then; returns false to stop (ERR_INTERRUPTED). May be NULL. */
    bool (*progress)(void *context, double fraction);
    void *context;
};
/* Draws all connections: delays (delay_min, delay_max, slice), rows, targets, weights, channel
 * scales, ring layout. device NULL: in host memory. Errors: ERR_FILE with a message that names
 * projection and pair (p below 0 or NaN, a weight of a conductance
 * below 0, a weight that rounds to 0, a delay that
 * is not a number or below 0 or too long), ERR_LIMIT, ERR_CL, ERR_INTERRUPTED. Warnings to d.
 */
enum err_code network_build(struct network *n, struct net_wiring *w, struct device *device,
                            const struct net_build_options *o, struct diag_list *d,
                            struct err *e) ERR_CHECKED;
void net_wiring_fini(struct net_wiring *w);

/* Memory, before anything is allocated. Estimates use the mean number of synapses. */
struct net_plan_row {
    const char *what;
    uint64_t bytes;
};
struct net_plan {
    struct net_plan_row *rows;
    uint32_t n_rows;
    uint64_t n_cells, bytes;
    double n_synapses;
    uint32_t slice_least, slice_most;
};
enum err_code network_plan(const struct network *n, struct arena *arena, struct net_plan *out,
                           struct err *e) ERR_CHECKED;

#endif
