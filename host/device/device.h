/* device/device.h: OpenCL 1.2 devices, and nothing else of OpenCL is seen outside this room.
 * Sees: base. Threads: one thread per device handle. Memory: close frees. */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "base/precision.h"
#include "base/text.h"

enum device_type { DEVICE_CPU, DEVICE_GPU, DEVICE_ACCELERATOR };

struct device_info {
    char spec[16]; /* "opencl:0.1" */
    char name[128], vendor[128], version[128], driver[128], platform[128];
    enum device_type type;
    uint32_t compute_units, native_width; /* floats in a native vector */
    uint32_t max_group;
    uint64_t memory, max_buffer, local_memory;
    bool has_double, has_int64_atomics, divides_exactly, flushes_denormals_option;
    bool is_little_endian, is_available, has_compiler;
    bool finds_races; /* a checker (Oclgrind): reports reads beside atomics */
    char note[96];    /* of an open device: what was asked for and could not be had, or "" */
};

/* All devices of all platforms, in the ICD loader's order. No platform, or no loader, is an
 * empty list and no error. */
enum err_code device_list(struct device_info **out, uint32_t *n, struct err *e) ERR_CHECKED;
/* Finds what --device names: "opencl" (a GPU, else the first), "opencl:P.D", or a part of a
 * device's name (any case). ERR_NO_DEVICE with the list of those present. */
enum err_code device_find(const char *spec, const struct device_info *all, uint32_t n,
                          uint32_t *index, struct err *e) ERR_CHECKED;
/* The same for a precision: "opencl" passes over devices that cannot compute in it, another
 * that cannot is ERR_NO_DEVICE. */
enum err_code device_find_for(const char *spec, enum precision precision,
                              const struct device_info *all, uint32_t n, uint32_t *index,
                              struct err *e) ERR_CHECKED;

struct device; /* an open device: context, one in-order queue */
struct device_options {
    /* 0: all; else a sub-device of that many, where the device can be split (else a note in
     * info) */
    uint32_t compute_units;
};
enum err_code device_open(struct device **out, const struct device_info *info,
                          const struct device_options *options, struct err *e) ERR_CHECKED;
void device_close(struct device *d);
/* compute_units: those in use */
const struct device_info *device_info_of(const struct device *d);
/* Text to put before every program for this device: DIV_MODE (shared/math_f32.h), the fp64
 * pragma where it is used. Borrowed. */
const char *device_prelude(const struct device *d);

struct device_buffer {
    void *handle;
    uint64_t bytes;
    struct device *device;
};
/* Zeroed. Errors: ERR_LIMIT above max_buffer, ERR_CL. what: for messages ("targets of
 * synapses"). */
enum err_code device_buffer_create(struct device_buffer *b, struct device *d, uint64_t bytes,
                                   const char *what, struct err *e) ERR_CHECKED;
void device_buffer_destroy(struct device_buffer *b); /* accepts a zeroed one */
enum err_code device_write(struct device_buffer *b, uint64_t at, const void *data,
                           uint64_t bytes, struct err *e) ERR_CHECKED; /* blocking */
enum err_code device_read(const struct device_buffer *b, uint64_t at, void *data,
                          uint64_t bytes, struct err *e) ERR_CHECKED; /* blocking */
/* As above, enqueued: data must live until the event (or a later one of the in-order queue) is
 * done. *event may be NULL. */
enum err_code device_write_later(struct device_buffer *b, uint64_t at, const void *data,
                                 uint64_t bytes, void **event, struct err *e) ERR_CHECKED;
enum err_code device_read_later(const struct device_buffer *b, uint64_t at, void *data,
                                uint64_t bytes, void **event, struct err *e) ERR_CHECKED;
enum err_code device_fill(struct device_buffer *b, uint64_t at, uint64_t bytes,
                          struct err *e) ERR_CHECKED; /* zeros, enqueued */
uint64_t device_allocated(const struct device *d);    /* bytes in live buffers */
uint64_t device_allocated_peak(const struct device *d);

struct device_program {
    void *handle;
    struct device *device;
};
/* Text as given (preludes included), options fixed by this room: -cl-std=CL1.2
 * -cl-denorms-are-zero, correctly rounded division where offered. Binaries are cached under the
 * user's cache folder by a full hash of text, options, device and driver; a damaged entry is
 * rebuilt. *from_cache may be NULL. ERR_CL with the first lines of the build log. */
enum err_code device_program_create(struct device_program *p, struct device *d,
                                    const char *text, bool *from_cache,
                                    struct err *e) ERR_CHECKED;
/* The same for a program of either precision: single flushes subnormals, double keeps them, so
 * it is built without -cl-denorms-are-zero. ERR_NO_DEVICE where the device has no double
 * precision (cl_khr_fp64). The text defines REAL_IS_DOUBLE itself. */
enum err_code device_program_create_for(struct device_program *p, struct device *d,
                                        enum precision precision, const char *text,
                                        bool *from_cache, struct err *e) ERR_CHECKED;
/* Can the device compute in this precision? ERR_NO_DEVICE, with what else to use. */
enum err_code device_check_precision(const struct device_info *info, enum precision precision,
                                     struct err *e) ERR_CHECKED;
void device_program_destroy(struct device_program *p);
/* Saves the binary if it is not in the cache yet: called after a first launch, because PoCL
 * compiles there. */
void device_program_save(struct device_program *p);

struct device_kernel {
    void *handle;
    struct device *device;
    char name[64];
};
enum err_code device_kernel_create(struct device_kernel *k, const struct device_program *p,
                                   const char *name, struct err *e) ERR_CHECKED;
void device_kernel_destroy(struct device_kernel *k);
enum err_code device_kernel_set(struct device_kernel *k, uint32_t argument, size_t bytes,
                                const void *value, struct err *e) ERR_CHECKED;
enum err_code device_kernel_set_buffer(struct device_kernel *k, uint32_t argument,
                                       const struct device_buffer *b,
                                       struct err *e) ERR_CHECKED;
/* global is rounded up to a multiple of local. */
enum err_code device_launch(struct device_kernel *k, uint64_t global, uint64_t local,
                            void **event, struct err *e) ERR_CHECKED;
enum err_code device_flush(struct device *d, struct err *e) ERR_CHECKED;
enum err_code device_finish(struct device *d, struct err *e) ERR_CHECKED;
enum err_code device_wait(void *event, struct err *e) ERR_CHECKED; /* waits and releases */
void device_event_release(void *event);

/* The text of embedded kernel files ("shared/philox.h", "step/deliver.cl"), includes flattened
 * once each with #line; a folder named by STRIATUM_KERNEL_DIR is read instead. Appends to out.
 */
enum err_code device_kernel_text(const char *file, struct text *out, struct err *e) ERR_CHECKED;

#endif
