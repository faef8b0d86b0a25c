#include "support/expect.h"

#include "sim/threads.h"

#include <float.h>
#include <stdatomic.h>
#include <time.h>

struct tally {
    atomic_uint calls[8];
    uint32_t seen[8]; /* written by one thread, read by all in the next run */
    atomic_uint faults;
    uint32_t n, round;
};

static void count_call(void *context, uint32_t thread)
{
    struct tally *const t = context;
    atomic_fetch_add(&t->calls[thread], 1);
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->round % 2 == 1 && t->seen[k] != t->round - 1) {
            atomic_fetch_add(&t->faults, 1); /* a write of the run before is missing */
        }
    }
    if (t->round % 2 == 0) {
        t->seen[thread] = t->round;
    }
}

static void every_thread_works_once_when_run(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 5; n++) {
        struct err e;
        struct threads *pool;
        EXPECT_OK(threads_create(&pool, n, true, &e));
        EXPECT_EQ_I64(threads_count(pool), n);
        struct tally t = {.n = n};
        for (t.round = 0; t.round < 2000; t.round++) {
            threads_run(pool, count_call, &t);
        }
        for (uint32_t k = 0; k < n; k++) {
            EXPECT_EQ_I64(atomic_load(&t.calls[k]), 2000);
        }
        EXPECT_EQ_I64(atomic_load(&t.faults), 0);
        threads_destroy(pool);
    }
}

static void sleeping_threads_wake_when_run(void **state)
{
    (void)state;
    struct err e;
    struct threads *pool;
    EXPECT_OK(threads_create(&pool, 3, true, &e));
    struct tally t = {.n = 0};
    for (int k = 0; k < 20; k++) {
        const struct timespec pause = {.tv_nsec = 2000000};
        (void)nanosleep(&pause, NULL);
        threads_run(pool, count_call, &t);
    }
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_EQ_I64(atomic_load(&t.calls[k]), 20);
    }
    threads_destroy(pool);
}

struct flushed {
    volatile float small, half;
    float result[4];
};

static void halve(void *context, uint32_t thread)
{
    struct flushed *const f = context;
    f->result[thread] = f->small * f->half;
}

static void subnormals_are_flushed_in_every_thread_and_kept_outside(void **state)
{
    (void)state;
    struct err e;
    struct threads *pool;
    EXPECT_OK(threads_create(&pool, 4, true, &e));
    struct flushed f = {
        .small = FLT_MIN, .half = 0.5f, .result = {1, 1, 1, 1}
    };
    threads_run(pool, halve, &f);
    for (int k = 0; k < 4; k++) {
        EXPECT_SAME_F32(f.result[k], 0.0f);
    }
    EXPECT_TRUE(f.small * f.half > 0.0f);
    threads_destroy(pool);
    threads_destroy(NULL);
}

static void subnormals_are_kept_in_every_thread_when_not_to_be_flushed(void **state)
{
    (void)state;
    struct err e;
    struct threads *pool;
    EXPECT_OK(threads_create(&pool, 4, false, &e));
    struct flushed f = {.small = FLT_MIN, .half = 0.5f};
    threads_run(pool, halve, &f);
    for (int k = 0; k < 4; k++) {
        EXPECT_SAME_F32(f.result[k], FLT_MIN * 0.5f);
    }
    threads_destroy(pool);
}

static void creation_reports_when_memory_is_out(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 2; n++) {
        struct err e = {0};
        struct threads *pool;
        (void)mem_fail_at(n);
        EXPECT_ERR(threads_create(&pool, 2, true, &e), ERR_NOMEM, "no memory");
        EXPECT_TRUE(pool == NULL);
        (void)mem_fail_at(0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_thread_works_once_when_run),
        cmocka_unit_test(sleeping_threads_wake_when_run),
        cmocka_unit_test(subnormals_are_flushed_in_every_thread_and_kept_outside),
        cmocka_unit_test(subnormals_are_kept_in_every_thread_when_not_to_be_flushed),
        cmocka_unit_test(creation_reports_when_memory_is_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
