#include "desc/yaml.h"

#include "desc/yaml_text.h"

#include <string.h>
#include <yaml.h>

/* libyaml counts characters, diagnostics count bytes: a cursor walks the text once, since
 * events come in order. */
struct yaml_reader {
    yaml_parser_t parser;
    struct diag_list *d;
    const char *file;
    const unsigned char *bytes;
    size_t n;
    size_t index, byte, line_start; /* cursor: character, byte, first byte of its line */
    uint32_t line;
    bool is_in_flow;  /* what is read next stands within { } or [ ] */
    bool has_stopped; /* nothing more can be read */
};

static void reader_rewind(struct yaml_reader *r)
{
    r->index = r->byte = r->line_start = 0;
    r->line = 1;
}

static struct pos reader_pos(struct yaml_reader *r, yaml_mark_t mark)
{
    if (mark.index < r->index) {
        reader_rewind(r);
    }
    while (r->index < mark.index && r->byte < r->n) {
        if (r->bytes[r->byte] == '\n') {
            r->line++;
            r->line_start = r->byte + 1;
        }
        r->byte++;
        while (r->byte < r->n && (r->bytes[r->byte] & 0xc0) == 0x80) {
            r->byte++;
        }
        r->index++;
    }
    return (struct pos){
        .file = r->file, .line = r->line, .column = (uint32_t)(r->byte - r->line_start) + 1};
}

static const unsigned char *reader_line(const struct yaml_reader *r, uint32_t line)
{
    const unsigned char *p = r->bytes, *const end = r->bytes + r->n;
    for (uint32_t k = 1; k < line && p < end; k++) {
        const unsigned char *const stop = memchr(p, '\n', (size_t)(end - p));
        p = stop == NULL ? end : stop + 1;
    }
    return p;
}

static void report_syntax(struct yaml_reader *r)
{
    r->has_stopped = true;
    if (r->parser.error == YAML_MEMORY_ERROR || r->parser.problem == NULL) {
        diag_error(r->d, ((struct pos){.file = r->file}), 0, NULL,
                   "no memory to read this file");
        return;
    }
    struct pos at = reader_pos(r, r->parser.problem_mark);
    const unsigned char *p = reader_line(r, at.line), *const start = p,
                        *const end = r->bytes + r->n;
    while (p < end && *p == ' ') {
        p++;
    }
    if (p < end && *p == '\t') {
        at.column = (uint32_t)(p - start) + 1;
        diag_error(r->d, at, 1, "indent with spaces", "a tab cannot indent a line");
        return;
    }
    const char *hint = NULL;
    if (strstr(r->parser.problem, "mapping values are not allowed") != NULL) {
        hint =
            "a text with ': ' in it needs quotes (quote this expression: \"if a: b else: c\"); "
            "else look at the indentation";
    } else if (strstr(r->parser.problem, "expected ',' or") != NULL) {
        hint = "a bracket is left open or a comma is missing; an expression with ': ' or ',' "
               "in it needs quotes";
    } else if (strstr(r->parser.problem, "cannot start any token") != NULL) {
        hint = "quote the text that begins here";
    }
    const char *const context = r->parser.context;
    if (context != NULL && r->parser.context_mark.index <= r->parser.problem_mark.index) {
        const uint32_t line = reader_pos(r, r->parser.context_mark).line;
        diag_error(r->d, at, 1, hint, "not valid YAML: %s (%s in line %u)", r->parser.problem,
                   context, line);
        return;
    }
    diag_error(r->d, at, 1, hint, "not valid YAML: %s", r->parser.problem);
}

static bool next_event(struct yaml_reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event)) {
        return true;
    }
    report_syntax(r);
    return false;
}

static struct yaml *new_node(struct yaml_reader *r, enum yaml_kind kind, struct pos at)
{
    struct yaml *const node = arena_alloc(r->d->arena, 1, sizeof *node);
    if (node == NULL) {
        r->has_stopped = true;
        return NULL;
    }
    node->kind = kind;
    node->at = at;
    return node;
}

static void refuse_names(struct yaml_reader *r, struct pos at, const yaml_char_t *anchor,
                         const yaml_char_t *tag)
{
    if (anchor != NULL) {
        diag_error(r->d, at, 1, "write the value out, or give it a name under 'constants'",
                   "anchors and aliases are not read");
    }
    if (tag != NULL) {
        diag_error(r->d, at, 1, NULL, "the tag '%s' is not read", (const char *)tag);
    }
}

static struct yaml *read_scalar(struct yaml_reader *r, const yaml_event_t *event)
{
    struct yaml *const node = new_node(r, YAML_SCALAR, reader_pos(r, event->start_mark));
    if (node == NULL) {
        return NULL;
    }
    const yaml_scalar_style_t style = event->data.scalar.style;
    refuse_names(r, node->at, event->data.scalar.anchor,
                 event->data.scalar.plain_implicit || event->data.scalar.quoted_implicit
                     ? NULL
                     : event->data.scalar.tag);
    node->text = arena_copy(r->d->arena, (const char *)event->data.scalar.value,
                            event->data.scalar.length);
    node->length = event->data.scalar.length;
    node->is_plain = style == YAML_PLAIN_SCALAR_STYLE;
    node->is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    node->is_in_flow = r->is_in_flow;
    if (node->text == NULL) {
        r->has_stopped = true;
        return NULL;
    }
    if (strlen(node->text) != node->length) {
        diag_error(r->d, node->at, 1, NULL, "a text holds a NUL character");
        node->length = strlen(node->text);
    }
    if (node->is_block) { /* the column where its lines begin: blanks in the file less those
                             left in the value */
        uint32_t line = node->at.line + 1;
        const char *value = node->text;
        while (*value == '\n') {
            value++;
            line++;
        }
        const unsigned char *p = reader_line(r, line);
        uint32_t blanks = 1;
        for (; p < r->bytes + r->n && *p == ' '; p++) {
            blanks++;
        }
        for (; *value == ' ' && blanks > 1; value++) {
            blanks--;
        }
        node->indent = blanks;
    }
    return node;
}

static struct yaml *read_node(struct yaml_reader *r, yaml_event_t *event, uint32_t depth);

static struct yaml **push_item(struct yaml_reader *r, struct yaml *node, const char *key,
                               struct pos key_at)
{
    if (!yaml_push(node, r->d->arena, key, key_at, NULL)) {
        r->has_stopped = true;
        return NULL;
    }
    return &node->items[node->n - 1];
}

static void read_list(struct yaml_reader *r, struct yaml *list, uint32_t depth)
{
    yaml_event_t event;
    while (!r->has_stopped && next_event(r, &event)) {
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return;
        }
        struct yaml *const item = read_node(r, &event, depth + 1);
        struct yaml **const slot = item == NULL ? NULL : push_item(r, list, NULL, item->at);
        if (slot != NULL) {
            *slot = item;
        }
    }
}

static void read_map(struct yaml_reader *r, struct yaml *map, uint32_t depth)
{
    yaml_event_t event;
    while (!r->has_stopped && next_event(r, &event)) {
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return;
        }
        struct yaml *const key = read_node(r, &event, depth + 1);
        if (key == NULL || !next_event(r, &event)) {
            return;
        }
        struct yaml *const value = read_node(r, &event, depth + 1);
        if (value == NULL) {
            return;
        }
        if (key->kind != YAML_SCALAR) {
            diag_error(r->d, key->at, 1, "quote the key", "a key must be a text, this is a %s",
                       yaml_kind_name(key));
            continue;
        }
        struct yaml **const slot = push_item(r, map, key->text, key->at);
        if (slot != NULL) {
            *slot = value;
        }
    }
}

/* Takes over the event. Depth is capped, so the recursion is. */
static struct yaml *read_node(struct yaml_reader *r, yaml_event_t *event, uint32_t depth)
{
    struct yaml *node = NULL;
    const struct pos at = reader_pos(r, event->start_mark);
    const yaml_event_type_t type = event->type;
    if (type == YAML_SCALAR_EVENT) {
        node = read_scalar(r, event);
        yaml_event_delete(event);
        return node;
    }
    if (type == YAML_ALIAS_EVENT) {
        refuse_names(r, at, event->data.alias.anchor, NULL);
        yaml_event_delete(event);
        node = new_node(r, YAML_SCALAR, at);
        if (node != NULL) {
            node->text = "";
            node->is_plain = true;
        }
        return node;
    }
    ASSERT(type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT);
    const bool is_map = type == YAML_MAPPING_START_EVENT;
    if (is_map) {
        refuse_names(r, at, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    } else {
        refuse_names(r, at, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    }
    const bool is_flow = is_map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                                : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    yaml_event_delete(event);
    if (depth >= YAML_MAX_DEPTH) {
        diag_error(r->d, at, 1, NULL, "nested deeper than %d levels", YAML_MAX_DEPTH);
        r->has_stopped = true;
        return NULL;
    }
    node = new_node(r, is_map ? YAML_MAP : YAML_LIST, at);
    if (node == NULL) {
        return NULL;
    }
    const bool was_in_flow = r->is_in_flow;
    node->is_in_flow = r->is_in_flow = is_flow;
    if (is_map) {
        read_map(r, node, depth);
    } else {
        read_list(r, node, depth);
    }
    r->is_in_flow = was_in_flow;
    if (r->has_stopped) {
        return NULL;
    }
    yaml_mend_cut_expressions(node, r->d);
    yaml_drop_duplicates(node, r->d);
    return node;
}

static struct yaml *read_stream(struct yaml_reader *r)
{
    yaml_event_t event;
    struct yaml *root = NULL;
    while (!r->has_stopped && next_event(r, &event)) {
        const yaml_event_type_t type = event.type;
        const struct pos at = reader_pos(r, event.start_mark);
        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&event);
            if (root == NULL) {
                diag_error(r->d, ((struct pos){.file = r->file, .line = 1, .column = 1}), 1,
                           NULL, "the file is empty");
            }
            return root;
        }
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT) {
            yaml_event_delete(&event);
            if (type == YAML_DOCUMENT_START_EVENT && root != NULL) {
                diag_error(r->d, at, 3, "put it into a file of its own",
                           "a second document begins here");
                return NULL;
            }
            continue;
        }
        root = read_node(r, &event, 0);
    }
    return NULL;
}

struct yaml *yaml_parse(const char *file, const char *bytes, size_t n, struct diag_list *d)
{
    if (!yaml_check_text(file, bytes, n, d)) {
        return NULL;
    }
    const size_t skip =
        n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte order mark */
    struct yaml_reader r = {
        .d = d, .file = file, .bytes = (const unsigned char *)bytes + skip, .n = n - skip};
    reader_rewind(&r);
    if (!yaml_parser_initialize(&r.parser)) {
        diag_error(d, ((struct pos){.file = file}), 0, NULL, "no memory to read this file");
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, r.bytes, r.n);
    struct yaml *const root = read_stream(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

struct yaml *yaml_load_at(const char *path, struct pos named_at, struct diag_list *d)
{
    char *bytes;
    size_t n;
    struct err e = {0};
    if (text_read_file(&bytes, &n, path, YAML_MAX_BYTES, &e) != ERR_OK) {
        diag_error(d, named_at, 0, NULL, "%s", e.msg);
        return NULL;
    }
    const char *const copy = arena_copy(d->arena, bytes, n);
    const char *const file = arena_copy(d->arena, path, strlen(path));
    mem_free(bytes);
    if (copy == NULL || file == NULL) {
        diag_error(d, named_at, 0, NULL, "no memory to read '%s'", path);
        return NULL;
    }
    diag_add_source(d, file, copy, n);
    return yaml_parse(file, copy, n, d);
}

struct yaml *yaml_load(const char *path, struct diag_list *d)
{
    return yaml_load_at(path, (struct pos){.file = arena_copy(d->arena, path, strlen(path))},
                        d);
}
