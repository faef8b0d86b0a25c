#include "support/expect.h"

#include "base/mem.h"

static void alloc_when_asked_then_memory_is_zero_and_aligned(void **state)
{
    (void)state;
    struct err e = {0};
    for (size_t n = 1; n < 300; n += 7) {
        unsigned char *p;
        EXPECT_OK(mem_alloc(&p, n, 1, &e));
        EXPECT_EQ_I64((uintptr_t)p % 64, 0);
        for (size_t k = 0; k < n; k++) {
            EXPECT_EQ_I64(p[k], 0);
        }
        memset(p, 0xca, n);
        mem_free(p);
    }
}

static void alloc_when_size_overflows_then_error(void **state)
{
    (void)state;
    struct err e = {0};
    void *p = &e;
    EXPECT_ERR(mem_alloc(&p, SIZE_MAX / 2, 3, &e), ERR_NOMEM,
               "more than this machine can address");
    EXPECT_TRUE(p == NULL);
}

static void alloc_when_nothing_is_asked_then_null_and_ok(void **state)
{
    (void)state;
    struct err e = {0};
    void *p = &e;
    EXPECT_OK(mem_alloc(&p, 0, 8, &e));
    EXPECT_TRUE(p == NULL);
}

static void grow_when_full_then_contents_are_kept(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t *p = NULL;
    size_t capacity = 0;
    for (uint32_t k = 0; k < 1000; k++) {
        EXPECT_OK(mem_grow(&p, &capacity, k + 1, sizeof *p, &e));
        p[k] = k * 3;
    }
    for (uint32_t k = 0; k < 1000; k++) {
        EXPECT_EQ_I64(p[k], k * 3);
    }
    mem_free(p);
}

static void fail_at_when_set_then_just_that_request_fails(void **state)
{
    (void)state;
    struct err e = {0};
    void *a, *b, *c;
    (void)mem_fail_at(2);
    EXPECT_OK(mem_alloc(&a, 1, 8, &e));
    EXPECT_ERR(mem_alloc(&b, 1, 8, &e), ERR_NOMEM, "no memory for 64 bytes");
    EXPECT_OK(mem_alloc(&c, 1, 8, &e));
    (void)mem_fail_at(0);
    mem_free(a);
    mem_free(c);
}

static void peak_when_asked_then_it_is_plausible(void **state)
{
    (void)state;
    EXPECT_TRUE(mem_peak_bytes() > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc_when_asked_then_memory_is_zero_and_aligned),
        cmocka_unit_test(alloc_when_size_overflows_then_error),
        cmocka_unit_test(alloc_when_nothing_is_asked_then_null_and_ok),
        cmocka_unit_test(grow_when_full_then_contents_are_kept),
        cmocka_unit_test(fail_at_when_set_then_just_that_request_fails),
        cmocka_unit_test(peak_when_asked_then_it_is_plausible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
