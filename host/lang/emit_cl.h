/* lang/emit_cl.h: reader one: OpenCL C with explicit vectors. The text around the block (loads,
 * stores, loops) belongs to the caller, who binds the leaves by defining these before the
 * block: v<k>        value of ir->vars[k] (f32v)                    c<k>   uniform k of
 * plan->courses (f32) e<k>        events of IR_EVENTS k (f32v) DRAW(s, d, r)              u32v:
 * word of draw d of stream s, retry r (a u32) POISSON(s, d, r, mean)     f32v Nodes are printed
 * as `const f32v name_12 = …;` (masks: `const i32v`), one statement per line, a node used once
 * inside its user. Sees: base, ir. */
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
