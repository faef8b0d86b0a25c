#include "support/expect.h"

#include "desc_fixture.h"

#include "lang/parse.h"

static int write_cells(void **state)
{
    (void)state;
    (void)fixture_file("lif.yaml", FIXTURE_LIF);
    (void)fixture_file(
        "flag.yaml", "units: none\nparameters: {k: 1 mV}\nstate: {n: -1}\nequations: n = k\n");
    return 0;
}

static void load(struct fixture *f, const char *formula)
{
    char text[1500];
    (void)snprintf(
        text, sizeof text,
        "time: {duration: 10 ms}\nconstants: {low: -70 mV}\nfunctions: {\"over(x)\": "
        "\"x - low\"}\n"
        "populations:\n  A: {model: lif.yaml, count: 3}\n  B: {model: flag.yaml, "
        "count: 2}\nstop_when: %s\n",
        formula);
    fixture_network_with(f, text, NULL);
}

static void load_sound(struct fixture *f, const char *formula)
{
    load(f, formula);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
}

static void formula_when_read_is_terms_and_nodes(void **state)
{
    (void)state;
    struct fixture f;
    load_sound(&f, "\"any(B.n >= 0) or not (all(A.v > -50 mV and A.I > 0 pA) and any(over(A.v) "
                   "> 0 mV))\"");
    const struct desc_stop *const s = f.net->stop;
    assert_non_null(s);
    EXPECT_STR(
        s->text,
        "any(B.n >= 0) or not (all(A.v > -50 mV and A.I > 0 pA) and any(over(A.v) > 0 mV))");
    EXPECT_EQ_I64(s->n_terms, 3);
    EXPECT_EQ_I64(s->terms[0].population, 1);
    EXPECT_TRUE(!s->terms[0].is_all && s->terms[1].is_all && !s->terms[2].is_all);
    EXPECT_EQ_I64(s->terms[1].population, 0);
    const struct ast *const v = s->terms[1].condition->args[0]->args[0];
    EXPECT_STR(v->name, "A.v");
    EXPECT_EQ_I64(v->symbol->kind, SYMBOL_STATE);
    EXPECT_EQ_I64(v->symbol->index, 0);
    const struct ast *const current = s->terms[1].condition->args[1]->args[0];
    EXPECT_EQ_I64(current->symbol->kind, SYMBOL_INTERMEDIATE);
    static const struct desc_stop_node nodes[] = {
        {DESC_STOP_TERM, 0, 0},
        {DESC_STOP_TERM, 1, 0},
        {DESC_STOP_TERM, 2, 0},
        {DESC_STOP_AND,  1, 2},
        {DESC_STOP_NOT,  3, 0},
        {DESC_STOP_OR,   0, 4},
    };
    assert_int_equal(s->n_nodes, 6);
    for (uint32_t k = 0; k < 6; k++) {
        EXPECT_EQ_I64(s->nodes[k].op, nodes[k].op);
        EXPECT_EQ_I64(s->nodes[k].a, nodes[k].a);
        EXPECT_EQ_I64(s->nodes[k].b, nodes[k].b);
    }
    fixture_close(&f);
    load_sound(&f, "all(B.k > 0 and t > 5 ms)");
    EXPECT_EQ_I64(f.net->stop->n_nodes, 1);
    fixture_close(&f);
    load_sound(&f, "null");
    EXPECT_TRUE(f.net->stop == NULL);
    fixture_close(&f);
}

static void formula_when_wrong_is_reported_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *message;
    } rows[] = {
        {"any(C.v > 0 mV)",                         ":7:17: error: 'stop_when': there is no population 'C'"        },
        {"any(A.w > 0 mV)",
         ":7:17: error: 'stop_when': the model of population 'A' has no 'w'"                                       },
        {"any(A.v_tt > 0 mV)",                      "did you mean 'v_t'?"                                          },
        {"any(v > 0 mV)",                           "write A.v"                                                    },
        {"any(1 > 0)",                              "this any(…) names no population"                            },
        {"A.v > 0 mV",                              "joins any(…) and all(…) by and, or, not; this is neither" },
        {"any(A.v > 0 mV) + any(A.v > 1 mV)",       "this is neither"                                              },
        {"any(A.v > B.n)",                          "look at one population, these at 'A' and 'B'"                 },
        {"any(A.v)",                                "7:17"                                                         },
        {"any(A.v > 3 pA)",                         "pA"                                                           },
        {"any(A.v > 0 mV, A.v < 1 mV)",             "any takes one condition, 2 were given"                        },
        {"any(uniform(0, 1) < 0.5 and A.v > 0 mV)", "uniform"                                                      },
        {"any(A.v > 0 mV) and all(D.x > 1)",        "there is no population 'D'"                                   },
        {"[1, 2]",                                  "'stop_when' must be a number or an expression, this is a list"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char quoted[200];
        (void)snprintf(quoted, sizeof quoted, rows[k].formula[0] == '[' ? "%s" : "\"%s\"",
                       rows[k].formula);
        struct fixture f;
        load(&f, quoted);
        if (f.code != ERR_FILE) {
            fail_msg("accepted: %s", rows[k].formula);
        }
        EXPECT_CONTAINS(text_string(&f.found), rows[k].message);
        EXPECT_EQ_I64(f.d.n_errors, 1);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formula_when_read_is_terms_and_nodes),
        cmocka_unit_test(formula_when_wrong_is_reported_where_it_is),
    };
    return cmocka_run_group_tests(tests, write_cells, fixture_clean);
}
