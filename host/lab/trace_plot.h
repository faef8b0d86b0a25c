/* lab/trace_plot.h: a picture of one cell's recorded quantities, by gnuplot. Sees:
 * lab/record.h. */
#ifndef LAB_TRACE_PLOT_H
#define LAB_TRACE_PLOT_H

#include "lab/record.h"

/* Draws into path (a name ending in .svg gives SVG, all else PNG): a panel per variable, the
 * first with ticks at its spikes; what never changes is left out. The script with its data
 * stays as path.gnuplot. Where gnuplot is missing *note says so and ERR_OK is returned. title:
 * for the top. */
enum err_code lab_trace_plot(const struct lab_record *r, uint32_t population, uint32_t cell,
                             const char *title, const char *path, struct text *note,
                             struct err *e) ERR_CHECKED;

#endif
