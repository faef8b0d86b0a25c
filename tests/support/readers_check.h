/* tests/support/readers_check.h: random graphs through both readers: the interpreter, and the
 * emitted text on every OpenCL device that is there, at every width. The results must agree bit
 * for bit (any NaN equals any NaN). */
#ifndef SUPPORT_READERS_CHECK_H
#define SUPPORT_READERS_CHECK_H

#include <CL/cl.h>

#include "lang/emit_cl.h"
#include "support/interp_check.h"

enum {
    READERS_CELLS = 2 * INTERP_BLOCK,
    READERS_ROOTS = 6,
    READERS_MOST_GRAPHS = 64,
    READERS_MOST_DEVICES = 8
};

#define CL_OK(call)                                                                            \
    do {                                                                                       \
        const cl_int c_ = (call);                                                              \
        if (c_ != CL_SUCCESS) {                                                                \
            fail_msg("%s:%d: %s gives %d", __FILE__, __LINE__, #call, (int)c_);                \
        }                                                                                      \
    } while (0)

struct readers_graph {
    const struct ir *ir;
    struct ir_plan plan;
    uint32_t roots[READERS_ROOTS];
    void *courses;                              /* [plan.n_courses + 1] numbers */
    uint64_t out[READERS_ROOTS][READERS_CELLS]; /* of the interpreter: bits */
    uint32_t n_gave_up;
};

struct readers {
    struct arena *arena;
    enum precision precision;
    struct readers_graph *graphs;
    uint32_t n_graphs;
    struct text text; /* kernels of all graphs, without the prelude */
};

/* Kernel "graph_<k>". */
static inline void readers_emit(struct readers *r, uint32_t k)
{
    struct err e = {0};
    struct readers_graph *const g = &r->graphs[k];
    struct text *const t = &r->text;
    uint8_t *const keep = arena_alloc(r->arena, g->ir->n, 1);
    struct emit_names *const names = emit_names_create(g->ir, r->precision, r->arena);
    EXPECT_TRUE(keep != NULL && names != NULL);
    text_print(
        t, "__kernel void graph_%u(__global const real *vars, __global const real *events,\n",
        k);
    text_add(t, "    __global const real *courses, __global real_bits *out)\n{\n");
    text_add(t, "    const u32 block = (u32)get_global_id(0);\n");
    text_add(t, "    const u32v cell = U32V(block * WIDTH) + LANE_INDEX;\n    sumv gave_up = "
                "SUMV(0);\n");
    for (uint32_t j = 0; j < IR_RANDOM_VARS; j++) {
        text_print(t, "    const realv v%u = LOAD_REALV(vars + %u, block);\n", j,
                   j * READERS_CELLS);
    }
    for (uint32_t j = 0; j < IR_RANDOM_EVENTS; j++) {
        text_print(t, "    const realv e%u = LOAD_REALV(events + %u, block);\n", j,
                   j * READERS_CELLS);
    }
    for (uint32_t j = 0; j < g->plan.n_courses; j++) {
        text_print(t, "    const real c%u = courses[%u];\n", j, j);
    }
    for (uint32_t j = 0; j < READERS_ROOTS; j++) {
        keep[g->roots[j]] = 1;
    }
    EXPECT_OK(emit_cl_block(g->ir, &g->plan, 0, keep, names, "    ", t, &e));
    for (uint32_t j = 0; j < READERS_ROOTS; j++) {
        const char *const name = emit_cl_name(names, g->ir, &g->plan, g->roots[j]);
        if (g->ir->nodes[g->roots[j]].is_mask != 0) {
            text_print(
                t,
                "    STORE_BITS(AS_REAL_BITSV((%s) ? SUMV(1) : SUMV(0)), out + %u, block);\n",
                name, j * READERS_CELLS);
        } else {
            text_print(t, "    STORE_BITS(AS_REAL_BITSV(REALV(%s)), out + %u, block);\n", name,
                       j * READERS_CELLS);
        }
    }
    text_print(t, "    STORE_BITS(AS_REAL_BITSV(gave_up), out + %u, block);\n}\n\n",
               READERS_ROOTS * READERS_CELLS);
    EXPECT_TRUE(!t->has_failed);
}

static inline void readers_interpret(struct readers *r, struct readers_graph *g)
{
    static struct interp_check c;
    c.precision = r->precision;
    struct err e = {0};
    struct interp *p = NULL;
    void *scratch = NULL;
    EXPECT_OK(interp_create(&p, g->ir, g->roots, READERS_ROOTS, r->precision, r->arena,
                            &g->plan, &e));
    EXPECT_OK(mem_alloc(&scratch, interp_scratch_bytes(p), 1, &e));
    double *const by_node = arena_alloc(r->arena, g->ir->n, sizeof *by_node);
    g->courses = arena_alloc(r->arena, g->plan.n_courses + 1, sizeof(double));
    EXPECT_TRUE(by_node != NULL && g->courses != NULL);
    interp_check_courses(g->ir, r->precision, &g->plan, g->courses, by_node);
    const uint64_t old = ir_random_flush_begin(r->precision);
    for (uint32_t first = 0; first < READERS_CELLS; first += INTERP_BLOCK) {
        c.first_cell = first;
        interp_check_fill(&c);
        const void *vars[IR_RANDOM_VARS], *events[IR_RANDOM_EVENTS];
        void *outputs[READERS_ROOTS];
        for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
            vars[k] = c.vars[k];
        }
        for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
            events[k] = c.events[k];
        }
        for (uint32_t k = 0; k < READERS_ROOTS; k++) {
            outputs[k] = c.out[k];
        }
        struct interp_run run = {.vars = vars,
                                 .courses = g->courses,
                                 .events = events,
                                 .outputs = outputs,
                                 .draw = interp_check_draw,
                                 .poisson = interp_check_poisson,
                                 .context = &c,
                                 .scratch = scratch,
                                 .n = INTERP_BLOCK};
        interp_run(p, &run);
        g->n_gave_up += run.n_gave_up;
        for (uint32_t k = 0; k < READERS_ROOTS; k++) {
            for (uint32_t i = 0; i < INTERP_BLOCK; i++) {
                g->out[k][first + i] = ir_random_bits(r->precision, c.out[k], i,
                                                      g->ir->nodes[g->roots[k]].is_mask != 0);
            }
        }
    }
    ir_random_flush_end(r->precision, old);
    interp_destroy(p);
    mem_free(scratch);
}

static inline void readers_compare(const struct readers *r, uint32_t k, uint64_t seed,
                                   uint32_t width, const void *out)
{
    const struct readers_graph *const g = &r->graphs[k];
    uint64_t n_gave_up = 0;
    for (uint32_t i = 0; i < READERS_CELLS; i++) {
        for (uint32_t j = 0; j < READERS_ROOTS; j++) {
            const uint64_t x =
                ir_random_bits(r->precision, out, (size_t)j * READERS_CELLS + i, false);
            const bool is_mask = g->ir->nodes[g->roots[j]].is_mask != 0;
            if (is_mask ? x != g->out[j][i] : !ir_same_bits(r->precision, x, g->out[j][i])) {
                fail_msg("seed %" PRIu64
                         " %s width %u root %u (node %u, %s) cell %u: device %016" PRIx64
                         ", interpreter %016" PRIx64,
                         seed, precision_name(r->precision), width, j, g->roots[j],
                         ir_op_name((enum ir_op)g->ir->nodes[g->roots[j]].op), i, x,
                         g->out[j][i]);
            }
        }
        n_gave_up +=
            ir_random_bits(r->precision, out, (size_t)READERS_ROOTS * READERS_CELLS + i, false);
    }
    EXPECT_EQ_U64(n_gave_up, g->n_gave_up);
}

static inline cl_program readers_build(cl_context context, cl_device_id device,
                                       const char *body, enum precision precision,
                                       uint32_t width)
{
    cl_device_fp_config config = 0;
    CL_OK(clGetDeviceInfo(device, CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, NULL));
    const bool is_rounded = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    struct text t = {0};
    text_print(&t,
               "#define WIDTH %u\n#define REAL_IS_DOUBLE %d\n#define DIV_MODE %d\n#include "
               "\"shared/real.h\"\n",
               width, precision == PRECISION_DOUBLE ? 1 : 0, is_rounded ? 0 : 2);
    text_print(&t,
               "#define DRAW(s, d, r) (philox4x32(cell, U32V((u32)(d)), U32V((u32)(s)), "
               "U32V((u32)(r)), %uu, %uu).w0)\n",
               IR_RANDOM_KEY_LO, IR_RANDOM_KEY_HI);
    text_add(
        &t,
        "#define POISSON(s, d, r, mean) REAL_FN(floor)((mean) * REAL_U01(DRAW(s, d, r)))\n");
    text_add(&t,
             "#define TRUNC_FAILED(mask) gave_up = gave_up + ((mask) ? SUMV(1) : SUMV(0))\n");
    text_add(&t, precision == PRECISION_DOUBLE ? "#define STORE_BITS STORE_U64V\n"
                                               : "#define STORE_BITS STORE_U32V\n");
    text_add(&t, body);
    const char *source = text_string(&t);
    cl_int code = 0;
    const cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &code);
    CL_OK(code);
    char options[512];
    /* Double precision keeps subnormals; the flag would flush both. */
    (void)snprintf(options, sizeof options, "-cl-std=CL1.2 -I%s/kernels%s%s", TEST_SOURCE_DIR,
                   precision == PRECISION_SINGLE ? " -cl-denorms-are-zero" : "",
                   is_rounded ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    if (clBuildProgram(program, 1, &device, options, NULL, NULL) != CL_SUCCESS) {
        static char log[8192];
        (void)clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log, log,
                                    NULL);
        fail_msg("width %u: %.8000s\n%s", width, log, source);
    }
    text_fini(&t);
    return program;
}

static inline void readers_run_device(const struct readers *r, cl_device_id device,
                                      const uint32_t *widths, uint32_t n_widths,
                                      uint64_t first_seed)
{
    static struct interp_check c;
    static double vars[IR_RANDOM_VARS * READERS_CELLS],
        events[IR_RANDOM_EVENTS * READERS_CELLS];
    static uint64_t out[(READERS_ROOTS + 1) * READERS_CELLS];
    const size_t number = precision_bytes(r->precision);
    c.precision = r->precision;
    for (uint32_t first = 0; first < READERS_CELLS; first += INTERP_BLOCK) {
        c.first_cell = first;
        interp_check_fill(&c);
        for (uint32_t k = 0; k < IR_RANDOM_VARS; k++) {
            memcpy((char *)vars + ((size_t)k * READERS_CELLS + first) * number, c.vars[k],
                   INTERP_BLOCK * number);
        }
        for (uint32_t k = 0; k < IR_RANDOM_EVENTS; k++) {
            memcpy((char *)events + ((size_t)k * READERS_CELLS + first) * number, c.events[k],
                   INTERP_BLOCK * number);
        }
    }
    cl_int code = 0;
    const cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    CL_OK(code);
    const cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    CL_OK(code);
    cl_mem vars_buf = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof vars, vars, &code);
    cl_mem events_buf =
        clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof events, events, &code);
    cl_mem out_buf = clCreateBuffer(context, CL_MEM_READ_WRITE, sizeof out, NULL, &code);
    CL_OK(code);
    for (uint32_t w = 0; w < n_widths; w++) {
        const cl_program program =
            readers_build(context, device, text_string(&r->text), r->precision, widths[w]);
        for (uint32_t k = 0; k < r->n_graphs; k++) {
            char name[32];
            (void)snprintf(name, sizeof name, "graph_%u", k);
            const cl_kernel kernel = clCreateKernel(program, name, &code);
            CL_OK(code);
            cl_mem courses = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR,
                                            (r->graphs[k].plan.n_courses + 1) * number,
                                            r->graphs[k].courses, &code);
            CL_OK(code);
            const size_t global = READERS_CELLS / widths[w];
            memset(out, 0xca, sizeof out);
            CL_OK(clEnqueueWriteBuffer(queue, out_buf, CL_TRUE, 0, sizeof out, out, 0, NULL,
                                       NULL));
            CL_OK(clSetKernelArg(kernel, 0, sizeof vars_buf, &vars_buf));
            CL_OK(clSetKernelArg(kernel, 1, sizeof events_buf, &events_buf));
            CL_OK(clSetKernelArg(kernel, 2, sizeof courses, &courses));
            CL_OK(clSetKernelArg(kernel, 3, sizeof out_buf, &out_buf));
            CL_OK(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, NULL, 0, NULL, NULL));
            CL_OK(clEnqueueReadBuffer(queue, out_buf, CL_TRUE, 0, sizeof out, out, 0, NULL,
                                      NULL));
            readers_compare(r, k, first_seed + k, widths[w], out);
            CL_OK(clReleaseMemObject(courses));
            CL_OK(clReleaseKernel(kernel));
        }
        CL_OK(clReleaseProgram(program));
    }
    CL_OK(clReleaseMemObject(vars_buf));
    CL_OK(clReleaseMemObject(events_buf));
    CL_OK(clReleaseMemObject(out_buf));
    CL_OK(clReleaseCommandQueue(queue));
    CL_OK(clReleaseContext(context));
}

static inline uint32_t readers_devices(enum precision precision, cl_device_id *devices)
{
    cl_platform_id platforms[READERS_MOST_DEVICES];
    cl_uint n_platforms = 0;
    if (clGetPlatformIDs(READERS_MOST_DEVICES, platforms, &n_platforms) != CL_SUCCESS) {
        return 0;
    }
    uint32_t n = 0;
    for (cl_uint k = 0; k < n_platforms && k < READERS_MOST_DEVICES; k++) {
        cl_uint found = 0;
        if (n < READERS_MOST_DEVICES &&
            clGetDeviceIDs(platforms[k], CL_DEVICE_TYPE_ALL, READERS_MOST_DEVICES - n,
                           devices + n, &found) == CL_SUCCESS) {
            n += found < READERS_MOST_DEVICES - n ? found : READERS_MOST_DEVICES - n;
        }
    }
    uint32_t n_able = 0;
    for (uint32_t k = 0; k < n; k++) {
        cl_device_fp_config doubles = 0;
        CL_OK(clGetDeviceInfo(devices[k], CL_DEVICE_DOUBLE_FP_CONFIG, sizeof doubles, &doubles,
                              NULL));
        if (precision == PRECISION_SINGLE || doubles != 0) {
            devices[n_able++] = devices[k];
        }
    }
    return n_able;
}

static inline void readers_init(struct readers *r, enum precision precision, uint32_t n_graphs)
{
    struct err e = {0};
    *r = (struct readers){.precision = precision, .n_graphs = n_graphs};
    EXPECT_OK(arena_create(&r->arena, &e));
    r->graphs = arena_alloc(r->arena, n_graphs, sizeof *r->graphs);
    EXPECT_TRUE(r->graphs != NULL);
}

/* Interprets, emits, runs and compares; skips the devices' part where there is none. */
static inline void readers_check(struct readers *r, const uint32_t *widths, uint32_t n_widths,
                                 uint64_t first_seed)
{
    cl_device_id devices[READERS_MOST_DEVICES];
    for (uint32_t k = 0; k < r->n_graphs; k++) {
        readers_interpret(r, &r->graphs[k]);
        readers_emit(r, k);
    }
    const uint32_t n_devices = readers_devices(r->precision, devices);
    for (uint32_t k = 0; k < n_devices; k++) {
        readers_run_device(r, devices[k], widths, n_widths, first_seed);
    }
    text_fini(&r->text);
    arena_destroy(r->arena);
    if (n_devices == 0) {
        print_message("no OpenCL device: only the interpreter was run\n");
        skip();
    }
}

static inline void readers_check_random(enum precision precision, uint64_t first_seed,
                                        uint32_t n_graphs, uint32_t n_nodes,
                                        const uint32_t *widths, uint32_t n_widths)
{
    struct readers r;
    readers_init(&r, precision, n_graphs);
    for (uint32_t k = 0; k < n_graphs; k++) {
        r.graphs[k].ir = ir_random_create(r.arena, first_seed + k, n_nodes, r.graphs[k].roots,
                                          READERS_ROOTS);
    }
    readers_check(&r, widths, n_widths, first_seed);
}

#endif
