#include "support/expect.h"

#include "lang/check.h"
#include "support/tree_fixture.h"

static struct tree_fixture f;

static void constant_when_it_depends_on_nothing_then_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"1 + 2*3",                                          7                 },
        {"-2**2",                                            -4                },
        {"2**3**2",                                          512               },
        {"2**-2",                                            0.25              },
        {"2**0.5",                                           1.4142135623730951},
        {"1/3",                                              1.0 / 3           },
        {"475 Hz",                                           0.475             },
        {"1/s",                                              0.001             },
        {"10 mV/(2 mV)",                                     5                 },
        {"min(1, 2) + max(1, 2)",                            3                 },
        {"clip(5, 0, 2)",                                    2                 },
        {"abs(-3) + sign(-2)",                               2                 },
        {"pos(-1) + neg(-1)",                                -1                },
        {"round(2.5) + floor(-0.5)",                         1                 },
        {"mod(-1, 3)",                                       2                 },
        {"sqrt(16)",                                         4                 },
        {"exp(0) + log(1)",                                  1                 },
        {"cos(0) + sin(0)",                                  1                 },
        {"tanh(0) + exprel(0)",                              1                 },
        {"pow(2, 10)",                                       1024              },
        {"ite(1 < 2, 3, 4)",                                 3                 },
        {"if 1 > 2: k else: 4",                              4                 },
        {"if not (1 > 2) and (3 >= 3 or 1 == 2): 5 else: 6", 5                 },
        {"f(0)",                                             1                 },
        {"pi",                                               3.141592653589793 },
    };
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct ast *e;
        double value = -99;
        if (!tree_fixture_check(&f, rows[k].text, &e) || !lang_constant(e, &value)) {
            fail_msg("'%s' is not constant: %s", rows[k].text,
                     f.d.n > 0 ? f.d.items[0].text : "");
        }
        EXPECT_NEAR(value, rows[k].value, fabs(rows[k].value) * 3e-16);
    }
    tree_fixture_close(&f);
}

static void constant_when_it_depends_on_something_then_false(void **state)
{
    (void)state;
    static const char *const texts[] = {"t",
                                        "dt",
                                        "i",
                                        "v",
                                        "k + 1",
                                        "f(k)",
                                        "uniform(0, 1)",
                                        "poisson(1)",
                                        "prev(v)",
                                        "truncated(normal(0, 1), 0, 1)",
                                        "ite(k > 1, 1, 1)"};
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        struct ast *e;
        double value;
        EXPECT_TRUE(tree_fixture_check(&f, texts[k], &e));
        EXPECT_TRUE(!lang_constant(e, &value));
    }
    EXPECT_EQ_I64(f.d.n, 0);
    tree_fixture_close(&f);
}

static void constant_when_no_number_then_nan_comes_out(void **state)
{
    (void)state;
    tree_fixture_open(&f);
    struct ast *e;
    double value = 0;
    EXPECT_TRUE(tree_fixture_check(&f, "log(-1)", &e) && lang_constant(e, &value));
    EXPECT_TRUE(isnan(value));
    EXPECT_TRUE(tree_fixture_check(&f, "1/0", &e) && lang_constant(e, &value));
    EXPECT_TRUE(isinf(value));
    tree_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_when_it_depends_on_nothing_then_value),
        cmocka_unit_test(constant_when_it_depends_on_something_then_false),
        cmocka_unit_test(constant_when_no_number_then_nan_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
