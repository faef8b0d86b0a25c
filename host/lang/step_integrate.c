/* The statements of a step in their order, and which of the differential equations among them
 * advance together. Under euler and exponential_euler these are the equations of a run; under
 * midpoint, rk4 and exact those of a segment: all equations between two statements that assign
 * a state or draw a random number, with the pure intermediates around them. */
#include "lang/step_builder.h"

static bool has_equation_from(const struct model *m, uint32_t first, uint32_t state)
{
    for (uint32_t k = first; k < m->n_statements; k++) {
        const struct stmt *const s = &m->statements[k];
        if (s->kind == STMT_DIFFERENTIAL && s->symbol->index == state) {
            return true;
        }
    }
    return false;
}

static void assign(struct step_builder *b, uint32_t k)
{
    const struct stmt *const s = &b->model->statements[k];
    /* The derivative of a later equation takes this node for the variable: it must be no
     * other's. */
    step_assign(b, s,
                s->symbol->kind == SYMBOL_STATE &&
                    has_equation_from(b->model, k + 1, s->symbol->index));
}

uint32_t step_slope(struct step_builder *b, const struct stmt *s)
{
    const uint32_t factor = s->factor != NULL ? step_lower(b, s->factor, s->name) : IR_NONE;
    const uint32_t f = step_lower(b, s->value, s->name);
    return s->factor != NULL ? ir_op2(b->ir, IR_DIV, f, factor) : f;
}

static void run_by_runs(struct step_builder *b)
{
    const struct model *const m = b->model;
    for (uint32_t k = 0; k < m->n_statements;) {
        uint32_t end = k;
        while (end < m->n_statements && m->statements[end].kind == STMT_DIFFERENTIAL) {
            end++;
        }
        if (end > k) {
            step_euler(b, k, end);
            k = end;
        } else {
            assign(b, k++);
        }
    }
}

/* Two equations of one variable cannot advance together. */
static bool is_system(struct step_builder *b, uint32_t first, uint32_t end)
{
    for (uint32_t k = first; k < end; k++) {
        const struct stmt *const s = &b->model->statements[k];
        for (uint32_t j = first; s->kind == STMT_DIFFERENTIAL && j < k; j++) {
            const struct stmt *const other = &b->model->statements[j];
            if (other->kind == STMT_DIFFERENTIAL && other->symbol == s->symbol) {
                diag_error(b->d, s->at, 0, "add the two right sides up",
                           "'%s' has two differential equations that advance together",
                           s->name);
                return false;
            }
        }
    }
    return true;
}

/* statements[first .. end): a segment; what stands after its last equation sees the new state.
 */
static void run_segment(struct step_builder *b, uint32_t first, uint32_t end)
{
    uint32_t last = end;
    while (last > first && b->model->statements[last - 1].kind != STMT_DIFFERENTIAL) {
        last--;
    }
    if (last > first && is_system(b, first, last)) {
        if (b->model->integrator == INTEGRATOR_EXACT) {
            step_exact(b, first, last);
        } else {
            step_stages(b, first, last);
        }
    }
    for (uint32_t k = last; k < end; k++) {
        assign(b, k);
    }
}

static void run_by_segments(struct step_builder *b)
{
    const struct model *const m = b->model;
    for (uint32_t k = 0; k < m->n_statements;) {
        uint32_t end = k;
        while (end < m->n_statements && !model_parts_segments(&m->statements[end])) {
            end++;
        }
        run_segment(b, k, end);
        if (end < m->n_statements) {
            assign(b, end++);
        }
        k = end;
    }
}

void step_run_statements(struct step_builder *b)
{
    if (model_has_segments(b->model->integrator)) {
        run_by_segments(b);
    } else {
        run_by_runs(b);
    }
}
