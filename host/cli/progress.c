#include "cli/progress.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void progress_begin(struct progress *p, FILE *out)
{
    const char *const terminal = getenv("TERM");
    p->out = out;
    p->is_terminal =
        isatty(fileno(out)) == 1 && (terminal == NULL || strcmp(terminal, "dumb") != 0);
    p->is_shown = false;
    p->last_s = -1;
}

void progress_show(void *progress, const struct striatum_progress *now)
{
    struct progress *const p = progress;
    const double s = clock_now_s();
    if (p->is_quiet || !p->is_terminal || (p->last_s >= 0 && s - p->last_s < 0.1)) {
        return;
    }
    p->last_s = s;
    p->is_shown = true;
    enum { BAR = 24 };
    char bar[BAR + 1];
    const int full = (int)(now->fraction * BAR);
    for (int k = 0; k < BAR; k++) {
        bar[k] = k < full ? '#' : '-';
    }
    bar[BAR] = '\0';
    (void)fprintf(p->out, "\r\033[K%-8s [%s] %3.0f %%", now->phase, bar, now->fraction * 100);
    if (strcmp(now->phase, "build") != 0) {
        (void)fprintf(p->out, "  t = %.0f ms  %.3g spikes/s  real-time factor %.2f",
                      now->model_ms, now->spikes_per_s, now->real_time_factor);
    }
    if (now->seconds_left >= 0) {
        (void)fprintf(p->out, "  %.0f s left", now->seconds_left);
    }
    (void)fflush(p->out);
}

void progress_clear(struct progress *p)
{
    if (p->is_shown) {
        (void)fputs("\r\033[K", p->out);
        (void)fflush(p->out);
        p->is_shown = false;
    }
}
