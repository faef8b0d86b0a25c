/* Kernel files as one text: includes in place, once each, with #line; a folder may replace the
 * embedded files. */
#include "support/expect.h"

#include "device/device.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static void write_file(const char *name, const char *content)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const f = fopen(path, "wb");
    EXPECT_TRUE(f != NULL);
    EXPECT_TRUE(fputs(content, f) >= 0);
    EXPECT_TRUE(fclose(f) == 0);
}

static int use_folder(void **state)
{
    (void)state;
    char path[600];
    (void)snprintf(path, sizeof path, "%s/shared", folder);
    (void)mkdir(path, 0700);
    return setenv("STRIATUM_KERNEL_DIR", folder, 1);
}

static int use_embedded(void **state)
{
    (void)state;
    return unsetenv("STRIATUM_KERNEL_DIR");
}

static void text_when_embedded_holds_the_file(void **state)
{
    (void)state;
    struct err e = {0};
    struct text t = {0};
    EXPECT_OK(device_kernel_text("shared/types.h", &t, &e));
    EXPECT_CONTAINS(text_string(&t), "#line 1 \"kernels/shared/types.h\"\n");
    EXPECT_CONTAINS(text_string(&t), "struct conn_layout {");
    const size_t once = t.length;
    EXPECT_OK(device_kernel_text("shared/types.h", &t, &e));
    EXPECT_EQ_I64(t.length, once);
    text_fini(&t);
    EXPECT_ERR(device_kernel_text("shared/nothing.h", &t, &e), ERR_FILE, "'shared/nothing.h'");
    text_fini(&t);
}

static void text_when_files_include_puts_each_in_place_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct text t = {0};
    write_file("shared/a.h", "int a;\n#include <stdint.h>\n");
    write_file("shared/b.h", "#include \"shared/a.h\"\nint b;\n");
    write_file("top.cl", "#include \"shared/a.h\"\n#include \"shared/b.h\"\nint top;");
    EXPECT_OK(device_kernel_text("top.cl", &t, &e));
    EXPECT_STR(text_string(&t), "#line 1 \"kernels/top.cl\"\n"
                                "#line 1 \"kernels/shared/a.h\"\nint a;\n#include <stdint.h>\n"
                                "#line 2 \"kernels/top.cl\"\n"
                                "#line 1 \"kernels/shared/b.h\"\n"
                                "#line 2 \"kernels/shared/b.h\"\nint b;\n"
                                "#line 3 \"kernels/top.cl\"\nint top;\n");
    text_fini(&t);
}

static void text_when_files_include_each_other_ends(void **state)
{
    (void)state;
    struct err e = {0};
    struct text t = {0};
    write_file("shared/x.h", "#include \"shared/y.h\"\nint x;\n");
    write_file("shared/y.h", "#include \"shared/x.h\"\nint y;\n");
    EXPECT_OK(device_kernel_text("shared/x.h", &t, &e));
    EXPECT_CONTAINS(text_string(&t), "int y;");
    text_fini(&t);
}

static void text_when_chain_is_deep_or_missing_is_an_error(void **state)
{
    (void)state;
    struct err e = {0};
    struct text t = {0};
    for (int k = 0; k < 20; k++) {
        char name[32], content[64];
        (void)snprintf(name, sizeof name, "deep%d.h", k);
        (void)snprintf(content, sizeof content, "#include \"deep%d.h\"\n", k + 1);
        write_file(name, content);
    }
    EXPECT_ERR(device_kernel_text("deep0.h", &t, &e), ERR_FILE, "include each other");
    text_fini(&t);
    EXPECT_ERR(device_kernel_text("deep19.h", &t, &e), ERR_FILE, "deep20.h");
    text_fini(&t);
}

static void text_when_memory_is_out_says_so(void **state)
{
    (void)state;
    struct err e = {0};
    uint64_t n = 0;
    struct text t = {0};
    const uint64_t before = mem_fail_at(0);
    EXPECT_OK(device_kernel_text("shared/types.h", &t, &e));
    n = mem_fail_at(0) - before;
    text_fini(&t);
    EXPECT_TRUE(n > 0);
    for (uint64_t k = 1; k <= n; k++) {
        (void)mem_fail_at(k);
        EXPECT_ERR(device_kernel_text("shared/types.h", &t, &e), ERR_NOMEM, "memory");
        (void)mem_fail_at(0);
        text_fini(&t);
    }
}

int main(void)
{
    (void)snprintf(folder, sizeof folder, "%s/test_kernel_text_XXXXXX", TEST_BINARY_DIR);
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_when_embedded_holds_the_file, use_embedded,
                                        use_embedded),
        cmocka_unit_test_setup_teardown(text_when_files_include_puts_each_in_place_once,
                                        use_folder, use_embedded),
        cmocka_unit_test_setup_teardown(text_when_files_include_each_other_ends, use_folder,
                                        use_embedded),
        cmocka_unit_test_setup_teardown(text_when_chain_is_deep_or_missing_is_an_error,
                                        use_folder, use_embedded),
        cmocka_unit_test_setup_teardown(text_when_memory_is_out_says_so, use_embedded,
                                        use_embedded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
