#include "desc/depends.h"

#include "lang/lower.h"

/* Functions within functions are entered again at each call, so the walk has a budget; what is
 * beyond it is refused by the language's own limits when the expression is lowered. */
struct walk {
    unsigned found, wanted;
    uint32_t depth, budget;
    const struct ast
        *first; /* in the expression itself: the first node on something of `wanted` */
};

static unsigned of_variable(uint32_t index)
{
    switch ((enum lang_variable)index) {
    case LANG_VAR_T:
        return DEPENDS_TIME;
    case LANG_VAR_I:
        return DEPENDS_INDEX;
    case LANG_VAR_X:
    case LANG_VAR_Y:
    case LANG_VAR_Z:
        return DEPENDS_PLACE;
    case LANG_VAR_DISTANCE:
    case LANG_VAR_DX:
    case LANG_VAR_DY:
    case LANG_VAR_DZ:
        return DEPENDS_DISTANCE;
    case LANG_VAR_PRE:
    case LANG_VAR_POST:
        return DEPENDS_PAIR;
    case LANG_VAR_DT:
    case LANG_VAR_PI:
    case LANG_VARIABLE_N:
        break;
    }
    return 0;
}

static bool is_draw(const struct ast *e)
{
    return e->kind == AST_CALL &&
           (e->func == FUNC_UNIFORM || e->func == FUNC_NORMAL || e->func == FUNC_LOGNORMAL ||
            e->func == FUNC_TRUNCATED || e->func == FUNC_POISSON);
}

static void walk_tree(struct walk *w, const struct ast *e, const struct ast *top)
{
    if (e == NULL || w->budget == 0 || w->depth > LANG_MAX_DEPTH) {
        return;
    }
    w->budget--;
    w->depth++;
    unsigned own = is_draw(e) ? DEPENDS_DRAW : 0u;
    const struct symbol *const s = e->symbol;
    if (s != NULL && (e->kind == AST_NAME || e->kind == AST_CALL)) {
        switch (s->kind) {
        case SYMBOL_VARIABLE:
            own |= of_variable(s->index);
            break;
        case SYMBOL_PARAMETER:
        case SYMBOL_STATE:
        case SYMBOL_INTERMEDIATE:
            own |= DEPENDS_MODEL;
            break;
        case SYMBOL_CONSTANT:
        case SYMBOL_SIGNAL:
        case SYMBOL_FUNCTION:
            own |= s->table != NULL ? DEPENDS_TIME : 0u;
            walk_tree(w, s->value, top != NULL ? top : e);
            break;
        case SYMBOL_ARGUMENT:
            break;
        }
    }
    w->found |= own;
    if ((own & w->wanted) != 0 && w->first == NULL) {
        w->first = top != NULL ? top : e;
    }
    for (uint32_t k = 0; k < e->n_args; k++) {
        walk_tree(w, e->args[k], top);
    }
    w->depth--;
}

unsigned depends_on(const struct ast *e)
{
    struct walk w = {.budget = 1000000};
    walk_tree(&w, e, NULL);
    return w.found;
}

bool depends_check(struct load *l, const struct ast *e, unsigned allowed, const char *what)
{
    static const struct {
        unsigned bit;
        const char *text;
    } rows[] = {
        {DEPENDS_TIME,     "cannot follow the time t"               },
        {DEPENDS_INDEX,    "cannot depend on the cell's index i"    },
        {DEPENDS_PLACE,    "cannot depend on the cell's position"   },
        {DEPENDS_DISTANCE, "cannot depend on a distance"            },
        {DEPENDS_PAIR,     "cannot depend on the cells of a pair"   },
        {DEPENDS_DRAW,     "cannot be drawn at random"              },
        {DEPENDS_MODEL,    "cannot depend on the model's quantities"}
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct walk w = {.budget = 1000000, .wanted = rows[k].bit & ~allowed};
        if (w.wanted != 0) {
            walk_tree(&w, e, NULL);
        }
        if (w.first != NULL) {
            diag_error(l->d, w.first->at, w.first->length, NULL, "%s %s", what, rows[k].text);
            return false;
        }
    }
    return true;
}
