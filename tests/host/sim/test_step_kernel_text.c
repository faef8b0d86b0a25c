/* The generated step kernel: golden text of the hand-made cell of support/backend_network.h.
 * What the text computes is tested by test_backend_opencl.c. After a change that is meant,
 * STRIATUM_ACCEPT=1 rewrites tests/golden/step_kernel_*.cl. */
#include "support/backend_extras.h"

#include "sim/step_kernel.h"
#include <stdlib.h>

static void expect_golden(const struct hand_network *b, uint32_t width, const char *path)
{
    struct err e = {0};
    struct text t = {0};
    char *golden = NULL, start[64];
    size_t n = 0;
    EXPECT_OK(sim_step_kernel_text(&b->network, 0, width, &t, &e));
    (void)snprintf(start, sizeof start, "#define WIDTH %u\n#define REAL_IS_DOUBLE %d\n", width,
                   b->network.precision == PRECISION_DOUBLE ? 1 : 0);
    EXPECT_TRUE(strncmp(text_string(&t), start, strlen(start)) == 0);
    const char *const kernel = strstr(text_string(&t), "#line 1 \"step kernel\"\n");
    EXPECT_TRUE(kernel != NULL);
    if (getenv("STRIATUM_ACCEPT") != NULL) {
        FILE *const f = fopen(path, "wb");
        EXPECT_TRUE(f != NULL && fputs(kernel, f) >= 0 && fclose(f) == 0);
    }
    EXPECT_OK(text_read_file(&golden, &n, path, 1 << 20, &e));
    EXPECT_STR(kernel, golden);
    mem_free(golden);
    text_fini(&t);
}

static void text_when_made_is_the_golden_one(void **state)
{
    (void)state;
    struct hand_network b;
    hand_init(&b, 16, 17, 3, 1);
    expect_golden(&b, 4, TEST_SOURCE_DIR "/tests/golden/step_kernel_hand.cl");
    hand_fini(&b);
}

static void text_when_double_with_trains_and_stops_is_the_golden_one(void **state)
{
    (void)state;
    struct hand_network b;
    hand_init(&b, 16, 17, 3, 1);
    extra_double(&b);
    extra_trains(&b);
    extra_stops(&b);
    expect_golden(&b, 8, TEST_SOURCE_DIR "/tests/golden/step_kernel_double.cl");
    hand_fini(&b);
}

/* Name, size and keys of a population are arguments, so that populations of one model share a
 * compiled kernel. */
static void text_when_programs_are_equal_is_equal(void **state)
{
    (void)state;
    struct err e = {0};
    struct hand_network b;
    struct text first = {0}, second = {0};
    hand_init(&b, 16, 1700, 3, 2);
    EXPECT_OK(sim_step_kernel_text(&b.network, 0, 16, &first, &e));
    EXPECT_OK(sim_step_kernel_text(&b.network, 1, 16, &second, &e));
    EXPECT_STR(text_string(&first), text_string(&second));
    text_fini(&first);
    text_fini(&second);
    hand_fini(&b);
}

static void uniforms_when_listed_are_those_of_t(void **state)
{
    (void)state;
    struct err e = {0};
    struct hand_network b;
    struct text t = {0};
    struct step_kernel k;
    hand_init(&b, 16, 1, 3, 1);
    EXPECT_OK(
        step_kernel_build(&b.populations[0], PRECISION_SINGLE, NULL, b.arena, &k, &t, &e));
    EXPECT_EQ_I64(k.plan.n_courses, 3); /* the mask of the parameter, the drive, the sample */
    EXPECT_EQ_I64(k.n_parameters, 1);
    EXPECT_EQ_I64(k.parameters[0], 0);
    EXPECT_TRUE(k.uses_position);
    text_fini(&t);
    hand_fini(&b);
}

static void text_when_width_is_wrong_or_memory_out_is_an_error(void **state)
{
    (void)state;
    struct err e = {0};
    struct hand_network b;
    hand_init(&b, 16, 1, 3, 1);
    struct text t = {0};
    EXPECT_ERR(sim_step_kernel_text(&b.network, 0, 2, &t, &e), ERR_ARG, "not 2");
    EXPECT_ERR(sim_step_kernel_text(&b.network, 0, 0, &t, &e), ERR_ARG, "not 0");
    uint32_t n_failed = 0;
    for (uint64_t k = 1; k < 2000; k++) {
        (void)mem_fail_at(k);
        const enum err_code code = sim_step_kernel_text(&b.network, 0, 4, &t, &e);
        (void)mem_fail_at(0);
        text_fini(&t);
        if (code == ERR_OK) {
            break;
        }
        EXPECT_EQ_I64(code, ERR_NOMEM);
        n_failed++;
    }
    EXPECT_TRUE(n_failed > 5 && n_failed < 1999);
    hand_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_when_made_is_the_golden_one),
        cmocka_unit_test(text_when_double_with_trains_and_stops_is_the_golden_one),
        cmocka_unit_test(text_when_programs_are_equal_is_equal),
        cmocka_unit_test(uniforms_when_listed_are_those_of_t),
        cmocka_unit_test(text_when_width_is_wrong_or_memory_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
