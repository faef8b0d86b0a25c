/* lang/ir_fold.h: constant folding and the few identities that keep every bit. Used by ir.c and
 * ir_eval.c. Sees: ir. */
#ifndef LANG_IR_FOLD_H
#define LANG_IR_FOLD_H

#include "lang/ir.h"

/* One operation in double precision, by our own functions (never libm, whose bits depend on the
 * processor). Masks: 1 or 0. op: one with operands, not a draw. */
double ir_apply(enum ir_op op, double a, double b, double c);
/* The node that stands for op(a, b, c) without a new operation, or IR_NONE where there is none.
 * Only what holds for every value, NaN, infinities and the sign of zero included: x*1, x/1, x -
 * 0, x + -0, --x, not not m, a choice already made. */
uint32_t ir_simplify(struct ir *ir, enum ir_op op, uint32_t a, uint32_t b, uint32_t c);

#endif
