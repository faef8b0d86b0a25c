/* The sentences of the rule for units, one by one: what belongs to a number and what does not.
 */
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

/* Value in house units, and the unit. */
static void expect_quantity(const char *text, double value, const char *unit)
{
    struct ast *e;
    char buf[64];
    double found = 0.0;
    if (!tree_fixture_check(&f, text, &e)) {
        fail_msg("'%s': %s", text, f.d.items[0].text);
    }
    EXPECT_TRUE(lang_constant(e, &found));
    if (!(fabs(found - value) <= 1e-14 * fabs(value))) {
        fail_msg("'%s' is %.17g, expected %.17g", text, found, value);
    }
    EXPECT_STR(unit_format(e->unit, buf, sizeof buf), unit);
}

static void a_unit_follows_after_one_space_or_none(void **state)
{
    (void)state;
    expect_quantity("10ms", 10.0, "ms");
    expect_quantity("10 ms", 10.0, "ms");
    expect_quantity("0.8 m/s", 800.0, "um/ms");
    expect_quantity("0.8m/s", 800.0, "um/ms");
    expect_quantity("-0.3 uA/cm2", -0.3e-2, "pA/um^2");
    expect_quantity("2 \xc2\xb5m", 2.0, "um");
    expect_quantity("2 \xce\xbcm", 2.0, "um");
    expect_quantity("2 um", 2.0, "um");
    EXPECT_TRUE(tree_fixture_parse(&f, "10  ms") == NULL); /* two spaces */
    EXPECT_CONTAINS(f.d.items[0].text, "an operator is missing before 'ms'");
    EXPECT_EQ_I64(f.d.items[0].at.column, 5);
}

static void the_longest_unit_without_spaces_belongs_to_the_number(void **state)
{
    (void)state;
    expect_quantity("3 nS/mV", 3.0, "nS/mV");
    expect_quantity("3 pA*ms/mV", 3.0, "pF");
    expect_quantity("6 mV^2", 6.0, "mV^2");
    expect_quantity("6 mV**2", 6.0, "mV^2");
    expect_quantity("1 mm3", 1e9, "um^3");
    expect_quantity("12 mV/mV", 12.0, "no unit");
    expect_quantity("5 ms**-1", 5.0, "1/ms");
    /* A blank ends the unit: what follows is an operator of its own. */
    expect_quantity("6 mV /mV", 6.0, "no unit");
    expect_quantity("6 ms * 2", 12.0, "ms");
}

static void a_unit_binds_tighter_than_any_operator(void **state)
{
    (void)state;
    expect_quantity("100 um/0.5 m/s", 0.2, "ms"); /* 100 um/(0.5 m/s) */
    expect_quantity("1/2 ms", 0.5, "1/ms");       /* 1/(2 ms) */
    expect_quantity("(3 mV)**2", 9.0, "mV^2");
    expect_quantity("3 mV**2", 3.0, "mV^2"); /* 3 (mV**2) */
    expect_quantity("-2 mV", -2.0, "mV");
    expect_quantity("8 mV/2 mV", 4.0, "no unit");
    expect_quantity("exp(-0.1 /mV*20 mV)", exp(-2.0), "no unit");
}

static void a_unit_that_begins_with_a_slash_needs_the_space(void **state)
{
    (void)state;
    struct ast *e;
    expect_quantity("0.062 /mV", 0.062, "1/mV");
    expect_quantity("849 /mm3", 8.49e-7, "1/um^3");
    /* 1/tau divides by a variable, and so does 1/s where s is one. */
    EXPECT_TRUE(tree_fixture_check(&f, "1/tau", &e));
    EXPECT_EQ_I64(e->op, LANG_DIV);
    EXPECT_TRUE(!e->args[0]->has_unit);
    (void)scope_add(&f.scope,
                    &(struct symbol){
                        .kind = SYMBOL_STATE,
                        .name = "s",
                        .at = {"file", 1, 1},
                        .has_unit = true,
                        .unit = unit_mv
    },
                    &f.d);
    EXPECT_TRUE(tree_fixture_check(&f, "1/s", &e));
    EXPECT_EQ_I64(e->op, LANG_DIV);
    char buf[64];
    EXPECT_STR(unit_format(e->unit, buf, sizeof buf), "1/mV");
    EXPECT_EQ_I64(e->args[1]->symbol->kind, SYMBOL_STATE);
}

static void a_name_of_the_model_is_no_unit(void **state)
{
    (void)state;
    struct ast *e;
    char buf[64];
    /* v, u, g, tau are names here: "1 ms/tau" ends at ms; F would be a farad elsewhere. */
    EXPECT_TRUE(tree_fixture_check(&f, "1 ms/tau", &e));
    EXPECT_STR(unit_format(e->unit, buf, sizeof buf), "no unit");
    EXPECT_TRUE(tree_fixture_check(&f, "2 ms*k", &e));
    EXPECT_STR(unit_format(e->unit, buf, sizeof buf), "ms");
}

static void a_bare_number_is_right_for_what_has_no_dimension(void **state)
{
    (void)state;
    EXPECT_TRUE(tree_fixture_check(&f, "k + 3", NULL));
    EXPECT_TRUE(!tree_fixture_check(&f, "v + 3", NULL));
    tree_fixture_expect(&f, 1, 5, "'3' has no unit, 'v' is in mV", "write 3 mV");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_unit_follows_after_one_space_or_none, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_longest_unit_without_spaces_belongs_to_the_number,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_binds_tighter_than_any_operator, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_unit_that_begins_with_a_slash_needs_the_space, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_name_of_the_model_is_no_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bare_number_is_right_for_what_has_no_dimension, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
