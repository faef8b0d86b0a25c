#include "support/expect.h"

#include "rec/rec.h"

#include "rec/hdf5_wrap.h"
#include "rec/summary.h"

#include <hdf5.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static float xs[32], ys[32], zs[32];
static double capacity[32];
static double *parameters[] = {NULL, capacity};
static struct model_parameter declared[] = {
    {.name = "a", .unit = {.to_house = 1.0}   },
    {.name = "C", .unit = {.to_house = 1000.0}}
};
static const struct model model = {
    .stem = "cell_model", .parameters = declared, .n_parameters = 2};
static uint32_t cells_a[] = {1, 17}, cells_b[] = {0, 2, 3};
static struct net_trace traces[] = {
    {.population = 0,
     .cells = cells_a,
     .n_cells = 2,
     .every = 3,
     .from = 2,
     .until = 50,
     .variable = "v",
     .unit = "mV"},
    {.population = 1,
     .cells = cells_b,
     .n_cells = 3,
     .every = 1,
     .from = 0,
     .until = 60,
     .variable = "v",
     .unit = "mV"},
    {.population = 0,
     .cells = cells_b,
     .n_cells = 3,
     .every = 1,
     .from = 0,
     .until = 60,
     .variable = "v",
     .unit = "mV"}
};
static struct net_population populations[] = {
    {.name = "dSPN",
     .n = 20,
     .n_padded = 32,
     .model = &model,
     .parameter = parameters,
     .x = xs,
     .y = ys,
     .z = zs,
     .records_spikes = true},
    {.name = "FSI",         .n = 7,                          .n_padded = 16,                                                            .model = &model,                                                                                                                       .records_spikes = true                                                                                                                                                                                                                                               },
    {.name = "silent", .n = 0,.n_padded = 0,.model = &model,.records_spikes = true}
};
static const struct desc_network desc = {.file = "nets/small.yaml",
                                         .stem = "small",
                                         .name = "a \"small\" network",
                                         .content_hash = 0xabc};
static const struct network network = {.desc = &desc,
                                       .populations = populations,
                                       .n_populations = 3,
                                       .traces = traces,
                                       .n_traces = 3,
                                       .n_settle = 10,
                                       .n_steps = 60,
                                       .dt_fs = 100000000000,
                                       .seed = 7,
                                       .n_cells = 27,
                                       .n_edges = 99};

static char folder[64];

static int enter(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 32; k++) {
        xs[k] = (float)k;
        ys[k] = (float)k + 100.0f;
        zs[k] = -(float)k;
        capacity[k] = 1000.0 * (double)k;
    }
    (void)snprintf(folder, sizeof folder, "test_rec_XXXXXX");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave(void **state)
{
    (void)state;
    char command[128];
    if (chdir("..") != 0) {
        return 1;
    }
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static uint64_t counts[3] = {3, 2, 0}, hashes[3] = {1, 2, 0};
static const struct sim_report report = {.n_spikes = 5,
                                         .hash = 0x0123456789abcdefu,
                                         .population_spikes = counts,
                                         .population_hash = hashes,
                                         .n_done = 60,
                                         .compile_s = 0.5,
                                         .build_s = 0.25,
                                         .simulate_s = 0.125,
                                         .first_step_s = 0.75,
                                         .note = "one thread"};

static void write_rows(struct sim_sink *sink)
{
    struct err e;
    double values[64 * 3];
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t rows = k == 0 ? 16 : 60, columns = traces[k].n_cells;
        for (uint32_t r = 0; r < rows * columns; r++) {
            values[r] = (double)(1000 * k + r) * 0.5;
        }
        EXPECT_OK(sink->rows(sink->context, k, 0, rows / 2, values, &e));
        EXPECT_OK(sink->rows(sink->context, k, rows / 2, rows - rows / 2,
                             values + rows / 2 * columns, &e));
    }
}

static const struct sim_spike first_spikes[] =
    {
        {0,  4 },
        {0,  19},
        {31, 0 }
},
                              second_spikes[] = {{59, 6}};

static void write_all(struct rec *r, enum rec_status status, struct text *json)
{
    struct err e;
    struct sim_sink sink = rec_sink(r);
    EXPECT_TRUE(sink.progress == NULL);
    EXPECT_OK(sink.spikes(sink.context, 0, 0, 32, first_spikes, 3, &e));
    EXPECT_OK(sink.spikes(sink.context, 1, 32, 28, second_spikes, 1, &e));
    write_rows(&sink);
    const char *const warnings[] = {"a weight rounds"};
    struct rec_summary s = {
        .status = status,
        .report = &report,
        .timing = {.read = 0.1, .total = 1.5},
        .backend = "cpu",
        .device_name = "plain C",
        .why_device = "chosen",
        .message = "stopped by the user",
        .warnings = warnings,
        .n_warnings = 1
    };
    EXPECT_OK(rec_close(r, &s, json, &e));
    EXPECT_TRUE(s.timing.write > 0);
}

static struct rec *open_rec(const char *dir)
{
    struct err e;
    struct rec *r;
    EXPECT_OK(rec_open(&r, &network,
                       &(struct rec_options){.dir = dir,
                                             .version = "0.1.0",
                                             .command = "striatum run small.yaml"},
                       &e));
    return r;
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* HDF5 says whether a string attribute is what readers want: variable length, UTF-8. */
static void expect_text(const char *file, const char *object, const char *attribute,
                        const char *expected)
{
    struct err e;
    struct hdf5_file *f;
    char text[64];
    EXPECT_OK(hdf5_open(&f, file, &e));
    hdf5_read_text(f, object, attribute, text, sizeof text);
    EXPECT_STR(text, expected);
    EXPECT_OK(hdf5_close(f, &e));
}

static void expect_spikes(const char *path)
{
    struct err e;
    struct hdf5_file *f;
    EXPECT_OK(hdf5_open(&f, path, &e));
    uint64_t rows, columns, ids[3];
    double times[3];
    EXPECT_OK(hdf5_size(f, "/spikes/dSPN/timestamps", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 3);
    EXPECT_OK(hdf5_read(f, "/spikes/dSPN/timestamps", HDF5_F64, 0, 3, 0, 1, times, &e));
    EXPECT_OK(hdf5_read(f, "/spikes/dSPN/node_ids", HDF5_U64, 0, 3, 0, 1, ids, &e));
    for (int k = 0; k < 3; k++) {
        EXPECT_NEAR(times[k], (double)((first_spikes[k].step + 1) * 100000000000) / 1e12, 0);
        EXPECT_EQ_I64(ids[k], first_spikes[k].cell);
    }
    EXPECT_OK(hdf5_read(f, "/spikes/FSI/timestamps", HDF5_F64, 0, 1, 0, 1, times, &e));
    EXPECT_NEAR(times[0], 6.0, 0);
    struct text names = {0};
    uint32_t n;
    EXPECT_OK(hdf5_list(f, "/spikes", &names, &n, &e));
    EXPECT_EQ_I64(n, 2); /* the silent population is left out */
    EXPECT_STR(names.bytes, "FSI");
    EXPECT_STR(names.bytes + 4, "dSPN");
    text_fini(&names);
    EXPECT_OK(hdf5_close(f, &e));
    expect_text(path, "/spikes/dSPN/timestamps", "units", "ms");
}

static void files_hold_what_was_written_when_complete(void **state)
{
    (void)state;
    struct err e;
    struct text json = {0};
    struct rec *r = open_rec("deep/er/run/");
    EXPECT_STR(rec_dir(r), "deep/er/run.partial");
    EXPECT_TRUE(summary_is_ours("deep/er/run.partial/summary.json"));
    write_all(r, REC_COMPLETE, &json);
    EXPECT_STR(rec_dir(r), "deep/er/run");
    rec_destroy(r);
    EXPECT_TRUE(!exists("deep/er/run.partial") && exists("deep/er/run/nodes.h5"));
    expect_spikes("deep/er/run/spikes.h5");
    struct hdf5_file *f;
    EXPECT_OK(hdf5_open(&f, "deep/er/run/v_report.h5", &e));
    uint64_t rows, columns, ids[4];
    EXPECT_OK(hdf5_size(f, "/report/dSPN/data", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 16);
    EXPECT_EQ_I64(columns, 2);
    float row[2];
    EXPECT_OK(hdf5_read(f, "/report/dSPN/data", HDF5_F32, 15, 1, 0, 2, row, &e));
    EXPECT_SAME_F32(row[1], 15.5f);
    double time[3];
    EXPECT_OK(hdf5_read(f, "/report/dSPN/mapping/time", HDF5_F64, 0, 3, 0, 1, time, &e));
    EXPECT_NEAR(time[0], 0.2, 0);
    EXPECT_NEAR(time[2], 0.3, 0);
    EXPECT_EQ_I64((int64_t)((time[1] - time[0]) / time[2]), 16);
    EXPECT_NEAR(time[1], 5.0, 1e-9);
    EXPECT_OK(
        hdf5_read(f, "/report/dSPN/mapping/index_pointer", HDF5_U64, 0, 3, 0, 1, ids, &e));
    EXPECT_EQ_I64(ids[2], 2);
    EXPECT_OK(hdf5_read(f, "/report/dSPN/mapping/node_ids", HDF5_U64, 0, 2, 0, 1, ids, &e));
    EXPECT_EQ_I64(ids[1], 17);
    EXPECT_OK(hdf5_size(f, "/report/FSI/data", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 60);
    EXPECT_OK(hdf5_close(f, &e));
    expect_text("deep/er/run/v_report.h5", "/report/FSI/data", "units", "mV");
    expect_text("deep/er/run/v_report.h5", "/report/FSI/data", "variable", "v");
    EXPECT_OK(
        hdf5_open(&f, "deep/er/run/v_2_report.h5", &e)); /* the second trace of v in dSPN */
    EXPECT_OK(hdf5_size(f, "/report/dSPN/data", &rows, &columns, &e));
    EXPECT_EQ_I64(columns, 3);
    EXPECT_OK(hdf5_close(f, &e));
    EXPECT_OK(hdf5_open(&f, "deep/er/run/nodes.h5", &e));
    float values[20];
    EXPECT_OK(hdf5_read(f, "/nodes/dSPN/0/y", HDF5_F32, 0, 20, 0, 1, values, &e));
    EXPECT_SAME_F32(values[19], 119.0f);
    EXPECT_OK(
        hdf5_read(f, "/nodes/dSPN/0/dynamics_params/C", HDF5_F32, 0, 20, 0, 1, values, &e));
    EXPECT_SAME_F32(values[19], 19.0f); /* in the declared unit */
    EXPECT_OK(hdf5_size(f, "/nodes/silent/node_id", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 0);
    EXPECT_OK(hdf5_close(f, &e));
    text_fini(&json);
}

/* Layouts that only the API shows: the enum, types and chunks. */
static void layouts_are_sonata_when_looked_at_with_hdf5(void **state)
{
    (void)state;
    struct text json = {0};
    struct rec *r = open_rec("layout");
    write_all(r, REC_COMPLETE, &json);
    rec_destroy(r);
    text_fini(&json);
    const hid_t file = H5Fopen("layout/spikes.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    uint32_t magic = 0, version[2] = {9, 9};
    hid_t at = H5Aopen(file, "magic", H5P_DEFAULT);
    EXPECT_TRUE(H5Aread(at, H5T_NATIVE_UINT32, &magic) >= 0);
    (void)H5Aclose(at);
    at = H5Aopen(file, "version", H5P_DEFAULT);
    EXPECT_TRUE(H5Aread(at, H5T_NATIVE_UINT32, version) >= 0);
    (void)H5Aclose(at);
    EXPECT_EQ_I64(magic, 0x0A7A);
    EXPECT_TRUE(version[0] == 0 && version[1] == 1);
    at = H5Aopen_by_name(file, "/spikes/dSPN", "sorting", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(at);
    EXPECT_EQ_I64(H5Tget_class(type), H5T_ENUM);
    EXPECT_EQ_I64(H5Tget_nmembers(type), 3);
    int8_t value = 0;
    EXPECT_TRUE(H5Tenum_valueof(type, "by_time", &value) >= 0);
    EXPECT_EQ_I64(value, 2);
    EXPECT_TRUE(H5Aread(at, type, &value) >= 0);
    EXPECT_EQ_I64(value, 2);
    (void)H5Tclose(type);
    (void)H5Aclose(at);
    const hid_t data = H5Dopen2(file, "/spikes/dSPN/node_ids", H5P_DEFAULT),
                creation = H5Dget_create_plist(data);
    hsize_t chunk = 0;
    EXPECT_EQ_I64(H5Pget_chunk(creation, 1, &chunk), 1);
    EXPECT_EQ_I64(chunk, 131072);
    const hid_t stored = H5Dget_type(data);
    EXPECT_TRUE(H5Tequal(stored, H5T_STD_U64LE) > 0);
    (void)H5Tclose(stored);
    (void)H5Pclose(creation);
    (void)H5Dclose(data);
    (void)H5Fclose(file);
}

static void summary_says_everything_when_complete(void **state)
{
    (void)state;
    struct text json = {0};
    struct rec *r = open_rec("summed");
    write_all(r, REC_COMPLETE, &json);
    rec_destroy(r);
    EXPECT_CONTAINS(text_string(&json), "\"status\": \"complete\"");
    EXPECT_CONTAINS(text_string(&json), "\"hash\": \"0123456789abcdef\"");
    EXPECT_CONTAINS(text_string(&json), "\"step\": 0.1");
    json_t *const root = json_load_file("summed/summary.json", 0, NULL);
    EXPECT_TRUE(root != NULL);
    const char *command, *name, *hash, *note, *warning;
    double settle, duration, rate, build, total;
    json_int_t count, dspn, cells, synapses, seed, euler;
    EXPECT_EQ_I64(json_unpack(root,
                              "{s:s, s:{s:s, s:s}, s:{s:F, s:F}, s:{s:I, s:{s:I}}, s:{s:F}, "
                              "s:{s:F, s:F}, s:{s:s}, s:[s], s:I, s:I, "
                              "s:I, s:I}",
                              "command", &command, "network", "name", &name, "hash", &hash,
                              "time_ms", "settle", &settle, "duration", &duration, "spikes",
                              "count", &count, "by_population", "dSPN", &dspn, "rates_hz",
                              "dSPN", &rate, "timing_s", "build", &build, "total", &total,
                              "device", "note", &note, "warnings", &warning, "cells", &cells,
                              "synapses", &synapses, "seed", &seed, "euler_limit", &euler),
                  0);
    EXPECT_STR(command, "striatum run small.yaml");
    EXPECT_STR(name, "a \"small\" network");
    EXPECT_STR(hash, "0000000000000abc");
    EXPECT_STR(note, "one thread");
    EXPECT_STR(warning, "a weight rounds");
    EXPECT_NEAR(settle, 1.0, 0);
    EXPECT_NEAR(duration, 6.0, 0);
    EXPECT_NEAR(rate, 3 / (20 * 0.006), 1e-9);
    EXPECT_NEAR(build, 0.25, 0);
    EXPECT_NEAR(total, 1.5, 0);
    EXPECT_EQ_I64(count, 5);
    EXPECT_EQ_I64(dspn, 3);
    EXPECT_EQ_I64(cells, 27);
    EXPECT_EQ_I64(synapses, 99);
    EXPECT_EQ_I64(seed, 7);
    EXPECT_EQ_I64(euler, 0);
    json_decref(root);
    text_fini(&json);
}

/* A network in double precision that stop_when ended in step 20. */
static void doubles_read_back_exactly_and_the_stop_is_told(void **state)
{
    (void)state;
    struct err e;
    static struct desc_stop_term terms[] = {
        {.population = 1, .is_all = false},
        {.population = 0, .is_all = true },
        {.population = 1, .is_all = false}
    };
    static struct desc_stop stop = {
        .text = "any(FSI.v > 0) or all(dSPN.v > 0)", .terms = terms, .n_terms = 3};
    static uint32_t cells[3][2] = {
        {2, 5},
        {0, 0},
        {2, 4}
    };
    static uint32_t *stop_cells[] = {cells[0], cells[1], cells[2]};
    static uint32_t n_cells[] = {2, 0, 2};
    struct desc_network stopped_desc = desc;
    stopped_desc.stop = &stop;
    struct network wide = network;
    wide.desc = &stopped_desc;
    wide.precision = PRECISION_DOUBLE;
    struct sim_report stopped = report;
    stopped.n_done = 21;
    stopped.has_stopped = true;
    stopped.stop_cells = stop_cells;
    stopped.n_stop_cells = n_cells;
    stopped.n_stop_terms = 3;
    struct rec *r;
    struct text json = {0};
    EXPECT_OK(rec_open(
        &r, &wide, &(struct rec_options){.dir = "wide", .version = "0", .command = "run"}, &e));
    struct sim_sink sink = rec_sink(r);
    double values[21 * 3];
    for (uint32_t k = 0; k < 63; k++) {
        values[k] = 1.0 / (k + 3.0) + 0x1p-1070 * k;
    }
    values[62] = 0x1p-1074;
    EXPECT_OK(sink.rows(sink.context, 1, 0, 10, values, &e));
    EXPECT_OK(sink.rows(sink.context, 1, 10, 11, values + 30, &e));
    struct rec_summary s = {.status = REC_COMPLETE, .report = &stopped, .backend = "cpu"};
    EXPECT_OK(rec_close(r, &s, &json, &e));
    rec_destroy(r);
    struct hdf5_file *f;
    double back[63], time[3];
    uint64_t rows, columns;
    EXPECT_OK(hdf5_open(&f, "wide/v_report.h5", &e));
    EXPECT_OK(hdf5_size(f, "/report/FSI/data", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 21);
    EXPECT_OK(hdf5_read(f, "/report/FSI/data", HDF5_F64, 0, 21, 0, 3, back, &e));
    EXPECT_TRUE(memcmp(back, values, sizeof back) == 0);
    EXPECT_OK(hdf5_read(f, "/report/FSI/mapping/time", HDF5_F64, 0, 3, 0, 1, time, &e));
    EXPECT_NEAR(time[1], 2.1, 1e-12);
    EXPECT_OK(hdf5_close(f, &e));
    EXPECT_OK(hdf5_open(&f, "wide/nodes.h5", &e));
    EXPECT_OK(hdf5_read(f, "/nodes/dSPN/0/dynamics_params/C", HDF5_F64, 19, 1, 0, 1, back, &e));
    EXPECT_NEAR(back[0], 19.0, 0);
    EXPECT_OK(hdf5_close(f, &e));
    const hid_t file = H5Fopen("wide/v_report.h5", H5F_ACC_RDONLY, H5P_DEFAULT),
                data = H5Dopen2(file, "/report/FSI/data", H5P_DEFAULT),
                stored = H5Dget_type(data);
    EXPECT_TRUE(H5Tequal(stored, H5T_IEEE_F64LE) > 0);
    (void)H5Tclose(stored);
    (void)H5Dclose(data);
    (void)H5Fclose(file);
    json_t *const root = json_loads(text_string(&json), 0, NULL);
    const char *precision, *condition, *name;
    int has_stopped, a, b, c;
    double at, simulated, rate;
    json_t *populations_held;
    EXPECT_EQ_I64(json_unpack(root, "{s:s, s:{s:s, s:b, s:F, s:o}, s:{s:F}, s:{s:F}}",
                              "precision", &precision, "stop", "condition", &condition,
                              "stopped", &has_stopped, "time_ms", &at, "populations",
                              &populations_held, "time_ms", "simulated", &simulated, "rates_hz",
                              "FSI", &rate),
                  0);
    EXPECT_STR(precision, "double");
    EXPECT_STR(condition, stop.text);
    EXPECT_TRUE(has_stopped != 0);
    EXPECT_NEAR(at, 2.1, 0);
    EXPECT_NEAR(simulated, 2.1, 0);
    EXPECT_NEAR(rate, 2 / (7 * 0.0021), 1e-9); /* over the time that was run */
    EXPECT_EQ_I64(json_array_size(populations_held), 1);
    EXPECT_EQ_I64(json_unpack(populations_held, "[{s:s, s:[i, i, i!]}]", "name", &name,
                              "neurons", &a, &b, &c),
                  0);
    EXPECT_STR(name, "FSI");
    EXPECT_TRUE(a == 2 && b == 4 && c == 5);
    json_decref(root);
    text_fini(&json);
}

static void summary_says_where_nothing_stopped(void **state)
{
    (void)state;
    struct err e;
    struct desc_stop stop = {.text = "any(FSI.v > 0)"};
    struct desc_network ran_desc = desc;
    ran_desc.stop = &stop;
    struct network ran = network;
    ran.desc = &ran_desc;
    struct rec_summary s = {.status = REC_COMPLETE, .report = &report};
    struct text json = {0};
    EXPECT_OK(summary_end(&ran, &(struct rec_options){.dir = "x"}, &s, &json, &e));
    EXPECT_CONTAINS(text_string(&json), "\"precision\": \"single\"");
    EXPECT_CONTAINS(text_string(&json), "\"condition\": \"any(FSI.v > 0)\"");
    EXPECT_CONTAINS(text_string(&json), "\"stopped\": false");
    EXPECT_TRUE(strstr(text_string(&json), "\"neurons\"") == NULL);
    text_fini(&json);
    EXPECT_OK(summary_end(&network, &(struct rec_options){.dir = "x"}, &s, &json, &e));
    EXPECT_TRUE(strstr(text_string(&json), "\"stop\"") == NULL);
    text_fini(&json);
}

static void interrupted_run_stays_partial_and_is_replaced(void **state)
{
    (void)state;
    struct text json = {0};
    struct rec *r = open_rec("stopped");
    write_all(r, REC_INTERRUPTED, &json);
    EXPECT_STR(rec_dir(r), "stopped.partial");
    rec_destroy(r);
    EXPECT_CONTAINS(text_string(&json), "\"status\": \"interrupted\"");
    EXPECT_CONTAINS(text_string(&json), "\"message\": \"stopped by the user\"");
    expect_spikes("stopped.partial/spikes.h5");
    EXPECT_TRUE(!exists("stopped"));
    for (int k = 0; k < 2; k++) { /* once over the partial one, once over the complete one */
        text_fini(&json);
        r = open_rec("stopped");
        write_all(r, REC_COMPLETE, &json);
        rec_destroy(r);
        EXPECT_TRUE(exists("stopped/summary.json") && !exists("stopped.partial") &&
                    !exists("stopped.replaced"));
    }
    text_fini(&json);
}

static void write_file(const char *path, const char *text)
{
    FILE *const f = fopen(path, "w");
    EXPECT_TRUE(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void foreign_things_are_never_replaced(void **state)
{
    (void)state;
    struct err e;
    struct rec *r;
    const struct rec_options o = {.version = "1", .command = ""};
    struct rec_options at = o;
    at.dir = "mine";
    EXPECT_TRUE(mkdir("mine", 0777) == 0);
    EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO,
               "'mine' is in the way: it holds no summary.json of an earlier run");
    write_file("mine/summary.json", "{\"total\": 3}");
    EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO, "'mine' is in the way");
    EXPECT_TRUE(!exists("mine.partial"));
    at.dir = "other";
    EXPECT_TRUE(mkdir("other.partial", 0777) == 0);
    write_file("other.partial/thesis.tex", "x");
    EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO, "'other.partial' is in the way");
    EXPECT_TRUE(exists("other.partial/thesis.tex"));
    at.dir = "file";
    write_file("file", "x");
    EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO,
               "'file' is in the way: it is not a folder");
    at.dir = "file/below";
    EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO, "Not a directory");
    static const char *const names[] = {".", "..", "/", "", "file/.."};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        at.dir = names[k];
        EXPECT_ERR(rec_open(&r, &network, &at, &e), ERR_IO, "cannot be a run's folder");
    }
}

/* A file-size limit refuses writes as a full disk does. */
static void full_disk_is_named_when_it_comes(void **state)
{
    (void)state;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        struct err e = {0};
        (void)signal(SIGXFSZ, SIG_IGN);
        struct rec *r;
        if (rec_open(&r, &network, &(struct rec_options){.dir = "full"}, &e) != ERR_OK) {
            _exit(10);
        }
        const struct rlimit limit = {300000, 300000};
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        struct sim_sink sink = rec_sink(r);
        static struct sim_spike spikes[100000];
        for (uint32_t k = 0; k < 100000; k++) {
            spikes[k].step = k;
        }
        enum err_code code = ERR_OK;
        for (int k = 0; k < 20 && code == ERR_OK; k++) {
            code = sink.spikes(sink.context, 0, 0, 32, spikes, 100000, &e);
        }
        const bool is_refused =
            code == ERR_IO &&
            strstr(e.msg, "cannot write 'full.partial/spikes.h5': File too large") != NULL;
        struct rec_summary s = {.status = REC_FAILED, .report = &report, .message = e.msg};
        struct text json = {0};
        struct err second = {0};
        const enum err_code closed = rec_close(r, &s, &json, &second);
        rec_destroy(r);
        const bool is_marked = strstr(text_string(&json), "\"status\": \"failed\"") != NULL;
        _exit(!is_refused ? 11 : closed == ERR_OK ? 12 : !is_marked ? 13 : 0);
    }
    int status = 0;
    EXPECT_TRUE(waitpid(child, &status, 0) == child && WIFEXITED(status));
    EXPECT_EQ_I64(WEXITSTATUS(status), 0);
    EXPECT_TRUE(exists("full.partial/summary.json") && !exists("full"));
}

/* Killed without warning after a flush: what was flushed reads back. */
static void killed_run_leaves_readable_files(void **state)
{
    (void)state;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        struct err e;
        struct rec *const r = open_rec("killed");
        struct sim_sink sink = rec_sink(r);
        EXPECT_OK(sink.spikes(sink.context, 0, 0, 32, first_spikes, 3, &e));
        write_rows(&sink);
        (void)usleep(600000); /* the next write flushes */
        EXPECT_OK(sink.spikes(sink.context, 1, 32, 28, second_spikes, 1, &e));
        EXPECT_OK(sink.spikes(sink.context, 1, 32, 28, second_spikes, 1, &e)); /* lost */
        (void)kill(getpid(), SIGKILL);
    }
    int status = 0;
    EXPECT_TRUE(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    expect_spikes("killed.partial/spikes.h5");
    struct err e;
    struct hdf5_file *f;
    uint64_t rows, columns;
    double time[3];
    EXPECT_OK(hdf5_open(&f, "killed.partial/v_report.h5", &e));
    EXPECT_OK(hdf5_size(f, "/report/FSI/data", &rows, &columns, &e));
    EXPECT_EQ_I64(rows, 60);
    EXPECT_OK(hdf5_read(f, "/report/FSI/mapping/time", HDF5_F64, 0, 3, 0, 1, time, &e));
    EXPECT_NEAR(time[1], 6.0, 1e-9);
    EXPECT_OK(hdf5_close(f, &e));
    struct text json = {0};
    struct rec *const r = open_rec("killed"); /* and the folder is known as ours */
    write_all(r, REC_COMPLETE, &json);
    rec_destroy(r);
    text_fini(&json);
    EXPECT_TRUE(exists("killed/summary.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_hold_what_was_written_when_complete),
        cmocka_unit_test(layouts_are_sonata_when_looked_at_with_hdf5),
        cmocka_unit_test(summary_says_everything_when_complete),
        cmocka_unit_test(doubles_read_back_exactly_and_the_stop_is_told),
        cmocka_unit_test(summary_says_where_nothing_stopped),
        cmocka_unit_test(interrupted_run_stays_partial_and_is_replaced),
        cmocka_unit_test(foreign_things_are_never_replaced),
        cmocka_unit_test(full_disk_is_named_when_it_comes),
        cmocka_unit_test(killed_run_leaves_readable_files)};
    return cmocka_run_group_tests(tests, enter, leave);
}
