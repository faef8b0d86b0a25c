/* bench/bench_wiring.c: time to number and to connect a network file in host memory.
 * bench_wiring FILE [threads [path=value …]]: one CSV row per repetition; the first is the
 * warm-up. */
#include "net/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPEATS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const struct diag_list *d, const struct err *e)
{
    struct text out = {0};
    diag_print(d, 20, &out);
    fprintf(stderr, "%s%s\n", text_string(&out), e->msg);
    text_fini(&out);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_wiring FILE [threads [path=value ...]]\n");
        return 2;
    }
    struct err e = {0};
    struct arena *arena;
    if (arena_create(&arena, &e) != ERR_OK) {
        return 1;
    }
    struct diag_list d;
    diag_init(&d, arena);
    const struct net_build_options o = {
        .threads = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0};
    const struct desc_options options = {.overrides = (const char *const *)(argv + 3),
                                         .n_overrides = argc > 3 ? (uint32_t)argc - 3 : 0};
    struct desc_network *desc;
    if (desc_load_network(&desc, argv[1], &options, &d, &e) != ERR_OK) {
        return fail(&d, &e);
    }
    printf("cells,synapses,slice,create_s,build_s\n");
    for (int k = 0; k < REPEATS; k++) {
        struct network *n;
        struct net_wiring w;
        const double start = now();
        if (network_create(&n, desc, &d, &e) != ERR_OK) {
            return fail(&d, &e);
        }
        const double created = now();
        if (network_build(n, &w, NULL, &o, &d, &e) != ERR_OK) {
            return fail(&d, &e);
        }
        printf("%llu,%llu,%u,%.4f,%.4f\n", (unsigned long long)n->n_cells,
               (unsigned long long)n->n_edges, n->slice, created - start, now() - created);
        net_wiring_fini(&w);
        network_destroy(n);
    }
    arena_destroy(arena);
    return 0;
}
