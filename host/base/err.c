#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *sentence;
    int status;
} err_rows[ERR_N] = {
#define ERR_ROW(code, sentence, status) [code] = {#code, sentence, status},
#include "base/err.def"
#undef ERR_ROW
};

enum err_code err_set(struct err *e, enum err_code code, int sub, const char *format, ...)
{
    if (e != NULL) {
        va_list args;
        va_start(args, format);
        *e = (struct err){.code = code, .sub = sub};
        (void)vsnprintf(e->msg, sizeof e->msg, format, args);
        va_end(args);
    }
    return code;
}

void err_note(struct err *e, const char *format, ...)
{
    if (e == NULL) {
        return;
    }
    const size_t used = strlen(e->msg);
    va_list args;
    va_start(args, format);
    if (used + 4 < sizeof e->msg) {
        memcpy(e->msg + used, " (", 3);
        (void)vsnprintf(e->msg + used + 2, sizeof e->msg - used - 3, format, args);
        const size_t end = strlen(e->msg);
        memcpy(e->msg + end, ")", 2);
    }
    va_end(args);
}

void err_clear(struct err *e)
{
    if (e != NULL) {
        *e = (struct err){.code = ERR_OK};
    }
}

const char *err_name(enum err_code code)
{
    return (unsigned)code < ERR_N ? err_rows[code].name : "ERR_?";
}

const char *err_sentence(enum err_code code)
{
    return (unsigned)code < ERR_N ? err_rows[code].sentence : "unknown error";
}

int err_exit_status(enum err_code code)
{
    return (unsigned)code < ERR_N ? err_rows[code].status : 1;
}

_Noreturn void err_bug(const char *cond, const char *file, int line)
{
    (void)fprintf(stderr, "striatum: bug: %s:%d: '%s' does not hold\n", file, line, cond);
    abort();
}
