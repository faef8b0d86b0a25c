/* tests/support/sim_fixture.h: networks from text, through the loop on the plain-C backend, and
 * what reached the sink. Include after support/expect.h; for tests that see the room sim. */
#ifndef SUPPORT_SIM_FIXTURE_H
#define SUPPORT_SIM_FIXTURE_H

#include "sim/sim.h"

#include "base/hash.h"

#include <stdlib.h>
#include <unistd.h>

struct loaded {
    struct arena *arena;
    struct diag_list diags;
    struct network *network;
};

static inline void load(struct loaded *l, const char *text, const char *const *overrides,
                        uint32_t n_overrides)
{
    struct err e = {0};
    char path[] = "test_sim_XXXXXX.yaml";
    const int fd = mkstemps(path, 5);
    EXPECT_TRUE(fd >= 0);
    EXPECT_TRUE(write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    EXPECT_OK(arena_create(&l->arena, &e));
    diag_init(&l->diags, l->arena);
    struct desc_network *desc = NULL;
    const struct desc_options options = {.overrides = overrides,
                                         .n_overrides = n_overrides,
                                         .model_dir = TEST_SOURCE_DIR "/networks/models"};
    enum err_code code = desc_load_network(&desc, path, &options, &l->diags, &e);
    (void)unlink(path);
    if (code == ERR_OK) {
        code = network_create(&l->network, desc, &l->diags, &e);
    }
    if (code != ERR_OK) {
        struct text out = {0};
        diag_print(&l->diags, 0, &out);
        fail_msg("%s: %s\n%s", err_name(code), e.msg, text_string(&out));
    }
}

static inline void unload(struct loaded *l)
{
    network_destroy(l->network);
    arena_destroy(l->arena);
}

/* What reached the sink. */
struct caught {
    const struct network *network;
    uint64_t n_spikes, hash[4], n_rows[8], row_bits[8];
    int64_t last_step, stop_at;
    bool is_sorted;
};

static inline enum err_code catch_spikes(void *context, uint32_t population, int64_t first,
                                         uint32_t n_steps, const struct sim_spike *spikes,
                                         uint64_t n, struct err *e)
{
    (void)e;
    struct caught *const c = context;
    for (uint64_t k = 0; k < n; k++) {
        const bool is_in =
            spikes[k].step >= first && spikes[k].step < first + n_steps && spikes[k].step >= 0;
        const bool follows =
            k == 0 || spikes[k - 1].step < spikes[k].step ||
            (spikes[k - 1].step == spikes[k].step && spikes[k - 1].cell < spikes[k].cell);
        c->is_sorted = c->is_sorted && is_in && follows;
        c->hash[population] +=
            hash_mix64(hash_mix64((uint64_t)spikes[k].step) + spikes[k].cell);
    }
    c->n_spikes += n;
    return ERR_OK;
}

static inline enum err_code catch_rows(void *context, uint32_t trace, int64_t first_row,
                                       uint32_t n_rows, const double *values, struct err *e)
{
    (void)e;
    struct caught *const c = context;
    EXPECT_EQ_I64(first_row, c->n_rows[trace]);
    c->n_rows[trace] += n_rows;
    c->row_bits[trace] =
        hash_fnv1a(c->row_bits[trace] == 0 ? HASH_FNV_START : c->row_bits[trace], values,
                   (size_t)n_rows * c->network->traces[trace].n_cells * sizeof *values);
    return ERR_OK;
}

static inline bool catch_progress(void *context, int64_t step, uint64_t n_spikes)
{
    struct caught *const c = context;
    EXPECT_TRUE(step > c->last_step);
    EXPECT_EQ_U64(n_spikes, c->n_spikes);
    c->last_step = step;
    return step < c->stop_at;
}

static inline enum err_code run(struct loaded *l, const struct sim_options *o, int64_t stop_at,
                                struct sim_report *r, struct caught *c, struct err *e)
{
    *c = (struct caught){
        .network = l->network, .last_step = INT64_MIN, .stop_at = stop_at, .is_sorted = true};
    const struct sim_sink sink = {
        .context = c, .spikes = catch_spikes, .rows = catch_rows, .progress = catch_progress};
    const struct net_build_options build = {.threads = o->threads};
    *e = (struct err){0};
    return sim_run(l->network, NULL, o, &build, &sink, r, &l->diags, e);
}

#endif
