#include "lang/interp_ops.h"

interp_loops *interp_loops_at(enum precision precision, enum interp_level level)
{
    return precision == PRECISION_DOUBLE ? interp_loops_double(level)
                                         : interp_loops_single(level);
}

interp_loops *interp_loops_best(enum precision precision)
{
    interp_loops *const best = interp_loops_at(precision, INTERP_LEVEL_AVX512);
    interp_loops *const good =
        best != NULL ? best : interp_loops_at(precision, INTERP_LEVEL_AVX2);
    return good != NULL ? good : interp_loops_at(precision, INTERP_LEVEL_BASE);
}

#define INTERP_BINARY(id, name, expression)            {name, 2}, {name, 2}, {name, 2},
#define INTERP_COMPARE(id, name, expression)           {name, 2}, {name, 2}, {name, 2},
#define INTERP_BINARY_VECTOR(id, name, expression)     {name, 2},
#define INTERP_UNARY(id, name, expression)             {name, 1},
#define INTERP_LOGIC(id, name, n_operands, expression) {name, n_operands},
#define INTERP_OTHER(id, name, n_operands)             {name, n_operands},
static const struct {
    const char *name;
    uint32_t n_operands;
} code_table[INTERP_N] = {
#include "lang/interp_ops.def"
};

const char *interp_code_name(uint32_t code)
{
    ASSERT(code < INTERP_N);
    return code_table[code].name;
}

uint32_t interp_n_operands(uint32_t code)
{
    ASSERT(code < INTERP_N);
    return code_table[code].n_operands;
}

bool interp_is_plain(uint32_t code)
{
    return code != INTERP_DRAW && code != INTERP_POISSON && code != INTERP_TRUNCATED;
}
