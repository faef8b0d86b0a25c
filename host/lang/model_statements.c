/* Statements, threshold, reset and refractory time. */
#include "lang/lower.h"
#include "lang/model_walk.h"
#include "lang/parse.h"

#include <stdio.h>
#include <string.h>

struct statements {
    struct model *m;
    struct diag_list *d;
    struct scope later; /* names that any statement assigns and nothing declares */
    uint32_t *run;      /* [n_states]: number of the run that last held an equation of it */
    uint32_t n_runs, capacity;
};

static const uint32_t statement_forbidden =
    1u << LANG_VAR_X | 1u << LANG_VAR_Y | 1u << LANG_VAR_Z;

/* A position (x, y, z) is no name of a statement: an intermediate may be called so. */
static const struct symbol *statement_find(const struct model *m, const char *name)
{
    const struct symbol *const s = scope_find(&m->scope, name);
    return s != NULL && s->kind == SYMBOL_VARIABLE &&
                   (statement_forbidden >> s->index & 1u) != 0
               ? NULL
               : s;
}

static void statements_find_assigned(struct statements *w)
{
    for (uint32_t k = 0; k < w->m->n_statements; k++) {
        const struct stmt *const s = &w->m->statements[k];
        if (s->kind == STMT_ASSIGN && statement_find(w->m, s->name) == NULL &&
            scope_find(&w->later, s->name) == NULL) {
            (void)scope_add(
                &w->later,
                &(struct symbol){.kind = SYMBOL_INTERMEDIATE, .name = s->name, .at = s->at},
                w->d);
        }
    }
}

/* "a parameter", "a constant", … for "cannot be assigned". */
static const char *statement_kind(enum symbol_kind kind)
{
    switch (kind) {
    case SYMBOL_PARAMETER:
        return "a parameter";
    case SYMBOL_STATE:
        return "a state";
    case SYMBOL_INTERMEDIATE:
        return "an intermediate value";
    case SYMBOL_ARGUMENT:
        return "an argument";
    case SYMBOL_CONSTANT:
        return "a constant";
    case SYMBOL_SIGNAL:
        return "a signal";
    case SYMBOL_FUNCTION:
        return "a function";
    case SYMBOL_VARIABLE:
        return "given by the language";
    }
    return "something else";
}

static void statement_refuse(const struct statements *w, const struct stmt *s,
                             const struct symbol *symbol)
{
    const char *const hint =
        symbol->kind == SYMBOL_PARAMETER
            ? "what changes in time is a state: declare it under state, not under parameters"
            : "choose another name";
    diag_error(w->d, s->at, (uint32_t)strlen(s->name), hint,
               "'%s' is %s and cannot be assigned", s->name, statement_kind(symbol->kind));
}

static void statements_init_rules(struct model_rules *r, const struct statements *w,
                                  const char *what)
{
    r->rules = (struct check_rules){
        .scope = &w->m->scope, .allows_draws = true, .allows_prev = true, .what = what};
    checker_init(&r->checker, &r->rules, w->d);
    r->checker.forbidden = statement_forbidden;
    r->checker.later = &w->later;
}

/* The right side of coef*dx/dt must have the unit coef*[x]/ms. */
static void statement_check_differential(struct statements *w, struct stmt *s)
{
    const struct symbol *const symbol = statement_find(w->m, s->name);
    const uint32_t length = (uint32_t)strlen(s->name);
    struct model_rules r;
    struct dimension factor = dimension_known(unit_none), value;
    if (symbol == NULL || symbol->kind != SYMBOL_STATE) {
        char hint[128];
        (void)snprintf(hint, sizeof hint,
                       "declare it under state with its initial value, as in '%.40s: 0 mV'",
                       s->name);
        diag_error(w->d, s->at, length + 1, symbol == NULL ? hint : NULL,
                   "'%s' is %s: only a state has a differential equation", s->name,
                   symbol == NULL ? "not declared" : statement_kind(symbol->kind));
    } else if (w->run[symbol->index] == w->n_runs) {
        diag_error(w->d, s->at, length + 1, "add the two right sides up",
                   "'%s' has two differential equations that advance together", s->name);
    } else {
        w->run[symbol->index] = w->n_runs;
    }
    s->symbol = symbol;
    char left[192] = "dx/dt", factor_text[80];
    (void)snprintf(left, sizeof left, "the left side, d%.64s/dt,", s->name);
    statements_init_rules(&r, w, left);
    if (s->factor != NULL) {
        (void)check_quote(s->factor, factor_text, sizeof factor_text);
        (void)snprintf(left, sizeof left, "the left side, %s times d%.64s/dt,", factor_text,
                       s->name);
        if (!checker_run(&r.checker, s->factor, &factor)) {
            return;
        }
    }
    struct unit expected;
    if (symbol != NULL && symbol->kind == SYMBOL_STATE && symbol->has_unit &&
        factor.kind == DIMENSION_KNOWN && !w->m->no_units) {
        expected = unit_multiply(factor.unit, unit_divide(symbol->unit, unit_ms));
        r.rules.expected = &expected;
    }
    (void)checker_run(&r.checker, s->value, &value);
}

static void statement_add_intermediate(struct statements *w, struct stmt *s, bool is_sound,
                                       struct dimension value)
{
    struct model *const m = w->m;
    struct symbol symbol = {.kind = SYMBOL_INTERMEDIATE,
                            .name = s->name,
                            .at = s->at,
                            .unit = unit_none,
                            .index = m->n_intermediates};
    symbol.has_unit = is_sound && !m->no_units && model_take_unit(value, &symbol.unit);
    struct symbol *const stored = scope_add(&m->scope, &symbol, w->d);
    struct symbol **const slot =
        stored == NULL ? NULL
                       : arena_push(w->d->arena, &m->intermediates, &m->n_intermediates,
                                    &w->capacity, sizeof(struct symbol *));
    if (slot != NULL) {
        *slot = stored;
        s->symbol = stored;
    }
}

static void statement_check_assign(struct statements *w, struct stmt *s, bool is_reset)
{
    const struct symbol *const symbol = statement_find(w->m, s->name);
    struct model_rules r;
    struct dimension value;
    char what[96];
    (void)snprintf(what, sizeof what, "'%.64s'", s->name);
    statements_init_rules(&r, w, what);
    if (symbol != NULL &&
        (symbol->kind == SYMBOL_STATE || symbol->kind == SYMBOL_INTERMEDIATE) &&
        symbol->has_unit) {
        r.rules.expected = &symbol->unit;
    }
    const bool is_sound = checker_run(&r.checker, s->value, &value);
    s->symbol = symbol;
    if (symbol == NULL && !is_reset) {
        statement_add_intermediate(w, s, is_sound, value);
    } else if (symbol == NULL) {
        diag_error(w->d, s->at, (uint32_t)strlen(s->name),
                   "the reset changes states only: declare it under state",
                   "'%s' is not declared", s->name);
    } else if (is_reset && symbol->kind == SYMBOL_INTERMEDIATE) {
        diag_error(w->d, s->at, (uint32_t)strlen(s->name),
                   "the reset changes states only: declare it under state",
                   "'%s' is an intermediate value and cannot be reset", s->name);
    } else if (symbol->kind != SYMBOL_STATE && symbol->kind != SYMBOL_INTERMEDIATE) {
        statement_refuse(w, s, symbol);
    }
}

static void statements_check_reset(struct statements *w)
{
    for (uint32_t k = 0; k < w->m->n_reset; k++) {
        struct stmt *const s = &w->m->reset[k];
        if (s->kind == STMT_ASSIGN) {
            statement_check_assign(w, s, true);
        } else {
            diag_error(w->d, s->at, (uint32_t)strlen(s->name) + 1, "write 'v = c'",
                       "the reset has assignments only, no differential equation");
        }
    }
}

bool model_has_segments(enum model_integrator integrator)
{
    return integrator == INTEGRATOR_MIDPOINT || integrator == INTEGRATOR_RK4 ||
           integrator == INTEGRATOR_EXACT;
}

static bool expression_draws(const struct ast *e)
{
    if (e->kind == AST_CALL && e->func >= FUNC_UNIFORM && e->func <= FUNC_POISSON) {
        return true;
    }
    if (e->kind == AST_CALL && e->func == LANG_FUNC_N && e->symbol != NULL &&
        e->symbol->value != NULL && expression_draws(e->symbol->value)) {
        return true;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (expression_draws(e->args[k])) {
            return true;
        }
    }
    return false;
}

bool model_parts_segments(const struct stmt *s)
{
    return s->kind == STMT_ASSIGN &&
           (s->symbol == NULL || s->symbol->kind == SYMBOL_STATE || expression_draws(s->value));
}

void model_check_statements(struct model *m, struct diag_list *d)
{
    struct statements w = {.m = m,
                           .d = d,
                           .n_runs = 1,
                           .run = arena_alloc(d->arena, m->n_states, sizeof(uint32_t))};
    struct model_rules r;
    struct dimension unused;
    m->intermediates = NULL;
    m->n_intermediates = 0;
    if (w.run == NULL) {
        diag_error(d, m->at, 0, NULL, "out of memory");
        return;
    }
    statements_find_assigned(&w);
    for (uint32_t k = 0; k < m->n_statements && !arena_failed(d->arena); k++) {
        if (m->statements[k].kind == STMT_DIFFERENTIAL) {
            statement_check_differential(&w, &m->statements[k]);
        } else {
            const uint32_t n_errors = d->n_errors;
            statement_check_assign(&w, &m->statements[k], false);
            const bool is_sound = d->n_errors == n_errors;
            w.n_runs += !model_has_segments(m->integrator) || !is_sound ||
                        model_parts_segments(&m->statements[k]);
        }
    }
    if (m->threshold != NULL) {
        statements_init_rules(&r, &w, "threshold");
        r.rules.expects_mask = true;
        (void)checker_run(&r.checker, m->threshold, &unused);
    }
    statements_check_reset(&w);
    if (m->refractory != NULL) {
        model_rules_constant(&r, m, "refractory duration", d);
        r.rules.expected = m->no_units ? NULL : &unit_ms;
        (void)checker_run(&r.checker, m->refractory, &unused);
    }
}
