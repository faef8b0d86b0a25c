/* Recorded quantities. What depends on states and parameters alone is taken at the sample's
 * time. An intermediate has no value then: it is kept in a hidden state, so that a sample shows
 * the value of the step that ended at its time. */
#include "lang/step_builder.h"

#include <string.h>

/* unit: what the quantity is shown in, or NULL where unknown. */
static void set_unit(struct step_builder *b, struct step_sample *sample,
                     const struct unit *unit)
{
    sample->display = 1.0;
    sample->unit = "";
    if (unit == NULL) {
        return;
    }
    double factor;
    char name[96];
    const char *const text =
        arena_print(b->arena, "%s", unit_name(*unit, name, sizeof name, &factor));
    sample->unit = text != NULL ? text : "";
    /* The values of a model that opts out of units stand in the declared unit already. */
    sample->display = b->model->no_units ? 1.0 : factor;
}

/* Does an expression use an intermediate? Arguments, constants and signals cannot. */
static bool uses_intermediate(const struct ast *e)
{
    if (e->kind == AST_NAME) {
        return e->symbol != NULL && e->symbol->kind == SYMBOL_INTERMEDIATE;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (uses_intermediate(e->args[k])) {
            return true;
        }
    }
    return false;
}

static void hold(struct step_builder *b, uint32_t record, struct step_sample *sample)
{
    const uint32_t state = step_add_hidden(b, sample->name);
    b->sample_state[record] = state;
    sample->node = state == IR_NONE ? IR_NONE : ir_var(b->ir, IR_VAR_STATE, state);
}

static void add_named(struct step_builder *b, uint32_t record, struct step_sample *sample)
{
    const struct model *const m = b->model;
    const int state = model_find_state(m, sample->name);
    const int parameter = model_find_parameter(m, sample->name);
    const int intermediate = model_find_intermediate(m, sample->name);
    if (state >= 0) {
        sample->node = b->start[state];
        set_unit(b, sample, m->states[state].has_unit ? &m->states[state].unit : NULL);
    } else if (parameter >= 0) {
        sample->node = step_number(b, step_parameter_node(b, (uint32_t)parameter));
        set_unit(b, sample, &m->parameters[parameter].unit);
    } else if (intermediate >= 0) {
        const struct symbol *const s = m->intermediates[intermediate];
        hold(b, record, sample);
        set_unit(b, sample, s->has_unit ? &s->unit : NULL);
    } else {
        diag_error(b->d, m->at, 0, NULL, "population '%s' has no variable '%s' to record",
                   b->request->population, sample->name);
    }
}

void step_add_samples(struct step_builder *b)
{
    const struct step_request *const r = b->request;
    b->out->samples = arena_alloc(b->arena, r->n_records, sizeof *b->out->samples);
    b->sample_state = arena_alloc(b->arena, r->n_records, sizeof *b->sample_state);
    if (b->out->samples == NULL || b->sample_state == NULL) {
        return;
    }
    b->out->n_samples = r->n_records;
    for (uint32_t k = 0; k < r->n_records; k++) {
        struct step_sample *const sample = &b->out->samples[k];
        *sample = (struct step_sample){
            .name = r->records[k].name, .node = IR_NONE, .display = 1.0, .unit = ""};
        b->sample_state[k] = IR_NONE;
        if (r->records[k].value == NULL) {
            add_named(b, k, sample);
            continue;
        }
        if (uses_intermediate(r->records[k].value)) {
            hold(b, k, sample);
        } else {
            sample->node =
                step_number(b, step_lower_fixed(b, r->records[k].value, "a recorded quantity"));
        }
        set_unit(b, sample, &r->records[k].unit);
    }
}

/* An expression sees the states as the statements at the top of the step saw them, and the
 * intermediates at the end. */
static uint32_t held_value(struct step_builder *b, const struct step_record *record)
{
    if (record->value == NULL) {
        const int k = model_find_intermediate(b->model, record->name);
        const uint32_t node = b->intermediate[k];
        if (node == IR_NONE && !arena_failed(b->arena)) {
            diag_error(b->d, b->model->intermediates[k]->at, 0, "assign it in the statements",
                       "'%s' is assigned in the reset only, and cannot be recorded",
                       record->name);
        }
        return node;
    }
    uint32_t *const now = b->value;
    b->value = b->start;
    const uint32_t node = step_lower_fixed(b, record->value, "a recorded quantity");
    b->value = now;
    return node;
}

void step_hold_samples(struct step_builder *b)
{
    for (uint32_t k = 0; k < b->out->n_samples; k++) {
        if (b->sample_state[k] != IR_NONE) {
            b->out->states[b->sample_state[k]].out =
                step_number(b, held_value(b, &b->request->records[k]));
        }
    }
}
