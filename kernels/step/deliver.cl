/* step/deliver.cl: hands a slice's spikes to the input rings of their targets, all connections
 * in one launch. A spike of step n with delay D reaches slot (n + 1 + D) mod n_slots. Sums are
 * integers, so no order matters: both kernels give the same bits. Host launcher:
 * sim/backend_opencl.c; host mirror: sim/cpu_deliver.c. */
#include "shared/slice.h"

/* Weights and sums: 64 bits wide in a network in double precision. */
#ifndef REAL_IS_DOUBLE
#define REAL_IS_DOUBLE 0
#endif
#if REAL_IS_DOUBLE
typedef i64 deliver_sum;
#else
typedef i32 deliver_sum;
#endif

/* One atomic addition to a sum. Without 64-bit atomics the two halves are added one after the
 * other, and whoever makes the lower one run over carries the one: additions modulo 2^64 come
 * in any order, so the sum is right when all are done. */
#if !REAL_IS_DOUBLE
SHARED_FN void deliver_add(volatile __global i32 *sum, i32 w)
{
    (void)atomic_add(sum, w);
}
#elif defined(DELIVER_ATOMIC64) && DELIVER_ATOMIC64
#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
SHARED_FN void deliver_add(volatile __global i64 *sum, i64 w)
{
    (void)atom_add(sum, w);
}
#else
SHARED_FN void deliver_add(volatile __global i64 *sum, i64 w)
{
    volatile __global u32 *const halves = (volatile __global u32 *)sum;
    const u32 low = (u32)(u64)w;
    u32 high = (u32)((u64)w >> 32);
    if (low != 0) {
        high += atomic_add(halves, low) + low < low ? 1u : 0u;
    }
    if (high != 0) {
        (void)atomic_add(halves + 1, high);
    }
}
#endif

/* First of the ascending targets in [from, to) that is not below least. */
SHARED_FN u64 deliver_first_target(__global const u32 *target, u64 from, u64 to, u32 least)
{
    while (from < to) {
        const u64 middle = from + (to - from) / 2;
        const bool is_below = target[middle] < least;
        from = is_below ? middle + 1 : from;
        to = is_below ? to : middle;
    }
    return from;
}

/* Adds the edges [from, to) to one slot of a ring. (No restrict here or in neuron_events:
 * inlined, it becomes a scope that Oclgrind 21.10 does not know.) */
SHARED_FN void deliver_edges(__global const struct conn_layout *c, u64 from, u64 to,
                             __global const u32 *target, __global const deliver_sum *weight,
                             __global deliver_sum *ring)
{
    if (c->has_weights != 0) {
        for (u64 k = from; k < to; k++) {
            ring[target[k]] += weight[k];
        }
    } else {
        const deliver_sum w = (deliver_sum)c->weight;
        for (u64 k = from; k < to; k++) {
            ring[target[k]] += w;
        }
    }
}

/* deliver_partitioned: one work-item owns a range of targets in every population and walks all
 * spikes over it: no atomics. global (n_partitions, 1, 1)   local (1, 1, 1) required   local
 * memory 0 in conns[n_conns], places[n_populations], row_ptr, target, weight, slots; in-out
 * ring Reads 16 B per row and delay, 4 or 8 B per synapse (12 in double); adds 4 or 8 B. Writes
 * only its own targets. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
deliver_partitioned(__global const struct conn_layout *restrict conns,
                    __global const struct deliver_place *restrict places,
                    __global const u64 *restrict row_ptr, __global const u32 *restrict targets,
                    __global const deliver_sum *restrict weights,
                    __global deliver_sum *restrict rings, __global const u32 *restrict slots,
                    const struct deliver_slice slice)
{
    const u32 part = (u32)get_global_id(0);
    if (part >= slice.n_partitions) {
        return;
    }
    __global const u32 *const slot = slots + slice.slot_at;
    for (u32 j = 0; j < slice.n_conns; j++) {
        __global const struct conn_layout *const c = conns + j;
        const u32 n_entries = slot[places[c->pre].count_at];
        const u64 n_blocks = (c->n_post + CELL_BLOCK - 1) / CELL_BLOCK;
        const u32 low = (u32)(n_blocks * part / slice.n_partitions) * CELL_BLOCK;
        const u32 high = (u32)(n_blocks * (part + 1) / slice.n_partitions) * CELL_BLOCK;
        if (n_entries == 0 || low >= high) {
            continue;
        }
        __global const u32 *const entries = slot + places[c->pre].list_at;
        __global const u32 *const target = targets + c->edge_begin;
        __global const deliver_sum *const weight = weights + c->weight_begin;
        const u32 n_slots = c->ring_slots;
        const u32 base = slice_ring_slot(slice.first + 1 + (i64)c->delay_min, n_slots);
        for (u32 k = 0; k < n_entries; k++) {
            const u32 cell = entries[2 * k];
            __global const u64 *const rows = row_ptr + c->row_begin + (u64)cell * c->n_delays;
            for (u32 d = 0; d < c->n_delays; d++) {
                u64 from = rows[d], to = rows[d + 1];
                if (from == to) {
                    continue;
                }
                from = low == 0 ? from : deliver_first_target(target, from, to, low);
                to = high >= c->n_post ? to : deliver_first_target(target, from, to, high);
                if (from == to) {
                    continue;
                }
                for (u32 steps = entries[2 * k + 1]; steps != 0; steps &= steps - 1) {
                    const u32 s = 31u - (u32)clz(steps & (0u - steps)); /* its lowest bit */
                    const u32 at = (base + s + d) % n_slots;
                    deliver_edges(c, from, to, target, weight,
                                  rings + c->ring_begin + (u64)at * c->ring_stride);
                }
            }
        }
    }
}

/* deliver_atomic: one work-group takes a spiking cell, its lanes the edges of all delays
 * together (a source's rows are contiguous). The spikes of all connections are numbered through
 * and dealt out in turn, so no group idles while another has much to do. global (n_groups *
 * local, 1, 1)   local any   local memory 0 in and out as deliver_partitioned, with one atomic
 * addition per synapse and spike. */
__kernel void deliver_atomic(__global const struct conn_layout *restrict conns,
                             __global const struct deliver_place *restrict places,
                             __global const u64 *restrict row_ptr,
                             __global const u32 *restrict targets,
                             __global const deliver_sum *restrict weights,
                             volatile __global deliver_sum *rings,
                             __global const u32 *restrict slots,
                             const struct deliver_slice slice)
{
    const u32 group = (u32)get_group_id(0), n_groups = (u32)get_num_groups(0);
    const u32 lane = (u32)get_local_id(0), n_lanes = (u32)get_local_size(0);
    __global const u32 *const slot = slots + slice.slot_at;
    u32 turn = 0; /* spikes of earlier connections mod n_groups */
    for (u32 j = 0; j < slice.n_conns; j++) {
        __global const struct conn_layout *const c = conns + j;
        const u32 n_entries = slot[places[c->pre].count_at];
        if (n_entries == 0) {
            continue;
        }
        __global const u32 *const entries = slot + places[c->pre].list_at;
        __global const u32 *const target = targets + c->edge_begin;
        __global const deliver_sum *const weight = weights + c->weight_begin;
        volatile __global deliver_sum *const ring = rings + c->ring_begin;
        const u32 n_slots = c->ring_slots, n_delays = c->n_delays;
        const u32 base = slice_ring_slot(slice.first + 1 + (i64)c->delay_min, n_slots);
        for (u64 k = (group + n_groups - turn) % n_groups; k < n_entries; k += n_groups) {
            const u32 cell = entries[2 * k], spikes = entries[2 * k + 1];
            __global const u64 *const rows = row_ptr + c->row_begin + (u64)cell * n_delays;
            const u64 end = rows[n_delays];
            u32 d = 0;
            for (u64 edge = rows[0] + lane; edge < end; edge += n_lanes) {
                while (edge >= rows[d + 1]) {
                    d++;
                }
                const deliver_sum w =
                    c->has_weights != 0 ? weight[edge] : (deliver_sum)c->weight;
                volatile __global deliver_sum *const cell_ring = ring + target[edge];
                for (u32 steps = spikes; steps != 0; steps &= steps - 1) {
                    const u32 s = 31u - (u32)clz(steps & (0u - steps));
                    deliver_add(cell_ring + (u64)((base + s + d) % n_slots) * c->ring_stride,
                                w);
                }
            }
        }
        turn = (turn + n_entries % n_groups) % n_groups;
    }
}

/* collect_watches: fetches the value of each watch's least offender into the slot, before the
 * next slice overwrites it. global (n_watches, 1, 1)   local any   local memory 0 */
__kernel void collect_watches(__global const struct watch_place *restrict places,
                              __global const f32 *restrict values, __global u32 *restrict slots,
                              u64 slot_at, u32 n_watches)
{
    const u32 k = (u32)get_global_id(0);
    if (k >= n_watches) {
        return;
    }
    __global u32 *const head = slots + slot_at + places[k].word_at;
    if (head[HEAD_WATCH_COUNT] != 0) {
        head[HEAD_WATCH_VALUE] =
            as_uint(values[places[k].value_at + SLICE_NOT(head[HEAD_WATCH_CELL])]);
    }
}
