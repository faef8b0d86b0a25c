#include "desc/names.h"

#include "desc/depends.h"
#include "lang/parse.h"

#include <string.h>

bool names_is_free(struct load *l, const char *name, struct pos at, const char *what)
{
    static const struct {
        const char *name, *doc;
    } taken[] = {
#define LANG_VARIABLE(id, name, unit, doc) {name, doc},
#include "lang/variables.def"
#undef LANG_VARIABLE
    };
    if (!lang_is_name(name)) {
        diag_error(l->d, at, (uint32_t)strlen(name),
                   "a name has letters, digits and _, does not begin with a digit and is no "
                   "built-in function's name",
                   "'%.70s' cannot be the name of a %s", name, what);
        return false;
    }
    for (size_t k = 0; k < sizeof taken / sizeof taken[0]; k++) {
        if (strcmp(taken[k].name, name) == 0) {
            diag_error(l->d, at, (uint32_t)strlen(name), "choose another name",
                       "'%s' cannot be the name of a %s: it is %s", name, what, taken[k].doc);
            return false;
        }
    }
    return true;
}

static void read_function(struct load *l, struct yaml *map, uint32_t k, struct scope *into)
{
    const struct lang_text text = {.bytes = map->keys[k],
                                   .length = strlen(map->keys[k]),
                                   .at = map->key_at[k],
                                   .indent = 1};
    struct symbol s = {.kind = SYMBOL_FUNCTION, .at = map->key_at[k]};
    const char **args = NULL;
    if (!lang_parse_signature(&text, &s.name, &args, &s.n_args, l->d) ||
        !names_is_free(l, s.name, s.at, "function")) {
        return;
    }
    s.args = args;
    struct scope names = {.parent = into}; /* an argument shadows a unit: f(s) = s/2 */
    for (uint32_t j = 0; j < s.n_args; j++) {
        (void)scope_add(
            &names,
            &(struct symbol){.kind = SYMBOL_ARGUMENT, .name = args[j], .at = s.at, .index = j},
            l->d);
    }
    s.value = field_parse(l, map->items[k], &names, load_print(l, "function '%s'", s.name));
    if (s.value != NULL) {
        (void)scope_add(into, &s, l->d);
    }
}

void names_read_functions(struct load *l, struct yaml *map, struct scope *into)
{
    for (uint32_t k = 0; k < map->n; k++) {
        read_function(l, map, k, into);
    }
}

void names_check_function(struct load *l, const struct symbol *function,
                          const struct scope *owner)
{
    struct scope inner = {.parent = owner, .no_units = owner->no_units};
    /* The body points at the function's own argument symbols. */
    inner.symbols = arena_alloc(l->arena, function->n_args, sizeof *inner.symbols);
    for (uint32_t j = 0;
         inner.symbols != NULL && function->arguments != NULL && j < function->n_args; j++) {
        inner.symbols[inner.n++] = &function->arguments[j];
    }
    const struct check_rules rules = {.scope = &inner,
                                      .allows_draws = true,
                                      .what = load_print(l, "function '%s'", function->name)};
    (void)lang_check(function->value, &rules, l->d);
}
