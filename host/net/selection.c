/* net/selection.c: cells chosen at random, for recording. */
#include "net/inside.h"
#include "base/stream.h"

#include "shared/philox.h"

#include <string.h>

/* Floyd's choice of `count` out of n (Bentley, Floyd 1987, doi 10.1145/30401.315746): one draw
 * per chosen cell. */
enum err_code net_select_cells(uint64_t key, uint32_t n, uint32_t count, uint32_t *out,
                               struct err *e)
{
    ASSERT(count <= n);
    uint8_t *is_in;
    ERR_TRY(mem_alloc(&is_in, n, 1, e));
    for (uint32_t j = n - count; j < n; j++) {
        const struct philox_words w =
            philox4x32(j - (n - count), 0, 0, 0, (u32)key, (u32)(key >> 32));
        const uint32_t t = (uint32_t)(((uint64_t)w.w0 * ((uint64_t)j + 1)) >> 32);
        is_in[is_in[t] ? j : t] = 1;
    }
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (is_in[i]) {
            out[k++] = i;
        }
    }
    mem_free(is_in);
    return ERR_OK;
}

uint64_t net_stream_key(const struct network *n, unsigned purpose, const char *first,
                        const char *second, const char *third)
{
    const char *const parts[3] = {first, second, third};
    uint64_t h = HASH_FNV_START;
    for (uint32_t k = 0; k < 3 && parts[k] != NULL; k++) {
        h = k > 0 ? hash_fnv1a(h, "", 1) : h; /* the NUL between two parts */
        h = hash_fnv1a(h, parts[k], strlen(parts[k]));
    }
    return stream_key_hashed(n->seed, (enum stream_purpose)purpose, h);
}
