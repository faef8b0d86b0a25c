#include "lang/ir.h"
#include "lang/ir_fold.h"

/* Nodes on t alone that are evaluated without asking for memory; a description rarely has more.
 */
enum { EVAL_LOCAL = 256 };

double ir_time_ms(int64_t step, int64_t dt_fs)
{
    /* Both factors are exact in double, so the product is rounded once, and cannot overflow as
     * an integer would. */
    return (double)step * (double)dt_fs / 1e12;
}

static double table_at(const struct ir_table *t, int64_t step)
{
    if (t->n == 0 || step < t->first[0]) {
        return t->before;
    }
    uint32_t low = 0, high = t->n; /* first[low] <= step < first[high] */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (t->first[middle] <= step) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return t->value[low];
}

static double operand_value(const struct ir *ir, const double *values, uint32_t node)
{
    const struct ir_node *const n = &ir->nodes[node];
    return n->op == IR_CONST ? n->value : values[n->time_index];
}

static double eval_node(const struct ir *ir, const struct ir_node *n, const double *values,
                        int64_t step, int64_t dt_fs)
{
    /* Settling sees no time course: until t = 0 each holds the value that it has there. */
    const int64_t held = step < 0 ? 0 : step;
    if (n->op == IR_TIME) {
        return ir_time_ms(held, dt_fs);
    }
    if (n->op == IR_TABLE) {
        const struct ir_table *const table = &ir->tables[n->a];
        return table_at(table, table->sees_settling ? step : held);
    }
    const uint32_t n_operands = ir_n_operands((enum ir_op)n->op);
    return ir_apply((enum ir_op)n->op, operand_value(ir, values, n->a),
                    n_operands > 1 ? operand_value(ir, values, n->b) : 0.0,
                    n_operands > 2 ? operand_value(ir, values, n->c) : 0.0);
}

/* Marks what time node `last` needs (needed: one byte per time node, zeroed), then evaluates
 * upwards. */
static double eval_cone(const struct ir *ir, uint32_t last, int64_t step, int64_t dt_fs,
                        double *values, uint8_t *needed)
{
    needed[last] = 1;
    uint32_t first = last;
    for (uint32_t k = last + 1; k-- > 0;) {
        if (!needed[k]) {
            continue;
        }
        first = k;
        const struct ir_node *const n = &ir->nodes[ir->time_nodes[k]];
        const uint32_t operands[3] = {n->a, n->b, n->c};
        const uint32_t n_operands = ir_n_operands((enum ir_op)n->op);
        ASSERT(n_operands <= 3);
        for (uint32_t m = 0; m < n_operands; m++) {
            const uint32_t t = ir->nodes[operands[m]].time_index;
            if (t != IR_NONE) {
                needed[t] = 1;
            }
        }
    }
    for (uint32_t k = first; k <= last; k++) {
        if (needed[k]) {
            values[k] = eval_node(ir, &ir->nodes[ir->time_nodes[k]], values, step, dt_fs);
        }
    }
    return values[last];
}

double ir_eval(const struct ir *ir, uint32_t node, int64_t step, int64_t dt_fs)
{
    const struct ir_node *const n = &ir->nodes[node];
    if (n->op == IR_CONST) {
        return n->value;
    }
    ASSERT(n->time_index != IR_NONE);
    double local[EVAL_LOCAL];
    uint8_t local_needed[EVAL_LOCAL] = {0};
    if (n->time_index < EVAL_LOCAL) {
        return eval_cone(ir, n->time_index, step, dt_fs, local, local_needed);
    }
    double *values = NULL, result = (double)__builtin_nanf("");
    uint8_t *needed = NULL;
    const size_t count = (size_t)n->time_index + 1;
    if (mem_alloc(&values, count, sizeof *values, NULL) == ERR_OK &&
        mem_alloc(&needed, count, 1, NULL) == ERR_OK) {
        result = eval_cone(ir, n->time_index, step, dt_fs, values, needed);
    }
    mem_free(needed);
    mem_free(values);
    return result;
}
