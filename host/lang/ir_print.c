#include "lang/ir.h"

#include <inttypes.h>

static void print_name(struct text *out, const char *op)
{
    char lower[24];
    size_t k = 0;
    for (const char *p = op + sizeof "IR_" - 1; *p != '\0' && k + 1 < sizeof lower; p++) {
        lower[k++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    }
    text_add_n(out, lower, k);
}

static void print_var(const struct ir *ir, uint32_t var, struct text *out)
{
    static const char *const kinds[] = {
        [IR_VAR_STATE] = "state",
        [IR_VAR_PARAMETER] = "parameter",
        [IR_VAR_ARRIVAL] = "arrival",
        [IR_VAR_TRAIN] = "train",
        [IR_VAR_INDEX] = "i",
        [IR_VAR_X] = "x",
        [IR_VAR_Y] = "y",
        [IR_VAR_Z] = "z",
        [IR_VAR_DISTANCE] = "distance",
        [IR_VAR_DX] = "dx",
        [IR_VAR_DY] = "dy",
        [IR_VAR_DZ] = "dz",
        [IR_VAR_PRE_INDEX] = "i_pre",
        [IR_VAR_POST_INDEX] = "i_post",
    };
    const struct ir_var *const v = &ir->vars[var];
    text_print(out, " %s", kinds[v->kind]);
    if (v->kind == IR_VAR_STATE || v->kind == IR_VAR_PARAMETER || v->kind == IR_VAR_ARRIVAL ||
        v->kind == IR_VAR_TRAIN) {
        text_print(out, " %" PRIu32, v->index);
    }
}

static void print_operand(const struct ir *ir, uint32_t node, struct text *out)
{
    const struct ir_node *const n = &ir->nodes[node];
    if (n->op == IR_CONST && n->is_mask) {
        text_add(out, n->value != 0.0 ? " true" : " false");
    } else if (n->op == IR_CONST) {
        text_print(out, " %.17g", n->value);
    } else {
        text_print(out, " n%" PRIu32, node);
    }
}

static void print_node(const struct ir *ir, uint32_t node, struct text *out)
{
    const struct ir_node *const n = &ir->nodes[node];
    text_print(out, "n%" PRIu32 " = ", node);
    print_name(out, ir_op_name((enum ir_op)n->op));
    const uint32_t operands[3] = {n->a, n->b, n->c};
    const uint32_t n_operands = ir_n_operands((enum ir_op)n->op);
    ASSERT(n_operands <= 3);
    for (uint32_t k = 0; k < n_operands; k++) {
        print_operand(ir, operands[k], out);
    }
    if (n->op == IR_CONST) {
        print_operand(ir, node, out);
    } else if (n->op == IR_VAR) {
        print_var(ir, n->a, out);
    } else if (n->op == IR_TABLE || n->op == IR_EVENTS) {
        text_print(out, " %" PRIu32, n->a);
    } else if (n->op == IR_U01) {
        text_print(out, " stream %" PRIu32 " draw %" PRIu32, n->a, n->b);
    } else if (n->op == IR_POISSON) {
        text_print(out, " stream %" PRIu32 " draw %" PRIu32, n->b, n->c);
    }
    if (n->trunc != 0) {
        text_print(out, " in loop %" PRIu32, n->trunc);
    }
    if (n->name != NULL) {
        text_print(out, " # %s", n->name);
    }
    text_add(out, "\n");
}

/* Constants stand in their users; a root that is one gets a line of its own. */
void ir_print(const struct ir *ir, const uint32_t *roots, uint32_t n_roots, struct text *out)
{
    uint8_t *needed = NULL;
    if (mem_alloc(&needed, ir->n, 1, NULL) != ERR_OK) {
        out->has_failed = true;
        return;
    }
    for (uint32_t k = 0; k < n_roots; k++) {
        if (roots[k] < ir->n) {
            needed[roots[k]] = 2;
        }
    }
    for (uint32_t node = ir->n; node-- > 0;) {
        const struct ir_node *const n = &ir->nodes[node];
        const uint32_t operands[3] = {n->a, n->b, n->c};
        const uint32_t n_operands = ir_n_operands((enum ir_op)n->op);
        ASSERT(n_operands <= 3);
        for (uint32_t k = 0; needed[node] && k < n_operands; k++) {
            needed[operands[k]] = needed[operands[k]] == 2 ? 2 : 1;
        }
    }
    for (uint32_t node = 0; node < ir->n; node++) {
        if (needed[node] == 2 || (needed[node] == 1 && ir->nodes[node].op != IR_CONST)) {
            print_node(ir, node, out);
        }
    }
    mem_free(needed);
}
