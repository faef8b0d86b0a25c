#include "support/expect.h"

#include "desc_fixture.h"

static int write_cells(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file("one.yaml", "receptors: {EXC: g}\nstate: {g: 0 nS}\nequations: g = g\n");
    (void)fixture_file(
        "current.yaml",
        "receptors: {EX: i_x, G: g}\nstate: {i_x: 0 pA, g: 0 nS}\nequations: |\n  di_x/dt = "
        "-i_x/(5 ms)\n  dg/dt = -g/(5 ms)\n");
    (void)fixture_file("bare.yaml",
                       "units: none\nreceptors: {E: v}\nstate: {v: 0 mV}\nequations: v = v\n");
    (void)fixture_file("train.csv", "time,neuron,receptor,weight\n0.25,3,AMPA,1.5\n0.1,0,gaba,"
                                    "2\n0.1,0,AMPA,0.5\n100,1,AMPA,0\n");
    return 0;
}

static void load(struct fixture *f, const char *input)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "time: {duration: 100 ms}\nconstants: {w: 2 nS}\npopulations:\n  A: {model: "
                   "lif.yaml, count: 4}\n"
                   "  B: {model: lif.yaml, count: 4}\n  C: {model: lif.yaml, count: 2}\n  D: "
                   "{model: one.yaml, count: 2}\n"
                   "  N: {model: bare.yaml, count: 2}\n  S: {model: current.yaml, count: "
                   "2}\ninputs:\n  I: {%s}\n",
                   input);
    fixture_network_with(f, text, NULL);
    if (f->code != ERR_OK && f->code != ERR_FILE) {
        fail_msg("%s", f->e.msg);
    }
}

static void load_sound(struct fixture *f, const char *input)
{
    load(f, input);
    if (f->code != ERR_OK) {
        fail_msg("%s", text_string(&f->found));
    }
}

static void expect_spike(const struct desc_input *in, uint32_t k, int64_t step, uint32_t neuron,
                         const char *receptor, double weight)
{
    assert_true(k < in->n_spikes);
    EXPECT_EQ_I64(in->spikes[k].step, step);
    EXPECT_EQ_I64(in->spikes[k].neuron, neuron);
    assert_true(in->spikes[k].receptor < in->n_weights);
    EXPECT_STR(in->weights[in->spikes[k].receptor].receptor, receptor);
    EXPECT_TRUE(in->weights[in->spikes[k].receptor].value == NULL);
    EXPECT_NEAR(in->spikes[k].weight, weight, 1e-15);
}

static void file_when_read_gives_events_in_its_order(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "to: [A, B], spikes: {file: train.csv, unit: nS}");
    EXPECT_EQ_I64(f.net->n_inputs, 1);
    const struct desc_input *const in = f.net->inputs;
    EXPECT_EQ_I64(in->kind, DESC_TRAIN);
    EXPECT_EQ_I64(in->n_to, 2);
    EXPECT_EQ_I64(in->n_spikes, 4);
    expect_spike(in, 0, 3, 3, "AMPA", 1.5);
    expect_spike(in, 1, 1, 0, "GABA", 2);
    expect_spike(in, 2, 1, 0, "AMPA", 0.5);
    expect_spike(in, 3, 1000, 1, "AMPA", 0);
    fixture_close(&f);
}

static void columns_when_named_are_taken(void **state)
{
    (void)state;
    struct fixture f;
    (void)fixture_file("other.csv", "cell,t_s,AMPA,rec,q\n1,0.02,x,GABA,300\n");
    load_sound(&f, "to: A, spikes: {file: other.csv, time: t_s, time_unit: s, neuron: cell, "
                   "receptor: rec, weight: q, unit: pS}");
    expect_spike(f.net->inputs, 0, 200, 1, "GABA", 0.3);
    fixture_close(&f);
    load_sound(&f, "to: A, spikes: {file: other.csv, time: t_s, time_unit: s, neuron: cell, "
                   "receptor: GABA, weight: 0.6 nS}");
    expect_spike(f.net->inputs, 0, 200, 1, "GABA", 0.6);
    fixture_close(&f);
    load_sound(&f, "to: A, spikes: {file: other.csv, time: t_s, time_unit: s, neuron: cell, "
                   "receptor: rec, weight: \"2*w\"}");
    expect_spike(f.net->inputs, 0, 200, 1, "GABA", 4);
    fixture_close(&f);
    (void)fixture_file("short.csv", "time,neuron,weight\n1,1,3\n");
    load_sound(&f, "to: D, spikes: {file: short.csv, unit: nS}"); /* the only receptor */
    expect_spike(f.net->inputs, 0, 10, 1, "EXC", 3);
    fixture_close(&f);
    load_sound(&f, "to: N, spikes: {file: short.csv}");
    expect_spike(f.net->inputs, 0, 10, 1, "E", 3);
    fixture_close(&f);
    load_sound(&f, "to: N, spikes: {file: short.csv, unit: V}");
    expect_spike(f.net->inputs, 0, 10, 1, "E", 3000);
    fixture_close(&f);
}

static void events_when_inline_go_to_all_or_one(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "to: [A, B], spikes: [[20 ms, AMPA, 0.6 nS], [20.34 ms, 2, GABA, w], [0 ms, "
                   "{AMPA: 1 nS, GABA: 2 nS}], "
                   "[0 ms, 1, {gaba: 3 nS}]]");
    const struct desc_input *const in = f.net->inputs;
    EXPECT_EQ_I64(f.net->n_inputs, 1);
    EXPECT_EQ_I64(in->n_to, 2);
    EXPECT_EQ_I64(in->n_weights, 2);
    EXPECT_EQ_I64(in->n_spikes, 4 + 1 + 8 + 1);
    for (uint32_t k = 0; k < 4; k++) {
        expect_spike(in, k, 200, k, "AMPA", 0.6);
        expect_spike(in, 5 + k, 0, k, "AMPA", 1);
        expect_spike(in, 9 + k, 0, k, "GABA", 2);
    }
    expect_spike(in, 4, 203, 2, "GABA", 2);
    expect_spike(in, 13, 0, 1, "GABA", 3);
    fixture_close(&f);
    /* Populations of another size have events of their own. */
    load_sound(&f, "to: [A, B, C], spikes: [[20 ms, AMPA, 0.6 nS]]");
    EXPECT_EQ_I64(f.net->n_inputs, 2);
    EXPECT_EQ_I64(f.net->inputs[0].n_to, 2);
    EXPECT_EQ_I64(f.net->inputs[0].n_spikes, 4);
    EXPECT_EQ_I64(f.net->inputs[1].to[0], 2);
    EXPECT_EQ_I64(f.net->inputs[1].n_spikes, 2);
    fixture_close(&f);
}

static void window_when_given_drops_events_outside(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "to: D, from: 10 ms, until: 20 ms, spikes: [[9.94 ms, EXC, w], [9.95 ms, "
                   "EXC, w], [19.94 ms, EXC, w], "
                   "[19.95 ms, EXC, w]]");
    EXPECT_EQ_I64(f.net->inputs[0].n_spikes, 4);
    expect_spike(f.net->inputs, 0, 100, 0, "EXC", 2);
    expect_spike(f.net->inputs, 3, 199, 1, "EXC", 2);
    fixture_close(&f);
}

static void expect_error(const char *input, const char *message)
{
    struct fixture f;
    load(&f, input);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found), message);
    fixture_close(&f);
}

static void trains_when_wrong_are_refused(void **state)
{
    (void)state;
    expect_error("to: A, spikes: 3",
                 "'spikes' of input 'I' must be a list of events or name a file");
    expect_error("to: A, spikes: {unit: nS}", "'spikes' of input 'I' names no 'file'");
    expect_error("to: A, spikes: {file: train.csv}", "the weights of input 'I' has no 'unit'");
    expect_error("to: A, spikes: {file: train.csv, unit: mV}",
                 "'unit' of the weights of input 'I' is mV, where nS is wanted");
    expect_error("to: A, spikes: {file: train.csv, unit: nS, time: tme}",
                 "did you mean 'time'?");
    expect_error("to: A, spikes: {file: train.csv, unit: nS, receptor: NMDA}",
                 "'NMDA' is neither a column of '");
    expect_error("to: A, spikes: {file: train.csv, unit: nS, cell: x}",
                 "unknown key 'cell' in 'spikes' of input 'I'");
    expect_error("to: C, spikes: {file: train.csv, unit: nS}",
                 "train.csv:2:6: error: there is no cell 3: population 'C' has 2 cells");
    expect_error("to: D, spikes: {file: train.csv, unit: nS}",
                 "train.csv:2:8: error: there is no receptor 'AMPA'");
    expect_error("to: A, spikes: [[20 ms, AMPA]]",
                 "an event of input 'I' must have a time, a receptor and a weight");
    expect_error("to: A, spikes: [20 ms]",
                 "an event of input 'I' must have a time, a receptor and a weight");
    expect_error("to: A, spikes: [[-1 ms, AMPA, w]]",
                 "a time of input 'I' is -1 ms: the run goes from 0 to 100 ms");
    expect_error("to: A, spikes: [[100.1 ms, AMPA, w]]",
                 "is 100.1 ms: the run goes from 0 to 100 ms");
    expect_error("to: A, spikes: [[1 ms, 4, AMPA, w]]",
                 "there is no neuron 4: population 'A' has 4 cells");
    expect_error("to: A, spikes: [[1 ms, x, AMPA, w]]", "must be a whole number");
    expect_error("to: A, spikes: [[1 ms, EXC, w]]", "input 'I': there is no receptor 'EXC'");
    expect_error("to: A, spikes: [[1 ms, AMPA, 1 mV]]", "mV");
    expect_error("to: A, spikes: [[1 ms, AMPA, -1 nS]]",
                 "a weight of input 'I' must be a constant, 0 or more");
    expect_error("to: A, spikes: [[1 ms, AMPA, w]], weight: 1 nS, receptor: AMPA",
                 "'weight' belongs to an input of events");
    expect_error("to: A, poisson: 1 Hz, spikes: [[1 ms, AMPA, w]]", "has more than one of");
    (void)fixture_file("bad.csv", "time,neuron,receptor,weight\n-0.1,0,AMPA,1\n100.5,0,AMPA,"
                                  "1\n1,0,AMPA,-1\n1,0,AMPA,x\n1e999,0,AMPA,1\n");
    struct fixture f;
    load(&f, "to: A, spikes: {file: bad.csv, unit: nS}");
    EXPECT_EQ_I64(f.d.n_errors, 5);
    EXPECT_CONTAINS(text_string(&f.found),
                    "bad.csv:2:1: error: -0.1 ms: the run goes from 0 to 100 ms");
    EXPECT_CONTAINS(text_string(&f.found),
                    "bad.csv:4:10: error: -1: a weight must be 0 or more");
    fixture_close(&f);
}

static void weights_when_below_zero_are_those_of_no_conductance(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "to: S, spikes: [[1 ms, EX, -90 pA], [2 ms, 1, {EX: -2 pA, G: 1 nS}]]");
    expect_spike(f.net->inputs, 0, 10, 0, "EX", -90);
    expect_spike(f.net->inputs, 2, 20, 1, "EX", -2);
    fixture_close(&f);
    load_sound(&f, "to: N, spikes: [[1 ms, E, -3]]");
    expect_spike(f.net->inputs, 0, 10, 0, "E", -3);
    fixture_close(&f);
    (void)fixture_file("signed.csv", "time,neuron,receptor,weight\n1,0,EX,-90\n2,1,EX,3\n");
    load_sound(&f, "to: S, spikes: {file: signed.csv, unit: pA}");
    expect_spike(f.net->inputs, 0, 10, 0, "EX", -90);
    fixture_close(&f);
    load_sound(&f, "to: S, spikes: {file: signed.csv, receptor: EX, weight: -5 pA}");
    expect_spike(f.net->inputs, 1, 20, 1, "EX", -5);
    fixture_close(&f);
    load_sound(&f, "to: S, poisson: 5 Hz, receptor: EX, weight: -87.8 pA");
    EXPECT_NEAR(fixture_value(f.net->inputs->weights[0].value), -87.8, 1e-12);
    fixture_close(&f);
    load_sound(&f, "to: S, bernoulli: 5 Hz, weight: {EX: -87.8 pA, G: 1 nS}");
    fixture_close(&f);
    expect_error("to: S, bernoulli: 5 Hz, weight: {EX: -87.8 pA, G: -1 nS}",
                 "weight of input 'I' is -1 nS: it must be 0 or more, and finite");
    expect_error("to: S, spikes: [[1 ms, G, -1 nS]]",
                 "a weight of input 'I' must be a constant, 0 or more");
    expect_error("to: S, spikes: [[1 ms, EX, -1e31 pA]]",
                 "a weight of input 'I' must be a constant, and finite");
    (void)fixture_file("g.csv", "time,neuron,receptor,weight\n1,0,EX,-90\n2,1,EX,-2e30\n");
    expect_error("to: S, spikes: {file: g.csv, unit: pA}",
                 "g.csv:3:8: error: -2e30: a weight must be finite");
    (void)fixture_file("h.csv", "time,neuron,w\n1,0,-90\n");
    expect_error("to: S, spikes: {file: h.csv, receptor: G, weight: w, unit: nS}",
                 "h.csv:2:5: error: -90: a weight must be 0 or more");
}

static void events_when_for_too_many_cells_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    (void)fixture_file("plain.yaml", FIXTURE_LIF);
    fixture_network_with(&f,
                         "time: {duration: 5 ms}\npopulations:\n"
                         "  A: {model: plain.yaml, count: 9000000}\n"
                         "inputs:\n  I: {to: A, spikes: [[1 ms, AMPA, 1 nS], [2 ms, AMPA, 1 "
                         "nS], [3 ms, 7, AMPA, 1 nS]]}\n",
                         NULL);
    EXPECT_EQ_I64(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found),
                    "input 'I' has 18000000 events in all cells, most is 16777216");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_when_read_gives_events_in_its_order),
        cmocka_unit_test(columns_when_named_are_taken),
        cmocka_unit_test(events_when_inline_go_to_all_or_one),
        cmocka_unit_test(window_when_given_drops_events_outside),
        cmocka_unit_test(trains_when_wrong_are_refused),
        cmocka_unit_test(events_when_for_too_many_cells_are_refused),
        cmocka_unit_test(weights_when_below_zero_are_those_of_no_conductance),
    };
    return cmocka_run_group_tests(tests, write_cells, fixture_clean);
}
