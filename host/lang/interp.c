#include "lang/interp.h"

#include <string.h>

#include "lang/interp_ops.h"

struct interp_slots interp_slots(const struct interp *p)
{
    struct interp_slots s = {0};
    s.outputs = s.registers + p->n_registers;
    s.vars = s.outputs + p->n_outputs;
    s.events = s.vars + p->n_vars;
    s.blocks = s.events + p->n_events;
    s.constants = s.blocks + p->n_blocks;
    s.courses = s.constants + p->n_constants;
    s.n = s.courses + p->n_courses;
    return s;
}

void interp_destroy(struct interp *p)
{
    if (p == NULL) {
        return;
    }
    mem_free(p->ops);
    mem_free(p->constants);
    mem_free(p->blocks);
    mem_free(p);
}

static size_t round_up_64(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Of a row of INTERP_BLOCK numbers; a row of words takes as much. */
static size_t row_bytes(const struct interp *p)
{
    return INTERP_BLOCK * precision_bytes(p->precision);
}

/* Scratch: pointers of slots that are written, pointers of all slots, registers. */
size_t interp_scratch_bytes(const struct interp *p)
{
    const struct interp_slots s = interp_slots(p);
    const size_t bytes = round_up_64(s.vars * sizeof(void *)) +
                         round_up_64(s.n * sizeof(void *)) + p->n_registers * row_bytes(p);
    return bytes > 0 ? bytes : 64; /* an address even where nothing is computed */
}

/* Binds every slot for this call. */
static struct interp_places interp_bind(const struct interp *p, const struct interp_run *run)
{
    const struct interp_slots s = interp_slots(p);
    const size_t number = precision_bytes(p->precision), row = row_bytes(p);
    char *const scratch = run->scratch;
    const size_t in_at = round_up_64(s.vars * sizeof(void *));
    void **const out = (void **)(void *)scratch;
    const void **const in = (const void **)(void *)(scratch + in_at);
    char *const registers = scratch + in_at + round_up_64(s.n * sizeof(void *));
    const char *const blocks = p->blocks, *const constants = p->constants,
                      *const courses = run->courses;
    for (uint32_t k = 0; k < p->n_registers; k++) {
        out[k] = registers + k * row;
    }
    for (uint32_t k = 0; k < p->n_outputs; k++) {
        out[s.outputs + k] = run->outputs[k];
    }
    for (uint32_t k = 0; k < s.vars; k++) {
        in[k] = out[k];
    }
    for (uint32_t k = 0; k < p->n_vars; k++) {
        in[s.vars + k] = run->vars[k];
    }
    for (uint32_t k = 0; k < p->n_events; k++) {
        in[s.events + k] = run->events[k];
    }
    for (uint32_t k = 0; k < p->n_blocks; k++) {
        in[s.blocks + k] = blocks + k * row;
    }
    for (uint32_t k = 0; k < p->n_constants; k++) {
        in[s.constants + k] = constants + k * number;
    }
    for (uint32_t k = 0; k < p->n_courses; k++) {
        in[s.courses + k] = courses + k * number;
    }
    return (struct interp_places){.out = out, .in = in};
}

struct interp_call {
    const struct interp *p;
    struct interp_run *run;
    struct interp_places places;
    uint32_t n_lanes;
};

/* Lanes past the last cell get 0, so that nothing undefined goes through the loops. */
static void clear_tail(const struct interp_call *call, void *lanes, size_t lane_bytes)
{
    const uint32_t n = call->run->n;
    memset((char *)lanes + n * lane_bytes, 0, (call->n_lanes - n) * lane_bytes);
}

static void run_truncated(struct interp_call *call, uint32_t at);

/* Operations [from, to), the loops in runs that are as long as possible. */
static void run_range(struct interp_call *call, uint32_t from, uint32_t to, uint32_t retry)
{
    const struct interp *const p = call->p;
    const struct interp_run *const run = call->run;
    for (uint32_t k = from; k < to;) {
        const struct interp_op *const op = &p->ops[k];
        if (op->n_plain > 0) {
            const uint32_t n = op->n_plain < to - k ? op->n_plain : to - k;
            p->loops(op, n, &call->places, call->n_lanes);
            k += n;
        } else if (op->code == INTERP_DRAW) {
            uint32_t *const words = call->places.out[op->d];
            run->draw(run->context, op->b, op->c, retry, run->n, words);
            clear_tail(call, words, sizeof *words);
            k++;
        } else if (op->code == INTERP_POISSON) {
            void *const out = call->places.out[op->d];
            run->poisson(run->context, op->b, op->c, retry, run->n, call->places.in[op->a],
                         out);
            clear_tail(call, out, precision_bytes(p->precision));
            k++;
        } else {
            run_truncated(call, k);
            k += 1 + op->b;
        }
    }
}

static uint32_t count_words(const uint32_t *words, uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < n; k++) {
        sum += words[k];
    }
    return sum;
}

static void fill_nan(const struct interp_call *call, void *numbers)
{
    float *const singles = numbers;
    double *const doubles = numbers;
    for (uint32_t k = 0; k < call->n_lanes; k++) {
        const float value = k < call->run->n ? __builtin_nanf("") : 0.0f;
        if (call->p->precision == PRECISION_DOUBLE) {
            doubles[k] = (double)value;
        } else {
            singles[k] = value;
        }
    }
}

/* A lane takes the first value within its bounds and keeps it, whatever the others still draw.
 */
static void run_truncated(struct interp_call *call, uint32_t at)
{
    const struct interp_op *const op = &call->p->ops[at];
    struct interp_run *const run = call->run;
    uint32_t *const wanted = call->places.out[op->a];
    fill_nan(call, call->places.out[op->d]);
    for (uint32_t k = 0; k < call->n_lanes; k++) {
        wanted[k] = k < run->n ? 1 : 0;
    }
    uint32_t n_missing = run->n;
    for (uint32_t retry = 0; retry < op->c && n_missing > 0; retry++) {
        run_range(call, at + 1, at + 1 + op->b, retry);
        n_missing = count_words(wanted, run->n);
    }
    if (n_missing > 0) {
        uint32_t first = 0;
        while (wanted[first] == 0) {
            first++;
        }
        run->first_gave_up =
            run->n_gave_up == 0 || first < run->first_gave_up ? first : run->first_gave_up;
        run->n_gave_up += n_missing;
    }
}

void interp_run(const struct interp *p, struct interp_run *run)
{
    ASSERT(run->n <= INTERP_BLOCK);
    run->n_gave_up = 0;
    run->first_gave_up = 0;
    if (run->n == 0) {
        return;
    }
    struct interp_call call = {.p = p,
                               .run = run,
                               .places = interp_bind(p, run),
                               .n_lanes =
                                   (run->n + INTERP_LANES - 1) / INTERP_LANES * INTERP_LANES};
    run_range(&call, 0, p->n_ops, 0);
}

/* "r3", "v0", "0.5", "c1": what slot s is called in a listing. */
static void print_slot(const struct interp *p, uint32_t slot, struct text *out)
{
    const struct interp_slots s = interp_slots(p);
    if (slot < s.outputs) {
        text_print(out, "r%u", slot);
    } else if (slot < s.vars) {
        text_print(out, "out%u", slot - s.outputs);
    } else if (slot < s.events) {
        text_print(out, "v%u", slot - s.vars);
    } else if (slot < s.blocks) {
        text_print(out, "e%u", slot - s.events);
    } else if (slot < s.constants) {
        text_print(out, "block%u", slot - s.blocks);
    } else if (slot < s.courses) {
        text_print(out, "%.*g", p->precision == PRECISION_DOUBLE ? 17 : 9,
                   precision_get(p->precision, p->constants, slot - s.constants));
    } else {
        text_print(out, "c%u", slot - s.courses);
    }
}

void interp_print(const struct interp *p, struct text *out)
{
    uint32_t loop_end = 0;
    for (uint32_t k = 0; k < p->n_ops; k++) {
        const struct interp_op *const op = &p->ops[k];
        text_add(out, k < loop_end ? "    " : "");
        print_slot(p, op->d, out);
        text_print(out, " = %s", interp_code_name(op->code));
        if (op->code == INTERP_TRUNCATED) {
            text_print(out, " loop %u most %u wanted r%u\n", op->b, op->c, op->a);
            loop_end = k + 1 + op->b;
            continue;
        }
        if (op->code == INTERP_DRAW) {
            text_print(out, " stream %u draw %u\n", op->b, op->c);
            continue;
        }
        const uint32_t operands[3] = {op->a, op->b, op->c};
        const uint32_t n = interp_n_operands(op->code);
        ASSERT(n <= 3);
        for (uint32_t j = 0; j < n; j++) {
            text_add(out, " ");
            print_slot(p, operands[j], out);
        }
        if (op->code == INTERP_POISSON) {
            text_print(out, " stream %u draw %u", op->b, op->c);
        }
        text_add(out, "\n");
    }
    text_print(out, "# %u operations, %u registers of %u lanes\n", p->n_ops, p->n_registers,
               (unsigned)INTERP_BLOCK);
}
