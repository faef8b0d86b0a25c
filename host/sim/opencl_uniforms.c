#include "sim/opencl_uniforms.h"

#include <string.h>

enum { TABLE_WORDS = 1 + SIM_THRESHOLDS_MAX }; /* number, then thresholds */

static uint32_t put_table(uint32_t *words, const struct sim_thresholds *t)
{
    words[0] = t->n;
    memcpy(words + 1, t->value, t->n * sizeof *t->value);
    return 1 + t->n;
}

static bool is_constant(const struct step_program *step, uint32_t event, double *mean)
{
    return ir_is_const(step->ir, step->events[event].mean, mean);
}

/* Room for the worst case; what a slice does not use is not sent. */
static enum err_code measure(struct uniforms *u, const struct network *network,
                             const struct step_kernel *kernels, uint32_t slice, struct err *e)
{
    uint64_t fixed = 1, region = 0;
    for (uint32_t p = 0; p < u->n_populations; p++) {
        struct uniforms_population *const q = &u->populations[p];
        q->step = &network->populations[p].step;
        q->plan = &kernels[p].plan;
        ERR_TRY(mem_alloc(&q->constant_at, q->step->n_events, sizeof *q->constant_at, e));
        uint64_t n_varying = 0;
        for (uint32_t k = 0; k < q->step->n_events; k++) {
            double mean;
            n_varying += is_constant(q->step, k, &mean) ? 0 : 1;
        }
        q->has_varying_events = n_varying > 0;
        const uint32_t words = (uint32_t)(precision_bytes(u->precision) / sizeof *u->words);
        fixed += (uint64_t)q->step->n_events * TABLE_WORDS +
                 (q->has_varying_events ? 0 : (uint64_t)slice * q->step->n_events);
        region +=
            (uint64_t)slice * ((uint64_t)words * q->plan->n_courses + n_varying * TABLE_WORDS);
        region += words - 1; /* reals start at a multiple of their size */
        region += q->has_varying_events ? (uint64_t)slice * q->step->n_events : 0;
    }
    fixed += fixed % 2;
    region += region % 2;
    ERR_IF(fixed + region * u->n_slots > UINT32_MAX, e, ERR_LIMIT,
           "the values of t of one slice need %llu words", (unsigned long long)region);
    u->n_fixed = (uint32_t)fixed;
    u->n_region = (uint32_t)region;
    return ERR_OK;
}

static enum err_code fill_fixed(struct uniforms *u, uint32_t slice, struct err *e)
{
    uint32_t at = 0;
    for (uint32_t p = 0; p < u->n_populations; p++) {
        struct uniforms_population *const q = &u->populations[p];
        for (uint32_t k = 0; k < q->step->n_events; k++) {
            double mean;
            q->constant_at[k] = UINT32_MAX;
            if (is_constant(q->step, k, &mean)) {
                struct sim_thresholds t;
                ERR_TRY(sim_thresholds_fill(&t, &q->step->events[k], mean, e));
                q->constant_at[k] = at;
                at += put_table(u->words + at, &t);
            }
        }
        q->events_at = at;
        for (uint32_t s = 0; s < slice && !q->has_varying_events; s++) {
            for (uint32_t k = 0; k < q->step->n_events; k++) {
                u->words[at++] = q->constant_at[k];
            }
        }
    }
    return at == 0 ? ERR_OK
                   : device_write(&u->buffer, 0, u->words, (uint64_t)at * sizeof *u->words, e);
}

enum err_code uniforms_init(struct uniforms *u, struct device *device,
                            const struct network *network, const struct step_kernel *kernels,
                            uint32_t n_slots, uint32_t slice, struct err *e)
{
    *u = (struct uniforms){.n_populations = network->n_populations,
                           .n_slots = n_slots,
                           .precision = network->precision,
                           .dt_fs = network->dt_fs};
    ERR_TRY(mem_alloc(&u->populations, u->n_populations, sizeof *u->populations, e));
    ERR_TRY(measure(u, network, kernels, slice, e));
    const size_t n = u->n_fixed + (size_t)n_slots * u->n_region;
    ERR_TRY(mem_alloc(&u->words, n, sizeof *u->words, e));
    ERR_TRY(device_buffer_create(&u->buffer, device, n * sizeof *u->words, "values of t", e));
    return fill_fixed(u, slice, e);
}

void uniforms_fini(struct uniforms *u)
{
    for (uint32_t p = 0; p < u->n_populations && u->populations != NULL; p++) {
        mem_free(u->populations[p].constant_at);
    }
    mem_free(u->populations);
    mem_free(u->words);
    device_buffer_destroy(&u->buffer);
    *u = (struct uniforms){0};
}

/* Thresholds of a slice whose rates vary: a table is written once where the mean stays. */
static enum err_code fill_events(struct uniforms *u, struct uniforms_population *q,
                                 int64_t first, uint32_t n_steps, uint32_t places, uint32_t *at,
                                 struct err *e)
{
    const uint32_t n = q->step->n_events;
    for (uint32_t k = 0; k < n; k++) {
        double last = 0.0;
        uint32_t last_at = UINT32_MAX;
        for (uint32_t s = 0; s < n_steps; s++) {
            if (q->constant_at[k] == UINT32_MAX) {
                const double mean =
                    ir_eval(q->step->ir, q->step->events[k].mean, first + s, u->dt_fs);
                if (last_at == UINT32_MAX || !(mean >= last && mean <= last)) {
                    struct sim_thresholds t;
                    ERR_TRY(sim_thresholds_fill(&t, &q->step->events[k], mean, e));
                    last = mean;
                    last_at = *at;
                    *at += put_table(u->words + *at, &t);
                }
            } else {
                last_at = q->constant_at[k];
            }
            u->words[places + s * n + k] = last_at;
        }
    }
    return ERR_OK;
}

enum err_code uniforms_fill(struct uniforms *u, uint32_t slot, int64_t first, uint32_t n_steps,
                            struct uniforms_at *at, struct err *e)
{
    const uint32_t begin = u->n_fixed + slot * u->n_region;
    uint32_t now = begin;
    for (uint32_t p = 0; p < u->n_populations; p++) {
        struct uniforms_population *const q = &u->populations[p];
        now += u->precision == PRECISION_DOUBLE ? now % 2 : 0;
        at[p] = (struct uniforms_at){.courses = now, .events = q->events_at};
        if (q->plan->n_courses > 0) {
            sim_courses_fill(q->step->ir, q->plan, first, n_steps, u->dt_fs, u->precision,
                             u->words + now);
            now += n_steps * q->plan->n_courses *
                   (uint32_t)(precision_bytes(u->precision) / sizeof *u->words);
        }
        if (q->has_varying_events) {
            at[p].events = now;
            now += n_steps * q->step->n_events;
            ERR_TRY(fill_events(u, q, first, n_steps, at[p].events, &now, e));
        }
    }
    if (now == begin) {
        return ERR_OK;
    }
    const uint64_t word = sizeof *u->words;
    return device_write_later(&u->buffer, begin * word, u->words + begin, (now - begin) * word,
                              NULL, e);
}
