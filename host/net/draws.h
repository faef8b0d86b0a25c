/* net/draws.h: where the interpreter's random words come from, for values drawn once per cell
 * and once per pair. The loops are in wire_loops.c. Sees: base, lang/interp.h. */
#ifndef NET_DRAWS_H
#define NET_DRAWS_H

#include "lang/interp.h"

/* Cells first, first + 1, …: draw d is word d mod 4 of the call with counter (cell, d/4, 0,
 * retry), keyed by stream. */
struct cell_draws {
    const uint64_t *keys;
    uint32_t first;
    enum precision precision; /* of the program that draws */
};
interp_draw net_cell_draw;
interp_poisson net_cell_poisson;

/* Pairs: counter (target, number, d/4 + flag, retry); number is the source or the draw that
 * made the synapse. */
#define PAIR_NUMBERED                                                                          \
    0x80000000u /* flag where the number is a draw's, so that no two rules share a counter */
#define PAIR_POISSON 0x40000000u
enum { PAIR_WEIGHT_STREAM, PAIR_DELAY_STREAM, PAIR_STREAMS };
struct pair_draws {
    uint64_t keys[PAIR_STREAMS];
    const uint32_t *post, *number; /* of the block's lanes */
    uint32_t flag;
    enum precision precision;
};
interp_draw net_pair_draw;
interp_poisson net_pair_poisson;

#endif
