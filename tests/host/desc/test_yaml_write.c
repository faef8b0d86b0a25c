#include "support/expect.h"

#include "desc_fixture.h"

static bool is_same(const struct yaml *a, const struct yaml *b)
{
    if (a->kind != b->kind || a->n != b->n || yaml_is_null(a) != yaml_is_null(b)) {
        return false;
    }
    if (a->kind == YAML_SCALAR) {
        return yaml_is_null(a) ||
               (a->length == b->length && memcmp(a->text, b->text, a->length) == 0);
    }
    for (uint32_t k = 0; k < a->n; k++) {
        if ((a->kind == YAML_MAP && strcmp(a->keys[k], b->keys[k]) != 0) ||
            !is_same(a->items[k], b->items[k])) {
            return false;
        }
    }
    return true;
}

static void check_round_trip(const char *text)
{
    struct fixture f;
    fixture_open(&f);
    const struct yaml *const tree = yaml_parse("a.yaml", text, strlen(text), &f.d);
    assert_non_null(tree);
    yaml_write(tree, &f.found);
    const struct yaml *const again =
        yaml_parse("b.yaml", text_string(&f.found), f.found.length, &f.d);
    if (again == NULL || !is_same(tree, again)) {
        fail_msg("%s\nis written as\n%s", text, text_string(&f.found));
    }
    fixture_close(&f);
}

static void tree_when_written_and_read_is_the_same(void **state)
{
    (void)state;
    check_round_trip("a: 1\nb: {c: [x, {d: 2}, []], e: {}}\nf: null\ng: ~\nh: 'null'\ni: ''\n");
    check_round_trip("\"p_spn(x, y)\": \"exp(-(0.51 + x/100 um))\"\n\"a: b\": '# no "
                     "comment'\n'- x': \"q \\\" \\\\ \\t \\n x\"\n");
    check_round_trip("equations: |\n  a = 1\n    b = 2\n\n  c = 3\nkeep: |+\n  x\n\n\nstrip: "
                     "|-\n  y\n  z\nlead: |2\n   x\n  y\n");
    check_round_trip(
        "fold: >\n  one\n  two\n\n  three\ntrail: \"x \\n y\"\nunits: [0.8 m/s, -80 mV, "
        "\"\xc2\xb5m\", 1e-3, .5, -x, '*y', '&z', '!t', '%p', '@', '`', '?', ':', '-']\n");
    check_round_trip("[a, [b, [c, {d: [e]}]]]");
    check_round_trip("'...': '---'\n'yes': no\n'if a: b': 'x: y'\n'a #b': 'c, d'\n");
}

static void single_value_when_of_several_lines_is_the_same(void **state)
{
    (void)state;
    check_round_trip("h -\n\n\n\n-\n");
    check_round_trip("|\n  a: 1\n  b\n");
}

static void odd_characters_when_written_are_escaped(void **state)
{
    (void)state;
    check_round_trip("\"a\\x85b\\N\\L\\P\": \"\\x80 \\x7f \\uFEFF \\uFFFE\"\n"
                     "block: \"x\\ny\\x9f\\nz\\u2028\"\nwide: \"\\U0010FFFF \\xe9\"\n");
}

static void shipped_networks_when_flattened_load_to_the_same_tree(void **state)
{
    (void)state;
    EXPECT_TRUE(desc_n_shipped_networks > 0);
    for (uint32_t k = 0; k < desc_n_shipped_networks; k++) {
        struct fixture f, g;
        fixture_open(&f);
        EXPECT_EQ_I64(
            desc_load_network(&f.net, desc_shipped_networks[k].name, NULL, &f.d, &f.e), ERR_OK);
        yaml_write(f.net->tree, &f.found);
        fixture_network(&g, text_string(&f.found));
        EXPECT_TRUE(is_same(f.net->tree, g.net->tree));
        EXPECT_EQ_I64(g.net->n_populations, f.net->n_populations);
        EXPECT_EQ_I64(g.net->populations[0].n, f.net->populations[0].n);
        fixture_close(&f);
        fixture_close(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_when_written_and_read_is_the_same),
        cmocka_unit_test(single_value_when_of_several_lines_is_the_same),
        cmocka_unit_test(odd_characters_when_written_are_escaped),
        cmocka_unit_test(shipped_networks_when_flattened_load_to_the_same_tree),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
