#include "desc/model_inside.h"

#include "desc/names.h"
#include "lang/lower.h"
#include "lang/parse.h"

#include <string.h>

static const char *const model_keys[] = {
    "name",       "doc",     "source",    "extends",   "units",     "parameters",
    "receptors",  "state",   "equations", "threshold", "reset",     "refractory",
    "integrator", "current", "presets",   "protocol",  "selfcheck", "functions"};

static const char *const integrator_names[] = {
#define INTEGRATOR_ROW(id, name, doc) name,
#include "lang/integrators.def"
#undef INTEGRATOR_ROW
};

enum model_integrator model_read_integrator(struct load *l, const struct yaml *node,
                                            const char *what)
{
    const int k = field_choice(l, node, load_print(l, "integrator of %s", what),
                               integrator_names, INTEGRATOR_N);
    return k < 0 ? INTEGRATOR_N : (enum model_integrator)k;
}

static void read_refractory(struct model_reader *r)
{
    static const char *const known[] = {"duration", "hold"};
    struct yaml *const node = field_get(r->tree, "refractory");
    if (node == NULL) {
        return;
    }
    struct yaml *duration = node;
    if (node->kind == YAML_MAP) {
        duration = field_get(node, "duration");
        struct yaml *const hold = field_get(node, "hold");
        field_report_unused(r->l, node, "'refractory'", known, 2);
        struct field_name *names;
        uint32_t n = 0;
        if (hold != NULL && field_names(r->l, hold, "'hold' of 'refractory'", &names, &n)) {
            r->m->held = arena_alloc(r->l->arena, n, sizeof *r->m->held);
            for (uint32_t k = 0; k < n && r->m->held != NULL; k++) {
                r->m->held[r->m->n_held++] = names[k].text;
            }
        }
        if (duration == NULL) {
            field_error(r->l, node, "refractory: {duration: 2 ms, hold: v}",
                        "'refractory' has no duration");
            return;
        }
    }
    r->m->refractory = field_parse(r->l, duration, &r->names, "the duration of 'refractory'");
}

static void read_header(struct model_reader *r)
{
    struct model *const m = r->m;
    const struct yaml *node = field_get(r->tree, "name");
    m->name = node == NULL ? m->stem : field_text(r->l, node, "'name'");
    node = field_get(r->tree, "doc");
    m->doc = node == NULL ? NULL : field_text(r->l, node, "'doc'");
    node = field_get(r->tree, "source");
    m->source = node == NULL ? NULL : field_text(r->l, node, "'source'");
    node = field_get(r->tree, "units");
    const char *const units = node == NULL ? NULL : field_text(r->l, node, "'units'");
    m->no_units = units != NULL && strcmp(units, "none") == 0;
    if (units != NULL && !m->no_units) {
        field_error(r->l, node, "leave 'units' out to have the dimensions checked",
                    "'units' can only be none, not '%.60s'", units);
    }
    node = field_get(r->tree, "integrator");
    m->integrator_at = node == NULL ? r->tree->at : node->at;
    const enum model_integrator integrator =
        node == NULL ? INTEGRATOR_EULER : model_read_integrator(r->l, node, "this model");
    m->integrator = integrator == INTEGRATOR_N ? INTEGRATOR_EULER : integrator;
}

static void read_current(struct model_reader *r)
{
    const struct yaml *const node = field_get(r->tree, "current");
    r->m->current = node == NULL ? NULL : field_text(r->l, node, "'current'");
    if (r->m->current == NULL || model_find_parameter(r->m, r->m->current) >= 0) {
        return;
    }
    field_error(r->l, node, field_suggest(r->l, r->m->current, r->m, FIELD_PARAMETERS),
                "'current' must name a parameter; '%s' is none", r->m->current);
    r->m->current = NULL; /* said once */
}

/* The model's own functions stand between its names and those of the language. */
static struct scope *read_functions(struct model_reader *r, const struct scope *above)
{
    struct scope *const own = arena_alloc(r->l->arena, 1, sizeof *own);
    if (own == NULL) {
        return NULL;
    }
    *own = (struct scope){.parent = above, .no_units = r->m->no_units};
    struct yaml *const map = field_get(r->tree, "functions");
    if (map != NULL && field_is_map(r->l, map, "'functions'")) {
        names_read_functions(r->l, map, own);
    }
    for (uint32_t k = 0; k < own->n; k++) {
        const struct symbol *const s = own->symbols[k];
        const struct symbol *const same = scope_find(&r->names, s->name);
        if (same != NULL) {
            diag_error(r->l->d, s->at, (uint32_t)strlen(s->name), "rename one of the two",
                       "the name '%s' is used twice", s->name);
        }
        names_check_function(r->l, s, own);
    }
    return own;
}

static const char *stem_of(struct load *l, const char *file)
{
    const char *const slash = strrchr(file, '/');
    const char *const base = slash == NULL ? file : slash + 1;
    const char *const dot = strrchr(base, '.');
    return load_print(l, "%.*s",
                      (int)(dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base)),
                      base);
}

struct model *model_read(struct load *l, struct yaml *tree, const char *file)
{
    const uint32_t errors_before = l->d->n_errors;
    if (desc_is_network(tree)) {
        diag_error(l->d, tree->at, 1, NULL,
                   "this is a network ('populations'), where a model is wanted");
        return NULL;
    }
    struct model *const m = arena_alloc(l->arena, 1, sizeof *m);
    struct scope *const above = arena_alloc(l->arena, 1, sizeof *above);
    if (m == NULL || above == NULL) {
        return NULL;
    }
    m->file = file;
    m->stem = stem_of(l, file);
    m->at = tree->at;
    const uint32_t bits =
        1u << LANG_VAR_T | 1u << LANG_VAR_DT | 1u << LANG_VAR_PI | 1u << LANG_VAR_I;
    struct err e = {0};
    if (lang_scope_variables(above, bits, l->arena, l->d, &e) != ERR_OK) {
        diag_error(l->d, tree->at, 1, NULL, "%s", e.msg);
        return NULL;
    }
    struct desc_model_extra *const extra = arena_alloc(l->arena, 1, sizeof *extra);
    struct model_reader r = {
        .l = l, .m = m, .tree = tree, .extra = extra, .names = {.parent = above}};
    if (extra == NULL) {
        return NULL;
    }
    m->extra = extra;
    extra->tree = tree;
    read_header(&r);
    r.names.no_units = above->no_units = m->no_units;
    model_collect_names(&r);
    extra->functions = read_functions(&r, above);
    if (extra->functions == NULL) {
        return NULL;
    }
    m->scope.parent = r.names.parent = extra->functions;
    model_read_parameters(&r);
    model_read_states(&r);
    model_read_receptors(&r);
    model_read_equations(&r);
    model_read_reset(&r);
    const struct yaml *const threshold = field_get(tree, "threshold");
    m->threshold_at = threshold == NULL ? tree->at : threshold->at;
    m->threshold =
        threshold == NULL ? NULL : field_parse(l, threshold, &r.names, "'threshold'");
    read_refractory(&r);
    read_current(&r);
    extra->protocol = (struct model_protocol){
        .times_ms = {100, 500, 100}
    };
    struct yaml *const protocol = field_get(tree, "protocol");
    if (protocol != NULL) {
        model_read_protocol(&r, protocol, "'protocol'", &extra->protocol);
    }
    model_read_presets(&r);
    (void)yaml_get(tree, "selfcheck");
    field_report_unused(l, tree, "this model", model_keys,
                        sizeof model_keys / sizeof model_keys[0]);
    /* Checked even after errors, so that all faults of a file are found in one go. */
    const bool is_sound = model_check(m, l->d);
    if (is_sound) {
        model_read_selfchecks(&r);
    }
    return is_sound && l->d->n_errors == errors_before && !arena_failed(l->arena) ? m : NULL;
}
