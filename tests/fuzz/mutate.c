/* tests/fuzz/mutate.c: changes that leave a file readable more often than changes of bytes do:
 * numbers and words are replaced by others of the same file or by values at the edge, lines are
 * dropped, doubled and moved. Two of three times; else the fuzzer's own. */
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { MUTATE_PIECE = 512 };

static const char *const mutate_numbers[] = {
    "0",    "1",     "2",     "-1",  "0.5",   "3",          "10",   "1e-9", "1e9",
    "1e38", "1e-40", "1e308", "255", "65536", "4294967296", "-0.5", "0.05", "1000000"};

static unsigned mutate_random(unsigned *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return n == 0 ? 0 : (*state >> 8) % n;
}

struct mutate_piece {
    size_t first, n;
};

static int is_word(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '.';
}

/* A word or number at or behind a random place; n = 0 where there is none. */
static struct mutate_piece find_word(const uint8_t *data, size_t size, unsigned *state)
{
    size_t first = mutate_random(state, (unsigned)size);
    while (first > 0 && is_word(data[first - 1])) {
        first--;
    }
    while (first < size && !is_word(data[first])) {
        first++;
    }
    size_t n = 0;
    while (first + n < size && n < MUTATE_PIECE && is_word(data[first + n])) {
        n++;
    }
    return (struct mutate_piece){first, n};
}

/* The line around a random place, with its end. */
static struct mutate_piece find_line(const uint8_t *data, size_t size, unsigned *state)
{
    size_t first = mutate_random(state, (unsigned)size);
    while (first > 0 && data[first - 1] != '\n') {
        first--;
    }
    size_t n = 0;
    while (first + n < size && n < MUTATE_PIECE && (n == 0 || data[first + n - 1] != '\n')) {
        n++;
    }
    return (struct mutate_piece){first, n};
}

/* Puts n bytes in place of a piece; the size as it was where there is no room. */
static size_t put(uint8_t *data, size_t size, size_t max_size, struct mutate_piece at,
                  const void *bytes, size_t n)
{
    if (size - at.n + n > max_size) {
        return size;
    }
    memmove(data + at.first + n, data + at.first + at.n, size - at.first - at.n);
    memcpy(data + at.first, bytes, n);
    return size - at.n + n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    unsigned state = seed;
    uint8_t kept[MUTATE_PIECE];
    const unsigned kind = mutate_random(&state, 12);
    if (size < 4 || kind < 4) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    const struct mutate_piece word = find_word(data, size, &state);
    if (kind < 6) {
        const unsigned n_numbers = sizeof mutate_numbers / sizeof *mutate_numbers;
        const char *const number = mutate_numbers[mutate_random(&state, n_numbers)];
        return put(data, size, max_size, word, number, strlen(number));
    }
    const int is_line = kind >= 9;
    const struct mutate_piece from =
        is_line ? find_line(data, size, &state) : find_word(data, size, &state);
    memcpy(kept, data + from.first, from.n);
    if (!is_line) {
        return put(data, size, max_size, word, kept, from.n);
    }
    struct mutate_piece to = find_line(data, size, &state);
    to.n = kind == 9 ? 0 : to.n; /* doubled, or in place of another */
    return kind == 11 ? put(data, size, max_size, from, "", 0)
                      : put(data, size, max_size, to, kept, from.n);
}
