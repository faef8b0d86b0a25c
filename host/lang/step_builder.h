/* lang/step_builder.h: what the parts of step_build share while one program is being built.
 * Sees: step. Memory: the request's arena. */
#ifndef LANG_STEP_BUILDER_H
#define LANG_STEP_BUILDER_H

#include "lang/step.h"

struct step_builder {
    const struct step_request *request;
    const struct model *model;
    struct step_program *out;
    struct diag_list *d;
    struct arena *arena;
    struct ir *ir;
    struct lower lower;
    uint32_t dt;     /* node: the step in ms */
    uint32_t *leaf;  /* [n_states] value that the step began with */
    uint32_t *value; /* [n_states] value at this place of the step */
    uint32_t
        *start;     /* [n_states] after arrivals, inputs and courses: prev(x); IR_NONE before */
    uint32_t *kept; /* [n_states] what a held variable keeps while refractory */
    uint32_t *intermediate;   /* [n_intermediates] IR_NONE until assigned */
    uint32_t *parameter;      /* [n_parameters] effective value, with stimuli */
    uint8_t *parameter_stage; /* 0 not looked at, 1 being lowered, 2 done */
    bool *is_held;            /* [n_states] keeps its value while refractory */
    uint32_t counter;         /* hidden state of the refractory time, IR_NONE without one */
    uint32_t is_refractory;   /* mask node, IR_NONE without a refractory time */
    uint32_t *sample_state;   /* [n_records] hidden state of a held sample, else IR_NONE */
    uint32_t states_capacity, arrivals_capacity, watches_capacity, events_capacity,
        streams_capacity, trains_capacity;
};

/* step.c */
/* Node of an expression; a diagnostic where it has no value. what: for messages, may be NULL.
 */
uint32_t step_lower(struct step_builder *b, const struct ast *e, const char *what);
/* The same where a random function has no place. */
uint32_t step_lower_fixed(struct step_builder *b, const struct ast *e, const char *what);
/* Node of a truth value as 1 or 0; other nodes as they are. */
uint32_t step_number(struct step_builder *b, uint32_t node);
/* Adds a hidden state, 0 at first. Returns its index among the program's states, IR_NONE when
 * memory is out. */
uint32_t step_add_hidden(struct step_builder *b, const char *name);
/* Gives a state a new value, but for cells that are refractory where it is held. */
void step_set_state(struct step_builder *b, uint32_t state, uint32_t node);
/* An assignment; is_copied: a state's value becomes a node of its own. */
void step_assign(struct step_builder *b, const struct stmt *s, bool is_copied);

/* step_inputs.c */
/* Effective value of a parameter: its source, then the stimuli on it in order. */
uint32_t step_parameter_node(struct step_builder *b, uint32_t parameter);
void step_add_arrivals(
    struct step_builder *b); /* synapses, then inputs, onto the receptors' variables */

/* Is it a finite number of the network's precision? */
bool step_is_in_range(const struct step_builder *b, double value);
/* A constant that no simulation can use is told here, where its name is known. what: of the
 * message ("the value of input"); at: where e is NULL. */
void step_check_constant(struct step_builder *b, uint32_t node, const struct ast *e,
                         struct pos at, const char *what, const char *name);

/* step_clamp.c */
void step_add_clamps(struct step_builder *b); /* courses on states, after the arrivals */

/* step_integrate.c */
void step_run_statements(struct step_builder *b);
/* Node of f where the equation is dx/dt = f, from the values at this place. */
uint32_t step_slope(struct step_builder *b, const struct stmt *s);
/* Integrators: advance the differential equations among statements[first .. last), of which the
 * last is one. */
void step_euler(struct step_builder *b, uint32_t first, uint32_t end);   /* equations only */
void step_stages(struct step_builder *b, uint32_t first, uint32_t last); /* midpoint, rk4 */
void step_exact(struct step_builder *b, uint32_t first, uint32_t last);

/* step_record.c */
void step_add_samples(struct step_builder *b); /* at the samples' time */
void step_hold_samples(
    struct step_builder *b); /* after the statements: what the next step's samples show */

#endif
