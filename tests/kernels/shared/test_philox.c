/* tests/kernels/shared/test_philox.c: the published answers, the generator's own library where
 * it is installed, and devices. */
#include "support/expect.h"
#include "support/cl_fixture.h"

#include "shared/philox.h"

#if defined(__has_include)
#if __has_include(<Random123/philox.h>)
#define HAVE_RANDOM123 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/philox.h>
#undef philox4x32 /* theirs is a macro of this name */
#pragma GCC diagnostic pop
#endif
#endif
#ifndef HAVE_RANDOM123
#define HAVE_RANDOM123 0
#endif

struct known {
    u32 counter[4], key[2], words[4];
};

static uint32_t read_known(struct known *out, uint32_t most)
{
    FILE *const file = fopen(TEST_SOURCE_DIR "/tests/golden/philox_vectors.txt", "r");
    EXPECT_TRUE(file != NULL);
    char line[256];
    uint32_t n = 0;
    while (n < most && fgets(line, sizeof line, file) != NULL) {
        struct known *const k = &out[n];
        if (line[0] == '#') {
            continue;
        }
        const int got =
            sscanf(line,
                   "%" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32
                   " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32,
                   &k->counter[0], &k->counter[1], &k->counter[2], &k->counter[3], &k->key[0],
                   &k->key[1], &k->words[0], &k->words[1], &k->words[2], &k->words[3]);
        EXPECT_EQ_I64(got, 10);
        ++n;
    }
    fclose(file);
    return n;
}

static void philox_when_published_counter_then_published_words(void **state)
{
    (void)state;
    struct known known[16];
    const uint32_t n = read_known(known, 16);
    EXPECT_EQ_U64(n, 3);
    for (uint32_t k = 0; k < n; ++k) {
        const u32 *const c = known[k].counter;
        const struct philox_words w =
            philox4x32(c[0], c[1], c[2], c[3], known[k].key[0], known[k].key[1]);
        EXPECT_EQ_U64(w.w0, known[k].words[0]);
        EXPECT_EQ_U64(w.w1, known[k].words[1]);
        EXPECT_EQ_U64(w.w2, known[k].words[2]);
        EXPECT_EQ_U64(w.w3, known[k].words[3]);
    }
}

static void philox_when_random123_is_there_then_agrees(void **state)
{
    (void)state;
#if HAVE_RANDOM123
    u32 c[4] = {1, 2, 3, 4}, key[2] = {5, 6};
    for (int n = 0; n < 100000; ++n) {
        const philox4x32_ctr_t counter = {
            {c[0], c[1], c[2], c[3]}
        };
        const philox4x32_key_t k = {
            {key[0], key[1]}
        };
        const philox4x32_ctr_t expected = philox4x32_R(10, counter, k);
        const struct philox_words w = philox4x32(c[0], c[1], c[2], c[3], key[0], key[1]);
        EXPECT_EQ_U64(w.w0, expected.v[0]);
        EXPECT_EQ_U64(w.w1, expected.v[1]);
        EXPECT_EQ_U64(w.w2, expected.v[2]);
        EXPECT_EQ_U64(w.w3, expected.v[3]);
        c[n & 3] = w.w0; /* walk through unrelated counters and keys */
        key[n & 1] ^= w.w3;
    }
#else
    skip();
#endif
}

static void select_when_each_word_then_that_word(void **state)
{
    (void)state;
    const struct philox_words w = {10, 11, 12, 13};
    for (u32 k = 0; k < 4; ++k) {
        EXPECT_EQ_U64(philox_select(w, k), 10 + k);
    }
}

static const char kernel_text[] =
    "#include \"shared/philox.h\"\n"
    "__kernel void words(__global const uint *c, __global uint *out, uint n, uint k0, uint "
    "k1)\n"
    "{\n"
    "    const uint b = (uint)get_global_id(0);\n"
    "    const struct philox_words w = philox4x32(LOAD_U32V(c, b), LOAD_U32V(c + n, b), "
    "LOAD_U32V(c + 2 * n, b),\n"
    "                                             LOAD_U32V(c + 3 * n, b), k0, k1);\n"
    "    for (uint k = 0; k < 4; ++k) { STORE_U32V(philox_select(w, k), out + k * n, b); }\n"
    "}\n";

static void philox_when_device_then_as_host(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    if (n_devices == 0) {
        skip();
    }
    enum { N = 160 };
    static u32 c[4 * N], out[4 * N];
    u32 n = N, k0 = 0xdeadbeefu, k1 = 0xfffffff0u;
    for (u32 k = 0; k < 4 * N; ++k) {
        c[k] = k * 2654435761u ^ (k << 13);
    }
    for (uint32_t d = 0; d < n_devices; ++d) {
        for (uint32_t width = 1; width <= 16; width = width == 1 ? 4 : 2 * width) {
            char prelude[64];
            snprintf(prelude, sizeof prelude, "#define WIDTH %u\n", width);
            cl_program program = cl_fixture_build(&devices[d], prelude, kernel_text, "");
            const struct cl_argument arguments[] = {
                {CL_FIXTURE_IN,    c,   sizeof c  },
                {CL_FIXTURE_OUT,   out, sizeof out},
                {CL_FIXTURE_VALUE, &n,  sizeof n  },
                {CL_FIXTURE_VALUE, &k0, sizeof k0 },
                {CL_FIXTURE_VALUE, &k1, sizeof k1 }
            };
            cl_fixture_run(&devices[d], program, "words", arguments, 5, N / width, 0);
            for (u32 k = 0; k < N; ++k) {
                const struct philox_words w =
                    philox4x32(c[k], c[N + k], c[2 * N + k], c[3 * N + k], k0, k1);
                EXPECT_EQ_U64(out[k], w.w0);
                EXPECT_EQ_U64(out[N + k], w.w1);
                EXPECT_EQ_U64(out[2 * N + k], w.w2);
                EXPECT_EQ_U64(out[3 * N + k], w.w3);
            }
            clReleaseProgram(program);
        }
    }
    cl_fixture_close(devices, n_devices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_when_published_counter_then_published_words),
        cmocka_unit_test(philox_when_random123_is_there_then_agrees),
        cmocka_unit_test(select_when_each_word_then_that_word),
        cmocka_unit_test(philox_when_device_then_as_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
