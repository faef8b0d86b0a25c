/* step/neuron.h: what every generated step kernel is built from: its arguments, events, draws,
 * reports. The generated text (host/sim/step_kernel_text.c) follows this file and calls it.
 *
 * A step kernel advances one population by a slice with its state in registers:
 * global (n_padded / WIDTH rounded up to a work-group, 1, 1)   local any   local memory 0
 * in-out state [n_states][n_padded]; ring: the slots of the slice are read and cleared
 * in parameter [rows][n_padded], position [3][n_padded] f32, uniforms, keys, channels, slot_of
 * [n_padded/CELL_BLOCK], train_* (given events: net/network.h) out slots (head, lists),
 * samples, watched [n_watches][n_padded] f32. Numbers are reals: f32, or f64 where
 * REAL_IS_DOUBLE. One work-item = WIDTH cells. Atomics only where a cell spikes or is reported.
 * With n_steps == 0 nothing changes. */
#ifndef STEP_NEURON_H
#define STEP_NEURON_H

#include "shared/slice.h"
#include "shared/real.h"
#include "shared/philox.h"
#include "shared/random.h"

#define NEURON_NO_BLOCK 0xffffffffu

/* Every step kernel takes the same arguments, used or not: the host has one way to set them. */
#define NEURON_ARGUMENTS                                                                       \
    __global real *restrict state, __global const real *restrict parameter,                    \
        __global const f32 *restrict position, __global sum *restrict ring,                    \
        __global const u32 *restrict uniforms, __global const u32 *restrict keys,              \
        __global const struct step_channel *restrict channels,                                 \
        __global const u32 *restrict slot_of, __global const u64 *restrict train_ptr,          \
        __global const i64 *restrict train_step, __global const u32 *restrict train_lane,      \
        __global const real *restrict train_weight, __global u32 *restrict slots,              \
        __global real *restrict samples, __global f32 *restrict watched,                       \
        const struct step_slice slice

/* Arguments that a small model may leave unused. */
#define NEURON_UNUSED()                                                                        \
    (void)(parameter), (void)(position), (void)(ring), (void)(uniforms), (void)(keys),         \
        (void)(channels), (void)(slot_of), (void)(train_ptr), (void)(train_step),              \
        (void)(train_lane), (void)(train_weight), (void)(samples), (void)(watched)

/* Value k of the uniforms from a word on, and a real from its bits. */
#if REAL_IS_DOUBLE
#define NEURON_COURSE(words, k)                                                                \
    as_double((u64)(words)[2u * (k)] | (u64)(words)[2u * (k) + 1u] << 32)
#define NEURON_REAL(bits) as_double(bits)
#else
#define NEURON_COURSE(words, k) as_float((words)[k])
#define NEURON_REAL(bits)       as_float((u32)(bits))
#endif

/* Clears the heads of the next slot, which the host has read by now. */
SHARED_FN void neuron_clear(__global u32 *head, u32 n_words)
{
    for (u32 k = 0; k < n_words; k++) {
        head[k] = 0;
    }
}

/* Number of events of a word: how many of the ascending thresholds table[1 … table[0]] it
 * reaches. Most words reach none. */
SHARED_FN realv neuron_events(u32v word, __global const u32 *table)
{
    const u32 n = table[0];
    f32v count = F32V(0.0f);
    for (u32 k = 1; k <= n; k++) {
        const i32v is_reached = word >= U32V(table[k]);
        if (!MASK_ANY(is_reached)) {
            break;
        }
        count = count + (is_reached ? F32V(1.0f) : F32V(0.0f));
    }
    return REAL_OF_F32V(count);
}

/* Given events of one block of cells, in the order of their steps: where the next one stands.
 */
struct neuron_train {
    u64 at, end;
    i64 step; /* of event `at`, or NEURON_NO_STEP */
};
#define NEURON_NO_STEP 0x7fffffffffffffffl

/* The first event that is not before step `first`. ptr: of the block, and of the one behind. */
SHARED_FN struct neuron_train neuron_train_find(__global const u64 *ptr,
                                                __global const i64 *steps, i64 first)
{
    u64 from = ptr[0], to = ptr[1];
    struct neuron_train t = {from, to, NEURON_NO_STEP};
    while (from < to) {
        const u64 middle = from + (to - from) / 2;
        const bool is_before = steps[middle] < first;
        from = is_before ? middle + 1 : from;
        to = is_before ? to : middle;
    }
    t.at = from;
    if (from < t.end) {
        t.step = steps[from];
    }
    return t;
}

/* What the events of a step bring to WIDTH cells, added in the list's order. first_lane: of
 * these cells in their block. */
SHARED_FN realv neuron_train_sum(struct neuron_train *t, i64 step, u32 first_lane,
                                 __global const i64 *steps, __global const u32 *lanes,
                                 __global const real *weights)
{
    if (t->step != step) {
        return REALV(0);
    }
    real values[WIDTH];
    for (u32 k = 0; k < WIDTH; k++) {
        values[k] = 0;
    }
    while (t->step == step) {
        const u32 lane = lanes[t->at] - first_lane;
        if (lane < WIDTH) {
            values[lane] = values[lane] + weights[t->at];
        }
        t->at++;
        t->step = t->at < t->end ? steps[t->at] : NEURON_NO_STEP;
    }
    return LOAD_REALV(values, 0);
}

/* The four words of draws 4*block … 4*block + 3. */
SHARED_FN struct philox_words neuron_words(u32v cell, i64 block, u32 retry, u32 k0, u32 k1)
{
    return philox4x32(cell, U32V((u32)(u64)block), U32V((u32)((u64)block >> 32)), U32V(retry),
                      k0, k1);
}

/* Draw j once more: truncated() asks for it. */
SHARED_FN u32v neuron_again(u32v cell, i64 j, u32 retry, u32 k0, u32 k1)
{
    return philox_select(neuron_words(cell, j >> 2, retry, k0, k1), (u32)(u64)j & 3u);
}

/* Poisson numbers take as many words as they need, lane by lane; their mean is rounded to
 * single. */
SHARED_FN realv neuron_poisson(realv mean, u32v cell, i64 j, u32 retry, u32 k0, u32 k1)
{
    f32 means[WIDTH], values[WIDTH];
    u32 cells[WIDTH];
    STORE_F32V(F32V_OF_REALV(mean), means, 0);
    STORE_U32V(cell, cells, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        values[lane] = rand_poisson(means[lane], cells[lane], (u32)(u64)j, (u32)((u64)j >> 32),
                                    retry, k0, k1);
    }
    return REAL_OF_F32V(LOAD_F32V(values, 0));
}

/* Appends the cells with a mask (bit s: step first + s) to a list. */
SHARED_FN void neuron_append(u32v mask, u32 first_cell, u32 n, __global u32 *count,
                             __global u32 *list)
{
    if (!MASK_ANY(mask != U32V(0u))) {
        return;
    }
    u32 steps[WIDTH];
    STORE_U32V(mask, steps, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        if (steps[lane] != 0 && first_cell + lane < n) {
            const u32 at = atomic_inc(count);
            list[2 * (u64)at] = first_cell + lane;
            list[2 * (u64)at + 1] = steps[lane];
        }
    }
}

/* A term of stop_when: steps in which some cell was reported. Where most cells are in most
 * steps (all(…) that does not hold yet), looking first spares the atomics: a bit never goes
 * back, so an old value only costs one. A checker takes the look for a race: none for it. */
#ifndef NEURON_LOOKS
#define NEURON_LOOKS 1
#endif
SHARED_FN void neuron_stop(u32v mask, u32 first_cell, u32 n, volatile __global u32 *word)
{
    if (!MASK_ANY(mask != U32V(0u))) {
        return;
    }
    u32 steps[WIDTH], all = 0;
    STORE_U32V(mask, steps, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        all |= first_cell + lane < n ? steps[lane] : 0u;
    }
#if NEURON_LOOKS
    all = (all & ~*word) != 0 ? all : 0u;
#endif
    if (all != 0) {
        (void)atomic_or(word, all);
    }
}

/* n_good: steps at whose end all states so far had been finite. */
SHARED_FN void neuron_report_bad(u32v n_good, u32 n_steps, u32 first_cell, u32 n,
                                 __global u32 *head)
{
    if (!MASK_ANY(n_good != U32V(n_steps))) {
        return;
    }
    u32 good[WIDTH];
    STORE_U32V(n_good, good, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        if (good[lane] < n_steps && first_cell + lane < n) {
            (void)atomic_max(head + HEAD_BAD + good[lane], SLICE_NOT(first_cell + lane));
        }
    }
}

/* Euler's limit (design section 3): dt*J below -2. words: the watch's part of the head; values:
 * [n_padded]. */
SHARED_FN void neuron_watch(realv value, u32 first_cell, u32 n, __global u32 *words,
                            __global f32 *values)
{
    if (!MASK_ANY(value < REALV(-2))) {
        return;
    }
    real lanes[WIDTH];
    STORE_REALV(value, lanes, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        if (lanes[lane] < -2 && first_cell + lane < n) {
            (void)atomic_inc(words + HEAD_WATCH_COUNT);
            (void)atomic_max(words + HEAD_WATCH_CELL, SLICE_NOT(first_cell + lane));
            values[first_cell + lane] = (f32)lanes[lane];
        }
    }
}

#endif
