/* lab/trace_plot.h: a picture of one cell's recorded quantities, by gnuplot. Sees:
 * lab/record.h. */
#ifndef LAB_TRACE_PLOT_H
#define LAB_TRACE_PLOT_H

#include "lab/record.h"

/* Draws into path (a name ending in .svg gives SVG, all else PNG): the first variable with its
 * spikes on top, the last (the current) below, all other quantities between them in panels by
 * unit. Where gnuplot is missing *note says so and ERR_OK is returned. title: for the top. */
enum err_code lab_trace_plot(const struct lab_record *r, uint32_t population, uint32_t cell,
                             const char *title, const char *path, struct text *note,
                             struct err *e) ERR_CHECKED;

#endif
