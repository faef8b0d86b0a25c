#include "desc/network_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const input_keys[] = {
    "to",    "poisson", "bernoulli", "variable", "weight", "receptor", "mode",
    "value", "steps",   "enabled",   "from",     "until",  "doc"};

/* A growing list: an input that replaces a variable may become one per target. */
struct inputs {
    struct network_reader *r;
    struct desc_input *items;
    uint32_t n, capacity;
};

struct window {
    const struct yaml *from_node, *until_node;
    int64_t from, until;
};

static void push_input(struct inputs *s, const struct desc_input *in)
{
    struct desc_input *const slot =
        arena_push(s->r->l->arena, &s->items, &s->n, &s->capacity, sizeof *slot);
    if (slot != NULL) {
        *slot = *in;
    }
}

static void read_window(struct network_reader *r, struct yaml *entry, const char *what,
                        struct window *w)
{
    *w = (struct window){.from = INT64_MIN, .until = INT64_MAX};
    w->from_node = field_get(entry, "from");
    w->until_node = field_get(entry, "until");
    if (w->from_node != NULL) {
        (void)network_read_steps(r, w->from_node, load_print(r->l, "'from' of %s", what),
                                 &w->from);
    }
    if (w->until_node != NULL &&
        network_read_steps(r, w->until_node, load_print(r->l, "'until' of %s", what),
                           &w->until) &&
        w->until <= w->from) {
        field_error(r->l, w->until_node, NULL, "'until' of %s is not after its 'from'", what);
    }
}

/* A rate that is known must be 0 or more, and under bernoulli at most one event per step. */
static bool check_rate(struct network_reader *r, const struct yaml *node,
                       const struct desc_input *in, double rate, const char *what)
{
    const double dt = (double)r->net->dt_fs / 1e12;
    if (rate < 0) {
        field_error(r->l, node, NULL, "%s is below 0", what);
        return false;
    }
    if (in->kind == DESC_BERNOULLI && rate * dt > 1 + 1e-9) {
        field_error(r->l, node, "poisson: has no such bound",
                    "%s makes %.4g events per step: bernoulli has at most one", what,
                    rate * dt);
        return false;
    }
    return true;
}

static void read_events(struct inputs *s, struct yaml *entry, struct yaml *rate,
                        struct desc_input *in, const char *what)
{
    struct network_reader *const r = s->r;
    const char *const rate_what = load_print(
        r->l, "%s rate of %s", in->kind == DESC_POISSON ? "poisson" : "bernoulli", what);
    struct course course;
    struct window window;
    bool is_right = course_read(r, rate, &unit_per_ms, false, rate_what, &course);
    double constant;
    if (is_right && course.value != NULL && lang_constant(course.value, &constant)) {
        is_right = check_rate(r, rate, in, constant, rate_what);
    }
    for (uint32_t k = 0; k < course.table.n && is_right; k++) {
        is_right = check_rate(r, rate, in, course.table.value[k], rate_what);
    }
    read_window(r, entry, what, &window);
    const struct weight_place place = {.entry = entry,
                                       .to = in->to,
                                       .n_to = in->n_to,
                                       .scope = &r->index_scope,
                                       .allowed = DEPENDS_INDEX,
                                       .what = what};
    is_right &= network_read_weights(r, &place, &in->weights, &in->n_weights);
    if (is_right && course_cut(r, &course, window.from, window.until, 0)) {
        in->rate = course.value;
        in->rate_table = course.table;
        push_input(s, in);
    }
}

/* Index of the driven parameter in each target; false after a diagnostic. */
static bool find_variable(struct network_reader *r, const struct yaml *node,
                          struct desc_input *in, const char *what)
{
    in->variable = field_text(r->l, node, load_print(r->l, "'variable' of %s", what));
    in->parameter = arena_alloc(r->l->arena, in->n_to, sizeof *in->parameter);
    bool is_right = in->variable != NULL && in->parameter != NULL;
    for (uint32_t k = 0; k < in->n_to && is_right; k++) {
        const struct desc_population *const p = &r->net->populations[in->to[k]];
        if (p->model == NULL) {
            return false;
        }
        const int index = model_find_parameter(p->model, in->variable);
        if (index >= 0) {
            in->parameter[k] = (uint32_t)index;
            continue;
        }
        const char *hint = NULL;
        if (model_find_state(p->model, in->variable) >= 0 ||
            model_find_intermediate(p->model, in->variable) >= 0) {
            hint =
                p->model->current == NULL
                    ? "only a parameter can be driven"
                    : load_print(r->l, "only a parameter can be driven, like its current '%s'",
                                 p->model->current);
        } else {
            const char **const names =
                arena_alloc(r->l->arena, p->model->n_parameters + 1, sizeof *names);
            for (uint32_t j = 0; j < p->model->n_parameters && names != NULL; j++) {
                names[j] = p->model->parameters[j].name;
            }
            const char *const near =
                names == NULL ? NULL
                              : text_nearest(in->variable, names, p->model->n_parameters);
            hint = near == NULL ? NULL : load_print(r->l, "did you mean '%s'?", near);
        }
        field_error(r->l, node, hint,
                    "%s: the model of population '%s' has no parameter '%.70s'", what, p->name,
                    in->variable);
        is_right = false;
    }
    return is_right;
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
        if (current == NULL || strcmp(current, in->variable) != 0) {
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
    return lang_constant(value, out);
}

/* One stimulus, or where it replaces a value and the targets differ in what holds outside of
 * its steps, one per target. */
static void push_stimulus(struct inputs *s, struct desc_input *in, const struct course *whole,
                          const struct window *w, const struct yaml *node, const char *what)
{
    struct network_reader *const r = s->r;
    const bool has_table = whole->value == NULL;
    /* Settling sees the value of t = 0, so what begins there begins at once. */
    const bool needs_outside = in->mode == STEP_REPLACE &&
                               (w->from > 0 || w->until != INT64_MAX ||
                                (has_table && whole->table.n > 0 && whole->table.first[0] > 0));
    const uint32_t n_parts = needs_outside ? in->n_to : 1;
    for (uint32_t k = 0; k < n_parts; k++) {
        struct desc_input part = *in;
        struct course course = *whole;
        double outside = 0;
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
            course.table.before = outside;
        }
        if (course_cut(r, &course, w->from, w->until, outside)) {
            part.value = course.value;
            part.table = course.table;
            push_input(s, &part);
        }
    }
}

static void read_stimulus(struct inputs *s, struct yaml *entry, const struct yaml *variable,
                          struct desc_input *in, const char *what)
{
    struct network_reader *const r = s->r;
    struct yaml *const value = field_get(entry, "value"), *const steps =
                                                              field_get(entry, "steps");
    const struct yaml *const mode = field_get(entry, "mode");
    const struct yaml *const node = value != NULL ? value : steps;
    struct window window;
    read_window(r, entry, what, &window);
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
    for (uint32_t k = 0; k < in->n_to; k++) { /* once per target: each has its own unit */
        const struct model *const m = r->net->populations[in->to[k]].model;
        const struct unit *const unit =
            m->no_units ? NULL : &m->parameters[in->parameter[k]].unit;
        const char *const value_what = load_print(r->l, "value of %s", what);
        if (value != NULL
                ? !course_read(r, value, unit, m->no_units, value_what, &course)
                : !course_read_steps(r, steps, unit, m->no_units, value_what, &course.table)) {
            return;
        }
    }
    push_stimulus(s, in, &course, &window, node, what);
}

static void read_input(struct inputs *s, struct yaml *entry, const char *name, struct pos at)
{
    struct network_reader *const r = s->r;
    const char *const what = load_print(r->l, "input '%s'", name);
    struct yaml *const poisson = field_get(entry, "poisson"), *const bernoulli =
                                                                  field_get(entry, "bernoulli");
    const struct yaml *const variable = field_get(entry, "variable"), *const to = field_get(
                                                                          entry, "to");
    const struct yaml *const enabled = field_get(entry, "enabled");
    struct desc_input in = {.name = name, .at = at};
    bool is_on = true;
    if (enabled != NULL &&
        field_bool(r->l, enabled, load_print(r->l, "'enabled' of %s", what), &is_on)) {
        in.is_off = !is_on;
    }
    const int n_kinds = (poisson != NULL) + (bernoulli != NULL) + (variable != NULL);
    if (n_kinds != 1) {
        diag_error(r->l->d, at, (uint32_t)strlen(name),
                   "poisson: 475 Hz, bernoulli: 475 Hz, or variable: I_ext",
                   n_kinds == 0 ? "%s has none of poisson, bernoulli and variable"
                                : "%s has more than one of poisson, bernoulli and variable",
                   what);
    }
    if (to == NULL) {
        diag_error(r->l->d, at, (uint32_t)strlen(name), NULL, "%s has no 'to'", what);
    }
    if (n_kinds == 1 && to != NULL &&
        network_find_populations(r, to, load_print(r->l, "'to' of %s", what), &in.to,
                                 &in.n_to)) {
        if (variable != NULL) {
            in.kind = DESC_STIMULUS;
            read_stimulus(s, entry, variable, &in, what);
        } else {
            in.kind = poisson != NULL ? DESC_POISSON : DESC_BERNOULLI;
            read_events(s, entry, poisson != NULL ? poisson : bernoulli, &in, what);
        }
    }
    /* A key of the other kind is a mistake too: it would do nothing. */
    static const char *const of_stimulus[] = {"mode", "value", "steps"}, *const of_events[] = {
                                                                             "weight",
                                                                             "receptor"};
    for (size_t k = 0; k < 3 && n_kinds == 1 && variable == NULL; k++) {
        const struct yaml *const node = field_get(entry, of_stimulus[k]);
        if (node != NULL) {
            field_error(r->l, node, NULL, "%s: '%s' belongs to an input on a 'variable'", what,
                        of_stimulus[k]);
        }
    }
    for (size_t k = 0; k < 2 && n_kinds == 1 && variable != NULL; k++) {
        const struct yaml *const node = field_get(entry, of_events[k]);
        if (node != NULL) {
            field_error(r->l, node, NULL,
                        "%s: '%s' belongs to an input of events (poisson, bernoulli)", what,
                        of_events[k]);
        }
    }
    for (size_t k = 0; k < sizeof input_keys / sizeof input_keys[0]; k++) {
        (void)yaml_get(entry,
                       input_keys[k]); /* looked at or not after an error: known all the same */
    }
    field_report_unused(r->l, entry, what, input_keys,
                        sizeof input_keys / sizeof input_keys[0]);
}

static int compare_inputs(const void *pa, const void *pb)
{
    const struct desc_input *const a = pa, *const b = pb;
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->to[0] > b->to[0]) - (a->to[0] < b->to[0]);
}

static bool share_variable(const struct desc_input *a, const struct desc_input *b,
                           uint32_t *population)
{
    for (uint32_t k = 0; k < a->n_to; k++) {
        for (uint32_t j = 0; j < b->n_to; j++) {
            if (a->to[k] == b->to[j] && a->parameter[k] == b->parameter[j]) {
                *population = a->to[k];
                return true;
            }
        }
    }
    return false;
}

/* Two that replace one variable at once: neither could win. */
static void check_conflicts(struct network_reader *r)
{
    for (uint32_t k = 0; k < r->net->n_inputs; k++) {
        const struct desc_input *const b = &r->net->inputs[k];
        for (uint32_t j = 0; j < k; j++) {
            const struct desc_input *const a = &r->net->inputs[j];
            uint32_t population;
            if (a->kind == DESC_STIMULUS && b->kind == DESC_STIMULUS &&
                a->mode == STEP_REPLACE && b->mode == STEP_REPLACE && !a->is_off &&
                !b->is_off && share_variable(a, b, &population)) {
                const bool is_later = a->at.line != b->at.line ? a->at.line > b->at.line
                                                               : a->at.column > b->at.column;
                const struct desc_input *const late = is_later ? a : b;
                diag_error(r->l->d, late->at, (uint32_t)strlen(late->name),
                           "mode: add, enabled: false, or one input",
                           "inputs '%s' and '%s' both replace '%s' of population '%s'",
                           (is_later ? b : a)->name, late->name, late->variable,
                           r->net->populations[population].name);
            }
        }
    }
}

void network_read_inputs(struct network_reader *r)
{
    struct yaml *const map = field_get(r->tree, "inputs");
    if (map == NULL || !field_is_map(r->l, map, "'inputs'")) {
        return;
    }
    struct inputs s = {.r = r};
    for (uint32_t k = 0; k < map->n; k++) {
        const char *const name = map->keys[k];
        if (!field_is_name(name, true)) {
            diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(name),
                       "letters, digits, _ and -, not a digit first",
                       "'%.70s' cannot be the name of an input", name);
            continue;
        }
        struct yaml *const entry =
            network_entry(r, map, k, "inputs", load_print(r->l, "input '%s'", name));
        if (entry != NULL) {
            read_input(&s, entry, name, map->key_at[k]);
        }
    }
    if (s.n > 1) {
        qsort(s.items, s.n, sizeof *s.items, compare_inputs);
    }
    r->net->inputs = s.items;
    r->net->n_inputs = s.n;
    check_conflicts(r);
}
