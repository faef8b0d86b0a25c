/* ctest-labels: slow
 * A few random models on Oclgrind, the OpenCL device that interprets each kernel and looks at
 * every access: the same bits as the block interpreter, and nothing to report. Oclgrind is
 * chosen by OCL_ICD_VENDORS, which is set here before the first OpenCL call. */
#include "support/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/model_readers.h"

enum { N_MODELS = 10 };

#define OCLGRIND_FOLDER TEST_BINARY_DIR "/oclgrind"
#define OCLGRIND_LOG    OCLGRIND_FOLDER "/report.txt"

/* Makes Oclgrind the only vendor; false where it is not installed. */
static bool choose_oclgrind(void)
{
    static const char *const places[] = {
        "/usr/lib/oclgrind/liboclgrind-rt-icd.so",
        "/usr/lib/x86_64-linux-gnu/oclgrind/liboclgrind-rt-icd.so",
        "/usr/lib/x86_64-linux-gnu/liboclgrind-rt-icd.so",
        "/usr/lib/aarch64-linux-gnu/oclgrind/liboclgrind-rt-icd.so",
        "/usr/lib/liboclgrind-rt-icd.so",
        "/usr/local/lib/liboclgrind-rt-icd.so"};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        if (access(places[k], R_OK) != 0) {
            continue;
        }
        (void)mkdir(OCLGRIND_FOLDER, 0777);
        (void)unlink(OCLGRIND_LOG);
        FILE *const file = fopen(OCLGRIND_FOLDER "/oclgrind.icd", "w");
        EXPECT_TRUE(file != NULL);
        (void)fprintf(file, "%s\n", places[k]);
        EXPECT_TRUE(fclose(file) == 0);
        return setenv("OCL_ICD_VENDORS", OCLGRIND_FOLDER, 1) == 0 &&
               setenv("OCLGRIND_LOG", OCLGRIND_LOG, 1) == 0 &&
               setenv("OCLGRIND_DATA_RACES", "1", 1) == 0 &&
               setenv("OCLGRIND_CHECK_API", "1", 1) == 0;
    }
    return false;
}

static bool has_oclgrind;

static int setup(void **state)
{
    (void)state;
    has_oclgrind = choose_oclgrind();
    return 0;
}

/* What Oclgrind had to say. */
static void expect_no_report(void)
{
    FILE *const file = fopen(OCLGRIND_LOG, "r");
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strspn(line, " \n") != strlen(line)) {
            fail_msg("Oclgrind reports: %s (more in %s)", line, OCLGRIND_LOG);
        }
    }
    if (file != NULL) {
        EXPECT_TRUE(fclose(file) == 0);
    }
}

static void random_models_when_run_on_oclgrind_then_same_bits_and_no_report(void **state)
{
    const enum precision precision = *(const enum precision *)*state;
    const uint64_t first = model_environment("TEST_SEED", 20000),
                   n = model_environment("TEST_MODELS", N_MODELS);
    if (!has_oclgrind || !model_readers_check(precision, precision == PRECISION_SINGLE ? 4 : 16,
                                              first, (uint32_t)n)) {
        print_message("Oclgrind is not installed\n");
        skip();
    }
    expect_no_report();
}

int main(void)
{
    static enum precision single_precision = PRECISION_SINGLE,
                          double_precision = PRECISION_DOUBLE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(
            random_models_when_run_on_oclgrind_then_same_bits_and_no_report, &single_precision),
        cmocka_unit_test_prestate(
            random_models_when_run_on_oclgrind_then_same_bits_and_no_report, &double_precision),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
