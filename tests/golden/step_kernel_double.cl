#line 1 "step kernel"
#define DRAW(s, d, r) \
    ((r) == 0u ? draw##s##x##d : neuron_again(cell, j##s##x + d, (r), key##s##a, key##s##b))
#define POISSON(s, d, r, mean) neuron_poisson((mean), cell, j##s##x + d, (r), key##s##a, key##s##b)
#define TRUNC_FAILED(mask)
__kernel void step_kernel(NEURON_ARGUMENTS)
{
    const u32 item = (u32)get_global_id(0), first_cell = item * WIDTH;
    if (first_cell >= slice.n_padded || slice.n_steps == 0u) {
        return;
    }
    __global u32 *const head = slots + slice.head_at;
    const u32v cell = U32V(first_cell) + LANE_INDEX;
    const u32 lanes = item % (CELL_BLOCK / WIDTH);
    if (item == 0u) {
        neuron_clear(slots + slice.next_head_at, slice.n_head);
    }
    realv state0x = LOAD_REALV(state + (u64)0 * slice.n_padded, item);
    realv state1x = LOAD_REALV(state + (u64)1 * slice.n_padded, item);
    realv state2x = LOAD_REALV(state + (u64)2 * slice.n_padded, item);
    realv state3x = LOAD_REALV(state + (u64)3 * slice.n_padded, item);
    const realv v5 = REAL_OF_U32V(cell);
    const realv v6 = REAL_OF_F32V(LOAD_F32V(position + (u64)0 * slice.n_padded, item));
    const realv v7 = LOAD_REALV(parameter + (u64)0 * slice.n_padded, item);
    __global sum *const ring0x = ring + channels[0].ring_begin;
    const u32 slots0x = channels[0].n_slots;
    const realv scale0x = REALV(NEURON_REAL(channels[0].scale));
    u32 at0x = slice_ring_slot(slice.first, slots0x);
    struct neuron_train train0x = neuron_train_find(train_ptr + (u64)0 * (slice.n_padded / CELL_BLOCK + 1u)
            + first_cell / CELL_BLOCK, train_step, slice.first);
    struct neuron_train train1x = neuron_train_find(train_ptr + (u64)1 * (slice.n_padded / CELL_BLOCK + 1u)
            + first_cell / CELL_BLOCK, train_step, slice.first);
    u32v stop0x = U32V(0u);
    u32v stop1x = U32V(0u);
    u32v stop2x = U32V(0u);
    const u32 sampled = slice.due != 0u ? slot_of[first_cell / CELL_BLOCK] : NEURON_NO_BLOCK;
    const u32 key0a = keys[0], key0b = keys[1];
    i64 j0x = slice.first * 3, block0x = (j0x >> 2) - 0x40000000;
    struct philox_words words0x0 = {U32V(0u), U32V(0u), U32V(0u), U32V(0u)};
    struct philox_words words0x1 = {U32V(0u), U32V(0u), U32V(0u), U32V(0u)};
    const u32 key1a = keys[2], key1b = keys[3];
    i64 j1x = slice.first * 1, block1x = (j1x >> 2) - 0x40000000;
    struct philox_words words1x0 = {U32V(0u), U32V(0u), U32V(0u), U32V(0u)};
    const u32 key2a = keys[4], key2b = keys[5];
    i64 j2x = slice.first * 1, block2x = (j2x >> 2) - 0x40000000;
    struct philox_words words2x0 = {U32V(0u), U32V(0u), U32V(0u), U32V(0u)};
    u32v spikes = U32V(0u), n_good = U32V(0u);
    realv broken = REALV(0);
    for (u32 s = 0; s < slice.n_steps; s++) {
        __global sum *const sums0x = ring0x + (u64)at0x * slice.n_padded;
        const realv arrival0x = REAL_OF_SUMV(LOAD_SUMV(sums0x, item)) * scale0x;
        STORE_SUMV(SUMV(0), sums0x, item);
        at0x = at0x + 1u == slots0x ? 0u : at0x + 1u;
        const realv given0x = neuron_train_sum(&train0x, slice.first + s, first_cell % CELL_BLOCK, train_step,
                                               train_lane, train_weight);
        const realv given1x = neuron_train_sum(&train1x, slice.first + s, first_cell % CELL_BLOCK, train_step,
                                               train_lane, train_weight);
        const realv v0 = state0x;
        const realv v1 = state1x;
        const realv v2 = state2x;
        const realv v3 = state3x;
        const realv v4 = arrival0x;
        const realv v8 = given0x;
        const realv v9 = given1x;
        const real c0 = NEURON_COURSE(uniforms + slice.courses_at, s * 3u + 0u);
        const real c1 = NEURON_COURSE(uniforms + slice.courses_at, s * 3u + 1u);
        const real c2 = NEURON_COURSE(uniforms + slice.courses_at, s * 3u + 2u);
        const i64 next0x = j0x >> 2;
        if (next0x != block0x) {
            if (next0x == block0x + 1) {
                words0x0 = words0x1;
            } else {
                words0x0 = neuron_words(cell, next0x + 0, 0u, key0a, key0b);
            }
            words0x1 = neuron_words(cell, next0x + 1, 0u, key0a, key0b);
            block0x = next0x;
        }
        const u32 offset0x = (u32)(u64)j0x & 3u;
        const u32v draw0x0 = philox_select(words0x0, (offset0x + 0u) & 3u);
        const u32v draw0x1 = (offset0x + 1u) >> 2 == 0u ? philox_select(words0x0, (offset0x + 1u) & 3u)
            : philox_select(words0x1, (offset0x + 1u) & 3u);
        const u32v draw0x2 = (offset0x + 2u) >> 2 == 0u ? philox_select(words0x0, (offset0x + 2u) & 3u)
            : philox_select(words0x1, (offset0x + 2u) & 3u);
        const i64 next1x = j1x >> 2;
        if (next1x != block1x) {
            words1x0 = neuron_words(cell, next1x + 0, 0u, key1a, key1b);
            block1x = next1x;
        }
        const u32 offset1x = (u32)(u64)j1x & 3u;
        const u32v draw1x0 = philox_select(words1x0, (offset1x + 0u) & 3u);
        const i64 next2x = j2x >> 2;
        if (next2x != block2x) {
            words2x0 = neuron_words(cell, next2x + 0, 0u, key2a, key2b);
            block2x = next2x;
        }
        const u32 offset2x = (u32)(u64)j2x & 3u;
        const u32v draw2x0 = philox_select(words2x0, (offset2x + 0u) & 3u);
        const realv e0 = neuron_events(draw1x0, uniforms + uniforms[slice.events_at + s * 2u + 0u]);
        const realv e1 = neuron_events(draw2x0, uniforms + uniforms[slice.events_at + s * 2u + 1u]);
        const f64v n3 = v3;
        const f64v n15 = (v2 + v4) + ((e0 * 1.5) + (e1 * 0.75));
        f64v n29 = F64V(as_double(0x7ff8000000000000ul));
        i64v wanted29 = F64V(0.0) == F64V(0.0);
        for (u32 retry29 = 0u; retry29 < 1000u && MASK_ANY(wanted29); retry29++) {
            const f64v value29 = (f64_u01(DRAW(0, 1, retry29)) * 4.0);
            const i64v takes29 = wanted29 & (F64V(1.0) <= value29) & (value29 <= F64V(2.0));
            n29 = takes29 ? value29 : n29;
            wanted29 = wanted29 & !takes29;
        }
        TRUNC_FAILED(wanted29);
        const f64v n44 = (n15 + (((v5 * 0.001) + ((f64_u01(DRAW(0, 0, 0u)) - 0.5) * 8.0)) + c1)) + ((n29 + POISSON(0, 2, 0u, (v6 * 0.01))) + ((F64V(c0) != F64V(0.0)) ? v7 : n3));
        const f64v n56 = v0 + (0.5 * ((((((0.04 * v0) * v0) + (5.0 * v0)) + 140.0) - v1) + n44));
        const f64v n63 = v1 + (0.5 * (0.02 * ((0.2 * v0) - v1)));
        const i64v n65 = 30.0 <= n56;
        const f64v n67 = n65 ? F64V(-65.0) : n56;
        const f64v n80 = (n15 * 0.75) + v8;
        const f64v n82 = (n65 ? (n63 + 8.0) : n63) - v9;
        const i64v n84 = 10.0 < n67;
        const i64v n87 = !(n82 < 0.0);
        const i64v n89 = 1000.0 < n67;
        if ((slice.due >> s & 1u) != 0u && sampled != NEURON_NO_BLOCK) {
            const f64v n0 = v0;
            const f64v n15 = (v2 + v4) + ((e0 * 1.5) + (e1 * 0.75));
            __global real *const row = samples + slice.samples_at +
                ((u64)(s * 3u) * slice.n_blocks + sampled) * CELL_BLOCK;
            STORE_REALV(REALV(n0), row + (u64)0 * slice.n_blocks * CELL_BLOCK, lanes);
            STORE_REALV(REALV(n15), row + (u64)1 * slice.n_blocks * CELL_BLOCK, lanes);
            STORE_REALV(REALV(c2), row + (u64)2 * slice.n_blocks * CELL_BLOCK, lanes);
        }
        if ((slice.first + s) % 32 == 0) {
            const f64v n74 = v0 * 0.03125;
            neuron_watch(REALV(n74), first_cell, slice.n, head + HEAD_WATCH + 0u * HEAD_WATCH_WORDS,
                         watched + slice.watched_at + (u64)0 * slice.n_padded);
        }
        spikes |= I32V_OF_MASK(n65) ? U32V(1u << s) : U32V(0u);
        const realv next0state = REALV(n67);
        const realv next1state = REALV(n82);
        const realv next2state = REALV(n80);
        state0x = next0state;
        broken = broken + (state0x - state0x);
        state1x = next1state;
        broken = broken + (state1x - state1x);
        state2x = next2state;
        broken = broken + (state2x - state2x);
        n_good = n_good + (I32V_OF_MASK(broken == REALV(0)) ? U32V(1u) : U32V(0u));
        stop0x |= I32V_OF_MASK(n84) ? U32V(1u << s) : U32V(0u);
        stop1x |= I32V_OF_MASK(n87) ? U32V(1u << s) : U32V(0u);
        stop2x |= I32V_OF_MASK(n89) ? U32V(1u << s) : U32V(0u);
        j0x += 3;
        j1x += 1;
        j2x += 1;
    }
    STORE_REALV(state0x, state + (u64)0 * slice.n_padded, item);
    STORE_REALV(state1x, state + (u64)1 * slice.n_padded, item);
    STORE_REALV(state2x, state + (u64)2 * slice.n_padded, item);
    neuron_append(spikes, first_cell, slice.n, head + HEAD_SPIKES, slots + slice.list_at);
    neuron_report_bad(n_good, slice.n_steps, first_cell, slice.n, head);
    neuron_stop(stop0x, first_cell, slice.n, head + HEAD_WATCH + 3u + HEAD_STOP_STEPS);
    neuron_append(stop0x, first_cell, slice.n, head + HEAD_WATCH + 3u + HEAD_STOP_COUNT,
                  slots + slice.stops_at + (u64)0 * slice.n);
    neuron_stop(stop1x, first_cell, slice.n, head + HEAD_WATCH + 5u + HEAD_STOP_STEPS);
    neuron_stop(stop2x, first_cell, slice.n, head + HEAD_WATCH + 7u + HEAD_STOP_STEPS);
    neuron_append(stop2x, first_cell, slice.n, head + HEAD_WATCH + 7u + HEAD_STOP_COUNT,
                  slots + slice.stops_at + (u64)2 * slice.n);
    (void)lanes;
    NEURON_UNUSED();
}
#undef DRAW
#undef POISSON
#undef TRUNC_FAILED
