#include "support/expect.h"

#include "base/diag.h"

struct fixture {
    struct arena *arena;
    struct diag_list d;
    struct text out;
};

static int begin(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    if (arena_create(&f.arena, NULL) != ERR_OK) {
        return 1;
    }
    diag_init(&f.d, f.arena);
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *const f = *state;
    text_fini(&f->out);
    arena_destroy(f->arena);
    return 0;
}

static void print_when_source_is_known_then_line_and_caret_are_shown(void **state)
{
    struct fixture *const f = *state;
    static const char source[] = "a: 1\nwieght: 3\n";
    diag_add_source(&f->d, "n.yaml", source, sizeof source - 1);
    diag_error(&f->d, ((struct pos){"n.yaml", 2, 1}), 6, "did you mean 'weight'?",
               "unknown key '%s'", "wieght");
    diag_print(&f->d, 20, &f->out);
    EXPECT_STR(text_string(&f->out), "n.yaml:2:1: error: unknown key 'wieght'\n    wieght: 3\n "
                                     "   ^~~~~~\n  hint: did you mean 'weight'?\n");
    EXPECT_EQ_I64(f->d.n_errors, 1);
}

static void print_when_many_then_sorted_by_place_and_cut(void **state)
{
    struct fixture *const f = *state;
    for (uint32_t k = 30; k >= 1; k--) {
        diag_error(&f->d, ((struct pos){"n.yaml", k, 1}), 1, NULL, "fault %u", k);
    }
    diag_print(&f->d, 20, &f->out);
    EXPECT_TRUE(strncmp(text_string(&f->out), "n.yaml:1:1: error: fault 1\nn.yaml:2:1:", 38) ==
                0);
    EXPECT_CONTAINS(text_string(&f->out), "fault 20\n");
    EXPECT_TRUE(strstr(text_string(&f->out), "fault 21\n") == NULL);
    EXPECT_CONTAINS(text_string(&f->out), "and 10 more");
}

static void add_when_repeated_then_kept_once(void **state)
{
    struct fixture *const f = *state;
    diag_error(&f->d, ((struct pos){"n.yaml", 3, 4}), 1, NULL, "same");
    diag_error(&f->d, ((struct pos){"n.yaml", 3, 4}), 1, NULL, "same");
    diag_warning(&f->d, ((struct pos){"n.yaml", 3, 5}), 1, NULL, "same");
    EXPECT_EQ_I64(f->d.n, 2);
    EXPECT_EQ_I64(f->d.n_errors, 1);
}

static void print_when_column_is_beyond_the_line_then_no_harm(void **state)
{
    struct fixture *const f = *state;
    static const char source[] = "ab\n\xc2\xb5m: 1";
    diag_add_source(&f->d, "n.yaml", source, sizeof source - 1);
    diag_error(&f->d, ((struct pos){"n.yaml", 1, 900}), 5, NULL, "far");
    diag_error(&f->d, ((struct pos){"n.yaml", 99, 1}), 5, NULL, "deep");
    diag_error(&f->d, ((struct pos){"n.yaml", 2, 4}), 1, NULL,
               "after a character of two bytes");
    diag_error(&f->d, ((struct pos){NULL, 0, 0}), 0, NULL, "nowhere");
    diag_print(&f->d, 0, &f->out);
    EXPECT_CONTAINS(text_string(&f->out), "n.yaml:99:1: error: deep");
    EXPECT_CONTAINS(text_string(&f->out), "\n    \xc2\xb5m: 1\n      ^\n");
    EXPECT_CONTAINS(text_string(&f->out), "error: nowhere\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            print_when_source_is_known_then_line_and_caret_are_shown, begin, end),
        cmocka_unit_test_setup_teardown(print_when_many_then_sorted_by_place_and_cut, begin,
                                        end),
        cmocka_unit_test_setup_teardown(add_when_repeated_then_kept_once, begin, end),
        cmocka_unit_test_setup_teardown(print_when_column_is_beyond_the_line_then_no_harm,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
