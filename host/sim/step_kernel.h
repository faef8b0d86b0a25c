/* sim/step_kernel.h: the generated OpenCL text of a population's step, and what the host must
 * know to feed it. Sees: net, lang, device. Memory: in the arena given. */
#ifndef SIM_STEP_KERNEL_H
#define SIM_STEP_KERNEL_H

#include "sim/sim.h"

struct step_kernel {
    struct ir_plan plan;  /* plan.courses: the uniforms, as numbered in the text */
    uint32_t *parameters; /* rows of the parameter buffer: the model's parameter of each */
    uint32_t n_parameters;
    bool uses_position;
};

/* WIDTH, then the shared texts, once per program. */
enum err_code step_kernel_preamble(uint32_t width, struct text *out, struct err *e) ERR_CHECKED;
/* One kernel named `step_kernel` (a macro may rename it); equal programs give equal texts,
 * whatever they are called. */
enum err_code step_kernel_build(const struct net_population *p, struct arena *arena,
                                struct step_kernel *k, struct text *out,
                                struct err *e) ERR_CHECKED;

#endif
