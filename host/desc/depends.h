/* desc/depends.h: what a checked expression depends on, through constants, signals and
 * functions. Every place of a file allows some of it: a delay may not follow the time, a count
 * nothing at all. Sees: lang, desc/load.h. */
#ifndef DESC_DEPENDS_H
#define DESC_DEPENDS_H

#include "desc/load.h"

enum depends {
    DEPENDS_TIME = 1,     /* t */
    DEPENDS_INDEX = 2,    /* i */
    DEPENDS_PLACE = 4,    /* x, y, z */
    DEPENDS_DISTANCE = 8, /* distance, dx, dy, dz */
    DEPENDS_PAIR = 16,    /* i_pre, i_post */
    DEPENDS_DRAW = 32,    /* uniform, normal, … */
    DEPENDS_MODEL = 64    /* parameters, states, intermediates */
};

unsigned depends_on(const struct ast *e);
/* An error for what is not in `allowed`, at the name itself. */
bool depends_check(struct load *l, const struct ast *e, unsigned allowed, const char *what);

#endif
