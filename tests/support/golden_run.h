/* support/golden_run.h: runs the network of a folder of tests/golden on the plain-C backend,
 * into memory. */
#ifndef SUPPORT_GOLDEN_RUN_H
#define SUPPORT_GOLDEN_RUN_H

#include "desc/description.h"
#include "lab/record.h"

struct golden_run {
    struct arena *arena;
    struct desc_network *desc;
    struct lab_record record;
};

/* Fails the test, with all diagnostics, where the network does not load or run. precision,
 * seed, duration: texts in place of the file's, or NULL. */
static inline void golden_run_begin(struct golden_run *g, const char *file,
                                    const char *const *overrides, uint32_t n_overrides,
                                    const char *precision, const char *seed,
                                    const char *duration)
{
    struct err e = {.code = ERR_OK};
    struct diag_list d;
    *g = (struct golden_run){.arena = NULL};
    EXPECT_EQ_I64(arena_create(&g->arena, &e), ERR_OK);
    diag_init(&d, g->arena);
    const struct desc_options options = {.overrides = overrides,
                                         .n_overrides = n_overrides,
                                         .precision = precision,
                                         .seed = seed,
                                         .duration = duration};
    enum err_code code = desc_load_network(&g->desc, file, &options, &d, &e);
    if (code == ERR_OK) {
        code =
            lab_run(&g->record, g->desc, NULL, &(struct lab_options){.context = NULL}, &d, &e);
    }
    if (code != ERR_OK) {
        struct text t = {0};
        diag_print(&d, 0, &t);
        print_error("%s: %s\n%s\n", file, e.msg, text_string(&t));
        text_fini(&t);
    }
    EXPECT_EQ_I64(code, ERR_OK);
}

static inline void golden_run_end(struct golden_run *g)
{
    lab_record_fini(&g->record);
    arena_destroy(g->arena);
}

#endif
