/* The operations of one node: where its operands stand, where its result goes, and which
 * registers are free again. */
#include "lang/interp_build.h"

/* Draws that truncated() makes before it gives up (design section 3). */
enum { TRUNCATED_MOST = 1000 };

bool interp_is_no_memory(const struct build *b)
{
    return arena_failed(b->arena);
}

/* In double precision a result of words may not take the place of numbers, nor the other way
 * round: lane k of the one stands where lane k/2 of the other stood. So there are two kinds of
 * registers. */
struct place interp_register_take(struct build *b, bool holds_words)
{
    const bool is_words = holds_words && b->p->precision == PRECISION_DOUBLE;
    struct free_list *const free = is_words ? &b->words : &b->numbers;
    return (struct place){is_words ? AT_WORDS : AT_REGISTER,
                          free->n > 0 ? free->registers[--free->n] : b->p->n_registers++};
}

static bool is_register(struct place place)
{
    return place.kind == AT_REGISTER || place.kind == AT_WORDS;
}

static void register_release(struct build *b, struct place place)
{
    if (is_register(place)) {
        struct free_list *const free = place.kind == AT_WORDS ? &b->words : &b->numbers;
        uint32_t *const slot = arena_push(b->arena, &free->registers, &free->n, &free->capacity,
                                          sizeof *free->registers);
        if (slot != NULL) {
            *slot = place.n;
        }
    }
}

void interp_add_op(struct build *b, uint32_t code, struct place d, struct place a,
                   struct place x, struct place c)
{
    struct build_op *const op =
        arena_push(b->arena, &b->ops, &b->n_ops, &b->ops_capacity, sizeof *b->ops);
    if (op != NULL) {
        *op = (struct build_op){.code = code, .d = d, .a = a, .b = x, .c = c};
    }
}

uint32_t interp_operand(const struct ir_node *n, uint32_t k)
{
    return k == 0 ? n->a : k == 1 ? n->b : n->c;
}

uint32_t interp_count_operands(const struct ir_node *n)
{
    return ir_n_operands((enum ir_op)n->op);
}

/* The value as one scalar for the block: constants and courses. */
bool interp_is_scalar(const struct build *b, uint32_t node)
{
    return b->ir->nodes[node].op == IR_CONST || b->course_of[node] != IR_NONE;
}

struct place interp_scalar_place(struct build *b, uint32_t node)
{
    if (b->course_of[node] != IR_NONE) {
        return (struct place){AT_COURSE, b->course_of[node]};
    }
    if (b->constant_of[node] == IR_NONE) {
        b->constant_of[node] = b->p->n_constants++;
    }
    return (struct place){AT_CONSTANT, b->constant_of[node]};
}

/* The value as a vector. A constant has a block of its own in the program; a course is spread
 * over a register that lives until temps_release. */
static struct place vector_place(struct build *b, uint32_t node)
{
    const struct place none = {AT_NONE, 0};
    if (b->course_of[node] != IR_NONE) {
        const bool is_mask = b->ir->nodes[node].is_mask != 0;
        const struct place place = interp_register_take(b, is_mask);
        interp_add_op(b, is_mask ? INTERP_FILL_MASK : INTERP_FILL, place,
                      interp_scalar_place(b, node), none, none);
        b->temps[b->n_temps++] = place;
        return place;
    }
    if (b->ir->nodes[node].op != IR_CONST) {
        return b->at[node];
    }
    if (b->block_of[node] == IR_NONE) {
        b->block_of[node] = b->p->n_blocks++;
    }
    return (struct place){AT_BLOCK, b->block_of[node]};
}

static void temps_release(struct build *b)
{
    while (b->n_temps > 0) {
        register_release(b, b->temps[--b->n_temps]);
    }
}

/* Frees what dies at item k: operands of its node, and for the end of a loop all that the loop
 * read. */
static void dying_release(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    for (uint32_t j = 0; j < interp_count_operands(n); j++) {
        const uint32_t x = interp_operand(n, j);
        if (b->last_use[x] == k && is_register(b->at[x])) {
            register_release(b, b->at[x]);
            b->at[x].kind = AT_NONE; /* an operand named twice is freed once */
        }
    }
}

/* Where the result of item k goes: straight to its output where no varying input is read later.
 * is_late: the result is written before all operands are read, so that the last read must lie
 * before. */
static struct place result_place(struct build *b, uint32_t k, uint32_t node, bool is_late)
{
    const uint32_t output = b->output_of[node];
    const bool is_direct =
        output != IR_NONE && (is_late ? b->last_var_read == IR_NONE || k > b->last_var_read
                                      : b->last_var_read == IR_NONE || k >= b->last_var_read);
    b->at[node] = is_direct ? (struct place){AT_OUTPUT, output}
                            : interp_register_take(b, b->ir->nodes[node].is_mask != 0);
    return b->at[node];
}

/* Both operands vectors, or one of them a scalar: three codes in a row (interp_ops.def). */
static void build_binary(struct build *b, uint32_t k, uint32_t node, uint32_t code_vv)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const bool is_vs = interp_is_scalar(b, n->b), is_sv = !is_vs && interp_is_scalar(b, n->a);
    const struct place x = is_sv ? interp_scalar_place(b, n->a) : vector_place(b, n->a);
    const struct place y = is_vs ? interp_scalar_place(b, n->b) : vector_place(b, n->b);
    dying_release(b, k, node);
    temps_release(b);
    interp_add_op(b,
                  code_vv + (is_vs   ? 1u
                             : is_sv ? 2u
                                     : 0u),
                  result_place(b, k, node, false), x, y, (struct place){AT_NONE, 0});
}

static void build_vectors(struct build *b, uint32_t k, uint32_t node, uint32_t code)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place x = vector_place(b, n->a);
    const struct place y = interp_count_operands(n) > 1 ? vector_place(b, n->b) : x;
    dying_release(b, k, node);
    temps_release(b);
    interp_add_op(b, code, result_place(b, k, node, false), x, y, (struct place){AT_NONE, 0});
}

static void build_select(struct build *b, uint32_t k, uint32_t node)
{
    static const uint32_t codes[4] = {INTERP_SELECT_VV, INTERP_SELECT_VS, INTERP_SELECT_SV,
                                      INTERP_SELECT_SS};
    const struct ir_node *const n = &b->ir->nodes[node];
    const bool x_is_scalar = interp_is_scalar(b, n->b), y_is_scalar = interp_is_scalar(b, n->c);
    const struct place mask = vector_place(b, n->a);
    const struct place x = x_is_scalar ? interp_scalar_place(b, n->b) : vector_place(b, n->b);
    const struct place y = y_is_scalar ? interp_scalar_place(b, n->c) : vector_place(b, n->c);
    dying_release(b, k, node);
    temps_release(b);
    interp_add_op(b, codes[(x_is_scalar ? 2 : 0) + (y_is_scalar ? 1 : 0)],
                  result_place(b, k, node, false), mask, x, y);
}

static void build_uniform(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place d = result_place(b, k, node, false), none = {AT_NONE, 0};
    const bool is_in_place = b->p->precision == PRECISION_SINGLE;
    const struct place words = is_in_place ? d : interp_register_take(b, true);
    interp_add_op(b, INTERP_DRAW, words, none, (struct place){AT_NONE, n->a},
                  (struct place){AT_NONE, n->b});
    interp_add_op(b, INTERP_U01, d, words, none, none);
    if (!is_in_place) {
        register_release(b, words);
    }
}

static void build_poisson(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place mean = vector_place(b, n->a);
    const struct place d = result_place(b, k, node, true); /* never where the means stand */
    dying_release(b, k, node);
    temps_release(b);
    interp_add_op(b, INTERP_POISSON, d, mean, (struct place){AT_NONE, n->b},
                  (struct place){AT_NONE, n->c});
}

/* A loop: the head, the operations of the body, then each lane that is inside takes its value.
 */
void interp_build_loop_head(struct build *b, uint32_t k, uint32_t node)
{
    const struct place none = {AT_NONE, 0};
    const struct place d = result_place(b, k, node, true);
    b->wanted = interp_register_take(b, true);
    b->head = b->n_ops;
    interp_add_op(b, INTERP_TRUNCATED, d, b->wanted, none,
                  (struct place){AT_NONE, TRUNCATED_MOST});
}

static void build_loop_end(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    const struct place none = {AT_NONE, 0}, value = vector_place(b, n->a);
    const struct place over = interp_register_take(b, true),
                       under = interp_register_take(b, true);
    const bool low_is_scalar = interp_is_scalar(b, n->b),
               high_is_scalar = interp_is_scalar(b, n->c);
    interp_add_op(b, low_is_scalar ? INTERP_LE_SV : INTERP_LE_VV, over,
                  low_is_scalar ? interp_scalar_place(b, n->b) : b->at[n->b], value, none);
    interp_add_op(b, high_is_scalar ? INTERP_LE_VS : INTERP_LE_VV, under, value,
                  high_is_scalar ? interp_scalar_place(b, n->c) : b->at[n->c], none);
    interp_add_op(b, INTERP_AND, over, over, under, none);
    interp_add_op(b, INTERP_TAKE, b->at[node], b->wanted, over, value);
    if (interp_is_no_memory(b)) {
        return;
    }
    struct build_op *const head = &b->ops[b->head];
    head->b.n = b->n_ops - b->head - 1;
    const bool has_draws = k > 0 && !b->items[k - 1].is_head;
    head->c.n = has_draws ? TRUNCATED_MOST : 1; /* nothing is drawn: it would stay as it is */
    register_release(b, over);
    register_release(b, under);
    register_release(b, b->wanted);
    temps_release(b);
    dying_release(b, k, node);
    for (uint32_t j = k; j-- > 0 && b->items[j].loop_end == k;) {
        if (!b->items[j].is_head) {
            dying_release(b, k, b->items[j].node);
        }
    }
}

void interp_build_node(struct build *b, uint32_t k, uint32_t node)
{
    const struct ir_node *const n = &b->ir->nodes[node];
    switch ((enum ir_op)n->op) {
    case IR_CONST:
    case IR_TIME:
    case IR_TABLE:
        break;
    case IR_VAR:
        b->at[node] = (struct place){AT_VAR, n->a};
        break;
    case IR_EVENTS:
        b->at[node] = (struct place){AT_EVENT, n->a};
        break;
    case IR_U01:
        build_uniform(b, k, node);
        break;
    case IR_POISSON:
        build_poisson(b, k, node);
        break;
    case IR_TRUNC:
        build_loop_end(b, k, node);
        break;
    case IR_SELECT:
        build_select(b, k, node);
        break;
#define BUILD_BINARY(id)                                                                       \
    case IR_##id:                                                                              \
        build_binary(b, k, node, INTERP_##id##_VV);                                            \
        break;
        BUILD_BINARY(ADD)
        BUILD_BINARY(SUB)
        BUILD_BINARY(MUL)
        BUILD_BINARY(DIV)
        BUILD_BINARY(MIN)
        BUILD_BINARY(MAX)
        BUILD_BINARY(LT)
        BUILD_BINARY(LE)
        BUILD_BINARY(EQ)
        BUILD_BINARY(NE)
#undef BUILD_BINARY
#define BUILD_VECTORS(id)                                                                      \
    case IR_##id:                                                                              \
        build_vectors(b, k, node, INTERP_##id);                                                \
        break;
        BUILD_VECTORS(MOD)
        BUILD_VECTORS(POW)
        BUILD_VECTORS(NEGATE)
        BUILD_VECTORS(ABS)
        BUILD_VECTORS(SIGN)
        BUILD_VECTORS(ROUND)
        BUILD_VECTORS(FLOOR)
        BUILD_VECTORS(SQRT)
        BUILD_VECTORS(EXP)
        BUILD_VECTORS(LOG)
        BUILD_VECTORS(SIN)
        BUILD_VECTORS(COS)
        BUILD_VECTORS(TANH)
        BUILD_VECTORS(EXPREL)
        BUILD_VECTORS(LOG1P)
        BUILD_VECTORS(EXPM1)
        BUILD_VECTORS(AND)
        BUILD_VECTORS(OR)
        BUILD_VECTORS(NOT)
#undef BUILD_VECTORS
    case IR_OP_N:
        break;
    }
}
