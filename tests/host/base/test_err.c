#include "support/expect.h"

static void err_set_when_given_a_format_then_message_and_code_are_kept(void **state)
{
    (void)state;
    struct err e = {0};
    EXPECT_EQ_I64(err_set(&e, ERR_IO, 28, "cannot write '%s'", "x"), ERR_IO);
    EXPECT_STR(e.msg, "cannot write 'x'");
    EXPECT_EQ_I64(e.code, ERR_IO);
    EXPECT_EQ_I64(e.sub, 28);
    EXPECT_EQ_I64(err_set(NULL, ERR_CL, 0, "no place for a message"), ERR_CL);
}

static void err_note_when_added_then_it_follows_in_brackets(void **state)
{
    (void)state;
    struct err e = {0};
    (void)err_set(&e, ERR_CL, -5, "clFinish: CL_OUT_OF_RESOURCES");
    err_note(&e, "while building projection '%s'", "FSI_SPN");
    EXPECT_STR(e.msg, "clFinish: CL_OUT_OF_RESOURCES (while building projection 'FSI_SPN')");
}

static void err_note_when_message_is_long_then_it_is_cut_and_terminated(void **state)
{
    (void)state;
    struct err e = {0};
    char longest[600];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    (void)err_set(&e, ERR_IO, 0, "%s", longest);
    err_note(&e, "%s", longest);
    EXPECT_TRUE(strlen(e.msg) < sizeof e.msg);
    (void)err_set(&e, ERR_IO, 0, "short");
    err_note(&e, "%s", longest);
    EXPECT_TRUE(strlen(e.msg) < sizeof e.msg);
    EXPECT_CONTAINS(e.msg, "short (xxx");
}

static void exit_status_when_asked_then_it_is_that_of_the_design(void **state)
{
    (void)state;
    EXPECT_EQ_I64(err_exit_status(ERR_OK), 0);
    EXPECT_EQ_I64(err_exit_status(ERR_USAGE), 2);
    EXPECT_EQ_I64(err_exit_status(ERR_FILE), 3);
    EXPECT_EQ_I64(err_exit_status(ERR_NO_DEVICE), 4);
    EXPECT_EQ_I64(err_exit_status(ERR_INTERRUPTED), 1);
    for (int code = ERR_OK + 1; code < ERR_N; code++) {
        EXPECT_TRUE(err_exit_status((enum err_code)code) > 0);
        EXPECT_TRUE(strncmp(err_name((enum err_code)code), "ERR_", 4) == 0);
        EXPECT_TRUE(err_sentence((enum err_code)code)[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_set_when_given_a_format_then_message_and_code_are_kept),
        cmocka_unit_test(err_note_when_added_then_it_follows_in_brackets),
        cmocka_unit_test(err_note_when_message_is_long_then_it_is_cut_and_terminated),
        cmocka_unit_test(exit_status_when_asked_then_it_is_that_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
