#include "rec/report_files.h"

#include "rec/hdf5_wrap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    REPORT_CHUNK = 262144,
    REPORT_COLUMNS = 4096
}; /* elements of a chunk: 1 or 2 MiB; most columns of one */

struct report_trace {
    struct hdf5_file *file; /* borrowed from files */
    struct hdf5_series *data;
    char name[128];         /* of the file */
    uint64_t buffer_rows;   /* rows of a full buffer */
    void *buffer;           /* numbers of the network's precision */
    size_t buffer_capacity; /* numbers */
    uint64_t n;             /* rows in it */
};

struct report_files {
    const struct network *network;
    struct report_trace *traces; /* [n_traces] */
    struct hdf5_file **files;    /* [n_files] */
    uint32_t n_files;
};

/* SONATA counts a report's rows as (stop - start)/dt, and BMTK truncates it: stop is moved up
 * by an ulp where rounding would lose a row. */
static void report_times(const struct network *n, const struct net_trace *trace, uint64_t rows,
                         double *time)
{
    time[0] = ir_time_ms(trace->from, n->dt_fs);
    time[2] = ir_time_ms(trace->every, n->dt_fs);
    time[1] = time[0] + (double)rows * time[2];
    while ((uint64_t)((time[1] - time[0]) / time[2]) < rows) {
        time[1] = nextafter(time[1], (double)INFINITY);
    }
}

static int64_t report_rows(const struct network *n, const struct net_trace *trace)
{
    const int64_t until = trace->until < n->n_steps ? trace->until : n->n_steps;
    return until <= trace->from ? 0 : (until - trace->from + trace->every - 1) / trace->every;
}

/* Ids, index pointers, element ids and positions: a point neuron is one element. */
static enum err_code report_mapping(struct report_trace *t, const struct network *n,
                                    const struct net_trace *trace, const char *group,
                                    struct err *e)
{
    const uint64_t n_cells = trace->n_cells;
    char path[320], other[320];
    uint64_t *ids = NULL;
    uint32_t *zeros = NULL;
    float *middles = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&ids, n_cells + 1, sizeof *ids, e));
    ERR_GOTO(mem_alloc(&zeros, n_cells, sizeof *zeros, e));
    ERR_GOTO(mem_alloc(&middles, n_cells, sizeof *middles, e));
    for (uint64_t k = 0; k < n_cells; k++) {
        ids[k] = trace->cells[k];
        middles[k] = 0.5f;
    }
    (void)snprintf(path, sizeof path, "%s/mapping/node_ids", group);
    ERR_GOTO(hdf5_write(t->file, path, HDF5_U64, n_cells, ids, e));
    ERR_GOTO(hdf5_attribute_flag(t->file, path, "sorted", 1, e));
    for (uint64_t k = 0; k <= n_cells; k++) {
        ids[k] = k;
    }
    (void)snprintf(path, sizeof path, "%s/mapping/index_pointers", group);
    (void)snprintf(other, sizeof other, "%s/mapping/index_pointer", group);
    ERR_GOTO(hdf5_write(t->file, path, HDF5_U64, n_cells + 1, ids, e));
    ERR_GOTO(hdf5_link(t->file, path, other, e));
    (void)snprintf(path, sizeof path, "%s/mapping/element_ids", group);
    ERR_GOTO(hdf5_write(t->file, path, HDF5_U32, n_cells, zeros, e));
    (void)snprintf(path, sizeof path, "%s/mapping/element_pos", group);
    ERR_GOTO(hdf5_write(t->file, path, HDF5_F32, n_cells, middles, e));
    double time[3];
    report_times(n, trace, 0, time);
    (void)snprintf(path, sizeof path, "%s/mapping/time", group);
    ERR_GOTO(hdf5_write(t->file, path, HDF5_F64, 3, time, e));
    ERR_GOTO(hdf5_attribute_text(t->file, path, "units", "ms", e));
out:
    mem_free(ids);
    mem_free(zeros);
    mem_free(middles);
    return code;
}

static void report_group(const struct network *n, const struct net_trace *trace, char *out,
                         size_t size)
{
    (void)snprintf(out, size, "/report/%s", n->populations[trace->population].name);
}

static enum err_code report_begin(struct report_trace *t, const struct network *n,
                                  const struct net_trace *trace, struct err *e)
{
    char group[192], path[256];
    report_group(n, trace, group, sizeof group);
    const uint64_t columns = trace->n_cells < REPORT_COLUMNS ? trace->n_cells : REPORT_COLUMNS;
    const uint64_t all = (uint64_t)report_rows(n, trace);
    uint64_t rows = REPORT_CHUNK / (columns == 0 ? 1 : columns);
    rows = all != 0 && all < rows ? all : rows; /* a short report needs no whole chunk */
    t->buffer_rows = rows;
    (void)snprintf(path, sizeof path, "%s/data", group);
    const enum hdf5_type type = n->precision == PRECISION_DOUBLE ? HDF5_F64 : HDF5_F32;
    ERR_TRY(hdf5_series_create(&t->data, t->file, path, type, trace->n_cells, rows,
                               columns == 0 ? 1 : columns, e));
    ERR_TRY(
        hdf5_attribute_text(t->file, path, "units", trace->unit == NULL ? "" : trace->unit, e));
    ERR_TRY(hdf5_attribute_text(t->file, path, "variable", trace->variable, e));
    return report_mapping(t, n, trace, group, e);
}

/* Finds the trace's file name: the first of VARIABLE, VARIABLE_2, … whose file has no group of
 * its population yet. */
static void report_name(struct report_files *r, uint32_t k)
{
    const struct net_trace *const traces = r->network->traces;
    for (uint32_t number = 1;; number++) {
        char *const name = r->traces[k].name;
        if (number == 1) {
            (void)snprintf(name, sizeof r->traces[k].name, "%s_report.h5", traces[k].variable);
        } else {
            (void)snprintf(name, sizeof r->traces[k].name, "%s_%u_report.h5",
                           traces[k].variable, number);
        }
        bool is_taken = false;
        for (uint32_t j = 0; j < k; j++) {
            is_taken = is_taken || (strcmp(r->traces[j].name, name) == 0 &&
                                    (traces[j].population == traces[k].population ||
                                     strcmp(traces[j].variable, traces[k].variable) != 0));
        }
        if (!is_taken) {
            return;
        }
    }
}

static enum err_code report_create_all(struct report_files *r, const struct rec_folder *folder,
                                       struct err *e)
{
    const struct network *const n = r->network;
    ERR_TRY(mem_alloc(&r->traces, n->n_traces, sizeof *r->traces, e));
    ERR_TRY(mem_alloc(&r->files, n->n_traces, sizeof *r->files, e));
    for (uint32_t k = 0; k < n->n_traces; k++) {
        struct report_trace *const t = &r->traces[k];
        report_name(r, k);
        for (uint32_t j = 0; j < k; j++) {
            if (strcmp(r->traces[j].name, t->name) == 0) {
                t->file = r->traces[j].file;
            }
        }
        if (t->file == NULL) {
            char *path;
            ERR_TRY(rec_folder_file(folder, t->name, &path, e));
            const enum err_code code = hdf5_create(&t->file, path, e);
            mem_free(path);
            ERR_TRY(code);
            r->files[r->n_files++] = t->file;
        }
        ERR_TRY(report_begin(t, n, &n->traces[k], e));
    }
    return ERR_OK;
}

enum err_code report_files_create(struct report_files **out, const struct rec_folder *folder,
                                  const struct network *n, struct err *e)
{
    *out = NULL;
    struct report_files *r;
    ERR_TRY(mem_alloc(&r, 1, sizeof *r, e));
    r->network = n;
    enum err_code code = report_create_all(r, folder, e);
    if (code == ERR_OK) {
        *out = r;
    } else {
        (void)!report_files_close(r, NULL);
    }
    return code;
}

static enum err_code report_write(struct report_trace *t, struct err *e)
{
    ERR_TRY(hdf5_series_append(t->data, t->n, t->buffer, e));
    t->n = 0;
    return ERR_OK;
}

/* What was float32 before it was widened is so again. */
static void report_keep(enum precision precision, void *buffer, size_t at, const double *values,
                        size_t n)
{
    if (precision == PRECISION_DOUBLE) {
        memcpy((double *)buffer + at, values, n * sizeof *values);
        return;
    }
    float *const out = (float *)buffer + at;
    for (size_t k = 0; k < n; k++) {
        out[k] = (float)values[k];
    }
}

enum err_code report_files_add(struct report_files *r, uint32_t trace, uint32_t n_rows,
                               const double *values, struct err *e)
{
    struct report_trace *const t = &r->traces[trace];
    const size_t columns = r->network->traces[trace].n_cells;
    while (n_rows != 0) {
        const uint64_t space = t->buffer_rows - t->n, now = n_rows < space ? n_rows : space;
        ERR_TRY(mem_grow(&t->buffer, &t->buffer_capacity, (t->n + now) * columns,
                         precision_bytes(r->network->precision), e));
        report_keep(r->network->precision, t->buffer, t->n * columns, values, now * columns);
        t->n += now;
        values += now * columns;
        n_rows -= (uint32_t)now;
        if (t->n == t->buffer_rows) {
            ERR_TRY(report_write(t, e));
        }
    }
    return ERR_OK;
}

enum err_code report_files_flush(struct report_files *r, struct err *e)
{
    for (uint32_t k = 0; k < r->network->n_traces; k++) {
        struct report_trace *const t = &r->traces[k];
        const struct net_trace *const trace = &r->network->traces[k];
        char group[192], path[256];
        double time[3];
        ERR_TRY(report_write(t, e));
        report_times(r->network, trace, hdf5_series_rows(t->data), time);
        report_group(r->network, trace, group, sizeof group);
        (void)snprintf(path, sizeof path, "%s/mapping/time", group);
        ERR_TRY(hdf5_overwrite(t->file, path, HDF5_F64, time, e));
    }
    for (uint32_t k = 0; k < r->n_files; k++) {
        ERR_TRY(hdf5_flush(r->files[k], e));
    }
    return ERR_OK;
}

enum err_code report_files_close(struct report_files *r, struct err *e)
{
    if (r == NULL) {
        return ERR_OK;
    }
    bool is_whole = r->traces != NULL;
    for (uint32_t k = 0; r->traces != NULL && k < r->network->n_traces; k++) {
        is_whole = is_whole && r->traces[k].data != NULL;
    }
    enum err_code code = is_whole ? report_files_flush(r, e) : ERR_OK;
    for (uint32_t k = 0; r->traces != NULL && k < r->network->n_traces; k++) {
        hdf5_series_destroy(r->traces[k].data);
        mem_free(r->traces[k].buffer);
    }
    for (uint32_t k = 0; k < r->n_files; k++) {
        const enum err_code closed = hdf5_close(r->files[k], code == ERR_OK ? e : NULL);
        code = code == ERR_OK ? closed : code;
    }
    mem_free(r->traces);
    mem_free(r->files);
    mem_free(r);
    return code;
}
