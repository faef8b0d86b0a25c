/* cli/cmd_models.c: striatum models. */
#include "cli/command.h"

#include <stdio.h>

int cmd_models(int argc, char **argv)
{
    bool as_json = false, as_page = false;
    const char *show = NULL;
    const struct opt rows[] = {
        {"show", 0, OPT_TEXT, &show,    "NAME", NULL,
         "print one model as a file, with all that it extends"                        },
        {"json", 0, OPT_FLAG, &as_json, NULL,   NULL,
         "print JSON: parameters, units, ranges, receptors, state, equations, presets"},
        {"page", 0, OPT_FLAG, &as_page, NULL,   NULL,
         "print all models as Markdown (docs/models.md)"                              },
    };
    const struct opt_command command = {
        .name = "models",
        .arguments = "",
        .summary = "Lists the neuron models that come with the program, or shows one.",
        .details = "A population names a model by its bare name (model: dspn) or by a path.",
        .examples = "  striatum models\n  striatum models --show spn_humphries_2009\n"
                    "  striatum models --show my_model.yaml --json",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0]};
    struct opt_result result;
    int status;
    if (!command_parse(&command, argc, argv, &result, &status)) {
        return status;
    }
    struct striatum *const s = striatum_create();
    const char *const text = s == NULL ? NULL
                             : as_page ? striatum_models_page(s)
                                       : striatum_models(s, show, as_json);
    if (text == NULL) {
        status =
            s == NULL ? STRIATUM_FAILED : command_report(s, STRIATUM_BAD_FILE, false, as_json);
    } else {
        (void)fputs(text, stdout);
        status = STRIATUM_OK;
    }
    striatum_destroy(s);
    return status;
}
