#include "rec/spikes_file.h"

#include <stdio.h>

enum { SPIKES_CHUNK = 131072 }; /* elements: 1 MiB of doubles */

struct spikes_group {
    struct hdf5_series *times, *cells; /* NULL until the first spike */
    double *time;                      /* [SPIKES_CHUNK], not yet written */
    uint64_t *cell;
    uint32_t n;
};

struct spikes_file {
    struct hdf5_file *file;
    const struct network *network;
    struct spikes_group *groups; /* [n_populations] */
};

enum err_code spikes_file_create(struct spikes_file **out, const char *path,
                                 const struct network *n, struct err *e)
{
    *out = NULL;
    struct spikes_file *f;
    ERR_TRY(mem_alloc(&f, 1, sizeof *f, e));
    f->network = n;
    enum err_code code = mem_alloc(&f->groups, n->n_populations, sizeof *f->groups, e);
    if (code == ERR_OK) {
        code = hdf5_create(&f->file, path, e);
    }
    if (code != ERR_OK) {
        (void)!spikes_file_close(f, NULL);
        return code;
    }
    *out = f;
    return ERR_OK;
}

static enum err_code spikes_begin(struct spikes_file *f, uint32_t population, struct err *e)
{
    struct spikes_group *const g = &f->groups[population];
    char path[256], group[192];
    ERR_TRY(mem_alloc(&g->time, SPIKES_CHUNK, sizeof *g->time, e));
    ERR_TRY(mem_alloc(&g->cell, SPIKES_CHUNK, sizeof *g->cell, e));
    (void)snprintf(group, sizeof group, "/spikes/%s", f->network->populations[population].name);
    (void)snprintf(path, sizeof path, "%s/timestamps", group);
    ERR_TRY(hdf5_series_create(&g->times, f->file, path, HDF5_F64, 0, SPIKES_CHUNK, 0, e));
    ERR_TRY(hdf5_attribute_text(f->file, path, "units", "ms", e));
    (void)snprintf(path, sizeof path, "%s/node_ids", group);
    ERR_TRY(hdf5_series_create(&g->cells, f->file, path, HDF5_U64, 0, SPIKES_CHUNK, 0, e));
    return hdf5_attribute_sorting(f->file, group, 2, e);
}

static enum err_code spikes_write(struct spikes_group *g, struct err *e)
{
    ERR_TRY(hdf5_series_append(g->times, g->n, g->time, e));
    ERR_TRY(hdf5_series_append(g->cells, g->n, g->cell, e));
    g->n = 0;
    return ERR_OK;
}

enum err_code spikes_file_add(struct spikes_file *f, uint32_t population,
                              const struct sim_spike *spikes, uint64_t n, struct err *e)
{
    struct spikes_group *const g = &f->groups[population];
    if (n != 0 && g->times == NULL) {
        ERR_TRY(spikes_begin(f, population, e));
    }
    for (uint64_t k = 0; k < n; k++) {
        g->time[g->n] = ir_time_ms(spikes[k].step + 1, f->network->dt_fs);
        g->cell[g->n] = spikes[k].cell;
        if (++g->n == SPIKES_CHUNK) {
            ERR_TRY(spikes_write(g, e));
        }
    }
    return ERR_OK;
}

enum err_code spikes_file_flush(struct spikes_file *f, struct err *e)
{
    for (uint32_t p = 0; p < f->network->n_populations; p++) {
        if (f->groups[p].n != 0) {
            ERR_TRY(spikes_write(&f->groups[p], e));
        }
    }
    return hdf5_flush(f->file, e);
}

enum err_code spikes_file_close(struct spikes_file *f, struct err *e)
{
    if (f == NULL) {
        return ERR_OK;
    }
    enum err_code code = f->file == NULL ? ERR_OK : spikes_file_flush(f, e);
    for (uint32_t p = 0; f->groups != NULL && p < f->network->n_populations; p++) {
        hdf5_series_destroy(f->groups[p].times);
        hdf5_series_destroy(f->groups[p].cells);
        mem_free(f->groups[p].time);
        mem_free(f->groups[p].cell);
    }
    const enum err_code closed = hdf5_close(f->file, code == ERR_OK ? e : NULL);
    code = code == ERR_OK ? closed : code;
    mem_free(f->groups);
    mem_free(f);
    return code;
}
