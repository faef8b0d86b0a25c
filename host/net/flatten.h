/* net/flatten.h: the network as it is run, as text: extensions and overrides applied. Sees:
 * desc. */
#ifndef NET_FLATTEN_H
#define NET_FLATTEN_H

#include "net/network.h"

/* Appends the flattened file; nothing where the network was not read from one. */
void network_flatten(const struct network *n, struct text *out);

#endif
