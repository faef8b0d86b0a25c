/* rec/summary.h: summary.json: what a run was, found, cost. Keys: docs/results.md. Sees: net,
 * sim. */
#ifndef REC_SUMMARY_H
#define REC_SUMMARY_H

#include "rec/rec.h"

/* Is this the summary.json of a run of ours? */
bool summary_is_ours(const char *path);
/* The text of a run that has begun: it marks the folder as ours. */
enum err_code summary_begin(const struct network *n, const struct rec_options *o,
                            struct text *out, struct err *e) ERR_CHECKED;
/* The text at the end. */
enum err_code summary_end(const struct network *n, const struct rec_options *o,
                          const struct rec_summary *s, struct text *out,
                          struct err *e) ERR_CHECKED;

#endif
