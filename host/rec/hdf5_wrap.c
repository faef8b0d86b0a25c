#include "rec/hdf5_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hdf5_series {
    struct hdf5_file *file;
    hid_t data;
    enum hdf5_type type;
    uint64_t n_rows, n_columns; /* n_columns 0: one-dimensional */
};

struct hdf5_silence hdf5_silence_begin(void)
{
    struct hdf5_silence s = {0};
    (void)H5Eget_auto2(H5E_DEFAULT, &s.print, &s.data);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return s;
}

void hdf5_silence_end(struct hdf5_silence s)
{
    (void)H5Eset_auto2(H5E_DEFAULT, s.print, s.data);
}

/* The innermost entry of the error stack says most: keep the first one seen on the way up. */
static herr_t hdf5_first_error(unsigned n, const H5E_error2_t *error, void *text)
{
    (void)n;
    char *const out = text;
    if (out[0] == '\0' && error->desc != NULL) {
        (void)snprintf(out, 256, "%s", error->desc);
    }
    return 0;
}

/* What the system said: out of "…, errno = 28, error message = 'No space left on device', …",
 * else HDF5's own words. */
enum err_code hdf5_fault(const char *path, const char *what, struct err *e)
{
    char text[256] = "";
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, hdf5_first_error, text);
    int number = 0;
    const char *const at = strstr(text, "errno = ");
    if (at != NULL) {
        number = (int)strtol(at + 8, NULL, 10);
    }
    return err_set(e, ERR_IO, number, "cannot %s '%s': %s", what, path,
                   number != 0       ? strerror(number)
                   : text[0] != '\0' ? text
                                     : "HDF5 does not say why");
}

hid_t hdf5_native(enum hdf5_type type)
{
    switch (type) {
    case HDF5_I8:
        return H5T_NATIVE_INT8;
    case HDF5_U32:
        return H5T_NATIVE_UINT32;
    case HDF5_I64:
        return H5T_NATIVE_INT64;
    case HDF5_U64:
        return H5T_NATIVE_UINT64;
    case HDF5_F32:
        return H5T_NATIVE_FLOAT;
    case HDF5_F64:
        return H5T_NATIVE_DOUBLE;
    }
    return H5T_NATIVE_DOUBLE;
}

/* In files numbers are little-endian on every machine. */
static hid_t hdf5_stored(enum hdf5_type type)
{
    switch (type) {
    case HDF5_I8:
        return H5T_STD_I8LE;
    case HDF5_U32:
        return H5T_STD_U32LE;
    case HDF5_I64:
        return H5T_STD_I64LE;
    case HDF5_U64:
        return H5T_STD_U64LE;
    case HDF5_F32:
        return H5T_IEEE_F32LE;
    case HDF5_F64:
        return H5T_IEEE_F64LE;
    }
    return H5T_IEEE_F64LE;
}

size_t hdf5_type_size(enum hdf5_type type)
{
    switch (type) {
    case HDF5_I8:
        return 1;
    case HDF5_U32:
    case HDF5_F32:
        return 4;
    case HDF5_I64:
    case HDF5_U64:
    case HDF5_F64:
        return 8;
    }
    return 8;
}

static enum err_code hdf5_new(struct hdf5_file **out, const char *path, struct err *e)
{
    *out = NULL;
    /* At exit HDF5 would try again to write what a full disk refused, and complain; we close
     * what we opened. */
    (void)H5dont_atexit();
    struct hdf5_file *f;
    ERR_TRY(mem_alloc(&f, 1, sizeof *f, e));
    f->id = H5I_INVALID_HID;
    const size_t n = strlen(path) + 1;
    const enum err_code code = mem_alloc(&f->path, n, 1, e);
    if (code != ERR_OK) {
        mem_free(f);
        return code;
    }
    memcpy(f->path, path, n);
    *out = f;
    return ERR_OK;
}

/* Writes one attribute of n numbers (n 0: a scalar). */
static bool hdf5_put_attribute(hid_t at, const char *name, hid_t stored, hid_t native,
                               hsize_t n, const void *data)
{
    const hid_t space = n == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL);
    const hid_t attribute = space < 0
                                ? H5I_INVALID_HID
                                : H5Acreate2(at, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool ok = attribute >= 0 && H5Awrite(attribute, native, data) >= 0;
    if (attribute >= 0) {
        (void)H5Aclose(attribute);
    }
    if (space >= 0) {
        (void)H5Sclose(space);
    }
    return ok;
}

enum err_code hdf5_create(struct hdf5_file **out, const char *path, struct err *e)
{
    ERR_TRY(hdf5_new(out, path, e));
    struct hdf5_file *const f = *out;
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    static const uint32_t magic = 0x0A7A, version[2] = {0, 1};
    f->id = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    HDF5_TRY(f->id >= 0, "create");
    const hid_t root = H5Gopen2(f->id, "/", H5P_DEFAULT);
    const bool ok =
        root >= 0 &&
        hdf5_put_attribute(root, "magic", H5T_STD_U32LE, H5T_NATIVE_UINT32, 0, &magic) &&
        hdf5_put_attribute(root, "version", H5T_STD_U32LE, H5T_NATIVE_UINT32, 2, version);
    if (root >= 0) {
        (void)H5Gclose(root);
    }
    HDF5_TRY(ok, "write");
out:
    hdf5_silence_end(s);
    if (code != ERR_OK) {
        (void)!hdf5_close(f, NULL);
        *out = NULL;
    }
    return code;
}

enum err_code hdf5_open(struct hdf5_file **out, const char *path, struct err *e)
{
    ERR_TRY(hdf5_new(out, path, e));
    struct hdf5_file *const f = *out;
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    f->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    HDF5_TRY(f->id >= 0, "open");
out:
    hdf5_silence_end(s);
    if (code != ERR_OK) {
        (void)!hdf5_close(f, NULL);
        *out = NULL;
    }
    return code;
}

enum err_code hdf5_flush(struct hdf5_file *f, struct err *e)
{
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    HDF5_TRY(H5Fflush(f->id, H5F_SCOPE_LOCAL) >= 0, "write");
out:
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_close(struct hdf5_file *f, struct err *e)
{
    if (f == NULL) {
        return ERR_OK;
    }
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    if (f->id >= 0) {
        HDF5_TRY(H5Fclose(f->id) >= 0, "close");
    }
out:
    hdf5_silence_end(s);
    mem_free(f->path);
    mem_free(f);
    return code;
}

/* Creates a dataset and the groups on its way. */
static hid_t hdf5_new_dataset(const struct hdf5_file *f, const char *path, hid_t type,
                              hid_t space, hid_t creation, hid_t access)
{
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    if (links < 0) {
        return H5I_INVALID_HID;
    }
    (void)H5Pset_create_intermediate_group(links, 1);
    const hid_t data = H5Dcreate2(f->id, path, type, space, links, creation, access);
    (void)H5Pclose(links);
    return data;
}

enum err_code hdf5_write(struct hdf5_file *f, const char *path, enum hdf5_type type, uint64_t n,
                         const void *data, struct err *e)
{
    enum err_code code = ERR_OK;
    hid_t set = H5I_INVALID_HID;
    const struct hdf5_silence s = hdf5_silence_begin();
    const hsize_t size = n;
    const hid_t space = H5Screate_simple(1, &size, NULL);
    HDF5_TRY(space >= 0, "write");
    set = hdf5_new_dataset(f, path, hdf5_stored(type), space, H5P_DEFAULT, H5P_DEFAULT);
    HDF5_TRY(set >= 0, "write");
    HDF5_TRY(n == 0 ||
                 H5Dwrite(set, hdf5_native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0,
             "write");
out:
    if (set >= 0) {
        (void)H5Dclose(set);
    }
    if (space >= 0) {
        (void)H5Sclose(space);
    }
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_overwrite(struct hdf5_file *f, const char *path, enum hdf5_type type,
                             const void *data, struct err *e)
{
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    const hid_t set = H5Dopen2(f->id, path, H5P_DEFAULT);
    HDF5_TRY(set >= 0, "write");
    HDF5_TRY(H5Dwrite(set, hdf5_native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0,
             "write");
out:
    if (set >= 0) {
        (void)H5Dclose(set);
    }
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_group(struct hdf5_file *f, const char *path, struct err *e)
{
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t group = H5I_INVALID_HID;
    HDF5_TRY(links >= 0 && H5Pset_create_intermediate_group(links, 1) >= 0, "write");
    group = H5Gcreate2(f->id, path, links, H5P_DEFAULT, H5P_DEFAULT);
    HDF5_TRY(group >= 0, "write");
out:
    if (group >= 0) {
        (void)H5Gclose(group);
    }
    if (links >= 0) {
        (void)H5Pclose(links);
    }
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_link(struct hdf5_file *f, const char *from, const char *to, struct err *e)
{
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    HDF5_TRY(H5Lcreate_hard(f->id, from, f->id, to, H5P_DEFAULT, H5P_DEFAULT) >= 0, "write");
out:
    hdf5_silence_end(s);
    return code;
}

/* One attribute of an object, of a type that is closed here. */
static enum err_code hdf5_attribute(struct hdf5_file *f, const char *path, const char *name,
                                    hid_t type, const void *value, struct err *e)
{
    enum err_code code = ERR_OK;
    const hid_t object = H5Oopen(f->id, path, H5P_DEFAULT);
    HDF5_TRY(type >= 0 && object >= 0, "write");
    HDF5_TRY(hdf5_put_attribute(object, name, type, type, 0, value), "write");
out:
    if (object >= 0) {
        (void)H5Oclose(object);
    }
    return code;
}

enum err_code hdf5_attribute_text(struct hdf5_file *f, const char *path, const char *name,
                                  const char *value, struct err *e)
{
    const struct hdf5_silence s = hdf5_silence_begin();
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0) {
        (void)H5Tset_size(type, H5T_VARIABLE);
        (void)H5Tset_cset(type, H5T_CSET_UTF8);
    }
    const enum err_code code = hdf5_attribute(f, path, name, type, &value, e);
    if (type >= 0) {
        (void)H5Tclose(type);
    }
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_attribute_flag(struct hdf5_file *f, const char *path, const char *name,
                                  int8_t value, struct err *e)
{
    const struct hdf5_silence s = hdf5_silence_begin();
    const enum err_code code = hdf5_attribute(f, path, name, H5T_STD_I8LE, &value, e);
    hdf5_silence_end(s);
    return code;
}

enum err_code hdf5_attribute_sorting(struct hdf5_file *f, const char *path, int8_t value,
                                     struct err *e)
{
    static const char *const names[] = {"none", "by_id", "by_time"};
    const struct hdf5_silence s = hdf5_silence_begin();
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    for (int8_t k = 0; type >= 0 && k < 3; k++) {
        (void)H5Tenum_insert(type, names[k], &k);
    }
    const enum err_code code = hdf5_attribute(f, path, "sorting", type, &value, e);
    if (type >= 0) {
        (void)H5Tclose(type);
    }
    hdf5_silence_end(s);
    return code;
}

enum {
    HDF5_CACHE = 4 << 20
}; /* bytes of chunks held per dataset: a part-filled chunk stays in memory between flushes */

enum err_code hdf5_series_create(struct hdf5_series **out, struct hdf5_file *f,
                                 const char *path, enum hdf5_type type, uint64_t n_columns,
                                 uint64_t chunk_rows, uint64_t chunk_columns, struct err *e)
{
    *out = NULL;
    struct hdf5_series *series;
    ERR_TRY(mem_alloc(&series, 1, sizeof *series, e));
    *series = (struct hdf5_series){
        .file = f, .data = H5I_INVALID_HID, .type = type, .n_columns = n_columns};
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    const int rank = n_columns == 0 ? 1 : 2;
    const hsize_t now[2] = {0, n_columns}, most[2] = {H5S_UNLIMITED, n_columns},
                  chunk[2] = {chunk_rows, chunk_columns};
    const hid_t space = H5Screate_simple(rank, now, most),
                creation = H5Pcreate(H5P_DATASET_CREATE),
                access = H5Pcreate(H5P_DATASET_ACCESS);
    HDF5_TRY(space >= 0 && creation >= 0 && access >= 0 &&
                 H5Pset_chunk(creation, rank, chunk) >= 0 &&
                 H5Pset_chunk_cache(access, 521, HDF5_CACHE, 1.0) >= 0,
             "write");
    series->data = hdf5_new_dataset(f, path, hdf5_stored(type), space, creation, access);
    HDF5_TRY(series->data >= 0, "write");
out:
    if (space >= 0) {
        (void)H5Sclose(space);
    }
    if (creation >= 0) {
        (void)H5Pclose(creation);
    }
    if (access >= 0) {
        (void)H5Pclose(access);
    }
    hdf5_silence_end(s);
    if (code != ERR_OK) {
        mem_free(series);
        return code;
    }
    *out = series;
    return ERR_OK;
}

enum err_code hdf5_series_append(struct hdf5_series *series, uint64_t n_rows, const void *data,
                                 struct err *e)
{
    if (n_rows == 0) {
        return ERR_OK;
    }
    struct hdf5_file *const f = series->file;
    enum err_code code = ERR_OK;
    const struct hdf5_silence s = hdf5_silence_begin();
    const int rank = series->n_columns == 0 ? 1 : 2;
    const hsize_t size[2] = {series->n_rows + n_rows, series->n_columns},
                  start[2] = {series->n_rows, 0}, count[2] = {n_rows, series->n_columns};
    hid_t in_file = H5I_INVALID_HID;
    const hid_t in_memory = H5Screate_simple(rank, count, NULL);
    HDF5_TRY(in_memory >= 0 && H5Dset_extent(series->data, size) >= 0, "write");
    in_file = H5Dget_space(series->data);
    HDF5_TRY(in_file >= 0 &&
                 H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0,
             "write");
    HDF5_TRY(H5Dwrite(series->data, hdf5_native(series->type), in_memory, in_file, H5P_DEFAULT,
                      data) >= 0,
             "write");
    series->n_rows += n_rows;
out:
    if (in_file >= 0) {
        (void)H5Sclose(in_file);
    }
    if (in_memory >= 0) {
        (void)H5Sclose(in_memory);
    }
    hdf5_silence_end(s);
    return code;
}

uint64_t hdf5_series_rows(const struct hdf5_series *s)
{
    return s->n_rows;
}

void hdf5_series_destroy(struct hdf5_series *s)
{
    if (s != NULL) {
        const struct hdf5_silence silence = hdf5_silence_begin();
        (void)H5Dclose(s->data);
        hdf5_silence_end(silence);
        mem_free(s);
    }
}
