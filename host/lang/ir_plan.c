#include "lang/ir.h"

/* A value that the host computes once per step. */
static bool is_course(const struct ir *ir, uint32_t node)
{
    return ir->nodes[node].time_index != IR_NONE;
}

static uint32_t operand(const struct ir_node *n, uint32_t k)
{
    return k == 0 ? n->a : k == 1 ? n->b : n->c;
}

struct plan_room {
    uint32_t order, courses; /* capacities */
};

static bool plan_add_course(struct ir_plan *plan, struct arena *arena, struct plan_room *room,
                            uint32_t node)
{
    for (uint32_t k = 0; k < plan->n_courses; k++) {
        if (plan->courses[k] == node) {
            return true;
        }
    }
    uint32_t *const slot = arena_push(arena, &plan->courses, &plan->n_courses, &room->courses,
                                      sizeof *plan->courses);
    if (slot != NULL) {
        *slot = node;
    }
    return slot != NULL;
}

/* Lists one needed node: itself, and the courses among its operands. */
static bool plan_add_node(const struct ir *ir, struct ir_plan *plan, struct arena *arena,
                          struct plan_room *room, uint32_t node)
{
    const struct ir_node *const n = &ir->nodes[node];
    for (uint32_t k = 0; k < ir_n_operands((enum ir_op)n->op); k++) {
        const uint32_t x = operand(n, k);
        if (is_course(ir, x) && !plan_add_course(plan, arena, room, x)) {
            return false;
        }
    }
    if (n->trunc != 0) {
        return true; /* the reader of its IR_TRUNC asks for it */
    }
    uint32_t *const slot =
        arena_push(arena, &plan->order, &plan->n_order, &room->order, sizeof *plan->order);
    if (slot != NULL) {
        *slot = node;
    }
    return slot != NULL;
}

/* Marks (2) what the marked roots need and is not done (1) yet. Operands have lower numbers
 * than their users, so one pass downwards sees every user first. */
static void plan_mark(const struct ir *ir, uint8_t *done, uint32_t last)
{
    for (uint32_t node = last + 1; node-- > 0;) {
        if (done[node] != 2 || is_course(ir, node)) {
            continue;
        }
        const struct ir_node *const n = &ir->nodes[node];
        for (uint32_t k = 0; k < ir_n_operands((enum ir_op)n->op); k++) {
            uint8_t *const mark = &done[operand(n, k)];
            *mark = *mark == 0 ? 2 : *mark;
        }
    }
}

enum err_code ir_plan_add(const struct ir *ir, const uint32_t *roots, uint32_t n_roots,
                          uint8_t *done, struct arena *arena, struct ir_plan *plan,
                          struct err *e)
{
    uint32_t last = 0;
    for (uint32_t k = 0; k < n_roots; k++) {
        ERR_IF(roots[k] >= ir->n, e, ERR_ARG, "root %u of a plan is no node", k);
        done[roots[k]] = done[roots[k]] == 0 ? 2 : done[roots[k]];
        last = roots[k] > last ? roots[k] : last;
    }
    if (n_roots == 0) {
        return ERR_OK;
    }
    plan_mark(ir, done, last);
    struct plan_room room = {plan->n_order, plan->n_courses}; /* full: the next push copies */
    bool is_well = true;
    for (uint32_t node = 0; node <= last && is_well; node++) {
        if (done[node] == 2) {
            done[node] = 1;
            is_well = is_course(ir, node) || plan_add_node(ir, plan, arena, &room, node);
        }
    }
    for (uint32_t k = 0; k < n_roots && is_well; k++) {
        is_well = !is_course(ir, roots[k]) || plan_add_course(plan, arena, &room, roots[k]);
    }
    ERR_IF(!is_well, e, ERR_NOMEM, "no memory for the plan of %u nodes", ir->n);
    return ERR_OK;
}

enum err_code ir_trunc_body(const struct ir *ir, uint32_t node, struct arena *arena,
                            uint32_t **body, uint32_t *n, struct err *e)
{
    *body = NULL;
    *n = 0;
    ERR_IF(node >= ir->n || ir->nodes[node].op != IR_TRUNC, e, ERR_ARG,
           "node %u is no truncated()", node);
    const uint32_t first = ir->nodes[node].a, loop = ir->nodes[first].trunc;
    if (loop == 0) {
        return ERR_OK; /* nothing in it is drawn */
    }
    uint8_t *const needed = arena_alloc(arena, first + 1, 1);
    uint32_t *const found = arena_alloc(arena, first + 1, sizeof *found);
    ERR_IF(needed == NULL || found == NULL, e, ERR_NOMEM, "no memory for a loop of %u nodes",
           first);
    needed[first] = 1;
    for (uint32_t k = first + 1; k-- > 0;) {
        const struct ir_node *const x = &ir->nodes[k];
        needed[k] = needed[k] && x->trunc == loop;
        for (uint32_t m = 0; needed[k] && m < ir_n_operands((enum ir_op)x->op); m++) {
            needed[operand(x, m)] = 1;
        }
    }
    for (uint32_t k = 0; k <= first; k++) {
        if (needed[k]) {
            found[(*n)++] = k;
        }
    }
    *body = found;
    return ERR_OK;
}
