/* SPDX-License-Identifier: Apache-2.0
 *
 * copy.c: a copy of the journal while a daemon writes it, and keeping daemons away while one is put in its place.
 *
 * One read transaction spans the copying, so what comes out is what was committed at one instant and the daemon is never
 * waited for, nor does it wait. While it lasts the daemon's -wal file cannot start anew and grows by what is written
 * meanwhile; that is why pages are copied as they lie (sqlite3_backup), at the disk's speed, and not written anew in
 * order (VACUUM INTO), which takes several times as long. A copy in short steps without that transaction would begin
 * again after every commit of the daemon's, and never end under load.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/view.h"

/* Pages between two reports of progress: 4 MiB. */
#define COPY_PAGES 1024

/* The copy is nobody's until it is complete, and synced as a whole then; it has one file, no -wal beside it. */
static const char *const copy_pragmas[] = {
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA synchronous = OFF",
};

static int run(sqlite3_backup *backup, sqlite3 *db, struct store *from, journal_copy_progress *progress,
               void *to)
{
    uint64_t page_bytes = 0;
    int code = SQLITE_OK, asked = store_number(from, "PRAGMA page_size", &page_bytes);

    if (asked)
        return asked;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, COPY_PAGES);
        uint64_t total = (uint64_t)sqlite3_backup_pagecount(backup);
        uint64_t left = (uint64_t)sqlite3_backup_remaining(backup);
        int status = progress ? progress(to, (total - left) * page_bytes, total * page_bytes) : 0;
        if (status != 0)
            return status;
    }
    if (code == SQLITE_DONE)
        return 0;
    if ((code & 0xff) == SQLITE_IOERR && sqlite3_system_errno(db) == ENOSPC)
        return PW_ERROR_FULL;
    return store_status(from, code);
}

/* A file of its own: what it says of a -wal file beside it is taken out. */
static int settle(struct store *copy)
{
    return store_execute(copy, "PRAGMA journal_mode = DELETE");
}

static int copy_pages(struct journal_view *view, const char *path, journal_copy_progress *progress, void *to)
{
    struct store copy;
    sqlite3_backup *backup;
    int status = store_open(&copy, path, STORE_WRITE, NULL);

    for (size_t i = 0; i < sizeof(copy_pragmas) / sizeof(*copy_pragmas) && !status; i++)
        status = store_execute(&copy, copy_pragmas[i]);
    if (status) {
        store_close(&copy);
        return status;
    }
    backup = sqlite3_backup_init(copy.db, "main", view->store.db, "main");
    status = backup ? run(backup, copy.db, &view->store, progress, to) : PW_ERROR_IO;
    sqlite3_backup_finish(backup);
    if (!status)
        status = settle(&copy);
    store_close(&copy);
    return status;
}

static int sync_file(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC), status = 0;

    if (file < 0 || fsync(file) < 0)
        status = errno == ENOSPC ? PW_ERROR_FULL : PW_ERROR_IO;
    if (file >= 0)
        close(file);
    return status;
}

int journal_copy(struct journal_view *view, const char *path, journal_copy_progress *progress, void *to,
                 char **ret_error)
{
    uint64_t tables = 0;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), status;

    if (file < 0)
        return store_fail(ret_error, errno == ENOSPC ? PW_ERROR_FULL : PW_ERROR_IO, "%s cannot be made: %s.",
                          path, strerror(errno));
    close(file);
    status = store_execute(&view->store, "BEGIN");
    if (!status) /* the transaction begins with the first reading */
        status = store_number(&view->store, "SELECT count(*) FROM sqlite_schema", &tables);
    if (!status)
        status = copy_pages(view, path, progress, to);
    (void)store_execute(&view->store, "ROLLBACK");
    if (!status)
        status = sync_file(path);
    if (status == 0)
        return 0;
    unlink(path);
    return store_fail(ret_error, status, "The journal %s could not be copied to %s: %s.", view->path, path,
                      status == PW_ERROR_FULL                  ? "there is no space left"
                      : status == PW_ERROR_CORRUPT             ? "it is damaged"
                      : status > 0 || status == PW_ERROR_STATE ? "it was stopped"
                                                               : "reading or writing failed");
}

/* ---- keeping daemons away ------------------------------------------------------------------------------ */

int journal_claim(const char *path, int *ret_claim, char **ret_error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *name = NULL;
    int status = 0, file;

    if (asprintf(&name, "%s.lock", path) < 0)
        return PW_ERROR_MEMORY;
    file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        status = store_fail(ret_error, errno == ENOSPC ? PW_ERROR_FULL : PW_ERROR_IO,
                            "The lock file %s cannot be opened: %s.", name, strerror(errno));
    else if (fcntl(file, F_OFD_SETLK, &whole) < 0)
        status = store_fail(
            ret_error, PW_ERROR_BUSY,
            "Another pathwayd has the journal %s open. Stop it first, or name another journal.", path);
    if (status && file >= 0)
        close(file);
    if (!status)
        *ret_claim = file;
    free(name);
    return status;
}

void journal_unclaim(int claim)
{
    if (claim >= 0)
        close(claim);
}
