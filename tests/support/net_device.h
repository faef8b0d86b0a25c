/* tests/support/net_device.h: every OpenCL device present, and a network wired on each,
 * compared with host memory bit for bit. Include after support/net_fixture.h. */
#ifndef SUPPORT_NET_DEVICE_H
#define SUPPORT_NET_DEVICE_H

#include "support/net_fixture.h"

enum { MOST_DEVICES = 8 };

struct opened {
    struct device *devices[MOST_DEVICES];
    uint32_t n;
};

NET_FIXTURE_MAYBE static int open_devices(void **state)
{
    struct opened *const o = calloc(1, sizeof *o);
    struct device_info *all = NULL;
    struct err e = {0};
    uint32_t n = 0;
    EXPECT_OK(device_list(&all, &n, &e));
    const struct device_options options = {0};
    for (uint32_t k = 0; k < n && o->n < MOST_DEVICES; k++) {
        if (all[k].is_available && all[k].has_compiler) {
            EXPECT_OK(device_open(&o->devices[o->n], &all[k], &options, &e));
            o->n++;
        }
    }
    mem_free(all);
    *state = o;
    return 0;
}

NET_FIXTURE_MAYBE static int close_devices(void **state)
{
    struct opened *const o = *state;
    for (uint32_t k = 0; k < o->n; k++) {
        device_close(o->devices[k]);
    }
    free(o);
    return 0;
}

/* Weight and scale of every conn and channel. */
struct numbers {
    struct conn_layout layouts[64];
    int scales[64];
    uint64_t n_edges, ring_elements;
    uint32_t slice;
};

NET_FIXTURE_MAYBE static void take_numbers(const struct network *n, struct numbers *out)
{
    memset(out, 0, sizeof *out);
    EXPECT_TRUE(n->n_conns <= 64 && n->n_channels <= 64);
    for (uint32_t k = 0; k < n->n_conns; k++) {
        out->layouts[k] = n->conns[k].layout;
    }
    for (uint32_t k = 0; k < n->n_channels; k++) {
        out->scales[k] = n->channels[k].scale_log2;
    }
    out->n_edges = n->n_edges;
    out->ring_elements = n->ring_elements;
    out->slice = n->slice;
}

NET_FIXTURE_MAYBE static void expect_buffer(const struct device_buffer *b, const void *expected,
                                            uint64_t bytes, const char *what)
{
    struct err e = {0};
    if (bytes == 0) {
        return;
    }
    unsigned char *const data = malloc(bytes);
    EXPECT_TRUE(data != NULL);
    EXPECT_OK(device_read(b, 0, data, bytes, &e));
    if (memcmp(data, expected, bytes) != 0) {
        uint64_t at = 0;
        while (data[at] == ((const unsigned char *)expected)[at]) {
            at++;
        }
        fail_msg("%s: byte %llu of %llu differs", what, (unsigned long long)at,
                 (unsigned long long)bytes);
    }
    free(data);
}

/* An open network, of any precision: on every device that has it as in host memory. */
NET_FIXTURE_MAYBE static void expect_same_build(const struct opened *o, struct net_fixture *f,
                                                const uint32_t *widths, uint32_t n_widths)
{
    struct net_wiring host;
    net_fixture_build(f, &host, 2);
    struct numbers expected, found;
    take_numbers(f->n, &expected);
    for (uint32_t k = 0; k < o->n; k++) {
        if (f->n->precision == PRECISION_DOUBLE && !device_info_of(o->devices[k])->has_double) {
            print_message("%s has no double precision\n", device_info_of(o->devices[k])->name);
            continue;
        }
        for (uint32_t q = 0; q < n_widths; q++) {
            struct net_wiring w;
            struct err e = {0};
            const struct net_build_options options = {.width = widths[q]};
            const enum err_code code =
                network_build(f->n, &w, o->devices[k], &options, &f->d, &e);
            if (code != ERR_OK) {
                net_fixture_fail(f, code, &e);
            }
            EXPECT_TRUE(w.is_on_device && w.row_ptr == NULL && w.target == NULL);
            EXPECT_EQ_I64(w.n_rows, host.n_rows);
            EXPECT_EQ_I64(w.n_targets, host.n_targets);
            EXPECT_EQ_I64(w.n_weights, host.n_weights);
            expect_buffer(&w.row_ptr_buffer, host.row_ptr, host.n_rows * sizeof *host.row_ptr,
                          "row pointers");
            expect_buffer(&w.target_buffer, host.target, host.n_targets * sizeof *host.target,
                          "targets");
            expect_buffer(&w.weight_buffer, host.weight,
                          host.n_weights * precision_bytes(f->n->precision), "weights");
            take_numbers(f->n, &found);
            EXPECT_TRUE(memcmp(&found, &expected, sizeof found) == 0);
            net_wiring_fini(&w);
        }
    }
    net_wiring_fini(&host);
}

NET_FIXTURE_MAYBE static void expect_same_wiring(const struct opened *o, const char *text,
                                                 const uint32_t *widths, uint32_t n_widths)
{
    struct net_fixture f;
    net_fixture_open(&f, text);
    expect_same_build(o, &f, widths, n_widths);
    net_fixture_close(&f);
}

/* In single and in double precision. */
NET_FIXTURE_MAYBE static void expect_same_wiring_twice(const struct opened *o, const char *text,
                                                       const uint32_t *widths,
                                                       uint32_t n_widths)
{
    struct net_fixture f;
    expect_same_wiring(o, text, widths, n_widths);
    net_fixture_open_double(&f, text);
    expect_same_build(o, &f, widths, n_widths);
    net_fixture_close(&f);
}

#endif
