/* cli/cmd_version.c: striatum version. */
#include "cli/command.h"

#include <stdio.h>

int cmd_version(int argc, char **argv)
{
    const struct opt_command command = {.name = "version",
                                        .arguments = "",
                                        .summary = "Prints the version.",
                                        .examples = "  striatum version"};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    (void)printf("striatum %s\n", striatum_version());
    return STRIATUM_OK;
}
