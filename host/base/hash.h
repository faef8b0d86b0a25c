/* base/hash.h: the two hashes of design section 5. FNV-1a-64: Fowler, Noll, Vo; mix64: the
 * finaliser of splitmix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195). Sees: libc.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_FNV_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_fnv1a(uint64_t h, const void *data, size_t n)
{
    const unsigned char *p = data;
    for (size_t k = 0; k < n; k++) {
        h = (h ^ p[k]) * UINT64_C(0x100000001b3);
    }
    return h;
}

static inline uint64_t hash_mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

#endif
