#include "sim/cpu_backend.h"

#include <math.h>
#include <string.h>

static enum err_code cpu_variant_init(struct cpu_variant *v, const struct step_program *step,
                                      uint32_t which, struct arena *arena, struct err *e)
{
    const uint32_t most = step->n_states + 1 + step->n_samples + step->n_watches;
    uint32_t *const roots = arena_alloc(arena, most, sizeof *roots);
    ERR_IF(roots == NULL, e, ERR_NOMEM, "no memory for the roots of a program");
    uint32_t n = 0;
    for (uint32_t k = 0; k < step->n_states; k++) {
        roots[n++] = step->states[k].out;
    }
    if (step->spike != IR_NONE) {
        roots[n++] = step->spike;
    }
    for (uint32_t k = 0; (which & CPU_SAMPLES) != 0 && k < step->n_samples; k++) {
        roots[n++] = step->samples[k].node;
    }
    for (uint32_t k = 0; (which & CPU_WATCHES) != 0 && k < step->n_watches; k++) {
        roots[n++] = step->watches[k].node;
    }
    v->n_roots = n;
    ERR_TRY(
        interp_create(&v->interp, step->ir, roots, n, PRECISION_SINGLE, arena, &v->plan, e));
    return mem_alloc(&v->courses, (size_t)v->plan.n_courses * SLICE_MAX, sizeof *v->courses, e);
}

enum err_code cpu_population_init(struct cpu_population *c, const struct net_population *net,
                                  const struct sim_sampling *sampling, struct arena *arena,
                                  struct err *e)
{
    c->net = net;
    c->sampling = sampling;
    c->n_blocks = (net->n + INTERP_BLOCK - 1) / INTERP_BLOCK;
    atomic_init(&c->n_entries, 0);
    const struct step_program *const step = &net->step;
    for (uint32_t which = 0; which < CPU_VARIANTS; which++) {
        const bool has_samples = step->n_samples != 0 && sampling->n_blocks != 0;
        if (((which & CPU_SAMPLES) == 0 || has_samples) &&
            ((which & CPU_WATCHES) == 0 || step->n_watches != 0)) {
            ERR_TRY(cpu_variant_init(&c->variants[which], step, which, arena, e));
        }
    }
    ERR_TRY(mem_alloc(&c->events, step->n_events, sizeof *c->events, e));
    ERR_TRY(mem_alloc(&c->state, step->n_states, sizeof *c->state, e));
    ERR_TRY(mem_alloc(&c->parameter, step->ir->n_vars, sizeof *c->parameter, e));
    ERR_TRY(mem_alloc(&c->arrival_ring, step->n_arrivals, sizeof *c->arrival_ring, e));
    ERR_TRY(mem_alloc(&c->arrival_slots, step->n_arrivals, sizeof *c->arrival_slots, e));
    ERR_TRY(mem_alloc(&c->arrival_scale, step->n_arrivals, sizeof *c->arrival_scale, e));
    return mem_alloc(&c->entries, net->n, sizeof *c->entries, e);
}

static enum err_code cpu_numbers_copy(float **out, const double *from, uint32_t n,
                                      struct err *e)
{
    ERR_TRY(mem_alloc(out, n, sizeof **out, e));
    for (uint32_t k = 0; k < n; k++) {
        (*out)[k] = (float)from[k];
    }
    return ERR_OK;
}

enum err_code cpu_population_start(struct cpu_population *c, const struct network *n,
                                   uint32_t number, int32_t *ring, uint32_t slice,
                                   struct err *e)
{
    for (uint32_t k = 0; k < n->n_channels; k++) {
        const struct net_channel *const channel = &n->channels[k];
        if (channel->population == number) {
            ASSERT(channel->arrival < c->net->step.n_arrivals && channel->n_slots != 0);
            c->arrival_ring[channel->arrival] = ring + channel->ring_begin;
            c->arrival_slots[channel->arrival] = channel->n_slots;
            c->arrival_scale[channel->arrival] = ldexpf(1.0f, -channel->scale_log2);
        }
    }
    for (uint32_t k = 0; k < c->net->step.n_states; k++) {
        ERR_TRY(cpu_numbers_copy(&c->state[k], c->net->state[k], c->net->n_padded, e));
    }
    const struct ir *const ir = c->net->step.ir;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        if (ir->vars[k].kind == IR_VAR_PARAMETER) {
            ERR_TRY(cpu_numbers_copy(&c->parameter[k], c->net->parameter[ir->vars[k].index],
                                     c->net->n_padded, e));
        }
    }
    return mem_alloc(&c->samples,
                     (size_t)slice * c->net->step.n_samples * c->sampling->n_blocks,
                     CELL_BLOCK * sizeof(float), e);
}

void cpu_population_fini(struct cpu_population *c)
{
    for (uint32_t which = 0; which < CPU_VARIANTS; which++) {
        interp_destroy(c->variants[which].interp);
        mem_free(c->variants[which].courses);
    }
    for (uint32_t k = 0; c->state != NULL && k < c->net->step.n_states; k++) {
        mem_free(c->state[k]);
    }
    for (uint32_t k = 0; c->parameter != NULL && k < c->net->step.ir->n_vars; k++) {
        mem_free(c->parameter[k]);
    }
    mem_free(c->parameter);
    mem_free(c->state);
    mem_free(c->events);
    mem_free(c->arrival_ring);
    mem_free(c->arrival_slots);
    mem_free(c->arrival_scale);
    mem_free(c->samples);
    mem_free(c->entries);
}

uint32_t cpu_population_variant(const struct cpu_population *c, int64_t step, uint32_t offset,
                                bool is_sampled)
{
    const bool samples = is_sampled && (c->due >> offset & 1u) != 0;
    const bool watches = c->net->step.n_watches != 0 && step % 32 == 0;
    return (samples ? (uint32_t)CPU_SAMPLES : 0u) | (watches ? (uint32_t)CPU_WATCHES : 0u);
}

static enum err_code cpu_events_prepare(struct cpu_events *events, const struct ir *ir,
                                        const struct step_event_input *input, int64_t first,
                                        uint32_t n_steps, int64_t dt_fs, struct err *e)
{
    for (uint32_t s = 0; s < n_steps; s++) {
        const double mean = ir_eval(ir, input->mean, first + s, dt_fs);
        if (!events->is_known || mean != events->mean) {
            events->now = (events->now + 1) % (SLICE_MAX + 1);
            const enum err_code code =
                sim_thresholds_fill(&events->sets[events->now], input, mean, e);
            if (code != ERR_OK) {
                err_note(e, "at t = %.6g ms", ir_time_ms(first + s, dt_fs));
                return code;
            }
            events->mean = mean;
            events->is_known = true;
        }
        events->at[s] = &events->sets[events->now];
    }
    return ERR_OK;
}

enum err_code cpu_population_prepare(struct cpu_population *c, int64_t first, uint32_t n_steps,
                                     int64_t dt_fs, uint32_t due, struct err *e)
{
    const struct step_program *const step = &c->net->step;
    c->due = c->variants[CPU_SAMPLES].interp == NULL ? 0 : due;
    atomic_store_explicit(&c->n_entries, 0, memory_order_relaxed);
    for (uint32_t s = 0; s < n_steps; s++) {
        /* A block without recorded cells runs the variant without samples in the same step. */
        const uint32_t plain = cpu_population_variant(c, first + s, s, false);
        const uint32_t full = cpu_population_variant(c, first + s, s, true);
        const struct cpu_variant *const v = &c->variants[plain], *const w = &c->variants[full];
        sim_courses_fill(step->ir, &v->plan, first + s, 1, dt_fs, PRECISION_SINGLE,
                         v->courses + (size_t)s * v->plan.n_courses);
        if (full != plain) {
            sim_courses_fill(step->ir, &w->plan, first + s, 1, dt_fs, PRECISION_SINGLE,
                             w->courses + (size_t)s * w->plan.n_courses);
        }
    }
    for (uint32_t k = 0; k < step->n_events; k++) {
        ERR_TRY(cpu_events_prepare(&c->events[k], step->ir, &step->events[k], first, n_steps,
                                   dt_fs, e));
    }
    return ERR_OK;
}
