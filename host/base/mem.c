#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MEM_ALIGN = 64 };

static _Atomic uint64_t mem_requests, mem_fail_request;

/* NOTE(test hook): the two counters are the only mutable globals of the library. */
static bool mem_must_fail(void)
{
    const uint64_t n = atomic_fetch_add(&mem_requests, 1) + 1;
    return n == atomic_load(&mem_fail_request);
}

uint64_t mem_fail_at(uint64_t n)
{
    const uint64_t now = atomic_load(&mem_requests);
    atomic_store(&mem_fail_request, n == 0 ? 0 : now + n);
    return now;
}

enum err_code mem_alloc(void *out, size_t n, size_t size, struct err *e)
{
    void **slot = out;
    *slot = NULL;
    if (n == 0 || size == 0) {
        return ERR_OK;
    }
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - MEM_ALIGN) {
        return err_set(e, ERR_NOMEM, 0,
                       "%zu elements of %zu bytes are more than this machine can address", n,
                       size);
    }
    bytes = (bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN;
    void *const p = mem_must_fail() ? NULL : aligned_alloc(MEM_ALIGN, bytes);
    ERR_IF(p == NULL, e, ERR_NOMEM, "no memory for %zu bytes", bytes);
    memset(p, 0, bytes);
    *slot = p;
    return ERR_OK;
}

enum err_code mem_grow(void *array, size_t *capacity, size_t n, size_t size, struct err *e)
{
    void **slot = array;
    if (n <= *capacity) {
        return ERR_OK;
    }
    size_t more = *capacity < 8 ? 16 : *capacity * 2;
    more = more < n ? n : more;
    void *bigger;
    ERR_TRY(mem_alloc(&bigger, more, size, e));
    ASSERT(bigger != NULL);
    if (*slot != NULL) {
        memcpy(bigger, *slot, *capacity * size);
        free(*slot);
    }
    *slot = bigger;
    *capacity = more;
    return ERR_OK;
}

void mem_free(void *p)
{
    free(p);
}

uint64_t mem_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}
