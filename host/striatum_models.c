/* striatum_models.c: the shipped models as a list, as JSON, and one of them as a file. */
#include "striatum_handle.h"

#include "desc/selfcheck.h"
#include "lang/parse.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The literal that a default is, behind a sign; NULL where it is more than that. */
static const struct ast *literal_of(const struct ast *e)
{
    while (e != NULL && e->kind == AST_UNARY && e->n_args == 1) {
        e = e->args[0];
    }
    return e != NULL && e->kind == AST_NUMBER ? e : NULL;
}

/* What a parameter is shown in: its declared unit as written, else a name for it. factor: from
 * house units; 1 where the model opts out of units, whose numbers stand in the declared one. */
static const char *parameter_unit(const struct model *m, const struct model_parameter *p,
                                  char *buffer, size_t n, double *factor)
{
    const struct ast *const number = literal_of(p->value);
    (void)unit_name(p->unit, buffer, n, factor);
    if (number != NULL && number->has_unit && number->name != NULL) {
        const char *const unit = number->name + strspn(number->name, "0123456789.eE+- ");
        if (*unit != '\0') {
            (void)snprintf(buffer, n, "%s", unit);
            *factor = 1.0 / p->unit.to_house;
        }
    }
    if (m->no_units) {
        *factor = 1.0;
    }
    return buffer;
}

/* The text of an expression as JSON. */
static json_t *expression_json(const struct ast *e)
{
    struct text t = {0};
    if (e != NULL) {
        lang_print(e, &t);
    }
    json_t *const value = json_string(text_string(&t));
    text_fini(&t);
    return value;
}

static json_t *unit_json(struct unit unit)
{
    char text[96];
    double factor;
    return json_string(unit_name(unit, text, sizeof text, &factor));
}

static json_t *parameters_json(const struct model *m)
{
    json_t *const all = json_object();
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        const struct model_parameter *const p = &m->parameters[k];
        double number, factor;
        char unit[96];
        json_t *const item = json_pack("{s:o, s:s, s:s}", "default", expression_json(p->value),
                                       "unit", parameter_unit(m, p, unit, sizeof unit, &factor),
                                       "doc", p->doc == NULL ? "" : p->doc);
        if (p->value != NULL && lang_constant(p->value, &number)) {
            (void)json_object_set_new(item, "value", json_real(number * factor));
        }
        if (p->has_range) {
            (void)json_object_set_new(item, "range",
                                      json_pack("[f, f]", p->low * factor, p->high * factor));
        }
        if (p->has_slider) {
            (void)json_object_set_new(
                item, "slider",
                json_pack("[f, f]", p->slider_low * factor, p->slider_high * factor));
        }
        (void)json_object_set_new(all, p->name, item);
    }
    return all;
}

static json_t *states_json(const struct model *m)
{
    json_t *const all = json_object();
    for (uint32_t k = 0; k < m->n_states; k++) {
        const struct model_state *const x = &m->states[k];
        (void)json_object_set_new(all, x->name,
                                  json_pack("{s:o, s:o}", "initial",
                                            expression_json(x->initial), "unit",
                                            x->has_unit ? unit_json(x->unit) : json_null()));
    }
    return all;
}

static json_t *statements_json(const struct stmt *statements, uint32_t n)
{
    json_t *const all = json_array();
    for (uint32_t k = 0; k < n; k++) {
        struct text t = {0};
        lang_print_statement(&statements[k], &t);
        (void)json_array_append_new(all, json_string(text_string(&t)));
        text_fini(&t);
    }
    return all;
}

static json_t *presets_json(const struct model *m)
{
    json_t *const all = json_object();
    for (uint32_t k = 0; k < m->n_presets; k++) {
        json_t *const values = json_object();
        for (uint32_t j = 0; j < m->presets[k].n; j++) {
            (void)json_object_set_new(values, m->presets[k].names[j],
                                      expression_json(m->presets[k].values[j]));
        }
        (void)json_object_set_new(all, m->presets[k].name,
                                  json_pack("{s:s, s:o}", "doc",
                                            m->presets[k].doc == NULL ? "" : m->presets[k].doc,
                                            "set", values));
    }
    return all;
}

static const char *integrator_name(enum model_integrator k)
{
    static const char *const names[] = {
#define INTEGRATOR_ROW(id, name, doc) name,
#include "lang/integrators.def"
#undef INTEGRATOR_ROW
    };
    return names[k];
}

static json_t *model_json(const struct model *m)
{
    json_t *const receptors = json_object(), *const intermediates = json_array();
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        (void)json_object_set_new(receptors, m->receptors[k].name,
                                  json_string(m->receptors[k].variable));
    }
    for (uint32_t k = 0; k < m->n_intermediates; k++) {
        (void)json_array_append_new(intermediates, json_string(m->intermediates[k]->name));
    }
    json_t *const all = json_pack(
        "{s:s, s:s*, s:s*, s:s*, s:s, s:b, s:s*, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}",
        "model", m->stem, "name", m->name, "source", m->source, "doc", m->doc, "integrator",
        integrator_name(m->integrator), "units_checked", !m->no_units, "current", m->current,
        "parameters", parameters_json(m), "receptors", receptors, "state", states_json(m),
        "recordable", intermediates, "equations",
        statements_json(m->statements, m->n_statements), "threshold",
        m->threshold == NULL ? json_null() : expression_json(m->threshold), "reset",
        statements_json(m->reset, m->n_reset), "presets", presets_json(m), "selfchecks",
        (int)desc_model_selfchecks(m)->n);
    return all;
}

const char *striatum_models(struct striatum *s, const char *show, bool json)
{
    text_fini(&s->answer);
    if (striatum_reset(s) != ERR_OK) {
        return NULL;
    }
    if (show != NULL && !json) {
        return striatum_model_flat(s, show);
    }
    json_t *const list = json_array();
    const uint32_t n = show != NULL ? 1 : desc_n_shipped_models;
    for (uint32_t k = 0; k < n; k++) {
        const struct model *const m =
            striatum_load_model(s, show != NULL ? show : desc_shipped_models[k].name);
        if (m == NULL) {
            json_decref(list);
            return NULL;
        }
        if (json) {
            (void)json_array_append_new(list, model_json(m));
        } else {
            text_print(&s->answer, "%-40s %s\n", m->stem, m->name != NULL ? m->name : "");
        }
    }
    if (json) {
        return striatum_answer_json(s, list);
    }
    json_decref(list);
    return text_string(&s->answer);
}

const char *striatum_model_flat(struct striatum *s, const char *model)
{
    text_fini(&s->answer);
    if (striatum_reset(s) != ERR_OK ||
        desc_show_model(model, &s->answer, &s->diags, &s->err) != ERR_OK) {
        return NULL;
    }
    return text_string(&s->answer);
}

/* ---- docs/models.md ---- */

/* A text within a cell of a Markdown table. */
static void add_cell(struct text *t, const char *s)
{
    for (; s != NULL && *s != '\0'; s++) {
        if (*s == '|') {
            text_add(t, "\\|");
        } else {
            text_add_n(t, *s == '\n' ? " " : s, 1);
        }
    }
}

static void add_value(const struct model_parameter *p, const char *unit, double factor,
                      struct text *t)
{
    double number;
    if (p->value != NULL && lang_constant(p->value, &number)) {
        text_print(t, "%.10g%s%s", number * factor, unit[0] != '\0' ? " " : "", unit);
    } else if (p->value != NULL) {
        struct text expression = {0};
        lang_print(p->value, &expression);
        text_add(t, "`");
        add_cell(t, text_string(&expression));
        text_add(t, "`");
        text_fini(&expression);
    }
}

static void add_parameters(const struct model *m, struct text *t)
{
    if (m->n_parameters == 0) {
        return;
    }
    text_add(t, "| parameter | value | range | |\n|---|---|---|---|\n");
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        const struct model_parameter *const p = &m->parameters[k];
        char unit[96];
        double factor;
        (void)parameter_unit(m, p, unit, sizeof unit, &factor);
        text_print(t, "| %s | ", p->name);
        add_value(p, unit, factor, t);
        text_add(t, " | ");
        if (p->has_range) {
            text_print(t, "%.6g to %.6g", p->low * factor, p->high * factor);
        }
        text_add(t, " | ");
        add_cell(t, p->doc);
        text_add(t, " |\n");
    }
    text_add(t, "\n");
}

static void add_statements(const struct stmt *statements, uint32_t n, struct text *t)
{
    for (uint32_t k = 0; k < n; k++) {
        text_add(t, "    ");
        lang_print_statement(&statements[k], t);
        text_add(t, "\n");
    }
}

static void add_equations(const struct model *m, struct text *t)
{
    add_statements(m->statements, m->n_statements, t);
    if (m->threshold != NULL) {
        text_add(t, "    spike where: ");
        lang_print(m->threshold, t);
        text_add(t, m->n_reset > 0 ? "\n    then:\n" : "\n");
        for (uint32_t k = 0; k < m->n_reset; k++) {
            text_add(t, "        ");
            lang_print_statement(&m->reset[k], t);
            text_add(t, "\n");
        }
    }
    if (m->refractory != NULL) {
        text_add(t, "    refractory: ");
        lang_print(m->refractory, t);
        for (uint32_t k = 0; k < m->n_held; k++) {
            text_print(t, "%s%s", k == 0 ? ", holds " : ", ", m->held[k]);
        }
        text_add(t, "\n");
    }
    text_print(t, "    integrator: %s\n\n", integrator_name(m->integrator));
}

static void add_lists(const struct model *m, struct text *t)
{
    text_add(t, "Start:");
    for (uint32_t k = 0; k < m->n_states; k++) {
        text_print(t, "%s `%s = ", k > 0 ? "," : "", m->states[k].name);
        lang_print(m->states[k].initial, t);
        text_add(t, "`");
    }
    text_add(t, m->n_states == 0 ? " no state.\n" : ".\n");
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        text_print(t, "%s `%s` adds to `%s`%s", k == 0 ? "Receptors:" : "",
                   m->receptors[k].name, m->receptors[k].variable,
                   k + 1 < m->n_receptors ? "," : ".\n");
    }
    if (m->current != NULL) {
        text_print(t, "Injected current: `%s`.\n", m->current);
    }
    for (uint32_t k = 0; k < m->n_presets; k++) {
        const struct model_preset *const p = &m->presets[k];
        text_print(t, "%s `%s`%s", k == 0 ? "Presets:" : "", p->name,
                   p->doc != NULL ? " (" : "");
        add_cell(t, p->doc);
        text_print(t, "%s%s", p->doc != NULL ? ")" : "", k + 1 < m->n_presets ? "," : ".\n");
    }
    text_add(t, "\n");
}

static void add_model(const struct model *m, struct text *t)
{
    text_print(t, "## %s\n\n%s.", m->stem, m->name != NULL ? m->name : m->stem);
    if (m->doc != NULL) {
        text_add(t, " ");
        add_cell(t, m->doc);
        while (t->length > 0 && t->bytes[t->length - 1] == ' ') {
            t->length--;
        }
    }
    text_add(t, "\n\n");
    if (m->source != NULL) {
        text_add(t, "Source: ");
        add_cell(t, m->source);
        text_add(t, ".\n\n");
    }
    add_equations(m, t);
    add_parameters(m, t);
    add_lists(m, t);
}

const char *striatum_models_page(struct striatum *s)
{
    text_fini(&s->answer);
    if (striatum_reset(s) != ERR_OK) {
        return NULL;
    }
    struct text *const t = &s->answer;
    text_print(
        t,
        "# Models\n\nWritten from the files in [networks/models](../networks/models) by "
        "`striatum models --page`. A "
        "population names a model by its bare name (`model: dspn`), `striatum neuron NAME "
        "--plot NAME.png` shows it "
        "off, `striatum models --show NAME` prints it as a file.\n\n| model | |\n|---|---|\n");
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        const struct model *const m = striatum_load_model(s, desc_shipped_models[k].name);
        if (m == NULL) {
            return NULL;
        }
        text_print(t, "| [%s](#%s) | ", m->stem, m->stem);
        add_cell(t, m->name);
        text_add(t, " |\n");
    }
    text_add(t, "\n");
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        const struct model *const m = striatum_load_model(s, desc_shipped_models[k].name);
        if (m == NULL) {
            return NULL;
        }
        add_model(m, t);
    }
    while (t->length > 1 && t->bytes[t->length - 2] == '\n') {
        t->bytes[--t->length] = '\0';
    }
    return text_string(t);
}
