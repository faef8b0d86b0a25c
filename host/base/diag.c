#include "base/diag.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void diag_init(struct diag_list *d, struct arena *arena)
{
    *d = (struct diag_list){.arena = arena};
}

void diag_add_source(struct diag_list *d, const char *file, const char *bytes, size_t length)
{
    struct diag_source *const s =
        arena_push(d->arena, &d->sources, &d->n_sources, &d->source_capacity, sizeof *s);
    if (s != NULL) {
        *s = (struct diag_source){.file = file, .bytes = bytes, .length = length};
    }
}

static bool diag_is_known(const struct diag_list *d, struct pos at, const char *text)
{
    for (uint32_t k = 0; k < d->n; k++) {
        const struct diag *const i = &d->items[k];
        if (i->at.line == at.line && i->at.column == at.column && strcmp(i->text, text) == 0 &&
            (i->at.file == at.file ||
             (i->at.file && at.file && strcmp(i->at.file, at.file) == 0))) {
            return true;
        }
    }
    return false;
}

void diag_add(struct diag_list *d, enum diag_severity s, struct pos at, uint32_t length,
              const char *hint, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (s == DIAG_ERROR) {
        if (d->n_errors >= 10000) {
            return; /* a hostile file: enough is known */
        }
    }
    if (d->n < 500 && diag_is_known(d, at, text)) {
        return;
    }
    d->n_errors += s == DIAG_ERROR;
    struct diag *const i = arena_push(d->arena, &d->items, &d->n, &d->capacity, sizeof *i);
    if (i != NULL) {
        *i = (struct diag){.severity = s,
                           .at = at,
                           .length = length,
                           .text = arena_copy(d->arena, text, strlen(text)),
                           .hint =
                               hint == NULL ? NULL : arena_copy(d->arena, hint, strlen(hint))};
    }
}

static const struct diag_source *diag_source_of(const struct diag_list *d, const char *file,
                                                uint32_t *order)
{
    for (uint32_t k = 0; file != NULL && k < d->n_sources; k++) {
        if (strcmp(d->sources[k].file, file) == 0) {
            *order = k;
            return &d->sources[k];
        }
    }
    *order = UINT32_MAX;
    return NULL;
}

static void diag_print_line(const struct diag_source *s, const struct diag *i, struct text *out)
{
    const char *p = s->bytes, *const end = s->bytes + s->length;
    for (uint32_t line = 1; line < i->at.line && p < end; p++) {
        line += *p == '\n';
    }
    const char *stop = p;
    while (stop < end && *stop != '\n' && *stop != '\r' && stop - p < 160) {
        stop++;
    }
    if (p >= end) {
        return;
    }
    text_add(out, "    ");
    for (const char *c = p; c < stop; c++) {
        const unsigned char u = (unsigned char)*c;
        text_add_n(out, u < 32 || u == 127 ? " " : c, 1);
    }
    text_add(out, "\n    ");
    if (i->at.column == 0 || (ptrdiff_t)i->at.column > stop - p + 1) {
        text_add(out, "\n");
        return;
    }
    for (uint32_t c = 1; c < i->at.column; c++) {
        if (((unsigned char)p[c - 1] & 0xc0) !=
            0x80) { /* one blank for a whole UTF-8 character */
            text_add(out, " ");
        }
    }
    text_add(out, "^");
    for (uint32_t c = 1; c < i->length && i->at.column + c <= (uint32_t)(stop - p); c++) {
        text_add(out, "~");
    }
    text_add(out, "\n");
}

struct diag_key {
    uint32_t order, index;
    const struct diag *item;
};

static int diag_compare(const void *pa, const void *pb)
{
    const struct diag_key *const a = pa, *const b = pb;
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    if (a->item->at.line != b->item->at.line) {
        return a->item->at.line < b->item->at.line ? -1 : 1;
    }
    if (a->item->at.column != b->item->at.column) {
        return a->item->at.column < b->item->at.column ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

void diag_print(const struct diag_list *d, uint32_t most, struct text *out)
{
    static const char *const names[] = {"error", "warning", "note"};
    struct diag_key *const keys = arena_alloc(d->arena, d->n + 1, sizeof *keys);
    if (keys == NULL) {
        return;
    }
    for (uint32_t k = 0; k < d->n; k++) {
        keys[k] = (struct diag_key){.index = k, .item = &d->items[k]};
        (void)diag_source_of(d, d->items[k].at.file, &keys[k].order);
    }
    qsort(keys, d->n, sizeof *keys, diag_compare);
    for (uint32_t k = 0; k < d->n && (most == 0 || k < most); k++) {
        const struct diag *const i = keys[k].item;
        if (i->at.file != NULL && i->at.line > 0) {
            text_print(out, "%s:%" PRIu32 ":%" PRIu32 ": ", i->at.file, i->at.line,
                       i->at.column);
        } else if (i->at.file != NULL) {
            text_print(out, "%s: ", i->at.file);
        }
        text_print(out, "%s: %s\n", names[i->severity], i->text);
        uint32_t order;
        const struct diag_source *const s = diag_source_of(d, i->at.file, &order);
        if (s != NULL && i->at.line > 0) {
            diag_print_line(s, i, out);
        }
        if (i->hint != NULL) {
            text_print(out, "  hint: %s\n", i->hint);
        }
    }
    if (most != 0 && d->n > most) {
        text_print(out, "… and %" PRIu32 " more\n", d->n - most);
    }
}
