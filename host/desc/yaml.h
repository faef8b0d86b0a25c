/* desc/yaml.h: a YAML file as a tree in which every node knows its place (libyaml's event API: its document loader is
 * quadratic). Plain scalars mean nothing special: `no`, `1:30`, `010` are texts. Caps: depth 64, size 10 MB, aliases refused.
 * Sees: base, lang/ast.h (lang_text). Memory: the arena of the diagnostics. */
#ifndef DESC_YAML_H
#define DESC_YAML_H

#include "lang/ast.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    struct pos at;
    const char *text;      /* YAML_SCALAR: its value, NUL-terminated */
    size_t length;
    bool is_plain;         /* written without quotes */
    bool is_block;         /* written as | or > block */
    bool from_override;    /* set by --set: a fault is a usage error (exit 2) */
    uint32_t indent;       /* block scalars: column of their lines */
    const char **keys;     /* YAML_MAP */
    struct pos *key_at;
    struct yaml **items;   /* YAML_LIST, YAML_MAP: values */
    uint32_t n, capacity;
    bool *is_used;         /* YAML_MAP: a getter has looked at it; the rest are unknown keys */
};

/* Reads and parses a file. NULL after a diagnostic (missing, a directory, too large, NUL byte, tab, not UTF-8, syntax,
 * two documents, duplicate key, too deep). */
struct yaml *yaml_load(const char *path, struct diag_list *d);
struct yaml *yaml_parse(const char *file, const char *bytes, size_t n, struct diag_list *d);
struct yaml *yaml_get(struct yaml *map, const char *key); /* NULL where absent; marks it as used */
struct lang_text yaml_lang_text(const struct yaml *scalar);
/* Adds "unknown key" diagnostics with the nearest of known[] for every key not looked at. */
void yaml_report_unused(const struct yaml *map, const char *what, const char *const *known, size_t n_known, struct diag_list *d);
/* Sets path ("populations.dSPN.set.phi1") to the YAML text value, making maps on the way; "null" removes. Faults are
 * usage errors: returns ERR_USAGE with a message that names the nearest key. */
enum err_code yaml_override(struct yaml *root, const char *assignment, struct diag_list *d, struct err *e) ERR_CHECKED;
/* Writes the tree as YAML again (the flattened network). */
void yaml_write(const struct yaml *tree, struct text *out);

#endif
