/* tests/kernels/shared/test_vector.c: the vector spelling on the host, and on every device at
 * every width. */
#include "support/expect.h"
#include "support/cl_fixture.h"

#include "shared/vector.h"

static void as_when_host_then_keeps_bits(void **state)
{
    (void)state;
    EXPECT_EQ_U64(AS_U32V(1.0f), 0x3f800000u);
    EXPECT_EQ_U64(AS_U32V((i32)-1), 0xffffffffu);
    EXPECT_EQ_I64(AS_I32V((u32)0xffffffffu), -1);
    EXPECT_EQ_I64(AS_I32V(-0.0f), INT32_MIN);
    EXPECT_SAME_F32(AS_F32V((u32)0x80000000u), -0.0f);
    EXPECT_SAME_F32(AS_F32V((i32)0x40490fdb), 0x1.921fb6p+1f);
}

static void conversion_when_host_then_rounds_to_even(void **state)
{
    (void)state;
    EXPECT_SAME_F32(TO_F32V(-7), -7.0f);
    EXPECT_SAME_F32(TO_F32V(0x1000001), 0x1p24f);
    EXPECT_SAME_F32(TO_F32V(0x1000003), 0x1.000004p24f);
    EXPECT_SAME_F32(U32_TO_F32V(0xffffffffu), 0x1p32f);
    EXPECT_EQ_I64(TO_I32V(-2.75f), -2);
    EXPECT_EQ_I64(TO_I32V(0x1.fffffep30f), 0x7fffff80);
}

static void mul_hi_when_extreme_then_is_upper_half(void **state)
{
    (void)state;
    EXPECT_EQ_U64(MUL_HI_U32V(0xffffffffu, 0xffffffffu), 0xfffffffeu);
    EXPECT_EQ_U64(MUL_HI_U32V(0x10000u, 0xffffu), 0u);
    EXPECT_EQ_U64(MUL_HI_U64(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    EXPECT_EQ_U64(MUL_HI_U64(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)),
                  UINT64_C(0x121fa00ad77d7422));
    EXPECT_EQ_U64(MUL_HI_U64(UINT64_C(1) << 63, 2), 1);
}

static void lane_when_host_then_is_single(void **state)
{
    (void)state;
    const f32 values[3] = {1.0f, 2.0f, 3.0f};
    f32 out[3] = {0};
    EXPECT_EQ_U64(LANE_INDEX, 0);
    EXPECT_EQ_I64(WIDTH, 1);
    STORE_F32V(LOAD_F32V(values, 2), out, 1);
    EXPECT_SAME_F32(out[1], 3.0f);
    EXPECT_SAME_F32(FIRST_LANE(F32V(4.0f)), 4.0f);
    EXPECT_TRUE(MASK_ANY(I32V(1)));
    EXPECT_TRUE(!MASK_ANY(I32V(0)));
}

/* Each lane: index, a select by a mask, a rotation of bits, mul_hi, conversions; element 6*n +
 * … */
static const char kernel_text[] =
    "#include \"shared/vector.h\"\n"
    "__kernel void lanes(__global const float *x, __global const uint *u, __global uint *out, "
    "uint n)\n"
    "{\n"
    "    const uint b = (uint)get_global_id(0);\n"
    "    const f32v v = LOAD_F32V(x, b);\n"
    "    const u32v w = LOAD_U32V(u, b);\n"
    "    const u32v index = b * WIDTH + LANE_INDEX;\n"
    "    STORE_U32V(index, out, b);\n"
    "    STORE_U32V(((v < 0.0f) & (w != 3u)) ? index : w, out + n, b);\n"
    "    STORE_U32V(AS_U32V(v) ^ w, out + 2 * n, b);\n"
    "    STORE_U32V(MUL_HI_U32V(w, w + 1u), out + 3 * n, b);\n"
    "    STORE_U32V(AS_U32V(TO_F32V(AS_I32V(w))), out + 4 * n, b);\n"
    "    STORE_U32V(AS_U32V(TO_I32V(v)), out + 5 * n, b);\n"
    "    STORE_U32V(AS_U32V(U32_TO_F32V(w)) + (MASK_ANY(v < -1.0e9f) ? 1u : 0u), out + 6 * n, "
    "b);\n"
    "}\n";

static void lanes_when_any_width_then_as_host(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    if (n_devices == 0) {
        skip();
    }
    enum { N = 48 };
    f32 x[N];
    u32 u[N], out[7 * N];
    for (u32 k = 0; k < N; ++k) {
        x[k] = ((f32)k - 20.0f) * 1234.56f;
        u[k] = k < 5 ? k : k * 2654435761u;
    }
    for (uint32_t d = 0; d < n_devices; ++d) {
        for (uint32_t width = 1; width <= 16; width = width == 1 ? 4 : 2 * width) {
            char prelude[64];
            snprintf(prelude, sizeof prelude, "#define WIDTH %u\n", width);
            cl_program program = cl_fixture_build(&devices[d], prelude, kernel_text, "");
            u32 n = N;
            const struct cl_argument arguments[] = {
                {CL_FIXTURE_IN,    x,   sizeof x  },
                {CL_FIXTURE_IN,    u,   sizeof u  },
                {CL_FIXTURE_OUT,   out, sizeof out},
                {CL_FIXTURE_VALUE, &n,  sizeof n  }
            };
            cl_fixture_run(&devices[d], program, "lanes", arguments, 4, N / width, 0);
            for (u32 k = 0; k < N; ++k) {
                EXPECT_EQ_U64(out[k], k);
                EXPECT_EQ_U64(out[N + k], x[k] < 0.0f && u[k] != 3u ? k : u[k]);
                EXPECT_EQ_U64(out[2 * N + k], AS_U32V(x[k]) ^ u[k]);
                EXPECT_EQ_U64(out[3 * N + k], MUL_HI_U32V(u[k], u[k] + 1u));
                EXPECT_EQ_U64(out[4 * N + k], AS_U32V(TO_F32V((i32)u[k])));
                EXPECT_EQ_U64(out[5 * N + k], AS_U32V(TO_I32V(x[k])));
                EXPECT_EQ_U64(out[6 * N + k], AS_U32V(U32_TO_F32V(u[k])));
            }
            clReleaseProgram(program);
        }
    }
    cl_fixture_close(devices, n_devices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_when_host_then_keeps_bits),
        cmocka_unit_test(conversion_when_host_then_rounds_to_even),
        cmocka_unit_test(mul_hi_when_extreme_then_is_upper_half),
        cmocka_unit_test(lane_when_host_then_is_single),
        cmocka_unit_test(lanes_when_any_width_then_as_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
