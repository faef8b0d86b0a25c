#include "sim/sim_report.h"

#include <math.h>

enum err_code sim_report_init(struct sim_report *r, const struct network *n, struct err *e)
{
    *r = (struct sim_report){.hash = HASH_FNV_START};
    uint32_t n_watches = 0;
    for (uint32_t p = 0; p < n->n_populations; p++) {
        n_watches += n->populations[p].step.n_watches;
    }
    ERR_TRY(
        mem_alloc(&r->population_spikes, n->n_populations, sizeof *r->population_spikes, e));
    ERR_TRY(mem_alloc(&r->population_hash, n->n_populations, sizeof *r->population_hash, e));
    const struct desc_stop *const stop = n->desc == NULL ? NULL : n->desc->stop;
    if (stop != NULL) {
        ERR_TRY(mem_alloc(&r->n_stop_cells, stop->n_terms, sizeof *r->n_stop_cells, e));
        ERR_TRY(mem_alloc(&r->stop_cells, stop->n_terms, sizeof *r->stop_cells, e));
        r->n_stop_terms = stop->n_terms;
    }
    return mem_alloc(&r->warnings, n_watches, sizeof *r->warnings, e);
}

void sim_report_fini(struct sim_report *r)
{
    mem_free(r->population_spikes);
    mem_free(r->population_hash);
    mem_free(r->warnings);
    for (uint32_t t = 0; t < r->n_stop_terms; t++) {
        mem_free(r->stop_cells[t]);
    }
    mem_free(r->stop_cells);
    mem_free(r->n_stop_cells);
    *r = (struct sim_report){0};
}

/* The warning of a population's variable, made when it is the first. There is room for one per
 * watch. */
static struct sim_warning *sim_report_warning(struct sim_report *r, uint32_t population,
                                              const char *variable)
{
    for (uint32_t k = 0; k < r->n_warnings; k++) {
        if (r->warnings[k].population == population && r->warnings[k].variable == variable) {
            return &r->warnings[k];
        }
    }
    struct sim_warning *const w = &r->warnings[r->n_warnings++];
    *w = (struct sim_warning){.population = population, .variable = variable};
    return w;
}

void sim_report_watches(struct sim_report *r, const struct network *n,
                        const struct sim_drained *drained, uint32_t n_steps)
{
    const int64_t past = ((drained->first % 32) + 32) % 32;
    const int64_t look = past == 0 ? drained->first : drained->first + 32 - past;
    if (look >= drained->first + n_steps) {
        return;
    }
    for (uint32_t p = 0, at = 0; p < n->n_populations; p++) {
        for (uint32_t k = 0; k < n->populations[p].step.n_watches; k++, at++) {
            if (drained->watch_count[at] == 0) {
                continue;
            }
            struct sim_warning *const w =
                sim_report_warning(r, p, n->populations[p].step.watches[k].variable);
            if (w->count == 0) {
                w->cell = drained->watch_cell[at];
                w->value = drained->watch_value[at];
                w->step = look;
            }
            w->count += drained->watch_count[at];
        }
    }
}

bool sim_report_bad(const struct network *n, const struct sim_drained *drained,
                    struct sim_bad *bad)
{
    *bad = (struct sim_bad){.offset = UINT32_MAX};
    for (uint32_t p = 0; p < n->n_populations; p++) {
        if (drained->bad_step[p] < bad->offset) {
            *bad = (struct sim_bad){
                .offset = drained->bad_step[p], .population = p, .cell = drained->bad_cell[p]};
        }
    }
    return bad->offset != UINT32_MAX;
}

enum err_code sim_report_not_finite(const struct network *n, const struct sim_bad *bad,
                                    int64_t step, const double *values, struct err *e)
{
    const struct net_population *const p = &n->populations[bad->population];
    const char *variable = "a state variable", *what = "not finite";
    for (uint32_t k = 0; k < p->step.n_states; k++) {
        if (!isfinite(values[k])) {
            variable = p->step.states[k].name;
            what = isnan(values[k]) ? "nan" : values[k] > 0.0 ? "inf" : "-inf";
            break;
        }
    }
    return err_set(e, ERR_NUMERIC, 0,
                   "population '%s', neuron %u: %s is %s at t = %.10g ms; look at the initial "
                   "values and parameters, or take a "
                   "shorter step or integrator: exponential_euler",
                   p->name, bad->cell, variable, what, ir_time_ms(step + 1, n->dt_fs));
}
