/* sim/step_kernel_text.c: writes the step kernel of a population around what lang/emit_cl.h
 * gives for its statements. Names written here never end in an underscore and digits, as those
 * of the emitter do: the two cannot meet. */
#include "sim/step_kernel.h"

#include "lang/emit_cl.h"

#include <string.h>

/* What the text is put together from: the emitted blocks come first, since they say which
 * uniforms there are. */
struct writer {
    const struct net_population *p;
    const struct step_program *step;
    struct arena *arena;
    struct step_kernel *kernel;
    struct emit_names *names, *sample_names, *watch_names;
    struct text statements, samples, watches;
    struct text *out;
};

enum err_code step_kernel_preamble(uint32_t width, struct text *out, struct err *e)
{
    text_print(out, "#define WIDTH %u\n", width);
    return device_kernel_text("step/neuron.h", out, e);
}

/* Emits the nodes that roots need into out; sharing nothing with other blocks keeps registers
 * free in the common path. */
static enum err_code emit_block(struct writer *w, const uint32_t *roots, uint32_t n,
                                const char *indent, struct emit_names **names, struct text *out,
                                struct err *e)
{
    const struct ir *const ir = w->step->ir;
    uint8_t *const done = arena_alloc(w->arena, ir->n, 1), *const keep =
                                                               arena_alloc(w->arena, ir->n, 1);
    *names = emit_names_create(ir, PRECISION_SINGLE, w->arena);
    ERR_IF(arena_failed(w->arena) || *names == NULL, e, ERR_NOMEM,
           "no memory for the step kernel of '%s'", w->p->name);
    for (uint32_t k = 0; k < n; k++) {
        keep[roots[k]] = 1;
    }
    const uint32_t from = w->kernel->plan.n_order;
    ERR_TRY(ir_plan_add(ir, roots, n, done, w->arena, &w->kernel->plan, e));
    return emit_cl_block(ir, &w->kernel->plan, from, keep, *names, indent, out, e);
}

static enum err_code emit_all(struct writer *w, struct err *e)
{
    const struct step_program *const step = w->step;
    const uint32_t most = step->n_states + 1 + step->n_samples + step->n_watches;
    uint32_t *const roots = arena_alloc(w->arena, most, sizeof *roots);
    ERR_IF(roots == NULL, e, ERR_NOMEM, "no memory for the step kernel of '%s'", w->p->name);
    uint32_t n = 0;
    for (uint32_t k = 0; k < step->n_states; k++) {
        roots[n++] = step->states[k].out;
    }
    if (step->spike != IR_NONE) {
        roots[n++] = step->spike;
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

static const char *name_of(const struct writer *w, struct emit_names *names, uint32_t node)
{
    return emit_cl_name(names, w->step->ir, &w->kernel->plan, node);
}

/* Does the state leave the step as it came? Then nobody stores or checks it. */
static bool is_unchanged(const struct writer *w, uint32_t state)
{
    const struct ir *const ir = w->step->ir;
    const struct ir_node *const n = &ir->nodes[w->step->states[state].out];
    return n->op == IR_VAR && ir->vars[n->a].kind == IR_VAR_STATE &&
           ir->vars[n->a].index == state;
}

/* Draws of one stream per step: j = n*m + d lies at offset o = (n*m) mod 4 of the first block
 * of the step, and o takes multiples of gcd(m, 4) only. */
static uint32_t largest_offset(uint32_t m)
{
    return m % 4 == 0 ? 0 : (m % 2 == 0 ? 2 : 3);
}

static uint32_t blocks_of_step(uint32_t m)
{
    return (largest_offset(m) + m - 1) / 4 + 1;
}

static void write_streams_before(struct writer *w)
{
    for (uint32_t s = 0; s < w->step->n_streams; s++) {
        const uint32_t m = w->step->streams[s].n_draws;
        if (m == 0) {
            continue;
        }
        text_print(w->out, "    const u32 key%ua = keys[%u], key%ub = keys[%u];\n", s, 2 * s, s,
                   2 * s + 1);
        /* no step has this block or the one before: the first step draws all */
        text_print(w->out,
                   "    i64 j%ux = slice.first * %u, block%ux = (j%ux >> 2) - 0x40000000;\n", s,
                   m, s, s);
        for (uint32_t b = 0; b < blocks_of_step(m); b++) {
            text_print(w->out,
                       "    struct philox_words words%ux%u = {U32V(0u), U32V(0u), U32V(0u), "
                       "U32V(0u)};\n",
                       s, b);
        }
    }
}

static void write_words(struct writer *w, uint32_t s, uint32_t b, const char *indent)
{
    text_print(w->out, "%swords%ux%u = neuron_words(cell, next%ux + %u, 0u, key%ua, key%ub);\n",
               indent, s, b, s, b, s, s);
}

/* The words stay while the block does; the last block of a step is often the first of the next.
 */
static void write_stream_step(struct writer *w, uint32_t s)
{
    const uint32_t m = w->step->streams[s].n_draws, n_blocks = blocks_of_step(m),
                   o = largest_offset(m);
    text_print(w->out, "        const i64 next%ux = j%ux >> 2;\n", s, s);
    text_print(w->out, "        if (next%ux != block%ux) {\n", s, s);
    if (n_blocks > 1) {
        text_print(w->out, "            if (next%ux == block%ux + %u) {\n", s, s, n_blocks - 1);
        text_print(w->out, "                words%ux0 = words%ux%u;\n            } else {\n", s,
                   s, n_blocks - 1);
        write_words(w, s, 0, "                ");
        text_add(w->out, "            }\n");
    }
    for (uint32_t b = n_blocks > 1 ? 1 : 0; b < n_blocks; b++) {
        write_words(w, s, b, "            ");
    }
    text_print(w->out, "            block%ux = next%ux;\n        }\n", s, s);
    if (o > 0) {
        text_print(w->out, "        const u32 offset%ux = (u32)(u64)j%ux & 3u;\n", s, s);
    }
    for (uint32_t d = 0; d < m; d++) {
        const uint32_t low = d / 4, high = (d + o) / 4;
        text_print(w->out, "        const u32v draw%ux%u = ", s, d);
        if (o == 0) {
            text_print(w->out, "words%ux%u.w%u;\n", s, low, d % 4);
        } else if (low == high) {
            text_print(w->out, "philox_select(words%ux%u, (offset%ux + %uu) & 3u);\n", s, low,
                       s, d);
        } else {
            text_print(w->out,
                       "(offset%ux + %uu) >> 2 == %uu ? philox_select(words%ux%u, (offset%ux + "
                       "%uu) & 3u)\n"
                       "            : philox_select(words%ux%u, (offset%ux + %uu) & 3u);\n",
                       s, d, low, s, low, s, d, s, high, s, d);
        }
    }
}

static void write_loads(struct writer *w)
{
    for (uint32_t k = 0; k < w->step->n_states; k++) {
        text_print(w->out,
                   "    f32v state%ux = LOAD_F32V(state + (u64)%u * slice.n_padded, item);\n",
                   k, k);
    }
    const struct ir *const ir = w->step->ir;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const struct ir_var v = ir->vars[k];
        if (v.kind == IR_VAR_PARAMETER) {
            const uint32_t row = w->kernel->n_parameters++;
            w->kernel->parameters[row] = v.index;
            text_print(
                w->out,
                "    const f32v v%u = LOAD_F32V(parameter + (u64)%u * slice.n_padded, item);\n",
                k, row);
        } else if (v.kind == IR_VAR_INDEX) {
            text_print(w->out, "    const f32v v%u = U32_TO_F32V(cell);\n", k);
        } else if (v.kind == IR_VAR_X || v.kind == IR_VAR_Y || v.kind == IR_VAR_Z) {
            w->kernel->uses_position = true;
            text_print(
                w->out,
                "    const f32v v%u = LOAD_F32V(position + (u64)%u * slice.n_padded, item);\n",
                k, (uint32_t)v.kind - (uint32_t)IR_VAR_X);
        }
    }
    for (uint32_t k = 0; k < w->step->n_arrivals; k++) {
        text_print(w->out,
                   "    __global i32 *const ring%ux = ring + channels[%u].ring_begin;\n", k, k);
        text_print(w->out, "    const u32 slots%ux = channels[%u].n_slots;\n", k, k);
        text_print(w->out, "    const f32v scale%ux = F32V(channels[%u].scale);\n", k, k);
        text_print(w->out, "    u32 at%ux = slice_ring_slot(slice.first, slots%ux);\n", k, k);
    }
    if (w->step->n_samples > 0) {
        text_add(w->out, "    const u32 sampled = slice.due != 0u ? slot_of[first_cell / "
                         "CELL_BLOCK] : NEURON_NO_BLOCK;\n");
    }
}

/* Arrivals, uniforms, draws and events of a step: the leaves of its statements. */
static void write_leaves(struct writer *w)
{
    const struct step_program *const step = w->step;
    for (uint32_t k = 0; k < step->n_arrivals; k++) {
        text_print(
            w->out,
            "        __global i32 *const sums%ux = ring%ux + (u64)at%ux * slice.n_padded;\n", k,
            k, k);
        text_print(
            w->out,
            "        const f32v arrival%ux = TO_F32V(LOAD_I32V(sums%ux, item)) * scale%ux;\n",
            k, k, k);
        text_print(w->out, "        STORE_I32V(I32V(0), sums%ux, item);\n", k);
        text_print(w->out, "        at%ux = at%ux + 1u == slots%ux ? 0u : at%ux + 1u;\n", k, k,
                   k, k);
    }
    for (uint32_t k = 0; k < step->ir->n_vars; k++) {
        const struct ir_var v = step->ir->vars[k];
        if (v.kind == IR_VAR_STATE) {
            text_print(w->out, "        const f32v v%u = state%ux;\n", k, v.index);
        } else if (v.kind == IR_VAR_ARRIVAL) {
            text_print(w->out, "        const f32v v%u = arrival%ux;\n", k, v.index);
        }
    }
    for (uint32_t k = 0; k < w->kernel->plan.n_courses; k++) {
        text_print(
            w->out,
            "        const f32 c%u = as_float(uniforms[slice.courses_at + s * %uu + %uu]);\n",
            k, w->kernel->plan.n_courses, k);
    }
    for (uint32_t s = 0; s < step->n_streams; s++) {
        if (step->streams[s].n_draws > 0) {
            write_stream_step(w, s);
        }
    }
    for (uint32_t k = 0; k < step->n_events; k++) {
        text_print(w->out,
                   "        const f32v e%u = neuron_events(draw%ux0, uniforms + "
                   "uniforms[slice.events_at + s * %uu + %uu]);\n",
                   k, step->events[k].stream, step->n_events, k);
    }
}

static void write_samples_and_watches(struct writer *w)
{
    const struct step_program *const step = w->step;
    if (step->n_samples > 0) {
        text_add(w->out,
                 "        if ((slice.due >> s & 1u) != 0u && sampled != NEURON_NO_BLOCK) {\n");
        text_add(w->out, text_string(&w->samples));
        text_print(
            w->out,
            "            __global f32 *const row = samples + slice.samples_at +\n"
            "                ((u64)(s * %uu) * slice.n_blocks + sampled) * CELL_BLOCK;\n",
            step->n_samples);
        for (uint32_t k = 0; k < step->n_samples; k++) {
            text_print(w->out,
                       "            STORE_F32V(F32V(%s), row + (u64)%u * slice.n_blocks * "
                       "CELL_BLOCK, lanes);\n",
                       name_of(w, w->sample_names, step->samples[k].node), k);
        }
        text_add(w->out, "        }\n");
    }
    if (step->n_watches > 0) {
        text_add(w->out, "        if ((slice.first + s) % 32 == 0) {\n");
        text_add(w->out, text_string(&w->watches));
        for (uint32_t k = 0; k < step->n_watches; k++) {
            text_print(w->out,
                       "            neuron_watch(F32V(%s), first_cell, slice.n, head + "
                       "HEAD_WATCH + %uu * HEAD_WATCH_WORDS,\n"
                       "                         watched + slice.watched_at + (u64)%u * "
                       "slice.n_padded);\n",
                       name_of(w, w->watch_names, step->watches[k].node), k, k);
        }
        text_add(w->out, "        }\n");
    }
}

/* New states, the spike bit, and whether all is still finite: x - x is 0 for a finite x and NaN
 * else, and NaN stays in `broken`. */
static void write_commit(struct writer *w)
{
    const struct step_program *const step = w->step;
    if (step->spike != IR_NONE) {
        text_print(w->out, "        spikes |= %s ? U32V(1u << s) : U32V(0u);\n",
                   name_of(w, w->names, step->spike));
    }
    for (uint32_t k = 0; k < step->n_states; k++) {
        if (!is_unchanged(w, k)) {
            text_print(w->out, "        const f32v next%ustate = F32V(%s);\n", k,
                       name_of(w, w->names, step->states[k].out));
        }
    }
    for (uint32_t k = 0; k < step->n_states; k++) {
        if (!is_unchanged(w, k)) {
            text_print(w->out, "        state%ux = next%ustate;\n", k, k);
            text_print(w->out, "        broken = broken + (state%ux - state%ux);\n", k, k);
        }
    }
    text_add(w->out,
             "        n_good = n_good + (broken == F32V(0.0f) ? U32V(1u) : U32V(0u));\n");
    for (uint32_t s = 0; s < step->n_streams; s++) {
        if (step->streams[s].n_draws > 0) {
            text_print(w->out, "        j%ux += %u;\n", s, step->streams[s].n_draws);
        }
    }
}

static void write_kernel(struct writer *w)
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
    write_streams_before(w);
    text_add(w->out,
             "    u32v spikes = U32V(0u), n_good = U32V(0u);\n    f32v broken = F32V(0.0f);\n"
             "    for (u32 s = 0; s < slice.n_steps; s++) {\n");
    write_leaves(w);
    text_add(w->out, text_string(&w->statements));
    write_samples_and_watches(w);
    write_commit(w);
    text_add(w->out, "    }\n");
    for (uint32_t k = 0; k < w->step->n_states; k++) {
        if (!is_unchanged(w, k)) {
            text_print(w->out,
                       "    STORE_F32V(state%ux, state + (u64)%u * slice.n_padded, item);\n", k,
                       k);
        }
    }
    text_add(w->out,
             "    neuron_append(spikes, first_cell, slice.n, head, slots + slice.list_at);\n"
             "    neuron_report_bad(n_good, slice.n_steps, first_cell, slice.n, head);\n"
             "    (void)lanes;\n    NEURON_UNUSED();\n}\n"
             "#undef DRAW\n#undef POISSON\n#undef TRUNC_FAILED\n");
}

enum err_code step_kernel_build(const struct net_population *p, struct arena *arena,
                                struct step_kernel *k, struct text *out, struct err *e)
{
    *k = (struct step_kernel){0};
    struct writer w = {.p = p, .step = &p->step, .arena = arena, .kernel = k, .out = out};
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

enum err_code sim_step_kernel_text(const struct net_population *p, uint32_t width,
                                   struct text *out, struct err *e)
{
    struct arena *arena = NULL;
    struct step_kernel k;
    ERR_IF(width != 1 && width != 4 && width != 8 && width != 16, e, ERR_ARG,
           "the width is 1, 4, 8 or 16, not %u", width);
    ERR_TRY(arena_create(&arena, e));
    enum err_code code;
    ERR_GOTO(step_kernel_preamble(width, out, e));
    ERR_GOTO(step_kernel_build(p, arena, &k, out, e));
out:
    arena_destroy(arena);
    return code;
}
