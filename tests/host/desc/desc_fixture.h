/* tests/host/desc/desc_fixture.h: a network or model from a text in a test: written to a file
 * beside the test program, loaded, and what was found kept as one text. */
#ifndef TEST_DESC_FIXTURE_H
#define TEST_DESC_FIXTURE_H

#include "support/expect.h"

#include "desc/description.h"
#include "desc/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    struct arena *arena;
    struct diag_list d;
    struct err e;
    enum err_code code;
    struct text found; /* the printed diagnostics */
    struct desc_network *net;
    struct model *model;
};

static inline void fixture_open(struct fixture *f)
{
    *f = (struct fixture){0};
    assert_int_equal(arena_create(&f->arena, &f->e), ERR_OK);
    diag_init(&f->d, f->arena);
}

static inline void fixture_close(struct fixture *f)
{
    text_fini(&f->found);
    arena_destroy(f->arena);
    *f = (struct fixture){0};
}

/* Writes bytes to a file of that name in a folder of this process. Returns its path (borrowed
 * until the next call). */
static inline const char *fixture_file(const char *name, const char *bytes)
{
    static char path[4][512];
    static unsigned next;
    char *const p = path[next++ % 4];
    char folder[400];
    (void)snprintf(folder, sizeof folder, "%s/desc_%ld", TEST_BINARY_DIR, (long)getpid());
    char command[1200];
    (void)snprintf(command, sizeof command, "mkdir -p '%s'", folder);
    assert_int_equal(system(command), 0);
    (void)snprintf(p, sizeof path[0], "%s/%s", folder, name);
    FILE *const file = fopen(p, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    assert_int_equal(fclose(file), 0);
    return p;
}

static inline int fixture_clean(void **state)
{
    (void)state;
    char command[1200];
    (void)snprintf(command, sizeof command, "rm -rf '%s/desc_%ld'", TEST_BINARY_DIR,
                   (long)getpid());
    return system(command);
}

/* Loads a network with overrides (NULL-terminated, may be NULL). */
static inline void fixture_network_with(struct fixture *f, const char *text,
                                        const char *const *overrides)
{
    fixture_open(f);
    struct desc_options o = {.overrides = overrides};
    while (overrides != NULL && overrides[o.n_overrides] != NULL) {
        o.n_overrides++;
    }
    f->code = desc_load_network(&f->net, fixture_file("net.yaml", text), &o, &f->d, &f->e);
    diag_print(&f->d, 0, &f->found);
    if (f->code == ERR_OK) {
        assert_non_null(f->net);
    } else {
        assert_null(f->net);
    }
}

static inline void fixture_network(struct fixture *f, const char *text)
{
    fixture_network_with(f, text, NULL);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
}

static inline void fixture_model(struct fixture *f, const char *text)
{
    fixture_open(f);
    f->code = desc_load_model(&f->model, fixture_file("model.yaml", text), (struct pos){0},
                              &f->d, &f->e);
    diag_print(&f->d, 0, &f->found);
}

static inline void fixture_sound_model(struct fixture *f, const char *text)
{
    fixture_model(f, text);
    if (f->code != ERR_OK) {
        fail_msg("%s\n%s", f->e.msg, text_string(&f->found));
    }
}

/* The constant value of an expression. */
static inline double fixture_value(const struct ast *e)
{
    double value = (double)NAN;
    EXPECT_TRUE(lang_constant(e, &value));
    return value;
}

/* A small sound network; rest: further sections. The cell has receptors AMPA (g_e) and GABA
 * (g_i), parameters tau_m, E_L, R, I_ext. */
#define FIXTURE_LIF                                                                            \
    "parameters: {tau_m: {value: 10 ms, range: [0.1, 1000]}, E_L: -70 mV, v_t: -50 mV, "       \
    "I_ext: 0 pA, R: 0.1 GOhm}\n"                                                              \
    "receptors: {AMPA: g_e, GABA: g_i}\n"                                                      \
    "current: I_ext\n"                                                                         \
    "state: {v: \"E_L\", g_e: 0 nS, g_i: 0 nS}\n"                                              \
    "equations: |\n"                                                                           \
    "  dg_e/dt = -g_e/(5 ms)\n"                                                                \
    "  dg_i/dt = -g_i/(10 ms)\n"                                                               \
    "  I = g_e*(0 mV - v) + g_i*(-80 mV - v)\n"                                                \
    "  tau_m*dv/dt = E_L - v + R*(I + I_ext)\n"                                                \
    "threshold: v >= v_t\n"                                                                    \
    "reset: v = E_L\n"                                                                         \
    "presets:\n"                                                                               \
    "  slow: {doc: slower, tau_m: 40 ms, v: -60 mV}\n"
#define FIXTURE_NET(rest)                                                                      \
    "time: {duration: 100 ms}\npopulations:\n  A: {model: lif.yaml, count: 10}\n" rest

#endif
