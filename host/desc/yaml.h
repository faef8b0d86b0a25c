/* desc/yaml.h: a YAML file as a tree in which every node knows its place (libyaml's event API:
 * its document loader is quadratic). Plain scalars mean nothing special: `no`, `1:30`, `010`
 * are texts. Caps: depth 64, size 10 MB, aliases refused. Sees: base, lang/ast.h (lang_text).
 * Memory: the arena of the diagnostics. */
#ifndef DESC_YAML_H
#define DESC_YAML_H

#include "lang/ast.h"

#define YAML_MAX_DEPTH 64
#define YAML_MAX_BYTES ((size_t)10 << 20)

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    struct pos at;
    const char *text; /* YAML_SCALAR: its value, NUL-terminated */
    size_t length;
    bool is_plain;      /* written without quotes */
    bool is_block;      /* written as | or > block */
    bool is_in_flow;    /* within { } or [ ], where a comma ends a plain text */
    bool from_override; /* set by --set: a fault is a usage error (exit 2) */
    uint32_t indent;    /* block scalars: column of their lines */
    const char **keys;  /* YAML_MAP */
    struct pos *key_at;
    struct yaml **items; /* YAML_LIST, YAML_MAP: values */
    uint32_t n, capacity;
    bool *is_used; /* YAML_MAP: a getter has looked at it; the rest are unknown keys */
};

/* Reads and parses a file. NULL after a diagnostic (missing, a directory, too large, NUL byte,
 * tab, not UTF-8, syntax, two documents, too deep). After a fault that leaves the rest readable
 * (a duplicate key, an alias, a tag, an expression cut at its comma) the tree is returned too,
 * so that the file's other faults are found in the same go: d->n_errors tells. */
struct yaml *yaml_load(const char *path, struct diag_list *d);
/* The same; a file that cannot be read is a diagnostic at named_at, where another file names
 * it. */
struct yaml *yaml_load_at(const char *path, struct pos named_at, struct diag_list *d);
struct yaml *yaml_parse(const char *file, const char *bytes, size_t n, struct diag_list *d);
struct yaml *yaml_get(struct yaml *map,
                      const char *key); /* NULL where absent; marks it as used */
int yaml_find(const struct yaml *map, const char *key); /* index or -1; marks nothing */
bool yaml_is_null(const struct yaml *node); /* written as nothing, null or ~, without quotes */
const char *
yaml_kind_name(const struct yaml *node); /* "map", "list", "single value", for messages */
/* Adds an item to a list, or a pair to a map. false: memory is out. */
bool yaml_push(struct yaml *node, struct arena *arena, const char *key, struct pos key_at,
               struct yaml *item);
void yaml_remove(struct yaml *node, uint32_t index);
/* over laid on base: maps are joined, all else replaced, null removes (of what is not there: a
 * diagnostic). Neither is changed, the result shares their nodes. NULL when memory is out. */
struct yaml *yaml_merge(const struct yaml *base, struct yaml *over, struct diag_list *d);
struct lang_text yaml_lang_text(const struct yaml *scalar);
/* Adds "unknown key" diagnostics with the nearest of known[] for every key not looked at. */
void yaml_report_unused(const struct yaml *map, const char *what, const char *const *known,
                        size_t n_known, struct diag_list *d);
/* Sets path ("populations.dSPN.set.phi1") to the YAML text value, making maps on the way;
 * "null" removes. Faults are usage errors: returns ERR_USAGE with a message that names the
 * nearest key. */
enum err_code yaml_override(struct yaml *root, const char *assignment, struct diag_list *d,
                            struct err *e) ERR_CHECKED;
/* The same for a node and a path without '='; no prefix in the message. */
enum err_code yaml_set(struct yaml *root, const char *path, struct yaml *value,
                       struct diag_list *d, struct err *e) ERR_CHECKED;
/* Writes the tree as YAML again (the flattened network). */
void yaml_write(const struct yaml *tree, struct text *out);

#endif
