#include "sim/choose.h"

enum err_code choose_width(const struct device_info *info, uint32_t option, uint32_t *width,
                           struct err *e)
{
    ERR_IF(option != 0 && option != 1 && option != 4 && option != 8 && option != 16, e,
           ERR_USAGE, "the width is 1, 4, 8 or 16, not %u", option);
    *width = option;
    if (option == 0) {
        const uint32_t native = info->type == DEVICE_GPU ? 1 : info->native_width;
        *width = native >= 16 ? 16 : (native >= 8 ? 8 : (native >= 4 ? 4 : 1));
    }
    return ERR_OK;
}

enum sim_delivery choose_delivery(const struct device_info *info, enum sim_delivery option)
{
    if (option != SIM_DELIVERY_AUTO) {
        return option;
    }
    return info->type == DEVICE_GPU ? SIM_DELIVERY_ATOMIC : SIM_DELIVERY_PARTITIONED;
}

uint32_t choose_partitions(const struct device_info *info, uint32_t option)
{
    const uint32_t units = info->compute_units > 0 ? info->compute_units : 1;
    return option > 0 ? option : units;
}

static uint32_t at_most(uint32_t value, uint32_t most)
{
    return most > 0 && value > most ? most : value;
}

/* On a CPU a group is a loop; groups are what the cores share, eight for each even out their
 * speeds. On a GPU 128 lanes hide latency, and a small population is spread over all units
 * instead. */
uint32_t choose_group(const struct device_info *info, uint32_t option, uint64_t n_items)
{
    if (option > 0) {
        return at_most(option, info->max_group);
    }
    const uint32_t least = info->type == DEVICE_GPU ? 32 : 1,
                   units = info->compute_units > 0 ? info->compute_units : 1;
    uint32_t group = info->type == DEVICE_GPU ? 128 : 64;
    while (group > least && n_items / group < (uint64_t)units * 8) {
        group /= 2;
    }
    return at_most(group, info->max_group);
}

uint32_t choose_deliver_group(const struct device_info *info, uint32_t option)
{
    return at_most(option > 0 ? option : (info->type == DEVICE_GPU ? 128 : 16),
                   info->max_group);
}

uint32_t choose_deliver_groups(const struct device_info *info)
{
    const uint32_t units = info->compute_units > 0 ? info->compute_units : 1;
    return info->type == DEVICE_GPU ? units * 16 : units * 4;
}
