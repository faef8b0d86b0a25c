/* tests/support/tree_fixture.h: an arena, a list of diagnostics and short ways to read text,
 * for tests of the language. */
#ifndef SUPPORT_TREE_FIXTURE_H
#define SUPPORT_TREE_FIXTURE_H

#include "lang/lower.h"
#include "lang/parse.h"

struct tree_fixture {
    struct arena *arena;
    struct diag_list d;
    struct scope language; /* t, dt, pi, i */
    struct scope scope;    /* v (mV, state), u (pA, state), g (nS), tau (ms), k (no unit), q
                              (unknown unit), f(x) */
};

void tree_fixture_open(struct tree_fixture *f);
void tree_fixture_close(struct tree_fixture *f);
/* Forgets the diagnostics. */
void tree_fixture_clear(struct tree_fixture *f);
struct ast *tree_fixture_parse(struct tree_fixture *f, const char *text);
/* Parses (no fault expected) and checks; false where the check adds an error. */
bool tree_fixture_check(struct tree_fixture *f, const char *text, struct ast **e);
/* Exactly one error, in this line and column, its text containing part; hint may be NULL (any).
 */
void tree_fixture_expect(const struct tree_fixture *f, uint32_t line, uint32_t column,
                         const char *part, const char *hint);
struct lang_text tree_fixture_text(const char *bytes);

#endif
