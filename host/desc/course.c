#include "desc/network_inside.h"

#include "lang/ir.h"

#include <math.h>

/* One value of a table. In a model that opts out of units it stands in the declared one. */
static bool read_value(struct network_reader *r, const struct yaml *node,
                       const struct scope *scope, const struct course_place *place, double *out)
{
    struct ast *const e = field_expression(
        r->l, node, scope, place->no_units ? NULL : place->unit, 0, place->what);
    if (e == NULL) {
        return false;
    }
    if (place->no_units && place->unit != NULL) {
        field_apply_unit(e, *place->unit, true);
    }
    if (!lang_constant(e, out)) {
        field_error(r->l, node, NULL, "%s must be constant", place->what);
        return false;
    }
    return true;
}

bool course_read_steps(struct network_reader *r, const struct yaml *node,
                       const struct course_place *place, struct ir_table *out)
{
    const char *const what = place->what;
    *out = (struct ir_table){0};
    if (node->kind != YAML_LIST || node->n == 0) {
        field_error(r->l, node, "steps: [[0 ms, 0 pA], [100 ms, 300 pA]]",
                    "'steps' of %s must be a list of pairs of time and value", what);
        return false;
    }
    const struct scope scope = {.parent = &r->net->scope, .no_units = place->no_units};
    out->first = arena_alloc(r->l->arena, node->n, sizeof *out->first);
    out->value = arena_alloc(r->l->arena, node->n, sizeof *out->value);
    bool is_right = out->first != NULL && out->value != NULL;
    for (uint32_t k = 0; k < node->n && out->first != NULL && out->value != NULL; k++) {
        const struct yaml *const pair = node->items[k];
        if (pair->kind != YAML_LIST || pair->n != 2) {
            field_error(r->l, pair, "[100 ms, 300 pA]",
                        "a step of %s must be a pair of time and value", what);
            is_right = false;
            continue;
        }
        double t_ms, value;
        int64_t step;
        const char *const time_what = load_print(r->l, "a time in 'steps' of %s", what);
        if (!field_constant(r->l, pair->items[0], &r->net->scope, &unit_ms, time_what, &t_ms) ||
            !network_to_steps(r, pair->items[0], t_ms, time_what, &step) ||
            !read_value(r, pair->items[1], &scope, place, &value)) {
            is_right = false;
            continue;
        }
        if (out->n > 0 && step <= out->first[out->n - 1]) {
            field_error(r->l, pair->items[0], "sort the steps by time",
                        "the times in 'steps' of %s must ascend", what);
            is_right = false;
            continue;
        }
        out->first[out->n] = step;
        out->value[out->n++] = value;
    }
    return is_right;
}

bool course_read(struct network_reader *r, struct yaml *node, const struct course_place *place,
                 struct course *out)
{
    static const char *const known[] = {"steps", "file"};
    *out = (struct course){0};
    if (node->kind == YAML_MAP) {
        const struct yaml *const steps = field_get(node, "steps");
        if (steps == NULL && field_get(node, "file") != NULL) {
            return course_read_file(r, node, place, out);
        }
        field_report_unused(r->l, node, place->what, known, 2);
        if (steps == NULL) {
            field_error(
                r->l, node,
                "a number, a quoted expression of t, {steps: [[0 ms, …], [100 ms, …]]} or "
                "{file: …}",
                "%s has no 'steps'", place->what);
            return false;
        }
        return course_read_steps(r, steps, place, &out->table);
    }
    const struct scope scope = {.parent = &r->index_scope, .no_units = place->no_units};
    out->value = field_expression(r->l, node, &scope, place->no_units ? NULL : place->unit,
                                  DEPENDS_TIME | DEPENDS_INDEX, place->what);
    if (place->no_units && place->unit != NULL) {
        field_apply_unit(out->value, *place->unit, true);
    }
    return out->value != NULL;
}

/* Value of a table at a step. */
static double value_at(const struct ir_table *t, int64_t step)
{
    double value = t->before;
    for (uint32_t k = 0; k < t->n && t->first[k] <= step; k++) {
        value = t->value[k];
    }
    return value;
}

/* The entries of a window, and nothing else. */
static void keep_window(struct ir_table *t, int64_t from, int64_t until)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->first[k] >= from && t->first[k] < until) {
            t->first[kept] = t->first[k];
            t->value[kept++] = t->value[k];
        }
    }
    t->n = kept;
}

static bool cut_table(struct network_reader *r, struct ir_table *t, int64_t from, int64_t until,
                      double outside)
{
    struct ir_table out = {.before = outside};
    out.first = arena_alloc(r->l->arena, t->n + 2, sizeof *out.first);
    out.value = arena_alloc(r->l->arena, t->n + 2, sizeof *out.value);
    if (out.first == NULL || out.value == NULL) {
        return false;
    }
    if (from == INT64_MIN) {
        out.before = t->before;
    } else {
        out.first[out.n] = from;
        out.value[out.n++] = value_at(t, from);
    }
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->first[k] > from && t->first[k] < until) {
            out.first[out.n] = t->first[k];
            out.value[out.n++] = t->value[k];
        }
    }
    if (until != INT64_MAX) {
        out.first[out.n] = until;
        out.value[out.n++] = outside;
    }
    *t = out;
    return true;
}

static struct ast *new_node(struct network_reader *r, enum ast_kind kind, struct pos at,
                            uint32_t n_args)
{
    struct ast *const e = arena_alloc(r->l->arena, 1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    *e = (struct ast){.kind = kind, .at = at, .length = 1, .n_args = n_args, .height = 1};
    e->args = n_args == 0 ? NULL : arena_alloc(r->l->arena, n_args, sizeof *e->args);
    return n_args == 0 || e->args != NULL ? e : NULL;
}

static struct ast *new_number(struct network_reader *r, double value, struct unit unit,
                              struct pos at)
{
    struct ast *const e = new_node(r, AST_NUMBER, at, 0);
    if (e != NULL) {
        e->value = value;
        e->unit = unit;
        e->unit.to_house = 1; /* the value is in house units */
        e->has_unit = !unit_is_none(unit);
    }
    return e;
}

/* `t < step`, tested half a step earlier: t is a rounded product, and must not miss its own
 * step. */
static struct ast *before_step(struct network_reader *r, int64_t step, struct pos at)
{
    struct ast *const less = new_node(r, AST_BINARY, at, 2), *const t =
                                                                 new_node(r, AST_NAME, at, 0);
    const double t_ms = ((double)step - 0.5) * ((double)r->net->dt_fs / 1e12);
    if (less == NULL || t == NULL) {
        return NULL;
    }
    t->name = "t";
    less->op = LANG_LT;
    less->args[0] = t;
    less->args[1] = new_number(r, t_ms, unit_ms, at);
    less->height = 2;
    return less->args[1] == NULL ? NULL : less;
}

static struct ast *choose(struct network_reader *r, int64_t step, struct ast *before,
                          struct ast *from, struct pos at)
{
    struct ast *const e = new_node(r, AST_CONDITION, at, 3);
    if (e == NULL || before == NULL || from == NULL) {
        return NULL;
    }
    e->args[0] = before_step(r, step, at);
    e->args[1] = before;
    e->args[2] = from;
    const uint32_t height = before->height > from->height ? before->height : from->height;
    e->height = 1 + (height > 2 ? height : 2);
    return e->args[0] == NULL ? NULL : e;
}

struct ast *course_name(struct network_reader *r, const struct ir_table *table,
                        struct unit unit, const char *name, struct pos at)
{
    struct ir_table *const kept = arena_alloc(r->l->arena, 1, sizeof *kept);
    struct ast *const e = new_node(r, AST_NAME, at, 0);
    if (kept == NULL || e == NULL) {
        return NULL;
    }
    *kept = *table;
    unit.to_house = 1;
    e->name = name;
    e->symbol = scope_add(&r->net->scope,
                          &(struct symbol){.kind = SYMBOL_SIGNAL,
                                           .name = name,
                                           .at = at,
                                           .unit = unit,
                                           .has_unit = true,
                                           .table = kept},
                          r->l->d);
    e->unit = unit;
    return e->symbol == NULL ? NULL : e;
}

/* A file that does not say what holds outside of its times must have all of them. */
static bool check_cover(struct network_reader *r, const struct course *c,
                        const struct yaml *node, int64_t from, int64_t until)
{
    const int64_t low = from > 0 ? from : 0;
    const int64_t high = (until < r->net->n_steps ? until : r->net->n_steps) - 1;
    if (!c->must_cover || low > high || (c->first <= low && c->last >= high)) {
        return true;
    }
    field_error(
        r->l, node, "outside: hold, or outside: zero",
        "the file has times from %.10g ms to %.10g ms, and values from %.10g ms to %.10g "
        "ms are needed",
        ir_time_ms(c->first, r->net->dt_fs), ir_time_ms(c->last, r->net->dt_fs),
        ir_time_ms(low, r->net->dt_fs), ir_time_ms(high, r->net->dt_fs));
    return false;
}

bool course_cut(struct network_reader *r, struct course *c, const struct yaml *node,
                int64_t from, int64_t until, double outside)
{
    if (!check_cover(r, c, node, from, until)) {
        return false;
    }
    if (from == INT64_MIN && until == INT64_MAX) {
        return true;
    }
    if (c->value == NULL && isnan(outside)) {
        keep_window(&c->table, from, until);
        return true;
    }
    if (c->value == NULL) {
        return cut_table(r, &c->table, from, until, outside);
    }
    const struct pos at = c->value->at;
    const struct unit unit = c->value->unit;
    if (until != INT64_MAX) {
        c->value = choose(r, until, c->value, new_number(r, outside, unit, at), at);
    }
    if (from != INT64_MIN && c->value != NULL) {
        c->value = choose(r, from, new_number(r, outside, unit, at), c->value, at);
    }
    const struct scope scope = {.parent = &r->index_scope,
                                .no_units =
                                    true}; /* resolves t; the value was checked before */
    const struct check_rules rules = {.scope = &scope, .what = "a window of time"};
    return c->value != NULL && lang_check(c->value, &rules, r->l->d);
}
