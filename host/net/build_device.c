/* net/build_device.c: synapses on a device: the same numbers as in host memory, bit for bit, by
 * the kernels of build/csr.cl. First all groups are counted, because their targets share one
 * buffer of exact size; then each is filled, and sorted by delay where delays are drawn; then
 * weights. Row pointers are added up on the host, which costs time by rows, not by synapses. */
#include "net/build_device.h"

#include <string.h>

/* Work-items per compute unit that hide the device's latencies. */
enum { ITEMS_PER_CPU_UNIT = 64, ITEMS_PER_GPU_UNIT = 2048, CPU_GROUP = 4, GPU_GROUP = 64 };

static uint32_t choose_width(const struct device_info *info, uint32_t wanted)
{
    uint32_t width = wanted != 0 ? wanted : info->type == DEVICE_GPU ? 1 : info->native_width;
    return width >= 16 ? 16 : width >= 8 ? 8 : width >= 4 ? 4 : 1;
}

static void choose(struct device_build *b)
{
    const struct device_info *const info = device_info_of(b->device);
    const bool is_gpu = info->type == DEVICE_GPU;
    b->width = choose_width(info, b->options->width);
    b->local = b->options->group != 0 ? b->options->group : is_gpu ? GPU_GROUP : CPU_GROUP;
    b->local = b->local < info->max_group ? b->local : info->max_group;
    b->local = b->local == 0 ? 1 : b->local;
    const uint32_t units = info->compute_units == 0 ? 1 : info->compute_units;
    b->items = (uint64_t)units * (is_gpu ? ITEMS_PER_GPU_UNIT : ITEMS_PER_CPU_UNIT);
}

static void shape_group(struct device_group *x)
{
    const struct net_group *const g = x->g;
    const struct net_conn *const c = &g->conns[0];
    x->shape = (struct csr_group){.n_pre = g->n_pre,
                                  .n_post = g->n_post,
                                  .pre_stride = g->pre->n_padded,
                                  .post_stride = g->post->n_padded,
                                  .wiring_k0 = (uint32_t)c->wiring_key,
                                  .wiring_k1 = (uint32_t)(c->wiring_key >> 32),
                                  .weight_k0 = (uint32_t)c->weight_key,
                                  .weight_k1 = (uint32_t)(c->weight_key >> 32),
                                  .delay_k0 = (uint32_t)c->delay_key,
                                  .delay_k1 = (uint32_t)(c->delay_key >> 32),
                                  .n_rows = g->n_pre,
                                  .n_parts = 1,
                                  .no_autapses = g->no_autapses ? 1 : 0,
                                  .indegree = g->indegree,
                                  .is_numbered = g->rule->is_numbered ? 1 : 0,
                                  .delay_min = c->delay_min,
                                  .n_delays = 1};
}

static enum err_code report(const struct device_build *b, double fraction, struct err *e)
{
    const struct net_build_options *const o = b->options;
    ERR_IF(o->progress != NULL && !o->progress(o->context, fraction), e, ERR_INTERRUPTED,
           "interrupted while connecting");
    return ERR_OK;
}

static enum err_code compile(struct device_build *b, enum build_part part,
                             struct build_numbers *numbers, struct device_program *out,
                             struct err *e)
{
    struct text text = {0};
    text_add(&text, device_prelude(b->device));
    enum err_code code =
        build_text_write(b->n, b->all, b->n_groups, part, b->width, numbers, &text, e);
    if (code == ERR_OK) {
        code = device_program_create_for(
            out, b->device, part == BUILD_WEIGHTS ? b->n->precision : PRECISION_SINGLE,
            text_string(&text), NULL, e);
    }
    text_fini(&text);
    return code;
}

static bool has_weights(const struct network *n)
{
    for (uint32_t k = 0; k < n->n_conns; k++) {
        if (!n->conns[k].has_constant_weight) {
            return true;
        }
    }
    return false;
}

static enum err_code start(struct device_build *b, struct err *e)
{
    struct build_numbers *numbers = NULL;
    const bool is_double = b->n->precision == PRECISION_DOUBLE;
    ERR_TRY(device_check_precision(device_info_of(b->device), b->n->precision, e));
    enum err_code code;
    ERR_GOTO(mem_alloc(&b->groups, b->n_groups, sizeof *b->groups, e));
    ERR_GOTO(mem_alloc(&b->places, b->n->n_populations, sizeof *b->places, e));
    ERR_GOTO(mem_alloc(&numbers, b->n_groups, sizeof *numbers, e));
    ERR_GOTO(build_buffer(b, &b->none, 0, "nothing", e));
    ERR_GOTO(build_buffer(b, &b->found, FOUND_WORDS * sizeof(uint32_t), "findings", e));
    if (b->n_groups > 0) {
        ERR_GOTO(compile(b, is_double ? BUILD_ROWS : BUILD_ALL, numbers, &b->program, e));
    }
    if (is_double && has_weights(b->n)) {
        ERR_GOTO(compile(b, BUILD_WEIGHTS, numbers, &b->weights_program, e));
    }
    for (uint32_t k = 0; k < b->n_groups; k++) {
        b->groups[k].g = &b->all[k];
        b->groups[k].numbers = numbers[k];
        shape_group(&b->groups[k]);
    }
out:
    mem_free(numbers);
    return code;
}

static void finish(struct device_build *b)
{
    for (uint32_t k = 0; k < BUILD_KERNEL_N; k++) {
        device_kernel_destroy(&b->kernels[k]);
    }
    device_program_destroy(&b->program);
    device_program_destroy(&b->weights_program);
    for (uint32_t k = 0; b->groups != NULL && k < b->n_groups; k++) {
        mem_free(b->groups[k].row_ptr);
        mem_free(b->groups[k].counts);
        device_edges_fini(&b->groups[k]);
        device_buffer_destroy(&b->groups[k].bits);
    }
    for (uint32_t k = 0; b->places != NULL && k < b->n->n_populations; k++) {
        device_buffer_destroy(&b->places[k]);
    }
    device_buffer_destroy(&b->none);
    device_buffer_destroy(&b->found);
    mem_free(b->groups);
    mem_free(b->places);
}

enum err_code device_explain(struct device_build *b, const struct device_group *x,
                             enum net_pair_value what, const struct device_buffer *ids,
                             uint32_t row, uint32_t n_delays, struct err *e)
{
    const uint64_t from = x->row_ptr[(uint64_t)row * n_delays],
                   to = x->row_ptr[((uint64_t)row + 1) * n_delays];
    const uint32_t n = (uint32_t)(to - from);
    uint32_t *list;
    ERR_TRY(mem_alloc(&list, (size_t)n + 1, sizeof *list, e));
    enum err_code code = device_read(ids, (x->shape.edge_begin + from) * sizeof *list, list,
                                     n * sizeof *list, e);
    if (code == ERR_OK) {
        code = what == NET_PAIR_WEIGHT ? net_explain_weight(b->n, x->g, row, list, n, e)
                                       : net_explain_pair(b->n, x->g, what, 0, row, list, n, e);
    }
    mem_free(list);
    return code;
}

static enum err_code count_all(struct device_build *b, struct err *e)
{
    uint64_t n_targets = 0;
    for (uint32_t k = 0; k < b->n_groups; k++) {
        struct device_group *const x = &b->groups[k];
        uint32_t found[FOUND_WORDS];
        ERR_TRY(build_found_clear(b, e));
        ERR_TRY(device_rule_count(b, x, e));
        ERR_TRY(build_found_read(b, found, e));
        if (found[FOUND_BAD_ROW] != UINT32_MAX) {
            return net_explain_pair(b->n, x->g, NET_PAIR_P, 0, found[FOUND_BAD_ROW], NULL, 0,
                                    e);
        }
        memcpy(&x->g->largest_p, &found[FOUND_LARGEST], sizeof x->g->largest_p);
        x->g->edge_begin = n_targets;
        n_targets += x->g->n_edges;
        ERR_TRY(report(b, 0.5 * (double)(k + 1) / (double)b->n_groups, e));
    }
    return build_buffer(b, &b->w->target_buffer, n_targets * sizeof(uint32_t),
                        "targets of synapses", e);
}

/* What delays of one group need while they are found. */
struct delays {
    struct device_buffer ids, row_ptr, delays, counts, delay_ptr;
};

static enum err_code find_delays(struct device_build *b, struct device_group *x,
                                 struct delays *t, struct err *e)
{
    struct net_group *const g = x->g;
    const struct device_buffer *from, *to;
    ERR_TRY(build_places(b, g->pre, &from, e));
    ERR_TRY(build_places(b, g->post, &to, e));
    ERR_TRY(device_write(&t->row_ptr, 0, x->row_ptr,
                         ((uint64_t)g->n_pre + 1) * sizeof(uint64_t), e));
    ERR_TRY(build_found_clear(b, e));
    x->shape.which = x->numbers.steps;
    x->shape.n_parts = build_parts(b, g->n_pre, g->n_edges / g->n_pre / 16 + 1);
    const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(from),    BUILD_BUFFER(to),         BUILD_BUFFER(&t->row_ptr),
        BUILD_BUFFER(&t->ids), BUILD_BUFFER(&t->delays), BUILD_BUFFER(&b->found),
        BUILD_VALUE(x->shape)};
    ERR_TRY(build_launch(b, KERNEL_csr_delay, a, (uint64_t)g->n_pre * x->shape.n_parts, e));
    uint32_t found[FOUND_WORDS];
    ERR_TRY(build_found_read(b, found, e));
    if (found[FOUND_BAD_ROW] != UINT32_MAX) {
        return device_explain(b, x, NET_PAIR_DELAY, &t->ids, found[FOUND_BAD_ROW], 1, e);
    }
    g->delay_min = found[FOUND_DELAY_MIN];
    g->delay_max = found[FOUND_DELAY_MAX];
    x->shape.delay_min = g->delay_min;
    x->shape.n_delays = g->delay_max - g->delay_min + 1;
    return ERR_OK;
}

/* Counts per row and delay become row pointers; then the ids go to their places. */
static enum err_code sort_delays(struct device_build *b, struct device_group *x,
                                 struct delays *t, struct err *e)
{
    const struct net_group *const g = x->g;
    const uint64_t n = (uint64_t)g->n_pre * x->shape.n_delays;
    uint32_t *counts = NULL;
    enum err_code code;
    ERR_GOTO(build_buffer(b, &t->counts, n * sizeof(uint32_t), "numbers of synapses", e));
    ERR_GOTO(build_buffer(b, &t->delay_ptr, (n + 1) * sizeof(uint64_t), "row pointers", e));
    const struct build_argument count[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&t->row_ptr), BUILD_BUFFER(&t->delays), BUILD_BUFFER(&t->counts),
        BUILD_VALUE(x->shape)};
    ERR_GOTO(build_launch(b, KERNEL_csr_delay_count, count, g->n_pre, e));
    ERR_GOTO(mem_alloc(&counts, n, sizeof *counts, e));
    ERR_GOTO(device_read(&t->counts, 0, counts, n * sizeof *counts, e));
    mem_free(x->row_ptr);
    ERR_GOTO(mem_alloc(&x->row_ptr, n + 1, sizeof *x->row_ptr, e));
    for (uint64_t k = 0; k < n; k++) {
        x->row_ptr[k + 1] = x->row_ptr[k] + counts[k];
    }
    ERR_GOTO(device_write(&t->delay_ptr, 0, x->row_ptr, (n + 1) * sizeof(uint64_t), e));
    x->shape.edge_begin = g->edge_begin;
    const struct build_argument sort[BUILD_MOST_ARGUMENTS] = {
        BUILD_BUFFER(&t->row_ptr), BUILD_BUFFER(&t->delay_ptr),
        BUILD_BUFFER(&t->delays),  BUILD_BUFFER(&t->ids),
        BUILD_BUFFER(&t->counts),  BUILD_BUFFER(&b->w->target_buffer),
        BUILD_VALUE(x->shape)};
    ERR_GOTO(build_launch(b, KERNEL_csr_delay_sort, sort, g->n_pre, e));
    ERR_GOTO(device_finish(b->device, e));
out:
    mem_free(counts);
    return code;
}

static enum err_code fill_delayed(struct device_build *b, struct device_group *x, struct err *e)
{
    struct net_group *const g = x->g;
    struct delays t = {0};
    enum err_code code;
    x->shape.edge_begin = 0; /* the ids stand alone until they are sorted */
    ERR_GOTO(build_buffer(b, &t.ids, g->n_edges * sizeof(uint32_t), "targets of synapses", e));
    ERR_GOTO(device_rule_fill(b, x, &t.ids, e));
    if (g->n_edges > 0) {
        ERR_GOTO(build_buffer(b, &t.row_ptr, ((uint64_t)g->n_pre + 1) * sizeof(uint64_t),
                              "row pointers", e));
        ERR_GOTO(
            build_buffer(b, &t.delays, g->n_edges * sizeof(uint32_t), "delays of synapses", e));
        ERR_GOTO(find_delays(b, x, &t, e));
        ERR_GOTO(sort_delays(b, x, &t, e));
    }
    x->shape.edge_begin = g->edge_begin;
out:
    device_buffer_destroy(&t.ids);
    device_buffer_destroy(&t.row_ptr);
    device_buffer_destroy(&t.delays);
    device_buffer_destroy(&t.counts);
    device_buffer_destroy(&t.delay_ptr);
    return code;
}

static enum err_code fill_all(struct device_build *b, struct err *e)
{
    for (uint32_t k = 0; k < b->n_groups; k++) {
        struct device_group *const x = &b->groups[k];
        x->shape.edge_begin = x->g->edge_begin;
        if (x->given != NULL) {
            ERR_TRY(device_edges_fill(b, x, e));
        } else if (x->g->conns[0].has_constant_delay) {
            ERR_TRY(device_rule_fill(b, x, &b->w->target_buffer, e));
        } else {
            ERR_TRY(fill_delayed(b, x, e));
        }
        ERR_TRY(report(b, 0.5 + 0.4 * (double)(k + 1) / (double)b->n_groups, e));
    }
    return ERR_OK;
}

/* Row pointers of all groups into one buffer. */
static enum err_code place_rows(struct device_build *b, struct err *e)
{
    struct net_wiring *const w = b->w;
    ERR_TRY(net_layout_rows(b->n, b->all, b->n_groups, w, e));
    ERR_TRY(
        build_buffer(b, &w->row_ptr_buffer, w->n_rows * sizeof(uint64_t), "row pointers", e));
    ERR_TRY(build_buffer(b, &w->weight_buffer, w->n_weights * precision_bytes(b->n->precision),
                         "weights of synapses", e));
    for (uint32_t k = 0; k < b->n_groups; k++) {
        struct device_group *const x = &b->groups[k];
        const uint64_t n = (uint64_t)x->g->n_pre * (x->g->delay_max - x->g->delay_min + 1) + 1;
        x->shape.row_begin = x->g->row_begin;
        ERR_TRY(device_write(&w->row_ptr_buffer, x->g->row_begin * sizeof(uint64_t), x->row_ptr,
                             n * sizeof(uint64_t), e));
    }
    return ERR_OK;
}

/* Draws become targets, once nothing needs their numbers any more. */
static enum err_code place_targets(struct device_build *b, struct err *e)
{
    for (uint32_t k = 0; k < b->n_groups; k++) {
        struct device_group *const x = &b->groups[k];
        if (!x->g->rule->is_numbered || x->given != NULL || x->g->n_edges == 0) {
            continue;
        }
        const struct build_argument a[BUILD_MOST_ARGUMENTS] = {
            BUILD_BUFFER(&b->w->target_buffer), BUILD_VALUE(x->shape)};
        ERR_TRY(build_launch(b, KERNEL_csr_targets, a,
                             x->g->n_edges < b->items ? x->g->n_edges : b->items, e));
    }
    return ERR_OK;
}

enum err_code net_build_device(struct network *n, struct net_group *groups, uint32_t n_groups,
                               struct net_wiring *w, struct device *device,
                               const struct net_build_options *o, struct diag_list *d,
                               struct err *e)
{
    struct device_build b = {.n = n,
                             .all = groups,
                             .n_groups = n_groups,
                             .w = w,
                             .device = device,
                             .options = o,
                             .d = d};
    double *largest = NULL; /* weight of each conn */
    choose(&b);
    enum err_code code;
    ERR_GOTO(start(&b, e));
    ERR_GOTO(mem_alloc(&largest, n->n_conns, sizeof *largest, e));
    ERR_GOTO(count_all(&b, e));
    ERR_GOTO(fill_all(&b, e));
    ERR_GOTO(place_rows(&b, e));
    for (uint32_t k = 0; k < n_groups; k++) {
        ERR_GOTO(device_weights_draw(&b, &b.groups[k], largest, e));
    }
    ERR_GOTO(place_targets(&b, e));
    ERR_GOTO(device_weights_scale(&b, largest, e));
    ERR_GOTO(device_finish(device, e));
    if (n_groups > 0) {
        device_program_save(&b.program);
    }
    if (b.weights_program.handle != NULL) {
        device_program_save(&b.weights_program);
    }
out:
    mem_free(largest);
    finish(&b);
    return code;
}
