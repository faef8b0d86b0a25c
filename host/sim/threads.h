/* sim/threads.h: a pool of threads that lives as long as a backend. A slice of a small network
 * takes some microseconds, so whoever waits spins a little before it sleeps. Sees: base.
 * Threads: threads_run is called from the thread that created the pool. Memory: threads_destroy
 * frees. */
#ifndef SIM_THREADS_H
#define SIM_THREADS_H

#include "base/mem.h"

#define THREADS_MAX 1024u

struct threads;

/* A pool of n threads in all, the caller included (0: one per core that is online). flushes:
 * subnormals are flushed in every thread of the pool while it works, as single precision wants
 * (design section 5). Errors: ERR_NOMEM, ERR_LIMIT where a thread cannot be started. */
enum err_code threads_create(struct threads **out, uint32_t n, bool flushes,
                             struct err *e) ERR_CHECKED;
void threads_destroy(struct threads *t); /* accepts NULL */
uint32_t threads_count(const struct threads *t);
/* Runs work(context, k) for every thread k at once, 0 on the caller's thread, and returns when
 * all are done. What they wrote is visible to the caller and to the next threads_run. */
void threads_run(struct threads *t, void (*work)(void *context, uint32_t thread),
                 void *context);

#endif
