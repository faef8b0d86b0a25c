/* rec/hdf5_wrap.h: the only door to HDF5. Every fault names the file and says what the system
 * said; HDF5 prints nothing. Files keep the default format: after a flush they are readable
 * even if the process dies (facts of the format: HDF5 1.10 user's guide; superblock 0 has no
 * "open for writing" mark). Sees: base. Threads: one at a time in the whole process. */
#ifndef REC_HDF5_WRAP_H
#define REC_HDF5_WRAP_H

#include "base/mem.h"

struct hdf5_file;
struct hdf5_series; /* a dataset that grows row by row */

enum hdf5_type { HDF5_I8, HDF5_U32, HDF5_I64, HDF5_U64, HDF5_F32, HDF5_F64 };
size_t hdf5_type_size(enum hdf5_type type);

/* A new file with SONATA's root attributes (magic, version). */
enum err_code hdf5_create(struct hdf5_file **out, const char *path, struct err *e) ERR_CHECKED;
enum err_code hdf5_open(struct hdf5_file **out, const char *path,
                        struct err *e) ERR_CHECKED; /* to read */
enum err_code hdf5_flush(struct hdf5_file *f, struct err *e) ERR_CHECKED;
/* Closes and frees, also after an error. Accepts NULL. */
enum err_code hdf5_close(struct hdf5_file *f, struct err *e) ERR_CHECKED;

/* Paths are absolute; groups on the way are made. */
enum err_code hdf5_write(struct hdf5_file *f, const char *path, enum hdf5_type type, uint64_t n,
                         const void *data, struct err *e) ERR_CHECKED;
enum err_code hdf5_overwrite(struct hdf5_file *f, const char *path, enum hdf5_type type,
                             const void *data, struct err *e) ERR_CHECKED;
enum err_code hdf5_group(struct hdf5_file *f, const char *path,
                         struct err *e) ERR_CHECKED; /* an empty group */
enum err_code hdf5_link(struct hdf5_file *f, const char *from, const char *to,
                        struct err *e) ERR_CHECKED;
enum err_code hdf5_attribute_text(struct hdf5_file *f, const char *path, const char *name,
                                  const char *value, struct err *e) ERR_CHECKED;
enum err_code hdf5_attribute_flag(struct hdf5_file *f, const char *path, const char *name,
                                  int8_t value, struct err *e) ERR_CHECKED;
/* SONATA's enum {none 0, by_id 1, by_time 2} over int8. */
enum err_code hdf5_attribute_sorting(struct hdf5_file *f, const char *path, int8_t value,
                                     struct err *e) ERR_CHECKED;

/* n_columns 0: one-dimensional. Chunks of chunk_rows by chunk_columns elements. Borrowed: f. */
enum err_code hdf5_series_create(struct hdf5_series **out, struct hdf5_file *f,
                                 const char *path, enum hdf5_type type, uint64_t n_columns,
                                 uint64_t chunk_rows, uint64_t chunk_columns,
                                 struct err *e) ERR_CHECKED;
enum err_code hdf5_series_append(struct hdf5_series *s, uint64_t n_rows, const void *data,
                                 struct err *e) ERR_CHECKED;
uint64_t hdf5_series_rows(const struct hdf5_series *s);
void hdf5_series_destroy(struct hdf5_series *s); /* accepts NULL */

/* Reading. Names of a group's members, NUL-separated, in order of name; *n of them. Memory:
 * text_fini. */
struct text;
enum err_code hdf5_list(struct hdf5_file *f, const char *group, struct text *names, uint32_t *n,
                        struct err *e) ERR_CHECKED;
/* Rows and columns of a dataset (columns 1 where it is one-dimensional). */
enum err_code hdf5_size(struct hdf5_file *f, const char *path, uint64_t *rows,
                        uint64_t *columns, struct err *e) ERR_CHECKED;
/* Rows [row, row + n_rows) and columns [column, column + n_columns), converted to type. */
enum err_code hdf5_read(struct hdf5_file *f, const char *path, enum hdf5_type type,
                        uint64_t row, uint64_t n_rows, uint64_t column, uint64_t n_columns,
                        void *out, struct err *e) ERR_CHECKED;
/* A text attribute, cut to n - 1 bytes; "" where it is missing. */
void hdf5_read_text(struct hdf5_file *f, const char *path, const char *name, char *out,
                    size_t n);

#endif
