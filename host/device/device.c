/* device/device.c: opening a device: context, in-order queue, build options. */
#include "device/device_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sub-device of some compute units leaves the others to the user (or shows how a run scales).
 * Devices that cannot be split run whole, and the note says so. */
static void split(struct device *d, uint32_t compute_units)
{
    if (compute_units == 0 || compute_units >= d->info.compute_units) {
        return;
    }
    const cl_device_partition_property properties[] = {
        CL_DEVICE_PARTITION_BY_COUNTS, (cl_device_partition_property)compute_units,
        CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    cl_device_id part = NULL;
    cl_uint n = 0;
    const cl_int number = clCreateSubDevices(d->root, properties, 1, &part, &n);
    if (number != CL_SUCCESS || n != 1) {
        (void)snprintf(d->info.note, sizeof d->info.note,
                       "this device cannot be split: all %u compute units are used",
                       d->info.compute_units);
        return;
    }
    d->id = part;
    d->info.compute_units = compute_units;
}

/* Single precision flushes subnormals, double keeps them; -cl-denorms-are-zero would flush
 * both. STRIATUM_KEEP_SUBNORMALS leaves the flag out of every build: tests compare the results.
 * Division: exact where promised, else through double, else by residual steps
 * (shared/math_f32.h). */
static void prepare_texts(struct device *d)
{
    /* Oclgrind 21.10 does not know an intrinsic that its optimiser leaves behind. */
    const bool is_oclgrind = d->info.finds_races;
    const char *const keep = getenv("STRIATUM_KEEP_SUBNORMALS");
    const bool is_kept = keep != NULL && keep[0] != '\0';
    for (int k = 0; k < 2; k++) {
        const bool is_flushed = k == (int)PRECISION_SINGLE && !is_kept;
        (void)snprintf(d->options[k], sizeof d->options[k], "-cl-std=CL1.2%s%s%s",
                       is_flushed ? " -cl-denorms-are-zero" : "",
                       d->info.divides_exactly ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
                       is_oclgrind ? " -cl-opt-disable" : "");
    }
    (void)snprintf(d->prelude, sizeof d->prelude, "%s#define DIV_MODE %d\n",
                   !d->info.divides_exactly && d->info.has_double
                       ? "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n"
                       : "",
                   d->info.divides_exactly ? 0 : (d->info.has_double ? 1 : 2));
}

enum err_code device_open(struct device **out, const struct device_info *info,
                          const struct device_options *options, struct err *e)
{
    *out = NULL;
    struct device *d = NULL;
    cl_platform_id platform = NULL;
    cl_int number = CL_SUCCESS;
    ERR_IF(!info->is_available, e, ERR_NO_DEVICE, "%s (%s) is not available", info->spec,
           info->name);
    ERR_IF(!info->has_compiler, e, ERR_NO_DEVICE, "%s (%s) has no compiler for kernels",
           info->spec, info->name);
    ERR_TRY(mem_alloc(&d, 1, sizeof *d, e));
    d->info = *info;
    enum err_code code;
    ERR_GOTO(device_lookup(info->spec, &platform, &d->root, e));
    d->id = d->root;
    split(d, options == NULL ? 0 : options->compute_units);
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                                (cl_context_properties)platform, 0};
    d->context = clCreateContext(properties, 1, &d->id, NULL, NULL, &number);
    ERR_GOTO(device_cl_check(number, "clCreateContext", d->info.name, e));
    d->queue = clCreateCommandQueue(d->context, d->id, 0, &number);
    ERR_GOTO(device_cl_check(number, "clCreateCommandQueue", d->info.name, e));
    prepare_texts(d);
    *out = d;
    return ERR_OK;
out:
    device_close(d);
    return code;
}

void device_close(struct device *d)
{
    if (d == NULL) {
        return;
    }
    if (d->queue != NULL) {
        (void)clFinish(d->queue);
        (void)clReleaseCommandQueue(d->queue);
    }
    if (d->context != NULL) {
        (void)clReleaseContext(d->context);
    }
    if (d->id != d->root) {
        (void)clReleaseDevice(d->id);
    }
    mem_free(d);
}

const struct device_info *device_info_of(const struct device *d)
{
    return &d->info;
}

const char *device_prelude(const struct device *d)
{
    return d->prelude;
}

uint64_t device_allocated(const struct device *d)
{
    return d->allocated;
}

uint64_t device_allocated_peak(const struct device *d)
{
    return d->allocated_peak;
}

enum err_code device_flush(struct device *d, struct err *e)
{
    CL_TRY(e, NULL, clFlush, (d->queue));
    return ERR_OK;
}

enum err_code device_finish(struct device *d, struct err *e)
{
    CL_TRY(e, NULL, clFinish, (d->queue));
    return ERR_OK;
}

enum err_code device_wait(void *event, struct err *e)
{
    cl_event handle = event;
    if (handle == NULL) {
        return ERR_OK;
    }
    const cl_int number = clWaitForEvents(1, &handle);
    cl_int status = CL_COMPLETE;
    enum err_code code = device_cl_check(number, "clWaitForEvents", NULL, e);
    /* The wait says only that a command failed; its own status says how. */
    if (code != ERR_OK &&
        clGetEventInfo(handle, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status,
                       NULL) == CL_SUCCESS &&
        status < 0) {
        code = device_cl_check(status, "command on the device", NULL, e);
    }
    (void)clReleaseEvent(handle);
    return code;
}

void device_event_release(void *event)
{
    if (event != NULL) {
        (void)clReleaseEvent((cl_event)event);
    }
}
