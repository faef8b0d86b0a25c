#include "desc/network_inside.h"

#include "shared/types.h"

#include <math.h>
#include <string.h>

static const char *const projection_keys[] = {
    "from",     "to",     "rule",  "p",     "indegree", "allow_autapses", "allow_multapses",
    "receptor", "weight", "delay", "scale", "file",     "source",         "target",
    "doc"};

static const char *const rule_names[] = {
#define RULE_ROW(id, name, doc) name,
#include "desc/rules.def"
#undef RULE_ROW
};

static void read_probability(struct network_reader *r, const struct yaml *node,
                             const char *what, struct desc_projection *p)
{
    const char *const p_what = load_print(r->l, "p of %s", what);
    p->p_at = node->at;
    p->p = field_expression(r->l, node, &r->pair_scope, &unit_none,
                            DEPENDS_DISTANCE | DEPENDS_PAIR, p_what);
    double value;
    if (p->p == NULL || !network_check_space(r, p->p, p_what)) {
        return;
    }
    if (lang_constant(p->p, &value) && !(value >= 0 && value <= 1)) {
        field_error(r->l, node, NULL, "%s is %.10g: a probability lies between 0 and 1", p_what,
                    value);
    }
}

static void read_indegree(struct network_reader *r, const struct yaml *node, const char *what,
                          struct desc_projection *p)
{
    uint64_t n = 0;
    const char *const in_what = load_print(r->l, "indegree of %s", what);
    if (!field_whole(r->l, node, &r->net->scope, in_what, NID_MAX, &n)) {
        return;
    }
    p->indegree = (uint32_t)n;
    for (uint32_t k = 0; k < p->n_from; k++) {
        const struct desc_population *const from = &r->net->populations[p->from[k]];
        bool is_own = false;
        for (uint32_t j = 0; j < p->n_to; j++) {
            is_own |= p->to[j] == p->from[k];
        }
        const uint32_t n_sources = from->n - (is_own && !p->allow_autapses && from->n > 0);
        if (n > 0 && (n_sources == 0 || (!p->allow_multapses && n > n_sources))) {
            field_error(r->l, node,
                        n_sources == 0 ? NULL
                                       : "allow_multapses: true lets a source be drawn twice",
                        "%s is %u, but population '%s' has %u sources for a cell", in_what,
                        p->indegree, from->name, n_sources);
        }
    }
}

/* `p` and `indegree` belong to one rule each. */
static void read_rule(struct network_reader *r, struct yaml *entry, const char *what,
                      struct desc_projection *p)
{
    const struct yaml *const rule = field_get(entry, "rule"), *const p_node =
                                                                  field_get(entry, "p");
    const struct yaml *const indegree = field_get(entry, "indegree");
    const int found = rule == NULL
                          ? -1
                          : field_choice(r->l, rule, load_print(r->l, "rule of %s", what),
                                         rule_names, DESC_RULE_N);
    if (rule == NULL) {
        diag_error(r->l->d, p->at, (uint32_t)strlen(p->name),
                   "rule: pairwise_bernoulli, p: 0.1", "%s has no rule", what);
    }
    if (found < 0) {
        return;
    }
    p->rule = (enum desc_rule)found;
    const struct {
        const struct yaml *node;
        const char *key;
        bool is_needed;
        void (*read)(struct network_reader *, const struct yaml *, const char *,
                     struct desc_projection *);
    } rows[] = {
        {p_node,   "p",        p->rule == RULE_PAIRWISE_BERNOULLI, read_probability},
        {indegree, "indegree", p->rule == RULE_FIXED_INDEGREE,     read_indegree   }
    };
    for (size_t k = 0; k < 2; k++) {
        if (rows[k].is_needed && rows[k].node == NULL) {
            diag_error(r->l->d, p->at, (uint32_t)strlen(p->name), NULL,
                       "%s: rule %s needs '%s'", what, rule_names[found], rows[k].key);
        } else if (!rows[k].is_needed && rows[k].node != NULL) {
            field_error(r->l, rows[k].node, NULL, "%s: rule %s has no '%s'", what,
                        rule_names[found], rows[k].key);
        } else if (rows[k].is_needed) {
            rows[k].read(r, rows[k].node, what, p);
        }
    }
    static const char *const of_edges[] = {"file", "source", "target"};
    for (size_t k = 0; k < 3; k++) {
        const struct yaml *const node = field_get(entry, of_edges[k]);
        if (node != NULL && p->rule != RULE_EDGES) {
            field_error(r->l, node, NULL, "%s: rule %s has no '%s'", what, rule_names[found],
                        of_edges[k]);
        }
    }
    for (uint32_t k = 0; p->rule == RULE_ONE_TO_ONE && k < p->n_from * p->n_to; k++) {
        const struct desc_population *const from = &r->net->populations[p->from[k / p->n_to]];
        const struct desc_population *const to = &r->net->populations[p->to[k % p->n_to]];
        if (from->n != to->n) {
            diag_error(r->l->d, rule->at, (uint32_t)rule->length, NULL,
                       "%s: one_to_one needs as many sources as targets, but '%s' has %u cells "
                       "and '%s' %u",
                       what, from->name, from->n, to->name, to->n);
        }
    }
}

/* NEST's default where no delay is given: 1 ms. */
static void read_delay(struct network_reader *r, const struct yaml *node, const char *what,
                       struct desc_projection *p)
{
    if (node != NULL && node->kind == YAML_MAP && p->rule == RULE_EDGES) {
        p->delay_at = node->at;
        return; /* a column of the file */
    }
    static struct yaml one_ms = {
        .kind = YAML_SCALAR, .text = "1 ms", .length = 4, .is_plain = true};
    const char *const delay_what = load_print(r->l, "delay of %s", what);
    struct yaml standard = one_ms;
    standard.at = p->at;
    node = node == NULL ? &standard : node;
    p->delay_at = node->at;
    p->delay = field_expression(r->l, node, &r->pair_scope, &unit_ms,
                                DEPENDS_DISTANCE | DEPENDS_PAIR | DEPENDS_DRAW, delay_what);
    double t_ms;
    int64_t steps;
    if (p->delay == NULL || !network_check_space(r, p->delay, delay_what) ||
        !lang_constant(p->delay, &t_ms)) {
        return;
    }
    if (t_ms < 0) {
        field_error(r->l, node, NULL, "%s is %.10g ms: it cannot be below 0", delay_what, t_ms);
    } else if (network_to_steps(r, node, t_ms, delay_what, &steps) &&
               steps > (int64_t)DELAY_MAX) {
        field_error(r->l, node, NULL, "%s is %lld steps: at most %u are possible", delay_what,
                    (long long)steps, DELAY_MAX);
    }
}

static void read_projection(struct network_reader *r, struct yaml *entry,
                            struct desc_projection *p)
{
    const char *const what = load_print(r->l, "projection '%s'", p->name);
    const struct yaml *const from = field_get(entry, "from"), *const to =
                                                                  field_get(entry, "to");
    const struct yaml *const autapses = field_get(entry, "allow_autapses");
    const struct yaml *const multapses = field_get(entry, "allow_multapses");
    const struct yaml *const scale = field_get(entry, "scale");
    struct yaml *const delay = field_get(entry, "delay");
    bool has_ends = true;
    if (from == NULL || to == NULL) {
        diag_error(r->l->d, p->at, (uint32_t)strlen(p->name), NULL, "%s has no '%s'", what,
                   from == NULL ? "from" : "to");
        has_ends = false;
    }
    if (from != NULL) {
        has_ends &= network_find_populations(r, from, load_print(r->l, "'from' of %s", what),
                                             &p->from, &p->n_from);
    }
    if (to != NULL) {
        has_ends &= network_find_populations(r, to, load_print(r->l, "'to' of %s", what),
                                             &p->to, &p->n_to);
    }
    if (autapses != NULL) {
        (void)field_bool(r->l, autapses, load_print(r->l, "allow_autapses of %s", what),
                         &p->allow_autapses);
    }
    if (multapses != NULL) {
        (void)field_bool(r->l, multapses, load_print(r->l, "allow_multapses of %s", what),
                         &p->allow_multapses);
    }
    read_rule(r, entry, what, p);
    read_delay(r, delay, what, p);
    if (scale != NULL) {
        const char *const scale_what = load_print(r->l, "scale of %s", what);
        if (field_constant(r->l, scale, &r->net->scope, &unit_none, scale_what, &p->scale) &&
            !(p->scale >= 0 && p->scale <= 1e30)) {
            field_error(r->l, scale, NULL, "%s is %.10g: it must be 0 or more", scale_what,
                        p->scale);
        }
    }
    struct weight_column *columns = NULL;
    const struct weight_place place = {.entry = entry,
                                       .columns = p->rule == RULE_EDGES ? &columns : NULL,
                                       .to = p->to,
                                       .n_to = p->n_to,
                                       .scope = &r->pair_scope,
                                       .allowed =
                                           DEPENDS_DISTANCE | DEPENDS_PAIR | DEPENDS_DRAW,
                                       .what = what};
    if (has_ends) {
        const bool has_weights = network_read_weights(r, &place, &p->weights, &p->n_weights);
        if (p->rule == RULE_EDGES) {
            network_read_edges(r, entry, what, has_weights ? columns : NULL,
                               delay != NULL && delay->kind == YAML_MAP ? delay : NULL, p);
        }
    } else {
        (void)yaml_get(entry, "weight");
        (void)yaml_get(entry, "receptor");
    }
    field_report_unused(r->l, entry, what, projection_keys,
                        sizeof projection_keys / sizeof projection_keys[0]);
}

void network_read_projections(struct network_reader *r)
{
    struct yaml *const map = field_get(r->tree, "projections");
    if (map == NULL || !field_is_map(r->l, map, "'projections'")) {
        return;
    }
    r->net->projections = arena_alloc(r->l->arena, map->n, sizeof *r->net->projections);
    for (uint32_t k = 0; k < map->n && r->net->projections != NULL; k++) {
        const char *const name = map->keys[k];
        if (!field_is_name(name, true)) {
            diag_error(r->l->d, map->key_at[k], (uint32_t)strlen(name),
                       "letters, digits, _ and -, not a digit first",
                       "'%.70s' cannot be the name of a projection", name);
            continue;
        }
        struct yaml *const entry =
            network_entry(r, map, k, "projections", load_print(r->l, "projection '%s'", name));
        if (entry == NULL) {
            continue;
        }
        struct desc_projection *const p = &r->net->projections[r->net->n_projections++];
        *p = (struct desc_projection){.name = name,
                                      .at = map->key_at[k],
                                      .allow_autapses = true,
                                      .allow_multapses = true,
                                      .scale = 1};
        read_projection(r, entry, p);
    }
}
