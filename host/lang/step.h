/* lang/step.h: one population's step as a program: the model's statements, its arrivals,
 * inputs, stimuli, threshold, reset, refractory time and recorded quantities in one ir, ready
 * for both readers. Order (design section 4): arrivals, then inputs in order of their names,
 * are added to the receptors' variables; stimuli take their value; samples; statements from top
 * to bottom; threshold, reset. Sees: base, lang. Memory: the arena of the request. */
#ifndef LANG_STEP_H
#define LANG_STEP_H

#include "base/precision.h"
#include "lang/lower.h"

/* Where a parameter's value comes from. */
enum step_source {
    STEP_DEFAULT, /* the model's default (or the preset's, given as STEP_VALUE) */
    STEP_VALUE,   /* an expression for the whole population: constant, or of t (a signal); of i,
                     x, y, z too */
    STEP_PER_CELL /* drawn or read once per cell before the run: an IR_VAR_PARAMETER */
};
struct step_parameter {
    enum step_source source;
    const struct ast *value; /* STEP_VALUE */
};

enum step_mode { STEP_ADD, STEP_REPLACE };
/* A time course on a parameter, where it holds; or on a state variable, where a table assigns
 * (or adds) each value once, in the step that begins at its time, and an expression does so in
 * every step: a voltage clamp. Such courses act after the arrivals; a value that is not a
 * number assigns nothing, which is how a window ends. While settling, a course keeps its value
 * at t = 0, so what a table assigns at 0 ms holds then too; what it adds is added once, at 0
 * ms. */
struct step_stimulus {
    const char *name;   /* of the input; they act in order of their names */
    uint32_t parameter; /* of the model; of its states where is_state */
    bool is_state;
    enum step_mode mode;
    const struct ast *value; /* an expression of t (and i), or NULL where a table is given */
    struct ir_table table;
};

/* STEP_TRAIN: given events; no rate and no weights: what arrives in a step at receptors[k] is
 * the varying input IR_VAR_TRAIN of a step_program.trains entry. */
enum step_event_kind { STEP_POISSON, STEP_BERNOULLI, STEP_TRAIN };
/* An input that draws events per cell; each adds weights[k] to the variable of receptor
 * receptors[k]. */
struct step_event {
    const char *name;
    enum step_event_kind kind;
    const struct ast *rate;     /* 1/ms in house units; constant, of t, or of i */
    struct ir_table rate_table; /* used where rate is NULL */
    uint32_t n_weights;
    const uint32_t *receptors;
    const struct ast *const *weights;
};

struct step_record {
    const char *name;
    const struct ast
        *value;       /* NULL: `name` is a state, intermediate or parameter of the model */
    struct unit unit; /* of an expression's display */
};

/* A condition that may end the run: looked at after the reset of every step. */
struct step_stop {
    const struct ast *condition; /* over the model's names */
    bool is_all; /* of all(…): the program reports cells where it does not hold */
};

struct step_request {
    struct arena *arena;
    const struct model *model;
    const char *population;
    enum precision precision; /* numbers beyond it are told */
    int64_t dt_fs;
    const struct step_parameter *parameters; /* [model->n_parameters] */
    const bool *is_fed; /* [model->n_receptors]: a projection feeds it through a ring */
    const struct step_stimulus *stimuli; /* sorted by name */
    const struct step_event *events;     /* sorted by name */
    const struct step_record *records;
    const struct step_stop *stops;
    uint32_t n_stimuli, n_events, n_records, n_stops;
};

struct step_state {
    const char *name;
    uint32_t out;         /* node: value at the end of the step, after reset */
    uint32_t model_state; /* index in the model, or IR_NONE: hidden (a recorded intermediate of
                           * the last step, a refractory counter): starts at 0 */
};
struct step_arrival {
    uint32_t receptor; /* of the model */
};
struct step_sample {
    const char *name;
    uint32_t
        node; /* value at the sample's time (after arrivals and stimuli, before the statements);
               * an intermediate: the value of the step that ended then, 0 in row 0 */
    double display;   /* recorded = value * display */
    const char *unit; /* text of the display unit, "" for none */
};
/* Given events: what input `event` of the request brings to `receptor` in this step
 * (IR_VAR_TRAIN k is trains[k]). */
struct step_train {
    uint32_t event, receptor;
};
struct step_watch {
    uint32_t node; /* dt*J of an equation advanced by forward Euler; a warning where it is below
                      -2 */
    const char *variable;
};
/* An IR_EVENTS source. mean is events per step (or the probability): a node that is constant or
 * on t alone; a rate that differs between cells is lowered to IR_POISSON or a comparison
 * instead. */
struct step_event_input {
    const char *name;
    enum step_event_kind kind;
    uint32_t mean;
    uint32_t stream;
};
struct step_stream {
    const char *name; /* input's name, or NULL for the model's own draws (STREAM_STEP) */
    uint32_t n_draws; /* m: draws per cell and step */
};

struct step_program {
    struct ir *ir;
    struct step_state *states;
    struct step_arrival *arrivals;
    struct step_sample *samples;
    struct step_watch *watches;
    struct step_event_input *events; /* IR_EVENTS a indexes this */
    struct step_stream *streams;     /* [0] is the model's own */
    struct step_train *trains;
    uint32_t *stops; /* [n_stops] mask nodes: cells to report, with the state at the end of the
                        step (all(c): where c does not hold) */
    uint32_t n_states, n_arrivals, n_samples, n_watches, n_events, n_streams, n_trains, n_stops;
    uint32_t spike; /* mask node, IR_NONE where the model never spikes */
};

/* Adds diagnostics for what only shows here (a NaN constant, a parameter that depends on itself
 * through set, …) and returns false then. */
bool step_build(const struct step_request *request, struct step_program *out,
                struct diag_list *d);
/* The faults that a checked model shows only when its step is built (a run that is not linear
 * under exact, a literal out of range, …), with its defaults and steps of 0.1 ms. */
bool step_check(const struct model *model, enum precision precision, struct diag_list *d);

#endif
