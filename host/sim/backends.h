/* sim/backends.h: the table of backends (rows of backends.def). Sees: sim. */
#ifndef SIM_BACKENDS_H
#define SIM_BACKENDS_H

#include "sim/backend.h"

/* The class that runs on an open device, or on no device at all (device NULL: plain C). */
const struct sim_backend_class *sim_backend_for(const struct device *device);

#endif
