#include "support/expect.h"
#include "support/net_fixture.h"

#include "net/build_text.h"

static uint32_t count_of(const char *text, const char *part)
{
    uint32_t n = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        n++;
    }
    return n;
}

static void expressions_when_equal_share_a_number(void **state)
{
    (void)state;
    struct net_fixture f;
    net_fixture_open(&f,
                     "time: {duration: 1 ms, step: 0.1 ms}\nspace: {shape: box, side: 200 um}\n"
                     "populations: {P: {model: test_cell.yaml, count: 3}, Q: {model: "
                     "test_cell.yaml, count: 5}}\n"
                     "projections:\n"
                     "  X: {from: [P, Q], to: [P, Q], rule: pairwise_bernoulli, p: "
                     "\"exp(-distance/(50 um))\", receptor: A, "
                     "weight: 1.25 nS}\n"
                     "  Y: {from: P, to: Q, rule: pairwise_bernoulli, p: \"exp(-distance/(60 "
                     "um))\", weight: {A: 1 nS, B: "
                     "\"uniform(1 nS, 2 nS)\"}}\n");
    struct net_group *groups = NULL;
    uint32_t n_groups = 0;
    struct err e = {0};
    EXPECT_OK(net_groups_create(f.n, &groups, &n_groups, &e));
    EXPECT_EQ_I64(n_groups, 5);
    struct build_numbers numbers[5];
    struct text text = {0};
    EXPECT_OK(build_text_write(f.n, groups, n_groups, BUILD_ALL, 8, numbers, &text, &e));
    for (uint32_t k = 0; k < 5; k++) {
        const bool is_y = strcmp(groups[k].projection->name, "Y") == 0;
        EXPECT_EQ_I64(numbers[k].p, is_y ? 1 : 0);
        EXPECT_EQ_I64(numbers[k].steps, BUILD_NO_EXPRESSION);
        EXPECT_EQ_I64(numbers[k].weight[0], BUILD_NO_EXPRESSION);
        EXPECT_EQ_I64(groups[k].n_conns, is_y ? 2 : 1);
        if (is_y) {
            EXPECT_EQ_I64(numbers[k].weight[1], 0);
        }
    }
    const char *const t = text_string(&text);
    EXPECT_EQ_I64(count_of(t, "static inline f32v csr_p_"), 2);
    EXPECT_EQ_I64(count_of(t, "static inline realv csr_weight_0("), 1);
    EXPECT_CONTAINS(t, "#define WIDTH 8\n");
    EXPECT_CONTAINS(t, "#define CSR_USES_PAIRWISE 1\n");
    EXPECT_CONTAINS(t, "#define CSR_USES_INDEGREE 0\n");
    EXPECT_CONTAINS(t, "#define CSR_USES_DELAYS 0\n");
    EXPECT_CONTAINS(t, "#define CSR_USES_WEIGHTS 1\n");
    EXPECT_CONTAINS(t, "__kernel void csr_pairs");
    text_fini(&text);
    mem_free(groups);
    net_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_when_equal_share_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
