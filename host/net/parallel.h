/* net/parallel.h: a loop over items on several threads, each with subnormals flushed. Items are
 * handed out in order; no result depends on which thread takes which. Sees: base, lang/flush.h.
 * Threads: made and joined within one call. */
#ifndef NET_PARALLEL_H
#define NET_PARALLEL_H

#include "net/network.h"

/* thread: 0 … n_threads - 1; 0 is the caller's. */
typedef enum err_code net_task(void *context, uint32_t item, uint32_t thread, struct err *e);

struct net_progress {
    const struct net_build_options *options;
    double from, to; /* fraction of the whole before and after this loop */
};

/* 0 threads: all of the machine. */
uint32_t net_thread_count(uint32_t wanted);
/* Ends early on the first error of any item, and with ERR_INTERRUPTED where progress says stop.
 * progress may be NULL. */
enum err_code net_parallel(uint32_t n_threads, uint32_t n_items, net_task *task, void *context,
                           const struct net_progress *progress, struct err *e) ERR_CHECKED;

#endif
