/* cli/main.c: finds the subcommand. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND_ROW(name, summary) {#name, summary, cmd_##name},
#include "cli/commands.def"
#undef COMMAND_ROW
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    (void)fprintf(out,
                  "striatum %s: simulates large networks of spiking point neurons on any "
                  "OpenCL device, or without one\n\n"
                  "usage: striatum COMMAND [options]\n\ncommands:\n",
                  striatum_version());
    for (int k = 0; k < N_COMMANDS; k++) {
        (void)fprintf(out, "  %-10s %s\n", commands[k].name, commands[k].summary);
    }
    (void)fprintf(
        out, "  %-10s %s\n", "help",
        "this text; 'striatum help COMMAND' or 'striatum COMMAND --help' for one command");
    (void)fprintf(
        out,
        "\nexamples:\n  striatum run microcircuit --plot\n  striatum check my_network.yaml\n"
        "\nexit status: 0 done, 1 the run failed, 2 wrong usage, 3 bad file, 4 no such "
        "device\n");
}

static int run_command(const char *name, int argc, char **argv)
{
    const char *names[N_COMMANDS];
    for (int k = 0; k < N_COMMANDS; k++) {
        if (strcmp(commands[k].name, name) == 0) {
            return commands[k].run(argc, argv);
        }
        names[k] = commands[k].name;
    }
    const char *const near = text_nearest(name, names, N_COMMANDS);
    if (near != NULL) {
        (void)fprintf(stderr, "striatum: unknown command '%s': did you mean '%s'?\n", name,
                      near);
    } else {
        (void)fprintf(stderr, "striatum: unknown command '%s': see 'striatum help'\n", name);
    }
    return STRIATUM_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return STRIATUM_USAGE;
    }
    const char *const name = argv[1];
    int status;
    if (strcmp(name, "help") == 0 && argc > 2) {
        char help[] = "--help";
        char *arguments[] = {argv[2], help, NULL};
        status = run_command(argv[2], 2, arguments);
    } else if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
               strcmp(name, "-h") == 0) {
        print_help(stdout);
        status = STRIATUM_OK;
    } else if (strcmp(name, "--version") == 0) {
        status = run_command("version", argc - 1, argv + 1);
    } else {
        status = run_command(name, argc - 1, argv + 1);
    }
    /* A result that could not be written (a full disk behind a redirection) is no success. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "striatum: cannot write to standard output\n");
        return status == STRIATUM_OK ? STRIATUM_FAILED : status;
    }
    return status;
}
