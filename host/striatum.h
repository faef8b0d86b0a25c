/* striatum.h: the public API of libstriatum. The command line is built on it and reaches
 * nothing beyond it. The library never prints and never exits: functions return a status and
 * fill a message; long work raises events.
 *
 *   struct striatum *s = striatum_create();
 *   if (striatum_load(s, "network.yaml", &(struct striatum_load_options){0}) == STRIATUM_OK)
 *       striatum_run(s, &(struct striatum_run_options){.output_dir = "results/network"});
 *   fputs(striatum_message(s), stderr);
 *   striatum_destroy(s);
 *
 * Status values are the exit codes of the program. Threads: one handle, one thread;
 * striatum_stop may be called from a signal handler. */
#ifndef STRIATUM_H
#define STRIATUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STRIATUM_VERSION "0.1.0"

enum striatum_status {
    STRIATUM_OK = 0,
    STRIATUM_FAILED = 1, /* the run failed, was interrupted, or a file could not be written */
    STRIATUM_USAGE = 2,  /* a bad override, seed, duration or option */
    STRIATUM_BAD_FILE =
        3, /* a network or model file that is missing or wrong: see striatum_diagnostics */
    STRIATUM_NO_DEVICE = 4
};

struct striatum; /* one loaded network and its last run */

const char *striatum_version(void);
struct striatum *striatum_create(void);    /* NULL when memory is out */
void striatum_destroy(struct striatum *s); /* accepts NULL */
/* What went wrong in the last call, "" if nothing. Borrowed until the next call. */
const char *striatum_message(const struct striatum *s);
/* Diagnostics of the last load, check or run, as text (file:line:column: error: …; most: at
 * most so many, 0 all) or JSON. Borrowed until the next call. */
const char *striatum_diagnostics(struct striatum *s, uint32_t most);
const char *striatum_diagnostics_json(struct striatum *s);

struct striatum_load_options {
    const char *const *overrides; /* "path=value" */
    uint32_t n_overrides;
    const char *duration, *seed; /* as text ("200 ms", "7"), or NULL */
    const char *precision;       /* "single", "double", or NULL: as the file says */
};
/* Loads and checks a network file (a shipped one by bare name too). */
enum striatum_status striatum_load(struct striatum *s, const char *network,
                                   const struct striatum_load_options *o);
/* Checks a network or model file; everything found is in the diagnostics. */
enum striatum_status striatum_check(struct striatum *s, const char *file,
                                    const struct striatum_load_options *o);

struct striatum_progress {
    const char *phase;       /* "build", "simulate" */
    double fraction;         /* 0 … 1 of the phase */
    double model_ms;         /* simulated time, negative while settling */
    double spikes_per_s;     /* of wall time */
    double real_time_factor; /* wall time / model time */
    double seconds_left;     /* -1 where unknown */
};
enum striatum_delivery {
    STRIATUM_DELIVERY_AUTO,
    STRIATUM_DELIVERY_ATOMIC,
    STRIATUM_DELIVERY_PARTITIONED
};
struct striatum_run_options {
    const char *output_dir;                               /* NULL: results/NAME */
    const char *device;                                   /* NULL: "auto" */
    uint32_t width, group, slice, threads, compute_units; /* 0: chosen */
    enum striatum_delivery delivery;
    bool plot;           /* write overview.png */
    const char *command; /* for summary.json */
    void (*progress)(void *context, const struct striatum_progress *p);
    void (*note)(void *context,
                 const char *text); /* "device: …", "gnuplot is not installed: …" */
    void *context;
};
/* Runs the loaded network and writes its results. */
enum striatum_status striatum_run(struct striatum *s, const struct striatum_run_options *o);
/* Asks a run in progress to end in order. Safe in a signal handler. */
void striatum_stop(struct striatum *s);
/* Of the last run: summary.json's text, a table for people (ends in the spike hash), the folder
 * with the results. Borrowed. */
const char *striatum_summary_json(const struct striatum *s);
const char *striatum_summary_table(struct striatum *s);
const char *striatum_output_dir(const struct striatum *s);

/* One cell under a protocol, on the plain-C backend: a step of the model's current (off, on,
 * off), or a voltage clamp, and given spikes. All texts are those of the language; NULL: not
 * given. */
struct striatum_neuron_options {
    const char *model; /* file, or bare name of a shipped model */
    const char *preset, *integrator;
    const char *current;  /* "300 pA"; default: the model's protocol */
    const char *times;    /* "100 ms,500 ms,100 ms": before, during and after the current */
    const char *duration; /* of the whole: the current is on for what the times before and after
                             leave */
    const char *step, *precision, *seed; /* precision: "double" where not given */
    const char *const *sets; /* [n_sets] "C=100 pF": parameters, and states at the start */
    uint32_t n_sets;
    const char
        *clamp; /* "-75,-50,-40 mV": one after the other, each for the time of the current */
    const char *spikes; /* "ampa@20:0.6 nS,gaba@30:1 nS" */
    const char *record; /* "v,u"; default: all states, intermediates and the current */
    const char *plot;   /* file for a picture (.png, .svg) */
    void (*note)(void *context, const char *text);
    void *context;
};
enum striatum_status striatum_neuron(struct striatum *s,
                                     const struct striatum_neuron_options *o);
/* Of the last striatum_neuron: the trace as CSV. Its table and JSON: striatum_summary_table,
 * striatum_summary_json. */
const char *striatum_neuron_trace(const struct striatum *s);

/* Runs the checks of models: what each file says comes out, in single and double precision, on
 * plain C and on devices. */
struct striatum_selftest_options {
    const char *const *models; /* [n_models]; none: all shipped */
    uint32_t n_models;
    const char *device; /* beside plain C; NULL: "auto" */
    bool all_devices;   /* every OpenCL device, every width */
    bool is_quick;      /* on devices only the first check of each model */
    /* Lines of the table, as they come about. */
    void (*line)(void *context, const char *text);
    void *context;
};
enum striatum_status striatum_selftest(struct striatum *s,
                                       const struct striatum_selftest_options *o);

/* Texts for people, or JSON. Borrowed until the next call. NULL after an error (see
 * striatum_message). */
const char *striatum_plan(struct striatum *s, bool json); /* of the loaded network */
const char *striatum_devices(struct striatum *s, bool json);
const char *striatum_models(struct striatum *s, const char *show,
                            bool json); /* show: a model's name or file, or NULL for the list */
/* The model as one file, with all that it extends. */
const char *striatum_model_flat(struct striatum *s, const char *model);
/* docs/models.md: every shipped model for people to read, as Markdown. */
const char *striatum_models_page(struct striatum *s);
/* One model's step in both readers: OpenCL C of that width, and the block interpreter's
 * program. Status in *status. */
const char *striatum_emit(struct striatum *s, const char *model, uint32_t width, bool in_double,
                          enum striatum_status *status);

#ifdef __cplusplus
}
#endif

#endif
