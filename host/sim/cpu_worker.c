/* One block of cells through the steps of a slice. */
#include "sim/cpu_backend.h"

#include <string.h>

/* Euler's limit: dt*J below this overshoots (design section 3). */
static const double cpu_watch_limit = -2.0;

static uint32_t *cpu_row(uint32_t *rows, uint32_t row)
{
    return rows + (size_t)row * INTERP_BLOCK;
}

/* Words of a draw, without copying: draw d of m per step is word j mod 4 of call floor(j/4), j
 * = n*m + d. Several steps (or draws) share a call, whose four words are kept until the stream
 * moves on. */
static const uint32_t *cpu_words(struct cpu_worker *w, uint32_t stream, uint32_t draw,
                                 uint32_t retry, uint32_t n)
{
    const struct net_population *const net = w->population->net;
    const uint64_t key = net->stream_keys[stream];
    const int64_t j = w->step * (int64_t)net->step.streams[stream].n_draws + (int64_t)draw;
    const int64_t call =
        j >>
        2; /* floor; shifting a negative number is arithmetic on every compiler we build with */
    const uint32_t word = (uint32_t)j & 3u;
    const uint64_t counter = (uint64_t)call;
    uint32_t *rows = w->loose;
    if (retry == 0) {
        rows = w->words + (size_t)stream * 4 * INTERP_BLOCK;
        if (w->is_held[stream] && w->held[stream] == call) {
            return cpu_row(rows, word);
        }
        w->is_held[stream] = true;
        w->held[stream] = call;
    }
    cpu_loop_philox(w->first_cell, (uint32_t)counter, (uint32_t)(counter >> 32), retry,
                    (uint32_t)key, (uint32_t)(key >> 32), n, INTERP_BLOCK, rows);
    return cpu_row(rows, word);
}

static void cpu_draw(void *context, uint32_t stream, uint32_t draw, uint32_t retry, uint32_t n,
                     uint32_t *words)
{
    memcpy(words, cpu_words(context, stream, draw, retry, n), n * sizeof *words);
}

static void cpu_draw_poisson(void *context, uint32_t stream, uint32_t draw, uint32_t retry,
                             uint32_t n, const void *mean, void *out)
{
    const struct cpu_worker *const w = context;
    const struct net_population *const net = w->population->net;
    const uint64_t j =
        (uint64_t)(w->step * (int64_t)net->step.streams[stream].n_draws + (int64_t)draw);
    w->loops->poisson(mean, w->first_cell, j, retry, net->stream_keys[stream], n, out);
}

enum err_code cpu_worker_init(struct cpu_worker *w, struct cpu_backend *b, struct err *e)
{
    const struct network *const n = b->network;
    uint32_t arrivals = 0, events = 0, trains = 0, stops = 0, outputs = 0, vars = 0,
             streams = 0;
    size_t scratch = 0;
#define CPU_MOST(a, b) ((a) = (a) > (b) ? (a) : (b))
    for (uint32_t p = 0; p < n->n_populations; p++) {
        const struct step_program *const step = &n->populations[p].step;
        CPU_MOST(arrivals, step->n_arrivals);
        CPU_MOST(events, step->n_events);
        CPU_MOST(trains, step->n_trains);
        CPU_MOST(stops, step->n_stops);
        CPU_MOST(outputs,
                 1 + step->n_states + step->n_stops + step->n_samples + step->n_watches);
        CPU_MOST(vars, step->ir->n_vars);
        CPU_MOST(streams, step->n_streams);
        for (uint32_t k = 0; k < CPU_VARIANTS; k++) {
            if (b->populations[p].variants[k].interp != NULL) {
                CPU_MOST(scratch, interp_scratch_bytes(b->populations[p].variants[k].interp));
            }
        }
    }
#undef CPU_MOST
    w->backend = b;
    w->precision = n->precision;
    w->loops = cpu_loops_of(n->precision);
    w->row = INTERP_BLOCK * precision_bytes(n->precision);
    const size_t words = INTERP_BLOCK * sizeof(uint32_t);
    ERR_TRY(mem_alloc(&w->scratch, scratch, 1, e));
    ERR_TRY(mem_alloc(&w->index, 1, w->row, e));
    ERR_TRY(mem_alloc(&w->arrivals, arrivals, w->row, e));
    ERR_TRY(mem_alloc(&w->events, events, w->row, e));
    ERR_TRY(mem_alloc(&w->trains, trains, w->row, e));
    ERR_TRY(mem_alloc(&w->train_at, trains, sizeof *w->train_at, e));
    ERR_TRY(mem_alloc(&w->outputs, outputs, w->row, e));
    ERR_TRY(mem_alloc(&w->mask, 1, words, e));
    ERR_TRY(mem_alloc(&w->stop_masks, stops, words, e));
    ERR_TRY(mem_alloc(&w->words, (size_t)streams * 4, words, e));
    ERR_TRY(mem_alloc(&w->loose, 4, words, e));
    ERR_TRY(mem_alloc(&w->held, streams, sizeof *w->held, e));
    ERR_TRY(mem_alloc(&w->is_held, streams, sizeof *w->is_held, e));
    ERR_TRY(mem_alloc(&w->vars, vars, sizeof *w->vars, e));
    ERR_TRY(mem_alloc(&w->event_rows, events, sizeof *w->event_rows, e));
    ERR_TRY(mem_alloc(&w->roots, outputs, sizeof *w->roots, e));
    return cpu_found_init(&w->found, b->sizes, e);
}

void cpu_worker_fini(struct cpu_worker *w)
{
    void *const owned[] = {w->scratch,    w->index,    w->arrivals,   w->events,
                           w->trains,     w->train_at, w->mask,       w->outputs,
                           w->stop_masks, w->words,    w->loose,      w->held,
                           w->is_held,    w->vars,     w->event_rows, w->roots};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) {
        mem_free(owned[k]);
    }
    cpu_found_fini(&w->found);
}

static void *cpu_row_of(const struct cpu_worker *w, void *rows, uint32_t row)
{
    return (char *)rows + row * w->row;
}

/* What the leaves of the program read. */
static void cpu_bind_vars(struct cpu_worker *w, const struct net_population *net)
{
    const struct ir *const ir = net->step.ir;
    const struct cpu_population *const c = w->population;
    for (uint32_t k = 0; k < ir->n_vars; k++) {
        const struct ir_var var = ir->vars[k];
        const void *from = w->index;
        switch (var.kind) {
        case IR_VAR_STATE:
            from = cpu_at(w->precision, c->state[var.index], w->first_cell);
            break;
        case IR_VAR_PARAMETER:
        case IR_VAR_X:
        case IR_VAR_Y:
        case IR_VAR_Z:
            from = cpu_at(w->precision, c->fixed[k], w->first_cell);
            break;
        case IR_VAR_ARRIVAL:
            from = cpu_row_of(w, w->arrivals, var.index);
            break;
        case IR_VAR_TRAIN:
            from = cpu_row_of(w, w->trains, var.index);
            break;
        case IR_VAR_INDEX:
            break;
        case IR_VAR_DISTANCE:
        case IR_VAR_DX:
        case IR_VAR_DY:
        case IR_VAR_DZ:
        case IR_VAR_PRE_INDEX:
        case IR_VAR_POST_INDEX:
            ASSERT(var.kind < IR_VAR_DISTANCE); /* a step knows no pairs */
            break;
        }
        w->vars[k] = from;
    }
    for (uint32_t k = 0; k < net->step.n_events; k++) {
        w->event_rows[k] = cpu_row_of(w, w->events, k);
    }
}

/* Where the roots of a variant go: states in place, the rest into rows of w->outputs. */
static void cpu_bind_roots(struct cpu_worker *w, const struct net_population *net,
                           uint32_t n_roots)
{
    for (uint32_t k = 0; k < n_roots; k++) {
        w->roots[k] = k < net->step.n_states
                          ? cpu_at(w->precision, w->population->state[k], w->first_cell)
                          : cpu_row_of(w, w->outputs, k - net->step.n_states);
    }
}

/* Arrivals and events of one step. Sums are taken and cleared over whole vectors: padding cells
 * have none. */
static void cpu_inputs(struct cpu_worker *w, uint32_t n, uint32_t offset)
{
    const struct cpu_population *const c = w->population;
    const struct step_program *const step = &c->net->step;
    const uint32_t lanes = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    for (uint32_t k = 0; k < step->n_arrivals; k++) {
        void *const out = cpu_row_of(w, w->arrivals, k);
        if (!c->is_fed[k]) {
            memset(out, 0, w->row);
            continue;
        }
        const size_t at =
            c->arrival_ring[k] +
            (size_t)cpu_ring_slot(w->step, c->arrival_slots[k]) * c->net->n_padded +
            w->first_cell;
        w->loops->arrivals(cpu_at(w->precision, w->backend->ring, at), out, lanes,
                           c->arrival_scale[k]);
    }
    for (uint32_t k = 0; k < step->n_events; k++) {
        const struct sim_thresholds *const t = c->events[k].at[offset];
        w->loops->events(cpu_words(w, step->events[k].stream, 0, 0, lanes), lanes, t->value,
                         t->n, cpu_row_of(w, w->events, k));
    }
    cpu_trains_step(w);
}

/* The first cell of the block with a state that is not finite, if this is the first step of the
 * slice that has one. */
static void cpu_check_finite(struct cpu_worker *w, uint32_t p, uint32_t n, uint32_t offset)
{
    const struct net_population *const net = w->population->net;
    const uint32_t lanes = (n + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
    uint32_t lane = n;
    for (uint32_t k = 0; k < net->step.n_states; k++) {
        const uint32_t found = w->loops->first_not_finite(
            cpu_at(w->precision, w->population->state[k], w->first_cell), lanes);
        lane = found < lane ? found : lane;
    }
    struct cpu_found *const f = &w->found;
    const uint32_t cell = w->first_cell + lane;
    if (lane < n &&
        (offset < f->bad_step[p] || (offset == f->bad_step[p] && cell < f->bad_cell[p]))) {
        f->bad_step[p] = offset;
        f->bad_cell[p] = cell;
    }
}

static void cpu_check_watches(struct cpu_worker *w, uint32_t n, uint32_t first_root)
{
    const struct cpu_population *const c = w->population;
    for (uint32_t k = 0; k < c->net->step.n_watches; k++) {
        const void *const x = w->roots[first_root + k];
        const uint32_t at = c->first_watch + k;
        uint32_t first = 0;
        const uint32_t count = w->loops->count_below(x, n, cpu_watch_limit, &first);
        w->found.watch_count[at] += count;
        if (count != 0 && w->first_cell + first < w->found.watch_cell[at]) {
            w->found.watch_cell[at] = w->first_cell + first;
            w->found.watch_value[at] = (float)precision_get(w->precision, x, first);
        }
    }
}

static void cpu_keep_samples(struct cpu_worker *w, uint32_t n, uint32_t offset,
                             uint32_t first_root)
{
    const struct cpu_population *const c = w->population;
    const size_t row = (size_t)c->sampling->n_blocks * CELL_BLOCK;
    for (uint32_t at = 0; at < n; at += CELL_BLOCK) {
        const uint32_t slot = c->sampling->slot_of[(w->first_cell + at) / CELL_BLOCK];
        for (uint32_t k = 0; slot != UINT32_MAX && k < c->net->step.n_samples; k++) {
            const size_t to =
                ((size_t)offset * c->net->step.n_samples + k) * row + (size_t)slot * CELL_BLOCK;
            memcpy(cpu_at(w->precision, c->samples, to),
                   cpu_at(w->precision, w->roots[first_root + k], at),
                   CELL_BLOCK * precision_bytes(w->precision));
        }
    }
}

/* Appends the cells of the block whose bits in mask are set. */
static void cpu_append(const struct cpu_worker *w, const uint32_t *mask, uint32_t n,
                       struct spike_entry *entries, atomic_uint *n_entries)
{
    struct spike_entry found[INTERP_BLOCK];
    uint32_t n_found = 0;
    for (uint32_t k = 0; k < n; k++) {
        found[n_found] = (struct spike_entry){.cell = w->first_cell + k, .steps = mask[k]};
        n_found += mask[k] != 0 ? 1u : 0u;
    }
    if (n_found != 0) {
        const uint32_t at = atomic_fetch_add_explicit(n_entries, n_found, memory_order_relaxed);
        memcpy(entries + at, found, n_found * sizeof *found);
    }
}

static void cpu_keep_stops(struct cpu_worker *w, struct cpu_population *c, uint32_t n)
{
    for (uint32_t k = 0; k < c->net->step.n_stops; k++) {
        const uint32_t *const mask = cpu_row(w->stop_masks, k);
        uint32_t any = 0;
        for (uint32_t i = 0; i < n; i++) {
            any |= mask[i];
        }
        w->found.stop_steps[c->first_stop + k] |= any;
        if (any != 0 && c->stops[k].entries != NULL) {
            cpu_append(w, mask, n, c->stops[k].entries, &c->stops[k].n_entries);
        }
    }
}

static bool cpu_is_sampled(const struct cpu_population *c, uint32_t first_cell, uint32_t n)
{
    for (uint32_t at = 0; c->due != 0 && at < n; at += CELL_BLOCK) {
        if (c->sampling->slot_of[(first_cell + at) / CELL_BLOCK] != UINT32_MAX) {
            return true;
        }
    }
    return false;
}

/* Takes up a block: what the program reads, nothing spiked, no words drawn. */
static void cpu_begin_block(struct cpu_worker *w, const struct cpu_population *c,
                            uint32_t first_cell, uint32_t n)
{
    const struct step_program *const step = &c->net->step;
    w->population = c;
    w->first_cell = first_cell;
    memset(w->mask, 0, INTERP_BLOCK * sizeof *w->mask);
    for (uint32_t k = 0; k < step->n_stops; k++) {
        memset(cpu_row(w->stop_masks, k), 0, INTERP_BLOCK * sizeof *w->stop_masks);
    }
    memset(w->is_held, 0, step->n_streams * sizeof *w->is_held);
    w->loops->index(first_cell, INTERP_BLOCK, w->index);
    cpu_bind_vars(w, c->net);
    cpu_trains_begin(w, n, w->backend->first);
}

/* What a step left behind beside the states. */
static void cpu_take_outputs(struct cpu_worker *w, uint32_t p, uint32_t n, uint32_t offset,
                             uint32_t which)
{
    const struct step_program *const step = &w->population->net->step;
    uint32_t root = step->n_states;
    if (step->spike != IR_NONE) {
        cpu_loop_spikes(w->roots[root++], w->mask, n, offset);
    }
    for (uint32_t k = 0; k < step->n_stops; k++) {
        cpu_loop_spikes(w->roots[root++], cpu_row(w->stop_masks, k), n, offset);
    }
    if ((which & CPU_SAMPLES) != 0) {
        cpu_keep_samples(w, n, offset, root);
        root += step->n_samples;
    }
    if ((which & CPU_WATCHES) != 0) {
        cpu_check_watches(w, n, root);
    }
    cpu_check_finite(w, p, n, offset);
}

void cpu_worker_advance(struct cpu_worker *w, uint32_t block)
{
    struct cpu_backend *const b = w->backend;
    const uint32_t p = b->block_population[block];
    struct cpu_population *const c = &b->populations[p];
    const uint32_t first_cell = (block - c->first_block) * INTERP_BLOCK;
    const uint32_t left = c->net->n - first_cell, n = left < INTERP_BLOCK ? left : INTERP_BLOCK;
    const bool is_sampled = cpu_is_sampled(c, first_cell, n);
    cpu_begin_block(w, c, first_cell, n);
    uint32_t bound = CPU_VARIANTS;
    for (uint32_t s = 0; s < b->n_steps; s++) {
        w->step = b->first + s;
        const uint32_t which = cpu_population_variant(c, w->step, s, is_sampled);
        const struct cpu_variant *const v = &c->variants[which];
        if (which != bound) {
            cpu_bind_roots(w, c->net, v->n_roots);
            bound = which;
        }
        cpu_inputs(w, n, s);
        struct interp_run run = {
            .vars = w->vars,
            .courses = cpu_at(w->precision, v->courses, (size_t)s * v->plan.n_courses),
            .events = w->event_rows,
            .outputs = w->roots,
            .draw = cpu_draw,
            .poisson = cpu_draw_poisson,
            .context = w,
            .scratch = w->scratch,
            .n = n};
        interp_run(v->interp, &run);
        cpu_take_outputs(w, p, n, s, which);
    }
    if (c->net->step.spike != IR_NONE) {
        cpu_append(w, w->mask, n, c->entries, &c->n_entries);
    }
    cpu_keep_stops(w, c, n);
}
