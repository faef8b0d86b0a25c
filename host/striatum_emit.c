/* striatum_emit.c: one model's step as both readers see it. */
#include "striatum_handle.h"

#include <inttypes.h>

/* A network of 16 cells of one model, each receptor fed one to one, so that the step shows its
 * arrivals. */
static struct desc_network *network_of_model(struct arena *a, struct model *m,
                                             enum precision precision)
{
    static uint32_t only[] = {0};
    static struct ast one = {.kind = AST_NUMBER, .value = 1};
    struct desc_network *const d = arena_alloc(a, 1, sizeof *d);
    struct desc_population *const p = arena_alloc(a, 1, sizeof *p);
    struct desc_projection *const j = arena_alloc(a, 1, sizeof *j);
    struct desc_weight *const w = arena_alloc(a, m->n_receptors + 1, sizeof *w);
    bool *const records = arena_alloc(a, 1, sizeof *records);
    if (arena_failed(a)) {
        return NULL;
    }
    for (uint32_t k = 0; k < m->n_receptors; k++) {
        w[k] = (struct desc_weight){.receptor = m->receptors[k].name, .value = &one};
    }
    *p = (struct desc_population){.name = m->stem, .model = m, .n = 16};
    *j = (struct desc_projection){.name = "input",
                                  .from = only,
                                  .to = only,
                                  .n_from = 1,
                                  .n_to = 1,
                                  .rule = RULE_ONE_TO_ONE,
                                  .weights = w,
                                  .n_weights = m->n_receptors,
                                  .scale = 1,
                                  .delay = &one,
                                  .allow_autapses = true,
                                  .allow_multapses = true};
    *d = (struct desc_network){.file = m->file,
                               .stem = m->stem,
                               .name = m->name,
                               .precision = precision,
                               .dt_fs = INT64_C(100000000000),
                               .n_steps = 1,
                               .seed = 1,
                               .populations = p,
                               .projections = j,
                               .n_populations = 1,
                               .n_projections = m->n_receptors > 0,
                               .records_population = records};
    return d;
}

static enum err_code emit_program(const struct net_population *p, enum precision precision,
                                  struct arena *arena, struct text *out, struct err *e)
{
    const struct step_program *const program = &p->step;
    uint32_t *const roots = arena_alloc(arena, program->n_states + 1, sizeof *roots);
    ERR_IF(roots == NULL, e, ERR_NOMEM, "no memory for the program");
    uint32_t n = 0;
    for (uint32_t k = 0; k < program->n_states; k++) {
        roots[n++] = program->states[k].out;
    }
    if (program->spike != IR_NONE) {
        roots[n++] = program->spike;
    }
    struct interp *interp = NULL;
    ERR_TRY(interp_create(&interp, program->ir, roots, n, precision, arena, NULL, e));
    interp_print(interp, out);
    interp_destroy(interp);
    return ERR_OK;
}

const char *striatum_emit(struct striatum *s, const char *model, uint32_t width, bool in_double,
                          enum striatum_status *status)
{
    text_fini(&s->answer);
    struct network *n = NULL;
    const enum precision precision = in_double ? PRECISION_DOUBLE : PRECISION_SINGLE;
    enum err_code code = striatum_reset(s);
    if (code == ERR_OK && width != 1 && width != 4 && width != 8 && width != 16) {
        code = err_set(&s->err, ERR_USAGE, 0, "--width is %" PRIu32 "; it can be 1, 4, 8 or 16",
                       width);
    }
    struct model *m = NULL;
    if (code == ERR_OK) {
        code = desc_load_model(&m, model, (struct pos){.file = model}, &s->diags, &s->err);
    }
    if (code == ERR_OK) {
        struct desc_network *const d = network_of_model(s->arena, m, precision);
        code = d == NULL ? err_set(&s->err, ERR_NOMEM, 0, "out of memory")
                         : network_create(&n, d, &s->diags, &s->err);
    }
    if (code == ERR_OK) {
        ASSERT(n != NULL);
        text_add(&s->answer, "/* reader one: OpenCL C */\n");
        code = sim_step_kernel_text(n, 0, width, &s->answer, &s->err);
    }
    if (code == ERR_OK) {
        text_add(&s->answer, "\n/* reader two: the block interpreter */\n");
        code = emit_program(&n->populations[0], precision, s->arena, &s->answer, &s->err);
    }
    network_destroy(n);
    *status = striatum_status_of(s, code);
    return code == ERR_OK ? text_string(&s->answer) : NULL;
}
