#include "support/expect.h"

#include "support/step_test.h"

static void held_expressions_show_the_step_that_ended(void **unused)
{
    (void)unused;
    const struct unit none = unit_none;
    struct step_record records[] = {
        {.name = "pure",    .unit = none},
        {.name = "held",    .unit = none},
        {.name = "is_late", .unit = none}
    };
    const struct step_fixture_model text = {
        .states = "x = 1", .equations = "y = 10*x\nis_high = ite(x > 1.5, 1, 0)\nx = x + 1"};
    request.model = step_fixture_model(&f, &text);
    records[0].value = expression("2*x");
    records[1].value = expression("y + x");
    records[2].name = "is_high";
    request.records = records;
    request.n_records = 3;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    begin();
    cell.values[0] = 1.0;
    for (int k = 0; k < 4; k++) {
        step_fixture_step(&cell);
        EXPECT_NEAR(cell.samples[0], 2.0 * (k + 1), 0.0);
        EXPECT_NEAR(cell.samples[1], k == 0 ? 0.0 : 11.0 * k, 0.0);
        EXPECT_NEAR(cell.samples[2], k >= 2 ? 1.0 : 0.0, 0.0);
    }
    EXPECT_EQ_I64(program.n_states, 3);
}

static void display_units_are_the_declared_ones(void **unused)
{
    (void)unused;
    struct step_record records[] = {
        {.name = "v"}, {.name = "E"}, {.name = "I"}, {.name = "k"}, {.name = "charge"}};
    const struct step_fixture_model text = {.parameters =
                                                "E = -0.07 V; tau = 10 ms; g = 2 nS; k = 3",
                                            .states = "v = -70 mV",
                                            .equations = "I = g*(E - v)\ndv/dt = (E - v)/tau",
                                            .has_units = true};
    request.model = step_fixture_model(&f, &text);
    records[4].value = expression("g*(E - v)*tau");
    EXPECT_TRUE(unit_parse("pA*s", 4, &records[4].unit));
    request.records = records;
    request.n_records = 5;
    EXPECT_TRUE(step_build(&request, &program, &f.d));
    EXPECT_STR(program.samples[0].unit, "mV");
    EXPECT_NEAR(program.samples[0].display, 1.0, 0.0);
    EXPECT_STR(program.samples[1].unit, "V");
    EXPECT_NEAR(program.samples[1].display, 0.001, 0.0);
    EXPECT_STR(program.samples[2].unit, "pA");
    EXPECT_NEAR(program.samples[2].display, 1.0, 0.0);
    EXPECT_STR(program.samples[3].unit, "");
    EXPECT_STR(program.samples[4].unit, "pC");
    EXPECT_NEAR(program.samples[4].display, 0.001, 1e-18);
}

static void an_unknown_record_is_told(void **unused)
{
    (void)unused;
    const struct step_record record = {.name = "nothing"};
    request.records = &record;
    request.n_records = 1;
    expect_fault(&two_currents, "population 'cells' has no variable 'nothing' to record");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, step_test_setup, step_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(held_expressions_show_the_step_that_ended),
        TEST(display_units_are_the_declared_ones),
        TEST(an_unknown_record_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
