#include "lang/ir.h"

#include <string.h>

#include "base/hash.h"
#include "lang/ir_fold.h"

enum { IR_INDEX_FIRST = 256 };

static const char *const op_names[IR_OP_N] = {
#define IR_OP(id, n_operands, result, spelling) [id] = #id,
#include "lang/ir_ops.def"
#undef IR_OP
};

static const uint8_t op_operands[IR_OP_N] = {
#define IR_OP(id, n_operands, result, spelling) [id] = (n_operands),
#include "lang/ir_ops.def"
#undef IR_OP
};

enum op_result { OP_RESULT_R = 0, OP_RESULT_M = 1 };
static const uint8_t op_is_mask[IR_OP_N] = {
#define IR_OP(id, n_operands, result, spelling) [id] = OP_RESULT_##result,
#include "lang/ir_ops.def"
#undef IR_OP
};

const char *ir_op_name(enum ir_op op)
{
    return (unsigned)op < IR_OP_N ? op_names[op] : "IR_?";
}

uint32_t ir_n_operands(enum ir_op op)
{
    ASSERT((unsigned)op < IR_OP_N);
    return op_operands[op];
}

struct ir *ir_create(struct arena *arena)
{
    struct ir *const ir = arena_alloc(arena, 1, sizeof *ir);
    if (ir == NULL) {
        return NULL;
    }
    ir->arena = arena;
    ir->index_size = IR_INDEX_FIRST;
    ir->index = arena_alloc(arena, ir->index_size, sizeof *ir->index);
    return ir->index == NULL ? NULL : ir;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t node_hash(const struct ir_node *n)
{
    uint64_t h =
        hash_mix64((uint64_t)n->op | (uint64_t)n->is_mask << 16 | (uint64_t)n->trunc << 32);
    h = hash_mix64(h ^ ((uint64_t)n->a | (uint64_t)n->b << 32));
    h = hash_mix64(h ^ (uint64_t)n->c);
    return hash_mix64(h ^ bits_of(n->value));
}

/* Constants are told apart by their bits: 0 and -0 are two nodes, and NaN equals itself. */
static bool node_equal(const struct ir_node *x, const struct ir_node *y)
{
    return x->op == y->op && x->is_mask == y->is_mask && x->a == y->a && x->b == y->b &&
           x->c == y->c && x->trunc == y->trunc && bits_of(x->value) == bits_of(y->value);
}

static bool index_grow(struct ir *ir)
{
    const uint32_t size = ir->index_size * 2;
    uint32_t *const index = arena_alloc(ir->arena, size, sizeof *index);
    if (index == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < ir->n; k++) {
        uint32_t slot = (uint32_t)node_hash(&ir->nodes[k]) & (size - 1);
        while (index[slot] != 0) {
            slot = (slot + 1) & (size - 1);
        }
        index[slot] = k + 1;
    }
    ir->index = index;
    ir->index_size = size;
    return true;
}

/* The node equal to *n, made if there is none yet. */
static uint32_t ir_intern(struct ir *ir, const struct ir_node *n)
{
    if (ir->n + 1 > ir->index_size / 2 && !index_grow(ir)) {
        return IR_NONE;
    }
    uint32_t slot = (uint32_t)node_hash(n) & (ir->index_size - 1);
    while (ir->index[slot] != 0) {
        if (node_equal(&ir->nodes[ir->index[slot] - 1], n)) {
            return ir->index[slot] - 1;
        }
        slot = (slot + 1) & (ir->index_size - 1);
    }
    const bool is_time = n->op != IR_CONST && (n->depends & (IR_ON_CELL | IR_ON_DRAW)) == 0;
    const uint32_t node = ir->n, time_index = is_time ? ir->n_time : IR_NONE;
    if (is_time) {
        uint32_t *const t = arena_push(ir->arena, &ir->time_nodes, &ir->n_time,
                                       &ir->time_capacity, sizeof *ir->time_nodes);
        if (t == NULL) {
            return IR_NONE;
        }
        *t = node;
    }
    struct ir_node *const added =
        arena_push(ir->arena, &ir->nodes, &ir->n, &ir->capacity, sizeof *ir->nodes);
    if (added == NULL) {
        ir->n_time -= is_time ? 1 : 0;
        return IR_NONE;
    }
    *added = *n;
    added->time_index = time_index;
    ir->index[slot] = node + 1;
    return node;
}

static uint32_t ir_constant(struct ir *ir, double value, bool is_mask)
{
    /* One NaN: the sign and payload of another would be a second node for the same value. */
    const struct ir_node n = {.op = IR_CONST,
                              .is_mask = is_mask,
                              .a = IR_NONE,
                              .b = IR_NONE,
                              .c = IR_NONE,
                              .value = value != value ? (double)__builtin_nanf("") : value};
    return ir_intern(ir, &n);
}

uint32_t ir_const(struct ir *ir, double value)
{
    return ir_constant(ir, value, false);
}

uint32_t ir_mask(struct ir *ir, bool holds)
{
    return ir_constant(ir, holds ? 1.0 : 0.0, true);
}

uint32_t ir_var(struct ir *ir, enum ir_var_kind kind, uint32_t index)
{
    uint32_t k = 0;
    while (k < ir->n_vars && (ir->vars[k].kind != kind || ir->vars[k].index != index)) {
        k++;
    }
    if (k == ir->n_vars) {
        struct ir_var *const v =
            arena_push(ir->arena, &ir->vars, &ir->n_vars, &ir->vars_capacity, sizeof *ir->vars);
        if (v == NULL) {
            return IR_NONE;
        }
        *v = (struct ir_var){.kind = kind, .index = index};
    }
    return ir_leaf(ir, IR_VAR, k, IR_NONE);
}

uint32_t ir_leaf(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b)
{
    ASSERT(op == IR_TIME || op == IR_TABLE || op == IR_VAR || op == IR_U01 || op == IR_EVENTS);
    struct ir_node n = {.op = (uint16_t)op, .a = a, .b = b, .c = IR_NONE};
    if (op == IR_TIME || op == IR_TABLE) {
        n.depends = IR_ON_TIME;
    } else if (op == IR_U01) {
        n.depends = IR_ON_CELL | IR_ON_DRAW;
        n.trunc = ir->trunc;
    } else {
        n.depends = IR_ON_CELL;
    }
    return ir_intern(ir, &n);
}

/* An operation over nodes that are there. It belongs to the loop of a truncated() if an operand
 * does; IR_TRUNC itself is what ends the loop. */
static uint32_t ir_operation(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b, uint32_t c)
{
    struct ir_node n = {
        .op = (uint16_t)op, .is_mask = op_is_mask[op] != 0, .a = a, .b = b, .c = c};
    const uint32_t operands[3] = {a, b, c};
    for (uint32_t k = 0; k < op_operands[op]; k++) {
        const struct ir_node *const x = &ir->nodes[operands[k]];
        n.depends |= x->depends;
        if (op != IR_TRUNC && x->trunc != 0) {
            n.trunc = x->trunc;
        }
    }
    return ir_intern(ir, &n);
}

static uint32_t ir_build(struct ir *ir, enum ir_op op, uint32_t n, uint32_t a, uint32_t b,
                         uint32_t c)
{
    ASSERT(ir_n_operands(op) == n && op != IR_POISSON);
    const uint32_t operands[3] = {a, b, c};
    double values[3] = {0.0, 0.0, 0.0};
    uint32_t n_const = 0;
    for (uint32_t k = 0; k < n; k++) {
        if (operands[k] == IR_NONE) {
            return IR_NONE;
        }
        ASSERT(operands[k] < ir->n);
        n_const += ir_is_const(ir, operands[k], &values[k]) ? 1 : 0;
    }
    if (n_const == n) {
        return ir_constant(ir, ir_apply(op, values[0], values[1], values[2]),
                           op_is_mask[op] != 0);
    }
    const uint32_t simple = ir_simplify(ir, op, a, b, c);
    return simple != IR_NONE ? simple : ir_operation(ir, op, a, b, c);
}

uint32_t ir_op1(struct ir *ir, enum ir_op op, uint32_t a)
{
    return ir_build(ir, op, 1, a, IR_NONE, IR_NONE);
}

uint32_t ir_op2(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b)
{
    return ir_build(ir, op, 2, a, b, IR_NONE);
}

uint32_t ir_op3(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b, uint32_t c)
{
    return ir_build(ir, op, 3, a, b, c);
}

uint32_t ir_poisson(struct ir *ir, uint32_t mean, uint32_t stream, uint32_t draw)
{
    if (mean == IR_NONE) {
        return IR_NONE;
    }
    ASSERT(mean < ir->n);
    const struct ir_node *const m = &ir->nodes[mean];
    const struct ir_node n = {.op = IR_POISSON,
                              .depends = (uint8_t)(m->depends | IR_ON_CELL | IR_ON_DRAW),
                              .a = mean,
                              .b = stream,
                              .c = draw,
                              .trunc = ir->trunc != 0 ? ir->trunc : m->trunc};
    return ir_intern(ir, &n);
}

uint32_t ir_power(struct ir *ir, uint32_t x, int n)
{
    if (x == IR_NONE) {
        return IR_NONE;
    }
    if (n == 0) {
        return ir_const(ir, 1.0);
    }
    const unsigned m = n < 0 ? 0u - (unsigned)n : (unsigned)n;
    unsigned bit = 1u << 31;
    while ((m & bit) == 0) {
        bit >>= 1;
    }
    uint32_t power = x;
    for (bit >>= 1; bit != 0; bit >>= 1) {
        power = ir_op2(ir, IR_MUL, power, power);
        if ((m & bit) != 0) {
            power = ir_op2(ir, IR_MUL, power, x);
        }
    }
    return n < 0 ? ir_op2(ir, IR_DIV, ir_const(ir, 1.0), power) : power;
}

static bool table_equal(const struct ir_table *x, const struct ir_table *y)
{
    return x->n == y->n && x->sees_settling == y->sees_settling &&
           bits_of(x->before) == bits_of(y->before) &&
           (x->n == 0 || (memcmp(x->first, y->first, x->n * sizeof *x->first) == 0 &&
                          memcmp(x->value, y->value, x->n * sizeof *x->value) == 0));
}

uint32_t ir_table(struct ir *ir, const struct ir_table *table)
{
    uint32_t k = 0;
    while (k < ir->n_tables && !table_equal(&ir->tables[k], table)) {
        k++;
    }
    if (k == ir->n_tables) {
        int64_t *const first = arena_alloc(ir->arena, table->n, sizeof *first);
        double *const value = arena_alloc(ir->arena, table->n, sizeof *value);
        if (first == NULL || value == NULL) {
            return IR_NONE;
        }
        if (table->n > 0) {
            memcpy(first, table->first, table->n * sizeof *first);
            memcpy(value, table->value, table->n * sizeof *value);
        }
        struct ir_table *const t = arena_push(ir->arena, &ir->tables, &ir->n_tables,
                                              &ir->tables_capacity, sizeof *ir->tables);
        if (t == NULL) {
            return IR_NONE;
        }
        *t = (struct ir_table){.first = first,
                               .value = value,
                               .n = table->n,
                               .before = table->before,
                               .sees_settling = table->sees_settling};
    }
    return ir_leaf(ir, IR_TABLE, k, IR_NONE);
}

uint32_t ir_copy(struct ir *ir, uint32_t x)
{
    return x == IR_NONE ? IR_NONE : ir_operation(ir, IR_MAX, x, x, IR_NONE);
}

void ir_name(struct ir *ir, uint32_t node, const char *name)
{
    if (node != IR_NONE && ir->nodes[node].name == NULL && ir->nodes[node].op != IR_CONST) {
        ir->nodes[node].name = name;
    }
}

bool ir_is_const(const struct ir *ir, uint32_t node, double *value)
{
    if (node == IR_NONE || ir->nodes[node].op != IR_CONST) {
        return false;
    }
    if (value != NULL) {
        *value = ir->nodes[node].value;
    }
    return true;
}
