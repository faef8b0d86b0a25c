/* What the numbers of a model must keep to: ranges, time constants above 0, nothing that is no
 * number. */
#include "lang/model_walk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "15.2 pF", "0.01 /ms". A model that opts out of units shows the bare number. */
static const char *value_text(const struct model *m, double value, struct unit unit, char *buf,
                              size_t n)
{
    char name[64];
    if (m->no_units || unit_is_none(unit)) {
        (void)snprintf(buf, n, "%.9g", value);
    } else {
        (void)unit_format(unit, name, sizeof name);
        const bool is_inverse = strncmp(name, "1/", 2) == 0;
        (void)snprintf(buf, n, "%.9g %s", value, is_inverse ? name + 1 : name);
    }
    return buf;
}

static bool value_is_parameter(const struct ast *e, uint32_t parameter)
{
    return e->kind == AST_NAME && e->symbol != NULL && e->symbol->kind == SYMBOL_PARAMETER &&
           e->symbol->index == parameter;
}

/* Is the parameter itself, or a factor of the product that stands there, divided by? */
static bool value_is_factor(const struct ast *e, uint32_t parameter)
{
    while (e->kind == AST_BINARY && e->op == LANG_MUL) {
        if (value_is_factor(e->args[1], parameter)) {
            return true;
        }
        e = e->args[0];
    }
    return value_is_parameter(e, parameter);
}

static bool value_divides(const struct ast *e, uint32_t parameter)
{
    if (e->kind == AST_BINARY && e->op == LANG_DIV && value_is_factor(e->args[1], parameter)) {
        return true;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (value_divides(e->args[k], parameter)) {
            return true;
        }
    }
    return false;
}

/* Must the parameter be above 0? A time that something is divided by, what stands before dx/dt,
 * and whatever is called tau. */
static bool value_must_be_positive(const struct model *m, uint32_t parameter)
{
    const struct model_parameter *const p = &m->parameters[parameter];
    const bool is_time = unit_same_dimension(p->unit, unit_ms);
    if (strncmp(p->name, "tau", 3) == 0 && (is_time || m->no_units)) {
        return true;
    }
    for (uint32_t k = 0; k < m->n_statements; k++) {
        const struct stmt *const s = &m->statements[k];
        if (s->factor != NULL && value_is_factor(s->factor, parameter)) {
            return true;
        }
        if (is_time && value_divides(s->value, parameter)) {
            return true;
        }
    }
    return false;
}

bool model_check_parameter(const struct model *m, uint32_t parameter, double value,
                           struct pos at, struct diag_list *d)
{
    ASSERT(parameter < m->n_parameters);
    const struct model_parameter *const p = &m->parameters[parameter];
    char text[96], low[96], high[96];
    if (isnan(value) || isinf(value)) {
        diag_error(d, at, 0, NULL, "%s is %s", p->name,
                   isnan(value) ? "not a number" : "infinite");
        return false;
    }
    (void)value_text(m, value, p->unit, text, sizeof text);
    if (p->has_range && !(value >= p->low && value <= p->high)) {
        (void)snprintf(low, sizeof low, "%.9g", p->low);
        diag_error(d, at, 0, NULL, "%s is %s, outside its range: %s to %s", p->name, text, low,
                   value_text(m, p->high, p->unit, high, sizeof high));
        return false;
    }
    if (!(value > 0.0) && value_must_be_positive(m, parameter)) {
        diag_error(d, at, 0, "the equations divide by it", "%s is %s: must be above 0", p->name,
                   text);
        return false;
    }
    return true;
}

/* Values of the parameters as far as they are known, for defaults that depend on others. */
struct value_table {
    double *values;
    bool *is_known;
};

static bool value_lookup(void *context, const struct symbol *symbol, double *value)
{
    const struct value_table *const t = context;
    if (symbol->kind != SYMBOL_PARAMETER || !t->is_known[symbol->index]) {
        return false;
    }
    *value = t->values[symbol->index];
    return true;
}

static void value_set(struct value_table *t, uint32_t parameter, const struct ast *e)
{
    t->is_known[parameter] =
        e != NULL && constant_evaluate(e, value_lookup, t, &t->values[parameter]);
}

const struct ast *model_value(const struct model *m, const struct model_preset *preset,
                              uint32_t parameter, struct pos *at)
{
    for (uint32_t k = 0; preset != NULL && k < preset->n; k++) {
        if (preset->values[k] != NULL &&
            strcmp(preset->names[k], m->parameters[parameter].name) == 0) {
            *at = preset->places[k];
            return preset->values[k];
        }
    }
    *at = m->parameters[parameter].at;
    return m->parameters[parameter].value;
}

/* All parameters under one preset (or none). A value that the preset leaves as it is has been
 * looked at before. */
static void values_check(const struct model *m, const struct model_preset *preset,
                         const uint32_t *order, uint32_t n_order, struct value_table *t,
                         struct diag_list *d)
{
    for (uint32_t k = 0; k < n_order; k++) {
        const uint32_t parameter = order[k];
        struct pos at;
        const double before = t->values[parameter];
        const bool was_known = t->is_known[parameter];
        const struct ast *const e = model_value(m, preset, parameter, &at);
        value_set(t, parameter, e);
        const bool is_same =
            was_known && t->values[parameter] >= before && t->values[parameter] <= before;
        if (t->is_known[parameter] && !(preset != NULL && is_same)) {
            if (preset != NULL && e == m->parameters[parameter].value && preset->n > 0) {
                at = preset->at; /* follows from what the preset sets */
            }
            (void)model_check_parameter(m, parameter, t->values[parameter], at, d);
        }
    }
}

void model_check_values(const struct model *m, const uint32_t *order, uint32_t n_order,
                        struct diag_list *d)
{
    struct value_table t = {.values = arena_alloc(d->arena, m->n_parameters, sizeof(double)),
                            .is_known = arena_alloc(d->arena, m->n_parameters, sizeof(bool))};
    if (t.values == NULL || t.is_known == NULL) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return;
    }
    values_check(m, NULL, order, n_order, &t, d);
    double duration;
    if (m->refractory != NULL &&
        constant_evaluate(m->refractory, value_lookup, &t, &duration) &&
        !(duration >= 0.0 && duration <= 1e12)) {
        diag_error(d, m->refractory->at, m->refractory->length, NULL,
                   "the refractory duration is %.9g ms: must be 0 or more", duration);
    }
    uint32_t *const own_order = arena_alloc(d->arena, m->n_parameters, sizeof *own_order);
    double *const defaults = arena_alloc(d->arena, m->n_parameters, sizeof *defaults);
    for (uint32_t k = 0; defaults != NULL && k < m->n_parameters; k++) {
        defaults[k] = t.values[k];
    }
    for (uint32_t k = 0; defaults != NULL && own_order != NULL && k < m->n_presets; k++) {
        uint32_t n_own = 0;
        model_order(m, &m->presets[k], own_order, &n_own, d);
        values_check(m, &m->presets[k], own_order, n_own, &t, d);
        if (m->n_parameters > 0) {
            memcpy(t.values, defaults, m->n_parameters * sizeof *defaults);
        }
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        const struct model_state *const s = &m->states[k];
        double value;
        if (s->initial != NULL && constant_evaluate(s->initial, value_lookup, &t, &value) &&
            !isfinite(value)) {
            diag_error(d, s->at, (uint32_t)strlen(s->name), NULL,
                       "the initial value of %s is %s", s->name,
                       isnan(value) ? "not a number" : "infinite");
        }
    }
}
