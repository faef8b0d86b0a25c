/* rec/plot_data.h: what overview.png shows, read from a result folder and written to DIR/plot
 * as plain columns, so that a user can draw it in another way. Sees: base. Memory:
 * plot_data_fini frees. */
#ifndef REC_PLOT_DATA_H
#define REC_PLOT_DATA_H

#include "base/text.h"

enum { PLOT_ROWS = 1000, PLOT_TRACES = 3, PLOT_BINS = 1000 };

struct plot_population {
    char name[128];
    uint64_t n_cells, n_spikes;
    double rate_hz;
    uint32_t n_rows;  /* cells shown, evenly spread over the population */
    uint64_t n_shown; /* spikes in the raster */
    double low, high; /* its band of the raster, first population on top */
    double *bins;     /* [n_bins] spikes, then Hz */
    double most_hz;   /* of the bins */
};

struct plot_trace {
    uint32_t population; /* in populations */
    uint64_t cell;
    uint64_t n_ticks;
    double least, most; /* of the trace */
};

struct plot_data {
    const char *dir; /* borrowed */
    char name[256], status[32], hash[32];
    double duration_ms, bin_ms;
    uint32_t n_bins, n_populations, n_traces;
    struct plot_population *populations;
    struct plot_trace traces[PLOT_TRACES];
    char unit[32]; /* of the traces */
    uint64_t n_spikes, n_shown;
    double height; /* of all bands */
};

/* Reads DIR/summary.json, spikes.h5 and v_report.h5, and writes DIR/plot/{raster_N, trace_N,
 * ticks_N, rates}.txt. Errors: ERR_IO with the file's name. */
enum err_code plot_data_collect(struct plot_data *p, const char *dir,
                                struct err *e) ERR_CHECKED;
void plot_data_fini(struct plot_data *p);
/* "DIR/NAME" into out. */
void plot_data_path(const struct plot_data *p, const char *name, char *out, size_t n);

#endif
