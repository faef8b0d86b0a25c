/* cli/progress.h: one line on a terminal that says how far a run is; nothing where standard
 * error is no terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "striatum.h"
#include <stdio.h>

struct progress {
    FILE *out;
    bool is_quiet, is_terminal, is_shown;
    double last_s; /* monotonic time of the last line */
};

void progress_begin(struct progress *p, FILE *out); /* keeps is_quiet */
void progress_show(void *progress,
                   const struct striatum_progress *now); /* at most ten times a second */
void progress_clear(struct progress *p);

#endif
