#include "support/expect.h"

#include "desc_fixture.h"

#define ROOT "functions: {\"root(x, y)\": \"ite(x < 0, -(abs(x)**(1/y)), abs(x)**(1/y))\"}\n"

static void functions_when_a_model_has_them_are_known_everywhere_in_it(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, ROOT "parameters: {a: \"root(8, 3)\"}\nstate: {v: \"root(4, 2)\"}\n"
                                 "equations: |\n  w = root(v, 2)\n  v = 2*root(-w, 2)\n"
                                 "threshold: root(v, 2) > 1\nreset: v = root(1, 2)\n");
    EXPECT_EQ_I64(f.model->n_statements, 2);
    fixture_close(&f);
    (void)fixture_file("base.yaml", ROOT "state: {v: 0}\nequations: v = root(v, 2)\n");
    fixture_sound_model(&f, "extends: base.yaml\nfunctions: {\"two(x)\": \"2*x\"}\n"
                            "equations: v = two(root(v, 3))\n");
    fixture_close(&f);
}

/* An argument has the dimension of what is given; a unit's name may be an argument. */
static void functions_when_called_take_any_dimension(void **state)
{
    (void)state;
    struct fixture f;
    fixture_sound_model(&f, "functions: {\"half(s)\": s/2, \"noisy(m)\": \"m + normal(0, "
                            "1)\"}\nparameters: {E: -70 mV}\n"
                            "state: {v: \"half(E)\", n: 0}\nequations: |\n  v = half(v) + "
                            "half(3 mV)\n  n = noisy(n)\n");
    fixture_close(&f);
    fixture_model(
        &f, "functions: {\"half(x)\": x/2}\nstate: {v: 1 mV}\nequations: v = half(3 pA)\n");
    assert_int_equal(f.code, ERR_FILE);
    fixture_close(&f);
}

static void functions_when_wrong_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *functions, *message;
    } rows[] = {
        {"{\"root\": 3}",        ""                                   },
        {"{\"exp(x)\": x}",      "exp"                                },
        {"{\"t(x)\": x}",        "it is time at the start of the step"},
        {"{\"v(x)\": x}",        "the name 'v' is used twice"         },
        {"{\"f(x)\": y}",        "unknown name 'y'"                   },
        {"{\"f(x)\": \"f(x)\"}", "'f' depends on itself"              },
        {"{\"f(x)\": v}",        "unknown name 'v'"                   },
        {"[1]",                  "'functions' must be a map"          },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char text[600];
        (void)snprintf(text, sizeof text, "functions: %s\nstate: {v: 0}\nequations: v = 1\n",
                       rows[k].functions);
        struct fixture f;
        fixture_model(&f, text);
        assert_int_equal(f.code, ERR_FILE);
        EXPECT_CONTAINS(text_string(&f.found), rows[k].message);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_when_a_model_has_them_are_known_everywhere_in_it),
        cmocka_unit_test(functions_when_called_take_any_dimension),
        cmocka_unit_test(functions_when_wrong_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
