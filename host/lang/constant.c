/* The value of an expression that depends on nothing, in double and with the math that devices
 * use too (design section 5). */
#include "lang/check_walk.h"
#include "lang/lower.h"

#include "shared/math_f64.h"

enum { CONSTANT_MAX_ARGUMENTS = 64, CONSTANT_MAX_EXPONENT = 16 };

struct evaluator {
    constant_lookup *lookup;
    void *context;
    const double *arguments; /* of the user function being expanded */
    uint32_t depth, n_nodes;
};

static bool constant_node(struct evaluator *v, const struct ast *e, double *out);

static double constant_truth(bool holds)
{
    return holds ? 1.0 : 0.0;
}

/* Small whole exponents by multiplication in the order of ir_power, so that both give the same
 * bits. */
static double constant_power(double x, double y)
{
    if (!(y >= -(double)CONSTANT_MAX_EXPONENT && y <= (double)CONSTANT_MAX_EXPONENT) ||
        y < (double)(int)y || y > (double)(int)y) {
        return f64_pow(x, y);
    }
    const int n = (int)y;
    const unsigned m = (unsigned)(n < 0 ? -n : n);
    if (m == 0) {
        return 1.0;
    }
    unsigned bit = 1u << 5;
    while ((m & bit) == 0) {
        bit >>= 1;
    }
    double power = x;
    for (bit >>= 1; bit != 0; bit >>= 1) {
        power *= power;
        power = (m & bit) != 0 ? power * x : power;
    }
    return n < 0 ? f64_div(1.0, power) : power;
}

static bool constant_symbol(struct evaluator *v, const struct ast *e, double *out)
{
    const struct symbol *const s = e->symbol;
    if (s == NULL) {
        return false;
    }
    switch (s->kind) {
    case SYMBOL_CONSTANT:
    case SYMBOL_SIGNAL: {
        const double *const outer = v->arguments;
        v->arguments = NULL;
        const bool is_constant = s->value != NULL && constant_node(v, s->value, out);
        v->arguments = outer;
        return is_constant;
    }
    case SYMBOL_ARGUMENT:
        if (v->arguments == NULL || s->index >= CONSTANT_MAX_ARGUMENTS) {
            return false;
        }
        *out = v->arguments[s->index];
        return true;
    case SYMBOL_VARIABLE:
        if (s->index == LANG_VAR_PI) {
            *out = 3.14159265358979323846;
            return true;
        }
        break;
    case SYMBOL_PARAMETER:
    case SYMBOL_STATE:
    case SYMBOL_INTERMEDIATE:
    case SYMBOL_FUNCTION:
        break;
    }
    return v->lookup != NULL && v->lookup(v->context, s, out);
}

static bool constant_binary(struct evaluator *v, const struct ast *e, double *out)
{
    double a, b;
    if (!constant_node(v, e->args[0], &a) || !constant_node(v, e->args[1], &b)) {
        return false;
    }
    switch (e->op) {
    case LANG_OR:
        *out = constant_truth(a != 0.0 || b != 0.0);
        return true;
    case LANG_AND:
        *out = constant_truth(a != 0.0 && b != 0.0);
        return true;
    case LANG_LT:
        *out = constant_truth(a < b);
        return true;
    case LANG_LE:
        *out = constant_truth(a <= b);
        return true;
    case LANG_GT:
        *out = constant_truth(b < a);
        return true;
    case LANG_GE:
        *out = constant_truth(b <= a);
        return true;
    case LANG_EQ:
        *out = constant_truth(a == b);
        return true;
    case LANG_NE:
        *out = constant_truth(a != b);
        return true;
    case LANG_ADD:
        *out = a + b;
        return true;
    case LANG_SUB:
        *out = a - b;
        return true;
    case LANG_MUL:
        *out = a * b;
        return true;
    case LANG_DIV:
        *out = f64_div(a, b);
        return true;
    case LANG_POW:
        *out = constant_power(a, b);
        return true;
    case LANG_NOT:
    case LANG_NEG:
    case LANG_PLUS:
    case LANG_OP_N:
        break;
    }
    return false;
}

static bool constant_user_call(struct evaluator *v, const struct ast *e, double *out)
{
    double arguments[CONSTANT_MAX_ARGUMENTS];
    if (e->symbol == NULL || e->symbol->kind != SYMBOL_FUNCTION || e->symbol->value == NULL ||
        e->n_args > CONSTANT_MAX_ARGUMENTS || e->n_args != e->symbol->n_args) {
        return false;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (!constant_node(v, e->args[k], &arguments[k])) {
            return false;
        }
    }
    const double *const outer = v->arguments;
    v->arguments = arguments;
    const bool is_constant = constant_node(v, e->symbol->value, out);
    v->arguments = outer;
    return is_constant;
}

static bool constant_call(struct evaluator *v, const struct ast *e, double *out)
{
    double x[3] = {0.0, 0.0, 0.0};
    if (e->func == LANG_FUNC_N) {
        return constant_user_call(v, e, out);
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        if (k >= 3 || !constant_node(v, e->args[k], &x[k])) {
            return false;
        }
    }
    switch (e->func) {
    case FUNC_ITE:
        *out = x[0] != 0.0 ? x[1] : x[2];
        return true;
    case FUNC_MIN:
        *out = f64_min(x[0], x[1]);
        return true;
    case FUNC_MAX:
        *out = f64_max(x[0], x[1]);
        return true;
    case FUNC_POS:
        *out = f64_max(x[0], 0.0);
        return true;
    case FUNC_NEG:
        *out = f64_min(x[0], 0.0);
        return true;
    case FUNC_CLIP:
        *out = f64_min(f64_max(x[0], x[1]), x[2]);
        return true;
    case FUNC_ABS:
        *out = f64_abs(x[0]);
        return true;
    case FUNC_SIGN:
        *out = f64_sign(x[0]);
        return true;
    case FUNC_ROUND:
        *out = f64_round(x[0]);
        return true;
    case FUNC_FLOOR:
        *out = f64_floor(x[0]);
        return true;
    case FUNC_MOD:
        *out = f64_mod(x[0], x[1]);
        return true;
    case FUNC_SQRT:
        *out = f64_sqrt(x[0]);
        return true;
    case FUNC_EXP:
        *out = f64_exp(x[0]);
        return true;
    case FUNC_LOG:
        *out = f64_log(x[0]);
        return true;
    case FUNC_POW:
        *out = constant_power(x[0], x[1]);
        return true;
    case FUNC_SIN:
        *out = f64_sin(x[0]);
        return true;
    case FUNC_COS:
        *out = f64_cos(x[0]);
        return true;
    case FUNC_TANH:
        *out = f64_tanh(x[0]);
        return true;
    case FUNC_EXPREL:
        *out = f64_exprel(x[0]);
        return true;
    case FUNC_LOG1P:
        *out = f64_log1p(x[0]);
        return true;
    case FUNC_EXPM1:
        *out = f64_expm1(x[0]);
        return true;
    case FUNC_UNIFORM:
    case FUNC_NORMAL:
    case FUNC_LOGNORMAL:
    case FUNC_TRUNCATED:
    case FUNC_POISSON:
    case FUNC_PREV:
    case FUNC_ANY:
    case FUNC_ALL:
    case LANG_FUNC_N:
        break;
    }
    return false;
}

static bool constant_unary(struct evaluator *v, const struct ast *e, double *out)
{
    if (!constant_node(v, e->args[0], out)) {
        return false;
    }
    if (e->op == LANG_NEG) {
        *out = -*out;
    } else if (e->op == LANG_NOT) {
        *out = constant_truth(*out == 0.0);
    }
    return true;
}

static bool constant_node(struct evaluator *v, const struct ast *e, double *out)
{
    double condition;
    bool is_constant = false;
    if (v->depth >= LANG_MAX_DEPTH || ++v->n_nodes > LANG_MAX_NODES) {
        return false;
    }
    v->depth++;
    switch (e->kind) {
    case AST_NUMBER:
        *out = e->value;
        is_constant = true;
        break;
    case AST_NAME:
        is_constant = constant_symbol(v, e, out);
        break;
    case AST_UNARY:
        is_constant = constant_unary(v, e, out);
        break;
    case AST_BINARY:
        is_constant = constant_binary(v, e, out);
        break;
    case AST_CALL:
        is_constant = constant_call(v, e, out);
        break;
    case AST_CONDITION:
        is_constant = constant_node(v, e->args[0], &condition) &&
                      constant_node(v, e->args[condition != 0.0 ? 1 : 2], out);
        break;
    }
    v->depth--;
    return is_constant;
}

bool constant_evaluate(const struct ast *e, constant_lookup *lookup, void *context,
                       double *value)
{
    struct evaluator v = {.lookup = lookup, .context = context};
    return e != NULL && constant_node(&v, e, value);
}

bool lang_constant(const struct ast *e, double *value)
{
    return constant_evaluate(e, NULL, NULL, value);
}
