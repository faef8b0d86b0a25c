/* net/parallel.c: threads are made per loop: a build has a dozen loops of milliseconds to
 * seconds, so a pool would gain nothing. */
#include "net/parallel.h"
#include "lang/flush.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS_MOST = 256 };

struct parallel_loop {
    net_task *task;
    void *context;
    const struct net_progress *progress;
    uint32_t n_items;
    _Atomic uint32_t next, done;
    _Atomic bool stop;
    pthread_mutex_t lock;
    enum err_code code; /* the first error, under the lock */
    struct err err;
};

struct parallel_worker {
    struct parallel_loop *loop;
    uint32_t thread;
};

static void loop_fail(struct parallel_loop *l, enum err_code code, const struct err *e)
{
    pthread_mutex_lock(&l->lock);
    if (l->code == ERR_OK) {
        l->code = code;
        l->err = *e;
    }
    pthread_mutex_unlock(&l->lock);
    atomic_store(&l->stop, true);
}

static bool loop_report(struct parallel_loop *l)
{
    const struct net_progress *const p = l->progress;
    if (p == NULL || p->options == NULL || p->options->progress == NULL) {
        return true;
    }
    const double share = (double)atomic_load(&l->done) / (double)l->n_items;
    return p->options->progress(p->options->context, p->from + (p->to - p->from) * share);
}

static void *loop_run(void *argument)
{
    const struct parallel_worker *const w = argument;
    struct parallel_loop *const l = w->loop;
    struct err e;
    err_clear(&e);
    while (!atomic_load(&l->stop)) {
        const uint32_t item = atomic_fetch_add(&l->next, 1);
        if (item >= l->n_items) {
            break;
        }
        const uint64_t flush = flush_denormals_begin();
        const enum err_code code = l->task(l->context, item, w->thread, &e);
        flush_denormals_end(flush);
        if (code != ERR_OK) {
            loop_fail(l, code, &e);
            break;
        }
        atomic_fetch_add(&l->done, 1);
        if (w->thread == 0 && !loop_report(l)) {
            loop_fail(l, err_set(&e, ERR_INTERRUPTED, 0, "interrupted while connecting"), &e);
            break;
        }
    }
    return NULL;
}

uint32_t net_thread_count(uint32_t wanted)
{
    if (wanted == 0) {
        const long n = sysconf(_SC_NPROCESSORS_ONLN);
        wanted = n > 0 ? (uint32_t)n : 1;
    }
    return wanted < THREADS_MOST ? wanted : THREADS_MOST;
}

enum err_code net_parallel(uint32_t n_threads, uint32_t n_items, net_task *task, void *context,
                           const struct net_progress *progress, struct err *e)
{
    if (n_items == 0) {
        return ERR_OK;
    }
    struct parallel_loop loop = {.task = task,
                                 .context = context,
                                 .progress = progress,
                                 .n_items = n_items,
                                 .code = ERR_OK};
    atomic_init(&loop.next, 0);
    atomic_init(&loop.done, 0);
    atomic_init(&loop.stop, false);
    ERR_IF(pthread_mutex_init(&loop.lock, NULL) != 0, e, ERR_NOMEM, "no memory for a lock");
    struct parallel_worker workers[THREADS_MOST];
    pthread_t threads[THREADS_MOST];
    n_threads = n_threads < n_items ? n_threads : n_items;
    n_threads = n_threads < THREADS_MOST ? n_threads : THREADS_MOST;
    uint32_t n_started = 0;
    for (uint32_t k = 1; k < n_threads; k++) {
        workers[k] = (struct parallel_worker){&loop, k};
        if (pthread_create(&threads[k], NULL, loop_run, &workers[k]) != 0) {
            break; /* fewer threads give the same result */
        }
        n_started = k;
    }
    workers[0] = (struct parallel_worker){&loop, 0};
    loop_run(&workers[0]);
    for (uint32_t k = 1; k <= n_started; k++) {
        pthread_join(threads[k], NULL);
    }
    pthread_mutex_destroy(&loop.lock);
    if (loop.code != ERR_OK && e != NULL) {
        *e = loop.err;
    }
    return loop.code;
}
