/* sim/step_kernel_reports.c: what a step kernel leaves: samples, watches, new states, spikes,
 * terms of stop_when. */
#include "sim/step_kernel_writer.h"

#include "shared/slice.h"

void step_write_samples_and_watches(struct step_writer *w)
{
    const struct step_program *const step = w->step;
    if (step->n_samples > 0) {
        text_add(w->out,
                 "        if ((slice.due >> s & 1u) != 0u && sampled != NEURON_NO_BLOCK) {\n");
        text_add(w->out, text_string(&w->samples));
        text_print(
            w->out,
            "            __global real *const row = samples + slice.samples_at +\n"
            "                ((u64)(s * %uu) * slice.n_blocks + sampled) * CELL_BLOCK;\n",
            step->n_samples);
        for (uint32_t k = 0; k < step->n_samples; k++) {
            text_print(w->out,
                       "            STORE_REALV(REALV(%s), row + (u64)%u * slice.n_blocks * "
                       "CELL_BLOCK, lanes);\n",
                       step_writer_name(w, w->sample_names, step->samples[k].node), k);
        }
        text_add(w->out, "        }\n");
    }
    if (step->n_watches > 0) {
        text_add(w->out, "        if ((slice.first + s) % 32 == 0) {\n");
        text_add(w->out, text_string(&w->watches));
        for (uint32_t k = 0; k < step->n_watches; k++) {
            text_print(w->out,
                       "            neuron_watch(REALV(%s), first_cell, slice.n, head + "
                       "HEAD_WATCH + %uu * HEAD_WATCH_WORDS,\n"
                       "                         watched + slice.watched_at + (u64)%u * "
                       "slice.n_padded);\n",
                       step_writer_name(w, w->watch_names, step->watches[k].node), k, k);
        }
        text_add(w->out, "        }\n");
    }
}

/* New states, the spike bit, and whether all is still finite: x - x is 0 for a finite x and NaN
 * else, and NaN stays in `broken`. */
void step_write_commit(struct step_writer *w)
{
    const struct step_program *const step = w->step;
    if (step->spike != IR_NONE) {
        text_print(w->out, "        spikes |= I32V_OF_MASK(%s) ? U32V(1u << s) : U32V(0u);\n",
                   step_writer_name(w, w->names, step->spike));
    }
    for (uint32_t k = 0; k < step->n_states; k++) {
        if (!step_writer_is_unchanged(w, k)) {
            text_print(w->out, "        const realv next%ustate = REALV(%s);\n", k,
                       step_writer_name(w, w->names, step->states[k].out));
        }
    }
    for (uint32_t k = 0; k < step->n_states; k++) {
        if (!step_writer_is_unchanged(w, k)) {
            text_print(w->out, "        state%ux = next%ustate;\n", k, k);
            text_print(w->out, "        broken = broken + (state%ux - state%ux);\n", k, k);
        }
    }
    text_add(w->out, "        n_good = n_good + (I32V_OF_MASK(broken == REALV(0)) ? U32V(1u) : "
                     "U32V(0u));\n");
    for (uint32_t k = 0; k < step->n_stops; k++) {
        text_print(w->out, "        stop%ux |= I32V_OF_MASK(%s) ? U32V(1u << s) : U32V(0u);\n",
                   k, step_writer_name(w, w->names, step->stops[k]));
    }
    for (uint32_t s = 0; s < step->n_streams; s++) {
        if (step->streams[s].n_draws > 0) {
            text_print(w->out, "        j%ux += %u;\n", s, step->streams[s].n_draws);
        }
    }
}

void step_write_reports(struct step_writer *w)
{
    const struct step_program *const step = w->step;
    for (uint32_t k = 0; k < step->n_states; k++) {
        if (!step_writer_is_unchanged(w, k)) {
            text_print(w->out,
                       "    STORE_REALV(state%ux, state + (u64)%u * slice.n_padded, item);\n",
                       k, k);
        }
    }
    text_add(w->out,
             "    neuron_append(spikes, first_cell, slice.n, head + HEAD_SPIKES, slots + "
             "slice.list_at);\n"
             "    neuron_report_bad(n_good, slice.n_steps, first_cell, slice.n, head);\n");
    uint32_t n_lists = 0;
    for (uint32_t k = 0; k < step->n_stops; k++) {
        const uint32_t at = step->n_watches * HEAD_WATCH_WORDS + k * HEAD_STOP_WORDS;
        text_print(w->out,
                   "    neuron_stop(stop%ux, first_cell, slice.n, head + HEAD_WATCH + %uu + "
                   "HEAD_STOP_STEPS);\n",
                   k, at);
        if (!w->stop_is_all[k]) {
            text_print(
                w->out,
                "    neuron_append(stop%ux, first_cell, slice.n, head + HEAD_WATCH + %uu "
                "+ HEAD_STOP_COUNT,\n"
                "                  slots + slice.stops_at + (u64)%u * slice.n);\n",
                k, at, 2 * n_lists);
            n_lists++;
        }
    }
}
