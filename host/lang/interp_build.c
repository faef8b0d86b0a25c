/* From the plan of an ir to a register program: a linear scan, in which a register is free
 * again after the last use of its value, and a result may take the place of an operand that
 * dies in the same operation. */
#include <string.h>

#include "lang/flush.h"
#include "lang/interp_ops.h"

/* Draws that truncated() makes before it gives up (design section 3). */
enum { TRUNCATED_MOST = 1000 };

/* Where a value stands while the program is built: kind and number; slots are known only at the
 * end. */
enum place_kind {
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
    enum place_kind kind;
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

static bool is_no_memory(const struct build *b)
{
    return arena_failed(b->arena);
}

/* In double precision a result of words may not take the place of numbers, nor the other way
 * round: lane k of the one stands where lane k/2 of the other stood. So there are two kinds of
 * registers. */
static struct place register_take(struct build *b, bool holds_words)
{
    const bool is_words = holds_words && b->p->precision == PRECISION_DOUBLE;
    struct free_list *const free = is_words ? &b->words : &b->numbers;
    return (struct place){is_words ? AT_WORDS : AT_REGISTER,
                          free->n > 0 ? free->registers[--free->n] : b->p->n_registers++};
}

static bool is_register(struct place place)
{
    return place.kind == AT_REGISTER || place.kind == AT_WORDS;
}

static void register_release(struct build *b, struct place place)
{
    if (is_register(place)) {
        struct free_list *const free = place.kind == AT_WORDS ? &b->words : &b->numbers;
        uint32_t *const slot = arena_push(b->arena, &free->registers, &free->n, &free->capacity,
                                          sizeof *free->registers);
        if (slot != NULL) {
            *slot = place.n;
        }
    }
}

static void add_op(struct build *b, uint32_t code, struct place d, struct place a,
                   struct place x, struct place c)
{
    struct build_op *const op =
        arena_push(b->arena, &b->ops, &b->n_ops, &b->ops_capacity, sizeof *b->ops);
    if (op != NULL) {
        *op = (struct build_op){.code = code, .d = d, .a = a, .b = x, .c = c};
    }
}

static uint32_t operand(const struct ir_node *n, uint32_t k)
{
    return k == 0 ? n->a : k == 1 ? n->b : n->c;
}

static uint32_t count_operands(const struct ir_node *n)
{
    return ir_n_operands((enum ir_op)n->op);
}

/* The value as one scalar for the block: constants and courses. */
static bool is_scalar(const struct build *b, uint32_t node)
{
    return b->ir->nodes[node].op == IR_CONST || b->course_of[node] != IR_NONE;
}

static struct place scalar_place(struct build *b, uint32_t node)
{
    if (b->course_of[node] != IR_NONE) {
        return (struct place){AT_COURSE, b->course_of[node]};
    }
    if (b->constant_of[node] == IR_NONE) {
        b->constant_of[node] = b->p->n_constants++;
    }
    return (struct place){AT_CONSTANT, b->constant_of[node]};
}

/* The value as a vector. A constant has a block of its own in the program; a course is spread
 * over a register that lives until temps_release. */
static struct place vector_place(struct build *b, uint32_t node)
{
    const struct place none = {AT_NONE, 0};
    if (b->course_of[node] != IR_NONE) {
        const bool is_mask = b->ir->nodes[node].is_mask != 0;
        const struct place place = register_take(b, is_mask);
        add_op(b, is_mask ? INTERP_FILL_MASK : INTERP_FILL, place, scalar_place(b, node), none,
               none);
        b->temps[b->n_temps++] = place;
        return place;
    }
    if (b->ir->nodes[node].op != IR_CONST) {
        return b->at[node];
    }
    if (b->block_of[node] == IR_NONE) {
        b->block_of[node] = b->p->n_blocks++;
    }
    return (struct place){AT_BLOCK, b->block_of[node]};
}

static void temps_release(struct build *b)
{
    while (b->n_temps > 0) {
        register_release(b, b->temps[--b->n_temps]);
    }
}

/* Frees what dies at item k: operands of its node, and for the end of a loop all that the loop
 * read. */
static void dying_release(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    for (uint32_t j = 0; j < count_operands(n); j++) {
        const uint32_t x = operand(n, j);
        if (b->last_use[x] == k && is_register(b->at[x])) {
            register_release(b, b->at[x]);
            b->at[x].kind = AT_NONE; /* an operand named twice is freed once */
        }
    }
}

/* Where the result of item k goes: straight to its output where no varying input is read later.
 * is_late: the result is written before all operands are read, so that the last read must lie
 * before. */
static struct place result_place(struct build *b, uint32_t k, uint32_t node, bool is_late)
{
    const uint32_t output = b->output_of[node];
    const bool is_direct =
        output != IR_NONE && (is_late ? b->last_var_read == IR_NONE || k > b->last_var_read
                                      : b->last_var_read == IR_NONE || k >= b->last_var_read);
    b->at[node] = is_direct ? (struct place){AT_OUTPUT, output}
                            : register_take(b, b->ir->nodes[node].is_mask != 0);
    return b->at[node];
}

/* Both operands vectors, or one of them a scalar: three codes in a row (interp_ops.def). */
static void build_binary(struct build *b, uint32_t k, uint32_t node, uint32_t code_vv)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const bool is_vs = is_scalar(b, n->b), is_sv = !is_vs && is_scalar(b, n->a);
    const struct place x = is_sv ? scalar_place(b, n->a) : vector_place(b, n->a);
    const struct place y = is_vs ? scalar_place(b, n->b) : vector_place(b, n->b);
    dying_release(b, k, node);
    temps_release(b);
    add_op(b,
           code_vv + (is_vs   ? 1u
                      : is_sv ? 2u
                              : 0u),
           result_place(b, k, node, false), x, y, (struct place){AT_NONE, 0});
}

static void build_vectors(struct build *b, uint32_t k, uint32_t node, uint32_t code)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place x = vector_place(b, n->a);
    const struct place y = count_operands(n) > 1 ? vector_place(b, n->b) : x;
    dying_release(b, k, node);
    temps_release(b);
    add_op(b, code, result_place(b, k, node, false), x, y, (struct place){AT_NONE, 0});
}

static void build_select(struct build *b, uint32_t k, uint32_t node)
{
    static const uint32_t codes[4] = {INTERP_SELECT_VV, INTERP_SELECT_VS, INTERP_SELECT_SV,
                                      INTERP_SELECT_SS};
    const struct ir_node *const n = &b->ir->nodes[node];
    const bool x_is_scalar = is_scalar(b, n->b), y_is_scalar = is_scalar(b, n->c);
    const struct place mask = vector_place(b, n->a);
    const struct place x = x_is_scalar ? scalar_place(b, n->b) : vector_place(b, n->b);
    const struct place y = y_is_scalar ? scalar_place(b, n->c) : vector_place(b, n->c);
    dying_release(b, k, node);
    temps_release(b);
    add_op(b, codes[(x_is_scalar ? 2 : 0) + (y_is_scalar ? 1 : 0)],
           result_place(b, k, node, false), mask, x, y);
}

static void build_uniform(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place d = result_place(b, k, node, false), none = {AT_NONE, 0};
    const bool is_in_place = b->p->precision == PRECISION_SINGLE;
    const struct place words = is_in_place ? d : register_take(b, true);
    add_op(b, INTERP_DRAW, words, none, (struct place){AT_NONE, n->a},
           (struct place){AT_NONE, n->b});
    add_op(b, INTERP_U01, d, words, none, none);
    if (!is_in_place) {
        register_release(b, words);
    }
}

static void build_poisson(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place mean = vector_place(b, n->a);
    const struct place d = result_place(b, k, node, true); /* never where the means stand */
    dying_release(b, k, node);
    temps_release(b);
    add_op(b, INTERP_POISSON, d, mean, (struct place){AT_NONE, n->b},
           (struct place){AT_NONE, n->c});
}

/* A loop: the head, the operations of the body, then each lane that is inside takes its value.
 */
static void build_loop_head(struct build *b, uint32_t k, uint32_t node)
{
    const struct place none = {AT_NONE, 0};
    const struct place d = result_place(b, k, node, true);
    b->wanted = register_take(b, true);
    b->head = b->n_ops;
    add_op(b, INTERP_TRUNCATED, d, b->wanted, none, (struct place){AT_NONE, TRUNCATED_MOST});
}

static void build_loop_end(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place none = {AT_NONE, 0}, value = vector_place(b, n->a);
    const struct place over = register_take(b, true), under = register_take(b, true);
    const bool low_is_scalar = is_scalar(b, n->b), high_is_scalar = is_scalar(b, n->c);
    add_op(b, low_is_scalar ? INTERP_LE_SV : INTERP_LE_VV, over,
           low_is_scalar ? scalar_place(b, n->b) : b->at[n->b], value, none);
    add_op(b, high_is_scalar ? INTERP_LE_VS : INTERP_LE_VV, under, value,
           high_is_scalar ? scalar_place(b, n->c) : b->at[n->c], none);
    add_op(b, INTERP_AND, over, over, under, none);
    add_op(b, INTERP_TAKE, b->at[node], b->wanted, over, value);
    if (is_no_memory(b)) {
        return;
    }
    struct build_op *const head = &b->ops[b->head];
    head->b.n = b->n_ops - b->head - 1;
    const bool has_draws = k > 0 && !b->items[k - 1].is_head;
    head->c.n = has_draws ? TRUNCATED_MOST : 1; /* nothing is drawn: it would stay as it is */
    register_release(b, over);
    register_release(b, under);
    register_release(b, b->wanted);
    temps_release(b);
    dying_release(b, k, node);
    for (uint32_t j = k; j-- > 0 && b->items[j].loop_end == k;) {
        if (!b->items[j].is_head) {
            dying_release(b, k, b->items[j].node);
        }
    }
}

static void build_node(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    switch ((enum ir_op)n->op) {
    case IR_CONST:
    case IR_TIME:
    case IR_TABLE:
        break;
    case IR_VAR:
        b->at[node] = (struct place){AT_VAR, n->a};
        break;
    case IR_EVENTS:
        b->at[node] = (struct place){AT_EVENT, n->a};
        break;
    case IR_U01:
        build_uniform(b, k, node);
        break;
    case IR_POISSON:
        build_poisson(b, k, node);
        break;
    case IR_TRUNC:
        build_loop_end(b, k, node);
        break;
    case IR_SELECT:
        build_select(b, k, node);
        break;
#define BUILD_BINARY(id)                                                                       \
    case IR_##id:                                                                              \
        build_binary(b, k, node, INTERP_##id##_VV);                                            \
        break;
        BUILD_BINARY(ADD)
        BUILD_BINARY(SUB)
        BUILD_BINARY(MUL)
        BUILD_BINARY(DIV)
        BUILD_BINARY(MIN)
        BUILD_BINARY(MAX)
        BUILD_BINARY(LT)
        BUILD_BINARY(LE)
        BUILD_BINARY(EQ)
        BUILD_BINARY(NE)
#undef BUILD_BINARY
#define BUILD_VECTORS(id)                                                                      \
    case IR_##id:                                                                              \
        build_vectors(b, k, node, INTERP_##id);                                                \
        break;
        BUILD_VECTORS(MOD)
        BUILD_VECTORS(POW)
        BUILD_VECTORS(NEGATE)
        BUILD_VECTORS(ABS)
        BUILD_VECTORS(SIGN)
        BUILD_VECTORS(ROUND)
        BUILD_VECTORS(FLOOR)
        BUILD_VECTORS(SQRT)
        BUILD_VECTORS(EXP)
        BUILD_VECTORS(LOG)
        BUILD_VECTORS(SIN)
        BUILD_VECTORS(COS)
        BUILD_VECTORS(TANH)
        BUILD_VECTORS(EXPREL)
        BUILD_VECTORS(LOG1P)
        BUILD_VECTORS(EXPM1)
        BUILD_VECTORS(AND)
        BUILD_VECTORS(OR)
        BUILD_VECTORS(NOT)
#undef BUILD_VECTORS
    case IR_OP_N:
        break;
    }
}

static void add_item(struct build *b, uint32_t node, bool is_head)
{
    struct item *const item =
        arena_push(b->arena, &b->items, &b->n_items, &b->items_capacity, sizeof *b->items);
    if (item != NULL) {
        *item = (struct item){.node = node, .loop_end = IR_NONE, .is_head = is_head};
    }
}

/* The plan's nodes in a row, each IR_TRUNC led by the head and the nodes of its loop. */
static enum err_code list_items(struct build *b)
{
    for (uint32_t j = 0; j < b->plan.n_order; j++) {
        const uint32_t node = b->plan.order[j];
        if (b->course_of[node] != IR_NONE) {
            continue;
        }
        const uint32_t first = b->n_items;
        if (b->ir->nodes[node].op == IR_TRUNC) {
            uint32_t *body = NULL, n = 0;
            ERR_TRY(ir_trunc_body(b->ir, node, b->arena, &body, &n, b->e));
            add_item(b, node, true);
            for (uint32_t m = 0; m < n; m++) {
                add_item(b, body[m], false);
            }
        }
        add_item(b, node, false);
        ERR_IF(is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u nodes",
               b->plan.n_order);
        for (uint32_t m = first; m + 1 < b->n_items; m++) {
            b->items[m].loop_end = b->n_items - 1;
        }
    }
    return ERR_OK;
}

/* Last uses; a value from outside that a loop reads lives until the loop has ended. */
static void find_last_uses(struct build *b)
{
    uint32_t *const made = b->block_of; /* borrowed for this pass: item that makes the node */
    b->last_var_read = IR_NONE;
    for (uint32_t k = 0; k < b->n_items; k++) {
        const struct item *const item = &b->items[k];
        if (item->is_head) {
            continue;
        }
        made[item->node] = k;
        const struct ir_node *const n = &b->ir->nodes[item->node];
        for (uint32_t j = 0; j < count_operands(n); j++) {
            const uint32_t x = operand(n, j);
            uint32_t head = k;
            while (item->loop_end != IR_NONE && !b->items[head].is_head) {
                head--;
            }
            const bool is_outside = made[x] == IR_NONE || made[x] < head;
            const uint32_t use = item->loop_end != IR_NONE && is_outside ? item->loop_end : k;
            b->last_use[x] =
                b->last_use[x] == IR_NONE || use > b->last_use[x] ? use : b->last_use[x];
            if (b->ir->nodes[x].op == IR_VAR &&
                (b->last_var_read == IR_NONE || use > b->last_var_read)) {
                b->last_var_read = use;
            }
        }
        if (item->loop_end == IR_NONE && b->output_of[item->node] != IR_NONE) {
            b->last_use[item->node] = b->n_items;
        }
    }
    memset(made, 0xff, b->ir->n * sizeof *made);
}

/* A root that is a varying input is read before any output is written; the rest is copied at
 * the end. */
static void build_root_copies(struct build *b, struct place *early)
{
    const struct place none = {AT_NONE, 0};
    for (uint32_t k = 0; k < b->n_roots; k++) {
        const struct ir_node *const n = &b->ir->nodes[b->roots[k]];
        if (n->op == IR_VAR) {
            early[k] = register_take(b, false);
            add_op(b, INTERP_COPY, early[k], (struct place){AT_VAR, n->a}, none, none);
        }
    }
}

static void build_root_writes(struct build *b, const struct place *early)
{
    const struct place none = {AT_NONE, 0};
    for (uint32_t k = 0; k < b->n_roots; k++) {
        const uint32_t root = b->roots[k];
        const struct place d = {AT_OUTPUT, k};
        if (early[k].kind != AT_NONE) {
            add_op(b, INTERP_COPY, d, early[k], none, none);
        } else if (is_scalar(b, root)) {
            add_op(b, b->ir->nodes[root].is_mask ? INTERP_FILL_MASK : INTERP_FILL, d,
                   scalar_place(b, root), none, none);
        } else if (b->at[root].kind != AT_OUTPUT || b->at[root].n != k) {
            add_op(b, b->ir->nodes[root].is_mask ? INTERP_COPY_MASK : INTERP_COPY, d,
                   b->at[root], none, none);
        }
    }
}

static uint32_t *table_of(struct build *b)
{
    uint32_t *const table = arena_alloc(b->arena, b->ir->n, sizeof *table);
    if (table != NULL) {
        memset(table, 0xff, b->ir->n * sizeof *table);
    }
    return table;
}

static enum err_code build_init(struct build *b)
{
    b->at = arena_alloc(b->arena, b->ir->n, sizeof *b->at);
    b->last_use = table_of(b);
    b->course_of = table_of(b);
    b->output_of = table_of(b);
    b->block_of = table_of(b);
    b->constant_of = table_of(b);
    uint8_t *const done = arena_alloc(b->arena, b->ir->n, 1);
    ERR_IF(is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u nodes", b->ir->n);
    ERR_TRY(ir_plan_add(b->ir, b->roots, b->n_roots, done, b->arena, &b->plan, b->e));
    for (uint32_t k = 0; k < b->plan.n_courses; k++) {
        b->course_of[b->plan.courses[k]] = k;
    }
    for (uint32_t k = b->n_roots; k-- > 0;) {
        b->output_of[b->roots[k]] = k;
    }
    for (uint32_t k = 0; k < b->ir->n; k++) {
        const struct ir_node *const n = &b->ir->nodes[k];
        if (n->op == IR_EVENTS && done[k] != 0 && n->a >= b->p->n_events) {
            b->p->n_events = n->a + 1;
        }
    }
    b->p->n_vars = b->ir->n_vars;
    b->p->n_outputs = b->n_roots;
    b->p->n_courses = b->plan.n_courses;
    return list_items(b);
}

static uint32_t slot_of(const struct interp_slots *s, struct place place)
{
    switch (place.kind) {
    case AT_NONE:
        return place.n; /* not a slot: a stream, a draw, a count */
    case AT_REGISTER:
    case AT_WORDS:
        return s->registers + place.n;
    case AT_OUTPUT:
        return s->outputs + place.n;
    case AT_VAR:
        return s->vars + place.n;
    case AT_EVENT:
        return s->events + place.n;
    case AT_BLOCK:
        return s->blocks + place.n;
    case AT_CONSTANT:
        return s->constants + place.n;
    case AT_COURSE:
        return s->courses + place.n;
    }
    return 0;
}

/* A constant in the program's precision, rounded to single once. */
static void constant_write(const struct interp *p, double value, void *out)
{
    const float single = flush_to_f32(value);
    memcpy(out, p->precision == PRECISION_DOUBLE ? (const void *)&value : (const void *)&single,
           precision_bytes(p->precision));
}

static void block_write(const struct interp *p, const struct ir_node *n, uint32_t block)
{
    const size_t number = precision_bytes(p->precision);
    char *const out = (char *)p->blocks + (size_t)block * INTERP_BLOCK * number;
    const uint32_t one = n->value != 0.0 ? 1 : 0;
    for (uint32_t k = 0; k < INTERP_BLOCK; k++) {
        if (n->is_mask) {
            memcpy(out + k * sizeof one, &one, sizeof one);
        } else {
            constant_write(p, n->value, out + k * number);
        }
    }
}

/* Moves the program from the arena to its own memory, with slots in place of places. */
static enum err_code build_finish(struct build *b)
{
    struct interp *const p = b->p;
    const size_t number = precision_bytes(p->precision);
    p->n_ops = b->n_ops;
    ERR_TRY(mem_alloc(&p->ops, p->n_ops, sizeof *p->ops, b->e));
    ERR_TRY(mem_alloc(&p->constants, p->n_constants, number, b->e));
    ERR_TRY(mem_alloc(&p->blocks, (size_t)p->n_blocks * INTERP_BLOCK, number, b->e));
    for (uint32_t node = 0; node < b->ir->n; node++) {
        if (b->constant_of[node] != IR_NONE) {
            constant_write(p, b->ir->nodes[node].value,
                           (char *)p->constants + b->constant_of[node] * number);
        }
        if (b->block_of[node] != IR_NONE) {
            block_write(p, &b->ir->nodes[node], b->block_of[node]);
        }
    }
    const struct interp_slots s = interp_slots(p);
    for (uint32_t k = p->n_ops; k-- > 0;) {
        const struct build_op *const from = &b->ops[k];
        const uint32_t n_next = k + 1 < p->n_ops ? p->ops[k + 1].n_plain : 0;
        p->ops[k] = (struct interp_op){.code = from->code,
                                       .n_plain = interp_is_plain(from->code) ? n_next + 1 : 0,
                                       .d = slot_of(&s, from->d),
                                       .a = slot_of(&s, from->a),
                                       .b = slot_of(&s, from->b),
                                       .c = slot_of(&s, from->c)};
    }
    p->loops = interp_loops_best(p->precision);
    return ERR_OK;
}

static enum err_code build_program(struct build *b)
{
    ERR_TRY(build_init(b));
    struct place *const early = arena_alloc(b->arena, b->n_roots, sizeof *early);
    ERR_IF(early == NULL, b->e, ERR_NOMEM, "no memory for %u outputs", b->n_roots);
    find_last_uses(b);
    build_root_copies(b, early);
    for (uint32_t k = 0; k < b->n_items && !is_no_memory(b); k++) {
        if (b->items[k].is_head) {
            build_loop_head(b, k, b->items[k].node);
        } else {
            build_node(b, k, b->items[k].node);
        }
    }
    build_root_writes(b, early);
    ERR_IF(is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u operations",
           b->n_ops);
    return build_finish(b);
}

enum err_code interp_create(struct interp **out, const struct ir *ir, const uint32_t *roots,
                            uint32_t n_roots, enum precision precision, struct arena *arena,
                            struct ir_plan *plan, struct err *e)
{
    *out = NULL;
    struct build b = {.ir = ir, .roots = roots, .n_roots = n_roots, .arena = arena, .e = e};
    ERR_TRY(mem_alloc(&b.p, 1, sizeof *b.p, e));
    b.p->precision = precision;
    const enum err_code code = build_program(&b);
    if (code != ERR_OK) {
        interp_destroy(b.p);
        return code;
    }
    if (plan != NULL) {
        *plan = b.plan;
    }
    *out = b.p;
    return ERR_OK;
}
