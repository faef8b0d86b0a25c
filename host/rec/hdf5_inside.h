/* rec/hdf5_inside.h: what hdf5_wrap.c and hdf5_read.c share; nobody else sees HDF5's own names.
 * Sees: base. */
#ifndef REC_HDF5_INSIDE_H
#define REC_HDF5_INSIDE_H

#include "rec/hdf5_wrap.h"

#include <hdf5.h>

struct hdf5_file {
    hid_t id;
    char *path;
};

/* HDF5 prints its error stack unless told not to; the user's own setting comes back when we are
 * done. */
struct hdf5_silence {
    H5E_auto2_t print;
    void *data;
};
struct hdf5_silence hdf5_silence_begin(void);
void hdf5_silence_end(struct hdf5_silence s);

/* ERR_IO "cannot WHAT 'PATH': …" from HDF5's error stack. */
enum err_code hdf5_fault(const char *path, const char *what, struct err *e);
hid_t hdf5_native(enum hdf5_type type);

/* In a function with `f`, `e`, `code` and a label `out`. */
#define HDF5_TRY(cond, what)                                                                   \
    do {                                                                                       \
        if (!(cond)) {                                                                         \
            code = hdf5_fault(f->path, what, e);                                               \
            goto out;                                                                          \
        }                                                                                      \
    } while (0)

#endif
