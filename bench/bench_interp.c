/* bench_interp: ns per cell and step of the block interpreter, for the projection neuron of
 * Humphries et al. 2009 (doi 10.3389/neuro.10.026.2009) with AMPA, NMDA and GABA, by forward
 * Euler and by exponential Euler. One thread, one row per program, instruction set and
 * population size: model,level,cells,operations,ns_min,ns_median ns of one cell and step: the
 * least and the middle of 9 repeats of at least 20 ms each. --print lists the programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang/flush.h"
#include "lang/interp.h"
#include "lang/interp_ops.h"

enum { V, U, AMPA, NMDA, GABA, ARRIVE_AMPA, ARRIVE_NMDA, ARRIVE_GABA, N_VARS, N_STATES = 5 };
enum { N_REPEATS = 9 };

static struct ir *ir;

static uint32_t number(double x)
{
    return ir_const(ir, x);
}

static uint32_t add(uint32_t a, uint32_t b)
{
    return ir_op2(ir, IR_ADD, a, b);
}

static uint32_t sub(uint32_t a, uint32_t b)
{
    return ir_op2(ir, IR_SUB, a, b);
}

static uint32_t mul(uint32_t a, uint32_t b)
{
    return ir_op2(ir, IR_MUL, a, b);
}

static uint32_t divide(uint32_t a, uint32_t b)
{
    return ir_op2(ir, IR_DIV, a, b);
}

/* x after one step of 0.1 ms with slope f. */
static uint32_t advance(uint32_t x, uint32_t f, int is_exponential)
{
    const uint32_t dt = number(0.1);
    if (!is_exponential) {
        return add(x, mul(dt, f));
    }
    const uint32_t slope = ir_derivative(ir, f, x);
    return add(x, mul(mul(dt, ir_op1(ir, IR_EXPREL, mul(dt, slope))), f));
}

/* H09b: C 15.2 pF, k 1, vr -80, vt -29.7, a 0.01, b -20, c -55, d 91, v_peak 40; block of NMDA
 * by Jahr and Stevens 1990. roots: five states, then the spike. */
static void build_spn(uint32_t *roots, int is_exponential)
{
    static const double tau[3] = {6.0, 160.0, 4.0};
    uint32_t x[N_VARS];
    for (uint32_t k = 0; k < N_VARS; k++) {
        x[k] = k < N_STATES ? ir_var(ir, IR_VAR_STATE, k)
                            : ir_var(ir, IR_VAR_ARRIVAL, k - N_STATES);
    }
    uint32_t g[3];
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t arrived = add(x[AMPA + k], x[ARRIVE_AMPA + k]);
        g[k] = advance(arrived, divide(ir_op1(ir, IR_NEGATE, arrived), number(tau[k])),
                       is_exponential);
        roots[AMPA + k] = g[k];
    }
    const uint32_t v = x[V], u = x[U];
    const uint32_t magnesium =
        mul(number(1.0 / 3.57), ir_op1(ir, IR_EXP, mul(number(-0.062), v)));
    const uint32_t block = divide(number(1.0), add(number(1.0), magnesium));
    const uint32_t i_ampa = mul(g[0], sub(number(0.0), v));
    const uint32_t i_nmda = mul(mul(block, g[1]), sub(number(0.0), v));
    const uint32_t i_gaba = mul(g[2], sub(number(-60.0), v));
    const uint32_t above = sub(v, number(-80.0));
    const uint32_t square = mul(above, sub(v, number(-29.7)));
    const uint32_t current = add(add(add(sub(square, u), i_ampa), i_nmda), i_gaba);
    const uint32_t v_next = advance(v, divide(current, number(15.2)), is_exponential);
    const uint32_t du = mul(number(0.01), sub(mul(number(-20.0), above), u));
    const uint32_t u_next = advance(u, du, is_exponential);
    const uint32_t spike = ir_op2(ir, IR_LE, number(40.0), v_next);
    roots[V] = ir_op3(ir, IR_SELECT, spike, number(-55.0), v_next);
    roots[U] = ir_op3(ir, IR_SELECT, spike, add(u_next, number(91.0)), u_next);
    roots[N_STATES] = spike;
}

static double now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static void run_step(const struct interp *p, float *state, uint32_t cells, void *scratch)
{
    for (uint32_t first = 0; first < cells; first += INTERP_BLOCK) {
        const void *vars[N_VARS];
        void *outputs[N_STATES + 1];
        for (uint32_t k = 0; k <= N_VARS; k++) {
            float *const at = state + (size_t)k * cells + first;
            if (k < N_VARS) {
                vars[k] = at;
            }
            if (k < N_STATES || k == N_VARS) {
                outputs[k < N_STATES ? k : N_STATES] = at;
            }
        }
        struct interp_run run = {
            .vars = vars, .outputs = outputs, .scratch = scratch, .n = INTERP_BLOCK};
        interp_run(p, &run);
    }
}

static void measure(const struct interp *p, const char *model, const char *level,
                    uint32_t cells)
{
    struct err e;
    float *state = NULL;
    void *scratch = NULL;
    if (mem_alloc(&state, (size_t)(N_VARS + 1) * cells, sizeof *state, &e) != ERR_OK ||
        mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e) != ERR_OK) {
        (void)fprintf(stderr, "bench_interp: %s\n", e.msg);
        exit(1);
    }
    for (uint32_t i = 0; i < cells; i++) {
        state[V * cells + i] = -80.0f + (float)(i % 7);
        state[NMDA * cells + i] = (float)(i % 3);
        state[ARRIVE_AMPA * cells + i] = (float)(i % 5) * 0.25f;
        state[ARRIVE_GABA * cells + i] = (float)(i % 4) * 0.25f;
    }
    double ns[N_REPEATS];
    for (int k = 0; k < N_REPEATS; k++) {
        const double begin = now_ns();
        uint32_t steps = 0;
        do {
            run_step(p, state, cells, scratch);
            steps++;
        } while (now_ns() - begin < 2e7);
        ns[k] = (now_ns() - begin) / steps / cells;
    }
    qsort(ns, N_REPEATS, sizeof *ns, compare);
    (void)printf("%s,%s,%u,%u,%.3f,%.3f\n", model, level, cells, p->n_ops, ns[0],
                 ns[N_REPEATS / 2]);
    mem_free(state);
    mem_free(scratch);
}

int main(int argc, char **argv)
{
    static const char *const levels[INTERP_LEVEL_N] = {"base", "avx2", "avx512"};
    struct err e;
    struct arena *arena = NULL;
    if (arena_create(&arena, &e) != ERR_OK) {
        return 1;
    }
    (void)printf("model,level,cells,operations,ns_min,ns_median\n");
    for (int is_exponential = 0; is_exponential < 2; is_exponential++) {
        uint32_t roots[N_STATES + 1];
        struct interp *p = NULL;
        ir = ir_create(arena);
        build_spn(roots, is_exponential);
        if (interp_create(&p, ir, roots, N_STATES + 1, PRECISION_SINGLE, arena, NULL, &e) !=
            ERR_OK) {
            (void)fprintf(stderr, "bench_interp: %s\n", e.msg);
            return 1;
        }
        const uint64_t old = flush_denormals_begin();
        for (int level = 0; level < INTERP_LEVEL_N; level++) {
            p->loops = interp_loops_at(PRECISION_SINGLE, (enum interp_level)level);
            for (uint32_t cells = INTERP_BLOCK; p->loops != NULL && cells <= 1u << 17;
                 cells *= 512) {
                measure(p, is_exponential ? "spn_exponential_euler" : "spn_euler",
                        levels[level], cells);
            }
        }
        flush_denormals_end(old);
        if (argc > 1 && strcmp(argv[1], "--print") == 0) {
            struct text text = {0};
            interp_print(p, &text);
            (void)printf("%s", text_string(&text));
            text_fini(&text);
        }
        interp_destroy(p);
    }
    arena_destroy(arena);
    return 0;
}
