/* cli/cmd_neuron.c: striatum neuron MODEL: one cell under a protocol. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_note(void *context, const char *text)
{
    if (!*(const bool *)context) {
        (void)fprintf(stderr, "%s\n", text);
    }
}

/* The trace into a file, or to standard output for "-". */
static int save_trace(const struct striatum *s, const char *path)
{
    const char *const csv = striatum_neuron_trace(s);
    const bool is_stdout = strcmp(path, "-") == 0;
    FILE *const file = is_stdout ? stdout : fopen(path, "w");
    bool is_written = file != NULL && fputs(csv, file) >= 0;
    if (file != NULL) {
        is_written = (is_stdout ? fflush(file) : fclose(file)) == 0 && is_written;
    }
    if (!is_written) {
        (void)fprintf(stderr, "striatum: cannot write '%s': %s\n", path, strerror(errno));
        return STRIATUM_FAILED;
    }
    return STRIATUM_OK;
}

static int run_neuron(const struct striatum_neuron_options *o, const char *trace, bool as_json,
                      bool is_quiet)
{
    struct striatum *const s = striatum_create();
    if (s == NULL) {
        (void)fprintf(stderr, "striatum: out of memory\n");
        return STRIATUM_FAILED;
    }
    command_catch_signals(s);
    int status = command_report(s, striatum_neuron(s, o), is_quiet, as_json);
    command_catch_signals(NULL);
    if (status == STRIATUM_OK && trace != NULL) {
        status = save_trace(s, trace);
    }
    if (status == STRIATUM_OK && (trace == NULL || strcmp(trace, "-") != 0)) {
        (void)fputs(as_json ? striatum_summary_json(s) : striatum_summary_table(s), stdout);
    }
    striatum_destroy(s);
    return status;
}

int cmd_neuron(int argc, char **argv)
{
    struct striatum_neuron_options o = {.model = NULL};
    struct opt_texts sets = {.n = 0};
    const char *trace = NULL;
    bool as_json = false, is_quiet = false, plots = false;
    const struct opt rows[] = {
        {"current",    'i', OPT_TEXT,  &o.current,    "I",             NULL,
         "injected current, '300 pA' (default: the model's protocol)"                                           },
        {"times",      0,   OPT_TEXT,  &o.times,      "OFF,ON,OFF",    NULL,
         "before, during and after the current (default '100 ms,500 ms,100 ms', or the "
         "model's)"                                                                                             },
        {"duration",   0,   OPT_TEXT,  &o.duration,   "TIME",          NULL,
         "of the whole; the current is on for what OFF and OFF leave"                                           },
        {"clamp",      0,   OPT_TEXT,  &o.clamp,      "V1,V2,…",     NULL,
         "clamp the membrane potential, each value for the time ON: '-75,-50,-40 mV'"                           },
        {"spikes",     0,   OPT_TEXT,  &o.spikes,     "LIST",          NULL,
         "incoming spikes, receptor@ms:weight: 'ampa@20:0.6 nS,gaba@30:1 nS'"                                   },
        {"preset",     'p', OPT_TEXT,  &o.preset,     "NAME",          NULL, "preset of the model"              },
        {"set",        0,   OPT_TEXTS, &sets,         "NAME=VALUE",    NULL,
         "a parameter, or a state's value at the start: 'C=100 pF'; may be repeated"                            },
        {"integrator", 0,   OPT_TEXT,  &o.integrator, "NAME",          NULL,
         "euler, exponential_euler, midpoint, rk4 or exact (default: the model's)"                              },
        {"step",       0,   OPT_TEXT,  &o.step,       "TIME",          NULL,
         "time step (default: the model's protocol, else '0.1 ms')"                                             },
        {"precision",  0,   OPT_TEXT,  &o.precision,  "single|double", NULL,
         "of all numbers (default: double)"                                                                     },
        {"seed",       0,   OPT_TEXT,  &o.seed,       "N",             NULL, "seed of the model's own noise"    },
        {"record",     0,   OPT_TEXT,  &o.record,     "v,u,…",       NULL,
         "what to record (default: states, intermediates, the current)"                                         },
        {"output",     'o', OPT_TEXT,  &trace,        "FILE",          NULL,
         "write the trace as CSV ('-': to standard output, nothing else)"                                       },
        {"plot",       0,   OPT_FLAG,  &plots,        NULL,            NULL,
         "draw MODEL.png into the working folder (gnuplot)"                                                     },
        {"plot-file",  0,   OPT_TEXT,  &o.plot,       "FILE",          NULL, "draw into this file, .png or .svg"},
        {"json",       0,   OPT_FLAG,  &as_json,      NULL,            NULL,
         "print the numbers as JSON and nothing else"                                                           },
        {"quiet",      'q', OPT_FLAG,  &is_quiet,     NULL,            NULL, "no notes or warnings"             },
    };
    const struct opt_command command = {
        .name = "neuron",
        .arguments = "MODEL",
        .summary = "Runs one cell of a model under a protocol: a current step, a voltage clamp "
                   "or given spikes.",
        .details = "Prints the number of spikes, rate, latency and spike times; under a clamp "
                   "all recorded quantities at the "
                   "end of each level.\n"
                   "The time of a spike is the end of its step.",
        .examples = "  striatum neuron izhikevich_2003 --preset chattering --plot\n"
                    "  striatum neuron spn_humphries_2009 --current '270 pA' --times '100 ms,1 "
                    "s,100 ms' -o spn.csv\n"
                    "  striatum neuron spn_humphries_2009 --spikes 'ampa@20:5 nS,nmda@20:2 nS' "
                    "--set phi1=0.5 --duration '200 ms'\n"
                    "  striatum neuron hh_neuron_corbit_voltage_clamp --clamp '-90,-60,-50 mV'",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .least = 1,
        .most = 1};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    char picture[512];
    o.model = result.positional[0];
    o.sets = sets.items;
    o.n_sets = sets.n;
    o.note = print_note;
    o.context = &is_quiet;
    if (plots && o.plot == NULL) {
        const char *const slash = strrchr(o.model, '/'), *const base = slash == NULL
                                                                           ? o.model
                                                                           : slash + 1;
        const char *const dot = strrchr(base, '.');
        (void)snprintf(picture, sizeof picture, "%.*s.png",
                       dot == NULL ? (int)strlen(base) : (int)(dot - base), base);
        o.plot = picture;
    }
    return run_neuron(&o, trace, as_json, is_quiet);
}
