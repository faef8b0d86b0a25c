#include "support/expect.h"

#include "base/opt.h"

struct values {
    const char *device;
    bool plot;
    uint32_t width, delivery;
    struct opt_texts sets;
};

static enum err_code parse(struct values *v, struct opt_result *r, int argc,
                           const char *const *argv, struct text *help, struct err *e)
{
    const struct opt rows[] = {
        {"device",   'd', OPT_TEXT,   &v->device,   "DEVICE",     NULL,                      "where to run"  },
        {"plot",     0,   OPT_FLAG,   &v->plot,     NULL,         NULL,                      "draw"          },
        {"width",    0,   OPT_COUNT,  &v->width,    "N",          NULL,                      "lanes"         },
        {"delivery", 0,   OPT_CHOICE, &v->delivery, NULL,         "auto|atomic|partitioned", "how"           },
        {"set",      0,   OPT_TEXTS,  &v->sets,     "PATH=VALUE", NULL,                      "change a value"},
    };
    const struct opt_command c = {.name = "run",
                                  .arguments = "NET",
                                  .summary = "Runs.",
                                  .examples = "  striatum run x",
                                  .rows = rows,
                                  .n_rows = 5,
                                  .least = 1,
                                  .most = 1};
    char *copies[16];
    for (int k = 0; k < argc; k++) {
        copies[k] = strdup(argv[k]);
    }
    if (help != NULL) {
        opt_help(&c, help);
    }
    return opt_parse(&c, argc, copies, r, e); /* the copies are left to the values */
}

#define PARSE(...)                                                                             \
    parse(&v, &r, (int)(sizeof(const char *[]){__VA_ARGS__} / sizeof(char *)),                 \
          (const char *const[]){__VA_ARGS__}, NULL, &e)

static void parse_when_options_are_right_then_values_are_set(void **state)
{
    (void)state;
    struct values v = {0};
    struct opt_result r;
    struct err e = {0};
    EXPECT_OK(PARSE("run", "--device=cpu", "net.yaml", "--plot", "--width", "16", "--delivery",
                    "partitioned", "--set", "a=1", "--set=b=2"));
    EXPECT_STR(v.device, "cpu");
    EXPECT_TRUE(v.plot);
    EXPECT_EQ_I64(v.width, 16);
    EXPECT_EQ_I64(v.delivery, 2);
    EXPECT_EQ_I64(v.sets.n, 2);
    EXPECT_STR(v.sets.items[1], "b=2");
    EXPECT_STR(r.positional[0], "net.yaml");
    EXPECT_OK(PARSE("run", "-dgpu", "--", "-odd-name.yaml"));
    EXPECT_STR(v.device, "gpu");
    EXPECT_STR(r.positional[0], "-odd-name.yaml");
}

static void parse_when_options_are_wrong_then_the_message_says_what_to_do(void **state)
{
    (void)state;
    struct values v = {0};
    struct opt_result r;
    struct err e = {0};
    EXPECT_ERR(PARSE("run", "--devcie", "x"), ERR_USAGE, "did you mean '--device'?");
    EXPECT_ERR(PARSE("run", "--zzz", "x"), ERR_USAGE, "see 'striatum run --help'");
    EXPECT_ERR(PARSE("run", "x", "--width", "0"), ERR_USAGE, "--width is '0'");
    EXPECT_ERR(PARSE("run", "x", "--width", "-3"), ERR_USAGE, "whole number");
    EXPECT_ERR(PARSE("run", "x", "--width", "99999999999"), ERR_USAGE, "--width");
    EXPECT_ERR(PARSE("run", "x", "--width"), ERR_USAGE, "needs a value");
    EXPECT_ERR(PARSE("run", "x", "--plot=3"), ERR_USAGE, "takes no value");
    EXPECT_ERR(PARSE("run", "x", "--delivery", "fast"), ERR_USAGE,
               "it can be auto|atomic|partitioned");
    EXPECT_ERR(PARSE("run", "x", "--delivery", "auto|atomic"), ERR_USAGE, "it can be");
    EXPECT_ERR(PARSE("run", "x", "y"), ERR_USAGE, "one argument too many");
    EXPECT_ERR(PARSE("run"), ERR_USAGE, "needs NET");
}

static void help_when_printed_then_each_option_is_there(void **state)
{
    (void)state;
    struct values v = {0};
    struct opt_result r;
    struct err e = {0};
    struct text help = {0};
    const char *const argv[] = {"run", "--help"};
    EXPECT_OK(parse(&v, &r, 2, argv, &help, &e));
    EXPECT_TRUE(r.wants_help);
    EXPECT_CONTAINS(text_string(&help), "usage: striatum run [options] NET");
    EXPECT_CONTAINS(text_string(&help), "-d, --device DEVICE");
    EXPECT_CONTAINS(text_string(&help), "--delivery auto|atomic|partitioned");
    EXPECT_CONTAINS(text_string(&help), "examples:\n  striatum run x");
    text_fini(&help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_when_options_are_right_then_values_are_set),
        cmocka_unit_test(parse_when_options_are_wrong_then_the_message_says_what_to_do),
        cmocka_unit_test(help_when_printed_then_each_option_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
