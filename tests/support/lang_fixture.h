/* tests/support/lang_fixture.h: an arena, diagnostics and a scope with every variable of the
 * language, to read and check one expression in a test. */
#ifndef SUPPORT_LANG_FIXTURE_H
#define SUPPORT_LANG_FIXTURE_H

#include "lang/lower.h"
#include "lang/parse.h"
#include "support/ir_reference.h"

struct lang_fixture {
    struct arena *arena;
    struct diag_list d;
    struct scope names;
};

static inline void lang_fixture_init(struct lang_fixture *f)
{
    struct err e = {0};
    *f = (struct lang_fixture){.arena = NULL};
    EXPECT_OK(arena_create(&f->arena, &e));
    diag_init(&f->d, f->arena);
    EXPECT_OK(
        lang_scope_variables(&f->names, (1u << LANG_VARIABLE_N) - 1u, f->arena, &f->d, &e));
}

static inline void lang_fixture_fini(struct lang_fixture *f)
{
    arena_destroy(f->arena);
    f->arena = NULL;
}

static inline struct lang_text lang_fixture_text(const char *text)
{
    return (struct lang_text){
        .bytes = text,
        .length = strlen(text),
        .at = {.file = "test", .line = 1, .column = 1},
        .indent = 1
    };
}

/* Reads and checks; fails the test where either has something to say. */
static inline struct ast *lang_fixture_expression(struct lang_fixture *f,
                                                  const struct scope *scope, const char *text,
                                                  bool is_mask)
{
    const struct lang_text t = lang_fixture_text(text);
    struct ast *const e = lang_parse_expression(&t, scope, &f->d);
    const struct check_rules rules = {.scope = scope,
                                      .expects_mask = is_mask,
                                      .allows_draws = true,
                                      .allows_prev = true,
                                      .what = "test"};
    if (!lang_check(e, &rules, &f->d)) {
        fail_msg("'%s': %s", text, f->d.n > 0 ? f->d.items[f->d.n - 1].text : "no tree");
    }
    return e;
}

#endif
