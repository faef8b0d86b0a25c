/* tests/support/step_fixture.h: models from a few lines of text, and their step programs run
 * cell by cell with the reference evaluator. */
#ifndef SUPPORT_STEP_FIXTURE_H
#define SUPPORT_STEP_FIXTURE_H

#include "lang/step.h"
#include "support/lang_fixture.h"

/* Fails with all diagnostics where there are errors. */
static inline void step_fixture_expect_sound(struct lang_fixture *f)
{
    if (f->d.n_errors > 0) {
        struct text out = {0};
        diag_print(&f->d, 0, &out);
        print_message("%s", text_string(&out));
        text_fini(&out);
        fail_msg("%u errors", f->d.n_errors);
    }
}

/* What a test says of a model; texts may be NULL. */
struct step_fixture_model {
    const char *parameters;   /* "tau = 6 ms; a = 1" */
    const char *states;       /* "v = -70 mV; g = 0 nS": initial values */
    const char *receptors[4]; /* name, variable, name, variable */
    const char *equations, *threshold, *reset, *refractory;
    const char *held[3];
    enum model_integrator integrator;
    bool has_units;
};

/* Parsed only, as desc/ hands trees to the model's check. */
static inline struct ast *step_fixture_tree(struct lang_fixture *f, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    const struct lang_text t = lang_fixture_text(text);
    return lang_parse_expression(&t, NULL, &f->d);
}

/* Unit of the first number of a tree, or none. */
static inline struct unit step_fixture_unit(const struct ast *e)
{
    if (e->kind == AST_NUMBER) {
        return e->has_unit ? e->unit : unit_none;
    }
    return e->n_args > 0 ? step_fixture_unit(e->args[0]) : unit_none;
}

static inline struct stmt *step_fixture_list(struct lang_fixture *f, const char *text,
                                             uint32_t *n)
{
    *n = 0;
    if (text == NULL) {
        return NULL;
    }
    const struct lang_text t = lang_fixture_text(text);
    return lang_parse_statements(&t, NULL, n, &f->d);
}

/* Parameters, states, receptors and held variables. */
static inline void step_fixture_names(struct lang_fixture *f,
                                      const struct step_fixture_model *text, struct model *m)
{
    struct stmt *const parameters = step_fixture_list(f, text->parameters, &m->n_parameters);
    m->parameters = arena_alloc(f->arena, m->n_parameters, sizeof *m->parameters);
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        m->parameters[k] =
            (struct model_parameter){.name = parameters[k].name,
                                     .at = parameters[k].at,
                                     .value = parameters[k].value,
                                     .unit = step_fixture_unit(parameters[k].value)};
    }
    struct stmt *const states = step_fixture_list(f, text->states, &m->n_states);
    m->states = arena_alloc(f->arena, m->n_states, sizeof *m->states);
    for (uint32_t k = 0; k < m->n_states; k++) {
        m->states[k] = (struct model_state){.name = states[k].name,
                                            .at = states[k].at,
                                            .initial = states[k].value,
                                            .unit = step_fixture_unit(states[k].value),
                                            .has_unit = true};
    }
    m->receptors = arena_alloc(f->arena, 2, sizeof *m->receptors);
    for (; m->n_receptors < 2 && text->receptors[2 * m->n_receptors] != NULL;
         m->n_receptors++) {
        m->receptors[m->n_receptors] =
            (struct model_receptor){.name = text->receptors[2 * m->n_receptors],
                                    .variable = text->receptors[2 * m->n_receptors + 1],
                                    .at = m->at};
    }
    m->held = arena_alloc(f->arena, 3, sizeof *m->held);
    for (; m->n_held < 3 && text->held[m->n_held] != NULL; m->n_held++) {
        m->held[m->n_held] = text->held[m->n_held];
    }
}

/* A checked model. */
static inline struct model *step_fixture_model(struct lang_fixture *f,
                                               const struct step_fixture_model *text)
{
    struct model *const m = arena_alloc(f->arena, 1, sizeof *m);
    m->file = m->stem = m->name = "test";
    m->at = (struct pos){.file = "test", .line = 1, .column = 1};
    m->integrator = text->integrator;
    m->no_units = !text->has_units;
    step_fixture_names(f, text, m);
    m->statements = step_fixture_list(f, text->equations, &m->n_statements);
    m->reset = step_fixture_list(f, text->reset, &m->n_reset);
    m->threshold = step_fixture_tree(f, text->threshold);
    m->refractory = step_fixture_tree(f, text->refractory);
    step_fixture_expect_sound(f);
    (void)model_check(m, &f->d);
    step_fixture_expect_sound(f);
    return m;
}

/* One cell that runs a step program. */
struct step_fixture_cell {
    const struct step_program *program;
    double values[32];     /* of program->states */
    double parameters[32]; /* of STEP_PER_CELL ones */
    double arrivals[8], events[8], trains[8];
    double samples[32], watches[8]; /* out */
    bool spike, stops[8];           /* out */
    bool is_double;
    uint32_t index;
    int64_t step, dt_fs;
    double (*draw)(uint32_t stream, uint32_t draw);
};

static inline double step_fixture_var(const struct step_fixture_cell *c, const struct ir_var *v)
{
    switch (v->kind) {
    case IR_VAR_STATE:
        return c->values[v->index];
    case IR_VAR_PARAMETER:
        return c->parameters[v->index];
    case IR_VAR_ARRIVAL:
        return c->arrivals[v->index];
    case IR_VAR_TRAIN:
        return c->trains[v->index];
    case IR_VAR_INDEX:
        return c->index;
    case IR_VAR_X:
    case IR_VAR_Y:
    case IR_VAR_Z:
    case IR_VAR_DISTANCE:
    case IR_VAR_DX:
    case IR_VAR_DY:
    case IR_VAR_DZ:
    case IR_VAR_PRE_INDEX:
    case IR_VAR_POST_INDEX:
        break;
    }
    return (double)NAN;
}

/* Takes one step: samples, watches and spike are of this step; values move on. */
static inline void step_fixture_step(struct step_fixture_cell *c)
{
    const struct step_program *const p = c->program;
    uint32_t roots[112], n = 0;
    double vars[96], out[112];
    EXPECT_TRUE(p->ir->n_vars <= 96 && p->n_states <= 32 && p->n_samples <= 32 &&
                p->n_watches <= 8 && p->n_stops <= 8);
    for (uint32_t k = 0; k < p->ir->n_vars; k++) {
        vars[k] = step_fixture_var(c, &p->ir->vars[k]);
    }
    for (uint32_t k = 0; k < p->n_states; k++) {
        roots[n++] = p->states[k].out;
    }
    for (uint32_t k = 0; k < p->n_samples; k++) {
        roots[n++] = p->samples[k].node;
    }
    for (uint32_t k = 0; k < p->n_watches; k++) {
        roots[n++] = p->watches[k].node;
    }
    for (uint32_t k = 0; k < p->n_stops; k++) {
        roots[n++] = p->stops[k];
    }
    if (p->spike != IR_NONE) {
        roots[n++] = p->spike;
    }
    const struct ir_reference r = {.vars = vars,
                                   .events = c->events,
                                   .draw = c->draw,
                                   .step = c->step,
                                   .dt_fs = c->dt_fs,
                                   .is_double = c->is_double};
    ir_reference_eval(p->ir, &r, roots, n, out);
    n = 0;
    for (uint32_t k = 0; k < p->n_states; k++) {
        c->values[k] = out[n++];
    }
    for (uint32_t k = 0; k < p->n_samples; k++) {
        c->samples[k] = out[n++];
    }
    for (uint32_t k = 0; k < p->n_watches; k++) {
        c->watches[k] = out[n++];
    }
    for (uint32_t k = 0; k < p->n_stops; k++) {
        c->stops[k] = out[n++] != 0.0;
    }
    c->spike = p->spike != IR_NONE && out[n] != 0.0;
    c->step++;
}

#endif
