#include "desc/network_inside.h"

#include <inttypes.h>
#include <math.h>

/* 10^15 steps: every step number, and its time in ms, stays exact in a double. */
#define TIME_MAX_STEPS 1e15
/* A quotient this near to a whole number is one: 0.3/0.1 is not 3 in binary. */
#define TIME_GRID 1e-6

bool network_to_steps(struct network_reader *r, const struct yaml *node, double t_ms,
                      const char *what, int64_t *out)
{
    const double dt = (double)r->net->dt_fs / 1e12;
    const double steps = t_ms / dt, nearest = floor(steps + 0.5);
    if (!(fabs(steps) <= TIME_MAX_STEPS)) {
        field_error(r->l, node, NULL, "%s is %.10g ms: at most 10^15 steps are possible", what,
                    t_ms);
        return false;
    }
    if (fabs(steps - nearest) > TIME_GRID) {
        const char *const hint = load_print(r->l, "the nearest are %.10g ms and %.10g ms",
                                            floor(steps) * dt, (floor(steps) + 1) * dt);
        field_error(r->l, node, hint,
                    "%s is %.10g ms, which is no multiple of the step of %.10g ms", what, t_ms,
                    dt);
        return false;
    }
    *out = (int64_t)nearest;
    return true;
}

int64_t network_nearest_step(const struct network_reader *r, double t_ms)
{
    /* 0.15/0.1 is a little below 1.5 in binary, and half a step goes up. */
    const double steps = floor(t_ms / ((double)r->net->dt_fs / 1e12) + 0.5 + TIME_GRID);
    return steps > TIME_MAX_STEPS    ? (int64_t)TIME_MAX_STEPS
           : steps < -TIME_MAX_STEPS ? -(int64_t)TIME_MAX_STEPS
                                     : (int64_t)steps;
}

bool network_read_steps(struct network_reader *r, const struct yaml *node, const char *what,
                        int64_t *out)
{
    double t_ms;
    if (!field_constant(r->l, node, &r->net->scope, &unit_ms, what, &t_ms)) {
        return false;
    }
    if (t_ms < 0) {
        field_error(r->l, node, NULL, "%s is %.10g ms: it cannot be below 0", what, t_ms);
        return false;
    }
    return network_to_steps(r, node, t_ms, what, out);
}

void network_read_precision(struct network_reader *r)
{
    static const char *const names[] = {"single", "double"};
    const struct yaml *const node = field_get(r->tree, "precision");
    const int k = node == NULL ? 0 : field_choice(r->l, node, "'precision'", names, 2);
    r->net->precision = k == 1 ? PRECISION_DOUBLE : PRECISION_SINGLE;
}

static void read_step(struct network_reader *r, const struct yaml *node)
{
    double dt;
    r->net->dt_fs = INT64_C(100000000000); /* 0.1 ms */
    if (node == NULL ||
        !field_constant(r->l, node, &r->net->scope, &unit_ms, "'step' of 'time'", &dt)) {
        return;
    }
    if (!(dt > 0 && dt <= 1e6)) {
        field_error(r->l, node, NULL,
                    "'step' of 'time' is %.10g ms: it must be above 0 and at most 1000 s", dt);
        return;
    }
    const double fs = floor(dt * 1e12 + 0.5);
    if (fs < 1 || fabs(dt * 1e12 - fs) > 1e-9 * fs + 1e-3) {
        field_error(r->l, node, NULL,
                    "'step' of 'time' is %.17g ms: it must be a whole number of femtoseconds",
                    dt);
        return;
    }
    r->net->dt_fs = (int64_t)fs;
}

void network_read_time(struct network_reader *r)
{
    static const char *const known[] = {"settle", "duration", "step"};
    struct yaml *const time = field_get(r->tree, "time");
    struct yaml *settle = NULL, *duration = NULL, *step = NULL;
    if (time != NULL && field_is_map(r->l, time, "'time'")) {
        settle = field_get(time, "settle");
        duration = field_get(time, "duration");
        step = field_get(time, "step");
        field_report_unused(r->l, time, "'time'", known, 3);
    }
    read_step(r, step);
    if (settle != NULL) {
        (void)network_read_steps(r, settle, "'settle' of 'time'", &r->net->n_settle);
    }
    if (duration == NULL) {
        const struct pos at = time == NULL ? r->tree->at : time->at;
        diag_error(r->l->d, at, 1, "time: {duration: 1 s}", "'time' has no duration");
    } else {
        (void)network_read_steps(r, duration, "'duration' of 'time'", &r->net->n_steps);
    }
    const struct yaml *const seed = field_get(r->tree, "seed");
    r->net->seed = 1;
    if (seed != NULL) {
        (void)field_u64(r->l, seed, "'seed'", &r->net->seed);
    }
}

void network_read_space(struct network_reader *r)
{
    static const char *const known[] = {"shape", "side"};
    static const char *const shapes[] = {"box"};
    struct yaml *const space = field_get(r->tree, "space");
    if (space == NULL || !field_is_map(r->l, space, "'space'")) {
        return;
    }
    const struct yaml *const shape = field_get(space, "shape"), *const side =
                                                                    field_get(space, "side");
    field_report_unused(r->l, space, "'space'", known, 2);
    r->net->has_space = true;
    if (shape != NULL) {
        (void)field_choice(r->l, shape, "'shape' of 'space'", shapes, 1);
    }
    if (side == NULL) {
        field_error(r->l, space, "space: {side: 500 um} or {side: [1 mm, 1 mm, 300 um]}",
                    "'space' has no side");
        return;
    }
    if (side->kind == YAML_LIST && side->n != 3) {
        field_error(r->l, side, NULL,
                    "'side' of 'space' must be one length or three, this list has %u", side->n);
        return;
    }
    for (uint32_t k = 0; k < 3; k++) {
        const struct yaml *const node = side->kind == YAML_LIST ? side->items[k] : side;
        double length;
        if (!field_constant(r->l, node, &r->net->scope, &unit_um, "'side' of 'space'",
                            &length)) {
            return;
        }
        if (!(length > 0 && length <= 1e7)) {
            field_error(r->l, node, NULL,
                        "'side' of 'space' is %.10g um: it must be above 0 and at most 10 m",
                        length);
            return;
        }
        r->net->side[k] = length;
    }
}

bool network_check_space(struct network_reader *r, const struct ast *e, const char *what)
{
    if (r->net->has_space || (depends_on(e) & (DEPENDS_DISTANCE | DEPENDS_PLACE)) == 0) {
        return true;
    }
    diag_error(r->l->d, e->at, e->length, "add space: {side: 500 um}",
               "%s depends on positions, and this network has no space", what);
    return false;
}
