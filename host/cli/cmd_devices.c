/* cli/cmd_devices.c: striatum devices. */
#include "cli/command.h"

#include <stdio.h>

int cmd_devices(int argc, char **argv)
{
    bool as_json = false;
    const struct opt rows[] = {
        {"json", 0, OPT_FLAG, &as_json, NULL, NULL, "print JSON"},
    };
    const struct opt_command command = {
        .name = "devices",
        .arguments = "",
        .summary = "Lists the devices that a network can run on.",
        .details = "The first column is what --device of 'striatum run' takes; a part of a "
                   "device's name does too.\n"
                   "'cpu' is always there: plain C on all cores, without OpenCL.",
        .examples = "  striatum devices\n  striatum run microcircuit --device opencl:0.0",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0]};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    struct striatum *const s = striatum_create();
    const char *const list = s == NULL ? NULL : striatum_devices(s, as_json);
    if (list == NULL) {
        (void)fprintf(stderr, "striatum: %s\n",
                      s == NULL ? "out of memory" : striatum_message(s));
        status = STRIATUM_FAILED;
    } else {
        (void)fputs(list, stdout);
        status = STRIATUM_OK;
    }
    striatum_destroy(s);
    return status;
}
