/* tests/kernels/shared/test_vector.c: the vector spelling on the host, and on every device at
 * every width. */
#include "support/expect.h"
#include "support/cl_fixture.h"

#include "shared/real.h"

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

static void wide_when_host_then_keeps_bits(void **state)
{
    (void)state;
    EXPECT_EQ_U64(AS_U64V(1.0), UINT64_C(0x3ff0000000000000));
    EXPECT_EQ_U64(AS_U64V((i64)-1), UINT64_MAX);
    EXPECT_EQ_I64(AS_I64V(-0.0), INT64_MIN);
    EXPECT_SAME_F64(AS_F64V((u64)1), 0x1p-1074);
    EXPECT_SAME_F64(AS_F64V((i64)0x4009 << 48), 3.125);
    EXPECT_SAME_F64(F64V_OF_F32V(0.1f), 0x1.99999ap-4);
    EXPECT_SAME_F64(F64V_OF_U32V(0xffffffffu), 4294967295.0);
    EXPECT_SAME_F32(F32V_OF_F64V(0x1.000001p0), 1.0f);
    EXPECT_SAME_F32(F32V_OF_F64V(0x1.000003p0), 0x1.000004p0f);
    EXPECT_EQ_I64(MASK64_OF_MASK32(1.0f < 2.0f), 1);
    EXPECT_EQ_I64(MASK32_OF_MASK64((i64)1), 1);
}

static void integer_when_any_size_then_rounds_once(void **state)
{
    (void)state;
    const i64 border = (i64)1 << 52;
    EXPECT_SAME_F64(F64V_OF_I64V((i64)0), 0.0);
    EXPECT_SAME_F64(F64V_OF_I64V((i64)-1), -1.0);
    EXPECT_SAME_F64(F64V_OF_I64V(border), 0x1p52);
    EXPECT_SAME_F64(F64V_OF_I64V(-border), -0x1p52);
    EXPECT_SAME_F64(F64V_OF_I64V(INT64_MIN), -0x1p63);
    EXPECT_SAME_F64(F64V_OF_I64V(INT64_MAX), 0x1p63);
    for (u32 k = 1; k < 200000; ++k) {
        const i64 x = (i64)(k * UINT64_C(0x9e3779b97f4a7c15)) >> (k % 64u);
        EXPECT_SAME_F64(F64V_OF_I64V(x), (f64)x);
    }
}

/* Each lane of 64 bits: a select by a mask of doubles, one by a mask of floats made wide, bits,
 * the upper half of a product, both conversions of integers, the conversion to single and back
 * with a mask made narrow. */
static const char wide_text[] =
    "#include \"shared/real.h\"\n"
    "__kernel void lanes(__global const double *x, __global const ulong *u, __global ulong "
    "*out, uint n)\n"
    "{\n"
    "    const uint b = (uint)get_global_id(0);\n"
    "    const f64v v = LOAD_F64V(x, b);\n"
    "    const u64v w = LOAD_U64V(u, b);\n"
    "    const f32v f = F32V_OF_F64V(v);\n"
    "    const u32v low = U32V_OF_U64V(w);\n"
    "    STORE_U64V(AS_U64V(v < 0.0 ? F64V(-2.0) : v), out, b);\n"
    "    STORE_U64V(AS_U64V(MASK64_OF_MASK32(f < 100.0f) ? F64V_OF_F32V(f) : v), out + n, b);\n"
    "    STORE_U64V(AS_U64V(v) ^ w, out + 2 * n, b);\n"
    "    STORE_U64V(MUL_HI_U64V(w, w + 1ul), out + 3 * n, b);\n"
    "    STORE_U64V(AS_U64V(F64V_OF_I64V(AS_I64V(w))), out + 4 * n, b);\n"
    "    STORE_U64V(AS_U64V(F64V_OF_U32V(low)), out + 5 * n, b);\n"
    "    STORE_U64V(U64V_OF_U32V(MASK32_OF_MASK64(v > 0.0) ? low : AS_U32V(f)), out + 6 * n, "
    "b);\n"
    "    STORE_U64V(AS_U64V(f64_u01(low)) + (MASK_ANY(v < -1.0e9) ? 1ul : 0ul), out + 7 * n, "
    "b);\n"
    "    STORE_REALV(REAL_OF_U32V(low), (__global real *)(out + 8 * n), b);\n"
    "    STORE_REALV(MASK_OF_I32V(f < 0.0f) ? REAL_OF_F32V(f) : "
    "REAL_OF_SUMV(LOAD_SUMV((__global const sum *)u, b)), (__global real *)(out + 9 * n), "
    "b);\n"
    "}\n";

static void expect_wide(const u64 *out, const f64 *x, const u64 *u, u32 n, int is_double)
{
    for (u32 k = 0; k < n; ++k) {
        const f32 f = (f32)x[k];
        EXPECT_SAME_F64(AS_F64V(out[k]), x[k] < 0.0 ? -2.0 : x[k]);
        EXPECT_SAME_F64(AS_F64V(out[n + k]), f < 100.0f ? (f64)f : x[k]);
        EXPECT_EQ_U64(out[2 * n + k], AS_U64V(x[k]) ^ u[k]);
        EXPECT_EQ_U64(out[3 * n + k], MUL_HI_U64(u[k], u[k] + 1));
        EXPECT_SAME_F64(AS_F64V(out[4 * n + k]), (f64)(i64)u[k]);
        EXPECT_SAME_F64(AS_F64V(out[5 * n + k]), (f64)(u32)u[k]);
        EXPECT_EQ_U64(out[6 * n + k], x[k] > 0.0 ? (u32)u[k] : AS_U32V(f));
        EXPECT_SAME_F64(AS_F64V(out[7 * n + k]), f64_u01((u32)u[k]));
        if (is_double) {
            EXPECT_SAME_F64(AS_F64V(out[8 * n + k]), (f64)(u32)u[k]);
            EXPECT_SAME_F64(AS_F64V(out[9 * n + k]), f < 0.0f ? (f64)f : (f64)(i64)u[k]);
        } else {
            const u32 *const narrow = (const u32 *)(out + 8 * n);
            const i32 in_units = ((const i32 *)u)[k];
            EXPECT_SAME_F32(AS_F32V(narrow[k]), (f32)(u32)u[k]);
            EXPECT_SAME_F32(AS_F32V(narrow[2 * n + k]), f < 0.0f ? f : (f32)in_units);
        }
    }
}

static void wide_lanes_when_any_width_then_as_host(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    enum { N = 48 };
    f64 x[N];
    u64 u[N], out[10 * N];
    for (u32 k = 0; k < N; ++k) {
        x[k] = ((f64)k - 20.0) * 12.3456789;
        u[k] = k < 5 ? k : k * UINT64_C(0x9e3779b97f4a7c15);
    }
    u32 n_run = 0;
    for (uint32_t d = 0; d < n_devices; ++d) {
        for (uint32_t width = 1; devices[d].has_double && width <= 16;
             width = width == 1 ? 4 : 2 * width) {
            for (int is_double = 0; is_double <= 1; ++is_double) {
                char prelude[128];
                snprintf(prelude, sizeof prelude, "#define WIDTH %u\n#define %s 1\n", width,
                         is_double ? "REAL_IS_DOUBLE" : "USE_F64");
                cl_program program = cl_fixture_build(&devices[d], prelude, wide_text, "");
                u32 n = N;
                const struct cl_argument arguments[] = {
                    {CL_FIXTURE_IN,    x,   sizeof x  },
                    {CL_FIXTURE_IN,    u,   sizeof u  },
                    {CL_FIXTURE_OUT,   out, sizeof out},
                    {CL_FIXTURE_VALUE, &n,  sizeof n  }
                };
                cl_fixture_run(&devices[d], program, "lanes", arguments, 4, N / width, 0);
                expect_wide(out, x, u, N, is_double);
                clReleaseProgram(program);
                ++n_run;
            }
        }
    }
    cl_fixture_close(devices, n_devices);
    if (n_run == 0) {
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_when_host_then_keeps_bits),
        cmocka_unit_test(conversion_when_host_then_rounds_to_even),
        cmocka_unit_test(mul_hi_when_extreme_then_is_upper_half),
        cmocka_unit_test(lane_when_host_then_is_single),
        cmocka_unit_test(lanes_when_any_width_then_as_host),
        cmocka_unit_test(wide_when_host_then_keeps_bits),
        cmocka_unit_test(integer_when_any_size_then_rounds_once),
        cmocka_unit_test(wide_lanes_when_any_width_then_as_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
