/* The loops over numbers in double precision. */
#define REAL       double
#define SUM        int64_t
#define REAL_LOOPS cpu_loops_double
#include "sim/cpu_loops_real.h"
