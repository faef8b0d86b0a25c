/* What a slice turned up, per thread and then for all: the least step and cell do not depend on
 * who looked. */
#include "sim/cpu_backend.h"

enum err_code cpu_found_init(struct cpu_found *f, struct cpu_sizes sizes, struct err *e)
{
    ERR_TRY(mem_alloc(&f->bad_step, sizes.n_populations, sizeof *f->bad_step, e));
    ERR_TRY(mem_alloc(&f->bad_cell, sizes.n_populations, sizeof *f->bad_cell, e));
    ERR_TRY(mem_alloc(&f->watch_count, sizes.n_watches, sizeof *f->watch_count, e));
    ERR_TRY(mem_alloc(&f->watch_cell, sizes.n_watches, sizeof *f->watch_cell, e));
    ERR_TRY(mem_alloc(&f->watch_value, sizes.n_watches, sizeof *f->watch_value, e));
    ERR_TRY(mem_alloc(&f->stop_steps, sizes.n_stops, sizeof *f->stop_steps, e));
    cpu_found_clear(f, sizes);
    return ERR_OK;
}

void cpu_found_fini(struct cpu_found *f)
{
    mem_free(f->bad_step);
    mem_free(f->bad_cell);
    mem_free(f->watch_count);
    mem_free(f->watch_cell);
    mem_free(f->watch_value);
    mem_free(f->stop_steps);
}

void cpu_found_clear(struct cpu_found *f, struct cpu_sizes sizes)
{
    for (uint32_t p = 0; p < sizes.n_populations; p++) {
        f->bad_step[p] = f->bad_cell[p] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < sizes.n_watches; k++) {
        f->watch_count[k] = 0;
        f->watch_cell[k] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < sizes.n_stops; k++) {
        f->stop_steps[k] = 0;
    }
}

void cpu_found_merge(struct cpu_found *into, const struct cpu_found *from,
                     struct cpu_sizes sizes)
{
    for (uint32_t p = 0; p < sizes.n_populations; p++) {
        if (from->bad_step[p] < into->bad_step[p] ||
            (from->bad_step[p] == into->bad_step[p] && from->bad_cell[p] < into->bad_cell[p])) {
            into->bad_step[p] = from->bad_step[p];
            into->bad_cell[p] = from->bad_cell[p];
        }
    }
    for (uint32_t k = 0; k < sizes.n_watches; k++) {
        into->watch_count[k] += from->watch_count[k];
        if (from->watch_cell[k] < into->watch_cell[k]) {
            into->watch_cell[k] = from->watch_cell[k];
            into->watch_value[k] = from->watch_value[k];
        }
    }
    for (uint32_t k = 0; k < sizes.n_stops; k++) {
        into->stop_steps[k] |= from->stop_steps[k];
    }
}
