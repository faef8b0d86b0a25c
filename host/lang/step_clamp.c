/* Time courses on state variables: what an experimenter's clamp does. A table acts in the steps
 * that it lists, an expression in every step; a value that is not a number assigns nothing. */
#include "lang/step_builder.h"

/* A course of 1 in the steps that the table lists with a number, of 0 in all others. */
static uint32_t listed_steps(struct step_builder *b, const struct step_stimulus *s)
{
    const struct ir_table *const t = &s->table;
    struct ir_table listed = {.sees_settling = s->mode == STEP_ADD};
    listed.first = arena_alloc(b->arena, (size_t)t->n * 2, sizeof *listed.first);
    listed.value = arena_alloc(b->arena, (size_t)t->n * 2, sizeof *listed.value);
    if (listed.first == NULL || listed.value == NULL) {
        return IR_NONE;
    }
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->value[k] != t->value[k]) {
            continue;
        }
        if (listed.n > 0 && listed.first[listed.n - 1] == t->first[k]) {
            listed.n--; /* the step after the one before is this one */
        }
        listed.first[listed.n] = t->first[k];
        listed.value[listed.n++] = 1.0;
        listed.first[listed.n] = t->first[k] + 1;
        listed.value[listed.n++] = 0.0;
    }
    return ir_table(b->ir, &listed);
}

/* Mask of the cells (or steps) in which the course assigns; the value itself goes to *value. */
static uint32_t acting(struct step_builder *b, const struct step_stimulus *s, uint32_t *value)
{
    if (s->value != NULL) {
        *value = step_number(b, step_lower_fixed(b, s->value, "the value of an input"));
        step_check_constant(b, *value, s->value, b->model->at, "the value of input", s->name);
        return ir_op2(b->ir, IR_EQ, *value, *value);
    }
    *value = ir_table(b->ir, &s->table);
    return ir_op2(b->ir, IR_NE, listed_steps(b, s), ir_const(b->ir, 0.0));
}

static void clamp(struct step_builder *b, const struct step_stimulus *s)
{
    uint32_t value;
    const uint32_t acts = acting(b, s, &value);
    const uint32_t x = b->value[s->parameter];
    ir_name(b->ir, value, s->name);
    const uint32_t wanted = s->mode == STEP_ADD ? ir_op2(b->ir, IR_ADD, x, value) : value;
    const uint32_t now = ir_op3(b->ir, IR_SELECT, acts, wanted, x);
    /* A node of its own: derivatives take it for the variable, and a course may stand elsewhere
     * in the equations. A clamped variable keeps what the clamp gave it while refractory. */
    b->value[s->parameter] = b->kept[s->parameter] = ir_copy(b->ir, now);
}

void step_add_clamps(struct step_builder *b)
{
    const struct step_request *const r = b->request;
    for (uint32_t k = 0; k < r->n_stimuli; k++) {
        if (r->stimuli[k].is_state) {
            clamp(b, &r->stimuli[k]);
        }
    }
    for (uint32_t k = 0; k < b->model->n_states; k++) {
        ir_name(b->ir, b->value[k], b->model->states[k].name);
        b->start[k] = b->value[k];
    }
}
