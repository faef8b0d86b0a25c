/* cli/command.h: what a subcommand is. Everything below main() goes through striatum.h and
 * base/. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/opt.h"
#include "striatum.h"

/* Each cmd_NAME.c: parses argv (argv[0] is the name), prints results to standard output and
 * errors to standard error, and returns the exit status. */
#define COMMAND_ROW(name, summary) int cmd_##name(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND_ROW

/* Parses; handles --help and usage errors. true: go on; false: return *status. */
bool command_parse(const struct opt_command *command, int argc, char **argv,
                   struct opt_result *result, int *status);
/* Prints diagnostics (the first 20) and the message of a failed call to standard error, each
 * once. Returns status. With as_json the diagnostics go to standard output as JSON. */
int command_report(struct striatum *s, enum striatum_status status, bool is_quiet,
                   bool as_json);
/* From now on an interrupt (Ctrl-C, SIGTERM) ends the work of s in order; a second one ends the
 * program. NULL: no more. */
void command_catch_signals(struct striatum *s);
/* The command line as one text for summary.json; owned by the caller. */
char *command_line(int argc, char **argv);

#endif
