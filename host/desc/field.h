/* desc/field.h: typed values of YAML nodes: texts, names, whole numbers, expressions. Every
 * fault is one diagnostic that says what was wanted and what stands there. `what` names the
 * place in messages: "weight of projection 'FSI_SPN'". Sees: base, lang, desc. Memory: the
 * arena of the load. */
#ifndef DESC_FIELD_H
#define DESC_FIELD_H

#include "desc/load.h"

struct field_name {
    const char *text;
    struct pos at;
};

/* An error at a node: "what" and so on. hint may be NULL. */
void field_error(struct load *l, const struct yaml *node, const char *hint, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* The value of a key, marked as used; NULL where absent or null. map may be NULL. */
struct yaml *field_get(struct yaml *map, const char *key);
/* Is it a map? Else a diagnostic (none for NULL). */
bool field_is_map(struct load *l, const struct yaml *node, const char *what);
const char *field_text(struct load *l, const struct yaml *node,
                       const char *what); /* NULL after a diagnostic */
bool field_bool(struct load *l, const struct yaml *node, const char *what, bool *out);
/* 0 … 2^64-1, in decimal digits. */
bool field_u64(struct load *l, const struct yaml *node, const char *what, uint64_t *out);
/* One name or a list of names, none twice; false after a diagnostic. */
bool field_names(struct load *l, const struct yaml *node, const char *what,
                 struct field_name **out, uint32_t *n);
/* Index of a text in a table; -1 after a diagnostic with the nearest one. */
int field_choice(struct load *l, const struct yaml *node, const char *what,
                 const char *const *table, size_t n);
/* A name made of letters, digits and _ (and -, where allowed), beginning with a letter or _. */
bool field_is_name(const char *text, bool allows_minus);
/* "unknown key" for what no getter has asked for; doc and source are known everywhere. */
void field_report_unused(struct load *l, struct yaml *map, const char *what,
                         const char *const *known, size_t n);

/* Parses only. NULL after a diagnostic. */
struct ast *field_parse(struct load *l, const struct yaml *node, const struct scope *names,
                        const char *what);
/* Parses and checks. unit: its dimension, or NULL for any. NULL after a diagnostic. `allowed`:
 * bits of desc/depends.h. */
struct ast *field_expression(struct load *l, const struct yaml *node, const struct scope *scope,
                             const struct unit *unit, unsigned allowed, const char *what);
/* A constant in house units, finite. */
bool field_constant(struct load *l, const struct yaml *node, const struct scope *scope,
                    const struct unit *unit, const char *what, double *out);
/* A whole number from an expression, at most `most`. */
bool field_whole(struct load *l, const struct yaml *node, const struct scope *scope,
                 const char *what, uint64_t most, uint64_t *out);
/* A unit's text; false after a diagnostic. */
bool field_unit(struct load *l, const struct yaml *node, const char *what, struct unit *out);
/* The literal that an expression is, behind signs; NULL where it is more than that. */
struct ast *field_literal(struct ast *e);
/* Gives a bare literal the declared unit of its place ({value: 1, unit: nS}, range: [0, 1]).
 * Where the model opts out of units (no_units), a literal written with a unit is turned into
 * the declared one instead. */
void field_apply_unit(struct ast *e, struct unit unit, bool no_units);

/* "did you mean 'x'?" among a model's names; NULL where none is near. */
enum { FIELD_PARAMETERS = 1, FIELD_STATES = 2, FIELD_INTERMEDIATES = 4 };
const char *field_suggest(struct load *l, const char *word, const struct model *m,
                          unsigned kinds);

/* "1.15 nS": a value in house units, for messages. */
const char *field_quantity(struct load *l, double value, struct unit unit);

#endif
