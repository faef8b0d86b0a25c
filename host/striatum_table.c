/* striatum_table.c: the short table that a run prints for people. It ends in the spike hash. */
#include "striatum_handle.h"

#include <inttypes.h>
#include <stdio.h>

static const char *bytes_text(char *buffer, size_t n, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    unsigned k = 0;
    while (value >= 1000 && k < 4) {
        value /= 1000;
        k++;
    }
    (void)snprintf(buffer, n, k == 0 ? "%.0f %s" : "%.3g %s", value, units[k]);
    return buffer;
}

/* "stopped at 40.5 ms by any(…): integrator 2, 7", or that it never held. */
static void add_stop(struct text *t, const struct network *n, const struct sim_report *r)
{
    enum { SHOWN = 8 };
    const struct desc_stop *const stop = n->desc->stop;
    if (stop == NULL) {
        return;
    }
    if (!r->has_stopped) {
        text_print(t, "  not stopped: %s never held\n", stop->text);
        return;
    }
    text_print(t, "  stopped at %.10g ms by %s", ir_time_ms(r->n_done, n->dt_fs), stop->text);
    for (uint32_t k = 0; k < r->n_stop_terms; k++) {
        for (uint32_t c = 0; c < r->n_stop_cells[k] && c < SHOWN; c++) {
            text_print(t, c == 0 ? "; %s %u" : ", %.0s%u",
                       n->desc->populations[stop->terms[k].population].name,
                       r->stop_cells[k][c]);
        }
        if (r->n_stop_cells[k] > SHOWN) {
            text_print(t, " and %u more", r->n_stop_cells[k] - SHOWN);
        }
    }
    text_add(t, "\n");
}

void striatum_make_table(struct striatum *s, const struct network *n,
                         const struct rec_summary *summary)
{
    struct text *const t = &s->summary_table;
    const struct sim_report *const r = summary->report;
    const double dt_ms = (double)n->dt_fs * 1e-12;
    const double seconds = r->n_done > 0 ? (double)r->n_done * dt_ms / 1000 : 0;
    const double all_seconds = (double)(r->n_done + n->n_settle) * dt_ms / 1000;
    char host[32], device[32];
    text_fini(t);
    text_print(t, "%s\n", n->desc->name != NULL ? n->desc->name : n->desc->stem);
    text_print(t, "  %-14s %10s %12s %10s\n", "population", "cells", "spikes", "rate Hz");
    for (uint32_t p = 0; p < n->n_populations && r->population_spikes != NULL; p++) {
        const double cells = n->populations[p].n;
        text_print(t, "  %-14s %10" PRIu32 " %12" PRIu64 " %10.3f\n", n->populations[p].name,
                   n->populations[p].n, r->population_spikes[p],
                   seconds > 0 && cells > 0 ? (double)r->population_spikes[p] / cells / seconds
                                            : 0);
    }
    text_print(t,
               "  cells %" PRIu64 ", synapses %" PRIu64
               ", model time %.6g s after %.6g s of settling\n",
               n->n_cells, n->n_edges, seconds, (double)n->n_settle * dt_ms / 1000);
    add_stop(t, n, r);
    text_print(t,
               "  read %.2f s, check %.2f s, compile %.2f s, build %.2f s, simulate %.2f s "
               "(real-time factor %.2f), write %.2f s, total %.2f s\n",
               summary->timing.read, summary->timing.check, r->compile_s, summary->timing.build,
               r->simulate_s, all_seconds > 0 ? r->simulate_s / all_seconds : 0,
               summary->timing.write, summary->timing.total);
    text_print(t, "  memory: host %s%s%s; %s on %s%s%s\n",
               bytes_text(host, sizeof host, mem_peak_bytes()),
               r->device_bytes ? ", device " : "",
               r->device_bytes ? bytes_text(device, sizeof device, r->device_bytes) : "",
               summary->backend, summary->device_name, r->note[0] != '\0' ? ": " : "", r->note);
    text_print(t, "  results in %s%s\n", text_string(&s->output_dir),
               summary->status == REC_INTERRUPTED ? " (interrupted)"
               : summary->status == REC_FAILED    ? " (failed)"
                                                  : "");
    text_print(t, "spikes %" PRIu64 ", hash %016" PRIx64 "\n", r->n_spikes, r->hash);
}
