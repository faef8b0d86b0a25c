/* sim/step_kernel_streams.c: the random words of a step kernel: draw d of m per step is word j
 * mod 4 of block floor(j/4), j = n*m + d; a block is computed once and kept while steps use it.
 */
#include "sim/step_kernel_writer.h"

/* Draws of one stream per step: j = n*m + d lies at offset o = (n*m) mod 4 of the first block
 * of the step, and o takes multiples of gcd(m, 4) only. */
static uint32_t largest_offset(uint32_t m)
{
    return m % 4 == 0 ? 0 : (m % 2 == 0 ? 2 : 3);
}

static uint32_t blocks_of_step(uint32_t m)
{
    return (largest_offset(m) + m - 1) / 4 + 1;
}

void step_write_streams(struct step_writer *w)
{
    for (uint32_t s = 0; s < w->step->n_streams; s++) {
        const uint32_t m = w->step->streams[s].n_draws;
        if (m == 0) {
            continue;
        }
        text_print(w->out, "    const u32 key%ua = keys[%u], key%ub = keys[%u];\n", s, 2 * s, s,
                   2 * s + 1);
        /* no step has this block or the one before: the first step draws all */
        text_print(w->out,
                   "    i64 j%ux = slice.first * %u, block%ux = (j%ux >> 2) - 0x40000000;\n", s,
                   m, s, s);
        for (uint32_t b = 0; b < blocks_of_step(m); b++) {
            text_print(w->out,
                       "    struct philox_words words%ux%u = {U32V(0u), U32V(0u), U32V(0u), "
                       "U32V(0u)};\n",
                       s, b);
        }
    }
}

static void write_words(struct step_writer *w, uint32_t s, uint32_t b, const char *indent)
{
    text_print(w->out, "%swords%ux%u = neuron_words(cell, next%ux + %u, 0u, key%ua, key%ub);\n",
               indent, s, b, s, b, s, s);
}

/* The words stay while the block does; the last block of a step is often the first of the next.
 */
void step_write_draws(struct step_writer *w, uint32_t s)
{
    const uint32_t m = w->step->streams[s].n_draws, n_blocks = blocks_of_step(m),
                   o = largest_offset(m);
    text_print(w->out, "        const i64 next%ux = j%ux >> 2;\n", s, s);
    text_print(w->out, "        if (next%ux != block%ux) {\n", s, s);
    if (n_blocks > 1) {
        text_print(w->out, "            if (next%ux == block%ux + %u) {\n", s, s, n_blocks - 1);
        text_print(w->out, "                words%ux0 = words%ux%u;\n            } else {\n", s,
                   s, n_blocks - 1);
        write_words(w, s, 0, "                ");
        text_add(w->out, "            }\n");
    }
    for (uint32_t b = n_blocks > 1 ? 1 : 0; b < n_blocks; b++) {
        write_words(w, s, b, "            ");
    }
    text_print(w->out, "            block%ux = next%ux;\n        }\n", s, s);
    if (o > 0) {
        text_print(w->out, "        const u32 offset%ux = (u32)(u64)j%ux & 3u;\n", s, s);
    }
    for (uint32_t d = 0; d < m; d++) {
        const uint32_t low = d / 4, high = (d + o) / 4;
        text_print(w->out, "        const u32v draw%ux%u = ", s, d);
        if (o == 0) {
            text_print(w->out, "words%ux%u.w%u;\n", s, low, d % 4);
        } else if (low == high) {
            text_print(w->out, "philox_select(words%ux%u, (offset%ux + %uu) & 3u);\n", s, low,
                       s, d);
        } else {
            text_print(w->out,
                       "(offset%ux + %uu) >> 2 == %uu ? philox_select(words%ux%u, (offset%ux + "
                       "%uu) & 3u)\n"
                       "            : philox_select(words%ux%u, (offset%ux + %uu) & 3u);\n",
                       s, d, low, s, low, s, d, s, high, s, d);
        }
    }
}
