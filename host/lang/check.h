/* lang/check.h: names, arity, truth values and dimensions of one expression.
 * Dimensions: a bare number has no dimension, but 0 fits any. A symbol with !has_unit is
 * unknown: it never clashes. Sees: base, ast. */
#ifndef LANG_CHECK_H
#define LANG_CHECK_H

#include "lang/ast.h"

struct check_rules {
    const struct scope *scope;
    const struct unit *expected; /* dimension the value must have, or NULL for any */
    bool expects_mask;           /* a condition is wanted */
    bool allows_draws;           /* uniform, normal, … are legal here */
    bool allows_prev;
    bool allows_any;  /* any(…) and all(…): conditions over the cells of a population */
    const char *what; /* "weight of projection 'FSI_SPN'", for messages */
};

/* Resolves names (setting e->symbol, e->unit, e->is_mask) and adds diagnostics. true: no error
 * was added. e may be NULL (a parse error before): false. Cycles through SYMBOL_CONSTANT,
 * SIGNAL and FUNCTION values are errors. */
bool lang_check(struct ast *e, const struct check_rules *rules, struct diag_list *d);
/* Finds a name through the parents; NULL where there is none. */
const struct symbol *scope_find(const struct scope *s, const char *name);
/* Adds a copy of *symbol; a name used twice in one scope is a diagnostic. Returns the stored
 * one. */
struct symbol *scope_add(struct scope *s, const struct symbol *symbol, struct diag_list *d);
/* The constant value of a checked expression without t, cells or draws, in house units; false
 * (and no diagnostic) where it is not constant. Folds through SYMBOL_CONSTANT and user
 * functions. Parameters of a model are not constant here. */
bool lang_constant(const struct ast *e, double *value);

#endif
