#include "cli/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct striatum *volatile running; /* what a signal stops */

static void on_signal(int number)
{
    (void)number;
    if (running != NULL) {
        striatum_stop(running);
    }
}

void command_catch_signals(struct striatum *s)
{
    running = s;
    if (s != NULL) {
        struct sigaction action = {.sa_handler = on_signal,
                                   .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
        (void)sigaction(SIGTERM, &action, NULL);
    }
}

bool command_parse(const struct opt_command *command, int argc, char **argv,
                   struct opt_result *result, int *status)
{
    struct err e = {0};
    const enum err_code code = opt_parse(command, argc, argv, result, &e);
    if (code != ERR_OK) {
        (void)fprintf(stderr, "striatum: %s\n", e.msg);
        *status = err_exit_status(code);
        return false;
    }
    if (result->wants_help) {
        struct text help = {0};
        opt_help(command, &help);
        (void)fputs(text_string(&help), stdout);
        text_fini(&help);
        *status = 0;
        return false;
    }
    return true;
}

int command_report(struct striatum *s, enum striatum_status status, bool is_quiet, bool as_json)
{
    enum { MOST = 20 }; /* design section 8 */
    if (as_json && status == STRIATUM_BAD_FILE) {
        (void)puts(striatum_diagnostics_json(s));
    }
    if (!is_quiet || status != STRIATUM_OK) {
        (void)fputs(striatum_diagnostics(s, MOST), stderr);
    }
    const char *const message = striatum_message(s);
    if (status != STRIATUM_OK && message[0] != '\0') {
        (void)fprintf(stderr, "striatum: %s\n", message);
    }
    return (int)status;
}

char *command_line(int argc, char **argv)
{
    struct text t = {0};
    text_add(&t, "striatum");
    for (int k = 0; k < argc; k++) {
        const bool is_plain =
            argv[k][0] != '\0' &&
            strcspn(argv[k], " \t\n'\"\\$`*?[]{}()<>|&;#~") == strlen(argv[k]);
        text_print(&t, is_plain ? " %s" : " '%s'", argv[k]);
    }
    return t.bytes;
}
