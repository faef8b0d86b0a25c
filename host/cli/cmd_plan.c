/* cli/cmd_plan.c: striatum plan NET. */
#include "cli/command.h"

#include <stdio.h>

int cmd_plan(int argc, char **argv)
{
    bool as_json = false, is_quiet = false;
    struct opt_texts overrides = {.n = 0};
    const char *duration = NULL, *seed = NULL;
    const struct opt rows[] = {
        {"set",      0,   OPT_TEXTS, &overrides, "PATH=VALUE", NULL,
         "change one value of the file; may be repeated"                                          },
        {"duration", 0,   OPT_TEXT,  &duration,  "TIME",       NULL, "model time to run, '200 ms'"},
        {"seed",     0,   OPT_TEXT,  &seed,      "N",          NULL, "seed of all random numbers" },
        {"json",     0,   OPT_FLAG,  &as_json,   NULL,         NULL, "print JSON"                 },
        {"quiet",    'q', OPT_FLAG,  &is_quiet,  NULL,         NULL, "no warnings"                },
    };
    const struct opt_command command = {
        .name = "plan",
        .arguments = "NET",
        .summary = "Says what a network needs in memory, before anything is allocated.",
        .details =
            "Numbers of synapses are expected means, so that no connection has to be drawn.",
        .examples = "  striatum plan microcircuit\n  striatum plan networks/microcircuit.yaml "
                    "--set 'space.side=1 mm'",
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
                                                  .n_overrides = overrides.n,
                                                  .duration = duration,
                                                  .seed = seed};
    enum striatum_status found = striatum_load(s, result.positional[0], &options);
    status = command_report(s, found, is_quiet, as_json);
    if (found == STRIATUM_OK) {
        const char *const plan = striatum_plan(s, as_json);
        if (plan == NULL) {
            status = command_report(s, STRIATUM_FAILED, is_quiet, false);
        } else {
            (void)fputs(plan, stdout);
        }
    }
    striatum_destroy(s);
    return status;
}
