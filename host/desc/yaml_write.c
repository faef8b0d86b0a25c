#include "desc/yaml.h"

#include <ctype.h>
#include <string.h>

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
    return s[n - 1] != ' ' && strcmp(s, "null") != 0 && memcmp(s, "...", n < 3 ? n : 3) != 0;
}

static void write_quoted(const char *s, size_t n, struct text *out)
{
    text_add(out, "\"");
    for (size_t k = 0; k < n; k++) {
        const unsigned char c = (unsigned char)s[k];
        if (c == '"' || c == '\\') {
            text_print(out, "\\%c", c);
        } else if (c == '\n') {
            text_add(out, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            text_print(out, "\\x%02x", c);
        } else {
            text_add_n(out, &s[k], 1);
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
        if ((c < 0x20 && c != '\n') || c == 0x7f || (c == '\n' && k > 0 && s[k - 1] == ' ')) {
            return false;
        }
    }
    return s[n - 1] != '\n' || s[n - 2] != '\n';
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
        write_scalar(tree, 0, out);
    } else if (tree->n == 0) {
        text_add(out, tree->kind == YAML_MAP ? "{}\n" : "[]\n");
    } else {
        write_node(tree, 0, out);
    }
}
