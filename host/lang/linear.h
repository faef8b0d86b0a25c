/* lang/linear.h: an expression as coef[0]*x0 + coef[1]*x1 + … + rest over the variables of a
 * system of differential equations, or the term for which there is no such form. Sees:
 * step_builder. Memory: the request's arena. */
#ifndef LANG_LINEAR_H
#define LANG_LINEAR_H

#include "lang/step_builder.h"

struct linear_fault {
    const struct ast *at; /* the term */
    const char *text;     /* NULL: none */
};

struct linear_form {
    uint32_t *coef;            /* [n] nodes, IR_NONE for 0; NULL: free of the variables */
    const struct ast **origin; /* [n] the term that a coefficient came from first */
    uint32_t rest;             /* node, IR_NONE for 0 */
    struct linear_fault fault; /* of an intermediate: told where it is used */
};

struct linear_system {
    struct step_builder *b;
    uint32_t n;
    const uint32_t *of_state; /* [model's n_states] variable of the system, or IR_NONE */
    struct linear_form *intermediate; /* [model's n_intermediates]; zeroed: free */
    const struct linear_form *arguments;
    const struct symbol *const *names; /* [n] the variables */
    struct linear_fault fault;         /* out */
};

/* Each part of e that is free of the variables is lowered once, in the order of the text.
 * false: see fault (or memory is out). */
bool linear_form(struct linear_system *l, const struct ast *e, const char *what,
                 struct linear_form *out);

#endif
