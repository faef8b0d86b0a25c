#include "desc/network_inside.h"

#include "lang/parse.h"

#include <string.h>

/* The network's own names may not hide those that a place gives. */
static bool is_free(struct network_reader *r, const char *name, struct pos at, const char *what)
{
    static const struct {
        const char *name, *doc;
    } taken[] = {
#define LANG_VARIABLE(id, name, unit, doc) {name, doc},
#include "lang/variables.def"
#undef LANG_VARIABLE
    };
    if (!lang_is_name(name)) {
        diag_error(r->l->d, at, (uint32_t)strlen(name),
                   "a name has letters, digits and _, does not begin with a digit and is no "
                   "built-in function's name",
                   "'%.70s' cannot be the name of a %s", name, what);
        return false;
    }
    for (size_t k = 0; k < sizeof taken / sizeof taken[0]; k++) {
        if (strcmp(taken[k].name, name) == 0) {
            diag_error(r->l->d, at, (uint32_t)strlen(name), "choose another name",
                       "'%s' cannot be the name of a %s: it is %s", name, what, taken[k].doc);
            return false;
        }
    }
    return true;
}

static void add(struct network_reader *r, const struct symbol *s)
{
    if (s->value != NULL) {
        (void)scope_add(&r->net->scope, s, r->l->d);
    }
}

static void read_constants(struct network_reader *r, struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        if (is_free(r, map->keys[k], map->key_at[k], "constant")) {
            const char *const what = load_print(r->l, "constant '%s'", map->keys[k]);
            add(r, &(struct symbol){
                       .kind = SYMBOL_CONSTANT,
                       .name = map->keys[k],
                       .at = map->key_at[k],
                       .value = field_parse(r->l, map->items[k], &r->net->scope, what)});
        }
    }
}

static void read_functions(struct network_reader *r, struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        const struct lang_text text = {.bytes = map->keys[k],
                                       .length = strlen(map->keys[k]),
                                       .at = map->key_at[k],
                                       .indent = 1};
        struct symbol s = {.kind = SYMBOL_FUNCTION, .at = map->key_at[k]};
        const char **args = NULL;
        if (!lang_parse_signature(&text, &s.name, &args, &s.n_args, r->l->d) ||
            !is_free(r, s.name, s.at, "function")) {
            continue;
        }
        s.args = args;
        struct scope names = {.parent =
                                  &r->net->scope}; /* an argument shadows a unit: f(s) = s/2 */
        for (uint32_t j = 0; j < s.n_args; j++) {
            (void)scope_add(
                &names,
                &(struct symbol){
                    .kind = SYMBOL_ARGUMENT, .name = args[j], .at = s.at, .index = j},
                r->l->d);
        }
        s.value =
            field_parse(r->l, map->items[k], &names, load_print(r->l, "function '%s'", s.name));
        add(r, &s);
    }
}

/* Signals written as steps become an expression of t. */
static void read_signals(struct network_reader *r, struct yaml *map)
{
    for (uint32_t k = 0; k < map->n; k++) {
        if (!is_free(r, map->keys[k], map->key_at[k], "signal")) {
            continue;
        }
        const char *const what = load_print(r->l, "signal '%s'", map->keys[k]);
        struct symbol s = {.kind = SYMBOL_SIGNAL, .name = map->keys[k], .at = map->key_at[k]};
        if (map->items[k]->kind == YAML_MAP) {
            struct course course;
            struct unit unit = unit_none;
            const struct yaml *const steps = field_get(map->items[k], "steps");
            const struct yaml *const first =
                steps != NULL && steps->kind == YAML_LIST && steps->n > 0 ? steps->items[0]
                                                                          : NULL;
            if (first != NULL && first->kind == YAML_LIST && first->n == 2) {
                const struct ast *const e =
                    field_expression(r->l, first->items[1], &r->net->scope, NULL, 0, what);
                unit = e == NULL ? unit_none : e->unit;
            }
            if (!course_read(r, map->items[k], &unit, false, what, &course)) {
                continue;
            }
            if (course.table.n > 0) {
                course.table.before =
                    course.table
                        .value[0]; /* a signal has no value of its own before its first step */
            }
            s.value = course_expression(r, &course.table, unit, map->items[k]->at);
        } else {
            s.value = field_parse(r->l, map->items[k], &r->net->scope, what);
        }
        add(r, &s);
    }
}

/* Checks what was added: constants first, then functions (whose calls check their bodies once
 * more), then signals. */
static void check_names(struct network_reader *r)
{
    static const char *const kinds[] = {[SYMBOL_CONSTANT] = "constant",
                                        [SYMBOL_SIGNAL] = "signal",
                                        [SYMBOL_FUNCTION] = "function"};
    static const unsigned allowed[] = {[SYMBOL_CONSTANT] = 0,
                                       [SYMBOL_SIGNAL] = DEPENDS_TIME | DEPENDS_INDEX,
                                       [SYMBOL_FUNCTION] = ~0u};
    for (uint32_t k = 0; k < r->net->scope.n; k++) {
        struct symbol *const s = r->net->scope.symbols[k];
        const char *const what = load_print(r->l, "%s '%s'", kinds[s->kind], s->name);
        struct scope inner = {.parent =
                                  s->kind == SYMBOL_SIGNAL ? &r->index_scope : &r->net->scope};
        if (s->kind ==
            SYMBOL_FUNCTION) { /* the body points at the function's own argument symbols */
            inner.symbols = arena_alloc(r->l->arena, s->n_args, sizeof *inner.symbols);
            for (uint32_t j = 0; inner.symbols != NULL && s->arguments != NULL && j < s->n_args;
                 j++) {
                inner.symbols[inner.n++] = &s->arguments[j];
            }
        }
        const struct check_rules rules = {
            .scope = &inner, .allows_draws = s->kind == SYMBOL_FUNCTION, .what = what};
        if (lang_check(s->value, &rules, r->l->d) &&
            depends_check(r->l, s->value, allowed[s->kind], what) &&
            s->kind != SYMBOL_FUNCTION) {
            s->unit = s->value->unit;
            s->has_unit = true;
        }
    }
}

void network_read_names(struct network_reader *r)
{
    struct yaml *const constants = field_get(r->tree, "constants");
    struct yaml *const functions = field_get(r->tree, "functions");
    struct yaml *const signals = field_get(r->tree, "signals");
    if (constants != NULL && field_is_map(r->l, constants, "'constants'")) {
        read_constants(r, constants);
    }
    if (functions != NULL && field_is_map(r->l, functions, "'functions'")) {
        read_functions(r, functions);
    }
    network_read_time(r); /* steps of signals are counted in it; it may use constants itself */
    if (signals != NULL && field_is_map(r->l, signals, "'signals'")) {
        read_signals(r, signals);
    }
    check_names(r);
}
