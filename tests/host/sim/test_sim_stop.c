#include "support/expect.h"

#include "support/sim_fixture.h"

/* Runs that stop_when ends, through the loop: the same results for any slices and threads, cut
 * after the first step at which the condition holds. */

/* `source` spikes by itself and reaches `right` after 4 ms, so slices may have 32 steps; `left`
 * gets given events. Both flag what they counted (decision >= 0). */
static const char network_text[] =
    "time: {settle: 3 ms, duration: 40 ms, step: 0.1 ms}\n"
    "precision: %s\n"
    "stop_when: \"%s\"\n"
    "populations:\n"
    "  left: {model: integrator_neuron, count: 20, set: {tau: 20 ms, neuron_id: i}}\n"
    "  source: {model: izhikevich_2003, count: 100, initial: {v: 'uniform(-70, -50)'}}\n"
    "  right: {model: integrator_neuron, count: 270, set: {tau: 20 ms}}\n"
    "inputs:\n"
    "  drive: {to: source, poisson: %s, weight: {EXC: 1.6}}\n"
    "  marks:\n"
    "    to: left\n"
    "    spikes: [[30 ms, 5, AMPA, 0.7], [30 ms, 3, AMPA, 1.2], [30 ms, 5, AMPA, 0.6], "
    "[31.7 ms, 0, AMPA, 1.3], [39.9 ms, 19, AMPA, 4], [0 ms, 7, AMPA, 0.9]]\n"
    "projections:\n"
    "  count: {from: source, to: right, rule: pairwise_bernoulli, p: 0.2, receptor: AMPA, "
    "weight: 'uniform(0.01, 0.05)', delay: 'uniform(4 ms, 6 ms)'}\n"
    "record:\n"
    "  traces: [{of: left, neurons: 0..19, variables: [g_ampa, decision]}, {of: right, "
    "neurons: "
    "[0, 269], every: 0.7 ms, variables: [g_ampa]}]\n";

struct ended {
    struct sim_report report;
    struct caught caught;
};

static void run_text(const char *precision, const char *condition, const char *rate,
                     const struct sim_options *o, struct loaded *l, struct ended *out)
{
    static char text[4000];
    (void)snprintf(text, sizeof text, network_text, precision, condition, rate);
    struct err e;
    *l = (struct loaded){0};
    load(l, text, NULL, 0);
    const enum err_code code = run(l, o, INT64_MAX, &out->report, &out->caught, &e);
    if (code != ERR_OK) {
        fail_msg("%s", e.msg);
    }
}

static void expect_same(const struct ended *a, const struct ended *b)
{
    EXPECT_EQ_I64(a->report.n_done, b->report.n_done);
    EXPECT_TRUE(a->report.has_stopped == b->report.has_stopped);
    EXPECT_EQ_U64(a->report.hash, b->report.hash);
    EXPECT_EQ_U64(a->report.n_spikes, b->report.n_spikes);
    EXPECT_EQ_U64(a->caught.n_spikes, b->caught.n_spikes);
    for (uint32_t p = 0; p < 3; p++) {
        EXPECT_EQ_U64(a->caught.hash[p], b->caught.hash[p]);
    }
    for (uint32_t t = 0; t < 3; t++) {
        EXPECT_EQ_U64(a->caught.n_rows[t], b->caught.n_rows[t]);
        EXPECT_EQ_U64(a->caught.row_bits[t], b->caught.row_bits[t]);
    }
    EXPECT_EQ_I64(a->report.n_stop_terms, b->report.n_stop_terms);
    for (uint32_t t = 0; t < a->report.n_stop_terms; t++) {
        EXPECT_EQ_I64(a->report.n_stop_cells[t], b->report.n_stop_cells[t]);
        for (uint32_t k = 0; k < a->report.n_stop_cells[t]; k++) {
            EXPECT_EQ_I64(a->report.stop_cells[t][k], b->report.stop_cells[t][k]);
        }
    }
}

/* Runs in slices of 1 on one thread into *out, and compares with other slices and threads. */
static void run_all_ways(const char *precision, const char *condition, const char *rate,
                         struct ended *out)
{
    static const struct sim_options options[] = {
        {.threads = 1, .slice = 1,  .partitions = 0},
        {.threads = 1, .slice = 32, .partitions = 0},
        {.threads = 2, .slice = 7,  .partitions = 5},
        {.threads = 4, .slice = 0,  .partitions = 0}
    };
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        struct loaded l;
        struct ended other;
        run_text(precision, condition, rate, &options[k], &l, k == 0 ? out : &other);
        if (k != 0) {
            expect_same(&other, out);
            sim_report_fini(&other.report);
        } else {
            EXPECT_TRUE(out->caught.is_sorted);
            EXPECT_EQ_I64(out->caught.last_step, out->report.n_done);
            EXPECT_EQ_U64(out->caught.n_spikes, out->report.n_spikes);
            EXPECT_EQ_U64(out->caught.n_rows[0], (uint64_t)out->report.n_done);
            EXPECT_EQ_U64(out->caught.n_rows[2], ((uint64_t)out->report.n_done + 6) / 7);
        }
        unload(&l);
    }
}

static const char *const precisions[] = {"single", "double"};

/* `steps`: steps done; left: cells of the first term. */
static void expect_stop(const char *condition, int64_t steps, bool has_stopped,
                        uint32_t n_cells, const uint32_t *cells)
{
    for (int k = 0; k < 2; k++) {
        struct ended r;
        run_all_ways(precisions[k], condition, "2500 Hz", &r);
        EXPECT_EQ_I64(r.report.n_done, steps);
        EXPECT_TRUE(r.report.has_stopped == has_stopped);
        EXPECT_EQ_I64(r.report.n_stop_cells[0], n_cells);
        for (uint32_t c = 0; c < n_cells; c++) {
            EXPECT_EQ_I64(r.report.stop_cells[0][c], cells[c]);
        }
        sim_report_fini(&r.report);
    }
}

static void run_ends_after_the_step_of_a_flag_raised_by_events(void **state)
{
    (void)state;
    /* given at 30 ms: seen, counted and flagged in step 300 */
    expect_stop("any(left.decision >= 0)", 301, true, 2, (const uint32_t[]){3, 5});
    expect_stop("any(left.decision == 5)", 301, true, 1, (const uint32_t[]){5});
    expect_stop("any(left.decision == 0)", 318, true, 1, (const uint32_t[]){0});
}

static void run_ends_at_its_first_step_at_its_last_or_never(void **state)
{
    (void)state;
    expect_stop("any(left.g_ampa > 0.5)", 1, true, 1, (const uint32_t[]){7});
    expect_stop("any(left.decision == 19)", 400, true, 1, (const uint32_t[]){19});
    expect_stop("any(left.decision >= 100)", 400, false, 0, NULL);
    expect_stop("not any(left.decision >= 100)", 1, true, 0, NULL);
}

static void all_waits_for_the_last_cell(void **state)
{
    (void)state;
    expect_stop("all(left.g_ampa < 0.5)", 118, true, 0, NULL); /* 0.9*0.995^n < 0.5 */
    expect_stop("all(left.decision >= 0)", 400, false, 0, NULL);
}

static void terms_of_two_populations_are_joined(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct ended alone, either, both;
        run_all_ways(precisions[k], "any(right.decision >= 0)", "2500 Hz", &alone);
        EXPECT_TRUE(alone.report.has_stopped && alone.report.n_stop_cells[0] >= 1);
        EXPECT_TRUE(alone.report.n_done > 50 && alone.report.n_done < 400);
        run_all_ways(precisions[k], "any(left.decision >= 0) or any(right.decision >= 0)",
                     "2500 Hz", &either);
        run_all_ways(precisions[k], "any(left.decision >= 0) and any(right.decision >= 0)",
                     "2500 Hz", &both);
        const int64_t first = alone.report.n_done < 301 ? alone.report.n_done : 301,
                      last = alone.report.n_done < 301 ? 301 : alone.report.n_done;
        EXPECT_EQ_I64(either.report.n_done, first);
        EXPECT_EQ_I64(both.report.n_done, last); /* flags stay up */
        EXPECT_TRUE(both.report.n_stop_cells[0] == 2 && both.report.n_stop_cells[1] >= 1);
        EXPECT_TRUE(either.report.n_stop_cells[0] == 0 || either.report.n_stop_cells[1] == 0 ||
                    first == last);
        sim_report_fini(&alone.report);
        sim_report_fini(&either.report);
        sim_report_fini(&both.report);
    }
}

static void what_follows_the_stop_does_not_matter(void **state)
{
    (void)state;
    struct ended r;
    /* the rate is no number from 30.2 ms on, two steps after the stop */
    run_all_ways("single", "any(left.decision >= 0)",
                 "'1000 Hz*log(30.15 - t/(1 ms)) + 100 Hz'", &r);
    EXPECT_EQ_I64(r.report.n_done, 301);
    sim_report_fini(&r.report);
}

static void steps_before_a_faulty_rate_are_handed_out(void **state)
{
    (void)state;
    struct caught first = {0};
    for (uint32_t slice = 1; slice <= 32; slice += 31) {
        static char text[4000];
        (void)snprintf(text, sizeof text, network_text, "double", "any(left.decision >= 100)",
                       "'1000 Hz*log(30.15 - t/(1 ms)) + 100 Hz'");
        struct loaded l = {0};
        struct sim_report r;
        struct caught c;
        struct err e;
        load(&l, text, NULL, 0);
        EXPECT_ERR(
            run(&l, &(struct sim_options){.threads = 2, .slice = slice}, INT64_MAX, &r, &c, &e),
            ERR_NUMERIC, "30.2 ms");
        EXPECT_EQ_I64(r.n_done, 302);
        EXPECT_EQ_U64(c.n_rows[0], 302);
        EXPECT_TRUE(slice == 1 ||
                    (c.row_bits[0] == first.row_bits[0] && c.hash[1] == first.hash[1]));
        first = c;
        sim_report_fini(&r);
        unload(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_ends_after_the_step_of_a_flag_raised_by_events),
        cmocka_unit_test(run_ends_at_its_first_step_at_its_last_or_never),
        cmocka_unit_test(all_waits_for_the_last_cell),
        cmocka_unit_test(terms_of_two_populations_are_joined),
        cmocka_unit_test(what_follows_the_stop_does_not_matter),
        cmocka_unit_test(steps_before_a_faulty_rate_are_handed_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
