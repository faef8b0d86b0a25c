/* lang/interp_single.c: the loops of the block interpreter in single precision. */
#include "shared/math_f32.h"

#define REAL            f32
#define REAL_FN(name)   f32_##name
#define INTERP_LOOPS_OF interp_loops_single
#include "lang/interp_loops.h"
