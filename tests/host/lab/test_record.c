#include "support/expect.h"
#include "support/lab_fixture.h"

static void cell_when_run_then_spikes_and_rows_are_kept(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "precision=double");
    lab_protocol_add(&f.protocol, "time.duration=50 ms");
    lab_protocol_add(&f.protocol, "populations.cell.count=3");
    lab_protocol_add(&f.protocol, "populations.cell.set.I=i");
    lab_protocol_add(&f.protocol, "record.traces=[{of: cell, neurons: [0, 2], every: 0.5 ms, "
                                  "from: 10 ms, variables: [v, drive]}]");
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    const struct lab_record *const r = &f.record;
    EXPECT_EQ_I64(r->n_populations, 1);
    EXPECT_STR(r->populations[0].name, "cell");
    EXPECT_EQ_I64(r->n_steps, 500);
    EXPECT_TRUE(r->precision == PRECISION_DOUBLE && !r->has_stopped);
    /* Euler from 0 to I = 2: 1 - 2*0.99^n crosses 0 at n = 69: v >= 1 after step 68, then every
     * 69 steps: 7 spikes. */
    EXPECT_EQ_I64(r->populations[0].n_spikes, 7);
    for (size_t k = 0; k < 7; k++) {
        EXPECT_EQ_I64(r->populations[0].spikes[k].cell, 2);
        EXPECT_EQ_I64(r->populations[0].spikes[k].step, 68 + 69 * (int64_t)k);
    }
    const struct lab_trace *const v = lab_trace_of(r, 0, "v"), *const drive =
                                                                   lab_trace_of(r, 0, "drive");
    EXPECT_TRUE(v != NULL && drive != NULL && lab_trace_of(r, 0, "u") == NULL &&
                lab_trace_of(r, 1, "v") == NULL);
    EXPECT_EQ_I64(v->n_rows, 80);
    EXPECT_EQ_I64(v->n_cells, 2);
    EXPECT_EQ_I64(v->cells[1], 2);
    EXPECT_EQ_I64(v->from, 100);
    EXPECT_EQ_I64(v->every, 5);
    EXPECT_SAME_F64(v->values[0], 0.0);
    EXPECT_NEAR(v->values[1], 2.0 * (1.0 - pow(0.99, 100 - 69)), 1e-12);
    EXPECT_SAME_F64(drive->values[2 * 79 + 1], 2.0);
    lab_fixture_end(&f);
}

static uint64_t fingerprint_of(const char *entry, uint64_t *hash)
{
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "time.duration=20 ms");
    lab_protocol_add(&f.protocol, "record.traces=[{of: cell, variables: [v]}]");
    lab_protocol_add(&f.protocol, "%s", entry);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    const uint64_t fingerprint = f.record.fingerprint;
    *hash = f.record.hash;
    lab_fixture_end(&f);
    return fingerprint;
}

/* The spike hash of two silent runs is one; what was recorded tells them apart. */
static void silent_runs_when_they_differ_then_fingerprints_differ(void **state)
{
    (void)state;
    uint64_t h[3];
    const uint64_t a = fingerprint_of("populations.cell.set.I=0.5", &h[0]),
                   again = fingerprint_of("populations.cell.set.I=0.5", &h[1]),
                   b = fingerprint_of("populations.cell.set.I=0.6", &h[2]);
    EXPECT_EQ_U64(a, again);
    EXPECT_TRUE(a != b);
    EXPECT_EQ_U64(h[0], h[2]);
}

static bool stop_at_once(void *context, double fraction)
{
    (void)context;
    (void)fraction;
    return false;
}

static void progress_when_it_refuses_then_interrupted(void **state)
{
    (void)state;
    struct lab_fixture f;
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "time.duration=10 s");
    EXPECT_EQ_I64(lab_protocol_load(&f.protocol, &f.network, &f.d, &f.e), ERR_OK);
    const struct lab_options o = {.progress = stop_at_once};
    EXPECT_EQ_I64(lab_run(&f.record, f.network, NULL, &o, &f.d, &f.e), ERR_INTERRUPTED);
    lab_fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cell_when_run_then_spikes_and_rows_are_kept),
        cmocka_unit_test(silent_runs_when_they_differ_then_fingerprints_differ),
        cmocka_unit_test(progress_when_it_refuses_then_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
