/* net/device_kernels.c: launches and buffers of the build on a device. */
#include "net/build_device.h"

#include <string.h>

static const char *const kernel_names[BUILD_KERNEL_N] = {
#define BUILD_KERNEL_NAME(name) #name,
    BUILD_KERNELS(BUILD_KERNEL_NAME)
#undef BUILD_KERNEL_NAME
};

enum err_code build_launch(struct device_build *b, enum build_kernel which,
                           const struct build_argument arguments[BUILD_MOST_ARGUMENTS],
                           uint64_t global, struct err *e)
{
    if (global == 0) {
        return ERR_OK;
    }
    struct device_kernel *const k = &b->kernels[which];
    if (k->handle == NULL) {
        const bool is_of_weights = which == KERNEL_csr_weight_draw ||
                                   which == KERNEL_csr_sum_weights ||
                                   which == KERNEL_csr_quantise;
        const bool is_apart = is_of_weights && b->weights_program.handle != NULL;
        ERR_TRY(device_kernel_create(k, is_apart ? &b->weights_program : &b->program,
                                     kernel_names[which], e));
    }
    for (uint32_t a = 0; a < BUILD_MOST_ARGUMENTS; a++) {
        if (arguments[a].buffer != NULL) {
            ERR_TRY(device_kernel_set_buffer(k, a, arguments[a].buffer, e));
        } else if (arguments[a].value != NULL) {
            ERR_TRY(device_kernel_set(k, a, arguments[a].bytes, arguments[a].value, e));
        } else {
            break;
        }
    }
    return device_launch(k, global, b->local, NULL, e);
}

enum err_code build_buffer(struct device_build *b, struct device_buffer *out, uint64_t bytes,
                           const char *what, struct err *e)
{
    return device_buffer_create(out, b->device, bytes < 64 ? 64 : bytes, what, e);
}

enum err_code build_found_clear(struct device_build *b, struct err *e)
{
    uint32_t found[FOUND_WORDS] = {0};
    found[FOUND_BAD_ROW] = found[FOUND_DELAY_MIN] = found[FOUND_ZERO_EDGE] = UINT32_MAX;
    return device_write(&b->found, 0, found, sizeof found, e);
}

enum err_code build_found_read(struct device_build *b, uint32_t found[FOUND_WORDS],
                               struct err *e)
{
    return device_read(&b->found, 0, found, FOUND_WORDS * sizeof *found, e);
}

enum err_code build_places(struct device_build *b, const struct net_population *p,
                           const struct device_buffer **out, struct err *e)
{
    *out = &b->none;
    if (p->x == NULL) {
        return ERR_OK;
    }
    struct device_buffer *const places = &b->places[p - b->n->populations];
    if (places->handle == NULL) {
        const uint64_t row = (uint64_t)p->n_padded * sizeof(float);
        ERR_TRY(build_buffer(b, places, 3 * row, "places of the cells", e));
        ERR_TRY(device_write(places, 0, p->x, row, e));
        ERR_TRY(device_write(places, row, p->y, row, e));
        ERR_TRY(device_write(places, 2 * row, p->z, row, e));
    }
    *out = places;
    return ERR_OK;
}

uint32_t build_parts(const struct device_build *b, uint64_t rows, uint64_t most)
{
    uint64_t parts = rows == 0 ? 1 : (b->items + rows - 1) / rows;
    parts = parts < most ? parts : most;
    return parts < 1 ? 1 : parts > 65536 ? 65536 : (uint32_t)parts;
}
