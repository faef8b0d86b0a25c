/* sim/spike_order.h: a backend gives a slice's spikes as (cell, bits of steps) in any order;
 * results want them by step, then cell. Sees: base, kernels/shared. Memory: spike_order_fini
 * frees; buffers grow to the busiest slice and stay. */
#ifndef SIM_SPIKE_ORDER_H
#define SIM_SPIKE_ORDER_H

#include "sim/sim.h"

struct spike_order {
    struct spike_entry *entries, *other;
    size_t entries_capacity, other_capacity;
    struct sim_spike *spikes;
    size_t spikes_capacity;
};

/* The spikes of steps first … first + n_steps - 1 among n entries. *spikes: borrowed until the
 * next call. */
enum err_code spike_order_sort(struct spike_order *o, const struct spike_entry *entries,
                               uint32_t n, int64_t first, uint32_t n_steps,
                               const struct sim_spike **spikes, uint64_t *n_spikes,
                               struct err *e) ERR_CHECKED;
void spike_order_fini(struct spike_order *o);

/* Adds the entries' spikes to a population's hash and count (design section 5). first must not
 * be negative. */
void spike_order_hash(const struct spike_entry *entries, uint32_t n, int64_t first,
                      uint32_t n_steps, uint64_t *hash, uint64_t *count);
/* The run's hash from those of its populations: FNV-1a-64 over name, 0 byte and hash (8 bytes,
 * little endian) of each population that spiked, ordered by name. */
uint64_t spike_order_run_hash(const char *const *names, const uint64_t *counts,
                              const uint64_t *hashes, uint32_t n);

#endif
