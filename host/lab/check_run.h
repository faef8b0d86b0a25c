/* lab/check_run.h: a model's selfcheck, run: a small experiment whose outcome the model file
 * states. Sees: desc, lab. */
#ifndef LAB_CHECK_RUN_H
#define LAB_CHECK_RUN_H

#include "desc/selfcheck.h"
#include "lab/protocol.h"
#include "lab/record.h"

struct lab_check_result {
    bool holds;
    struct text complaint; /* "spikes: 13, expected 12; …", empty where all holds */
    uint64_t hash, fingerprint;
    uint64_t n_spikes, cell_steps;
};

/* How a check is run. */
struct lab_check_options {
    enum precision precision;
    /* 0: as the check says; else at most so many cells and steps, and nothing is compared. */
    uint32_t most_cells, most_steps;
    struct device *device; /* NULL: plain C */
    struct lab_options lab;
};

/* The network that a check describes. model: the name by which m was found. */
enum err_code lab_check_load(const char *model, const struct model *m,
                             const struct model_selfcheck *c, const struct lab_check_options *o,
                             struct arena *arena, struct desc_network **out,
                             struct diag_list *d, struct err *e) ERR_CHECKED;
/* Loads, runs and compares. Memory: text_fini(&out->complaint). An error is a check that could
 * not be run. */
enum err_code lab_check_run(const char *model, const struct model *m,
                            const struct model_selfcheck *c, const struct lab_check_options *o,
                            struct arena *arena, struct lab_check_result *out,
                            struct diag_list *d, struct err *e) ERR_CHECKED;
/* Compares what came out with what the check expects; true where all holds. */
bool lab_check_compare(const struct model *m, const struct model_selfcheck *c,
                       const struct lab_record *r, struct text *complaint);

#endif
