/* stop_when: "any(exc.v > -50 mV) and not all(inh.v < -70 mV)": a formula over any(…) and
 * all(…), each over the cells of one population. */
#include "desc/model_inside.h"
#include "desc/network_inside.h"

#include <string.h>

enum { STOP_MAX_NAMES = 64 };

struct stop_reader {
    struct network_reader *r;
    struct desc_stop *stop;
    uint32_t terms_capacity, nodes_capacity;
};

/* What one any(…) or all(…) names. */
struct stop_names {
    const struct ast *first; /* of its dotted names */
    uint32_t population;
    bool has_population, has_fault;
    const char *seen[STOP_MAX_NAMES];
    uint32_t n_seen;
    struct scope *scope;
};

static const char *population_hint(struct network_reader *r, const char *variable)
{
    for (uint32_t k = 0; k < r->net->n_populations; k++) {
        const struct model *const m = r->net->populations[k].model;
        if (m != NULL &&
            (model_find_state(m, variable) >= 0 || model_find_parameter(m, variable) >= 0 ||
             model_find_intermediate(m, variable) >= 0)) {
            return load_print(r->l, "write %s.%s", r->net->populations[k].name, variable);
        }
    }
    return "write population.variable";
}

static void stop_fault(struct network_reader *r, struct stop_names *names, const struct ast *e,
                       const char *hint, const char *text)
{
    names->has_fault = true;
    diag_error(r->l->d, e->at, e->length, hint, "%s", text);
}

static const struct symbol *find_symbol(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->scope.n; k++) {
        const struct symbol *const s = m->scope.symbols[k];
        if (strcmp(s->name, name) == 0 &&
            (s->kind == SYMBOL_PARAMETER || s->kind == SYMBOL_STATE ||
             s->kind == SYMBOL_INTERMEDIATE)) {
            return s;
        }
    }
    return NULL;
}

/* "exc.v": its population and variable; the symbol goes into the term's scope under the whole
 * name. */
static void take_dotted_name(struct network_reader *r, struct stop_names *names,
                             const struct ast *e, const char *dot)
{
    struct load *const l = r->l;
    const char *const population = load_print(l, "%.*s", (int)(dot - e->name), e->name);
    uint32_t k = 0;
    while (k < r->net->n_populations && strcmp(r->net->populations[k].name, population) != 0) {
        k++;
    }
    if (k == r->net->n_populations) {
        stop_fault(r, names, e,
                   load_suggest(l, population, r->population_names, r->net->n_populations),
                   load_print(l, "'stop_when': there is no population '%s'", population));
        return;
    }
    if (names->has_population && names->population != k) {
        stop_fault(
            r, names, e, "join two conditions by and, or: any(a.v > 0 mV) and any(b.v > 0 mV)",
            load_print(
                l,
                "'stop_when': any(…) and all(…) look at one population, these at '%s' and '%s'",
                r->net->populations[names->population].name, population));
        return;
    }
    names->population = k;
    names->has_population = true;
    const struct model *const m = r->net->populations[k].model;
    const struct symbol *const known = m == NULL ? NULL : find_symbol(m, dot + 1);
    if (known == NULL) {
        stop_fault(r, names, e,
                   m == NULL
                       ? NULL
                       : field_suggest(l, dot + 1, m,
                                       FIELD_PARAMETERS | FIELD_STATES | FIELD_INTERMEDIATES),
                   load_print(l, "'stop_when': the model of population '%s' has no '%s'",
                              population, dot + 1));
        return;
    }
    for (uint32_t j = 0; j < names->n_seen; j++) {
        if (strcmp(names->seen[j], e->name) == 0) {
            return;
        }
    }
    if (names->n_seen == STOP_MAX_NAMES) {
        stop_fault(r, names, e, NULL, "'stop_when': too many names");
        return;
    }
    struct symbol copy = *known;
    copy.name = e->name;
    names->seen[names->n_seen++] = e->name;
    (void)scope_add(names->scope, &copy, l->d);
}

static void collect(struct network_reader *r, struct stop_names *names, const struct ast *e)
{
    if (e->kind == AST_NAME) {
        const char *const dot = strchr(e->name, '.');
        if (dot != NULL) {
            names->first = names->first == NULL ? e : names->first;
            take_dotted_name(r, names, e, dot);
        } else if (scope_find(&r->index_scope, e->name) == NULL &&
                   !unit_find(e->name, strlen(e->name), NULL)) {
            stop_fault(r, names, e, population_hint(r, e->name),
                       load_print(r->l,
                                  "'stop_when': '%.64s' is not known, or of no population",
                                  e->name));
        }
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        collect(r, names, e->args[k]);
    }
}

static uint32_t push_node(struct stop_reader *s, enum desc_stop_op op, uint32_t a, uint32_t b)
{
    struct desc_stop_node *const node = arena_push(
        s->r->l->arena, &s->stop->nodes, &s->stop->n_nodes, &s->nodes_capacity, sizeof *node);
    if (node == NULL) {
        return 0;
    }
    *node = (struct desc_stop_node){.op = op, .a = a, .b = b};
    return s->stop->n_nodes - 1;
}

/* any(condition) or all(condition). false after a diagnostic. */
static bool read_term(struct stop_reader *s, struct ast *e, bool is_all, uint32_t *out)
{
    struct network_reader *const r = s->r;
    struct load *const l = r->l;
    if (e->n_args != 1) {
        diag_error(l->d, e->at, e->length, NULL, "%s takes one condition, %u were given",
                   e->name, e->n_args);
        return false;
    }
    struct scope *const scope = arena_alloc(l->arena, 1, sizeof *scope);
    struct stop_names names = {.scope = scope};
    if (scope == NULL) {
        return false;
    }
    scope->parent = &r->index_scope;
    collect(r, &names, e->args[0]);
    if (names.has_fault) {
        return false;
    }
    if (!names.has_population) {
        diag_error(l->d, e->at, e->length, "any(exc.v > -50 mV)",
                   "'stop_when': this %s(…) names no population", e->name);
        return false;
    }
    scope->no_units = r->net->populations[names.population].model->no_units;
    const struct check_rules rules = {
        .scope = scope, .expects_mask = true, .what = "'stop_when'"};
    if (!lang_check(e->args[0], &rules, l->d) ||
        !depends_check(l, e->args[0], DEPENDS_TIME | DEPENDS_INDEX | DEPENDS_MODEL,
                       "'stop_when'")) {
        return false;
    }
    struct desc_stop_term *const term = arena_push(l->arena, &s->stop->terms, &s->stop->n_terms,
                                                   &s->terms_capacity, sizeof *term);
    if (term == NULL) {
        return false;
    }
    *term = (struct desc_stop_term){
        .population = names.population, .is_all = is_all, .condition = e->args[0]};
    *out = push_node(s, DESC_STOP_TERM, s->stop->n_terms - 1, 0);
    return true;
}

/* The formula below e; operands come first. */
static bool read_formula(struct stop_reader *s, struct ast *e, uint32_t *out)
{
    uint32_t a, b;
    if (e->kind == AST_CALL && (strcmp(e->name, "any") == 0 || strcmp(e->name, "all") == 0)) {
        return read_term(s, e, strcmp(e->name, "all") == 0, out);
    }
    if (e->kind == AST_UNARY && e->op == LANG_NOT) {
        if (!read_formula(s, e->args[0], &a)) {
            return false;
        }
        *out = push_node(s, DESC_STOP_NOT, a, 0);
        return true;
    }
    if (e->kind == AST_BINARY && (e->op == LANG_AND || e->op == LANG_OR)) {
        const bool has_a = read_formula(s, e->args[0], &a);
        if (!read_formula(s, e->args[1], &b) || !has_a) {
            return false;
        }
        *out = push_node(s, e->op == LANG_AND ? DESC_STOP_AND : DESC_STOP_OR, a, b);
        return true;
    }
    diag_error(s->r->l->d, e->at, e->length, "any(exc.v > -50 mV) or all(inh.n >= 3)",
               "'stop_when' joins any(…) and all(…) by and, or, not; this is neither");
    return false;
}

void network_read_stop(struct network_reader *r)
{
    const struct yaml *const node = field_get(r->tree, "stop_when");
    struct ast *const e =
        node == NULL ? NULL : field_parse(r->l, node, &r->index_scope, "'stop_when'");
    struct desc_stop *const stop = arena_alloc(r->l->arena, 1, sizeof *stop);
    if (e == NULL || stop == NULL) {
        return;
    }
    struct stop_reader s = {.r = r, .stop = stop};
    size_t n = node->length;
    while (n > 0 && node->text[n - 1] == '\n') {
        n--;
    }
    stop->text = arena_copy(r->l->arena, node->text, n);
    stop->at = node->at;
    uint32_t root;
    if (stop->text != NULL && read_formula(&s, e, &root) && !arena_failed(r->l->arena)) {
        r->net->stop = stop;
    }
}
