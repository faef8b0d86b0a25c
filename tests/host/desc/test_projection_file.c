#include "support/expect.h"

#include "desc_fixture.h"

static int write_cell(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file(
        "current.yaml",
        "receptors: {EX: i_x, G: g}\nstate: {i_x: 0 pA, g: 0 nS}\nequations: |\n  di_x/dt = "
        "-i_x/(5 ms)\n  dg/dt = -g/(5 ms)\n");
    (void)fixture_file("bare.yaml",
                       "units: none\nreceptors: {EX: g}\nstate: {g: 0 nS}\nequations: g = g\n");
    return 0;
}

static void load(struct fixture *f, const char *projections)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "time: {duration: 100 ms}\nspace: {side: 500 um}\nfunctions: {k(x): "
                   "exp(-x/100 um)}\npopulations:\n"
                   "  A: {model: lif.yaml, count: 10}\n  B: {model: lif.yaml, count: 10}\n  N: "
                   "{model: lif.yaml, count: 0}\n  C: {model: current.yaml, count: 3}\n  U: "
                   "{model: bare.yaml, count: 3}\nprojections:\n%s",
                   projections);
    fixture_network_with(f, text, NULL);
}

static void expect_error(const char *entry, const char *part)
{
    struct fixture f;
    char text[700];
    (void)snprintf(text, sizeof text, "  P: {%s}\n", entry);
    load(&f, text);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), part);
    fixture_close(&f);
}

static void projection_when_read_has_all_its_parts(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "  Z: {from: [A, B], to: B, rule: pairwise_bernoulli, p: k(distance), weight: "
             "{AMPA: \"lognormal(1 nS, 0.5 nS)\", GABA: 2 nS}, delay: \"1 ms + distance/0.8 "
             "m/s\", scale: 2.5}\n"
             "  Y: {from: A, to: B, rule: fixed_indegree, indegree: 2*4, allow_multapses: "
             "false, allow_autapses: false, receptor: gaba, weight: 1 nS, delay: 0 ms}\n"
             "  X: {from: A, to: B, rule: one_to_one, receptor: AMPA, weight: 1 nS}\n"
             "  W: {from: A, to: B, rule: all_to_all, receptor: AMPA, weight: \"ite(i_pre == "
             "i_post, 0 nS, 1 nS)\"}\n");
    EXPECT_STR(text_string(&f.found), "");
    const struct desc_projection *const p = f.net->projections;
    EXPECT_EQ_I64(f.net->n_projections, 4);
    EXPECT_STR(p[0].name, "Z"); /* in the file's order */
    EXPECT_EQ_I64(p[0].n_from, 2);
    EXPECT_EQ_I64(p[0].n_to, 1);
    EXPECT_EQ_I64(p[0].rule, RULE_PAIRWISE_BERNOULLI);
    EXPECT_EQ_I64(p[0].n_weights, 2);
    EXPECT_NEAR(p[0].scale, 2.5, 0);
    EXPECT_TRUE(p[0].allow_autapses && p[0].allow_multapses);
    EXPECT_EQ_I64(p[0].p_at.line, 11);
    EXPECT_EQ_I64(p[0].delay_at.line, 11);
    EXPECT_EQ_I64(p[1].rule, RULE_FIXED_INDEGREE);
    EXPECT_EQ_I64(p[1].indegree, 8);
    EXPECT_TRUE(!p[1].allow_autapses && !p[1].allow_multapses);
    EXPECT_NEAR(fixture_value(p[1].delay), 0, 0);
    EXPECT_EQ_I64(p[2].rule, RULE_ONE_TO_ONE);
    EXPECT_NEAR(fixture_value(p[2].delay), 1, 0); /* NEST's default */
    EXPECT_NEAR(p[2].scale, 1, 0);
    EXPECT_EQ_I64(p[3].rule, RULE_ALL_TO_ALL);
    fixture_close(&f);
}

static void constants_when_at_their_limits_are_taken(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "  P: {from: A, to: B, rule: pairwise_bernoulli, p: 0, receptor: AMPA, weight: 0 nS, "
         "delay: 409.5 ms, scale: 0}\n"
         "  Q: {from: A, to: A, rule: pairwise_bernoulli, p: 1, receptor: AMPA, weight: 1 nS}\n"
         "  R: {from: A, to: A, rule: fixed_indegree, indegree: 0, receptor: AMPA, weight: 1 "
         "nS}\n"
         "  S: {from: A, to: A, rule: fixed_indegree, indegree: 10, allow_multapses: false, "
         "receptor: AMPA, weight: 1 nS}\n"
         "  T: {from: A, to: A, rule: fixed_indegree, indegree: 11, receptor: AMPA, weight: 1 "
         "nS}\n");
    EXPECT_STR(text_string(&f.found), "");
    EXPECT_NEAR(fixture_value(f.net->projections[0].p), 0, 0);
    EXPECT_NEAR(f.net->projections[0].scale, 0, 0);
    fixture_close(&f);
}

static void projections_when_wrong_are_refused(void **state)
{
    (void)state;
    expect_error("to: A, rule: all_to_all, receptor: AMPA, weight: 1 nS",
                 "projection 'P' has no 'from'");
    expect_error("from: A, rule: all_to_all, receptor: AMPA, weight: 1 nS",
                 "projection 'P' has no 'to'");
    expect_error("from: A, to: B, receptor: AMPA, weight: 1 nS", "projection 'P' has no rule");
    expect_error("from: A, to: B, rule: all_to_all", "projection 'P' has no weight");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1",
                 "'1' has no unit");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: nS",
                 "unknown name 'nS'");
    expect_error("from: A, to: B, rule: fixed_indegree, receptor: AMPA, weight: 1 nS",
                 "rule fixed_indegree needs 'indegree'");
    expect_error(
        "from: A, to: B, rule: fixed_indegree, indegree: 1.5, receptor: AMPA, weight: 1 nS",
        "must be a whole number");
    expect_error(
        "from: N, to: B, rule: fixed_indegree, indegree: 1, receptor: AMPA, weight: 1 nS",
        "population 'N' has 0 sources");
    expect_error("from: A, to: B, rule: pairwise_bernoulli, p: \"uniform(0, 1)\", receptor: "
                 "AMPA, weight: 1 nS",
                 "draws a random number");
    expect_error(
        "from: A, to: B, rule: pairwise_bernoulli, p: distance, receptor: AMPA, weight: 1 nS",
        "p of projection 'P'");
    expect_error(
        "from: A, to: B, rule: pairwise_bernoulli, p: t/1 ms, receptor: AMPA, weight: 1 nS",
        "p of projection 'P' cannot follow the time t");
    expect_error(
        "from: A, to: B, rule: pairwise_bernoulli, p: 0.1 > 0.05, receptor: AMPA, weight: 1 nS",
        "true or false");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, delay: 1",
                 "'1' has no unit");
    expect_error(
        "from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, delay: i*1 ms",
        "cannot depend on the cell's index i");
    expect_error(
        "from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, delay: 409.6 ms",
        "is 4096 steps: at most 4095");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, scale: -1",
                 "scale of projection 'P' is -1");
    expect_error(
        "from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, allow_autapses: 0",
        "must be true or false, not '0'");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, indegree: 3",
                 "rule all_to_all has no 'indegree'");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1 nS, deley: 3 ms",
                 "did you mean 'delay'?");
    expect_error("from: A, to: B, rule: all_to_all, receptor: AMPA, weight: 1e31 nS",
                 "it must be 0 or more, and finite");
}

/* Weights of a current, and of a model without units, have a sign; those of a conductance do
 * not. */
static void weights_when_below_zero_are_those_of_no_conductance(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "  P: {from: A, to: C, rule: all_to_all, receptor: EX, weight: -90 pA}\n"
         "  Q: {from: A, to: U, rule: all_to_all, weight: -2}\n"
         "  R: {from: A, to: C, rule: all_to_all, receptor: EX, weight: \"normal(-90 pA, 10 "
         "pA)\"}\n");
    if (f.code != ERR_OK) {
        fail_msg("%s", text_string(&f.found));
    }
    EXPECT_NEAR(fixture_value(f.net->projections[0].weights[0].value), -90, 0);
    EXPECT_NEAR(fixture_value(f.net->projections[1].weights[0].value), -2, 0);
    fixture_close(&f);
    expect_error("from: A, to: C, rule: all_to_all, weight: {EX: -90 pA, G: -1 nS}",
                 "weight of projection 'P' is -1 nS: it must be 0 or more, and finite");
    expect_error("from: A, to: A, rule: all_to_all, weight: {GABA: -1 nS}",
                 "its reversal potential or its sign in the model inhibits");
    expect_error("from: A, to: C, rule: all_to_all, receptor: EX, weight: -1e31 pA",
                 "weight of projection 'P' is -1e+31 pA: it must be finite");
    expect_error("from: A, to: C, rule: all_to_all, receptor: EX, weight: -1 pA, scale: -1",
                 "scale of projection 'P' is -1: it must be 0 or more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projection_when_read_has_all_its_parts),
        cmocka_unit_test(constants_when_at_their_limits_are_taken),
        cmocka_unit_test(projections_when_wrong_are_refused),
        cmocka_unit_test(weights_when_below_zero_are_those_of_no_conductance),
    };
    return cmocka_run_group_tests(tests, write_cell, fixture_clean);
}
