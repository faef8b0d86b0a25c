#include "desc/input_inside.h"

#include <stdlib.h>
#include <string.h>

static const char *const input_keys[] = {
    "to",    "poisson", "bernoulli", "variable", "weight", "receptor", "mode",
    "value", "steps",   "enabled",   "from",     "until",  "spikes",   "doc"};

void inputs_push(struct inputs *s, const struct desc_input *in)
{
    struct desc_input *const slot =
        arena_push(s->r->l->arena, &s->items, &s->n, &s->capacity, sizeof *slot);
    if (slot != NULL) {
        *slot = *in;
    }
}

void inputs_read_window(struct network_reader *r, struct yaml *entry, const char *what,
                        struct input_window *w)
{
    *w = (struct input_window){.from = INT64_MIN, .until = INT64_MAX};
    const struct yaml *const from = field_get(entry, "from"), *const until =
                                                                  field_get(entry, "until");
    if (from != NULL) {
        (void)network_read_steps(r, from, load_print(r->l, "'from' of %s", what), &w->from);
    }
    if (until != NULL &&
        network_read_steps(r, until, load_print(r->l, "'until' of %s", what), &w->until) &&
        w->until <= w->from) {
        field_error(r->l, until, NULL, "'until' of %s is not after its 'from'", what);
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
    struct input_window window;
    const struct course_place course_place = {.unit = &unit_per_ms, .what = rate_what};
    bool is_right = course_read(r, rate, &course_place, &course);
    double constant;
    if (is_right && course.value != NULL && lang_constant(course.value, &constant)) {
        is_right = check_rate(r, rate, in, constant, rate_what);
    }
    for (uint32_t k = 0; k < course.table.n && is_right; k++) {
        is_right = check_rate(r, rate, in, course.table.value[k], rate_what);
    }
    inputs_read_window(r, entry, what, &window);
    const struct weight_place place = {.entry = entry,
                                       .to = in->to,
                                       .n_to = in->n_to,
                                       .scope = &r->index_scope,
                                       .allowed = DEPENDS_INDEX,
                                       .what = what};
    is_right &= network_read_weights(r, &place, &in->weights, &in->n_weights);
    if (is_right && course_cut(r, &course, rate, window.from, window.until, 0)) {
        in->rate = course.value;
        in->rate_table = course.table;
        inputs_push(s, in);
    }
}

/* What an input can be, and the keys that have a meaning for that alone: elsewhere they would
 * do nothing. */
static const struct {
    const char *key;
    enum desc_input_kind kind;
    const char *own[4];
    const char *belongs; /* for messages */
} input_kinds[] = {
    {"poisson",
     DESC_POISSON,               {"weight", "receptor"},
     "an input of events (poisson, bernoulli)"                                         },
    {"bernoulli",
     DESC_BERNOULLI,             {"weight", "receptor"},
     "an input of events (poisson, bernoulli)"                                         },
    {"variable",  DESC_STIMULUS, {"mode", "value", "steps"}, "an input on a 'variable'"},
    {"spikes",    DESC_TRAIN,    {NULL},                     "an input of given events"},
};
enum { N_INPUT_KINDS = sizeof input_kinds / sizeof input_kinds[0] };

static void refuse_foreign_keys(struct network_reader *r, struct yaml *entry, size_t kind,
                                const char *what)
{
    for (size_t k = 0; k < N_INPUT_KINDS; k++) {
        for (size_t j = 0; j < 4 && input_kinds[k].own[j] != NULL; j++) {
            const char *const key = input_kinds[k].own[j];
            bool is_own = false;
            for (size_t m = 0; m < 4 && input_kinds[kind].own[m] != NULL; m++) {
                is_own |= strcmp(input_kinds[kind].own[m], key) == 0;
            }
            const struct yaml *const node = is_own ? NULL : field_get(entry, key);
            if (node != NULL) {
                field_error(
                    r->l, node,
                    input_kinds[kind].kind == DESC_TRAIN
                        ? "it stands within 'spikes': [[20 ms, AMPA, 1 nS]] or {file: F, "
                          "receptor: AMPA, weight: 1 nS}"
                        : NULL,
                    "%s: '%s' belongs to %s", what, key, input_kinds[k].belongs);
            }
        }
    }
}

static void read_input(struct inputs *s, struct yaml *entry, const char *name, struct pos at)
{
    struct network_reader *const r = s->r;
    const char *const what = load_print(r->l, "input '%s'", name);
    const struct yaml *const to = field_get(entry, "to"), *const enabled =
                                                              field_get(entry, "enabled");
    struct desc_input in = {.name = name, .at = at};
    bool is_on = true;
    if (enabled != NULL &&
        field_bool(r->l, enabled, load_print(r->l, "'enabled' of %s", what), &is_on)) {
        in.is_off = !is_on;
    }
    struct yaml *node = NULL;
    size_t kind = 0;
    unsigned n_kinds = 0;
    for (size_t k = 0; k < N_INPUT_KINDS; k++) {
        struct yaml *const found = field_get(entry, input_kinds[k].key);
        kind = found != NULL ? k : kind;
        node = found != NULL ? found : node;
        n_kinds += found != NULL;
    }
    if (n_kinds != 1) {
        diag_error(
            r->l->d, at, (uint32_t)strlen(name),
            "poisson: 475 Hz, bernoulli: 475 Hz, spikes: {file: train.csv}, or variable: "
            "I_ext",
            n_kinds == 0 ? "%s has none of poisson, bernoulli, spikes and variable"
                         : "%s has more than one of poisson, bernoulli, spikes and variable",
            what);
    }
    if (to == NULL) {
        diag_error(r->l->d, at, (uint32_t)strlen(name), NULL, "%s has no 'to'", what);
    }
    if (n_kinds == 1 && to != NULL &&
        network_find_populations(r, to, load_print(r->l, "'to' of %s", what), &in.to,
                                 &in.n_to)) {
        in.kind = input_kinds[kind].kind;
        switch (in.kind) {
        case DESC_POISSON:
        case DESC_BERNOULLI:
            read_events(s, entry, node, &in, what);
            break;
        case DESC_STIMULUS:
            inputs_read_stimulus(s, entry, node, &in, what);
            break;
        case DESC_TRAIN:
            inputs_read_train(s, entry, node, &in, what);
            break;
        }
    }
    if (n_kinds == 1) {
        refuse_foreign_keys(r, entry, kind, what);
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
            if (a->to[k] == b->to[j] && a->parameter[k] == b->parameter[j] &&
                a->is_state == b->is_state) {
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
