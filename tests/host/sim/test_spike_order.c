#include "support/expect.h"

#include "sim/spike_order.h"

#include "base/hash.h"

static void spikes_come_by_step_then_cell_when_sorted(void **state)
{
    (void)state;
    struct err e;
    struct spike_order o = {0};
    const struct spike_entry entries[] = {
        {7,           0x5        },
        {2,           0x80000001u},
        {4000000000u, 0x1        },
        {3,           0x4        }
    };
    const struct sim_spike *spikes;
    uint64_t n;
    EXPECT_OK(spike_order_sort(&o, entries, 4, -10, 32, &spikes, &n, &e));
    const struct sim_spike expected[] = {
        {-10, 2          },
        {-10, 7          },
        {-10, 4000000000u},
        {-8,  3          },
        {-8,  7          },
        {21,  2          }
    };
    EXPECT_EQ_I64(n, 6);
    for (uint64_t k = 0; k < n; k++) {
        EXPECT_EQ_I64(spikes[k].step, expected[k].step);
        EXPECT_EQ_I64(spikes[k].cell, expected[k].cell);
    }
    EXPECT_OK(spike_order_sort(&o, entries, 4, -10, 2, &spikes, &n,
                               &e)); /* later steps are cut off */
    EXPECT_EQ_I64(n, 3);
    EXPECT_OK(spike_order_sort(&o, NULL, 0, 0, 32, &spikes, &n, &e));
    EXPECT_EQ_I64(n, 0);
    spike_order_fini(&o);
}

static void radix_and_insertion_agree_when_sizes_vary(void **state)
{
    (void)state;
    struct err e;
    struct spike_order o = {0};
    static const uint32_t sizes[] = {1, 15, 16, 17, 48, 49, 5000};
    static const uint32_t spans[] = {1, 2047, 2049, 4300000, 0xfffffff0u};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t r = 0; r < sizeof spans / sizeof *spans; r++) {
            struct spike_entry *entries;
            EXPECT_OK(mem_alloc(&entries, sizes[s], sizeof *entries, &e));
            uint64_t expected = 0;
            for (uint32_t k = 0; k < sizes[s]; k++) {
                const uint64_t x = hash_mix64(k + 1000 * r);
                entries[k] =
                    (struct spike_entry){(uint32_t)(x % spans[r]), (uint32_t)(x >> 32)};
                expected += (uint64_t)__builtin_popcount(entries[k].steps);
            }
            const struct sim_spike *spikes;
            uint64_t n;
            EXPECT_OK(spike_order_sort(&o, entries, sizes[s], 100, 32, &spikes, &n, &e));
            EXPECT_EQ_U64(n, expected);
            for (uint64_t k = 1; k < n; k++) {
                EXPECT_TRUE(spikes[k - 1].step < spikes[k].step ||
                            (spikes[k - 1].step == spikes[k].step &&
                             spikes[k - 1].cell <= spikes[k].cell));
            }
            mem_free(entries);
        }
    }
    spike_order_fini(&o);
}

static void hash_is_the_sum_over_spikes_and_free_of_slices(void **state)
{
    (void)state;
    const struct spike_entry whole = {9, 0x0000000bu}; /* steps 4, 5, 7 */
    uint64_t hash = 0, count = 0;
    spike_order_hash(&whole, 1, 4, 4, &hash, &count);
    uint64_t expected = 0;
    static const uint64_t steps[] = {4, 5, 7};
    for (int k = 0; k < 3; k++) {
        expected += hash_mix64(hash_mix64(steps[k]) + 9);
    }
    EXPECT_EQ_U64(hash, expected);
    EXPECT_EQ_U64(count, 3);
    const struct spike_entry early = {9, 0x3}, late = {9, 0x2};
    uint64_t parts = 0;
    count = 0;
    spike_order_hash(&late, 1, 6, 2, &parts, &count);
    spike_order_hash(&early, 1, 4, 2, &parts, &count);
    EXPECT_EQ_U64(parts, expected);
}

static void run_hash_takes_spiking_populations_by_name(void **state)
{
    (void)state;
    const char *const names[] = {"iSPN", "FSI", "dSPN"}, *const other[] = {"dSPN", "iSPN"};
    const uint64_t counts[] = {2, 0, 5}, hashes[] = {0x1122334455667788u, 3, 0x99u};
    const uint64_t other_counts[] = {5, 2}, other_hashes[] = {0x99u, 0x1122334455667788u};
    const unsigned char bytes[] =
        "dSPN\0\x99\0\0\0\0\0\0\0iSPN\0\x88\x77\x66\x55\x44\x33\x22\x11";
    const uint64_t expected = hash_fnv1a(HASH_FNV_START, bytes, sizeof bytes - 1);
    EXPECT_EQ_U64(spike_order_run_hash(names, counts, hashes, 3), expected);
    EXPECT_EQ_U64(spike_order_run_hash(other, other_counts, other_hashes, 2), expected);
    EXPECT_EQ_U64(spike_order_run_hash(names, counts, hashes, 0), HASH_FNV_START);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spikes_come_by_step_then_cell_when_sorted),
        cmocka_unit_test(radix_and_insertion_agree_when_sizes_vary),
        cmocka_unit_test(hash_is_the_sum_over_spikes_and_free_of_slices),
        cmocka_unit_test(run_hash_takes_spiking_populations_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
