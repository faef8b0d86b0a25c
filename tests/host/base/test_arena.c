#include "support/expect.h"

#include "base/arena.h"

static void alloc_when_repeated_then_pieces_do_not_overlap(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a;
    EXPECT_OK(arena_create(&a, &e));
    unsigned char *pieces[500];
    for (unsigned k = 0; k < 500; k++) {
        pieces[k] = arena_alloc(a, k * 13 % 700 + 1, 1);
        assert_non_null(pieces[k]);
        EXPECT_EQ_I64((uintptr_t)pieces[k] % 16, 0);
        EXPECT_EQ_I64(pieces[k][0], 0);
        memset(pieces[k], (int)(k & 255), k * 13 % 700 + 1);
    }
    for (unsigned k = 0; k < 500; k++) {
        EXPECT_EQ_I64(pieces[k][k * 13 % 700], k & 255);
    }
    EXPECT_TRUE(!arena_failed(a));
    arena_destroy(a);
    arena_destroy(NULL);
}

static void alloc_when_memory_is_out_then_null_and_remembered(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a;
    EXPECT_OK(arena_create(&a, &e));
    (void)mem_fail_at(1);
    EXPECT_TRUE(arena_alloc(a, 1, 8) == NULL);
    (void)mem_fail_at(0);
    EXPECT_TRUE(arena_failed(a));
    EXPECT_TRUE(arena_alloc(a, SIZE_MAX, 8) == NULL);
    arena_destroy(a);
}

static void push_when_array_grows_then_elements_are_kept(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a;
    EXPECT_OK(arena_create(&a, &e));
    uint64_t *items = NULL;
    uint32_t n = 0, capacity = 0;
    for (uint64_t k = 0; k < 1000; k++) {
        uint64_t *const item = arena_push(a, &items, &n, &capacity, sizeof *item);
        EXPECT_EQ_I64(*item, 0);
        *item = k * k;
    }
    EXPECT_EQ_I64(n, 1000);
    EXPECT_EQ_I64(items[999], 998001);
    EXPECT_EQ_I64(items[7], 49);
    arena_destroy(a);
}

static void print_and_copy_when_used_then_text_is_whole(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a;
    EXPECT_OK(arena_create(&a, &e));
    EXPECT_STR(arena_print(a, "%s-%d", "cell", 17), "cell-17");
    EXPECT_STR(arena_copy(a, "abcdef", 3), "abc");
    EXPECT_STR(arena_copy(a, "", 0), "");
    arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc_when_repeated_then_pieces_do_not_overlap),
        cmocka_unit_test(alloc_when_memory_is_out_then_null_and_remembered),
        cmocka_unit_test(push_when_array_grows_then_elements_are_kept),
        cmocka_unit_test(print_and_copy_when_used_then_text_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
