#include "desc/yaml.h"

#include <ctype.h>
#include <string.h>

/* The character at s[0], in *n bytes (UTF-8 that libyaml has checked, or made itself). */
static uint32_t character_at(const char *s, size_t room, size_t *n)
{
    const unsigned char first = (unsigned char)s[0];
    const size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t c = length == 1 ? first : first & (0x7fu >> length);
    for (size_t k = 1; k < length && k < room; k++) {
        c = c << 6 | ((unsigned char)s[k] & 0x3fu);
    }
    *n = length < room ? length : room;
    return c;
}

/* May not stand in a file as it is: a control character, a mark of byte order, no character at
 * all, or what YAML 1.1 takes for the end of a line (U+0085, U+2028, U+2029). */
static bool needs_escape(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

static bool is_escape_free(const char *s, size_t n)
{
    size_t length;
    for (size_t k = 0; k < n; k += length) {
        if (needs_escape(character_at(s + k, n - k, &length)) && s[k] != '\n') {
            return false;
        }
    }
    return true;
}

/* May stand without quotes wherever we write it: no character that YAML might read otherwise.
 */
static bool is_plain_safe(const char *s, size_t n)
{
    if (n == 0 || (!isalnum((unsigned char)s[0]) && s[0] != '/' && s[0] != '.' && s[0] != '(' &&
                   s[0] != '_')) {
        return n > 1 && s[0] == '-' && isdigit((unsigned char)s[1]) &&
               is_plain_safe(s + 1, n - 1);
    }
    for (size_t k = 0; k < n; k++) {
        const unsigned char c = (unsigned char)s[k];
        if (!isalnum(c) && (c == '\0' || strchr(" ._/()*+-^<>=", c) == NULL) && c < 0x80) {
            return false;
        }
    }
    return s[n - 1] != ' ' && strcmp(s, "null") != 0 && memcmp(s, "...", n < 3 ? n : 3) != 0 &&
           is_escape_free(s, n);
}

static void write_quoted(const char *s, size_t n, struct text *out)
{
    text_add(out, "\"");
    size_t length;
    for (size_t k = 0; k < n; k += length) {
        const uint32_t c = character_at(s + k, n - k, &length);
        if (c == '"' || c == '\\') {
            text_print(out, "\\%c", (char)c);
        } else if (c == '\n') {
            text_add(out, "\\n");
        } else if (needs_escape(c)) {
            text_print(out, "\\u%04x", c);
        } else {
            text_add_n(out, &s[k], length);
        }
    }
    text_add(out, "\"");
}

static void write_indent(uint32_t depth, struct text *out)
{
    for (uint32_t k = 0; k < depth; k++) {
        text_add(out, "  ");
    }
}

/* Every line of a block is written with the same indentation; what a block cannot hold as it
 * stands goes into quotes. */
static bool is_block_safe(const char *s, size_t n)
{
    if (n < 2 || memchr(s, '\n', n) == NULL || s[0] == ' ' || s[0] == '\n' || s[0] == '#') {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        const unsigned char c = (unsigned char)s[k];
        if (c == '\n' && k > 0 && s[k - 1] == ' ') {
            return false;
        }
    }
    return (s[n - 1] != '\n' || s[n - 2] != '\n') && is_escape_free(s, n);
}

static void write_scalar(const struct yaml *node, uint32_t depth, struct text *out)
{
    const char *const s = node->text;
    const size_t n = node->length;
    if (yaml_is_null(node)) {
        text_add(out, "null\n");
        return;
    }
    if (is_block_safe(s, n)) {
        text_add(out, s[n - 1] == '\n' ? "|\n" : "|-\n");
        for (size_t k = 0; k < n;) {
            const char *const stop = memchr(s + k, '\n', n - k);
            const size_t length = stop == NULL ? n - k : (size_t)(stop - s) - k;
            if (length > 0) {
                write_indent(depth, out);
                text_add_n(out, s + k, length);
            }
            text_add(out, "\n");
            k += length + 1;
        }
        return;
    }
    if (is_plain_safe(s, n)) {
        text_add_n(out, s, n);
    } else {
        write_quoted(s, n, out);
    }
    text_add(out, "\n");
}

static void write_node(const struct yaml *node, uint32_t depth, struct text *out);

/* Behind a key or a dash. */
static void write_value(const struct yaml *item, uint32_t depth, struct text *out)
{
    if (item->kind == YAML_SCALAR) {
        text_add(out, " ");
        write_scalar(item, depth, out);
    } else if (item->n == 0) {
        text_add(out, item->kind == YAML_MAP ? " {}\n" : " []\n");
    } else {
        text_add(out, "\n");
        write_node(item, depth, out);
    }
}

static void write_node(const struct yaml *node, uint32_t depth, struct text *out)
{
    for (uint32_t k = 0; k < node->n; k++) {
        write_indent(depth, out);
        if (node->kind == YAML_LIST) {
            text_add(out, "-");
        } else {
            const size_t n = strlen(node->keys[k]);
            if (is_plain_safe(node->keys[k], n)) {
                text_add(out, node->keys[k]);
            } else {
                write_quoted(node->keys[k], n, out);
            }
            text_add(out, ":");
        }
        write_value(node->items[k], depth + 1, out);
    }
}

void yaml_write(const struct yaml *tree, struct text *out)
{
    if (tree->kind == YAML_SCALAR) {
        write_scalar(tree, 1, out); /* a block's lines are never at the very left */
    } else if (tree->n == 0) {
        text_add(out, tree->kind == YAML_MAP ? "{}\n" : "[]\n");
    } else {
        write_node(tree, 0, out);
    }
}
