/* tests/fuzz/fuzz_lang.c: any bytes as the equations of a model: read, checked, printed, read
 * again. Built with clang -fsanitize=fuzzer,address, or with replay.c to run a folder of files
 * (ctest does). */
#include "lang/model.h"
#include "lang/parse.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ast *fuzz_expression(const char *bytes, const struct scope *names,
                                   struct diag_list *d)
{
    const struct lang_text text = {
        .bytes = bytes, .length = strlen(bytes), .at = {"fuzz", 1, 1},
                .indent = 1
    };
    return lang_parse_expression(&text, names, d);
}

/* What was read must print as something that reads as the same number of statements. */
static void fuzz_print(const struct stmt *statements, uint32_t n, const struct scope *names,
                       struct diag_list *d)
{
    struct text out = {0};
    for (uint32_t k = 0; k < n; k++) {
        lang_print_statement(&statements[k], &out);
        text_add(&out, "\n");
    }
    const struct lang_text text = {
        .bytes = text_string(&out), .length = out.length, .at = {"printed", 1, 1},
                .indent = 1
    };
    const uint32_t before = d->n_errors;
    uint32_t again = 0;
    if (out.length <= LANG_MAX_TEXT) {
        (void)lang_parse_statements(&text, names, &again, d);
        ASSERT(again == n && d->n_errors == before);
    }
    text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena;
    struct diag_list d;
    if (arena_create(&arena, NULL) != ERR_OK) {
        return 0;
    }
    diag_init(&d, arena);
    char *const bytes = arena_copy(arena, (const char *)data, size);
    const struct lang_text text = {
        .bytes = bytes, .length = size, .at = {"fuzz", 1, 1},
                .indent = 1
    };
    struct model_parameter parameters[] = {
        {.name = "C",   .value = fuzz_expression("15.2 pF", NULL, &d)},
        {.name = "tau", .value = fuzz_expression("5 ms",    NULL, &d)},
        {.name = "k",   .value = fuzz_expression("2",       NULL, &d)},
    };
    struct model_state states[] = {
        {.name = "v", .initial = fuzz_expression("-80 mV", NULL, &d)},
        {.name = "u", .initial = fuzz_expression("0",      NULL, &d)},
    };
    static const char *const args[] = {"x"};
    struct scope network = {.parent = NULL};
    (void)scope_add(&network,
                    &(struct symbol){.kind = SYMBOL_FUNCTION,
                                     .name = "f",
                                     .args = args,
                                     .n_args = 1,
                                     .value = fuzz_expression("x*exp(x)", NULL, &d)},
                    &d);
    struct model m = {
        .file = "fuzz",
        .no_units = size > 0 && data[0] == '#',
        .parameters = parameters,
        .n_parameters = 3,
        .states = states,
        .n_states = 2,
        .at = {"fuzz", 1, 1}
    };
    m.scope.parent = &network;
    m.statements = lang_parse_statements(&text, &network, &m.n_statements, &d);
    const bool is_sound = model_check(&m, &d);
    ASSERT(is_sound || d.n_errors > 0);
    fuzz_print(m.statements, m.n_statements, &network, &d);
    (void)lang_parse_expression(&text, &m.scope, &d);
    struct ast *const e = lang_parse_expression(&text, &network, &d);
    const struct check_rules rules = {
        .scope = &m.scope, .allows_draws = true, .what = "expression"};
    double value;
    if (lang_check(e, &rules, &d)) {
        (void)lang_constant(e, &value);
    }
    struct text out = {0};
    diag_print(&d, 20, &out);
    text_fini(&out);
    arena_destroy(arena);
    return 0;
}
