/* Buffers: bytes come back, neighbours stay, wrong ranges are named. */
#include "support/expect.h"

#include "device/device.h"

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

static void buffer_when_created_is_zeroed_and_keeps_its_guards(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    const uint32_t sizes[] = {1, 4, 15, 16, 17, 64, 1000, 4096 + 4};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const uint32_t n = sizes[s];
        unsigned char data[8192], back[8192];
        struct device_buffer b;
        EXPECT_OK(device_buffer_create(&b, d, n + 64, "bytes under test", &e));
        EXPECT_OK(device_read(&b, 0, back, n + 64, &e));
        for (uint32_t k = 0; k < n + 64; k++) {
            EXPECT_EQ_I64(back[k], 0);
        }
        memset(data, 0xCA, sizeof data);
        EXPECT_OK(device_write(&b, 0, data, n + 64, &e));
        for (uint32_t k = 0; k < n; k++) {
            data[k] = (unsigned char)(k * 7 + 1);
        }
        EXPECT_OK(device_write(&b, 32, data, n, &e));
        EXPECT_OK(device_read(&b, 0, back, n + 64, &e));
        for (uint32_t k = 0; k < n + 64; k++) {
            const bool is_inside = k >= 32 && k < 32 + n;
            EXPECT_EQ_I64(back[k], is_inside ? (unsigned char)((k - 32) * 7 + 1) : 0xCA);
        }
        EXPECT_OK(device_fill(&b, 32, n, &e));
        EXPECT_OK(device_read(&b, 0, back, n + 64, &e));
        for (uint32_t k = 0; k < n + 64; k++) {
            EXPECT_EQ_I64(back[k], k >= 32 && k < 32 + n ? 0 : 0xCA);
        }
        device_buffer_destroy(&b);
    }
}

static void buffer_when_range_is_wrong_names_it(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_buffer b;
    unsigned char data[64] = {0};
    EXPECT_OK(device_buffer_create(&b, d, 32, "bytes under test", &e));
    EXPECT_ERR(device_write(&b, 8, data, 25, &e), ERR_ARG, "bytes 8 to 33 of a buffer of 32");
    EXPECT_ERR(device_read(&b, 33, data, 0, &e), ERR_ARG, "of a buffer of 32");
    EXPECT_ERR(device_fill(&b, UINT64_MAX, 2, &e), ERR_ARG, "of a buffer of 32");
    EXPECT_OK(device_write(&b, 32, data, 0, &e));
    device_buffer_destroy(&b);
    device_buffer_destroy(&b);
}

static void buffer_when_too_large_says_what_and_how_much(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_buffer b;
    EXPECT_ERR(device_buffer_create(&b, d, device_info_of(d)->max_buffer + 1,
                                    "targets of synapses", &e),
               ERR_LIMIT, "the buffer of targets of synapses needs");
    EXPECT_TRUE(b.handle == NULL);
}

static void allocated_when_buffers_come_and_go_counts_live_and_peak(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_buffer a, b, empty;
    const uint64_t before = device_allocated(d);
    EXPECT_OK(device_buffer_create(&a, d, 1000, "a", &e));
    EXPECT_OK(device_buffer_create(&b, d, 100000, "b", &e));
    EXPECT_OK(device_buffer_create(&empty, d, 0, "nothing", &e));
    EXPECT_TRUE(empty.handle != NULL);
    EXPECT_EQ_I64(device_allocated(d) - before, 101000);
    device_buffer_destroy(&b);
    device_buffer_destroy(&empty);
    EXPECT_EQ_I64(device_allocated(d) - before, 1000);
    EXPECT_TRUE(device_allocated_peak(d) >= before + 101000);
    device_buffer_destroy(&a);
    EXPECT_EQ_I64(device_allocated(d), before);
}

static void later_when_waited_for_has_happened_in_order(void **state)
{
    struct device *const d = *state;
    struct err e = {0};
    struct device_buffer b;
    uint32_t data[256], back[256];
    for (uint32_t k = 0; k < 256; k++) {
        data[k] = k * 2654435761u;
    }
    memset(back, 0xCA, sizeof back);
    void *event = NULL;
    EXPECT_OK(device_buffer_create(&b, d, sizeof data, "words", &e));
    EXPECT_OK(device_write_later(&b, 0, data, sizeof data, NULL, &e));
    EXPECT_OK(device_read_later(&b, 0, back, sizeof back, &event, &e));
    EXPECT_OK(device_flush(d, &e));
    EXPECT_OK(device_wait(event, &e));
    assert_memory_equal(back, data, sizeof data);
    EXPECT_OK(device_read_later(&b, 0, back, 0, &event, &e));
    EXPECT_OK(device_wait(event, &e));
    EXPECT_OK(device_wait(NULL, &e));
    EXPECT_OK(device_finish(d, &e));
    device_buffer_destroy(&b);
}

int main(void)
{
    struct device *d = open_first();
    if (d == NULL) {
        print_message("skipped: no OpenCL device here\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(buffer_when_created_is_zeroed_and_keeps_its_guards, d),
        cmocka_unit_test_prestate(buffer_when_range_is_wrong_names_it, d),
        cmocka_unit_test_prestate(buffer_when_too_large_says_what_and_how_much, d),
        cmocka_unit_test_prestate(allocated_when_buffers_come_and_go_counts_live_and_peak, d),
        cmocka_unit_test_prestate(later_when_waited_for_has_happened_in_order, d),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    device_close(d);
    return failed;
}
