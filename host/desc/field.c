#include "desc/field.h"

#include "desc/depends.h"
#include "lang/parse.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint32_t marked_length(const struct yaml *node)
{
    return node->kind == YAML_SCALAR && !node->is_block
               ? (uint32_t)node->length + (node->is_plain ? 0u : 2u)
               : 1u;
}

void field_error(struct load *l, const struct yaml *node, const char *hint, const char *format,
                 ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_error(l->d, node->at, marked_length(node), hint, "%s", text);
}

struct yaml *field_get(struct yaml *map, const char *key)
{
    struct yaml *const node = map == NULL ? NULL : yaml_get(map, key);
    return node == NULL || yaml_is_null(node) ? NULL : node;
}

bool field_is_map(struct load *l, const struct yaml *node, const char *what)
{
    if (node == NULL || node->kind == YAML_MAP) {
        return node != NULL;
    }
    field_error(l, node, NULL, "%s must be a map of keys, this is a %s", what,
                yaml_kind_name(node));
    return false;
}

const char *field_text(struct load *l, const struct yaml *node, const char *what)
{
    if (node->kind == YAML_SCALAR && !yaml_is_null(node)) {
        return node->text;
    }
    field_error(l, node, NULL, "%s must be a single value, this is a %s", what,
                yaml_kind_name(node));
    return NULL;
}

bool field_bool(struct load *l, const struct yaml *node, const char *what, bool *out)
{
    const char *const text = field_text(l, node, what);
    if (text == NULL) {
        return false;
    }
    *out = strcmp(text, "true") == 0;
    if (*out || strcmp(text, "false") == 0) {
        return true;
    }
    field_error(l, node, NULL, "%s must be true or false, not '%.60s'", what, text);
    return false;
}

bool field_u64(struct load *l, const struct yaml *node, const char *what, uint64_t *out)
{
    const char *const text = field_text(l, node, what);
    if (text == NULL) {
        return false;
    }
    uint64_t value = 0;
    bool is_right = *text != '\0';
    for (const char *p = text; *p != '\0' && is_right; p++) {
        is_right = isdigit((unsigned char)*p) &&
                   !__builtin_mul_overflow(value, UINT64_C(10), &value) &&
                   !__builtin_add_overflow(value, (uint64_t)(*p - '0'), &value);
    }
    *out = value;
    if (!is_right) {
        field_error(l, node, NULL,
                    "%s must be a whole number from 0 to %" PRIu64 ", not '%.60s'", what,
                    UINT64_MAX, text);
    }
    return is_right;
}

bool field_names(struct load *l, const struct yaml *node, const char *what,
                 struct field_name **out, uint32_t *n)
{
    *n = 0;
    if (node->kind == YAML_MAP || yaml_is_null(node)) {
        field_error(l, node, NULL, "%s must be a name or a list of names, this is a %s", what,
                    yaml_kind_name(node));
        return false;
    }
    const uint32_t count = node->kind == YAML_LIST ? node->n : 1;
    if (count == 0) {
        field_error(l, node, NULL, "%s is an empty list", what);
        return false;
    }
    *out = arena_alloc(l->arena, count, sizeof **out);
    bool is_right = *out != NULL;
    for (uint32_t k = 0; k < count && *out != NULL; k++) {
        const struct yaml *const item = node->kind == YAML_LIST ? node->items[k] : node;
        const char *const text = field_text(l, item, what);
        is_right &= text != NULL;
        for (uint32_t j = 0; j < *n && text != NULL; j++) {
            if (strcmp((*out)[j].text, text) == 0) {
                field_error(l, item, NULL, "%s names '%s' twice", what, text);
                is_right = false;
            }
        }
        if (text != NULL) {
            (*out)[(*n)++] = (struct field_name){.text = text, .at = item->at};
        }
    }
    return is_right;
}

int field_choice(struct load *l, const struct yaml *node, const char *what,
                 const char *const *table, size_t n)
{
    const char *const text = field_text(l, node, what);
    if (text == NULL) {
        return -1;
    }
    const char *all = "";
    for (size_t k = 0; k < n; k++) {
        if (strcmp(table[k], text) == 0) {
            return (int)k;
        }
        all = load_print(l, "%s%s%s", all, k == 0 ? "" : ", ", table[k]);
    }
    const char *const hint = load_suggest(l, text, table, n);
    field_error(l, node,
                hint != NULL ? hint
                : n == 0     ? "there are none"
                             : load_print(l, "known: %s", all),
                "%s: '%.60s' is not known", what, text);
    return -1;
}

bool field_is_name(const char *text, bool allows_minus)
{
    const size_t n = strlen(text);
    bool is_right = n > 0 && n <= 64 && (isalpha((unsigned char)text[0]) || text[0] == '_');
    for (size_t k = 0; k < n && is_right; k++) {
        is_right = isalnum((unsigned char)text[k]) || text[k] == '_' ||
                   (allows_minus && text[k] == '-');
    }
    return is_right;
}

void field_report_unused(struct load *l, struct yaml *map, const char *what,
                         const char *const *known, size_t n)
{
    (void)yaml_get(map, "doc");
    (void)yaml_get(map, "source");
    yaml_report_unused(map, what, known, n, l->d);
}

struct ast *field_parse(struct load *l, const struct yaml *node, const struct scope *names,
                        const char *what)
{
    if (node->kind != YAML_SCALAR) {
        const bool is_expression =
            node->kind == YAML_MAP && node->n > 0 && strncmp(node->keys[0], "if ", 3) == 0;
        field_error(
            l, node, is_expression || node->is_in_flow ? "quote this expression: \"…\"" : NULL,
            "%s must be a number or an expression, this is a %s", what, yaml_kind_name(node));
        return NULL;
    }
    if (yaml_is_null(node)) {
        field_error(l, node, NULL, "%s has no value", what);
        return NULL;
    }
    const struct lang_text text = yaml_lang_text(node);
    return lang_parse_expression(&text, names, l->d);
}

struct ast *field_expression(struct load *l, const struct yaml *node, const struct scope *scope,
                             const struct unit *unit, unsigned allowed, const char *what)
{
    struct ast *const e = field_parse(l, node, scope, what);
    const struct check_rules rules = {.scope = scope,
                                      .expected = unit,
                                      .allows_draws = (allowed & DEPENDS_DRAW) != 0,
                                      .what = what};
    if (e == NULL || !lang_check(e, &rules, l->d) || !depends_check(l, e, allowed, what)) {
        return NULL;
    }
    double value;
    if (lang_constant(e, &value) && !isfinite(value)) {
        field_error(l, node, NULL, "%s is %s", what,
                    isnan(value) ? "not a number" : "infinite");
        return NULL;
    }
    return e;
}

bool field_constant(struct load *l, const struct yaml *node, const struct scope *scope,
                    const struct unit *unit, const char *what, double *out)
{
    const struct ast *const e = field_expression(l, node, scope, unit, 0, what);
    if (e == NULL) {
        return false;
    }
    if (!lang_constant(e, out)) {
        field_error(l, node, NULL, "%s must be constant", what);
        return false;
    }
    return true;
}

bool field_whole(struct load *l, const struct yaml *node, const struct scope *scope,
                 const char *what, uint64_t most, uint64_t *out)
{
    double value;
    if (!field_constant(l, node, scope, &unit_none, what, &value)) {
        return false;
    }
    if (value < 0 || value != floor(value)) {
        field_error(l, node, NULL, "%s is %.17g: it must be a whole number, 0 or more", what,
                    value);
        return false;
    }
    if (value > (double)most) {
        field_error(l, node, NULL, "%s is %.17g: at most %" PRIu64 " are possible", what, value,
                    most);
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

bool field_unit(struct load *l, const struct yaml *node, const char *what, struct unit *out)
{
    const char *const text = field_text(l, node, what);
    if (text == NULL) {
        return false;
    }
    if (strcmp(text, "none") == 0 || strcmp(text, "1") == 0) {
        *out = unit_none;
        return true;
    }
    if (unit_parse(text, strlen(text), out)) {
        return true;
    }
    field_error(l, node, "write a unit like mV, nS/mV, 1/ms, or none",
                "%s: '%.60s' is not a unit", what, text);
    return false;
}

struct ast *field_literal(struct ast *e)
{
    while (e != NULL && e->kind == AST_UNARY && e->n_args == 1) {
        e = e->args[0];
    }
    return e != NULL && e->kind == AST_NUMBER ? e : NULL;
}

void field_apply_unit(struct ast *e, struct unit unit, bool no_units)
{
    struct ast *const number = field_literal(e);
    if (number == NULL || !(unit.to_house > 0)) {
        return;
    }
    if (no_units) {
        if (number->has_unit && unit_same_dimension(number->unit, unit)) {
            number->value = unit_from_house(number->value, unit);
        }
    } else if (!number->has_unit && !unit_is_none(unit)) {
        number->value = unit_to_house(number->value, unit);
        number->has_unit = true;
        number->unit = unit;
    }
}

const char *field_suggest(struct load *l, const char *word, const struct model *m,
                          unsigned kinds)
{
    const uint32_t most = m->n_parameters + m->n_states + m->n_intermediates;
    const char **const names = arena_alloc(l->arena, most + 1, sizeof *names);
    uint32_t n = 0;
    if (names == NULL) {
        return NULL;
    }
    for (uint32_t k = 0; (kinds & FIELD_PARAMETERS) != 0 && k < m->n_parameters; k++) {
        names[n++] = m->parameters[k].name;
    }
    for (uint32_t k = 0; (kinds & FIELD_STATES) != 0 && k < m->n_states; k++) {
        names[n++] = m->states[k].name;
    }
    for (uint32_t k = 0; (kinds & FIELD_INTERMEDIATES) != 0 && k < m->n_intermediates; k++) {
        names[n++] = m->intermediates[k]->name;
    }
    return load_suggest(l, word, names, n);
}

const char *field_quantity(struct load *l, double value, struct unit unit)
{
    char name[96];
    return unit_is_none(unit)
               ? load_print(l, "%.10g", value)
               : load_print(l, "%.10g %s", value, unit_format(unit, name, sizeof name));
}
