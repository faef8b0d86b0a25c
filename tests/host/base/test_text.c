#include "support/expect.h"

#include "base/text.h"

static void add_when_repeated_then_text_grows(void **state)
{
    (void)state;
    struct text t = {0};
    EXPECT_STR(text_string(&t), "");
    for (int k = 0; k < 1000; k++) {
        text_print(&t, "%d,", k);
    }
    EXPECT_EQ_I64(t.length, 3890);
    EXPECT_CONTAINS(text_string(&t), ",500,501,");
    text_fini(&t);
    EXPECT_EQ_I64(t.length, 0);
}

static void distance_when_letters_differ_then_edits_are_counted(void **state)
{
    (void)state;
    EXPECT_EQ_I64(text_distance("weight", "weight"), 0);
    EXPECT_EQ_I64(text_distance("weigth", "weight"), 1); /* two letters exchanged */
    EXPECT_EQ_I64(text_distance("wieght", "weight"), 1);
    EXPECT_EQ_I64(text_distance("", "abc"), 3);
    EXPECT_EQ_I64(text_distance("dely", "delay"), 1);
    EXPECT_EQ_I64(text_distance("kitten", "sitting"), 3);
}

static void nearest_when_a_word_is_near_then_it_is_found(void **state)
{
    (void)state;
    const char *const words[] = {"weight", "delay", "receptor", "p"};
    EXPECT_STR(text_nearest("wieght", words, 4), "weight");
    EXPECT_STR(text_nearest("delays", words, 4), "delay");
    EXPECT_TRUE(text_nearest("population", words, 4) == NULL);
    EXPECT_TRUE(text_nearest("anything", words, 0) == NULL);
}

static void read_file_when_it_cannot_be_read_then_the_message_says_why(void **state)
{
    (void)state;
    struct err e = {0};
    char *bytes;
    size_t n;
    EXPECT_ERR(text_read_file(&bytes, &n, "no/such/file.yaml", 100, &e), ERR_FILE,
               "No such file");
    EXPECT_ERR(text_read_file(&bytes, &n, TEST_SOURCE_DIR, 100, &e), ERR_FILE,
               "it is a directory");
    EXPECT_ERR(text_read_file(&bytes, &n, TEST_SOURCE_DIR "/LICENSE", 100, &e), ERR_FILE,
               "at most 100");
    EXPECT_ERR(text_read_file(&bytes, &n, "/dev/zero", 1000, &e), ERR_FILE,
               "longer than the 1000 bytes");
}

static void read_file_when_sound_then_it_is_whole(void **state)
{
    (void)state;
    struct err e = {0};
    char *bytes;
    size_t n;
    EXPECT_OK(text_read_file(&bytes, &n, TEST_SOURCE_DIR "/LICENSE", 1000000, &e));
    EXPECT_TRUE(n > 10000);
    EXPECT_EQ_I64(strlen(bytes), n);
    EXPECT_CONTAINS(bytes, "Apache License");
    mem_free(bytes);
    EXPECT_OK(text_read_file(&bytes, &n, "/dev/null", 10, &e));
    EXPECT_EQ_I64(n, 0);
    EXPECT_STR(bytes, "");
    mem_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_when_repeated_then_text_grows),
        cmocka_unit_test(distance_when_letters_differ_then_edits_are_counted),
        cmocka_unit_test(nearest_when_a_word_is_near_then_it_is_found),
        cmocka_unit_test(read_file_when_it_cannot_be_read_then_the_message_says_why),
        cmocka_unit_test(read_file_when_sound_then_it_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
