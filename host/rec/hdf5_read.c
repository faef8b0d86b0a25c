/* Reading what was written: for the overview plot. */
#include "rec/hdf5_inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct hdf5_listing {
    struct text *names;
    uint32_t n;
};

static herr_t hdf5_add_name(hid_t group, const char *name, const H5L_info_t *info,
                            void *context)
{
    (void)group;
    (void)info;
    struct hdf5_listing *const l = context;
    text_add_n(l->names, name, strlen(name) + 1);
    l->n++;
    return 0;
}

enum err_code hdf5_list(struct hdf5_file *f, const char *group, struct text *names, uint32_t *n,
                        struct err *e)
{
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    struct hdf5_listing l = {.names = names};
    const hid_t id = H5Gopen2(f->id, group, H5P_DEFAULT);
    HDF5_TRY(id >= 0 &&
                 H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, hdf5_add_name, &l) >= 0,
             "read");
out:
    if (id >= 0) {
        (void)H5Gclose(id);
    }
    hdf5_silence_end(s);
    *n = l.n;
    return code;
}

enum err_code hdf5_size(struct hdf5_file *f, const char *path, uint64_t *rows,
                        uint64_t *columns, struct err *e)
{
    enum err_code code = ERR_OK;
    hid_t space = H5I_INVALID_HID;
    const struct hdf5_silence s = hdf5_silence_begin();
    hsize_t size[H5S_MAX_RANK] = {0, 1};
    const hid_t set = H5Dopen2(f->id, path, H5P_DEFAULT);
    HDF5_TRY(set >= 0, "read");
    space = H5Dget_space(set);
    HDF5_TRY(space >= 0 && H5Sget_simple_extent_ndims(space) <= 2 &&
                 H5Sget_simple_extent_dims(space, size, NULL) >= 0,
             "read");
    *rows = size[0];
    *columns = size[1];
out:
    if (space >= 0) {
        (void)H5Sclose(space);
    }
    if (set >= 0) {
        (void)H5Dclose(set);
    }
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_read(struct hdf5_file *f, const char *path, enum hdf5_type type,
                        uint64_t row, uint64_t n_rows, uint64_t column, uint64_t n_columns,
                        void *out, struct err *e)
{
    enum err_code code = ERR_OK;
    hid_t in_file = H5I_INVALID_HID, in_memory = H5I_INVALID_HID;
    const struct hdf5_silence s = hdf5_silence_begin();
    const hsize_t start[2] = {row, column}, count[2] = {n_rows, n_columns};
    const hid_t set = H5Dopen2(f->id, path, H5P_DEFAULT);
    HDF5_TRY(set >= 0, "read");
    in_file = H5Dget_space(set);
    const int rank = in_file < 0 ? 0 : H5Sget_simple_extent_ndims(in_file);
    HDF5_TRY(rank == 1 || rank == 2, "read");
    in_memory = H5Screate_simple(rank, count, NULL);
    HDF5_TRY(in_memory >= 0 &&
                 H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0,
             "read");
    HDF5_TRY(H5Dread(set, hdf5_native(type), in_memory, in_file, H5P_DEFAULT, out) >= 0,
             "read");
out:
    if (in_memory >= 0) {
        (void)H5Sclose(in_memory);
    }
    if (in_file >= 0) {
        (void)H5Sclose(in_file);
    }
    if (set >= 0) {
        (void)H5Dclose(set);
    }
    hdf5_silence_end(s);
    return code;
}

void hdf5_read_text(struct hdf5_file *f, const char *path, const char *name, char *out,
                    size_t n)
{
    out[0] = '\0';
    const struct hdf5_silence s = hdf5_silence_begin();
    const hid_t attribute = H5Aopen_by_name(f->id, path, name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    if (type >= 0 && H5Tis_variable_str(type) > 0) {
        char *value = NULL;
        if (H5Aread(attribute, type, &value) >= 0 && value != NULL) {
            (void)snprintf(out, n, "%s", value);
            (void)H5free_memory(value);
        }
    }
    if (type >= 0) {
        (void)H5Tclose(type);
    }
    if (attribute >= 0) {
        (void)H5Aclose(attribute);
    }
    hdf5_silence_end(s);
}
