/* lang/ast.h: the tree of an expression and of a statement list, and its scopes.
 * Every node knows its place. Memory: all in the arena of the loaded network. Sees: base, unit.
 */
#ifndef LANG_AST_H
#define LANG_AST_H

#include "base/diag.h"
#include "lang/unit.h"

#define LANG_MAX_DEPTH                                                                         \
    200 /* height of an expression's tree, user functions and constants expanded */
#define LANG_MAX_NAME       64         /* bytes of a name */
#define LANG_MAX_TEXT       (1u << 20) /* bytes of one text */
#define LANG_MAX_STATEMENTS 4096
#define LANG_MAX_NODES      100000 /* of one expression, user functions and constants expanded */

enum ast_kind { AST_NUMBER, AST_NAME, AST_UNARY, AST_BINARY, AST_CALL, AST_CONDITION };

/* Operators: rows of ops.def (token, arity, binding powers, IR op); functions: rows of
 * funcs.def. */
enum lang_op {
#define LANG_OP(id, token, arity, left, right) id,
#include "lang/ops.def"
#undef LANG_OP
    LANG_OP_N
};
enum lang_func {
#define LANG_FUNC(id, name, least, most, doc) id,
#include "lang/funcs.def"
#undef LANG_FUNC
    LANG_FUNC_N
};

struct ast {
    enum ast_kind kind;
    struct pos at;
    uint32_t length;  /* characters marked in a diagnostic */
    double value;     /* AST_NUMBER: in house units */
    bool has_unit;    /* AST_NUMBER: written with a unit */
    struct unit unit; /* AST_NUMBER as written; every node after the check: its dimension */
    bool is_mask;     /* after the check: a truth value */
    const char *name; /* AST_NAME; AST_CALL: the function's name; AST_NUMBER: its text, unit
                         included; as written */
    const struct symbol
        *symbol;         /* after the check: AST_NAME, and AST_CALL of a user function */
    enum lang_op op;     /* AST_UNARY, AST_BINARY */
    enum lang_func func; /* AST_CALL of a built-in function; LANG_FUNC_N for a user function */
    struct ast **args;   /* operands; AST_CONDITION: condition, then, else */
    uint32_t n_args;
    uint32_t height; /* of the tree, 1 for a leaf; at most LANG_MAX_DEPTH */
};

enum stmt_kind { STMT_ASSIGN, STMT_DIFFERENTIAL };

struct stmt {
    enum stmt_kind kind;
    const char *name; /* what is assigned or differentiated */
    struct pos at;
    struct ast *factor; /* coef of `coef * dx/dt = …`, or NULL */
    struct ast *value;
    const struct symbol *symbol; /* after the check */
};

enum symbol_kind {
    SYMBOL_PARAMETER,    /* index: of the model's parameters */
    SYMBOL_STATE,        /* index: of the model's states */
    SYMBOL_INTERMEDIATE, /* index: of the model's intermediates */
    SYMBOL_ARGUMENT,     /* index: of a user function's arguments */
    SYMBOL_CONSTANT,     /* value: an expression without t, cells or draws; lowered in place */
    SYMBOL_SIGNAL,       /* value: an expression of t (and of i), or table */
    SYMBOL_FUNCTION,     /* value: body over arguments */
    SYMBOL_VARIABLE /* given by the place where the expression stands; index: see lang/lower.h
                       (t, dt, i, distance, …) */
};

struct ir_table;
struct symbol {
    enum symbol_kind kind;
    const char *name;
    struct pos at;
    struct unit unit;
    bool has_unit; /* false: dimension unknown (an argument; a symbol of a model that opts out):
                      never a mismatch */
    uint32_t index;
    struct ast *value;
    const struct ir_table
        *table;              /* SYMBOL_SIGNAL given as steps (lang/ir.h); value is NULL then */
    const char *const *args; /* SYMBOL_FUNCTION */
    uint32_t n_args;
    struct symbol *arguments; /* SYMBOL_FUNCTION: [n_args] SYMBOL_ARGUMENT, made by scope_add */
    bool is_open;             /* the check is inside its value: meeting it again is a cycle */
};

struct scope {
    const struct scope *parent; /* looked up next, or NULL */
    struct symbol **symbols;
    uint32_t n, capacity;
    bool no_units;   /* expressions in this scope (and in its children) opt out of the dimension
                        check */
    uint32_t *index; /* of the hash table over names: position + 1, or 0; kept by scope_add */
    uint32_t index_size, n_indexed;
};

/* The text of an expression as it stands in a file. at: its first character. indent: column
 * (1-based) of every later line; lines after the first begin at line at.line + k. */
struct lang_text {
    const char *bytes;
    size_t length;
    struct pos at;
    uint32_t indent;
};

#endif
