/* device/buffer.c: memory on the device. Every access is checked against the buffer's size:
 * what OpenCL reports as CL_INVALID_VALUE comes here with place and size. */
#include "device/device_inside.h"

#include <string.h>

enum {
    BUFFER_LEAST = 64
}; /* an empty buffer has a handle too, so that it can be a kernel's argument */

static cl_mem buffer_handle(const struct device_buffer *b)
{
    return b->handle;
}

enum err_code device_buffer_create(struct device_buffer *b, struct device *d, uint64_t bytes,
                                   const char *what, struct err *e)
{
    *b = (struct device_buffer){0};
    const double mib = 1024.0 * 1024.0;
    ERR_IF(bytes > d->info.max_buffer, e, ERR_LIMIT,
           "the buffer of %s needs %.1f MiB, but %s allows %.1f MiB in one buffer", what,
           (double)bytes / mib, d->info.name, (double)d->info.max_buffer / mib);
    cl_int number = CL_SUCCESS;
    const size_t size = bytes < BUFFER_LEAST ? BUFFER_LEAST : (size_t)bytes;
    cl_mem handle = clCreateBuffer(d->context, CL_MEM_READ_WRITE, size, NULL, &number);
    ERR_TRY(device_cl_check(number, "clCreateBuffer", what, e));
    *b = (struct device_buffer){.handle = handle, .bytes = bytes, .device = d};
    d->allocated += bytes;
    d->allocated_peak = d->allocated > d->allocated_peak ? d->allocated : d->allocated_peak;
    const enum err_code code = device_fill(b, 0, bytes, e);
    if (code != ERR_OK) {
        err_note(e, "while clearing %s", what);
        device_buffer_destroy(b);
    }
    return code;
}

void device_buffer_destroy(struct device_buffer *b)
{
    if (b == NULL || b->handle == NULL) {
        return;
    }
    (void)clReleaseMemObject(buffer_handle(b));
    b->device->allocated -= b->bytes;
    *b = (struct device_buffer){0};
}

static enum err_code check_range(const struct device_buffer *b, uint64_t at, uint64_t bytes,
                                 struct err *e)
{
    ERR_IF(at > b->bytes || bytes > b->bytes - at, e, ERR_ARG,
           "bytes %llu to %llu of a buffer of %llu", (unsigned long long)at,
           (unsigned long long)(at + bytes), (unsigned long long)b->bytes);
    return ERR_OK;
}

/* The event of an operation on no bytes: done when all before it is. */
static enum err_code mark(struct device *d, void **event, struct err *e)
{
    if (event != NULL) {
        CL_TRY(e, NULL, clEnqueueMarkerWithWaitList, (d->queue, 0, NULL, (cl_event *)event));
    }
    return ERR_OK;
}

static enum err_code write_any(struct device_buffer *b, uint64_t at, const void *data,
                               uint64_t bytes, cl_bool is_blocking, void **event, struct err *e)
{
    ERR_TRY(check_range(b, at, bytes, e));
    if (bytes == 0) {
        return mark(b->device, event, e);
    }
    CL_TRY(e, NULL, clEnqueueWriteBuffer,
           (b->device->queue, buffer_handle(b), is_blocking, (size_t)at, (size_t)bytes, data, 0,
            NULL, (cl_event *)event));
    return ERR_OK;
}

static enum err_code read_any(const struct device_buffer *b, uint64_t at, void *data,
                              uint64_t bytes, cl_bool is_blocking, void **event, struct err *e)
{
    ERR_TRY(check_range(b, at, bytes, e));
    if (bytes == 0) {
        return mark(b->device, event, e);
    }
    CL_TRY(e, NULL, clEnqueueReadBuffer,
           (b->device->queue, buffer_handle(b), is_blocking, (size_t)at, (size_t)bytes, data, 0,
            NULL, (cl_event *)event));
    return ERR_OK;
}

enum err_code device_write(struct device_buffer *b, uint64_t at, const void *data,
                           uint64_t bytes, struct err *e)
{
    return write_any(b, at, data, bytes, CL_TRUE, NULL, e);
}

enum err_code device_read(const struct device_buffer *b, uint64_t at, void *data,
                          uint64_t bytes, struct err *e)
{
    return read_any(b, at, data, bytes, CL_TRUE, NULL, e);
}

enum err_code device_write_later(struct device_buffer *b, uint64_t at, const void *data,
                                 uint64_t bytes, void **event, struct err *e)
{
    return write_any(b, at, data, bytes, CL_FALSE, event, e);
}

enum err_code device_read_later(const struct device_buffer *b, uint64_t at, void *data,
                                uint64_t bytes, void **event, struct err *e)
{
    return read_any(b, at, data, bytes, CL_FALSE, event, e);
}

/* The widest pattern that divides the range: PoCL fills pattern by pattern. */
enum err_code device_fill(struct device_buffer *b, uint64_t at, uint64_t bytes, struct err *e)
{
    static const unsigned char zeros[16] = {0};
    ERR_TRY(check_range(b, at, bytes, e));
    size_t pattern = sizeof zeros;
    while (at % pattern != 0 || bytes % pattern != 0) {
        pattern /= 2;
    }
    if (bytes > 0) {
        CL_TRY(e, NULL, clEnqueueFillBuffer,
               (b->device->queue, buffer_handle(b), zeros, pattern, (size_t)at, (size_t)bytes,
                0, NULL, NULL));
    }
    return ERR_OK;
}
