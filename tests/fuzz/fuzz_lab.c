/* tests/fuzz/fuzz_lab.c: any bytes as a network or model file, with the files that it names
 * (files.h). A network that loads runs for a few steps in plain C; of a model, so do a step of
 * current and one of the checks that its file holds. Built with clang
 * -fsanitize=fuzzer,address, or with replay.c to run a folder of files (ctest does). */
#include "base/hash.h"
#include "files.h"
#include "lab/check_run.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one input may cost. */
enum { FUZZ_CELLS = 300, FUZZ_SYNAPSES = 20000, FUZZ_BYTES = 64 << 20, FUZZ_STEPS = 80 };

/* What a run handed out. */
struct fuzz_outcome {
    const struct network *network;
    enum err_code code;
    bool was_stopped; /* by fuzz_progress */
    uint64_t hash, rows;
    int64_t n_done;
};

static bool fuzz_progress(void *context, int64_t step, uint64_t n_spikes)
{
    (void)n_spikes;
    struct fuzz_outcome *const o = context;
    o->was_stopped = step + o->network->n_settle >= FUZZ_STEPS;
    return !o->was_stopped;
}

/* A sum: traces may take turns in any order. */
static enum err_code fuzz_rows(void *context, uint32_t trace, int64_t first_row,
                               uint32_t n_rows, const double *values, struct err *e)
{
    (void)e;
    struct fuzz_outcome *const o = context;
    const uint32_t n_cells = o->network->traces[trace].n_cells;
    for (uint32_t r = 0; r < n_rows; r++) {
        const uint64_t place[2] = {trace, (uint64_t)(first_row + r)};
        const uint64_t h = hash_fnv1a(HASH_FNV_START, place, sizeof place);
        o->rows += hash_fnv1a(h, values + (size_t)r * n_cells, n_cells * sizeof *values);
    }
    return ERR_OK;
}

/* Fewer cells would be another network: one that is large is left alone. */
static bool fuzz_is_small(const struct desc_network *n)
{
    uint64_t cells = 0;
    for (uint32_t k = 0; k < n->n_populations; k++) {
        cells += n->populations[k].n;
    }
    return cells <= FUZZ_CELLS;
}

static bool fuzz_is_cheap(const struct network *n, struct arena *arena)
{
    struct err e = {0};
    struct net_plan plan;
    return network_plan(n, arena, &plan, &e) == ERR_OK && plan.n_synapses <= FUZZ_SYNAPSES &&
           plan.bytes <= FUZZ_BYTES;
}

static void fuzz_run(struct network *n, uint32_t slice, uint32_t threads,
                     struct fuzz_outcome *o, struct diag_list *d)
{
    struct err e = {0};
    *o = (struct fuzz_outcome){.network = n};
    const struct sim_sink sink = {.context = o, .rows = fuzz_rows, .progress = fuzz_progress};
    const struct sim_options options = {
        .slice = slice, .threads = threads, .partitions = threads + 1};
    const struct net_build_options build = {.threads = threads};
    struct sim_report report = {0};
    o->code = sim_run(n, NULL, &options, &build, &sink, &report, d, &e);
    ASSERT(o->code == ERR_OK || o->code == ERR_INTERRUPTED || e.msg[0] != '\0' ||
           d->n_errors > 0);
    o->hash = report.hash;
    o->n_done = report.n_done;
    sim_report_fini(&report);
}

/* Both readers of every step program: the text of its kernel, and the run. A run that came to
 * its end does the same in slices of one step on two threads. */
static void fuzz_simulate(struct network *n, struct diag_list *d)
{
    struct err e = {0};
    for (uint32_t p = 0; p < n->n_populations; p++) {
        struct text out = {0};
        ASSERT(sim_step_kernel_text(n, p, 4, &out, &e) == ERR_OK && out.length > 0);
        text_fini(&out);
    }
    struct fuzz_outcome whole, sliced;
    fuzz_run(n, 0, 1, &whole, d);
    struct network *again;
    if (whole.was_stopped || network_create(&again, n->desc, d, &e) != ERR_OK) {
        return;
    }
    fuzz_run(again, 1, 2, &sliced, d);
    network_destroy(again);
    ASSERT(sliced.code == whole.code);
    ASSERT(whole.code != ERR_OK || (sliced.hash == whole.hash && sliced.rows == whole.rows &&
                                    sliced.n_done == whole.n_done));
}

static void fuzz_network(const struct desc_network *desc, struct arena *arena,
                         struct diag_list *d)
{
    struct err e = {0};
    struct network *n;
    if (!fuzz_is_small(desc)) {
        return;
    }
    const enum err_code code = network_create(&n, desc, d, &e);
    ASSERT((code == ERR_OK) == (n != NULL) && (code == ERR_OK || e.msg[0] != '\0'));
    if (n != NULL && fuzz_is_cheap(n, arena)) {
        fuzz_simulate(n, d);
    }
    network_destroy(n);
}

static void fuzz_current(const char *path, const struct model *m, struct arena *arena,
                         struct diag_list *d)
{
    struct err e = {0};
    struct lab_protocol p;
    struct desc_network *desc;
    const struct lab_step_current step = {1.0, 2.0, 1.0, "1"};
    lab_protocol_begin(&p, path, arena);
    if (m->current != NULL) {
        lab_protocol_add_step(&p, m, &step);
    }
    lab_protocol_record_all(&p, m, 0.1);
    if (lab_protocol_load(&p, &desc, d, &e) == ERR_OK) {
        fuzz_network(desc, arena, d);
    }
}

/* One of its checks in one precision; which, the input's size decides. */
static void fuzz_check(const char *path, const struct model *m, size_t size,
                       struct arena *arena, struct diag_list *d)
{
    const struct model_selfcheck_list *const checks = desc_model_selfchecks(m);
    if (checks->n == 0) {
        return;
    }
    const struct lab_check_options o = {
        .precision = size % 2 == 0 ? PRECISION_SINGLE : PRECISION_DOUBLE, .most_cells = 3};
    struct err e = {0};
    struct desc_network *desc;
    if (lab_check_load(path, m, &checks->items[size / 2 % checks->n], &o, arena, &desc, d,
                       &e) == ERR_OK) {
        fuzz_network(desc, arena, d);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena;
    struct diag_list d;
    struct err e = {0};
    struct fuzz_files f;
    if (arena_create(&arena, NULL) != ERR_OK) {
        return 0;
    }
    diag_init(&d, arena);
    if (!fuzz_files_store(&f, data, size, arena)) {
        arena_destroy(arena);
        return 0;
    }
    if (desc_names_network(f.path)) {
        struct desc_network *desc;
        const struct desc_options o = {.overrides = &f.override,
                                       .n_overrides = f.override != NULL};
        if (desc_load_network(&desc, f.path, &o, &d, &e) == ERR_OK) {
            fuzz_network(desc, arena, &d);
        }
    } else {
        struct model *m;
        if (desc_load_model(&m, f.path, (struct pos){.file = f.path}, &d, &e) == ERR_OK) {
            const uint32_t before = d.n_errors;
            ASSERT(step_check(m, PRECISION_DOUBLE, &d) || d.n_errors > before);
            fuzz_current(f.path, m, arena, &d);
            fuzz_check(f.path, m, size, arena, &d);
        }
    }
    arena_destroy(arena);
    return 0;
}
