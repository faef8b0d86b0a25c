/* device/kernel.c: arguments and launches. */
#include "device/device_inside.h"

#include <stdio.h>

void device_kernel_destroy(struct device_kernel *k)
{
    if (k != NULL && k->handle != NULL) {
        (void)clReleaseKernel((cl_kernel)k->handle);
        *k = (struct device_kernel){0};
    }
}

enum err_code device_kernel_set(struct device_kernel *k, uint32_t argument, size_t bytes,
                                const void *value, struct err *e)
{
    const cl_int number = clSetKernelArg((cl_kernel)k->handle, argument, bytes, value);
    if (number == CL_SUCCESS) {
        return ERR_OK;
    }
    char what[96];
    (void)snprintf(what, sizeof what, "%s, argument %u", k->name, argument);
    return device_cl_check(number, "clSetKernelArg", what, e);
}

enum err_code device_kernel_set_buffer(struct device_kernel *k, uint32_t argument,
                                       const struct device_buffer *b, struct err *e)
{
    const cl_mem handle = b == NULL ? NULL : b->handle;
    return device_kernel_set(k, argument, sizeof handle, &handle, e);
}

enum err_code device_launch(struct device_kernel *k, uint64_t global, uint64_t local,
                            void **event, struct err *e)
{
    const cl_command_queue queue = k->device->queue;
    if (global == 0) {
        if (event != NULL) {
            CL_TRY(e, k->name, clEnqueueMarkerWithWaitList,
                   (queue, 0, NULL, (cl_event *)event));
        }
        return ERR_OK;
    }
    const size_t group = (size_t)local;
    const size_t items =
        local == 0 ? (size_t)global : (size_t)((global + local - 1) / local * local);
    CL_TRY(e, k->name, clEnqueueNDRangeKernel,
           (queue, (cl_kernel)k->handle, 1, NULL, &items, local == 0 ? NULL : &group, 0, NULL,
            (cl_event *)event));
    return ERR_OK;
}
