/* lang/interp_ops.h: the inner loops of the block interpreter, and the program they run.
 * Private to the interpreter. Operands are slots: numbers of pointers, in this order:
 * registers, outputs, varying inputs, events, constant blocks, constants, courses. Only the
 * first two kinds are written. Sees: base, ir. */
#ifndef LANG_INTERP_OPS_H
#define LANG_INTERP_OPS_H

#include "lang/interp.h"

enum interp_code {
#define INTERP_BINARY(id, name, expression)                                                    \
    INTERP_##id##_VV, INTERP_##id##_VS, INTERP_##id##_SV,
#define INTERP_COMPARE(id, name, expression)                                                   \
    INTERP_##id##_VV, INTERP_##id##_VS, INTERP_##id##_SV,
#define INTERP_BINARY_VECTOR(id, name, expression)     INTERP_##id,
#define INTERP_UNARY(id, name, expression)             INTERP_##id,
#define INTERP_LOGIC(id, name, n_operands, expression) INTERP_##id,
#define INTERP_OTHER(id, name, n_operands)             INTERP_##id,
#include "lang/interp_ops.def"
#undef INTERP_BINARY
#undef INTERP_COMPARE
#undef INTERP_BINARY_VECTOR
#undef INTERP_UNARY
#undef INTERP_LOGIC
#undef INTERP_OTHER
    INTERP_N
};

struct interp_op {
    uint32_t code;    /* enum interp_code */
    uint32_t n_plain; /* operations from this one on that the loops can run in one go; 0 for
                         those of interp.c */
    uint32_t d, a, b, c;
};

/* Lanes of a block are computed to a multiple of this. */
#define INTERP_LANES 16u

/* Where the slots are, for one call: in[s] == out[s] for those that are written. Words of masks
 * and draws (u32) stand in registers too; in double precision a register holds either numbers
 * or words, for the lanes would not meet. */
struct interp_places {
    void *const *out;
    const void *const *in;
};

/* Runs n operations over n_lanes lanes (a multiple of INTERP_LANES). Lane k of the result may
 * stand where lane k of an operand stood; other overlaps are a bug of the builder. */
typedef void interp_loops(const struct interp_op *ops, uint32_t n,
                          const struct interp_places *places, uint32_t n_lanes);

/* Instruction sets the loops are compiled for, best last; all give the same bits. */
enum interp_level { INTERP_LEVEL_BASE, INTERP_LEVEL_AVX2, INTERP_LEVEL_AVX512, INTERP_LEVEL_N };
/* NULL where this build or this processor does not have it (never for INTERP_LEVEL_BASE). */
interp_loops *interp_loops_at(enum precision precision, enum interp_level level);
interp_loops *interp_loops_best(enum precision precision);
interp_loops *interp_loops_single(enum interp_level level);
interp_loops *interp_loops_double(enum interp_level level);

struct interp {
    struct interp_op *ops;
    void *constants; /* [n_constants] numbers */
    void *blocks;    /* [n_blocks] of INTERP_BLOCK numbers each: constants (numbers, or words of
                        masks) where an operation    wants vectors */
    interp_loops *loops;
    enum precision precision;
    uint32_t n_ops, n_registers, n_vars, n_events, n_outputs, n_blocks, n_constants, n_courses;
};

/* First slot of each kind. */
struct interp_slots {
    uint32_t registers, outputs, vars, events, blocks, constants, courses, n;
};
struct interp_slots interp_slots(const struct interp *p);
uint32_t interp_n_operands(uint32_t code);
bool interp_is_plain(uint32_t code); /* run by a loop of interp_loops.h */
const char *interp_code_name(uint32_t code);

#endif
