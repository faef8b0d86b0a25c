/* base/stream.h: keys of random streams (design section 5): seed, purpose and the *name* of
 * what draws. Counters are local indices, so a population's draws do not depend on any other
 * population. Sees: hash. */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include "base/hash.h"

enum stream_purpose {
    STREAM_STEP = 1,  /* random functions of a model's statements; counter: cell, step */
    STREAM_INPUT,     /* events of an input; name: input NUL population */
    STREAM_INITIAL,   /* initial values; name: population NUL variable */
    STREAM_PARAMETER, /* per-neuron parameters; name: population NUL parameter */
    STREAM_POSITION,  /* positions; name: population */
    STREAM_WIRING,    /* which pairs; name: projection NUL source NUL target */
    STREAM_WEIGHT,    /* weights of drawn synapses; same name */
    STREAM_DELAY,     /* delays of drawn synapses; same name */
    STREAM_SELECTION  /* random choice of recorded cells */
};

/* From the FNV-1a hash of the name. */
static inline uint64_t stream_key_hashed(uint64_t seed, enum stream_purpose purpose, uint64_t h)
{
    return hash_mix64(hash_mix64(seed + UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)purpose) ^ h);
}

/* name: n bytes, parts separated by NUL. */
static inline uint64_t stream_key(uint64_t seed, enum stream_purpose purpose, const char *name,
                                  size_t n)
{
    return stream_key_hashed(seed, purpose, hash_fnv1a(HASH_FNV_START, name, n));
}

#endif
