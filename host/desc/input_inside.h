/* desc/input_inside.h: the parts of the reader of `inputs:`. input_file.c: the section, events
 * drawn at random; stimulus_file.c: courses on a variable; train_file.c: given events. Inside
 * of this room only. Sees: desc. */
#ifndef DESC_INPUT_INSIDE_H
#define DESC_INPUT_INSIDE_H

#include "desc/network_inside.h"

/* A growing list: an input whose targets differ may become one per target. */
struct inputs {
    struct network_reader *r;
    struct desc_input *items;
    uint32_t n, capacity;
};

/* [from, until) in steps; INT64_MIN, INT64_MAX: no bound. */
struct input_window {
    int64_t from, until;
};

void inputs_push(struct inputs *s, const struct desc_input *in);
void inputs_read_window(struct network_reader *r, struct yaml *entry, const char *what,
                        struct input_window *w);
void inputs_read_stimulus(struct inputs *s, struct yaml *entry, const struct yaml *variable,
                          struct desc_input *in, const char *what);
/* spikes: a map that names a file, or a list of events. */
void inputs_read_train(struct inputs *s, struct yaml *entry, struct yaml *spikes,
                       struct desc_input *in, const char *what);

#endif
