/* support/lab_fixture.h: a protocol of a model that the test writes, loaded and run on plain C.
 */
#ifndef SUPPORT_LAB_FIXTURE_H
#define SUPPORT_LAB_FIXTURE_H

#include "lab/protocol.h"
#include "lab/record.h"

#include <stdio.h>
#include <stdlib.h>

struct lab_fixture {
    struct arena *arena;
    struct diag_list d;
    struct err e;
    struct lab_protocol protocol;
    struct model *model;
    struct desc_network *network;
    struct lab_record record;
    char path[256];
};

/* A leaky integrator that spikes: tau*dv/dt = I - v, threshold 1, reset to 0; receptor in. */
#define LAB_FIXTURE_LEAKY                                                                      \
    "name: leaky\nunits: none\nparameters: {tau: 10 ms, I: 0}\nreceptors: {in: v}\ncurrent: "  \
    "I\nstate: {v: 0}\n"                                                                       \
    "equations: |\n  drive = I\n  tau*dv/dt = drive - v\nthreshold: v >= 1\nreset: v = 0\n"

static inline void lab_fixture_begin(struct lab_fixture *f, const char *model_text)
{
    *f = (struct lab_fixture){.arena = NULL};
    EXPECT_EQ_I64(arena_create(&f->arena, &f->e), ERR_OK);
    diag_init(&f->d, f->arena);
    (void)snprintf(f->path, sizeof f->path, "/tmp/striatum_lab_XXXXXX");
    const int fd = mkstemp(f->path);
    EXPECT_TRUE(fd >= 0);
    FILE *const file = fdopen(fd, "w");
    EXPECT_TRUE(file != NULL && fputs(model_text, file) >= 0 && fclose(file) == 0);
    EXPECT_EQ_I64(
        desc_load_model(&f->model, f->path, (struct pos){.file = f->path}, &f->d, &f->e),
        ERR_OK);
    lab_protocol_begin(&f->protocol, f->path, f->arena);
}

static inline enum err_code lab_fixture_run(struct lab_fixture *f)
{
    const struct lab_options o = {.context = NULL};
    ERR_TRY(lab_protocol_load(&f->protocol, &f->network, &f->d, &f->e));
    return lab_run(&f->record, f->network, NULL, &o, &f->d, &f->e);
}

static inline void lab_fixture_end(struct lab_fixture *f)
{
    (void)remove(f->path);
    lab_record_fini(&f->record);
    arena_destroy(f->arena);
}

#endif
