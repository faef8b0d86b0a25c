/* base/mem.h: the only door to the heap. Sizes are checked for overflow; a test can make the
 * n-th request fail. Sees: libc. Memory: everything returned is owned by the caller and freed
 * with mem_free. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/err.h"
#include <stddef.h>

/* n * size bytes, zeroed; 64-byte aligned. *out is NULL on error (ERR_NOMEM) and for n == 0. */
enum err_code mem_alloc(void *out, size_t n, size_t size, struct err *e) ERR_CHECKED;
/* Grows *array (may be NULL) to hold n elements, at least doubling *capacity; old contents are
 * kept. */
enum err_code mem_grow(void *array, size_t *capacity, size_t n, size_t size,
                       struct err *e) ERR_CHECKED;
void mem_free(void *p);

/* Peak resident memory of this process in bytes (0 where unknown). */
uint64_t mem_peak_bytes(void);

/* Tests only: the n-th request from now fails (0: none). Returns the number of requests made so
 * far. */
uint64_t mem_fail_at(uint64_t n);

#endif
