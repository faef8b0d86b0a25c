#include "desc/yaml_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 character at p and its code point; 0 where the bytes are none (Unicode
 * 15, table 3-7). */
static size_t utf8_length(const unsigned char *p, size_t n, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = 1;
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    if (p[0] >= 0xc2 && p[0] < 0xe0) {
        length = 2;
        *code = p[0] & 0x1fu;
    } else if (p[0] >= 0xe0 && p[0] < 0xf0) {
        length = 3;
        *code = p[0] & 0x0fu;
    } else if (p[0] >= 0xf0 && p[0] < 0xf5) {
        length = 4;
        *code = p[0] & 0x07u;
    } else {
        return 0;
    }
    for (size_t k = 1; k < length; k++) {
        if (k >= n || (p[k] & 0xc0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (p[k] & 0x3fu);
    }
    const bool is_surrogate = *code >= 0xd800 && *code < 0xe000;
    return *code < least[length] || *code > 0x10ffff || is_surrogate ? 0 : length;
}

bool yaml_check_text(const char *file, const char *bytes, size_t n, struct diag_list *d)
{
    const unsigned char *const p = (const unsigned char *)bytes;
    uint32_t line = 1;
    size_t line_start = 0;
    for (size_t k = 0; k < n;) {
        uint32_t code = 0;
        const size_t length = utf8_length(p + k, n - k, &code);
        const struct pos at = {
            .file = file, .line = line, .column = (uint32_t)(k - line_start) + 1};
        if (length == 0) {
            diag_error(d, at, 1, "save the file as UTF-8", "byte 0x%02x is not UTF-8", p[k]);
            return false;
        }
        if (code == 0) {
            diag_error(d, at, 1, NULL, "a NUL byte: this is no text file");
            return false;
        }
        if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
            (code >= 0x7f && code < 0xa0 && code != 0x85) || code == 0xfffe || code == 0xffff ||
            (code == 0xfeff && k > 0)) {
            diag_error(d, at, 1, NULL, "a control character (U+%04X) in the text", code);
            return false;
        }
        k += length;
        if (code == '\n') {
            line++;
            line_start = k;
        }
    }
    return true;
}

struct key_index {
    const char *key;
    uint32_t index;
};

static int compare_keys(const void *pa, const void *pb)
{
    const struct key_index *const a = pa, *const b = pb;
    const int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorted, so that a hostile file with a million keys takes no time. */
void yaml_drop_duplicates(struct yaml *map, struct diag_list *d)
{
    if (map->kind != YAML_MAP || map->n < 2) {
        return;
    }
    struct key_index *const sorted = arena_alloc(d->arena, map->n, sizeof *sorted);
    if (sorted == NULL) {
        return;
    }
    for (uint32_t k = 0; k < map->n; k++) {
        sorted[k] = (struct key_index){.key = map->keys[k], .index = k};
    }
    qsort(sorted, map->n, sizeof *sorted, compare_keys);
    bool has_any = false;
    for (uint32_t k = 1; k < map->n; k++) {
        if (strcmp(sorted[k].key, sorted[k - 1].key) == 0) {
            char hint[64];
            (void)snprintf(hint, sizeof hint, "it stands in line %u already",
                           map->key_at[sorted[k - 1].index].line);
            diag_error(d, map->key_at[sorted[k].index], (uint32_t)strlen(sorted[k].key), hint,
                       "duplicate key '%s'", sorted[k].key);
            map->items[sorted[k].index] = NULL;
            has_any = true;
        }
    }
    uint32_t kept = 0;
    for (uint32_t k = 0; has_any && k < map->n; k++) {
        if (map->items[k] != NULL) {
            map->items[kept] = map->items[k];
            map->keys[kept] = map->keys[k];
            map->key_at[kept++] = map->key_at[k];
        }
    }
    map->n = has_any ? kept : map->n;
}

static int open_brackets(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++) {
        n += (*text == '(') - (*text == ')');
    }
    return n;
}

/* The key `f(x, s): …` within { } reaches us as the keys "f(x" without a value and "s)". */
static void mend_keys(struct yaml *map, struct diag_list *d)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < map->n; k++, kept++) {
        const struct pos at = map->key_at[k];
        const char *whole = map->keys[k];
        uint32_t j = k;
        while (j + 1 < map->n && open_brackets(whole) > 0 && yaml_is_null(map->items[j])) {
            j++;
            whole = arena_print(d->arena, "%s, %s", whole, map->keys[j]);
            if (whole == NULL) {
                return;
            }
        }
        if (j > k) {
            diag_error(d, at, (uint32_t)strlen(map->keys[k]),
                       arena_print(d->arena, "quote this key: \"%s\"", whole),
                       "YAML ends this key at the comma: '%s'", map->keys[k]);
        }
        map->keys[kept] = whole;
        map->key_at[kept] = at;
        map->items[kept] = map->items[j];
        k = j;
    }
    map->n = kept;
}

void yaml_mend_cut_expressions(struct yaml *node, struct diag_list *d)
{
    if (!node->is_in_flow) {
        return;
    }
    uint32_t kept = 0;
    for (uint32_t k = 0; k < node->n; k++, kept++) {
        struct yaml *const item = node->items[k];
        if (node->kind == YAML_MAP) {
            node->keys[kept] = node->keys[k];
            node->key_at[kept] = node->key_at[k];
        }
        node->items[kept] = item;
        if (item->kind == YAML_MAP && node->kind == YAML_LIST && item->n == 1 &&
            strncmp(item->keys[0], "if ", 3) == 0) {
            diag_error(d, item->at, 1, "quote this expression: \"if a: b else: c\"",
                       "YAML reads this expression as a map");
            *item = (struct yaml){.kind = YAML_SCALAR,
                                  .at = item->at,
                                  .text = "0",
                                  .length = 1,
                                  .is_plain = true};
        }
        if (item->kind != YAML_SCALAR || !item->is_plain || open_brackets(item->text) <= 0) {
            continue;
        }
        const char *whole = item->text;
        uint32_t j = k;
        while (j + 1 < node->n && open_brackets(whole) > 0 &&
               node->items[j + 1]->kind == YAML_SCALAR &&
               (node->kind == YAML_LIST || node->items[j + 1]->length == 0)) {
            j++;
            whole = arena_print(d->arena, "%s, %s", whole,
                                node->kind == YAML_LIST ? node->items[j]->text : node->keys[j]);
            if (whole == NULL) {
                return;
            }
        }
        if (j == k) {
            continue;
        }
        diag_error(d, item->at, (uint32_t)item->length,
                   arena_print(d->arena, "quote this expression: \"%s\"", whole),
                   "YAML ends this expression at the comma: '%s'", item->text);
        item->text = whole;
        item->length = strlen(whole);
        k = j;
    }
    node->n = kept;
    if (node->kind == YAML_MAP) { /* after the values: what follows a cut value is no key */
        mend_keys(node, d);
    }
}
