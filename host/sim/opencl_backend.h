/* sim/opencl_backend.h: inside of the opencl backend. A slice is one launch per population, one
 * of delivery, and the reads of its slot. Sees: sim, device. Threads: one. */
#ifndef SIM_OPENCL_BACKEND_H
#define SIM_OPENCL_BACKEND_H

#include "sim/choose.h"
#include "sim/opencl_slots.h"
#include "sim/opencl_uniforms.h"

struct opencl_population {
    const struct net_population *net; /* borrowed */
    struct device_program program;    /* unset where an earlier population has an equal text */
    struct device_kernel kernel;
    struct device_buffer state, parameter, position, keys, channels, slot_of;
    struct device_buffer train_ptr, train_step, train_lane, train_weight;
    uint64_t n_items, watched_at; /* watched_at: floats, first of its watches' values */
    uint32_t group, n_blocks;
};

/* Of NEURON_ARGUMENTS (kernels/step/neuron.h): buffers stand before it. */
enum { NEURON_SLICE_ARGUMENT = 15 };

/* Known to the loop as a struct sim_backend, which is no more than a name. */
struct opencl_backend {
    struct network *network; /* borrowed, as device, wiring and sampling */
    struct device *device;
    const struct net_wiring *wiring;
    const struct sim_sampling *sampling;
    struct arena *arena;
    struct opencl_population *populations;
    struct step_kernel *kernels;     /* [n_populations] */
    struct uniforms_at *uniforms_at; /* [n_populations] */
    const bool **stop_is_all;        /* [n_populations][step.n_stops] */
    struct device_program delivery_program;
    struct device_kernel deliver, collect;
    struct device_buffer ring, conns, places, watch_places, watched;
    struct uniforms uniforms;
    struct slots slots;
    uint32_t slice_option; /* 0: as long as the delays allow */
    uint32_t width, slice, n_partitions, deliver_group, deliver_groups, n_watches;
    enum sim_delivery delivery;
    bool is_started;
};

/* Texts and program of all populations. */
enum err_code opencl_compile(struct opencl_backend *b, struct err *e) ERR_CHECKED;
/* Buffers of populations, connections and watches: everything that does not change from slice
 * to slice, arguments included. */
enum err_code opencl_load(struct opencl_backend *b, struct err *e) ERR_CHECKED;
void opencl_unload(struct opencl_backend *b);

#endif
