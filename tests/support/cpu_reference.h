/* tests/support/cpu_reference.h: the network of test_backend_cpu.c by a plain loop over single
 * steps and cells, in one precision: included once with REAL float and once with REAL double.
 * SUM: the type of sums of weights; REFERENCE: the function's name; SCALE: of a channel. */

static struct outcome REFERENCE(const struct bench *b, int64_t from, int64_t to) {
    static REAL v[POPULATIONS][MOST], u[POPULATIONS][MOST], s[POPULATIONS][MOST];
    static SUM ring[POPULATIONS][SLOTS][MOST];
    static bool spiked[POPULATIONS][MOST];
    struct outcome o = {0};
    struct err e;
    memset(ring, 0, sizeof ring);
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        for (uint32_t i = 0; i < b->n[p]; i++) {
            v[p][i] = (REAL)b->state[p][0][i];
            u[p][i] = (REAL)b->state[p][1][i];
            s[p][i] = (REAL)b->state[p][2][i];
        }
    }
    static struct sim_thresholds t;
    EXPECT_OK(sim_thresholds_fill(&t, &b->populations[0].step.events[0], 0.7, &e));
    for (int64_t n = from; n < to; n++) {
        const size_t slot = (size_t)(((n % SLOTS) + SLOTS) % SLOTS);
        const REAL course =
            n < 0 ? 0 : (REAL)((double)n * 0.5 * 0.0625); /* held while settling */
        for (uint32_t p = 0; p < POPULATIONS; p++) {
            bool any[2] = {false, false};
            for (uint32_t i = 0; i < b->n[p]; i++) {
                const REAL arrived = s[p][i] + (REAL)ring[p][slot][i] * (REAL)SCALE;
                ring[p][slot][i] = 0;
                const uint32_t word = reference_word(b->keys[p][1], i, n);
                REAL events = 0;
                for (uint32_t k = 0; k < t.n; k++) {
                    events += word >= t.value[k] ? 1 : 0;
                }
                REAL given = 0;
                const uint64_t *const block = b->populations[p].trains.ptr + i / CELL_BLOCK;
                for (uint64_t k = block[0]; k < block[1] && k < b->n_given[p]; k++) {
                    const struct given *const g = &b->given[p][k];
                    given += g->cell == i && g->step == n ? (REAL)g->weight : 0;
                }
                const REAL driven = (arrived + events * (REAL)weight_of_event) + given;
                if (is_due(n) &&
                    (i / CELL_BLOCK == 0 || i / CELL_BLOCK == (b->n[p] - 1) / CELL_BLOCK)) {
                    o.samples += sample_mix(n, p, 0, i, (double)v[p][i]) +
                                 sample_mix(n, p, 1, i, (double)driven);
                }
                if (n % 32 == 0 && v[p][i] * (REAL)0.03125 < -2) {
                    o.watches++;
                }
                const REAL a = (REAL)f32_u01(reference_word(b->keys[p][0], i, 2 * n)),
                           c = (REAL)f32_u01(reference_word(b->keys[p][0], i, 2 * n + 1));
                const REAL noise = ((a + c) - 1) * 16;
                const REAL slope =
                    (((((REAL)0.04 * v[p][i]) * v[p][i] + 5 * v[p][i]) + 140) - u[p][i]) +
                    driven + (noise + course);
                const REAL v1 = v[p][i] + (REAL)step_ms * slope;
                const REAL u1 =
                    u[p][i] + (REAL)step_ms * ((REAL)0.02 * ((REAL)0.2 * v[p][i] - u[p][i]));
                spiked[p][i] = 30 <= v1;
                v[p][i] = spiked[p][i] ? -65 : v1;
                u[p][i] = spiked[p][i] ? u1 + 8 : u1;
                s[p][i] = driven * (REAL)decay;
                if (spiked[p][i] && n >= 0) {
                    o.hash[p] += hash_mix64(hash_mix64((uint64_t)n) + i);
                    o.count[p]++;
                }
                const bool stops[2] = {10 < v[p][i], (REAL)u_stop < u[p][i]};
                for (uint32_t k = 0; k < 2; k++) {
                    any[k] = any[k] || stops[k];
                    o.stops += stops[k] && !stop_is_all[p][k] ? stop_mix(n, p, k, i) : 0;
                }
            }
            for (uint32_t k = 0; k < 2; k++) {
                o.stop_steps += any[k] ? stop_mix(n, p, k, UINT32_MAX) : 0;
            }
        }
        for (uint32_t k = 0; k < CONNS; k++) {
            const struct conn_layout *const l = &b->conns[k].layout;
            for (uint32_t i = 0; i < l->n_pre; i++) {
                for (uint32_t d = 0; spiked[l->pre][i] && d < l->n_delays; d++) {
                    const uint64_t *const row =
                        b->wiring.row_ptr + l->row_begin + (uint64_t)i * l->n_delays + d;
                    const int64_t at = n + 1 + l->delay_min + d;
                    SUM *const sums = ring[l->post][((at % SLOTS) + SLOTS) % SLOTS];
                    for (uint64_t edge = row[0]; edge < row[1]; edge++) {
                        sums[b->wiring.target[l->edge_begin + edge]] +=
                            l->has_weights != 0
                                ? ((const SUM *)b->wiring.weight)[l->weight_begin + edge]
                                : (SUM)l->weight;
                    }
                }
            }
        }
    }
    for (uint32_t p = 0; p < POPULATIONS; p++) {
        for (uint32_t i = 0; i < b->n[p]; i++) {
            o.state += state_mix((double)v[p][i], (double)u[p][i], (double)s[p][i], i);
        }
    }
    return o;
}
