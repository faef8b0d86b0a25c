/* The binary cache: found again, damaged entries rebuilt, keys that differ by every part. A
 * folder of its own per run. */
#include "support/expect.h"

#include "device/device_inside.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char text_a[] =
    "__kernel void answer(__global int *out)\n{\n    out[get_global_id(0)] = 42;\n}\n";

static char folder[256];

static struct device *open_first(void)
{
    struct err e = {0};
    struct device_info *all = NULL;
    struct device *d = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    if (n > 0) {
        EXPECT_OK(device_open(&d, &all[0], NULL, &e));
    }
    mem_free(all);
    return d;
}

/* Runs `answer` and returns what it wrote. */
static int run(struct device *d, struct device_program *p)
{
    struct err e = {0};
    struct device_kernel k;
    struct device_buffer b;
    int out[4] = {0};
    EXPECT_OK(device_kernel_create(&k, p, "answer", &e));
    EXPECT_OK(device_buffer_create(&b, d, sizeof out, "answers", &e));
    EXPECT_OK(device_kernel_set_buffer(&k, 0, &b, &e));
    EXPECT_OK(device_launch(&k, 4, 0, NULL, &e));
    EXPECT_OK(device_read(&b, 0, out, sizeof out, &e));
    device_buffer_destroy(&b);
    device_kernel_destroy(&k);
    EXPECT_EQ_I64(out[3], out[0]);
    return out[0];
}

static bool build_and_run(struct device *d)
{
    struct err e = {0};
    struct device_program p;
    bool from_cache = false;
    EXPECT_OK(device_program_create(&p, d, text_a, &from_cache, &e));
    EXPECT_EQ_I64(run(d, &p), 42);
    device_program_save(&p);
    device_program_destroy(&p);
    return from_cache;
}

static void program_when_saved_comes_from_the_cache(void **state)
{
    struct device *const d = *state;
    program_cache_remove(program_cache_key(d, PRECISION_SINGLE, text_a));
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(build_and_run(d));
    char path[4096];
    struct stat info;
    EXPECT_TRUE(
        program_cache_path(program_cache_key(d, PRECISION_SINGLE, text_a), path, sizeof path));
    EXPECT_TRUE(strncmp(path, folder, strlen(folder)) == 0);
    EXPECT_TRUE(stat(path, &info) == 0);
}

static void overwrite(const char *path, long at, const char *bytes, size_t n)
{
    FILE *const f = fopen(path, "r+b");
    EXPECT_TRUE(f != NULL);
    EXPECT_TRUE(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET) == 0);
    EXPECT_TRUE(fwrite(bytes, 1, n, f) == n);
    EXPECT_TRUE(fclose(f) == 0);
}

static void program_when_entry_is_damaged_is_built_again(void **state)
{
    struct device *const d = *state;
    char path[4096];
    EXPECT_TRUE(
        program_cache_path(program_cache_key(d, PRECISION_SINGLE, text_a), path, sizeof path));
    (void)build_and_run(d);
    EXPECT_TRUE(build_and_run(d));
    overwrite(path, -3, "XYZ", 3); /* a byte of the binary */
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(build_and_run(d));
    overwrite(path, 0, "nonsense", 8); /* the magic */
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(build_and_run(d));
    EXPECT_TRUE(truncate(path, 17) == 0);
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(truncate(path, 0) == 0);
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(build_and_run(d));
}

/* The checksum is right, so only the driver can notice. */
static void program_when_driver_refuses_the_entry_is_built_again(void **state)
{
    struct device *const d = *state;
    const unsigned char rubbish[100] = {1, 2, 3};
    program_cache_store(program_cache_key(d, PRECISION_SINGLE, text_a), rubbish,
                        sizeof rubbish);
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(build_and_run(d));
}

static void load_when_stored_gives_the_same_bytes(void **state)
{
    struct device *const d = *state;
    const struct program_key key = program_cache_key(d, PRECISION_SINGLE, "bytes");
    const unsigned char bytes[5] = {9, 8, 7, 6, 5};
    size_t n = 0;
    program_cache_store(key, bytes, sizeof bytes);
    unsigned char *const back = program_cache_load(key, &n);
    EXPECT_EQ_I64(n, 5);
    assert_memory_equal(back, bytes, sizeof bytes);
    mem_free(back);
    program_cache_remove(key);
    EXPECT_TRUE(program_cache_load(key, &n) == NULL);
}

static void key_when_any_part_differs_differs(void **state)
{
    struct device *const d = *state;
    const struct program_key a = program_cache_key(d, PRECISION_SINGLE, text_a);
    struct device other = *d;
    other.info.driver[0] ^= 1;
    const struct program_key b = program_cache_key(&other, PRECISION_SINGLE, text_a);
    other = *d;
    other.options[PRECISION_SINGLE][0] = ' ';
    const struct program_key c = program_cache_key(&other, PRECISION_SINGLE, text_a);
    const struct program_key f = program_cache_key(d, PRECISION_SINGLE, "other text");
    const struct program_key g = program_cache_key(d, PRECISION_DOUBLE, text_a);
    EXPECT_TRUE(a.a != g.a && a.b != g.b);
    EXPECT_TRUE(a.a != b.a && a.b != b.b);
    EXPECT_TRUE(a.a != c.a && a.b != c.b);
    EXPECT_TRUE(a.a != f.a && a.b != f.b);
    EXPECT_TRUE(a.a != a.b);
}

static void program_when_folder_cannot_be_written_runs_all_the_same(void **state)
{
    struct device *const d = *state;
    EXPECT_TRUE(setenv("STRIATUM_CACHE_DIR", "/dev/null/folder", 1) == 0);
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(!build_and_run(d));
    EXPECT_TRUE(setenv("STRIATUM_CACHE_DIR", folder, 1) == 0);
}

int main(void)
{
    (void)snprintf(folder, sizeof folder, "%s/test_cache_XXXXXX", TEST_BINARY_DIR);
    if (mkdtemp(folder) == NULL || setenv("STRIATUM_CACHE_DIR", folder, 1) != 0) {
        return 1;
    }
    struct device *d = open_first();
    if (d == NULL) {
        print_message("skipped: no OpenCL device here\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(program_when_saved_comes_from_the_cache, d),
        cmocka_unit_test_prestate(program_when_entry_is_damaged_is_built_again, d),
        cmocka_unit_test_prestate(program_when_driver_refuses_the_entry_is_built_again, d),
        cmocka_unit_test_prestate(load_when_stored_gives_the_same_bytes, d),
        cmocka_unit_test_prestate(key_when_any_part_differs_differs, d),
        cmocka_unit_test_prestate(program_when_folder_cannot_be_written_runs_all_the_same, d),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    program_cache_remove(program_cache_key(d, PRECISION_SINGLE, text_a));
    (void)rmdir(folder);
    device_close(d);
    return failed;
}
