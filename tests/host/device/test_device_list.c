/* Devices found, and what --device names. The machine's own devices may be none: made-up lists
 * carry the rules. */
#include "support/expect.h"

#include "device/device.h"

static struct device_info made_up(const char *spec, const char *name, enum device_type type)
{
    struct device_info info = {.type = type, .is_available = true, .has_compiler = true};
    (void)snprintf(info.spec, sizeof info.spec, "%s", spec);
    (void)snprintf(info.name, sizeof info.name, "%s", name);
    return info;
}

static void list_when_called_gives_devices_with_sane_properties(void **state)
{
    (void)state;
    struct err e = {0};
    struct device_info *all = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    for (uint32_t k = 0; k < n; k++) {
        EXPECT_TRUE(strncmp(all[k].spec, "opencl:", 7) == 0);
        EXPECT_TRUE(all[k].name[0] != '\0' && all[k].name[0] != ' ');
        EXPECT_TRUE(all[k].compute_units > 0);
        EXPECT_TRUE(all[k].memory > 0 && all[k].max_buffer > 0 &&
                    all[k].max_buffer <= all[k].memory);
        EXPECT_TRUE(all[k].max_group > 0);
    }
    if (n == 0) {
        print_message("no OpenCL device here\n");
    }
    mem_free(all);
}

static void list_when_memory_is_out_says_so(void **state)
{
    (void)state;
    struct err e = {0};
    struct device_info *all = NULL;
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    const bool has_devices = n > 0;
    mem_free(all);
    if (!has_devices) {
        skip();
    }
    (void)mem_fail_at(1);
    EXPECT_ERR(device_list(&all, &n, &e), ERR_NOMEM, "no memory");
    (void)mem_fail_at(0);
    EXPECT_TRUE(all == NULL);
    EXPECT_EQ_I64(n, 0);
}

static void find_when_opencl_is_asked_prefers_a_gpu_that_works(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t index = 9;
    struct device_info all[3] = {made_up("opencl:0.0", "Some CPU", DEVICE_CPU),
                                 made_up("opencl:1.0", "Green GPU", DEVICE_GPU),
                                 made_up("opencl:1.1", "Red GPU", DEVICE_GPU)};
    EXPECT_OK(device_find("opencl", all, 3, &index, &e));
    EXPECT_EQ_I64(index, 1);
    all[1].is_available = false;
    EXPECT_OK(device_find("opencl", all, 3, &index, &e));
    EXPECT_EQ_I64(index, 2);
    all[2].has_compiler = false;
    EXPECT_OK(device_find("opencl", all, 3, &index, &e));
    EXPECT_EQ_I64(index, 0);
    all[0].is_available = false;
    EXPECT_ERR(device_find("opencl", all, 3, &index, &e), ERR_NO_DEVICE, "available");
}

static void find_when_given_numbers_or_part_of_a_name_finds(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t index = 9;
    const struct device_info all[2] = {made_up("opencl:0.0", "AMD EPYC 9V74", DEVICE_CPU),
                                       made_up("opencl:1.12", "Green GPU 200", DEVICE_GPU)};
    EXPECT_OK(device_find("opencl:1.12", all, 2, &index, &e));
    EXPECT_EQ_I64(index, 1);
    EXPECT_OK(device_find("epyc", all, 2, &index, &e));
    EXPECT_EQ_I64(index, 0);
    EXPECT_OK(device_find("GPU 2", all, 2, &index, &e));
    EXPECT_EQ_I64(index, 1);
}

static void find_when_double_is_asked_passes_over_devices_without(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t at = 9;
    struct device_info all[2] = {made_up("opencl:0.0", "Some GPU", DEVICE_GPU),
                                 made_up("opencl:0.1", "Some CPU", DEVICE_CPU)};
    all[0].has_double = false;
    all[1].has_double = true;
    EXPECT_OK(device_find_for("opencl", PRECISION_SINGLE, all, 2, &at, &e));
    EXPECT_EQ_I64(at, 0);
    EXPECT_OK(device_find_for("opencl", PRECISION_DOUBLE, all, 2, &at, &e));
    EXPECT_EQ_I64(at, 1);
    EXPECT_OK(device_find_for("some cpu", PRECISION_DOUBLE, all, 2, &at, &e));
    EXPECT_EQ_I64(at, 1);
    EXPECT_ERR(device_find_for("opencl:0.0", PRECISION_DOUBLE, all, 2, &at, &e), ERR_NO_DEVICE,
               "opencl:0.0 (Some GPU) has no double precision");
    all[1].has_double = false;
    EXPECT_ERR(device_find_for("opencl", PRECISION_DOUBLE, all, 2, &at, &e), ERR_NO_DEVICE,
               "use --device cpu, or precision: single");
}

static void find_when_nothing_fits_lists_what_is_there(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t index = 9;
    const struct device_info all[2] = {made_up("opencl:0.0", "AMD EPYC", DEVICE_CPU),
                                       made_up("opencl:1.0", "Green GPU", DEVICE_GPU)};
    EXPECT_ERR(device_find("toaster", all, 2, &index, &e), ERR_NO_DEVICE,
               "opencl:0.0 (AMD EPYC), opencl:1.0 (Green GPU)");
    EXPECT_ERR(device_find("opencl:3.1", all, 2, &index, &e), ERR_NO_DEVICE, "'opencl:3.1'");
    EXPECT_ERR(device_find("", all, 2, &index, &e), ERR_NO_DEVICE, "opencl:0.0");
    EXPECT_ERR(device_find("opencl", NULL, 0, &index, &e), ERR_NO_DEVICE, "pocl-opencl-icd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_when_called_gives_devices_with_sane_properties),
        cmocka_unit_test(list_when_memory_is_out_says_so),
        cmocka_unit_test(find_when_opencl_is_asked_prefers_a_gpu_that_works),
        cmocka_unit_test(find_when_given_numbers_or_part_of_a_name_finds),
        cmocka_unit_test(find_when_double_is_asked_passes_over_devices_without),
        cmocka_unit_test(find_when_nothing_fits_lists_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
