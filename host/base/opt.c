#include "base/opt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct opt *opt_find(const struct opt_command *c, const char *name, size_t n)
{
    for (uint32_t k = 0; k < c->n_rows; k++) {
        if (strlen(c->rows[k].name) == n && strncmp(c->rows[k].name, name, n) == 0) {
            return &c->rows[k];
        }
    }
    return NULL;
}

static const struct opt *opt_find_letter(const struct opt_command *c, char letter)
{
    for (uint32_t k = 0; k < c->n_rows; k++) {
        if (c->rows[k].letter == letter) {
            return &c->rows[k];
        }
    }
    return NULL;
}

static enum err_code opt_unknown(const struct opt_command *c, const char *word, struct err *e)
{
    const char *names[64];
    size_t n = 0;
    for (uint32_t k = 0; k < c->n_rows && n < 63; k++) {
        names[n++] = c->rows[k].name;
    }
    names[n++] = "help";
    const char *const near = text_nearest(word + strspn(word, "-"), names, n);
    return err_set(e, ERR_USAGE, 0,
                   near ? "unknown option '%s': did you mean '--%s'?"
                        : "unknown option '%s': see 'striatum %s --help'",
                   word, near ? near : c->name);
}

static enum err_code opt_choose(const struct opt *o, const char *text, struct err *e)
{
    uint32_t index = 0;
    for (const char *p = o->choices; *p != '\0'; index++) {
        const size_t n = strcspn(p, "|");
        if (strlen(text) == n && strncmp(p, text, n) == 0) {
            *(uint32_t *)o->value = index;
            return ERR_OK;
        }
        p += n + (p[n] == '|');
    }
    return err_set(e, ERR_USAGE, 0, "--%s is '%s'; it can be %s", o->name, text, o->choices);
}

static enum err_code opt_store(const struct opt *o, const char *text, struct err *e)
{
    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)o->value = true;
        return ERR_OK;
    case OPT_TEXT:
        *(const char **)o->value = text;
        return ERR_OK;
    case OPT_TEXTS: {
        struct opt_texts *const t = o->value;
        ERR_IF(t->n == OPT_TEXTS_MAX, e, ERR_USAGE, "--%s is given more than %d times", o->name,
               OPT_TEXTS_MAX);
        t->items[t->n++] = text;
        return ERR_OK;
    }
    case OPT_COUNT: {
        char *end;
        errno = 0;
        const unsigned long value = strtoul(text, &end, 10);
        ERR_IF(errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || value < 1 ||
                   value > UINT32_MAX,
               e, ERR_USAGE, "--%s is '%s'; it must be a whole number above 0", o->name, text);
        *(uint32_t *)o->value = (uint32_t)value;
        return ERR_OK;
    }
    case OPT_CHOICE:
        return opt_choose(o, text, e);
    }
    return err_set(e, ERR_ARG, 0, "option '%s' is of no known kind", o->name);
}

/* One word that begins with a dash; *k is moved over a value that stands in the next word. */
static enum err_code opt_parse_word(const struct opt_command *c, int argc, char **argv, int *k,
                                    struct opt_result *r, struct err *e)
{
    const char *const word = argv[*k];
    const struct opt *o;
    const char *value = NULL;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        r->wants_help = true;
        return ERR_OK;
    }
    if (word[1] == '-') {
        const size_t n = strcspn(word + 2, "=");
        o = opt_find(c, word + 2, n);
        value = word[2 + n] == '=' ? word + 3 + n : NULL;
    } else {
        o = opt_find_letter(c, word[1]);
        value = word[2] == '\0' ? NULL : word + 2;
    }
    if (o == NULL) {
        return opt_unknown(c, word, e);
    }
    if (o->kind == OPT_FLAG) {
        ERR_IF(value != NULL, e, ERR_USAGE, "--%s takes no value", o->name);
    } else if (value == NULL) {
        ERR_IF(*k + 1 >= argc, e, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name,
               o->argument);
        value = argv[++*k];
    }
    return opt_store(o, value, e);
}

enum err_code opt_parse(const struct opt_command *c, int argc, char **argv,
                        struct opt_result *r, struct err *e)
{
    *r = (struct opt_result){0};
    bool has_ended = false;
    for (int k = 1; k < argc; k++) {
        if (!has_ended && strcmp(argv[k], "--") == 0) {
            has_ended = true;
        } else if (!has_ended && argv[k][0] == '-' && argv[k][1] != '\0') {
            ERR_TRY(opt_parse_word(c, argc, argv, &k, r, e));
        } else {
            ERR_IF(r->n_positional >= c->most, e, ERR_USAGE,
                   "'%s' is one argument too many: see 'striatum %s --help'", argv[k], c->name);
            r->positional[r->n_positional++] = argv[k];
        }
    }
    ERR_IF(!r->wants_help && r->n_positional < c->least, e, ERR_USAGE,
           "striatum %s needs %s: see 'striatum %s --help'", c->name, c->arguments, c->name);
    return ERR_OK;
}

void opt_help(const struct opt_command *c, struct text *out)
{
    text_print(out, "usage: striatum %s%s%s%s\n\n%s\n", c->name,
               c->n_rows > 0 ? " [options]" : "", c->arguments[0] ? " " : "", c->arguments,
               c->summary);
    text_add(out, "\noptions:\n");
    for (uint32_t k = 0; k < c->n_rows; k++) {
        const struct opt *const o = &c->rows[k];
        char left[96];
        const char *const argument = o->kind == OPT_CHOICE ? o->choices : o->argument;
        (void)snprintf(left, sizeof left, "%s%c%s--%s%s%s", o->letter ? "-" : "",
                       o->letter ? o->letter : ' ', o->letter ? ", " : "   ", o->name,
                       argument ? " " : "", argument ? argument : "");
        text_print(out,
                   strlen(left) < 32 ? "  %-32s %s\n"
                                     : "  %s\n                                   %s\n",
                   left, o->help);
    }
    text_print(out, "  %-32s %s\n", "-h, --help", "this text");
    if (c->details != NULL) {
        text_print(out, "\n%s\n", c->details);
    }
    text_print(out, "\nexamples:\n%s\n", c->examples);
}
