/* sim/opencl_compile.c: one program for a network: what populations share is read by the
 * compiler once. */
#include "sim/opencl_backend.h"

#include <stdio.h>
#include <string.h>

/* Populations whose programs are equal share a kernel: their arguments tell them apart. */
static uint32_t same_text(const struct text *texts, uint32_t p)
{
    for (uint32_t k = 0; k < p; k++) {
        if (strcmp(text_string(&texts[k]), text_string(&texts[p])) == 0) {
            return k;
        }
    }
    return p;
}

static enum err_code join(struct opencl_backend *b, struct text *texts, struct text *out,
                          struct err *e)
{
    const struct network *const n = b->network;
    text_add(out, device_prelude(b->device));
    ERR_TRY(step_kernel_preamble(b->width, out, e));
    ERR_TRY(device_kernel_text("step/deliver.cl", out, e));
    for (uint32_t p = 0; p < n->n_populations; p++) {
        ERR_TRY(step_kernel_build(&n->populations[p], b->arena, &b->kernels[p], &texts[p], e));
        b->populations[p].kernel_number = same_text(texts, p);
        if (b->populations[p].kernel_number == p) {
            text_print(out, "#define step_kernel step_%u\n", p);
            text_add(out, text_string(&texts[p]));
            text_add(out, "#undef step_kernel\n");
        }
    }
    ERR_IF(out->has_failed, e, ERR_NOMEM, "no memory for the kernels' text");
    return ERR_OK;
}

enum err_code opencl_compile(struct opencl_backend *b, struct err *e)
{
    const uint32_t n = b->network->n_populations;
    struct text *texts = NULL;
    struct text all = {0};
    enum err_code code;
    ERR_GOTO(mem_alloc(&texts, n, sizeof *texts, e));
    ERR_GOTO(join(b, texts, &all, e));
    ERR_GOTO(device_program_create(&b->program, b->device, text_string(&all), NULL, e));
    for (uint32_t p = 0; p < n; p++) {
        char name[32];
        (void)snprintf(name, sizeof name, "step_%u", b->populations[p].kernel_number);
        ERR_GOTO(device_kernel_create(&b->populations[p].kernel, &b->program, name, e));
    }
    const bool is_atomic = b->delivery == SIM_DELIVERY_ATOMIC;
    ERR_GOTO(device_kernel_create(&b->deliver, &b->program,
                                  is_atomic ? "deliver_atomic" : "deliver_partitioned", e));
    ERR_GOTO(device_kernel_create(&b->collect, &b->program, "collect_watches", e));
out:
    for (uint32_t p = 0; p < n && texts != NULL; p++) {
        text_fini(&texts[p]);
    }
    mem_free(texts);
    text_fini(&all);
    return code;
}
