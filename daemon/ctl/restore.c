/* SPDX-License-Identifier: Apache-2.0
 *
 * restore.c: pathwayctl restore: a backup (manifest.h) becomes a state folder again.
 *
 *     read the manifest ─▶ keep daemons away ─▶ copy beside the target, hash by hash ─▶ check the audit chain
 *        ─▶ exchange the folders in one step ─▶ what was there is kept beside it
 *
 * Until the exchange nothing of the target is touched, so whatever fails before leaves it as it was.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "ctl/parts.h"
#include "journal/journal.h"
#include "json/buffer.h"
#include "json/time.h"

#define FOLDER_MODE 0750
#define FILE_MODE   0640
#define SPARE_BYTES (UINT64_C(4) << 20)
#define LOCK_NAME   MANIFEST_JOURNAL ".lock"

struct restore {
    struct ctl *ctl;
    const char *backup;
    char *target, *draft, *kept;
    bool exists, empty;
    struct stat old; /* the target's, when it exists */
    int claim, draft_claim;
    struct copying copying;
    struct manifest manifest;
};

static int no_memory(void)
{
    ctl_complain("out of memory");
    return CTL_BAD;
}

/* ---- the target ---------------------------------------------------------------------------------------- */

/* Without --to it is the state folder, when the journal is in it under its usual name. */
static int set_target(struct restore *restore)
{
    const char *given = ctl_option(restore->ctl, "--to");
    int status = given ? CTL_GOOD : ctl_config(restore->ctl);
    if (status != CTL_GOOD)
        return status;
    const char *path = given ? given : restore->ctl->config->state_dir;
    if (!given) {
        char *journal = part_path(path, MANIFEST_JOURNAL);
        bool usual = journal && strcmp(journal, restore->ctl->config->journal) == 0;
        free(journal);
        if (!usual) {
            ctl_complain("the configured journal is not %s/" MANIFEST_JOURNAL
                         ": restore with --to another folder, and move the parts from there",
                         path);
            return CTL_USAGE;
        }
    }
    char *real = realpath(path, NULL);
    restore->exists = real != NULL;
    restore->target = real ? real : strdup(path);
    if (!restore->target)
        return no_memory();
    for (size_t length = strlen(restore->target); length > 1 && restore->target[length - 1] == '/'; length--)
        restore->target[length - 1] = '\0';
    if (restore->exists && (stat(restore->target, &restore->old) != 0 || !S_ISDIR(restore->old.st_mode))) {
        ctl_complain("%s is not a folder", restore->target);
        return CTL_USAGE;
    }
    return CTL_GOOD;
}

/* Sockets and the lock are made anew by whoever needs them. */
static int look_into_target(struct restore *restore)
{
    DIR *folder = opendir(restore->target);
    restore->empty = folder != NULL;
    if (!folder) {
        ctl_complain("%s cannot be read: %s", restore->target, strerror(errno));
        return CTL_BAD;
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        struct stat found;
        bool nothing = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                       strcmp(entry->d_name, LOCK_NAME) == 0 ||
                       (fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISSOCK(found.st_mode));
        restore->empty = restore->empty && nothing;
    }
    closedir(folder);
    if (restore->empty || ctl_option(restore->ctl, "--force"))
        return CTL_GOOD;
    ctl_complain(
        "%s is not empty; with --force the backup takes its place, and what is there is kept beside it",
        restore->target);
    return CTL_USAGE;
}

static int claim(const char *folder, int *ret_claim)
{
    char *error = NULL, *journal = part_path(folder, MANIFEST_JOURNAL);
    int status = journal ? journal_claim(journal, ret_claim, &error) : PW_ERROR_MEMORY;
    if (journal && status != 0)
        ctl_complain("%s", error ? error : "out of memory");
    free(journal);
    free(error);
    return status == 0 ? CTL_GOOD : CTL_BAD;
}

/* From here on no daemon can start there. The lock file may be new: it is the folder's owner's, as all in it. */
static int take_target(struct restore *restore)
{
    if (!restore->exists)
        return CTL_GOOD;
    int status = claim(restore->target, &restore->claim);
    if (status == CTL_GOOD && geteuid() == 0 &&
        fchown(restore->claim, restore->old.st_uid, restore->old.st_gid) != 0) {
        ctl_complain("%s/" LOCK_NAME " cannot be given to the folder's owner: %s", restore->target,
                     strerror(errno));
        status = CTL_BAD;
    }
    return status == CTL_GOOD ? look_into_target(restore) : status;
}

static int check_room(struct restore *restore)
{
    uint64_t room = 0, need = SPARE_BYTES;
    copying_begin(&restore->copying, restore->ctl, restore->draft, 0);
    int status = part_room(restore->draft, &room);
    for (uint32_t i = 0; i < restore->manifest.part_count; i++)
        need += restore->manifest.parts[i].bytes;
    if (status == CTL_GOOD && room < need) {
        ctl_complain("there is no room for it beside %s: %" PRIu64 " MiB are needed, %" PRIu64
                     " MiB are free",
                     restore->target, need >> 20, room >> 20);
        return CTL_BAD;
    }
    return status;
}

/* ---- the parts ----------------------------------------------------------------------------------------- */

static int bring_part(struct restore *restore, const struct manifest_part *part)
{
    char hash[MANIFEST_HASH] = "", *from = part_path(restore->backup, part->path);
    char *to = part_path(restore->draft, part->path);
    uint64_t bytes = 0;
    unsigned mode = strcmp(part->path, MANIFEST_JOURNAL) == 0 ? 0600 : FILE_MODE;
    int status = from && to ? part_folders(restore->draft, part->path, FOLDER_MODE) : CTL_BAD;
    if (status == CTL_GOOD)
        status = part_copy(&restore->copying, from, to, mode, &bytes, hash);
    if (status == CTL_GOOD && (bytes != part->bytes || strcmp(hash, part->hash) != 0)) {
        copying_end(&restore->copying);
        ctl_complain("the backup %s is damaged: %s is not what was written; nothing was changed",
                     restore->backup, part->path);
        status = CTL_BAD;
    }
    free(from);
    free(to);
    return status;
}

static int bring_link(const struct restore *restore, const struct manifest_link *link)
{
    char *path = part_path(restore->draft, link->path);
    int status = path ? part_folders(restore->draft, link->path, FOLDER_MODE) : CTL_BAD;
    if (status == CTL_GOOD && symlink(link->to, path) != 0) {
        ctl_complain("%s cannot be made: %s", path, strerror(errno));
        status = CTL_BAD;
    }
    free(path);
    return status;
}

static int bring_all(struct restore *restore)
{
    const struct manifest *manifest = &restore->manifest;
    int status = CTL_GOOD;
    for (uint32_t i = 0; i < manifest->part_count && status == CTL_GOOD; i++) {
        restore->copying.what = manifest->parts[i].path;
        status = bring_part(restore, &manifest->parts[i]);
    }
    for (uint32_t i = 0; i < manifest->link_count && status == CTL_GOOD; i++)
        status = bring_link(restore, &manifest->links[i]);
    copying_end(&restore->copying);
    return status;
}

/* ---- whether it is what it says ------------------------------------------------------------------------ */

/* A journal of an older pathwayd is brought up to date first, as the daemon does; that leaves one record more. */
static int upgrade(const char *journal, char **ret_error)
{
    const struct journal_options options = {.path = journal, .min_free_bytes = 1};
    struct journal *opened = NULL;
    int status = journal_open(&options, &opened, ret_error);
    journal_close(opened);
    return status;
}

static void verify_goes_on(void *to, uint64_t done, uint64_t total)
{
    const struct ctl *ctl = to;
    if (ctl->terminal_err)
        fprintf(stderr, "\rchecking: %" PRIu64 " of %" PRIu64 " records\033[K", done, total);
}

static int compare(const struct restore *restore, const struct journal_counts *counts, uint64_t records,
                   const char *head, bool upgraded)
{
    const struct manifest *manifest = &restore->manifest;
    bool same = upgraded ? records > manifest->audit_records
                         : records == manifest->audit_records && strcmp(head, manifest->audit_head) == 0;
    if (same && counts->events == manifest->sequence)
        return CTL_GOOD;
    ctl_complain(
        "the backup %s does not fit together: its manifest names another event, or another head of the "
        "audit chain, than its journal; nothing was changed",
        restore->backup);
    return CTL_BAD;
}

static int verify(struct restore *restore)
{
    struct journal_view *view = NULL;
    struct journal_counts counts = {0};
    char *error = NULL, *journal = part_path(restore->draft, MANIFEST_JOURNAL), head[MANIFEST_HASH] = "";
    uint64_t records = 0;
    int status = journal ? journal_view_open(journal, &view, &error) : PW_ERROR_MEMORY;
    bool old = status == PW_ERROR_UNSUPPORTED;
    if (old) { /* or a newer one, which opening it says */
        free(error);
        error = NULL;
        status = upgrade(journal, &error);
        if (status == 0)
            status = journal_view_open(journal, &view, &error);
    }
    if (status == 0)
        status = journal_count(view, &counts);
    if (status == 0)
        status = journal_audit_verify(view, verify_goes_on, restore->ctl, &records, head, &error);
    copying_end(&restore->copying);
    journal_view_close(view);
    if (journal && status != 0)
        ctl_complain("the journal in the backup %s is not good: %s Nothing was changed.", restore->backup,
                     error ? error : "it cannot be read.");
    free(error);
    free(journal);
    return status == 0 ? compare(restore, &counts, records, head, old) : CTL_BAD;
}

/* ---- taking its place ---------------------------------------------------------------------------------- */

static int prepare(struct restore *restore)
{
    mode_t mode = restore->exists ? restore->old.st_mode & 07777 : FOLDER_MODE;
    int status = claim(restore->draft, &restore->draft_claim);
    if (status == CTL_GOOD && geteuid() == 0 && restore->exists)
        status = part_give(restore->draft, restore->old.st_uid, restore->old.st_gid);
    if (status == CTL_GOOD && chmod(restore->draft, mode) != 0) {
        ctl_complain("%s cannot be changed: %s", restore->draft, strerror(errno));
        status = CTL_BAD;
    }
    if (status == CTL_GOOD && part_sync_all(restore->draft) != CTL_GOOD)
        status = CTL_BAD;
    return status;
}

/* The name under which what was there is kept. */
static char *name_kept(const char *target)
{
    char stamp[32], *name = NULL;
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &parts);
    if (asprintf(&name, "%s.before-%s", target, stamp) >= 0)
        return name;
    ctl_complain("out of memory");
    return NULL;
}

static int exchange(struct restore *restore)
{
    unsigned how = restore->exists ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, restore->draft, AT_FDCWD, restore->target, how) != 0) {
        ctl_complain("%s cannot be replaced: %s%s", restore->target, strerror(errno),
                     errno == EBUSY || errno == EXDEV
                         ? ". A disk is mounted there: restore with --to a folder in it"
                         : "");
        return CTL_BAD;
    }
    if (restore->exists && !restore->empty) {
        restore->kept = name_kept(restore->target);
        if (!restore->kept || rename(restore->draft, restore->kept) != 0) {
            ctl_complain("what was there before is in %s", restore->draft);
            free(restore->kept);
            restore->kept = restore->draft;
            restore->draft = NULL;
        }
    } else if (restore->exists) {
        part_remove(restore->draft);
    }
    free(restore->draft);
    restore->draft = NULL;
    char *parent = part_parent(restore->target);
    int status = parent ? part_sync_folder(parent) : CTL_BAD;
    free(parent);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static void report_json(const struct restore *restore, const char *received, const char *made)
{
    const struct manifest *manifest = &restore->manifest;
    struct buffer out = {0};
    json_write_begin(&out, '{');
    json_member_string(&out, "restored", restore->target);
    json_member_unsigned(&out, "sequence", manifest->sequence);
    if (manifest->sequence)
        json_member_string(&out, "received", received);
    json_member_string(&out, "made", made);
    json_member_unsigned(&out, "audit_records", manifest->audit_records);
    json_member_string(&out, "audit_head", manifest->audit_head);
    if (restore->kept)
        json_member_string(&out, "kept", restore->kept);
    json_write_end(&out, '}');
    puts(out.failed ? "{\"error\":\"out of memory\"}" : out.data);
    buffer_release(&out);
}

static void report(const struct restore *restore)
{
    const struct manifest *manifest = &restore->manifest;
    char received[TIME_TEXT_SIZE], made[TIME_TEXT_SIZE];
    time_format(manifest->received_ms, received);
    time_format(manifest->made_ms, made);
    if (restore->ctl->json) {
        report_json(restore, received, made);
        return;
    }
    if (manifest->sequence)
        printf("Restored to %s: all up to event %" PRIu64 ", received %s.\n", restore->target,
               manifest->sequence, received);
    else
        printf("Restored to %s: a journal without events.\n", restore->target);
    printf(
        "The audit chain is intact, %" PRIu64
        " records, head %s: the system's log should have it, or a later "
        "one.\n"
        "What came after %s is not in it: events that feeds were told are accepted (have them sent again; "
        "what "
        "is\nthere counts as duplicate), decisions, and changes of packs and lists. What reviewers were told "
        "after it\nthey may be told once more.\n",
        manifest->audit_records, manifest->audit_head, made);
    if (restore->kept)
        printf("What was there before is in %s.\n", restore->kept);
    if (!restore->exists && geteuid() == 0)
        printf("It belongs to root: give it to the account that pathwayd runs as.\n");
}

static int bring_back(struct restore *restore)
{
    int status = manifest_read(restore->backup, &restore->manifest);
    if (status == CTL_GOOD)
        status = take_target(restore);
    if (status == CTL_GOOD)
        status = part_draft(restore->target, &restore->draft);
    if (status == CTL_GOOD)
        status = check_room(restore);
    if (status == CTL_GOOD)
        status = bring_all(restore);
    if (status == CTL_GOOD)
        status = verify(restore);
    if (status == CTL_GOOD)
        status = prepare(restore);
    return status == CTL_GOOD ? exchange(restore) : status;
}

int ctl_restore(struct ctl *ctl)
{
    struct restore restore = {.ctl = ctl, .backup = ctl->positionals[0], .claim = -1, .draft_claim = -1};
    int status = set_target(&restore);
    if (status == CTL_GOOD)
        status = bring_back(&restore);
    if (status == CTL_GOOD)
        report(&restore);
    if (restore.draft)
        part_remove(restore.draft);
    journal_unclaim(restore.claim);
    journal_unclaim(restore.draft_claim);
    manifest_release(&restore.manifest);
    free(restore.target);
    free(restore.draft);
    free(restore.kept);
    return status;
}
