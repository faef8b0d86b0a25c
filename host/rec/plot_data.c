#include "rec/plot_data.h"

#include "rec/hdf5_wrap.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PLOT_CHUNK = 131072, PLOT_POINTS = 300000, PLOT_PATH = 4096 };

/* A band is at least this part of the largest one, so that a few interneurons are seen beside
 * thousands of cells. */
static const double plot_least_band = 0.16;

void plot_data_path(const struct plot_data *p, const char *name, char *out, size_t n)
{
    (void)snprintf(out, n, "%s/%s", p->dir, name);
}

static enum err_code plot_open(const struct plot_data *p, const char *name, FILE **out,
                               struct err *e)
{
    char path[PLOT_PATH];
    plot_data_path(p, name, path, sizeof path);
    *out = fopen(path, "w");
    return *out != NULL
               ? ERR_OK
               : err_set(e, ERR_IO, errno, "cannot write '%s': %s", path, strerror(errno));
}

static enum err_code plot_close(const struct plot_data *p, const char *name, FILE *file,
                                struct err *e)
{
    const bool ok = ferror(file) == 0;
    const int fault = errno;
    if (fclose(file) == 0 && ok) {
        return ERR_OK;
    }
    char path[PLOT_PATH];
    plot_data_path(p, name, path, sizeof path);
    return err_set(e, ERR_IO, fault, "cannot write '%s': %s", path, strerror(fault));
}

/* The nearest of 1, 2, 5, 10 … ms to a hundredth of the run. */
static double plot_nice_bin(double duration_ms)
{
    double best = 1.0, decade = 1.0;
    for (int power = 0; power < 9; power++) {
        static const double steps[] = {1.0, 2.0, 5.0};
        for (int k = 0; k < 3; k++) {
            const double bin = steps[k] * decade;
            if (fabs(log(bin * 100.0 / duration_ms)) < fabs(log(best * 100.0 / duration_ms))) {
                best = bin;
            }
        }
        decade *= 10.0;
    }
    return best;
}

static void plot_copy(char *out, size_t n, const json_t *from)
{
    (void)snprintf(out, n, "%s", json_is_string(from) ? json_string_value(from) : "");
}

static enum err_code plot_read_summary(struct plot_data *p, json_t *root, struct err *e)
{
    const json_t *const spikes = json_object_get(root, "spikes"), *const by = json_object_get(
                                                                      spikes, "by_population");
    const json_t *const rates = json_object_get(root, "rates_hz");
    json_t *const populations = json_object_get(root, "populations");
    plot_copy(p->name, sizeof p->name,
              json_object_get(json_object_get(root, "network"), "name"));
    if (p->name[0] == '\0') {
        plot_copy(p->name, sizeof p->name,
                  json_object_get(json_object_get(root, "network"), "file"));
    }
    plot_copy(p->status, sizeof p->status, json_object_get(root, "status"));
    plot_copy(p->hash, sizeof p->hash, json_object_get(spikes, "hash"));
    p->duration_ms =
        json_number_value(json_object_get(json_object_get(root, "time_ms"), "simulated"));
    ERR_IF(!json_is_object(populations) || !(p->duration_ms > 0.0), e, ERR_IO,
           "'%s/summary.json' tells of no simulated time: there is nothing to draw", p->dir);
    p->bin_ms = plot_nice_bin(p->duration_ms);
    p->n_bins = (uint32_t)ceil(p->duration_ms / p->bin_ms - 1e-9);
    p->n_bins = p->n_bins < 1 ? 1 : p->n_bins > PLOT_BINS ? PLOT_BINS : p->n_bins;
    ERR_TRY(
        mem_alloc(&p->populations, json_object_size(populations), sizeof *p->populations, e));
    const char *key;
    json_t *value;
    double largest = 1.0;
    json_object_foreach(populations, key, value)
    {
        struct plot_population *const q = &p->populations[p->n_populations++];
        (void)snprintf(q->name, sizeof q->name, "%s", key);
        q->n_cells = (uint64_t)json_integer_value(value);
        q->n_spikes = (uint64_t)json_integer_value(json_object_get(by, key));
        q->rate_hz = json_number_value(json_object_get(rates, key));
        /* So many cells that the picture stays quick to draw. */
        const double per_cell =
            q->n_cells == 0 ? 0.0 : (double)q->n_spikes / (double)q->n_cells;
        const double most = per_cell > 0.0 ? (double)PLOT_POINTS / per_cell : (double)PLOT_ROWS;
        uint64_t rows = q->n_cells < PLOT_ROWS ? q->n_cells : PLOT_ROWS;
        rows = most < 1.0 ? 1 : most < (double)rows ? (uint64_t)most : rows;
        q->n_rows = (uint32_t)(q->n_cells == 0 ? 0 : rows);
        largest = q->n_rows > largest ? q->n_rows : largest;
        ERR_TRY(mem_alloc(&q->bins, p->n_bins, sizeof *q->bins, e));
    }
    for (uint32_t k = p->n_populations; k-- > 0;) {
        struct plot_population *const q = &p->populations[k];
        const double rows = q->n_rows / largest;
        q->low = p->height;
        q->high = q->low + (rows > plot_least_band ? rows : plot_least_band);
        p->height = q->high + 0.02;
    }
    return ERR_OK;
}

/* Traced cells: one of each population in turn, as far as v_report.h5 has them. */
static enum err_code plot_choose_traces(struct plot_data *p, struct hdf5_file *v, struct err *e)
{
    for (uint64_t turn = 0; turn < PLOT_TRACES; turn++) {
        for (uint32_t k = 0; k < p->n_populations && p->n_traces < PLOT_TRACES; k++) {
            char path[256];
            uint64_t rows, columns;
            (void)snprintf(path, sizeof path, "/report/%s/data", p->populations[k].name);
            if (hdf5_size(v, path, &rows, &columns, NULL) != ERR_OK || turn >= columns ||
                rows == 0) {
                continue;
            }
            hdf5_read_text(v, path, "units", p->unit, sizeof p->unit);
            (void)snprintf(path, sizeof path, "/report/%s/mapping/node_ids",
                           p->populations[k].name);
            struct plot_trace *const t = &p->traces[p->n_traces++];
            t->population = k;
            ERR_TRY(hdf5_read(v, path, HDF5_U64, turn, 1, 0, 1, &t->cell, e));
        }
    }
    return ERR_OK;
}

/* Column of a traced cell in its group: traces of a population were chosen in order of columns.
 */
static uint64_t plot_column(const struct plot_data *p, uint32_t trace)
{
    uint64_t column = 0;
    for (uint32_t k = 0; k < trace; k++) {
        column += p->traces[k].population == p->traces[trace].population ? 1u : 0u;
    }
    return column;
}

/* One trace as "t v"; a long one as the least and most of each stretch, so that no peak is
 * lost. */
static enum err_code plot_write_trace(struct plot_data *p, uint32_t trace, struct hdf5_file *v,
                                      FILE *out, struct err *e)
{
    enum { READ = 65536 };
    const uint64_t most = 4000; /* stretches */
    struct plot_trace *const t = &p->traces[trace];
    char path[256];
    uint64_t rows, columns;
    double time[3];
    float *values;
    (void)snprintf(path, sizeof path, "/report/%s/mapping/time",
                   p->populations[t->population].name);
    ERR_TRY(hdf5_read(v, path, HDF5_F64, 0, 3, 0, 1, time, e));
    (void)snprintf(path, sizeof path, "/report/%s/data", p->populations[t->population].name);
    ERR_TRY(hdf5_size(v, path, &rows, &columns, e));
    ERR_TRY(mem_alloc(&values, READ, sizeof *values, e));
    const uint64_t stretch = rows <= 2 * most ? 1 : (rows + most - 1) / most;
    enum err_code code = ERR_OK;
    double low = (double)INFINITY, high = -(double)INFINITY;
    t->least = low;
    t->most = high;
    for (uint64_t at = 0; at < rows && code == ERR_OK; at += READ) {
        const uint64_t n = rows - at < READ ? rows - at : READ;
        code = hdf5_read(v, path, HDF5_F32, at, n, plot_column(p, trace), 1, values, e);
        for (uint64_t k = 0; k < n && code == ERR_OK; k++) {
            const double x = (double)values[k];
            low = x < low ? x : low;
            high = x > high ? x : high;
            if ((at + k + 1) % stretch == 0 || at + k + 1 == rows) {
                const double ms = time[0] + (double)(at + k) * time[2];
                (void)fprintf(out, "%.9g %.6g\n", ms, low);
                if (high > low) {
                    (void)fprintf(out, "%.9g %.6g\n", ms, high);
                }
                t->least = low < t->least ? low : t->least;
                t->most = high > t->most ? high : t->most;
                low = (double)INFINITY;
                high = -(double)INFINITY;
            }
        }
    }
    mem_free(values);
    return code;
}

static enum err_code plot_write_traces(struct plot_data *p, struct err *e)
{
    char path[PLOT_PATH], name[64];
    struct stat info;
    plot_data_path(p, "v_report.h5", path, sizeof path);
    if (stat(path, &info) != 0) {
        return ERR_OK;
    }
    struct hdf5_file *v;
    ERR_TRY(hdf5_open(&v, path, e));
    enum err_code code = plot_choose_traces(p, v, e);
    for (uint32_t k = 0; k < p->n_traces && code == ERR_OK; k++) {
        FILE *out;
        (void)snprintf(name, sizeof name, "plot/trace_%u.txt", k + 1);
        code = plot_open(p, name, &out, e);
        if (code != ERR_OK) {
            break;
        }
        (void)fprintf(out, "# v of cell %" PRIu64 " of %s: t in ms, %s\n", p->traces[k].cell,
                      p->populations[p->traces[k].population].name, p->unit);
        code = plot_write_trace(p, k, v, out, e);
        const enum err_code closed = plot_close(p, name, out, code == ERR_OK ? e : NULL);
        code = code == ERR_OK ? closed : code;
    }
    const enum err_code closed = hdf5_close(v, code == ERR_OK ? e : NULL);
    return code == ERR_OK ? closed : code;
}

struct plot_files {
    FILE *raster, *ticks[PLOT_TRACES];
};

/* One spike: into the histogram; into the raster if its cell is one of those shown; a tick if
 * its cell is traced. */
static void plot_take_spike(struct plot_data *p, uint32_t population, double ms, uint64_t cell,
                            struct plot_files *files)
{
    struct plot_population *const q = &p->populations[population];
    /* A spike's time is the end of its step: one on the edge belongs to the bin before it. */
    const double bin = ceil(ms / p->bin_ms - 1e-9) - 1.0;
    if (bin >= 0.0) {
        q->bins[bin < (double)p->n_bins ? (uint32_t)bin : p->n_bins - 1] += 1.0;
    }
    const uint64_t row = cell * q->n_rows / (q->n_cells == 0 ? 1 : q->n_cells);
    const bool is_shown =
        cell < q->n_cells && (cell == 0 || (cell - 1) * q->n_rows / q->n_cells != row);
    if (is_shown) {
        const double y = q->high - ((double)row + 0.5) / q->n_rows * (q->high - q->low);
        (void)fprintf(files->raster, "%.9g %.6g %" PRIu64 "\n", ms, y, cell);
        q->n_shown++;
        p->n_shown++;
    }
    for (uint32_t k = 0; k < p->n_traces; k++) {
        if (p->traces[k].population == population && p->traces[k].cell == cell) {
            (void)fprintf(files->ticks[k], "%.9g\n", ms);
            p->traces[k].n_ticks++;
        }
    }
}

static enum err_code plot_read_spikes(struct plot_data *p, uint32_t population,
                                      struct hdf5_file *f, struct plot_files *files,
                                      struct err *e)
{
    char times[256], ids[256];
    uint64_t rows, columns;
    (void)snprintf(times, sizeof times, "/spikes/%s/timestamps",
                   p->populations[population].name);
    (void)snprintf(ids, sizeof ids, "/spikes/%s/node_ids", p->populations[population].name);
    if (hdf5_size(f, times, &rows, &columns, NULL) != ERR_OK) {
        return ERR_OK; /* it never spiked, or its spikes were not recorded */
    }
    double *time = NULL;
    uint64_t *cell = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&time, PLOT_CHUNK, sizeof *time, e));
    ERR_GOTO(mem_alloc(&cell, PLOT_CHUNK, sizeof *cell, e));
    for (uint64_t at = 0; at < rows; at += PLOT_CHUNK) {
        const uint64_t n = rows - at < PLOT_CHUNK ? rows - at : PLOT_CHUNK;
        ERR_GOTO(hdf5_read(f, times, HDF5_F64, at, n, 0, 1, time, e));
        ERR_GOTO(hdf5_read(f, ids, HDF5_U64, at, n, 0, 1, cell, e));
        for (uint64_t k = 0; k < n; k++) {
            plot_take_spike(p, population, time[k], cell[k], files);
        }
    }
    p->n_spikes += rows;
out:
    mem_free(time);
    mem_free(cell);
    return code;
}

static enum err_code plot_write_rasters(struct plot_data *p, struct hdf5_file *f,
                                        struct plot_files *files, struct err *e)
{
    for (uint32_t k = 0; k < p->n_populations; k++) {
        char name[64];
        (void)snprintf(name, sizeof name, "plot/raster_%u.txt", k + 1);
        ERR_TRY(plot_open(p, name, &files->raster, e));
        (void)fprintf(files->raster, "# spikes of %s: t in ms, height in the picture, cell\n",
                      p->populations[k].name);
        const enum err_code code = plot_read_spikes(p, k, f, files, e);
        const enum err_code closed =
            plot_close(p, name, files->raster, code == ERR_OK ? e : NULL);
        ERR_TRY(code);
        ERR_TRY(closed);
    }
    return ERR_OK;
}

static enum err_code plot_write_spikes(struct plot_data *p, struct err *e)
{
    char path[PLOT_PATH], name[64];
    struct hdf5_file *f;
    struct plot_files files = {0};
    plot_data_path(p, "spikes.h5", path, sizeof path);
    ERR_TRY(hdf5_open(&f, path, e));
    enum err_code code = ERR_OK;
    for (uint32_t k = 0; k < p->n_traces && code == ERR_OK; k++) {
        (void)snprintf(name, sizeof name, "plot/ticks_%u.txt", k + 1);
        code = plot_open(p, name, &files.ticks[k], e);
        if (code == ERR_OK) {
            (void)fprintf(files.ticks[k], "# spikes of cell %" PRIu64 " of %s: t in ms\n",
                          p->traces[k].cell, p->populations[p->traces[k].population].name);
        }
    }
    if (code == ERR_OK) {
        code = plot_write_rasters(p, f, &files, e);
    }
    for (uint32_t k = 0; k < p->n_traces; k++) {
        if (files.ticks[k] != NULL) {
            (void)snprintf(name, sizeof name, "plot/ticks_%u.txt", k + 1);
            const enum err_code closed =
                plot_close(p, name, files.ticks[k], code == ERR_OK ? e : NULL);
            code = code == ERR_OK ? closed : code;
        }
    }
    const enum err_code closed = hdf5_close(f, code == ERR_OK ? e : NULL);
    return code == ERR_OK ? closed : code;
}

/* Spikes per bin become Hz per cell; the last bin may be short. */
static enum err_code plot_write_rates(struct plot_data *p, struct err *e)
{
    FILE *out;
    ERR_TRY(plot_open(p, "plot/rates.txt", &out, e));
    (void)fprintf(out, "# begin of bin in ms, then Hz per cell of");
    for (uint32_t k = 0; k < p->n_populations; k++) {
        (void)fprintf(out, " %s", p->populations[k].name);
    }
    (void)fprintf(out, "\n");
    for (uint32_t b = 0; b <= p->n_bins; b++) {
        const uint32_t from =
            b < p->n_bins ? b : p->n_bins - 1; /* steps end at the end of the last bin */
        const double begin = from * p->bin_ms, end = begin + p->bin_ms < p->duration_ms
                                                         ? begin + p->bin_ms
                                                         : p->duration_ms;
        (void)fprintf(out, "%.9g", b < p->n_bins ? begin : p->duration_ms);
        for (uint32_t k = 0; k < p->n_populations; k++) {
            struct plot_population *const q = &p->populations[k];
            const double cells = q->n_cells == 0 ? 1.0 : (double)q->n_cells;
            const double hz = q->bins[from] / cells / ((end - begin) * 1e-3);
            q->most_hz = hz > q->most_hz ? hz : q->most_hz;
            (void)fprintf(out, " %.6g", hz);
        }
        (void)fprintf(out, "\n");
    }
    return plot_close(p, "plot/rates.txt", out, e);
}

enum err_code plot_data_collect(struct plot_data *p, const char *dir, struct err *e)
{
    *p = (struct plot_data){.dir = dir};
    char path[PLOT_PATH];
    plot_data_path(p, "summary.json", path, sizeof path);
    json_error_t fault;
    json_t *const root = json_load_file(path, 0, &fault);
    ERR_IF(root == NULL, e, ERR_IO, "cannot read '%s': %s", path, fault.text);
    const enum err_code code = plot_read_summary(p, root, e);
    json_decref(root);
    ERR_TRY(code);
    plot_data_path(p, "plot", path, sizeof path);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        return err_set(e, ERR_IO, errno, "cannot make the folder '%s': %s", path,
                       strerror(errno));
    }
    ERR_TRY(plot_write_traces(p, e));
    ERR_TRY(plot_write_spikes(p, e));
    return plot_write_rates(p, e);
}

void plot_data_fini(struct plot_data *p)
{
    for (uint32_t k = 0; p->populations != NULL && k < p->n_populations; k++) {
        mem_free(p->populations[k].bins);
    }
    mem_free(p->populations);
    *p = (struct plot_data){0};
}
