/* lang/interp_double.c: the loops of the block interpreter in double precision. */
#include "shared/math_f64.h"

#define REAL            f64
#define REAL_FN(name)   f64_##name
#define INTERP_LOOPS_OF interp_loops_double
#include "lang/interp_loops.h"
