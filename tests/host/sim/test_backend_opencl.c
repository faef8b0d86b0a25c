/* The opencl backend against the cpu backend: same spikes, samples, watches, states, bit for
 * bit. Here the choices the device makes by itself; test_backend_choices.c forces each. */
#include "support/backend_extras.h"

#include <stdlib.h>

static struct device *open_first(void)
{
    struct err e = {0};
    struct device_info *all = NULL;
    struct device *d = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    if (n > 0) {
        EXPECT_OK(device_open(&d, &all[0], NULL, &e));
    }
    mem_free(all);
    return d;
}

static void run_when_choices_are_free_equals_the_cpu_backend(void **state)
{
    struct device *const d = *state;
    static const uint32_t sizes[][2] = {
        {1,    1  },
        {15,   16 },
        {17,   255},
        {1000, 300}
    };
    const uint64_t before = device_allocated(d);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct hand_network b;
        hand_init(&b, sizes[k][0], sizes[k][1], k == 0 ? 0 : 10, 2);
        hand_upload(&b, d);
        const struct sim_options options = {0};
        const struct hand_outcome expected =
            hand_run(&sim_backend_cpu, &b, NULL, &options, -37, 150, b.network.slice, 1);
        EXPECT_TRUE(expected.count[0] > 0 && expected.count[1] > 0 && expected.watches > 0 &&
                    expected.bad == 0);
        hand_expect_same(
            hand_run(&sim_backend_opencl, &b, d, &options, -37, 150, b.network.slice, 64),
            expected);
        hand_expect_same(hand_run(&sim_backend_opencl, &b, d, &options, -37, 150, 1, 1),
                         expected);
        hand_fini(&b);
    }
    EXPECT_EQ_I64(device_allocated(d), before);
}

static void run_when_delays_allow_takes_slices_of_32(void **state)
{
    struct device *const d = *state;
    struct hand_network b;
    hand_init(&b, 300, 40, 40, 2);
    hand_upload(&b, d);
    EXPECT_EQ_I64(b.network.slice, 32);
    const struct sim_options options = {0};
    const struct hand_outcome expected =
        hand_run(&sim_backend_cpu, &b, NULL, &options, -100, 200, 32, 1);
    hand_expect_same(hand_run(&sim_backend_opencl, &b, d, &options, -100, 200, 32, 3),
                     expected);
    hand_fini(&b);
}

/* x grows a thousandfold per step where it is not 0; half of the cells spike always: `spike` is
 * a constant mask for one population and never for the other. */
static struct step_program growing_program(struct arena *arena, bool always_spikes)
{
    struct ir *const ir = ir_create(arena);
    const uint32_t x = ir_var(ir, IR_VAR_STATE, 0);
    struct step_program p = {.ir = ir, .n_states = 1, .spike = IR_NONE};
    p.states = arena_alloc(arena, 1, sizeof *p.states);
    p.streams = arena_alloc(arena, 1, sizeof *p.streams);
    EXPECT_TRUE(!arena_failed(arena));
    p.states[0] = (struct step_state){"x", HAND_OP(MUL, x, HAND_NUMBER(1000.0)), 0};
    p.n_streams = 1;
    if (always_spikes) {
        p.spike = HAND_OP(LT, HAND_NUMBER(1.0), HAND_NUMBER(2.0));
    }
    return p;
}

static void growing_init(struct hand_network *b, uint32_t n0, uint32_t n1)
{
    struct err e = {0};
    *b = (struct hand_network){0};
    EXPECT_OK(arena_create(&b->arena, &e));
    hand_population(b, 0, n0, growing_program(b->arena, true));
    hand_population(b, 1, n1, growing_program(b->arena, false));
    for (uint32_t p = 0; p < NET_POPULATIONS; p++) {
        memset(b->state[p][0], 0, b->populations[p].n_padded * sizeof(double));
        b->populations[p].n_channels = 0;
    }
    hand_connect(b, 4);
    b->network.n_conns = 0;
    b->network.n_channels = 0;
}

/* x grows by what is given: every value can be told by hand. */
static void given_events_when_summed_are_those_of_the_list(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct hand_network b;
    growing_init(&b, 40, 1);
    struct net_population *const q = &b.populations[0];
    struct ir *const ir = ir_create(b.arena);
    uint32_t out = HAND_OP(ADD, ir_var(ir, IR_VAR_STATE, 0), ir_var(ir, IR_VAR_TRAIN, 0));
    struct step_train trains[1] = {
        {0, 0}
    };
    uint32_t stops[2] = {HAND_OP(LT, HAND_NUMBER(0.25), out),
                         HAND_OP(LT, out, HAND_NUMBER(0.625))};
    q->step.ir = ir;
    q->step.spike = IR_NONE;
    q->step.states[0].out = out;
    q->step.trains = trains;
    q->step.n_trains = 1;
    q->step.stops = stops;
    q->step.n_stops = 2;
    b.terms[1].is_all = true; /* all(x >= 0.625): those below are reported */
    b.stop = (struct desc_stop){.terms = b.terms, .n_terms = 2};
    b.desc.stop = &b.stop;
    b.network.desc = &b.desc;
    uint64_t ptr[4] = {0, 5, 5, 7};
    int64_t steps[7] = {-3, 2, 2, 2, 4, 2, 3};
    uint32_t lanes[7] = {0, 3, 3, 4, 15, 7, 7};
    double weights[7] = {9.0, 1e8, 0.5, 0.75, 0.625, -1.0, 2.0};
    q->trains = (struct net_trains){3, 7, ptr, steps, lanes, weights};
    hand_upload(&b, d);
    struct sim_backend *s = NULL;
    struct sim_drained drained;
    const uint32_t due[NET_POPULATIONS] = {0, 0};
    EXPECT_OK(
        sim_backend_opencl.create(&s, &b.network, d, &(struct sim_options){0}, b.sampling, &e));
    EXPECT_OK(sim_backend_opencl.start(s, &b.on_device, &e));
    EXPECT_OK(sim_backend_opencl.advance(s, 0, 4, due, &e)); /* the one at -3 is over */
    EXPECT_OK(sim_backend_opencl.advance(s, 4, 2, due, &e));
    EXPECT_OK(sim_backend_opencl.drain(s, &drained, &e));
    EXPECT_EQ_I64(drained.stop_steps[0], 12);
    EXPECT_EQ_I64(drained.stop_steps[1], 15);
    EXPECT_EQ_I64(drained.n_stop_entries[0], 3);
    uint32_t seen = 0;
    for (uint32_t k = 0; k < 3; k++) {
        const struct spike_entry entry = drained.stop_entries[0][k];
        EXPECT_EQ_I64(entry.steps, entry.cell == 39 ? 8 : 12);
        seen += entry.cell;
    }
    EXPECT_EQ_I64(seen, 3 + 4 + 39);
    EXPECT_EQ_I64(drained.n_stop_entries[1], 0);
    EXPECT_TRUE(drained.stop_entries[1] == NULL);
    EXPECT_OK(sim_backend_opencl.drain(s, &drained, &e));
    EXPECT_EQ_I64(drained.stop_steps[0], 3);
    EXPECT_EQ_I64(drained.n_stop_entries[0], 4);
    static const uint32_t cells[] = {0, 3, 4, 15, 39, 38};
    static const float expected[] = {0.0f, 1e8f + 0.5f, 0.75f, 0.625f, 1.0f, 0.0f};
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
        double x = -1.0;
        EXPECT_OK(sim_backend_opencl.read_cell(s, 0, cells[k], &x, &e));
        EXPECT_NEAR(x, (double)expected[k], 0.0);
    }
    sim_backend_opencl.destroy(s);
    hand_fini(&b);
}

static void expect_extras(struct device *d, uint32_t n0, uint32_t n1, uint32_t delay,
                          enum precision precision)
{
    struct hand_network b;
    hand_init(&b, n0, n1, delay, 2);
    if (precision == PRECISION_DOUBLE) {
        extra_double(&b);
    }
    extra_trains(&b);
    extra_stops(&b);
    hand_upload(&b, d);
    const struct sim_options options = {0};
    const struct hand_outcome expected =
        hand_run(&sim_backend_cpu, &b, NULL, &options, -37, 150, b.network.slice, 1);
    EXPECT_TRUE(expected.count[0] > 0 && expected.watches > 0 && expected.bad == 0);
    EXPECT_TRUE(expected.stops != 0 && expected.stopped != 0);
    hand_expect_same(
        hand_run(&sim_backend_opencl, &b, d, &options, -37, 150, b.network.slice, 64),
        expected);
    hand_expect_same(hand_run(&sim_backend_opencl, &b, d, &options, -37, 150, 1, 1), expected);
    hand_fini(&b);
}

static void run_when_events_are_given_and_stops_asked_equals_the_cpu_backend(void **state)
{
    expect_extras(*state, 1, 17, 0, PRECISION_SINGLE);
    expect_extras(*state, 1000, 300, 10, PRECISION_SINGLE);
}

static void run_when_double_equals_the_cpu_backend(void **state)
{
    struct device *const d = *state;
    if (!device_info_of(d)->has_double) {
        print_message("skipped: no double precision here\n");
        return;
    }
    expect_extras(d, 1, 17, 0, PRECISION_DOUBLE);
    expect_extras(d, 15, 16, 0, PRECISION_DOUBLE);
    expect_extras(d, 1000, 300, 10, PRECISION_DOUBLE);
}

static void run_when_a_state_overflows_names_the_first_step_and_least_cell(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct hand_network b;
    growing_init(&b, 40, 33);
    b.state[0][0][39] = (double)1e30f; /* 1e33, 1e36, then infinite: step 2 */
    b.state[0][0][21] = (double)1e30f;
    b.state[0][0][3] = (double)1e25f;     /* later */
    b.state[0][0][40] = (double)INFINITY; /* padding never counts */
    b.state[1][0][33] = (double)NAN;
    hand_upload(&b, d);
    const struct sim_options options = {0};
    struct sim_backend *s = NULL;
    struct sim_drained out;
    const uint32_t due[NET_POPULATIONS] = {0, 0};
    EXPECT_OK(sim_backend_opencl.create(&s, &b.network, d, &options, b.sampling, &e));
    EXPECT_OK(sim_backend_opencl.start(s, &b.on_device, &e));
    EXPECT_OK(sim_backend_opencl.advance(s, 0, 5, due, &e));
    EXPECT_OK(sim_backend_opencl.advance(s, 5, 5, due, &e));
    EXPECT_OK(sim_backend_opencl.drain(s, &out, &e));
    EXPECT_EQ_I64(out.bad_step[0], 2);
    EXPECT_EQ_I64(out.bad_cell[0], 21);
    EXPECT_EQ_I64(out.bad_step[1], UINT32_MAX);
    EXPECT_EQ_I64(out.n_entries[0], 40);
    EXPECT_EQ_I64(out.entries[0][7].steps, 31);
    EXPECT_EQ_I64(out.n_entries[1], 0);
    EXPECT_TRUE(out.samples[0] == NULL);
    EXPECT_OK(sim_backend_opencl.drain(s, &out, &e));
    EXPECT_EQ_I64(out.first, 5);
    EXPECT_EQ_I64(out.bad_step[0], 0);
    double x = 0.0;
    EXPECT_OK(sim_backend_opencl.read_cell(s, 0, 21, &x, &e));
    EXPECT_TRUE(isinf(x));
    EXPECT_OK(sim_backend_opencl.read_cell(s, 1, 32, &x, &e));
    EXPECT_SAME_F32((float)x, 0.0f);
    EXPECT_ERR(sim_backend_opencl.read_cell(s, 1, 33, &x, &e), ERR_ARG, "second");
    sim_backend_opencl.destroy(s);
    hand_fini(&b);
}

/* More spikes than are read ahead, in slots too large to be read whole: every cell in every
 * slice, with slices in flight behind. */
static void drain_when_lists_are_long_gives_every_spike(void **state)
{
    struct device *const d = *state;
    struct hand_network b;
    growing_init(&b, 20000, 5);
    hand_upload(&b, d);
    const struct sim_options options = {0};
    const struct hand_outcome expected =
        hand_run(&sim_backend_cpu, &b, NULL, &options, -5, 95, 5, 1);
    EXPECT_EQ_I64(expected.count[0], 20000 * 100);
    hand_expect_same(hand_run(&sim_backend_opencl, &b, d, &options, -5, 95, 5, 64), expected);
    hand_fini(&b);
}

static void calls_when_wrong_say_what(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct hand_network b;
    struct sim_backend *s = NULL;
    char note[128];
    const uint32_t due[NET_POPULATIONS] = {0, 0};
    growing_init(&b, 16, 1);
    hand_upload(&b, d);
    EXPECT_ERR(sim_backend_opencl.create(&s, &b.network, d, &(struct sim_options){.width = 3},
                                         b.sampling, &e),
               ERR_USAGE, "1, 4, 8 or 16, not 3");
    EXPECT_TRUE(s == NULL);
    EXPECT_OK(sim_backend_opencl.create(&s, &b.network, d, &(struct sim_options){.width = 16},
                                        b.sampling, &e));
    EXPECT_ERR(sim_backend_opencl.start(s, &b.wiring, &e), ERR_ARG, "on the device");
    EXPECT_OK(sim_backend_opencl.start(s, &b.on_device, &e));
    EXPECT_ERR(sim_backend_opencl.start(s, &b.on_device, &e), ERR_ARG, "already");
    EXPECT_ERR(sim_backend_opencl.advance(s, 0, 0, due, &e), ERR_ARG, "a slice of 0 steps");
    EXPECT_ERR(sim_backend_opencl.advance(s, 0, 6, due, &e), ERR_ARG, "at most 5");
    sim_backend_opencl.describe(s, note, sizeof note);
    EXPECT_CONTAINS(note, "width 16, ");
    EXPECT_CONTAINS(note, "slice of 5 steps");
    sim_backend_opencl.destroy(s);
    EXPECT_OK(sim_backend_opencl.create(&s, &b.network, d, &(struct sim_options){.slice = 2},
                                        b.sampling, &e));
    EXPECT_OK(sim_backend_opencl.start(s, &b.on_device, &e));
    EXPECT_ERR(sim_backend_opencl.advance(s, 0, 3, due, &e), ERR_ARG, "at most 2");
    sim_backend_opencl.describe(s, note, sizeof note);
    EXPECT_CONTAINS(note, "slice of 2 steps");
    sim_backend_opencl.destroy(s);
    sim_backend_opencl.destroy(NULL);
    hand_fini(&b);
}

/* A rate that is not a number at some t ends the run with the input's name. */
static void advance_when_a_rate_is_not_a_number_names_the_input(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct hand_network b;
    struct sim_backend *s = NULL;
    const uint32_t due[NET_POPULATIONS] = {0, 0};
    growing_init(&b, 16, 1);
    struct step_program *const step = &b.populations[0].step;
    struct ir *const ir = step->ir;
    const uint32_t late = HAND_OP(LT, HAND_NUMBER(1.2),
                                  ir_leaf(ir, IR_TIME, 0, 0)); /* from step 3 of 0.5 ms on */
    step->events = arena_alloc(b.arena, 1, sizeof *step->events);
    EXPECT_TRUE(step->events != NULL);
    step->events[0] = (struct step_event_input){
        "cortex", STEP_POISSON,
        ir_op3(ir, IR_SELECT, late, HAND_NUMBER((double)NAN), HAND_NUMBER(0.5)), 0};
    step->streams[0].n_draws = 1;
    step->n_events = 1;
    hand_upload(&b, d);
    EXPECT_OK(
        sim_backend_opencl.create(&s, &b.network, d, &(struct sim_options){0}, b.sampling, &e));
    EXPECT_OK(sim_backend_opencl.start(s, &b.on_device, &e));
    EXPECT_OK(sim_backend_opencl.advance(s, 0, 3, due, &e));
    EXPECT_ERR(sim_backend_opencl.advance(s, 3, 3, due, &e), ERR_NUMERIC, "cortex");
    sim_backend_opencl.destroy(s);
    hand_fini(&b);
}

/* Every request of create and start fails in turn: an error comes back, and nothing is left
 * behind. */
static void memory_when_out_is_an_error_and_nothing_leaks(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct hand_network b;
    growing_init(&b, 17, 1);
    hand_upload(&b, d);
    const uint64_t before = device_allocated(d);
    uint32_t n_failed = 0;
    for (uint64_t k = 1; k < 500; k++) {
        struct sim_backend *s = NULL;
        (void)mem_fail_at(k);
        enum err_code code = sim_backend_opencl.create(
            &s, &b.network, d, &(struct sim_options){0}, b.sampling, &e);
        if (code == ERR_OK) {
            code = sim_backend_opencl.start(s, &b.on_device, &e);
        }
        (void)mem_fail_at(0);
        sim_backend_opencl.destroy(s);
        EXPECT_EQ_I64(device_allocated(d), before);
        if (code == ERR_OK) {
            break;
        }
        EXPECT_EQ_I64(code, ERR_NOMEM);
        n_failed++;
    }
    EXPECT_TRUE(n_failed > 10 && n_failed < 499);
    hand_fini(&b);
}

int main(void)
{
    if (setenv("STRIATUM_CACHE_DIR", TEST_BINARY_DIR "/test_cache_backend", 1) != 0) {
        return 1;
    }
    struct device *d = open_first();
    if (d == NULL) {
        print_message("skipped: no OpenCL device here\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(run_when_choices_are_free_equals_the_cpu_backend, d),
        cmocka_unit_test_prestate(
            run_when_events_are_given_and_stops_asked_equals_the_cpu_backend, d),
        cmocka_unit_test_prestate(given_events_when_summed_are_those_of_the_list, d),
        cmocka_unit_test_prestate(run_when_double_equals_the_cpu_backend, d),
        cmocka_unit_test_prestate(run_when_delays_allow_takes_slices_of_32, d),
        cmocka_unit_test_prestate(
            run_when_a_state_overflows_names_the_first_step_and_least_cell, d),
        cmocka_unit_test_prestate(drain_when_lists_are_long_gives_every_spike, d),
        cmocka_unit_test_prestate(calls_when_wrong_say_what, d),
        cmocka_unit_test_prestate(advance_when_a_rate_is_not_a_number_names_the_input, d),
        cmocka_unit_test_prestate(memory_when_out_is_an_error_and_nothing_leaks, d),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    device_close(d);
    return failed;
}
