/* A result folder from its first file to its final name. */
#include "rec/rec.h"

#include "base/clock.h"

#include "net/flatten.h"
#include "rec/nodes_file.h"
#include "rec/rec_folder.h"
#include "rec/report_files.h"
#include "rec/spikes_file.h"
#include "rec/summary.h"

#include <string.h>

/* Files are flushed this often, so that a killed run leaves all but the last moment. */
static const double rec_flush_s = 0.5;

struct rec {
    const struct network *network; /* borrowed */
    struct rec_options options;    /* texts: copies below */
    struct text version, command;
    struct rec_folder folder;
    struct spikes_file *spikes;
    struct report_files *reports;
    double write_s, flushed_s;
};

void rec_destroy(struct rec *r)
{
    if (r != NULL) {
        (void)!spikes_file_close(r->spikes, NULL);
        (void)!report_files_close(r->reports, NULL);
        rec_folder_fini(&r->folder);
        text_fini(&r->version);
        text_fini(&r->command);
        mem_free(r);
    }
}

const char *rec_dir(const struct rec *r)
{
    return rec_folder_path(&r->folder);
}

/* The folder is marked as ours before anything else stands in it. */
static enum err_code rec_fill(struct rec *r, const char *dir, struct err *e)
{
    ERR_TRY(rec_folder_open(&r->folder, dir, e));
    struct text text = {0};
    enum err_code code;
    ERR_GOTO(summary_begin(r->network, &r->options, &text, e));
    ERR_GOTO(rec_folder_write(&r->folder, "summary.json", text.bytes, text.length, e));
    text_fini(&text);
    network_flatten(r->network, &text);
    if (text.length != 0) {
        ERR_GOTO(rec_folder_write(&r->folder, "network.yaml", text.bytes, text.length, e));
    }
    ERR_GOTO(nodes_file_write(&r->folder, r->network, e));
    char *path;
    ERR_GOTO(rec_folder_file(&r->folder, "spikes.h5", &path, e));
    code = spikes_file_create(&r->spikes, path, r->network, e);
    mem_free(path);
    ERR_GOTO(code);
    ERR_GOTO(spikes_file_flush(r->spikes, e));
    ERR_GOTO(report_files_create(&r->reports, &r->folder, r->network, e));
    ERR_GOTO(report_files_flush(r->reports, e));
out:
    text_fini(&text);
    return code;
}

enum err_code rec_open(struct rec **out, const struct network *n, const struct rec_options *o,
                       struct err *e)
{
    *out = NULL;
    struct rec *r;
    ERR_TRY(mem_alloc(&r, 1, sizeof *r, e));
    r->network = n;
    text_add(&r->version, o->version == NULL ? "" : o->version);
    text_add(&r->command, o->command == NULL ? "" : o->command);
    r->options = (struct rec_options){.version = text_string(&r->version),
                                      .command = text_string(&r->command)};
    const double since = clock_now_s();
    const enum err_code code = rec_fill(r, o->dir, e);
    if (code != ERR_OK) {
        rec_destroy(r);
        return code;
    }
    r->flushed_s = clock_now_s();
    r->write_s = r->flushed_s - since;
    *out = r;
    return ERR_OK;
}

/* Flushes now and then, and adds up the time spent in writing. */
static enum err_code rec_after_write(struct rec *r, double since, struct err *e)
{
    double now = clock_now_s();
    if (now - r->flushed_s > rec_flush_s) {
        ERR_TRY(spikes_file_flush(r->spikes, e));
        ERR_TRY(report_files_flush(r->reports, e));
        now = clock_now_s();
        r->flushed_s = now;
    }
    r->write_s += now - since;
    return ERR_OK;
}

static enum err_code rec_spikes(void *context, uint32_t population, int64_t first,
                                uint32_t n_steps, const struct sim_spike *spikes, uint64_t n,
                                struct err *e)
{
    struct rec *const r = context;
    (void)first;
    (void)n_steps;
    const double since = clock_now_s();
    ERR_TRY(spikes_file_add(r->spikes, population, spikes, n, e));
    return rec_after_write(r, since, e);
}

static enum err_code rec_rows(void *context, uint32_t trace, int64_t first_row, uint32_t n_rows,
                              const double *values, struct err *e)
{
    struct rec *const r = context;
    (void)first_row;
    const double since = clock_now_s();
    ERR_TRY(report_files_add(r->reports, trace, n_rows, values, e));
    return rec_after_write(r, since, e);
}

struct sim_sink rec_sink(struct rec *r)
{
    return (struct sim_sink){.context = r, .spikes = rec_spikes, .rows = rec_rows};
}

enum err_code rec_close(struct rec *r, struct rec_summary *s, struct text *json, struct err *e)
{
    const double since = clock_now_s();
    enum err_code code = spikes_file_close(r->spikes, e);
    r->spikes = NULL;
    const enum err_code reports = report_files_close(r->reports, code == ERR_OK ? e : NULL);
    r->reports = NULL;
    code = code == ERR_OK ? reports : code;
    if (s->timing.build <= 0.0) {
        s->timing.build = s->report->build_s;
    }
    s->timing.write = r->write_s + clock_now_s() - since;
    /* Files that are not whole make a failed run, whatever the simulation says. */
    struct rec_summary written = *s;
    if (code != ERR_OK && s->status == REC_COMPLETE) {
        written.status = REC_FAILED;
        written.message = e == NULL ? "the results could not be written" : e->msg;
    }
    const size_t before = json->length;
    ERR_TRY(summary_end(r->network, &r->options, &written, json, code == ERR_OK ? e : NULL));
    const enum err_code summary =
        rec_folder_write(&r->folder, "summary.json", text_string(json) + before,
                         json->length - before, code == ERR_OK ? e : NULL);
    code = code == ERR_OK ? summary : code;
    if (code == ERR_OK && s->status == REC_COMPLETE) {
        code = rec_folder_commit(&r->folder, e);
    }
    return code;
}
