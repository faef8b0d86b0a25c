/* desc/extend.h: a file that extends another, as one tree.
 * Maps are joined, anything else is replaced, null removes (yaml_merge); a key of the child's
 * first level may be a path
 * ("projections.FSI_SPN.weight: 5 nS"). A model's equations are kept as a list, base first:
 * model_equations.c replaces statements with the same left side in place. Sees: base,
 * desc/yaml.h. */
#ifndef DESC_EXTEND_H
#define DESC_EXTEND_H

#include "desc/yaml.h"

/* NULL after a diagnostic, or when memory is out. */
struct yaml *extend_tree(struct yaml *base, struct yaml *child, bool is_model,
                         struct diag_list *d);

#endif
