/* Inputs that move a parameter or a state variable in time. */
#include "desc/input_inside.h"

#include <math.h>
#include <string.h>

/* Nothing of that name can be driven here: what was meant? */
static void report_no_variable(struct network_reader *r, const struct yaml *node,
                               const struct desc_population *p, const char *what)
{
    const struct model *const m = p->model;
    const char *hint = field_suggest(r->l, node->text, m, FIELD_PARAMETERS | FIELD_STATES);
    if (model_find_intermediate(m, node->text) >= 0) {
        hint =
            m->current == NULL
                ? "only a parameter or a state can be driven"
                : load_print(r->l,
                             "only a parameter or a state can be driven, like its current '%s'",
                             m->current);
    }
    field_error(r->l, node, hint,
                "%s: the model of population '%s' has no parameter and no state '%.70s'", what,
                p->name, node->text);
}

/* Index of the driven parameter or state in each target; false after a diagnostic. */
static bool find_variable(struct network_reader *r, const struct yaml *node,
                          struct desc_input *in, const char *what)
{
    in->variable = field_text(r->l, node, load_print(r->l, "'variable' of %s", what));
    in->parameter = arena_alloc(r->l->arena, in->n_to, sizeof *in->parameter);
    if (in->variable == NULL || in->parameter == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < in->n_to; k++) {
        const struct desc_population *const p = &r->net->populations[in->to[k]];
        if (p->model == NULL) {
            return false;
        }
        const int parameter = model_find_parameter(p->model, in->variable);
        const int state = model_find_state(p->model, in->variable);
        if (parameter < 0 && state < 0) {
            report_no_variable(r, node, p, what);
            return false;
        }
        if (k > 0 && in->is_state != (parameter < 0)) {
            field_error(r->l, node, "write one input for each",
                        "%s: '%s' is a state of one population and a parameter of another",
                        what, in->variable);
            return false;
        }
        in->is_state = parameter < 0;
        in->parameter[k] = (uint32_t)(parameter >= 0 ? parameter : state);
    }
    return true;
}

static bool read_mode(struct network_reader *r, const struct yaml *node, struct desc_input *in,
                      const char *what)
{
    static const char *const modes[] = {"add", "replace"};
    if (node != NULL) {
        const int k = field_choice(r->l, node, load_print(r->l, "mode of %s", what), modes, 2);
        in->mode = k == 1 ? STEP_REPLACE : STEP_ADD;
        return k >= 0;
    }
    in->mode = STEP_ADD;
    for (uint32_t k = 0; k < in->n_to; k++) {
        const char *const current = r->net->populations[in->to[k]].model->current;
        if (in->is_state || current == NULL || strcmp(current, in->variable) != 0) {
            in->mode = STEP_REPLACE;
        }
    }
    return true;
}

/* The value that `set`, the preset or the model gives the driven parameter. false: it is not
 * the same for all cells and times. */
static bool set_value(const struct network_reader *r, const struct desc_input *in, uint32_t k,
                      double *out)
{
    const struct desc_population *const p = &r->net->populations[in->to[k]];
    const struct ast *value = p->model->parameters[in->parameter[k]].value;
    for (uint32_t j = 0; j < p->n_set; j++) {
        if (p->set[j].index == in->parameter[k]) {
            value = p->set[j].value;
        }
    }
    return value != NULL && lang_constant(value, out);
}

/* One stimulus, or where it replaces a value and the targets differ in what holds outside of
 * its steps, one per target. */
static void push_stimulus(struct inputs *s, struct desc_input *in, const struct course *whole,
                          const struct input_window *w, const struct yaml *node,
                          const char *what)
{
    struct network_reader *const r = s->r;
    const bool has_table = whole->value == NULL;
    /* Settling sees the value of t = 0, so what begins there begins at once. */
    const bool needs_outside =
        in->mode == STEP_REPLACE && !in->is_state &&
        (w->from > 0 || w->until != INT64_MAX ||
         (has_table && !whole->has_outside && whole->table.n > 0 && whole->table.first[0] > 0));
    const uint32_t n_parts = needs_outside ? in->n_to : 1;
    for (uint32_t k = 0; k < n_parts; k++) {
        struct desc_input part = *in;
        struct course course = *whole;
        /* Outside of its window a course on a state assigns nothing. */
        double outside = in->is_state ? (double)NAN : 0;
        if (needs_outside) {
            part.to = &in->to[k];
            part.parameter = &in->parameter[k];
            part.n_to = 1;
            if (!set_value(r, in, k, &outside)) {
                field_error(
                    r->l, node,
                    "use mode: add, or an expression of t without from, until and steps",
                    "%s: outside of its steps '%s' has the value of population '%s', which "
                    "must be constant",
                    what, in->variable, r->net->populations[in->to[k]].name);
                return;
            }
            course.table.before = whole->has_outside ? course.table.before : outside;
        }
        if (course_cut(r, &course, node, w->from, w->until, outside)) {
            part.value = course.value;
            part.table = course.table;
            inputs_push(s, &part);
        }
    }
}

/* The dimension of the driven variable in one target. */
static struct course_place place_of(const struct model *m, const struct desc_input *in,
                                    uint32_t k, const char *what)
{
    const uint32_t index = in->parameter[k];
    struct course_place place = {
        .no_units = m->no_units, .is_state = in->is_state, .what = what};
    if (!in->is_state) {
        place.unit = &m->parameters[index].unit;
    } else if (m->states[index].has_unit) {
        place.unit = &m->states[index].unit;
    }
    return place;
}

void inputs_read_stimulus(struct inputs *s, struct yaml *entry, const struct yaml *variable,
                          struct desc_input *in, const char *what)
{
    struct network_reader *const r = s->r;
    struct yaml *const value = field_get(entry, "value"), *const steps =
                                                              field_get(entry, "steps");
    const struct yaml *const mode = field_get(entry, "mode");
    const struct yaml *const node = value != NULL ? value : steps;
    const uint32_t errors_before = r->l->d->n_errors;
    struct input_window window;
    inputs_read_window(r, entry, what, &window);
    if ((value == NULL) == (steps == NULL)) {
        diag_error(
            r->l->d, entry->at, 1, "value: 300 pA, or steps: [[0 ms, 0 pA], [100 ms, 300 pA]]",
            value == NULL ? "%s has neither value nor steps" : "%s has both value and steps",
            what);
        return;
    }
    if (!find_variable(r, variable, in, what) || !read_mode(r, mode, in, what) ||
        in->n_to == 0) {
        return;
    }
    struct course course = {0};
    const char *const value_what = load_print(r->l, "value of %s", what);
    for (uint32_t k = 0; k < in->n_to; k++) { /* once per target: each has its own unit */
        const struct model *const m = r->net->populations[in->to[k]].model;
        const struct course_place place = place_of(m, in, k, value_what);
        if (value != NULL ? !course_read(r, value, &place, &course)
                          : !course_read_steps(r, steps, &place, &course.table)) {
            return;
        }
    }
    if (r->l->d->n_errors == errors_before) {
        push_stimulus(s, in, &course, &window, node, what);
    }
}
