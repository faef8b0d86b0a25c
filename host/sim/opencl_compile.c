/* sim/opencl_compile.c: a program per population with a text of its own, and one for delivery.
 * The cache keeps each by itself: what one population changes is all that is compiled again,
 * and delivery is the same for every network. */
#include "sim/opencl_backend.h"

#include <string.h>

/* Populations whose programs are equal share one: their arguments tell them apart. */
static uint32_t same_text(const struct text *texts, uint32_t p)
{
    for (uint32_t k = 0; k < p; k++) {
        if (strcmp(text_string(&texts[k]), text_string(&texts[p])) == 0) {
            return k;
        }
    }
    return p;
}

static enum err_code compile_population(struct opencl_backend *b, uint32_t p,
                                        struct text *texts, struct err *e)
{
    struct opencl_population *const q = &b->populations[p];
    struct text *const text = &texts[p];
    text_add(text, device_prelude(b->device));
    bool *is_all = NULL;
    if (device_info_of(b->device)->finds_races) {
        text_add(text, "#define NEURON_LOOKS 0\n");
    }
    ERR_TRY(step_kernel_stops(b->network, p, b->arena, &is_all, e));
    b->stop_is_all[p] = is_all;
    ERR_TRY(step_kernel_preamble(b->width, b->network->precision, text, e));
    ERR_TRY(step_kernel_build(q->net, b->network->precision, is_all, b->arena, &b->kernels[p],
                              text, e));
    const uint32_t same = same_text(texts, p);
    if (same == p) {
        const enum err_code code = device_program_create_for(
            &q->program, b->device, b->network->precision, text_string(text), NULL, e);
        if (code != ERR_OK) {
            err_note(e, "while compiling population '%s'", q->net->name);
            return code;
        }
    }
    return device_kernel_create(&q->kernel, &b->populations[same].program, "step_kernel", e);
}

static enum err_code compile_delivery(struct opencl_backend *b, struct text *text,
                                      struct err *e)
{
    const bool is_atomic = b->delivery == SIM_DELIVERY_ATOMIC;
    text_add(text, device_prelude(b->device));
    if (b->network->precision == PRECISION_DOUBLE) {
        text_print(text, "#define REAL_IS_DOUBLE 1\n#define DELIVER_ATOMIC64 %d\n",
                   device_info_of(b->device)->has_int64_atomics ? 1 : 0);
    }
    ERR_TRY(device_kernel_text("step/deliver.cl", text, e));
    ERR_TRY(device_program_create(&b->delivery_program, b->device, text_string(text), NULL, e));
    ERR_TRY(device_kernel_create(&b->deliver, &b->delivery_program,
                                 is_atomic ? "deliver_atomic" : "deliver_partitioned", e));
    return device_kernel_create(&b->collect, &b->delivery_program, "collect_watches", e);
}

enum err_code opencl_compile(struct opencl_backend *b, struct err *e)
{
    const uint32_t n = b->network->n_populations;
    struct text *texts = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&texts, (size_t)n + 1, sizeof *texts, e));
    ERR_GOTO(compile_delivery(b, &texts[n], e));
    for (uint32_t p = 0; p < n; p++) {
        ERR_GOTO(compile_population(b, p, texts, e));
    }
out:
    for (uint32_t p = 0; p <= n && texts != NULL; p++) {
        text_fini(&texts[p]);
    }
    mem_free(texts);
    return code;
}
