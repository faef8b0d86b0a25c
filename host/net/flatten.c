#include "net/flatten.h"

#include "desc/yaml.h"

void network_flatten(const struct network *n, struct text *out)
{
    if (n->desc != NULL && n->desc->tree != NULL) {
        yaml_write(n->desc->tree, out);
    }
}
