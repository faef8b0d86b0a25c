/* striatum_run.c: one run: device, network, synapses, time loop, results. */
#include "striatum_handle.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct run {
    struct striatum *s;
    const struct striatum_run_options *o;
    struct network *network;
    struct rec *rec;
    struct sim_sink sink;   /* rec's sink; rows and spikes go through it */
    double start_s, loop_s; /* loop_s: when the first progress of the loop arrived; 0 before */
    int64_t loop_step;
    double last_note_s;
};

static void run_note(const struct run *r, const char *text)
{
    if (r->o->note != NULL) {
        r->o->note(r->o->context, text);
    }
}

void striatum_stop(struct striatum *s)
{
    s->must_stop = 1;
}

/* `auto` prefers a GPU, then another OpenCL device, then plain C (issue of portability: no
 * device is needed). */
enum err_code striatum_choose_device_for(const char *name, enum precision precision,
                                         struct device_info *info, bool *use_opencl, char *why,
                                         size_t n_why, struct err *e)
{
    const char *const wanted = name == NULL ? "auto" : name;
    *use_opencl = false;
    if (strcmp(wanted, "cpu") == 0) {
        (void)snprintf(why, n_why, "chosen by --device cpu");
        return ERR_OK;
    }
    struct device_info *all = NULL;
    uint32_t n = 0, index = 0;
    struct err ignored = {0};
    const enum err_code listed = device_list(&all, &n, &ignored);
    if (strcmp(wanted, "auto") == 0) {
        if (listed != ERR_OK || n == 0) {
            (void)snprintf(why, n_why, "no OpenCL device was found%s%s",
                           listed != ERR_OK ? ": " : "", listed != ERR_OK ? ignored.msg : "");
            mem_free(all);
            return ERR_OK;
        }
        if (device_find_for("opencl", precision, all, n, &index, &ignored) != ERR_OK) {
            (void)snprintf(why, n_why, "no usable OpenCL device: %.150s", ignored.msg);
            mem_free(all);
            return ERR_OK;
        }
        (void)snprintf(why, n_why,
                       all[index].type == DEVICE_GPU
                           ? "a GPU is present"
                           : "an OpenCL device is present, and no GPU");
    } else {
        const enum err_code code = listed != ERR_OK
                                       ? err_set(e, ERR_NO_DEVICE, 0, "%s", ignored.msg)
                                       : device_find_for(wanted, precision, all, n, &index, e);
        if (code != ERR_OK) {
            mem_free(all);
            return code;
        }
        (void)snprintf(why, n_why, "chosen by --device %s", wanted);
    }
    *use_opencl = true;
    *info = all[index];
    mem_free(all);
    return ERR_OK;
}

enum err_code striatum_choose_device(const char *name, struct device_info *info,
                                     bool *use_opencl, char *why, size_t n_why, struct err *e)
{
    return striatum_choose_device_for(name, PRECISION_SINGLE, info, use_opencl, why, n_why, e);
}

static enum err_code sink_spikes(void *context, uint32_t population, int64_t first,
                                 uint32_t n_steps, const struct sim_spike *spikes, uint64_t n,
                                 struct err *e)
{
    struct run *const r = context;
    return r->sink.spikes == NULL
               ? ERR_OK
               : r->sink.spikes(r->sink.context, population, first, n_steps, spikes, n, e);
}

static enum err_code sink_rows(void *context, uint32_t trace, int64_t first_row,
                               uint32_t n_rows, const double *values, struct err *e)
{
    struct run *const r = context;
    return r->sink.rows == NULL
               ? ERR_OK
               : r->sink.rows(r->sink.context, trace, first_row, n_rows, values, e);
}

static bool sink_progress(void *context, int64_t step, uint64_t n_spikes)
{
    struct run *const r = context;
    if (r->o->progress != NULL) {
        const double now = clock_now_s();
        if (r->loop_s <= 0) {
            r->loop_s = now;
            r->loop_step = step;
        }
        const double dt_ms = (double)r->network->dt_fs * 1e-12;
        const double done = (double)(step + r->network->n_settle),
                     all = (double)(r->network->n_settle + r->network->n_steps);
        const double wall = now - r->loop_s, steps = (double)(step - r->loop_step);
        const struct striatum_progress p = {
            .phase = step < 0 ? "settle" : "simulate",
            .fraction = all > 0 ? done / all : 1,
            .model_ms = (double)step * dt_ms,
            .spikes_per_s = wall > 0 ? (double)n_spikes / wall : 0,
            .real_time_factor = steps > 0 ? wall * 1000 / (steps * dt_ms) : 0,
            .seconds_left = steps > 0 ? wall / steps * (all - done) : -1};
        r->o->progress(r->o->context, &p);
    }
    return r->s->must_stop == 0;
}

static bool build_progress(void *context, double fraction)
{
    struct run *const r = context;
    if (r->o->progress != NULL) {
        const struct striatum_progress p = {
            .phase = "build", .fraction = fraction, .seconds_left = -1};
        r->o->progress(r->o->context, &p);
    }
    return r->s->must_stop == 0;
}

/* results/NAME of the working directory, or what the user said. */
static void choose_output(struct striatum *s, const struct striatum_run_options *o)
{
    text_fini(&s->output_dir);
    if (o->output_dir != NULL) {
        text_add(&s->output_dir, o->output_dir);
    } else {
        text_print(&s->output_dir, "results/%s", s->desc->stem);
    }
}

/* Warnings of the loop become diagnostics of the run. */
static void add_euler_warnings(struct striatum *s, const struct network *n,
                               const struct sim_report *report)
{
    for (uint32_t k = 0; k < report->n_warnings; k++) {
        const struct sim_warning *const w = &report->warnings[k];
        diag_warning(
            &s->diags, ((struct pos){.file = n->desc->file}), 0,
            "take a smaller step, or 'integrator: exponential_euler' in the population",
            "population '%s': forward Euler of %s is unstable: dt*J is %.3g (below -2) in "
            "neuron %u at t = %.4g ms, and %llu times in all",
            n->populations[w->population].name, w->variable, (double)w->value, w->cell,
            ir_time_ms(w->step, n->dt_fs), (unsigned long long)w->count);
    }
}

struct run_files {
    struct rec_summary summary;
    const char *warnings[64];
};

static void collect_warnings(struct striatum *s, struct run_files *f)
{
    for (uint32_t k = 0; k < s->diags.n && f->summary.n_warnings < 64; k++) {
        if (s->diags.items[k].severity == DIAG_WARNING) {
            f->warnings[f->summary.n_warnings++] = s->diags.items[k].text;
        }
    }
    f->summary.warnings = f->warnings;
}

static enum err_code run_simulation(struct run *r, struct device *device,
                                    struct sim_report *report)
{
    struct striatum *const s = r->s;
    const struct striatum_run_options *const o = r->o;
    const struct sim_options options = {.width = o->width,
                                        .delivery = (enum sim_delivery)o->delivery,
                                        .group = o->group,
                                        .slice = o->slice,
                                        .threads = o->threads};
    const struct net_build_options build = {.threads = o->threads,
                                            .width = o->width,
                                            .group = o->group,
                                            .progress = build_progress,
                                            .context = r};
    const struct sim_sink sink = {
        .context = r, .spikes = sink_spikes, .rows = sink_rows, .progress = sink_progress};
    return sim_run(r->network, device, &options, &build, &sink, report, &s->diags, &s->err);
}

/* Closes the files whatever happened, so that nothing simulated is lost. */
static enum err_code finish(struct run *r, enum err_code code, struct sim_report *report,
                            struct rec_summary *summary)
{
    struct striatum *const s = r->s;
    add_euler_warnings(s, r->network, report);
    struct run_files files = {.summary = *summary};
    collect_warnings(s, &files);
    files.summary.report = report;
    files.summary.status = code == ERR_OK            ? REC_COMPLETE
                           : code == ERR_INTERRUPTED ? REC_INTERRUPTED
                                                     : REC_FAILED;
    files.summary.message = code == ERR_OK ? NULL : s->err.msg;
    files.summary.timing.compile = report->compile_s;
    files.summary.timing.simulate = report->simulate_s;
    files.summary.timing.total = clock_now_s() - r->start_s + s->read_s;
    text_fini(&s->summary_json);
    struct err close_err = {0};
    const enum err_code closed =
        rec_close(r->rec, &files.summary, &s->summary_json, &close_err);
    if (code == ERR_OK && closed != ERR_OK) {
        s->err = close_err;
        code = closed;
    }
    text_fini(&s->output_dir);
    text_add(&s->output_dir, rec_dir(r->rec));
    *summary = files.summary;
    striatum_make_table(s, r->network, summary);
    summary->warnings = NULL;
    return code;
}

static enum err_code check_options(const struct striatum_run_options *o, struct err *e)
{
    ERR_IF(o->width != 0 && o->width != 1 && o->width != 4 && o->width != 8 && o->width != 16,
           e, ERR_USAGE, "--width is %u; it can be 1, 4, 8 or 16", o->width);
    ERR_IF(o->slice > SLICE_MAX, e, ERR_USAGE, "--slice is %u; at most %u steps fit in a slice",
           o->slice, SLICE_MAX);
    ERR_IF(o->threads > 1024, e, ERR_USAGE, "--threads is %u; at most 1024 are started",
           o->threads);
    return ERR_OK;
}

static enum err_code run_all(struct run *r, struct device *device, struct rec_summary *summary)
{
    struct striatum *const s = r->s;
    double now = clock_now_s();
    ERR_TRY(network_create(&r->network, s->desc, &s->diags, &s->err));
    summary->timing.check = clock_now_s() - now;
    now = clock_now_s();
    struct net_plan plan;
    ERR_TRY(network_plan(r->network, s->arena, &plan, &s->err));
    summary->timing.plan = clock_now_s() - now;
    const struct rec_options options = {.dir = text_string(&s->output_dir),
                                        .version = STRIATUM_VERSION,
                                        .command = r->o->command};
    ERR_TRY(rec_open(&r->rec, r->network, &options, &s->err));
    r->sink = rec_sink(r->rec);
    struct sim_report report = {0};
    enum err_code code = run_simulation(r, device, &report);
    code = finish(r, code, &report, summary);
    sim_report_fini(&report);
    return code;
}

static void draw(struct run *r)
{
    struct text note = {0};
    struct err e = {0};
    if (rec_plot_overview(text_string(&r->s->output_dir), &note, &e) != ERR_OK) {
        text_print(&note, "no overview.png: %s", e.msg);
    }
    if (note.length > 0) {
        run_note(r, text_string(&note));
    }
    text_fini(&note);
}

enum striatum_status striatum_run(struct striatum *s, const struct striatum_run_options *o)
{
    err_clear(&s->err);
    text_fini(&s->summary_json);
    text_fini(&s->summary_table);
    s->must_stop = 0;
    if (s->desc == NULL) {
        return striatum_status_of(s, err_set(&s->err, ERR_USAGE, 0, "no network is loaded"));
    }
    struct run r = {.s = s, .o = o, .start_s = clock_now_s()};
    struct device_info info = {.name = ""};
    struct device *device = NULL;
    bool use_opencl = false;
    char why[256] = "", note[512];
    enum err_code code = check_options(o, &s->err);
    if (code == ERR_OK) {
        code = striatum_choose_device_for(o->device, s->desc->precision, &info, &use_opencl,
                                          why, sizeof why, &s->err);
    }
    if (code == ERR_OK && use_opencl) {
        code =
            device_open(&device, &info,
                        &(struct device_options){.compute_units = o->compute_units}, &s->err);
    }
    if (code == ERR_OK) {
        const char *const name = use_opencl ? info.name : "plain C";
        (void)snprintf(note, sizeof note, "device: %s, %s (%s)", use_opencl ? info.spec : "cpu",
                       name, why);
        run_note(&r, note);
        choose_output(s, o);
        struct rec_summary summary = {.backend = use_opencl ? "opencl" : "cpu",
                                      .device_name = name,
                                      .why_device = why,
                                      .timing = {.read = s->read_s}};
        code = run_all(&r, device, &summary);
        if (code == ERR_OK && o->plot) {
            draw(&r);
        }
    }
    rec_destroy(r.rec);
    network_destroy(r.network);
    device_close(device);
    return striatum_status_of(s, code);
}

const char *striatum_summary_json(const struct striatum *s)
{
    return text_string(&s->summary_json);
}

const char *striatum_summary_table(struct striatum *s)
{
    return text_string(&s->summary_table);
}

const char *striatum_output_dir(const struct striatum *s)
{
    return text_string(&s->output_dir);
}
