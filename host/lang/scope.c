#include "base/hash.h"
#include "lang/check_walk.h"
#include "lang/lower.h"

#include <stdio.h>
#include <string.h>

static uint64_t scope_hash(const char *name)
{
    return hash_mix64(hash_fnv1a(HASH_FNV_START, name, strlen(name)));
}

/* In this scope alone. Symbols beyond n_indexed (put there without scope_add, or when memory
 * was out) are looked at one by one. */
struct symbol *scope_find_here(const struct scope *s, const char *name)
{
    if (s->n_indexed > 0) {
        const uint32_t mask = s->index_size - 1;
        for (uint32_t k = (uint32_t)scope_hash(name) & mask; s->index[k] != 0;
             k = (k + 1) & mask) {
            struct symbol *const found = s->symbols[s->index[k] - 1];
            if (strcmp(found->name, name) == 0) {
                return found;
            }
        }
    }
    for (uint32_t k = s->n_indexed; k < s->n; k++) {
        if (strcmp(s->symbols[k]->name, name) == 0) {
            return s->symbols[k];
        }
    }
    return NULL;
}

const struct symbol *scope_find(const struct scope *s, const char *name)
{
    for (; s != NULL; s = s->parent) {
        const struct symbol *const found = scope_find_here(s, name);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static void scope_index_put(struct scope *s, uint32_t position)
{
    const uint32_t mask = s->index_size - 1;
    uint32_t k = (uint32_t)scope_hash(s->symbols[position]->name) & mask;
    while (s->index[k] != 0) {
        k = (k + 1) & mask;
    }
    s->index[k] = position + 1;
}

/* Brings the hash table up to s->n; at most half of it is filled. */
static void scope_index(struct scope *s, struct arena *arena)
{
    if (s->n * 2 > s->index_size) {
        const uint32_t size = s->index_size == 0 ? 32 : s->index_size * 2;
        uint32_t *const index = arena_alloc(arena, size, sizeof *index);
        if (index == NULL) {
            return;
        }
        s->index = index;
        s->index_size = size;
        s->n_indexed = 0;
    }
    while (s->n_indexed < s->n) {
        scope_index_put(s, s->n_indexed++);
    }
}

/* A function's arguments have one symbol each for the whole life of the function: its body
 * points at them. */
static struct symbol *scope_arguments(const struct symbol *function, struct arena *arena)
{
    struct symbol *const arguments = arena_alloc(arena, function->n_args, sizeof *arguments);
    for (uint32_t k = 0; arguments != NULL && k < function->n_args; k++) {
        arguments[k] = (struct symbol){
            .kind = SYMBOL_ARGUMENT, .name = function->args[k], .at = function->at, .index = k};
    }
    return arguments;
}

struct symbol *scope_add(struct scope *s, const struct symbol *symbol, struct diag_list *d)
{
    struct symbol *const older = scope_find_here(s, symbol->name);
    if (older != NULL) {
        char hint[64] = "rename one of the two";
        if (older->at.line > 0) {
            (void)snprintf(hint, sizeof hint, "the other one is in line %u",
                           (unsigned)older->at.line);
        }
        diag_error(d, symbol->at, (uint32_t)strlen(symbol->name), hint,
                   "the name '%s' is used twice", symbol->name);
        return older;
    }
    struct symbol *const copy = arena_alloc(d->arena, 1, sizeof *copy);
    struct symbol **const slot =
        copy == NULL
            ? NULL
            : arena_push(d->arena, &s->symbols, &s->n, &s->capacity, sizeof(struct symbol *));
    if (slot == NULL) {
        diag_error(d, symbol->at, 0, NULL, "out of memory");
        return NULL;
    }
    *copy = *symbol;
    if (copy->kind == SYMBOL_FUNCTION && copy->arguments == NULL) {
        copy->arguments = scope_arguments(copy, d->arena);
    }
    *slot = copy;
    scope_index(s, d->arena);
    return copy;
}

enum err_code lang_scope_variables(struct scope *s, uint32_t bits, struct arena *arena,
                                   struct diag_list *d, struct err *e)
{
    static const struct {
        const char *name, *unit;
    } rows[] = {
#define LANG_VARIABLE(id, name, unit, doc) {name, unit},
#include "lang/variables.def"
#undef LANG_VARIABLE
    };
    for (uint32_t k = 0; k < LANG_VARIABLE_N; k++) {
        if ((bits & (1u << k)) == 0) {
            continue;
        }
        struct symbol symbol = {.kind = SYMBOL_VARIABLE,
                                .name = rows[k].name,
                                .has_unit = true,
                                .unit = unit_none,
                                .index = k};
        if (rows[k].unit[0] != '\0') {
            (void)unit_parse(rows[k].unit, strlen(rows[k].unit), &symbol.unit);
        }
        if (scope_add(s, &symbol, d) == NULL || arena_failed(arena)) {
            return err_set(e, ERR_NOMEM, 0, "no memory for the names of an expression");
        }
    }
    return ERR_OK;
}
