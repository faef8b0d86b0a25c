/* device/device_inside.h: what the files of this room share; no other room includes it.
 * Sees: base, OpenCL. Threads: as device.h. */
#ifndef DEVICE_DEVICE_INSIDE_H
#define DEVICE_DEVICE_INSIDE_H

#include "device/device.h"

#include <CL/cl.h>

struct device {
    struct device_info info;
    cl_device_id root, id; /* id: what is used: root, or a sub-device of it */
    cl_context context;
    cl_command_queue queue;
    uint64_t allocated, allocated_peak;
    char options[2][96]; /* of a build, by precision */
    char prelude[128];   /* text before every program */
};

/* "CL_OUT_OF_RESOURCES", or "unknown" */
const char *device_cl_name(cl_int number);
/* ERR_OK for CL_SUCCESS, else ERR_CL with "call(what): NAME (number)"; what may be NULL or "".
 */
enum err_code device_cl_check(cl_int number, const char *call, const char *what,
                              struct err *e) ERR_CHECKED;

/* Calls fn and returns upward when it fails: CL_TRY(e, k->name, clFlush, (queue)). */
#define CL_TRY(e, what, fn, args)                                                              \
    do {                                                                                       \
        const enum err_code cl_try_code_ = device_cl_check(fn args, #fn, (what), (e));         \
        if (cl_try_code_ != ERR_OK) {                                                          \
            return cl_try_code_;                                                               \
        }                                                                                      \
    } while (0)

/* Platform and device behind "opencl:P.D". */
enum err_code device_lookup(const char *spec, cl_platform_id *platform, cl_device_id *id,
                            struct err *e) ERR_CHECKED;

/* Two FNV-1a-64 hashes with different starts: the name of a cache entry. */
struct program_key {
    uint64_t a, b;
};
struct program_key program_cache_key(const struct device *d, enum precision precision,
                                     const char *text);
/* The stored binary of key, checked (owned: mem_free), or NULL. Never an error. */
unsigned char *program_cache_load(struct program_key key, size_t *n);
/* Writes an entry: into a file of its own, then renamed. Failures are silent: the cache is a
 * convenience. */
void program_cache_store(struct program_key key, const unsigned char *binary, size_t n);
void program_cache_remove(struct program_key key);
/* The entry's path in out; false where there is no cache folder. */
bool program_cache_path(struct program_key key, char *out, size_t n);

#endif
