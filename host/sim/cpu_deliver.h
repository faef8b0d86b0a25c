/* sim/cpu_deliver.h: delivery of a slice's spikes on the host. Targets are split into
 * partitions, and whoever owns a partition walks all spikes over its own targets: plain adds,
 * no atomics (design section 6). Sums are integers, so the order is free. Sees: net,
 * kernels/shared. Threads: partitions may run at once; they write to disjoint parts of the
 * ring. */
#ifndef SIM_CPU_DELIVER_H
#define SIM_CPU_DELIVER_H

#include "net/network.h"
#include "sim/cpu_loops.h"

struct cpu_delivery {
    const struct net_conn *conns;
    uint32_t n_conns;
    const struct net_wiring *wiring;
    void *ring; /* int32_t, in double precision int64_t */
    enum precision precision;
    const struct cpu_loops *loops;            /* of that precision */
    const struct spike_entry *const *entries; /* [population] */
    const uint32_t *n_entries;                /* [population] */
    int64_t first;                            /* step of bit 0 */
    uint32_t n_partitions;
};

/* Slot of a ring for a step, negative ones too. */
static inline uint32_t cpu_ring_slot(int64_t step, uint32_t n_slots)
{
    const int64_t r = step % (int64_t)n_slots;
    return (uint32_t)(r < 0 ? r + (int64_t)n_slots : r);
}

/* Delivers to partition k of n_partitions: a spike of step n with delay D reaches slot (n + 1 +
 * D) mod n_slots. */
void cpu_deliver(const struct cpu_delivery *d, uint32_t k);

#endif
