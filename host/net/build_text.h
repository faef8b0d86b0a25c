/* net/build_text.h: the program that connects a network on a device: build/csr.cl with the
 * network's expressions in it. Sees: base, lang, device. Memory: build_text_fini. */
#ifndef NET_BUILD_TEXT_H
#define NET_BUILD_TEXT_H

#include "net/inside.h"

#define BUILD_NO_EXPRESSION UINT32_MAX

/* Number of each group's expressions within csr_p, csr_steps and csr_weight; equal ones share a
 * number. */
struct build_numbers {
    uint32_t p, steps; /* BUILD_NO_EXPRESSION: constant */
    uint32_t *weight;  /* [n_conns], in the arena */
};

/* In single precision one program holds everything. In double, weights have a program of their
 * own, and rows and delays stay in single. */
enum build_part { BUILD_ALL, BUILD_ROWS, BUILD_WEIGHTS };

/* Appends the text (without the device's prelude). numbers: [n_groups], filled. */
enum err_code build_text_write(const struct network *n, const struct net_group *groups,
                               uint32_t n_groups, enum build_part part, uint32_t width,
                               struct build_numbers *numbers, struct text *out,
                               struct err *e) ERR_CHECKED;

#endif
