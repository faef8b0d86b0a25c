/* net/build_text.c: generated text of a build. One function holds all expressions of a kind and
 * chooses by number, so that a network of many projections compiles each kernel once. */
#include "net/build_text.h"

#include "lang/emit_cl.h"

#include <string.h>

enum kind { KIND_P, KIND_STEPS, KIND_WEIGHT, KINDS };

static const char *const kind_names[KINDS] = {"csr_p", "csr_steps", "csr_weight"};
/* Weights are in the network's precision; p and delays are single in both, so that a network is
 * wired alike in both. */
static const char *const kind_types[KINDS] = {"f32v", "f32v", "realv"};
/* p draws nothing but the word it is compared with. */
static const char *const kind_parameters[KINDS] = {
    "const struct csr_pair pair",
    "const struct csr_pair pair, const struct csr_keys keys, i32v *gave_up",
    "const struct csr_pair pair, const struct csr_keys keys, maskv *gave_up"};
static const char *const kind_arguments[KINDS] = {"pair", "pair, keys, gave_up",
                                                  "pair, keys, gave_up"};

/* Bodies of one kind so far. */
struct bodies {
    char **texts;
    uint32_t n, capacity;
};

struct writer {
    const struct network *n;
    struct arena *arena;
    struct bodies kinds[KINDS];
    struct err *e;
};

/* Place of a pair, or an index. Distances are those of single precision in both. */
static void write_variables(const struct ir *ir, enum kind kind, struct text *out)
{
    const char *const type = kind_types[kind];
    const char *const of_f32 = kind == KIND_WEIGHT ? "REAL_OF_F32V" : "";
    const char *const of_u32 = kind == KIND_WEIGHT ? "REAL_OF_U32V" : "U32_TO_F32V";
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const char *value = "F32V(0.0f)", *of = of_f32;
        switch (ir->vars[k].kind) {
        case IR_VAR_DISTANCE:
            value = "csr_distance(pair)";
            break;
        case IR_VAR_DX:
            value = "pair.dx";
            break;
        case IR_VAR_DY:
            value = "pair.dy";
            break;
        case IR_VAR_DZ:
            value = "pair.dz";
            break;
        case IR_VAR_PRE_INDEX:
            value = "pair.pre";
            of = of_u32;
            break;
        case IR_VAR_POST_INDEX:
            value = "pair.post";
            of = of_u32;
            break;
        case IR_VAR_STATE: /* these have no value between two cells; the checker refuses them */
        case IR_VAR_PARAMETER:
        case IR_VAR_ARRIVAL:
        case IR_VAR_TRAIN:
        case IR_VAR_INDEX:
        case IR_VAR_X:
        case IR_VAR_Y:
        case IR_VAR_Z:
            break;
        }
        text_print(out, "    const %s v%u = %s(%s);\n", type, k, of, value);
    }
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        text_print(out, "    (void)v%u;\n", k);
    }
}

static enum err_code write_body(struct writer *w, enum kind kind, const struct ir *ir,
                                uint32_t node, struct text *out)
{
    const enum precision precision = kind == KIND_WEIGHT ? w->n->precision : PRECISION_SINGLE;
    uint8_t *const done = arena_alloc(w->arena, ir->n, 1), *const keep =
                                                               arena_alloc(w->arena, ir->n, 1);
    struct emit_names *const names = emit_names_create(ir, precision, w->arena);
    ERR_IF(done == NULL || keep == NULL || names == NULL, w->e, ERR_NOMEM,
           "no memory for the kernels of the connections");
    struct ir_plan plan = {0};
    keep[node] = 1;
    ERR_TRY(ir_plan_add(ir, &node, 1, done, w->arena, &plan, w->e));
    write_variables(ir, kind, out);
    ERR_TRY(emit_cl_block(ir, &plan, 0, keep, names, "    ", out, w->e));
    text_print(out, "    return %s;\n", emit_cl_name(names, ir, &plan, node));
    ERR_IF(out->has_failed, w->e, ERR_NOMEM, "no memory for the kernels of the connections");
    return ERR_OK;
}

/* Number of the expression, an older equal one's or a new one. */
static enum err_code add_expression(struct writer *w, enum kind kind, const struct ir *ir,
                                    uint32_t node, uint32_t *number)
{
    struct text body = {0};
    const enum err_code code = write_body(w, kind, ir, node, &body);
    struct bodies *const b = &w->kinds[kind];
    for (*number = 0; code == ERR_OK && *number < b->n; (*number)++) {
        if (strcmp(b->texts[*number], text_string(&body)) == 0) {
            text_fini(&body);
            return ERR_OK;
        }
    }
    char **const slot =
        code == ERR_OK ? arena_push(w->arena, &b->texts, &b->n, &b->capacity, sizeof *b->texts)
                       : NULL;
    if (slot != NULL) {
        *slot = arena_copy(w->arena, text_string(&body), body.length);
    }
    text_fini(&body);
    ERR_TRY(code);
    ERR_IF(slot == NULL || *slot == NULL, w->e, ERR_NOMEM,
           "no memory for the kernels of the connections");
    return ERR_OK;
}

static enum err_code add_group(struct writer *w, const struct net_group *g,
                               struct build_numbers *numbers)
{
    const struct net_conn *const c = &g->conns[0];
    *numbers = (struct build_numbers){.p = BUILD_NO_EXPRESSION, .steps = BUILD_NO_EXPRESSION};
    numbers->weight = arena_alloc(w->arena, g->n_conns, sizeof *numbers->weight);
    ERR_IF(numbers->weight == NULL, w->e, ERR_NOMEM,
           "no memory for the kernels of the connections");
    if (!c->has_constant_p) {
        ERR_TRY(add_expression(w, KIND_P, c->ir, c->p_node, &numbers->p));
    }
    if (!c->has_constant_delay && c->delay_column == NULL) {
        ERR_TRY(add_expression(w, KIND_STEPS, c->ir, c->steps_node, &numbers->steps));
    }
    for (uint32_t k = 0; k < g->n_conns; k++) {
        numbers->weight[k] = BUILD_NO_EXPRESSION;
        if (!g->conns[k].has_constant_weight && g->conns[k].weight_column == NULL) {
            ERR_TRY(add_expression(w, KIND_WEIGHT, c->ir, g->conns[k].weight_node,
                                   &numbers->weight[k]));
        }
    }
    return ERR_OK;
}

static void write_kind(const struct writer *w, enum kind kind, struct text *out)
{
    const struct bodies *const b = &w->kinds[kind];
    for (uint32_t k = 0; k < b->n; k++) {
        text_print(out, "static inline %s %s_%u(%s)\n{\n%s%s}\n\n", kind_types[kind],
                   kind_names[kind], k, kind_parameters[kind],
                   kind == KIND_P ? "" : "    (void)keys;\n    (void)gave_up;\n", b->texts[k]);
    }
    text_print(out, "static inline %s %s(u32 which, %s)\n{\n    switch (which) {\n",
               kind_types[kind], kind_names[kind], kind_parameters[kind]);
    for (uint32_t k = 0; k < b->n; k++) {
        text_print(out, "    case %uu:\n        return %s_%u(%s);\n", k, kind_names[kind], k,
                   kind_arguments[kind]);
    }
    text_print(out, "    default:\n        return %s;\n    }\n}\n\n",
               kind == KIND_WEIGHT ? "REALV(0)" : "F32V(0.0f)");
}

/* Which kernels there are. Weights that the host draws need theirs too: to be summed up. */
static void write_uses(const struct net_group *groups, uint32_t n_groups, enum build_part part,
                       struct text *out)
{
    bool has_rule[DESC_RULE_N] = {false}, has_delays = false, has_weights = false;
    for (uint32_t k = 0; k < n_groups; k++) {
        has_rule[groups[k].projection->rule] = part != BUILD_WEIGHTS;
        has_delays =
            has_delays || (part != BUILD_WEIGHTS && groups[k].projection->rule != RULE_EDGES &&
                           !groups[k].conns[0].has_constant_delay);
        for (uint32_t c = 0; c < groups[k].n_conns; c++) {
            has_weights =
                has_weights || (part != BUILD_ROWS && !groups[k].conns[c].has_constant_weight);
        }
    }
    text_print(
        out,
        "#define CSR_USES_PAIRWISE %d\n#define CSR_USES_INDEGREE %d\n#define CSR_USES_EVEN %d\n"
        "#define CSR_USES_DELAYS %d\n#define CSR_USES_WEIGHTS %d\n",
        has_rule[RULE_PAIRWISE_BERNOULLI], has_rule[RULE_FIXED_INDEGREE],
        has_rule[RULE_ONE_TO_ONE] || has_rule[RULE_ALL_TO_ALL], has_delays, has_weights);
}

enum err_code build_text_write(const struct network *n, const struct net_group *groups,
                               uint32_t n_groups, enum build_part part, uint32_t width,
                               struct build_numbers *numbers, struct text *out, struct err *e)
{
    struct writer w = {.n = n, .arena = n->arena, .e = e};
    for (uint32_t k = 0; k < n_groups; k++) {
        ERR_TRY(add_group(&w, &groups[k], &numbers[k]));
    }
    if (part == BUILD_WEIGHTS && n->precision == PRECISION_DOUBLE) {
        text_add(out, "#define REAL_IS_DOUBLE 1\n");
    }
    text_print(out, "#define WIDTH %u\n#define CSR_GENERATED 1\n#define CSR_HAS_PLACES %d\n",
               width, n->desc->has_space ? 1 : 0);
    write_uses(groups, n_groups, part, out);
    ERR_TRY(device_kernel_text("build/csr.h", out, e));
    text_add(out, "\n#line 1 \"connections\"\n");
    for (int kind = 0; kind < KINDS; kind++) {
        if (part == BUILD_ALL || (part == BUILD_WEIGHTS) == (kind == KIND_WEIGHT)) {
            write_kind(&w, (enum kind)kind, out);
        }
    }
    ERR_TRY(device_kernel_text("build/csr.cl", out, e));
    ERR_IF(out->has_failed, e, ERR_NOMEM, "no memory for the kernels of the connections");
    return ERR_OK;
}
