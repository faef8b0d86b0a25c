/* device/program.c: programs from text or from the cache. */
#include "device/device_inside.h"

#include <stdlib.h>
#include <string.h>

struct program_data {
    cl_program program;
    struct program_key key;
    bool is_cached; /* the cache holds it */
};

enum { LOG_LINES = 8, LOG_BYTES = 380 };

/* The first lines of a build log that say something: errors first, since warnings may fill the
 * message. */
static void log_excerpt(const char *log, char *out)
{
    const char *const error = strstr(log, "error:");
    const char *from = log;
    if (error != NULL) {
        for (from = error; from > log && from[-1] != '\n'; from--) {
        }
    }
    size_t n = 0, lines = 0;
    while (from[n] != '\0' && n + 1 < LOG_BYTES && lines < LOG_LINES) {
        lines += from[n] == '\n';
        n++;
    }
    while (n > 0 && (from[n - 1] == '\n' || from[n - 1] == ' ')) {
        n--;
    }
    memcpy(out, from, n);
    out[n] = '\0';
}

static enum err_code build_failed(struct device *d, cl_program program, cl_int number,
                                  struct err *e)
{
    char *log = NULL;
    size_t n = 0;
    char excerpt[LOG_BYTES] = "no build log";
    if (clGetProgramBuildInfo(program, d->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &n) ==
            CL_SUCCESS &&
        n > 1 && mem_alloc(&log, n + 1, 1, NULL) == ERR_OK &&
        clGetProgramBuildInfo(program, d->id, CL_PROGRAM_BUILD_LOG, n, log, NULL) ==
            CL_SUCCESS) {
        log_excerpt(log, excerpt);
    }
    mem_free(log);
    return err_set(e, ERR_CL, number, "clBuildProgram: %s (%d):\n%s", device_cl_name(number),
                   number, excerpt);
}

/* NULL where the entry is missing, damaged, or refused by the driver (which then is removed).
 */
static cl_program program_from_cache(struct device *d, enum precision precision,
                                     struct program_key key)
{
    size_t n = 0;
    unsigned char *const binary = program_cache_load(key, &n);
    if (binary == NULL) {
        return NULL;
    }
    const unsigned char *binaries[] = {binary};
    cl_int status = CL_SUCCESS, number = CL_SUCCESS;
    cl_program program =
        clCreateProgramWithBinary(d->context, 1, &d->id, &n, binaries, &status, &number);
    mem_free(binary);
    if (number == CL_SUCCESS && status == CL_SUCCESS &&
        clBuildProgram(program, 1, &d->id, d->options[precision], NULL, NULL) == CL_SUCCESS) {
        return program;
    }
    if (program != NULL) {
        (void)clReleaseProgram(program);
    }
    program_cache_remove(key);
    return NULL;
}

enum err_code device_check_precision(const struct device_info *info, enum precision precision,
                                     struct err *e)
{
    ERR_IF(precision == PRECISION_DOUBLE && !info->has_double, e, ERR_NO_DEVICE,
           "%s (%s) has no double precision (cl_khr_fp64); use --device cpu, or precision: "
           "single",
           info->spec, info->name);
    return ERR_OK;
}

enum err_code device_program_create(struct device_program *p, struct device *d,
                                    const char *text, bool *from_cache, struct err *e)
{
    return device_program_create_for(p, d, PRECISION_SINGLE, text, from_cache, e);
}

enum err_code device_program_create_for(struct device_program *p, struct device *d,
                                        enum precision precision, const char *text,
                                        bool *from_cache, struct err *e)
{
    *p = (struct device_program){0};
    ERR_TRY(device_check_precision(&d->info, precision, e));
    struct program_data *data = NULL;
    ERR_TRY(mem_alloc(&data, 1, sizeof *data, e));
    data->key = program_cache_key(d, precision, text);
    data->program = program_from_cache(d, precision, data->key);
    data->is_cached = data->program != NULL;
    enum err_code code = ERR_OK;
    if (!data->is_cached) {
        cl_int number = CL_SUCCESS;
        data->program = clCreateProgramWithSource(d->context, 1, &text, NULL, &number);
        ERR_GOTO(device_cl_check(number, "clCreateProgramWithSource", NULL, e));
        number = clBuildProgram(data->program, 1, &d->id, d->options[precision], NULL, NULL);
        if (number != CL_SUCCESS) {
            code = build_failed(d, data->program, number, e);
            goto out;
        }
    }
    if (from_cache != NULL) {
        *from_cache = data->is_cached;
    }
    *p = (struct device_program){.handle = data, .device = d};
    return ERR_OK;
out:
    if (data->program != NULL) {
        (void)clReleaseProgram(data->program);
    }
    mem_free(data);
    return code;
}

void device_program_destroy(struct device_program *p)
{
    if (p == NULL || p->handle == NULL) {
        return;
    }
    struct program_data *const data = p->handle;
    (void)clReleaseProgram(data->program);
    mem_free(data);
    *p = (struct device_program){0};
}

/* PoCL keeps what it compiled, and asked for a binary it first compiles every kernel once more
 * for any work-group size: 0.2 to 0.5 s each. So its own cache is trusted, unless the user
 * names a folder for ours. */
static bool driver_caches(const struct device *d)
{
    const char *const folder = getenv("STRIATUM_CACHE_DIR");
    const bool is_named = folder != NULL && folder[0] != '\0';
    return !is_named && (strstr(d->info.platform, "PoCL") != NULL ||
                         strstr(d->info.platform, "pocl") != NULL);
}

void device_program_save(struct device_program *p)
{
    struct program_data *const data = p->handle;
    unsigned char *binary = NULL;
    size_t n = 0;
    if (data == NULL || data->is_cached || driver_caches(p->device)) {
        return;
    }
    if (clGetProgramInfo(data->program, CL_PROGRAM_BINARY_SIZES, sizeof n, &n, NULL) ==
            CL_SUCCESS &&
        n > 0 && mem_alloc(&binary, n, 1, NULL) == ERR_OK &&
        clGetProgramInfo(data->program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
            CL_SUCCESS) {
        program_cache_store(data->key, binary, n);
        data->is_cached = true;
    }
    mem_free(binary);
}

enum err_code device_kernel_create(struct device_kernel *k, const struct device_program *p,
                                   const char *name, struct err *e)
{
    *k = (struct device_kernel){.device = p->device};
    const struct program_data *const data = p->handle;
    cl_int number = CL_SUCCESS;
    size_t n = strlen(name);
    n = n < sizeof k->name ? n : sizeof k->name - 1;
    memcpy(k->name, name, n);
    cl_kernel handle = clCreateKernel(data->program, name, &number);
    ERR_TRY(device_cl_check(number, "clCreateKernel", name, e));
    k->handle = handle;
    return ERR_OK;
}
