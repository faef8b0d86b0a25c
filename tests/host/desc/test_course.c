/* Courses as the readers see them: a signal's steps, lowered and evaluated step by step. */
#include "support/expect.h"

#include "desc_fixture.h"

#include "lang/lower.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static uint32_t lower(struct fixture *f, struct ir *ir, const struct ast *value)
{
    struct lower l = {.ir = ir, .dt_fs = f->net->dt_fs};
    const uint32_t node = lang_lower(&l, value);
    EXPECT_TRUE(node != IR_NONE);
    return node;
}

/* 500 steps every 0.3 ms: each value begins at exactly its own step, also where t is a rounded
 * product. */
static void signal_when_it_has_many_steps_changes_at_each(void **state)
{
    (void)state;
    struct text t = {0};
    text_add(&t, "time: {duration: 100 ms}\nsignals:\n  s: {steps: [");
    for (int k = 0; k < 500; k++) {
        text_print(&t, "%s[%d.%d ms, %d ms]", k == 0 ? "" : ", ", 10 + k * 3 / 10, k * 3 % 10,
                   k + 1);
    }
    text_add(&t, "]}\npopulations: {A: {model: lif.yaml, count: 1, set: {tau_m: s}}}\n");
    struct fixture f;
    fixture_network(&f, text_string(&t));
    struct ir *const ir = ir_create(f.arena);
    const uint32_t node = lower(&f, ir, f.net->populations[0].set[0].value);
    for (int64_t step = -10; step < 1700; step++) {
        const int64_t k = step < 100 ? 0 : (step - 100) / 3;
        EXPECT_NEAR(ir_eval(ir, node, step, f.net->dt_fs), (double)((k < 499 ? k : 499) + 1),
                    0);
    }
    fixture_close(&f);
    text_fini(&t);
}

static void window_when_lowered_holds_from_its_first_step_to_its_last(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, FIXTURE_NET("inputs: {a: {to: A, variable: I_ext, value: \"2 pA + "
                                    "0*t/1 ms*1 pA\", from: 0.3 ms, until: 0.7 ms}}\n"));
    struct ir *const ir = ir_create(f.arena);
    const uint32_t node = lower(&f, ir, f.net->inputs[0].value);
    for (int64_t step = -5; step < 20; step++) {
        EXPECT_NEAR(ir_eval(ir, node, step, f.net->dt_fs), step >= 3 && step < 7 ? 2 : 0, 0);
    }
    fixture_close(&f);
}

/* Late in a long run n*dt is no exact double any more. */
static void window_when_late_in_a_long_run_is_exact(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, "time: {duration: 10000 s, step: 0.1 ms}\npopulations: {A: {model: "
                        "lif.yaml, count: 1}}\n"
                        "inputs: {a: {to: A, variable: I_ext, value: \"1 pA\", from: 1234567.3 "
                        "ms, until: 1234567.4 ms, mode: add}}\n");
    struct ir *const ir = ir_create(f.arena);
    const uint32_t node = lower(&f, ir, f.net->inputs[0].value);
    for (int64_t step = 12345670; step < 12345678; step++) {
        EXPECT_NEAR(ir_eval(ir, node, step, f.net->dt_fs), step == 12345673 ? 1 : 0, 0);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signal_when_it_has_many_steps_changes_at_each),
        cmocka_unit_test(window_when_lowered_holds_from_its_first_step_to_its_last),
        cmocka_unit_test(window_when_late_in_a_long_run_is_exact),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
