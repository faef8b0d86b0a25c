/* Names: what they stand for here, what was probably meant where they stand for nothing, and
 * user functions. */
#include "lang/check_walk.h"
#include "lang/lower.h"

#include <stdio.h>
#include <string.h>

enum { CHECK_MAX_CANDIDATES = 1024, CHECK_MAX_ARGUMENTS = 64 };

struct symbol *check_find(const struct scope *s, const char *name, const struct scope **owner)
{
    for (; s != NULL; s = s->parent) {
        struct symbol *const found = scope_find_here(s, name);
        if (found != NULL) {
            *owner = s;
            return found;
        }
    }
    return NULL;
}

/* The visible name nearest to this one, among functions or among all else; NULL where none is
 * near. A file with very many faults gets no more of them: each costs a look at every name. */
static const char *check_nearest(const struct checker *c, const char *name, bool is_function)
{
    const char *candidates[CHECK_MAX_CANDIDATES];
    size_t n = 0;
    if (c->d->n_errors > 100) {
        return NULL;
    }
    for (uint32_t k = 0; c->call != NULL && !is_function && k < c->call->function->n_args;
         k++) {
        candidates[n++] = c->call->function->args[k];
    }
    for (uint32_t k = 0; is_function && k < LANG_FUNC_N; k++) {
        candidates[n++] = lang_func_names[k];
    }
    for (const struct scope *s = c->scope; s != NULL; s = s->parent) {
        for (uint32_t k = 0; k < s->n && n < CHECK_MAX_CANDIDATES; k++) {
            const struct symbol *const symbol = s->symbols[k];
            const bool is_hidden =
                symbol->kind == SYMBOL_VARIABLE && (c->forbidden >> symbol->index & 1u) != 0;
            if ((symbol->kind == SYMBOL_FUNCTION) == is_function && !is_hidden) {
                candidates[n++] = symbol->name;
            }
        }
    }
    return text_nearest(name, candidates, n);
}

static bool check_unknown_name(struct checker *c, const struct ast *e)
{
    char hint[192];
    const char *const name = e->name;
    if (c->later != NULL) {
        const struct symbol *const later = scope_find(c->later, name);
        if (later != NULL) {
            (void)snprintf(
                hint, sizeof hint,
                "line %u assigns it: move that statement up, or declare it under state",
                (unsigned)later->at.line);
            return check_fault(c, e, hint, "'%s' is used before it is assigned", name);
        }
    }
    if (c->call != NULL && scope_find(c->rules->scope, name) != NULL) {
        return check_fault(c, e, "a function sees its arguments: make it one of them",
                           "'%s' is not known inside of the function '%s'", name,
                           c->call->function->name);
    }
    for (uint32_t k = 0; k < LANG_FUNC_N; k++) {
        if (strcmp(lang_func_names[k], name) == 0) {
            (void)snprintf(hint, sizeof hint, "write %s(…)", name);
            return check_fault(c, e, hint, "'%s' is a function", name);
        }
    }
    static const char *const no_numbers[] = {"nan", "NaN", "NAN",      "inf",
                                             "Inf", "INF", "infinity", "Infinity"};
    for (size_t k = 0; k < sizeof no_numbers / sizeof no_numbers[0]; k++) {
        if (strcmp(no_numbers[k], name) == 0) {
            return check_fault(c, e, NULL, "'%s' is no value that a model can have", name);
        }
    }
    static const char *const positions[] = {"x", "y", "z"};
    for (size_t k = 0; k < sizeof positions / sizeof positions[0]; k++) {
        if (strcmp(positions[k], name) == 0 && c->forbidden != 0) {
            return check_fault(c, e,
                               "a cell's place is known to initial values and to parameters "
                               "that are set per cell",
                               "'%s' is not known here", name);
        }
    }
    if (unit_find(name, strlen(name), NULL)) {
        (void)snprintf(hint, sizeof hint,
                       "'%s' is also a unit: a quantity has a number before it, as in '1 %s'",
                       name, name);
        return check_fault(c, e, hint, "unknown name '%s'", name);
    }
    const char *const near = check_nearest(c, name, false);
    if (near != NULL) {
        (void)snprintf(hint, sizeof hint, "did you mean '%s'?", near);
    }
    return check_fault(c, e, near != NULL ? hint : NULL, "unknown name '%s'", name);
}

bool check_unknown_function(struct checker *c, const struct ast *e)
{
    static const struct {
        const char *name, *hint;
    } foreign[] = {
        {"ln",        "write log(x)"                   },
        {"fabs",      "write abs(x)"                   },
        {"power",     "write x**y"                     },
        {"rand",      "write uniform(0, 1)"            },
        {"random",    "write uniform(0, 1)"            },
        {"randn",     "write normal(0, 1)"             },
        {"gaussian",  "write normal(mean, sd)"         },
        {"heaviside", "write ite(x > 0, 1, 0)"         },
        {"ceil",      "write -floor(-x)"               },
        {"int",       "write floor(x), or ite(c, 1, 0)"},
        {"log10",     "write log(x)/log(10)"           },
        {"tan",       "write sin(x)/cos(x)"            },
        {"sigmoid",   "write 1/(1 + exp(-x))"          },
        {"fmin",      "write min(x, y)"                },
        {"fmax",      "write max(x, y)"                },
        {"Uniform",   "write uniform(lo, hi)"          },
        {"Normal",    "write normal(mean, sd)"         },
    };
    char hint[128];
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++) {
        if (strcmp(foreign[k].name, e->name) == 0) {
            return check_fault(c, e, foreign[k].hint, "unknown function '%s'", e->name);
        }
    }
    const char *const near = check_nearest(c, e->name, true);
    if (near != NULL) {
        (void)snprintf(hint, sizeof hint, "did you mean '%s'?", near);
    }
    return check_fault(c, e, near != NULL ? hint : NULL, "unknown function '%s'", e->name);
}

/* The value of a constant or signal, or the body of a function, walked in the scope that holds
 * it. */
static bool check_inside(struct checker *c, const struct ast *e, struct symbol *symbol,
                         const struct scope *owner, const struct check_call *call,
                         struct dimension *out)
{
    if (symbol->is_open) {
        return check_fault(c, e, NULL, "'%s' depends on itself", symbol->name);
    }
    const struct check_call *const outer_call = c->call;
    const struct scope *const outer_scope = c->scope, *const outer_later = c->later;
    symbol->is_open = true;
    c->call = call;
    c->scope = owner;
    c->later = NULL;
    const bool is_sound = check_node(c, symbol->value, out);
    c->call = outer_call;
    c->scope = outer_scope;
    c->later = outer_later;
    symbol->is_open = false;
    if (!is_sound && call != NULL) {
        diag_add(c->d, DIAG_NOTE, e->at, e->length, NULL, "in this use of '%s'", symbol->name);
    }
    return is_sound;
}

/* A unit that stands alone is a constant: 1 of it. */
static bool check_unit(struct checker *c, struct ast *e, struct unit unit,
                       struct dimension *out)
{
    struct ast *const value = arena_alloc(c->d->arena, 1, sizeof *value);
    struct symbol *const symbol = arena_alloc(c->d->arena, 1, sizeof *symbol);
    if (value == NULL || symbol == NULL) {
        return check_fault(c, e, NULL, "out of memory");
    }
    *value = (struct ast){.kind = AST_NUMBER,
                          .at = e->at,
                          .length = e->length,
                          .value = unit.to_house,
                          .has_unit = true,
                          .unit = unit,
                          .op = LANG_OP_N,
                          .func = LANG_FUNC_N,
                          .height = 1};
    *symbol = (struct symbol){.kind = SYMBOL_CONSTANT,
                              .name = e->name,
                              .at = e->at,
                              .unit = unit,
                              .has_unit = true,
                              .value = value};
    e->symbol = symbol;
    *out = dimension_known(unit);
    return true;
}

static bool check_symbol(struct checker *c, struct ast *e, struct symbol *symbol,
                         const struct scope *owner, struct dimension *out)
{
    e->symbol = symbol;
    if (symbol->kind == SYMBOL_STATE && symbol->index >= c->n_states) {
        const char *const what = c->rules->what != NULL ? c->rules->what : "expression";
        return check_fault(c, e,
                           c->rules->allows_draws
                               ? "initial values are computed from top to bottom: move it up"
                               : NULL,
                           "the state '%s' has no value yet in the %s", e->name, what);
    }
    switch (symbol->kind) {
    case SYMBOL_CONSTANT:
    case SYMBOL_SIGNAL:
        if (symbol->kind == SYMBOL_SIGNAL && !c->allows_signals) {
            return check_fault(
                c, e, NULL, "the signal '%s' changes in time, which has no meaning in the %s",
                e->name, c->rules->what != NULL ? c->rules->what : "expression");
        }
        if (symbol->value != NULL) {
            if (!check_inside(c, e, symbol, owner, NULL, out)) {
                return false;
            }
            e->is_mask = symbol->value->is_mask;
            return true;
        }
        break;
    case SYMBOL_FUNCTION:
        return check_fault(c, e, NULL, "'%s' is a function: its arguments are missing",
                           e->name);
    case SYMBOL_PARAMETER:
    case SYMBOL_STATE:
    case SYMBOL_INTERMEDIATE:
    case SYMBOL_ARGUMENT:
    case SYMBOL_VARIABLE:
        break;
    }
    *out = symbol->has_unit ? dimension_known(symbol->unit)
                            : (struct dimension){.kind = DIMENSION_UNKNOWN, .unit = unit_none};
    return true;
}

bool check_name(struct checker *c, struct ast *e, struct dimension *out)
{
    for (uint32_t k = 0; c->call != NULL && k < c->call->function->n_args; k++) {
        if (strcmp(c->call->function->args[k], e->name) == 0 &&
            c->call->function->arguments != NULL) {
            e->symbol = &c->call->function->arguments[k];
            *out = c->call->arguments[k];
            return true;
        }
    }
    const struct scope *owner = NULL;
    struct symbol *symbol = check_find(c->scope, e->name, &owner);
    if (symbol == NULL && strcmp(e->name, "pre.i") == 0) {
        symbol = check_find(c->scope, "i_pre", &owner);
    } else if (symbol == NULL && strcmp(e->name, "post.i") == 0) {
        symbol = check_find(c->scope, "i_post", &owner);
    }
    if (symbol != NULL && symbol->kind == SYMBOL_VARIABLE &&
        (c->forbidden >> symbol->index & 1u) != 0) {
        if (symbol->index == LANG_VAR_T || symbol->index == LANG_VAR_DT ||
            symbol->index == LANG_VAR_I) {
            return check_fault(c, e, NULL, "'%s' has no meaning in the %s", e->name,
                               c->rules->what != NULL ? c->rules->what : "expression");
        }
        symbol = NULL;
    }
    if (symbol != NULL) {
        return check_symbol(c, e, symbol, owner, out);
    }
    struct unit unit;
    if (c->unit_node == e && (c->later == NULL || scope_find(c->later, e->name) == NULL) &&
        unit_find(e->name, strlen(e->name), &unit)) {
        return check_unit(c, e, unit, out);
    }
    return check_unknown_name(c, e);
}

bool check_user_call(struct checker *c, struct ast *e, struct dimension *out)
{
    const struct scope *owner = NULL;
    struct symbol *const function = check_find(c->scope, e->name, &owner);
    char hint[128];
    if (function == NULL) {
        return check_unknown_function(c, e);
    }
    if (function->kind != SYMBOL_FUNCTION) {
        (void)snprintf(hint, sizeof hint, "write '%s*(…)' to multiply", e->name);
        return check_fault(c, e, hint, "'%s' is no function", e->name);
    }
    if (e->n_args != function->n_args || function->n_args > CHECK_MAX_ARGUMENTS) {
        return check_fault(c, e, NULL, "%s takes %u argument%s, %u %s given", e->name,
                           function->n_args, function->n_args == 1 ? "" : "s", e->n_args,
                           e->n_args == 1 ? "was" : "were");
    }
    struct dimension *const arguments = arena_alloc(c->d->arena, e->n_args, sizeof *arguments);
    if (arguments == NULL) {
        return check_fault(c, e, NULL, "out of memory");
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (!check_number(c, e->args[k], &arguments[k])) {
            return false;
        }
    }
    e->symbol = function;
    if (function->value == NULL) { /* its body could not be read, which has been said */
        *out = (struct dimension){.kind = DIMENSION_UNKNOWN, .unit = unit_none};
        return true;
    }
    const struct check_call call = {
        .function = function, .arguments = arguments, .scope = owner};
    if (!check_inside(c, e, function, owner, &call, out)) {
        return false;
    }
    e->is_mask = function->value->is_mask;
    return true;
}
