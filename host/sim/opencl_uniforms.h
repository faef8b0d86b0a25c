/* sim/opencl_uniforms.h: what the host computes for the step kernels: values of t alone, and
 * thresholds of event inputs. One buffer of u32 words: a part that never changes, then a region
 * for each slot. Sees: sim, device. */
#ifndef SIM_OPENCL_UNIFORMS_H
#define SIM_OPENCL_UNIFORMS_H

#include "sim/backend.h"
#include "sim/step_kernel.h"

struct uniforms_population {
    const struct step_program *step; /* borrowed */
    const struct ir_plan *plan;      /* borrowed */
    bool has_varying_events;
    uint32_t
        events_at; /* table of places in the part that never changes (where nothing varies) */
    uint32_t *constant_at; /* [n_events] places of constant threshold tables; UINT32_MAX where
                              it varies */
};

struct uniforms {
    struct uniforms_population *populations;
    uint32_t n_populations, n_slots;
    uint32_t n_fixed, n_region; /* words */
    int64_t dt_fs;
    enum precision precision;
    uint32_t *words; /* the host's copy: [n_fixed + n_slots*n_region] */
    struct device_buffer buffer;
};

/* programs and kernels: [n], borrowed for the life of u. slice: steps of a slice at most. */
enum err_code uniforms_init(struct uniforms *u, struct device *device,
                            const struct network *network, const struct step_kernel *kernels,
                            uint32_t n_slots, uint32_t slice, struct err *e) ERR_CHECKED;
void uniforms_fini(struct uniforms *u);
/* Fills the region of a slot for steps first … and enqueues its upload. at: [n_populations]
 * out: where each population's courses and event places stand. Errors: ERR_NUMERIC for a rate
 * that is not a number. */
struct uniforms_at {
    uint32_t courses, events;
};
enum err_code uniforms_fill(struct uniforms *u, uint32_t slot, int64_t first, uint32_t n_steps,
                            struct uniforms_at *at, struct err *e) ERR_CHECKED;

#endif
