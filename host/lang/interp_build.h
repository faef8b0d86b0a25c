/* lang/interp_build.h: what the builder of the block interpreter's programs works with.
 * interp_build.c: order, last uses, the finished program; interp_nodes.c: places, registers and
 * the operations of a node. Sees: interp_ops. */
#ifndef LANG_INTERP_BUILD_H
#define LANG_INTERP_BUILD_H

#include "lang/interp_ops.h"

/* Where a value stands while the program is built: kind and number; slots are known only at the
 * end. */
enum interp_place_kind {
    AT_NONE,
    AT_REGISTER,
    AT_WORDS, /* a register that holds words: masks and draws, in double precision */
    AT_OUTPUT,
    AT_VAR,
    AT_EVENT,
    AT_BLOCK,
    AT_CONSTANT,
    AT_COURSE
};
struct place {
    enum interp_place_kind kind;
    uint32_t n;
};

/* A step of the plan: a node, or the head of a loop, which comes before the nodes of the loop.
 */
struct item {
    uint32_t node;
    uint32_t loop_end; /* item of the IR_TRUNC whose loop this node is in, else IR_NONE */
    bool is_head;
};

struct build_op {
    uint32_t code;
    struct place d, a, b, c;
};

struct free_list {
    uint32_t *registers;
    uint32_t n, capacity;
};

struct build {
    const struct ir *ir;
    const uint32_t *roots;
    uint32_t n_roots;
    struct arena *arena;
    struct err *e;
    struct interp *p;
    struct ir_plan plan;
    struct item *items;
    uint32_t n_items, items_capacity;
    struct build_op *ops;
    uint32_t n_ops, ops_capacity;
    struct place *at;      /* [ir->n] of each node's value */
    uint32_t *last_use;    /* [ir->n] item; n_items: to the end */
    uint32_t *course_of;   /* [ir->n] or IR_NONE */
    uint32_t *output_of;   /* [ir->n] the output it may be written to at once, or IR_NONE */
    uint32_t *block_of;    /* [ir->n] or IR_NONE */
    uint32_t *constant_of; /* [ir->n] or IR_NONE */
    struct free_list numbers, words; /* registers to take again */
    uint32_t last_var_read; /* item; outputs may lie where vars lie, so they are written from
                               here on */
    struct place temps[3];  /* scalars spread over a register for one operation */
    uint32_t n_temps;
    struct place wanted; /* of the loop being built: lanes without a value yet … */
    uint32_t head;       /* … and its operation */
};

/* Is memory out? Whoever builds goes on and asks at the end. */
bool interp_is_no_memory(const struct build *b);
/* A free register, of numbers or of words. */
struct place interp_register_take(struct build *b, bool holds_words);
/* One more operation. */
void interp_add_op(struct build *b, uint32_t code, struct place d, struct place a,
                   struct place x, struct place c);
/* Operand k of a node. */
uint32_t interp_operand(const struct ir_node *n, uint32_t k);
/* How many it has that are nodes. */
uint32_t interp_count_operands(const struct ir_node *n);
/* Is the value one for the whole block? */
bool interp_is_scalar(const struct build *b, uint32_t node);
/* Where such a value stands. */
struct place interp_scalar_place(struct build *b, uint32_t node);
/* The head of the loop of a truncated(). */
void interp_build_loop_head(struct build *b, uint32_t k, uint32_t node);
/* The operations of item k, a node. */
void interp_build_node(struct build *b, uint32_t k, uint32_t node);

#endif
