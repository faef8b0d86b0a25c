/* cli/cmd_run.c: striatum run NET. */
#include "cli/command.h"
#include "cli/progress.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

/* The run that Ctrl-C ends in order; a second Ctrl-C ends the program at once (the handler is
 * reset). */
static void print_note(void *context, const char *text)
{
    struct progress *const p = context;
    progress_clear(p);
    if (!p->is_quiet) {
        (void)fprintf(stderr, "%s\n", text);
    }
}

static int run_network(struct striatum *s, const char *network,
                       const struct striatum_load_options *load,
                       struct striatum_run_options *run, bool is_quiet, bool as_json)
{
    enum striatum_status found = striatum_load(s, network, load);
    if (found != STRIATUM_OK) {
        return command_report(s, found, is_quiet, as_json);
    }
    struct progress progress = {.is_quiet = is_quiet};
    progress_begin(&progress, stderr);
    run->progress = progress_show;
    run->note = print_note;
    run->context = &progress;
    command_catch_signals(s);
    found = striatum_run(s, run);
    command_catch_signals(NULL);
    progress_clear(&progress);
    const int status = command_report(s, found, is_quiet, false);
    const char *const json = striatum_summary_json(s);
    if (json[0] != '\0') {
        (void)fputs(as_json ? json : striatum_summary_table(s), stdout);
        if (as_json && json[strlen(json) - 1] != '\n') {
            (void)putchar('\n');
        }
    }
    return status;
}

int cmd_run(int argc, char **argv)
{
    struct striatum_run_options run = {0};
    struct striatum_load_options load = {0};
    struct opt_texts overrides = {.n = 0};
    bool as_json = false, is_quiet = false;
    uint32_t delivery = STRIATUM_DELIVERY_AUTO;
    const struct opt rows[] = {
        {"output",        'o', OPT_TEXT,   &run.output_dir,    "DIR",           NULL,
         "folder for the results (default results/NAME)"                                                                                      },
        {"device",        'd', OPT_TEXT,   &run.device,        "DEVICE",        NULL,
         "auto, cpu, opencl, opencl:P.D or a part of a device's name"                                                                         },
        {"set",           0,   OPT_TEXTS,  &overrides,         "PATH=VALUE",    NULL,
         "change one value of the file; may be repeated"                                                                                      },
        {"duration",      0,   OPT_TEXT,   &load.duration,     "TIME",          NULL,                      "model time to run, '200 ms'"      },
        {"seed",          0,   OPT_TEXT,   &load.seed,         "N",             NULL,                      "seed of all random numbers"       },
        {"precision",     0,   OPT_TEXT,   &load.precision,    "single|double", NULL,
         "of all numbers (default: the file's)"                                                                                               },
        {"plot",          0,   OPT_FLAG,   &run.plot,          NULL,            NULL,
         "draw overview.png into the result folder (gnuplot)"                                                                                 },
        {"json",          0,   OPT_FLAG,   &as_json,           NULL,            NULL,
         "print the summary as JSON and nothing else"                                                                                         },
        {"quiet",         'q', OPT_FLAG,   &is_quiet,          NULL,            NULL,                      "no progress, notes or warnings"   },
        {"width",         0,   OPT_COUNT,  &run.width,         "1|4|8|16",      NULL,
         "lanes of the OpenCL vectors (default: the device's)"                                                                                },
        {"delivery",      0,   OPT_CHOICE, &delivery,          NULL,            "auto|atomic|partitioned",
         "how spikes reach their targets"                                                                                                     },
        {"group",         0,   OPT_COUNT,  &run.group,         "N",             NULL,                      "work-group size (default: chosen)"},
        {"slice",         0,   OPT_COUNT,  &run.slice,         "N",             NULL,
         "steps per launch at most (default: least delay + 1)"                                                                                },
        {"threads",       0,   OPT_COUNT,  &run.threads,       "N",             NULL,
         "threads of the cpu backend (default: all cores)"                                                                                    },
        {"compute-units", 0,   OPT_COUNT,  &run.compute_units, "N",             NULL,
         "compute units of the OpenCL device (default: all)"                                                                                  },
    };
    const struct opt_command command = {
        .name = "run",
        .arguments = "NET",
        .summary = "Runs a network and writes its results: spikes.h5, reports of recorded "
                   "variables, nodes.h5, summary.json.",
        .details = "NET is a file or the bare name of a network that comes with the program. "
                   "The spikes do not depend on the device nor on\n"
                   "any switch: the hash at the end of the table is the same everywhere. "
                   "Ctrl-C ends a run in order: what was simulated is\n"
                   "kept in DIR.partial.",
        .examples =
            "  striatum run microcircuit --plot\n"
            "  striatum run networks/microcircuit.yaml -o results/more_drive --set "
            "'inputs.cortex_SPN.poisson=550 Hz'\n"
            "  striatum run my_network.yaml --device cpu --duration '200 ms' --seed 7 --json",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .least = 1,
        .most = 1};
    struct opt_result result;
    int status;
    char *const line = command_line(argc, argv);
    if (command_parse(&command, argc, argv, &result, &status)) {
        load.overrides = overrides.items;
        load.n_overrides = overrides.n;
        run.delivery = (enum striatum_delivery)delivery;
        run.command = line;
        struct striatum *const s = striatum_create();
        if (s == NULL) {
            (void)fprintf(stderr, "striatum: out of memory\n");
            status = STRIATUM_FAILED;
        } else {
            status = run_network(s, result.positional[0], &load, &run, is_quiet, as_json);
        }
        striatum_destroy(s);
    }
    mem_free(line);
    return status;
}
