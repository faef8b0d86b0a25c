/* sim/choose.h: choices made from a device's properties, each of which an option can force
 * (design section 6). None changes a result. Sees: device. */
#ifndef SIM_CHOOSE_H
#define SIM_CHOOSE_H

#include "sim/sim.h"

/* Lanes of a work-item: what the option says, else the device's native width, 1 on a GPU (whose
 * lanes are work-items). */
enum err_code choose_width(const struct device_info *info, uint32_t option, uint32_t *width,
                           struct err *e) ERR_CHECKED;
/* Partitioned where few strong cores share a cache, atomic on a GPU. */
enum sim_delivery choose_delivery(const struct device_info *info, enum sim_delivery option);
/* One partition per compute unit. */
uint32_t choose_partitions(const struct device_info *info, uint32_t option);
/* Work-group size of a step kernel with n_items work-items: small enough that every compute
 * unit gets several groups. */
uint32_t choose_group(const struct device_info *info, uint32_t option, uint64_t n_items);
/* Lanes that share a spike's edges, and groups that share the spikes, in atomic delivery. */
uint32_t choose_deliver_group(const struct device_info *info, uint32_t option);
uint32_t choose_deliver_groups(const struct device_info *info);

#endif
