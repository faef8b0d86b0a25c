/* tests/support/model_random.h: random models as text, each well typed: every operator and
 * function of ops.def and funcs.def, every integrator, draws, prev, threshold, reset,
 * refractory time; and what a network adds (values per cell, a stimulus, an input of events, a
 * recorded quantity, a stop condition). The same text from a seed with every compiler: one draw
 * per statement. Most right sides are kept within bounds, so that cells live for some steps. */
#ifndef SUPPORT_MODEL_RANDOM_H
#define SUPPORT_MODEL_RANDOM_H

#include "base/hash.h"
#include "support/step_fixture.h"

enum { MODEL_RANDOM_STATES = 4, MODEL_RANDOM_INTERMEDIATES = 6, MODEL_RANDOM_PARAMETERS = 5 };
/* p0 and tau are numbers for all cells and all time; p1 may carry a stimulus; p2 may have one
 * value per cell. */
static const char *const model_random_parameters[MODEL_RANDOM_PARAMETERS] = {"p0", "tau", "p1",
                                                                             "p2", "p3"};

struct model_random {
    uint64_t seed, state;
    struct text parameters, states, equations, threshold, reset, course, rate, weight, record,
        stop;
    char refractory[16];
    enum model_integrator integrator;
    uint32_t n_states, n_intermediates;
    uint32_t linear; /* bit k: intermediate k is linear in the states */
    bool has_cells, has_course, has_events, is_fed, has_train; /* what the network adds */
    bool may_draw, sees_prev, sees_states; /* in the expression being written */
};

static inline uint32_t model_random_next(struct model_random *r, uint32_t below)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash_mix64(r->state) >> 32) % below;
}

static inline bool model_random_chance(struct model_random *r, uint32_t percent)
{
    return model_random_next(r, 100) < percent;
}

static inline void model_random_real(struct model_random *r, struct text *out, uint32_t depth);

static inline void model_random_number(struct model_random *r, struct text *out)
{
    static const char *const numbers[] = {"0",  "1",    "2",     "0.1",   "0.5",   "3.25",
                                          "65", "1e-3", "12.75", "0.062", "1e-30", "7"};
    text_add(out, numbers[model_random_next(r, 12)]);
}

static inline void model_random_leaf(struct model_random *r, struct text *out)
{
    const uint32_t kind = model_random_next(r, 12);
    if (kind < 5 && r->sees_states) {
        text_print(out, "s%u", model_random_next(r, r->n_states));
    } else if (kind < 7 && r->sees_states && r->n_intermediates > 0) {
        text_print(out, "m%u", model_random_next(r, r->n_intermediates));
    } else if (kind == 7 && r->sees_prev) {
        text_print(out, "prev(s%u)", model_random_next(r, r->n_states));
    } else if (kind < 10) {
        text_add(out, model_random_parameters[model_random_next(r, MODEL_RANDOM_PARAMETERS)]);
    } else if (kind == 10) {
        static const char *const names[] = {"t", "dt", "pi", "i"};
        text_add(out, names[model_random_next(r, 4)]);
    } else {
        model_random_number(r, out);
    }
}

/* "(e)" */
static inline void model_random_inside(struct model_random *r, struct text *out, uint32_t depth)
{
    text_add(out, "(");
    model_random_real(r, out, depth);
    text_add(out, ")");
}

/* An argument within bounds, or now and then as it comes. */
static inline void model_random_bounded(struct model_random *r, struct text *out,
                                        uint32_t depth, const char *low, const char *high)
{
    const bool is_wild = model_random_chance(r, 8);
    text_add(out, is_wild ? "" : "clip(");
    model_random_real(r, out, depth);
    if (!is_wild) {
        text_print(out, ", %s, %s)", low, high);
    }
}

/* An argument above 0, or now and then as it comes. */
static inline void model_random_positive(struct model_random *r, struct text *out,
                                         uint32_t depth)
{
    const bool is_wild = model_random_chance(r, 8);
    text_add(out, is_wild ? "" : "(abs(");
    model_random_real(r, out, depth);
    text_add(out, is_wild ? "" : ") + 0.25)");
}

static inline void model_random_condition(struct model_random *r, struct text *out,
                                          uint32_t depth)
{
    static const enum lang_op comparisons[] = {LANG_LT, LANG_LE, LANG_GT,
                                               LANG_GE, LANG_EQ, LANG_NE};
    static const char *const tokens[] = {"<", "<=", ">", ">=", "==", "!="};
    _Static_assert(sizeof comparisons / sizeof *comparisons == sizeof tokens / sizeof *tokens,
                   "one token each");
    const uint32_t kind = depth == 0 ? 9 : model_random_next(r, 10);
    if (kind < 3) {
        text_add(out, "(");
        model_random_condition(r, out, depth - 1);
        text_add(out, kind == 0 ? " and " : " or ");
        model_random_condition(r, out, depth - 1);
        text_add(out, ")");
    } else if (kind == 3) {
        text_add(out, "not (");
        model_random_condition(r, out, depth - 1);
        text_add(out, ")");
    } else {
        const uint32_t token = model_random_next(r, 6);
        model_random_real(r, out, depth > 0 ? depth - 1 : 0);
        text_print(out, " %s ", tokens[token]);
        model_random_real(r, out, depth > 0 ? depth - 1 : 0);
    }
}

static inline void model_random_choice(struct model_random *r, struct text *out, uint32_t depth,
                                       bool is_call)
{
    text_add(out, is_call ? "ite(" : "(if ");
    model_random_condition(r, out, depth);
    text_add(out, is_call ? ", " : ": ");
    model_random_real(r, out, depth);
    text_add(out, is_call ? ", " : " else: ");
    model_random_real(r, out, depth);
    text_add(out, ")");
}

static inline void model_random_draw(struct model_random *r, struct text *out)
{
    /* The last reads a variable inside its loop, through which exponential_euler could not
     * differentiate. */
    switch (model_random_next(r, r->integrator == INTEGRATOR_EXPONENTIAL_EULER ? 5 : 6)) {
    case 0:
        text_print(out, "uniform(-%u, p0)", model_random_next(r, 4));
        break;
    case 1:
        text_print(out, "normal(0.%u, 1)", model_random_next(r, 10));
        break;
    case 2:
        text_add(out, "lognormal(0.5, 0.2)");
        break;
    case 3:
        text_add(out, "poisson(");
        model_random_positive(r, out, 0);
        text_add(out, ")");
        break;
    case 4:
        text_add(out, "truncated(normal(1, 2), 0, 3)");
        break;
    default:
        text_add(out, "truncated(uniform(0, 2) + tanh(");
        model_random_leaf(r, out);
        text_add(out, "), -0.5, 2.5)");
    }
}

static inline void model_random_call(struct model_random *r, struct text *out, uint32_t depth,
                                     const char *name)
{
    text_print(out, "%s(", name);
    model_random_real(r, out, depth);
    text_add(out, ")");
}

static inline void model_random_call_bounded(struct model_random *r, struct text *out,
                                             uint32_t depth, const char *name, const char *low,
                                             const char *high)
{
    text_print(out, "%s(", name);
    model_random_bounded(r, out, depth, low, high);
    text_add(out, ")");
}

static inline void model_random_function(struct model_random *r, struct text *out,
                                         uint32_t depth)
{
    static const char *const names[] = {
#define LANG_FUNC(id, name, least, most, doc) name,
#include "lang/funcs.def"
#undef LANG_FUNC
    };
    const enum lang_func func = (enum lang_func)model_random_next(r, LANG_FUNC_N);
    const char *const name = names[func];
    switch (func) { /* no default: a new row is an argument list to write here */
    case FUNC_ITE:
        model_random_choice(r, out, depth, true);
        break;
    case FUNC_MIN:
    case FUNC_MAX:
        text_print(out, "%s(", name);
        model_random_real(r, out, depth);
        text_add(out, ", ");
        model_random_real(r, out, depth);
        text_add(out, ")");
        break;
    case FUNC_MOD:
        text_add(out, "mod(");
        model_random_real(r, out, depth);
        text_add(out, ", ");
        model_random_positive(r, out, depth);
        text_add(out, ")");
        break;
    case FUNC_CLIP:
        text_add(out, "clip(");
        model_random_real(r, out, depth);
        text_add(out, ", -p0, 30)");
        break;
    case FUNC_POW:
        text_add(out, "pow(");
        model_random_positive(r, out, depth);
        text_add(out, ", ");
        model_random_bounded(r, out, depth, "-2", "2.5");
        text_add(out, ")");
        break;
    case FUNC_EXP:
    case FUNC_EXPM1:
    case FUNC_EXPREL:
        model_random_call_bounded(r, out, depth, name, "-40", "4");
        break;
    case FUNC_LOG:
    case FUNC_LOG1P:
    case FUNC_SQRT:
        text_print(out, "%s(", name);
        model_random_positive(r, out, depth);
        text_add(out, ")");
        break;
    case FUNC_POS:
    case FUNC_NEG:
    case FUNC_ABS:
    case FUNC_SIGN:
    case FUNC_ROUND:
    case FUNC_FLOOR:
    case FUNC_SIN:
    case FUNC_COS:
    case FUNC_TANH:
        model_random_call(r, out, depth, name);
        break;
    case FUNC_UNIFORM:
    case FUNC_NORMAL:
    case FUNC_LOGNORMAL:
    case FUNC_TRUNCATED:
    case FUNC_POISSON:
        if (r->may_draw) {
            model_random_draw(r, out);
        } else {
            model_random_leaf(r, out);
        }
        break;
    case FUNC_PREV:
    case FUNC_ANY: /* in stop_when only */
    case FUNC_ALL:
    case LANG_FUNC_N:
        model_random_leaf(r, out);
    }
}

static inline void model_random_operand(struct model_random *r, struct text *out,
                                        uint32_t depth)
{
    if (model_random_chance(r, 50)) {
        model_random_inside(r, out, depth);
    } else {
        model_random_real(r, out, depth);
    }
}

static inline void model_random_operator(struct model_random *r, struct text *out,
                                         uint32_t depth)
{
    static const char *const signs[] = {" + ", " - ", "*"};
    const uint32_t kind = model_random_next(r, 10);
    if (kind < 6) {
        model_random_operand(r, out, depth);
        text_add(out, signs[kind / 2]);
        model_random_operand(r, out, depth);
    } else if (kind == 6) {
        model_random_operand(r, out, depth);
        text_add(out, "/");
        model_random_positive(r, out, depth);
    } else if (kind == 7) {
        static const char *const powers[] = {"**2", "^3", "**-1", "**4", "**0.5", "^(-0.75)"};
        model_random_positive(r, out, depth);
        text_add(out, powers[model_random_next(r, 6)]);
    } else if (kind == 8) {
        text_add(out, "-");
        model_random_inside(r, out, depth);
    } else {
        text_add(out, "+");
        model_random_inside(r, out, depth);
    }
}

static inline void model_random_real(struct model_random *r, struct text *out, uint32_t depth)
{
    const uint32_t kind = depth == 0 ? 99 : model_random_next(r, 100);
    if (kind < 45) {
        model_random_operator(r, out, depth - 1);
    } else if (kind < 80) {
        model_random_function(r, out, depth - 1);
    } else if (kind < 88) {
        model_random_choice(r, out, depth - 1, false);
    } else {
        model_random_leaf(r, out);
    }
}

/* A right side, most often within bounds. */
static inline void model_random_right(struct model_random *r, struct text *out)
{
    static const char *const ends[][2] = {
        {"clip(",    ", -50, 50)"},
        {"20*tanh(", ")"         },
        {"(",        ")"         },
        {"30*sin(",  ")"         }
    };
    const uint32_t end = model_random_next(r, 4), depth = 1 + model_random_next(r, 4);
    text_add(out, ends[end][0]);
    model_random_real(r, out, depth);
    text_add(out, ends[end][1]);
}

/* Coefficients are numbers for all cells and all time; what is held may be anything without
 * states. */
static inline void model_random_linear(struct model_random *r, struct text *out, uint32_t state)
{
    const uint32_t n_terms = model_random_next(r, 3);
    if (state == UINT32_MAX) {
        text_add(out, "p0");
    } else {
        text_print(out, "-s%u/tau", state);
    }
    for (uint32_t k = 0; k < n_terms; k++) {
        const uint32_t m = model_random_next(r, MODEL_RANDOM_INTERMEDIATES);
        if (m < r->n_intermediates && (r->linear >> m & 1u) != 0) {
            text_print(out, " - 0.0%u*m%u", 1 + model_random_next(r, 9), m);
        } else {
            text_print(out, " + (s%u - p0)*0.%u", model_random_next(r, r->n_states),
                       model_random_next(r, 10));
        }
    }
    if (model_random_chance(r, 60)) {
        text_add(out, " + ");
        r->sees_states = r->sees_prev = false;
        model_random_right(r, out);
        r->sees_states = r->sees_prev = true;
    }
}

static inline void model_random_equation(struct model_random *r, uint32_t state)
{
    struct text *const out = &r->equations;
    if (r->integrator == INTEGRATOR_EXACT) {
        const bool has_factor = model_random_chance(r, 30);
        text_print(out, has_factor ? "p0*ds%u/dt = " : "ds%u/dt = ", state);
        model_random_linear(r, out, state);
    } else {
        const uint32_t form = model_random_next(r, 3);
        text_print(out, form == 1 ? "tau*ds%u/dt = " : "ds%u/dt = ", state);
        text_add(out, form == 0 ? "(" : "");
        model_random_right(r, out);
        text_print(out,
                   form == 0   ? " - s%u)/tau"
                   : form == 1 ? " - s%u"
                               : "*0.1 - s%u/9",
                   state);
        if (!model_has_segments(r->integrator) && model_random_chance(r, 15)) {
            text_add(out, " + normal(0, 0.1)");
        }
    }
    text_add(out, "\n");
}

static inline void model_random_assign(struct model_random *r, uint32_t state)
{
    static const char *const signs[] = {"=", "+=", "-=", "*="};
    const uint32_t sign = model_random_next(r, 4);
    r->may_draw = model_random_chance(r, 40);
    text_print(&r->equations, "s%u %s ", state, signs[sign]);
    if (sign == 0) {
        model_random_right(r, &r->equations);
    } else {
        model_random_bounded(r, &r->equations, 2, "-1.5", "1.5");
    }
    r->may_draw = false;
    text_add(&r->equations, "\n");
}

static inline void model_random_intermediate(struct model_random *r)
{
    const bool is_linear = model_random_chance(r, r->integrator == INTEGRATOR_EXACT ? 60 : 10);
    text_print(&r->equations, "m%u = ", r->n_intermediates);
    r->may_draw = !is_linear && model_random_chance(r, 25);
    if (is_linear) {
        model_random_linear(r, &r->equations, UINT32_MAX);
        r->linear |= 1u << r->n_intermediates;
    } else {
        model_random_right(r, &r->equations);
    }
    r->may_draw = false;
    text_add(&r->equations, "\n");
    r->n_intermediates++;
}

static inline void model_random_statements(struct model_random *r)
{
    uint32_t equation = 0; /* the next state to get one */
    const uint32_t n_equations = 1 + model_random_next(r, r->n_states);
    const uint32_t n = 3 + model_random_next(r, 6);
    for (uint32_t k = 0; k < n || equation == 0; k++) {
        const uint32_t kind = model_random_next(r, 10);
        if (kind < 4 && r->n_intermediates < MODEL_RANDOM_INTERMEDIATES) {
            model_random_intermediate(r);
        } else if (kind < 8) {
            const uint32_t run = 1 + model_random_next(r, 3);
            for (uint32_t j = 0; j < run && equation < n_equations; j++) {
                model_random_equation(r, equation++);
            }
        } else {
            const uint32_t state = model_random_next(r, r->n_states);
            model_random_assign(r, state);
        }
    }
}

static inline void model_random_spike(struct model_random *r)
{
    if (!model_random_chance(r, 75)) {
        return;
    }
    if (model_random_chance(r, 50)) {
        text_print(&r->threshold, "s0 > %u and prev(s0) <= %u", 1 + model_random_next(r, 9),
                   10 + model_random_next(r, 9));
    } else {
        model_random_condition(r, &r->threshold, 3);
    }
    const uint32_t n_reset = model_random_next(r, 3);
    for (uint32_t k = 0; k < n_reset; k++) {
        const uint32_t state = model_random_next(r, r->n_states);
        text_print(&r->reset, "s%u = ", state);
        model_random_right(r, &r->reset);
        text_add(&r->reset, "\n");
    }
    if (model_random_chance(r, 50)) {
        (void)snprintf(r->refractory, sizeof r->refractory, "0.%u",
                       1 + model_random_next(r, 4));
    }
}

static inline void model_random_network(struct model_random *r)
{
    r->has_cells = model_random_chance(r, 50) && r->integrator != INTEGRATOR_EXACT;
    r->has_course = model_random_chance(r, 40) && r->integrator != INTEGRATOR_EXACT;
    r->has_events = model_random_chance(r, 40);
    r->is_fed = model_random_chance(r, 40);
    r->has_train = model_random_chance(r, 30);
    text_add(&r->course, model_random_chance(r, 50) ? "sin(t*0.3 /ms)"
                                                    : "if t < 0.2 ms: 0.25 else: i*1e-3");
    text_add(&r->rate, model_random_chance(r, 50) ? "3.5" : "0.5 + i*0.01");
    text_add(&r->weight, model_random_chance(r, 50) ? "0.25" : "s0*0.1 + 0.25");
    model_random_real(r, &r->record, 3);
    model_random_condition(r, &r->stop, 3);
}

static inline void model_random_create(struct model_random *r, uint64_t seed)
{
    *r = (struct model_random){.seed = seed, .state = hash_mix64(seed)};
    r->integrator = (enum model_integrator)model_random_next(r, INTEGRATOR_N);
    r->n_states = 1 + model_random_next(r, MODEL_RANDOM_STATES);
    r->sees_states = r->sees_prev = true;
    text_print(
        &r->parameters, "p0 = %u.5; tau = %u.25; p1 = -1.75; p2 = 0.%u; p3 = p0*2 - sqrt(tau)",
        model_random_next(r, 4), 3 + model_random_next(r, 9), 1 + model_random_next(r, 9));
    for (uint32_t k = 0; k < r->n_states; k++) {
        text_print(&r->states, k % 2 == 0 ? "%ss%u = 0.5" : "%ss%u = uniform(-1, p0)",
                   k == 0 ? "" : "; ", k);
    }
    model_random_statements(r);
    model_random_spike(r);
    model_random_network(r);
}

static inline void model_random_destroy(struct model_random *r)
{
    struct text *const texts[] = {&r->parameters, &r->states, &r->equations, &r->threshold,
                                  &r->reset,      &r->course, &r->rate,      &r->weight,
                                  &r->record,     &r->stop};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        text_fini(texts[k]);
    }
}

/* All that makes the model, to read and to reproduce. */
static inline void model_random_print(const struct model_random *r)
{
    static const char *const integrators[] = {
#define INTEGRATOR_ROW(id, name, doc) name,
#include "lang/integrators.def"
#undef INTEGRATOR_ROW
    };
    print_message(
        "model of TEST_SEED=%" PRIu64
        "\nintegrator: %s\nparameters: %s%s\nstate: %s\nequations:\n%sthreshold: %s\n",
        r->seed, integrators[r->integrator], text_string(&r->parameters),
        r->has_cells ? " (p2 per cell)" : "", text_string(&r->states),
        text_string(&r->equations), text_string(&r->threshold));
    print_message("reset:\n%srefractory: %s\nrecord: %s\nstop: %s\n", text_string(&r->reset),
                  r->refractory, text_string(&r->record), text_string(&r->stop));
    if (r->has_course) {
        print_message("stimulus on p1: %s\n", text_string(&r->course));
    }
    if (r->has_events) {
        print_message("events on s0: rate %s, weight %s\n", text_string(&r->rate),
                      text_string(&r->weight));
    }
}

#endif
