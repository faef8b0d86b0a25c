/* tests/support/model_check.h: a random model read, printed, read again and built; its step
 * program run by the block interpreter, and any two runs compared bit for bit (a NaN equals any
 * NaN; a lane is compared up to the step of its first NaN). */
#ifndef SUPPORT_MODEL_CHECK_H
#define SUPPORT_MODEL_CHECK_H

#include "lang/interp.h"
#include "lang/interp_ops.h"
#include "support/ir_random.h"
#include "support/model_random.h"

enum {
    MODEL_STEPS = 4,
    MODEL_MOST_VARS = 32,
    MODEL_MOST_ROOTS = 32,
    MODEL_MOST_EVENTS = 2,
    MODEL_FIRST_STEP = -1 /* settling too */
};
#define MODEL_DT_FS INT64_C(100000000000) /* 0.1 ms */

/* A model and its program. */
struct model_case {
    struct model_random random;
    struct lang_fixture f;
    struct step_program program;
    uint32_t roots[MODEL_MOST_ROOTS], n_roots;
};

/* Values of every root in every step: bits. */
struct model_result {
    uint64_t bits[MODEL_STEPS][MODEL_MOST_ROOTS][INTERP_BLOCK];
    uint32_t n_gave_up;
};

#define MODEL_FAIL(c, ...)                                                                     \
    do {                                                                                       \
        model_random_print(&(c)->random);                                                      \
        fail_msg(__VA_ARGS__);                                                                 \
    } while (0)

static inline void model_expect_sound(const struct model_case *c, const char *what)
{
    if (c->f.d.n_errors > 0) {
        struct text out = {0};
        diag_print(&c->f.d, 0, &out);
        print_message("%s", text_string(&out));
        text_fini(&out);
        MODEL_FAIL(c, "%s: %u errors", what, c->f.d.n_errors);
    }
}

/* The same tree, as parsed. */
static inline bool model_same_tree(const struct ast *a, const struct ast *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    if (a->kind != b->kind || a->n_args != b->n_args || a->op != b->op || a->func != b->func ||
        a->has_unit != b->has_unit || (a->name == NULL) != (b->name == NULL)) {
        return false;
    }
    if (memcmp(&a->value, &b->value, sizeof a->value) != 0 ||
        (a->name != NULL && strcmp(a->name, b->name) != 0)) {
        return false;
    }
    for (uint32_t k = 0; k < a->n_args; k++) {
        if (!model_same_tree(a->args[k], b->args[k])) {
            return false;
        }
    }
    return true;
}

/* Prints the checked statements, reads them again: the same trees, and the same text once more.
 */
static inline void model_check_print(struct model_case *c, const struct stmt *statements,
                                     uint32_t n)
{
    struct text once = {0}, twice = {0};
    for (uint32_t k = 0; k < n; k++) {
        lang_print_statement(&statements[k], &once);
        text_add(&once, "\n");
    }
    uint32_t n_again = 0;
    const struct stmt *const again = step_fixture_list(&c->f, text_string(&once), &n_again);
    model_expect_sound(c, "printed and read again");
    if (n_again != n) {
        MODEL_FAIL(c, "%u statements, read again %u:\n%s", n, n_again, text_string(&once));
    }
    for (uint32_t k = 0; k < n; k++) {
        const bool is_same = again[k].kind == statements[k].kind &&
                             strcmp(again[k].name, statements[k].name) == 0 &&
                             model_same_tree(again[k].factor, statements[k].factor) &&
                             model_same_tree(again[k].value, statements[k].value);
        if (!is_same) {
            MODEL_FAIL(c,
                       "statement %u is another tree when it was printed and read again:\n%s",
                       k, text_string(&once));
        }
        lang_print_statement(&again[k], &twice);
        text_add(&twice, "\n");
    }
    if (strcmp(text_string(&once), text_string(&twice)) != 0) {
        MODEL_FAIL(c, "printed twice:\n%s\n%s", text_string(&once), text_string(&twice));
    }
    text_fini(&once);
    text_fini(&twice);
}

static inline struct model *model_case_model(struct model_case *c)
{
    const struct model_random *const r = &c->random;
    const bool has_threshold = r->threshold.length > 0;
    const struct step_fixture_model text = {
        .parameters = text_string(&r->parameters),
        .states = text_string(&r->states),
        .receptors = {"AMPA", "s0"},
        .held = {has_threshold && r->refractory[0] != '\0' ? "s0" : NULL     }
    };
    struct model *const m = arena_alloc(c->f.arena, 1, sizeof *m);
    EXPECT_TRUE(m != NULL);
    m->file = m->stem = m->name = "test";
    m->at = (struct pos){.file = "test", .line = 1, .column = 1};
    m->integrator = r->integrator;
    m->no_units = true;
    step_fixture_names(&c->f, &text, m);
    m->statements = step_fixture_list(&c->f, text_string(&r->equations), &m->n_statements);
    m->reset = step_fixture_list(&c->f, r->reset.length > 0 ? text_string(&r->reset) : NULL,
                                 &m->n_reset);
    m->threshold = step_fixture_tree(&c->f, has_threshold ? text_string(&r->threshold) : NULL);
    m->refractory = step_fixture_tree(
        &c->f, has_threshold && r->refractory[0] != '\0' ? r->refractory : NULL);
    model_expect_sound(c, "parsed");
    (void)model_check(m, &c->f.d);
    model_expect_sound(c, "checked");
    model_check_print(c, m->statements, m->n_statements);
    model_check_print(c, m->reset, m->n_reset);
    return m;
}

static inline void model_case_roots(struct model_case *c)
{
    const struct step_program *const p = &c->program;
    if (p->n_states + p->n_samples + p->n_watches + p->n_stops + 1 > MODEL_MOST_ROOTS ||
        p->ir->n_vars > MODEL_MOST_VARS || p->n_events > MODEL_MOST_EVENTS) {
        MODEL_FAIL(c, "%u states, %u samples, %u watches: more than the test has room for",
                   p->n_states, p->n_samples, p->n_watches);
    }
    for (uint32_t k = 0; k < p->n_states; k++) {
        c->roots[c->n_roots++] = p->states[k].out;
    }
    for (uint32_t k = 0; k < p->n_samples; k++) {
        c->roots[c->n_roots++] = p->samples[k].node;
    }
    for (uint32_t k = 0; k < p->n_watches; k++) {
        c->roots[c->n_roots++] = p->watches[k].node;
    }
    for (uint32_t k = 0; k < p->n_stops; k++) {
        c->roots[c->n_roots++] = p->stops[k];
    }
    if (p->spike != IR_NONE) {
        c->roots[c->n_roots++] = p->spike;
    }
}

/* Reads, checks and builds; model_case_destroy frees. */
static inline void model_case_create(struct model_case *c, uint64_t seed)
{
    memset(c, 0, sizeof *c);
    struct model_random *const r = &c->random;
    model_random_create(r, seed);
    lang_fixture_init(&c->f);
    const struct model *const m = model_case_model(c);
    struct step_parameter parameters[MODEL_RANDOM_PARAMETERS] = {{.source = STEP_DEFAULT}};
    parameters[3].source = r->has_cells ? STEP_PER_CELL : STEP_DEFAULT;
    const bool is_fed[1] = {r->is_fed};
    const struct step_stimulus stimulus = {
        .name = "course",
        .parameter = 2,
        .mode = STEP_ADD,
        .value = lang_fixture_expression(&c->f, &c->f.names, text_string(&r->course), false)};
    const uint32_t receptors[1] = {0};
    const struct ast *const weights[1] = {
        lang_fixture_expression(&c->f, &m->scope, text_string(&r->weight), false)};
    struct step_event events[2];
    uint32_t n_events = 0;
    if (r->has_events) {
        events[n_events++] = (struct step_event){
            .name = "drive",
            .kind = STEP_POISSON,
            .rate = lang_fixture_expression(&c->f, &c->f.names, text_string(&r->rate), false),
            .n_weights = 1,
            .receptors = receptors,
            .weights = weights};
    }
    if (r->has_train) {
        events[n_events++] = (struct step_event){.name = "given",
                                                 .kind = STEP_TRAIN,
                                                 .n_weights = 1,
                                                 .receptors = receptors,
                                                 .weights = weights};
    }
    struct step_record records[2] = {
        {.name = "recorded",
         .value = lang_fixture_expression(&c->f, &m->scope, text_string(&r->record), false),
         .unit = unit_none}
    };
    uint32_t n_records = 1;
    if (r->n_intermediates > 0) {
        records[n_records++] = (struct step_record){.name = "m0", .unit = unit_none};
    }
    const struct step_stop stop = {
        .condition = lang_fixture_expression(&c->f, &m->scope, text_string(&r->stop), true),
        .is_all = seed % 2 == 0};
    const struct step_request request = {.arena = c->f.arena,
                                         .model = m,
                                         .population = "cells",
                                         .dt_fs = MODEL_DT_FS,
                                         .parameters = parameters,
                                         .is_fed = is_fed,
                                         .stimuli = &stimulus,
                                         .n_stimuli = r->has_course ? 1 : 0,
                                         .events = events,
                                         .n_events = n_events,
                                         .records = records,
                                         .n_records = n_records,
                                         .stops = &stop,
                                         .n_stops = 1};
    const bool is_sound = step_build(&request, &c->program, &c->f.d);
    model_expect_sound(c, "built");
    EXPECT_TRUE(is_sound);
    model_case_roots(c);
}

static inline void model_case_destroy(struct model_case *c)
{
    lang_fixture_fini(&c->f);
    model_random_destroy(&c->random);
}

/* Input `var` of a cell in a step; of a state: its first value. */
static inline double model_input(enum precision precision, const struct ir_var *var,
                                 uint32_t cell, int64_t step)
{
    const uint64_t h = hash_mix64(((uint64_t)var->kind << 56) ^ ((uint64_t)var->index << 48) ^
                                  ((uint64_t)(uint32_t)step << 24) ^ cell);
    const double u = precision == PRECISION_DOUBLE ? (double)(h >> 11) * 0x1p-53
                                                   : (double)(h >> 40) * 0x1p-24;
    const double value = var->kind == IR_VAR_INDEX       ? (double)cell
                         : var->kind == IR_VAR_PARAMETER ? 0.5 + u
                         : var->kind == IR_VAR_STATE     ? u * 20.0 - 10.0
                                                         : (h % 3 == 0 ? u * 4.0 : 0.0);
    return precision == PRECISION_DOUBLE ? value : (double)(float)value;
}

static inline bool model_is_mask(const struct model_case *c, uint32_t root)
{
    return c->program.ir->nodes[c->roots[root]].is_mask != 0;
}

/* The first value of a var that is a state, by the program's kind of state. */
static inline double model_first(const struct model_case *c, enum precision precision,
                                 uint32_t var, uint32_t cell)
{
    const struct ir_var *const v = &c->program.ir->vars[var];
    const bool is_hidden = c->program.states[v->index].model_state == IR_NONE;
    return is_hidden ? 0.0 : model_input(precision, v, cell, 0);
}

/* Courses of every step: rows of plan->n_courses numbers. */
static inline void model_courses(const struct model_case *c, enum precision precision,
                                 const struct ir_plan *plan, void *out)
{
    for (uint32_t s = 0; s < MODEL_STEPS; s++) {
        for (uint32_t k = 0; k < plan->n_courses; k++) {
            const double value = ir_eval(c->program.ir, plan->courses[k],
                                         MODEL_FIRST_STEP + (int64_t)s, MODEL_DT_FS);
            ir_random_put(precision, out, s * plan->n_courses + k,
                          precision == PRECISION_DOUBLE ? value : (double)flush_to_f32(value));
        }
    }
}

/* A program, ready to run blocks from any cell on. */
struct model_engine {
    const struct model_case *c;
    enum precision precision;
    struct interp *p;
    struct ir_plan plan;
    struct arena *arena;
    void *scratch, *courses;
    bool keeps_subnormals; /* in single precision too, as a device that does not flush */
    uint32_t first_cell, step;
    _Alignas(64) double vars[MODEL_MOST_VARS][INTERP_BLOCK];
    _Alignas(64) double events[MODEL_MOST_EVENTS][INTERP_BLOCK];
    _Alignas(64) double out[MODEL_MOST_ROOTS][INTERP_BLOCK];
};

static inline void model_engine_init(struct model_engine *g, const struct model_case *c,
                                     enum precision precision)
{
    struct err e;
    g->c = c;
    g->precision = precision;
    g->keeps_subnormals = false;
    EXPECT_OK(arena_create(&g->arena, &e));
    EXPECT_OK(interp_create(&g->p, c->program.ir, c->roots, c->n_roots, precision, g->arena,
                            &g->plan, &e));
    EXPECT_OK(mem_alloc(&g->scratch, interp_scratch_bytes(g->p), 1, &e));
    g->courses =
        arena_alloc(g->arena, (size_t)MODEL_STEPS * g->plan.n_courses + 1, sizeof(double));
    EXPECT_TRUE(g->courses != NULL);
    model_courses(c, precision, &g->plan, g->courses);
}

static inline void model_engine_fini(struct model_engine *g)
{
    interp_destroy(g->p);
    mem_free(g->scratch);
    arena_destroy(g->arena);
}

static inline uint32_t model_word(uint32_t cell, uint32_t step, uint32_t stream, uint32_t draw,
                                  uint32_t retry)
{
    return philox4x32(cell, draw, stream, retry, IR_RANDOM_KEY_LO + step, IR_RANDOM_KEY_HI).w0;
}

static inline void model_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                              uint32_t n, uint32_t *words)
{
    const struct model_engine *const g = context;
    for (uint32_t i = 0; i < n; i++) {
        words[i] = model_word(g->first_cell + i, g->step, stream, draw, retry);
    }
}

/* No Poisson distribution: any function of mean and word serves. */
static inline void model_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                                 uint32_t n, const void *mean, void *out)
{
    const struct model_engine *const g = context;
    for (uint32_t i = 0; i < n; i++) {
        const double u =
            (double)f32_u01(model_word(g->first_cell + i, g->step, stream, draw, retry));
        const double x = ir_reference_number(g->precision, IR_MUL,
                                             precision_get(g->precision, mean, i), u, 0.0);
        ir_random_put(g->precision, out, i,
                      ir_reference_number(g->precision, IR_FLOOR, x, 0.0, 0.0));
    }
}

static inline void model_engine_inputs(struct model_engine *g, uint32_t n)
{
    const struct ir *const ir = g->c->program.ir;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        for (uint32_t i = 0; i < n && ir->vars[k].kind != IR_VAR_STATE; i++) {
            const int64_t step = ir->vars[k].kind == IR_VAR_PARAMETER ? 0 : (int64_t)g->step;
            ir_random_put(g->precision, g->vars[k], i,
                          model_input(g->precision, &ir->vars[k], g->first_cell + i, step));
        }
    }
    for (uint32_t k = 0; k < g->c->program.n_events; k++) {
        for (uint32_t i = 0; i < n; i++) {
            ir_random_put(g->precision, g->events[k], i,
                          ir_random_events(k + 10 * g->step, g->first_cell + i));
        }
    }
}

/* Runs cells first … first + n - 1 through all steps; their bits go to lanes [at, at + n) of
 * *out. */
static inline void model_engine_run(struct model_engine *g, interp_loops *loops, uint32_t first,
                                    uint32_t n, uint32_t at, struct model_result *out)
{
    const struct ir *const ir = g->c->program.ir;
    const struct step_program *const program = &g->c->program;
    const void *vars[MODEL_MOST_VARS], *events[MODEL_MOST_EVENTS];
    void *outputs[MODEL_MOST_ROOTS];
    g->p->loops = loops;
    g->first_cell = first;
    for (uint32_t k = 0; k < g->c->n_roots; k++) {
        outputs[k] = g->out[k];
    }
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        vars[k] = g->vars[k];
        if (ir->vars[k].kind == IR_VAR_STATE) {
            outputs[ir->vars[k].index] = g->vars[k]; /* in place, as the backend has it */
            for (uint32_t i = 0; i < n; i++) {
                ir_random_put(g->precision, g->vars[k], i,
                              model_first(g->c, g->precision, k, first + i));
            }
        }
    }
    for (uint32_t k = 0; k < program->n_events; k++) {
        events[k] = g->events[k];
    }
    const bool does_flush = g->precision == PRECISION_SINGLE && !g->keeps_subnormals;
    const uint64_t old = does_flush ? flush_denormals_begin() : 0;
    for (uint32_t s = 0; s < MODEL_STEPS; s++) {
        g->step = s;
        model_engine_inputs(g, n);
        struct interp_run run = {.vars = vars,
                                 .courses =
                                     (const char *)g->courses +
                                     s * g->plan.n_courses * precision_bytes(g->precision),
                                 .events = events,
                                 .outputs = outputs,
                                 .draw = model_draw,
                                 .poisson = model_poisson,
                                 .context = g,
                                 .scratch = g->scratch,
                                 .n = n};
        interp_run(g->p, &run);
        out->n_gave_up += run.n_gave_up;
        for (uint32_t k = 0; k < g->c->n_roots; k++) {
            for (uint32_t i = 0; i < n; i++) {
                out->bits[s][k][at + i] =
                    ir_random_bits(g->precision, outputs[k], i, model_is_mask(g->c, k));
            }
        }
    }
    if (does_flush) {
        flush_denormals_end(old);
    }
}

static inline bool model_is_nan(enum precision precision, uint64_t bits)
{
    return ir_same_bits(precision, bits,
                        precision == PRECISION_DOUBLE ? UINT64_C(0x7ff8000000000000)
                                                      : 0x7fc00000u);
}

/* Compares n lanes (of `a` from lane `at` on); returns how many were free of NaN to the end. */
static inline uint32_t model_compare(const struct model_case *c, enum precision precision,
                                     const struct model_result *a, uint32_t at,
                                     const struct model_result *b, uint32_t from, uint32_t n,
                                     const char *what)
{
    uint32_t n_alive = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_alive = true;
        for (uint32_t s = 0; s < MODEL_STEPS && is_alive; s++) {
            for (uint32_t k = 0; k < c->n_roots; k++) {
                const uint64_t x = a->bits[s][k][at + i], y = b->bits[s][k][from + i];
                const bool is_mask = model_is_mask(c, k);
                if (is_mask ? x != y : !ir_same_bits(precision, x, y)) {
                    MODEL_FAIL(
                        c,
                        "%s, %s: step %u, value %u of %u (node %u, %s), lane %u: %016" PRIx64
                        " and %016" PRIx64,
                        what, precision_name(precision), s, k, c->n_roots, c->roots[k],
                        ir_op_name((enum ir_op)c->program.ir->nodes[c->roots[k]].op), at + i, x,
                        y);
                }
                is_alive = is_alive && (is_mask || !model_is_nan(precision, x));
            }
        }
        n_alive += is_alive ? 1 : 0;
    }
    return n_alive;
}

struct model_counts {
    uint64_t n_lanes, n_alive;
};

/* The interpreter against itself: every instruction set over a block of n cells, and cell by
 * cell. */
static inline void model_check_interp(const struct model_case *c, enum precision precision,
                                      uint32_t n, uint32_t n_alone, struct model_counts *counts)
{
    static struct model_engine g;
    static struct model_result block, other;
    model_engine_init(&g, c, precision);
    block.n_gave_up = 0;
    model_engine_run(&g, interp_loops_at(precision, INTERP_LEVEL_BASE), 0, n, 0, &block);
    counts->n_lanes += n;
    counts->n_alive += model_compare(c, precision, &block, 0, &block, 0, n, "itself");
    for (int level = INTERP_LEVEL_AVX2; level < INTERP_LEVEL_N; level++) {
        interp_loops *const loops = interp_loops_at(precision, (enum interp_level)level);
        if (loops != NULL) {
            other.n_gave_up = 0;
            model_engine_run(&g, loops, 0, n, 0, &other);
            (void)model_compare(c, precision, &block, 0, &other, 0, n,
                                level == INTERP_LEVEL_AVX2 ? "avx2" : "avx512");
            EXPECT_EQ_I64(block.n_gave_up, other.n_gave_up);
        }
    }
    for (uint32_t k = 0; k < n_alone; k++) {
        const uint32_t cell = (k * 37 + 3) % n;
        model_engine_run(&g, interp_loops_best(precision), cell, 1, 0, &other);
        (void)model_compare(c, precision, &block, cell, &other, 0, 1, "one cell at a time");
    }
    model_engine_fini(&g);
}

/* TEST_SEED: the first seed; TEST_MODELS: how many. */
static inline uint64_t model_environment(const char *name, uint64_t otherwise)
{
    const char *const text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* n models in both precisions, in blocks of up to most_cells. */
static inline void model_check_many(uint64_t n, uint32_t most_cells, uint32_t n_alone)
{
    static struct model_case c;
    struct model_counts counts = {0};
    const uint64_t first = model_environment("TEST_SEED", 1);
    n = model_environment("TEST_MODELS", n);
    for (uint64_t seed = first; seed < first + n; seed++) {
        const uint32_t n_cells =
            seed % 2 == 0 ? most_cells : 1 + (uint32_t)(hash_mix64(seed) % most_cells);
        model_case_create(&c, seed);
        model_check_interp(&c, PRECISION_SINGLE, n_cells, n_alone, &counts);
        model_check_interp(&c, PRECISION_DOUBLE, n_cells, n_alone, &counts);
        model_case_destroy(&c);
    }
    print_message("%" PRIu64 " of %" PRIu64 " cells without NaN\n", counts.n_alive,
                  counts.n_lanes);
    EXPECT_TRUE(counts.n_alive * 2 > counts.n_lanes); /* or little was compared */
}

#endif
