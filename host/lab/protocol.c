#include "lab/protocol.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lab_protocol_begin(struct lab_protocol *p, const char *model, struct arena *arena)
{
    *p = (struct lab_protocol){.arena = arena, .model = model};
}

void lab_protocol_add(struct lab_protocol *p, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    const int n = vsnprintf(small, sizeof small, format, arguments);
    char *const entry = n < 0 ? NULL : arena_alloc(p->arena, (size_t)n + 1, 1);
    if (entry != NULL) {
        (void)vsnprintf(entry, (size_t)n + 1, format, again);
        const char **const slot =
            arena_push(p->arena, &p->entries, &p->n_entries, &p->capacity, sizeof *slot);
        if (slot != NULL) {
            *slot = entry;
        }
    }
    va_end(again);
    va_end(arguments);
}

/* A YAML text in double quotes. */
static const char *quoted(struct arena *arena, const char *s)
{
    char *const out = arena_alloc(arena, 2 * strlen(s) + 3, 1);
    if (out == NULL) {
        return "\"\"";
    }
    size_t n = 0;
    out[n++] = '"';
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            out[n++] = '\\';
        }
        out[n++] = *s;
    }
    out[n++] = '"';
    return out;
}

enum err_code lab_protocol_load(const struct lab_protocol *p, struct desc_network **out,
                                struct diag_list *d, struct err *e)
{
    const char *const text = arena_print(p->arena,
                                         "time: {duration: 1 ms, step: 0.1 ms}\n"
                                         "populations: {cell: {model: %s, count: 1}}\n",
                                         quoted(p->arena, p->model));
    ERR_IF(arena_failed(p->arena), e, ERR_NOMEM, "no memory for the protocol of '%s'",
           p->model);
    const struct desc_options options = {.overrides = p->entries, .n_overrides = p->n_entries};
    return desc_load_network_text(out, p->model, text, &options, d, e);
}

void lab_protocol_add_step(struct lab_protocol *p, const struct model *m,
                           const struct lab_step_current *s)
{
    if (m->current == NULL) {
        return;
    }
    const char *const zero = m->no_units ? "0" : "0*(";
    const char *const close = m->no_units ? "" : ")";
    lab_protocol_add(p, "inputs.step.to=cell");
    lab_protocol_add(p, "inputs.step.variable=%s", m->current);
    lab_protocol_add(p, "inputs.step.mode=replace");
    const char *const off =
        m->no_units ? zero : arena_print(p->arena, "%s%s%s", zero, s->amplitude, close);
    const char *const on = quoted(p->arena, s->amplitude);
    const char *const off_text = quoted(p->arena, off == NULL ? "0" : off);
    if (s->before_ms > 0.0) {
        lab_protocol_add(p, "inputs.step.steps=[[0 ms, %s], [%.12g ms, %s], [%.12g ms, %s]]",
                         off_text, s->before_ms, on, s->before_ms + s->during_ms, off_text);
    } else {
        lab_protocol_add(p, "inputs.step.steps=[[0 ms, %s], [%.12g ms, %s]]", on, s->during_ms,
                         off_text);
    }
}

/* Does no equation of the model move the variable? Then a value once assigned stays. */
static bool is_still(const struct model *m, const char *variable)
{
    for (uint32_t k = 0; k < m->n_statements; k++) {
        const struct stmt *const s = &m->statements[k];
        double value;
        if (strcmp(s->name, variable) == 0 &&
            !(s->kind == STMT_DIFFERENTIAL && lang_constant(s->value, &value) &&
              value == 0.0)) {
            return false;
        }
    }
    return true;
}

void lab_protocol_add_clamp(struct lab_protocol *p, const struct model *m, const char *variable,
                            const char *const *values, uint32_t n, double hold_ms)
{
    struct text t = {0};
    if (is_still(m, variable)) {
        for (uint32_t k = 0; k < n; k++) {
            text_print(&t, "%s[%.12g ms, %s]", k == 0 ? "inputs.clamp.steps=[" : ", ",
                       (double)k * hold_ms, quoted(p->arena, values[k]));
        }
        text_add(&t, "]");
    } else {
        struct text nested = {0};
        for (uint32_t k = 0; k + 1 < n; k++) {
            text_print(&nested, "if t < %.12g ms: %s else: ", (double)(k + 1) * hold_ms,
                       values[k]);
        }
        text_add(&nested, values[n - 1]);
        text_print(&t, "inputs.clamp.value=%s", quoted(p->arena, text_string(&nested)));
        text_fini(&nested);
    }
    lab_protocol_add(p, "inputs.clamp.to=cell");
    lab_protocol_add(p, "inputs.clamp.variable=%s", variable);
    lab_protocol_add(p, "inputs.clamp.mode=replace");
    lab_protocol_add(p, "%s", text_string(&t));
    text_fini(&t);
}

static void add_name(struct text *t, const char *name)
{
    text_print(t, "%s%s", t->length > 0 ? ", " : "", name);
}

void lab_protocol_record_all(struct lab_protocol *p, const struct model *m, double every_ms)
{
    struct text names = {0};
    for (uint32_t k = 0; k < m->n_states; k++) {
        add_name(&names, m->states[k].name);
    }
    for (uint32_t k = 0; k < m->n_statements; k++) {
        const struct stmt *const s = &m->statements[k];
        bool is_new = s->kind == STMT_ASSIGN && s->symbol->kind == SYMBOL_INTERMEDIATE;
        for (uint32_t j = 0; j < k && is_new; j++) {
            is_new = strcmp(m->statements[j].name, s->name) != 0;
        }
        if (is_new) {
            add_name(&names, s->name);
        }
    }
    if (m->current != NULL) {
        add_name(&names, m->current);
    }
    lab_protocol_add(p, "record.traces=[{of: cell, every: %.12g ms, variables: [%s]}]",
                     every_ms, text_string(&names));
    text_fini(&names);
}
