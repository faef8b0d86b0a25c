#include "support/expect.h"
#include "support/lab_fixture.h"

#include "lab/trace_csv.h"

static void trace_when_written_then_header_units_and_exact_numbers(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(
        &f,
        "name: m\nparameters: {E: -70 mV, k: 0.1}\nstate: {v: E}\nequations: v = v + k*1 mV\n");
    lab_protocol_add(&f.protocol, "precision=double");
    lab_protocol_add(&f.protocol, "time.duration=0.3 ms");
    lab_protocol_add(&f.protocol, "record.traces=[{of: cell, variables: [v, k]}]");
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    struct text t = {0};
    lab_trace_csv(&f.record, 0, 0, &t);
    EXPECT_STR(
        text_string(&t),
        "t_ms,v "
        "(mV),k\n0,-70,0.10000000000000001\n0.1,-69.900000000000006,0.10000000000000001\n"
        "0.2,-69.800000000000011,0.10000000000000001\n");
    text_fini(&t);
    lab_fixture_end(&f);
}

static void record_when_empty_then_only_a_header(void **state)
{
    (void)state;
    const struct lab_record r = {.dt_fs = 1};
    struct text t = {0};
    lab_trace_csv(&r, 0, 0, &t);
    EXPECT_STR(text_string(&t), "t_ms\n");
    text_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trace_when_written_then_header_units_and_exact_numbers),
        cmocka_unit_test(record_when_empty_then_only_a_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
