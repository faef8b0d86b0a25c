/* lang/check_walk.h: the walk of the check over one tree, shared by single expressions
 * (check.c), the rules of dimensions (dimension.c) and the model (model*.c). After a fault
 * every function returns false at once: one error per expression. Private to the check. Sees:
 * base, ast, check. Memory: the arena of the diagnostics. */
#ifndef LANG_CHECK_WALK_H
#define LANG_CHECK_WALK_H

#include "lang/check.h"

/* DIMENSION_ZERO: a bare 0, which fits everything. */
enum dimension_kind { DIMENSION_KNOWN, DIMENSION_UNKNOWN, DIMENSION_ZERO };
struct dimension {
    enum dimension_kind kind;
    struct unit unit; /* where known; to_house is 1 */
};

/* The user function that is being expanded. */
struct check_call {
    const struct symbol *function;
    const struct dimension *arguments;
    const struct scope
        *scope; /* that holds the function: its body sees this and what is above */
};

struct checker {
    const struct check_rules *rules;
    struct diag_list *d;
    const struct scope *later;     /* names that later statements assign, or NULL */
    const struct check_call *call; /* or NULL */
    const struct scope *scope;     /* of the tree being walked */
    uint32_t forbidden;            /* bits of enum lang_variable that have no meaning here */
    uint32_t n_states; /* states from this number on have no value yet; UINT32_MAX: all have */
    bool allows_signals; /* else a name that depends on t is refused */
    bool no_units;
    bool in_truncated, in_any, has_fault;
    const struct ast *unit_node; /* a name that may be a unit: it stands beside * or / */
    uint32_t depth, n_nodes, n_draws;
};

void checker_init(struct checker *c, const struct check_rules *rules, struct diag_list *d);
/* The whole tree of one expression: numbers and conditions as rules say; out: its dimension. */
bool checker_run(struct checker *c, struct ast *e, struct dimension *out);
/* One node and all below it. */
bool check_node(struct checker *c, struct ast *e, struct dimension *out);
bool check_number(struct checker *c, struct ast *e, struct dimension *out);
bool check_mask(struct checker *c, struct ast *e);
bool check_fault(struct checker *c, const struct ast *at, const char *hint, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* A name that is no call (check_name.c). */
bool check_name(struct checker *c, struct ast *e, struct dimension *out);
bool check_user_call(struct checker *c, struct ast *e, struct dimension *out);
bool check_unknown_function(struct checker *c, const struct ast *e);
/* The innermost scope that knows the name, and its symbol. */
struct symbol *check_find(const struct scope *s, const char *name, const struct scope **owner);
/* In this scope alone (scope.c). */
struct symbol *scope_find_here(const struct scope *s, const char *name);

/* Rules of dimensions (dimension.c). e: the node that joins the operands, for the place. */
bool dimension_join(struct checker *c, const struct ast *e, const struct ast *left,
                    struct dimension a, const struct ast *right, struct dimension b,
                    struct dimension *out);
bool dimension_none(struct checker *c, const struct ast *e, const struct ast *operand,
                    struct dimension a);
bool dimension_power(struct checker *c, const struct ast *e, struct dimension base,
                     struct dimension exponent, struct dimension *out);
bool dimension_expected(struct checker *c, const struct ast *e, struct dimension a,
                        struct unit expected, const char *what);
struct dimension dimension_multiply(struct dimension a, struct dimension b);
struct dimension dimension_divide(struct dimension a, struct dimension b);
bool dimension_sqrt(struct checker *c, const struct ast *e, struct dimension a,
                    struct dimension *out);
static inline struct dimension dimension_known(struct unit unit)
{
    unit.to_house = 1.0;
    return (struct dimension){.kind = DIMENSION_KNOWN, .unit = unit};
}
/* The text of an expression in quotes, cut where it is long. Returns buf (80 bytes are enough).
 */
const char *check_quote(const struct ast *e, char *buf, size_t n);

/* Evaluation in double with the shared math (constant.c). lookup gives the value of a
 * parameter, state or variable other than pi; NULL: none has a value. false: not constant. */
typedef bool constant_lookup(void *context, const struct symbol *symbol, double *value);
bool constant_evaluate(const struct ast *e, constant_lookup *lookup, void *context,
                       double *value);

extern const char *const lang_func_names[];

#endif
