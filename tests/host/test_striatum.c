#include "support/expect.h"

#include "base/hash.h"
#include "striatum.h"

#include <hdf5.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const network = TEST_SOURCE_DIR "/tests/networks/izhikevich_random.yaml";
static char folder[256];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/test_striatum_XXXXXX", TEST_BINARY_DIR);
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[400];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct striatum *load(const char *duration, uint32_t n_overrides,
                             const char *const *overrides)
{
    struct striatum *const s = striatum_create();
    assert_non_null(s);
    const struct striatum_load_options options = {
        .overrides = overrides, .n_overrides = n_overrides, .duration = duration};
    if (striatum_load(s, network, &options) != STRIATUM_OK) {
        fail_msg("%s%s", striatum_diagnostics(s, 0), striatum_message(s));
    }
    return s;
}

static json_t *run(struct striatum *s, const char *name,
                   const struct striatum_run_options *base)
{
    char dir[300];
    (void)snprintf(dir, sizeof dir, "%s/%s", folder, name);
    struct striatum_run_options options = *base;
    options.output_dir = dir;
    if (striatum_run(s, &options) != STRIATUM_OK) {
        fail_msg("%s", striatum_message(s));
    }
    json_t *const summary = json_loads(striatum_summary_json(s), 0, NULL);
    assert_non_null(summary);
    return summary;
}

static const char *hash_of(const json_t *summary)
{
    return json_string_value(json_object_get(json_object_get(summary, "spikes"), "hash"));
}

/* What docs/results.md tells another program to do, by another way than the engine's: from the
 * file. */
static uint64_t hash_of_population(hid_t file, const char *name, double dt_ms, uint64_t *count)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/spikes/%s/timestamps", name);
    const hid_t times = H5Dopen2(file, path, H5P_DEFAULT);
    (void)snprintf(path, sizeof path, "/spikes/%s/node_ids", name);
    const hid_t ids = H5Dopen2(file, path, H5P_DEFAULT);
    const hid_t space = H5Dget_space(times);
    hsize_t n = 0;
    assert_int_equal(H5Sget_simple_extent_dims(space, &n, NULL), 1);
    double *const t = calloc(n + 1, sizeof *t);
    uint64_t *const id = calloc(n + 1, sizeof *id);
    assert_true(H5Dread(times, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, t) >= 0);
    assert_true(H5Dread(ids, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, id) >= 0);
    uint64_t sum = 0;
    for (hsize_t k = 0; k < n; k++) {
        EXPECT_TRUE(k == 0 || t[k] > t[k - 1] || (t[k] == t[k - 1] && id[k] > id[k - 1]));
        const uint64_t step = (uint64_t)llround(t[k] / dt_ms) - 1;
        sum += hash_mix64(hash_mix64(step) + id[k]);
    }
    *count = n;
    free(t);
    free(id);
    (void)H5Sclose(space);
    (void)H5Dclose(times);
    (void)H5Dclose(ids);
    return sum;
}

static void run_when_all_spikes_are_recorded_then_the_hash_follows_from_the_file(void **state)
{
    (void)state;
    struct striatum *const s = load("100 ms", 0, NULL);
    json_t *const summary =
        run(s, "recompute", &(struct striatum_run_options){.device = "cpu"});
    char path[400];
    (void)snprintf(path, sizeof path, "%s/spikes.h5", striatum_output_dir(s));
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    uint64_t count;
    const uint64_t population = hash_of_population(file, "cells", 0.1, &count);
    (void)H5Fclose(file);
    unsigned char bytes[8];
    for (int k = 0; k < 8; k++) {
        bytes[k] = (unsigned char)(population >> (8 * k));
    }
    const uint64_t h = hash_fnv1a(hash_fnv1a(HASH_FNV_START, "cells", 6), bytes, 8);
    char text[17];
    (void)snprintf(text, sizeof text, "%016" PRIx64, h);
    EXPECT_TRUE(count > 500);
    EXPECT_STR(hash_of(summary), text);
    EXPECT_EQ_I64(
        json_integer_value(json_object_get(json_object_get(summary, "spikes"), "count")),
        count);
    EXPECT_CONTAINS(striatum_summary_table(s), text);
    json_decref(summary);
    striatum_destroy(s);
}

static void run_when_repeated_with_other_switches_then_the_same_hash(void **state)
{
    (void)state;
    struct striatum *const s = load("60 ms", 0, NULL);
    json_t *const a =
        run(s, "one", &(struct striatum_run_options){.device = "cpu", .threads = 1});
    json_t *const b = run(
        s, "two", &(struct striatum_run_options){.device = "cpu", .threads = 3, .slice = 1});
    EXPECT_STR(hash_of(a), hash_of(b));
    json_decref(a);
    json_decref(b);
    striatum_destroy(s);
}

static void run_when_recording_is_off_then_the_hash_still_covers_every_spike(void **state)
{
    (void)state;
    const char *const overrides[] = {"record.spikes=none"};
    struct striatum *const all = load("60 ms", 0, NULL), *const none =
                                                             load("60 ms", 1, overrides);
    json_t *const a = run(all, "all", &(struct striatum_run_options){.device = "cpu"});
    json_t *const b = run(none, "none", &(struct striatum_run_options){.device = "cpu"});
    EXPECT_STR(hash_of(a), hash_of(b));
    json_decref(a);
    json_decref(b);
    striatum_destroy(all);
    striatum_destroy(none);
}

static void run_when_the_seed_differs_then_another_hash(void **state)
{
    (void)state;
    const char *const overrides[] = {"seed=2"};
    struct striatum *const one = load("60 ms", 0, NULL), *const two =
                                                             load("60 ms", 1, overrides);
    json_t *const a = run(one, "seed1", &(struct striatum_run_options){.device = "cpu"});
    json_t *const b = run(two, "seed2", &(struct striatum_run_options){.device = "cpu"});
    EXPECT_TRUE(strcmp(hash_of(a), hash_of(b)) != 0);
    json_decref(a);
    json_decref(b);
    striatum_destroy(one);
    striatum_destroy(two);
}

struct watcher {
    struct striatum *s;
    int calls;
};

static void stop_soon(void *context, const struct striatum_progress *p)
{
    struct watcher *const w = context;
    EXPECT_TRUE(p->fraction >= 0 && p->fraction <= 1);
    if (strcmp(p->phase, "simulate") == 0 && ++w->calls == 5) {
        striatum_stop(w->s);
    }
}

static void run_when_stopped_then_it_ends_in_order(void **state)
{
    (void)state;
    struct striatum *const s = load("100 s", 0, NULL);
    struct watcher w = {.s = s};
    char dir[300];
    (void)snprintf(dir, sizeof dir, "%s/stopped", folder);
    const struct striatum_run_options options = {
        .device = "cpu", .output_dir = dir, .progress = stop_soon, .context = &w};
    EXPECT_EQ_I64(striatum_run(s, &options), STRIATUM_FAILED);
    EXPECT_CONTAINS(striatum_message(s), "interrupted");
    EXPECT_CONTAINS(striatum_summary_json(s), "\"status\": \"interrupted\"");
    EXPECT_CONTAINS(striatum_output_dir(s), "stopped.partial");
    EXPECT_TRUE(access(dir, F_OK) != 0);
    striatum_destroy(s);
}

static void calls_when_nothing_is_loaded_then_usage(void **state)
{
    (void)state;
    struct striatum *const s = striatum_create();
    EXPECT_EQ_I64(striatum_run(s, &(struct striatum_run_options){.device = "cpu"}),
                  STRIATUM_USAGE);
    EXPECT_TRUE(striatum_plan(s, false) == NULL);
    EXPECT_STR(striatum_diagnostics(s, 0), "");
    EXPECT_EQ_I64(striatum_load(s, "no/such.yaml", &(struct striatum_load_options){0}),
                  STRIATUM_BAD_FILE);
    EXPECT_EQ_I64(striatum_run(s, &(struct striatum_run_options){.device = "cpu"}),
                  STRIATUM_USAGE);
    striatum_destroy(s);
    striatum_destroy(NULL);
}

static void run_when_device_is_unknown_then_those_present_are_named(void **state)
{
    (void)state;
    struct striatum *const s = load("10 ms", 0, NULL);
    EXPECT_EQ_I64(striatum_run(s, &(struct striatum_run_options){.device = "warp drive"}),
                  STRIATUM_NO_DEVICE);
    EXPECT_CONTAINS(striatum_message(s), "warp drive");
    EXPECT_CONTAINS(striatum_message(s), "cpu");
    striatum_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_when_all_spikes_are_recorded_then_the_hash_follows_from_the_file),
        cmocka_unit_test(run_when_repeated_with_other_switches_then_the_same_hash),
        cmocka_unit_test(run_when_recording_is_off_then_the_hash_still_covers_every_spike),
        cmocka_unit_test(run_when_the_seed_differs_then_another_hash),
        cmocka_unit_test(run_when_stopped_then_it_ends_in_order),
        cmocka_unit_test(calls_when_nothing_is_loaded_then_usage),
        cmocka_unit_test(run_when_device_is_unknown_then_those_present_are_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
