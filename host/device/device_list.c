/* device/device_list.c: which devices there are, and which one a user means. */
#include "device/device_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CL_PLATFORM_NOT_FOUND_KHR
#define CL_PLATFORM_NOT_FOUND_KHR (-1001)
#endif

enum { PLATFORMS_MAX = 64, DEVICES_MAX = 64 };

/* Copies without blanks at both ends (some vendors pad their names). */
static void copy_trimmed(char *out, size_t size, const char *from)
{
    while (isspace((unsigned char)*from)) {
        from++;
    }
    size_t n = strlen(from);
    while (n > 0 && isspace((unsigned char)from[n - 1])) {
        n--;
    }
    n = n < size ? n : size - 1;
    memcpy(out, from, n);
    out[n] = '\0';
}

static void device_string(cl_device_id id, cl_device_info what, char *out, size_t size)
{
    char text[16384] = "";
    if (clGetDeviceInfo(id, what, sizeof text, text, NULL) != CL_SUCCESS) {
        text[0] = '\0';
    }
    text[sizeof text - 1] = '\0';
    copy_trimmed(out, size, text);
}

static uint64_t device_number(cl_device_id id, cl_device_info what)
{
    union {
        cl_uint u32;
        cl_ulong u64;
    } value = {.u64 = 0};
    size_t n = 0;
    if (clGetDeviceInfo(id, what, sizeof value, &value, &n) != CL_SUCCESS) {
        return 0;
    }
    return n == sizeof value.u32 ? value.u32 : value.u64;
}

static void describe(struct device_info *info, cl_platform_id platform, cl_device_id id)
{
    char text[4096] = "";
    if (clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof text, text, NULL) ==
        CL_SUCCESS) {
        copy_trimmed(info->platform, sizeof info->platform, text);
    }
    device_string(id, CL_DEVICE_NAME, info->name, sizeof info->name);
    device_string(id, CL_DEVICE_VENDOR, info->vendor, sizeof info->vendor);
    device_string(id, CL_DEVICE_VERSION, info->version, sizeof info->version);
    device_string(id, CL_DRIVER_VERSION, info->driver, sizeof info->driver);
    const uint64_t type = device_number(id, CL_DEVICE_TYPE);
    info->type = (type & CL_DEVICE_TYPE_GPU) != 0   ? DEVICE_GPU
                 : (type & CL_DEVICE_TYPE_CPU) != 0 ? DEVICE_CPU
                                                    : DEVICE_ACCELERATOR;
    info->finds_races = strstr(info->platform, "Oclgrind") != NULL;
    info->compute_units = (uint32_t)device_number(id, CL_DEVICE_MAX_COMPUTE_UNITS);
    info->native_width = (uint32_t)device_number(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    info->max_group = (uint32_t)device_number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE);
    info->memory = device_number(id, CL_DEVICE_GLOBAL_MEM_SIZE);
    info->max_buffer = device_number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    info->local_memory = device_number(id, CL_DEVICE_LOCAL_MEM_SIZE);
    const uint64_t single = device_number(id, CL_DEVICE_SINGLE_FP_CONFIG);
    info->has_double = device_number(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    char extensions[16384] = "";
    device_string(id, CL_DEVICE_EXTENSIONS, extensions, sizeof extensions);
    info->has_int64_atomics = strstr(extensions, "cl_khr_int64_base_atomics") != NULL;
    info->divides_exactly = (single & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    info->flushes_denormals_option = (single & CL_FP_DENORM) != 0;
    info->is_little_endian = device_number(id, CL_DEVICE_ENDIAN_LITTLE) != 0;
    info->is_available = device_number(id, CL_DEVICE_AVAILABLE) != 0;
    info->has_compiler = device_number(id, CL_DEVICE_COMPILER_AVAILABLE) != 0;
}

static enum err_code platforms_get(cl_platform_id *platforms, cl_uint *n, struct err *e)
{
    *n = 0;
    const cl_int number = clGetPlatformIDs(PLATFORMS_MAX, platforms, n);
    if (number == CL_PLATFORM_NOT_FOUND_KHR) {
        *n = 0;
        return ERR_OK;
    }
    *n = *n < PLATFORMS_MAX ? *n : PLATFORMS_MAX;
    return device_cl_check(number, "clGetPlatformIDs", NULL, e);
}

/* A platform that cannot list its devices (a driver without its hardware) counts as one without
 * devices. */
static cl_uint devices_get(cl_platform_id platform, cl_device_id *ids)
{
    cl_uint n = 0;
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, DEVICES_MAX, ids, &n) != CL_SUCCESS) {
        return 0;
    }
    return n < DEVICES_MAX ? n : DEVICES_MAX;
}

enum err_code device_list(struct device_info **out, uint32_t *n, struct err *e)
{
    *out = NULL;
    *n = 0;
    cl_platform_id platforms[PLATFORMS_MAX];
    cl_uint n_platforms;
    ERR_TRY(platforms_get(platforms, &n_platforms, e));
    size_t capacity = 0;
    for (cl_uint p = 0; p < n_platforms; p++) {
        cl_device_id ids[DEVICES_MAX];
        const cl_uint n_ids = devices_get(platforms[p], ids);
        const enum err_code code = mem_grow(out, &capacity, *n + n_ids, sizeof **out, e);
        if (code != ERR_OK) {
            mem_free(*out);
            *out = NULL;
            *n = 0;
            return code;
        }
        for (cl_uint k = 0; k < n_ids; k++) {
            struct device_info *const info = &(*out)[(*n)++];
            *info = (struct device_info){0};
            (void)snprintf(info->spec, sizeof info->spec, "opencl:%u.%u", p % 1000u, k % 1000u);
            describe(info, platforms[p], ids[k]);
        }
    }
    return ERR_OK;
}

enum err_code device_lookup(const char *spec, cl_platform_id *platform, cl_device_id *id,
                            struct err *e)
{
    static const char prefix[] = "opencl:";
    const char *const at = spec + sizeof prefix - 1;
    ERR_IF(strncmp(spec, prefix, sizeof prefix - 1) != 0 || !isdigit((unsigned char)*at), e,
           ERR_ARG, "'%s' is no device", spec);
    char *end;
    const unsigned long p = strtoul(at, &end, 10);
    ERR_IF(*end != '.' || !isdigit((unsigned char)end[1]), e, ERR_ARG, "'%s' is no device",
           spec);
    const unsigned long k = strtoul(end + 1, NULL, 10);
    cl_platform_id platforms[PLATFORMS_MAX];
    cl_device_id ids[DEVICES_MAX];
    cl_uint n_platforms = 0;
    ERR_TRY(platforms_get(platforms, &n_platforms, e));
    ERR_IF(p >= n_platforms || k >= devices_get(platforms[p], ids), e, ERR_NO_DEVICE,
           "device %s is gone", spec);
    *platform = platforms[p];
    *id = ids[k];
    return ERR_OK;
}

static bool is_part_of(const char *whole, const char *part)
{
    const size_t n = strlen(part);
    for (; *whole != '\0'; whole++) {
        size_t k = 0;
        while (k < n && tolower((unsigned char)whole[k]) == tolower((unsigned char)part[k])) {
            k++;
        }
        if (k == n) {
            return true;
        }
    }
    return false;
}

static bool works_for(const struct device_info *info, enum precision precision)
{
    return info->is_available && info->has_compiler &&
           (precision == PRECISION_SINGLE || info->has_double);
}

/* A GPU, else the first. */
static enum err_code find_best(enum precision precision, const struct device_info *all,
                               uint32_t n, uint32_t *index, struct err *e)
{
    const struct device_info *best = NULL;
    bool has_any = false;
    for (uint32_t k = 0; k < n; k++) {
        has_any = has_any || works_for(&all[k], PRECISION_SINGLE);
        if (works_for(&all[k], precision) &&
            (best == NULL || (all[k].type == DEVICE_GPU && best->type != DEVICE_GPU))) {
            best = &all[k];
        }
    }
    ERR_IF(best == NULL && has_any, e, ERR_NO_DEVICE,
           "no OpenCL device here has double precision (cl_khr_fp64); use --device cpu, or "
           "precision: single");
    ERR_IF(best == NULL, e, ERR_NO_DEVICE,
           "no OpenCL device here is available with a compiler");
    *index = (uint32_t)(best - all);
    return ERR_OK;
}

enum err_code device_find(const char *spec, const struct device_info *all, uint32_t n,
                          uint32_t *index, struct err *e)
{
    return device_find_for(spec, PRECISION_SINGLE, all, n, index, e);
}

/* "cpu" and "auto" belong to the caller: cpu is the plain-C backend, never an OpenCL device. */
enum err_code device_find_for(const char *spec, enum precision precision,
                              const struct device_info *all, uint32_t n, uint32_t *index,
                              struct err *e)
{
    *index = 0;
    ERR_IF(n == 0, e, ERR_NO_DEVICE,
           "there is no OpenCL device here (is a driver installed, such as pocl-opencl-icd?); "
           "--device cpu needs none");
    if (strcmp(spec, "opencl") == 0) {
        return find_best(precision, all, n, index, e);
    }
    for (uint32_t k = 0; k < n; k++) {
        if (strcmp(spec, all[k].spec) == 0) {
            *index = k;
            return device_check_precision(&all[k], precision, e);
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        if (spec[0] != '\0' && strncmp(spec, "opencl:", 7) != 0 &&
            is_part_of(all[k].name, spec)) {
            *index = k;
            return device_check_precision(&all[k], precision, e);
        }
    }
    char present[384] = "";
    size_t used = 0;
    for (uint32_t k = 0; k < n && used + 1 < sizeof present; k++) {
        const int more = snprintf(present + used, sizeof present - used, "%s%s (%.60s)",
                                  k == 0 ? "" : ", ", all[k].spec, all[k].name);
        used += more > 0 ? (size_t)more : 0;
    }
    return err_set(e, ERR_NO_DEVICE, 0, "no device is called '%.60s'; there are cpu, %s", spec,
                   present);
}
