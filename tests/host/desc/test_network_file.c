#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    return 0;
}

static void expect_usage(const char *const *overrides, const char *part)
{
    struct fixture f;
    fixture_network_with(&f, FIXTURE_NET("seed: 3\n"), overrides);
    if (f.code != ERR_USAGE || strstr(f.e.msg, part) == NULL) {
        fail_msg("%s: %s: '%s' without '%s'", overrides[0], err_name(f.code), f.e.msg, part);
    }
    fixture_close(&f);
}

static void network_when_small_has_all_defaults(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, FIXTURE_NET(""));
    const struct desc_network *const n = f.net;
    EXPECT_STR(n->stem, "net");
    EXPECT_STR(n->name, "net");
    EXPECT_EQ_I64(n->dt_fs, INT64_C(100000000000));
    EXPECT_EQ_I64(n->n_settle, 0);
    EXPECT_EQ_I64(n->n_steps, 1000);
    EXPECT_EQ_I64(n->seed, 1);
    EXPECT_TRUE(!n->has_space);
    EXPECT_EQ_I64(n->n_populations, 1);
    EXPECT_EQ_I64(n->populations[0].n, 10);
    EXPECT_EQ_I64(n->n_inputs + n->n_projections + n->n_traces, 0);
    EXPECT_TRUE(n->records_spikes && n->records_population[0]);
    fixture_close(&f);
}

static void microcircuit_when_loaded_by_name_has_its_published_sizes(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    EXPECT_EQ_I64(desc_load_network(&f.net, "microcircuit", NULL, &f.d, &f.e), ERR_OK);
    EXPECT_STR(f.net->stem, "microcircuit");
    EXPECT_EQ_I64(f.net->n_populations, 3);
    EXPECT_EQ_I64(f.net->populations[0].n, 5306); /* 42,450 per mm3 in a cube of 500 um */
    EXPECT_EQ_I64(f.net->populations[2].n, 106);
    EXPECT_EQ_I64(f.net->n_settle, 10000);
    EXPECT_TRUE(f.net->has_space);
    EXPECT_NEAR(f.net->side[2], 500, 0);
    fixture_close(&f);
}

/* The defaults of a section hold for each entry; an entry's own key wins; null undoes one. */
static void defaults_when_given_hold_for_each_entry(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(
        &f,
        FIXTURE_NET(
            "defaults:\n  projections: {rule: pairwise_bernoulli, p: 0.5, receptor: GABA, "
            "weight: 2 nS, allow_autapses: false, delay: 3 ms}\n"
            "  inputs: {to: A, poisson: 5 Hz}\n"
            "inputs: {b: {weight: {AMPA: 1 nS}}, a: {weight: {AMPA: 1 nS}, poisson: 6 Hz}}\n"
            "projections:\n  P: {from: A, to: A}\n  Q: {from: A, to: A, receptor: null, "
            "weight: {AMPA: 4 nS}, allow_autapses: true, delay: null}\n"));
    const struct desc_projection *const p = f.net->projections;
    EXPECT_TRUE(!p[0].allow_autapses && p[1].allow_autapses && p[0].allow_multapses);
    EXPECT_STR(p[0].weights[0].receptor, "GABA");
    EXPECT_STR(p[1].weights[0].receptor, "AMPA");
    EXPECT_NEAR(fixture_value(p[0].delay), 3, 0);
    EXPECT_NEAR(fixture_value(p[1].delay), 1, 0);
    EXPECT_STR(f.net->inputs[0].name, "a");
    EXPECT_NEAR(fixture_value(f.net->inputs[0].rate), 0.006, 1e-18);
    EXPECT_NEAR(fixture_value(f.net->inputs[1].rate), 0.005, 1e-18);
    fixture_close(&f);
}

static void network_when_it_extends_takes_over_and_changes(void **state)
{
    (void)state;
    (void)fixture_file("base.yaml",
                       "name: base\n" FIXTURE_NET(
                           "seed: 5\nprojections: {P: {from: A, to: A, rule: all_to_all, "
                           "weight: {AMPA: 1 nS}}}\n"
                           "inputs: {I: {to: A, poisson: 5 Hz, weight: {AMPA: 1 nS}}}\n"));
    struct fixture f;
    fixture_network(&f, "extends: base.yaml\nprojections.P.scale: 2\npopulations: {A: {count: "
                        "20}, B: {model: lif.yaml, count: 3}}\ninputs: {I: null}\n");
    EXPECT_STR(f.net->name, "base");
    EXPECT_EQ_I64(f.net->seed, 5);
    EXPECT_EQ_I64(f.net->n_populations, 2);
    EXPECT_EQ_I64(f.net->populations[0].n, 20);
    EXPECT_STR(f.net->populations[1].name, "B");
    EXPECT_NEAR(f.net->projections[0].scale, 2, 0);
    EXPECT_EQ_I64(f.net->n_inputs, 0);
    EXPECT_TRUE(f.net->populations[0].model == f.net->populations[1].model); /* read once */
    fixture_close(&f);
}

static void overrides_when_given_act_after_extends(void **state)
{
    (void)state;
    static const char *const overrides[] = {"populations.A.count=7",
                                            "populations.A.set.tau_m=uniform(5 ms, 20 ms)",
                                            "time.step=0.05 ms", NULL};
    struct fixture f;
    fixture_network_with(&f, FIXTURE_NET(""), overrides);
    EXPECT_EQ_I64(f.code, ERR_OK);
    EXPECT_EQ_I64(f.net->populations[0].n, 7);
    EXPECT_TRUE(f.net->populations[0].set[0].on_cell && !f.net->populations[0].set[0].on_time);
    EXPECT_EQ_I64(f.net->n_steps, 2000);
    fixture_close(&f);
}

static void wrong_override_when_given_is_a_usage_error(void **state)
{
    (void)state;
    expect_usage((const char *const[]){"populations.A.cuont=3", NULL},
                 "--set populations.A.cuont=3: unknown key 'cuont' in population 'A'; did you "
                 "mean 'count'?");
    expect_usage((const char *const[]){"population.A.count=3", NULL},
                 "unknown key 'population' in this network; did you mean 'populations'?");
    expect_usage((const char *const[]){"populations.A.count=-3", NULL},
                 "count of population 'A' is -3");
    expect_usage((const char *const[]){"time.duration=5", NULL},
                 "--set time.duration=5: '5' has no unit");
    expect_usage((const char *const[]){"time.step=0.3 ms", NULL},
                 "--set time.step=0.3 ms: 'duration' of 'time' is 100 ms");
    expect_usage((const char *const[]){"seed=-1", NULL}, "'seed' must be a whole number");
    expect_usage((const char *const[]){"inputs.x={to: A, poisson: 5 Hz}", NULL},
                 "input 'x' has no weight");
    expect_usage((const char *const[]){"populations=null", NULL}, "populations");
}

static void faults_of_the_file_when_overridden_too_stay_the_files(void **state)
{
    (void)state;
    static const char *const overrides[] = {"seed=4", NULL};
    struct fixture f;
    fixture_network_with(&f, FIXTURE_NET("zzz: 1\n"), overrides);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), ":4:1: error: unknown key 'zzz'");
    fixture_close(&f);
}

static void duration_and_seed_when_given_win(void **state)
{
    (void)state;
    static const struct {
        const char *duration, *seed;
        enum err_code code;
        const char *part;
    } cases[] = {
        {"20 ms",   "18446744073709551615", ERR_OK,    ""                               },
        {"1 s",     NULL,                   ERR_OK,    ""                               },
        {NULL,      "0",                    ERR_OK,    ""                               },
        {"20",      NULL,                   ERR_USAGE, "--duration 20: '20' has no unit"},
        {"-1 ms",   NULL,                   ERR_USAGE, "it cannot be below 0"           },
        {"0.05 ms", NULL,                   ERR_USAGE, "no multiple of the step"        },
        {"soon",    NULL,                   ERR_USAGE, "--duration soon: "              },
        {"",        NULL,                   ERR_USAGE, "--duration"                     },
        {"1e300 s", NULL,                   ERR_USAGE, "at most 10^15 steps"            },
        {NULL,      "18446744073709551616", ERR_USAGE, "--seed 18446744073709551616: "  },
        {NULL,      "-1",                   ERR_USAGE, "--seed -1: "                    },
        {NULL,      "1.5",                  ERR_USAGE, "--seed 1.5: "                   },
        {NULL,      "x",                    ERR_USAGE, "--seed x: "                     }
    };
    const char *const path = fixture_file("net.yaml", FIXTURE_NET(""));
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct fixture f;
        fixture_open(&f);
        const struct desc_options o = {.duration = cases[k].duration, .seed = cases[k].seed};
        f.code = desc_load_network(&f.net, path, &o, &f.d, &f.e);
        if (f.code != cases[k].code || strstr(f.e.msg, cases[k].part) == NULL) {
            fail_msg("case %zu: %s %s", k, err_name(f.code), f.e.msg);
        }
        if (k == 0) {
            EXPECT_EQ_I64(f.net->n_steps, 200);
            EXPECT_EQ_U64(f.net->seed, UINT64_MAX);
        }
        fixture_close(&f);
    }
}

static uint64_t hash_of(const char *text, const char *const *overrides)
{
    struct fixture f;
    fixture_network_with(&f, text, overrides);
    EXPECT_EQ_I64(f.code, ERR_OK);
    const uint64_t hash = f.net->content_hash;
    fixture_close(&f);
    return hash;
}

static void content_hash_when_anything_read_changes_is_another(void **state)
{
    (void)state;
    static const char *const overrides[] = {"seed=1", NULL};
    const uint64_t plain = hash_of(FIXTURE_NET(""), NULL);
    EXPECT_EQ_U64(hash_of(FIXTURE_NET(""), NULL), plain);
    EXPECT_TRUE(hash_of(FIXTURE_NET("# x\n"), NULL) != plain);
    EXPECT_TRUE(hash_of(FIXTURE_NET(""), overrides) != plain);
    (void)fixture_file("lif.yaml", FIXTURE_LIF "# x\n");
    EXPECT_TRUE(hash_of(FIXTURE_NET(""), NULL) != plain);
    (void)write_cell(NULL);
    EXPECT_EQ_U64(hash_of(FIXTURE_NET(""), NULL), plain);
}

static void integrator_of_a_population_when_given_leaves_others_alone(void **state)
{
    (void)state;
    struct fixture f;
    fixture_network(&f, "time: {duration: 1 ms}\npopulations:\n  A: {model: lif.yaml, count: "
                        "1}\n  B: {model: lif.yaml, count: 1, integrator: exponential_euler}\n"
                        "  C: {model: lif.yaml, count: 1, integrator: exponential_euler}\n");
    EXPECT_EQ_I64(f.net->populations[0].model->integrator, INTEGRATOR_EULER);
    EXPECT_EQ_I64(f.net->populations[1].model->integrator, INTEGRATOR_EXPONENTIAL_EULER);
    EXPECT_TRUE(f.net->populations[1].model == f.net->populations[2].model);
    fixture_close(&f);
}

static void network_when_memory_is_out_fails_in_order(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 16; n++) {
        struct fixture f;
        const char *const path = fixture_file("net.yaml", FIXTURE_NET(""));
        fixture_open(&f);
        (void)mem_fail_at(n);
        f.code = desc_load_network(&f.net, path, NULL, &f.d, &f.e);
        (void)mem_fail_at(0);
        EXPECT_TRUE((f.code == ERR_OK) == (f.net != NULL));
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_when_small_has_all_defaults),
        cmocka_unit_test(microcircuit_when_loaded_by_name_has_its_published_sizes),
        cmocka_unit_test(defaults_when_given_hold_for_each_entry),
        cmocka_unit_test(network_when_it_extends_takes_over_and_changes),
        cmocka_unit_test(overrides_when_given_act_after_extends),
        cmocka_unit_test(wrong_override_when_given_is_a_usage_error),
        cmocka_unit_test(faults_of_the_file_when_overridden_too_stay_the_files),
        cmocka_unit_test(duration_and_seed_when_given_win),
        cmocka_unit_test(content_hash_when_anything_read_changes_is_another),
        cmocka_unit_test(integrator_of_a_population_when_given_leaves_others_alone),
        cmocka_unit_test(network_when_memory_is_out_fails_in_order),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
