/* A barrier that spins, then sleeps. Every run has a generation number; a worker that sees a
 * new one works, then takes itself off `remaining`. Sleepers register under the mutex and look
 * again before they wait, and whoever changes a number looks for sleepers after it: all in
 * sequential consistency, so that one of the two sees the other. */
#include "sim/threads.h"

#include "lang/flush.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_SPIN = 4000 };

struct threads_worker {
    struct threads *pool;
    pthread_t id;
    uint32_t number;
};

struct threads {
    uint32_t n, n_started;
    struct threads_worker *workers; /* [n], 0 is the caller */
    void (*work)(void *context, uint32_t thread);
    void *context;
    pthread_mutex_t mutex;
    pthread_cond_t begun, ended;
    bool stops, flushes;
    _Alignas(64) atomic_uint generation;
    _Alignas(64) atomic_uint remaining;
    _Alignas(64) atomic_uint sleepers;
    atomic_uint caller_sleeps;
};

static void threads_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Waits until a generation after `seen` has begun. */
static unsigned threads_await_work(struct threads *t, unsigned seen)
{
    for (int k = 0; k < THREADS_SPIN; k++) {
        const unsigned now = atomic_load(&t->generation);
        if (now != seen) {
            return now;
        }
        threads_relax();
    }
    (void)pthread_mutex_lock(&t->mutex);
    atomic_fetch_add(&t->sleepers, 1);
    while (atomic_load(&t->generation) == seen) {
        (void)pthread_cond_wait(&t->begun, &t->mutex);
    }
    atomic_fetch_sub(&t->sleepers, 1);
    (void)pthread_mutex_unlock(&t->mutex);
    return atomic_load(&t->generation);
}

static void threads_announce_end(struct threads *t)
{
    if (atomic_fetch_sub(&t->remaining, 1) == 1 && atomic_load(&t->caller_sleeps) != 0) {
        (void)pthread_mutex_lock(&t->mutex);
        (void)pthread_cond_signal(&t->ended);
        (void)pthread_mutex_unlock(&t->mutex);
    }
}

static void *threads_main(void *argument)
{
    struct threads_worker *const w = argument;
    struct threads *const t = w->pool;
    if (t->flushes) {
        (void)flush_denormals_begin();
    }
    for (unsigned seen = 0;;) {
        seen = threads_await_work(t, seen);
        if (t->stops) {
            return NULL;
        }
        t->work(t->context, w->number);
        threads_announce_end(t);
    }
}

static void threads_begin(struct threads *t)
{
    atomic_store(&t->remaining, t->n_started);
    atomic_fetch_add(&t->generation, 1);
    if (atomic_load(&t->sleepers) != 0) {
        (void)pthread_mutex_lock(&t->mutex);
        (void)pthread_cond_broadcast(&t->begun);
        (void)pthread_mutex_unlock(&t->mutex);
    }
}

static void threads_await_end(struct threads *t)
{
    for (int k = 0; k < THREADS_SPIN; k++) {
        if (atomic_load(&t->remaining) == 0) {
            return;
        }
        threads_relax();
    }
    (void)pthread_mutex_lock(&t->mutex);
    atomic_store(&t->caller_sleeps, 1);
    while (atomic_load(&t->remaining) != 0) {
        (void)pthread_cond_wait(&t->ended, &t->mutex);
    }
    atomic_store(&t->caller_sleeps, 0);
    (void)pthread_mutex_unlock(&t->mutex);
}

enum err_code threads_create(struct threads **out, uint32_t n, bool flushes, struct err *e)
{
    *out = NULL;
    if (n == 0) {
        const long cores = sysconf(_SC_NPROCESSORS_ONLN);
        n = cores < 1 ? 1 : (uint32_t)cores;
    }
    n = n > THREADS_MAX ? THREADS_MAX : n;
    struct threads *t;
    ERR_TRY(mem_alloc(&t, 1, sizeof *t, e));
    t->n = n;
    t->flushes = flushes;
    atomic_init(&t->generation, 0);
    atomic_init(&t->remaining, 0);
    atomic_init(&t->sleepers, 0);
    atomic_init(&t->caller_sleeps, 0);
    (void)pthread_mutex_init(&t->mutex, NULL);
    (void)pthread_cond_init(&t->begun, NULL);
    (void)pthread_cond_init(&t->ended, NULL);
    const enum err_code code = mem_alloc(&t->workers, n, sizeof *t->workers, e);
    if (code != ERR_OK) {
        threads_destroy(t);
        return code;
    }
    for (uint32_t k = 1; k < n; k++) {
        t->workers[k] = (struct threads_worker){.pool = t, .number = k};
        const int fault = pthread_create(&t->workers[k].id, NULL, threads_main, &t->workers[k]);
        if (fault != 0) {
            threads_destroy(t);
            return err_set(e, ERR_LIMIT, fault,
                           "cannot start thread %u of %u: %s; ask for fewer with --threads",
                           k + 1, n, strerror(fault));
        }
        t->n_started++;
    }
    *out = t;
    return ERR_OK;
}

void threads_destroy(struct threads *t)
{
    if (t == NULL) {
        return;
    }
    if (t->n_started != 0) {
        t->stops = true;
        threads_begin(t);
        for (uint32_t k = 1; k <= t->n_started; k++) {
            (void)pthread_join(t->workers[k].id, NULL);
        }
    }
    (void)pthread_cond_destroy(&t->ended);
    (void)pthread_cond_destroy(&t->begun);
    (void)pthread_mutex_destroy(&t->mutex);
    mem_free(t->workers);
    mem_free(t);
}

uint32_t threads_count(const struct threads *t)
{
    return t->n;
}

void threads_run(struct threads *t, void (*work)(void *context, uint32_t thread), void *context)
{
    t->work = work;
    t->context = context;
    if (t->n_started != 0) {
        threads_begin(t);
    }
    if (t->flushes) {
        const uint64_t before = flush_denormals_begin();
        work(context, 0);
        flush_denormals_end(before);
    } else {
        work(context, 0);
    }
    if (t->n_started != 0) {
        threads_await_end(t);
    }
}
