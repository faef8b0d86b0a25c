/* tests/fuzz/replay.c: runs a fuzz target over files and folders of files, without a fuzzer:
 * every input that once broke something stays tested, by any compiler and under any sanitizer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_LIMIT = 16 * 1024 * 1024 };

/* Files run, or -1 where one cannot be read. */
static int replay_file(const char *path)
{
    struct err e = {0};
    char *bytes;
    size_t n;
    if (text_read_file(&bytes, &n, path, REPLAY_LIMIT, &e) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", e.msg);
        return -1;
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, n);
    mem_free(bytes);
    return 1;
}

static int replay_folder(const char *path)
{
    DIR *const folder = opendir(path);
    int n = 0;
    if (folder == NULL) {
        (void)fprintf(stderr, "cannot read '%s'\n", path);
        return -1;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL && n >= 0;
         entry = readdir(folder)) {
        char file[4096];
        if (entry->d_name[0] != '.' &&
            snprintf(file, sizeof file, "%s/%s", path, entry->d_name) < (int)sizeof file) {
            n = replay_file(file) < 0 ? -1 : n + 1;
        }
    }
    (void)closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;
    for (int k = 1; k < argc; k++) {
        struct stat info;
        const int more = stat(argv[k], &info) == 0 && S_ISDIR(info.st_mode)
                             ? replay_folder(argv[k])
                             : replay_file(argv[k]);
        if (more < 0) {
            return EXIT_FAILURE;
        }
        n += more;
    }
    (void)printf("%d inputs\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* a folder that is empty tests nothing */
}
