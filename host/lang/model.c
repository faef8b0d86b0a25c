#include "lang/model.h"
#include "lang/lower.h"
#include "lang/model_walk.h"
#include "lang/parse.h"

#include <string.h>

static bool model_same_letters(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        const char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + ('a' - 'A')) : *a;
        const char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + ('a' - 'A')) : *b;
        if (x != y) {
            return false;
        }
    }
    return *a == *b;
}

int model_find_parameter(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        if (strcmp(m->parameters[k].name, name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

int model_find_state(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->n_states; k++) {
        if (strcmp(m->states[k].name, name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

int model_find_receptor(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        if (model_same_letters(m->receptors[k].name, name)) {
            return (int)k;
        }
    }
    return -1;
}

bool model_receptor_is_signed(const struct model *m, uint32_t receptor)
{
    const struct model_state *const s = &m->states[m->receptors[receptor].state];
    return m->no_units || !s->has_unit || !unit_is_conductance(s->unit);
}

int model_find_intermediate(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->n_intermediates; k++) {
        if (strcmp(m->intermediates[k]->name, name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

void model_rules_constant(struct model_rules *r, const struct model *m, const char *what,
                          struct diag_list *d)
{
    r->rules = (struct check_rules){.scope = &m->scope, .what = what};
    checker_init(&r->checker, &r->rules, d);
    r->checker.n_states = 0;
    r->checker.allows_signals = false;
    r->checker.forbidden = 1u << LANG_VAR_T | 1u << LANG_VAR_I | 1u << LANG_VAR_X |
                           1u << LANG_VAR_Y | 1u << LANG_VAR_Z;
}

void model_rules_initial(struct model_rules *r, const struct model *m, uint32_t n_states,
                         const char *what, struct diag_list *d)
{
    model_rules_constant(r, m, what, d);
    r->rules.allows_draws = true;
    r->checker.n_states = n_states;
    r->checker.forbidden = 1u << LANG_VAR_T;
}

bool model_take_unit(struct dimension dimension, struct unit *unit)
{
    if (dimension.kind != DIMENSION_KNOWN) {
        return false;
    }
    *unit = dimension.unit;
    return true;
}

/* The names that the language gives, above those of the network where the loader has put some
 * there. */
static bool model_open_scope(struct model *m, struct diag_list *d)
{
    static const uint32_t wanted[] = {LANG_VAR_T, LANG_VAR_DT, LANG_VAR_PI, LANG_VAR_I,
                                      LANG_VAR_X, LANG_VAR_Y,  LANG_VAR_Z};
    static const char *const names[] = {
#define LANG_VARIABLE(id, name, unit, doc) name,
#include "lang/variables.def"
#undef LANG_VARIABLE
    };
    uint32_t missing = 0;
    for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++) {
        const struct symbol *const known = scope_find(m->scope.parent, names[wanted[k]]);
        if (known == NULL || known->kind != SYMBOL_VARIABLE) {
            missing |= 1u << wanted[k];
        }
    }
    m->scope = (struct scope){.parent = m->scope.parent, .no_units = m->no_units};
    if (missing == 0) {
        return true;
    }
    struct scope *const variables = arena_alloc(d->arena, 1, sizeof *variables);
    if (variables == NULL) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return false;
    }
    variables->parent = m->scope.parent;
    m->scope.parent = variables;
    return lang_scope_variables(variables, missing, d->arena, d, NULL) == ERR_OK;
}

static void model_check_receptors(struct model *m, struct diag_list *d)
{
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        struct model_receptor *const r = &m->receptors[k];
        const int state = model_find_state(m, r->variable),
                  same = model_find_receptor(m, r->name);
        if (same >= 0 && (uint32_t)same < k) {
            diag_error(d, r->at, 0, "receptors match without regard to case",
                       "the receptors '%s' and '%s' are the same", m->receptors[same].name,
                       r->name);
        }
        if (state < 0) {
            diag_error(d, r->at, (uint32_t)strlen(r->variable),
                       "declare it under state, as in 'g_ampa: 0 nS'",
                       "the receptor '%s' adds to '%s', which is no state", r->name,
                       r->variable);
        } else {
            r->state = (uint32_t)state;
        }
    }
}

static void model_check_held(struct model *m, struct diag_list *d)
{
    m->held_states = arena_alloc(d->arena, m->n_held, sizeof *m->held_states);
    if (m->held_states == NULL) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return;
    }
    const struct pos at = m->refractory != NULL ? m->refractory->at : m->at;
    if (m->n_held > 0 && m->refractory == NULL) {
        diag_error(d, at, 0, "refractory: {duration: 2 ms, hold: [v]}",
                   "variables are held, but there is no refractory duration");
    }
    for (uint32_t k = 0; k < m->n_held; k++) {
        const int state = model_find_state(m, m->held[k]);
        if (state < 0) {
            diag_error(d, at, 0, "only states can be held",
                       "the held variable '%s' is no state", m->held[k]);
        } else {
            m->held_states[k] = (uint32_t)state;
        }
    }
}

static void model_check_current(const struct model *m, struct diag_list *d)
{
    if (m->current == NULL || model_find_parameter(m, m->current) >= 0) {
        return;
    }
    const char *const what = model_find_state(m, m->current) >= 0 ? "a state" : "not known";
    diag_error(d, m->at, 0,
               "declare a parameter such as 'I_ext: 0 pA' and use it in the equations",
               "'current' names the parameter that injected current adds to; '%s' is %s",
               m->current, what);
}

static void model_check_preset_entry(struct model *m, struct model_preset *p, uint32_t k,
                                     struct diag_list *d)
{
    const char *const name = p->names[k];
    const int parameter = model_find_parameter(m, name), state = model_find_state(m, name);
    for (uint32_t j = 0; j < k; j++) {
        if (strcmp(p->names[j], name) == 0) {
            diag_error(d, p->places[k], (uint32_t)strlen(name), NULL,
                       "the preset '%s' sets '%s' twice", p->name, name);
            return;
        }
    }
    if (parameter < 0 && state < 0) {
        const char **const names = arena_alloc(d->arena, m->scope.n + 1, sizeof *names);
        uint32_t n = 0;
        for (uint32_t j = 0; names != NULL && j < m->scope.n; j++) {
            names[n] = m->scope.symbols[j]->name;
            n += m->scope.symbols[j]->kind == SYMBOL_PARAMETER ||
                 m->scope.symbols[j]->kind == SYMBOL_STATE;
        }
        const char *const near = text_nearest(name, names, n);
        diag_error(d, p->places[k], (uint32_t)strlen(name),
                   near == NULL ? NULL : arena_print(d->arena, "did you mean '%s'?", near),
                   "the preset '%s' sets '%s', which is neither a parameter nor a state",
                   p->name, name);
        return;
    }
    struct model_rules r;
    struct dimension unused;
    const char *const what = arena_print(d->arena, "preset value of '%s'", name);
    if (parameter >= 0) {
        model_rules_constant(&r, m, what, d);
        r.rules.allows_draws = true; /* as under `set`: one value per cell */
        r.checker.forbidden = 1u << LANG_VAR_T;
        r.rules.expected = m->no_units ? NULL : &m->parameters[parameter].unit;
    } else {
        model_rules_initial(&r, m, (uint32_t)state, what, d);
        r.rules.expected =
            m->states[state].has_unit && !m->no_units ? &m->states[state].unit : NULL;
    }
    if (p->values[k] != NULL) {
        (void)checker_run(&r.checker, p->values[k], &unused);
    }
}

bool model_check(struct model *m, struct diag_list *d)
{
    const uint32_t before = d->n_errors;
    uint32_t *const order = arena_alloc(d->arena, m->n_parameters, sizeof *order), n_order = 0;
    if (order == NULL || !model_open_scope(m, d)) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return false;
    }
    model_declare(m, order, &n_order, d);
    model_check_receptors(m, d);
    model_check_statements(m, d);
    model_check_held(m, d);
    model_check_current(m, d);
    for (uint32_t k = 0; k < m->n_presets; k++) {
        for (uint32_t j = 0; j < m->presets[k].n; j++) {
            model_check_preset_entry(m, &m->presets[k], j, d);
        }
    }
    /* Numbers have a meaning only where names and units have one. */
    if (d->n_errors == before) {
        model_check_values(m, order, n_order, d);
    }
    return d->n_errors == before && !arena_failed(d->arena);
}
