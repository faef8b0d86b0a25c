/* striatum_neuron.c: one cell under a protocol: what the options say, run. */
#include "striatum_neuron.h"

#include "desc/selfcheck.h"
#include "lab/trace_csv.h"
#include "lab/trace_plot.h"
#include "lang/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "12.5 ms", "1 s" or a bare number of ms. */
static enum err_code read_ms(const struct neuron *n, const char *text, const char *option,
                             double *out)
{
    char *end;
    *out = strtod(text, &end);
    while (*end == ' ') {
        end++;
    }
    struct unit unit = unit_ms;
    const bool is_time = end != text && (*end == '\0' || unit_parse(end, strlen(end), &unit)) &&
                         unit_same_dimension(unit, unit_ms);
    *out = is_time ? unit_to_house(*out, unit) : -1.0;
    ERR_IF(!(*out >= 0.0 && *out <= 1e9), &n->s->err, ERR_USAGE,
           "%s: '%.60s' is no time: write '250 ms' or '0.25 s'", option, text);
    return ERR_OK;
}

/* Splits at a character into texts of the arena; empty parts are left out. */
static const char **split(struct arena *arena, const char *text, char at, uint32_t *n)
{
    const char **parts = NULL;
    uint32_t capacity = 0;
    *n = 0;
    while (text != NULL && *text != '\0') {
        const char *const end = strchr(text, at);
        size_t length = end == NULL ? strlen(text) : (size_t)(end - text);
        const char *const next = end == NULL ? NULL : end + 1;
        while (length > 0 && *text == ' ') {
            text++;
            length--;
        }
        while (length > 0 && text[length - 1] == ' ') {
            length--;
        }
        if (length > 0) {
            const char **const slot = arena_push(arena, &parts, n, &capacity, sizeof *slot);
            if (slot != NULL) {
                *slot = arena_copy(arena, text, length);
            }
        }
        text = next;
    }
    return parts;
}

static enum err_code read_times(struct neuron *n)
{
    const struct model_protocol *const p = desc_model_protocol(n->model, n->o->preset);
    double times[3] = {p->times_ms[0], p->times_ms[1], p->times_ms[2]};
    if (n->o->times != NULL) {
        uint32_t n_times;
        const char **const texts = split(n->s->arena, n->o->times, ',', &n_times);
        ERR_IF(n_times != 3, &n->s->err, ERR_USAGE,
               "--times: three times are wanted, as '100 ms,500 ms,100 ms', not %u", n_times);
        for (uint32_t k = 0; k < 3; k++) {
            ERR_TRY(read_ms(n, texts[k], "--times", &times[k]));
        }
    }
    n->step_ms = p->step_ms > 0.0 ? p->step_ms : 0.1;
    if (n->o->step != NULL) {
        ERR_TRY(read_ms(n, n->o->step, "--step", &n->step_ms));
    }
    n->duration_ms = times[0] + times[1] + times[2];
    if (n->n_clamp > 0) {
        n->duration_ms = n->n_clamp * times[1];
    }
    if (n->o->duration != NULL) {
        ERR_TRY(read_ms(n, n->o->duration, "--duration", &n->duration_ms));
        if (n->n_clamp == 0 && n->duration_ms > times[0] + times[2]) {
            times[1] = n->duration_ms - times[0] - times[2];
        } else if (n->n_clamp > 0) {
            times[1] = n->duration_ms / n->n_clamp;
        }
    }
    n->step.before_ms = times[0];
    n->step.during_ms = times[1];
    n->step.after_ms = times[2];
    return ERR_OK;
}

static enum err_code read_current(struct neuron *n)
{
    const struct model_protocol *const p = desc_model_protocol(n->model, n->o->preset);
    ERR_IF(n->o->current != NULL && n->model->current == NULL, &n->s->err, ERR_USAGE,
           "--current: model '%s' has no parameter for an injected current ('current:')",
           n->model->stem);
    n->step.amplitude = n->o->current;
    if (n->step.amplitude == NULL && p->has_amplitude && n->n_clamp == 0 &&
        n->o->spikes == NULL) {
        struct text t = {0};
        lang_print(p->amplitude, &t);
        n->step.amplitude = arena_copy(n->s->arena, text_string(&t), t.length);
        text_fini(&t);
    }
    n->has_step = n->step.amplitude != NULL && n->model->current != NULL;
    return ERR_OK;
}

/* Potential to clamp: v or V, else the first state. */
static const char *potential_of(const struct model *m)
{
    return model_find_state(m, "v") >= 0   ? "v"
           : model_find_state(m, "V") >= 0 ? "V"
           : m->n_states > 0               ? m->states[0].name
                                           : NULL;
}

/* "-75,-50,-40 mV": what has no unit takes the last one. */
static enum err_code read_clamp(struct neuron *n)
{
    if (n->o->clamp == NULL) {
        return ERR_OK;
    }
    struct arena *const a = n->s->arena;
    n->clamped = potential_of(n->model);
    n->clamp_values = split(a, n->o->clamp, ',', &n->n_clamp);
    ERR_IF(n->clamped == NULL || n->n_clamp == 0, &n->s->err, ERR_USAGE,
           "--clamp: values of a potential are wanted, as '-75,-50,-40 mV'");
    const char *const last = n->clamp_values[n->n_clamp - 1];
    char *unit;
    (void)strtod(last, &unit);
    ERR_IF(unit != last && *unit == '\0' && !n->model->no_units, &n->s->err, ERR_USAGE,
           "--clamp: '%.60s' has no unit: write '%.60s mV'", last, last);
    for (uint32_t k = 0; k < n->n_clamp; k++) {
        char *end;
        (void)strtod(n->clamp_values[k], &end);
        if (end != n->clamp_values[k] && *end == '\0' && *unit != '\0') {
            n->clamp_values[k] =
                arena_print(a, "%s %s", n->clamp_values[k], unit + strspn(unit, " "));
        }
    }
    return ERR_OK;
}

/* "ampa@20:0.6 nS,gaba@30:1 nS" as given events. */
static enum err_code add_spikes(struct neuron *n)
{
    uint32_t count;
    const char **const items = split(n->s->arena, n->o->spikes, ',', &count);
    struct text t = {0};
    for (uint32_t k = 0; k < count; k++) {
        const char *const at = strchr(items[k], '@'), *const colon =
                                                          at == NULL ? NULL : strchr(at, ':');
        double t_ms = 0.0;
        if (colon == NULL || at == items[k]) {
            text_fini(&t);
            return err_set(&n->s->err, ERR_USAGE, 0,
                           "--spikes: '%.60s' is no spike: write receptor@time:weight, as "
                           "'ampa@20:0.6 nS'",
                           items[k]);
        }
        const enum err_code code = read_ms(
            n, arena_copy(n->s->arena, at + 1, (size_t)(colon - at - 1)), "--spikes", &t_ms);
        if (code != ERR_OK) {
            text_fini(&t);
            return code;
        }
        text_print(&t, "%s[%.12g ms, %.*s, \"%s\"]", k > 0 ? ", " : "", t_ms,
                   (int)(at - items[k]), items[k], colon + 1);
    }
    if (count > 0) {
        lab_protocol_add(&n->protocol, "inputs.spikes.to=cell");
        lab_protocol_add(&n->protocol, "inputs.spikes.spikes=[%s]", text_string(&t));
    }
    text_fini(&t);
    return ERR_OK;
}

/* "C=100 pF": a parameter, or a state's value at the start. */
static enum err_code add_sets(struct neuron *n)
{
    for (uint32_t k = 0; k < n->o->n_sets; k++) {
        const char *const entry = n->o->sets[k], *const equals = strchr(entry, '=');
        ERR_IF(equals == NULL || equals == entry, &n->s->err, ERR_USAGE,
               "--set: '%.60s' is no NAME=VALUE, as 'C=100 pF'", entry);
        const char *const name = arena_copy(n->s->arena, entry, (size_t)(equals - entry));
        const bool is_state = name != NULL && model_find_state(n->model, name) >= 0;
        lab_protocol_add(&n->protocol, "populations.cell.%s.%s", is_state ? "initial" : "set",
                         entry);
    }
    return ERR_OK;
}

static void add_records(struct neuron *n)
{
    double every = n->step_ms;
    if (n->o->record != NULL) {
        lab_protocol_add(&n->protocol,
                         "record.traces=[{of: cell, every: %.12g ms, variables: [%s]}]", every,
                         n->o->record);
    } else {
        lab_protocol_record_all(&n->protocol, n->model, every);
    }
}

static enum err_code build_protocol(struct neuron *n)
{
    const struct striatum_neuron_options *const o = n->o;
    lab_protocol_begin(&n->protocol, o->model, n->s->arena);
    ERR_TRY(read_clamp(n));
    ERR_TRY(read_times(n));
    ERR_TRY(read_current(n));
    lab_protocol_add(&n->protocol, "precision=%s",
                     o->precision != NULL ? o->precision : "double");
    lab_protocol_add(&n->protocol, "time.step=%.12g ms", n->step_ms);
    lab_protocol_add(&n->protocol, "time.duration=%.12g ms", n->duration_ms);
    if (o->seed != NULL) {
        lab_protocol_add(&n->protocol, "seed=%s", o->seed);
    }
    if (o->preset != NULL) {
        lab_protocol_add(&n->protocol, "populations.cell.preset=%s", o->preset);
    }
    if (o->integrator != NULL) {
        lab_protocol_add(&n->protocol, "populations.cell.integrator=%s", o->integrator);
    }
    ERR_TRY(add_sets(n));
    if (n->has_step) {
        lab_protocol_add_step(&n->protocol, n->model, &n->step);
    }
    if (n->n_clamp > 0) {
        lab_protocol_add_clamp(&n->protocol, n->model, n->clamped, n->clamp_values, n->n_clamp,
                               n->duration_ms / n->n_clamp);
    }
    if (o->spikes != NULL) {
        ERR_TRY(add_spikes(n));
    }
    add_records(n);
    ERR_IF(arena_failed(n->s->arena), &n->s->err, ERR_NOMEM, "no memory for the protocol");
    return ERR_OK;
}

static enum err_code draw(struct neuron *n)
{
    struct text note = {0}, title = {0};
    text_print(&title, "%s%s%s", n->model->name != NULL ? n->model->name : n->model->stem,
               n->o->preset != NULL ? ", " : "", n->o->preset != NULL ? n->o->preset : "");
    if (n->has_step) {
        text_print(&title, "   %s = %s", n->model->current, n->step.amplitude);
    }
    const enum err_code code =
        lab_trace_plot(&n->record, 0, 0, text_string(&title), n->o->plot, &note, &n->s->err);
    if (code == ERR_OK && n->o->note != NULL) {
        if (note.length == 0) {
            text_print(&note, "wrote %s", n->o->plot);
        }
        n->o->note(n->o->context, text_string(&note));
    }
    text_fini(&note);
    text_fini(&title);
    return code;
}

static bool stop_asked(void *context, double fraction)
{
    const struct striatum *const s = context;
    (void)fraction;
    return s->must_stop == 0;
}

/* What the loader says of an entry of the protocol, said of the option that it came from. */
static void blame_option(struct neuron *n)
{
    static const struct {
        const char *path, *option;
    } options[] = {
        {"inputs.step.",                "--current"   },
        {"inputs.clamp.",               "--clamp"     },
        {"inputs.spikes.",              "--spikes"    },
        {"populations.cell.preset",     "--preset"    },
        {"populations.cell.set",        "--set"       },
        {"populations.cell.initial",    "--set"       },
        {"populations.cell.integrator", "--integrator"},
        {"precision",                   "--precision" },
        {"time.step",                   "--step"      },
        {"time.duration",               "--duration"  },
        {"seed",                        "--seed"      },
        {"record.",                     "--record"    },
    };
    char *const message = n->s->err.msg;
    for (uint32_t k = 0; k < n->protocol.n_entries; k++) {
        const char *const entry = n->protocol.entries[k];
        const size_t length = strlen(entry);
        if (strncmp(message, "--set ", 6) != 0 || strncmp(message + 6, entry, length) != 0) {
            continue;
        }
        for (size_t j = 0; j < sizeof options / sizeof *options; j++) {
            if (strncmp(entry, options[j].path, strlen(options[j].path)) == 0) {
                char rest[sizeof n->s->err.msg];
                (void)snprintf(rest, sizeof rest, "%s", message + 6 + length);
                (void)snprintf(message, sizeof n->s->err.msg, "%s%.490s", options[j].option,
                               rest);
                return;
            }
        }
    }
}

static enum err_code run_protocol(struct neuron *n)
{
    struct striatum *const s = n->s;
    struct desc_network *network;
    ERR_TRY(desc_load_model(&n->model, n->o->model, (struct pos){.file = n->o->model},
                            &s->diags, &s->err));
    ERR_TRY(build_protocol(n));
    const enum err_code code = lab_protocol_load(&n->protocol, &network, &s->diags, &s->err);
    if (code != ERR_OK) {
        blame_option(n);
        return code;
    }
    const struct lab_options options = {.progress = stop_asked, .context = s};
    ERR_TRY(lab_run(&n->record, network, NULL, &options, &s->diags, &s->err));
    striatum_neuron_table(n, &s->summary_table);
    striatum_neuron_json(n, &s->summary_json);
    lab_trace_csv(&n->record, 0, 0, &s->answer);
    ERR_IF(s->answer.has_failed, &s->err, ERR_NOMEM, "no memory for the trace");
    return n->o->plot != NULL ? draw(n) : ERR_OK;
}

enum striatum_status striatum_neuron(struct striatum *s,
                                     const struct striatum_neuron_options *o)
{
    enum err_code code = striatum_reset(s);
    text_fini(&s->summary_table);
    text_fini(&s->summary_json);
    text_fini(&s->answer);
    s->must_stop = 0;
    if (code == ERR_OK) {
        struct neuron n = {.s = s, .o = o};
        code = run_protocol(&n);
        lab_record_fini(&n.record);
    }
    return striatum_status_of(s, code);
}

const char *striatum_neuron_trace(const struct striatum *s)
{
    return text_string(&s->answer);
}
