/* lang/parse.h: text to tree (Pratt parser over ops.def), and back (print). A fault adds one
 * diagnostic and parsing goes on with the next statement. Sees: base, ast. Memory: the arena of
 * d. */
#ifndef LANG_PARSE_H
#define LANG_PARSE_H

#include "lang/ast.h"

/* One expression; NULL after a diagnostic. A number followed by a unit is a quantity ("0.8
 * m/s", "3.57 mM"): the unit goes on over / and * while a unit name follows that is not in
 * `names` (symbols shadow units: "1 ms/tau"; may be NULL). A unit name alone that is no symbol
 * is one such unit ("0.062/mV*v"): left as AST_NAME here, resolved by the check. */
struct ast *lang_parse_expression(const struct lang_text *text, const struct scope *names,
                                  struct diag_list *d);
/* Statements, one per line ("x = e", "dx/dt = e", "coef*dx/dt = e") or separated by ';'; '#'
 * begins a comment; a line that ends within an open bracket, or begins deeper indented with an
 * operator, goes on. *n is the count. */
struct stmt *lang_parse_statements(const struct lang_text *text, const struct scope *names,
                                   uint32_t *n, struct diag_list *d);
/* "p_spn(x)" of a function definition: name and argument names. */
bool lang_parse_signature(const struct lang_text *text, const char **name, const char ***args,
                          uint32_t *n_args, struct diag_list *d);
/* Prints with the fewest brackets; parsing the result gives the same tree. */
void lang_print(const struct ast *e, struct text *out);
void lang_print_statement(const struct stmt *s, struct text *out);
/* The leftmost node: where an expression begins. */
const struct ast *ast_first(const struct ast *e);
/* May this text be the name of a parameter, state, function, …: letters, digits and _, no digit
 * first, at most LANG_MAX_NAME bytes, no keyword and no built-in function? */
bool lang_is_name(const char *name);

#endif
