/* sim/step_kernel.h: the generated OpenCL text of a population's step, and what the host must
 * know to feed it. Sees: net, lang, device. Memory: in the arena given. */
#ifndef SIM_STEP_KERNEL_H
#define SIM_STEP_KERNEL_H

#include "sim/backend.h"

struct step_kernel {
    struct ir_plan plan;  /* plan.courses: the uniforms, as numbered in the text */
    uint32_t *parameters; /* rows of the parameter buffer: the model's parameter of each */
    uint32_t n_parameters;
    bool uses_position;
};

/* WIDTH and precision, then the shared texts, once per program. */
enum err_code step_kernel_preamble(uint32_t width, enum precision precision, struct text *out,
                                   struct err *e) ERR_CHECKED;
/* Which stops of a population are terms of all(…): [n_stops] in the arena. */
enum err_code step_kernel_stops(const struct network *n, uint32_t population,
                                struct arena *arena, bool **is_all, struct err *e) ERR_CHECKED;
/* One kernel named `step_kernel` (a macro may rename it); equal programs give equal texts,
 * whatever they are called. stop_is_all: [p->step.n_stops]. */
enum err_code step_kernel_build(const struct net_population *p, enum precision precision,
                                const bool *stop_is_all, struct arena *arena,
                                struct step_kernel *k, struct text *out,
                                struct err *e) ERR_CHECKED;

#endif
