/* From the plan of an ir to a register program: a linear scan, in which a register is free
 * again after the last use of its value, and a result may take the place of an operand that
 * dies in the same operation. */
#include "lang/interp_build.h"

#include <string.h>

#include "lang/flush.h"

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
        ERR_IF(interp_is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u nodes",
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
        for (uint32_t j = 0; j < interp_count_operands(n); j++) {
            const uint32_t x = interp_operand(n, j);
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
            early[k] = interp_register_take(b, false);
            interp_add_op(b, INTERP_COPY, early[k], (struct place){AT_VAR, n->a}, none, none);
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
            interp_add_op(b, INTERP_COPY, d, early[k], none, none);
        } else if (interp_is_scalar(b, root)) {
            interp_add_op(b, b->ir->nodes[root].is_mask ? INTERP_FILL_MASK : INTERP_FILL, d,
                          interp_scalar_place(b, root), none, none);
        } else if (b->at[root].kind != AT_OUTPUT || b->at[root].n != k) {
            interp_add_op(b, b->ir->nodes[root].is_mask ? INTERP_COPY_MASK : INTERP_COPY, d,
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
    ERR_IF(interp_is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u nodes",
           b->ir->n);
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
    for (uint32_t k = 0; k < b->n_items && !interp_is_no_memory(b); k++) {
        if (b->items[k].is_head) {
            interp_build_loop_head(b, k, b->items[k].node);
        } else {
            interp_build_node(b, k, b->items[k].node);
        }
    }
    build_root_writes(b, early);
    ERR_IF(interp_is_no_memory(b), b->e, ERR_NOMEM, "no memory for a program of %u operations",
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
