/* The protocol that shows a model off: three times (before, during, after a step) and the
 * amplitude of `current`. */
#include "desc/model_inside.h"

#include <string.h>

static void read_times(struct model_reader *r, const struct yaml *times, const char *what,
                       struct model_protocol *out)
{
    const struct scope scope = {.parent = r->names.parent};
    const char *const time_what = load_print(r->l, "a time of %s", what);
    if (times->kind != YAML_LIST || times->n != 3) {
        field_error(r->l, times, "times: [100 ms, 500 ms, 100 ms]",
                    "'times' of %s must be three times", what);
        return;
    }
    for (uint32_t k = 0; k < 3; k++) {
        double value;
        if (!field_constant(r->l, times->items[k], &scope, &unit_ms, time_what, &value)) {
            continue;
        }
        if (value < 0) {
            field_error(r->l, times->items[k], NULL, "%s is below 0", time_what);
            continue;
        }
        out->times_ms[k] = value;
        out->has_times = true;
    }
}

static void read_amplitude(struct model_reader *r, const struct yaml *node, const char *what,
                           struct model_protocol *out)
{
    const struct model *const m = r->m;
    const int current = m->current == NULL ? -1 : model_find_parameter(m, m->current);
    if (current < 0) {
        field_error(r->l, node, "current: I_ext",
                    "%s has an amplitude, but the model has no 'current'", what);
        return;
    }
    const struct unit unit = m->parameters[current].unit;
    const char *const amplitude_what = load_print(r->l, "the amplitude of %s", what);
    const struct scope scope = {.parent = r->names.parent, .no_units = m->no_units};
    struct ast *const e =
        field_expression(r->l, node, &scope, m->no_units || unit.to_house == 0 ? NULL : &unit,
                         0, amplitude_what);
    if (m->no_units) {
        field_apply_unit(e, unit, true);
    }
    if (e == NULL) {
        return;
    }
    if (!lang_constant(e, &out->amplitude_value)) {
        field_error(r->l, node, NULL, "%s must be constant", amplitude_what);
        return;
    }
    out->amplitude = e;
    out->has_amplitude = true;
}

void model_read_protocol(struct model_reader *r, struct yaml *node, const char *what,
                         struct model_protocol *out)
{
    static const char *const known[] = {"times", "amplitude", "step"};
    if (!field_is_map(r->l, node, what)) {
        return;
    }
    const struct yaml *const times = field_get(node, "times");
    const struct yaml *const amplitude = field_get(node, "amplitude");
    const struct yaml *const step = field_get(node, "step");
    field_report_unused(r->l, node, what, known, 3);
    if (times != NULL) {
        read_times(r, times, what, out);
    }
    if (amplitude != NULL) {
        read_amplitude(r, amplitude, what, out);
    }
    if (step != NULL) {
        const struct scope scope = {.parent = r->names.parent};
        const char *const step_what = load_print(r->l, "'step' of %s", what);
        if (field_constant(r->l, step, &scope, &unit_ms, step_what, &out->step_ms) &&
            !(out->step_ms > 0)) {
            field_error(r->l, step, NULL, "%s must be above 0", step_what);
        }
    }
}

const struct model_protocol *desc_model_protocol(const struct model *m, const char *preset)
{
    static const struct model_protocol standard = {
        .times_ms = {100, 500, 100}
    };
    if (m->extra == NULL) {
        return &standard;
    }
    for (uint32_t k = 0; preset != NULL && k < m->n_presets; k++) {
        if (strcmp(m->presets[k].name, preset) == 0) {
            return &m->extra->presets[k].protocol;
        }
    }
    return &m->extra->protocol;
}
