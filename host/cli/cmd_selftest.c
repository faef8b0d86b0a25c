/* cli/cmd_selftest.c: striatum selftest: what the models promise, on this machine. */
#include "cli/command.h"

#include <stdio.h>

static void print_line(void *context, const char *text)
{
    (void)context;
    (void)puts(text);
    (void)fflush(stdout);
}

int cmd_selftest(int argc, char **argv)
{
    struct striatum_selftest_options o = {.line = print_line};
    const struct opt rows[] = {
        {"device",      'd', OPT_TEXT, &o.device,      "DEVICE", NULL,
         "beside plain C: auto, cpu, opencl, opencl:P.D or a part of a name"},
        {"all-devices", 0,   OPT_FLAG, &o.all_devices, NULL,     NULL,
         "every OpenCL device, with vectors of 1, 4, 8 and 16 lanes"        },
        {"quick",       0,   OPT_FLAG, &o.is_quick,    NULL,     NULL,
         "on devices only the first check of each model"                    },
    };
    const struct opt_command command = {
        .name = "selftest",
        .arguments = "[MODEL …]",
        .summary = "Runs the checks that the models' files state, on plain C and on devices, "
                   "and compares their bits.",
        .details = "Each model file holds small experiments with known answers. They are run "
                   "in single and double precision; a "
                   "device must give\nthe bits of plain C. The hash is that of all spikes and "
                   "recorded values. Exit 1 where "
                   "anything differs.",
        .examples = "  striatum selftest\n  striatum selftest --all-devices\n  striatum "
                    "selftest my_model.yaml --device cpu",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .least = 0,
        .most = OPT_POSITIONAL_MAX};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    struct striatum *const s = striatum_create();
    if (s == NULL) {
        (void)fprintf(stderr, "striatum: out of memory\n");
        return STRIATUM_FAILED;
    }
    o.models = result.positional;
    o.n_models = result.n_positional;
    command_catch_signals(s);
    status = command_report(s, striatum_selftest(s, &o), false, false);
    command_catch_signals(NULL);
    striatum_destroy(s);
    return status;
}
