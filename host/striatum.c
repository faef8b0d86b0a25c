/* striatum.c: the handle: loading, checking, messages. */
#include "striatum_handle.h"

#include "base/clock.h"

#include <jansson.h>
#include <string.h>

const char *striatum_version(void)
{
    return STRIATUM_VERSION;
}

struct striatum *striatum_create(void)
{
    struct striatum *s;
    return mem_alloc(&s, 1, sizeof *s, NULL) == ERR_OK ? s : NULL;
}

void striatum_destroy(struct striatum *s)
{
    if (s == NULL) {
        return;
    }
    arena_destroy(s->arena);
    text_fini(&s->diag_text);
    text_fini(&s->diag_json);
    text_fini(&s->answer);
    text_fini(&s->summary_json);
    text_fini(&s->summary_table);
    text_fini(&s->output_dir);
    mem_free(s);
}

enum err_code striatum_reset(struct striatum *s)
{
    arena_destroy(s->arena);
    s->arena = NULL;
    s->desc = NULL;
    err_clear(&s->err);
    ERR_TRY(arena_create(&s->arena, &s->err));
    diag_init(&s->diags, s->arena);
    return ERR_OK;
}

enum striatum_status striatum_status_of(const struct striatum *s, enum err_code code)
{
    (void)s;
    return (enum striatum_status)err_exit_status(code);
}

const char *striatum_message(const struct striatum *s)
{
    return s->err.msg;
}

const char *striatum_diagnostics(struct striatum *s, uint32_t most)
{
    text_fini(&s->diag_text);
    if (s->arena != NULL) {
        diag_print(&s->diags, most, &s->diag_text);
    }
    return text_string(&s->diag_text);
}

const char *striatum_diagnostics_json(struct striatum *s)
{
    static const char *const severities[] = {"error", "warning", "note"};
    json_t *const list = json_array();
    for (uint32_t k = 0; s->arena != NULL && k < s->diags.n; k++) {
        const struct diag *const d = &s->diags.items[k];
        json_t *const item = json_pack("{s:s, s:s*, s:i, s:i, s:i, s:s, s:s*}", "severity",
                                       severities[d->severity], "file", d->at.file, "line",
                                       (int)d->at.line, "column", (int)d->at.column, "length",
                                       (int)d->length, "text", d->text, "hint", d->hint);
        (void)json_array_append_new(list, item);
    }
    text_fini(&s->diag_json);
    char *const dump = json_dumps(list, JSON_INDENT(2));
    text_add(&s->diag_json, dump == NULL ? "[]" : dump);
    free(dump);
    json_decref(list);
    return text_string(&s->diag_json);
}

static enum err_code load_network(struct striatum *s, const char *path,
                                  const struct striatum_load_options *o)
{
    const struct desc_options options = {.overrides = o->overrides,
                                         .n_overrides = o->n_overrides,
                                         .duration = o->duration,
                                         .seed = o->seed,
                                         .precision = o->precision};
    return desc_load_network(&s->desc, path, &options, &s->diags, &s->err);
}

enum striatum_status striatum_load(struct striatum *s, const char *network,
                                   const struct striatum_load_options *o)
{
    const double start = clock_now_s();
    enum err_code code = striatum_reset(s);
    if (code == ERR_OK) {
        code = load_network(s, network, o);
    }
    s->read_s = clock_now_s() - start;
    return striatum_status_of(s, code);
}

enum striatum_status striatum_check(struct striatum *s, const char *file,
                                    const struct striatum_load_options *o)
{
    enum err_code code = striatum_reset(s);
    if (code == ERR_OK) {
        if (!desc_names_network(file)) {
            struct model *model;
            code =
                desc_load_model(&model, file, (struct pos){.file = file}, &s->diags, &s->err);
            if (code == ERR_OK && s->diags.n_errors == 0) {
                const bool is_double =
                    o->precision != NULL && strcmp(o->precision, "double") == 0;
                if (!step_check(model, is_double ? PRECISION_DOUBLE : PRECISION_SINGLE,
                                &s->diags)) {
                    code = err_set(&s->err, ERR_FILE, 0, "'%s' has errors", file);
                }
            }
        } else {
            code = load_network(s, file, o);
        }
    }
    if (code == ERR_OK && s->desc != NULL) { /* faults that show only when programs are built */
        struct network *n = NULL;
        code = network_create(&n, s->desc, &s->diags, &s->err);
        network_destroy(n);
    }
    return striatum_status_of(s, code);
}
