/* tests/kernels/shared/test_math_f32_devices.c: every function of math_f32.h on every OpenCL
 * device, at every width and in every division mode that the device can take, bit for bit as on
 * the host (one NaN is as good as another). On a device that keeps subnormals they are taken
 * out of the arguments and the results. */
#include "support/expect.h"
#include "support/cl_fixture.h"

#include <stdlib.h>

#include "kernels/shared/math_f32_cases.h"
#include "lang/flush.h"

#define N 102400u
_Static_assert(N % 16 == 0, "blocks of 16");
#define N_DIV 1000000u
_Static_assert(N_DIV % 16 == 0, "blocks of 16");

#define COUNT(name) +1
enum { N_FUNCTIONS = 0 MATH_F32_TABLE(COUNT, COUNT) };

static const char *const names[] = {
#define ROW(name) #name,
    MATH_F32_TABLE(ROW, ROW)
#undef ROW
};

static const char kernel_text[] =
    "#include \"shared/random.h\"\n"
    "__kernel void each(__global const float *a, __global const "
    "float *b, __global float *out, uint n)\n"
    "{\n"
    "    const uint k = (uint)get_global_id(0);\n"
    "    const f32v x = INPUT(LOAD_F32V(a, k)), y = INPUT(LOAD_F32V(b, k));\n"
    "    __global float *o = out;\n"
#define ONE(name) "    STORE_F32V(" #name "(x), o, k); o += n;\n"
#define TWO(name) "    STORE_F32V(" #name "(x, y), o, k); o += n;\n"
    MATH_F32_TABLE(ONE, TWO)
#undef ONE
#undef TWO
        "}\n"
        "__kernel void divide(__global const float *a, __global const float *b, __global float "
        "*out, uint n)\n"
        "{\n"
        "    const uint k = (uint)get_global_id(0);\n"
        "    STORE_F32V(f32_div(INPUT(LOAD_F32V(a, k)), INPUT(LOAD_F32V(b, k))), out, k);\n"
        "    STORE_F32V(f32_sqrt(INPUT(LOAD_F32V(a, k))), out + n, k);\n"
        "}\n";

static f32 *take_f32(size_t n)
{
    f32 *const p = malloc(n * sizeof *p);
    EXPECT_TRUE(p != NULL);
    return p;
}

static void fill_arguments(f32 *a, f32 *b, u32 n)
{
    for (u32 k = 0; k < n; ++k) {
        a[k] = cases_argument(k, 0);
        b[k] = cases_argument(k, 1);
    }
}

static void expect_same(const struct cl_device *d, bool keeps, const char *name, uint32_t width,
                        uint32_t mode, const f32 *a, const f32 *b, const f32 *got,
                        const f32 *expected, u32 n)
{
    u32 n_different = 0, first = 0;
    for (u32 k = 0; k < n; ++k) {
        const f32 x = keeps ? f32_flush(got[k]) : got[k];
        const f32 y = keeps ? f32_flush(expected[k]) : expected[k];
        if (AS_U32V(x) != AS_U32V(y) && !(isnan(x) && isnan(y))) {
            first = n_different == 0 ? k : first;
            ++n_different;
        }
    }
    if (n_different > 0) {
        fail_msg("%s, width %u, DIV_MODE %u: %s differs at %u of %u arguments, first (%a, %a): "
                 "device %a, host %a",
                 d->name, width, mode, name, n_different, n, (double)a[first], (double)b[first],
                 (double)got[first], (double)expected[first]);
    }
}

static cl_program build(const struct cl_device *d, bool keeps, uint32_t width, uint32_t mode)
{
    char prelude[128];
    snprintf(prelude, sizeof prelude,
             "#define WIDTH %u\n#define DIV_MODE %u\n#define INPUT(x) %s\n", width, mode,
             keeps ? "f32_flush(x)" : "(x)");
    return cl_fixture_build(d, prelude, kernel_text, "");
}

static bool can_take(const struct cl_device *d, uint32_t mode)
{
    return mode == 2 || (mode == 0 ? d->divides_exactly : d->has_double);
}

static void run_all(const struct cl_device *d, bool keeps, uint32_t width, uint32_t mode,
                    f32 *a, f32 *b, f32 *got, const f32 *expected)
{
    cl_program program = build(d, keeps, width, mode);
    u32 n = N;
    const struct cl_argument arguments[] = {
        {CL_FIXTURE_IN,    a,   N * sizeof *a                        },
        {CL_FIXTURE_IN,    b,   N * sizeof *b                        },
        {CL_FIXTURE_OUT,   got, (size_t)N_FUNCTIONS * N * sizeof *got},
        {CL_FIXTURE_VALUE, &n,  sizeof n                             }
    };
    cl_fixture_run(d, program, "each", arguments, 4, N / width, 0);
    for (u32 f = 0; f < N_FUNCTIONS; ++f) {
        expect_same(d, keeps, names[f], width, mode, a, b, got + (size_t)f * N,
                    expected + (size_t)f * N, N);
    }
    clReleaseProgram(program);
}

static void each_when_any_device_and_width_then_same_bits(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    if (n_devices == 0) {
        skip();
    }
    f32 *const a = take_f32(N), *const b = take_f32(N);
    f32 *const expected = take_f32((size_t)N_FUNCTIONS * N), *const got = take_f32(
                                                                 (size_t)N_FUNCTIONS * N);
    fill_arguments(a, b, N);
    const uint64_t old = flush_denormals_begin();
    f32 *o = expected;
#define ONE(name)                                                                              \
    for (u32 k = 0; k < N; ++k) {                                                              \
        o[k] = name(a[k]);                                                                     \
    }                                                                                          \
    o += N;
#define TWO(name)                                                                              \
    for (u32 k = 0; k < N; ++k) {                                                              \
        o[k] = name(a[k], b[k]);                                                               \
    }                                                                                          \
    o += N;
    MATH_F32_TABLE(ONE, TWO)
#undef ONE
#undef TWO
    flush_denormals_end(old);
    for (uint32_t d = 0; d < n_devices; ++d) {
        const bool keeps = !cl_fixture_flushes(&devices[d]);
        for (uint32_t width = 1; width <= 16; width = width == 1 ? 4 : 2 * width) {
            const uint32_t mode =
                devices[d].divides_exactly ? 0 : (devices[d].has_double ? 1 : 2);
            run_all(&devices[d], keeps, width, mode, a, b, got, expected);
        }
    }
    cl_fixture_close(devices, n_devices);
    free(a);
    free(b);
    free(expected);
    free(got);
}

static void run_division(const struct cl_device *d, bool keeps, uint32_t width, uint32_t mode,
                         f32 *a, f32 *b, f32 *got, const f32 *expected)
{
    cl_program program = build(d, keeps, width, mode);
    u32 n = N_DIV;
    const struct cl_argument arguments[] = {
        {CL_FIXTURE_IN,    a,   N_DIV * sizeof *a              },
        {CL_FIXTURE_IN,    b,   N_DIV * sizeof *b              },
        {CL_FIXTURE_OUT,   got, (size_t)2 * N_DIV * sizeof *got},
        {CL_FIXTURE_VALUE, &n,  sizeof n                       }
    };
    cl_fixture_run(d, program, "divide", arguments, 4, N_DIV / width, 0);
    expect_same(d, keeps, "f32_div", width, mode, a, b, got, expected, N_DIV);
    expect_same(d, keeps, "f32_sqrt", width, mode, a, b, got + N_DIV, expected + N_DIV, N_DIV);
    clReleaseProgram(program);
}

static void division_when_any_mode_then_same_bits(void **state)
{
    (void)state;
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    if (n_devices == 0) {
        skip();
    }
    f32 *const a = take_f32(N_DIV), *const b = take_f32(N_DIV);
    f32 *const expected = take_f32((size_t)2 * N_DIV), *const got = take_f32((size_t)2 * N_DIV);
    fill_arguments(a, b, N_DIV);
    for (u32 k = 500000; k < N_DIV;
         ++k) { /* random bits, and quotients next to the middle of two numbers */
        const struct philox_words w = philox4x32(k, 0, 0, 0, 0x646976u, 2);
        const u32 m_b = 0x800000u | (w.w1 & 0x7fffffu), odd = 0x1000001u | (w.w2 & 0xffffffu);
        const u64 product = (u64)m_b * odd;
        a[k] = k % 2 == 0 ? AS_F32V(w.w0)
                          : (f32)(u32)(product >> ((product >> 48) != 0 ? 25 : 24));
        b[k] = k % 2 == 0 ? AS_F32V(w.w1) : (f32)m_b;
    }
    const uint64_t old = flush_denormals_begin();
    for (u32 k = 0; k < N_DIV; ++k) {
        expected[k] = f32_div_plain(a[k], b[k]);
        expected[N_DIV + k] = f32_sqrt_plain(a[k]);
    }
    flush_denormals_end(old);
    for (uint32_t d = 0; d < n_devices; ++d) {
        const bool keeps = !cl_fixture_flushes(&devices[d]);
        for (uint32_t mode = 0; mode < 3; ++mode) {
            if (can_take(&devices[d], mode)) {
                run_division(&devices[d], keeps, 1, mode, a, b, got, expected);
                run_division(&devices[d], keeps, 16, mode, a, b, got, expected);
            }
        }
    }
    cl_fixture_close(devices, n_devices);
    free(a);
    free(b);
    free(expected);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_when_any_device_and_width_then_same_bits),
        cmocka_unit_test(division_when_any_mode_then_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
