/* Sorting by cell is a radix sort of 11 bits a pass (insertion where there are few), then one
 * counting pass over the steps: linear in the number of spikes. */
#include "sim/spike_order.h"

#include "base/hash.h"

#include <string.h>

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, INSERTION_MOST = 48 };

static void spike_order_insert(struct spike_entry *x, uint32_t n)
{
    for (uint32_t k = 1; k < n; k++) {
        const struct spike_entry now = x[k];
        uint32_t at = k;
        while (at > 0 && x[at - 1].cell > now.cell) {
            x[at] = x[at - 1];
            at--;
        }
        x[at] = now;
    }
}

/* Returns where the sorted entries are: in x or in other. */
static struct spike_entry *spike_order_radix(struct spike_entry *x, struct spike_entry *other,
                                             uint32_t n)
{
    uint32_t largest = 0;
    for (uint32_t k = 0; k < n; k++) {
        largest = x[k].cell > largest ? x[k].cell : largest;
    }
    for (unsigned shift = 0; shift < 32 && (largest >> shift) != 0; shift += RADIX_BITS) {
        uint32_t start[RADIX] = {0};
        for (uint32_t k = 0; k < n; k++) {
            start[x[k].cell >> shift & (RADIX - 1)]++;
        }
        uint32_t sum = 0;
        for (uint32_t b = 0; b < RADIX; b++) {
            const uint32_t count = start[b];
            start[b] = sum;
            sum += count;
        }
        for (uint32_t k = 0; k < n; k++) {
            other[start[x[k].cell >> shift & (RADIX - 1)]++] = x[k];
        }
        struct spike_entry *const swap = x;
        x = other;
        other = swap;
    }
    return x;
}

static uint32_t spike_order_bits(uint32_t n_steps)
{
    return n_steps >= 32 ? UINT32_MAX : (1u << n_steps) - 1u;
}

enum err_code spike_order_sort(struct spike_order *o, const struct spike_entry *entries,
                               uint32_t n, int64_t first, uint32_t n_steps,
                               const struct sim_spike **spikes, uint64_t *n_spikes,
                               struct err *e)
{
    *spikes = NULL;
    *n_spikes = 0;
    if (n == 0) {
        return ERR_OK;
    }
    ERR_TRY(mem_grow(&o->entries, &o->entries_capacity, n, sizeof *o->entries, e));
    memcpy(o->entries, entries, (size_t)n * sizeof *entries);
    struct spike_entry *sorted = o->entries;
    if (n <= INSERTION_MOST) {
        spike_order_insert(sorted, n);
    } else {
        ERR_TRY(mem_grow(&o->other, &o->other_capacity, n, sizeof *o->other, e));
        sorted = spike_order_radix(o->entries, o->other, n);
    }
    const uint32_t wanted = spike_order_bits(n_steps);
    uint64_t at[SLICE_MAX + 1] = {0};
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t bits = sorted[k].steps & wanted; bits != 0; bits &= bits - 1) {
            at[__builtin_ctz(bits) + 1]++;
        }
    }
    for (uint32_t s = 0; s < SLICE_MAX; s++) {
        at[s + 1] += at[s];
    }
    const uint64_t total = at[SLICE_MAX];
    ERR_TRY(mem_grow(&o->spikes, &o->spikes_capacity, total, sizeof *o->spikes, e));
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t bits = sorted[k].steps & wanted; bits != 0; bits &= bits - 1) {
            const uint32_t s = (uint32_t)__builtin_ctz(bits);
            o->spikes[at[s]++] = (struct sim_spike){.step = first + s, .cell = sorted[k].cell};
        }
    }
    *spikes = o->spikes;
    *n_spikes = total;
    return ERR_OK;
}

void spike_order_fini(struct spike_order *o)
{
    mem_free(o->entries);
    mem_free(o->other);
    mem_free(o->spikes);
    *o = (struct spike_order){0};
}

void spike_order_hash(const struct spike_entry *entries, uint32_t n, int64_t first,
                      uint32_t n_steps, uint64_t *hash, uint64_t *count)
{
    uint64_t mixed[SLICE_MAX];
    for (uint32_t s = 0; s < n_steps && s < SLICE_MAX; s++) {
        mixed[s] = hash_mix64((uint64_t)(first + s));
    }
    const uint32_t wanted = spike_order_bits(n_steps);
    uint64_t sum = 0, total = 0;
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t bits = entries[k].steps & wanted; bits != 0; bits &= bits - 1) {
            sum += hash_mix64(mixed[__builtin_ctz(bits)] + entries[k].cell);
            total++;
        }
    }
    *hash += sum;
    *count += total;
}

uint64_t spike_order_run_hash(const char *const *names, const uint64_t *counts,
                              const uint64_t *hashes, uint32_t n)
{
    uint64_t h = HASH_FNV_START;
    const char *last = NULL;
    for (;;) {
        /* The next name in order: a run has few populations, so the plain search is enough. */
        uint32_t next = n;
        for (uint32_t p = 0; p < n; p++) {
            if (counts[p] != 0 && (last == NULL || strcmp(names[p], last) > 0) &&
                (next == n || strcmp(names[p], names[next]) < 0)) {
                next = p;
            }
        }
        if (next == n) {
            return h;
        }
        last = names[next];
        unsigned char bytes[8];
        for (unsigned k = 0; k < 8; k++) {
            bytes[k] = (unsigned char)(hashes[next] >> (8 * k));
        }
        h = hash_fnv1a(h, last, strlen(last) + 1);
        h = hash_fnv1a(h, bytes, sizeof bytes);
    }
}
