#include "support/expect.h"

#include "desc_fixture.h"

#include "desc/selfcheck.h"

#define CHECKS                                                                                 \
    FIXTURE_LIF                                                                                \
    "selfcheck:\n"                                                                             \
    "  - name: fires\n"                                                                        \
    "    doc: from a closed form\n"                                                            \
    "    preset: slow\n"                                                                       \
    "    set: {tau_m: 5 ms}\n"                                                                 \
    "    initial: {v: -60 mV}\n"                                                               \
    "    integrator: exponential_euler\n"                                                      \
    "    count: 10\n"                                                                          \
    "    seed: 3\n"                                                                            \
    "    step: 0.05 ms\n"                                                                      \
    "    duration: 700 ms\n"                                                                   \
    "    settle: 1 s\n"                                                                        \
    "    current: [[0 ms, 0 pA], [100 ms, 10 pA]]\n"                                           \
    "    courses: {v: [[0 ms, -75 mV], [20 ms, -50 mV]], R: 0.2 GOhm}\n"                       \
    "    spikes: [[20 ms, ampa, 0.6 nS], [20 ms, 3, ampa, 1 nS], [21 ms, {AMPA: 1 nS}]]\n"     \
    "    expect:\n"                                                                            \
    "      spikes: [11, 13]\n"                                                                 \
    "      first: 103.5 ms\n"                                                                  \
    "      first_within: 0.5 ms\n"                                                             \
    "      final: {g_e: [0.93, 0.94], I: [337.4 pA, 0.4 nA]}\n"                                \
    "      most: {v: [-51, -50]}\n"                                                            \
    "      mean: {R: 0.2}\n"                                                                   \
    "  - {name: rests, duration: 100 ms, expect: {spikes: 0}}\n"

static void checks_when_read_have_all_their_parts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, CHECKS);
    const struct model_selfcheck_list *const l = desc_model_selfchecks(f.model);
    assert_int_equal(l->n, 2);
    const struct model_selfcheck *const c = &l->items[0];
    EXPECT_STR(c->name, "fires");
    EXPECT_STR(c->doc, "from a closed form");
    EXPECT_STR(c->preset->text, "slow");
    EXPECT_EQ_I64(c->set->n, 1);
    EXPECT_EQ_I64(c->initial->n, 1);
    EXPECT_STR(c->integrator->text, "exponential_euler");
    EXPECT_STR(c->count->text, "10");
    EXPECT_STR(c->seed->text, "3");
    EXPECT_STR(c->step->text, "0.05 ms");
    EXPECT_STR(c->duration->text, "700 ms");
    EXPECT_STR(c->settle->text, "1 s");
    EXPECT_EQ_I64(c->current->n, 2);
    EXPECT_EQ_I64(c->courses->n, 2);
    EXPECT_EQ_I64(c->spikes->n, 3);
    assert_int_equal(c->n_expect, 7);
    const struct {
        enum selfcheck_kind kind;
        const char *variable;
        double low, high;
    } rows[] = {
        {SELFCHECK_SPIKES,       NULL,  11,    13   },
        {SELFCHECK_FIRST,        NULL,  103.5, 103.5},
        {SELFCHECK_FIRST_WITHIN, NULL,  0.5,   0.5  },
        {SELFCHECK_FINAL,        "g_e", 0.93,  0.94 },
        {SELFCHECK_FINAL,        "I",   337.4, 400  },
        {SELFCHECK_MOST,         "v",   -51,   -50  },
        {SELFCHECK_MEAN,         "R",   0.2,   0.2  },
    };
    for (uint32_t k = 0; k < 7; k++) {
        const struct selfcheck_expect *const e = &c->expect[k];
        EXPECT_EQ_I64(e->kind, rows[k].kind);
        EXPECT_TRUE((e->variable == NULL) == (rows[k].variable == NULL));
        if (e->variable != NULL) {
            EXPECT_STR(e->variable, rows[k].variable);
        }
        EXPECT_NEAR(e->low, rows[k].low, 1e-12);
        EXPECT_NEAR(e->high, rows[k].high, 1e-12);
        EXPECT_TRUE(e->is_range == (rows[k].low < rows[k].high));
    }
    EXPECT_STR(l->items[1].name, "rests");
    EXPECT_TRUE(l->items[1].doc == NULL && l->items[1].set == NULL);
    fixture_close(&f);
}

/* A rate in Hz: bare bounds are Hz, values 1/ms; without units they stay as they are. */
static void bounds_when_bare_are_in_the_declared_unit(void **state)
{
    (void)state;
    struct fixture f;
    const char *const text =
        "parameters: {r: 0 Hz}\nstate: {act: 0 Hz}\nequations: dact/dt = (r - act)/(5 ms)\n"
        "selfcheck:\n  - {name: a, duration: 1 ms, expect: {final: {act: [31, 0.032 /ms]}}}\n";
    fixture_sound_model(&f, text);
    const struct selfcheck_expect *e = desc_model_selfchecks(f.model)->items[0].expect;
    EXPECT_NEAR(e->low, 0.031, 1e-15);
    EXPECT_NEAR(e->high, 0.032, 1e-15);
    EXPECT_NEAR(unit_from_house(e->low, e->unit), 31, 1e-12);
    fixture_close(&f);
    fixture_sound_model(&f, "units: none\nstate: {v: 1 mV, r: 20 Hz}\nequations: v = r\n"
                            "selfcheck:\n  - {name: a, duration: 1 ms, expect: {final: {v: [-1 "
                            "mV, 1 V], r: [31, 32 Hz]}}}\n");
    e = desc_model_selfchecks(f.model)->items[0].expect;
    EXPECT_NEAR(e[0].low, -1, 0);
    EXPECT_NEAR(e[0].high, 1000, 0);
    EXPECT_NEAR(e[1].low, 31, 0);
    EXPECT_NEAR(e[1].high, 32, 0);
    fixture_close(&f);
}

static void checks_when_a_child_gives_its_own_replace_those_of_its_base(void **state)
{
    (void)state;
    struct fixture f;
    (void)fixture_file("base.yaml", CHECKS);
    fixture_sound_model(&f, "extends: base.yaml\n");
    EXPECT_EQ_I64(desc_model_selfchecks(f.model)->n, 2);
    fixture_close(&f);
    fixture_sound_model(&f, "extends: base.yaml\nselfcheck:\n  - {name: own, duration: 1 ms, "
                            "expect: {spikes: 0}}\n");
    EXPECT_EQ_I64(desc_model_selfchecks(f.model)->n, 1);
    EXPECT_STR(desc_model_selfchecks(f.model)->items[0].name, "own");
    fixture_close(&f);
    const struct model none = {.n_presets = 0};
    EXPECT_EQ_I64(desc_model_selfchecks(&none)->n, 0);
}

static void check_when_wrong_is_reported(void **state)
{
    (void)state;
    static const struct {
        const char *check, *message;
    } rows[] = {
        {"{duration: 1 ms, expect: {spikes: 0}}",                                  "check 1 of 'selfcheck' has no name"  },
        {"{name: a, expect: {spikes: 0}}",                                         "check 'a' has no duration"           },
        {"{name: a, duration: -1 ms, expect: {spikes: 0}}",
         "'duration' of check 'a' is -1: it must be 0 or more"                                                           },
        {"{name: a, duration: 1, expect: {spikes: 0}}",                            "no unit"                             },
        {"{name: a, duration: 1 ms}",                                              "check 'a' expects nothing"           },
        {"{name: a, duration: 1 ms, expect: {}}",                                  "check 'a' expects nothing"           },
        {"{name: a, duration: 1 ms, expect: {spikes: 1.5}}",
         "'spikes' of check 'a' must be a whole number, 0 or more"                                                       },
        {"{name: a, duration: 1 ms, expect: {spikes: [3, 2]}}",
         "the lower bound is above the upper one"                                                                        },
        {"{name: a, duration: 1 ms, expect: {spikes: [1, 2, 3]}}",
         "must be a number or two bounds"                                                                                },
        {"{name: a, duration: 1 ms, expect: {first_within: 1 ms}}",
         "'first' may be, which is missing"                                                                              },
        {"{name: a, duration: 1 ms, expect: {final: {g_x: 1}}}",
         "'final' of check 'a': this model has no 'g_x'"                                                                 },
        {"{name: a, duration: 1 ms, expect: {final: {v: 1 pA}}}",                  "pA"                                  },
        {"{name: a, duration: 1 ms, expect: {finl: {v: 1}}}",                      "did you mean 'final'?"               },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, set: {tau: 1 ms}}",
         "'set' of check 'a': this model has no parameter 'tau'"                                                         },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, initial: {tau_m: 1 ms}}",
         "this model has no state 'tau_m'"                                                                               },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, preset: slw}",            "did you mean 'slow'?"                },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, courses: {v: [1, 2]}}",
         "list of pairs of time and value"                                                                               },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, spikes: [1, 2]}",
         "must be a list of events"                                                                                      },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, count: 1.5}",
         "count of check 'a' is 1.5"                                                                                     },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, integrator: rk9}",
         "'rk9' is not known"                                                                                            },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}, length: 1}",
         "unknown key 'length' in check 'a'"                                                                             },
        {"{name: a, duration: 1 ms, expect: {spikes: 0}}\n  - {name: a, duration: 1 ms, "
         "expect: {spikes: 0}}",                                          "two checks are called 'a'"           },
        {"3",                                                                      "check 1 of 'selfcheck' must be a map"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char text[2000];
        (void)snprintf(text, sizeof text, FIXTURE_LIF "selfcheck:\n  - %s\n", rows[k].check);
        struct fixture f;
        fixture_model(&f, text);
        assert_int_equal(f.code, ERR_FILE);
        EXPECT_CONTAINS(text_string(&f.found), rows[k].message);
        EXPECT_EQ_I64(f.d.n_errors, 1);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_when_read_have_all_their_parts),
        cmocka_unit_test(bounds_when_bare_are_in_the_declared_unit),
        cmocka_unit_test(checks_when_a_child_gives_its_own_replace_those_of_its_base),
        cmocka_unit_test(check_when_wrong_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
