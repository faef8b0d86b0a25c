/* net/positions.c: cells uniformly in the box: coordinate k of cell i is side[k] * u of word k
 * of counter (i, 0, 0, 0). */
#include "net/inside.h"
#include "base/stream.h"

#include "shared/philox.h"
#include "shared/random.h"

enum err_code net_positions_draw(const struct network *n, struct net_population *p,
                                 struct err *e)
{
    if (!n->desc->has_space) {
        return ERR_OK;
    }
    ERR_TRY(mem_alloc(&p->x, p->n_padded, sizeof *p->x, e));
    ERR_TRY(mem_alloc(&p->y, p->n_padded, sizeof *p->y, e));
    ERR_TRY(mem_alloc(&p->z, p->n_padded, sizeof *p->z, e));
    const uint64_t key = net_stream_key(n, STREAM_POSITION, p->name, NULL, NULL);
    const float side[3] = {(float)n->desc->side[0], (float)n->desc->side[1],
                           (float)n->desc->side[2]};
    for (uint32_t i = 0; i < p->n_padded; i++) {
        const uint32_t cell = i < p->n ? i : 0; /* padding stands where cell 0 stands */
        const struct philox_words w = philox4x32(cell, 0, 0, 0, (u32)key, (u32)(key >> 32));
        p->x[i] = side[0] * f32_u01(w.w0);
        p->y[i] = side[1] * f32_u01(w.w1);
        p->z[i] = side[2] * f32_u01(w.w2);
    }
    return ERR_OK;
}
