#include "support/expect.h"

#include "net/draws.h"
#include "net/wire_loops.h"
#include "base/hash.h"

#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

#include <float.h>

static void words_when_drawn_are_those_of_the_pair(void **state)
{
    (void)state;
    const uint64_t key = UINT64_C(0x123456789abcdef0);
    static u32 words[256];
    wire_words(key, 77, 3, 4, words);
    for (uint32_t k = 0; k < 256; k++) {
        const uint32_t j = 3 * 64 + k, block = j / 64, r = j % 64;
        const struct philox_words w =
            philox4x32(block * 16 + r % 16, 77, 0, 0, (u32)key, (u32)(key >> 32));
        EXPECT_EQ_I64(words[k], philox_select(w, r / 16));
    }
}

static void hits_when_p_is_an_expression_compare_u01(void **state)
{
    (void)state;
    u32 words[200];
    float p[200], largest = 0.0f;
    uint8_t hit[256];
    for (uint32_t k = 0; k < 200; k++) {
        words[k] = (u32)hash_mix64(k);
        p[k] = (float)k / 150.0f;
    }
    EXPECT_EQ_I64(wire_hits_p(words, p, 200, hit, &largest), 0);
    EXPECT_SAME_F32(largest, p[199]);
    for (uint32_t k = 0; k < 200; k++) {
        EXPECT_EQ_I64(hit[k], f32_u01(words[k]) < p[k]);
        EXPECT_TRUE(p[k] < 1.0f || hit[k] == 1);
    }
    p[13] = -1e-9f;
    EXPECT_EQ_I64(wire_hits_p(words, p, 200, hit, &largest), 1);
    p[13] = NAN;
    EXPECT_EQ_I64(wire_hits_p(words, p, 200, hit, &largest), 1);
    p[13] = 0.0f;
    EXPECT_EQ_I64(wire_hits_p(words, p, 200, hit, &largest), 0);
    EXPECT_EQ_I64(hit[13], 0);
}

static void collect_when_given_hits_lists_them(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 256; n++) {
        uint8_t hit[256];
        u32 out[257], expected = 0;
        memset(hit, 1, sizeof hit); /* what lies past n must not count */
        for (uint32_t k = 0; k < n; k++) {
            hit[k] = (uint8_t)(hash_mix64(k + n) % 3 == 0);
        }
        const u32 found = wire_collect(hit, n, 1000, out);
        for (uint32_t k = 0; k < n; k++) {
            if (hit[k]) {
                EXPECT_EQ_I64(out[expected++], 1000 + k);
            }
        }
        EXPECT_EQ_I64(found, expected);
    }
}

static void threshold_when_at_its_edge_is_inclusive(void **state)
{
    (void)state;
    const u32 words[4] = {0, 9, 10, UINT32_MAX};
    uint8_t hit[8];
    wire_hits_threshold(words, 9, 4, hit);
    EXPECT_TRUE(hit[0] == 1 && hit[1] == 1 && hit[2] == 0 && hit[3] == 0);
    wire_hits_threshold(words, UINT32_MAX, 4, hit);
    EXPECT_EQ_I64(hit[3], 1);
}

static void distances_when_by_row_and_by_edge_are_one(void **state)
{
    (void)state;
    float x[64], y[64], z[64], row[64], edges[64];
    u32 pre[64], post[64];
    for (uint32_t k = 0; k < 64; k++) {
        x[k] = (float)(hash_mix64(k) % 1000) * 0.37f;
        y[k] = (float)(hash_mix64(k + 100) % 1000) * 0.51f;
        z[k] = (float)(hash_mix64(k + 200) % 1000) * 0.11f;
        pre[k] = 5;
        post[k] = k;
    }
    const struct wire_place at = {x[5], y[5], z[5]};
    wire_distance_row(at, x, y, z, 64, row);
    wire_distance_edges(x, y, z, x, y, z, pre, post, 64, edges);
    for (uint32_t k = 0; k < 64; k++) {
        const float dx = x[k] - x[5], dy = y[k] - y[5], dz = z[k] - z[5];
        EXPECT_SAME_F32(row[k], f32_sqrt((dx * dx + dy * dy) + dz * dz));
        EXPECT_SAME_F32(edges[k], row[k]);
    }
}

static void draws_when_of_pairs_are_keyed_by_target_and_number(void **state)
{
    (void)state;
    uint32_t post[32], number[32], words[32];
    for (uint32_t k = 0; k < 32; k++) {
        post[k] = 3 * k;
        number[k] = 1000 - k;
    }
    struct pair_draws d = {
        .keys = {11, UINT64_C(22) << 32},
        .post = post,
        .number = number,
        .flag = PAIR_NUMBERED
    };
    net_pair_draw(&d, PAIR_DELAY_STREAM, 6, 9, 32, words);
    for (uint32_t k = 0; k < 32; k++) {
        const struct philox_words w = philox4x32(post[k], number[k], 0x80000001u, 9, 0, 22);
        EXPECT_EQ_I64(words[k], w.w2);
    }
}

static void draws_when_of_cells_are_keyed_by_index(void **state)
{
    (void)state;
    const uint64_t keys[2] = {5, UINT64_C(0x100000007)};
    uint32_t words[20];
    struct cell_draws d = {.keys = keys, .first = 256};
    net_cell_draw(&d, 1, 5, 2, 20, words);
    for (uint32_t k = 0; k < 20; k++) {
        EXPECT_EQ_I64(words[k], philox4x32(256 + k, 1, 0, 2, 7, 1).w1);
    }
}

static void weights_when_bad_are_found(void **state)
{
    (void)state;
    float largest = 0.0f;
    float w[5] = {0.0f, 1.0f, 2.5f, 0.5f, 0.25f};
    EXPECT_EQ_I64(wire_weight_check(w, 0.0f, 5, &largest), 0);
    EXPECT_SAME_F32(largest, 2.5f);
    const float bad[3] = {-0.5f, NAN, INFINITY};
    for (int k = 0; k < 3; k++) {
        w[3] = bad[k];
        EXPECT_EQ_I64(wire_weight_check(w, 0.0f, 5, &largest), 1);
    }
}

/* The sizes count, and each sign is put back. */
static void weights_when_of_both_signs_are_measured_by_size(void **state)
{
    (void)state;
    const double values[6] = {-0.0, 1.0, -2.75, 0.5, -0.25, -0.125};
    float w[6], largest = 0.0f;
    double x[6], largest_double = 0.0;
    i32 narrow[6];
    i64 wide[6];
    for (int k = 0; k < 6; k++) {
        w[k] = (float)values[k];
        x[k] = values[k];
    }
    EXPECT_EQ_I64(wire_weight_check(w, -FLT_MAX, 6, &largest), 0);
    EXPECT_EQ_I64(wire_weight_check_double(x, -DBL_MAX, 6, &largest_double), 0);
    EXPECT_SAME_F32(largest, 2.75f);
    EXPECT_NEAR(largest_double, 2.75, 0);
    EXPECT_EQ_I64(wire_weight_check_double(x, 0.0, 6, &largest_double), 1);
    memcpy(narrow, w, sizeof w);
    memcpy(wide, x, sizeof x);
    static const i32 expected[6] = {0, 2, -6, 1, -1, 0}; /* in steps of 0.5, ties away from 0 */
    u32 n_zero = 0, n_zero_double = 0;
    EXPECT_EQ_I64(wire_quantise(narrow, 1, 6, &n_zero), 3);
    EXPECT_EQ_I64(wire_quantise_double(wide, 1, 6, &n_zero_double), 3);
    EXPECT_TRUE(n_zero == 1 && n_zero_double == 1);
    for (int k = 0; k < 6; k++) {
        EXPECT_EQ_I64(narrow[k], expected[k]);
        EXPECT_EQ_I64(wide[k], expected[k]);
    }
    const double bad[3] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (int k = 0; k < 3; k++) {
        w[3] = (float)bad[k];
        x[3] = bad[k];
        EXPECT_EQ_I64(wire_weight_check(w, -FLT_MAX, 6, &largest), 1);
        EXPECT_EQ_I64(wire_weight_check_double(x, -DBL_MAX, 6, &largest_double), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_when_drawn_are_those_of_the_pair),
        cmocka_unit_test(hits_when_p_is_an_expression_compare_u01),
        cmocka_unit_test(collect_when_given_hits_lists_them),
        cmocka_unit_test(threshold_when_at_its_edge_is_inclusive),
        cmocka_unit_test(distances_when_by_row_and_by_edge_are_one),
        cmocka_unit_test(draws_when_of_pairs_are_keyed_by_target_and_number),
        cmocka_unit_test(draws_when_of_cells_are_keyed_by_index),
        cmocka_unit_test(weights_when_bad_are_found),
        cmocka_unit_test(weights_when_of_both_signs_are_measured_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
