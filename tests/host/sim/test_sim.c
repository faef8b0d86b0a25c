#include "support/expect.h"

#include "support/sim_fixture.h"

static const char random_network[] =
    "time: {settle: 5 ms, duration: 60 ms, step: 0.1 ms}\n"
    "populations:\n"
    "  A: {model: izhikevich_2003, count: 300, initial: {v: 'uniform(-70, -50)'}}\n"
    "  B: {model: izhikevich_2003, count: 100, initial: {v: 'uniform(-70, -50)'}, preset: "
    "fast_spiking}\n"
    "inputs:\n"
    "  drive: {to: [A, B], poisson: 2500 Hz, weight: {EXC: 1.4}}\n"
    "projections:\n"
    "  exc: {from: A, to: [A, B], rule: pairwise_bernoulli, p: 0.05, receptor: EXC, weight: "
    "'lognormal(1.5, 0.5)', delay: "
    "'uniform(0.5 ms, 3 ms)'}\n"
    "  inh: {from: B, to: A, rule: fixed_indegree, indegree: 5, receptor: INH, weight: 3, "
    "delay: 0.8 ms}\n"
    "record:\n"
    "  traces: [{of: A, neurons: [0, 17, 299], every: 0.3 ms, variables: [v, u]}, {of: B, "
    "neurons: 0..9, from: 10 ms, until: 20 ms, "
    "variables: [v]}]\n";

static void expect_same_for_slices_and_threads(const char *precision)
{
    static const char *const sizes[][2] = {
        {"populations.A.count=1",    "populations.B.count=5"  },
        {"populations.A.count=15",   "populations.B.count=16" },
        {"populations.A.count=17",   "populations.B.count=257"},
        {"populations.A.count=1000", "populations.B.count=100"}
    };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const char *const overrides[] = {
            sizes[k][0], sizes[k][1],
            "record.traces=[{of: A, neurons: [0], variables: [v, u]}]", precision};
        struct sim_report first = {0};
        struct caught caught = {0};
        for (uint32_t j = 0; j < 5; j++) {
            static const struct sim_options options[] = {
                {.threads = 1},
                {            .threads = 1,  .slice = 1},
                {            .threads = 2,  .slice = 2},
                {            .threads = 3           },
                { .threads = 2,            .partitions = 5}
            };
            struct loaded l = {0};
            struct err e;
            struct sim_report r;
            struct caught c;
            load(&l, random_network, overrides, 4);
            EXPECT_OK(run(&l, &options[j], INT64_MAX, &r, &c, &e));
            EXPECT_TRUE(c.is_sorted && c.n_spikes == r.n_spikes && r.n_spikes > 0);
            EXPECT_EQ_I64(r.n_done, 600);
            EXPECT_TRUE(r.first_step_s > 0 && r.simulate_s > 0 && r.note[0] != '\0');
            for (uint32_t p = 0; p < 2; p++) {
                EXPECT_EQ_U64(c.hash[p], r.population_hash[p]);
            }
            EXPECT_EQ_U64(c.n_rows[0], 600);
            if (j == 0) {
                EXPECT_TRUE(k != 3 || l.network->slice ==
                                          6); /* least delay 0.5 ms, and the step itself */
                first = r;
                caught = c;
            } else {
                EXPECT_EQ_U64(r.hash, first.hash);
                EXPECT_EQ_U64(c.row_bits[0], caught.row_bits[0]);
                EXPECT_EQ_U64(c.row_bits[1], caught.row_bits[1]);
                sim_report_fini(&r);
            }
            unload(&l);
        }
        sim_report_fini(&first);
    }
}

static void hash_and_rows_do_not_depend_on_slices_or_threads(void **state)
{
    (void)state;
    expect_same_for_slices_and_threads("precision=single");
}

static void double_precision_does_not_depend_on_slices_or_threads(void **state)
{
    (void)state;
    expect_same_for_slices_and_threads("precision=double");
}

static void network_runs_again_with_the_same_spikes(void **state)
{
    (void)state;
    struct loaded l = {0};
    struct err e;
    struct caught c;
    const struct sim_options o = {.threads = 2};
    load(&l, random_network, NULL, 0);
    uint64_t hash = 0;
    for (int k = 0; k < 2; k++) {
        struct sim_report r;
        EXPECT_OK(run(&l, &o, INT64_MAX, &r, &c, &e));
        EXPECT_EQ_U64(c.n_rows[0], 200);
        EXPECT_EQ_U64(c.n_rows[2], 100);
        EXPECT_TRUE(k == 0 || r.hash == hash);
        hash = r.hash;
        sim_report_fini(&r);
    }
    unload(&l);
}

static const char apart[] =
    "time: {duration: 50 ms, step: 0.1 ms}\n"
    "populations:\n"
    "  %s\n"
    "  B: {model: izhikevich_2003, count: 64, initial: {v: 'uniform(-70, -50)'}}\n"
    "  %s\n"
    "inputs:\n"
    "  drive: {to: B, poisson: 2500 Hz, weight: {EXC: 1.6}}\n"
    "projections:\n"
    "  inh: {from: B, to: B, rule: pairwise_bernoulli, p: 0.1, receptor: INH, weight: "
    "'uniform(1, 2)', delay: 1 "
    "ms}\n";

static void others_keep_their_spikes_when_populations_come_and_move(void **state)
{
    (void)state;
    static const char other[] = "A: {model: izhikevich_2003, count: 40, set: {I: 10}}";
    static const char *const parts[][2] = {
        {"",    ""   },
        {other, ""   },
        {"",    other}
    };
    uint64_t hash = 0;
    for (int k = 0; k < 3; k++) {
        char text[2000];
        (void)snprintf(text, sizeof text, apart, parts[k][0], parts[k][1]);
        struct loaded l = {0};
        struct err e;
        struct sim_report r;
        struct caught c;
        load(&l, text, NULL, 0);
        EXPECT_OK(run(&l, &(struct sim_options){.threads = 1}, INT64_MAX, &r, &c, &e));
        const uint32_t p = k == 1 ? 1 : 0;
        EXPECT_STR(l.network->populations[p].name, "B");
        EXPECT_TRUE(r.population_spikes[p] > 20);
        EXPECT_TRUE(k == 0 || r.population_spikes[1 - p] > 20);
        EXPECT_TRUE(k == 0 || r.population_hash[p] == hash);
        hash = r.population_hash[p];
        sim_report_fini(&r);
        unload(&l);
    }
}

static void interrupted_run_hands_out_what_is_done(void **state)
{
    (void)state;
    struct loaded l = {0};
    struct err e;
    struct sim_report r;
    struct caught c;
    load(&l, random_network, NULL, 0);
    EXPECT_ERR(run(&l, &(struct sim_options){.threads = 1, .slice = 1}, 200, &r, &c, &e),
               ERR_INTERRUPTED, "interrupted at t = 20 ms");
    EXPECT_TRUE(r.is_interrupted);
    EXPECT_EQ_I64(r.n_done, 200);
    EXPECT_EQ_U64(c.n_rows[0], 67);
    EXPECT_EQ_U64(c.hash[0], r.population_hash[0]);
    sim_report_fini(&r);
    EXPECT_ERR(run(&l, &(struct sim_options){.threads = 1, .slice = 1}, -10, &r, &c, &e),
               ERR_INTERRUPTED, "t = -1 ms");
    EXPECT_EQ_U64(r.n_spikes, 0);
    EXPECT_EQ_U64(r.hash, HASH_FNV_START);
    sim_report_fini(&r);
    unload(&l);
}

static void state_out_of_range_ends_the_run_at_its_step(void **state)
{
    (void)state;
    static const char text[] =
        "time: {settle: 1 ms, duration: 20 ms, step: 0.1 ms}\n"
        "populations:\n"
        "  A: {model: izhikevich_2003, count: 1, set: {I: 15}}\n"
        "  B: {model: izhikevich_2003, count: 3}\n"
        "inputs:\n"
        "  shove: {to: B, variable: I, value: 'ite(t >= 5 ms, log(0.5 - i), 0)'}\n"
        "record: {traces: [{of: A, neurons: [0], variables: [v]}]}\n";
    for (uint32_t slice = 1; slice <= 32; slice += 31) {
        struct loaded l = {0};
        struct err e;
        struct sim_report r;
        struct caught c;
        load(&l, text, NULL, 0);
        EXPECT_ERR(
            run(&l, &(struct sim_options){.threads = 1, .slice = slice}, INT64_MAX, &r, &c, &e),
            ERR_NUMERIC, "population 'B', neuron 1: v is nan at t = 5.1 ms");
        EXPECT_EQ_I64(r.n_done, 51);
        EXPECT_EQ_U64(c.n_rows[0], 51);
        EXPECT_EQ_U64(c.hash[0], r.population_hash[0]);
        sim_report_fini(&r);
        unload(&l);
    }
}

/* exp(91) is no float, but a double: only single precision ends there. */
static void state_out_of_range_depends_on_the_precision(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 2 ms, step: 0.1 ms}\n"
        "populations:\n"
        "  A: {model: integrator_neuron_simple, count: 3}\n"
        "inputs:\n"
        "  shove: {to: A, variable: g_ampa, value: 'exp(70*t/(1 ms))'}\n";
    for (int k = 0; k < 2; k++) {
        static const char *const precisions[] = {"precision=single", "precision=double"};
        struct loaded l = {0};
        struct err e;
        struct sim_report r;
        struct caught c;
        load(&l, text, &precisions[k], 1);
        const enum err_code code =
            run(&l, &(struct sim_options){.threads = 1}, INT64_MAX, &r, &c, &e);
        EXPECT_EQ_I64(code, k == 0 ? ERR_NUMERIC : ERR_OK);
        EXPECT_EQ_I64(r.n_done, k == 0 ? 14 : 20);
        if (k == 0) {
            EXPECT_CONTAINS(e.msg, "neuron 0: g_ampa is nan at t = 1.4 ms");
        }
        sim_report_fini(&r);
        unload(&l);
    }
}

static void eulers_limit_is_reported_with_first_offender_and_count(void **state)
{
    (void)state;
    /* dt*J of v is 0.08*v + 5 at a step of 1 ms: below -2 from -87.5 mV down, so in cells 6 to
     * 19 at step 0, and nowhere at step 32. */
    static const char text[] =
        "time: {duration: 40 ms, step: 1 ms}\n"
        "populations:\n"
        "  A: {model: izhikevich_2003, count: 3}\n"
        "  B: {model: izhikevich_2003, count: 20, initial: {v: '-60 - 5*i'}}\n";
    for (uint32_t slice = 1; slice <= 32; slice += 31) {
        struct loaded l = {0};
        struct err e;
        struct sim_report r;
        struct caught c;
        load(&l, text, NULL, 0);
        EXPECT_OK(run(&l, &(struct sim_options){.threads = 2, .slice = slice}, INT64_MAX, &r,
                      &c, &e));
        EXPECT_EQ_I64(r.n_warnings, 1);
        EXPECT_EQ_I64(r.warnings[0].population, 1);
        EXPECT_EQ_I64(r.warnings[0].cell, 6);
        EXPECT_EQ_I64(r.warnings[0].step, 0);
        EXPECT_EQ_U64(r.warnings[0].count, 14);
        EXPECT_STR(r.warnings[0].variable, "v");
        EXPECT_NEAR(r.warnings[0].value, -2.2, 1e-5);
        sim_report_fini(&r);
        unload(&l);
    }
}

static void run_reports_the_fault_when_memory_is_out(void **state)
{
    (void)state;
    struct loaded l = {0};
    load(&l, random_network,
         (const char *const[]){"populations.A.count=20", "populations.B.count=20",
                               "time.duration=1 ms",
                               "record.traces=[{of: A, neurons: [0], variables: [v]}]"},
         4);
    for (uint64_t n = 1; n < 3000; n += 7) {
        struct err e;
        struct sim_report r = {0};
        struct caught c;
        (void)mem_fail_at(n);
        const enum err_code code =
            run(&l, &(struct sim_options){.threads = 2}, INT64_MAX, &r, &c, &e);
        (void)mem_fail_at(0);
        sim_report_fini(&r);
        if (code == ERR_OK) {
            EXPECT_TRUE(n > 50);
            break;
        }
        EXPECT_EQ_I64(code, ERR_NOMEM);
    }
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_and_rows_do_not_depend_on_slices_or_threads),
        cmocka_unit_test(double_precision_does_not_depend_on_slices_or_threads),
        cmocka_unit_test(network_runs_again_with_the_same_spikes),
        cmocka_unit_test(others_keep_their_spikes_when_populations_come_and_move),
        cmocka_unit_test(interrupted_run_hands_out_what_is_done),
        cmocka_unit_test(state_out_of_range_ends_the_run_at_its_step),
        cmocka_unit_test(state_out_of_range_depends_on_the_precision),
        cmocka_unit_test(eulers_limit_is_reported_with_first_offender_and_count),
        cmocka_unit_test(run_reports_the_fault_when_memory_is_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
