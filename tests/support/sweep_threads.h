/* tests/support/sweep_threads.h: a long loop in as many threads as there are processors, for
 * the exhaustive tests. Parts are dealt out in turn; a part must not depend on which thread
 * runs it. */
#ifndef SUPPORT_SWEEP_THREADS_H
#define SUPPORT_SWEEP_THREADS_H

#include "support/expect.h"

#include <pthread.h>
#include <unistd.h>

#define PARALLEL_MOST 16

typedef void parallel_edge(void *context, uint32_t thread);
typedef void parallel_part(void *context, uint32_t thread, uint32_t part);

struct parallel_thread {
    pthread_t id;
    parallel_edge *begin, *end;
    parallel_part *part;
    void *context;
    uint32_t thread, n_threads, n_parts;
};

static inline void *parallel_body(void *argument)
{
    struct parallel_thread *const t = argument;
    if (t->begin != NULL) {
        t->begin(t->context, t->thread);
    }
    for (uint32_t k = t->thread; k < t->n_parts; k += t->n_threads) {
        t->part(t->context, t->thread, k);
    }
    if (t->end != NULL) {
        t->end(t->context, t->thread);
    }
    return NULL;
}

/* Runs part 0 … n_parts - 1; begin and end (may be NULL) run once in each thread. Returns the
 * number of threads. */
static inline uint32_t parallel_run(uint32_t n_parts, parallel_edge *begin, parallel_part *part,
                                    parallel_edge *end, void *context)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    const uint32_t n = online < 1               ? 1u
                       : online > PARALLEL_MOST ? PARALLEL_MOST
                                                : (uint32_t)online;
    struct parallel_thread threads[PARALLEL_MOST];
    for (uint32_t k = 0; k < n; ++k) {
        threads[k] = (struct parallel_thread){.begin = begin,
                                              .end = end,
                                              .part = part,
                                              .context = context,
                                              .thread = k,
                                              .n_threads = n,
                                              .n_parts = n_parts};
        EXPECT_EQ_I64(pthread_create(&threads[k].id, NULL, parallel_body, &threads[k]), 0);
    }
    for (uint32_t k = 0; k < n; ++k) {
        EXPECT_EQ_I64(pthread_join(threads[k].id, NULL), 0);
    }
    return n;
}

#endif
