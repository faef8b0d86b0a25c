/* base/err.h: failures (the first of three kinds of error; diagnostics are base/diag.h, bugs
 * are ASSERT). A function that can fail returns an err_code and describes the failure in a
 * struct err that stands on its caller's stack. Sees: libc. Threads: none shared. Memory: none
 * owned. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_code {
#define ERR_ROW(code, sentence, status) code,
#include "base/err.def"
#undef ERR_ROW
    ERR_N
};

/* A place in a text file; line and column count from 1, line 0 means "no place". file is
 * borrowed. */
struct pos {
    const char *file;
    uint32_t line, column;
};

struct err {
    enum err_code code;
    int sub; /* errno, cl_int or the like; 0 where there is none */
    struct pos at;
    char msg[512];
};

#define ERR_CHECKED __attribute__((warn_unused_result))

/* Fills e (may be NULL) and returns code. */
enum err_code err_set(struct err *e, enum err_code code, int sub, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Appends " (while …)" to the message; keeps code. */
void err_note(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);
const char *err_name(enum err_code code);     /* "ERR_IO" */
const char *err_sentence(enum err_code code); /* for people */
int err_exit_status(enum err_code code);      /* design section 8 */

/* Returns from the calling function with code if cond holds. */
#define ERR_IF(cond, e, code, ...)                                                             \
    do {                                                                                       \
        if (cond) {                                                                            \
            return err_set((e), (code), 0, __VA_ARGS__);                                       \
        }                                                                                      \
    } while (0)

/* Returns the callee's code upward if it is not ERR_OK. */
#define ERR_TRY(call)                                                                          \
    do {                                                                                       \
        const enum err_code err_try_code_ = (call);                                            \
        if (err_try_code_ != ERR_OK) {                                                         \
            return err_try_code_;                                                              \
        }                                                                                      \
    } while (0)

/* As ERR_TRY, for functions with one exit label `out:` and a local `enum err_code code`. */
#define ERR_GOTO(call)                                                                         \
    do {                                                                                       \
        code = (call);                                                                         \
        if (code != ERR_OK) {                                                                  \
            goto out;                                                                          \
        }                                                                                      \
    } while (0)

/* A caller's bug: prints place and condition to standard error and aborts, in every build. */
#define ASSERT(cond) ((cond) ? (void)0 : err_bug(#cond, __FILE__, __LINE__))
#ifdef NDEBUG
#define DASSERT(cond) ((void)0)
#else
#define DASSERT(cond) ASSERT(cond)
#endif
_Noreturn void err_bug(const char *cond, const char *file, int line);

#endif
