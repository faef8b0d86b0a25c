/* sim/step_kernel_text.c: writes the step kernel of a population around what lang/emit_cl.h
 * gives for its statements. */
#include "sim/step_kernel_writer.h"

#include <string.h>

enum err_code step_kernel_preamble(uint32_t width, enum precision precision, struct text *out,
                                   struct err *e)
{
    text_print(out, "#define WIDTH %u\n#define REAL_IS_DOUBLE %d\n", width,
               precision == PRECISION_DOUBLE ? 1 : 0);
    return device_kernel_text("step/neuron.h", out, e);
}

/* Emits the nodes that roots need into out; sharing nothing with other blocks keeps registers
 * free in the common path. */
static enum err_code emit_block(struct step_writer *w, const uint32_t *roots, uint32_t n,
                                const char *indent, struct emit_names **names, struct text *out,
                                struct err *e)
{
    const struct ir *const ir = w->step->ir;
    uint8_t *const done = arena_alloc(w->arena, ir->n, 1), *const keep =
                                                               arena_alloc(w->arena, ir->n, 1);
    *names = emit_names_create(ir, w->precision, w->arena);
    ERR_IF(arena_failed(w->arena) || *names == NULL, e, ERR_NOMEM,
           "no memory for the step kernel of '%s'", w->p->name);
    for (uint32_t k = 0; k < n; k++) {
        keep[roots[k]] = 1;
    }
    const uint32_t from = w->kernel->plan.n_order;
    ERR_TRY(ir_plan_add(ir, roots, n, done, w->arena, &w->kernel->plan, e));
    return emit_cl_block(ir, &w->kernel->plan, from, keep, *names, indent, out, e);
}

static enum err_code emit_all(struct step_writer *w, struct err *e)
{
    const struct step_program *const step = w->step;
    const uint32_t most =
        step->n_states + 1 + step->n_stops + step->n_samples + step->n_watches;
    uint32_t *const roots = arena_alloc(w->arena, most, sizeof *roots);
    ERR_IF(roots == NULL, e, ERR_NOMEM, "no memory for the step kernel of '%s'", w->p->name);
    uint32_t n = 0;
    for (uint32_t k = 0; k < step->n_states; k++) {
        roots[n++] = step->states[k].out;
    }
    if (step->spike != IR_NONE) {
        roots[n++] = step->spike;
    }
    for (uint32_t k = 0; k < step->n_stops; k++) {
        roots[n++] = step->stops[k];
    }
    ERR_TRY(emit_block(w, roots, n, "        ", &w->names, &w->statements, e));
    for (n = 0; n < step->n_samples; n++) {
        roots[n] = step->samples[n].node;
    }
    if (n > 0) {
        ERR_TRY(emit_block(w, roots, n, "            ", &w->sample_names, &w->samples, e));
    }
    for (n = 0; n < step->n_watches; n++) {
        roots[n] = step->watches[n].node;
    }
    if (n > 0) {
        ERR_TRY(emit_block(w, roots, n, "            ", &w->watch_names, &w->watches, e));
    }
    return ERR_OK;
}

const char *step_writer_name(const struct step_writer *w, struct emit_names *names,
                             uint32_t node)
{
    return emit_cl_name(names, w->step->ir, &w->kernel->plan, node);
}

bool step_writer_is_unchanged(const struct step_writer *w, uint32_t state)
{
    const struct ir *const ir = w->step->ir;
    const struct ir_node *const n = &ir->nodes[w->step->states[state].out];
    return n->op == IR_VAR && ir->vars[n->a].kind == IR_VAR_STATE &&
           ir->vars[n->a].index == state;
}

static void write_loads(struct step_writer *w)
{
    for (uint32_t k = 0; k < w->step->n_states; k++) {
        text_print(w->out,
                   "    realv state%ux = LOAD_REALV(state + (u64)%u * slice.n_padded, item);\n",
                   k, k);
    }
    const struct ir *const ir = w->step->ir;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const struct ir_var v = ir->vars[k];
        if (v.kind == IR_VAR_PARAMETER) {
            const uint32_t row = w->kernel->n_parameters++;
            w->kernel->parameters[row] = v.index;
            text_print(w->out,
                       "    const realv v%u = LOAD_REALV(parameter + (u64)%u * slice.n_padded, "
                       "item);\n",
                       k, row);
        } else if (v.kind == IR_VAR_INDEX) {
            text_print(w->out, "    const realv v%u = REAL_OF_U32V(cell);\n", k);
        } else if (v.kind == IR_VAR_X || v.kind == IR_VAR_Y || v.kind == IR_VAR_Z) {
            w->kernel->uses_position = true;
            text_print(w->out,
                       "    const realv v%u = REAL_OF_F32V(LOAD_F32V(position + (u64)%u * "
                       "slice.n_padded, "
                       "item));\n",
                       k, (uint32_t)v.kind - (uint32_t)IR_VAR_X);
        }
    }
    for (uint32_t k = 0; k < w->step->n_arrivals; k++) {
        text_print(w->out,
                   "    __global sum *const ring%ux = ring + channels[%u].ring_begin;\n", k, k);
        text_print(w->out, "    const u32 slots%ux = channels[%u].n_slots;\n", k, k);
        text_print(w->out,
                   "    const realv scale%ux = REALV(NEURON_REAL(channels[%u].scale));\n", k,
                   k);
        text_print(w->out, "    u32 at%ux = slice_ring_slot(slice.first, slots%ux);\n", k, k);
    }
    for (uint32_t k = 0; k < w->step->n_trains; k++) {
        text_print(w->out,
                   "    struct neuron_train train%ux = neuron_train_find(train_ptr + (u64)%u * "
                   "(slice.n_padded / CELL_BLOCK + 1u)\n"
                   "            + first_cell / CELL_BLOCK, train_step, slice.first);\n",
                   k, k);
    }
    for (uint32_t k = 0; k < w->step->n_stops; k++) {
        text_print(w->out, "    u32v stop%ux = U32V(0u);\n", k);
    }
    if (w->step->n_samples > 0) {
        text_add(w->out, "    const u32 sampled = slice.due != 0u ? slot_of[first_cell / "
                         "CELL_BLOCK] : NEURON_NO_BLOCK;\n");
    }
}

/* Arrivals, uniforms, draws and events of a step: the leaves of its statements. */
static void write_leaves(struct step_writer *w)
{
    const struct step_program *const step = w->step;
    for (uint32_t k = 0; k < step->n_arrivals; k++) {
        text_print(
            w->out,
            "        __global sum *const sums%ux = ring%ux + (u64)at%ux * slice.n_padded;\n", k,
            k, k);
        text_print(w->out,
                   "        const realv arrival%ux = REAL_OF_SUMV(LOAD_SUMV(sums%ux, item)) * "
                   "scale%ux;\n",
                   k, k, k);
        text_print(w->out, "        STORE_SUMV(SUMV(0), sums%ux, item);\n", k);
        text_print(w->out, "        at%ux = at%ux + 1u == slots%ux ? 0u : at%ux + 1u;\n", k, k,
                   k, k);
    }
    for (uint32_t k = 0; k < step->n_trains; k++) {
        text_print(
            w->out,
            "        const realv given%ux = neuron_train_sum(&train%ux, slice.first + s, "
            "first_cell %% CELL_BLOCK, train_step,\n"
            "                                               train_lane, train_weight);\n",
            k, k);
    }
    for (uint32_t k = 0; k < step->ir->n_vars; k++) {
        const struct ir_var v = step->ir->vars[k];
        if (v.kind == IR_VAR_STATE) {
            text_print(w->out, "        const realv v%u = state%ux;\n", k, v.index);
        } else if (v.kind == IR_VAR_ARRIVAL) {
            text_print(w->out, "        const realv v%u = arrival%ux;\n", k, v.index);
        } else if (v.kind == IR_VAR_TRAIN) {
            text_print(w->out, "        const realv v%u = given%ux;\n", k, v.index);
        }
    }
    for (uint32_t k = 0; k < w->kernel->plan.n_courses; k++) {
        text_print(w->out,
                   "        const real c%u = NEURON_COURSE(uniforms + slice.courses_at, s * "
                   "%uu + %uu);\n",
                   k, w->kernel->plan.n_courses, k);
    }
    for (uint32_t s = 0; s < step->n_streams; s++) {
        if (step->streams[s].n_draws > 0) {
            step_write_draws(w, s);
        }
    }
    for (uint32_t k = 0; k < step->n_events; k++) {
        text_print(w->out,
                   "        const realv e%u = neuron_events(draw%ux0, uniforms + "
                   "uniforms[slice.events_at + s * %uu + %uu]);\n",
                   k, step->events[k].stream, step->n_events, k);
    }
}

static void write_kernel(struct step_writer *w)
{
    text_add(w->out, "#line 1 \"step kernel\"\n"
                     "#define DRAW(s, d, r) \\\n"
                     "    ((r) == 0u ? draw##s##x##d : neuron_again(cell, j##s##x + d, (r), "
                     "key##s##a, key##s##b))\n"
                     "#define POISSON(s, d, r, mean) neuron_poisson((mean), cell, j##s##x + d, "
                     "(r), key##s##a, key##s##b)\n"
                     "#define TRUNC_FAILED(mask)\n"
                     "__kernel void step_kernel(NEURON_ARGUMENTS)\n{\n"
                     "    const u32 item = (u32)get_global_id(0), first_cell = item * WIDTH;\n"
                     "    if (first_cell >= slice.n_padded || slice.n_steps == 0u) {\n        "
                     "return;\n    }\n"
                     "    __global u32 *const head = slots + slice.head_at;\n"
                     "    const u32v cell = U32V(first_cell) + LANE_INDEX;\n"
                     "    const u32 lanes = item % (CELL_BLOCK / WIDTH);\n"
                     "    if (item == 0u) {\n        neuron_clear(slots + slice.next_head_at, "
                     "slice.n_head);\n    }\n");
    write_loads(w);
    step_write_streams(w);
    text_add(w->out,
             "    u32v spikes = U32V(0u), n_good = U32V(0u);\n    realv broken = REALV(0);\n"
             "    for (u32 s = 0; s < slice.n_steps; s++) {\n");
    write_leaves(w);
    text_add(w->out, text_string(&w->statements));
    step_write_samples_and_watches(w);
    step_write_commit(w);
    text_add(w->out, "    }\n");
    step_write_reports(w);
    text_add(w->out, "    (void)lanes;\n    NEURON_UNUSED();\n}\n"
                     "#undef DRAW\n#undef POISSON\n#undef TRUNC_FAILED\n");
}

enum err_code step_kernel_stops(const struct network *n, uint32_t population,
                                struct arena *arena, bool **is_all, struct err *e)
{
    const struct net_population *const p = &n->populations[population];
    *is_all = arena_alloc(arena, (size_t)p->step.n_stops + 1, sizeof **is_all);
    ERR_IF(*is_all == NULL, e, ERR_NOMEM, "no memory for the step kernel of '%s'", p->name);
    for (uint32_t k = 0; k < p->step.n_stops; k++) {
        (*is_all)[k] = sim_stop_is_all(n, population, k);
    }
    return ERR_OK;
}

enum err_code step_kernel_build(const struct net_population *p, enum precision precision,
                                const bool *stop_is_all, struct arena *arena,
                                struct step_kernel *k, struct text *out, struct err *e)
{
    *k = (struct step_kernel){0};
    struct step_writer w = {.p = p,
                            .step = &p->step,
                            .precision = precision,
                            .stop_is_all = stop_is_all,
                            .arena = arena,
                            .kernel = k,
                            .out = out};
    k->parameters = arena_alloc(arena, p->step.ir->n_vars, sizeof *k->parameters);
    enum err_code code = ERR_OK;
    if (k->parameters == NULL) {
        code = err_set(e, ERR_NOMEM, 0, "no memory for the step kernel of '%s'", p->name);
        goto out;
    }
    ERR_GOTO(emit_all(&w, e));
    write_kernel(&w);
    if (out->has_failed || w.statements.has_failed || w.samples.has_failed ||
        w.watches.has_failed || arena_failed(arena)) {
        code = err_set(e, ERR_NOMEM, 0, "no memory for the step kernel of '%s'", p->name);
    }
out:
    text_fini(&w.statements);
    text_fini(&w.samples);
    text_fini(&w.watches);
    return code;
}

enum err_code sim_step_kernel_text(const struct network *n, uint32_t population, uint32_t width,
                                   struct text *out, struct err *e)
{
    struct arena *arena = NULL;
    struct step_kernel k;
    ERR_IF(population >= n->n_populations, e, ERR_ARG, "there is no population number %u",
           population);
    ERR_IF(width != 1 && width != 4 && width != 8 && width != 16, e, ERR_ARG,
           "the width is 1, 4, 8 or 16, not %u", width);
    ERR_TRY(arena_create(&arena, e));
    enum err_code code;
    bool *is_all = NULL;
    ERR_GOTO(step_kernel_stops(n, population, arena, &is_all, e));
    ERR_GOTO(step_kernel_preamble(width, n->precision, out, e));
    ERR_GOTO(step_kernel_build(&n->populations[population], n->precision, is_all, arena, &k,
                               out, e));
out:
    arena_destroy(arena);
    return code;
}
