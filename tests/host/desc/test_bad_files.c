/* Every file in tests/cli/bad says in its first lines what is wrong with it, and where:
 *   # expect: [FILE:]LINE:COLUMN: error: PART OF THE TEXT
 *   # hint: PART OF THE HINT
 * Each expectation must be met, and nothing else may be reported. */
#include "support/expect.h"

#include "desc_fixture.h"

#include <dirent.h>
#include <sys/stat.h>

struct expectation {
    char file[64], text[256], hint[256];
    unsigned line, column;
};

static unsigned read_expectations(const char *path, struct expectation *out, unsigned most)
{
    FILE *const f = fopen(path, "rb");
    assert_non_null(f);
    char line[600];
    unsigned n = 0;
    while (fgets(line, sizeof line, f) != NULL && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        char file[64] = "";
        unsigned at[2];
        int used = 0;
        if (sscanf(line, "# expect: %u:%u: error: %n", &at[0], &at[1], &used) == 2 &&
            used > 0) {
            assert_true(n < most);
        } else if (sscanf(line, "# expect: %63[^:]:%u:%u: error: %n", file, &at[0], &at[1],
                          &used) == 3 &&
                   used > 0) {
            assert_true(n < most);
        } else if (strncmp(line, "# hint: ", 8) == 0 && n > 0) {
            (void)snprintf(out[n - 1].hint, sizeof out[0].hint, "%.255s", line + 8);
            continue;
        } else {
            break;
        }
        out[n] = (struct expectation){.line = at[0], .column = at[1]};
        memcpy(out[n].file, file, sizeof file);
        (void)snprintf(out[n].text, sizeof out[0].text, "%.255s", line + used);
        n++;
    }
    (void)fclose(f);
    return n;
}

static bool is_met(const struct expectation *x, const struct diag_list *d)
{
    for (uint32_t k = 0; k < d->n; k++) {
        const struct diag *const i = &d->items[k];
        const char *const file = i->at.file == NULL ? "" : i->at.file;
        const size_t n = strlen(file), m = strlen(x->file);
        if (i->severity == DIAG_ERROR && i->at.line == x->line && i->at.column == x->column &&
            strstr(i->text, x->text) != NULL && n >= m && strcmp(file + n - m, x->file) == 0 &&
            (x->hint[0] == '\0' || (i->hint != NULL && strstr(i->hint, x->hint) != NULL))) {
            return true;
        }
    }
    return false;
}

static bool check_file(const char *path)
{
    struct expectation expected[16];
    const unsigned n = read_expectations(path, expected, 16);
    struct fixture f;
    fixture_open(&f);
    if (desc_names_network(path)) {
        f.code = desc_load_network(&f.net, path, NULL, &f.d, &f.e);
    } else {
        f.code = desc_load_model(&f.model, path, (struct pos){0}, &f.d, &f.e);
    }
    /* Some faults show only where the model becomes a program. */
    if (f.model != NULL && !step_check(f.model, PRECISION_SINGLE, &f.d)) {
        f.model = NULL;
        f.code = ERR_FILE;
    }
    diag_print(&f.d, 0, &f.found);
    bool is_right =
        n > 0 && f.code == ERR_FILE && f.d.n_errors == n && f.net == NULL && f.model == NULL;
    for (unsigned k = 0; k < n; k++) {
        if (!is_met(&expected[k], &f.d)) {
            print_error("%s: not found: %u:%u: %s (hint: %s)\n", path, expected[k].line,
                        expected[k].column, expected[k].text, expected[k].hint);
            is_right = false;
        }
    }
    if (!is_right) {
        print_error("%s: %s, %u errors, %u expected\n%s\n", path, err_name(f.code),
                    f.d.n_errors, n, text_string(&f.found));
    }
    fixture_close(&f);
    return is_right;
}

static void bad_file_when_loaded_reports_what_its_comment_says(void **state)
{
    (void)state;
    const char *const folder = TEST_SOURCE_DIR "/tests/cli/bad";
    DIR *const dir = opendir(folder);
    assert_non_null(dir);
    unsigned n = 0, n_wrong = 0;
    for (const struct dirent *i; (i = readdir(dir)) != NULL;) {
        const size_t length = strlen(i->d_name);
        if (length > 5 && strcmp(i->d_name + length - 5, ".yaml") == 0) {
            char path[1024];
            (void)snprintf(path, sizeof path, "%s/%s", folder, i->d_name);
            n++;
            n_wrong += !check_file(path);
        }
    }
    (void)closedir(dir);
    EXPECT_TRUE(n >= 45);
    EXPECT_EQ_I64(n_wrong, 0);
}

/* A file of 1 GB without content takes no disk: it must be refused by its size, before it is
 * read. */
static void huge_file_when_loaded_is_refused_by_its_size(void **state)
{
    (void)state;
    const char *const path = fixture_file("huge.yaml", "name: x\n");
    assert_int_equal(truncate(path, (off_t)1 << 30), 0);
    struct fixture f;
    fixture_open(&f);
    const uint64_t before = mem_peak_bytes();
    f.code = desc_load_network(&f.net, path, NULL, &f.d, &f.e);
    assert_int_equal(f.code, ERR_FILE);
    diag_print(&f.d, 0, &f.found);
    EXPECT_CONTAINS(text_string(&f.found), "has 1073741824 bytes; at most 10485760 are read");
    EXPECT_TRUE(mem_peak_bytes() - before < (uint64_t)64 << 20);
    fixture_close(&f);
}

static void missing_file_when_loaded_is_named(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    f.code = desc_load_network(&f.net, "no/such/file.yaml", NULL, &f.d, &f.e);
    diag_print(&f.d, 0, &f.found);
    assert_int_equal(f.code, ERR_FILE);
    EXPECT_CONTAINS(text_string(&f.found),
                    "error: cannot read file 'no/such/file.yaml': No such file or directory");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_file_when_loaded_reports_what_its_comment_says),
        cmocka_unit_test(huge_file_when_loaded_is_refused_by_its_size),
        cmocka_unit_test(missing_file_when_loaded_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_clean);
}
