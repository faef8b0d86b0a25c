/* striatum_info.c: what there is: devices and models; what a network would need: plan. Answers
 * as text or JSON. */
#include "striatum_handle.h"

#include "desc/yaml.h"
#include "lang/parse.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *striatum_answer_json(struct striatum *s, json_t *value)
{
    text_fini(&s->answer);
    char *const dump = json_dumps(value, JSON_INDENT(2));
    text_add(&s->answer, dump == NULL ? "null" : dump);
    text_add(&s->answer, "\n");
    free(dump);
    json_decref(value);
    return text_string(&s->answer);
}

static void plan_text(struct striatum *s, const struct network *n, const struct net_plan *plan)
{
    struct text *const t = &s->answer;
    text_fini(t);
    text_print(t, "%s\n", n->desc->name != NULL ? n->desc->name : n->desc->stem);
    for (uint32_t p = 0; p < n->n_populations; p++) {
        text_print(t, "  %-24s %12" PRIu32 " cells  %s\n", n->populations[p].name,
                   n->populations[p].n, n->populations[p].model->stem);
    }
    text_print(t, "  %scells %" PRIu64 ", expected synapses %.0f, slices of %" PRIu32 "%s",
               n->precision == PRECISION_DOUBLE ? "double precision, " : "", plan->n_cells,
               plan->n_synapses, plan->slice_least,
               plan->slice_least == plan->slice_most ? "" : " to ");
    if (plan->slice_least != plan->slice_most) {
        text_print(t, "%" PRIu32, plan->slice_most);
    }
    text_print(t, " steps\n\n  %-32s %16s\n", "memory", "bytes");
    for (uint32_t k = 0; k < plan->n_rows; k++) {
        text_print(t, "  %-32s %16" PRIu64 "\n", plan->rows[k].what, plan->rows[k].bytes);
    }
    text_print(t, "  %-32s %16" PRIu64 "\n", "in all", plan->bytes);
    struct device_info *all = NULL;
    uint32_t n_devices = 0;
    if (device_list(&all, &n_devices, NULL) == ERR_OK) {
        for (uint32_t k = 0; k < n_devices; k++) {
            text_print(t, "  %s on %s: %.1f of %.1f GB\n",
                       plan->bytes <= all[k].memory ? "fits" : "does not fit", all[k].name,
                       (double)plan->bytes * 1e-9, (double)all[k].memory * 1e-9);
        }
    }
    mem_free(all);
}

static json_t *plan_json(const struct network *n, const struct net_plan *plan)
{
    json_t *const rows = json_array(), *const populations = json_object();
    for (uint32_t k = 0; k < plan->n_rows; k++) {
        (void)json_array_append_new(rows, json_pack("{s:s, s:I}", "what", plan->rows[k].what,
                                                    "bytes", (json_int_t)plan->rows[k].bytes));
    }
    for (uint32_t p = 0; p < n->n_populations; p++) {
        (void)json_object_set_new(populations, n->populations[p].name,
                                  json_integer(n->populations[p].n));
    }
    return json_pack("{s:s, s:o, s:I, s:f, s:i, s:i, s:o, s:I}", "precision",
                     precision_name(n->precision), "populations", populations, "cells",
                     (json_int_t)plan->n_cells, "expected_synapses", plan->n_synapses,
                     "slice_least", (int)plan->slice_least, "slice_most", (int)plan->slice_most,
                     "memory", rows, "bytes", (json_int_t)plan->bytes);
}

const char *striatum_plan(struct striatum *s, bool json)
{
    err_clear(&s->err);
    if (s->desc == NULL) {
        (void)err_set(&s->err, ERR_USAGE, 0, "no network is loaded");
        return NULL;
    }
    struct network *n = NULL;
    struct net_plan plan;
    const char *answer = NULL;
    if (network_create(&n, s->desc, &s->diags, &s->err) == ERR_OK &&
        network_plan(n, s->arena, &plan, &s->err) == ERR_OK) {
        if (json) {
            answer = striatum_answer_json(s, plan_json(n, &plan));
        } else {
            plan_text(s, n, &plan);
            answer = text_string(&s->answer);
        }
    }
    network_destroy(n);
    return answer;
}

static json_t *device_json(const struct device_info *d)
{
    static const char *const types[] = {"CPU", "GPU", "accelerator"};
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:b, s:b}", "device",
                     d->spec, "name", d->name, "platform", d->platform, "version", d->version,
                     "driver", d->driver, "type", types[d->type], "compute_units",
                     (int)d->compute_units, "native_width", (int)d->native_width,
                     "memory_bytes", (json_int_t)d->memory, "largest_buffer_bytes",
                     (json_int_t)d->max_buffer, "double", (int)d->has_double,
                     "correctly_rounded_division", (int)d->divides_exactly);
}

const char *striatum_devices(struct striatum *s, bool json)
{
    static const char *const types[] = {"CPU", "GPU", "accelerator"};
    struct device_info *all = NULL;
    uint32_t n = 0;
    err_clear(&s->err);
    text_fini(&s->answer);
    const enum err_code code = device_list(&all, &n, &s->err);
    if (json) {
        json_t *const list = json_array();
        for (uint32_t k = 0; k < n && code == ERR_OK; k++) {
            (void)json_array_append_new(list, device_json(&all[k]));
        }
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "device", "cpu", "name", "plain C, all cores"));
        mem_free(all);
        return striatum_answer_json(s, list);
    }
    struct text *const t = &s->answer;
    for (uint32_t k = 0; k < n && code == ERR_OK; k++) {
        const struct device_info *const d = &all[k];
        text_print(t,
                   "%-12s %s\n%-12s %s, %s, %" PRIu32 " compute units, vectors of %" PRIu32
                   ", %.1f GB (largest buffer %.1f GB)\n",
                   d->spec, d->name, "", types[d->type], d->version, d->compute_units,
                   d->native_width, (double)d->memory * 1e-9, (double)d->max_buffer * 1e-9);
    }
    text_print(t, "%-12s plain C on all cores, without OpenCL\n", "cpu");
    if (n == 0) {
        text_print(t,
                   "\nno OpenCL device was found%s%s; 'apt install pocl-opencl-icd' brings one "
                   "for the processor\n",
                   code != ERR_OK ? ": " : "", code != ERR_OK ? s->err.msg : "");
    }
    struct device_info info;
    bool use_opencl;
    char why[256];
    if (striatum_choose_device("auto", &info, &use_opencl, why, sizeof why, NULL) == ERR_OK) {
        text_print(t, "\n--device auto takes %s (%s)\n", use_opencl ? info.spec : "cpu", why);
    }
    err_clear(&s->err);
    mem_free(all);
    return text_string(t);
}

/* Loads a model for its own sake; NULL after an error. */
struct model *striatum_load_model(struct striatum *s, const char *name)
{
    struct model *m = NULL;
    return desc_load_model(&m, name, (struct pos){.file = name}, &s->diags, &s->err) == ERR_OK
               ? m
               : NULL;
}
