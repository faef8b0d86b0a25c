/* net/wiring.c: the way through a build: groups, a builder, rings. */
#include "net/inside.h"

#include <string.h>

enum err_code network_build(struct network *n, struct net_wiring *w, struct device *device,
                            const struct net_build_options *o, struct diag_list *d,
                            struct err *e)
{
    *w = (struct net_wiring){.is_on_device = device != NULL};
    const struct net_build_options plain = {0};
    o = o == NULL ? &plain : o;
    struct net_group *groups = NULL;
    uint32_t n_groups = 0;
    ERR_TRY(net_groups_create(n, &groups, &n_groups, e));
    enum err_code code = device == NULL
                             ? net_build_host(n, groups, n_groups, w, o, d, e)
                             : net_build_device(n, groups, n_groups, w, device, o, d, e);
    if (code == ERR_OK) {
        for (uint32_t k = 0; k < n_groups; k++) {
            net_large_p(&groups[k], d);
        }
        net_layout_rings(n, true);
        if (o->progress != NULL && !o->progress(o->context, 1.0)) {
            code = err_set(e, ERR_INTERRUPTED, 0, "interrupted while connecting");
        }
    }
    if (code != ERR_OK) {
        net_wiring_fini(w);
    }
    mem_free(groups);
    return code;
}

void net_wiring_fini(struct net_wiring *w)
{
    mem_free(w->row_ptr);
    mem_free(w->target);
    mem_free(w->weight);
    device_buffer_destroy(&w->row_ptr_buffer);
    device_buffer_destroy(&w->target_buffer);
    device_buffer_destroy(&w->weight_buffer);
    memset(w, 0, sizeof *w);
}
