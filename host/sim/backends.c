#include "sim/backends.h"

const struct sim_backend_class *sim_backend_for(const struct device *device)
{
#define BACKEND_ROW(class, needs_device)                                                       \
    if ((device != NULL) == (needs_device)) {                                                  \
        return &(class);                                                                       \
    }
#include "sim/backends.def"
#undef BACKEND_ROW
    return NULL;
}
