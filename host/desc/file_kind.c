#include "desc/load.h"

static bool has_any(const struct yaml *tree, const char *const *keys, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (yaml_find(tree, keys[k]) >= 0) {
            return true;
        }
    }
    return false;
}

/* Keys that only a network, or only a model, can have. */
static bool has_network_key(const struct yaml *tree)
{
    static const char *const keys[] = {"populations", "projections", "inputs",    "record",
                                       "time",        "seed",        "space",     "defaults",
                                       "constants",   "signals",     "precision", "stop_when"};
    return has_any(tree, keys, sizeof keys / sizeof keys[0]);
}

static bool has_model_key(const struct yaml *tree)
{
    static const char *const keys[] = {"equations", "parameters", "state",   "receptors",
                                       "threshold", "reset",      "presets", "integrator",
                                       "units",     "refractory", "current", "selfcheck",
                                       "protocol"};
    return has_any(tree, keys, sizeof keys / sizeof keys[0]);
}

bool desc_is_network(const struct yaml *tree)
{
    return tree->kind == YAML_MAP && (yaml_find(tree, "populations") >= 0 ||
                                      (has_network_key(tree) && !has_model_key(tree)));
}

static bool names_network(struct load *l, const char *path)
{
    struct pos at = {.file = NULL};
    for (int k = 0; k < 16;
         k++) { /* a child may hold nothing but `extends`: then its base tells */
        struct load_found found;
        if (!load_find(l, path, at, LOAD_NETWORK, &found)) {
            return !load_find(l, path, at, LOAD_MODEL, &found);
        }
        const struct yaml *const tree =
            found.shipped != NULL
                ? yaml_parse(found.shipped->file, found.shipped->bytes, found.shipped->n, l->d)
                : yaml_load(found.file, l->d);
        if (tree == NULL || tree->kind != YAML_MAP || has_network_key(tree) ||
            has_model_key(tree)) {
            return tree == NULL || tree->kind != YAML_MAP || desc_is_network(tree);
        }
        const int base = yaml_find(tree, "extends");
        if (base < 0 || tree->items[base]->kind != YAML_SCALAR) {
            return true;
        }
        path = tree->items[base]->text;
        at = tree->items[base]->at;
    }
    return true;
}

bool desc_names_network(const char *path)
{
    struct arena *arena;
    if (arena_create(&arena, NULL) != ERR_OK) {
        return true;
    }
    struct diag_list d;
    diag_init(&d, arena);
    struct load l;
    load_init(&l, &d, NULL);
    const bool is_network = names_network(&l, path);
    arena_destroy(arena);
    return is_network;
}
