/* desc/names.h: names that a file gives to constants, functions and signals, and user functions
 * themselves: the same in networks and models. Inside of this room only. Sees: base, lang,
 * desc. */
#ifndef DESC_NAMES_H
#define DESC_NAMES_H

#include "desc/field.h"

/* May a file give this name? Words of the language and what a place gives (t, i, distance, …)
 * are taken. false after a diagnostic. */
bool names_is_free(struct load *l, const char *name, struct pos at, const char *what);
/* {"f(x, y)": "x*exp(-y)"}: into `into`, unchecked. */
void names_read_functions(struct load *l, struct yaml *map, struct scope *into);
/* The body of a function over the scope that holds it: names, arity, cycles; dimensions are
 * those of each call. */
void names_check_function(struct load *l, const struct symbol *function,
                          const struct scope *owner);

#endif
