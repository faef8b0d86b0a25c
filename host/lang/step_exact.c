/* exact: a segment x' = A x + r with a constant matrix A advances by its matrix exponential
 * (Rotter and Diesmann 1999, doi 10.1007/s004220050570): x(t + dt) = E x + P r, with r, which
 * is anything that does not depend on x, held over the step. The host finds E and P in double
 * precision. */
#include "lang/check_walk.h"
#include "lang/expm.h"
#include "lang/linear.h"
#include "lang/parse.h"

/* The exponential costs the cube of it. */
enum { EXACT_MAX = 64 };

struct exact {
    struct step_builder *b;
    uint32_t n;
    uint32_t *state;              /* [n] */
    const struct stmt **equation; /* [n] */
    uint32_t *x, *r;              /* [n] values before the step; what is held, IR_NONE for 0 */
    double *a;                    /* [n*n] */
    double *e, *p;                /* [n*n] propagators … */
    double *e_held, *p_held;      /* … and those of a refractory cell, where they differ */
};

static void tell(struct exact *s, const struct ast *at, const char *text)
{
    diag_error(s->b->d, ast_first(at)->at, ast_first(at)->length,
               "the integrator exact needs a linear system with constant coefficients: else "
               "take rk4 or exponential_euler",
               "%s", text);
}

/* A coefficient that is one number for the population and for all time. */
static bool take_coefficient(struct exact *s, uint32_t row, const struct symbol *x,
                             uint32_t node, const struct ast *origin, double *out)
{
    struct step_builder *const b = s->b;
    const struct ast *const at = origin != NULL ? origin : s->equation[row]->value;
    const char *problem = "is not a finite number";
    if (ir_is_const(b->ir, node, out)) {
        if (*out - *out == 0.0) {
            return true;
        }
    } else if (node != IR_NONE) {
        const uint8_t depends = b->ir->nodes[node].depends;
        problem = (depends & IR_ON_DRAW) != 0   ? "is drawn at random"
                  : (depends & IR_ON_CELL) != 0 ? "differs between cells"
                                                : "changes in time";
    }
    char text[80];
    tell(s, at,
         arena_print(b->arena, "the coefficient of '%s' in the equation of '%s' %s: %s",
                     x->name, s->equation[row]->name, problem,
                     check_quote(at, text, sizeof text)));
    return false;
}

/* Row of the matrix and what is held, from the form of the right side; coef*dx/dt = … is
 * divided by coef. */
static bool take_row(struct exact *s, struct linear_system *l, uint32_t row)
{
    struct step_builder *const b = s->b;
    const struct stmt *const equation = s->equation[row];
    struct linear_form form, factor = {.rest = IR_NONE};
    if (!linear_form(l, equation->value, equation->name, &form) ||
        (equation->factor != NULL &&
         !linear_form(l, equation->factor, equation->name, &factor))) {
        if (l->fault.text != NULL) {
            tell(s, l->fault.at, l->fault.text);
        }
        return false;
    }
    if (factor.coef != NULL) {
        char text[80];
        tell(s, equation->factor,
             arena_print(b->arena, "%s before d%s/dt depends on a variable of its system",
                         check_quote(equation->factor, text, sizeof text), equation->name));
        return false;
    }
    s->r[row] = form.rest;
    for (uint32_t k = 0; form.coef != NULL && k < s->n; k++) {
        uint32_t node = form.coef[k];
        const struct ast *at = form.origin[k];
        if (node != IR_NONE && equation->factor != NULL) {
            at = ir_is_const(b->ir, node, NULL) ? equation->factor : at;
            node = ir_op2(b->ir, IR_DIV, node, factor.rest);
        }
        if (node != IR_NONE &&
            !take_coefficient(s, row, l->names[k], node, at, &s->a[row * s->n + k])) {
            return false;
        }
    }
    if (s->r[row] != IR_NONE && equation->factor != NULL) {
        s->r[row] = ir_op2(b->ir, IR_DIV, s->r[row], factor.rest);
    }
    return true;
}

static bool exact_init(struct exact *s, struct step_builder *b, uint32_t first, uint32_t last)
{
    const size_t most = last - first;
    *s = (struct exact){.b = b};
    s->state = arena_alloc(b->arena, most, sizeof *s->state);
    s->equation = arena_alloc(b->arena, most, sizeof *s->equation);
    s->x = arena_alloc(b->arena, most, sizeof *s->x);
    s->r = arena_alloc(b->arena, most, sizeof *s->r);
    if (s->state == NULL || s->equation == NULL || s->x == NULL || s->r == NULL) {
        return false;
    }
    for (uint32_t k = first; k < last; k++) {
        const struct stmt *const statement = &b->model->statements[k];
        if (statement->kind == STMT_DIFFERENTIAL) {
            s->state[s->n] = statement->symbol->index;
            s->equation[s->n] = statement;
            s->x[s->n] = b->value[statement->symbol->index];
            s->r[s->n++] = IR_NONE;
        }
    }
    if (s->n > EXACT_MAX) {
        diag_error(b->d, s->equation[EXACT_MAX]->at, 0, "take rk4 or exponential_euler",
                   "the integrator exact takes at most %d equations that advance together",
                   EXACT_MAX);
        return false;
    }
    const size_t size = (size_t)s->n * s->n;
    s->a = arena_alloc(b->arena, size, sizeof *s->a);
    s->e = arena_alloc(b->arena, size, sizeof *s->e);
    s->p = arena_alloc(b->arena, size, sizeof *s->p);
    return s->a != NULL && s->e != NULL && s->p != NULL;
}

/* Statements of the segment from top to bottom: intermediates with their value and their form,
 * equations as rows. */
static bool take_system(struct exact *s, uint32_t first, uint32_t last)
{
    struct step_builder *const b = s->b;
    const struct model *const m = b->model;
    uint32_t *const of_state = arena_alloc(b->arena, m->n_states, sizeof *of_state);
    const struct symbol **const names = arena_alloc(b->arena, s->n, sizeof *names);
    struct linear_system l = {.b = b, .n = s->n, .of_state = of_state, .names = names};
    l.intermediate = arena_alloc(b->arena, m->n_intermediates, sizeof *l.intermediate);
    if (of_state == NULL || names == NULL || l.intermediate == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < m->n_states; k++) {
        of_state[k] = IR_NONE;
    }
    for (uint32_t k = 0; k < s->n; k++) {
        of_state[s->state[k]] = k;
        names[k] = s->equation[k]->symbol;
    }
    bool is_sound = true;
    for (uint32_t k = first, row = 0; k < last; k++) {
        const struct stmt *const statement = &m->statements[k];
        l.fault.text = NULL;
        if (statement->kind == STMT_DIFFERENTIAL) {
            is_sound = take_row(s, &l, row++) && is_sound;
            continue;
        }
        struct linear_form *const form = &l.intermediate[statement->symbol->index];
        struct linear_form now;
        if (!linear_form(&l, statement->value, statement->name, &now)) {
            now = (struct linear_form){.rest = IR_NONE, .fault = l.fault};
        }
        *form = now;
        step_assign(b, statement, false);
    }
    return is_sound && !arena_failed(b->arena);
}

static bool is_held(const struct exact *s, uint32_t k)
{
    return s->b->is_refractory != IR_NONE && s->b->is_held[s->state[k]];
}

/* Which variables feel a held one, directly or through others. */
static bool *find_affected(const struct exact *s)
{
    bool *const is_affected = arena_alloc(s->b->arena, s->n, sizeof *is_affected);
    bool has_changed = is_affected != NULL;
    while (has_changed) {
        has_changed = false;
        for (uint32_t i = 0; i < s->n; i++) {
            for (uint32_t j = 0; j < s->n && !is_affected[i] && !is_held(s, i); j++) {
                const bool feels = is_held(s, j) || is_affected[j];
                is_affected[i] =
                    feels && (s->a[i * s->n + j] < 0.0 || s->a[i * s->n + j] > 0.0);
                has_changed = has_changed || is_affected[i];
            }
        }
    }
    return is_affected;
}

/* In a refractory cell a held variable is a constant for the others: its row of the matrix is
 * 0. */
static bool find_held(struct exact *s)
{
    const size_t size = (size_t)s->n * s->n;
    double *const a = arena_alloc(s->b->arena, size, sizeof *a);
    s->e_held = arena_alloc(s->b->arena, size, sizeof *s->e_held);
    s->p_held = arena_alloc(s->b->arena, size, sizeof *s->p_held);
    if (a == NULL || s->e_held == NULL || s->p_held == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        for (uint32_t j = 0; j < s->n; j++) {
            a[i * s->n + j] = is_held(s, i) ? 0.0 : s->a[i * s->n + j];
        }
    }
    const double dt = (double)s->b->request->dt_fs / 1e12;
    return expm_propagator(a, s->n, dt, s->e_held, s->p_held, s->b->arena);
}

/* Row i of E x + P r, from left to right; what is constant comes last, as one number. */
static uint32_t row_sum(const struct exact *s, uint32_t i, const double *e, const double *p,
                        bool without_held)
{
    struct ir *const ir = s->b->ir;
    uint32_t sum = IR_NONE;
    double constant = 0.0, r;
    for (uint32_t j = 0; j < 2 * s->n; j++) {
        const uint32_t column = j % s->n;
        const double factor = j < s->n ? e[i * s->n + column] : p[i * s->n + column];
        const uint32_t node = j < s->n ? s->x[column] : s->r[column];
        if (node == IR_NONE || factor == 0.0 ||
            (j >= s->n && without_held && is_held(s, column))) {
            continue;
        }
        if (ir_is_const(ir, node, &r)) {
            constant += factor * r;
            continue;
        }
        const uint32_t term = ir_op2(ir, IR_MUL, ir_const(ir, factor), node);
        sum = sum == IR_NONE ? term : ir_op2(ir, IR_ADD, sum, term);
    }
    if (sum == IR_NONE) {
        return ir_const(ir, constant);
    }
    return constant == 0.0 ? sum : ir_op2(ir, IR_ADD, sum, ir_const(ir, constant));
}

static bool is_finite(const struct exact *s)
{
    for (size_t k = 0; k < (size_t)s->n * s->n; k++) {
        if (s->e[k] - s->e[k] != 0.0 || s->p[k] - s->p[k] != 0.0) {
            diag_error(s->b->d, s->equation[k / s->n]->at, 0, "take a shorter step",
                       "within one step the equation of '%s' grows beyond all numbers",
                       s->equation[k / s->n]->name);
            return false;
        }
    }
    return true;
}

void step_exact(struct step_builder *b, uint32_t first, uint32_t last)
{
    struct exact s;
    const double dt = (double)b->request->dt_fs / 1e12;
    if (!exact_init(&s, b, first, last) || !take_system(&s, first, last) ||
        !expm_propagator(s.a, s.n, dt, s.e, s.p, b->arena) || !is_finite(&s)) {
        return;
    }
    const bool *const is_affected = find_affected(&s);
    uint32_t *const next = arena_alloc(b->arena, s.n, sizeof *next);
    if (is_affected == NULL || next == NULL) {
        return;
    }
    for (uint32_t i = 0; i < s.n; i++) {
        next[i] = row_sum(&s, i, s.e, s.p, false);
        if (is_affected[i]) {
            if (s.e_held == NULL && !find_held(&s)) {
                return;
            }
            const uint32_t held = row_sum(&s, i, s.e_held, s.p_held, true);
            next[i] = ir_op3(b->ir, IR_SELECT, b->is_refractory, held, next[i]);
        }
    }
    for (uint32_t i = 0; i < s.n; i++) {
        step_set_state(b, s.state[i], next[i]);
    }
}
