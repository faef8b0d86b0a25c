#include "rec/nodes_file.h"

#include "rec/hdf5_wrap.h"

#include <stdio.h>

/* The columns every population has. */
static enum err_code nodes_ids(struct hdf5_file *f, const char *group, uint32_t type,
                               uint32_t n, uint64_t *column, struct err *e)
{
    char path[256];
    int64_t *const types = (int64_t *)column;
    uint32_t *const groups = (uint32_t *)(void *)column;
    for (uint32_t k = 0; k < n; k++) {
        types[k] = type;
    }
    (void)snprintf(path, sizeof path, "%s/node_type_id", group);
    ERR_TRY(hdf5_write(f, path, HDF5_I64, n, types, e));
    for (uint32_t k = 0; k < n; k++) {
        column[k] = k;
    }
    (void)snprintf(path, sizeof path, "%s/node_id", group);
    ERR_TRY(hdf5_write(f, path, HDF5_U64, n, column, e));
    (void)snprintf(path, sizeof path, "%s/node_group_index", group);
    ERR_TRY(hdf5_write(f, path, HDF5_U64, n, column, e));
    for (uint32_t k = 0; k < n; k++) {
        groups[k] = 0;
    }
    (void)snprintf(path, sizeof path, "%s/node_group_id", group);
    return hdf5_write(f, path, HDF5_U32, n, groups, e);
}

/* Group 0: positions, and parameters with one value per neuron, in their declared unit. */
static enum err_code nodes_values(struct hdf5_file *f, const char *group,
                                  const struct net_population *p, enum precision precision,
                                  void *column, struct err *e)
{
    const struct {
        const char *name;
        const float *values;
    } axes[] = {
        {"x", p->x},
        {"y", p->y},
        {"z", p->z}
    };
    char path[320];
    /* libsonata wants the group, filled or not. */
    (void)snprintf(path, sizeof path, "%s/0", group);
    ERR_TRY(hdf5_group(f, path, e));
    for (size_t k = 0; k < 3; k++) {
        if (axes[k].values != NULL) {
            (void)snprintf(path, sizeof path, "%s/0/%s", group, axes[k].name);
            ERR_TRY(hdf5_write(f, path, HDF5_F32, p->n, axes[k].values, e));
        }
    }
    for (uint32_t k = 0; p->parameter != NULL && k < p->model->n_parameters; k++) {
        const struct model_parameter *const parameter = &p->model->parameters[k];
        if (p->parameter[k] == NULL) {
            continue;
        }
        const double to_house = p->model->no_units || parameter->unit.to_house == 0.0
                                    ? 1.0
                                    : parameter->unit.to_house;
        for (uint32_t i = 0; i < p->n; i++) {
            const double value = p->parameter[k][i] / to_house;
            if (precision == PRECISION_DOUBLE) {
                ((double *)column)[i] = value;
            } else {
                ((float *)column)[i] = (float)value;
            }
        }
        (void)snprintf(path, sizeof path, "%s/0/dynamics_params/%s", group, parameter->name);
        ERR_TRY(hdf5_write(f, path, precision == PRECISION_DOUBLE ? HDF5_F64 : HDF5_F32, p->n,
                           column, e));
    }
    return ERR_OK;
}

static enum err_code nodes_types(const struct rec_folder *folder, const struct network *n,
                                 struct err *e)
{
    struct text csv = {0};
    text_add(&csv,
             "node_type_id population model_type model_template dynamics_params model_name\n");
    for (uint32_t p = 0; p < n->n_populations; p++) {
        text_print(&csv, "%u %s point_neuron NULL NULL \"%s\"\n", p, n->populations[p].name,
                   n->populations[p].model->stem == NULL ? "" : n->populations[p].model->stem);
    }
    const enum err_code code =
        csv.has_failed ? err_set(e, ERR_NOMEM, 0, "no memory for node_types.csv")
                       : rec_folder_write(folder, "node_types.csv", csv.bytes, csv.length, e);
    text_fini(&csv);
    return code;
}

static enum err_code nodes_population(struct hdf5_file *f, const struct net_population *p,
                                      enum precision precision, uint32_t type, struct err *e)
{
    char group[192];
    (void)snprintf(group, sizeof group, "/nodes/%s", p->name);
    uint64_t *column;
    ERR_TRY(mem_alloc(&column, p->n, sizeof *column, e));
    enum err_code code = nodes_ids(f, group, type, p->n, column, e);
    if (code == ERR_OK) {
        code = nodes_values(f, group, p, precision, column, e);
    }
    mem_free(column);
    return code;
}

enum err_code nodes_file_write(const struct rec_folder *folder, const struct network *n,
                               struct err *e)
{
    char *path;
    ERR_TRY(rec_folder_file(folder, "nodes.h5", &path, e));
    struct hdf5_file *f;
    enum err_code code = hdf5_create(&f, path, e);
    mem_free(path);
    ERR_TRY(code);
    for (uint32_t p = 0; code == ERR_OK && p < n->n_populations; p++) {
        code = nodes_population(f, &n->populations[p], n->precision, p, e);
    }
    const enum err_code closed = hdf5_close(f, code == ERR_OK ? e : NULL);
    ERR_TRY(code);
    ERR_TRY(closed);
    return nodes_types(folder, n, e);
}
