#include "support/expect.h"
#include "support/lab_fixture.h"

static double value_at(const struct lab_fixture *f, const char *variable, size_t row)
{
    const struct lab_trace *const t = lab_trace_of(&f->record, 0, variable);
    EXPECT_TRUE(t != NULL && row < t->n_rows);
    return t->values[row];
}

static void step_when_added_then_off_on_off(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    const struct lab_step_current step = {
        .before_ms = 2.0, .during_ms = 3.0, .after_ms = 1.0, .amplitude = "0.5"};
    lab_protocol_add(&f.protocol, "time.duration=6 ms");
    lab_protocol_add_step(&f.protocol, f.model, &step);
    lab_protocol_record_all(&f.protocol, f.model, 0.1);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    EXPECT_EQ_I64(lab_trace_of(&f.record, 0, "drive")->n_rows, 60);
    EXPECT_NEAR(value_at(&f, "I", 19), 0.0, 0.0);
    EXPECT_NEAR(value_at(&f, "I", 20), 0.5, 0.0);
    EXPECT_NEAR(value_at(&f, "I", 49), 0.5, 0.0);
    EXPECT_NEAR(value_at(&f, "I", 50), 0.0, 0.0);
    EXPECT_NEAR(value_at(&f, "v", 20), 0.0, 0.0);
    EXPECT_TRUE(value_at(&f, "v", 21) > 0.0);
    lab_fixture_end(&f);
}

static void step_when_it_begins_at_once_then_on_off(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    const struct lab_step_current step = {.during_ms = 3.0, .amplitude = "0.25"};
    lab_protocol_add(&f.protocol, "time.duration=4 ms");
    lab_protocol_add_step(&f.protocol, f.model, &step);
    lab_protocol_record_all(&f.protocol, f.model, 0.1);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    EXPECT_NEAR(value_at(&f, "I", 0), 0.25, 0.0);
    EXPECT_NEAR(value_at(&f, "I", 29), 0.25, 0.0);
    EXPECT_NEAR(value_at(&f, "I", 30), 0.0, 0.0);
    lab_fixture_end(&f);
}

/* A cell whose v moves is held in every step; one whose v does not is set once per level. */
static void clamp_when_added_then_each_level_holds(void **state)
{
    (void)state;
    static const char *const texts[] = {
        LAB_FIXTURE_LEAKY, "name: still\nunits: none\nparameters: {tau: 10 ms}\nstate: {v: "
                           "0}\nequations: |\n  dv/dt = 0\n  I_inf = 2*v\n"};
    static const char *const values[] = {"0.25", "-0.5", "0.75"};
    for (int k = 0; k < 2; k++) {
        struct lab_fixture f;
        lab_fixture_begin(&f, texts[k]);
        lab_protocol_add(&f.protocol, "time.duration=3 ms");
        lab_protocol_add_clamp(&f.protocol, f.model, "v", values, 3, 1.0);
        lab_protocol_record_all(&f.protocol, f.model, 0.1);
        EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
        for (size_t row = 0; row < 30; row++) {
            EXPECT_NEAR(value_at(&f, "v", row), row < 10 ? 0.25 : row < 20 ? -0.5 : 0.75, 0.0);
        }
        if (k == 1) {
            EXPECT_NEAR(value_at(&f, "I_inf", 15), -1.0, 0.0);
        }
        lab_fixture_end(&f);
    }
}

static void entry_when_wrong_then_usage_error_names_it(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "populations.cell.set.taau=3 ms");
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_USAGE);
    EXPECT_CONTAINS(f.e.msg, "taau");
    EXPECT_CONTAINS(f.e.msg, "tau");
    lab_fixture_end(&f);
}

static void spikes_when_given_then_they_add_to_the_receptor(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "time.duration=3 ms");
    lab_protocol_add(&f.protocol, "inputs.events.to=cell");
    lab_protocol_add(&f.protocol, "inputs.events.spikes=[[1 ms, in, 0.5], [2 ms, IN, 0.25]]");
    lab_protocol_record_all(&f.protocol, f.model, 0.1);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    EXPECT_NEAR(value_at(&f, "v", 9), 0.0, 0.0);
    EXPECT_NEAR(value_at(&f, "v", 10), 0.5, 0.0);
    EXPECT_NEAR(value_at(&f, "v", 20), 0.5 * pow(0.99, 10) + 0.25, 1e-6);
    lab_fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_when_added_then_off_on_off),
        cmocka_unit_test(step_when_it_begins_at_once_then_on_off),
        cmocka_unit_test(clamp_when_added_then_each_level_holds),
        cmocka_unit_test(entry_when_wrong_then_usage_error_names_it),
        cmocka_unit_test(spikes_when_given_then_they_add_to_the_receptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
