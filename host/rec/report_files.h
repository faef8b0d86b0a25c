/* rec/report_files.h: VARIABLE_report.h5: /report/POPULATION/{data, mapping}, one file per
 * variable, a group per population. Two traces of one variable and population (other cells,
 * another interval) cannot share a group: the second goes to VARIABLE_2_report.h5, and so on.
 * Sees: net, sim. */
#ifndef REC_REPORT_FILES_H
#define REC_REPORT_FILES_H

#include "rec/rec_folder.h"
#include "sim/sim.h"

struct report_files;

/* Makes all files of the network's traces, empty ones too. */
enum err_code report_files_create(struct report_files **out, const struct rec_folder *folder,
                                  const struct network *n, struct err *e) ERR_CHECKED;
/* Takes the next n_rows rows of a trace. They are written as float32 of a network in single
 * precision, as float64 of one in double. */
enum err_code report_files_add(struct report_files *r, uint32_t trace, uint32_t n_rows,
                               const double *values, struct err *e) ERR_CHECKED;
/* What was taken so far is on disk and readable, with its stop time. */
enum err_code report_files_flush(struct report_files *r, struct err *e) ERR_CHECKED;
/* Closes and frees, also after an error; accepts NULL. */
enum err_code report_files_close(struct report_files *r, struct err *e) ERR_CHECKED;

#endif
