#include "lab/check_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A node as YAML on one line. */
static void add_flow(struct text *t, const struct yaml *node)
{
    switch (node->kind) {
    case YAML_SCALAR:
        if (yaml_is_null(node)) {
            text_add(t, "null");
            return;
        }
        text_add(t, "\"");
        for (const char *s = node->text; *s != '\0'; s++) {
            text_add(t, *s == '"' || *s == '\\' ? "\\" : "");
            text_add_n(t, *s == '\n' ? " " : s, 1);
        }
        text_add(t, "\"");
        return;
    case YAML_LIST:
    case YAML_MAP:
        text_add(t, node->kind == YAML_LIST ? "[" : "{");
        for (uint32_t k = 0; k < node->n; k++) {
            text_add(t, k > 0 ? ", " : "");
            if (node->kind == YAML_MAP) {
                text_print(t, "%s: ", node->keys[k]);
            }
            add_flow(t, node->items[k]);
        }
        text_add(t, node->kind == YAML_LIST ? "]" : "}");
        return;
    }
}

/* "path=node", where the check has the node. */
static void add_entry(struct lab_protocol *p, const char *path, const struct yaml *node)
{
    if (node != NULL) {
        struct text t = {0};
        add_flow(&t, node);
        lab_protocol_add(p, "%s=%s", path, text_string(&t));
        text_fini(&t);
    }
}

/* A time course on a variable: a list of steps, or a value. */
static void add_course(struct lab_protocol *p, const char *input, const char *variable,
                       const struct yaml *node)
{
    char path[192];
    lab_protocol_add(p, "inputs.%s.to=cell", input);
    lab_protocol_add(p, "inputs.%s.variable=%s", input, variable);
    lab_protocol_add(p, "inputs.%s.mode=replace", input);
    (void)snprintf(path, sizeof path, "inputs.%s.%s", input,
                   node->kind == YAML_LIST ? "steps" : "value");
    add_entry(p, path, node);
}

static void add_inputs(struct lab_protocol *p, const struct model *m,
                       const struct model_selfcheck *c)
{
    if (c->current != NULL && m->current != NULL) {
        add_course(p, "current", m->current, c->current);
    }
    for (uint32_t k = 0; c->courses != NULL && k < c->courses->n; k++) {
        char input[128];
        (void)snprintf(input, sizeof input, "course_%.100s", c->courses->keys[k]);
        add_course(p, input, c->courses->keys[k], c->courses->items[k]);
    }
    if (c->spikes != NULL) {
        lab_protocol_add(p, "inputs.events.to=cell");
        add_entry(p, "inputs.events.spikes", c->spikes);
    }
}

static void add_variable(struct text *t, const char *name)
{
    text_print(t, "%s%s", t->length > 0 ? ", " : "", name);
}

/* What the check asks for, of all cells; and all states of the first cells, so that a
 * fingerprint covers them. */
static void add_records(struct lab_protocol *p, const struct model *m,
                        const struct model_selfcheck *c)
{
    struct text asked = {0}, states = {0};
    for (uint32_t k = 0; k < c->n_expect; k++) {
        const char *const name = c->expect[k].variable;
        bool is_new = name != NULL;
        for (uint32_t j = 0; j < k && is_new; j++) {
            is_new = c->expect[j].variable == NULL || strcmp(c->expect[j].variable, name) != 0;
        }
        if (is_new) {
            add_variable(&asked, name);
        }
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        bool is_new = true;
        for (uint32_t j = 0; j < c->n_expect && is_new; j++) {
            is_new = c->expect[j].variable == NULL ||
                     strcmp(c->expect[j].variable, m->states[k].name) != 0;
        }
        if (is_new) {
            add_variable(&states, m->states[k].name);
        }
    }
    struct text list = {0};
    if (asked.length > 0) {
        text_print(&list, "{of: cell, variables: [%s]}", text_string(&asked));
    }
    if (states.length > 0) {
        text_print(&list, "%s{of: cell, neurons: [0], variables: [%s]}",
                   list.length > 0 ? ", " : "", text_string(&states));
    }
    if (list.length > 0) {
        lab_protocol_add(p, "record.traces=[%s]", text_string(&list));
    }
    text_fini(&asked);
    text_fini(&states);
    text_fini(&list);
}

static void add_count(struct lab_protocol *p, const struct model_selfcheck *c, uint32_t most)
{
    if (c->count == NULL) {
        return;
    }
    if (most > 0 && strtod(c->count->text, NULL) > most) {
        lab_protocol_add(p, "populations.cell.count=%u", most);
    } else {
        add_entry(p, "populations.cell.count", c->count);
    }
}

enum err_code lab_check_load(const char *model, const struct model *m,
                             const struct model_selfcheck *c, const struct lab_check_options *o,
                             struct arena *arena, struct desc_network **out,
                             struct diag_list *d, struct err *e)
{
    struct lab_protocol p;
    lab_protocol_begin(&p, model, arena);
    lab_protocol_add(&p, "precision=%s", precision_name(o->precision));
    add_entry(&p, "populations.cell.preset", c->preset);
    add_entry(&p, "populations.cell.integrator", c->integrator);
    add_count(&p, c, o->most_cells);
    add_entry(&p, "populations.cell.set", c->set);
    add_entry(&p, "populations.cell.initial", c->initial);
    add_entry(&p, "seed", c->seed);
    add_entry(&p, "time.duration", c->duration);
    add_entry(&p, "time.settle", c->settle);
    const char *const preset = c->preset != NULL ? c->preset->text : NULL;
    const double step_ms = desc_model_protocol(m, preset)->step_ms;
    if (c->step != NULL) {
        add_entry(&p, "time.step", c->step);
    } else if (step_ms > 0.0) {
        lab_protocol_add(&p, "time.step=%.12g ms", step_ms);
    }
    add_inputs(&p, m, c);
    add_records(&p, m, c);
    ERR_TRY(lab_protocol_load(&p, out, d, e));
    if (o->most_steps > 0 && (*out)->n_steps > o->most_steps) {
        (*out)->n_steps = o->most_steps;
    }
    return ERR_OK;
}

enum err_code lab_check_run(const char *model, const struct model *m,
                            const struct model_selfcheck *c, const struct lab_check_options *o,
                            struct arena *arena, struct lab_check_result *out,
                            struct diag_list *d, struct err *e)
{
    struct desc_network *network;
    struct lab_record r;
    *out = (struct lab_check_result){.holds = false};
    ERR_TRY(lab_check_load(model, m, c, o, arena, &network, d, e));
    const enum err_code code = lab_run(&r, network, o->device, &o->lab, d, e);
    if (code == ERR_OK) {
        out->holds = o->most_cells > 0 || o->most_steps > 0 ||
                     lab_check_compare(m, c, &r, &out->complaint);
        out->hash = r.hash;
        out->fingerprint = r.fingerprint;
        out->n_spikes = r.populations[0].n_spikes;
        out->cell_steps = (uint64_t)r.n_steps * r.populations[0].n;
    }
    lab_record_fini(&r);
    return code;
}
