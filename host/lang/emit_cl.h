/* lang/emit_cl.h: reader one: OpenCL C with explicit vectors. The text around the block (loads,
 * stores, loops) belongs to the caller, who binds the leaves by defining these before the
 * block; a "number" is f32v or f64v by the precision of the names, and a mask i32v or i64v:
 * - v<k>: value of ir->vars[k], a number;
 * - e<k>: events of IR_EVENTS k, a number;
 * - c<k>: uniform k of plan->courses, f32 or f64;
 * - DRAW(s, d, r): u32v, word of draw d of stream s, retry r (a u32);
 * - POISSON(s, d, r, mean): a number, of a number;
 * - TRUNC_FAILED(mask): told the lanes where a truncated() found no value.
 *
 * Nodes are printed as `const f32v name_12 = …;` (masks: `const i32v`), one statement per line,
 * a node used once inside its user. Sees: base, ir. */
#ifndef LANG_EMIT_CL_H
#define LANG_EMIT_CL_H

#include "base/precision.h"
#include "lang/ir.h"

struct emit_names; /* what the emitted text calls each node */
struct emit_names *emit_names_create(const struct ir *ir, enum precision precision,
                                     struct arena *arena);
/* Statements for plan->order[from .. n_order) in order; `keep` (bytes per node) marks nodes
 * that must get a name of their own. */
enum err_code emit_cl_block(const struct ir *ir, const struct ir_plan *plan, uint32_t from,
                            const uint8_t *keep, struct emit_names *names, const char *indent,
                            struct text *out, struct err *e) ERR_CHECKED;
/* The text that stands for a node after its block: a name, a literal or c<k>. */
const char *emit_cl_name(struct emit_names *names, const struct ir *ir,
                         const struct ir_plan *plan, uint32_t node);

#endif
