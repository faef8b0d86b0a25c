/* rec/rec_folder.h: the folder of a run: written as DIR.partial, renamed when all has ended
 * well; only what an earlier run wrote is ever replaced (design section 7). Sees: base. */
#ifndef REC_REC_FOLDER_H
#define REC_REC_FOLDER_H

#include "base/text.h"

struct rec_folder {
    char *final, *partial; /* paths; owned */
    bool is_final;         /* the rename is done */
};

/* Checks both names, removes a stale DIR.partial of ours and makes a fresh one with the folders
 * above it. Errors: ERR_IO names what is in the way, or what the system refused. */
enum err_code rec_folder_open(struct rec_folder *f, const char *dir, struct err *e) ERR_CHECKED;
/* DIR.partial takes its name; an older DIR of ours goes. */
enum err_code rec_folder_commit(struct rec_folder *f, struct err *e) ERR_CHECKED;
void rec_folder_fini(struct rec_folder *f);
/* Where the files are now. */
const char *rec_folder_path(const struct rec_folder *f);
/* Writes a whole file of the folder; ERR_IO names it. */
enum err_code rec_folder_write(const struct rec_folder *f, const char *name, const char *bytes,
                               size_t n, struct err *e) ERR_CHECKED;
/* "PATH/NAME" of the folder; owned: mem_free. */
enum err_code rec_folder_file(const struct rec_folder *f, const char *name, char **out,
                              struct err *e) ERR_CHECKED;

#endif
