/* lang/flush.h: subnormals are zero in single precision (design section 5), on the host as on
 * the devices. A thread that runs the interpreter stands between flush_denormals_begin and
 * flush_denormals_end; what it computes in double in between would be flushed too, so keep
 * courses outside. Sees: libc. Threads: the setting belongs to its thread. */
#ifndef LANG_FLUSH_H
#define LANG_FLUSH_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

/* Sets flush to zero (and denormals are zero) for this thread; returns the old state for
 * flush_denormals_end. */
static inline uint64_t flush_denormals_begin(void)
{
#if defined(__SSE2__)
    const unsigned old = _mm_getcsr();
    _mm_setcsr(old | 0x8040u); /* FTZ bit 15, DAZ bit 6 */
    return old;
#elif defined(__aarch64__)
    uint64_t old;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(old));
    __asm__ __volatile__("msr fpcr, %0" : : "r"(old | (UINT64_C(1) << 24))); /* FZ */
    return old;
#else
#error "no way known to flush subnormals on this processor: add it here"
#endif
}

/* Keeps subnormals for a while (double precision) in a thread that flushes; the same way back.
 */
static inline uint64_t flush_denormals_pause(void)
{
#if defined(__SSE2__)
    const unsigned old = _mm_getcsr();
    _mm_setcsr(old & ~0x8040u);
    return old;
#elif defined(__aarch64__)
    uint64_t old;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(old));
    __asm__ __volatile__("msr fpcr, %0" : : "r"(old & ~(UINT64_C(1) << 24))); /* FZ */
    return old;
#endif
}

static inline void flush_denormals_end(uint64_t old)
{
#if defined(__SSE2__)
    _mm_setcsr((unsigned)old);
#elif defined(__aarch64__)
    __asm__ __volatile__("msr fpcr, %0" : : "r"(old));
#endif
}

/* A double as the model's float32: rounded to nearest once; what is below the least normal
 * number becomes zero with its sign, whatever the thread's setting (so both readers hold the
 * same constant). */
static inline float flush_to_f32(double value)
{
    if (value > -(double)FLT_MIN && value < (double)FLT_MIN) {
        return __builtin_signbit(value) != 0 ? -0.0f : 0.0f;
    }
    return (float)value;
}

#endif
