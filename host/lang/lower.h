/* lang/lower.h: checked trees to ir.  Numbers of SYMBOL_VARIABLE stand here.
 * Sees: base, ast, ir, model. */
#ifndef LANG_LOWER_H
#define LANG_LOWER_H

#include "lang/ir.h"
#include "lang/model.h"

/* SYMBOL_VARIABLE.index */
enum lang_variable {
#define LANG_VARIABLE(id, name, unit, doc) id,
#include "lang/variables.def"
#undef LANG_VARIABLE
    LANG_VARIABLE_N
};
/* Fills a scope with the variables of the given bits (1u << enum lang_variable): t, dt, pi, i,
 * distance, … */
enum err_code lang_scope_variables(struct scope *s, uint32_t bits, struct arena *arena,
                                   struct diag_list *d, struct err *e) ERR_CHECKED;

struct lower {
    struct ir *ir;
    int64_t dt_fs;
    uint32_t stream;  /* draws of this expression belong to it … */
    uint32_t n_draws; /* … and count on from here */
    /* Node of a parameter, state or intermediate of the model (symbol->kind, symbol->index), or
     * of prev(state); NULL where the expression is in no model. IR_NONE: it has no value yet.
     */
    uint32_t (*resolve)(void *context, const struct symbol *symbol, bool is_prev);
    void *context;
    const uint32_t *arguments; /* of the user function being lowered in place */
    bool has_time;             /* t is not the step's beginning but … */
    uint32_t time;             /* … this node: a stage of an integrator */
    uint32_t depth;
    bool is_too_deep; /* out: functions nested beyond what the stack should bear; the value is
                         IR_NONE then */
};
/* Node of a checked expression. uniform(a,b) = a + (b-a)*u; normal = mean + sd*sqrt(-2 log
 * u1)*cos(2 pi u2) (Box, Muller 1958); lognormal by the logarithm's mean and sd computed from
 * mean and sd of the value. uniform and poisson take one draw, normal and lognormal two,
 * numbered in the order of the text; a draw in a branch not taken is drawn all the same.
 * IR_NONE: memory is out, or a name has no value (resolve). */
uint32_t lang_lower(struct lower *l, const struct ast *e);

#endif
