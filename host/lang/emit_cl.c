#include "lang/emit_cl.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/flush.h"

/* A node used once is printed inside its user while its text is at most this long. */
enum { EMIT_INLINE_MOST = 90, EMIT_NAME_MOST = 40 };
/* Draws that truncated() makes before it gives up (design section 3). */
enum { TRUNCATED_MOST = 1000 };

/* What the types of a precision are called (shared/vector.h). */
struct spelled {
    const char *prefix, *vector, *mask, *spread, *zero, *nan;
};
static const struct spelled spelled_precisions[] = {
    [PRECISION_SINGLE] = {"f32", "f32v", "i32v", "F32V", "0.0f", "as_float(0x7fc00000u)"},
    [PRECISION_DOUBLE] = {"f64", "f64v", "i64v", "F64V", "0.0",
                          "as_double(0x7ff8000000000000ul)"                             },
};

static const char *const spellings[IR_OP_N] = {
#define IR_OP(id, n_operands, result, spelling) [id] = (spelling),
#include "lang/ir_ops.def"
#undef IR_OP
};

/* What stands for each node: a name, or the whole text of a node printed inside its user. */
struct emit_names {
    struct arena *arena;
    enum precision precision;
    const char **text; /* [n] */
    uint32_t n;
};

struct emit {
    const struct ir *ir;
    const struct ir_plan *plan;
    const uint8_t *keep;
    struct emit_names *names;
    struct text *out;
    const char *indent;
    uint32_t *uses; /* [ir->n] within this block */
    uint32_t loop;  /* IR_TRUNC whose loop is being printed, else IR_NONE */
    struct err *e;
};

struct emit_names *emit_names_create(const struct ir *ir, enum precision precision,
                                     struct arena *arena)
{
    struct emit_names *const names = arena_alloc(arena, 1, sizeof *names);
    if (names == NULL) {
        return NULL;
    }
    *names = (struct emit_names){.arena = arena, .precision = precision, .n = ir->n};
    names->text = arena_alloc(arena, ir->n, sizeof *names->text);
    return names->text == NULL ? NULL : names;
}

static uint32_t operand(const struct ir_node *n, uint32_t k)
{
    return k == 0 ? n->a : k == 1 ? n->b : n->c;
}

static uint32_t course_number(const struct ir_plan *plan, uint32_t node)
{
    for (uint32_t k = 0; k < plan->n_courses; k++) {
        if (plan->courses[k] == node) {
            return k;
        }
    }
    return IR_NONE;
}

static bool is_course(const struct ir *ir, uint32_t node)
{
    return ir->nodes[node].time_index != IR_NONE;
}

static bool is_scalar(const struct ir *ir, uint32_t node)
{
    return ir->nodes[node].op == IR_CONST || is_course(ir, node);
}

/* The program's locale may have another decimal point. */
static void set_decimal_point(char *digits)
{
    for (char *c = digits; *c != '\0'; c++) {
        *c = *c == ',' ? '.' : *c;
    }
}

/* The shortest decimal that reads back as the same float (at most 9 digits, IEEE
 * 754-2008 5.12.2). Hexadecimal floats are not in every OpenCL compiler; infinity and NaN have
 * no literal. */
static const char *literal_single(struct arena *arena, double value)
{
    const float f = flush_to_f32(value);
    char digits[48];
    if (f != f) {
        return spelled_precisions[PRECISION_SINGLE].nan;
    }
    if (f - f != 0.0f) {
        return f > 0.0f ? "as_float(0x7f800000u)" : "as_float(0xff800000u)";
    }
    if (f > -1e7f && f < 1e7f && f == (float)(int)f) {
        return arena_print(arena, __builtin_signbit(f) != 0 ? "(-%d.0f)" : "%d.0f",
                           f < 0.0f ? -(int)f : (int)f);
    }
    for (int n = 1; n <= 9; n++) {
        (void)snprintf(digits, sizeof digits, "%.*g", n, (double)f);
        if (strtof(digits, NULL) == f) {
            break;
        }
    }
    const bool is_integer = strpbrk(digits, ".,e") == NULL;
    set_decimal_point(digits);
    return arena_print(arena, digits[0] == '-' ? "(%s%sf)" : "%s%sf", digits,
                       is_integer ? ".0" : "");
}

/* A decimal of at most 15 digits whose last stands for 10^-22 … 10^22 reads back by one
 * rounding of one operation on two exact doubles (Clinger 1990, "How to read floating point
 * numbers accurately"), so that even a plain compiler gets it right. Everything else is given
 * by its bits. */
static const char *literal_double(struct arena *arena, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) {
        return spelled_precisions[PRECISION_DOUBLE].nan;
    }
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value) {
        return arena_print(arena,
                           __builtin_signbit(value) != 0 ? "(-%" PRId64 ".0)" : "%" PRId64 ".0",
                           value < 0.0 ? -(int64_t)value : (int64_t)value);
    }
    char digits[48] = "";
    int n = 1, exponent = INT_MAX;
    for (; n <= 15 && value - value == 0.0 && exponent == INT_MAX; n++) {
        (void)snprintf(digits, sizeof digits, "%.*e", n - 1, value);
        if (strtod(digits, NULL) == value) {
            exponent = (int)strtol(strchr(digits, 'e') + 1, NULL, 10) -
                       (n - 1); /* of the last digit */
        }
    }
    if (exponent >= -22 && exponent <= 22) {
        (void)snprintf(digits, sizeof digits, "%.*g", n - 1, value);
        const bool is_integer = strpbrk(digits, ".,e") == NULL;
        set_decimal_point(digits);
        return arena_print(arena, digits[0] == '-' ? "(%s%s)" : "%s%s", digits,
                           is_integer ? ".0" : "");
    }
    return arena_print(arena, "as_double(0x%016" PRIx64 "ul)", bits);
}

static const struct spelled *spelled_of(const struct emit_names *names)
{
    return &spelled_precisions[names->precision];
}

static const char *scalar_text(struct emit_names *names, const struct ir *ir,
                               const struct ir_plan *plan, uint32_t node)
{
    const struct ir_node *const n = &ir->nodes[node];
    const char *text;
    if (n->op == IR_CONST) {
        const double value = !n->is_mask ? n->value : n->value != 0.0 ? 1.0 : 0.0;
        text = names->precision == PRECISION_DOUBLE ? literal_double(names->arena, value)
                                                    : literal_single(names->arena, value);
    } else {
        const uint32_t k = course_number(plan, node);
        ASSERT(k != IR_NONE);
        text = arena_print(names->arena, "c%u", k);
    }
    if (n->is_mask && text != NULL) { /* a comparison of vectors: a mask at every width */
        const struct spelled *const spelled = spelled_of(names);
        text = arena_print(names->arena, "(%s(%s) != %s(%s))", spelled->spread, text,
                           spelled->spread, spelled->zero);
    }
    return text;
}

const char *emit_cl_name(struct emit_names *names, const struct ir *ir,
                         const struct ir_plan *plan, uint32_t node)
{
    ASSERT(node < names->n);
    if (is_scalar(ir, node)) {
        return scalar_text(names, ir, plan, node);
    }
    ASSERT(names->text[node] != NULL || arena_failed(names->arena));
    return names->text[node];
}

/* The text of operand k; a real scalar is spread over the lanes where OpenCL C does not do so
 * by itself. */
static void add_operand(const struct emit *m, struct text *out, const struct ir_node *n,
                        uint32_t k, bool is_spread)
{
    const uint32_t x = operand(n, k);
    const char *const text = emit_cl_name(m->names, m->ir, m->plan, x);
    const bool is_real_scalar = is_scalar(m->ir, x) && !m->ir->nodes[x].is_mask;
    if (text != NULL && is_real_scalar && is_spread) {
        text_print(out, text[0] == '(' ? "%s%s" : "%s(%s)", spelled_of(m->names)->spread, text);
    } else {
        text_add(out, text == NULL ? "" : text);
    }
}

static void add_leaf(const struct emit *m, struct text *out, const struct ir_node *n)
{
    char retry[24] = "0u";
    if (m->loop != IR_NONE) {
        (void)snprintf(retry, sizeof retry, "retry%u", m->loop);
    }
    if (n->op == IR_VAR) {
        text_print(out, "v%u", n->a);
    } else if (n->op == IR_EVENTS) {
        text_print(out, "e%u", n->a);
    } else if (n->op == IR_U01) {
        text_print(out, "%s_u01(DRAW(%u, %u, %s))", spelled_of(m->names)->prefix, n->a, n->b,
                   retry);
    } else {
        text_print(out, "POISSON(%u, %u, %s, ", n->b, n->c, retry);
        add_operand(m, out, n, 0, true);
        text_add(out, ")");
    }
}

/* Fills in the spelling of ir_ops.def. Functions and ?: want vectors; operators widen one
 * scalar by themselves. */
static void add_operation(const struct emit *m, struct text *out, const struct ir_node *n)
{
    const bool is_function = spellings[n->op][0] == '$';
    const bool is_two_scalars = ir_n_operands((enum ir_op)n->op) == 1 ||
                                (is_scalar(m->ir, n->a) && is_scalar(m->ir, n->b));
    const bool is_spread = is_function || n->op == IR_SELECT || is_two_scalars;
    for (const char *c = spellings[n->op]; *c != '\0'; c++) {
        if (*c != '$') {
            text_add_n(out, c, 1);
            continue;
        }
        c++;
        if (*c == 'p') {
            text_add(out, spelled_of(m->names)->prefix);
        } else {
            add_operand(m, out, n, (uint32_t)(*c - 'a'), is_spread);
        }
    }
}

/* "v_12" for a node with a name, else "n12". */
static const char *node_name(const struct emit *m, uint32_t node)
{
    const char *const name = m->ir->nodes[node].name;
    char buf[EMIT_NAME_MOST + 1];
    size_t length = 0;
    if (name != NULL && isdigit((unsigned char)name[0])) {
        buf[length++] = 'n';
    }
    for (const char *c = name == NULL ? "" : name; *c != '\0' && length < EMIT_NAME_MOST; c++) {
        const bool is_word =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        buf[length++] = is_word ? *c : '_';
    }
    buf[length] = '\0';
    return length == 0 ? arena_print(m->names->arena, "n%u", node)
                       : arena_print(m->names->arena, "%s_%u", buf, node);
}

/* Prints one node as a statement, or keeps its text for its only user. */
static enum err_code emit_node(const struct emit *m, uint32_t node)
{
    const struct ir_node *const n = &m->ir->nodes[node];
    const bool is_kept = m->keep != NULL && m->keep[node] != 0;
    const bool is_leaf = spellings[n->op][0] == '\0';
    struct text text = {0};
    if (is_leaf) {
        add_leaf(m, &text, n);
    } else {
        add_operation(m, &text, n);
    }
    const bool is_bound =
        n->op == IR_VAR || n->op == IR_EVENTS; /* by the caller: cheap to repeat */
    const bool is_inline =
        !is_kept && (is_bound || (m->uses[node] == 1 && text.length <= EMIT_INLINE_MOST));
    const char *s = text_string(&text);
    size_t length = text.length;
    if (is_inline) {
        m->names->text[node] = arena_copy(m->names->arena, s, length);
    } else {
        m->names->text[node] = node_name(m, node);
        if (!is_leaf && s[0] == '(' && length > 2) { /* brackets of the whole */
            s++;
            length -= 2;
        }
        text_print(m->out, "%sconst %s %s = ", m->indent,
                   n->is_mask ? spelled_of(m->names)->mask : spelled_of(m->names)->vector,
                   m->names->text[node]);
        text_add_n(m->out, s, length);
        text_add(m->out, ";\n");
    }
    const bool has_failed =
        text.has_failed || m->out->has_failed || m->names->text[node] == NULL;
    text_fini(&text);
    ERR_IF(has_failed, m->e, ERR_NOMEM, "no memory for the text of a kernel");
    return ERR_OK;
}

/* The loop of a truncated(): a lane takes its first value within the bounds and keeps it while
 * others draw again. */
static enum err_code emit_trunc(const struct emit *m, uint32_t node)
{
    const struct ir_node *const n = &m->ir->nodes[node];
    const struct spelled *const s = spelled_of(m->names);
    uint32_t *body = NULL, n_body = 0;
    ERR_TRY(ir_trunc_body(m->ir, node, m->names->arena, &body, &n_body, m->e));
    const char *const name = node_name(m, node);
    const char *const deeper = arena_print(m->names->arena, "%s    ", m->indent);
    ERR_IF(name == NULL || deeper == NULL, m->e, ERR_NOMEM,
           "no memory for the text of a kernel");
    m->names->text[node] = name;
    text_print(m->out, "%s%s %s = %s(%s);\n", m->indent, s->vector, name, s->spread, s->nan);
    text_print(m->out, "%s%s wanted%u = %s(%s) == %s(%s);\n", m->indent, s->mask, node,
               s->spread, s->zero, s->spread, s->zero);
    text_print(m->out,
               "%sfor (u32 retry%u = 0u; retry%u < %uu && MASK_ANY(wanted%u); retry%u++) {\n",
               m->indent, node, node, n_body == 0 ? 1u : (unsigned)TRUNCATED_MOST, node, node);
    struct emit inner = *m;
    inner.indent = deeper;
    inner.loop = node;
    for (uint32_t k = 0; k < n_body; k++) {
        ERR_TRY(emit_node(&inner, body[k]));
    }
    text_print(m->out, "%sconst %s value%u = ", deeper, s->vector, node);
    add_operand(m, m->out, n, 0, true);
    text_print(m->out, ";\n%sconst %s takes%u = wanted%u & (", deeper, s->mask, node, node);
    add_operand(m, m->out, n, 1, true);
    text_print(m->out, " <= value%u) & (value%u <= ", node, node);
    add_operand(m, m->out, n, 2, true);
    text_print(m->out, ");\n%s%s = takes%u ? value%u : %s;\n", deeper, name, node, node, name);
    text_print(m->out, "%swanted%u = wanted%u & !takes%u;\n%s}\n", deeper, node, node, node,
               m->indent);
    text_print(m->out, "%sTRUNC_FAILED(wanted%u);\n", m->indent, node);
    ERR_IF(m->out->has_failed, m->e, ERR_NOMEM, "no memory for the text of a kernel");
    return ERR_OK;
}

/* Uses within the block. What a loop reads from outside counts twice: it gets a name before the
 * loop. */
static enum err_code count_uses(const struct emit *m, uint32_t from)
{
    for (uint32_t k = from; k < m->plan->n_order; k++) {
        const uint32_t node = m->plan->order[k];
        const struct ir_node *const n = &m->ir->nodes[node];
        const uint32_t weight = n->op == IR_TRUNC ? 2 : 1;
        for (uint32_t j = 0; j < ir_n_operands((enum ir_op)n->op); j++) {
            m->uses[operand(n, j)] += weight;
        }
        if (n->op != IR_TRUNC) {
            continue;
        }
        m->uses[n->a] -= m->ir->nodes[n->a].trunc != 0 ? 1 : 0;
        uint32_t *body = NULL, n_body = 0;
        ERR_TRY(ir_trunc_body(m->ir, node, m->names->arena, &body, &n_body, m->e));
        for (uint32_t b = 0; b < n_body; b++) {
            const struct ir_node *const x = &m->ir->nodes[body[b]];
            for (uint32_t j = 0; j < ir_n_operands((enum ir_op)x->op); j++) {
                const uint32_t y = operand(x, j);
                m->uses[y] += m->ir->nodes[y].trunc == 0 ? 2 : 1;
            }
        }
    }
    return ERR_OK;
}

enum err_code emit_cl_block(const struct ir *ir, const struct ir_plan *plan, uint32_t from,
                            const uint8_t *keep, struct emit_names *names, const char *indent,
                            struct text *out, struct err *e)
{
    ERR_IF(ir->n > names->n, e, ERR_ARG, "the ir has grown since its names were made");
    struct emit m = {.ir = ir,
                     .plan = plan,
                     .keep = keep,
                     .names = names,
                     .out = out,
                     .indent = indent,
                     .loop = IR_NONE,
                     .e = e};
    m.uses = arena_alloc(names->arena, ir->n, sizeof *m.uses);
    ERR_IF(m.uses == NULL, e, ERR_NOMEM, "no memory for the text of a kernel");
    ERR_TRY(count_uses(&m, from));
    for (uint32_t k = from; k < plan->n_order; k++) {
        const uint32_t node = plan->order[k];
        if (is_scalar(ir, node)) {
            continue; /* a literal or a uniform where it is used */
        }
        ERR_TRY(ir->nodes[node].op == IR_TRUNC ? emit_trunc(&m, node) : emit_node(&m, node));
    }
    return ERR_OK;
}
