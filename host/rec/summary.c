#include "rec/summary.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool summary_is_ours(const char *path)
{
    json_t *const root = json_load_file(path, 0, NULL);
    const json_t *const program = json_object_get(root, "program");
    const bool is_named =
        json_is_string(program) && strcmp(json_string_value(program), "striatum") == 0;
    const bool has_keys =
        json_object_get(root, "version") != NULL && json_object_get(root, "spikes") != NULL;
    json_decref(root);
    return is_named || has_keys;
}

/* The shortest text that reads back as the same number; JSON knows no NaN. */
static void summary_print_real(double x, struct text *out)
{
    if (!isfinite(x)) {
        text_add(out, "null");
        return;
    }
    char digits[40];
    for (int precision = 6; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, x);
        if (strtod(digits, NULL) == x) {
            break;
        }
    }
    text_add(out, digits);
}

static void summary_print(json_t *j, int depth, struct text *out)
{
    const char *key;
    json_t *value;
    size_t k;
    bool first = true;
    if (json_is_object(j) && json_object_size(j) > 0) {
        json_object_foreach(j, key, value)
        {
            text_print(out, "%s\n%*s\"%s\": ", first ? "{" : ",", 2 * depth + 2, "", key);
            summary_print(value, depth + 1, out);
            first = false;
        }
        text_print(out, "\n%*s}", 2 * depth, "");
    } else if (json_is_array(j) && json_array_size(j) > 0) {
        json_array_foreach(j, k, value)
        {
            text_print(out, "%s\n%*s", first ? "[" : ",", 2 * depth + 2, "");
            summary_print(value, depth + 1, out);
            first = false;
        }
        text_print(out, "\n%*s]", 2 * depth, "");
    } else if (json_is_real(j)) {
        summary_print_real(json_real_value(j), out);
    } else {
        char *const text = json_dumps(j, JSON_ENCODE_ANY);
        text_add(out, text == NULL ? "null" : text);
        free(text);
    }
}

static json_t *summary_text(const char *s)
{
    json_t *const j = s == NULL ? NULL : json_string(s);
    return j != NULL ? j : json_null(); /* not UTF-8, or absent */
}

static json_t *summary_count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *summary_hash(uint64_t hash)
{
    char digits[17];
    (void)snprintf(digits, sizeof digits, "%016llx", (unsigned long long)hash);
    return json_string(digits);
}

static void summary_put(json_t *to, const char *key, json_t *value)
{
    (void)json_object_set_new(to, key, value);
}

/* Keys that stand from the start on. */
static void summary_put_begin(json_t *root, const struct network *n,
                              const struct rec_options *o, const char *status)
{
    summary_put(root, "program", json_string("striatum"));
    summary_put(root, "version", summary_text(o->version));
    summary_put(root, "command", summary_text(o->command));
    json_t *const network = json_object();
    summary_put(network, "file", summary_text(n->desc->file));
    summary_put(network, "name", summary_text(n->desc->name));
    summary_put(network, "hash", summary_hash(n->desc->content_hash));
    summary_put(root, "network", network);
    summary_put(root, "status", json_string(status));
}

static double summary_ms(int64_t steps, int64_t dt_fs)
{
    return ir_time_ms(steps, dt_fs);
}

static void summary_put_size(json_t *root, const struct network *n, const struct rec_summary *s)
{
    const int64_t done = s->report->n_done > 0 ? s->report->n_done : 0;
    summary_put(root, "seed", summary_count(n->seed));
    summary_put(root, "precision", json_string(precision_name(n->precision)));
    json_t *const time = json_object();
    summary_put(time, "settle", json_real(summary_ms(n->n_settle, n->dt_fs)));
    summary_put(time, "duration", json_real(summary_ms(n->n_steps, n->dt_fs)));
    summary_put(time, "simulated", json_real(summary_ms(done, n->dt_fs)));
    summary_put(time, "step", json_real(summary_ms(1, n->dt_fs)));
    summary_put(root, "time_ms", time);
    summary_put(root, "cells", summary_count(n->n_cells));
    summary_put(root, "synapses", summary_count(n->n_edges));
    json_t *const populations = json_object();
    for (uint32_t p = 0; p < n->n_populations; p++) {
        summary_put(populations, n->populations[p].name, summary_count(n->populations[p].n));
    }
    summary_put(root, "populations", populations);
    json_t *const projections = json_object();
    for (uint32_t c = 0; c < n->n_conns; c++) {
        const char *const name = n->conns[c].projection->name;
        const uint64_t before =
            (uint64_t)json_integer_value(json_object_get(projections, name));
        summary_put(projections, name, summary_count(before + n->conns[c].n_edges));
    }
    summary_put(root, "synapses_by_projection", projections);
}

/* Cells of one population that made stop_when hold, those of all its any(…) together. */
static enum err_code summary_stop_cells(json_t *to, const struct network *n,
                                        const struct sim_report *r, uint32_t population,
                                        struct err *e)
{
    uint8_t *holds;
    ERR_TRY(mem_alloc(&holds, n->populations[population].n, sizeof *holds, e));
    bool any = false;
    for (uint32_t t = 0; t < r->n_stop_terms; t++) {
        const bool is_here = n->desc->stop->terms[t].population == population;
        for (uint32_t k = 0; is_here && k < r->n_stop_cells[t]; k++) {
            holds[r->stop_cells[t][k]] = 1;
            any = true;
        }
    }
    if (any) {
        json_t *const entry = json_object(), *const neurons = json_array();
        for (uint32_t i = 0; i < n->populations[population].n; i++) {
            if (holds[i] != 0) {
                (void)json_array_append_new(neurons, summary_count(i));
            }
        }
        summary_put(entry, "name", summary_text(n->populations[population].name));
        summary_put(entry, "neurons", neurons);
        (void)json_array_append_new(to, entry);
    }
    mem_free(holds);
    return ERR_OK;
}

static enum err_code summary_put_stop(json_t *root, const struct network *n,
                                      const struct rec_summary *s, struct err *e)
{
    if (n->desc->stop == NULL) {
        return ERR_OK;
    }
    json_t *const stop = json_object();
    summary_put(root, "stop", stop);
    summary_put(stop, "condition", summary_text(n->desc->stop->text));
    summary_put(stop, "stopped", json_boolean(s->report->has_stopped));
    if (s->report->has_stopped) {
        summary_put(stop, "time_ms", json_real(summary_ms(s->report->n_done, n->dt_fs)));
        json_t *const populations = json_array();
        summary_put(stop, "populations", populations);
        for (uint32_t p = 0; p < n->n_populations; p++) {
            ERR_TRY(summary_stop_cells(populations, n, s->report, p, e));
        }
    }
    return ERR_OK;
}

static void summary_put_spikes(json_t *root, const struct network *n,
                               const struct rec_summary *s)
{
    const struct sim_report *const r = s->report;
    json_t *const spikes = json_object(), *const by_population = json_object(),
                  *const rates = json_object();
    const double seconds = r->n_done > 0 ? summary_ms(r->n_done, n->dt_fs) * 1e-3 : 0.0;
    for (uint32_t p = 0; p < n->n_populations; p++) {
        const uint64_t count = r->population_spikes == NULL ? 0 : r->population_spikes[p];
        const double cells = n->populations[p].n;
        summary_put(by_population, n->populations[p].name, summary_count(count));
        summary_put(
            rates, n->populations[p].name,
            json_real(seconds > 0.0 && cells > 0.0 ? (double)count / (cells * seconds) : 0.0));
    }
    summary_put(spikes, "count", summary_count(r->n_spikes));
    summary_put(spikes, "hash", summary_hash(r->hash));
    summary_put(spikes, "by_population", by_population);
    summary_put(root, "spikes", spikes);
    summary_put(root, "rates_hz", rates);
}

static void summary_put_cost(json_t *root, const struct rec_summary *s)
{
    const struct rec_timing *const t = &s->timing;
    const struct {
        const char *key;
        double seconds;
    } rows[] = {
        {"read",       t->read                                                },
        {"check",      t->check                                               },
        {"plan",       t->plan                                                },
        {"compile",    t->compile > 0.0 ? t->compile : s->report->compile_s   },
        {"build",      t->build > 0.0 ? t->build : s->report->build_s         },
        {"simulate",   t->simulate > 0.0 ? t->simulate : s->report->simulate_s},
        {"write",      t->write                                               },
        {"total",      t->total                                               },
        {"first_step", s->report->first_step_s                                }
    };
    json_t *const timing = json_object();
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        summary_put(timing, rows[k].key, json_real(round(rows[k].seconds * 1e6) / 1e6));
    }
    summary_put(root, "timing_s", timing);
    json_t *const memory = json_object();
    summary_put(memory, "host_peak", summary_count(mem_peak_bytes()));
    summary_put(memory, "device", summary_count(s->report->device_bytes));
    summary_put(root, "memory_bytes", memory);
    json_t *const device = json_object();
    summary_put(device, "backend", summary_text(s->backend));
    summary_put(device, "name", summary_text(s->device_name));
    summary_put(device, "why", summary_text(s->why_device));
    summary_put(device, "note", summary_text(s->report->note));
    summary_put(root, "device", device);
}

static void summary_put_warnings(json_t *root, const struct rec_summary *s)
{
    uint64_t euler = 0;
    for (uint32_t k = 0; k < s->report->n_warnings; k++) {
        euler += s->report->warnings[k].count;
    }
    json_t *const warnings = json_array();
    for (uint32_t k = 0; k < s->n_warnings; k++) {
        (void)json_array_append_new(warnings, summary_text(s->warnings[k]));
    }
    summary_put(root, "warnings", warnings);
    summary_put(root, "euler_limit", summary_count(euler));
}

static enum err_code summary_finish(json_t *root, struct text *out, struct err *e)
{
    summary_print(root, 0, out);
    text_add(out, "\n");
    json_decref(root);
    ERR_IF(out->has_failed, e, ERR_NOMEM, "no memory for the summary");
    return ERR_OK;
}

enum err_code summary_begin(const struct network *n, const struct rec_options *o,
                            struct text *out, struct err *e)
{
    json_t *const root = json_object();
    ERR_IF(root == NULL, e, ERR_NOMEM, "no memory for the summary");
    summary_put_begin(root, n, o, "running");
    return summary_finish(root, out, e);
}

enum err_code summary_end(const struct network *n, const struct rec_options *o,
                          const struct rec_summary *s, struct text *out, struct err *e)
{
    static const char *const status[] = {[REC_COMPLETE] = "complete",
                                         [REC_INTERRUPTED] = "interrupted",
                                         [REC_FAILED] = "failed"};
    json_t *const root = json_object();
    ERR_IF(root == NULL, e, ERR_NOMEM, "no memory for the summary");
    summary_put_begin(root, n, o, status[s->status]);
    if (s->message != NULL && s->status != REC_COMPLETE) {
        summary_put(root, "message", summary_text(s->message));
    }
    summary_put_size(root, n, s);
    const enum err_code code = summary_put_stop(root, n, s, e);
    if (code != ERR_OK) {
        json_decref(root);
        return code;
    }
    summary_put_spikes(root, n, s);
    summary_put_cost(root, s);
    summary_put_warnings(root, s);
    return summary_finish(root, out, e);
}
