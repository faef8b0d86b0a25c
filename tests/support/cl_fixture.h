/* tests/support/cl_fixture.h: kernels on every OpenCL device present, by plain OpenCL calls, so
 * that a kernel is tested without host/device. A kernel's text may include "shared/….h": the
 * files are read from kernels/. Each buffer stands between two guard regions; an output is
 * filled with 0xCA before the launch, and must not be all 0xCA or all zero after it. A failure
 * fails the running test. */
#ifndef SUPPORT_CL_FIXTURE_H
#define SUPPORT_CL_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <CL/cl.h>

#define CL_FIXTURE_MOST 8

struct cl_device {
    char name[128];
    cl_platform_id platform;
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;
    size_t guard; /* bytes before and after each buffer */
    bool has_double, divides_exactly;
};

/* Opens all devices of all platforms that are available and have a compiler. Returns how many;
 * 0 is no failure. */
uint32_t cl_fixture_open(struct cl_device devices[CL_FIXTURE_MOST]);
void cl_fixture_close(struct cl_device *devices, uint32_t n);

/* Builds prelude + text with the project's options (and `options` behind them, may be ""). */
cl_program cl_fixture_build(const struct cl_device *device, const char *prelude,
                            const char *text, const char *options);
/* The same for a program that computes in double precision, where subnormals are kept. */
cl_program cl_fixture_build_double(const struct cl_device *device, const char *prelude,
                                   const char *text);

enum cl_fixture_kind { CL_FIXTURE_IN, CL_FIXTURE_OUT, CL_FIXTURE_IN_OUT, CL_FIXTURE_VALUE };

/* A kernel argument: a buffer of `bytes` copied from or to data, or a value passed as it is. */
struct cl_argument {
    enum cl_fixture_kind kind;
    void *data;
    size_t bytes;
};

/* Runs one kernel to its end; local 0 leaves the group size to the device. Checks poison and
 * guards. */
void cl_fixture_run(const struct cl_device *device, cl_program program, const char *kernel,
                    const struct cl_argument *arguments, uint32_t n_arguments, size_t global,
                    size_t local);

/* Whether single-precision subnormals count as zero there, as operands and as results (Oclgrind
 * keeps them whatever the option says). Found by a kernel. */
bool cl_fixture_flushes(const struct cl_device *device);

#endif
