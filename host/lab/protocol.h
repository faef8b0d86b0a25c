/* lab/protocol.h: what is done to cells of one model and what is recorded: a network of one
 * population, `cell`. Everything is kept as texts of the network file's own language, so that a
 * protocol can say whatever a network can. Sees: base, lang, desc. Memory: the arena given to
 * lab_protocol_begin. */
#ifndef LAB_PROTOCOL_H
#define LAB_PROTOCOL_H

#include "desc/description.h"

struct lab_protocol {
    struct arena *arena;
    const char *model;    /* file, or bare name of a shipped model */
    const char **entries; /* "path=value": overrides of the network below, in order */
    uint32_t n_entries, capacity;
};

/* An empty protocol: one cell at rest for 1 ms. */
void lab_protocol_begin(struct lab_protocol *p, const char *model, struct arena *arena);
/* One more entry: "populations.cell.set.C=100 pF". */
void lab_protocol_add(struct lab_protocol *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Loads the network. Faults of an entry are usage errors (ERR_USAGE, e says which), faults of
 * the model go to d. */
enum err_code lab_protocol_load(const struct lab_protocol *p, struct desc_network **out,
                                struct diag_list *d, struct err *e) ERR_CHECKED;

/* Off, on, off: a current step on the model's `current:` (times in ms; amplitude: text of a
 * quantity). */
struct lab_step_current {
    double before_ms, during_ms, after_ms;
    const char *amplitude;
};
void lab_protocol_add_step(struct lab_protocol *p, const struct model *m,
                           const struct lab_step_current *s);
/* Clamps `variable` at each of n values (texts of quantities) for hold_ms, one after the other:
 * where no equation moves it, each value is assigned once, at its time; else in every step. */
void lab_protocol_add_clamp(struct lab_protocol *p, const struct model *m, const char *variable,
                            const char *const *values, uint32_t n, double hold_ms);
/* Records all states and intermediates of a model, and its current, every every_ms. */
void lab_protocol_record_all(struct lab_protocol *p, const struct model *m, double every_ms);

#endif
