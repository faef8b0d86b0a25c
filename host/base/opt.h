/* base/opt.h: command-line options from one table of rows: the only source of parsing and of
 * --help. Sees: base. Memory: none; values point into argv. */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/text.h"

enum opt_kind {
    OPT_FLAG,  /* bool */
    OPT_TEXT,  /* const char *; the last one counts */
    OPT_TEXTS, /* struct opt_texts; repeats */
    OPT_COUNT, /* uint32_t; a whole number from 1 to 4,294,967,295 */
    OPT_CHOICE /* uint32_t; index of one of the words in `choices` ("auto|atomic|partitioned")
                */
};

enum { OPT_TEXTS_MAX = 256 };
struct opt_texts {
    const char *items[OPT_TEXTS_MAX];
    uint32_t n;
};

struct opt {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    enum opt_kind kind;
    void *value;
    const char *argument; /* shown in the help: "DIR"; NULL for a flag */
    const char *choices;
    const char *help;
};

struct opt_command {
    const char *name;      /* "run" */
    const char *arguments; /* "NET" */
    const char *summary;
    const char *details;  /* paragraphs after the options, or NULL */
    const char *examples; /* lines */
    const struct opt *rows;
    uint32_t n_rows;
    uint32_t least, most; /* positional arguments */
};

enum { OPT_POSITIONAL_MAX = 8 };
struct opt_result {
    const char *positional[OPT_POSITIONAL_MAX];
    uint32_t n_positional;
    bool wants_help;
};

/* Parses argv[1 .. argc) (argv[0]: the command's name). Options and positional arguments may
 * mix; "--" ends the options. Errors: ERR_USAGE with what was found and the nearest option. */
enum err_code opt_parse(const struct opt_command *command, int argc, char **argv,
                        struct opt_result *result, struct err *e) ERR_CHECKED;
/* "usage: striatum run [options] NET", the options, examples. */
void opt_help(const struct opt_command *command, struct text *out);

#endif
