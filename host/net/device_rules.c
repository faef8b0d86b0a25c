/* net/device_rules.c: ids of a group's edges on the device, rule by rule. */
#include "net/build_device.h"

#include <math.h>

/* Bits of pairs: kept between counting and filling up to this many bytes in all, and at most so
 * many in one launch. */
#define BITS_KEPT (UINT64_C(256) << 20)
#define BITS_SLAB (UINT64_C(256) << 20)

static uint64_t row_bits(const struct net_group *g)
{
    return (uint64_t)((g->n_post + UINT64_C(63)) / 64) * sizeof(uint64_t);
}

/* Rows of a launch. */
static uint32_t slab_rows(const struct net_group *g)
{
    const uint64_t rows = BITS_SLAB / (row_bits(g) + 1) + 1;
    return rows < g->n_pre ? (uint32_t)rows : g->n_pre;
}

static enum err_code launch_pairs(struct device_build *b, struct device_group *x,
                                  const struct device_buffer *bits,
                                  const struct device_buffer *counts, struct err *e)
{
    const struct device_buffer *from, *to;
    ERR_TRY(build_places(b, x->g->pre, &from, e));
    ERR_TRY(build_places(b, x->g->post, &to, e));
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(from),   BUILD_BUFFER(to),        BUILD_BUFFER(bits),
        BUILD_BUFFER(counts), BUILD_BUFFER(&b->found), BUILD_VALUE(x->shape)};
    return build_launch(b, KERNEL_csr_pairs, a, (uint64_t)x->shape.n_rows * x->shape.n_parts,
                        e);
}

static void pairs_shape(const struct device_build *b, struct device_group *x)
{
    const struct net_conn *const c = &x->g->conns[0];
    struct csr_group *const s = &x->shape;
    const uint32_t n_blocks = (uint32_t)((x->g->n_post + UINT64_C(63)) / 64);
    s->n_parts = build_parts(b, x->g->n_pre, n_blocks);
    s->part_blocks = (n_blocks + s->n_parts - 1) / s->n_parts;
    s->n_parts = (n_blocks + s->part_blocks - 1) / s->part_blocks; /* none of them empty */
    s->which = x->numbers.p;
    if (c->has_constant_p) {
        s->has_threshold = 1;
        s->threshold = (uint32_t)(floor(c->p * 4294967296.0 + 0.5) - 1.0);
    }
}

static bool connects_nothing(const struct net_group *g)
{
    const struct net_conn *const c = &g->conns[0];
    return g->n_pre == 0 || g->n_post == 0 ||
           (c->has_constant_p && !(floor(c->p * 4294967296.0 + 0.5) >= 1.0));
}

/* For each slab of rows: pairs, then the counts to the host. */
static enum err_code count_pairs(struct device_build *b, struct device_group *x, struct err *e)
{
    struct net_group *const g = x->g;
    g->n_edges = 0;
    if (connects_nothing(g)) {
        return ERR_OK;
    }
    pairs_shape(b, x);
    const uint32_t rows = slab_rows(g), parts = x->shape.n_parts;
    struct device_buffer counts = {0}, bits = {0};
    enum err_code code;
    ERR_GOTO(mem_alloc(&x->counts, (size_t)g->n_pre * parts, sizeof *x->counts, e));
    ERR_GOTO(build_buffer(b, &counts, (uint64_t)rows * parts * sizeof(uint32_t),
                          "numbers of synapses", e));
    ERR_GOTO(build_buffer(b, &bits, rows * row_bits(g), "bits of pairs", e));
    for (uint32_t first = 0; first < g->n_pre; first += rows) {
        x->shape.row_first = first;
        x->shape.n_rows = g->n_pre - first < rows ? g->n_pre - first : rows;
        ERR_GOTO(launch_pairs(b, x, &bits, &counts, e));
        ERR_GOTO(device_read(&counts, 0, x->counts + (size_t)first * parts,
                             (uint64_t)x->shape.n_rows * parts * sizeof(uint32_t), e));
    }
    for (size_t k = 0; k < (size_t)g->n_pre * parts; k++) {
        g->n_edges += x->counts[k];
    }
    if (rows == g->n_pre && b->bits_kept + bits.bytes <= BITS_KEPT) {
        b->bits_kept += bits.bytes;
        x->bits = bits;
        bits = (struct device_buffer){0};
    }
out:
    device_buffer_destroy(&counts);
    device_buffer_destroy(&bits);
    return code;
}

/* Offsets of the parts and row pointers from the counts. */
static void scan_parts(const struct device_group *x, uint64_t *offsets)
{
    uint64_t sum = 0;
    const uint32_t parts = x->shape.n_parts;
    for (uint32_t i = 0; i < x->g->n_pre; i++) {
        x->row_ptr[i] = sum;
        for (uint32_t c = 0; c < parts; c++) {
            offsets[(size_t)i * parts + c] = sum;
            sum += x->counts[(size_t)i * parts + c];
        }
    }
    x->row_ptr[x->g->n_pre] = sum;
}

static enum err_code fill_pairs(struct device_build *b, struct device_group *x,
                                const struct device_buffer *out, struct err *e)
{
    const struct net_group *const g = x->g;
    if (g->n_edges == 0) {
        return ERR_OK;
    }
    const uint32_t rows = x->bits.handle != NULL ? g->n_pre : slab_rows(g),
                   parts = x->shape.n_parts;
    struct device_buffer bits = {0}, places = {0}, counts = {0};
    uint64_t *offsets = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&offsets, (size_t)g->n_pre * parts, sizeof *offsets, e));
    scan_parts(x, offsets);
    ERR_GOTO(build_buffer(b, &places, (uint64_t)rows * parts * sizeof(uint64_t),
                          "places of rows", e));
    if (x->bits.handle == NULL) {
        ERR_GOTO(build_buffer(b, &bits, rows * row_bits(g), "bits of pairs", e));
        ERR_GOTO(build_buffer(b, &counts, (uint64_t)rows * parts * sizeof(uint32_t),
                              "numbers of synapses", e));
    }
    for (uint32_t first = 0; first < g->n_pre; first += rows) {
        x->shape.row_first = first;
        x->shape.n_rows = g->n_pre - first < rows ? g->n_pre - first : rows;
        const uint64_t items = (uint64_t)x->shape.n_rows * parts;
        if (x->bits.handle == NULL) {
            ERR_GOTO(launch_pairs(b, x, &bits, &counts, e));
        }
        ERR_GOTO(device_write(&places, 0, offsets + (size_t)first * parts,
                              items * sizeof(uint64_t), e));
        const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
            BUILD_BUFFER(x->bits.handle != NULL ? &x->bits : &bits), BUILD_BUFFER(&places),
            BUILD_BUFFER(out), BUILD_VALUE(x->shape)};
        ERR_GOTO(build_launch(b, KERNEL_csr_expand, a, items, e));
    }
    ERR_GOTO(device_finish(b->device, e));
out:
    mem_free(offsets);
    device_buffer_destroy(&bits);
    device_buffer_destroy(&places);
    device_buffer_destroy(&counts);
    device_buffer_destroy(&x->bits);
    return code;
}

/* Least power of two with at most half of the places taken. */
static uint32_t table_size(const struct net_group *g)
{
    uint32_t size = 2;
    while (!g->projection->allow_multapses && size < 2 * g->indegree) {
        size *= 2;
    }
    return g->projection->allow_multapses ? 0 : size;
}

static enum err_code draw_indegree(struct device_build *b, struct device_group *x,
                                   const struct device_buffer *sources,
                                   const struct device_buffer *counts, uint32_t *row_count,
                                   struct err *e)
{
    const struct net_group *const g = x->g;
    x->shape.table_size = table_size(g);
    /* Tables of all work-items together stay within 64 MiB. */
    const uint64_t most = (UINT64_C(64) << 20) /
                          ((uint64_t)x->shape.table_size * sizeof(uint32_t) + 1) / b->local *
                          b->local;
    uint64_t items = g->n_post < b->items ? g->n_post : b->items;
    items =
        x->shape.table_size != 0 && items > most ? (most < b->local ? b->local : most) : items;
    items = (items + b->local - 1) / b->local * b->local;
    struct device_buffer tables = {0};
    enum err_code code;
    ERR_GOTO(build_buffer(b, &tables, items * x->shape.table_size * sizeof(uint32_t),
                          "tables of sources", e));
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(sources), BUILD_BUFFER(counts), BUILD_BUFFER(&tables),
        BUILD_VALUE(x->shape)};
    ERR_GOTO(build_launch(b, KERNEL_csr_indegree, a, items, e));
    ERR_GOTO(device_read(counts, 0, row_count, (uint64_t)g->n_pre * sizeof *row_count, e));
out:
    device_buffer_destroy(&tables);
    return code;
}

static enum err_code fill_indegree(struct device_build *b, struct device_group *x,
                                   const struct device_buffer *out, struct err *e)
{
    const struct net_group *const g = x->g;
    if (g->n_edges == 0) {
        return ERR_OK;
    }
    struct device_buffer sources = {0}, counts = {0}, row_ptr = {0};
    uint32_t *row_count = NULL;
    enum err_code code;
    ERR_GOTO(mem_alloc(&row_count, g->n_pre, sizeof *row_count, e));
    ERR_GOTO(build_buffer(b, &sources, g->n_edges * sizeof(uint32_t), "drawn sources", e));
    ERR_GOTO(build_buffer(b, &counts, (uint64_t)g->n_pre * sizeof(uint32_t),
                          "numbers of synapses", e));
    ERR_GOTO(build_buffer(b, &row_ptr, ((uint64_t)g->n_pre + 1) * sizeof(uint64_t),
                          "row pointers", e));
    ERR_GOTO(draw_indegree(b, x, &sources, &counts, row_count, e));
    for (uint32_t i = 0; i < g->n_pre; i++) {
        x->row_ptr[i + 1] = x->row_ptr[i] + row_count[i];
    }
    ERR_GOTO(
        device_write(&row_ptr, 0, x->row_ptr, ((uint64_t)g->n_pre + 1) * sizeof(uint64_t), e));
    ERR_GOTO(device_fill(&counts, 0, counts.bytes, e));
    const struct build_argument scatter[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&sources), BUILD_BUFFER(&row_ptr), BUILD_BUFFER(&counts),
        BUILD_BUFFER(out), BUILD_VALUE(x->shape)};
    ERR_GOTO(build_launch(b, KERNEL_csr_scatter, scatter, g->n_edges, e));
    const struct build_argument sort[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&row_ptr), BUILD_BUFFER(out), BUILD_VALUE(x->shape)};
    ERR_GOTO(build_launch(b, KERNEL_csr_sort, sort, g->n_pre, e));
    ERR_GOTO(device_finish(b->device, e));
out:
    mem_free(row_count);
    device_buffer_destroy(&sources);
    device_buffer_destroy(&counts);
    device_buffer_destroy(&row_ptr);
    return code;
}

/* Rules whose rows are all of one length. */
static enum err_code fill_even(struct device_build *b, struct device_group *x,
                               enum build_kernel kernel, uint32_t parts,
                               const struct device_buffer *out, struct err *e)
{
    const struct net_group *const g = x->g;
    for (uint32_t i = 0; i <= g->n_pre; i++) {
        x->row_ptr[i] = g->n_pre == 0 ? 0 : g->n_edges / g->n_pre * i;
    }
    if (g->n_edges == 0) {
        return ERR_OK;
    }
    x->shape.n_parts = parts;
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {BUILD_BUFFER(out),
                                                           BUILD_VALUE(x->shape)};
    return build_launch(b, kernel, a, (uint64_t)g->n_pre * parts, e);
}

enum err_code device_rule_count(struct device_build *b, struct device_group *x, struct err *e)
{
    struct net_group *const g = x->g;
    switch (g->projection->rule) {
    case RULE_PAIRWISE_BERNOULLI:
        ERR_TRY(count_pairs(b, x, e));
        break;
    case RULE_FIXED_INDEGREE:
    case RULE_ONE_TO_ONE:
    case RULE_ALL_TO_ALL:
        g->n_edges = (uint64_t)g->rule->expected(g); /* an exact number, below 2^53 */
        break;
    case RULE_EDGES:
        ERR_TRY(device_edges_count(b, x, e));
        break;
    case DESC_RULE_N:
        break;
    }
    ERR_IF(g->n_edges > UINT32_MAX, e, ERR_LIMIT,
           "projection '%s' has %llu synapses from '%s' to '%s', most on a device is %u",
           g->projection->name, (unsigned long long)g->n_edges, g->pre->name, g->post->name,
           UINT32_MAX);
    x->shape.n_edges = g->n_edges;
    return ERR_OK;
}

enum err_code device_rule_fill(struct device_build *b, struct device_group *x,
                               const struct device_buffer *out, struct err *e)
{
    ERR_TRY(mem_alloc(&x->row_ptr, (size_t)x->g->n_pre + 1, sizeof *x->row_ptr, e));
    switch (x->g->projection->rule) {
    case RULE_PAIRWISE_BERNOULLI:
        return fill_pairs(b, x, out, e);
    case RULE_FIXED_INDEGREE:
        return fill_indegree(b, x, out, e);
    case RULE_ONE_TO_ONE:
        return fill_even(b, x, KERNEL_csr_one, 1, out, e);
    case RULE_ALL_TO_ALL:
        return fill_even(b, x, KERNEL_csr_all, build_parts(b, x->g->n_pre, x->g->n_post), out,
                         e);
    case RULE_EDGES: /* device_edges_fill */
    case DESC_RULE_N:
        break;
    }
    return ERR_OK;
}
