/* striatum_handle.h: what a struct striatum holds; for the striatum_*.c files only. */
#ifndef STRIATUM_HANDLE_H
#define STRIATUM_HANDLE_H

#include "striatum.h"
#include "rec/rec.h"
#include <jansson.h>
#include <signal.h>

struct striatum {
    struct arena *arena; /* of the last load: description, network, diagnostics */
    struct diag_list diags;
    struct desc_network *desc; /* NULL: nothing is loaded */
    struct err err;
    struct text diag_text, diag_json, answer; /* borrowed by the caller */
    struct text summary_json, summary_table, output_dir;
    double read_s; /* seconds of the last load */
    volatile sig_atomic_t must_stop;
};

/* Ends what was loaded and begins with empty diagnostics. */
enum err_code striatum_reset(struct striatum *s) ERR_CHECKED;
enum striatum_status striatum_status_of(const struct striatum *s, enum err_code code);
/* What --device names: *use_opencl says whether *info is filled. `why` tells people. */
enum err_code striatum_choose_device(const char *name, struct device_info *info,
                                     bool *use_opencl, char *why, size_t n_why,
                                     struct err *e) ERR_CHECKED;
/* The same for a network of this precision: `auto` passes over devices that cannot compute in
 * it. */
enum err_code striatum_choose_device_for(const char *name, enum precision precision,
                                         struct device_info *info, bool *use_opencl, char *why,
                                         size_t n_why, struct err *e) ERR_CHECKED;
/* Loads a model for its own sake; NULL after an error. */
struct model *striatum_load_model(struct striatum *s, const char *name);
/* The answer of a call as JSON text; takes over the reference to value (a json_t). */
const char *striatum_answer_json(struct striatum *s, json_t *value);
void striatum_make_table(struct striatum *s, const struct network *n,
                         const struct rec_summary *summary);

#endif
