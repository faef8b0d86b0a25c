/* desc/yaml_text.h: what the YAML reader asks of a file's bytes before libyaml sees them, and
 * of a map or list once it is read. Sees: base, desc/yaml.h. Memory: the arena of d. */
#ifndef DESC_YAML_TEXT_H
#define DESC_YAML_TEXT_H

#include "desc/yaml.h"

/* UTF-8 without NUL and control characters. libyaml would stop at the same bytes, but could not
 * say where. */
bool yaml_check_text(const char *file, const char *bytes, size_t n, struct diag_list *d);
/* One diagnostic per key that stands twice in a map; the first stays. */
void yaml_drop_duplicates(struct yaml *map, struct diag_list *d);
/* `{weight: lognormal(1 nS, 1 nS)}` reaches us as two keys, `[uniform(0, 1)]` as two items:
 * says so once, and joins what the comma cut, so that no further diagnostics follow from it. */
void yaml_mend_cut_expressions(struct yaml *node, struct diag_list *d);

#endif
