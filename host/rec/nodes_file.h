/* rec/nodes_file.h: nodes.h5 and node_types.csv: ids, positions and what differs from neuron to
 * neuron. Sees: net. */
#ifndef REC_NODES_FILE_H
#define REC_NODES_FILE_H

#include "net/network.h"
#include "rec/rec_folder.h"

enum err_code nodes_file_write(const struct rec_folder *folder, const struct network *n,
                               struct err *e) ERR_CHECKED;

#endif
