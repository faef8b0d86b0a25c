/* tests/fuzz/files.h: one input as files: what stands before the first line "#file NAME" is the
 * file under test, each such line begins another one beside it (a CSV file, a part). A first
 * line "#set path=value" is an override. Sees: base. Memory: the arena given. */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

#include "base/arena.h"

struct fuzz_files {
    const char *path;  /* of the file under test */
    const char *bytes; /* what it holds */
    size_t n;
    const char *override; /* or NULL */
};

/* Stores them in a folder of this process, in place of those of the input before. false: that
 * did not work. */
bool fuzz_files_store(struct fuzz_files *f, const uint8_t *data, size_t size,
                      struct arena *arena);
/* Stores one more beside them. Its path (borrowed until the next input), or NULL. */
const char *fuzz_files_add(const char *name, const char *bytes, size_t n);

#endif
