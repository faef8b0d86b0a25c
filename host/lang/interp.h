/* lang/interp.h: reader two: the block interpreter. A program of register operations, each one
 * plain loop over a block of cells that the compiler vectorises; bit for bit what the OpenCL
 * reader computes. Built once, run from many threads at once (each with its own scratch). Sees:
 * base, ir, kernels/shared. */
#ifndef LANG_INTERP_H
#define LANG_INTERP_H

#include "base/precision.h"
#include "lang/ir.h"

#define INTERP_BLOCK 256

struct interp; /* immutable after creation */

/* Gives the raw words of a draw for n cells; words[k] for lane k of the block. */
typedef void interp_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                         uint32_t n, uint32_t *words);
/* Poisson numbers for the lanes' means; both are numbers of the program's precision, which the
 * context has to know. */
typedef void interp_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                            uint32_t n, const void *mean, void *out);

/* "Numbers" are float or double, as the program's precision says; in double the caller does not
 * flush subnormals. */
struct interp_run {
    /* [ir->n_vars] pointers to n numbers each, 64-byte aligned, readable to a multiple of 16.
     */
    const void *const *vars;
    const void *courses;       /* [plan.n_courses] numbers; masks as 1 or 0 */
    const void *const *events; /* [number of event inputs], as vars */
    /* [n_roots] pointers to n numbers each, writable to a multiple of 16; masks as uint32_t 0
     * or 1. An output may lie exactly where a varying input lies (in double a mask may not). */
    void *const *outputs;
    interp_draw *draw;
    interp_poisson *poisson;
    void *context;
    void *scratch;          /* interp_scratch_bytes, 64-byte aligned, one per thread */
    uint32_t n;             /* cells, 1 … INTERP_BLOCK */
    uint32_t n_gave_up;     /* out: lanes where truncated() found no value in 1,000 draws (their
                             * value is NaN) … */
    uint32_t first_gave_up; /* … and the first of them */
};

/* roots: nodes whose values are wanted, in the order of outputs. The uniforms are those of
 * ir_plan_add over the same roots. *plan (may be NULL) receives the plan used. Memory:
 * interp_destroy. */
enum err_code interp_create(struct interp **out, const struct ir *ir, const uint32_t *roots,
                            uint32_t n_roots, enum precision precision, struct arena *arena,
                            struct ir_plan *plan, struct err *e) ERR_CHECKED;
void interp_destroy(struct interp *p);
size_t interp_scratch_bytes(const struct interp *p);
void interp_run(const struct interp *p, struct interp_run *run);
/* The program as text, one operation per line (striatum emit). */
void interp_print(const struct interp *p, struct text *out);

#endif
