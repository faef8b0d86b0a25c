/* sim/stop.h: stop_when: the formula over a slice's stop terms, and the cells that made it
 * hold. Sees: net. Memory: stop_fini frees; the report owns the lists of cells. */
#ifndef SIM_STOP_H
#define SIM_STOP_H

#include "sim/backend.h"

struct stop {
    const struct network *network; /* borrowed */
    uint32_t *places;              /* [n_terms] where a term stands in a backend's lists */
    uint32_t *words;               /* [n_nodes] bit s: the node holds after step first + s */
};

enum err_code stop_init(struct stop *s, const struct network *n, struct err *e) ERR_CHECKED;
void stop_fini(struct stop *s);
/* Offset of the first of the slice's first n_steps steps after which stop_when holds;
 * UINT32_MAX where there is none. While settling none is looked for. */
uint32_t stop_find(struct stop *s, const struct sim_drained *drained, uint32_t n_steps);
/* Lists in r->stop_cells the cells of each any(…) that held after step first + offset,
 * ascending. */
enum err_code stop_list_cells(const struct stop *s, const struct sim_drained *drained,
                              uint32_t offset, struct sim_report *r, struct err *e) ERR_CHECKED;

#endif
