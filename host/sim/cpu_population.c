#include "sim/cpu_backend.h"

#include <math.h>

static enum err_code cpu_variant_init(struct cpu_variant *v, const struct step_program *step,
                                      uint32_t which, enum precision precision,
                                      struct arena *arena, struct err *e)
{
    const uint32_t most =
        step->n_states + 1 + step->n_stops + step->n_samples + step->n_watches;
    uint32_t *const roots = arena_alloc(arena, most, sizeof *roots);
    ERR_IF(roots == NULL, e, ERR_NOMEM, "no memory for the roots of a program");
    uint32_t n = 0;
    for (uint32_t k = 0; k < step->n_states; k++) {
        roots[n++] = step->states[k].out;
    }
    if (step->spike != IR_NONE) {
        roots[n++] = step->spike;
    }
    for (uint32_t k = 0; k < step->n_stops; k++) {
        roots[n++] = step->stops[k];
    }
    for (uint32_t k = 0; (which & CPU_SAMPLES) != 0 && k < step->n_samples; k++) {
        roots[n++] = step->samples[k].node;
    }
    for (uint32_t k = 0; (which & CPU_WATCHES) != 0 && k < step->n_watches; k++) {
        roots[n++] = step->watches[k].node;
    }
    v->n_roots = n;
    ERR_TRY(interp_create(&v->interp, step->ir, roots, n, precision, arena, &v->plan, e));
    return mem_alloc(&v->courses, (size_t)v->plan.n_courses * SLICE_MAX,
                     precision_bytes(precision), e);
}

static enum err_code cpu_stops_init(struct cpu_population *c, const struct network *n,
                                    uint32_t number, struct err *e)
{
    const uint32_t n_stops = c->net->step.n_stops;
    ERR_TRY(mem_alloc(&c->stops, n_stops, sizeof *c->stops, e));
    for (uint32_t k = 0; k < n_stops; k++) {
        atomic_init(&c->stops[k].n_entries, 0);
        if (!sim_stop_is_all(n, number, k)) {
            ERR_TRY(mem_alloc(&c->stops[k].entries, c->net->n, sizeof *c->stops[k].entries, e));
        }
    }
    return ERR_OK;
}

enum err_code cpu_population_init(struct cpu_population *c, const struct network *n,
                                  uint32_t number, const struct sim_sampling *sampling,
                                  struct arena *arena, struct err *e)
{
    const struct net_population *const net = &n->populations[number];
    c->net = net;
    c->sampling = sampling;
    c->precision = n->precision;
    c->n_blocks = (net->n + INTERP_BLOCK - 1) / INTERP_BLOCK;
    atomic_init(&c->n_entries, 0);
    const struct step_program *const step = &net->step;
    for (uint32_t which = 0; which < CPU_VARIANTS; which++) {
        const bool has_samples = step->n_samples != 0 && sampling->n_blocks != 0;
        if (((which & CPU_SAMPLES) == 0 || has_samples) &&
            ((which & CPU_WATCHES) == 0 || step->n_watches != 0)) {
            ERR_TRY(cpu_variant_init(&c->variants[which], step, which, n->precision, arena, e));
        }
    }
    ERR_TRY(mem_alloc(&c->events, step->n_events, sizeof *c->events, e));
    ERR_TRY(mem_alloc(&c->state, step->n_states, sizeof *c->state, e));
    ERR_TRY(mem_alloc(&c->fixed, step->ir->n_vars, sizeof *c->fixed, e));
    ERR_TRY(mem_alloc(&c->is_fed, step->n_arrivals, sizeof *c->is_fed, e));
    ERR_TRY(mem_alloc(&c->arrival_ring, step->n_arrivals, sizeof *c->arrival_ring, e));
    ERR_TRY(mem_alloc(&c->arrival_slots, step->n_arrivals, sizeof *c->arrival_slots, e));
    ERR_TRY(mem_alloc(&c->arrival_scale, step->n_arrivals, sizeof *c->arrival_scale, e));
    ERR_TRY(cpu_stops_init(c, n, number, e));
    return mem_alloc(&c->entries, net->n, sizeof *c->entries, e);
}

/* A copy in the network's precision, of doubles or of floats: one of the two is given. */
static enum err_code cpu_copy(void **out, enum precision precision, const double *doubles,
                              const float *floats, uint32_t n, struct err *e)
{
    ASSERT(doubles != NULL || floats != NULL);
    ERR_TRY(mem_alloc(out, n, precision_bytes(precision), e));
    for (uint32_t k = 0; k < n; k++) {
        const double value = doubles != NULL ? doubles[k] : (double)floats[k];
        if (precision == PRECISION_DOUBLE) {
            ((double *)*out)[k] = value;
        } else {
            ((float *)*out)[k] = (float)value;
        }
    }
    return ERR_OK;
}

/* Parameters and positions that the program reads. */
static enum err_code cpu_copy_fixed(struct cpu_population *c, struct err *e)
{
    const struct net_population *const net = c->net;
    const struct ir *const ir = net->step.ir;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const struct ir_var var = ir->vars[k];
        const double *const doubles =
            var.kind == IR_VAR_PARAMETER ? net->parameter[var.index] : NULL;
        const float *const floats = var.kind == IR_VAR_X   ? net->x
                                    : var.kind == IR_VAR_Y ? net->y
                                    : var.kind == IR_VAR_Z ? net->z
                                                           : NULL;
        if (doubles != NULL || floats != NULL) {
            ERR_TRY(cpu_copy(&c->fixed[k], c->precision, doubles, floats, net->n_padded, e));
        }
    }
    return ERR_OK;
}

enum err_code cpu_population_start(struct cpu_population *c, const struct network *n,
                                   uint32_t number, uint32_t slice, struct err *e)
{
    for (uint32_t k = 0; k < n->n_channels; k++) {
        const struct net_channel *const channel = &n->channels[k];
        if (channel->population == number) {
            ASSERT(channel->arrival < c->net->step.n_arrivals && channel->n_slots != 0);
            c->is_fed[channel->arrival] = true;
            c->arrival_ring[channel->arrival] = channel->ring_begin;
            c->arrival_slots[channel->arrival] = channel->n_slots;
            c->arrival_scale[channel->arrival] = ldexp(1.0, -channel->scale_log2);
        }
    }
    for (uint32_t k = 0; k < c->net->step.n_states; k++) {
        ERR_TRY(
            cpu_copy(&c->state[k], c->precision, c->net->state[k], NULL, c->net->n_padded, e));
    }
    ERR_TRY(cpu_copy_fixed(c, e));
    return mem_alloc(&c->samples,
                     (size_t)slice * c->net->step.n_samples * c->sampling->n_blocks,
                     CELL_BLOCK * precision_bytes(c->precision), e);
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
    for (uint32_t k = 0; c->fixed != NULL && k < c->net->step.ir->n_vars; k++) {
        mem_free(c->fixed[k]);
    }
    for (uint32_t k = 0; c->stops != NULL && k < c->net->step.n_stops; k++) {
        mem_free(c->stops[k].entries);
    }
    mem_free(c->stops);
    mem_free(c->state);
    mem_free(c->fixed);
    mem_free(c->events);
    mem_free(c->is_fed);
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
            const uint32_t next = (events->now + 1) % (SLICE_MAX + 1);
            const enum err_code code = sim_thresholds_fill(&events->sets[next], input, mean, e);
            if (code != ERR_OK) {
                err_note(e, "at t = %.6g ms", ir_time_ms(first + s, dt_fs));
                return code;
            }
            events->now = next; /* not before: a shorter slice may follow a failure */
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
    for (uint32_t k = 0; k < step->n_stops; k++) {
        atomic_store_explicit(&c->stops[k].n_entries, 0, memory_order_relaxed);
    }
    for (uint32_t s = 0; s < n_steps; s++) {
        /* A block without recorded cells runs the variant without samples in the same step. */
        const uint32_t plain = cpu_population_variant(c, first + s, s, false);
        const uint32_t full = cpu_population_variant(c, first + s, s, true);
        const struct cpu_variant *const v = &c->variants[plain], *const w = &c->variants[full];
        sim_courses_fill(step->ir, &v->plan, first + s, 1, dt_fs, c->precision,
                         cpu_at(c->precision, v->courses, (size_t)s * v->plan.n_courses));
        if (full != plain) {
            sim_courses_fill(step->ir, &w->plan, first + s, 1, dt_fs, c->precision,
                             cpu_at(c->precision, w->courses, (size_t)s * w->plan.n_courses));
        }
    }
    for (uint32_t k = 0; k < step->n_events; k++) {
        ERR_TRY(cpu_events_prepare(&c->events[k], step->ir, &step->events[k], first, n_steps,
                                   dt_fs, e));
    }
    return ERR_OK;
}
