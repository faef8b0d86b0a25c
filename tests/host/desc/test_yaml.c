#include "support/expect.h"

#include "desc_fixture.h"

static struct yaml *parse(struct fixture *f, const char *text)
{
    fixture_open(f);
    struct yaml *const tree = yaml_parse("a.yaml", text, strlen(text), &f->d);
    diag_print(&f->d, 0, &f->found);
    return tree;
}

static void map_when_parsed_keeps_order_kinds_and_places(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree =
        parse(&f, "a: 1 # one\nb: {c: \"two, three\", d: [x, 'y']}\n\ne: null\n");
    assert_non_null(tree);
    assert_int_equal(tree->kind, YAML_MAP);
    EXPECT_EQ_I64(tree->n, 3);
    EXPECT_STR(tree->keys[1], "b");
    EXPECT_EQ_I64(tree->key_at[1].line, 2);
    EXPECT_EQ_I64(tree->key_at[1].column, 1);
    struct yaml *const b = yaml_get(tree, "b");
    struct yaml *const c = yaml_get(b, "c"), *const d = yaml_get(b, "d");
    EXPECT_STR(c->text, "two, three");
    EXPECT_TRUE(!c->is_plain && c->is_in_flow);
    EXPECT_EQ_I64(c->at.column, 8);
    EXPECT_EQ_I64(yaml_lang_text(c).at.column, 9);
    EXPECT_EQ_I64(d->n, 2);
    EXPECT_STR(d->items[1]->text, "y");
    EXPECT_EQ_I64(d->items[1]->at.line, 2);
    EXPECT_EQ_I64(d->items[1]->at.column, 29);
    EXPECT_TRUE(yaml_is_null(yaml_get(tree, "e")));
    EXPECT_TRUE(yaml_get(tree, "f") == NULL);
    fixture_close(&f);
}

static void plain_scalars_when_parsed_mean_nothing_special(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = parse(&f, "[no, 1:30, 010, 0x10, ~, '', yes]");
    assert_non_null(tree);
    EXPECT_STR(tree->items[0]->text, "no");
    EXPECT_STR(tree->items[1]->text, "1:30");
    EXPECT_STR(tree->items[2]->text, "010");
    EXPECT_TRUE(yaml_is_null(tree->items[4]));
    EXPECT_TRUE(!yaml_is_null(tree->items[5]));
    fixture_close(&f);
}

static void block_when_parsed_knows_the_column_of_its_lines(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree =
        parse(&f, "x: 1\nequations: |\n\n    a = 1\n      b = 2\n  \nz: |2\n    c\n");
    assert_non_null(tree);
    struct yaml *const block = yaml_get(tree, "equations"), *const second = yaml_get(tree, "z");
    EXPECT_TRUE(block->is_block);
    EXPECT_STR(block->text, "\na = 1\n  b = 2\n");
    EXPECT_EQ_I64(block->indent, 5);
    const struct lang_text text = yaml_lang_text(block);
    EXPECT_EQ_I64(text.at.line, 3);
    EXPECT_EQ_I64(text.at.column, 5);
    EXPECT_EQ_I64(text.indent, 5);
    EXPECT_STR(second->text, "  c\n");
    EXPECT_EQ_I64(second->indent, 3);
    fixture_close(&f);
}

static void columns_when_characters_are_wide_count_bytes(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = parse(&f, "\xef\xbb\xbf{\xc2\xb5: \xc3\xa9, b: 1}\r\nc: 1");
    EXPECT_TRUE(tree == NULL); /* text behind the map */
    fixture_close(&f);
    struct yaml *const good =
        parse(&f, "a: {\"\xc2\xb5\": \"\xc3\xa9\xc3\xa9\", b: 1}\r\nc: 1\r\n");
    assert_non_null(good);
    const struct yaml *const inner = yaml_get(good, "a");
    EXPECT_EQ_I64(inner->key_at[1].column, 19);
    EXPECT_EQ_I64(good->key_at[1].line, 2);
    fixture_close(&f);
}

static void empty_text_when_parsed_is_a_diagnostic(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# only a comment\n"};
    for (size_t k = 0; k < 3; k++) {
        struct fixture f;
        EXPECT_TRUE(parse(&f, texts[k]) == NULL);
        EXPECT_CONTAINS(text_string(&f.found), "a.yaml:1:1: error: the file is empty");
        fixture_close(&f);
    }
}

static void recoverable_faults_when_found_leave_the_tree(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = parse(&f, "a: 1\na: 2\nb: &x 3\nc: *x\nd: !t 4\n[e]: 5\nf: 6\n");
    assert_non_null(tree);
    EXPECT_EQ_I64(f.d.n_errors, 5);
    EXPECT_STR(yaml_get(tree, "a")->text, "1");
    EXPECT_STR(yaml_get(tree, "f")->text, "6");
    EXPECT_TRUE(yaml_find(tree, "e") < 0);
    EXPECT_CONTAINS(text_string(&f.found), "a.yaml:2:1: error: duplicate key 'a'");
    EXPECT_CONTAINS(text_string(&f.found), "a.yaml:5:4: error: the tag '!t' is not read");
    EXPECT_CONTAINS(text_string(&f.found),
                    "a.yaml:6:1: error: a key must be a text, this is a list");
    fixture_close(&f);
}

static void cut_expression_when_in_a_list_is_joined(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = parse(&f, "{a: [uniform(0, 1), 2], b: max(1, min(2, 3)), c: 4}");
    assert_non_null(tree);
    EXPECT_EQ_I64(f.d.n_errors, 2);
    struct yaml *const a = yaml_get(tree, "a");
    EXPECT_EQ_I64(a->n, 2);
    EXPECT_STR(a->items[0]->text, "uniform(0, 1)");
    EXPECT_STR(yaml_get(tree, "b")->text, "max(1, min(2, 3))");
    EXPECT_EQ_I64(tree->n, 3);
    EXPECT_STR(yaml_get(tree, "c")->text, "4");
    fixture_close(&f);
}

static void depth_when_at_the_cap_is_read_and_beyond_is_not(void **state)
{
    (void)state;
    char text[200];
    for (int depth = YAML_MAX_DEPTH; depth <= YAML_MAX_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        struct fixture f;
        EXPECT_TRUE((parse(&f, text) != NULL) == (depth == YAML_MAX_DEPTH));
        fixture_close(&f);
    }
}

/* A hostile file: a million keys, and 5 MB of brackets, must take no noticeable time (libyaml's
 * own loader takes minutes). */
static void large_texts_when_parsed_take_linear_time(void **state)
{
    (void)state;
    struct text t = {0};
    for (int k = 0; k < 200000; k++) {
        text_print(&t, "k%d: %d\n", k, k);
    }
    struct fixture f;
    struct yaml *const tree = parse(&f, text_string(&t));
    assert_non_null(tree);
    EXPECT_EQ_I64(tree->n, 200000);
    fixture_close(&f);
    memset(t.bytes, '[', t.length);
    EXPECT_TRUE(parse(&f, text_string(&t)) == NULL);
    EXPECT_CONTAINS(text_string(&f.found), "nested deeper than 64 levels");
    fixture_close(&f);
    text_fini(&t);
}

static void load_when_memory_is_out_says_so_and_leaks_nothing(void **state)
{
    (void)state;
    const char *const path = fixture_file("m.yaml", "a: {b: [1, 2, 3], c: \"text\"}\n");
    for (uint64_t n = 1; n < 6; n++) {
        struct fixture f;
        fixture_open(&f);
        (void)mem_fail_at(n);
        const struct yaml *const tree = yaml_load(path, &f.d);
        (void)mem_fail_at(0);
        EXPECT_TRUE(tree != NULL || f.d.n_errors > 0 || arena_failed(f.arena));
        fixture_close(&f);
    }
}

static void unknown_keys_when_reported_name_the_nearest(void **state)
{
    (void)state;
    struct fixture f;
    struct yaml *const tree = parse(&f, "{known: 1, knwon: 2, qqqqqq: 3}");
    static const char *const known[] = {"known", "other"};
    (void)yaml_get(tree, "known");
    yaml_report_unused(tree, "a test", known, 2, &f.d);
    EXPECT_EQ_I64(f.d.n_errors, 2);
    EXPECT_STR(f.d.items[0].text, "unknown key 'knwon' in a test");
    EXPECT_STR(f.d.items[0].hint, "did you mean 'known'?");
    EXPECT_STR(f.d.items[1].hint, "known here: known, other");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_when_parsed_keeps_order_kinds_and_places),
        cmocka_unit_test(plain_scalars_when_parsed_mean_nothing_special),
        cmocka_unit_test(block_when_parsed_knows_the_column_of_its_lines),
        cmocka_unit_test(columns_when_characters_are_wide_count_bytes),
        cmocka_unit_test(empty_text_when_parsed_is_a_diagnostic),
        cmocka_unit_test(recoverable_faults_when_found_leave_the_tree),
        cmocka_unit_test(cut_expression_when_in_a_list_is_joined),
        cmocka_unit_test(depth_when_at_the_cap_is_read_and_beyond_is_not),
        cmocka_unit_test(large_texts_when_parsed_take_linear_time),
        cmocka_unit_test(load_when_memory_is_out_says_so_and_leaks_nothing),
        cmocka_unit_test(unknown_keys_when_reported_name_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
