/* device/kernel_source.h: the embedded kernel texts (filled by kernels/embed.cmake). */
#ifndef DEVICE_KERNEL_SOURCE_H
#define DEVICE_KERNEL_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct kernel_source {
    const char *name;  /* "shared/philox.h" */
    const char *shown; /* "kernels/shared/philox.h", for #line */
    const char *bytes;
    size_t n;
};
extern const struct kernel_source kernel_source_table[];
extern const uint32_t kernel_source_n;

#endif
