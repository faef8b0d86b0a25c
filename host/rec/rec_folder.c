#define _XOPEN_SOURCE 700 /* nftw */

#include "rec/rec_folder.h"

#include "rec/summary.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_code folder_fault(const char *what, const char *path, struct err *e)
{
    return err_set(e, ERR_IO, errno, "cannot %s '%s': %s", what, path, strerror(errno));
}

static enum err_code folder_join(char **out, const char *a, const char *b, struct err *e)
{
    const size_t n = strlen(a) + strlen(b) + 1;
    ERR_TRY(mem_alloc(out, n, 1, e));
    (void)snprintf(*out, n, "%s%s", a, b);
    return ERR_OK;
}

/* What stands at path: nothing, a folder of ours, or something that must not be touched (an
 * error). */
static enum err_code folder_look(const char *path, bool *is_there, struct err *e)
{
    struct stat info;
    *is_there = false;
    if (lstat(path, &info) != 0) {
        return errno == ENOENT ? ERR_OK : folder_fault("look at", path, e);
    }
    *is_there = true;
    ERR_IF(!S_ISDIR(info.st_mode), e, ERR_IO,
           "'%s' is in the way: it is not a folder; take another name with -o", path);
    char *summary;
    ERR_TRY(folder_join(&summary, path, "/summary.json", e));
    const bool is_ours = summary_is_ours(summary);
    mem_free(summary);
    ERR_IF(!is_ours, e, ERR_IO,
           "'%s' is in the way: it holds no summary.json of an earlier run, so it is not "
           "replaced; remove it or take another "
           "name with -o",
           path);
    return ERR_OK;
}

static int folder_remove_one(const char *path, const struct stat *info, int kind,
                             struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static enum err_code folder_remove(const char *path, struct err *e)
{
    return nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0
               ? ERR_OK
               : folder_fault("remove", path, e);
}

/* mkdir -p of everything above the last name, then the folder itself. */
static enum err_code folder_make(char *path, struct err *e)
{
    for (char *p = path + 1; *p != '\0'; p++) {
        if (*p != '/') {
            continue;
        }
        *p = '\0';
        const bool ok = mkdir(path, 0777) == 0 || errno == EEXIST;
        const enum err_code code = ok ? ERR_OK : folder_fault("make the folder", path, e);
        *p = '/';
        ERR_TRY(code);
    }
    return mkdir(path, 0777) == 0 ? ERR_OK : folder_fault("make the folder", path, e);
}

enum err_code rec_folder_open(struct rec_folder *f, const char *dir, struct err *e)
{
    *f = (struct rec_folder){0};
    ERR_TRY(folder_join(&f->final, dir, "", e));
    size_t n = strlen(f->final);
    while (n > 1 && f->final[n - 1] == '/') {
        f->final[--n] = '\0';
    }
    const char *const slash = strrchr(f->final, '/');
    const char *const name = slash == NULL ? f->final : slash + 1;
    ERR_IF(*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0, e, ERR_IO,
           "'%s' cannot be a run's folder: give it a name of its own", dir);
    ERR_TRY(folder_join(&f->partial, f->final, ".partial", e));
    bool is_there;
    ERR_TRY(folder_look(f->final, &is_there, e));
    ERR_TRY(folder_look(f->partial, &is_there, e));
    if (is_there) {
        ERR_TRY(folder_remove(f->partial, e));
    }
    return folder_make(f->partial, e);
}

enum err_code rec_folder_commit(struct rec_folder *f, struct err *e)
{
    bool is_there;
    ERR_TRY(folder_look(f->final, &is_there, e));
    char *old = NULL;
    if (is_there) {
        ERR_TRY(folder_join(&old, f->final, ".replaced", e));
    }
    enum err_code code = ERR_OK;
    if (is_there) {
        bool is_old_there;
        ERR_GOTO(folder_look(old, &is_old_there, e));
        if (is_old_there) {
            ERR_GOTO(folder_remove(old, e));
        }
        ERR_GOTO(rename(f->final, old) == 0 ? ERR_OK : folder_fault("replace", f->final, e));
    }
    if (rename(f->partial, f->final) != 0) {
        code = folder_fault("rename to its final name", f->partial, e);
        if (is_there) {
            (void)rename(old, f->final);
        }
        goto out;
    }
    f->is_final = true;
    if (is_there) {
        ERR_GOTO(folder_remove(old, e));
    }
out:
    mem_free(old);
    return code;
}

void rec_folder_fini(struct rec_folder *f)
{
    mem_free(f->final);
    mem_free(f->partial);
    *f = (struct rec_folder){0};
}

const char *rec_folder_path(const struct rec_folder *f)
{
    return f->is_final ? f->final : f->partial;
}

enum err_code rec_folder_file(const struct rec_folder *f, const char *name, char **out,
                              struct err *e)
{
    const char *const path = rec_folder_path(f);
    const size_t n = strlen(path) + strlen(name) + 2;
    ERR_TRY(mem_alloc(out, n, 1, e));
    (void)snprintf(*out, n, "%s/%s", path, name);
    return ERR_OK;
}

enum err_code rec_folder_write(const struct rec_folder *f, const char *name, const char *bytes,
                               size_t n, struct err *e)
{
    char *path;
    ERR_TRY(rec_folder_file(f, name, &path, e));
    enum err_code code = ERR_OK;
    FILE *const file = fopen(path, "wb");
    if (file == NULL) {
        code = folder_fault("write", path, e);
    } else {
        bool ok = fwrite(bytes, 1, n, file) == n && fflush(file) == 0;
        const int fault = errno;
        ok = fclose(file) == 0 && ok;
        if (!ok) {
            errno = fault != 0 ? fault : errno;
            code = folder_fault("write", path, e);
        }
    }
    mem_free(path);
    return code;
}
