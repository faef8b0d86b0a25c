/* tests/support/model_readers.h: random models through the second reader: the emitted OpenCL C
 * on a device, many models to a program, against the interpreter. */
#ifndef SUPPORT_MODEL_READERS_H
#define SUPPORT_MODEL_READERS_H

#include <CL/cl.h>

#include "lang/emit_cl.h"
#include "support/model_check.h"
#include "support/readers_check.h"

enum { MODEL_CELLS = 64, MODEL_MOST_BATCH = 64 };

/* Models of one program. */
struct model_batch {
    enum precision precision;
    uint32_t n;
    struct model_case cases[MODEL_MOST_BATCH];
    struct text text; /* their kernels, without the prelude */
};

/* Kernel "model_<k>": all steps of a block of WIDTH cells. */
static inline void model_emit(struct model_batch *b, uint32_t k)
{
    struct err e = {0};
    struct model_case *const c = &b->cases[k];
    const struct ir *const ir = c->program.ir;
    struct text *const t = &b->text;
    struct ir_plan plan = {0};
    uint8_t *const done = arena_alloc(c->f.arena, ir->n, 1), *const keep = arena_alloc(
                                                                 c->f.arena, ir->n, 1);
    struct emit_names *const names = emit_names_create(ir, b->precision, c->f.arena);
    EXPECT_TRUE(done != NULL && keep != NULL && names != NULL);
    EXPECT_OK(ir_plan_add(ir, c->roots, c->n_roots, done, c->f.arena, &plan, &e));
    text_print(t, "__kernel void model_%u(__global real *state, __global const real *inputs,\n",
               k);
    text_add(t, "    __global const real *courses, __global real_bits *out, __global u32 "
                "*gave_up)\n{\n");
    text_add(t, "    const u32 block = (u32)get_global_id(0);\n");
    text_add(t, "    const u32v cell = U32V(block * WIDTH) + LANE_INDEX;\n    sumv n_gave_up = "
                "SUMV(0);\n");
    text_print(t, "    for (u32 step = 0u; step < %uu; step++) {\n", (unsigned)MODEL_STEPS);
    for (uint32_t j = 0; j < ir->n_vars; j++) {
        if (ir->vars[j].kind == IR_VAR_STATE) {
            text_print(t, "        const realv v%u = LOAD_REALV(state + %u, block);\n", j,
                       ir->vars[j].index * MODEL_CELLS);
        } else {
            text_print(t,
                       "        const realv v%u = LOAD_REALV(inputs + (step * %uu + %uu) * "
                       "%uu, block);\n",
                       j, ir->n_vars + MODEL_MOST_EVENTS, j, (unsigned)MODEL_CELLS);
        }
    }
    for (uint32_t j = 0; j < c->program.n_events; j++) {
        text_print(
            t,
            "        const realv e%u = LOAD_REALV(inputs + (step * %uu + %uu) * %uu, block);\n",
            j, ir->n_vars + MODEL_MOST_EVENTS, ir->n_vars + j, (unsigned)MODEL_CELLS);
    }
    for (uint32_t j = 0; j < plan.n_courses; j++) {
        text_print(t, "        const real c%u = courses[step * %uu + %uu];\n", j,
                   plan.n_courses, j);
    }
    for (uint32_t j = 0; j < c->n_roots; j++) {
        keep[c->roots[j]] = 1;
    }
    EXPECT_OK(emit_cl_block(ir, &plan, 0, keep, names, "        ", t, &e));
    for (uint32_t j = 0; j < c->n_roots; j++) {
        const char *const name = emit_cl_name(names, ir, &plan, c->roots[j]);
        text_add(t, "        STORE_BITS(AS_REAL_BITSV(");
        if (model_is_mask(c, j)) {
            text_print(t, "(%s) ? SUMV(1) : SUMV(0)", name);
        } else {
            text_print(t, "REALV(%s)", name);
        }
        text_print(t, "), out + (step * %uu + %uu) * %uu, block);\n",
                   (unsigned)MODEL_MOST_ROOTS, j, (unsigned)MODEL_CELLS);
    }
    for (uint32_t j = 0; j < c->program.n_states; j++) {
        text_print(t, "        STORE_REALV(REALV(%s), state + %u, block);\n",
                   emit_cl_name(names, ir, &plan, c->roots[j]), j * MODEL_CELLS);
    }
    text_add(t, "    }\n    gave_up[block] = GAVE_UP(n_gave_up);\n}\n\n");
    EXPECT_TRUE(!t->has_failed);
}

/* What the kernels of a width see around them. */
static inline cl_program model_build(const struct model_batch *b, cl_context context,
                                     cl_device_id device, const char *options, bool is_rounded,
                                     uint32_t width)
{
    static const char *const sums[] = {
        "n", "n.s0 + n.s1 + n.s2 + n.s3",
        "n.s0 + n.s1 + n.s2 + n.s3 + n.s4 + n.s5 + n.s6 + n.s7",
        "n.s0 + n.s1 + n.s2 + n.s3 + n.s4 + n.s5 + n.s6 + n.s7 + n.s8 + n.s9 + n.sa + n.sb + "
        "n.sc + n.sd + n.se + n.sf"};
    const bool is_double = b->precision == PRECISION_DOUBLE;
    struct text t = {0};
    text_print(&t,
               "#define WIDTH %u\n#define REAL_IS_DOUBLE %d\n#define DIV_MODE %d\n#include "
               "\"shared/real.h\"\n",
               width, is_double ? 1 : 0, is_rounded ? 0 : 2);
    text_print(&t,
               "#define DRAW(s, d, r) (philox4x32(cell, U32V((u32)(d)), U32V((u32)(s)), "
               "U32V((u32)(r)), %uu + step, "
               "%uu).w0)\n",
               IR_RANDOM_KEY_LO, IR_RANDOM_KEY_HI);
    text_add(
        &t,
        "#define POISSON(s, d, r, mean) REAL_FN(floor)((mean) * REAL_U01(DRAW(s, d, r)))\n");
    text_add(
        &t,
        "#define TRUNC_FAILED(mask) n_gave_up = n_gave_up + ((mask) ? SUMV(1) : SUMV(0))\n");
    text_print(&t, "#define STORE_BITS STORE_U%dV\n", is_double ? 64 : 32);
    text_print(&t, "static inline u32 GAVE_UP(sumv n)\n{\n    return (u32)(%s);\n}\n\n",
               sums[width == 1   ? 0
                    : width == 4 ? 1
                    : width == 8 ? 2
                                 : 3]);
    text_add(&t, text_string(&b->text));
    const char *source = text_string(&t);
    cl_int code = 0;
    const cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &code);
    CL_OK(code);
    if (clBuildProgram(program, 1, &device, options, NULL, NULL) != CL_SUCCESS) {
        static char log[8192];
        (void)clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log, log,
                                    NULL);
        fail_msg("models from seed %" PRIu64 ", width %u: %.8000s\n%s", b->cases[0].random.seed,
                 width, log, source);
    }
    text_fini(&t);
    return program;
}

/* First states, and what is given in each step, as the kernel reads them. */
static inline void model_inputs(const struct model_case *c, enum precision precision,
                                void *state, void *inputs)
{
    const struct ir *const ir = c->program.ir;
    const uint32_t rows = ir->n_vars + MODEL_MOST_EVENTS;
    for (uint32_t i = 0; i < MODEL_CELLS; i++) {
        for (uint32_t k = 0; k < ir->n_vars; k++) {
            const struct ir_var *const v = &ir->vars[k];
            if (v->kind == IR_VAR_STATE) {
                ir_random_put(precision, state, v->index * MODEL_CELLS + i,
                              model_first(c, precision, k, i));
            }
            for (uint32_t s = 0; s < MODEL_STEPS && v->kind != IR_VAR_STATE; s++) {
                ir_random_put(
                    precision, inputs, ((size_t)s * rows + k) * MODEL_CELLS + i,
                    model_input(precision, v, i, v->kind == IR_VAR_PARAMETER ? 0 : (int64_t)s));
            }
        }
        for (uint32_t k = 0; k < c->program.n_events; k++) {
            for (uint32_t s = 0; s < MODEL_STEPS; s++) {
                ir_random_put(precision, inputs,
                              ((size_t)s * rows + ir->n_vars + k) * MODEL_CELLS + i,
                              ir_random_events(k + 10 * s, i));
            }
        }
    }
}

static inline cl_mem model_buffer(cl_context context, void *data, size_t bytes)
{
    cl_int code = 0;
    const cl_mem buffer =
        clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, data, &code);
    CL_OK(code);
    return buffer;
}

/* One model on the device: its values as *result. */
static inline void model_launch(const struct model_batch *b, uint32_t k,
                                const struct model_engine *g, cl_context context,
                                cl_command_queue queue, cl_program program, uint32_t width,
                                struct model_result *result)
{
    static double state[MODEL_MOST_VARS * MODEL_CELLS],
        inputs[MODEL_STEPS * (MODEL_MOST_VARS + MODEL_MOST_EVENTS) * MODEL_CELLS];
    static uint64_t out[MODEL_STEPS * MODEL_MOST_ROOTS * MODEL_CELLS];
    uint32_t gave_up[MODEL_CELLS];
    const struct model_case *const c = &b->cases[k];
    const size_t number = precision_bytes(b->precision);
    model_inputs(c, b->precision, state, inputs);
    memset(out, 0xca, sizeof out);
    memset(gave_up, 0xca, sizeof gave_up);
    cl_mem buffers[] = {
        model_buffer(context, state, sizeof state),
        model_buffer(context, inputs, sizeof inputs),
        model_buffer(context, g->courses, (MODEL_STEPS * g->plan.n_courses + 1) * number),
        model_buffer(context, out, sizeof out), model_buffer(context, gave_up, sizeof gave_up)};
    char name[32];
    (void)snprintf(name, sizeof name, "model_%u", k);
    cl_int code = 0;
    const cl_kernel kernel = clCreateKernel(program, name, &code);
    CL_OK(code);
    for (cl_uint j = 0; j < 5; j++) {
        CL_OK(clSetKernelArg(kernel, j, sizeof buffers[j], &buffers[j]));
    }
    const size_t global = MODEL_CELLS / width, local = 1;
    CL_OK(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &local, 0, NULL, NULL));
    CL_OK(clEnqueueReadBuffer(queue, buffers[3], CL_TRUE, 0, sizeof out, out, 0, NULL, NULL));
    CL_OK(clEnqueueReadBuffer(queue, buffers[4], CL_TRUE, 0, sizeof gave_up, gave_up, 0, NULL,
                              NULL));
    result->n_gave_up = 0;
    for (uint32_t j = 0; j < MODEL_CELLS / width; j++) {
        result->n_gave_up += gave_up[j];
    }
    for (uint32_t s = 0; s < MODEL_STEPS; s++) {
        for (uint32_t j = 0; j < c->n_roots; j++) {
            for (uint32_t i = 0; i < MODEL_CELLS; i++) {
                result->bits[s][j][i] =
                    ir_random_bits(b->precision, out,
                                   ((size_t)s * MODEL_MOST_ROOTS + j) * MODEL_CELLS + i, false);
            }
        }
    }
    for (cl_uint j = 0; j < 5; j++) {
        CL_OK(clReleaseMemObject(buffers[j]));
    }
    CL_OK(clReleaseKernel(kernel));
}

static inline bool model_is_oclgrind(cl_device_id device)
{
    char name[128] = "";
    CL_OK(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL));
    return strstr(name, "Oclgrind") != NULL;
}

static inline void model_run_device(struct model_batch *b, cl_device_id device, uint32_t width)
{
    static struct model_engine g;
    static struct model_result expected, found;
    const bool is_oclgrind = model_is_oclgrind(device),
               is_single = b->precision == PRECISION_SINGLE;
    cl_device_fp_config config = 0;
    CL_OK(clGetDeviceInfo(device, CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, NULL));
    const bool is_rounded = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    char options[512];
    /* Oclgrind 21.10 does not know an intrinsic that its optimiser leaves behind. */
    (void)snprintf(options, sizeof options, "-cl-std=CL1.2 -I%s/kernels%s%s%s", TEST_SOURCE_DIR,
                   is_single ? " -cl-denorms-are-zero" : "",
                   is_rounded ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
                   is_oclgrind ? " -cl-opt-disable" : "");
    cl_int code = 0;
    const cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    CL_OK(code);
    const cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    CL_OK(code);
    const cl_program program = model_build(b, context, device, options, is_rounded, width);
    char what[64];
    (void)snprintf(what, sizeof what, "interpreter and device, width %u", width);
    for (uint32_t k = 0; k < b->n; k++) {
        model_engine_init(&g, &b->cases[k], b->precision);
        g.keeps_subnormals = is_oclgrind; /* whatever the option says */
        expected.n_gave_up = 0;
        model_engine_run(&g, interp_loops_best(b->precision), 0, MODEL_CELLS, 0, &expected);
        model_launch(b, k, &g, context, queue, program, width, &found);
        (void)model_compare(&b->cases[k], b->precision, &expected, 0, &found, 0, MODEL_CELLS,
                            what);
        EXPECT_EQ_I64(found.n_gave_up, expected.n_gave_up);
        model_engine_fini(&g);
    }
    CL_OK(clReleaseProgram(program));
    CL_OK(clReleaseCommandQueue(queue));
    CL_OK(clReleaseContext(context));
}

/* n models from seed `first` on every device; false where no device has the precision. */
static inline bool model_readers_check(enum precision precision, uint32_t width, uint64_t first,
                                       uint32_t n)
{
    static struct model_batch b;
    cl_device_id devices[READERS_MOST_DEVICES];
    const uint32_t n_devices = readers_devices(precision, devices);
    b.precision = precision;
    b.n = n;
    EXPECT_TRUE(n <= MODEL_MOST_BATCH);
    for (uint32_t k = 0; k < n; k++) {
        model_case_create(&b.cases[k], first + k);
        model_emit(&b, k);
    }
    for (uint32_t k = 0; k < n_devices; k++) {
        model_run_device(&b, devices[k], width);
    }
    for (uint32_t k = 0; k < n; k++) {
        model_case_destroy(&b.cases[k]);
    }
    text_fini(&b.text);
    return n_devices > 0;
}

#endif
