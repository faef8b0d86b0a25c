/* tests/kernels/shared/math_f64_devices.h: every function of math_f64.h on every OpenCL device
 * that has double precision, at every width, bit for bit as on the host (one NaN is as good as
 * another). Oclgrind interprets and gets a small sample. */
#ifndef KERNELS_SHARED_MATH_F64_DEVICES_H
#define KERNELS_SHARED_MATH_F64_DEVICES_H

#include "support/cl_fixture.h"

#include <stdlib.h>

#include "kernels/shared/math_f64_cases.h"

#define F64_COUNT(name) +1
enum { F64_N_FUNCTIONS = 0 MATH_F64_TABLE(F64_COUNT, F64_COUNT) };
#define F64_OCLGRIND_MOST 4096u

static const char *const f64_names[] = {
#define F64_ROW(name) #name,
    MATH_F64_TABLE(F64_ROW, F64_ROW)
#undef F64_ROW
};

/* One kernel each, so that no device has to hold them all in its registers. */
static const char f64_kernel_text[] = "#include \"shared/real.h\"\n"
#define ONE(name)                                                                              \
    "__kernel void run_" #name                                                                 \
    "(__global const double *a, __global const double *b, __global double *out)\n"             \
    "{ const uint k = (uint)get_global_id(0); (void)b;\n"                                      \
    "  STORE_F64V(" #name "(LOAD_F64V(a, k)), out, k); }\n"
#define TWO(name)                                                                              \
    "__kernel void run_" #name                                                                 \
    "(__global const double *a, __global const double *b, __global double *out)\n"             \
    "{ const uint k = (uint)get_global_id(0);\n"                                               \
    "  STORE_F64V(" #name "(LOAD_F64V(a, k), LOAD_F64V(b, k)), out, k); }\n"
    MATH_F64_TABLE(ONE, TWO)
#undef ONE
#undef TWO
    ;

struct f64_sample {
    f64 *a, *b, *expected, *got;
    u32 n;
};

static inline f64 *f64_take(size_t n)
{
    f64 *const p = malloc(n * sizeof *p);
    EXPECT_TRUE(p != NULL);
    return p;
}

/* n arguments from number `first` on, a multiple of 16 of them. */
static inline struct f64_sample f64_sample_take(u32 first, u32 n)
{
    struct f64_sample s = {f64_take(n), f64_take(n), f64_take((size_t)F64_N_FUNCTIONS * n),
                           f64_take(n), n};
    for (u32 k = 0; k < n; ++k) {
        s.a[k] = cases_f64_argument(first + k, 0);
        s.b[k] = cases_f64_argument(first + k, 1);
    }
    f64 *o = s.expected;
#define ONE(name)                                                                              \
    for (u32 k = 0; k < n; ++k) {                                                              \
        o[k] = name(s.a[k]);                                                                   \
    }                                                                                          \
    o += n;
#define TWO(name)                                                                              \
    for (u32 k = 0; k < n; ++k) {                                                              \
        o[k] = name(s.a[k], s.b[k]);                                                           \
    }                                                                                          \
    o += n;
    MATH_F64_TABLE(ONE, TWO)
#undef ONE
#undef TWO
    return s;
}

static inline void f64_sample_give(struct f64_sample *s)
{
    free(s->a);
    free(s->b);
    free(s->expected);
    free(s->got);
}

static inline void f64_expect_same(const struct cl_device *d, uint32_t width, const char *name,
                                   const struct f64_sample *s, const f64 *expected, u32 n)
{
    u32 n_different = 0, at = 0;
    for (u32 k = 0; k < n; ++k) {
        if (AS_U64V(s->got[k]) != AS_U64V(expected[k]) &&
            !(isnan(s->got[k]) && isnan(expected[k]))) {
            at = n_different == 0 ? k : at;
            ++n_different;
        }
    }
    if (n_different > 0) {
        fail_msg("%s, width %u: %s differs at %u of %u arguments, first (%a, %a): device %a, "
                 "host %a",
                 d->name, width, name, n_different, n, s->a[at], s->b[at], s->got[at],
                 expected[at]);
    }
}

static inline void f64_run_device(const struct cl_device *d, uint32_t width,
                                  struct f64_sample *s)
{
    const bool is_slow = strstr(d->name, "Oclgrind") != NULL;
    const u32 n = is_slow && s->n > F64_OCLGRIND_MOST ? F64_OCLGRIND_MOST : s->n;
    char prelude[128];
    snprintf(prelude, sizeof prelude, "#define WIDTH %u\n#define REAL_IS_DOUBLE 1\n%s", width,
             d->divides_exactly ? "" : "#define DIV_MODE 1\n");
    cl_program program = cl_fixture_build_double(d, prelude, f64_kernel_text);
    for (u32 f = 0; f < F64_N_FUNCTIONS; ++f) {
        char kernel[64];
        snprintf(kernel, sizeof kernel, "run_%s", f64_names[f]);
        const struct cl_argument arguments[] = {
            {CL_FIXTURE_IN,  s->a,   n * sizeof *s->a  },
            {CL_FIXTURE_IN,  s->b,   n * sizeof *s->b  },
            {CL_FIXTURE_OUT, s->got, n * sizeof *s->got}
        };
        cl_fixture_run(d, program, kernel, arguments, 3, n / width, 0);
        f64_expect_same(d, width, f64_names[f], s, s->expected + (size_t)f * s->n, n);
    }
    clReleaseProgram(program);
}

/* Devices that were there and have double precision; each ran n arguments from `first` on. */
static inline u32 f64_run_devices(u32 first, u32 n)
{
    struct cl_device devices[CL_FIXTURE_MOST];
    const uint32_t n_devices = cl_fixture_open(devices);
    struct f64_sample s = f64_sample_take(first, n);
    u32 n_run = 0;
    for (uint32_t d = 0; d < n_devices; ++d) {
        for (uint32_t width = 1; devices[d].has_double && width <= 16;
             width = width == 1 ? 4 : 2 * width) {
            f64_run_device(&devices[d], width, &s);
        }
        n_run += devices[d].has_double ? 1 : 0;
    }
    f64_sample_give(&s);
    cl_fixture_close(devices, n_devices);
    return n_run;
}

#endif
