#include "support/expect.h"
#include "support/net_fixture.h"

#include "net/inside.h"
#include "base/stream.h"

#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

static float draw(const char *name, size_t n, enum stream_purpose purpose, uint32_t cell)
{
    const uint64_t key = stream_key(1, purpose, name, n);
    return f32_u01(philox4x32(cell, 0, 0, 0, (u32)key, (u32)(key >> 32)).w0);
}

static const char cells[] = "time: {duration: 1 ms}\n"
                            "space: {shape: box, side: [100 um, 200 um, 50 um]}\n"
                            "populations:\n"
                            "  P:\n"
                            "    model: test_cell.yaml\n"
                            "    count: 300\n"
                            "    set: {k: \"uniform(1, 3)\", tau: \"5 ms + x/(100 um/ms)\"}\n"
                            "    initial: {v: \"uniform(-80 mV, -60 mV)\", w: \"2*k + v/mV + "
                            "i\", g_a: \"truncated(normal(1 nS, "
                            "5 nS), 0 nS, 2 nS)\"}\n";

static void values_when_drawn_follow_their_streams(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, cells);
    const struct net_population *const p = &f.n->populations[0];
    const int k = model_find_parameter(p->model, "k"),
              tau = model_find_parameter(p->model, "tau");
    const int v = model_find_state(p->model, "v"), w = model_find_state(p->model, "w"),
              g = model_find_state(p->model, "g_a");
    EXPECT_TRUE(p->parameter[k] != NULL && p->parameter[tau] != NULL);
    for (uint32_t i = 0; i < p->n; i++) {
        const float value = 1.0f + 2.0f * draw("P\0k", 3, STREAM_PARAMETER, i);
        EXPECT_SAME_F32((float)p->parameter[k][i], value);
        const float u = draw("P\0v", 3, STREAM_INITIAL, i);
        EXPECT_SAME_F32((float)p->state[v][i], -80.0f + 20.0f * u);
        EXPECT_NEAR(p->state[w][i], 2.0 * (double)value + p->state[v][i] + i, 1e-4);
        EXPECT_TRUE(p->state[g][i] >= 0.0 && p->state[g][i] <= 2.0);
        EXPECT_NEAR(p->parameter[tau][i], 5.0 + (double)p->x[i] / 100.0, 1e-5);
    }
    net_fixture_close(&f);
}

static void padding_when_filled_copies_cell_0(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, cells);
    const struct net_population *const p = &f.n->populations[0];
    EXPECT_EQ_I64(p->n_padded, 304);
    for (uint32_t i = p->n; i < p->n_padded; i++) {
        for (uint32_t s = 0; s < p->step.n_states; s++) {
            EXPECT_SAME_F64(p->state[s][i], p->state[s][0]);
        }
        EXPECT_SAME_F32(p->x[i], p->x[0]);
    }
    net_fixture_close(&f);
}

static void positions_when_drawn_fill_the_box(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f, cells);
    const struct net_population *const p = &f.n->populations[0];
    const uint64_t key = stream_key(1, STREAM_POSITION, "P", 1);
    double mean[3] = {0};
    for (uint32_t i = 0; i < p->n; i++) {
        const struct philox_words w = philox4x32(i, 0, 0, 0, (u32)key, (u32)(key >> 32));
        EXPECT_SAME_F32(p->x[i], f32_u01(w.w0) * 100.0f);
        EXPECT_SAME_F32(p->y[i], f32_u01(w.w1) * 200.0f);
        EXPECT_SAME_F32(p->z[i], f32_u01(w.w2) * 50.0f);
        mean[0] += (double)p->x[i] / 300.0;
        mean[1] += (double)p->y[i] / 300.0;
        mean[2] += (double)p->z[i] / 300.0;
    }
    /* sd of a mean: side/sqrt(12*300); 5 sd */
    EXPECT_NEAR(mean[0], 50.0, 5.0 * 100.0 / 60.0);
    EXPECT_NEAR(mean[1], 100.0, 5.0 * 200.0 / 60.0);
    EXPECT_NEAR(mean[2], 25.0, 5.0 * 50.0 / 60.0);
    net_fixture_close(&f);
}

static void values_when_another_population_is_added_stay(void **state)
{
    (void)state;
    struct net_fixture a, b;
    net_fixture_open(
        &a,
        "time: {duration: 1 ms}\npopulations:\n"
        "  P: {model: test_cell.yaml, count: 40, initial: {v: \"normal(-60 mV, 5 mV)\"}}\n");
    net_fixture_open(
        &b, "time: {duration: 1 ms}\npopulations:\n"
            "  A: {model: test_cell.yaml, count: 7, initial: {v: \"normal(-60 mV, 5 mV)\"}}\n"
            "  P: {model: test_cell.yaml, count: 60, initial: {w: \"uniform(0, 1)\", v: "
            "\"normal(-60 mV, 5 mV)\"}}\n");
    const struct net_population *const p = &a.n->populations[0], *const q =
                                                                     &b.n->populations[1];
    const int v = model_find_state(p->model, "v");
    for (uint32_t i = 0; i < p->n; i++) {
        EXPECT_SAME_F64(p->state[v][i], q->state[v][i]);
    }
    EXPECT_TRUE(b.n->populations[0].state[v][0] != q->state[v][0]);
    net_fixture_close(&a);
    net_fixture_close(&b);
}

static void expect_error(const char *population, const char *part)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "time: {duration: 1 ms}\npopulations:\n  P: {model: test_cell.yaml, count: 300, %s}\n",
        population);
    struct net_fixture f;
    struct err e = {0};
    EXPECT_EQ_I64(net_fixture_try(&f, text, NULL, 0, &e), ERR_FILE);
    if (!net_fixture_says(&f, DIAG_ERROR, part)) {
        net_fixture_fail(&f, ERR_FILE, &e);
    }
    net_fixture_close(&f);
}

static void values_when_wrong_name_population_cell_and_variable(void **state)
{
    (void)state;
    expect_error("initial: {w: \"log(19.5 - i)\"}",
                 "initial value of 'w' of population 'P', cell 20, is not a number");
    expect_error("initial: {w: \"exp(i)\"}",
                 "initial value of 'w' of population 'P', cell 89, is infinite");
    expect_error("set: {k: \"sqrt(9 - i)\"}",
                 "parameter 'k' of population 'P', cell 10, is not a number");
    expect_error("initial: {w: \"truncated(normal(0, 1), 50, 51)\"}",
                 "'w' of population 'P', cell 0: truncated() found no value");
}

/* The same words in double: 2*(2*(r >> 9) + 1)*2^-24 + 1 has no rounding there. */
static void values_when_in_double_have_its_bits(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open_double(&f, cells);
    const struct net_population *const p = &f.n->populations[0];
    const int k = model_find_parameter(p->model, "k"),
              tau = model_find_parameter(p->model, "tau");
    const int v = model_find_state(p->model, "v"), w = model_find_state(p->model, "w"),
              g = model_find_state(p->model, "g_a");
    for (uint32_t i = 0; i < p->n; i++) {
        const double value = 1.0 + 2.0 * (double)draw("P\0k", 3, STREAM_PARAMETER, i);
        EXPECT_SAME_F64(p->parameter[k][i], value);
        const double u = (double)draw("P\0v", 3, STREAM_INITIAL, i);
        EXPECT_SAME_F64(p->state[v][i], -80.0 + 20.0 * u);
        EXPECT_SAME_F64(p->state[w][i], 2.0 * value + p->state[v][i] + (double)i);
        EXPECT_TRUE(p->state[g][i] >= 0.0 && p->state[g][i] <= 2.0);
        EXPECT_SAME_F64(p->parameter[tau][i], 5.0 + (double)p->x[i] / 100.0);
    }
    for (uint32_t i = p->n; i < p->n_padded; i++) {
        EXPECT_SAME_F64(p->state[w][i], p->state[w][0]);
    }
    net_fixture_close(&f);
}

/* Counts are drawn from means rounded to single in both. */
static void counts_when_drawn_are_the_same_in_both_precisions(void **state)
{
    (void)state;
    static const char text[] =
        "time: {duration: 1 ms}\npopulations:\n"
        "  P: {model: test_cell.yaml, count: 500, initial: {w: \"poisson(0.1 + i/7)\"}}\n";
    struct net_fixture f, g;
    net_fixture_open(&f, text);
    net_fixture_open_double(&g, text);
    const int w = model_find_state(f.n->populations[0].model, "w");
    double sum = 0.0;
    for (uint32_t i = 0; i < 500; i++) {
        EXPECT_SAME_F64(f.n->populations[0].state[w][i], g.n->populations[0].state[w][i]);
        sum += f.n->populations[0].state[w][i];
    }
    EXPECT_NEAR(sum, 500 * 0.1 + 250 * 499 / 7.0, 5.0 * sqrt(18000.0));
    net_fixture_close(&f);
    net_fixture_close(&g);
}

static const char with_columns[] =
    "time: {duration: 1 ms}\npopulations:\n"
    "  P:\n    model: test_cell.yaml\n    count: 20\n"
    "    set: {k: {file: cells.csv, column: k}}\n"
    "    initial: {v: {file: cells.csv, column: v_mV, unit: mV}, w: \"2*k + v/mV\"}\n";

static void open_columns(struct net_fixture *f, const char *precision, const char *last_k,
                         enum err_code expected)
{
    char csv[2048] = "k,v_mV\n";
    for (uint32_t i = 0; i < 20; i++) {
        char row[64];
        snprintf(row, sizeof row, "0.%u,-60.%u\n", i + 1, i);
        if (i == 19) {
            snprintf(row, sizeof row, "%s,-1\n", last_k);
        }
        strcat(csv, row);
    }
    const char *const files[] = {"cells.csv", csv, NULL};
    struct err e = {0};
    const struct desc_options options = {.precision = precision};
    enum err_code code = net_fixture_load(f, with_columns, files, &options, &e);
    if (code == ERR_OK) {
        code = network_create(&f->n, f->desc, &f->d, &e);
    }
    if (code != expected) {
        net_fixture_fail(f, code, &e);
    }
}

/* Values of a column stand as they are, rounded once in single precision; other values may use
 * them. */
static void columns_when_given_are_the_cells_values(void **state)
{
    (void)state;
    for (int q = 0; q < 2; q++) {
        struct net_fixture f;
        open_columns(&f, q == 0 ? "single" : "double", "0.3", ERR_OK);
        const struct net_population *const p = &f.n->populations[0];
        const int k = model_find_parameter(p->model, "k"), v = model_find_state(p->model, "v"),
                  w = model_find_state(p->model, "w");
        EXPECT_TRUE(p->parameter[k] != NULL);
        for (uint32_t i = 0; i < 19; i++) {
            char number[32];
            snprintf(number, sizeof number, "0.%u", i + 1);
            const double wanted = strtod(number, NULL);
            snprintf(number, sizeof number, "-60.%u", i);
            const double start = strtod(number, NULL);
            EXPECT_SAME_F64(p->parameter[k][i], q == 0 ? (double)(float)wanted : wanted);
            EXPECT_SAME_F64(p->state[v][i], q == 0 ? (double)(float)start : start);
            EXPECT_NEAR(p->state[w][i], 2.0 * wanted + start, q == 0 ? 1e-4 : 1e-13);
        }
        EXPECT_SAME_F64(p->state[v][31], p->state[v][0]); /* padding */
        net_fixture_close(&f);
    }
}

static void column_when_beyond_single_precision_is_an_error(void **state)
{
    (void)state;
    struct net_fixture f;
    open_columns(&f, "single", "1e39", ERR_FILE);
    EXPECT_TRUE(net_fixture_says(&f, DIAG_ERROR,
                                 "parameter 'k' of population 'P', cell 19, is infinite"));
    net_fixture_close(&f);
    open_columns(&f, "double", "1e39", ERR_OK);
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_when_drawn_follow_their_streams),
        cmocka_unit_test(padding_when_filled_copies_cell_0),
        cmocka_unit_test(positions_when_drawn_fill_the_box),
        cmocka_unit_test(values_when_another_population_is_added_stay),
        cmocka_unit_test(values_when_wrong_name_population_cell_and_variable),
        cmocka_unit_test(values_when_in_double_have_its_bits),
        cmocka_unit_test(counts_when_drawn_are_the_same_in_both_precisions),
        cmocka_unit_test(columns_when_given_are_the_cells_values),
        cmocka_unit_test(column_when_beyond_single_precision_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
