/* cli/cmd_check.c: striatum check FILE. */
#include "cli/command.h"

#include <stdio.h>

int cmd_check(int argc, char **argv)
{
    bool as_json = false, is_quiet = false;
    struct opt_texts overrides = {.n = 0};
    const struct opt rows[] = {
        {"set",   0,   OPT_TEXTS, &overrides, "PATH=VALUE", NULL,
         "change one value of the file; may be repeated"                                         },
        {"json",  0,   OPT_FLAG,  &as_json,   NULL,         NULL, "print all diagnostics as JSON"},
        {"quiet", 'q', OPT_FLAG,  &is_quiet,  NULL,         NULL, "no warnings"                  },
    };
    const struct opt_command command = {
        .name = "check",
        .arguments = "FILE",
        .summary = "Finds every fault of a network or model file, without running it.",
        .details = "A file that is sound prints one line and ends with status 0; else every "
                   "fault is shown with its place and a hint\n"
                   "(the first 20; all of them with --json), and the status is 3.",
        .examples = "  striatum check networks/microcircuit.yaml\n  striatum check "
                    "networks/models/dspn.yaml --json",
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
    if (s == NULL) {
        (void)fprintf(stderr, "striatum: out of memory\n");
        return STRIATUM_FAILED;
    }
    const struct striatum_load_options options = {.overrides = overrides.items,
                                                  .n_overrides = overrides.n};
    const enum striatum_status found = striatum_check(s, result.positional[0], &options);
    status = command_report(s, found, is_quiet, false);
    if (as_json) {
        (void)puts(striatum_diagnostics_json(s));
    } else if (found == STRIATUM_OK) {
        (void)printf("%s: no errors\n", result.positional[0]);
    }
    striatum_destroy(s);
    return status;
}
