/* Programs, kernels and launches: errors name call, number and place. */
#include "support/expect.h"

#include "device/device_inside.h"
#include <stdlib.h>

static struct device *open_first(uint32_t compute_units)
{
    struct err e = {0};
    struct device_info *all = NULL;
    struct device *d = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    if (n > 0) {
        EXPECT_OK(device_open(&d, &all[0], &(struct device_options){compute_units}, &e));
    }
    mem_free(all);
    return d;
}

static const char add_text[] = "__kernel void add_one(__global int *data, int n)\n"
                               "{\n    int i = (int)get_global_id(0);\n"
                               "    if (i < n) {\n        data[i] += 1;\n    }\n}\n";

static void build_when_text_is_wrong_shows_the_log(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_program p;
    EXPECT_ERR(
        device_program_create(&p, d,
                              "#line 7 \"model.yaml\"\n__kernel void bad(__global int *x)\n"
                              "{\n    x[0] = not_there;\n}\n",
                              NULL, &e),
        ERR_CL, "clBuildProgram: CL_BUILD_PROGRAM_FAILURE (-11)");
    EXPECT_CONTAINS(e.msg, "not_there");
    EXPECT_CONTAINS(e.msg, "model.yaml:9");
    EXPECT_EQ_I64(e.sub, -11);
    EXPECT_TRUE(p.handle == NULL);
}

static void kernel_when_name_is_wrong_names_it(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_program p;
    struct device_kernel k;
    EXPECT_OK(device_program_create(&p, d, add_text, NULL, &e));
    EXPECT_ERR(device_kernel_create(&k, &p, "add_two", &e), ERR_CL,
               "clCreateKernel(add_two): CL_INVALID_KERNEL_NAME (-46)");
    EXPECT_TRUE(k.handle == NULL);
    device_program_destroy(&p);
    device_program_destroy(&p);
}

static void launch_when_sizes_are_odd_covers_every_item(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_program p;
    struct device_kernel k;
    const int sizes[] = {0, 1, 15, 16, 17, 63, 64, 65, 199};
    EXPECT_OK(device_program_create(&p, d, add_text, NULL, &e));
    EXPECT_OK(device_kernel_create(&k, &p, "add_one", &e));
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int n = sizes[s];
        int data[200];
        struct device_buffer b;
        void *event = NULL;
        memset(data, 0, sizeof data);
        data[n] = 77; /* guard */
        EXPECT_OK(device_buffer_create(&b, d, sizeof data, "counters", &e));
        EXPECT_OK(device_write(&b, 0, data, sizeof data, &e));
        EXPECT_OK(device_kernel_set_buffer(&k, 0, &b, &e));
        EXPECT_OK(device_kernel_set(&k, 1, sizeof n, &n, &e));
        EXPECT_OK(device_launch(&k, (uint64_t)n, 16, NULL, &e));
        EXPECT_OK(device_launch(&k, (uint64_t)n, 0, &event, &e));
        EXPECT_OK(device_wait(event, &e));
        EXPECT_OK(device_read(&b, 0, data, sizeof data, &e));
        for (int i = 0; i < n; i++) {
            EXPECT_EQ_I64(data[i], 2);
        }
        EXPECT_EQ_I64(data[n], 77);
        device_buffer_destroy(&b);
    }
    device_kernel_destroy(&k);
    device_kernel_destroy(&k);
    device_program_destroy(&p);
}

static void argument_when_wrong_names_kernel_and_number(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_program p;
    struct device_kernel k;
    const int n = 3;
    EXPECT_OK(device_program_create(&p, d, add_text, NULL, &e));
    EXPECT_OK(device_kernel_create(&k, &p, "add_one", &e));
    EXPECT_ERR(device_kernel_set(&k, 9, sizeof n, &n, &e), ERR_CL,
               "clSetKernelArg(add_one, argument 9): CL_INVALID_ARG_INDEX (-49)");
    EXPECT_ERR(device_launch(&k, 4, 4, NULL, &e), ERR_CL,
               "clEnqueueNDRangeKernel(add_one): CL_INVALID_KERNEL_ARGS");
    device_kernel_destroy(&k);
    device_program_destroy(&p);
}

static void open_when_fewer_units_are_asked_uses_them_or_says_why_not(void **state)
{
    const uint32_t all = device_info_of(*state)->compute_units;
    struct device *const d = open_first(1);
    const struct device_info *const info = device_info_of(d);
    EXPECT_TRUE(info->compute_units == 1 ||
                (info->compute_units == all && info->note[0] != '\0'));
    struct err e = {0};
    struct device_program p;
    EXPECT_OK(device_program_create(&p, d, add_text, NULL, &e));
    device_program_destroy(&p);
    device_close(d);
    struct device *const whole = open_first(all + 1);
    EXPECT_EQ_I64(device_info_of(whole)->compute_units, all);
    EXPECT_STR(device_info_of(whole)->note, "");
    device_close(whole);
    device_close(NULL);
}

static void open_when_device_is_gone_or_off_says_so(void **state)
{
    struct err e = {0};
    struct device *d = NULL;
    struct device_info info = *device_info_of(*state);
    info.is_available = false;
    EXPECT_ERR(device_open(&d, &info, NULL, &e), ERR_NO_DEVICE, "not available");
    info.is_available = true;
    (void)snprintf(info.spec, sizeof info.spec, "opencl:77.0");
    EXPECT_ERR(device_open(&d, &info, NULL, &e), ERR_NO_DEVICE, "gone");
    (void)mem_fail_at(1);
    EXPECT_ERR(device_open(&d, device_info_of(*state), NULL, &e), ERR_NOMEM, "no memory");
    (void)mem_fail_at(0);
    EXPECT_TRUE(d == NULL);
}

static void prelude_when_read_fixes_the_way_of_dividing(void **state)
{
    const struct device *const d = *state;
    const struct device_info *const info = device_info_of(d);
    EXPECT_CONTAINS(device_prelude(d), info->divides_exactly ? "#define DIV_MODE 0\n"
                                       : info->has_double    ? "#define DIV_MODE 1\n"
                                                             : "#define DIV_MODE 2\n");
    EXPECT_CONTAINS(d->options[PRECISION_SINGLE], "-cl-std=CL1.2 -cl-denorms-are-zero");
    EXPECT_CONTAINS(d->options[PRECISION_DOUBLE], "-cl-std=CL1.2");
    EXPECT_TRUE(strstr(d->options[PRECISION_DOUBLE], "denorms") == NULL);
}

/* A variable of the environment for tests: see tests/cli/hash_subnormals.sh. */
static void options_when_subnormals_are_to_be_kept_flush_nothing(void **state)
{
    struct err e = {0};
    struct device *d = NULL;
    EXPECT_TRUE(setenv("STRIATUM_KEEP_SUBNORMALS", "1", 1) == 0);
    EXPECT_OK(device_open(&d, device_info_of(*state), NULL, &e));
    EXPECT_TRUE(unsetenv("STRIATUM_KEEP_SUBNORMALS") == 0);
    EXPECT_TRUE(strstr(d->options[PRECISION_SINGLE], "denorms") == NULL);
    EXPECT_STR(d->options[PRECISION_SINGLE], d->options[PRECISION_DOUBLE]);
    device_close(d);
}

static const char halve_text[] = "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n"
                                 "__kernel void halve(__global double *data)\n"
                                 "{\n    data[get_global_id(0)] *= 0.5;\n}\n";

static void build_when_double_keeps_subnormals(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_program p;
    struct device_kernel k;
    struct device_buffer b;
    double data[2] = {3e-308, 8.0};
    if (!device_info_of(d)->has_double) {
        print_message("skipped: no double precision here\n");
        return;
    }
    EXPECT_OK(device_program_create_for(&p, d, PRECISION_DOUBLE, halve_text, NULL, &e));
    EXPECT_OK(device_kernel_create(&k, &p, "halve", &e));
    EXPECT_OK(device_buffer_create(&b, d, sizeof data, "test data", &e));
    EXPECT_OK(device_write(&b, 0, data, sizeof data, &e));
    EXPECT_OK(device_kernel_set_buffer(&k, 0, &b, &e));
    EXPECT_OK(device_launch(&k, 2, 1, NULL, &e));
    EXPECT_OK(device_read(&b, 0, data, sizeof data, &e));
    EXPECT_TRUE(data[0] == 3e-308 * 0.5 && data[0] > 0.0); /* NOLINT: exact */
    EXPECT_TRUE(data[1] == 4.0);
    device_buffer_destroy(&b);
    device_kernel_destroy(&k);
    device_program_destroy(&p);
}

static void build_when_double_is_missing_says_what_to_use(void **state)
{
    struct err e = {0};
    struct device_info info = *device_info_of(*state);
    info.has_double = false;
    EXPECT_OK(device_check_precision(&info, PRECISION_SINGLE, &e));
    EXPECT_ERR(device_check_precision(&info, PRECISION_DOUBLE, &e), ERR_NO_DEVICE,
               "use --device cpu, or precision: single");
    EXPECT_ERR(device_check_precision(&info, PRECISION_DOUBLE, &e), ERR_NO_DEVICE, info.spec);
    EXPECT_EQ_I64(err_exit_status(e.code), 4);
}

static void names_when_known_are_given(void **state)
{
    (void)state;
    struct err e = {0};
    EXPECT_STR(device_cl_name(-5), "CL_OUT_OF_RESOURCES");
    EXPECT_STR(device_cl_name(-1001), "CL_PLATFORM_NOT_FOUND_KHR");
    EXPECT_STR(device_cl_name(-9999), "unknown");
    EXPECT_ERR(device_cl_check(-5, "clEnqueueNDRangeKernel", "deliver", &e), ERR_CL,
               "clEnqueueNDRangeKernel(deliver): CL_OUT_OF_RESOURCES (-5)");
    EXPECT_ERR(device_cl_check(-9999, "clFlush", NULL, &e), ERR_CL, "clFlush: unknown (-9999)");
    EXPECT_OK(device_cl_check(0, "clFlush", NULL, &e));
}

int main(void)
{
    if (setenv("STRIATUM_CACHE_DIR", "/dev/null/none", 1) != 0) {
        return 1;
    }
    struct device *d = open_first(0);
    if (d == NULL) {
        print_message("skipped: no OpenCL device here\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(build_when_text_is_wrong_shows_the_log, d),
        cmocka_unit_test_prestate(kernel_when_name_is_wrong_names_it, d),
        cmocka_unit_test_prestate(launch_when_sizes_are_odd_covers_every_item, d),
        cmocka_unit_test_prestate(argument_when_wrong_names_kernel_and_number, d),
        cmocka_unit_test_prestate(open_when_fewer_units_are_asked_uses_them_or_says_why_not, d),
        cmocka_unit_test_prestate(open_when_device_is_gone_or_off_says_so, d),
        cmocka_unit_test_prestate(prelude_when_read_fixes_the_way_of_dividing, d),
        cmocka_unit_test_prestate(options_when_subnormals_are_to_be_kept_flush_nothing, d),
        cmocka_unit_test_prestate(build_when_double_keeps_subnormals, d),
        cmocka_unit_test_prestate(build_when_double_is_missing_says_what_to_use, d),
        cmocka_unit_test(names_when_known_are_given),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    device_close(d);
    return failed;
}
