/* A model as one file: what it extends is joined, its statements stand in their final order. */
#include "desc/model_inside.h"

#include "lang/parse.h"

#include <string.h>

/* The statements as one text. NULL when memory is out. */
static struct yaml *equations_of(const struct model *m, struct pos at, struct arena *arena)
{
    struct text text = {0};
    for (uint32_t k = 0; k < m->n_statements; k++) {
        lang_print_statement(&m->statements[k], &text);
        text_add(&text, "\n");
    }
    struct yaml *const node = text.has_failed ? NULL : arena_alloc(arena, 1, sizeof *node);
    if (node != NULL) {
        *node = (struct yaml){.kind = YAML_SCALAR,
                              .at = at,
                              .text = arena_copy(arena, text_string(&text), text.length),
                              .length = text.length,
                              .is_block = true};
    }
    text_fini(&text);
    return node == NULL || node->text == NULL ? NULL : node;
}

enum err_code desc_show_model(const char *path, struct text *out, struct diag_list *d,
                              struct err *e)
{
    struct model *m;
    ERR_TRY(desc_load_model(&m, path, (struct pos){.file = NULL}, d, e));
    struct yaml *const tree = m->extra->tree;
    const int at = yaml_find(tree, "equations");
    if (at >= 0) {
        struct yaml *const node = equations_of(m, tree->items[at]->at, d->arena);
        ERR_IF(node == NULL, e, ERR_NOMEM, "no memory to show '%s'", path);
        tree->items[at] = node;
    }
    yaml_write(tree, out);
    ERR_IF(out->has_failed, e, ERR_NOMEM, "no memory to show '%s'", path);
    return ERR_OK;
}
