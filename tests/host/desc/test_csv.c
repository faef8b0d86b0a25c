#include "support/expect.h"

#include "desc_fixture.h"

#include "base/hash.h"
#include "desc/csv.h"
#include "desc/csv_number.h"

/* A table read as a whole: cells in [ ], rows in lines; numbers in column 1 are summed. */
struct table {
    struct fixture f;
    struct load l;
    struct csv *csv;
    struct text cells;
};

static void open_bytes(struct table *t, const char *bytes, size_t n)
{
    *t = (struct table){.csv = NULL};
    fixture_open(&t->f);
    load_init(&t->l, &t->f.d, NULL);
    const char *const path = fixture_file("table.csv", "");
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    struct yaml *const node = arena_alloc(t->f.arena, 1, sizeof *node);
    *node = (struct yaml){
        .kind = YAML_SCALAR,
        .at = {"--set", 1, 1},
        .text = arena_copy(t->f.arena, path, strlen(path)),
        .length = strlen(path)
    };
    t->csv = csv_open(&t->l, node);
}

static void open_text(struct table *t, const char *text)
{
    open_bytes(t, text, strlen(text));
}

static void close_table(struct table *t)
{
    csv_close(t->csv);
    text_fini(&t->cells);
    fixture_close(&t->f);
}

static void read_cells(struct table *t)
{
    for (uint32_t k = 0; t->csv != NULL && k < csv_n_columns(t->csv); k++) {
        text_print(&t->cells, "<%s>", csv_column_name(t->csv, (int)k));
    }
    while (t->csv != NULL && csv_next(t->csv)) {
        text_add(&t->cells, "\n");
        for (uint32_t k = 0; k < csv_n_columns(t->csv); k++) {
            size_t n;
            const char *const bytes = csv_text(t->csv, (int)k, &n);
            text_add(&t->cells, "[");
            text_add_n(&t->cells, bytes, n);
            text_add(&t->cells, "]");
        }
    }
    diag_print(&t->f.d, 0, &t->f.found);
}

static void expect_cells(const char *text, const char *cells)
{
    struct table t;
    open_text(&t, text);
    read_cells(&t);
    EXPECT_STR(text_string(&t.cells), cells);
    EXPECT_STR(text_string(&t.f.found), "");
    close_table(&t);
}

static void table_when_read_has_columns_and_rows(void **state)
{
    (void)state;
    expect_cells("a,b\n1,2\n", "<a><b>\n[1][2]");
    expect_cells("a,b\r\n1,2\r\n3,4", "<a><b>\n[1][2]\n[3][4]");
    expect_cells("\xef\xbb\xbf"
                 "a , b\n\n  # comment, with commas\n 1 ,\t2\n,\n",
                 "<a><b>\n[1][2]\n[][]");
    expect_cells("# first\n\n\na\n7\n", "<a>\n[7]");
    expect_cells("a\n", "<a>");
    expect_cells("a", "<a>");
}

static void quotes_when_they_wrap_fields_are_taken_off(void **state)
{
    (void)state;
    expect_cells("\"a b\",c\n\"1,5\", \"say \"\"no\"\"\" \n", "<a b><c>\n[1,5][say \"no\"]");
    expect_cells("a,b\n\"two\nlines\",2\n3,4\n", "<a><b>\n[two\nlines][2]\n[3][4]");
    expect_cells("a,b\n\"\",\"x\"\n", "<a><b>\n[][x]");
    expect_cells("a,b\n1,\"2\"\n3,4\n", "<a><b>\n[1][2]\n[3][4]");
}

static void expect_fault(const char *text, size_t n, const char *message)
{
    struct table t;
    open_bytes(&t, text, n == 0 ? strlen(text) : n);
    read_cells(&t);
    EXPECT_TRUE(t.csv == NULL || csv_failed(t.csv));
    EXPECT_CONTAINS(text_string(&t.f.found), message);
    close_table(&t);
}

static void table_when_broken_says_where(void **state)
{
    (void)state;
    expect_fault("", 0, "table.csv:1:1: error: the file is empty");
    expect_fault("# only\n\n", 0, "error: the file is empty");
    expect_fault("a,b\n1,2\n1,2,3\n", 0,
                 "table.csv:3:5: error: 3 fields where the header has 2 columns");
    expect_fault("a,b\n1\n", 0, "table.csv:2:1: error: 1 field where the header has 2 columns");
    expect_fault("a,b,a\n", 0, "table.csv:1:5: error: two columns are called 'a'");
    expect_fault("a,b\n1,\"2\n3,4\n", 0,
                 "table.csv:2:1: error: a quote is opened here and not closed");
    expect_fault("a,b\n\"1\"2,3\n", 0, "table.csv:2:4: error: text behind a closing quote");
    expect_fault("a,b\n1,\0002\n", 10,
                 "table.csv:2:3: error: a NUL byte: this is no text file");
    expect_fault("\xff\xfe"
                 "a\0,\0b\0",
                 8, "a NUL byte");
    expect_fault("a,b\n1\n2\n", 0, "    2\n    ^"); /* lines of a small file are shown */
}

static void line_when_too_long_is_refused(void **state)
{
    (void)state;
    const size_t n = CSV_MAX_RECORD + 10000;
    char *const bytes = malloc(n + 2);
    assert_non_null(bytes);
    memset(bytes, 'x', n);
    memcpy(bytes, "a,b\n", 4);
    expect_fault(bytes, n, "table.csv:2:1: error: this line is longer than 1 MiB");
    memset(bytes + 4, ',', n - 4);
    bytes[4 + 5000] = '\n';
    expect_fault(bytes, 4 + 5001, "5001 fields where the header has 2 columns");
    bytes[0] = ',';
    bytes[1] = ',';
    bytes[2] = ',';
    bytes[3] = ',';
    expect_fault(bytes, 4 + 5001, "5005 columns: at most 4096 are read");
    free(bytes);
}

static void faults_when_very_many_end_the_reading(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "a,b\n");
    for (unsigned k = 0; k < 10000; k++) {
        text_add(&text, "1\n");
    }
    struct table t;
    open_text(&t, text_string(&text));
    read_cells(&t);
    EXPECT_EQ_I64(t.f.d.n_errors, CSV_MAX_ERRORS);
    EXPECT_CONTAINS(text_string(&t.f.found),
                    "after 50 faults the rest of this file is not read");
    close_table(&t);
    text_fini(&text);
}

/* Records at every offset around the end of a block, and the hash of all bytes. */
static void table_when_longer_than_a_block_is_read_whole(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "k,twice,text\n");
    for (unsigned k = 0; k < 150000; k++) {
        text_print(&text, "%u,%u.5,%.*s%s", k, 2 * k, (int)(k % 7), "abcdefg",
                   k % 3 == 0 ? "\r\n" : "\n");
    }
    assert_true(text.length > ((size_t)5 << 19));
    struct table t;
    open_text(&t, text_string(&text));
    assert_non_null(t.csv);
    uint64_t n_wrong = 0;
    for (uint32_t k = 0; csv_next(t.csv); k++) {
        uint32_t index = 0;
        double number = 0;
        size_t n;
        n_wrong += !csv_index(t.csv, 0, 150000, "it", &index) || index != k;
        n_wrong +=
            !csv_number(t.csv, 1, &number) || number < 2.0 * k + 0.5 || number > 2.0 * k + 0.5;
        (void)csv_text(t.csv, 2, &n);
        n_wrong += n != k % 7;
    }
    EXPECT_EQ_I64(n_wrong, 0);
    EXPECT_EQ_I64(csv_row(t.csv), 150000);
    EXPECT_TRUE(!csv_failed(t.csv));
    EXPECT_TRUE(t.l.hash == hash_fnv1a(HASH_FNV_START, text.bytes, text.length));
    close_table(&t);
    text_fini(&text);
}

static void numbers_when_read_are_those_of_strtod(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "-1.5",
        "+2",
        ".5",
        "5.",
        "0.1",
        "1e3",
        "1E-3",
        "1e+22",
        "1e23",
        "123456789012345678",
        "9007199254740993",
        "0.000001",
        "1.7976931348623157e308",
        "4.9e-324",
        "1e-400",
        "2.2250738585072011e-308",
        "0.1234567890123456789012345678901234567890",
        "100000000000000000000000000000",
        "00012.50",
        "1e-22",
        "3.7e-5",
        "1282e-3",
        "0.00000000000000000000000000000000000000001e41",
    };
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        double value = -77;
        EXPECT_TRUE(csv_parse_number(texts[k], strlen(texts[k]), &value));
        const double expected = strtod(texts[k], NULL);
        EXPECT_TRUE(memcmp(&value, &expected, sizeof value) == 0);
    }
    /* Random decimals of every length: the short ones take the fast way. */
    uint64_t word = 1;
    for (unsigned k = 0; k < 20000; k++) {
        word = hash_mix64(word + k);
        char text[64];
        (void)snprintf(text, sizeof text, "%.*g", (int)(word % 17 + 1),
                       (double)(int64_t)word * 1e-9);
        double value;
        EXPECT_TRUE(csv_parse_number(text, strlen(text), &value));
        const double expected = strtod(text, NULL);
        assert_true(memcmp(&value, &expected, sizeof value) == 0);
    }
    static const char *const wrong[] = {"",    "-",     ".",    "e5",    "1e",
                                        "1e+", "1,5",   "0x10", "nan",   "inf",
                                        "1 2", "1_000", "--1",  "1.2.3", "٣"};
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        double value;
        EXPECT_TRUE(!csv_parse_number(wrong[k], strlen(wrong[k]), &value));
    }
}

static void expect_number_fault(const char *cell, bool is_index, const char *message)
{
    char text[200];
    (void)snprintf(text, sizeof text, "a,b\n1,%s\n", cell);
    struct table t;
    open_text(&t, text);
    assert_non_null(t.csv);
    assert_true(csv_next(t.csv));
    double number;
    uint32_t index;
    EXPECT_TRUE(is_index ? !csv_index(t.csv, 1, 10, "population 'A'", &index)
                         : !csv_number(t.csv, 1, &number));
    diag_print(&t.f.d, 0, &t.f.found);
    EXPECT_CONTAINS(text_string(&t.f.found), message);
    EXPECT_CONTAINS(text_string(&t.f.found), "table.csv:2:3: error:");
    close_table(&t);
}

static void cells_when_they_hold_no_number_are_reported(void **state)
{
    (void)state;
    expect_number_fault("", false, "column 'b' is empty here");
    expect_number_fault("abc", false, "column 'b': 'abc' is not a finite number");
    expect_number_fault("nan", false, "'nan' is not a finite number");
    expect_number_fault("-inf", false, "'-inf' is not a finite number");
    expect_number_fault("1e999", false, "column 'b': 1e999 is too large for a number");
    expect_number_fault("1.5", true, "column 'b': '1.5' is not a whole number");
    expect_number_fault("-1", true, "there is no cell -1: population 'A' has 10 cells");
    expect_number_fault("10", true, "there is no cell 10: population 'A' has 10 cells");
    expect_number_fault("4294967296", true, "there is no cell 4294967296");
    expect_number_fault("99999999999999999999999", true,
                        "there is no cell 99999999999999999999999");
    expect_number_fault("", true, "'' is not a whole number");
    expect_number_fault("\x01\xff", true, "'\?\?' is not a whole number");
    struct table t;
    open_text(&t, "a,b\n1,3.0\n");
    uint32_t index = 0;
    EXPECT_TRUE(csv_next(t.csv) && csv_index(t.csv, 1, 10, "it", &index));
    EXPECT_EQ_I64(index, 3);
    close_table(&t);
}

static void columns_when_looked_for_are_found_or_suggested(void **state)
{
    (void)state;
    struct table t;
    open_text(&t, "pre,post,weight_nS\n");
    assert_non_null(t.csv);
    EXPECT_EQ_I64(csv_find(t.csv, "post"), 1);
    EXPECT_EQ_I64(csv_find(t.csv, "Post"), -1);
    const struct yaml node = {
        .kind = YAML_SCALAR, .at = {"net.yaml", 3, 7},
             .text = "weight", .length = 6
    };
    static const char *const names[] = {"source", "pre"};
    EXPECT_EQ_I64(csv_choose(t.csv, NULL, names, 2, &node, "projection 'E'"), 0);
    EXPECT_EQ_I64(csv_choose(t.csv, &node, NULL, 0, &node, "projection 'E'"), -1);
    EXPECT_EQ_I64(csv_need(t.csv, "pst", &node, "projection 'E'"), -1);
    EXPECT_EQ_I64(csv_need(t.csv, "charge", &node, "projection 'E'"), -1);
    diag_print(&t.f.d, 0, &t.f.found);
    EXPECT_CONTAINS(text_string(&t.f.found), "net.yaml:3:7: error: projection 'E': '");
    EXPECT_CONTAINS(text_string(&t.f.found), "table.csv' has no column 'weight'");
    EXPECT_CONTAINS(text_string(&t.f.found), "its columns are pre, post, weight_nS");
    EXPECT_CONTAINS(text_string(&t.f.found), "did you mean 'post'?");
    EXPECT_CONTAINS(text_string(&t.f.found), "did you mean 'weight_nS'?");
    close_table(&t);
}

static void file_when_it_cannot_be_read_is_reported_where_it_is_named(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    struct load l;
    load_init(&l, &f.d, NULL);
    struct yaml missing = {
        .kind = YAML_SCALAR, .at = {"net.yaml", 2, 9},
             .text = "none.csv", .length = 8
    };
    EXPECT_TRUE(csv_open(&l, &missing) == NULL);
    struct yaml folder = {
        .kind = YAML_SCALAR, .at = {"net.yaml", 4, 9},
             .text = "/", .length = 1
    };
    EXPECT_TRUE(csv_open(&l, &folder) == NULL);
    struct yaml list = {
        .kind = YAML_LIST, .at = {"net.yaml", 6, 9}
    };
    EXPECT_TRUE(csv_open(&l, &list) == NULL);
    diag_print(&f.d, 0, &f.found);
    EXPECT_CONTAINS(text_string(&f.found),
                    "net.yaml:2:9: error: cannot read 'none.csv': No such file");
    EXPECT_CONTAINS(text_string(&f.found),
                    "net.yaml:4:9: error: cannot read '/': Is a directory");
    EXPECT_CONTAINS(text_string(&f.found),
                    "net.yaml:6:9: error: 'file' must be the path of a file, this is a list");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_when_read_has_columns_and_rows),
        cmocka_unit_test(quotes_when_they_wrap_fields_are_taken_off),
        cmocka_unit_test(table_when_broken_says_where),
        cmocka_unit_test(line_when_too_long_is_refused),
        cmocka_unit_test(faults_when_very_many_end_the_reading),
        cmocka_unit_test(table_when_longer_than_a_block_is_read_whole),
        cmocka_unit_test(numbers_when_read_are_those_of_strtod),
        cmocka_unit_test(cells_when_they_hold_no_number_are_reported),
        cmocka_unit_test(columns_when_looked_for_are_found_or_suggested),
        cmocka_unit_test(file_when_it_cannot_be_read_is_reported_where_it_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
