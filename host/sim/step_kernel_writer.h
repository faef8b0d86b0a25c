/* sim/step_kernel_writer.h: what the files that write a step kernel share. Names written here
 * never end in an underscore and digits, as those of the emitter do: the two cannot meet. Sees:
 * sim, lang. */
#ifndef SIM_STEP_KERNEL_WRITER_H
#define SIM_STEP_KERNEL_WRITER_H

#include "lang/emit_cl.h"
#include "sim/step_kernel.h"

/* What the text is put together from: the emitted blocks come first, since they say which
 * uniforms there are. */
struct step_writer {
    const struct net_population *p;
    const struct step_program *step;
    enum precision precision;
    const bool *stop_is_all; /* [step->n_stops] */
    struct arena *arena;
    struct step_kernel *kernel;
    struct emit_names *names, *sample_names, *watch_names;
    struct text statements, samples, watches;
    struct text *out;
};

/* What the emitted text calls a node. */
const char *step_writer_name(const struct step_writer *w, struct emit_names *names,
                             uint32_t node);
/* Does the state leave the step as it came? Then nobody stores or checks it. */
bool step_writer_is_unchanged(const struct step_writer *w, uint32_t state);
/* Random streams: keys and words that stay from step to step, and the draws of a step. */
void step_write_streams(struct step_writer *w);
void step_write_draws(struct step_writer *w, uint32_t stream);
/* What a step leaves: samples and watches of its start, then spikes, new states, stop terms. */
void step_write_samples_and_watches(struct step_writer *w);
void step_write_commit(struct step_writer *w);
/* What a slice leaves, behind its steps. */
void step_write_reports(struct step_writer *w);

#endif
