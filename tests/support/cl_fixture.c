/* tests/support/cl_fixture.c: see the header. */
#include "support/expect.h"
#include "support/cl_fixture.h"

#include <stdlib.h>

#define POISON        0xCA
#define GUARD         0xA5
#define MOST_ARGUMENT 16

#define CL_OK(call)                                                                            \
    do {                                                                                       \
        const cl_int status_ = (call);                                                         \
        if (status_ != CL_SUCCESS) {                                                           \
            fail_msg("%s:%d: %s gave %d", __FILE__, __LINE__, #call, (int)status_);            \
        }                                                                                      \
    } while (0)

static void *take(size_t bytes)
{
    void *const p = malloc(bytes > 0 ? bytes : 1);
    if (p == NULL) {
        fail_msg("no memory for %zu bytes", bytes);
    }
    return p;
}

static bool has_extension(cl_device_id id, const char *name)
{
    size_t bytes = 0;
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, 0, NULL, &bytes));
    char *const all = take(bytes + 1);
    all[0] = '\0';
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, bytes, all, NULL));
    const bool found = strstr(all, name) != NULL;
    free(all);
    return found;
}

static bool open_device(struct cl_device *d, cl_platform_id platform, cl_device_id id)
{
    cl_bool is_available = CL_FALSE, has_compiler = CL_FALSE;
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_AVAILABLE, sizeof is_available, &is_available, NULL));
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_COMPILER_AVAILABLE, sizeof has_compiler, &has_compiler,
                          NULL));
    if (!is_available || !has_compiler) {
        return false;
    }
    *d = (struct cl_device){.platform = platform, .id = id};
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_NAME, sizeof d->name - 1, d->name, NULL));
    cl_device_fp_config config = 0;
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, NULL));
    d->divides_exactly = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    d->has_double = has_extension(id, "cl_khr_fp64");
    cl_uint align_bits = 0;
    CL_OK(clGetDeviceInfo(id, CL_DEVICE_MEM_BASE_ADDR_ALIGN, sizeof align_bits, &align_bits,
                          NULL));
    d->guard = align_bits / 8 > 64 ? align_bits / 8 : 64;
    cl_int status = 0;
    d->context = clCreateContext(NULL, 1, &id, NULL, NULL, &status);
    CL_OK(status);
    d->queue = clCreateCommandQueue(d->context, id, 0, &status);
    CL_OK(status);
    return true;
}

uint32_t cl_fixture_open(struct cl_device devices[CL_FIXTURE_MOST])
{
    cl_platform_id platforms[16];
    cl_uint n_platforms = 0;
    uint32_t n = 0;
    if (clGetPlatformIDs(16, platforms, &n_platforms) != CL_SUCCESS) {
        return 0;
    }
    for (cl_uint p = 0; p < n_platforms && p < 16; ++p) {
        cl_device_id ids[16];
        cl_uint n_ids = 0;
        if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, 16, ids, &n_ids) != CL_SUCCESS) {
            continue;
        }
        for (cl_uint k = 0; k < n_ids && k < 16 && n < CL_FIXTURE_MOST; ++k) {
            if (open_device(&devices[n], platforms[p], ids[k])) {
                ++n;
            }
        }
    }
    return n;
}

void cl_fixture_close(struct cl_device *devices, uint32_t n)
{
    for (uint32_t k = 0; k < n; ++k) {
        CL_OK(clReleaseCommandQueue(devices[k].queue));
        CL_OK(clReleaseContext(devices[k].context));
    }
}

/* Text that grows; included files stand in it once each. */
struct flat {
    char *text;
    size_t n, room;
    char seen[32][96];
    uint32_t n_seen;
};

static void flat_add(struct flat *f, const char *text, size_t n)
{
    if (f->n + n + 1 > f->room) {
        f->room = 2 * (f->n + n + 1);
        f->text = realloc(f->text, f->room);
        if (f->text == NULL) {
            fail_msg("no memory");
        }
    }
    memcpy(f->text + f->n, text, n);
    f->n += n;
    f->text[f->n] = '\0';
}

static char *read_kernel_file(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/kernels/%s", TEST_SOURCE_DIR, name);
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s", path);
    }
    size_t n = 0, room = 1 << 16;
    char *text = take(room);
    for (size_t got; (got = fread(text + n, 1, room - n - 1, file)) > 0;) {
        n += got;
        if (room - n - 1 == 0) {
            room *= 2;
            text = realloc(text, room);
            if (text == NULL) {
                fail_msg("no memory");
            }
        }
    }
    text[n] = '\0';
    fclose(file);
    return text;
}

/* Includes nest a few deep; `depth` bounds a cycle. */
static void flatten(struct flat *f, const char *text, uint32_t depth)
{
    EXPECT_TRUE(depth < 16);
    for (const char *line = text; *line != '\0';) {
        const char *const newline = strchr(line, '\n');
        const char *const end = newline != NULL ? newline + 1 : line + strlen(line);
        char name[96];
        if (sscanf(line, "#include \"%95[^\"]\"", name) != 1) {
            flat_add(f, line, (size_t)(end - line));
        } else {
            bool is_seen = false;
            for (uint32_t k = 0; k < f->n_seen; ++k) {
                is_seen = is_seen || strcmp(f->seen[k], name) == 0;
            }
            if (!is_seen) {
                EXPECT_TRUE(f->n_seen < 32);
                strcpy(f->seen[f->n_seen++], name);
                char *const inner = read_kernel_file(name);
                flatten(f, inner, depth + 1);
                flat_add(f, "\n", 1);
                free(inner);
            }
        }
        line = end;
    }
}

static cl_program build_text(const struct cl_device *device, const char *prelude,
                             const char *text, const char *options)
{
    struct flat f = {0};
    flatten(&f, prelude, 0);
    flatten(&f, text, 0);
    char all[512];
    /* Oclgrind 21.10 does not know an intrinsic that its own compiler's inliner leaves behind
     */
    const bool is_oclgrind = strstr(device->name, "Oclgrind") != NULL;
    snprintf(all, sizeof all, "-cl-std=CL1.2%s%s %s",
             device->divides_exactly ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
             is_oclgrind ? " -cl-opt-disable" : "", options);
    cl_int status = 0;
    const char *source = f.text;
    cl_program program = clCreateProgramWithSource(device->context, 1, &source, &f.n, &status);
    CL_OK(status);
    status = clBuildProgram(program, 1, &device->id, all, NULL, NULL);
    if (status != CL_SUCCESS) {
        size_t bytes = 0;
        CL_OK(
            clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes));
        char *const log = take(bytes + 1);
        CL_OK(
            clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, bytes, log, NULL));
        log[bytes] = '\0';
        fail_msg("%s: build gave %d:\n%.4000s", device->name, (int)status, log);
    }
    free(f.text);
    return program;
}

cl_program cl_fixture_build(const struct cl_device *device, const char *prelude,
                            const char *text, const char *options)
{
    char all[256];
    snprintf(all, sizeof all, "-cl-denorms-are-zero %s", options);
    return build_text(device, prelude, text, all);
}

cl_program cl_fixture_build_double(const struct cl_device *device, const char *prelude,
                                   const char *text)
{
    return build_text(device, prelude, text, "");
}

static bool is_all(const unsigned char *p, size_t n, unsigned char value)
{
    for (size_t k = 0; k < n; ++k) {
        if (p[k] != value) {
            return false;
        }
    }
    return true;
}

static cl_mem make_buffer(const struct cl_device *d, const struct cl_argument *a,
                          unsigned char *image, cl_mem *whole)
{
    const size_t bytes = a->bytes + 2 * d->guard;
    memset(image, GUARD, bytes);
    if (a->kind == CL_FIXTURE_OUT) {
        memset(image + d->guard, POISON, a->bytes);
    } else {
        memcpy(image + d->guard, a->data, a->bytes);
    }
    cl_int status = 0;
    *whole = clCreateBuffer(d->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, image,
                            &status);
    CL_OK(status);
    const cl_buffer_region region = {d->guard, a->bytes};
    cl_mem part = clCreateSubBuffer(*whole, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION,
                                    &region, &status);
    CL_OK(status);
    return part;
}

static void check_buffer(const struct cl_device *d, const struct cl_argument *a,
                         unsigned char *image, cl_mem whole, uint32_t number)
{
    const size_t bytes = a->bytes + 2 * d->guard;
    CL_OK(clEnqueueReadBuffer(d->queue, whole, CL_TRUE, 0, bytes, image, 0, NULL, NULL));
    if (!is_all(image, d->guard, GUARD) ||
        !is_all(image + d->guard + a->bytes, d->guard, GUARD)) {
        fail_msg("%s: argument %u: written outside of the buffer", d->name, number);
    }
    if (a->kind == CL_FIXTURE_IN && memcmp(image + d->guard, a->data, a->bytes) != 0) {
        fail_msg("%s: argument %u: an input was written", d->name, number);
    }
    if (a->kind == CL_FIXTURE_OUT &&
        (is_all(image + d->guard, a->bytes, POISON) || is_all(image + d->guard, a->bytes, 0))) {
        fail_msg("%s: argument %u: nothing was written", d->name, number);
    }
    if (a->kind != CL_FIXTURE_IN) {
        memcpy(a->data, image + d->guard, a->bytes);
    }
}

void cl_fixture_run(const struct cl_device *device, cl_program program, const char *kernel,
                    const struct cl_argument *arguments, uint32_t n_arguments, size_t global,
                    size_t local)
{
    EXPECT_TRUE(n_arguments <= MOST_ARGUMENT);
    cl_int status = 0;
    cl_kernel k = clCreateKernel(program, kernel, &status);
    CL_OK(status);
    cl_mem whole[MOST_ARGUMENT] = {NULL}, part[MOST_ARGUMENT] = {NULL};
    unsigned char *image[MOST_ARGUMENT] = {NULL};
    for (uint32_t n = 0; n < n_arguments; ++n) {
        const struct cl_argument *const a = &arguments[n];
        if (a->kind == CL_FIXTURE_VALUE) {
            CL_OK(clSetKernelArg(k, n, a->bytes, a->data));
            continue;
        }
        image[n] = take(a->bytes + 2 * device->guard);
        part[n] = make_buffer(device, a, image[n], &whole[n]);
        CL_OK(clSetKernelArg(k, n, sizeof part[n], &part[n]));
    }
    CL_OK(clEnqueueNDRangeKernel(device->queue, k, 1, NULL, &global, local > 0 ? &local : NULL,
                                 0, NULL, NULL));
    CL_OK(clFinish(device->queue));
    for (uint32_t n = 0; n < n_arguments; ++n) {
        if (arguments[n].kind != CL_FIXTURE_VALUE) {
            check_buffer(device, &arguments[n], image[n], whole[n], n);
            CL_OK(clReleaseMemObject(part[n]));
            CL_OK(clReleaseMemObject(whole[n]));
            free(image[n]);
        }
    }
    CL_OK(clReleaseKernel(k));
}

bool cl_fixture_flushes(const struct cl_device *device)
{
    const char *const text =
        "__kernel void probe(__global const float *x, __global uint *out)\n"
        "{\n"
        "    out[0] = as_uint(x[0] * 0.5f);\n"
        "    out[1] = x[1] > 0.0f ? 1u : 0u;\n"
        "    out[2] = 1u;\n"
        "}\n";
    float x[2] = {0x1p-126f, 0x1p-130f};
    uint32_t out[3] = {0};
    const struct cl_argument arguments[] = {
        {CL_FIXTURE_IN,  x,   sizeof x  },
        {CL_FIXTURE_OUT, out, sizeof out}
    };
    cl_program program = cl_fixture_build(device, "", text, "");
    cl_fixture_run(device, program, "probe", arguments, 2, 1, 1);
    CL_OK(clReleaseProgram(program));
    return out[0] == 0 && out[1] == 0;
}
