/* tests/support/expect.h: assertions that print both values. cmocka 1.1.5's float asserts are
 * banned: they pass for NaN and narrow doubles to float. NaN fails unless asked for. Include
 * this first: it brings cmocka in the order it needs. */
#ifndef SUPPORT_EXPECT_H
#define SUPPORT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#define EXPECT_TRUE(cond)                                                                      \
    do {                                                                                       \
        if (!(cond)) {                                                                         \
            fail_msg("%s:%d: '%s' does not hold", __FILE__, __LINE__, #cond);                  \
        }                                                                                      \
    } while (0)
#define EXPECT_NEAR(actual, expected, tolerance)                                               \
    do {                                                                                       \
        const double a_ = (double)(actual), x_ = (double)(expected), t_ = (double)(tolerance); \
        if (!(fabs(a_ - x_) <= t_)) {                                                          \
            fail_msg("%s:%d: %s is %.17g, expected %.17g within %.3g", __FILE__, __LINE__,     \
                     #actual, a_, x_, t_);                                                     \
        }                                                                                      \
    } while (0)
#define EXPECT_EQ_I64(actual, expected)                                                        \
    do {                                                                                       \
        const int64_t a_ = (int64_t)(actual), x_ = (int64_t)(expected);                        \
        if (a_ != x_) {                                                                        \
            fail_msg("%s:%d: %s is %" PRId64 ", expected %" PRId64, __FILE__, __LINE__,        \
                     #actual, a_, x_);                                                         \
        }                                                                                      \
    } while (0)
#define EXPECT_EQ_U64(actual, expected)                                                        \
    do {                                                                                       \
        const uint64_t a_ = (uint64_t)(actual), x_ = (uint64_t)(expected);                     \
        if (a_ != x_) {                                                                        \
            fail_msg("%s:%d: %s is %016" PRIx64 ", expected %016" PRIx64, __FILE__, __LINE__,  \
                     #actual, a_, x_);                                                         \
        }                                                                                      \
    } while (0)
/* Same bits, NaN included. */
#define EXPECT_SAME_F32(actual, expected)                                                      \
    do {                                                                                       \
        const float a_ = (actual), x_ = (expected);                                            \
        if (memcmp(&a_, &x_, sizeof a_) != 0) {                                                \
            fail_msg("%s:%d: %s is %a, expected %a", __FILE__, __LINE__, #actual, (double)a_,  \
                     (double)x_);                                                              \
        }                                                                                      \
    } while (0)
#define EXPECT_SAME_F64(actual, expected)                                                      \
    do {                                                                                       \
        const double a_ = (actual), x_ = (expected);                                           \
        if (memcmp(&a_, &x_, sizeof a_) != 0) {                                                \
            fail_msg("%s:%d: %s is %a, expected %a", __FILE__, __LINE__, #actual, a_, x_);     \
        }                                                                                      \
    } while (0)
#define EXPECT_STR(actual, expected)                                                           \
    do {                                                                                       \
        const char *const a_ = (actual), *const x_ = (expected);                               \
        if (a_ == NULL || strcmp(a_, x_) != 0) {                                               \
            fail_msg("%s:%d: %s is\n%s\nexpected\n%s", __FILE__, __LINE__, #actual,            \
                     a_ ? a_ : "(null)", x_);                                                  \
        }                                                                                      \
    } while (0)
#define EXPECT_CONTAINS(actual, part)                                                          \
    do {                                                                                       \
        const char *const a_ = (actual), *const x_ = (part);                                   \
        if (a_ == NULL || strstr(a_, x_) == NULL) {                                            \
            fail_msg("%s:%d: %s is\n%s\nwithout\n%s", __FILE__, __LINE__, #actual,             \
                     a_ ? a_ : "(null)", x_);                                                  \
        }                                                                                      \
    } while (0)
/* call returns err_code and fills the struct err named `e` in scope. */
#define EXPECT_OK(call)                                                                        \
    do {                                                                                       \
        const enum err_code c_ = (call);                                                       \
        if (c_ != ERR_OK) {                                                                    \
            fail_msg("%s:%d: %s: %s: %s", __FILE__, __LINE__, #call, err_name(c_), e.msg);     \
        }                                                                                      \
    } while (0)
#define EXPECT_ERR(call, code_expected, part)                                                  \
    do {                                                                                       \
        const enum err_code c_ = (call);                                                       \
        if (c_ != (code_expected) || strstr(e.msg, (part)) == NULL) {                          \
            fail_msg("%s:%d: %s gave %s \"%s\", expected %s with \"%s\"", __FILE__, __LINE__,  \
                     #call, err_name(c_), e.msg, err_name(code_expected), (part));             \
        }                                                                                      \
    } while (0)

#endif
