#include "support/expect.h"

#include "support/tree_fixture.h"

struct lang_text tree_fixture_text(const char *bytes)
{
    return (struct lang_text){
        .bytes = bytes, .length = strlen(bytes), .at = {"file", 1, 1},
                .indent = 1
    };
}

static void tree_fixture_add(struct tree_fixture *f, enum symbol_kind kind, uint32_t index,
                             const char *name, const char *unit)
{
    struct symbol s = {.kind = kind, .name = name, .index = index};
    s.has_unit = unit != NULL;
    if (unit != NULL) {
        EXPECT_TRUE(unit_parse(unit, strlen(unit), &s.unit));
    }
    EXPECT_TRUE(scope_add(&f->scope, &s, &f->d) != NULL);
}

void tree_fixture_open(struct tree_fixture *f)
{
    struct err e = {0};
    static const char *const args[] = {"x"};
    *f = (struct tree_fixture){.arena = NULL};
    EXPECT_OK(arena_create(&f->arena, &e));
    diag_init(&f->d, f->arena);
    EXPECT_OK(lang_scope_variables(&f->language,
                                   1u << LANG_VAR_T | 1u << LANG_VAR_DT | 1u << LANG_VAR_PI |
                                       1u << LANG_VAR_I,
                                   f->arena, &f->d, &e));
    f->scope.parent = &f->language;
    tree_fixture_add(f, SYMBOL_STATE, 0, "v", "mV");
    tree_fixture_add(f, SYMBOL_STATE, 1, "u", "pA");
    tree_fixture_add(f, SYMBOL_PARAMETER, 0, "g", "nS");
    tree_fixture_add(f, SYMBOL_PARAMETER, 1, "tau", "ms");
    tree_fixture_add(f, SYMBOL_PARAMETER, 2, "k", "1");
    tree_fixture_add(f, SYMBOL_PARAMETER, 3, "q", NULL);
    EXPECT_TRUE(scope_add(&f->scope,
                          &(struct symbol){.kind = SYMBOL_FUNCTION,
                                           .name = "f",
                                           .args = args,
                                           .n_args = 1,
                                           .value = tree_fixture_parse(f, "exp(x)")},
                          &f->d) != NULL);
    EXPECT_EQ_I64(f->d.n_errors, 0);
}

void tree_fixture_close(struct tree_fixture *f)
{
    arena_destroy(f->arena);
}

void tree_fixture_clear(struct tree_fixture *f)
{
    diag_init(&f->d, f->arena);
}

struct ast *tree_fixture_parse(struct tree_fixture *f, const char *text)
{
    const struct lang_text t = tree_fixture_text(text);
    return lang_parse_expression(&t, &f->scope, &f->d);
}

bool tree_fixture_check(struct tree_fixture *f, const char *text, struct ast **e)
{
    struct ast *const tree = tree_fixture_parse(f, text);
    if (tree == NULL) {
        fail_msg("'%s' does not parse: %s", text, f->d.n > 0 ? f->d.items[0].text : "?");
    }
    if (e != NULL) {
        *e = tree;
    }
    const struct check_rules rules = {
        .scope = &f->scope, .allows_draws = true, .allows_prev = true, .what = "test"};
    return lang_check(tree, &rules, &f->d);
}

void tree_fixture_expect(const struct tree_fixture *f, uint32_t line, uint32_t column,
                         const char *part, const char *hint)
{
    if (f->d.n_errors != 1) {
        fail_msg("%u errors (first '%s') instead of one with '%s'", f->d.n_errors,
                 f->d.n > 0 ? f->d.items[0].text : "", part);
    }
    const struct diag *const i = &f->d.items[0];
    EXPECT_CONTAINS(i->text, part);
    if (i->at.line != line || i->at.column != column) {
        fail_msg("'%s' stands at %u:%u, expected at %u:%u", i->text, i->at.line, i->at.column,
                 line, column);
    }
    if (hint != NULL) {
        EXPECT_CONTAINS(i->hint, hint);
    }
}
