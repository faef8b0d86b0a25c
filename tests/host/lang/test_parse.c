#include "support/expect.h"

#include "lang/check.h"
#include "support/tree_fixture.h"

static struct tree_fixture f;

static int setup(void **state)
{
    (void)state;
    tree_fixture_open(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_fixture_close(&f);
    return 0;
}

/* Every operation in brackets, so that the shape of the tree shows. */
static void shape(const struct ast *e, struct text *out)
{
    static const char *const tokens[] = {
#define LANG_OP(id, token, arity, left, right) token,
#include "lang/ops.def"
#undef LANG_OP
    };
    switch (e->kind) {
    case AST_NUMBER:
    case AST_NAME:
        text_add(out, e->name);
        return;
    case AST_CALL:
        text_add(out, e->name);
        break;
    case AST_CONDITION:
        text_add(out, "if");
        break;
    case AST_UNARY:
    case AST_BINARY:
        text_add(out, tokens[e->op]);
        break;
    }
    text_add(out, "(");
    for (uint32_t k = 0; k < e->n_args; k++) {
        text_add(out, k > 0 ? " " : "");
        shape(e->args[k], out);
    }
    text_add(out, ")");
}

static void expression_when_parsed_then_shape(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shape;
    } rows[] = {
        {"a-b-c",                          "-(-(a b) c)"        },
        {"a/b/c",                          "/(/(a b) c)"        },
        {"a/b*c",                          "*(/(a b) c)"        },
        {"2^3^2",                          "**(2 **(3 2))"      },
        {"2**3**2",                        "**(2 **(3 2))"      },
        {"-K^n",                           "-(**(K n))"         },
        {"-x**2",                          "-(**(x 2))"         },
        {"(-x)**2",                        "**(-(x) 2)"         },
        {"2**-x",                          "**(2 -(x))"         },
        {"2**-x*y",                        "*(**(2 -(x)) y)"    },
        {"--x",                            "-(-(x))"            },
        {"-+-x",                           "-(+(-(x)))"         },
        {"a - -b",                         "-(a -(b))"          },
        {"-a*b",                           "*(-(a) b)"          },
        {"a + b*c",                        "+(a *(b c))"        },
        {"(a + b)*c",                      "*(+(a b) c)"        },
        {"not not a",                      "not(not(a))"        },
        {"not a < b and c",                "and(not(<(a b)) c)" },
        {"a or b and c",                   "or(a and(b c))"     },
        {"a < b + 1",                      "<(a +(b 1))"        },
        {"f(a, b + 1)",                    "f(a +(b 1))"        },
        {"f()",                            "f()"                },
        {"if a: b else: c + 1",            "if(a b +(c 1))"     },
        {"if a: b else: if c: d else: e",  "if(a b if(c d e))"  },
        {"if a: b else if c: d else: e",   "if(a b if(c d e))"  },
        {"1 + (if a:\n  b\n else:\n c)*2", "+(1 *(if(a b c) 2))"},
        {"10 ms*v",                        "*(10 ms v)"         },
        {"x/10 ms/v",                      "/(/(x 10 ms) v)"    },
        {"0.062/mV*v",                     "*(/(0.062 mV) v)"   },
        {"pre.i + post.x",                 "+(pre.i post.x)"    },
        {"a # comment\n + b",              "+(a b)"             },
        {"1e3e",                           NULL                 },
    };
    for (size_t k = 0; rows[k].shape != NULL; k++) {
        const struct ast *const e = tree_fixture_parse(&f, rows[k].text);
        if (e == NULL) {
            fail_msg("'%s': %s", rows[k].text, f.d.items[0].text);
            return;
        }
        struct text out = {0};
        shape(e, &out);
        EXPECT_STR(text_string(&out), rows[k].shape);
        text_fini(&out);
    }
    EXPECT_EQ_I64(f.d.n, 0);
}

static void expression_when_broken_then_one_error_with_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *part, *hint;
    } rows[] = {
        {"",                    1, 1,  "missing",              NULL                     },
        {"  # nothing",         1, 1,  "missing",              NULL                     },
        {"a +",                 1, 4,  "ends too early",       NULL                     },
        {"a + * b",             1, 5,  "'*' needs something",  NULL                     },
        {"(a",                  1, 1,  "not closed",           NULL                     },
        {"f(a, b",              1, 2,  "not closed",           NULL                     },
        {"a)",                  1, 2,  "no '('",               NULL                     },
        {"()",                  1, 2,  "missing before ')'",   NULL                     },
        {"f(a,)",               1, 5,  "missing before ')'",   NULL                     },
        {"f(,a)",               1, 3,  "missing before ','",   NULL                     },
        {"a b",                 1, 3,  "operator is missing",  "'*'"                    },
        {"2(a)",                1, 2,  "operator is missing",  "'*'"                    },
        {"a, b",                1, 2,  "','",                  "point"                  },
        {"a = b",               1, 3,  "'='",                  "=="                     },
        {"a < b < c",           1, 7,  "do not chain",         "a < b and b < c"        },
        {"a if b else c",       1, 3,  "before its condition", "if condition: a else: b"},
        {"if a b",              1, 6,  "':' is missing",       "if condition"           },
        {"if a: b",             1, 8,  "'else:' is missing",   "if condition"           },
        {"if a: b else c",      1, 14, "':' is missing",       "if condition"           },
        {"if a = b: 1 else: 2", 1, 6,  "'='",                  "=="                     },
        {"else: 1",             1, 1,  "no 'if'",              NULL                     },
        {"a; b",                1, 2,  "one expression",       NULL                     },
        {"a\n  + (b",           2, 5,  "not closed",           NULL                     },
        {"a : b",               1, 3,  "':'",                  NULL                     },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_TRUE(tree_fixture_parse(&f, rows[k].text) == NULL);
        tree_fixture_expect(&f, rows[k].line, rows[k].column, rows[k].part, rows[k].hint);
        tree_fixture_clear(&f);
    }
}

/* n times `open`, then x, then n times `close`. */
static char *nest(const char *open, const char *close, size_t n)
{
    const size_t a = strlen(open), b = strlen(close);
    char *const text = arena_alloc(f.arena, n * (a + b) + 2, 1);
    char *p = text;
    for (size_t k = 0; k < n; k++, p += a) {
        memcpy(p, open, a);
    }
    *p++ = 'v';
    for (size_t k = 0; k < n; k++, p += b) {
        memcpy(p, close, b);
    }
    return text;
}

static void nesting_when_deep_then_one_error(void **state)
{
    (void)state;
    static const struct {
        const char *open, *close;
    } rows[] = {
        {"(",              ")"          },
        {"-",              ""           },
        {"abs(",           ")"          },
        {"v+(",            ")"          },
        {"v**",            ""           },
        {"",               "+v"         },
        {"not ",           ""           },
        {"if v: v else: ", ""           },
        {"if ",            ": v else: v"},
        {"(",              ""           },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_TRUE(tree_fixture_parse(&f, nest(rows[k].open, rows[k].close, 10000)) == NULL);
        EXPECT_EQ_I64(f.d.n_errors, 1);
        EXPECT_CONTAINS(f.d.items[0].text, "nested deeper");
        tree_fixture_clear(&f);
    }
    EXPECT_TRUE(tree_fixture_parse(&f, nest("", "+v", LANG_MAX_DEPTH - 1)) != NULL);
    EXPECT_TRUE(tree_fixture_parse(&f, nest("", "+v", LANG_MAX_DEPTH)) == NULL);
}

static void text_when_a_megabyte_then_read_in_linear_time(void **state)
{
    (void)state;
    /* 700 statements of 180 terms each. Quadratic work would take minutes. */
    struct text t = {0};
    uint32_t n;
    for (int k = 0; k < 1400; k++) {
        text_print(&t, "x%d = v", k);
        for (int j = 0; j < 180; j++) {
            text_add(&t, " + v");
        }
        text_add(&t, "\n");
    }
    struct lang_text text = tree_fixture_text(text_string(&t));
    EXPECT_TRUE(text.length > 1000000 && text.length <= LANG_MAX_TEXT);
    EXPECT_TRUE(lang_parse_statements(&text, &f.scope, &n, &f.d) != NULL);
    EXPECT_EQ_I64(n, 1400);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    text_fini(&t);
    text_add(&t, "a = v");
    while (t.length < LANG_MAX_TEXT - 8) {
        text_add(&t, "\n");
    }
    text_add(&t, "  + v");
    text = tree_fixture_text(text_string(&t));
    EXPECT_TRUE(lang_parse_statements(&text, &f.scope, &n, &f.d) != NULL);
    EXPECT_EQ_I64(n, 1);
    while (t.length <= LANG_MAX_TEXT) {
        text_add(&t, "\n");
    }
    text = tree_fixture_text(text_string(&t));
    EXPECT_TRUE(lang_parse_statements(&text, &f.scope, &n, &f.d) == NULL);
    tree_fixture_expect(&f, 1, 1, "at most 1048576", NULL);
    text_fini(&t);
}

static struct stmt *parse_statements(const char *bytes, uint32_t *n)
{
    const struct lang_text text = tree_fixture_text(bytes);
    return lang_parse_statements(&text, &f.scope, n, &f.d);
}

static void statement_when_parsed_then_prints_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
        enum stmt_kind kind;
    } rows[] = {
        {"x = 3",                "x = 3",                  STMT_ASSIGN      },
        {"dv/dt = -v/tau",       "dv/dt = -v / tau",       STMT_DIFFERENTIAL},
        {"dg_ampa/dt = 1",       "dg_ampa/dt = 1",         STMT_DIFFERENTIAL},
        {"C*dv/dt = 1",          "C * dv/dt = 1",          STMT_DIFFERENTIAL},
        {"tau_m*dV/dt = 1",      "tau_m * dV/dt = 1",      STMT_DIFFERENTIAL},
        {"2*C*dv/dt = 1",        "2 * C * dv/dt = 1",      STMT_DIFFERENTIAL},
        {"C/k*dv/dt = 1",        "C / k * dv/dt = 1",      STMT_DIFFERENTIAL},
        {"(C + 1 pF)*dv/dt = 1", "(C + 1 pF) * dv/dt = 1", STMT_DIFFERENTIAL},
        {"2 ms*dV/dt = 1",       "2 ms * dV/dt = 1",       STMT_DIFFERENTIAL},
        {"x += 2",               "x = x + 2",              STMT_ASSIGN      },
        {"x -= a - b",           "x = x - (a - b)",        STMT_ASSIGN      },
        {"x *= 2 + 3",           "x = x * (2 + 3)",        STMT_ASSIGN      },
        {"x /= 2*3",             "x = x / (2 * 3)",        STMT_ASSIGN      },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint32_t n;
        const struct stmt *const s = parse_statements(rows[k].text, &n);
        if (n != 1) {
            fail_msg("'%s' gives %u statements: %s", rows[k].text, n,
                     f.d.n > 0 ? f.d.items[0].text : "");
        }
        struct text out = {0};
        lang_print_statement(s, &out);
        EXPECT_STR(text_string(&out), rows[k].printed);
        EXPECT_EQ_I64(s->kind, rows[k].kind);
        text_fini(&out);
    }
}

static void assigned_name_when_a_unit_then_shadows_it_everywhere(void **state)
{
    (void)state;
    uint32_t n;
    const struct stmt *const s = parse_statements("a = 1 nS/s\ns = 2", &n);
    EXPECT_EQ_I64(n, 2);
    EXPECT_EQ_I64(s[0].value->kind, AST_BINARY); /* 1 nS divided by the variable s */
}

static void statements_when_several_broken_then_one_error_each(void **state)
{
    (void)state;
    uint32_t n;
    const struct stmt *const s =
        parse_statements("a = 1 +\n+ 2\nb = = 2\nc = 3 # good\n"
                         "3 = d; e = 4\nf(x) = 2\ng\n\ndv/dt += 1\ndv/ds = 2\nh = 5",
                         &n);
    EXPECT_EQ_I64(n, 4);
    EXPECT_STR(s[0].name, "a");
    EXPECT_STR(s[1].name, "c");
    EXPECT_STR(s[2].name, "e");
    EXPECT_STR(s[3].name, "h");
    static const struct {
        uint32_t line, column;
        const char *part;
    } rows[] = {
        {3,  5, "'='"               },
        {5,  1, "cannot be assigned"},
        {6,  1, "cannot be assigned"},
        {7,  2, "assigns nothing"   },
        {9,  7, "has '='"           },
        {10, 1, "cannot be assigned"},
    };
    EXPECT_EQ_I64(f.d.n_errors, sizeof rows / sizeof rows[0]);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_CONTAINS(f.d.items[k].text, rows[k].part);
        EXPECT_EQ_I64(f.d.items[k].at.line, rows[k].line);
        EXPECT_EQ_I64(f.d.items[k].at.column, rows[k].column);
    }
}

static void statement_when_line_begins_with_operator_then_hint_to_indent(void **state)
{
    (void)state;
    uint32_t n;
    (void)parse_statements("a = 1\n* 2\n", &n);
    EXPECT_EQ_I64(n, 1);
    tree_fixture_expect(&f, 2, 1, "begin with an operator", "indent");
    tree_fixture_clear(&f);
    (void)parse_statements("a = 1\n  * 2\n", &n);
    EXPECT_EQ_I64(n, 1);
    EXPECT_EQ_I64(f.d.n_errors, 0);
}

static void statements_when_none_or_too_many_then_counted(void **state)
{
    (void)state;
    uint32_t n = 7;
    (void)parse_statements("", &n);
    EXPECT_EQ_I64(n, 0);
    (void)parse_statements(" ;;\n;# x\n", &n);
    EXPECT_EQ_I64(n, 0);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    struct text t = {0};
    for (int k = 0; k < LANG_MAX_STATEMENTS; k++) {
        text_add(&t, "a=1;");
    }
    (void)parse_statements(text_string(&t), &n);
    EXPECT_EQ_I64(n, LANG_MAX_STATEMENTS);
    EXPECT_EQ_I64(f.d.n_errors, 0);
    text_add(&t, "a=1");
    (void)parse_statements(text_string(&t), &n);
    tree_fixture_expect(&f, 1, 4 * LANG_MAX_STATEMENTS + 1, "more than 4096", NULL);
    text_fini(&t);
}

static void signature_when_read_then_name_and_arguments(void **state)
{
    (void)state;
    const char *name, **args;
    uint32_t n;
    struct lang_text t = tree_fixture_text("p_spn(x, y)");
    EXPECT_TRUE(lang_parse_signature(&t, &name, &args, &n, &f.d));
    EXPECT_STR(name, "p_spn");
    EXPECT_EQ_I64(n, 2);
    EXPECT_STR(args[1], "y");
    t = tree_fixture_text("g()");
    EXPECT_TRUE(lang_parse_signature(&t, &name, &args, &n, &f.d));
    EXPECT_EQ_I64(n, 0);
    static const char *const broken[] = {"",       "f",      "f(",       "f(x",
                                         "f(x,",   "f(x y)", "f(x, x)",  "f(1)",
                                         "exp(x)", "f(if)",  "f(x) + 1", "1(x)"};
    for (size_t k = 0; k < sizeof broken / sizeof broken[0]; k++) {
        tree_fixture_clear(&f);
        t = tree_fixture_text(broken[k]);
        if (lang_parse_signature(&t, &name, &args, &n, &f.d) || f.d.n_errors != 1) {
            fail_msg("'%s': %u errors", broken[k], f.d.n_errors);
        }
    }
}

static void is_name_when_word_of_the_language_then_false(void **state)
{
    (void)state;
    EXPECT_TRUE(lang_is_name("v") && lang_is_name("_a1") && lang_is_name("mV") &&
                lang_is_name("iff"));
    static const char *const words[] = {"",   "if",  "else", "and",      "exp", "prev",
                                        "1a", "a b", "a.b",  "\xc2\xb5", "a-b"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        EXPECT_TRUE(!lang_is_name(words[k]));
    }
}

static void parse_when_memory_runs_out_then_no_crash(void **state)
{
    (void)state;
    const char *const text = "a = if v > 3 mV: exp(-v/(2 mV)) else: f(1, 2)*g\nC*dv/dt = 2";
    for (uint64_t k = 1; k < 12; k++) {
        struct arena *arena;
        struct err e = {0};
        struct diag_list d;
        uint32_t n;
        EXPECT_OK(arena_create(&arena, &e));
        diag_init(&d, arena);
        const struct lang_text t = tree_fixture_text(text);
        (void)mem_fail_at(k);
        (void)lang_parse_statements(&t, NULL, &n, &d);
        (void)mem_fail_at(0);
        EXPECT_TRUE(!arena_failed(arena) || n < 2 || d.n_errors > 0);
        arena_destroy(arena);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(expression_when_parsed_then_shape),
        TEST(expression_when_broken_then_one_error_with_place),
        TEST(nesting_when_deep_then_one_error),
        TEST(text_when_a_megabyte_then_read_in_linear_time),
        TEST(statement_when_parsed_then_prints_the_same),
        TEST(assigned_name_when_a_unit_then_shadows_it_everywhere),
        TEST(statements_when_several_broken_then_one_error_each),
        TEST(statement_when_line_begins_with_operator_then_hint_to_indent),
        TEST(statements_when_none_or_too_many_then_counted),
        TEST(signature_when_read_then_name_and_arguments),
        TEST(is_name_when_word_of_the_language_then_false),
        TEST(parse_when_memory_runs_out_then_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
