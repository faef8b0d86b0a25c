#include "support/expect.h"

#include "desc_fixture.h"

#define POPULATIONS "populations: {A: {model: lif.yaml, count: 1}}\n"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static void times_when_given_become_steps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t dt_fs, settle, steps;
    } cases[] = {
        {"time: {duration: 1 s}\n",                      INT64_C(100000000000), 0, 10000     },
        {"time: {settle: 0.3 ms, duration: 0 ms}\n",     INT64_C(100000000000), 3, 0         },
        {"time: {step: 25 us, duration: 10 ms}\n",       INT64_C(25000000000),  0, 400       },
        {"time: {step: 1 fs, duration: 1 ps}\n",         1,                     0, 1000      },
        {"time: {step: 0.1 ms, duration: 100000 s}\n",   INT64_C(100000000000), 0, 1000000000},
        {"time: {step: 1/3*0.3 ms, duration: 0.7 ms}\n", INT64_C(100000000000), 0, 7         }
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct fixture f;
        char text[300];
        (void)snprintf(text, sizeof text, "%s%s", cases[k].text, POPULATIONS);
        fixture_network(&f, text);
        EXPECT_EQ_I64(f.net->dt_fs, cases[k].dt_fs);
        EXPECT_EQ_I64(f.net->n_settle, cases[k].settle);
        EXPECT_EQ_I64(f.net->n_steps, cases[k].steps);
        fixture_close(&f);
    }
}

static void times_when_wrong_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"time: {duration: 1 s, step: -1 ms}\n",                 "'step' of 'time' is -1 ms"                           },
        {"time: {duration: 1 s, step: 0.1 fs}\n",                "it must be a whole number of femtoseconds"           },
        {"time: {duration: 1e12 s}\n",                           "at most 10^15 steps are possible"                    },
        {"time: {duration: -1 s}\n",                             "it cannot be below 0"                                },
        {"time: {duration: 1 s, settle: 0.05 ms}\n",             "the nearest are 0 ms and 0.1 ms"                     },
        {"time: 1 s\n",                                          "'time' must be a map of keys, this is a single value"},
        {"time: {duration: t}\n",                                "'duration' of 'time' cannot follow the time t"       },
        {"time: {duration: 1 s}\nseed: 0x10\n",                  "'seed' must be a whole number"                       },
        {"time: {duration: 1 s}\nspace: {side: [1 mm, 2 mm]}\n", "this list has 2"                                     },
        {"time: {duration: 1 s}\nspace: {}\n",                   "'space' has no side"                                 },
        {"time: {duration: 1 s}\nspace: {side: 1 ms}\n",         "'side' of 'space'"                                   }
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct fixture f;
        char text[300];
        (void)snprintf(text, sizeof text, "%s%s", cases[k].text, POPULATIONS);
        fixture_network_with(&f, text, NULL);
        EXPECT_EQ_I64(f.code, ERR_FILE);
        EXPECT_CONTAINS(text_string(&f.found), cases[k].part);
        fixture_close(&f);
    }
}

static void space_when_given_has_three_sides(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, "time: {duration: 1 ms}\nspace: {shape: box, side: [1 mm, 200 um, 0.5 "
                        "mm]}\npopulations: {A: {model: lif.yaml, density: 104 /mm3}}\n");
    EXPECT_NEAR(f.net->side[0], 1000, 1e-9);
    EXPECT_NEAR(f.net->side[1], 200, 1e-9);
    EXPECT_NEAR(f.net->side[2], 500, 1e-9);
    EXPECT_EQ_I64(f.net->populations[0].n, 10); /* 0.1 mm3 */
    fixture_close(&f);
}

static void precision_when_given_is_single_or_double(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    struct fixture f;
    fixture_network(&f, FIXTURE_NET(""));
    EXPECT_EQ_I64(f.net->precision, PRECISION_SINGLE);
    fixture_close(&f);
    fixture_network(&f, FIXTURE_NET("precision: double\n"));
    EXPECT_EQ_I64(f.net->precision, PRECISION_DOUBLE);
    fixture_close(&f);
    const char *const path = fixture_file("net.yaml", FIXTURE_NET("precision: double\n"));
    struct desc_options o = {.precision = "single"};
    fixture_open(&f);
    assert_int_equal(desc_load_network(&f.net, path, &o, &f.d, &f.e), ERR_OK);
    EXPECT_EQ_I64(f.net->precision, PRECISION_SINGLE);
    fixture_close(&f);
    o.precision = "half";
    fixture_open(&f);
    assert_int_equal(desc_load_network(&f.net, path, &o, &f.d, &f.e), ERR_USAGE);
    EXPECT_CONTAINS(f.e.msg, "--precision half: 'precision': 'half' is not known");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_when_given_become_steps),
        cmocka_unit_test(times_when_wrong_are_refused),
        cmocka_unit_test(space_when_given_has_three_sides),
        cmocka_unit_test(precision_when_given_is_single_or_double),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
