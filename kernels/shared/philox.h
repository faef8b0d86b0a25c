/* shared/philox.h: Philox4x32-10, a counter-based random generator: a keyed bijection of
 * 128-bit counters. Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC11, doi 10.1145/2063384.2063405, sections 3.3 and 4. The two multipliers and the two
 * key increments (golden ratio and sqrt(3) - 1, as 32-bit fractions) are those of table 2
 * there. Known answers: tests/golden/philox_vectors.txt. One lane of a vector is one counter;
 * the key is the same in all lanes. Sees: vector. */
#ifndef SHARED_PHILOX_H
#define SHARED_PHILOX_H

#include "shared/vector.h"

#define PHILOX_M0 0xd2511f53u
#define PHILOX_M1 0xcd9e8d57u
#define PHILOX_W0 0x9e3779b9u
#define PHILOX_W1 0xbb67ae85u

struct philox_words {
    u32v w0, w1, w2, w3;
};

SHARED_FN struct philox_words philox_round(struct philox_words c, u32 k0, u32 k1)
{
    struct philox_words out;
    out.w0 = MUL_HI_U32V(U32V(PHILOX_M1), c.w2) ^ c.w1 ^ k0;
    out.w1 = PHILOX_M1 * c.w2;
    out.w2 = MUL_HI_U32V(U32V(PHILOX_M0), c.w0) ^ c.w3 ^ k1;
    out.w3 = PHILOX_M0 * c.w0;
    return out;
}

/* The ten rounds stand in a row: neither PoCL nor gcc vectorises code around an inner loop. */
SHARED_FN struct philox_words philox4x32(u32v c0, u32v c1, u32v c2, u32v c3, u32 k0, u32 k1)
{
    struct philox_words c;
    c.w0 = c0;
    c.w1 = c1;
    c.w2 = c2;
    c.w3 = c3;
    c = philox_round(c, k0, k1);
    c = philox_round(c, k0 + 1u * PHILOX_W0, k1 + 1u * PHILOX_W1);
    c = philox_round(c, k0 + 2u * PHILOX_W0, k1 + 2u * PHILOX_W1);
    c = philox_round(c, k0 + 3u * PHILOX_W0, k1 + 3u * PHILOX_W1);
    c = philox_round(c, k0 + 4u * PHILOX_W0, k1 + 4u * PHILOX_W1);
    c = philox_round(c, k0 + 5u * PHILOX_W0, k1 + 5u * PHILOX_W1);
    c = philox_round(c, k0 + 6u * PHILOX_W0, k1 + 6u * PHILOX_W1);
    c = philox_round(c, k0 + 7u * PHILOX_W0, k1 + 7u * PHILOX_W1);
    c = philox_round(c, k0 + 8u * PHILOX_W0, k1 + 8u * PHILOX_W1);
    c = philox_round(c, k0 + 9u * PHILOX_W0, k1 + 9u * PHILOX_W1);
    return c;
}

/* Word `which` (0 … 3, the same for all lanes). */
SHARED_FN u32v philox_select(struct philox_words words, u32 which)
{
    return which < 2u ? (which == 0u ? words.w0 : words.w1)
                      : (which == 2u ? words.w2 : words.w3);
}

#endif
