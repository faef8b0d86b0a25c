/* rec/spikes_file.h: spikes.h5: /spikes/POPULATION/{timestamps, node_ids}, by time, ties by
 * cell. Populations that never spiked are left out: BMTK's reader stumbles over empty ones.
 * Sees: net, sim. */
#ifndef REC_SPIKES_FILE_H
#define REC_SPIKES_FILE_H

#include "rec/hdf5_wrap.h"
#include "sim/sim.h"

struct spikes_file;

enum err_code spikes_file_create(struct spikes_file **out, const char *path,
                                 const struct network *n, struct err *e) ERR_CHECKED;
/* Takes spikes that are sorted and later than all before; they reach the file a chunk at a
 * time. */
enum err_code spikes_file_add(struct spikes_file *f, uint32_t population,
                              const struct sim_spike *spikes, uint64_t n,
                              struct err *e) ERR_CHECKED;
/* What was taken so far is on disk and readable. */
enum err_code spikes_file_flush(struct spikes_file *f, struct err *e) ERR_CHECKED;
/* Closes and frees, also after an error; accepts NULL. */
enum err_code spikes_file_close(struct spikes_file *f, struct err *e) ERR_CHECKED;

#endif
