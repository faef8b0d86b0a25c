/* Where files are found: beside the file that names them, then among the shipped ones. */
#include "support/expect.h"

#include "desc_fixture.h"

static void load(struct fixture *f, const char *path, const char *const *overrides, uint32_t n)
{
    fixture_open(f);
    const struct desc_options o = {.overrides = overrides, .n_overrides = n};
    f->code = desc_load_network(&f->net, path, &o, &f->d, &f->e);
    diag_print(&f->d, 0, &f->found);
}

static void shipped_network_when_run_from_anywhere_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"microcircuit", "networks/microcircuit.yaml",
                                        "./networks/microcircuit.yaml"};
    char here[1000];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir("/"), 0);
    uint64_t hash = 0;
    for (size_t k = 0; k < 3; k++) {
        struct fixture f;
        load(&f, names[k], NULL, 0);
        EXPECT_STR(text_string(&f.found), "");
        EXPECT_STR(f.net->file, "networks/microcircuit.yaml");
        EXPECT_STR(f.net->populations[0].model->stem, "spn_humphries_2009");
        hash = k == 0 ? f.net->content_hash : hash;
        EXPECT_EQ_U64(f.net->content_hash, hash);
        fixture_close(&f);
    }
    assert_int_equal(chdir(here), 0);
}

static void content_hash_when_read_from_disk_equals_the_shipped_one(void **state)
{
    (void)state;
    struct fixture f, g;
    load(&f, "microcircuit", NULL, 0);
    load(&g, TEST_SOURCE_DIR "/networks/microcircuit.yaml", NULL, 0);
    EXPECT_STR(text_string(&g.found), "");
    EXPECT_EQ_U64(f.net->content_hash, g.net->content_hash);
    fixture_close(&f);
    fixture_close(&g);
}

static void own_file_when_it_has_a_shipped_models_path_comes_first(void **state)
{
    (void)state;
    char command[1200];
    (void)snprintf(command, sizeof command, "mkdir -p '%s/desc_%ld/models'", TEST_BINARY_DIR,
                   (long)getpid());
    assert_int_equal(system(command), 0);
    (void)fixture_file("models/dspn.yaml", FIXTURE_LIF);
    struct fixture f;
    fixture_network(&f,
                    "time: {duration: 1 ms}\npopulations: {A: {model: models/dspn.yaml, count: "
                    "1}, B: {model: dspn, count: 1}, C: {model: models/fsi.yaml, count: 1}}\n");
    EXPECT_EQ_I64(f.net->populations[0].model->n_parameters, 5);
    EXPECT_EQ_I64(f.net->populations[1].model->n_parameters, 23);
    EXPECT_STR(f.net->populations[2].model->file, "networks/models/fsi.yaml");
    fixture_close(&f);
}

/* A path in an override is the user's: relative to where the program stands, else to the
 * network. */
static void model_in_an_override_when_beside_the_network_is_found(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file("other.yaml", FIXTURE_LIF);
    static const char *const good[] = {"populations.A.model=other.yaml"},
                             *const bad[] = {"populations.A.model=othr.yaml"};
    const char *const path = fixture_file("net.yaml", FIXTURE_NET(""));
    struct fixture f;
    load(&f, path, good, 1);
    EXPECT_STR(text_string(&f.found), "");
    EXPECT_STR(f.net->populations[0].model->stem, "other");
    fixture_close(&f);
    load(&f, path, bad, 1);
    EXPECT_EQ_I64(f.code, ERR_USAGE);
    EXPECT_CONTAINS(f.e.msg, "--set populations.A.model=othr.yaml: cannot read model");
    fixture_close(&f);
}

static void unknown_name_when_near_a_shipped_one_is_suggested(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "microcircit", NULL, 0);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found),
                    "no shipped network or model is called 'microcircit'");
    EXPECT_CONTAINS(text_string(&f.found), "did you mean 'microcircuit'?");
    fixture_close(&f);
    load(&f, "", NULL, 0);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), "the name of a network is empty");
    fixture_close(&f);
    load(&f, "dspn", NULL, 0);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    fixture_close(&f);
}

static void kind_of_a_file_when_asked_for_looks_through_extends(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    EXPECT_TRUE(desc_names_network("microcircuit"));
    EXPECT_TRUE(!desc_names_network("dspn"));
    EXPECT_TRUE(!desc_names_network(fixture_file("m.yaml", "extends: lif.yaml\nname: x\n")));
    EXPECT_TRUE(desc_names_network(fixture_file("n.yaml", "extends: microcircuit\nname: x\n")));
    EXPECT_TRUE(!desc_names_network(fixture_file("m2.yaml", FIXTURE_LIF)));
    EXPECT_TRUE(desc_names_network("no/such/file.yaml"));
    EXPECT_TRUE(desc_names_network(fixture_file("own.yaml", "extends: own.yaml\n")));
}

/* Paths of a network in memory begin in the working folder, then beside its name. */
static void network_when_given_as_a_text_is_loaded(void **state)
{
    (void)state;
    const char *const model = fixture_file("lif.yaml", FIXTURE_LIF);
    struct fixture f;
    for (int k = 0; k < 3; k++) {
        char text[1000];
        (void)snprintf(
            text, sizeof text,
            "time: {duration: 1 ms}\npopulations: {cell: {model: \"%s\", count: 1}}\n",
            k == 0   ? model
            : k == 1 ? "lif.yaml"
                     : "dspn");
        static const char *const overrides[] = {
            "populations.cell.count=3", "inputs.step.to=cell", "inputs.step.variable=I_ext",
            "inputs.step.value=5 pA"};
        const struct desc_options o = {
            .overrides = overrides, .n_overrides = k == 2 ? 1 : 4, .precision = "double"};
        fixture_open(&f);
        f.code =
            desc_load_network_text(&f.net, k == 1 ? model : "a check", text, &o, &f.d, &f.e);
        diag_print(&f.d, 0, &f.found);
        if (f.code != ERR_OK) {
            fail_msg("%s\n%s", f.e.msg, text_string(&f.found));
        }
        EXPECT_EQ_I64(f.net->populations[0].n, 3);
        EXPECT_EQ_I64(f.net->precision, PRECISION_DOUBLE);
        EXPECT_EQ_I64(f.net->n_inputs, k == 2 ? 0 : 1);
        fixture_close(&f);
    }
    fixture_open(&f);
    const char *const wrong =
        "time: {duration: 1 ms}\npopulations: {cell: {model: nothing, count: 1}}\n";
    EXPECT_EQ_I64(desc_load_network_text(&f.net, "a check", wrong, NULL, &f.d, &f.e), ERR_FILE);
    diag_print(&f.d, 0, &f.found);
    EXPECT_CONTAINS(text_string(&f.found),
                    "a check:2:29: error: no shipped model is called 'nothing'");
    fixture_close(&f);
    fixture_open(&f);
    const char *const sound =
        "time: {duration: 1 ms}\npopulations: {cell: {model: dspn, count: 1}}\n";
    static const char *const bad[] = {"populations.cell.set.phi1=7"};
    const struct desc_options o = {.overrides = bad, .n_overrides = 1};
    EXPECT_EQ_I64(desc_load_network_text(&f.net, "a check", sound, &o, &f.d, &f.e), ERR_USAGE);
    fixture_close(&f);
}

static void expect_whole(const struct desc_network *n)
{
    EXPECT_EQ_I64(n->n_inputs, 3);
    EXPECT_EQ_I64(n->inputs[0].n_spikes, 2);
    EXPECT_EQ_I64(n->inputs[1].n_spikes, 2);
    EXPECT_EQ_I64(n->inputs[2].table.n, 2);
    EXPECT_NEAR(n->inputs[0].spikes[1].weight, 2, 0);
    EXPECT_NEAR(n->populations[0].initial[0].column[1], -71, 0);
    EXPECT_EQ_I64(n->n_projections, 1);
    const struct desc_edges *const e = n->projections[0].edges;
    EXPECT_EQ_I64(e->n, 2);
    EXPECT_TRUE(e->source[1] == 1 && e->target[0] == 1 && e->delay[1] == 20);
    EXPECT_NEAR(e->weight[0][1], 2, 0);
}

/* With rows of every kind of file. */
static void load_when_any_request_for_memory_fails_is_whole_or_an_error(void **state)
{
    (void)state;
    (void)fixture_file("plain.yaml", FIXTURE_LIF);
    (void)fixture_file("e.csv", "pre,post,w,d\n0,1,1,1\n1,0,2,2\n");
    (void)fixture_file("s.csv", "time,neuron,receptor,weight\n1,0,AMPA,1\n2,1,AMPA,2\n");
    (void)fixture_file("c.csv", "t_ms,I\n0,1\n1,2\n");
    (void)fixture_file("v.csv", "v\n-70\n-71\n");
    const char *const path = fixture_file(
        "n.yaml",
        "time: {duration: 5 ms}\npopulations:\n"
        "  A: {model: plain.yaml, count: 2, initial: {v: {file: v.csv, column: v, unit: mV}}}\n"
        "inputs:\n  I: {to: A, spikes: {file: s.csv, unit: nS}}\n"
        "  J: {to: A, spikes: [[1 ms, AMPA, 1 nS]]}\n"
        "  K: {to: A, variable: I_ext, value: {file: c.csv, unit: pA}}\n"
        "projections:\n"
        "  E: {from: A, to: A, rule: edges, file: e.csv, weight: {AMPA: {column: w, unit: "
        "nS}}, delay: {column: d, unit: ms}}\n");
    char kept[512];
    (void)snprintf(kept, sizeof kept, "%s", path);
    bool has_failed = true;
    uint32_t n_failures = 0;
    for (uint64_t n = 1; has_failed; n++) {
        struct fixture f;
        fixture_open(&f);
        const uint64_t before = mem_fail_at(n);
        f.code = desc_load_network(&f.net, kept, NULL, &f.d, &f.e);
        has_failed = mem_fail_at(0) >= before + n;
        diag_print(&f.d, 0, &f.found);
        if (f.code != ERR_OK && !has_failed) {
            fail_msg("%s\n%s", f.e.msg, text_string(&f.found));
        }
        if (f.code == ERR_OK) { /* a text for a message may go missing, nothing else */
            expect_whole(f.net);
        }
        n_failures += has_failed;
        fixture_close(&f);
    }
    EXPECT_TRUE(n_failures > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_network_when_run_from_anywhere_is_found),
        cmocka_unit_test(content_hash_when_read_from_disk_equals_the_shipped_one),
        cmocka_unit_test(own_file_when_it_has_a_shipped_models_path_comes_first),
        cmocka_unit_test(model_in_an_override_when_beside_the_network_is_found),
        cmocka_unit_test(unknown_name_when_near_a_shipped_one_is_suggested),
        cmocka_unit_test(kind_of_a_file_when_asked_for_looks_through_extends),
        cmocka_unit_test(network_when_given_as_a_text_is_loaded),
        cmocka_unit_test(load_when_any_request_for_memory_fails_is_whole_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
