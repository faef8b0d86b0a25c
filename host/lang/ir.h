/* lang/ir.h: the one tree that both readers read (OpenCL C emitter, block interpreter).
 * A directed graph without cycles: nodes are numbered so that operands come first, equal nodes
 * are one node, constant nodes are folded in double precision with our own math (never libm). A
 * value is varying (one per cell or pair), or it depends on t alone: such a node is a *course*,
 * evaluated by the host in double once per step and given to the readers as a uniform. Sees:
 * base, ast. Memory: nodes in the arena given at ir_create. */
#ifndef LANG_IR_H
#define LANG_IR_H

#include "base/diag.h"

enum ir_op {
#define IR_OP(id, n_operands, result, spelling) id,
#include "lang/ir_ops.def"
#undef IR_OP
    IR_OP_N
};

#define IR_NONE UINT32_MAX

enum ir_depends { IR_ON_TIME = 1, IR_ON_CELL = 2, IR_ON_DRAW = 4 };

struct ir_node {
    uint16_t op;
    uint8_t is_mask;
    uint8_t depends; /* enum ir_depends, joined */
    uint32_t a, b,
        c;        /* operand nodes, or what ir_ops.def says of a leaf; IR_NONE where unused */
    double value; /* IR_CONST; a constant mask is 1 or 0 */
    uint32_t time_index; /* position in ir->time_nodes, IR_NONE where the node depends on more
                            than t, or is a constant */
    uint32_t trunc;   /* 0, or 1 + number of the truncated() whose loop this node belongs to */
    const char *name; /* for readable generated text; may be NULL */
};

/* A varying input: what IR_VAR a stands for. */
enum ir_var_kind {
    IR_VAR_STATE,     /* index: of step_program.states */
    IR_VAR_PARAMETER, /* index: of the model's parameters, where it has one value per cell */
    IR_VAR_ARRIVAL,   /* index: of step_program.arrivals: sum of synaptic input of this step, in
                         house units */
    IR_VAR_TRAIN, /* index: of step_program.trains: sum of given events of this step, in house
                     units */
    IR_VAR_INDEX, /* the cell's index in its population */
    IR_VAR_X,
    IR_VAR_Y,
    IR_VAR_Z, /* the cell's position, um */
    IR_VAR_DISTANCE,
    IR_VAR_DX,
    IR_VAR_DY,
    IR_VAR_DZ, /* of a pair: post minus pre, um */
    IR_VAR_PRE_INDEX,
    IR_VAR_POST_INDEX /* of a pair */
};
struct ir_var {
    enum ir_var_kind kind;
    uint32_t index;
};

/* A step function of t: value[k] from step first[k] on, 0 before first[0]. Steps count from t =
 * 0. */
struct ir_table {
    int64_t *first;
    double *value;
    uint32_t n;
    double before;      /* before first[0] */
    bool sees_settling; /* looked up at its own step before t = 0 too, where other courses keep
                           their value of step 0 */
};

struct ir {
    struct arena *arena;
    struct ir_node *nodes;
    struct ir_var *vars;
    struct ir_table *tables;
    uint32_t n, capacity, n_vars, vars_capacity, n_tables, tables_capacity, n_trunc;
    uint32_t *index; /* of the hash table of nodes: 1 + node, 0 where free */
    uint32_t index_size;
    uint32_t *time_nodes; /* all nodes on t alone, ascending: what ir_eval walks */
    uint32_t n_time, time_capacity;
    uint32_t trunc; /* current truncated() while one is being lowered, else 0 */
};

struct ir *ir_create(struct arena *arena); /* NULL when memory is out */
/* Builders: return the node, an equal older node, or a folded constant; IR_NONE only when
 * memory is out (arena_failed). a, b, c must be nodes of ir (IR_NONE is passed through, so that
 * callers check once). */
uint32_t ir_const(struct ir *ir, double value);
uint32_t ir_mask(struct ir *ir, bool holds); /* a constant truth value */
uint32_t ir_var(struct ir *ir, enum ir_var_kind kind, uint32_t index);
uint32_t ir_leaf(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b);
uint32_t ir_op1(struct ir *ir, enum ir_op op, uint32_t a);
uint32_t ir_op2(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b);
uint32_t ir_op3(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b, uint32_t c);
uint32_t ir_poisson(struct ir *ir, uint32_t mean, uint32_t stream, uint32_t draw);
/* x to a small integer power by multiplications in one fixed order (binary, from the top bit).
 */
uint32_t ir_power(struct ir *ir, uint32_t x, int n);
/* A step function of t; its arrays are copied. */
uint32_t ir_table(struct ir *ir, const struct ir_table *table);
/* A node of its own with the value of x, so that one variable can be told from another that
 * happens to be equal (written max(x, x), which is x in every bit). */
uint32_t ir_copy(struct ir *ir, uint32_t x);
/* Gives the node a name for generated text where it has none; name is borrowed for the life of
 * ir. */
void ir_name(struct ir *ir, uint32_t node, const char *name);
bool ir_is_const(const struct ir *ir, uint32_t node, double *value);
/* d node / d with_respect_to (any node, taken as the variable), through intermediates. IR_NONE
 * where it cannot be differentiated: a truncated() that depends on the variable (or memory out:
 * arena_failed). Draws, floor, round and sign count as flat. */
uint32_t ir_derivative(struct ir *ir, uint32_t node, uint32_t with_respect_to);
/* Value in double of a node that depends on nothing but t: at step n of dt_fs femtoseconds; t =
 * n*dt_fs/1e12 ms. Masks: 1 or 0.
 * Before t = 0 (settling) the value is that of step 0. */
double ir_eval(const struct ir *ir, uint32_t node, int64_t step, int64_t dt_fs);
double ir_time_ms(int64_t step, int64_t dt_fs);
const char *ir_op_name(enum ir_op op);
uint32_t ir_n_operands(enum ir_op op);

/* What a reader computes, in order: nodes needed by roots that are not yet marked in
 * done[ir->n] (bytes), operands first, leaves and constants included; nodes in the loop of a
 * truncated() are left out (see ir_trunc_body), while what the loop needs from outside comes
 * before its IR_TRUNC; courses are listed apart, in the order of first use, and not entered. */
struct ir_plan {
    uint32_t *order, n_order;
    uint32_t *courses, n_courses; /* nodes on t alone that others (or roots) use: uniforms,
                                     numbered as listed */
};
/* Appends to *plan (courses found before keep their numbers) and marks done. */
enum err_code ir_plan_add(const struct ir *ir, const uint32_t *roots, uint32_t n_roots,
                          uint8_t *done, struct arena *arena, struct ir_plan *plan,
                          struct err *e) ERR_CHECKED;
/* Nodes of the loop of IR_TRUNC node, operands first. */
enum err_code ir_trunc_body(const struct ir *ir, uint32_t node, struct arena *arena,
                            uint32_t **body, uint32_t *n, struct err *e) ERR_CHECKED;
/* One line per node, for tests and `striatum emit`. */
void ir_print(const struct ir *ir, const uint32_t *roots, uint32_t n_roots, struct text *out);

#endif
