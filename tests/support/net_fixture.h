/* tests/support/net_fixture.h: a network from text, numbered, and its synapses as a plain list.
 * Include after support/expect.h; for tests that see the room net. */
#ifndef SUPPORT_NET_FIXTURE_H
#define SUPPORT_NET_FIXTURE_H

#include "net/network.h"

#include <stdlib.h>
#include <unistd.h>

struct net_fixture {
    struct arena *arena;
    struct diag_list d;
    struct desc_network *desc;
    struct network *n;
};

#define NET_FIXTURE_MAYBE __attribute__((unused))

/* A model with three receptors and nothing that costs: enough for wiring. */
#define NET_FIXTURE_MODEL                                                                      \
    "name: test cell\n"                                                                        \
    "parameters:\n  tau: {value: 5 ms, doc: time constant}\n  k: {value: 2, doc: a number}\n"  \
    "receptors: {A: g_a, B: g_b, C: g_c}\n"                                                    \
    "state: {v: -60 mV, w: 1, g_a: 0 nS, g_b: 0 nS, g_c: 0 nS}\n"                              \
    "equations: |\n  dv/dt = (-60 mV - v)/tau\n  dg_a/dt = -g_a/tau\n  dg_b/dt = -g_b/tau\n  " \
    "dg_c/dt = -g_c/tau\n"

/* Loads `text` (models: test_cell.yaml beside it; files: pairs of a name and a text, up to
 * NULL). Returns what the loader returned. */
NET_FIXTURE_MAYBE static enum err_code net_fixture_load(struct net_fixture *f, const char *text,
                                                        const char *const *files,
                                                        const struct desc_options *options,
                                                        struct err *e)
{
    *f = (struct net_fixture){0};
    char folder[] = "net_fixture_XXXXXX", path[16][96];
    EXPECT_TRUE(mkdtemp(folder) != NULL);
    const char *const fixed[] = {"net.yaml", text, "test_cell.yaml", NET_FIXTURE_MODEL};
    uint32_t n = 0;
    for (uint32_t k = 0; k < 2 || (files != NULL && files[2 * (k - 2)] != NULL); k++, n++) {
        const char *const *const file = k < 2 ? fixed + 2 * k : files + 2 * (k - 2);
        EXPECT_TRUE(k < 16);
        snprintf(path[k], sizeof path[k], "%s/%s", folder, file[0]);
        FILE *const out = fopen(path[k], "w");
        EXPECT_TRUE(out != NULL && fputs(file[1], out) >= 0 && fclose(out) == 0);
    }
    struct err local = {0};
    EXPECT_TRUE(arena_create(&f->arena, &local) == ERR_OK);
    diag_init(&f->d, f->arena);
    const enum err_code code = desc_load_network(&f->desc, path[0], options, &f->d, e);
    for (uint32_t k = 0; k < n; k++) {
        (void)unlink(path[k]);
    }
    (void)rmdir(folder);
    return code;
}

/* Loads `text` and numbers it. Returns what network_create (or the loader) returned. */
NET_FIXTURE_MAYBE static enum err_code net_fixture_try(struct net_fixture *f, const char *text,
                                                       const char *const *overrides,
                                                       uint32_t n_overrides, struct err *e)
{
    const struct desc_options options = {.overrides = overrides,
                                         .n_overrides = n_overrides,
                                         .model_dir = TEST_SOURCE_DIR "/networks/models"};
    const enum err_code code = net_fixture_load(f, text, NULL, &options, e);
    return code == ERR_OK ? network_create(&f->n, f->desc, &f->d, e) : code;
}

NET_FIXTURE_MAYBE static void net_fixture_fail(const struct net_fixture *f, enum err_code code,
                                               const struct err *e)
{
    struct text out = {0};
    diag_print(&f->d, 0, &out);
    fail_msg("%s: %s\n%s", err_name(code), e->msg, text_string(&out));
}

NET_FIXTURE_MAYBE static void net_fixture_open(struct net_fixture *f, const char *text)
{
    struct err e = {0};
    const enum err_code code = net_fixture_try(f, text, NULL, 0, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
}

/* As net_fixture_open, in double precision. */
NET_FIXTURE_MAYBE static void net_fixture_open_double(struct net_fixture *f, const char *text)
{
    struct err e = {0};
    const struct desc_options options = {.precision = "double",
                                         .model_dir = TEST_SOURCE_DIR "/networks/models"};
    enum err_code code = net_fixture_load(f, text, NULL, &options, &e);
    code = code == ERR_OK ? network_create(&f->n, f->desc, &f->d, &e) : code;
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
    EXPECT_TRUE(f->n->precision == PRECISION_DOUBLE);
}

NET_FIXTURE_MAYBE static void net_fixture_close(struct net_fixture *f)
{
    network_destroy(f->n);
    arena_destroy(f->arena);
}

/* true: some diagnostic's text holds `part`. */
NET_FIXTURE_MAYBE static bool net_fixture_says(const struct net_fixture *f,
                                               enum diag_severity s, const char *part)
{
    for (uint32_t k = 0; k < f->d.n; k++) {
        if (f->d.items[k].severity == s && strstr(f->d.items[k].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

NET_FIXTURE_MAYBE static void net_fixture_build(struct net_fixture *f, struct net_wiring *w,
                                                uint32_t threads)
{
    struct err e = {0};
    const struct net_build_options o = {.threads = threads};
    const enum err_code code = network_build(f->n, w, NULL, &o, &f->d, &e);
    if (code != ERR_OK) {
        net_fixture_fail(f, code, &e);
    }
}

/* One synapse. */
struct net_fixture_edge {
    uint32_t source, target, delay;
    int64_t weight;
};

/* Weight k of the array. */
NET_FIXTURE_MAYBE static int64_t net_fixture_weight(const struct network *n,
                                                    const struct net_wiring *w, uint64_t k)
{
    return n->precision == PRECISION_DOUBLE ? ((const int64_t *)w->weight)[k]
                                            : ((const int32_t *)w->weight)[k];
}

/* The synapses of a conn in their order, from host arrays; the caller frees them. Checks the
 * pointers' invariants. */
NET_FIXTURE_MAYBE static struct net_fixture_edge *
net_fixture_edges(const struct network *n, const struct net_wiring *w, const struct net_conn *c)
{
    const struct conn_layout *const l = &c->layout;
    struct net_fixture_edge *const out = calloc((size_t)c->n_edges + 1, sizeof *out);
    EXPECT_TRUE(out != NULL);
    const uint64_t *const ptr = w->row_ptr + l->row_begin;
    EXPECT_EQ_I64(ptr[0], 0);
    EXPECT_EQ_I64(ptr[(uint64_t)l->n_pre * l->n_delays], c->n_edges);
    for (uint32_t i = 0; i < l->n_pre; i++) {
        for (uint32_t d = 0; d < l->n_delays; d++) {
            const uint64_t row = (uint64_t)i * l->n_delays + d;
            EXPECT_TRUE(ptr[row] <= ptr[row + 1]);
            for (uint64_t k = ptr[row]; k < ptr[row + 1]; k++) {
                const uint32_t target = w->target[l->edge_begin + k];
                EXPECT_TRUE(target < l->n_post);
                EXPECT_TRUE(k == ptr[row] || w->target[l->edge_begin + k - 1] <= target);
                const int64_t weight =
                    l->has_weights ? net_fixture_weight(n, w, l->weight_begin + k) : l->weight;
                out[k] = (struct net_fixture_edge){i, target, l->delay_min + d, weight};
            }
        }
    }
    return out;
}

#endif
