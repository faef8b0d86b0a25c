/* desc/load.h: the state of one load, and how the files it names are found and read. Inside of
 * this room only. A file is read from disk, or taken from those shipped within the program, so
 * that a shipped network runs from any folder. Sees: base, desc. Memory: the arena of the
 * diagnostics. */
#ifndef DESC_LOAD_H
#define DESC_LOAD_H

#include "desc/description.h"
#include "desc/yaml.h"

enum load_kind { LOAD_NETWORK, LOAD_MODEL };

struct load_model {
    const char *file;    /* as found */
    struct model *model; /* NULL: it had errors */
    uint32_t integrator; /* INTEGRATOR_N: as the file says */
};

/* A file of data that a node names: the flattened network names it by its whole path. */
struct load_data {
    struct yaml *node;
    const char *path;
};

struct load {
    struct arena *arena;
    struct diag_list *d;
    uint64_t hash;            /* of all bytes read so far */
    const char *network_file; /* a path in an override may be relative to its folder */
    const char *memory_file;  /* name of a network given as a text, or NULL: its paths are those
                                 of a command line */
    const char *model_dir;    /* more models, or NULL */
    struct load_model *models; /* each is read once */
    uint32_t n_models, models_capacity;
    struct load_data *data;
    uint32_t n_data, data_capacity;
};

/* Where a file lies. */
struct load_found {
    const char *file;                   /* path for messages, and to read where not shipped */
    const struct desc_shipped *shipped; /* or NULL */
};

void load_init(struct load *l, struct diag_list *d, const char *model_dir);
/* Finds `name`, as written at `at` (a file's node, or the command line where at.file is NULL or
 * the name itself). Relative to the folder of the file that names it; then among the shipped
 * ones. false after a diagnostic with the nearest name. */
bool load_find(struct load *l, const char *name, struct pos at, enum load_kind kind,
               struct load_found *out);
/* Reads a file that was found, with all that it extends: one tree. NULL after a diagnostic. */
struct yaml *load_tree(struct load *l, const struct load_found *found, struct pos at,
                       enum load_kind kind);
/* The same for a network given as a text under l->memory_file. */
struct yaml *load_text(struct load *l, const char *text);
/* Path of a file of data, relative to the folder of the file that names it. NULL after a
 * diagnostic at the node. */
const char *load_data_file(struct load *l, struct yaml *node);
/* The checked model at a place of a network file. NULL after a diagnostic. */
struct model *load_model_at(struct load *l, const struct yaml *name);
/* The same model under another integrator. NULL when memory is out. */
struct model *load_model_with(struct load *l, struct model *model,
                              enum model_integrator integrator, struct pos at);

/* model_file.c: tree to model. NULL after a diagnostic. */
struct model *model_read(struct load *l, struct yaml *tree, const char *file);
/* Number of an integrator by its name, INTEGRATOR_N after a diagnostic. */
enum model_integrator model_read_integrator(struct load *l, const struct yaml *node,
                                            const char *what);

/* A text in the arena; "" when memory is out, so that messages can always be made. */
const char *load_print(struct load *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "did you mean 'x'?" with the nearest of names, or NULL where none is near. */
const char *load_suggest(struct load *l, const char *word, const char *const *names, size_t n);

#endif
