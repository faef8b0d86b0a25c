/* cli/cmd_emit.c: striatum emit MODEL. */
#include "cli/command.h"

#include <stdio.h>

int cmd_emit(int argc, char **argv)
{
    uint32_t width = 8, precision = 0;
    const struct opt rows[] = {
        {"width",     0, OPT_COUNT,  &width,     "1|4|8|16", NULL,
         "lanes of the OpenCL vectors (default 8)"},
        {"precision", 0, OPT_CHOICE, &precision, NULL,       "single|double",
         "of all numbers (default single)"        },
    };
    const struct opt_command command = {
        .name = "emit",
        .arguments = "MODEL",
        .summary = "Shows a model's step as OpenCL C and as the program of the plain-C "
                   "backend: two readers of one tree.",
        .examples = "  striatum emit spn_humphries_2009\n  striatum emit "
                    "networks/models/fsi.yaml --width 1",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .least = 1,
        .most = 1};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    struct striatum *const s = striatum_create();
    enum striatum_status found = STRIATUM_FAILED;
    const char *const text =
        s == NULL ? NULL
                  : striatum_emit(s, result.positional[0], width, precision == 1, &found);
    if (text == NULL) {
        status = s == NULL ? STRIATUM_FAILED : command_report(s, found, false, false);
    } else {
        (void)fputs(text, stdout);
        status = STRIATUM_OK;
    }
    striatum_destroy(s);
    return status;
}
