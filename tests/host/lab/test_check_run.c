#include "support/expect.h"
#include "support/lab_fixture.h"

#include "lab/check_run.h"

/* One check of the leaky cell, with the given expectation. */
static struct lab_check_result run_check(const char *check, enum precision precision,
                                         uint32_t most_cells, enum err_code wanted)
{
    struct lab_fixture f;
    struct lab_check_result result = {.holds = false};
    char text[2048];
    (void)snprintf(text, sizeof text, "%sselfcheck:\n  - {name: it, %s}\n", LAB_FIXTURE_LEAKY,
                   check);
    lab_fixture_begin(&f, text);
    const struct model_selfcheck_list *const all = desc_model_selfchecks(f.model);
    EXPECT_EQ_I64(all->n, 1);
    const struct lab_check_options o = {.precision = precision, .most_cells = most_cells};
    const enum err_code code =
        lab_check_run(f.path, f.model, &all->items[0], &o, f.arena, &result, &f.d, &f.e);
    if (code != wanted) {
        print_error("%s: %s\n", check, f.e.msg);
    }
    EXPECT_EQ_I64(code, wanted);
    lab_fixture_end(&f);
    return result;
}

static void expect_outcome(const char *check, const char *complaint)
{
    for (int precision = 0; precision < 2; precision++) {
        struct lab_check_result r = run_check(check, (enum precision)precision, 0, ERR_OK);
        if (complaint == NULL) {
            EXPECT_STR(text_string(&r.complaint), "");
            EXPECT_TRUE(r.holds);
        } else {
            EXPECT_CONTAINS(text_string(&r.complaint), complaint);
            EXPECT_TRUE(!r.holds);
        }
        text_fini(&r.complaint);
    }
}

/* I = 2, tau = 10 ms, Euler: v crosses 1 in step 68 and every 69 steps after. */
static void expectations_when_right_then_the_check_holds(void **state)
{
    (void)state;
    expect_outcome("duration: 50 ms, current: 2, expect: {spikes: 7, first: 6.9 ms}", NULL);
    expect_outcome("duration: 50 ms, current: 2, expect: {spikes: [5, 9]}", NULL);
    expect_outcome("duration: 50 ms, current: 0.5, expect: {spikes: 0, final: {v: [0.49, "
                   "0.5]}, most: {v: [0.49, 0.5]}, "
                   "least: {v: [0, 0]}}",
                   NULL);
    expect_outcome("duration: 50 ms, current: [[0 ms, 0], [49 ms, 0.5]], expect: {final: "
                   "{drive: [0.5, 0.5]}}",
                   NULL);
    expect_outcome("duration: 50 ms, count: 10, set: {I: 'i/10'}, expect: {spikes: 0, mean: "
                   "{drive: [0.449, 0.451]}, sd: {drive: "
                   "[0.287, 0.288]}}",
                   NULL);
    expect_outcome(
        "duration: 5 ms, courses: {v: [[1 ms, 0.5]]}, expect: {most: {v: [0.5, 0.5]}}", NULL);
    expect_outcome(
        "duration: 5 ms, spikes: [[1 ms, in, 0.75]], expect: {most: {v: [0.75, 0.75]}}", NULL);
}

static void expectations_when_wrong_then_the_complaint_says_what(void **state)
{
    (void)state;
    expect_outcome("duration: 50 ms, current: 2, expect: {spikes: 9}", "spikes: 7, expected 9");
    expect_outcome("duration: 50 ms, current: 2, expect: {spikes: [8, 9]}",
                   "spikes: 7, expected from 8 to 9");
    expect_outcome("duration: 50 ms, current: 2, expect: {spikes: 0}", "spikes: 7, expected 0");
    expect_outcome("duration: 50 ms, current: 2, expect: {first: 7.2 ms}",
                   "first spike: at 6.9 ms, expected at 7.2 ms");
    expect_outcome("duration: 50 ms, expect: {first: 7.2 ms}",
                   "first spike: none, expected at 7.2 ms");
    expect_outcome("duration: 50 ms, current: 0.5, expect: {final: {v: [0.6, 0.7]}}",
                   "final v: 0.49");
}

/* One spike more or less, and one step, are single precision's; double has neither. */
static void single_precision_when_off_by_one_then_forgiven(void **state)
{
    (void)state;
    for (int precision = 0; precision < 2; precision++) {
        struct lab_check_result r =
            run_check("duration: 50 ms, current: 2, expect: {spikes: 8, first: 7 ms}",
                      (enum precision)precision, 0, ERR_OK);
        EXPECT_EQ_I64(r.holds, precision == PRECISION_SINGLE);
        text_fini(&r.complaint);
    }
}

static void cells_when_limited_then_fewer_run_and_nothing_is_compared(void **state)
{
    (void)state;
    struct lab_check_result r =
        run_check("duration: 50 ms, count: 40, current: 2, expect: {spikes: 1}",
                  PRECISION_SINGLE, 16, ERR_OK);
    EXPECT_TRUE(r.holds);
    EXPECT_EQ_I64(r.n_spikes, 16 * 7);
    EXPECT_EQ_I64(r.cell_steps, 16 * 500);
    text_fini(&r.complaint);
}

static void check_when_it_cannot_run_then_an_error(void **state)
{
    (void)state;
    struct lab_check_result r =
        run_check("duration: 50 ms, set: {I: '1/0'}, expect: {spikes: 1}", PRECISION_SINGLE, 0,
                  ERR_USAGE);
    EXPECT_TRUE(!r.holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations_when_right_then_the_check_holds),
        cmocka_unit_test(expectations_when_wrong_then_the_complaint_says_what),
        cmocka_unit_test(single_precision_when_off_by_one_then_forgiven),
        cmocka_unit_test(cells_when_limited_then_fewer_run_and_nothing_is_compared),
        cmocka_unit_test(check_when_it_cannot_run_then_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
