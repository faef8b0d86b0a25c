/* lab/trace_csv.h: what was recorded of one population's cell as CSV: a header, then a row per
 * recorded time. Sees: lab/record.h. */
#ifndef LAB_TRACE_CSV_H
#define LAB_TRACE_CSV_H

#include "lab/record.h"

/* Columns: t_ms, then each trace of the population in order, "name" or "name (unit)"; numbers
 * with as many digits as give back the same number. Traces must share their times. cell:
 * position among the recorded ones. */
void lab_trace_csv(const struct lab_record *r, uint32_t population, uint32_t cell,
                   struct text *out);

#endif
