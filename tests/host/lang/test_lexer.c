#include "support/expect.h"

#include "lang/lexer.h"
#include "support/tree_fixture.h"

struct words {
    struct token items[64];
    uint32_t n;
};

/* All tokens up to the end. */
static void read_all(struct tree_fixture *f, const char *text, bool by_lines, struct words *w)
{
    struct lexer l;
    const struct lang_text t = tree_fixture_text(text);
    lexer_init(&l, &t, &f->scope, by_lines, &f->d);
    w->n = 0;
    do {
        EXPECT_TRUE(w->n < 64);
        lexer_next(&l, &w->items[w->n++]);
    } while (w->items[w->n - 1].kind != TOKEN_END);
}

static void number_when_unit_follows_then_it_belongs_to_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        uint32_t length;
        bool has_unit;
    } rows[] = {
        {"10ms",           10,    4, true },
        {"10 ms",          10,    5, true },
        {"0.8 m/s",        800,   7, true },
        {"0.062 /mV",      0.062, 9, true },
        {"1/s",            1,     1, false},
        {"1 ms/tau",       1,     4, true },
        {"1 ms/v",         1,     4, true },
        {"475 Hz",         0.475, 6, true },
        {"3.57 mM*exp(v)", 3.57,  7, true },
        {"2 um**2*v",      2,     7, true },
        {"2 mm^3",         2e9,   6, true },
        {"5 \xc2\xb5m",    5,     5, true },
        {"1 nS/mV*v",      1,     7, true },
        {"1 /g",           1,     1, false},
        {"5 ms (",         5,     4, true },
        {"5 and",          5,     1, false},
        {".5",             0.5,   2, false},
        {"1.5e-3 s",       1.5,   8, true },
        {"7.",             7,     2, false},
    };
    struct tree_fixture f;
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct words w;
        read_all(&f, rows[k].text, false, &w);
        EXPECT_EQ_I64(w.items[0].kind, TOKEN_NUMBER);
        EXPECT_NEAR(w.items[0].value, rows[k].value, 1e-15 * rows[k].value);
        EXPECT_EQ_I64(w.items[0].length, rows[k].length);
        EXPECT_EQ_I64(w.items[0].has_unit, rows[k].has_unit);
    }
    tree_fixture_close(&f);
}

static void number_when_broken_then_one_fault(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } rows[] = {
        {"1e309",   "too large"    },
        {"1_000",   "'_'"          },
        {"1.2.3",   "decimal point"},
        {"10foo",   "no unit"      },
        {"0x10",    "no unit"      },
        {"1e308 s", "too large"    },
    };
    struct tree_fixture f;
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_TRUE(tree_fixture_parse(&f, rows[k].text) == NULL);
        tree_fixture_expect(&f, 1, 1, rows[k].part, NULL);
        tree_fixture_clear(&f);
    }
    tree_fixture_close(&f);
}

static void positions_when_later_lines_then_counted_from_indent(void **state)
{
    (void)state;
    struct tree_fixture f;
    tree_fixture_open(&f);
    struct lexer l;
    struct token t;
    const struct lang_text text = {
        .bytes = "a\n\n  bb", .length = 7, .at = {"file", 10, 7},
                .indent = 5
    };
    lexer_init(&l, &text, NULL, false, &f.d);
    lexer_next(&l, &t);
    EXPECT_EQ_I64(t.at.line, 10);
    EXPECT_EQ_I64(t.at.column, 7);
    lexer_next(&l, &t);
    EXPECT_EQ_I64(t.at.line, 12);
    EXPECT_EQ_I64(t.at.column, 7);
    EXPECT_EQ_I64(t.length, 2);
    tree_fixture_close(&f);
}

static void statement_end_when_line_goes_on_then_not_yet(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t ends; /* statement ends before the end of the text */
    } rows[] = {
        {"a\nb",            1},
        {"a;b",             1},
        {"a\n\n# c\nb\n",   2},
        {"a +\nb",          0},
        {"a\n  + b",        0},
        {"a\n+ b",          1},
        {"(a\nb)",          0},
        {"a\n  # c\n  * b", 0},
        {"a\n  and b",      0},
        {"a\n  andy",       1},
        {"a # + \nb",       1},
        {"a =\n b",         0},
        {"",                0},
        {"\n\n",            0},
        {"a\r\nb",          1},
    };
    struct tree_fixture f;
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct words w;
        uint32_t ends = 0;
        read_all(&f, rows[k].text, true, &w);
        for (uint32_t j = 0; j < w.n; j++) {
            ends += w.items[j].kind == TOKEN_STATEMENT_END;
        }
        if (ends != rows[k].ends) {
            fail_msg("'%s' has %u ends, expected %u", rows[k].text, ends, rows[k].ends);
        }
    }
    tree_fixture_close(&f);
}

static void name_when_too_long_then_fault(void **state)
{
    (void)state;
    struct tree_fixture f;
    tree_fixture_open(&f);
    char name[LANG_MAX_NAME + 2];
    memset(name, 'a', sizeof name);
    name[LANG_MAX_NAME + 1] = '\0';
    EXPECT_TRUE(tree_fixture_parse(&f, name) == NULL);
    tree_fixture_expect(&f, 1, 1, "too long", "64");
    tree_fixture_clear(&f);
    name[LANG_MAX_NAME] = '\0';
    EXPECT_TRUE(tree_fixture_parse(&f, name) != NULL);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    tree_fixture_close(&f);
}

static void foreign_operator_when_met_then_hint_names_ours(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t column;
        const char *part, *hint;
    } rows[] = {
        {"v && u",   3, "'&&'",      "'and'" },
        {"v || u",   3, "'||'",      "'or'"  },
        {"!v",       1, "'!'",       "'not'" },
        {"v % u",    3, "'%'",       "mod"   },
        {"v <> u",   3, "'<>'",      "!="    },
        {"v ? 1",    3, "'?'",       "if c"  },
        {"v[1]",     2, "square",    "round" },
        {"v // 2",   3, "'//'",      "floor" },
        {"v'",       2, "no text",   "dv/dt" },
        {"v \x01",   3, "control",   NULL    },
        {"\xce\xb1", 1, "character", "a to z"},
    };
    struct tree_fixture f;
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_TRUE(tree_fixture_parse(&f, rows[k].text) == NULL);
        tree_fixture_expect(&f, 1, rows[k].column, rows[k].part, rows[k].hint);
        tree_fixture_clear(&f);
    }
    tree_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_when_unit_follows_then_it_belongs_to_it),
        cmocka_unit_test(number_when_broken_then_one_fault),
        cmocka_unit_test(positions_when_later_lines_then_counted_from_indent),
        cmocka_unit_test(statement_end_when_line_goes_on_then_not_yet),
        cmocka_unit_test(name_when_too_long_then_fault),
        cmocka_unit_test(foreign_operator_when_met_then_hint_names_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
