/* bench/bench_wiring.c: time to number and to connect a network file.
 * bench_wiring FILE [threads | device [path=value …]]: one CSV row per repetition; the first is
 * the warm-up (on a device it compiles). A device is named as for --device. */
#include "net/network.h"

#include <ctype.h>
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

static enum err_code open_device(struct device **out, const char *spec, struct err *e)
{
    struct device_info *all = NULL;
    uint32_t n = 0, index = 0;
    ERR_TRY(device_list(&all, &n, e));
    enum err_code code = device_find(spec, all, n, &index, e);
    if (code == ERR_OK) {
        const struct device_options options = {0};
        code = device_open(out, &all[index], &options, e);
    }
    mem_free(all);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_wiring FILE [threads | device [path=value ...]]\n");
        return 2;
    }
    struct err e = {0};
    struct arena *arena;
    if (arena_create(&arena, &e) != ERR_OK) {
        return 1;
    }
    struct diag_list d;
    diag_init(&d, arena);
    struct device *device = NULL;
    struct net_build_options o = {0};
    if (argc > 2 && !isdigit((unsigned char)argv[2][0])) {
        if (open_device(&device, argv[2], &e) != ERR_OK) {
            return fail(&d, &e);
        }
    } else if (argc > 2) {
        o.threads = (uint32_t)strtoul(argv[2], NULL, 10);
    }
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
        if (network_build(n, &w, device, &o, &d, &e) != ERR_OK) {
            return fail(&d, &e);
        }
        printf("%llu,%llu,%u,%.4f,%.4f\n", (unsigned long long)n->n_cells,
               (unsigned long long)n->n_edges, n->slice, created - start, now() - created);
        net_wiring_fini(&w);
        network_destroy(n);
    }
    device_close(device);
    arena_destroy(arena);
    return 0;
}
