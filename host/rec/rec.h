/* rec/rec.h: results on disk in SONATA form (facts: docs/results.md): spikes.h5,
 * VARIABLE_report.h5, nodes.h5, summary.json, and the data of the overview plot. Sees: base,
 * net, sim. Files are written into DIR.partial and take DIR's name when the run has ended well.
 */
#ifndef REC_REC_H
#define REC_REC_H

#include "sim/sim.h"

struct rec; /* an open result folder */

struct rec_options {
    const char *dir; /* final name */
    const char *version, *command;
};
/* Makes DIR.partial (replacing a stale one of ours; ERR_IO where DIR exists and its
 * summary.json is not ours), writes nodes.h5 and the flattened network. */
enum err_code rec_open(struct rec **out, const struct network *n, const struct rec_options *o,
                       struct err *e) ERR_CHECKED;
/* The sink that writes spikes and rows; progress is left to the caller (NULL). Borrowed: the
 * rec. */
struct sim_sink rec_sink(struct rec *r);

enum rec_status { REC_COMPLETE, REC_INTERRUPTED, REC_FAILED };
struct rec_timing {
    double read, check, plan, compile, build, simulate, write, total;
};
struct rec_summary {
    enum rec_status status;
    const struct sim_report *report;
    struct rec_timing timing;
    const char *backend, *device_name, *why_device;
    const char *message; /* of a failure, or NULL */
    const char *const *warnings;
    uint32_t n_warnings;
};
/* Closes the files, writes summary.json, and (REC_COMPLETE) renames the folder. *write_s gets
 * the seconds spent in writing so far and here. After an error the partial folder stays. */
enum err_code rec_close(struct rec *r, struct rec_summary *s, struct text *json,
                        struct err *e) ERR_CHECKED;
void rec_destroy(struct rec *r);          /* accepts NULL; closes files without a summary */
const char *rec_dir(const struct rec *r); /* where the files are now */

/* overview.png through gnuplot, from the files in dir. *note says what is missing (gnuplot not
 * installed) where it returns ERR_OK without a picture. */
enum err_code rec_plot_overview(const char *dir, struct text *note, struct err *e) ERR_CHECKED;

#endif
