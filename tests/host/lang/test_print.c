#include "support/expect.h"

#include "support/tree_fixture.h"

static struct tree_fixture f;
static uint64_t seed;

/* splitmix64: the same trees in every run. */
static uint32_t draw(uint32_t n)
{
    seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static struct ast *node(enum ast_kind kind, uint32_t n_args)
{
    struct ast *const e = arena_alloc(f.arena, 1, sizeof *e);
    e->kind = kind;
    e->op = LANG_OP_N;
    e->func = LANG_FUNC_N;
    e->unit = unit_none;
    e->n_args = n_args;
    e->args = arena_alloc(f.arena, n_args + 1, sizeof(struct ast *));
    e->height = 1;
    return e;
}

static struct ast *generate_leaf(void)
{
    static const char *const names[] = {"v", "u", "g", "tau", "mV", "pre.i", "ms", "s"};
    static const char *const units[] = {"mV", "1/ms", "nS/mV", "pF", "1/um^3", "mM"};
    static const double values[] = {0, 1, 0.1, 1.0 / 3, 1e-300, 12345678.9, 1e22, 0.062};
    struct ast *e;
    if (draw(2) == 0) {
        e = node(AST_NAME, 0);
        e->name = names[draw(8)];
        return e;
    }
    e = node(AST_NUMBER, 0);
    e->value = values[draw(8)];
    if (draw(2) == 0) {
        const char *const unit = units[draw(6)];
        EXPECT_TRUE(unit_parse(unit, strlen(unit), &e->unit));
        e->has_unit = true;
    }
    return e;
}

static struct ast *generate(uint32_t depth)
{
    static const char *const functions[] = {"exp", "min", "f", "uniform"};
    const uint32_t choice = depth == 0 ? 0 : draw(9);
    if (choice == 0) {
        return generate_leaf();
    }
    const enum ast_kind kind = choice < 3   ? AST_UNARY
                               : choice < 7 ? AST_BINARY
                               : choice < 8 ? AST_CALL
                                            : AST_CONDITION;
    struct ast *const e = node(kind, kind == AST_UNARY    ? 1
                                     : kind == AST_BINARY ? 2
                                     : kind == AST_CALL   ? draw(4)
                                                          : 3);
    static const enum lang_op unary[] = {LANG_NOT, LANG_NEG, LANG_PLUS};
    if (kind == AST_UNARY) {
        e->op = unary[draw(3)];
    } else if (kind == AST_BINARY) {
        do {
            e->op = (enum lang_op)draw(LANG_OP_N);
        } while (e->op == LANG_NOT || e->op == LANG_NEG || e->op == LANG_PLUS);
    } else if (kind == AST_CALL) {
        e->name = functions[draw(4)];
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        e->args[k] = generate(depth - 1);
    }
    return e;
}

static bool is_same(const struct ast *a, const struct ast *b)
{
    if (a->kind != b->kind || a->n_args != b->n_args || a->op != b->op ||
        a->has_unit != b->has_unit || !unit_same_dimension(a->unit, b->unit)) {
        return false;
    }
    if (a->kind == AST_NUMBER && !(a->value >= b->value && a->value <= b->value)) {
        return false;
    }
    if ((a->kind == AST_NAME || a->kind == AST_CALL) && strcmp(a->name, b->name) != 0) {
        return false;
    }
    for (uint32_t k = 0; k < a->n_args; k++) {
        if (!is_same(a->args[k], b->args[k])) {
            return false;
        }
    }
    return true;
}

static void print_when_parsed_again_then_same_tree(void **state)
{
    (void)state;
    tree_fixture_open(&f);
    seed = 1;
    for (int k = 0; k < 3000; k++) {
        const struct ast *const e = generate(1 + draw(6));
        struct text once = {0}, twice = {0};
        lang_print(e, &once);
        const struct ast *const again = tree_fixture_parse(&f, text_string(&once));
        if (again == NULL || !is_same(e, again)) {
            fail_msg("case %d: '%s' is another tree: %s", k, text_string(&once),
                     f.d.n > 0 ? f.d.items[0].text : "");
            return;
        }
        lang_print(again, &twice);
        EXPECT_STR(text_string(&twice), text_string(&once));
        text_fini(&once);
        text_fini(&twice);
    }
    tree_fixture_close(&f);
}

static void print_when_brackets_are_not_needed_then_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"((a))",               "a"                    },
        {"(a*b)+c",             "a * b + c"            },
        {"a-(b-c)",             "a - (b - c)"          },
        {"(a-b)-c",             "a - b - c"            },
        {"a*(b/c)",             "a * (b / c)"          },
        {"(2**3)**2",           "(2**3)**2"            },
        {"2**(3**2)",           "2**3**2"              },
        {"-(x**2)",             "-x**2"                },
        {"(-x)**2",             "(-x)**2"              },
        {"2**(-x)",             "2**-x"                },
        {"(10 ms)**2",          "(10 ms)**2"           },
        {"10ms*2",              "10ms * 2"             },
        {"not (a and b)",       "not (a and b)"        },
        {"not (a < b)",         "not a < b"            },
        {"(a < b) == (c < d)",  "(a < b) == (c < d)"   },
        {"(if a: b else: c)*2", "(if a: b else: c) * 2"},
        {"if a: b else: (c*2)", "if a: b else: c * 2"  },
        {"475 Hz",              "475 Hz"               },
        {"ite( a>b ,1,2 )",     "ite(a > b, 1, 2)"     },
    };
    tree_fixture_open(&f);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const struct ast *const e = tree_fixture_parse(&f, rows[k].text);
        EXPECT_TRUE(e != NULL);
        struct text out = {0};
        lang_print(e, &out);
        EXPECT_STR(text_string(&out), rows[k].printed);
        text_fini(&out);
    }
    tree_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(print_when_parsed_again_then_same_tree),
        cmocka_unit_test(print_when_brackets_are_not_needed_then_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
