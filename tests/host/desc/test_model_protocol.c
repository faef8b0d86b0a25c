#include "support/expect.h"

#include "desc_fixture.h"

#include "desc/selfcheck.h"

static void protocol_when_read_has_times_amplitude_and_step(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(
        &f, FIXTURE_LIF
        "  rest: {protocol: {amplitude: 5 pA}, integrator: exponential_euler}\n"
        "protocol: {times: [10 ms, 0.2 s, 30 ms], amplitude: 0.3 nA, step: 0.02 ms}\n");
    const struct model_protocol *p = desc_model_protocol(f.model, NULL);
    EXPECT_TRUE(p->has_times && p->has_amplitude);
    EXPECT_NEAR(p->times_ms[0], 10, 0);
    EXPECT_NEAR(p->times_ms[1], 200, 1e-12);
    EXPECT_NEAR(p->times_ms[2], 30, 0);
    EXPECT_NEAR(p->amplitude_value, 300, 1e-12);
    EXPECT_NEAR(p->step_ms, 0.02, 0);
    p = desc_model_protocol(f.model, "rest");
    EXPECT_NEAR(p->amplitude_value, 5, 0);
    EXPECT_NEAR(p->times_ms[0], 10, 0);
    p = desc_model_protocol(f.model, "slow");
    EXPECT_NEAR(p->amplitude_value, 300, 1e-12);
    fixture_close(&f);
}

static void protocol_when_there_is_none_has_standard_times(void **state)
{
    (void)state;
    const struct model none = {.n_presets = 0};
    const struct model_protocol *p = desc_model_protocol(&none, NULL);
    EXPECT_TRUE(!p->has_times && !p->has_amplitude);
    struct fixture f;
    fixture_sound_model(&f, FIXTURE_LIF);
    p = desc_model_protocol(f.model, "slow");
    EXPECT_TRUE(!p->has_times && !p->has_amplitude);
    EXPECT_NEAR(p->times_ms[1], 500, 0);
    fixture_close(&f);
    fixture_sound_model(&f,
                        "units: none\nparameters: {I: 0 uA/cm2}\ncurrent: I\nstate: {v: 0}\n"
                        "equations: v = I\nprotocol: {amplitude: 3}\n");
    EXPECT_NEAR(desc_model_protocol(f.model, NULL)->amplitude_value, 3, 0);
    fixture_close(&f);
}

static void protocol_when_wrong_is_reported(void **state)
{
    (void)state;
    static const struct {
        const char *rest, *message;
    } rows[] = {
        {"protocol: {times: [1 ms, 2 ms]}\n",            "'times' of 'protocol' must be three times"      },
        {"protocol: {times: [1 ms, -2 ms, 1 ms]}\n",     "a time of 'protocol' is below 0"                },
        {"protocol: {amplitude: 3 mV}\n",                "mV"                                             },
        {"protocol: {step: 0 ms}\n",                     "'step' of 'protocol' must be above 0"           },
        {"protocol: {stp: 0 ms}\n",                      "did you mean 'step'?"                           },
        {"protocol: {amplitude: \"R*1 mV\"}\n",          "unknown name 'R'"                               },
        {"  rest: {protocol: {amplitude: 3 mV}}\n",
         "the amplitude of 'protocol' of preset 'rest'"                                                   },
        {"  rest: {integrator: rk9}\n",                  "integrator of preset 'rest': 'rk9' is not known"},
        {"current: null\nprotocol: {amplitude: 3 pA}\n", "duplicate key 'current'"                        },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char text[2000];
        (void)snprintf(text, sizeof text, FIXTURE_LIF "%s", rows[k].rest);
        struct fixture f;
        fixture_model(&f, text);
        if (f.code != ERR_FILE) {
            fail_msg("accepted: %s", rows[k].rest);
        }
        EXPECT_CONTAINS(text_string(&f.found), rows[k].message);
        fixture_close(&f);
    }
    struct fixture f;
    fixture_model(&f, "state: {v: 0}\nequations: v = 1\nprotocol: {amplitude: 3 pA}\n");
    EXPECT_CONTAINS(text_string(&f.found),
                    "'protocol' has an amplitude, but the model has no 'current'");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protocol_when_read_has_times_amplitude_and_step),
        cmocka_unit_test(protocol_when_there_is_none_has_standard_times),
        cmocka_unit_test(protocol_when_wrong_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
