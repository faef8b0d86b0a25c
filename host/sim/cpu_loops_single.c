/* The loops over numbers in single precision. */
#define REAL       float
#define SUM        int32_t
#define REAL_LOOPS cpu_loops_single
#include "sim/cpu_loops_real.h"
