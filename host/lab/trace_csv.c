#include "lab/trace_csv.h"

static size_t rows_of(const struct lab_record *r, uint32_t population,
                      const struct lab_trace **first)
{
    size_t n = 0;
    *first = NULL;
    for (uint32_t k = 0; k < r->n_traces; k++) {
        const struct lab_trace *const t = &r->traces[k];
        if (t->population == population && (*first == NULL || t->n_rows < n)) {
            n = t->n_rows;
            *first = *first == NULL ? t : *first;
        }
    }
    return n;
}

void lab_trace_csv(const struct lab_record *r, uint32_t population, uint32_t cell,
                   struct text *out)
{
    const struct lab_trace *first;
    const size_t n_rows = rows_of(r, population, &first);
    const int digits = r->precision == PRECISION_DOUBLE ? 17 : 9;
    text_add(out, "t_ms");
    for (uint32_t k = 0; k < r->n_traces; k++) {
        const struct lab_trace *const t = &r->traces[k];
        if (t->population == population) {
            text_print(out, t->unit[0] != '\0' ? ",%s (%s)" : ",%s", t->variable, t->unit);
        }
    }
    text_add(out, "\n");
    for (size_t row = 0; row < n_rows; row++) {
        text_print(out, "%.12g",
                   ir_time_ms(first->from + (int64_t)row * first->every, r->dt_fs));
        for (uint32_t k = 0; k < r->n_traces; k++) {
            const struct lab_trace *const t = &r->traces[k];
            if (t->population == population) {
                text_print(out, ",%.*g", digits, t->values[row * t->n_cells + cell]);
            }
        }
        text_add(out, "\n");
    }
}
