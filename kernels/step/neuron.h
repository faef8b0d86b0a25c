/* step/neuron.h: what every generated step kernel is built from: its arguments, events, draws,
 * reports. The generated text (host/sim/step_kernel_text.c) follows this file and calls it.
 *
 * A step kernel advances one population by a slice with its state in registers:
 * global (n_padded / WIDTH rounded up to a work-group, 1, 1)   local any   local memory 0
 * in-out state [n_states][n_padded] f32; ring: the slots of the slice are read and cleared
 * in parameter [rows][n_padded], position [3][n_padded], uniforms, keys, channels, slot_of
 * [n_padded/CELL_BLOCK] out slots (head, list), samples, watched [n_watches][n_padded] One
 * work-item = WIDTH cells. Atomics only where a cell spikes or is reported. With n_steps == 0
 * nothing changes. */
#ifndef STEP_NEURON_H
#define STEP_NEURON_H

#include "shared/slice.h"
#include "shared/vector.h"
#include "shared/math_f32.h"
#include "shared/philox.h"
#include "shared/random.h"

#define NEURON_NO_BLOCK 0xffffffffu

/* Every step kernel takes the same arguments, used or not: the host has one way to set them. */
#define NEURON_ARGUMENTS                                                                       \
    __global f32 *restrict state, __global const f32 *restrict parameter,                      \
        __global const f32 *restrict position, __global i32 *restrict ring,                    \
        __global const u32 *restrict uniforms, __global const u32 *restrict keys,              \
        __global const struct step_channel *restrict channels,                                 \
        __global const u32 *restrict slot_of, __global u32 *restrict slots,                    \
        __global f32 *restrict samples, __global f32 *restrict watched,                        \
        const struct step_slice slice

/* Arguments that a small model may leave unused. */
#define NEURON_UNUSED()                                                                        \
    (void)(parameter), (void)(position), (void)(ring), (void)(uniforms), (void)(keys),         \
        (void)(channels), (void)(slot_of), (void)(samples), (void)(watched)

/* Clears the heads of the next slot, which the host has read by now. */
SHARED_FN void neuron_clear(__global u32 *head, u32 n_words)
{
    for (u32 k = 0; k < n_words; k++) {
        head[k] = 0;
    }
}

/* Number of events of a word: how many of the ascending thresholds table[1 … table[0]] it
 * reaches. Most words reach none. */
SHARED_FN f32v neuron_events(u32v word, __global const u32 *table)
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
    return count;
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

/* Poisson numbers take as many words as they need, lane by lane. */
SHARED_FN f32v neuron_poisson(f32v mean, u32v cell, i64 j, u32 retry, u32 k0, u32 k1)
{
    f32 means[WIDTH], values[WIDTH];
    u32 cells[WIDTH];
    STORE_F32V(mean, means, 0);
    STORE_U32V(cell, cells, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        values[lane] = rand_poisson(means[lane], cells[lane], (u32)(u64)j, (u32)((u64)j >> 32),
                                    retry, k0, k1);
    }
    return LOAD_F32V(values, 0);
}

/* Appends the cells that spiked in this slice to the population's list. */
SHARED_FN void neuron_append(u32v mask, u32 first_cell, u32 n, __global u32 *head,
                             __global u32 *list)
{
    if (!MASK_ANY(mask != U32V(0u))) {
        return;
    }
    u32 steps[WIDTH];
    STORE_U32V(mask, steps, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        if (steps[lane] != 0 && first_cell + lane < n) {
            const u32 at = atomic_inc(head + HEAD_SPIKES);
            list[2 * (u64)at] = first_cell + lane;
            list[2 * (u64)at + 1] = steps[lane];
        }
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
SHARED_FN void neuron_watch(f32v value, u32 first_cell, u32 n, __global u32 *words,
                            __global f32 *values)
{
    if (!MASK_ANY(value < F32V(-2.0f))) {
        return;
    }
    f32 lanes[WIDTH];
    STORE_F32V(value, lanes, 0);
    for (u32 lane = 0; lane < WIDTH; lane++) {
        if (lanes[lane] < -2.0f && first_cell + lane < n) {
            (void)atomic_inc(words + HEAD_WATCH_COUNT);
            (void)atomic_max(words + HEAD_WATCH_CELL, SLICE_NOT(first_cell + lane));
            values[first_cell + lane] = lanes[lane];
        }
    }
}

#endif
